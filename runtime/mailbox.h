/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mailbox - the two lanes of one actor, and the right to run it
 *
 * Agreement. mailbox_push, mailbox_order, mailbox_claim and mailbox_resume: any thread, at the same time as everything.
 * All others: only the holder of the *token*. The token is the cleared IDLE bit of `head`: whoever clears it (a push, an
 * order, a claim) holds it, hands it on through a run queue, and gives it back with mailbox_idle. Nothing else says
 * "scheduled" or "running". One exception: while an actor is *halted*, its head is not idle and nobody has its token;
 * whoever clears the HALTED bit of the orders (a hard order, mailbox_resume) takes it. The memory is type-stable and is
 * initialised once in its life, not once per actor: a late push may still be on its way when the block gets a new actor.
 *
 * Order. All that a producer did before mailbox_push is seen by the taker of that node; all that a token's holder did
 * before mailbox_idle or mailbox_halt is seen by the next holder.
 *
 * User lane. An intrusive list from `anchor` (taken last) to `head` (pushed last), after Vyukov's queue. The newest
 * node is the one whose link the next producer will write, so it may neither be freed nor given away while it is the
 * anchor: mailbox_idle frees the last message and goes idle in ONE compare-and-swap, by putting the embedded stub in
 * its place; mailbox_detach does the same without going idle, for a handler that sends its message on.
 *
 * Control lane. A word of order bits and the generation they are meant for, so that an order needs no memory and
 * never reaches a later actor of the same block. The CONTROL tag in the same head keeps a single truth about who runs.
 *
 * docs/mailbox.md has the steps P1 to H4 with the proof, the traps, and what each costs.
 */
#ifndef MAILBOX_H
#define MAILBOX_H

#include "atomic.h"
#include "mutant.h"

struct node {
	struct node *link;              /* the producer of the next node writes it once; then the taker's */
	uint64_t stamp;                 /* high 32: how many, low 32: how many 16-byte units were pushed up to here; 0: not yet known */
};

struct mailbox {
	struct node *head;              /* newest node | IDLE | CONTROL; any thread */
	uint64_t newest;                /* stamp of about the newest; a hint, any thread */
	uint64_t orders;                /* control lane: generation << 32 | bits; any thread */
	struct node *anchor;            /* the token's holder, as the stub */
	struct node stub;
};

#define MAILBOX_HALTED 0x80000000u      /* of the orders: the token is with nobody, and taken with this bit */
#define MAILBOX_HARD 7u                 /* of the orders: those that take a halted actor's token */

#define MAILBOX_IDLE 1u
#define MAILBOX_CONTROL 2u
#define MAILBOX_BARE(p) ((struct node *)((uintptr_t)(p) & ~(uintptr_t)3))
#define MAILBOX_TAGGED(p, tag) ((struct node *)((uintptr_t)(p) | (tag)))
#define MAILBOX_HAS(p, tag) (((uintptr_t)(p) & (tag)) != 0)

/* An amount of messages: how many, and their size in units of 16 bytes, in one word. */
#define AMOUNT(messages, units) ((uint64_t)(messages) << 32 | (uint32_t)(units))
#define AMOUNT_MESSAGES(amount) ((uint32_t)((amount) >> 32))
#define AMOUNT_UNITS(amount) ((uint32_t)(amount))

/* Once per block, before anyone knows it. */
static inline void mailbox_init(struct mailbox *mailbox)
{
	mailbox->stub = (struct node){ NULL, AMOUNT(1, 0) };
	mailbox->head = MAILBOX_TAGGED(&mailbox->stub, MAILBOX_IDLE);
	mailbox->newest = AMOUNT(1, 0);
	mailbox->orders = 0;
	mailbox->anchor = &mailbox->stub;
}

/* Any thread. True: the mailbox was idle, the token is the caller's, who must schedule. Never fails, never waits. */
static inline bool mailbox_push(struct mailbox *mailbox, struct node *node, uint32_t units)
{
	ck_pr_store_ptr(&node->link, NULL);
	ck_pr_store_64(&node->stamp, 0);
	ck_pr_fence_release();                                          /* the message, before it can be found */
	struct node *was = ck_pr_fas_ptr(&mailbox->head, node);         /* P1: in, but not reachable yet */
	struct node *prev = MAILBOX_BARE(was);

	EXPLORE_ENTERED(mailbox, node);
	if (MUTANT(READ_AFTER_LINK))
		ck_pr_store_ptr(&prev->link, node);
	EXPLORE_TOUCH(prev);
	uint64_t stamp = ck_pr_load_64(&prev->stamp);                   /* P2: prev lives until P4 */

	if (UNLIKELY(stamp == 0) && !MUTANT(NAIVE_STAMP))               /* its producer is between its P1 and P3 */
		stamp = ck_pr_load_64(&mailbox->newest);
	stamp += AMOUNT(1, units);
	if (UNLIKELY(stamp == 0))                                       /* wrapped to the word that means "not known" */
		stamp = AMOUNT(1, 0);
	ck_pr_store_64(&node->stamp, stamp);                            /* P3 */
	ck_pr_store_64(&mailbox->newest, stamp);
	ck_pr_fence_release();                                          /* P2 and P3 before P4; pairs with mailbox_take */
	EXPLORE_TOUCH(prev);
	ck_pr_store_ptr(&prev->link, node);                             /* P4: the last touch of prev */
	return MAILBOX_HAS(was, MAILBOX_IDLE);
}

/* Holder. The next node, which becomes the anchor; *passed is the former anchor, now the caller's alone, or NULL.
 * NULL: empty, or busy (a producer between P1 and P4): mailbox_idle tells which. */
static inline struct node *mailbox_take(struct mailbox *mailbox, struct node **passed)
{
	struct node *anchor = mailbox->anchor, *next;

	EXPLORE_TOUCH(anchor);
	next = ck_pr_load_ptr(&anchor->link);
	*passed = NULL;
	if (next == NULL)
		return NULL;
	ck_pr_fence_acquire();                                          /* pairs with P4 */
	mailbox->anchor = next;
	if (anchor != &mailbox->stub)
		*passed = anchor;
	return next;
}

/* Holder. Takes the anchor out of the list, so that it may be sent, freed, kept. False: a producer holds it as its
 * predecessor at this very instant; ask again when that has run on. */
static inline bool mailbox_detach(struct mailbox *mailbox)
{
	struct node *anchor = mailbox->anchor, *stub = &mailbox->stub, *next, *seen = NULL;

	if (anchor == stub)
		return true;
	EXPLORE_TOUCH(anchor);
	next = ck_pr_load_ptr(&anchor->link);
	ck_pr_store_64(&stub->stamp, ck_pr_load_64(&anchor->stamp));
	ck_pr_store_ptr(&stub->link, next);
	if (next == NULL) {
		ck_pr_fence_release();                                  /* the stub, before a producer can find it */
		bool alone = ck_pr_cas_ptr_value(&mailbox->head, anchor, stub, &seen);

		if (!alone && seen == MAILBOX_TAGGED(anchor, MAILBOX_CONTROL))  /* keeps the tag */
			alone = ck_pr_cas_ptr(&mailbox->head, seen, MAILBOX_TAGGED(stub, MAILBOX_CONTROL));
		if (MUTANT(DETACH_NO_WAIT))
			alone = true;
		if (!alone)
			return false;
	} else
		ck_pr_fence_acquire();                                  /* pairs with P4 */
	mailbox->anchor = stub;                 /* the stub stands where the anchor stood */
	return true;
}

enum mailbox_state { MAILBOX_GONE_IDLE, MAILBOX_MORE, MAILBOX_BUSY };

/* Holder, after mailbox_take gave NULL and the control lane was seen empty since: a push takes the CONTROL tag off the head,
 * so orders are looked for after each message taken, the last one too. A full barrier.
 * GONE_IDLE: the token is given back, nothing of the mailbox may be touched; *passed is the last node, now the
 * caller's alone, or NULL. MORE: go on. BUSY: a producer is between P1 and P4; run others first. */
static inline enum mailbox_state mailbox_idle(struct mailbox *mailbox, struct node **passed)
{
	struct node *anchor = mailbox->anchor, *stub = &mailbox->stub, *seen = NULL;
	bool gone;

	*passed = NULL;
	if (anchor != stub) {
		ck_pr_store_64(&stub->stamp, ck_pr_load_64(&anchor->stamp));
		ck_pr_store_ptr(&stub->link, NULL);
		mailbox->anchor = stub;
	}
	ck_pr_fence_release();                                          /* all of this turn, before the next holder's */
	if (MUTANT(IDLE_PLAIN)) {
		gone = (seen = ck_pr_load_ptr(&mailbox->head)) == anchor;
		if (gone)
			ck_pr_store_ptr(&mailbox->head, MAILBOX_TAGGED(stub, MAILBOX_IDLE));
	} else
		gone = ck_pr_cas_ptr_value(&mailbox->head, anchor, MAILBOX_TAGGED(stub, MAILBOX_IDLE), &seen);
	if (LIKELY(gone)) {
		EXPLORE_LEFT(mailbox);
		if (anchor != stub)
			*passed = anchor;
		return MAILBOX_GONE_IDLE;
	}
	mailbox->anchor = anchor;
	if (MAILBOX_BARE(seen) == anchor) {     /* only the CONTROL tag: clear it, THEN look at the lane again */
		(void)ck_pr_cas_ptr(&mailbox->head, seen, anchor);
		return MAILBOX_MORE;
	}
	return ck_pr_load_ptr(&anchor->link) != NULL ? MAILBOX_MORE : MAILBOX_BUSY;
}

enum mailbox_ordered { MAILBOX_TAKEN, MAILBOX_SCHEDULE, MAILBOX_STRANGER };

/* Any thread. TAKEN: its holder will see them. SCHEDULE: the token is the caller's, who must schedule.
 * STRANGER: the orders were for another generation. An order that is not hard waits until a halted actor runs again. */
static inline enum mailbox_ordered mailbox_order(struct mailbox *mailbox, uint32_t generation, uint32_t bits)
{
	uint64_t word = ck_pr_load_64(&mailbox->orders);
	uint64_t keeps = (bits & MAILBOX_HARD) != 0 && !MUTANT(ORDER_KEEPS_HALTED) ? ~(uint64_t)MAILBOX_HALTED : UINT64_MAX;

	if (MUTANT(SOFT_TAKES))
		keeps = ~(uint64_t)MAILBOX_HALTED;
	do {                                                            /* K1 */
		if ((uint32_t)(word >> 32) != generation)
			return MAILBOX_STRANGER;
	} while (!ck_pr_cas_64_value(&mailbox->orders, word, (word & keeps) | bits, &word));
	if (UNLIKELY((word & ~keeps) != 0)) {                           /* it was halted: there is no holder to tell */
		ck_pr_fence_acquire();                                  /* pairs with mailbox_halt */
		return MAILBOX_SCHEDULE;
	}
	ck_pr_fence_atomic_load();                                      /* K1 before K2; pairs with the cas of mailbox_idle */

	struct node *seen = ck_pr_load_ptr(&mailbox->head);

	while (!MAILBOX_HAS(seen, MAILBOX_CONTROL)) {                   /* K2: tag the head, take IDLE */
		bool idle = MAILBOX_HAS(seen, MAILBOX_IDLE);

		if (MUTANT(CONTROL_NO_TAG) && !idle)
			return MAILBOX_TAKEN;
		if (ck_pr_cas_ptr_value(&mailbox->head, seen, MAILBOX_TAGGED(MAILBOX_BARE(seen), idle ? 0 : MAILBOX_CONTROL), &seen)) {
			ck_pr_fence_acquire();                          /* the token comes with all that its last holder did */
			return idle ? MAILBOX_SCHEDULE : MAILBOX_TAKEN;
		}
	}
	return MAILBOX_TAKEN;                                           /* tagged already: its clearing, and the look after it, are to come */
}

/* Holder. The orders given since the last look; one load when there is nothing. */
static inline uint32_t mailbox_orders_take(struct mailbox *mailbox)
{
	uint64_t word = ck_pr_load_64(&mailbox->orders);

	if (LIKELY((uint32_t)word == 0))
		return 0;
	while (!ck_pr_cas_64_value(&mailbox->orders, word, word & ~(uint64_t)UINT32_MAX, &word))
		;
	ck_pr_fence_acquire();
	return (uint32_t)word;
}

/* Holder. An order to itself: the next look finds it. */
static inline void mailbox_order_self(struct mailbox *mailbox, uint32_t bits)
{
	ck_pr_or_64(&mailbox->orders, bits);
}

/* Holder. Orders from here on are for this generation; what was meant for another is forgotten. */
static inline void mailbox_orders_open(struct mailbox *mailbox, uint32_t generation)
{
	(void)ck_pr_fas_64(&mailbox->orders, (uint64_t)generation << 32);
}

/* Holder. False: there are hard orders, to be seen to first. True: the token is with nobody, and nothing of the mailbox may be
 * touched; it takes messages and soft orders in, and nobody runs it. */
static inline bool mailbox_halt(struct mailbox *mailbox)
{
	uint64_t word = ck_pr_load_64(&mailbox->orders);

	ck_pr_fence_release();                                          /* all of this turn, before the next holder's */
	do {
		if ((word & MAILBOX_HARD) != 0 && !MUTANT(HALT_NO_LOOK))
			return false;
	} while (!ck_pr_cas_64_value(&mailbox->orders, word, word | MAILBOX_HALTED, &word));
	EXPLORE_LEFT(mailbox);
	return true;
}

/* Any thread: the token of a halted actor, to start it anew; `forgets` are orders that are without meaning by that. False: it
 * is of another generation, or a hard order has the token. */
static inline bool mailbox_resume(struct mailbox *mailbox, uint32_t generation, uint32_t forgets)
{
	uint64_t word = ck_pr_load_64(&mailbox->orders), clears = (uint64_t)MAILBOX_HALTED | forgets;

	do {
		if ((uint32_t)(word >> 32) != generation || (word & MAILBOX_HALTED) == 0)
			return false;
		if (MUTANT(RESUME_PLAIN)) {
			ck_pr_store_64(&mailbox->orders, word & ~clears);
			return true;
		}
	} while (!ck_pr_cas_64_value(&mailbox->orders, word, word & ~clears, &word));
	ck_pr_fence_acquire();                                          /* pairs with mailbox_halt */
	return true;
}

/* Any thread. Whether it was halted a moment ago. */
static inline bool mailbox_is_halted(const struct mailbox *mailbox)
{
	return (ck_pr_load_64(&mailbox->orders) & MAILBOX_HALTED) != 0;
}

/* Any thread: the token of an idle, empty mailbox (to give its block a new actor). */
static inline bool mailbox_claim(struct mailbox *mailbox)
{
	if (MUTANT(SPAWN_NO_CLAIM))
		return true;
	if (!ck_pr_cas_ptr(&mailbox->head, MAILBOX_TAGGED(&mailbox->stub, MAILBOX_IDLE), &mailbox->stub))
		return false;
	ck_pr_fence_acquire();                                          /* pairs with mailbox_idle */
	return true;
}

/* Holder. The newest node in the list at this moment; the anchor when nothing waits. */
static inline struct node *mailbox_newest(struct mailbox *mailbox)
{
	return MAILBOX_BARE(ck_pr_load_ptr(&mailbox->head));
}

/* Any thread. The amount pushed so far, about; only differences mean anything. */
static inline uint64_t mailbox_pushed(const struct mailbox *mailbox)
{
	return ck_pr_load_64(&mailbox->newest);
}

/* Holder, once a turn: what was taken so far, for readers who must not touch the anchor. The stub's stamp is free for it
 * while another node is the anchor, and is just that while the stub is. */
static inline void mailbox_publish(struct mailbox *mailbox)
{
	if (mailbox->anchor != &mailbox->stub)
		ck_pr_store_64(&mailbox->stub.stamp, ck_pr_load_64(&mailbox->anchor->stamp));
}

/* Any thread. The amount waiting, about. */
static inline uint64_t mailbox_queued(const struct mailbox *mailbox)
{
	uint64_t taken = ck_pr_load_64(&mailbox->stub.stamp), queued;

	ck_pr_fence_load();
	queued = mailbox_pushed(mailbox) - taken;
	return (int64_t)queued < 0 ? 0 : queued;
}

/* Holder. The amount taken so far, in the count of mailbox_pushed. */
static inline uint64_t mailbox_taken(const struct mailbox *mailbox)
{
	return ck_pr_load_64(&mailbox->anchor->stamp);
}

/* Holder. How much is waiting; exact but for producers between P1 and P3. */
static inline uint64_t mailbox_waiting(struct mailbox *mailbox)
{
	uint64_t stamp = ck_pr_load_64(&mailbox_newest(mailbox)->stamp);

	if (stamp == 0)
		stamp = mailbox_pushed(mailbox);
	stamp -= mailbox_taken(mailbox);
	return (int64_t)stamp < 0 ? 0 : stamp;                          /* an estimate may be behind, never negative */
}

#endif
