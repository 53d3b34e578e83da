/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * case - one case of a choice: what it is about, whether it can happen, and how it is made to
 *
 * Agreement. As choose.h; none of this waits.
 */
#ifndef CASE_H
#define CASE_H

#include "channel.h"
#include "choose.h"

static inline struct case_place *place_of(odeon_case *one) { return (struct case_place *)(void *)one->private_; }
static inline odeon_receiver *receiver_of(odeon_case *one) { return one->end; }
static inline odeon_sender *sender_of(odeon_case *one) { return one->end; }

static inline struct channel *channel_of(odeon_case *one)
{
	if (one->what == ODEON_ON_RECV)
		return receiver_of(one)->channel;
	return one->what == ODEON_ON_SEND ? sender_of(one)->channel : NULL;
}

/* Where a case waits. */
static inline struct waitlist *list_of(odeon_case *one)
{
	struct channel *channel = channel_of(one);

	return one->what == ODEON_ON_RECV ? &channel->for_messages : &channel->for_room;
}

/* What most are: simply to receive, in real time, with nothing left over from before; or never to happen by itself. */
static inline bool case_is_plain(odeon_case *one)
{
	if (one->what != ODEON_ON_RECV)
		return one->what == ODEON_ON_NOTHING || one->what == ODEON_ON_DEFAULT;
	return one->message == NULL && one->end != NULL && receiver_of(one)->channel->simulated == NULL;
}

/* A message is received, or the channel's end is heard of. Whether that happened. */
static inline bool case_recv(odeon_case *one)
{
	struct message *message = channel_recv(receiver_of(one), &one->error);

	one->message = message != NULL ? message_payload(message) : NULL;
	if (message != NULL) {
		one->error = 0;
		channel_note(receiver_of(one)->channel, "receives");
	}
	return one->error != ODEON_EEMPTY;
}

/* Whether it happened. Of a mailbox: others' code runs in there, and nothing of the choice may be touched afterwards but this case. */
bool case_try(odeon_case *one);

/* Whether it could happen now. `wait` is the choice's own, or NULL. */
bool case_can_happen(odeon_case *one, const struct wait *wait);

#endif
