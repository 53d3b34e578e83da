/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slot - a type-stable block of 128 bytes that one actor after another lives in
 *
 * Agreement. `mailbox` as mailbox.h says. `generation` is written by the token's holder, read by any thread; it is odd
 * while an actor lives here, and even while the slot is vacant, so that no ref can name a vacant slot or an actor that
 * is still to come, and a slot of zeroes is vacant. `bounds`, once set, stays with the slot for ever, so that a late
 * sender may touch its gate. All else belongs to the holder; the counters are read by anybody, whole but racy.
 *
 * A vacant slot is nothing but an idle mailbox without an actor: a late push makes it ready like any other, its turn
 * finds the message to be of another generation, makes it a dead letter, and goes idle again.
 */
#ifndef SLOT_H
#define SLOT_H

#include <odeon/actor.h>
#include "gate.h"
#include "mailbox.h"
#include "slotqueue.h"

/* Orders of the control lane; the first three are hard (mailbox.h): they end a halted actor, too. */
#define ORDER_KILL 1u                           /* end before the next message */
#define ORDER_STOP 2u                           /* end after what is queued now */
#define ORDER_FULL 4u                           /* end, because the mailbox was full and its policy says so */
#define ORDER_ROOM 8u                           /* somebody waits for room */
#define ORDER_TELL 16u                          /* somebody wants to know what it waits for: waits.h */
#define ORDER_HALT 32u                          /* its supervisor wants it halted */

/* What the holder remembers of the actor. */
#define SLOT_PENDING 1u                         /* the anchor was taken but not yet handled: a producer held it */
#define SLOT_STOPPING 2u                        /* ends after the message `last` */
#define SLOT_VACATING 4u                        /* the actor has ended; when idle, the slot is vacant */
#define SLOT_HALTED 8u                          /* the actor has stopped, and may be started anew: restart.h */
#define SLOT_RETIRED 16u                        /* its generations are used up */
#define SLOT_ASIDE 32u                          /* the annex has a say in which message is next: aside.h */

struct annex;                                   /* what few actors need: annex.h */
struct bounds;                                  /* of bounded mailboxes: bounds.h */

struct slot {
	struct mailbox mailbox;
	uint32_t generation;
	uint8_t place : 2;                      /* enum odeon_place */
	uint8_t level : 6;                      /* the last overload warning was at 1 << level messages */
	uint8_t flags;
	uint16_t worker;                        /* whose inbox, where the place is not POOLED */
	struct bounds *bounds;

	const odeon_kind *kind;
	void *state;
	union {
		const odeon_handler *handlers;  /* the table in use; NULL: none, or it is not asked first: around.h */
		struct link vacancy;            /* while vacant: in a list of vacant slots */
	};
	struct annex *annex;
	struct link link;                       /* in the inject queue or an inbox; also of a vacant slot, after a late push */
	uint64_t handled;
	uint64_t busy;                          /* nanoseconds in turns, sampled */
	union {
		uint64_t mark;                  /* what waited when a turn was cut short, and when: turn.c */
		struct node *last;              /* while STOPPING */
		int64_t code;                   /* why the last one ended, while vacant */
	};
} CACHE_ALIGNED;
_Static_assert(sizeof(struct slot) == 128, "a slot is two cache lines");

#define SLOT_EAGER 0xc0u                        /* of flags: how long to go on detaching before the handler, in steps of EAGER_STEP */
#define SLOT_EAGER_STEP 0x40u

/* A ref, from its low end: 26 bits slot number, 23 bits generation, 15 bits system. */
#define REF_SLOT_BITS 26
#define REF_GENERATION_BITS 23
#define REF_SLOT_MASK ((1u << REF_SLOT_BITS) - 1)
#define REF_GENERATION_MASK ((1u << REF_GENERATION_BITS) - 1)

static inline uint32_t ref_slot(odeon_ref ref) { return (uint32_t)ref.bits & REF_SLOT_MASK; }
static inline uint32_t ref_generation(odeon_ref ref) { return (uint32_t)(ref.bits >> REF_SLOT_BITS) & REF_GENERATION_MASK; }
static inline uint64_t ref_system(odeon_ref ref) { return ref.bits >> (REF_SLOT_BITS + REF_GENERATION_BITS); }

static inline odeon_ref ref_make(uint64_t system, uint32_t generation, uint32_t slot)
{
	return (odeon_ref){ system << (REF_SLOT_BITS + REF_GENERATION_BITS) | (uint64_t)generation << REF_SLOT_BITS | slot };
}

static inline uint32_t slot_generation(const struct slot *slot) { return ck_pr_load_32(&slot->generation); }
static inline bool generation_is_alive(uint32_t generation) { return (generation & 1) != 0; }

static inline struct slot *slot_of_vacancy(struct link *vacancy)
{
	return (struct slot *)(void *)((char *)vacancy - offsetof(struct slot, vacancy));
}

static inline struct slot *slot_of_link(struct link *link)
{
	return (struct slot *)(void *)((char *)link - offsetof(struct slot, link));
}

#endif
