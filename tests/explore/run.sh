#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The lock-free code under many schedules: each scenario clean, each mutant found. SEEDS says how many schedules of each
# scenario (20000). The names of the mutants in runtime/ are compared with the explorer's list, so none is forgotten.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}"
: "${top_builddir:=.}"
explore=${EXPLORE:-$top_builddir/tests/explore/explore}

in_runtime=$(cat "$top_srcdir"/runtime/*.[ch] | grep -o 'MUTANT([A-Z_]*)' | sed 's/MUTANT(\(.*\))/\1/' | sort -u)
listed=$(sed -n '/define MUTANTS_OF_RUNTIME/,/^$/p' "$top_srcdir/tests/explore/mutants.h" | grep -o 'X([A-Z_]*)' |
	sed 's/X(\(.*\))/\1/' | sort -u)
if [ "$in_runtime" != "$listed" ]; then
	echo "FAIL the mutants in runtime/ are not those in tests/explore/mutants.h:"
	printf '%s\n%s\n' "$in_runtime" "$listed" | sort | uniq -u
	exit 1
fi
exec "$explore" --check "${SEEDS:-20000}"
