/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * next - the next slot, with the owner's fence paid for by the thief
 *
 * The protocol of runtime/runqueue.h on x86: the owner's stores lie in a buffer, in order, seen by itself; they come out
 * at any time, and at the latest in the thief's barrier. The owner puts ITEMS items and takes some out again; what it
 * gets back goes to its ring, which is not shown here.
 *
 * Wanted, in every interleaving: each item comes out exactly once. Each of these leaves a step out, and must fail:
 *   NO_BARRIER    the thief looks at `inside` without the barrier
 *   NOT_ASKED     the owner does not look at `wanted`
 *   NOT_LOOKED    the thief does not look at `inside`
 *   NOT_ALONE     thieves do not exclude each other
 *   LEAVES_FIRST  the owner is no longer `inside` when it stores
 *   OPENS_FIRST   the thief gives `wanted` back before it empties the slot
 */
#ifndef ITEMS
#define ITEMS 3
#endif
#ifndef THIEVES
#define THIEVES 2
#endif
#define NEXT 0
#define INSIDE 1

byte next = 0, inside = 0, wanted = 0, out[ITEMS + 1];
byte own_next = 0, late_nexts = 0;              /* the owner's latest store to `next`, while it is in the buffer */
chan late = [6] of { byte, byte };
bool ended = false;

inline came_out(item)
{
	atomic {
		if
		:: item != 0 -> out[item]++; assert(out[item] == 1)
		:: else
		fi
	}
}

inline let_out()
{
	d_step {
		late?what, value;
		if
		:: what == NEXT -> next = value; late_nexts--
		:: else -> inside = value
		fi;
		what = 0; value = 0
	}
}

proctype Buffer()
{
	byte what, value;
end:	do
	:: len(late) > 0 -> let_out()
	od
}

#define SEEN (late_nexts > 0 -> own_next : next)

/* `item` into the slot, 0 to take; `item` becomes what was there, or stays when a thief is there. */
inline exchange_next()
{
	late!INSIDE, 1;
	if
#ifdef NOT_ASKED
	:: true ->
#else
	:: wanted == 0 ->
#endif
	   was = SEEN;
#ifdef LEAVES_FIRST
	   late!INSIDE, 0;
#endif
	   atomic { late!NEXT, item; own_next = item; late_nexts++; item = was; was = 0 }
#ifndef NOT_ASKED
	:: else
#endif
	fi;
#ifndef LEAVES_FIRST
	late!INSIDE, 0
#endif
}

proctype Owner()
{
	byte i = 0, item = 0, was = 0;
	do
	:: i < ITEMS ->
	   atomic { i++; item = i };
	   exchange_next();
	   came_out(item);
	   item = 0;
	   if
	   :: SEEN != 0 -> exchange_next(); came_out(item); item = 0
	   :: true
	   fi
	:: else -> break
	od;
	ended = true
}

proctype Thief()
{
	byte item = 0;
end:	next != 0;
#ifdef NOT_ALONE
	wanted = 1;
#else
	if
	:: atomic { wanted == 0 -> wanted = 1 }
	:: wanted != 0 -> goto gone
	fi;
#endif
#ifndef NO_BARRIER
	len(late) == 0;
#endif
	if
#ifdef NOT_LOOKED
	:: true ->
#else
	:: inside == 0 ->
#endif
	   item = next;
#ifdef OPENS_FIRST
	   wanted = 0;
#endif
	   next = 0;
	   came_out(item)
#ifndef NOT_LOOKED
	:: else
#endif
	fi;
	wanted = 0;
gone:	skip
}

init {
	byte i = 0;
	atomic {
		run Buffer(); run Owner();
		do :: i < THIEVES -> run Thief(); i++ :: else -> break od
	};
	timeout;
	assert(ended && inside == 0);
	came_out(next);
	i = 1;
	do :: i <= ITEMS -> assert(out[i] == 1); i++ :: else -> break od
}
