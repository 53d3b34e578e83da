/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wake - a worker that sleeps until its earliest timer, and who arms an earlier one meanwhile
 *
 * The protocol of runtime/timer.h and rest.c. The worker takes its key, sets its bit, looks what is earliest, and sleeps
 * until then unless the key has changed. An armer puts its timer in, and says what is earliest, under the latch; then, if it
 * is earlier than all that was there, it changes the key. Moments are 1 (soon) and 2 (late); time passes only when nobody can
 * do anything else, so a sleep is no way out of a wake-up that was lost.
 *
 * Wanted: who sleeps beyond a moment has no timer due then.
 *
 * Each of these leaves a step out, and must fail:
 *   LATE_KEY    takes the key after it has looked what is earliest
 *   WAKE_FIRST  the armer changes the key, and then puts its timer in
 *   NO_WAKE     ... or does not change it
 *   NO_LATCH    two armers put theirs in without the latch, so that the later one may stand as the earliest
 */
#define NEVER 3
#ifndef ARMERS
#define ARMERS 2
#endif

byte earliest = NEVER, first = NEVER, until = NEVER, key = 0, armed = 0;
bool latch = false, asleep = false;

inline take() {
#ifndef NO_LATCH
	atomic { !latch -> latch = true }
#else
	skip
#endif
}

inline put(due)
{
	take();
	was = earliest;
	if
	:: due < was -> earliest = due
	:: else
	fi;
	atomic { if :: due < first -> first = due :: else fi; latch = false }
}

proctype Armer(byte due)
{
	byte was = NEVER;
#ifdef WAKE_FIRST
	key++;
	put(due);
#else
	put(due);
#ifndef NO_WAKE
	if
	:: due < was -> key++
	:: else
	fi;
#endif
#endif
	armed++
}

proctype Worker()
{
	byte seen = 0, moment = NEVER;
again:
#ifndef LATE_KEY
	seen = key;
#endif
	moment = earliest;
#ifdef LATE_KEY
	seen = key;
#endif
	atomic {
	  if
	  :: key != seen -> goto again
	  :: else -> until = moment; asleep = true
	  fi };
	/* up when the key changes; else only as time passes, and that must not be too late */
end:	atomic { key != seen -> asleep = false; goto again }
}

init {
	atomic {
		run Worker();
		run Armer(1);
		if :: ARMERS > 1 -> run Armer(2) :: else fi;
	};
	atomic { armed == ARMERS && asleep && timeout -> assert(until <= first) }
}
