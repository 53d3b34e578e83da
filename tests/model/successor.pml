/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * successor - of threads that share a core one is woken at a time, and it has the next one woken
 *
 * The protocol of runtime/wait.h: waiters want a thing each; they enter the list, look, sleep until chosen, leave, try, and enter
 * again. Who makes things tells the list, one choice for each, but none while a successor is on its way. One more takes a thing
 * without waiting, and puts it back. Nobody gives up, only looks or watches: the explorer and tests/unit/turns.c have these. What all
 * see is one order of things; on a processor the barriers see to that. With STRANGER the last waiter may use other cores, so from its entering on nobody is held.
 *
 * Wanted, in every interleaving: at rest nobody sleeps while there is a thing to be had. Each of these leaves a step out, and must fail:
 *   NO_LOOK     the successor says that it has tried, and does not look whether there is more
 *   LOOK_FIRST  ... looks before it says so
 *   IF_DONE     ... says so only if there was a thing for it
 *   STAYS       ... does not say so, for it was chosen when it had looked, and not slept
 *   TO_ONE      ... has one woken where not all share a core any more, who has nobody woken after it
 */
#ifndef WAITERS
#define WAITERS 3
#endif
#define THINGS WAITERS

byte there = 0, had = 0;
bool locked = false, is_taken = false, is_held = false;         /* both are read without the lock */
bool has_successor = false, is_mixed = false, listed[WAITERS], told[WAITERS], succeeds[WAITERS];

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

#if WAITERS == 3
#define ANYBODY (listed[0] || listed[1] || listed[2])
#else
#define ANYBODY (listed[0] || listed[1])
#endif

/* With the lock; the two bits are one word. */
inline weigh() { d_step { is_taken = ANYBODY; is_held = ANYBODY && has_successor } }

inline choose(i)
{
	listed[i] = false;
	told[i] = true;
	succeeds[i] = !is_mixed;
	has_successor = !is_mixed
}

inline choose_all()
{
	do
	:: listed[0] -> choose(0)
	:: listed[1] -> choose(1)
#if WAITERS == 3
	:: listed[2] -> choose(2)
#endif
	:: !ANYBODY -> break
	od
}

/* `passes`: by the successor, when it has tried. */
inline tell(passes)
{
	if
	:: atomic { passes || (is_taken && !is_held) -> skip };
	   lock();
	   atomic {
#ifndef TO_ONE
		if :: passes && is_mixed -> choose_all() :: else fi;
#endif
		if
		:: has_successor && !is_mixed
		:: (!has_successor || is_mixed) && listed[0] -> choose(0)
		:: (!has_successor || is_mixed) && listed[1] -> choose(1)
#if WAITERS == 3
		:: (!has_successor || is_mixed) && listed[2] -> choose(2)
#endif
		:: !ANYBODY
		fi;
		weigh()
	   };
	   unlock()
	:: atomic { !passes && (!is_taken || is_held) -> skip }
	fi
}

proctype maker()
{
	byte left = THINGS;

	do
	:: left > 0 -> left--; there++; tell(false)
	:: left == 0 -> break
	od
}

/* A thing that goes, and comes back. */
proctype passer()
{
	if
	:: atomic { there > 0 -> there-- }; there++; tell(false)
	:: true
	fi
}

inline enter()
{
	lock();
	atomic {
		if
		:: !ANYBODY && !has_successor -> is_mixed = is_stranger
		:: (ANYBODY || has_successor) && (is_stranger != is_mixed) -> is_mixed = true; has_successor = false
		:: (ANYBODY || has_successor) && (is_stranger == is_mixed)
		fi;
		listed[me] = true;
		weigh()
	};
	unlock()
}

inline pass()
{
#ifdef LOOK_FIRST
	is_more = there > 0;
#endif
	lock();
	atomic { has_successor = false; others = ANYBODY; if :: others -> weigh() :: else fi };
	unlock();
#ifndef LOOK_FIRST
	is_more = there > 0;
#endif
#ifndef NO_LOOK
	if :: others && is_more -> tell(true) :: else fi
#endif
}

proctype waiter(byte me; bool is_stranger)
{
	bool others, is_more, slept, done = false;

again:	enter();
	slept = false;
	if
	:: there > 0
	:: there == 0 -> slept = true;
end_asleep:
	   told[me]
	fi;
	lock();
	atomic { if :: listed[me] -> listed[me] = false; weigh() :: else fi };
	unlock();
	told[me] = false;
	if
	:: atomic { there > 0 -> there--; had++; done = true }
	:: there == 0
	fi;
	if
#ifdef IF_DONE
	:: succeeds[me] && done -> pass()
	:: !succeeds[me] || !done
#elif defined(STAYS)
	:: succeeds[me] && slept -> pass()
	:: !succeeds[me] || !slept
#else
	:: succeeds[me] -> pass()
	:: !succeeds[me]
#endif
	fi;
	succeeds[me] = false;
	if :: !done -> goto again :: done fi
}

proctype judge()
{
	timeout -> assert(had == WAITERS)
}

init
{
	atomic {
		run maker();
#ifndef NO_PASSER
		run passer();
#endif
		run waiter(0, false);
		run waiter(1, false);
#if WAITERS == 3
#ifdef STRANGER
		run waiter(2, true);
#else
		run waiter(2, false);
#endif
#endif
		run judge()
	}
}
