#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the headers mark ODEON_API, what runtime/odeon.map names and what the library exports is one and the same list.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}" "${top_builddir:=.}" "${NM:=nm}"
library=$top_builddir/.libs/libodeon.so
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bad=0

same()                                          # what the first is, its list, what the second is, its list
{
	comm -23 "$2" "$4" | sed "s|^|$1, but not $3: |" >"$scratch/more"
	comm -13 "$2" "$4" | sed "s|^|$3, but not $1: |" >>"$scratch/more"
	cat "$scratch/more"
	test ! -s "$scratch/more" || bad=1
}
sed 's|/\*.*\*/||; s|#.*||' "$top_srcdir/runtime/odeon.map" | tr ' \t{};:' '\n' | grep -E '^(odeon|ODEON_MESSAGE)_' | sort -u >"$scratch/map"
cat "$top_srcdir"/include/odeon.h "$top_srcdir"/include/odeon/*.h "$top_srcdir"/include/odeon/actors/*.h |
	sed -n -e '/^ODEON_API /{ s/[(;].*//; s/.*[ *]\(odeon_[a-z0-9_]*\)$/\1/p; }' \
		-e 's/^ODEON_MESSAGE_DECLARE(\(.*\)) ODEON_API;/ODEON_MESSAGE_\1/p' | sort -u >"$scratch/headers"
same "marked ODEON_API" "$scratch/headers" "in runtime/odeon.map" "$scratch/map"
if test -e "$library"; then
	$NM -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u >"$scratch/exports"
	same "in runtime/odeon.map" "$scratch/map" "exported by libodeon.so" "$scratch/exports"
fi
echo "$(wc -l <"$scratch/map") names"
exit $bad
