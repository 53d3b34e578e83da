#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The larger example (examples/bank) under some seeds, with kills at each step: its money is conserved. And it would be seen if it
# were not: each mutant of the bank, which leaves out one of the things that keep it in order, is found under one of the same seeds.
set -eu
: "${top_builddir:=.}" "${top_srcdir:=.}" "${CC:=cc}" "${CFLAGS:=}" "${SANITIZER:=}"
seeds=${BANK_SEEDS:-100}
test -z "$SANITIZER" || seeds=${BANK_SEEDS:-5}
objects=$top_builddir/examples/bank
test -x "$objects/bank" || { echo "no $objects/bank"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bad=0

if "$objects/bank" --simulate "$seeds" >"$scratch/said" 2>&1; then
	cat "$scratch/said"
else
	cat "$scratch/said"
	bad=1
fi

test -z "$SANITIZER" || exit $bad               # what follows is the same in all builds

# mutant NAME FILE SCRIPT - the bank in which sed has changed FILE.c by SCRIPT
mutant()
{
	sed "$3" "$top_srcdir/examples/bank/$2.c" >"$scratch/$2.c"
	if cmp -s "$scratch/$2.c" "$top_srcdir/examples/bank/$2.c"; then
		echo "$1: changes nothing"
		bad=1
		return
	fi
	# shellcheck disable=SC2086
	$CC -std=c11 -D_GNU_SOURCE $CFLAGS -I"$top_srcdir/include" -I"$top_srcdir/examples/bank" -c "$scratch/$2.c" -o "$scratch/$2.o"
	others=
	for object in "$objects"/*.o; do
		test "${object##*/}" = "$2.o" || others="$others $object"
	done
	# shellcheck disable=SC2086
	"$top_builddir/libtool" --silent --mode=link "$CC" $CFLAGS -pthread -o "$scratch/mutant" "$scratch/$2.o" $others \
		"$top_builddir/libodeon.la"
	if "$scratch/mutant" --simulate "$seeds" >"$scratch/said" 2>&1; then
		echo "$1: not found"
		bad=1
	else
		echo "$1: found: $(sed -n '/^bank: seed/{s/^bank: //p;q;}' "$scratch/said")"
	fi
}

mutant "a booking that comes again is booked again" account \
	's/(before = find(account, booking)) != NULL/& \&\& before == NULL/'
mutant "an account forgets that it said no" account \
	's/lines\[i\].transfer == booking->transfer/& \&\& account->lines[i].verdict == BOOKED/'
mutant "an account answers before the line is written" account \
	's/^\taccount->is_ready = false;/&\n\todeon_reply_to(self, asked, odeon_new(booked, .verdict = line.verdict));/'
mutant "an account goes on although it does not know what is written" account \
	's/odeon_fail(self, error, "does not know what is written")/(void)(account->is_ready = true), odeon_unstash(self)/'
mutant "a deposit that is refused is not refunded" transfer \
	's/ask(self, transfer, order->from, REFUND)/note(self, transfer, UNDONE)/'
mutant "a transfer notes that it withdrew before it has" transfer \
	's/ask(self, transfer, order->from, WITHDRAWAL)/&, note(self, transfer, WITHDRAWN)/'
mutant "a transfer tells that it is done before it is noted" transfer \
	's/note(self, transfer, is_booked ? DONE : REFUSED);/if (is_booked) { transfer->state = DONE; go_on(self, transfer); } else note(self, transfer, REFUSED);/'
mutant "the disk takes a second line of the same number" disk \
	's/line->number != sheet->count/line->number > sheet->count/'
mutant "the desk does not look for what is unfinished" desk \
	's/error == 0 && i < unfinished->count/& \&\& error != 0/'
mutant "the desk goes on when the transfers are started anew" bank \
	's/ODEON_REST_FOR_ONE/ODEON_ONE_FOR_ONE/'
exit $bad
