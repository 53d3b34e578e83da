#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every public header compiles alone, as C11 and as C++17, with each compiler that is there, without a warning.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}" "${CC:=cc}" "${CXX:=c++}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bad=0 tried=0

compile()                                       # compiler, language, standard
{
	command -v "${1%% *}" >"$scratch/where" || return 0
	for header in odeon.h $(cd "$top_srcdir/include" && echo odeon/*.h odeon/actors/*.h odeon/net/*.h odeon/http/*.h); do
		tried=$((tried + 1))
		printf '#include <%s>\n#include <%s>\n' "$header" "$header" >"$scratch/alone"
		$1 -x "$2" -std="$3" -Wall -Wextra -pedantic -Werror -fsyntax-only -I "$top_srcdir/include" "$scratch/alone" \
			2>"$scratch/said" && continue
		echo "include/$header does not compile alone: $1 -std=$3 says"
		cat "$scratch/said"
		bad=1
	done
}
for compiler in "$CC" gcc clang; do
	compile "$compiler" c c11
done
for compiler in "$CXX" g++ clang++; do
	compile "$compiler" c++ c++17
done
echo "$tried times a header was compiled"
exit $bad
