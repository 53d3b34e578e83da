#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the headers mark ODEON_API, what its map names and what the library exports is one and the same list, for each library.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}" "${top_builddir:=.}" "${NM:=nm}"
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
compare()                                       # the map, the library, its headers
{
	sed 's|/\*.*\*/||; s|#.*||' "$top_srcdir/$1" | tr ' \t{};:' '\n' | grep -E '^(odeon|ODEON_MESSAGE)_' | sort -u >"$scratch/map"
	map=$1 library=$top_builddir/.libs/$2
	shift 2
	(cd "$top_srcdir" && cat $*) |
		sed -n -e '/^ODEON_API /{ s/[(;].*//; s/.*[ *]\(odeon_[a-z0-9_]*\)$/\1/p; }' \
			-e 's/^ODEON_MESSAGE_DECLARE(\(.*\)) ODEON_API;/ODEON_MESSAGE_\1/p' | sort -u >"$scratch/headers"
	same "marked ODEON_API" "$scratch/headers" "in $map" "$scratch/map"
	if test -e "$library"; then
		$NM -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u >"$scratch/exports"
		same "in $map" "$scratch/map" "exported by ${library##*/}" "$scratch/exports"
	fi
	echo "$(wc -l <"$scratch/map") names in $map"
}
compare runtime/odeon.map libodeon.so include/odeon.h include/odeon/*.h include/odeon/actors/*.h
compare actors/net/odeon-net.map libodeon-net.so include/odeon/net/*.h
compare actors/http/odeon-http.map libodeon-http.so include/odeon/http/*.h
exit $bad
