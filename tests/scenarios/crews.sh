#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Rows of odeon-bench about channels, small, asked for with one core and with two, where this program may use all cores and where it may
# use one only. A row checks its own order and sum; here, that it comes to its end wherever its threads may be.
set -eu
: "${top_builddir:=.}"
bench=$top_builddir/examples/bench/odeon-bench
test -x "$bench" || { echo "no $bench"; exit 77; }
command -v taskset >/dev/null || { echo "skipped: there is no taskset"; exit 77; }
core=$(taskset -cp $$ | sed 's/.*: *\([0-9]*\).*/\1/')

bad=0
for row in chan-unbounded-1-1-8 chan-bounded-4-4-64 chan-ping-bounded; do
	for cores in 1 2; do
		for within in "" "taskset -c $core"; do
			line=$($within "$bench" "$row" -c 2000 -w "$cores" -r 1 -f csv | tail -n 1) || line=
			case $line in
			"$row,$cores,2000,"*) echo "$row, $cores, ${within:-all}: good" ;;
			*) echo "$row, $cores, ${within:-all}: $line"; bad=1 ;;
			esac
		done
	done
done
exit $bad
