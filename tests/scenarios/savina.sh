#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each program of the Savina suite (examples/savina), small, with one and with two workers. A program checks its own
# result; here, that it says it did the work that was asked for, and that none is left out.
set -eu
: "${top_builddir:=.}"
bench=$top_builddir/examples/bench/odeon-bench
test -x "$bench" || { echo "no $bench"; exit 77; }

# name, --count, and the amount that it must report
rows="philosopher 50 1000
barber 1500 1500
cigsmok 100 100
bndbuffer 5 200
banking 2000 2000
concdict 200 4000
concsll 100 2000
logmap 100 1000
fib 12 287
bitonicsort 64 64
quicksort 20000 20000
radixsort 500 30500
sieve 20000 10000"

bad=0
listed=$("$bench" list | sed -n 's/^savina-\([a-z]*\) .*/\1/p' | sort)
tested=$(echo "$rows" | cut -d' ' -f1 | sort)
test "$listed" = "$tested" || { echo "the programs are not those that are tested: $listed"; bad=1; }

while read -r name count amount; do
	for workers in 1 2; do
		line=$("$bench" "savina-$name" -c "$count" -w "$workers" -r 1 -f csv | tail -n 1) || line=
		case $line in
		"savina-$name,$workers,$amount,"*) echo "$name, $workers: good" ;;
		*) echo "$name, $workers: $line"; bad=1 ;;
		esac
	done
done <<END
$rows
END
exit $bad
