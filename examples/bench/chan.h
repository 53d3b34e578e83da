/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chan.h - what the rows about channels have in common: their shape, their payloads, their threads
 *
 * A row is a shape (chan.c) and a function that does it (chan_stream.c, ...). Its threads, the *crew*, exist before the
 * clock starts and are released together; each works on a struct member of its own. Everything a member counts is its
 * own until the crew has ended; then the plain thread looks at all of them.
 *
 * With --workers 1 the whole crew is kept on one core, with 2 on two. A crew of two threads then has a core each; which of
 * the two a thread of a larger one is on is up to the kernel.
 *
 * The number in a payload says who sent it and its place among that sender's: a receiver sees with one comparison that
 * the order is kept, and the sum says that nothing is missing.
 */
#ifndef CHAN_H
#define CHAN_H

#include "bench.h"

#define LINE 64
#define SENDERS_MOST 100
#define CHANNELS_MOST 8

struct shape {
	enum odeon_channel_kind kind;
	size_t capacity;
	unsigned senders, receivers;
	unsigned channels;                             /* of a select: how many */
	unsigned bytes;                                /* of payload: 8 or 64 */
};

/* ---- payloads: both begin with the number --------------------------------------------------------------------- */

struct word { uint64_t number; };
struct block { uint64_t number, rest[7]; };
ODEON_MESSAGE_DECLARE(word);
ODEON_MESSAGE_DECLARE(block);

struct whistle { uint64_t serves; };                   /* to an actor: begin; and the first to have the ball sends it */
ODEON_MESSAGE_DECLARE(whistle);

#define SENDER_SHIFT 48

static inline const odeon_type *payload_type(unsigned bytes)
{
	return bytes == sizeof(struct word) ? ODEON_TYPE(word) : ODEON_TYPE(block);
}

/* Yours. The functions that say `bytes` are inlined into ones that know it. */
static inline __attribute__((always_inline)) int payload_send(odeon_sender *to, unsigned bytes, uint64_t number)
{
	return bytes == sizeof(struct word) ? odeon_sender_send(to, odeon_new(word, .number = number))
		: odeon_sender_send(to, odeon_new(block, .number = number));
}

/* As actors send: why it did not go, or 0. */
static inline __attribute__((always_inline)) int payload_try(odeon_sender *to, unsigned bytes, uint64_t number)
{
	void *message = bytes == sizeof(struct word) ? (void *)odeon_new(word, .number = number) : (void *)odeon_new(block, .number = number);
	int why;

	odeon_free(odeon_sender_try(to, message, ODEON_AT_ONCE, &why));
	return why;
}

/* ---- crew: chan_crew.c ------------------------------------------------------------------------------------------- */

struct crew;

struct member {
	_Alignas(LINE) void (*work)(struct member *member);
	struct run *run;
	struct crew *crew;
	const struct shape *shape;
	unsigned number;                               /* among the senders, or among the receivers */
	uint64_t count;                                /* to be sent */
	odeon_sender *to[CHANNELS_MOST];
	odeon_receiver *from[CHANNELS_MOST];
	uint64_t got, sum;
	uint64_t last[SENDERS_MOST];                   /* the place of the last one that came, of each sender */
	odeon_time ended;
};

/* Zeroed members; free them. NULL, after run_wrong: no memory. */
struct member *crew_members(struct run *run, unsigned count);

/* Does the work of all at once: from run->began to run->ended, which is when the last member was done. */
void crew_work(struct run *run, struct member *members, unsigned count);

/* One of a sender's numbers came. */
static inline __attribute__((always_inline)) void member_count(struct member *member, uint64_t number)
{
	uint64_t sender = number >> SENDER_SHIFT, place = number & (((uint64_t)1 << SENDER_SHIFT) - 1);

	if (sender >= SENDERS_MOST || place <= member->last[sender])
		run_wrong(member->run, "message %llu of sender %llu is out of order", (unsigned long long)place,
			(unsigned long long)sender);
	else
		member->last[sender] = place;
	member->got++;
	member->sum += place;
}

/* What 1 + 2 + ... + count is. */
static inline uint64_t sum_to(uint64_t count)
{
	return count * (count + 1) / 2;
}

/* Opens a channel of this shape, or says what is wrong and answers the error. */
int chan_open(struct run *run, const struct shape *shape, odeon_sender **sender, odeon_receiver **receiver);

/* Gives `count` members from the first on a half each of their own; the original goes to the first, so that who is
 * alone on his side has the only half there ever was. */
void chan_give_senders(struct member *first, unsigned count, unsigned channel, odeon_sender *half);
void chan_give_receivers(struct member *first, unsigned count, unsigned channel, odeon_receiver *half);

/* An actor of this kind, who hears the whistle. */
void chan_start(struct run *run, const odeon_kind *kind, const void *argument);

/* The members' sums together against what was sent. */
void chan_check(struct run *run, const struct member *members, unsigned count, uint64_t got, uint64_t sum);

/* ---- what is done with a shape ---------------------------------------------------------------------------- */

void chan_stream(struct run *run);
void chan_broadcast(struct run *run);
void chan_watch(struct run *run);
void chan_oneshot(struct run *run);
void chan_ping(struct run *run);
void chan_select(struct run *run);
void chan_actors_ping(struct run *run);
void chan_actors_stream(struct run *run);
void chan_actors_oneshot(struct run *run);

#endif
