/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stop - the end of a system
 *
 * The protocol of runtime/stop.c with actor_spawn, await_threads, rest_tell_waiters and the drains: the phase, the walk
 * with the orders, the spawner's look after the birth, the kill at half of the time, the wait for the last end, the
 * threads' end, and what comes later than that.
 *
 * PARENT lives from the start; it ends by a kill only, as one with a long queue would; its handler spawns CHILD. An
 * outside thread spawns STRANGER. A poster sends one message to CHILD, at any time. Whoever frees the system waits until
 * the outside threads have left it, and drains once more.
 *
 * -DNO_STRANGER: no thread spawns STRANGER. -DFOR_EVER=1: the stop has no deadline, and PARENT ends by the first order.
 *
 * Wanted, in every interleaving: the stop comes to its end; no actor that an actor spawned is alive then; in the end
 * every actor has ended, and the message was handled, buried or refused, once. Each of these leaves a step out, and
 * must fail:
 *   NO_LOOK        the spawner does not look at the phase after the birth
 *   NO_FENCE       the walk looks before the phase can be seen
 *   NO_KILL        the orders of the second walk are forgotten
 *   TELL_NO_FENCE  a worker looks for waiters before the end can be seen
 *   COUNT_LATE     the waiter counts itself in after its look
 *   LATE_KEY       the waiter takes the event's key after its look
 *   SPAWNED_FIRST  spawns are read before ends
 *   NO_DRAIN       what is ready when the threads have ended is left
 */
#define PARENT 0
#define CHILD 1
#define STRANGER 2
#define ACTORS 3
#define RUNNING 0
#define STOPPING 1
#define STOPPED 2
#define STOP 1
#define KILL 2
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef FOR_EVER
#define FOR_EVER 0
#endif
#ifdef NO_STRANGER
#define OUTSIDE 1
#else
#define OUTSIDE 2
#endif

byte phase = RUNNING, spawned = 1, ended = 0, waiters = 0, event = 0, closed = 0, outside = OUTSIDE;
bool alive[ACTORS], idle[ACTORS], ready[ACTORS], closing = false, freed = false;
byte orders[ACTORS], queue[ACTORS], told = 0, spawns_left = 1;

inline order(who, bits)
{
	atomic {
		if
		:: alive[who] ->
		   orders[who] = orders[who] | bits;
		   ready[who] = ready[who] || idle[who];
		   idle[who] = false
		:: else
		fi
	}
}

/* The token is the spawner's until it is given back. */
inline spawn(who)
{
	if
	:: phase == RUNNING ->
	   alive[who] = true;
	   spawned++;
	   atomic {
	     if
	     :: orders[who] != 0 || queue[who] != 0 -> ready[who] = true
	     :: else -> idle[who] = true
	     fi
	   };
#ifndef NO_LOOK
	   if
	   :: phase != RUNNING -> order(who, STOP)
	   :: else
	   fi
#endif
	:: else
	fi
}

inline turn(who)
{
	do
	:: atomic { orders[who] != 0 ->
	     bits = orders[who];
	     orders[who] = 0;
	     ends = alive[who] && ((bits & KILL) || ((who != PARENT || FOR_EVER) && (bits & STOP)));
	     bits = 0 };
	   if
	   :: ends ->
	      alive[who] = false;
#ifdef TELL_NO_FENCE
	      seen = waiters;
#endif
	      atomic { ended++; ends = false }
	   :: else
	   fi
	:: atomic { orders[who] == 0 && queue[who] > 0 -> queue[who]--; told++ }         /* handled, or buried */
	:: atomic { orders[who] == 0 && queue[who] == 0 -> idle[who] = true; break }
	:: atomic { who == PARENT && alive[PARENT] && spawns_left > 0 -> spawns_left-- };
	   spawn(CHILD)
	od
}

/* Sums `are` of what lives. */
inline count_alive()
{
#ifdef SPAWNED_FIRST
	are = spawned;
	are = are - ended
#else
	are = ended;
	are = spawned - are
#endif
}

inline rest_tell_waiters()
{
#ifndef TELL_NO_FENCE
	seen = waiters;
#endif
	if
	:: seen != 0 -> count_alive();
	   if
	   :: atomic { are == 0 -> event++; seen = 0 }
	   :: atomic { else -> seen = 0; are = 0 }
	   fi
	:: else
	fi
}

proctype Worker()
{
	byte bits, seen, are; bool ends;
	do
	:: atomic { ready[PARENT] -> ready[PARENT] = false }; turn(PARENT); rest_tell_waiters()
	:: atomic { ready[CHILD] -> ready[CHILD] = false }; turn(CHILD); rest_tell_waiters()
	:: atomic { ready[STRANGER] -> ready[STRANGER] = false }; turn(STRANGER); rest_tell_waiters()
	:: closing -> break
	od;
	closed++
}

proctype Spawner()
{
	spawn(STRANGER);
	outside--
}

proctype Poster()
{
	if
	:: alive[CHILD] ->
	   atomic { queue[CHILD]++; ready[CHILD] = ready[CHILD] || idle[CHILD]; idle[CHILD] = false }
	:: else -> told++
	fi;
	outside--
}

inline walk(bits_for_all)
{
	order(PARENT, bits_for_all);
	order(CHILD, bits_for_all);
	order(STRANGER, bits_for_all)
}

inline drain()
{
#ifdef NO_DRAIN
	skip
#else
	do
	:: atomic { ready[PARENT] -> ready[PARENT] = false }; turn(PARENT)
	:: atomic { ready[CHILD] -> ready[CHILD] = false }; turn(CHILD)
	:: atomic { ready[STRANGER] -> ready[STRANGER] = false }; turn(STRANGER)
	:: atomic { !ready[PARENT] && !ready[CHILD] && !ready[STRANGER] -> break }
	od
#endif
}

proctype Stopper()
{
	byte key, are, bits, seen; bool is_late = false, ends;
#ifdef NO_FENCE
	bool saw = alive[CHILD];
	phase = STOPPING;
	order(PARENT, STOP);
	if :: saw -> order(CHILD, STOP) :: else fi;
	order(STRANGER, STOP);
#else
	phase = STOPPING;
	walk(STOP);
#endif
#ifndef COUNT_LATE
	waiters++;
#endif
	do
	:: true ->
#ifndef LATE_KEY
	   key = event;
#endif
	   count_alive();
	   if
	   :: are == 0 -> break
	   :: else
	   fi;
#ifdef LATE_KEY
	   key = event;
#endif
#ifdef COUNT_LATE
	   waiters = 1;
#endif
	   are = 0;
	   if
	   :: event != key
	   :: atomic { !is_late && !FOR_EVER -> is_late = true };
#ifndef NO_KILL
	      walk(KILL)
#endif
	   fi
	od;
	waiters = 0;
	assert(!alive[PARENT] && !alive[CHILD]);
	closing = true;
	closed == WORKERS;
	drain();
	phase = STOPPED;
	outside == 0;
	drain();
	freed = true
}

init {
	byte i = 0;
	atomic {
		alive[PARENT] = true;
		idle[PARENT] = false; ready[PARENT] = true;
		do :: i < WORKERS -> run Worker(); i++ :: else -> break od;
		i = 0;
		run Poster(); run Stopper();
#ifndef NO_STRANGER
		run Spawner()
#endif
	};
	timeout;
	assert(freed && told == 1 && spawned == ended);
	assert(!alive[PARENT] && !alive[CHILD] && !alive[STRANGER])
}
