/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring - an array of places, each with a stamp that says whose turn it is
 *
 * After Vyukov's bounded queue (1024cores.net, 2010), for any capacity. A *position* is a lap and an index. The stamp of
 * a place is the position at which a sender may fill it; filled, it is that position + 1, which tells the receiver of the same
 * position; emptied, it is the position of the next lap. Senders share the tail, receivers the head, each by
 * compare-and-swap; whoever is alone on its side by exchange. That is the full barrier between the change and the look for those
 * who wait, who look at the same two words (ring_can_send, ring_can_recv) once they are in their list. It is on the one of them that
 * its own side writes, and the stamp, in a line that both sides write, is only stored: a locked operation waits until that line
 * comes over, a store does not. And whoever is alone on its side, while nobody has waited at the other for long, stores the position too,
 * and passes no barrier: what he changes is then shown by who comes to wait (wait.h, quiet).
 *
 * Whoever took a position and did not yet change the stamp holds up the other side at that place, for a few instructions;
 * they wait for it, since what lies behind is there.
 */
#include "ring.h"

#include "alloc.h"
#include "latch.h"

struct place {
	uint64_t stamp;
	struct message *message;
};

struct ring {
	struct channel base;
	uint64_t lap CACHE_ALIGNED;             /* a power of two, more than the capacity */
	struct place *places;
	uint64_t tail CACHE_ALIGNED;            /* senders */
	uint64_t head CACHE_ALIGNED;            /* receivers */
};

/* How a position is taken: one of several on a side; alone; alone, and nobody has waited at the other side for long. */
enum way { SHARED, ALONE, QUIET };

#define CALM_EVERY EXPLORE_SOONER(16384u)       /* positions: 8192 messages or more, mostly; each waiter may cost a barrier of all threads then */

static struct ring *ring_of(struct channel *channel) { return (struct ring *)(void *)channel; }

static inline uint64_t index_of(const struct ring *ring, uint64_t position) { return position & (ring->lap - 1); }

static inline struct place *place_at(struct ring *ring, uint64_t position) { return &ring->places[index_of(ring, position)]; }

static inline uint64_t next_position(const struct ring *ring, uint64_t position)
{
	uint64_t index = index_of(ring, position);

	return LIKELY(index + 1 < ring->base.capacity) ? position + 1 : position - index + ring->lap;
}

/* Takes the position at *end, if it still is `position`; *seen is what it is else. */
static inline bool take_position(uint64_t *end, uint64_t position, uint64_t next, enum way way, uint64_t *seen)
{
	if (way == SHARED && !MUTANT(PLACE_NO_CLAIM))
		return ck_pr_cas_64_value(end, position, next, seen);
	if (way == QUIET || MUTANT(POSITION_STORED))
		ck_pr_store_64(end, next);
	else
		(void)ck_pr_fas_64(end, next);
	return true;
}

static inline void put_stamp(struct place *place, uint64_t stamp)
{
	ck_pr_fence_release();                  /* the place, before it is the other side's */
	ck_pr_store_64(&place->stamp, stamp);
}

/* The position before `next` was taken, and has its stamp. */
static inline void announce(struct ring *ring, struct waitlist *list, uint64_t next, enum way way)
{
	if (way == QUIET) {
		waitlist_tell_quietly(list);
		return;
	}
	ck_pr_fence_atomic_load();              /* the position, before the look at the list; pairs with waitlist_add */
	waitlist_tell(list);
	if (UNLIKELY(next % CALM_EVERY == 0) && way == ALONE && ring->base.simulated == NULL && os_barrier_init())
		waitlist_calm(list);
}

static inline uint64_t stamp_of(struct place *place)
{
	uint64_t stamp = ck_pr_load_64(&place->stamp);

	ck_pr_fence_acquire();                  /* pairs with put_stamp of the other side */
	return stamp;
}

/* ---- sending ------------------------------------------------------------------------------------------------------------- */

/* The place at *tail is free. False: another sender took it, and *tail is a later one. */
static inline bool fill(struct ring *ring, struct place *place, uint64_t *tail, struct message *message, enum way way)
{
	uint64_t position = *tail, next = next_position(ring, position);

	if (!take_position(&ring->tail, position, next, way, tail))
		return false;
	message_hide(message);
	if (!MUTANT(STAMP_FIRST))
		place->message = message;
	put_stamp(place, position + 1);
	announce(ring, &ring->base.for_messages, next, way);
	if (MUTANT(STAMP_FIRST))
		place->message = message;
	return true;
}

/* Not quiet, or not at once. */
static __attribute__((noinline)) int send_with_barrier(struct ring *ring, struct message *message, bool alone)
{
	uint64_t tail = ck_pr_load_64(&ring->tail);
	unsigned spins = 0;

	for (;;) {
		struct place *place = place_at(ring, tail);
		uint64_t stamp = stamp_of(place);

		if (LIKELY(stamp == tail)) {
			if (fill(ring, place, &tail, message, alone ? ALONE : SHARED))
				return 0;
			continue;
		}
		if (stamp + ring->lap == tail + 1) {    /* still full of the last lap, unless its receiver is at it */
			ck_pr_fence_load();             /* the stamp, then the head: who moved it has moved it before */
			if (ck_pr_load_64(&ring->head) + ring->lap == tail)
				return ODEON_EFULL;
		}
		latch_pause(&spins);
		tail = ck_pr_load_64(&ring->tail);
	}
}

static int ring_send(odeon_sender *sender, struct message *message)
{
	struct channel *channel = sender->channel;
	struct ring *ring = ring_of(channel);
	bool alone = channel_is_only_sender(channel);

	if (LIKELY(alone && waitlist_is_quiet(&channel->for_messages))) {
		uint64_t tail = ck_pr_load_64(&ring->tail);
		struct place *place = place_at(ring, tail);

		if (LIKELY(stamp_of(place) == tail) && fill(ring, place, &tail, message, QUIET))
			return 0;
	}
	return send_with_barrier(ring, message, alone);
}

static bool ring_can_send(struct channel *channel, struct message *message, const struct wait *wait)
{
	struct ring *ring = ring_of(channel);
	uint64_t tail = ck_pr_load_64(&ring->tail);

	(void)message, (void)wait;
	ck_pr_fence_load();
	return ck_pr_load_64(&ring->head) + ring->lap != tail;
}

/* ---- receiving ----------------------------------------------------------------------------------------------------------- */

/* The place at *head is filled. NULL: another receiver took it, and *head is a later one. */
static inline struct message *empty(struct ring *ring, struct place *place, uint64_t *head, enum way way)
{
	uint64_t position = *head, next = next_position(ring, position);
	struct message *message;

	if (!take_position(&ring->head, position, next, way, head))
		return NULL;
	message = place->message;
	put_stamp(place, position + ring->lap);
	announce(ring, &ring->base.for_room, next, way);
	message_show(message);
	return message;
}

/* Not quiet, or not at once. */
static __attribute__((noinline)) struct message *recv_with_barrier(struct ring *ring, bool alone, int *why)
{
	uint64_t head = ck_pr_load_64(&ring->head);
	unsigned spins = 0;

	for (;;) {
		struct place *place = place_at(ring, head);
		uint64_t stamp = stamp_of(place);

		if (LIKELY(stamp == head + 1)) {
			struct message *message = empty(ring, place, &head, alone ? ALONE : SHARED);

			if (message != NULL)
				return message;
			continue;
		}
		if (stamp == head) {            /* not filled, unless its sender is at it */
			ck_pr_fence_load();             /* the same on this side: empty it was, as the tail was read */
			if (ck_pr_load_64(&ring->tail) == head) {
				*why = ODEON_EEMPTY;
				return NULL;
			}
		}
		latch_pause(&spins);
		head = ck_pr_load_64(&ring->head);
	}
}

static struct message *ring_recv(struct channel *channel, odeon_receiver *receiver, int *why)
{
	struct ring *ring = ring_of(channel);
	bool alone = receiver != NULL && channel_is_only_receiver(channel);

	if (LIKELY(alone && waitlist_is_quiet(&channel->for_room))) {
		uint64_t head = ck_pr_load_64(&ring->head);
		struct place *place = place_at(ring, head);

		if (LIKELY(stamp_of(place) == head + 1))
			return empty(ring, place, &head, QUIET);
	}
	return recv_with_barrier(ring, alone, why);
}

static bool ring_can_recv(struct channel *channel, odeon_receiver *receiver, const struct wait *wait)
{
	struct ring *ring = ring_of(channel);
	uint64_t head = ck_pr_load_64(&ring->head);

	(void)receiver, (void)wait;
	ck_pr_fence_load();
	return ck_pr_load_64(&ring->tail) != head;
}

/* ---- the rest ------------------------------------------------------------------------------------------------------------ */

static uint64_t ring_taken(struct channel *channel)
{
	struct ring *ring = ring_of(channel);
	uint64_t head = ck_pr_load_64(&ring->head), index = index_of(ring, head);

	return head / ring->lap * channel->capacity + index;
}

static size_t ring_len(struct channel *channel, const odeon_receiver *receiver)
{
	struct ring *ring = ring_of(channel);
	uint64_t tail, head, index = ring->lap - 1;

	(void)receiver;
	do {                                    /* both of one moment */
		tail = ck_pr_load_64(&ring->tail);
		ck_pr_fence_load();
		head = ck_pr_load_64(&ring->head);
		ck_pr_fence_load();
	} while (ck_pr_load_64(&ring->tail) != tail);
	if (tail == head)
		return 0;
	return (tail & index) > (head & index) ? (tail & index) - (head & index)
	                                       : channel->capacity - (head & index) + (tail & index);
}

static void ring_fini(struct channel *channel)
{
	struct ring *ring = ring_of(channel);

	if (ring->places == NULL)
		return;
	channel_drain(channel);
	alloc_free(ring->places, channel->capacity * sizeof *ring->places);
}

static const struct flavour ring_flavour = {
	.send = ring_send, .recv = ring_recv, .can_send = ring_can_send, .can_recv = ring_can_recv, .len = ring_len,
	.taken = ring_taken, .fini = ring_fini, .in_turn = true,
};

struct channel *ring_make(const odeon_type *type, size_t capacity)
{
	struct ring *ring = (struct ring *)(void *)channel_make(&ring_flavour, type, sizeof *ring);

	if (ring == NULL)
		return NULL;
	ring->places = alloc_block(capacity * sizeof *ring->places);
	if (ring->places == NULL) {
		channel_discard(&ring->base);
		return NULL;
	}
	ring->base.capacity = capacity;
	ring->lap = 2;
	while (ring->lap <= capacity)           /* one index more, so that position + 1 is never another place's position */
		ring->lap *= 2;
	for (size_t i = 0; i < capacity; i++)
		ring->places[i] = (struct place){ .stamp = i };
	return &ring->base;
}
