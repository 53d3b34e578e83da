/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quiet - one thread changes a channel without a barrier while nobody waits; who comes to wait pays for it
 *
 * The protocol of runtime/wait.h on x86, with runtime/ring.c's changes: stores of the one who changes lie in a buffer, in order; they
 * come out at any time, and at the latest in a locked operation of his, or in a waiter's barrier of all threads. Each change is one
 * thing more to be had. Waiters want some each; enter the list, look, sleep until told, leave, try, and enter again.
 *
 * Wanted, in every interleaving: at rest nobody sleeps while there is something to be had. Each of these leaves a step out, and must fail:
 *   NO_BARRIER     who finds the list quiet ends that, and passes no barrier of all threads
 *   BARRIER_FIRST  ... passes it before it ends the quiet
 *   LETS_IN        ... passes it when it has given the lock back
 *   ONLY_ONCE      ... passes it the first time only
 *   NOT_ASKED      who found the list quiet before its change does not ask again after it
 *   CALMED_TAKEN   the list is made quiet while somebody is in it
 */
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef WANTS
#define WANTS 1
#endif
#ifndef WAITERS
#define WAITERS 2
#endif
#define USED 0                                  /* nobody is in it; somebody was, since it was last calmed */
#define EMPTY 1                                 /* nobody was */
#define QUIET 2
#define TAKEN 3

byte late = 0, there = 0, had = 0;              /* things in the buffer; for all to see; taken of these */
byte state = QUIET;
bool locked = false, was_ended = false, listed[WAITERS], told[WAITERS];

inline let_out() { d_step { there = there + late; late = 0 } }
inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

/* With the lock. */
inline vacate()
{
	d_step {
		if
		:: listed[0] || listed[WAITERS - 1]
		:: else -> state = USED
		fi
	}
}

proctype Buffer()
{
end:	do
	:: atomic { late > 0 -> late--; there++ }
	od
}

inline tell()
{
	if
	:: state == TAKEN ->
	   lock();
	   atomic {
		if
		:: listed[0] -> listed[0] = false; told[0] = true
		:: !listed[0] && listed[WAITERS - 1] -> listed[WAITERS - 1] = false; told[WAITERS - 1] = true
		:: else
		fi
	   };
	   vacate_after_tell();
	   unlock()
	:: else
	fi
}

inline vacate_after_tell() { if :: state == TAKEN -> vacate() :: else fi }

inline calm()
{
	lock();
	if
#ifndef CALMED_TAKEN
	:: state == TAKEN
#endif
	:: state == USED -> state = EMPTY
	:: else -> state = QUIET
	fi;
	unlock()
}

proctype changer()
{
	bool is_quiet;
	byte left = CHANGES;

	do
	:: left > 0 ->
	   left--;
	   is_quiet = (state == QUIET);
	   if
	   :: is_quiet ->
	      late++;
#ifndef NOT_ASKED
	      if
	      :: state == QUIET
	      :: else -> let_out(); tell()
	      fi
#endif
	   :: else ->
	      d_step { there = there + late + 1; late = 0 };
	      tell();
	      if
	      :: true -> let_out(); calm()
	      :: true
	      fi
	   fi
	:: else -> break
	od
}

proctype waiter(byte me)
{
	bool was_quiet;
	byte more = WANTS;

again:	lock();
	listed[me] = true;
	was_quiet = (state == QUIET);
#ifdef ONLY_ONCE
	d_step { was_quiet = was_quiet && !was_ended; was_ended = was_ended || was_quiet };
#endif
#ifdef BARRIER_FIRST
	if :: was_quiet -> let_out() :: else fi;
#endif
	state = TAKEN;
#ifdef LETS_IN
	unlock();
#endif
#if !defined(NO_BARRIER) && !defined(BARRIER_FIRST)
	if :: was_quiet -> let_out() :: else fi;
#endif
#ifndef LETS_IN
	unlock();
#endif
	if
	:: there > had
	:: there == had ->
end_asleep:
	   told[me]
	fi;
	lock();
	told[me] = false;
	if :: listed[me] -> listed[me] = false; vacate() :: else fi;
	unlock();
	if
	:: atomic { there > had -> had++; more-- };
	   if :: more > 0 -> goto again :: else fi
	:: there == had -> goto again
	fi
}

#define WANTED (CHANGES < WANTS * WAITERS -> CHANGES : WANTS * WAITERS)

proctype judge()
{
	timeout -> assert(had == WANTED)
}

init
{
	atomic {
		run Buffer();
		run changer();
		run waiter(0);
		run waiter(WAITERS - 1);
		run judge()
	}
}
