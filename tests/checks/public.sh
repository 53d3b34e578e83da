#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# actors/ and examples/ see only the public headers: their includes are found without a way into runtime/.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}" "${CC:=cc}"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
bad=0 tried=0

has_uv=yes
echo '#include <uv.h>' | $CC -E - >"$said" 2>&1 || has_uv=no
for file in $(cd "$top_srcdir" && find actors examples -name '*.[ch]'); do
	if test "$has_uv" = no && grep -q -r '<uv.h>' "$(dirname "$top_srcdir/$file")"; then
		continue                                # libodeon-net is not built here either
	fi
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
