/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spread - the last messages, kept in a row under a lock; each receiver has its position in it
 *
 * The messages belong to the channel; what a receiver gets is a copy. Bytes are copied with the lock held. A copying function is
 * called without it, and may do what it likes: its original is *pinned* meanwhile, and whoever pushes a pinned one out of
 * the row leaves it to the last who pins it. A watch is a row of one whose receivers skip what they missed without a word.
 */
#include "spread.h"

#include <string.h>
#include "alloc.h"

struct spread {
	struct channel base;
	int (*copy)(void *to, const void *from);
	pthread_mutex_t lock;                   /* guards all below, and the receivers' positions */
	struct message **row;                   /* room of them; number n is at n modulo room */
	size_t room, most;                      /* the room grows to the most, which is the capacity unless memory was missing */
	uint64_t sent;                          /* how many in all; also read without the lock */
	size_t drained;                         /* how far the row was searched for what to drop */
	bool is_watch;
};

#define ROOM_FIRST 65536                        /* so much is there from the beginning: then a send cannot want for it */

static struct spread *spread_of(struct channel *channel) { return (struct spread *)(void *)channel; }

/* With the lock, as all up to the flavour's functions. The oldest number that is still here. */
static uint64_t oldest(const struct spread *spread)
{
	return spread->sent > spread->most ? spread->sent - spread->most : 0;
}

static struct message **place_of(struct spread *spread, uint64_t number)
{
	return &spread->row[number % spread->room];
}

/* Room for one more, if there is memory; else the oldest has to go from here on. The row has not begun to go around before that. */
static void grow(struct spread *spread)
{
	size_t room = spread->room * 2 < spread->most ? spread->room * 2 : spread->most;
	struct message **row;

	if (spread->sent < spread->room || spread->room == spread->most)
		return;
	row = alloc_zeroed(room * sizeof *row);
	if (row == NULL) {
		spread->most = spread->room;
		return;
	}
	memcpy(row, spread->row, spread->room * sizeof *row);
	alloc_free(spread->row, spread->room * sizeof *row);
	spread->row = row;
	spread->room = room;
}

/* ---- copies ----------------------------------------------------------------------------------------------------------------- */

#define PUSHED_OUT ((uint64_t)1 << 63)          /* beside the number of pins, in the stamp, which no list needs here */

static void pin(struct message *message)
{
	message->node.stamp++;
}

/* What is to be freed without the lock; NULL: not yet. */
static struct message *unpin(struct message *message)
{
	return --message->node.stamp == PUSHED_OUT ? message : NULL;
}

static struct message *push_out(struct message *message)
{
	if (message == NULL || message->node.stamp == 0)
		return message;
	message->node.stamp |= PUSHED_OUT;
	return NULL;
}

static struct message *copy(struct spread *spread, struct message *original, int *why)
{
	struct message *message = message_make(original->type, message_extra(original), message_payload(original), original->site);

	*why = ODEON_ENOMEM;
	if (message == NULL)
		return NULL;
	memcpy((char *)message_payload(message) + original->type->bytes,
	       (char *)message_payload(original) + original->type->bytes, message_extra(original));
	*why = spread->copy != NULL ? spread->copy(message_payload(message), message_payload(original)) : 0;
	if (*why == 0)
		return message;
	message_release(message);               /* it owns nothing: its drop must not run */
	return NULL;
}

/* The lock is given back while users' code runs. */
static struct message *copy_pinned(struct spread *spread, struct message *original, int *why)
{
	struct message *message, *rest;

	if (spread->copy == NULL)
		return copy(spread, original, why);
	pin(original);
	pthread_mutex_unlock(&spread->lock);
	message = copy(spread, original, why);
	pthread_mutex_lock(&spread->lock);
	rest = unpin(original);
	if (rest != NULL) {
		pthread_mutex_unlock(&spread->lock);
		message_free(rest);
		pthread_mutex_lock(&spread->lock);
	}
	return message;
}

/* ---- the flavour ------------------------------------------------------------------------------------------------------------ */

static int spread_send(odeon_sender *sender, struct message *message)
{
	struct channel *channel = sender->channel;
	struct spread *spread = spread_of(channel);
	struct message *former = NULL;

	pthread_mutex_lock(&spread->lock);
	grow(spread);
	former = push_out(*place_of(spread, spread->sent));
	message->node.stamp = 0;
	*place_of(spread, spread->sent) = message;
	ck_pr_store_64(&spread->sent, spread->sent + 1);
	pthread_mutex_unlock(&spread->lock);
	if (former != NULL)
		message_free(former);
	ck_pr_fence_memory();                   /* the message, before the look; pairs with waitlist_add */
	waitlist_tell_all(&channel->for_messages);
	return 0;
}

/* With the lock. ODEON_ELAGGED, after which the receiver stands at the oldest. */
static int catch_up(struct spread *spread, odeon_receiver *receiver)
{
	uint64_t first = oldest(spread);

	if (receiver->position >= first)
		return 0;
	if (!spread->is_watch)
		receiver->missed = first - receiver->position;
	receiver->position = first;
	return spread->is_watch ? 0 : ODEON_ELAGGED;
}

/* Nobody will receive any more: whatever is here goes. NULL: the row's end; more may have come behind. */
static struct message *take_out(struct spread *spread)
{
	struct message *message = NULL;
	size_t filled;

	pthread_mutex_lock(&spread->lock);
	filled = spread->sent < spread->room ? (size_t)spread->sent : spread->room;
	while (message == NULL && spread->drained < filled) {
		message = push_out(spread->row[spread->drained]);
		spread->row[spread->drained++] = NULL;
	}
	if (message == NULL)
		spread->drained = 0;
	pthread_mutex_unlock(&spread->lock);
	return message;
}

static struct message *spread_recv(struct channel *channel, odeon_receiver *receiver, int *why)
{
	struct spread *spread = spread_of(channel);
	struct message *message = NULL;

	*why = ODEON_EEMPTY;
	if (receiver == NULL)
		return take_out(spread);
	if (receiver->position == ck_pr_load_64(&spread->sent))
		return NULL;
	pthread_mutex_lock(&spread->lock);
	*why = catch_up(spread, receiver);
	if (*why == 0)
		message = copy_pinned(spread, *place_of(spread, receiver->position), why);
	if (message != NULL)
		receiver->position++;
	pthread_mutex_unlock(&spread->lock);
	return message;
}

struct message *spread_latest(struct channel *channel, odeon_receiver *receiver, int *why)
{
	struct spread *spread = spread_of(channel);
	struct message *message = NULL;
	uint64_t sent;

	pthread_mutex_lock(&spread->lock);
	*why = ODEON_EEMPTY;
	sent = spread->sent;
	if (sent > 0)
		message = copy_pinned(spread, *place_of(spread, sent - 1), why);
	if (message != NULL)
		receiver->position = sent;
	pthread_mutex_unlock(&spread->lock);
	return message;
}

static bool spread_can_send(struct channel *channel, struct message *message, const struct wait *wait)
{
	(void)channel, (void)message, (void)wait;
	return true;
}

static bool spread_can_recv(struct channel *channel, odeon_receiver *receiver, const struct wait *wait)
{
	(void)wait;
	return receiver->position != ck_pr_load_64(&spread_of(channel)->sent);
}

static size_t spread_len(struct channel *channel, const odeon_receiver *receiver)
{
	struct spread *spread = spread_of(channel);
	uint64_t from;

	if (ck_pr_load_32(&channel->receivers) == 0)
		return 0;                               /* what nobody will receive is not kept */
	pthread_mutex_lock(&spread->lock);
	from = receiver == NULL || receiver->position < oldest(spread) ? oldest(spread) : receiver->position;
	from = spread->sent - from;
	pthread_mutex_unlock(&spread->lock);
	return (size_t)from;
}

/* A clone begins where the other stands. */
static void spread_join(struct channel *channel, odeon_receiver *receiver, const odeon_receiver *like)
{
	(void)channel;
	if (like != NULL)
		receiver->position = like->position;
}

static void spread_fini(struct channel *channel)
{
	struct spread *spread = spread_of(channel);

	channel_drain(channel);
	alloc_free(spread->row, spread->room * sizeof *spread->row);
	pthread_mutex_destroy(&spread->lock);
}

static const struct flavour spread_flavour = {
	.send = spread_send, .recv = spread_recv, .can_send = spread_can_send, .can_recv = spread_can_recv, .len = spread_len,
	.join = spread_join, .fini = spread_fini, .never_full = true,
};

bool channel_is_watch(const struct channel *channel)
{
	return channel->flavour == &spread_flavour && ((const struct spread *)(const void *)channel)->is_watch;
}

struct channel *spread_make(const odeon_type *type, size_t capacity, bool is_watch,
                            int (*copy)(void *to, const void *from))
{
	size_t room = capacity < ROOM_FIRST ? capacity : ROOM_FIRST;
	struct message **row = alloc_zeroed(room * sizeof *row);
	struct spread *spread;

	if (row == NULL)
		return NULL;
	spread = (struct spread *)(void *)channel_make(&spread_flavour, type, sizeof *spread);
	if (spread == NULL) {
		alloc_free(row, room * sizeof *row);
		return NULL;
	}
	pthread_mutex_init(&spread->lock, NULL);
	spread->row = row;
	spread->room = room;
	spread->most = spread->base.capacity = capacity;
	spread->is_watch = is_watch;
	spread->copy = copy;
	return &spread->base;
}
