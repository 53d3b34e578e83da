/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token - who may run an actor
 *
 * The protocol of runtime/mailbox.h: the IDLE bit and the CONTROL tag in the head, the push whose link comes after its
 * exchange, orders as bits of a word, and the claim of an idle mailbox for a birth. Nodes are numbered in the order of
 * their exchanges; node 0 is the stub.
 *
 * Wanted, in every interleaving: nobody runs on two workers; when all sleep, nothing waits. Each of these leaves a step
 * out, and must fail:
 *   NO_TAG      an order does not tag a head that is not idle
 *   NO_LOOK     the tag is cleared, and the lane is not looked at again
 *   LOOK_ONCE   the lane is looked at when a turn begins and when a tag was cleared, but not before each message; a push
 *               takes the tag off the head again
 *   NO_BUSY     a turn that meets a push without its link ends, and does not come back
 *   IDLE_PLAIN  goes idle with a look and a store, not in one step
 *   NO_CLAIM    a birth takes the token without asking
 *   NOT_READY   a birth that can't give the token back forgets to make the actor ready
 */
#ifndef PUSHERS
#define PUSHERS 2
#endif
#ifndef EACH
#define EACH 2
#endif
#define TELLERS 2
#define ALL (PUSHERS * EACH)
#define ALL_TOLD ((1 << TELLERS) - 1)

byte head = 0, anchor = 0, queued = 0, running = 0, orders = 0, told = 0;
bool idle = true, tag = false, linked[ALL + 1], born = false;

inline make_ready() { atomic { queued++; assert(queued == 1) } }

proctype Pusher()
{
	byte i = 0, before; bool was;
	do
	:: i < EACH ->
	   atomic { before = head; was = idle; head++; idle = false; tag = false };     /* P1 */
	   linked[before] = true;                                                       /* P4 */
	   if :: was -> make_ready() :: else fi;
	   atomic { i++; was = false; before = 0 }
	:: else -> break
	od
}

proctype Teller(byte order)
{
	bool was = false;
	orders = orders | order;                                                         /* K1 */
	atomic {                                                                        /* K2 */
		was = idle;
		if
		:: idle -> idle = false
#ifdef NO_TAG
		:: else
#else
		:: else -> tag = true
#endif
		fi
	};
	if :: was -> make_ready() :: else fi
}

/* A birth: the claim, and the token given back. */
proctype Spawner()
{
#ifdef NO_CLAIM
	atomic { idle = false; running++; assert(running == 1) };
#else
	if
	:: atomic { idle -> idle = false; running++; assert(running == 1) }
	:: atomic { !idle -> goto done }
	fi;
#endif
	atomic {
		running--;
		if
		:: head == anchor && !tag -> idle = true; goto done
		:: else -> tag = (head == anchor -> false : tag)
		fi
	};
#ifndef NOT_READY
	make_ready();
#endif
done:	born = true
}

proctype Worker()
{
	bool looks = true;
	do
	:: atomic { queued > 0 -> queued--; running++; assert(running == 1); assert(!idle); looks = true };
	   do
	   :: if
	      :: looks -> atomic { told = told | orders; orders = 0 }
	      :: else
	      fi;
	      looks = true;
	      if
	      :: linked[anchor] ->
	         anchor++;
#ifdef LOOK_ONCE
	         looks = false
#endif
	      :: else ->
#ifdef IDLE_PLAIN
	         if
	         :: head == anchor && !tag -> atomic { running--; idle = true; break }
	         :: else
	         fi;
#endif
	         atomic {
	           if
	           :: head == anchor && !tag -> idle = true; running--; break
	           :: head == anchor && tag ->
	              tag = false;
#ifdef NO_LOOK
	              looks = false
#endif
	           :: head != anchor && linked[anchor]
	           :: else -> running--;
#ifndef NO_BUSY
	              queued++; assert(queued == 1);
#endif
	              break
	           fi
	         }
	      fi
	   od
	:: atomic { anchor == ALL && told == ALL_TOLD && idle && queued == 0 && born -> break }
	od
}

init {
	byte i = 0;
	atomic {
		do :: i < PUSHERS -> run Pusher(); i++ :: else -> break od;
		i = 0;
		do :: i < TELLERS -> run Teller(1 << i); i++ :: else -> break od;
		run Spawner(); run Worker(); run Worker(); i = 0
	}
}
