/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bounds - how full a mailbox may get, who is told, and who waits for room
 *
 * Agreement. Belongs to a slot and stays with it for ever (slot.h). The limits are written by the token's holder and
 * read by any thread; a late sender that reads a later actor's limits does no harm, since its message is of another
 * generation. `waiters` takes pushes from any thread, and is emptied at once by any. `room` wakes plain threads.
 */
#ifndef BOUNDS_H
#define BOUNDS_H

#include <odeon/actor.h>
#include "gate.h"
#include "parker.h"

/* An actor that asked for room: the message that will tell it, made beforehand, so that telling cannot fail. */
struct room_waiter {
	struct room_waiter *below;
	odeon_ref who;
	void *message;
};

struct bounds {
	struct gate gate CACHE_ALIGNED;
	uint32_t most, most_units;              /* UINT32_MAX: no bound */
	uint32_t policy;                        /* enum odeon_policy */
	uint32_t active;
	uint64_t redirect;                      /* bits of a ref */
	struct room_waiter *waiters;
	uint32_t threads;                       /* plain threads that wait for room */
	struct parker room;
	uint64_t dropped;                       /* by the policy; any thread adds */
	uint32_t high, low;                     /* holder only, from here on */
	odeon_ref water_to;
	bool is_high;
};

static inline bool mailbox_is_bounded(const odeon_mailbox *mailbox)
{
	return mailbox->messages != 0 || mailbox->bytes != 0 || mailbox->high_water != 0;
}

/* 0, or ODEON_EINVAL. */
int bounds_check(const odeon_mailbox *mailbox, odeon_ref owner);

/* Holder: *bounds is made if need be, and gets these limits; a mailbox without bounds lifts them. ODEON_ENOMEM */
int bounds_set(struct bounds **bounds, const odeon_mailbox *mailbox);

/* Holder: no actor lives here any more. */
void bounds_lift(struct bounds *bounds);

/* When nobody can reach it any more. */
void bounds_free(struct bounds *bounds);

static inline bool bounds_admit(struct bounds *bounds, uint32_t units)
{
	return gate_admit(&bounds->gate, AMOUNT(1, units), ck_pr_load_32(&bounds->most), ck_pr_load_32(&bounds->most_units));
}

/* Whether one message more of such a size would find room, about. */
static inline bool bounds_have_room(struct bounds *bounds, uint32_t units)
{
	uint64_t inside = gate_inside(&bounds->gate);

	return AMOUNT_MESSAGES(inside) < ck_pr_load_32(&bounds->most) && (uint64_t)AMOUNT_UNITS(inside) + units <= ck_pr_load_32(&bounds->most_units);
}

/* Any thread, after room came about: whether somebody waits for it who must be told. Who waits enters, THEN looks for room. */
static inline bool bounds_owe_news(struct bounds *bounds)
{
	ck_pr_fence_memory();                   /* the room, before the look who waits; pairs with who entered and looks */
	return (ck_pr_load_ptr(&bounds->waiters) != NULL || ck_pr_load_32(&bounds->threads) != 0) && bounds_have_room(bounds, 1);
}

/* Any thread. */
void bounds_wait(struct bounds *bounds, struct room_waiter *waiter);

/* Any thread: all who wait, oldest first; the caller tells and frees them. */
struct room_waiter *bounds_waiters(struct bounds *bounds);

#endif
