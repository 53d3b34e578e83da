/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chan-actors-oneshot-1-1-BYTES - a oneshot channel for every message, as in chan_oneshot.c, between two actors
 *
 * One actor opens a oneshot, sends its receiver to the other through a bounded channel of 1024, sends one message and drops its
 * half; the other receives both. Where a thread would wait, each asks to be told.
 */
#include <stdlib.h>
#include "chan.h"

#define CARRIED 1024

struct parcel { odeon_receiver *receiver; };
ODEON_MESSAGE_DROP(parcel)
{
	odeon_receiver_drop(parcel->receiver);
}

/* ---- who sends ---------------------------------------------------------------------------------------------------- */

struct opener { struct member *member; odeon_sender *to; uint64_t place; };    /* of what it sends next */

/* There is room for its receiver. */
static int send_one(struct opener *opener)
{
	unsigned bytes = opener->member->shape->bytes;
	odeon_receiver *receiver;
	odeon_sender *sender;
	int error = odeon_oneshot_open(payload_type(bytes), &sender, &receiver);

	if (error != 0)
		return error;
	odeon_free(odeon_sender_try(opener->to, odeon_new(parcel, .receiver = receiver), ODEON_AT_ONCE, &error));
	if (error == 0)
		error = payload_try(sender, bytes, opener->place);
	odeon_sender_drop(sender);
	opener->place++;
	return error;
}

static void send_on(odeon_self *self, struct opener *opener)
{
	struct member *member = opener->member;
	int error = 0;

	while (error == 0 && opener->place <= member->count && !odeon_sender_is_full(opener->to))
		error = send_one(opener);
	if (error == 0 && opener->place > member->count)
		odeon_exit(self);
	else if (error != 0 || (error = odeon_sender_when_room(self, opener->to)) != 0)
		run_wrong(member->run, "a oneshot: %s", odeon_error_text(error));
}

ODEON_HANDLER(opener, whistle)
{
	(void)whistle;
	send_on(self, opener);
}

ODEON_HANDLER(opener, odeon_writable)
{
	(void)odeon_writable;
	send_on(self, opener);
}

ODEON_STOP(opener)
{
	(void)self;
	odeon_sender_drop(opener->to);
}

ODEON_HANDLERS(opener_handlers, ODEON_ON(opener, whistle), ODEON_ON(opener, odeon_writable));
ODEON_KIND(opener, opener_handlers, .stop = ODEON_STOPS(opener));

/* ---- who receives ------------------------------------------------------------------------------------------------- */

struct taker { struct member *member; odeon_receiver *from; struct parcel *parcel; };  /* the oneshot it waits for, or NULL */

/* False: there is nothing in it yet. */
static int take_one(struct taker *taker)
{
	int why;
	uint64_t *message = odeon_receiver_recv(payload_type(taker->member->shape->bytes), taker->parcel->receiver, ODEON_AT_ONCE, &why);

	if (message == NULL && why == ODEON_EEMPTY)
		return 0;
	if (message != NULL)
		member_count(taker->member, *message);
	odeon_free(message);
	odeon_free(taker->parcel);
	taker->parcel = NULL;
	return 1;
}

static void take_on(odeon_self *self, struct taker *taker)
{
	odeon_receiver *from = taker->from;
	int why = 0;

	while (taker->parcel != NULL || (taker->parcel = odeon_try_recv(parcel, from, &why)) != NULL)
		if (!take_one(taker)) {
			from = taker->parcel->receiver;
			break;
		}
	if (why == ODEON_EDISCONNECTED)
		odeon_exit(self);
	else if (odeon_receiver_when_ready(self, from) != 0)
		run_wrong(taker->member->run, "nobody will say that something came");
}

ODEON_HANDLER(taker, whistle)
{
	(void)whistle;
	take_on(self, taker);
}

ODEON_HANDLER(taker, odeon_readable)
{
	(void)odeon_readable;
	take_on(self, taker);
}

ODEON_STOP(taker)
{
	(void)self;
	odeon_free(taker->parcel);
	odeon_receiver_drop(taker->from);
}

ODEON_HANDLERS(taker_handlers, ODEON_ON(taker, whistle), ODEON_ON(taker, odeon_readable));
ODEON_KIND(taker, taker_handlers, .stop = ODEON_STOPS(taker));

void chan_actors_oneshot(struct run *run)
{
	struct member *members = crew_members(run, 2);
	odeon_receiver *receiver;
	odeon_sender *sender;

	if (members == NULL || odeon_channel_open(ODEON_TYPE(parcel), CARRIED, &sender, &receiver) != 0)
		abort();
	members[1].count = run->count;
	run_begin(run);
	chan_start(run, &taker_kind, &(struct taker){ &members[0], receiver, NULL });
	chan_start(run, &opener_kind, &(struct opener){ &members[1], sender, 1 });
	run_wait_empty(run);
	chan_check(run, members, 1, run->count, sum_to(run->count));
	run->amount = run->count;
	free(members);
}
