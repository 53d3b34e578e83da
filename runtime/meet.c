/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meet - nothing is held: a message goes from one who waits to one who comes, or the other way round
 *
 * Two who come at the same time and find nobody both enter their list, THEN look for a partner in the other's (waitlist_add
 * is a full barrier), so at least one of them sees the other, takes itself out again and tries once more.
 */
#include "meet.h"

static int meet_send(struct channel *channel, struct message *message)
{
	return waitlist_meet(&channel->for_messages, &message) ? 0 : ODEON_EFULL;
}

static struct message *meet_recv(struct channel *channel, odeon_receiver *receiver, int *why)
{
	struct message *message = NULL;

	(void)receiver;
	if (!waitlist_meet(&channel->for_room, &message))
		*why = ODEON_EEMPTY;
	return message;
}

static bool meet_can_send(struct channel *channel, struct message *message, const struct wait *wait)
{
	(void)message;
	return waitlist_has_partner(&channel->for_messages, wait);
}

static bool meet_can_recv(struct channel *channel, odeon_receiver *receiver, const struct wait *wait)
{
	(void)receiver;
	return waitlist_has_partner(&channel->for_room, wait);
}

static size_t meet_len(struct channel *channel, const odeon_receiver *receiver)
{
	(void)channel, (void)receiver;
	return 0;
}

static const struct flavour meet_flavour = {
	.send = meet_send, .recv = meet_recv, .can_send = meet_can_send, .can_recv = meet_can_recv, .len = meet_len,
	.meets = true,
};

struct channel *meet_make(const odeon_type *type)
{
	return channel_make(&meet_flavour, type, sizeof(struct channel));
}
