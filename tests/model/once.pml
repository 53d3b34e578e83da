/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * once - how the sides of a oneshot end: who is told, who counts, who frees it
 *
 * The protocol of runtime/oneshot.c and of the drops in runtime/channel.c. Each operation on the channel is one step; the compare-and-swap
 * of the word and the counting are full barriers, and nothing else has to be one. A sender sends, or does not, and goes; receivers receive until
 * they hear that nothing will come, or go before that.
 *
 * Wanted, in every interleaving: nobody sleeps for ever; the message is received or dropped, once; the channel is freed once, when nobody
 * has a half. Each of these leaves a step out, and must fail:
 *   NOT_SENT     the only sender tells nobody, though it has sent nothing
 *   NOT_ONLY     a sender that has sent tells and counts nobody, though there is another
 *   TOLD_FIRST   who sends tells before the word is set
 *   NOT_ALONE    a receiver frees the channel, as the senders have gone, though there is another receiver
 *   NO_LOOK      who enters the list does not look once more
 */
#ifndef SENDERS
#define SENDERS 1
#endif
#define RECEIVERS 2
#define SPENT 2

byte word = 0, senders = SENDERS, receivers = RECEIVERS, sides = 2;
byte sent = 0, had = 0, freed = 0;              /* how many went, were received or dropped; how often it was freed */
bool listed[RECEIVERS], told[RECEIVERS];

#define HERE assert(freed == 0)                 /* before a step on the channel: it is there */

inline tell_all()
{
	atomic {
		HERE;
		if :: listed[0] -> listed[0] = false; told[0] = true :: else fi;
		if :: listed[1] -> listed[1] = false; told[1] = true :: else fi
	}
}

/* Whoever is left last takes it out; fini looks again. */
inline drain()
{
	atomic {
		HERE;
		if :: word == 1 -> word = SPENT; had++ :: else fi
	}
}

inline discard() { drain(); atomic { HERE; freed++ } }

inline let_go()
{
	if
	:: atomic { sides == 1 -> HERE }
	:: atomic { sides != 1 -> HERE; sides--; is_last = (sides == 0) };
	   if :: is_last :: else -> goto gone fi
	fi;
	discard()
}

proctype sender()
{
	bool has_sent, is_only, is_last;

	if
	:: true ->                              /* sends */
#ifdef TOLD_FIRST
	   tell_all();
#endif
	   atomic { HERE; has_sent = (receivers != 0 && word == 0); if :: has_sent -> word = 1; sent++ :: else fi };
#ifndef TOLD_FIRST
	   if :: has_sent -> tell_all() :: else fi;
#endif
	   atomic { HERE; is_last = (receivers == 0) };
	   if :: has_sent && is_last -> drain() :: else fi
	:: true
	fi;
	/* goes */
	atomic { HERE; is_only = (senders == 1) };
#ifdef NOT_SENT
	has_sent = true;
#endif
#ifdef NOT_ONLY
	is_only = is_only || has_sent;
#endif
	atomic { HERE; is_last = (sides == 1) };
	if
	:: is_only && (has_sent || is_last)
	:: else ->
	   atomic { HERE; senders--; is_last = (senders == 0) };
	   if :: is_last -> tell_all() :: else -> goto gone fi
	fi;
	let_go();
gone:	skip
}

proctype receiver(byte me)
{
	bool is_empty, is_over, is_last;

again:	atomic {
		HERE;
		is_empty = (word == 0);
		is_over = (word == SPENT);
		if :: word == 1 -> word = SPENT; had++ :: else fi
	};
	if
	:: is_over -> goto leave
	:: !is_over && !is_empty -> goto again
	:: is_empty -> skip
	fi;
	/* nothing: have the senders gone? then look once more */
	atomic { HERE; is_over = (senders == 0) };
	if
	:: is_over ->
	   atomic { HERE; if :: word == 1 -> word = SPENT; had++ :: else fi };
	   goto leave
	:: else
	fi;
	if
	:: true -> goto leave                   /* it has better things to do */
	:: true
	fi;
	atomic { HERE; listed[me] = true };
#ifndef NO_LOOK
	atomic { HERE; is_empty = (word == 0 && senders != 0) };
#endif
	if
	:: is_empty ->
end_asleep:
	   told[me]
	:: else
	fi;
	atomic { HERE; listed[me] = false; told[me] = false };
	goto again;

leave:	atomic { HERE; is_last = (sides == 1 && receivers == 1) };
#ifdef NOT_ALONE
	atomic { HERE; is_last = (sides == 1) };
#endif
	if
	:: is_last -> discard(); goto gone
	:: else
	fi;
	atomic { HERE; receivers--; is_last = (receivers == 0) };
	if :: is_last -> drain() :: else -> goto gone fi;
	let_go();
gone:	skip
}

proctype judge()
{
	timeout -> assert(freed == 1 && had == sent && !listed[0] && !listed[1])
}

init
{
	atomic {
		run sender();
		if :: SENDERS == 2 -> run sender() :: else fi;
		run receiver(0);
		run receiver(1);
		run judge()
	}
}
