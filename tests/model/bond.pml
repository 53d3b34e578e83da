/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bond - who is told of an end
 *
 * The protocol of runtime/bond.h between two actors: bonds and vigils that travel through mailboxes, whose taker has them,
 * whether he lives or not. Each actor sets and undoes a few times, and may end at any moment; also then its mailbox is
 * emptied. Each visible step is a push, or a look at the other one's generation.
 *
 * Without -DLINK, actor 0 monitors actor 1. With it, both link and unlink, and both trap.
 *
 * Wanted, in every interleaving: news only while it is wanted, so never twice and never after the bond was undone; never
 * before the last message that the other's stop sent; in the end, who lives and has a bond with one that ended was told;
 * records are freed once, and none is left when the bonds have gone. Each of these leaves a step out, and must fail:
 *   NO_LOOKUP         news is told without a look for the vigil
 *   NO_STALE_NEWS     a bond that comes too late is released
 *   TELL_BEFORE_STOP  the bonds are told before stop runs
 *   UNDO_BY_POINTER   an undone link takes the other half by pointer, as a monitor is undone
 *   ONE_LINK          news of an end forgets one link, though both may have set one
 *   NO_UNDO           an end leaves the monitors of the one that ended in others' lists
 */
#define SETS 2
#ifdef LINK
#define SETS_OF_OTHER 1
#else
#define SETS_OF_OTHER 0
#endif
#define NUMBERS (SETS + SETS_OF_OTHER)
#define OTHER (1 - me)
#define AT(who, number) ((who) * NUMBERS + (number))

mtype = { BOND, NEWS, UNDO, LAST };
chan box[2] = [12] of { mtype, byte };
bool alive[2], wanted[2], got_last[2];
bool held[2 * NUMBERS];                                 /* the vigil of an actor, by number */
bool listed[2 * NUMBERS];                               /* the bond in its list */
byte numbers = 0, records = 0;

inline release(count) { d_step { assert(records >= count); records = records - count } }

/* A record goes to the other one, if he lives at the look; else it is released. */
inline push(what, which)
{
	if
	:: alive[OTHER] -> box[OTHER]!what(which)
	:: else -> release(1)
	fi
}

inline any_held()
{
	d_step {
		any = false; i = 0;
		do
		:: i < NUMBERS -> any = any || held[AT(me, i)]; i++
		:: else -> break
		od;
		i = 0
	}
}

inline set()
{
	any_held();
	if
	:: !any && numbers < NUMBERS ->
	   d_step {
	     number = numbers; numbers++; sets--;
	     held[AT(me, number)] = true;
	     wanted[me] = true;
#ifdef LINK
	     listed[AT(me, number)] = true;
	     records = records + 4
#else
	     records = records + 2
#endif
	   };
	   box[OTHER]!BOND(number)
	:: else -> sets--
	fi
}

/* All there are. */
inline undo()
{
	undos--;
	wanted[me] = false;
	number = 0;
	do
	:: number < NUMBERS && held[AT(me, number)] ->
	   held[AT(me, number)] = false;
#ifdef LINK
	   assert(listed[AT(me, number)]);
	   listed[AT(me, number)] = false;
	   release(1);
#endif
	   push(UNDO, number);
	   number++
	:: number < NUMBERS && !held[AT(me, number)] -> number++
	:: else -> break
	od
}

/* Monitors are undone; of links the vigil goes, and the bond stays to be told. */
inline let_go()
{
	number = 0;
	do
	:: number < NUMBERS && held[AT(me, number)] ->
	   held[AT(me, number)] = false;
#ifdef LINK
	   release(1);
#else
#ifdef NO_UNDO
	   release(1);
#else
	   push(UNDO, number);
#endif
#endif
	   number++
	:: number < NUMBERS && !held[AT(me, number)] -> number++
	:: else -> break
	od
}

inline tell()
{
	number = 0;
	do
	:: number < NUMBERS && listed[AT(me, number)] ->
	   listed[AT(me, number)] = false;
	   push(NEWS, number);
	   number++
	:: number < NUMBERS && !listed[AT(me, number)] -> number++
	:: else -> break
	od
}

inline finish()
{
	alive[me] = false;
#ifdef TELL_BEFORE_STOP
	tell();
#endif
	box[OTHER]!LAST(0);                             /* what stop sends */
	let_go();
	tell()
}

inline arrive()
{
	if
	:: alive[me] ->
	   d_step {
	     listed[AT(me, number)] = true;
#ifdef LINK
	     held[AT(me, number)] = true;
	     wanted[me] = true
#endif
	   }
	:: else ->
#ifdef LINK
	   release(1);
#endif
#ifdef NO_STALE_NEWS
	   release(1)
#else
	   push(NEWS, number)
#endif
	fi
}

inline forget()
{
	d_step {
		i = 0;
		do
		:: i < NUMBERS && held[AT(me, i)] ->
		   held[AT(me, i)] = false;
		   records--;
#ifdef LINK
		   assert(listed[AT(me, i)]);
		   listed[AT(me, i)] = false;
		   records--;
#endif
#ifdef ONE_LINK
		   break
#else
		   i++
#endif
		:: i < NUMBERS && !held[AT(me, i)] -> i++
		:: else -> break
		od;
		i = 0
	}
}

inline hear()
{
	release(1);
	any_held();
#ifdef NO_LOOKUP
	any = true;
#endif
	if
	:: alive[me] && any ->
	   forget();
	   assert(wanted[me] && got_last[me]);
	   wanted[me] = false
	:: else
	fi
}

inline be_undone()
{
	release(1);
#ifdef LINK
#ifdef UNDO_BY_POINTER
	if
	:: alive[me] ->
#else
	if
	:: alive[me] && held[AT(me, number)] ->
#endif
	   assert(held[AT(me, number)] && listed[AT(me, number)]);
	   d_step { held[AT(me, number)] = false; listed[AT(me, number)] = false };
	   release(2)
	:: else
	fi
#else
	if
	:: alive[me] ->
	   assert(listed[AT(me, number)]);
	   listed[AT(me, number)] = false;
	   release(1)
	:: else
	fi
#endif
	any_held();
	wanted[me] = wanted[me] && any
}

proctype Actor(byte me; byte sets; byte undos; bool may_end)
{
	byte number, i; bool any;
end:	do
	:: alive[me] && sets > 0 -> set()
	:: alive[me] && undos > 0 -> undo()
	:: alive[me] && may_end -> finish()
	:: box[me]?BOND(number) -> arrive()
	:: box[me]?NEWS(number) -> hear()
	:: box[me]?UNDO(number) -> be_undone()
	:: box[me]?LAST(number) -> got_last[me] = true
	od
}

/* Nothing moves any more. */
inline look_at_all()
{
	d_step {
		do
		:: i < NUMBERS ->
#ifdef LINK
		   assert(held[AT(0, i)] == listed[AT(0, i)] && held[AT(1, i)] == listed[AT(1, i)]);
		   assert(held[AT(0, i)] == held[AT(1, i)]);
		   left = left + (held[AT(0, i)] -> 4 : 0);
#else
		   assert(held[AT(0, i)] == listed[AT(1, i)]);
		   left = left + (held[AT(0, i)] -> 2 : 0);
#endif
		   i++
		:: else -> break
		od;
		assert(records == left);
		assert(left == 0 || (alive[0] && alive[1]));
		assert(!alive[0] || wanted[0] == (left > 0))
#ifdef LINK
		; assert(!alive[1] || wanted[1] == (left > 0))
#endif
	}
}

init {
	byte i = 0, left = 0; bool ends_0, ends_1;
	if :: ends_0 = true :: ends_0 = false fi;
	if :: ends_1 = true :: ends_1 = false fi;
	atomic {
		alive[0] = true; alive[1] = true;
#ifdef LINK
		run Actor(0, SETS, 1, ends_0); run Actor(1, SETS_OF_OTHER, 1, ends_1)
#else
		run Actor(0, SETS, SETS, ends_0); run Actor(1, SETS_OF_OTHER, 0, ends_1)
#endif
	};
	timeout;
	look_at_all()
}
