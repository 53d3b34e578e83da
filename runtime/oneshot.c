/* SPDX-License-Identifier: BSD-2-Clause */
/* oneshot - one word: nothing yet, the message, or SPENT; all in one block of four cache lines, halves too */
#include "oneshot.h"

struct oneshot {
	struct channel base;
	struct message *word;
};

_Static_assert(sizeof(struct oneshot) <= CHANNEL_BLOCK, "it is small enough for a block of a depot");

#define SPENT ((struct message *)(uintptr_t)1)

static struct oneshot *oneshot_of(struct channel *channel) { return (struct oneshot *)(void *)channel; }

static int oneshot_send(odeon_sender *sender, struct message *message)
{
	struct channel *channel = sender->channel;
	struct oneshot *oneshot = oneshot_of(channel);

	if (ck_pr_load_ptr(&oneshot->word) != NULL)
		return ODEON_EDISCONNECTED;
	message_hide(message);
	ck_pr_fence_release();                  /* the message, before it can be found; pairs with oneshot_recv */
	if (!ck_pr_cas_ptr(&oneshot->word, NULL, message)) {
		message_show(message);
		return ODEON_EDISCONNECTED;
	}
	ck_pr_fence_atomic_load();              /* the word, before the look; pairs with waitlist_add */
	waitlist_tell_all(&channel->for_messages);      /* the others will hear that it is spent */
	return 0;
}

/* Whoever is the only receiver has nobody to compete with: the word is not the senders' any more. */
static bool spend(struct oneshot *oneshot, struct message *message, bool is_alone)
{
	if (!is_alone)
		return ck_pr_cas_ptr(&oneshot->word, message, SPENT);
	ck_pr_store_ptr(&oneshot->word, SPENT);
	return true;
}

static struct message *oneshot_recv(struct channel *channel, odeon_receiver *receiver, int *why)
{
	struct oneshot *oneshot = oneshot_of(channel);
	bool is_alone = receiver != NULL && channel_is_only_receiver(channel);  /* before it looks: who has gone may have had it */
	struct message *message = ck_pr_load_ptr(&oneshot->word);

	if (MUTANT(ALONE_TOO_LATE))
		is_alone = receiver != NULL && channel_is_only_receiver(channel);
	if (message == NULL || message == SPENT || !spend(oneshot, message, is_alone)) {
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

static void oneshot_fini(struct channel *channel)
{
	if (UNLIKELY(oneshot_len(channel, NULL) != 0))
		channel_drain(channel);
}

static const struct flavour oneshot_flavour = {
	.send = oneshot_send, .recv = oneshot_recv, .can_send = oneshot_can_send, .can_recv = oneshot_can_recv,
	.len = oneshot_len, .fini = oneshot_fini, .once = true,
};

struct channel *oneshot_make(const odeon_type *type)
{
	struct channel *channel = channel_make(&oneshot_flavour, type, sizeof(struct oneshot));

	if (channel != NULL)
		channel->capacity = 1;
	return channel;
}
