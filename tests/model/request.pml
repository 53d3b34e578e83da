/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request - a request's record between the asker and whoever owes the answer
 *
 * The protocol of runtime/duty.c, request.c and patience.h, with the deadline of timer.c: the duty ends on any thread; the
 * deadline is taken out of its wheel and pushed, on another; the asker takes what comes, in order, and may end at any time.
 * The system is freed when the asker has ended and its mailbox is empty, though the duty may be somewhere still.
 *
 * Wanted, in every interleaving: the continuation runs once; the record and the timer are each freed once, and nobody
 * touches them after that; no answer goes into a system that has gone. Each of these changes a step, and must fail:
 *   LET_GO_EARLY     patience ends before the asker has done with the record
 *   PUSH_THEN_FILL   what came of it is filled in after the push
 *   NO_LATE_LOOK     what comes back runs the continuation, though nobody waits
 *   FREE_AT_EXPIRY   the asker frees the record at the deadline
 *   NOT_UNLINKED     the end runs continuations that have run
 *   KEEPS_TIMER      an answer leaves the deadline pending
 *   NOT_ASKED        the duty's holder does not look whether anybody waits
 */
mtype = { ANSWER, TIMER };
chan mailbox = [2] of { mtype };

byte runs = 0;
bool freed = false, over = false, filled = false, linked = true;
bool pending = true, timer_over = false, timer_freed = false;      /* pending: in the wheel, under its latch */
bool ended = false, gone = false;

inline touch() { assert(!freed) }

inline free_record()
{
	atomic { assert(!freed); freed = true }
}

inline free_timer()
{
	atomic { assert(!timer_freed); timer_freed = true }
}

/* Exact: in the wheel, it is taken out; in flight, whoever takes it frees it. */
inline end_timer()
{
	atomic {
		if
		:: pending -> pending = false; free_timer()
		:: else -> timer_over = true
		fi
	}
}

inline run_it()
{
	touch();
#ifndef NOT_UNLINKED
	linked = false;
#endif
	runs++;
	touch()
}

inline let_go()
{
#ifdef FREE_AT_EXPIRY
	free_record()
#else
	over = true
#endif
}

proctype Duty()
{
	bool was_gone;

	was_gone = gone;
	touch();
	if
#ifndef NOT_ASKED
	:: over -> free_record()
#endif
	:: else ->
	   assert(!was_gone);
#ifdef PUSH_THEN_FILL
	   mailbox!ANSWER;
	   touch();
	   filled = true
#else
	   touch();
	   filled = true;
	   mailbox!ANSWER
#endif
	fi
}

proctype Wheel()
{
	if
	:: atomic { pending -> pending = false }; mailbox!TIMER
	:: !pending
	fi
}

inline answered()
{
	touch();
	assert(filled);
	if
#ifndef NO_LATE_LOOK
	:: over -> free_record()
#endif
	:: else ->
#ifndef KEEPS_TIMER
	   if
	   :: !over -> end_timer()
	   :: else
	   fi;
#endif
	   run_it();
	   free_record()
	fi
}

inline expired()
{
	free_timer();
	if
	:: timer_over
	:: else ->
#ifdef LET_GO_EARLY
	   let_go();
	   run_it()
#else
	   run_it();
	   let_go()
#endif
	fi
}

proctype Asker()
{
	do
	:: mailbox?ANSWER -> answered()
	:: mailbox?TIMER -> expired()
	:: !ended ->
	   ended = true;
	   if
	   :: linked -> end_timer(); run_it(); let_go()
	   :: else
	   fi
	:: atomic { ended && empty(mailbox) && !pending && (timer_freed) -> gone = true; break }
	od;
	/* what a duty that looked in time pushes is still taken, as the system is freed */
end_taking:
	do
	:: mailbox?ANSWER -> answered()
	od
}

init {
	atomic { run Duty(); run Wheel(); run Asker() };
	timeout;
	assert(runs == 1);
	assert(freed && timer_freed)
}
