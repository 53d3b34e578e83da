/* SPDX-License-Identifier: BSD-2-Clause */
/* sender - the public face of a channel's sending half: a try, and if need be a choice of one case */
#include <odeon/channel.h>

#include "channel.h"
#include "choose.h"
#include "clock.h"
#include "hand.h"
#include "os.h"
#include "step.h"
#include "watch.h"

ODEON_MESSAGE_DEFINE(odeon_writable);

/* The channel was full. The message is the caller's. */
static int wait_and_send(odeon_sender *sender, struct message *message, odeon_time until)
{
	odeon_case one = ODEON_CASE_SEND(sender, message_payload(message));
	int index = choose_in_rounds(&one, 1, until, CHOOSE_FIRST, false);

	return index == 0 ? one.error : index;
}

/* It did not go: it was full, or something else is the matter. */
static __attribute__((noinline)) int send_patiently(odeon_sender *sender, struct message *message, odeon_time until, int error)
{
	struct channel *channel = sender->channel;

	if (error != ODEON_EFULL || until.ns == 0)
		return error;
	if (!channel->flavour->meets && !context_would_block() && linger(&sender->linger, sender->sent)) {
		error = channel_send(sender, message);
		if (error != ODEON_EFULL)
			return error;
		linger_give_up(&sender->linger);
	}
	return wait_and_send(sender, message, until);
}

/* It has sent so many more. */
static __attribute__((noinline)) void offer_core(odeon_sender *sender)
{
	struct channel *channel = sender->channel;
	uint32_t senders = ck_pr_load_32(&channel->senders);
	uint64_t before;
	int64_t began;

	if (!channel->flavour->never_full || channel->flavour->taken == NULL || context_would_block()
	    || senders < AHEAD_SENDERS_LEAST || senders > AHEAD_SENDERS_MOST || sender->sent % ahead_every(&sender->ahead) != 0)
		return;
	before = channel->flavour->taken(channel);
	if (!ahead_offers(&sender->ahead, before))
		return;
	began = clock_now();
	os_yield();
	ahead_judge(&sender->ahead, before, channel->flavour->taken(channel), senders, clock_now() - began);
}

static __attribute__((noinline)) int send_simulated(odeon_sender *sender, struct message *message, odeon_time until)
{
	int error;

	simulation_point(sender->channel->simulated);
	error = channel_send(sender, message);
	if (error == 0)
		channel_note(sender->channel, "sends");
	return error != ODEON_EFULL || until.ns == 0 ? error : wait_and_send(sender, message, until);
}

static inline __attribute__((always_inline)) int send(odeon_sender *sender, struct message *message, odeon_time until)
{
	int error;

	if (UNLIKELY(sender == NULL))
		return ODEON_EINVAL;
	debug_invariant(sender->magic == HALF_SENDER, "a sender is used that is none, or was dropped before");
	channel_enter(sender->channel);
	if (UNLIKELY(message->type != sender->channel->type))
		return ODEON_ETYPE;
	if (UNLIKELY(sender->channel->simulated != NULL))
		return send_simulated(sender, message, until);
	error = channel_send(sender, message);
	if (UNLIKELY(error != 0))
		return send_patiently(sender, message, until, error);
	if (UNLIKELY(ahead_looks(sender->sent)) && until.ns != 0)
		offer_core(sender);
	return 0;
}

int odeon_sender_send_at(odeon_sender *sender, void *payload, const odeon_site *site)
{
	struct message *message;
	int error;

	if (UNLIKELY(payload == NULL))
		return ODEON_ENOMEM;
	message = message_of(payload);
	hand_own(message);
	message_renounce(message, ODEON_EUNANSWERED);
	message->sender = 0;
	message->site = site;
	error = send(sender, message, ODEON_NEVER);
	if (UNLIKELY(error != 0))
		message_free(message);
	return error;
}

void *odeon_sender_try_at(odeon_sender *sender, void *payload, odeon_time until, int *why, const odeon_site *site)
{
	struct message *message;
	struct loan loan;
	int error = ODEON_ENOMEM;

	if (LIKELY(payload != NULL)) {
		message = message_of(payload);
		loan = hand_borrow(message);
		message->sender = 0;
		message->site = site;
		error = send(sender, message, until);
		if (error == 0) {
			hand_spend(loan);
			payload = NULL;
		} else
			hand_return(message, loan);
	}
	if (why != NULL)
		*why = error;
	return payload;
}

/* ---- told ------------------------------------------------------------------------------------------------------------------ */

int odeon_sender_when_room(odeon_self *self, odeon_sender *sender)
{
	const struct odeon_writable writable = { sender };
	struct channel *channel;
	int error;

	if (sender == NULL)
		return ODEON_EINVAL;
	channel = sender->channel;
	error = watch_arm(self, &sender->watch, &channel->for_room, ODEON_TYPE(odeon_writable), &writable);
	if (error == 0 && channel_can_send(channel, NULL, NULL))
		watch_tell(sender->watch);
	return error;
}

/* ---- looking ------------------------------------------------------------------------------------------------------------ */

size_t odeon_sender_len(const odeon_sender *sender)
{
	return sender != NULL ? sender->channel->flavour->len(sender->channel, NULL) : 0;
}

size_t odeon_sender_capacity(const odeon_sender *sender)
{
	return sender != NULL ? sender->channel->capacity : 0;
}

int odeon_sender_is_empty(const odeon_sender *sender)
{
	return odeon_sender_len(sender) == 0;
}

int odeon_sender_is_full(const odeon_sender *sender)
{
	return sender == NULL || channel_is_full(sender->channel);
}

int odeon_sender_same_channel(const odeon_sender *one, const odeon_sender *other)
{
	return one != NULL && other != NULL && one->channel == other->channel;
}

int odeon_channel_joins(const odeon_sender *sender, const odeon_receiver *receiver)
{
	return sender != NULL && receiver != NULL && sender->channel == receiver->channel;
}
