/* SPDX-License-Identifier: BSD-2-Clause */
/* receiver - the public face of a channel's receiving half: a try, and if need be a choice of one case */
#include <odeon/channel.h>
#include <odeon/system.h>

#include "alarm.h"
#include "channel.h"
#include "choose.h"
#include "clock.h"
#include "step.h"
#include "spread.h"
#include "watch.h"

ODEON_MESSAGE_DEFINE(odeon_readable);

/* The channel was empty. */
static struct message *wait_and_recv(odeon_receiver *receiver, odeon_time until, int *why)
{
	odeon_case one = ODEON_CASE_RECV(receiver);
	int index = choose_in_rounds(&one, 1, until, CHOOSE_FIRST, false);

	*why = index == 0 ? one.error : index;
	return one.message != NULL ? message_of(one.message) : NULL;
}

/* Does not wait. */
static inline struct message *take(odeon_receiver *receiver, int *why)
{
	struct message *message = channel_recv(receiver, why);

	if (message != NULL)
		channel_note(receiver->channel, "receives");
	return message;
}

/* It was empty. True: something happened meanwhile. */
static bool linger_and_take(odeon_receiver *receiver, struct message **message, int *why)
{
	struct channel *channel = receiver->channel;

	if (channel->flavour->taken == NULL || context_would_block() || !linger(&receiver->linger, channel->flavour->taken(channel)))
		return false;
	*message = channel_recv(receiver, why);
	if (*message == NULL)
		linger_give_up(&receiver->linger);
	return *message != NULL || *why != ODEON_EEMPTY;
}

/* The same, for what comes soon. Looks by trying: what is there is then taken with no more lines from its sender than it takes. */
static bool look_and_take(odeon_receiver *receiver, struct message **message, int *why)
{
	struct channel *channel = receiver->channel;
	bool found = false;
	unsigned looks;

	if (channel->flavour->taken == NULL || context_would_block() || !channel_is_only_receiver(channel))
		return false;
	looks = awake_looks(&receiver->awake);
	if (looks == 0)
		return false;
	for (looks = EXPLORE_FEWER(looks); looks > 0 && !found; looks--) {
		ck_pr_stall();
		*message = channel_recv(receiver, why);
		found = *message != NULL || *why != ODEON_EEMPTY;
	}
	awake_looked(&receiver->awake, found);
	return found;
}

/* There was none: it was empty, or something else is the matter. */
static __attribute__((noinline)) struct message *receive_patiently(odeon_receiver *receiver, odeon_time until, int *why)
{
	struct message *message;

	if (*why != ODEON_EEMPTY || until.ns == 0)
		return NULL;
	if (until.ns != INT64_MAX && clock_now() >= until.ns)
		return wait_and_recv(receiver, until, why);
	if (linger_and_take(receiver, &message, why) || look_and_take(receiver, &message, why))
		return message;
	return wait_and_recv(receiver, until, why);
}

static __attribute__((noinline)) struct message *receive_simulated(odeon_receiver *receiver, odeon_time until, int *why)
{
	struct message *message;

	simulation_point(receiver->channel->simulated);
	message = take(receiver, why);
	return message != NULL || *why != ODEON_EEMPTY || until.ns == 0 ? message : wait_and_recv(receiver, until, why);
}

static inline __attribute__((always_inline)) struct message *receive(const odeon_type *type, odeon_receiver *receiver, odeon_time until,
                                                                     int *why)
{
	struct message *message;

	*why = ODEON_EINVAL;
	if (UNLIKELY(receiver == NULL))
		return NULL;
	debug_invariant(receiver->magic == HALF_RECEIVER, "a receiver is used that is none, or was dropped before");
	channel_enter(receiver->channel);
	*why = ODEON_ETYPE;
	if (UNLIKELY(type != NULL && type != receiver->channel->type))
		return NULL;
	if (UNLIKELY(receiver->channel->simulated != NULL))
		return receive_simulated(receiver, until, why);
	message = channel_recv(receiver, why);
	return LIKELY(message != NULL) ? message : receive_patiently(receiver, until, why);
}

void *odeon_receiver_recv(const odeon_type *type, odeon_receiver *receiver, odeon_time until, int *why)
{
	int error;
	struct message *message = receive(type, receiver, until, &error);

	if (why != NULL)
		*why = message != NULL ? 0 : error;
	return message != NULL ? message_payload(message) : NULL;
}

size_t odeon_receiver_recv_many(const odeon_type *type, odeon_receiver *receiver, void **messages, size_t most, odeon_time until,
                                int *why)
{
	struct message *message;
	size_t count = 0;
	int error = messages == NULL && most > 0 ? ODEON_EINVAL : 0;

	if (error == 0 && most > 0) {
		message = receive(type, receiver, until, &error);
		while (message != NULL) {
			messages[count++] = message_payload(message);
			message = count < most ? take(receiver, &error) : NULL;
		}
	}
	if (why != NULL)
		*why = count > 0 ? 0 : error;
	return count;
}

void *odeon_receiver_latest(const odeon_type *type, odeon_receiver *receiver, int *why)
{
	struct message *message = NULL;
	int error = ODEON_EINVAL;

	if (receiver != NULL && channel_is_watch(receiver->channel)) {
		error = ODEON_ETYPE;
		if (type == NULL || type == receiver->channel->type)
			message = spread_latest(receiver->channel, receiver, &error);
	}
	if (why != NULL)
		*why = message != NULL ? 0 : error;
	return message != NULL ? message_payload(message) : NULL;
}

/* ---- told ------------------------------------------------------------------------------------------------------------------ */

int odeon_receiver_when_ready(odeon_self *self, odeon_receiver *receiver)
{
	const struct odeon_readable readable = { receiver };
	struct channel *channel;
	int error;

	if (receiver == NULL || channel_is_alarm(receiver->channel))
		return ODEON_EINVAL;
	channel = receiver->channel;
	error = watch_arm(self, &receiver->watch, &channel->for_messages, ODEON_TYPE(odeon_readable), &readable);
	if (error == 0 && !MUTANT(ASKED_NO_LOOK) && channel_can_recv(channel, receiver, NULL))
		watch_tell(receiver->watch);
	return error;
}

/* ---- time ----------------------------------------------------------------------------------------------------------------- */

odeon_receiver *odeon_receiver_tick(odeon_system *clock, odeon_duration period)
{
	int64_t now = clock != NULL ? odeon_system_now(clock).ns : clock_now();

	return period > 0 ? alarm_receiver(clock, clock_after(now, period), period) : NULL;
}

odeon_receiver *odeon_receiver_after(odeon_system *clock, odeon_time when)
{
	return alarm_receiver(clock, when.ns, 0);
}

odeon_receiver *odeon_receiver_never(odeon_system *clock)
{
	return alarm_receiver(clock, INT64_MAX, 0);
}

/* ---- looking -------------------------------------------------------------------------------------------------------------- */

uint64_t odeon_receiver_missed(const odeon_receiver *receiver)
{
	return receiver != NULL ? receiver->missed : 0;
}

size_t odeon_receiver_len(const odeon_receiver *receiver)
{
	return receiver != NULL ? receiver->channel->flavour->len(receiver->channel, receiver) : 0;
}

size_t odeon_receiver_capacity(const odeon_receiver *receiver)
{
	return receiver != NULL ? receiver->channel->capacity : 0;
}

int odeon_receiver_is_empty(const odeon_receiver *receiver)
{
	return odeon_receiver_len(receiver) == 0;
}

int odeon_receiver_is_full(const odeon_receiver *receiver)
{
	return receiver == NULL || channel_is_full(receiver->channel);
}

int odeon_receiver_same_channel(const odeon_receiver *one, const odeon_receiver *other)
{
	return one != NULL && other != NULL && one->channel == other->channel;
}
