#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# actors/ and examples/ see only the public headers: their includes are found without a way into runtime/.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}" "${CC:=cc}"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
bad=0 tried=0

missing='^$'                                    # what a library needs that is not built here either
for header in uv.h openssl/evp.h; do
	echo "#include <$header>" | $CC -E - >"$said" 2>&1 || missing="$missing|<$header>"
done
for file in $(cd "$top_srcdir" && find actors examples -name '*.[ch]'); do
	! grep -q -r -E "$missing" "$(dirname "$top_srcdir/$file")" || test "$missing" = '^$' || continue
	tried=$((tried + 1))
	if grep -n -E '^[ 	]*#[ 	]*include.*runtime/' "$top_srcdir/$file"; then
		echo "$file: reaches into runtime/"
		bad=1
	fi
	if ! $CC -M -I "$top_srcdir/include" "$top_srcdir/$file" >"$said" 2>&1; then
		echo "$file: includes more than the public headers:"
		cat "$said"
		bad=1
	fi
done
if grep -r -n -E '^[ 	]*#[ 	]*include[ 	]*<(ck_|jemalloc)' "$top_srcdir/actors" --include='*.[ch]'; then
	echo "actors/: includes what is below the runtime"
	bad=1
fi
echo "$tried files looked at"
exit $bad
