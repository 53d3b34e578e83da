/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * halt - who may run an actor that is halted and started anew
 *
 * The protocol of token.pml, without births, and with the bit HALTED in the word of the orders: an actor that failed, or
 * was told to halt, leaves its mailbox not idle and its token with nobody, and whoever clears the bit has the token: a
 * hard order, or its supervisor. An order that is not hard leaves the bit, and waits behind it.
 *
 * Any message may fail, each once, and so may a start anew. The message that failed is handled again.
 *
 * Wanted, in every interleaving: nobody runs on two workers; the supervisor, once told of a halt, can start the actor
 * anew unless it was killed; a kill and a soft order are never lost; when all sleep, nothing waits. Each of these
 * leaves a step out, and must fail:
 *   HALT_NO_LOOK        the actor halts without a look at the orders given since the last one
 *   ORDER_KEEPS_HALTED  a hard order leaves the bit, as a soft one does
 *   SOFT_TAKES          a soft order clears the bit, as a hard one does
 *   RESUME_PLAIN        starting anew is a look and a store, not one step
 *   NEWS_FIRST          the supervisor is told before the bit is set
 *   AGAIN_NO_LOOK       a start that failed puts the bit back without a look at the orders
 * NO_KILL: nobody kills, and all messages are handled.
 */
#ifndef PUSHERS
#define PUSHERS 2
#endif
#ifndef EACH
#define EACH 1
#endif
#ifndef STARTS_FAIL
#define STARTS_FAIL 1
#endif
#define ALL (PUSHERS * EACH)
#define SOFT 1
#define KILL 2
#define HALTED 4

byte head = 0, anchor = 0, queued = 0, running = 0, orders = 0, told = 0, news = 0, handled = 0;
bool idle = true, tag = false, alive = true, linked[ALL + 1], failed[ALL + 1];
bool halted = false, untold = false;            /* the holder's: runtime/restart.h */
bool pending = false;                           /* the holder's: the message that failed is the anchor, and not handled */
bool killed = false;
byte tellers = 0;                               /* that have done */

inline make_ready() { atomic { queued++; assert(queued == 1) } }

proctype Pusher()
{
	byte i = 0, before; bool was;
	do
	:: i < EACH ->
	   atomic { before = head; was = idle; head++; idle = false; tag = false };
	   linked[before] = true;
	   if :: was -> make_ready() :: else fi;
	   atomic { i++; was = false; before = 0 }
	:: else -> break
	od
}

/* The second step of an order: the tag, or the token of an idle mailbox. */
inline order_tag(was)
{
	atomic {
		was = idle;
		if
		:: idle -> idle = false
		:: else -> tag = true
		fi
	};
	if :: was -> make_ready() :: else fi
}

proctype Teller()
{
	bool was = false;
#ifdef SOFT_TAKES
	atomic { was = (orders & HALTED) != 0; orders = (orders & ~HALTED) | SOFT };
	if :: was -> make_ready(); goto done :: else fi;
#else
	orders = orders | SOFT;
#endif
	order_tag(was);
done:	tellers++
}

#ifndef NO_KILL
proctype Killer()
{
	bool was = false;
#ifdef ORDER_KEEPS_HALTED
	atomic { orders = orders | KILL; killed = true };
#else
	atomic { was = (orders & HALTED) != 0; orders = (orders & ~HALTED) | KILL; killed = true };
	if :: was -> make_ready(); goto done :: else fi;
#endif
	order_tag(was);
done:	tellers++
}
#endif
#ifdef NO_KILL
#define TELLERS 1
#define ALL_TOLD SOFT
#else
#define TELLERS 2
#define ALL_TOLD (SOFT | KILL)
#endif

/* Starts anew what it is told of, or, as there is somebody who will kill it, leaves it halted. */
proctype Supervisor()
{
	byte fails = STARTS_FAIL;
	do
	:: atomic { news > 0 -> news-- };
again:
#ifndef NO_KILL
	   if :: true -> goto next :: true -> skip fi;
#endif
#ifdef RESUME_PLAIN
	   if
	   :: (orders & HALTED) != 0 -> atomic { orders = orders & ~HALTED; running++; assert(running == 1) }
	   :: else -> assert(killed); goto next
	   fi;
#else
	   atomic {
		if
		:: (orders & HALTED) != 0 -> orders = orders & ~HALTED; running++; assert(running == 1)
		:: else -> assert(killed); goto next
		fi
	   };
#endif
	   if
	   :: fails > 0 ->                                                              /* its start fails */
	      fails--;
	      atomic {
		running--;
		if
#ifdef AGAIN_NO_LOOK
		:: true -> orders = orders | HALTED; goto again
#else
		:: (orders & KILL) == 0 -> orders = orders | HALTED; goto again
		:: else
#endif
		fi
	      };
	      make_ready()                                                              /* it was killed: its turn sees to that */
	   :: true -> halted = false; untold = false; atomic { running--; make_ready() }
	   fi;
next:	   skip
	:: atomic { news == 0 && handled == ALL && idle && queued == 0 -> break }
	od
}

inline obey()
{
	atomic { told = told | orders; seen = orders; orders = 0 };
	assert((seen & HALTED) == 0);
	if
	:: (seen & KILL) != 0 && alive -> atomic { alive = false; halted = false; untold = false }
	:: else
	fi
}

/* The message at the anchor: handled, or the actor fails with it, and is halted. */
inline handle()
{
	atomic {
		if
		:: alive && !failed[anchor] -> failed[anchor] = true; halted = true; untold = true; pending = true
		:: true -> handled++; pending = false
		fi
	}
}

proctype Worker()
{
	byte seen = 0; bool tells = false;
	do
	:: atomic { queued > 0 -> queued--; running++; assert(running == 1); assert(!idle) };
	   do
	   :: obey();
	      if
	      :: halted ->
	         tells = untold;
#ifdef NEWS_FIRST
	         atomic { if :: tells -> news++; tells = false :: else fi; untold = false };
#endif
	         atomic {
		   if
#ifdef HALT_NO_LOOK
		   :: true -> orders = orders | HALTED; running--
#else
		   :: (orders & KILL) == 0 -> orders = orders | HALTED; running--
		   :: else -> goto more
#endif
		   fi
	         };
	         atomic { if :: tells -> news++; tells = false :: else fi; break }      /* touches nothing of the actor */
	      :: else
	      fi;
	      if
	      :: pending -> handle()
	      :: !pending && linked[anchor] -> anchor++; handle()
	      :: else ->
	         atomic {
	           if
	           :: head == anchor && !tag -> idle = true; running--; break
	           :: head == anchor && tag -> tag = false
	           :: head != anchor && linked[anchor]
	           :: else -> running--; queued++; assert(queued == 1); break
	           fi
	         }
	      fi;
more:	      skip
	   od
	:: atomic { handled == ALL && idle && queued == 0 && tellers == TELLERS && told == ALL_TOLD -> break }
	od
}

init {
	byte i = 0;
	atomic {
		do :: i < PUSHERS -> run Pusher(); i++ :: else -> break od;
#ifndef NO_KILL
		run Killer();
#endif
		run Teller(); run Supervisor(); run Worker(); run Worker(); i = 0
	}
}
