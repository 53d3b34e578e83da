/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select - threads that wait for two channels at once, and who may wake them
 *
 * The protocol of runtime/wait.h and choose.c. A waiting thread wants one message. It tries both channels, enters both lists, looks once more,
 * says in the word in which it is chosen that it sleeps there and does so, ends its wait, leaves the lists it was not chosen from, tries what it was chosen for.
 * Thread 1 has a deadline, which may pass at any moment. A sender changes its channel, looks whether anybody is in the list, takes
 * waiters out until it can choose one, gives the lock back, and if that one slept wakes by the address alone.
 *
 * Wanted, in every interleaving: nobody sleeps while there is a message; and nobody touches a wait that is gone.
 *
 * -DONE_SENDER: one message for the two of them. -DMEET: a rendezvous of one sender and one receiver, who look for each other in the other's list; wanted: they meet.
 *
 * Each of these leaves a step out, and must fail:
 *   NO_SECOND_LOOK      sleeps without a look after entering
 *   LOOK_FIRST          the sender looks for waiters before its message is there
 *   GIVES_UP            a deadline that passed ends the wait whatever it was chosen for
 *   LEAVES_UNLOCKED     goes away without taking itself out of the lists
 *   TOUCHES             the sender takes the waiter out of the list after it has chosen it
 *   NO_COMPARE          chooses a wait that was chosen already
 *   NOT_SAID            sleeps without saying so
 */
#define CHANNELS 2
#define WAITERS 2
#define OPEN 0
#define ASLEEP 1
#define OVER 2
#define FIRST 3
#define NOBODY 9

bool locked[CHANNELS], listed[4], alive[WAITERS], woken[WAITERS], sleeps[WAITERS];
byte chosen[WAITERS], met = 0;
#ifdef MEET
#define LISTED(who, channel) listed[who]
#else
byte items[CHANNELS];
#define LISTED(who, channel) listed[(who) * CHANNELS + (channel)]
#endif

inline lock(channel) { atomic { !locked[channel] -> locked[channel] = true } }
inline unlock(channel) { locked[channel] = false }

inline enter(who, channel)
{
	lock(channel); LISTED(who, channel) = true; unlock(channel)
}

inline leave(who, channel)
{
#ifdef LEAVES_UNLOCKED
	skip
#else
	lock(channel); LISTED(who, channel) = false; unlock(channel)
#endif
}

/* With the lock. Out of the list first: once it is chosen, it may be gone. */
inline choose(who, channel, picked)
{
	assert(alive[who]);
#ifndef TOUCHES
	LISTED(who, channel) = false;
#endif
	atomic {
		if
#ifdef NO_COMPARE
		:: true -> slept = (chosen[who] != OPEN); chosen[who] = FIRST + channel; picked = who
#else
		:: chosen[who] <= ASLEEP -> slept = (chosen[who] == ASLEEP); chosen[who] = FIRST + channel; picked = who
		:: else
#endif
		fi
	};
#ifdef TOUCHES
	assert(alive[who]);
	LISTED(who, channel) = false;
#endif
}

/* It is said first; then a futex: not if the word has changed; then until it is woken, perhaps by somebody who meant an earlier wait. */
inline sleep(who, passes)
{
#ifndef NOT_SAID
#define SAID ASLEEP
	atomic { if :: chosen[who] == OPEN -> chosen[who] = ASLEEP :: else fi };
#else
#define SAID OPEN
#endif
	if
	:: atomic { chosen[who] == SAID -> woken[who] = false; sleeps[who] = true };
end_asleep:
	   if
	   :: woken[who]
	   :: passes -> passed = true
	   fi;
	   sleeps[who] = false
	:: chosen[who] != SAID
	fi
}

inline end_wait(who)
{
	atomic {
		if
		:: chosen[who] <= ASLEEP -> chosen[who] = OVER; which = NOBODY
		:: else -> which = chosen[who] - FIRST
		fi
	}
}

#ifndef MEET
inline try(channel) { atomic { if :: items[channel] > 0 -> items[channel]--; tried = true :: else -> tried = false fi } }

proctype waiter(byte me; bool deadline)
{
	byte which;
	bool tried, passed = false;

again:
	try(0); if :: tried -> goto done :: else fi;
	try(1); if :: tried -> goto done :: else fi;
	if :: passed -> goto done :: else fi;
	atomic { chosen[me] = OPEN; alive[me] = true };
	enter(me, 0);
	enter(me, 1);
	if
#ifndef NO_SECOND_LOOK
	:: items[0] > 0 || items[1] > 0
	:: else ->
#else
	:: true ->
#endif
		sleep(me, deadline)
	fi;
#ifdef GIVES_UP
	if :: passed -> chosen[me] = OVER; leave(me, 0); leave(me, 1); alive[me] = false; goto done :: else fi;
#endif
	end_wait(me);
	if :: which != 0 -> leave(me, 0) :: else fi;
	if :: which != 1 -> leave(me, 1) :: else fi;
	alive[me] = false;
	if
	:: which < CHANNELS ->
		if :: which == 0 -> try(0) :: else -> try(1) fi;
		if :: tried -> goto done :: else fi
	:: else
	fi;
	goto again;
done:	skip
}

proctype sender(byte channel)
{
	byte who, seen = 0, picked = NOBODY;
	bool anybody, slept = false;

#ifdef LOOK_FIRST
	anybody = LISTED(0, channel) || LISTED(1, channel);
	items[channel]++;
#else
	items[channel]++;
	anybody = LISTED(0, channel) || LISTED(1, channel);
#endif
	if
	:: anybody ->
		lock(channel);
		if :: who = 0 :: who = 1 fi;            /* whoever came first */
		do
		:: seen < WAITERS && picked == NOBODY ->
			if :: LISTED(who, channel) -> choose(who, channel, picked) :: else fi;
			who = 1 - who;
			seen++
		:: else -> break
		od;
		unlock(channel);
		if :: picked != NOBODY && slept -> woken[picked] = true :: else fi
	:: else
	fi
}

init {
	atomic {
		run waiter(0, false); run waiter(1, true); run sender(0);
#ifndef ONE_SENDER
		run sender(1)
#endif
	};
end:	timeout -> assert(!((sleeps[0] || sleeps[1]) && (items[0] > 0 || items[1] > 0)))
}
#else
/* Two sides of one rendezvous; list and lock number `me` is the own side's. */
proctype side(byte me)
{
	byte which, picked = NOBODY;
	bool passed = false, slept = false;

again:
	if
	:: LISTED(1 - me, 0) ->
		lock(1 - me);
		if :: LISTED(1 - me, 0) -> choose(1 - me, 0, picked) :: else fi;
		unlock(1 - me);
		if
		:: picked != NOBODY ->
			met++;
			if :: slept -> woken[picked] = true :: else fi;
			goto done
		:: else
		fi
	:: else
	fi;
	atomic { chosen[me] = OPEN; alive[me] = true };
	lock(me); LISTED(me, 0) = true; unlock(me);
	if
#ifndef NO_SECOND_LOOK
	:: LISTED(1 - me, 0)
	:: else ->
#else
	:: true ->
#endif
		sleep(me, false)
	fi;
	end_wait(me);
	if
	:: which == NOBODY -> lock(me); LISTED(me, 0) = false; unlock(me); alive[me] = false; goto again
	:: else -> alive[me] = false; met++
	fi;
done:	skip
}

init {
	atomic { run side(0); run side(1) };
end:	timeout -> assert(met == 2)
}
#endif
