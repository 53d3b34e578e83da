/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table - a rendezvous by its table, beside its lists
 *
 * The protocol of runtime/meet.h, and of choose.c around it. The lists are abstract (select.pml is their model): whoever is in one can be chosen, in one step.
 * Each of two senders has one message. In its first round it may offer it: it claims the table, puts the message there, offers, THEN looks whether a
 * receiver is in the list; then it looks at the turn. Sender 0 looks until its message is taken or nobody receives any more; sender 1 may stop at any
 * moment, and has a deadline. Then it withdraws, enters its list, and looks for a receiver once more. A receiver tries the table, then the list; enters its
 * list, looks at both; sleeps. It goes when it has received, and the last one tells who is in the list.
 *
 * Sender 0 is more patient than any of choose.c, which all stop looking: so the looks at the table and at the other's list are tried as if nothing came after them.
 *
 * Wanted, in every interleaving: a message is received at most once, and not also handed back; a send that ended well was received; nobody sleeps for ever, or lies
 * on the table for ever, while a partner sleeps or no receiver is left.
 *
 * -DLONE: one of the receivers is not there.
 *
 * Each of these leaves a step out, and must fail:
 *   NO_CLAIM            a receiver takes without a compare-and-swap
 *   WITHDRAWN_BLIND     a sender withdraws without one
 *   TURN_REUSED         the turn does not go up when a message is taken
 *   OFFERED_FIRST       offers, then puts the message there
 *   FREED_FIRST         a receiver frees the table, then reads what lay there
 *   STAYS               the offer stays on the table while its sender is in the list
 *   LOOK_FIRST          a sender looks for receivers that wait, then offers
 *   TABLE_NOT_LOOKED    a receiver does not look at the table when it has entered
 *   LIST_NOT_LOOKED     a sender does not look for a receiver when it has entered
 *   END_NOT_LOOKED      a sender that offers does not look whether anybody still receives
 */
#define SENDERS 2
#define RECEIVERS 2
#define FREE 0
#define OFFERING 1
#define OFFERED 2
#define TAKING 3
#define ROUND 4
#define NOBODY 9

byte turn = FREE, offered = NOBODY, left;
bool in_room[SENDERS], in_messages[RECEIVERS];
byte given[RECEIVERS];                          /* by a sender that chose it */
bool met[SENDERS];                              /* by a receiver that chose it */
bool ended[SENDERS];                            /* told, while it was in the list, that nobody receives any more */
bool looks[SENDERS], sleeps_there[SENDERS], sleeps_here[RECEIVERS];
byte received[SENDERS];
bool sent[SENDERS], returned[SENDERS];

#define RECEIVER_WAITS (in_messages[0] || in_messages[1])
#define SENDER_WAITS (in_room[0] || in_room[1])

inline has(message) { received[message]++; assert(received[message] == 1 && !returned[message]) }

proctype sender(byte me; bool is_patient)
{
	byte seen;
	bool may_offer = true, is_held = false;

again:
	atomic {
		if
		:: left == 0 -> goto refused
		:: in_messages[0] -> in_messages[0] = false; given[0] = me; goto well
		:: in_messages[1] -> in_messages[1] = false; given[1] = me; goto well
		:: else
		fi
	};
	atomic { if :: !may_offer -> goto enter :: else -> may_offer = false; seen = turn fi };
	if :: seen % ROUND != FREE || SENDER_WAITS -> goto enter :: else fi;
	atomic { if :: turn == seen -> turn = seen + OFFERING :: else -> goto enter fi };
#ifdef LOOK_FIRST
	is_held = RECEIVER_WAITS;
#endif
#ifndef OFFERED_FIRST
	offered = me;
#endif
	turn = seen + OFFERED;
#ifdef OFFERED_FIRST
	offered = me;
#endif
#ifndef LOOK_FIRST
	is_held = RECEIVER_WAITS;
#endif
	if
	:: is_held
	:: else ->
		looks[me] = true;
end_looking:
		if
		:: turn != seen + OFFERED
#ifndef END_NOT_LOOKED
		:: left == 0
#endif
		:: !is_patient
		fi
	fi;
#ifndef STAYS
	atomic {
		looks[me] = false;
		is_held = false;
		if
#ifdef WITHDRAWN_BLIND
		:: true -> turn = seen + ROUND
#else
		:: turn == seen + OFFERED -> turn = seen + ROUND
		:: else -> goto well
#endif
		fi;
		seen = 0
	};
#endif

enter:
	in_room[me] = true;
	if
#ifndef LIST_NOT_LOOKED
	:: RECEIVER_WAITS || left == 0
	:: else ->
#else
	:: true ->
#endif
		sleeps_there[me] = true;
end_asleep:
		if
		:: met[me] || ended[me]
		:: !is_patient
		fi
	fi;
	atomic {
		sleeps_there[me] = false;
		in_room[me] = false;
		if :: met[me] -> goto well :: else fi
	};
	if
	:: !is_patient -> goto refused
	:: true -> goto again
	fi;

refused:
	atomic { returned[me] = true; assert(received[me] == 0); may_offer = false; goto done };
well:
	atomic { sent[me] = true; met[me] = false; seen = 0; may_offer = false };
done:	skip
}

proctype receiver(byte me)
{
	byte seen, message = NOBODY;

again:
	seen = turn;
	if
	:: seen % ROUND == OFFERED ->
		atomic {
			if
#ifdef NO_CLAIM
			:: true -> turn = seen - OFFERED + TAKING
#else
			:: turn == seen -> turn = seen - OFFERED + TAKING
			:: else -> goto list
#endif
			fi
		};
#ifndef FREED_FIRST
		message = offered;
#endif
#ifdef TURN_REUSED
		turn = seen - OFFERED;
#else
		turn = seen - OFFERED + ROUND;
#endif
#ifdef FREED_FIRST
		message = offered;
#endif
		goto got
	:: else
	fi;

list:
	atomic {
		if
		:: in_room[0] -> in_room[0] = false; met[0] = true; message = 0; goto got
		:: in_room[1] -> in_room[1] = false; met[1] = true; message = 1; goto got
		:: else
		fi
	};
	in_messages[me] = true;
	if
	:: SENDER_WAITS
#ifndef TABLE_NOT_LOOKED
	:: turn % ROUND == OFFERED
	:: !SENDER_WAITS && turn % ROUND != OFFERED ->
#else
	:: !SENDER_WAITS ->
#endif
		sleeps_here[me] = true;
end_asleep:
		given[me] != NOBODY
	fi;
	atomic {
		sleeps_here[me] = false;
		in_messages[me] = false;
		if :: given[me] != NOBODY -> message = given[me]; goto got :: else goto again fi
	};

got:
	atomic { assert(message != NOBODY); has(message); message = NOBODY; given[me] = NOBODY; seen = 0; left-- };
	/* the last one, THEN tells all that wait for room */
	if
	:: atomic { left == 0 -> ended[0] = in_room[0]; ended[1] = in_room[1] }
	:: else
	fi
}

init {
	atomic {
		given[0] = NOBODY; given[1] = NOBODY;
		run sender(0, true); run sender(1, false); run receiver(0);
#ifdef LONE
		left = 1
#else
		left = 2; run receiver(1)
#endif
	};
end:	timeout ->
	assert(!((looks[0] || sleeps_there[0] || looks[1] || sleeps_there[1]) && (sleeps_here[0] || sleeps_here[1] || left == 0)));
	assert((!sent[0] || received[0] == 1) && (!sent[1] || received[1] == 1))
}
