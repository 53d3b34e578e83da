/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channels - the runtime's channels for the scenarios, and a judge who knows where each message is
 *
 * channels.c has wait.c, channel.c, the flavours, case.c, choosing.c, choose.c, glance.c, hand.c, sender.c and receiver.c of
 * runtime/ as they are; memory, the clock and the kernel are the explorer's. A block is not used again within a schedule; whoever
 * touches one that was freed, or a wait that is over, fails the schedule. judge.c knows where each message is.
 *
 * Agreement. channels_set_up first in a scenario's set_up; what a thread does with a half it does by the functions here, so that
 * the judge sees it. channels_finish is for schedules in which all halves are dropped.
 *
 * Wanted of a message: it is received, or dropped by the runtime, or handed back, and one of these once; who receives gets the
 * messages of one sender in their order; no more are inside than the capacity; whoever is told that the channel is empty or that
 * the other side has gone is told the truth.
 */
#ifndef CHANNELS_H
#define CHANNELS_H

#include "scenarios.h"
#include "channel.h"
#include "choose.h"

#define MAILS_MOST 12
#define SENDERS_MOST 5
#define RECEIVERS_MOST 5
#define LINES_MOST 2

enum flavours { RING, LIST, BOUNDED_LIST, LIST_OF_BYTES, MEET, ONESHOT };

enum whereabouts { MAIL_OWNED, MAIL_SENT, MAIL_RECEIVED, MAIL_DROPPED };

struct mail {
	struct message message;
	struct { int32_t from, number; uint32_t where, line; } payload;
	uint32_t is_taken;                      /* its send said so; by a store that is late as others are: who sees it sees the message */
	void *handle;                           /* the payload, as the public calls have it */
};

/* One channel and what is known of it. */
struct line {
	struct channel *channel;
	odeon_sender *sender;                   /* the first halves */
	odeon_receiver *receiver;
	size_t capacity;
	int taken, got, dropped, receiving;     /* sends that said so; receives that ended with one, the runtime's drops; calls */
	int senders, receivers;                 /* halves whose drop has not begun */
	bool is_unbounded;
	bool is_oneshot;                        /* spent, it says that nobody sends */
	bool is_ring;                           /* what it was sent may be seen later */
	bool is_deserted;                       /* the last receiver's drop has begun: who sends may take out, too */
};

extern struct line lines[LINES_MOST];
extern const odeon_type mail_type;

void channels_set_up(uint64_t seed);
void judge_set_up(void);                                /* for that one */
void channels_share_a_core(void);                       /* then: all threads do, or most */
struct line *channels_open(int number, enum flavours flavour, size_t capacity);
odeon_sender *line_sender(struct line *line);           /* one half more */
odeon_receiver *line_receiver(struct line *line);
void line_leave_sender(struct line *line, odeon_sender *sender);
void line_leave_receiver(struct line *line, odeon_receiver *receiver);

/* 0 or the error, as odeon_sender_try; handed back is owned again. */
int line_send(struct line *line, odeon_sender *sender, struct mail *mail, odeon_time until);

/* As odeon_sender_send: what is refused is dropped. */
int line_send_away(struct line *line, odeon_sender *sender, struct mail *mail);

/* Who receives it, or NULL and why. */
struct mail *line_recv(struct line *line, odeon_receiver *receiver, int reader, odeon_time until, int *why);

/* Around a choice: a half of this line may do something in it; then what happened. */
void line_may_receive(struct line *line, int by);
void line_told(struct line *line, int error);
struct mail *line_got(struct line *line, void *payload, int reader);
void line_sends(struct line *line, struct mail *mail);
void line_sent(struct line *line, struct mail *mail, int error);

struct mail *mail_new(int from, int number);
odeon_time moments(int looks);                          /* so many looks at the clock from now */

/* At rest: how many are in each place. */
int mails_at(enum whereabouts where);
int mails_made(void);

/* All halves are dropped: nothing is left, nothing was written to that was freed. */
void channels_finish(void);

#endif
