/* SPDX-License-Identifier: BSD-2-Clause */
/* oneshot - one word: nothing yet, the message, or SPENT. Two compare-and-swaps in its life */
#include "oneshot.h"

struct oneshot {
	struct channel base;
	struct message *word CACHE_ALIGNED;
};

#define SPENT ((struct message *)(uintptr_t)1)

static struct oneshot *oneshot_of(struct channel *channel) { return (struct oneshot *)(void *)channel; }

static int oneshot_send(struct channel *channel, struct message *message)
{
	struct oneshot *oneshot = oneshot_of(channel);

	if (ck_pr_load_ptr(&oneshot->word) != NULL)
		return ODEON_EDISCONNECTED;
	message_hide(message);
	ck_pr_fence_release();                  /* the message, before it can be found; pairs with oneshot_recv */
	if (!ck_pr_cas_ptr(&oneshot->word, NULL, message)) {
		message_show(message);
		return ODEON_EDISCONNECTED;
	}
	waitlist_tell_all(&channel->for_messages);      /* the others will hear that it is spent */
	return 0;
}

static struct message *oneshot_recv(struct channel *channel, odeon_receiver *receiver, int *why)
{
	struct oneshot *oneshot = oneshot_of(channel);
	struct message *message = ck_pr_load_ptr(&oneshot->word);

	(void)receiver;
	if (message == NULL || message == SPENT || !ck_pr_cas_ptr(&oneshot->word, message, SPENT)) {
		*why = message == NULL ? ODEON_EEMPTY : ODEON_EDISCONNECTED;
		return NULL;
	}
	ck_pr_fence_acquire();                  /* pairs with oneshot_send */
	message_show(message);
	return message;
}

static bool oneshot_can_send(struct channel *channel, struct message *message, const struct wait *wait)
{
	(void)channel, (void)message, (void)wait;
	return true;                            /* or it is spent, and says so */
}

static bool oneshot_can_recv(struct channel *channel, odeon_receiver *receiver, const struct wait *wait)
{
	(void)receiver, (void)wait;
	return ck_pr_load_ptr(&oneshot_of(channel)->word) != NULL;
}

static size_t oneshot_len(struct channel *channel, const odeon_receiver *receiver)
{
	struct message *message = ck_pr_load_ptr(&oneshot_of(channel)->word);

	(void)receiver;
	return message != NULL && message != SPENT;
}

static const struct flavour oneshot_flavour = {
	.send = oneshot_send, .recv = oneshot_recv, .can_send = oneshot_can_send, .can_recv = oneshot_can_recv,
	.len = oneshot_len, .fini = channel_drain,
};

struct channel *oneshot_make(const odeon_type *type)
{
	struct channel *channel = channel_make(&oneshot_flavour, type, sizeof(struct oneshot));

	if (channel != NULL)
		channel->capacity = 1;
	return channel;
}
