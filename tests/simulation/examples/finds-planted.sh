#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The driver of the simulated examples can fail: each fault of planted.c is found, and found again with the seed that it told.
set -eu
: "${top_builddir:=.}"
program=$top_builddir/tests/simulation/examples/planted
said=$(mktemp)
trap 'rm -f "$said"' EXIT
bad=0
ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0           # a run that ends in the middle leaks
export ASAN_OPTIONS

found() { ! PLANTED=$1 "$program" 100 >"$said" 2>&1; }

for fault in order crash hang chance left; do
	if ! found $fault; then
		echo "$fault: not found under 100 seeds"
		bad=1
		continue
	fi
	seed=$(sed -n 's/.*ODEON_SEED=\([0-9]*\).*/\1/p' "$said" | sed -n 1p)
	if test -z "$seed"; then
		echo "$fault: found, but no seed was told:"
		cat "$said"
		bad=1
	elif ODEON_SEED=$seed PLANTED=$fault "$program" >"$said" 2>&1; then
		echo "$fault: not found again with seed $seed"
		bad=1
	else
		echo "$fault: found under seed $seed, and again"
	fi
done
if found none; then
	echo "none: a fault was found where none is:"
	cat "$said"
	bad=1
fi
exit $bad
