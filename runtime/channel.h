/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel - what all channels share: two sides, their halves, who waits on each, and how a channel ends
 *
 * Agreement. channel_send, channel_recv, channel_can_send, channel_can_recv: the thread that uses the half. A half is used by
 * one thread at a time, so whoever holds the only half of a side is alone on that side, and stays so until it clones it
 * itself: a flavour may then do without the operations that keep others out (channel_is_only_sender, _receiver).
 * Dropping: any thread. What a sender did before a send is seen by whoever receives it, and in a rendezvous what the receiver did
 * before is seen by the sender when its send has ended well; what a half did before its drop is seen by whoever sees the channel
 * disconnected.
 *
 * The end. The last receiver counts itself out, THEN takes out and drops what is inside. A sender looks whether there are
 * receivers, puts its message in (a full barrier, or a quiet list, which the last receiver disturbs first), THEN looks again: none
 * left, then it takes out what is inside, too. So whoever is last of the two sees the message. If the senders have gone before, the
 * last receiver frees the channel with what is inside, and counts nothing any more. Nor does a oneshot's only sender whose message
 * went: all who wait have been told, so it only lets go, and `senders` stays 1.
 *
 * Memory. A channel is one block, its first two halves in it; a clone is a block of its own. Each half is in a cache line that no
 * other thread writes: two in one line cost 62 ns a message instead of 15, from one core to another.
 *
 * A *flavour* is one way to hold messages between the sides: list.c, ring.c, oneshot.c, meet.c, spread.c, alarm.c. Its channel
 * begins with a struct channel.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <odeon/channel.h>
#include "ahead.h"
#include "awake.h"
#include "beacon.h"
#include "linger.h"
#include "message.h"
#include "plain.h"
#include "wait.h"

struct channel;

struct flavour {
	/* Does not wait. 0: taken, and who waits for messages was told. ODEON_EFULL, ODEON_EDISCONNECTED: still the caller's. */
	int (*send)(odeon_sender *sender, struct message *message);

	/* Does not wait. The message, owned, after who waits for room was told; NULL and the reason: ODEON_EEMPTY, where that will be
	 * checked against disconnection by the caller; or another, which stands. Receiver NULL: on behalf of nobody, to drop it;
	 * several threads may do that at the same time. */
	struct message *(*recv)(struct channel *channel, odeon_receiver *receiver, int *why);

	/* Whether it is worth trying. Never says no in vain; says yes in vain only while somebody else is in the middle of
	 * something. `message` is the one to be sent, NULL: any; `wait` is the asker's own, or NULL. */
	bool (*can_send)(struct channel *channel, struct message *message, const struct wait *wait);
	bool (*can_recv)(struct channel *channel, odeon_receiver *receiver, const struct wait *wait);

	/* How many messages were received, about; only differences mean anything. NULL: nobody waits for that. */
	uint64_t (*taken)(struct channel *channel);

	/* Of one receiver, or of the channel (NULL). */
	size_t (*len)(struct channel *channel, const odeon_receiver *receiver);

	/* These may be NULL. A receiver's first moment to look again, on the channel's clock. A receiver begins where another
	 * stands (NULL: at the beginning). No half is left, nobody waits: what is inside is dropped. */
	int64_t (*due)(struct channel *channel);
	void (*join)(struct channel *channel, odeon_receiver *receiver, const odeon_receiver *like);
	void (*fini)(struct channel *channel);
	bool never_full;
	bool once;                              /* one message ever, of which all hear who wait: after it they need hear no end */
	bool in_turn;                           /* one who waits is told of a change, and the others in turn where they share a core */
	bool meets;                             /* a waiter that was chosen is done: its message has changed hands */
};

#define HALF_SENDER 0x53454e44u
#define HALF_RECEIVER 0x52454356u

struct odeon_sender {
	struct channel *channel;
	uint64_t sent;                          /* messages that were taken of it; its thread adds, any thread reads */
	struct odeon_sender *next, *previous;   /* clones, of this side; guarded by the lock of for_room */
	struct watch *watch;                    /* an actor waits for room: watch.h */
	uint32_t magic;
	union {
		struct linger linger;           /* where there may be no room */
		struct ahead ahead;             /* where there always is */
		struct awake awake;             /* where nothing is kept */
	};
};

struct odeon_receiver {
	struct channel *channel;
	struct watch *watch;                    /* an actor waits for messages */
	struct beacon *beacon;                  /* a descriptor: beacon.h */
	union {
		uint64_t position;              /* in a broadcast or watch */
		struct awake awake;             /* in a list, a ring, a rendezvous */
	};
	uint64_t missed;                        /* in a broadcast or watch */
	uint32_t magic;
	struct linger linger;
};

/* In cache lines: what everybody reads; where both sides look for those who wait; what the first sender writes; the first
 * receiver, and at the end, in its line, what a small flavour adds. */
struct channel {
	const struct flavour *flavour;
	const odeon_type *type;
	struct simulation *simulated;           /* NULL: real time */
	uint64_t number;                        /* within the simulation, for its log */
	size_t capacity;
	struct depot *depot;                    /* of what is no block: that of the thread that opened it, kept. NULL: none */
	uint32_t senders, receivers;            /* halves of each side */
	uint32_t sides;                         /* that are not done with it; the last one frees the channel */
	bool is_block;                          /* its memory is one of the depot's; else the allocator's */
	struct waitlist for_room;               /* senders that wait */
	struct waitlist for_messages;           /* receivers that wait */
	odeon_sender sender;                    /* the first half; as long as the channel lives, also when it was dropped */
	odeon_sender *clones;                   /* guarded by the lock of for_room, as sent_before */
	uint64_t sent_before;                   /* by clones that were dropped */
	odeon_receiver receiver;                /* the first half */
};
_Static_assert(offsetof(struct channel, for_room) == CACHE_LINE && offsetof(struct channel, sender) == 2 * CACHE_LINE
               && offsetof(struct channel, receiver) == 3 * CACHE_LINE, "each in a cache line");
#define CHANNEL_BLOCK ((size_t)4 * CACHE_LINE)  /* of a channel that is not larger */
_Static_assert(CHANNEL_BLOCK == CACHE_UNITS * 16 && sizeof(struct channel) <= CHANNEL_BLOCK, "the largest block there is");

/* A small one, in a block as messages have, where the thread that opens it keeps such: what one core makes and another frees. It keeps
 * the depot of its slab as any block does, so nobody is counted. Line by line it is zeroed without a call, which would cost more. */
static inline struct channel *channel_in_block(void *block)
{
	struct channel *channel = block;
	char *lines = block;

	memset(lines, 0, CACHE_LINE);
	memset(lines + CACHE_LINE, 0, CACHE_LINE);
	memset(lines + 2 * CACHE_LINE, 0, CACHE_LINE);
	memset(lines + 3 * CACHE_LINE, 0, CACHE_LINE);
	channel->is_block = true;
	return channel;
}

/* There is no block at hand, or it is too large for one. */
struct channel *channel_anyhow(size_t bytes);

/* Memory for a channel of a flavour, zeroed but for what the parameters say. `bytes` begins with a struct channel, in lines.
 * NULL: out of memory. The caller fills in the rest before it gives the halves away. */
static inline struct channel *channel_make(const struct flavour *flavour, const odeon_type *type, size_t bytes)
{
	struct cache *cache = bytes <= CHANNEL_BLOCK ? plain_cache() : NULL;
	void *block = cache != NULL ? cache_at_hand(cache, CACHE_UNITS) : NULL;
	struct channel *channel = LIKELY(block != NULL) ? channel_in_block(block) : channel_anyhow(bytes);

	if (UNLIKELY(channel == NULL))
		return NULL;
	channel->flavour = flavour;
	channel->type = type;
	return channel;
}

void channel_discard(struct channel *channel);  /* before it had halves, or when it has none any more */

/* The two first halves, which are in it: a side without a half never ends (sender NULL: time sends). */
static inline void channel_halves(struct channel *channel, odeon_sender **sender, odeon_receiver **receiver)
{
	channel->senders = channel->receivers = 1;
	channel->sides = sender != NULL ? 2 : 1;
	channel->sender.channel = channel->receiver.channel = channel;
	channel->sender.magic = HALF_SENDER;
	channel->receiver.magic = HALF_RECEIVER;
	if (sender != NULL)
		*sender = &channel->sender;
	*receiver = &channel->receiver;
}

/* Blocks for messages, for the threads that the channel joins: plain.h. A block may have come here from another depot than its
 * thread's own; that one is kept. NULL: none. */
struct depot *channel_depot(struct channel *channel);

/* Before a message is made or freed on behalf of the channel. */
static inline void channel_enter(struct channel *channel)
{
	if (UNLIKELY(context_here == NULL))
		plain_enter(channel_depot(channel));
}

static inline bool channel_is_only_sender(struct channel *channel)
{
	bool is = ck_pr_load_32(&channel->senders) == 1;

	ck_pr_fence_acquire();                  /* pairs with the drop of the last other */
	return is;
}

static inline bool channel_is_only_receiver(struct channel *channel)
{
	bool is = ck_pr_load_32(&channel->receivers) == 1;

	ck_pr_fence_acquire();
	return is;
}

/* How many messages were sent; exact while nobody sends. */
uint64_t channel_sent(struct channel *channel);

/* Nobody will receive it: what is inside is dropped. */
void channel_drain(struct channel *channel);

static inline int channel_send(odeon_sender *sender, struct message *message)
{
	struct channel *channel = sender->channel;
	int why;

	if (UNLIKELY(ck_pr_load_32(&channel->receivers) == 0))
		return ODEON_EDISCONNECTED;
	why = channel->flavour->send(sender, message);
	if (LIKELY(why == 0))
		count_up(&sender->sent, 1);
	if (UNLIKELY(ck_pr_load_32(&channel->receivers) == 0) && why == 0 && !MUTANT(SENT_NO_LOOK))
		channel_drain(channel);
	return why;
}

/* There was nothing. */
struct message *channel_recv_nothing(odeon_receiver *receiver, int *why);

static inline struct message *channel_recv(odeon_receiver *receiver, int *why)
{
	struct channel *channel = receiver->channel;
	struct message *message = channel->flavour->recv(channel, receiver, why);

	return LIKELY(message != NULL) ? message : channel_recv_nothing(receiver, why);
}

/* Whether a try would do something, if only to say that the channel is disconnected. */
static inline bool channel_can_send(struct channel *channel, struct message *message, const struct wait *wait)
{
	return ck_pr_load_32(&channel->receivers) == 0 || channel->flavour->can_send(channel, message, wait);
}

static inline bool channel_can_recv(struct channel *channel, odeon_receiver *receiver, const struct wait *wait)
{
	return ck_pr_load_32(&channel->senders) == 0 || channel->flavour->can_recv(channel, receiver, wait);
}

/* Whether a send would have to wait: a rendezvous always; never one whose senders never wait. */
bool channel_is_full(struct channel *channel);

/* Before anybody knows it: it belongs to a simulated system; NULL, and any other system, change nothing. */
void channel_simulate(struct channel *channel, odeon_system *system);

/* A line in the log of a simulated system: who runs here does what. */
void channel_note_simulated(struct channel *channel, const char *what);

static inline void channel_note(struct channel *channel, const char *what)
{
	if (UNLIKELY(channel->simulated != NULL))
		channel_note_simulated(channel, what);
}

/* The moment on its clock. */
int64_t channel_now(const struct channel *channel);

#endif
