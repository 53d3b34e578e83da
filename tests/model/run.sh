#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The models, in spin: each must hold, and each mutant of it must fail. One line each, with its states and errors.
# 77 when spin is missing.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}"
command -v spin > /dev/null || { echo "spin is not installed"; exit 77; }
models=$(cd "$top_srcdir/tests/model" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
bad=0

# try WANTED MODEL FLAGS...    WANTED: holds or fails
try() {
	wanted=$1 model=$2
	shift 2
	rm -f pan* out
	spin -a "$@" "$models/$model.pml" > out 2>&1 && ${CC:-cc} -O2 -DSAFETY -w -o pan pan.c && ./pan -m2000000 > out 2>&1 || true
	errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' out)
	states=$(sed -n 's/ *\([0-9]*\) states, stored.*/\1/p' out)
	case $wanted:${errors:-none}:$(grep -c 'max search depth too small' out || true) in
	holds:0:0 | fails:[1-9]*:*) verdict=ok ;;
	*) verdict=FAIL bad=1 ;;
	esac
	echo "$verdict $wanted $model $*: ${states:-?} states, ${errors:-?} errors"
	[ "$verdict" = ok ] || cat out
}

try holds park -DREADIED=1 -DPOSTERS=1
try holds park -DREADIED=1 -DPOSTERS=1 -DWAKE_ALL
for mutant in UNSIGNED NO_LOOK LOOK_FIRST LATE_KEY TRUST_WAKE NO_CHAIN CHAIN_FIRST TAKES_ALL NO_FENCE; do
	try fails park "-D$mutant"
done
try holds token
for mutant in NO_TAG NO_LOOK LOOK_ONCE NO_BUSY IDLE_PLAIN NO_CLAIM NOT_READY; do
	try fails token "-D$mutant"
done
try holds bond
try holds bond -DLINK
for mutant in NO_LOOKUP NO_STALE_NEWS TELL_BEFORE_STOP NO_UNDO; do
	try fails bond "-D$mutant"
done
for mutant in UNDO_BY_POINTER ONE_LINK NO_STALE_NEWS; do
	try fails bond -DLINK "-D$mutant"
done
try holds halt
try holds halt -DNO_KILL -DEACH=2
for mutant in HALT_NO_LOOK ORDER_KEEPS_HALTED SOFT_TAKES RESUME_PLAIN NEWS_FIRST AGAIN_NO_LOOK; do
	try fails halt "-D$mutant"
done
try holds next
for mutant in NO_BARRIER NOT_ASKED NOT_LOOKED NOT_ALONE LEAVES_FIRST OPENS_FIRST; do
	try fails next "-D$mutant"
done
try holds request
for mutant in LET_GO_EARLY PUSH_THEN_FILL NO_LATE_LOOK FREE_AT_EXPIRY NOT_UNLINKED KEEPS_TIMER NOT_ASKED; do
	try fails request "-D$mutant"
done
try holds wake
for mutant in LATE_KEY WAKE_FIRST NO_WAKE NO_LATCH; do
	try fails wake "-D$mutant"
done
try holds select
try holds select -DONE_SENDER
try holds select -DMEET
for mutant in NO_SECOND_LOOK LOOK_FIRST LEAVES_UNLOCKED TOUCHES NO_COMPARE NOT_SAID; do
	try fails select "-D$mutant"
done
try fails select -DONE_SENDER -DGIVES_UP
try fails select -DMEET -DNO_SECOND_LOOK
try fails select -DMEET -DNOT_SAID
try holds quiet
try holds quiet -DCHANGES=1
try holds quiet -DCHANGES=4 -DWANTS=2
for mutant in NO_BARRIER BARRIER_FIRST LETS_IN NOT_ASKED CALMED_TAKEN; do
	try fails quiet "-D$mutant"
done
try fails quiet -DCHANGES=4 -DWANTS=2 -DONLY_ONCE
# three waiters with one who passes by: 9 million states, with and without STRANGER, and a gigabyte
try holds successor -DWAITERS=2
try holds successor -DNO_PASSER
try holds successor -DNO_PASSER -DSTRANGER
for mutant in NO_LOOK LOOK_FIRST IF_DONE STAYS; do
	try fails successor -DWAITERS=2 "-D$mutant"
done
try fails successor -DNO_PASSER -DSTRANGER -DTO_ONE
try holds once
try holds once -DSENDERS=2
for mutant in NOT_SENT TOLD_FIRST NOT_ALONE NO_LOOK; do
	try fails once "-D$mutant"
done
try fails once -DSENDERS=2 -DNOT_ONLY
try holds table
try holds table -DLONE
for mutant in NO_CLAIM WITHDRAWN_BLIND TURN_REUSED OFFERED_FIRST FREED_FIRST STAYS LOOK_FIRST TABLE_NOT_LOOKED LIST_NOT_LOOKED; do
	try fails table "-D$mutant"
done
try fails table -DLONE -DEND_NOT_LOOKED
# both at once: 13 million states, and a gigabyte
try holds stop -DNO_STRANGER
try holds stop -DWORKERS=1
try holds stop -DNO_STRANGER -DFOR_EVER=1
for mutant in NO_KILL TELL_NO_FENCE LATE_KEY SPAWNED_FIRST NO_DRAIN; do
	try fails stop -DNO_STRANGER "-D$mutant"
done
for mutant in NO_LOOK NO_FENCE COUNT_LATE; do
	try fails stop -DNO_STRANGER -DFOR_EVER=1 "-D$mutant"
done
exit $bad
