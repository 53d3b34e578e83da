/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * park - workers that sleep and are woken one at a time
 *
 * The protocol of runtime/sleepers.h: a bit for each sleeping worker, a count of those that search, an event to sleep on
 * for each worker. Items come from posters (inject) and from the first handler (ring, from which anyone may steal).
 *
 * Wanted, in every interleaving: an item never waits while a worker sleeps and all others are busy. Each handler runs
 * until ITEMS handlers have begun, and ITEMS <= WORKERS, so whoever leaves an item behind stops the whole.
 *
 * A clear bit and the count of searchers are two words, so between a waker's two steps the claimed worker may be up, find
 * work and take itself from the count first: the count is below the truth for a moment, -1 at the least. Below is safe
 * (somebody is woken for nothing), if all who read it take "0 or less" for none.
 *
 * -DWAKE_ALL: a waker wakes all who sleep. Each of these leaves a step out, and must fail:
 *   UNSIGNED      the count is unsigned and compared with exactly 0 and 1, so that -1 looks like many searchers
 *   NO_LOOK       sleeps without a look after setting the bit
 *   LOOK_FIRST    looks, then sets the bit
 *   LATE_KEY      takes the event's key after the look
 *   TRUST_WAKE    takes it that whoever bumped the event had claimed the bit
 *   NO_CHAIN      the last searcher that finds something does not look for more
 *   CHAIN_FIRST   ... looks for more before it takes itself from the count
 *   TAKES_ALL     a worker moves all of inject into its own ring, and afterwards only inject counts as more
 *   NO_FENCE      the poster looks for searchers before its item can be seen
 */
#ifndef WORKERS
#define WORKERS 3
#endif
#ifndef POSTERS
#define POSTERS 2
#endif
#ifndef READIED
#define READIED 1
#endif
#define ITEMS (POSTERS + READIED)
#define NOBODY 7

#ifdef UNSIGNED
#define NONE_SEARCHES (searching == 0)
#define WAS_LAST (was == 1)
byte searching = 0;
#define COUNT byte
#else
#define NONE_SEARCHES (searching <= 0)
#define WAS_LAST (was <= 1)
short searching = 0;
#define COUNT short
#endif

byte asleep = 0, inject = 0, ring = 0, began = 0, to_ready = READIED;
bool bumped[WORKERS];

#define BIT(k) (1 << (k))
#define LOWEST(set) ((set & 1) -> 0 : ((set & 2) -> 1 : 2))
#define WORK (inject > 0 || ring > 0)
#ifdef TAKES_ALL
#define MORE (inject > 0)
#else
#define MORE WORK
#endif

inline claim_and_wake_of_left()
{
	do
	:: atomic { left == 0 -> k = 0; break }
	:: atomic { else -> k = LOWEST(left); left = left & ~BIT(k);
	     if
	     :: asleep & BIT(k) -> asleep = asleep & ~BIT(k)
	     :: else -> k = NOBODY
	     fi };
	   if
	   :: k != NOBODY ->
	      searching++;
#ifdef WAKE_ALL
	      bumped[k] = true
#else
	      atomic { bumped[k] = true; k = 0; left = 0; break }
#endif
	   :: else
	   fi
	od
}

inline claim_and_wake()
{
	left = asleep;
	claim_and_wake_of_left()
}

inline wake_if_wanted()
{
	if
	:: NONE_SEARCHES -> claim_and_wake()
	:: else
	fi
}

proctype Poster()
{
	byte k = 0, left = 0;
#ifdef NO_FENCE
	if
	:: NONE_SEARCHES -> left = asleep
	:: else
	fi;
	inject++;
	claim_and_wake_of_left()
#else
	inject++;
	wake_if_wanted()
#endif
}

proctype Worker(byte me)
{
	byte k = 0, left = 0; COUNT was = 0; bool searches = false;
again:
	if
	:: atomic { inject > 0 -> inject--;
#ifdef TAKES_ALL
	     ring = ring + inject; inject = 0
#endif
	   }; goto found
	:: else
	fi;
	if
	:: atomic { ring > 0 -> ring-- }; goto found
	:: else
	fi;
	if
	:: atomic { !searches && searching * 2 < WORKERS -> searching++; searches = true }; goto again
	:: else
	fi;
#ifdef LOOK_FIRST
	if :: WORK -> goto again :: else fi;
#endif
#ifndef LATE_KEY
	bumped[me] = false;
#endif
	asleep = asleep | BIT(me);
	if
	:: searches -> atomic { searching--; searches = false }
	:: else
	fi;
	if
#if !defined(NO_LOOK) && !defined(LOOK_FIRST)
	:: WORK
	:: else ->
#else
	:: true ->
#endif
#ifdef LATE_KEY
	   bumped[me] = false;
#endif
end:	   bumped[me]
	fi;
#ifdef TRUST_WAKE
	searches = true;
#else
	atomic { searches = true;
	  if
	  :: asleep & BIT(me) -> asleep = asleep & ~BIT(me)
	  :: else -> goto again
	  fi };
	searching++;
#endif
	goto again;
found:
	if
	:: searches ->
#ifdef CHAIN_FIRST
	   atomic { was = searching; searches = false; if :: WAS_LAST && MORE -> k = 1 :: else fi };
	   searching--;
	   if
	   :: atomic { k == 1 -> k = 0; was = 0 }; wake_if_wanted()
	   :: atomic { else -> was = 0 }
	   fi
#else
	   atomic { was = searching; searching--; searches = false };
#ifndef NO_CHAIN
	   if
	   :: atomic { WAS_LAST && MORE -> was = 0 }; wake_if_wanted()
	   :: atomic { else -> was = 0 }
	   fi
#endif
#endif
	:: else
	fi;
	if
	:: atomic { to_ready > 0 -> to_ready--; ring++ }; wake_if_wanted()
	:: else
	fi;
	began++;
	began == ITEMS
}

init {
	byte i = 0;
	atomic {
		do :: i < POSTERS -> run Poster(); i++ :: else -> break od;
		i = 0;
		do :: i < WORKERS -> run Worker(i); i++ :: else -> break od; i = 0
	};
	timeout;
	assert(began == ITEMS)
}
