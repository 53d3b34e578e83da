/* SPDX-License-Identifier: BSD-2-Clause */
/* case - each sort of case, tried and looked at */
#include "case.h"

#include <poll.h>
#include "nest.h"

static bool try_send(odeon_case *one)
{
	struct channel *channel = channel_of(one);
	struct message *message = message_of(one->message);

	one->error = message->type == channel->type ? channel_send(sender_of(one), message) : ODEON_ETYPE;
	if (one->error == 0) {
		one->message = NULL;
		channel_note(channel, "sends");
	}
	return one->error != ODEON_EFULL;
}

static bool try_descriptor(odeon_case *one)
{
	struct pollfd look = { .fd = one->fd, .events = one->events };

	if (poll(&look, 1, 0) <= 0)
		return false;
	one->got = look.revents;
	return true;
}

static bool try_mailbox(odeon_case *one)
{
	int error = nest_handle(one->end);

	one->error = error != ODEON_EEMPTY ? error : 0;
	return error != ODEON_EEMPTY;
}

bool case_try(odeon_case *one)
{
	switch (one->what) {
	case ODEON_ON_RECV:
		return case_recv(one);
	case ODEON_ON_SEND:
		return try_send(one);
	case ODEON_ON_FD:
		return try_descriptor(one);
	case ODEON_ON_MAILBOX:
		return try_mailbox(one);
	default:
		return false;
	}
}

bool case_can_happen(odeon_case *one, const struct wait *wait)
{
	switch (one->what) {
	case ODEON_ON_RECV:
		return channel_can_recv(channel_of(one), receiver_of(one), wait);
	case ODEON_ON_SEND:
		return channel_can_send(channel_of(one), message_of(one->message), wait);
	case ODEON_ON_FD:
		return try_descriptor(one);
	case ODEON_ON_MAILBOX:
		return nest_look(one->end);
	default:
		return false;
	}
}
