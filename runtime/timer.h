/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer - what an actor has armed: from a wheel to the actor's own mailbox, and what becomes of it there
 *
 * Agreement. A timer is a record, the payload of one of the runtime's own messages, and has an owner: the actor that armed
 * it. While it is pending it stands in a wheel (wheel.h), and under that wheel's latch anybody may take it out: its owner to
 * end it, whoever expires the wheel to push it to its owner. From the push on it is in flight, and whoever takes it out of
 * the slot frees it (role.h). So a timer fires to its owner and to nobody else, and there is no race between a timer that
 * fires and its owner's end.
 *
 *   entry, is_pending      under the latch
 *   all else               the holder of the owner's token; whoever expires reads the header of the message, and pushes it
 *
 * All memory is had when it is armed; firing needs none.
 *
 * Each worker of the pool has a wheel, or, where there is no pool, the host's worker. What is armed elsewhere, by an actor
 * with a thread of its own or in a start outside, goes to one of those. A wheel is made by the first that arms in it.
 *
 * No wake-up is lost. Who goes to sleep takes its key, and then reads timer_earliest: until then it sleeps at most. Who arms
 * in another's wheel something earlier than all that is there changes that, and then the key.
 */
#ifndef TIMER_H
#define TIMER_H

#include "actor.h"
#include "wheel.h"

struct request;

enum timer_kind {
	TIMER_SEND,                             /* odeon_send_after */
	TIMER_TICK,                             /* odeon_tick_after, odeon_tick_every */
	TIMER_IDLE,                             /* odeon_idle_after: idle.h */
	TIMER_REQUEST,                          /* a request's deadline */
};

struct timer {
	struct wheel_entry entry;               /* the first member */
	struct worker *home;                    /* in whose wheel it is, or was */
	struct holding holding;                 /* SEND, TICK */
	union {
		struct message *message;        /* what is to be sent, or handled; its payload is hidden */
		struct request *request;
	};
	int64_t due;
	union {
		odeon_ref to;                   /* SEND */
		uint64_t missed;                /* TICK: since the last one, for want of memory */
		int64_t last;                   /* IDLE: when a message was handled last */
	};
	int64_t period;                         /* TICK: 0: once. IDLE: for how long */
	uint32_t taken;                         /* IDLE: at the end of the last turn */
	uint8_t kind;                           /* enum timer_kind */
	bool is_pending;
	bool is_over;                           /* ended in flight: who takes it frees it */
	bool rests;                             /* IDLE: from here on, idle.h */
	bool is_told;                           /* nothing was handled since */
	bool was_told_now;                      /* in this turn */
};

/* ---- for what arms timers: the owner's hooks, start included --------------------------------------------------------------- */

/* The moment on the system's clock. */
int64_t timer_now(const odeon_system *system);

/* A record, of zeroes; NULL: no memory. And back, with what it would bring, before it was armed. */
struct timer *timer_make(struct odeon_self *self, enum timer_kind kind);
void timer_unmake(struct timer *timer);

/* A struct odeon_tick, to be filled and shown. NULL: no memory. */
struct message *timer_tick_message(void);

static inline struct timer *timer_of_holding(struct holding *holding)
{
	return (struct timer *)(void *)((char *)holding - offsetof(struct timer, holding));
}

/* Pending from now on, until `due`. ODEON_ENOMEM */
int timer_arm(struct odeon_self *self, struct timer *timer, int64_t due);

/* The same for one that was armed before, and is taken. Without memory for a wheel it goes back to where it was. */
void timer_arm_again(struct odeon_self *self, struct timer *timer, int64_t due);

/* Ended: what it was to bring will not come, and is dropped. The record is not the caller's any more. It is in no holdings. */
void timer_end(struct timer *timer);

/* ---- for requests: the owner's hooks, start and stop included -------------------------------------------------------------- */

/* At the moment on the system's clock timer_take gives the request, once, unless it was ended before. NULL: no memory. */
struct timer *timer_arm_request(struct odeon_self *self, struct request *request, odeon_time until);

/* It is gone, and timer_take will not give its request. It must not have done so before. */
void timer_end_request(struct timer *timer);

/* ---- for role.c ------------------------------------------------------------------------------------------------------------ */

/* As role_take. With NULL as the answer, *expired is the request whose moment has come and whose timer is gone, or NULL. */
struct message *timer_take(struct odeon_self *self, struct message *message, struct request **expired);

/* As role_bury. */
void timer_bury(struct odeon_self *self, struct message *message);

/* For those who answer a message in the place of the record, which is in no list any more: it is counted. */
struct message *timer_instead(struct odeon_self *self, struct message *message);

/* ---- for actor.c and the loops ----------------------------------------------------------------------------------------------- */

/* The actor has ended, and requests have ended theirs: all others that it armed. */
void timers_end(struct slot *slot);

/* Any thread. Nothing in the worker's wheel is due before; INT64_MAX: nothing is there. */
int64_t timer_earliest(struct worker *worker);

/* Any thread. When exactly the first is due; INT64_MAX: none. May take long with many. */
int64_t timer_first(struct worker *worker);

/* Any thread. Pushes what is due in `owner`'s wheel by now; `worker` is the caller's. Of very many only some: true, if there
 * was any. */
bool timer_expire(struct worker *worker, struct worker *owner, int64_t now);

static inline bool timer_is_due(struct worker *worker, int64_t now)
{
	return UNLIKELY(ck_pr_load_ptr(&worker->wheel) != NULL) && timer_earliest(worker) <= now;
}

#endif
