/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runqueue - what one worker will run: a next slot and a ring
 *
 * Agreement. runqueue_put_next, runqueue_take_next, runqueue_push, runqueue_pop: the owner. runqueue_steal,
 * runqueue_steal_next, runqueue_is_empty, runqueue_length: any thread, at the same time as everything.
 *
 * The ring is Concurrency Kit's single-producer multi-consumer ring. Where nobody steals (one worker) the owner takes
 * from it without a locked operation.
 *
 * The next slot holds the actor that was made ready last, which runs next, while its message is in the cache. Putting
 * it there and taking it out again happens once a message in a ping-pong, so the owner pays no locked operation for
 * it: a thief pays for both. The owner says `inside` while it looks at `wanted` and touches the slot; a thief says
 * `wanted`, has every thread pass a full barrier (os_barrier), and then either sees `inside`, and goes away, or is
 * seen by the owner, who leaves the next slot alone. This is Dekker's pattern with one side's fence moved to the
 * other's system call. Stealing it is for a worker whose handler runs long; thieves exclude each other by `wanted`.
 */
#ifndef RUNQUEUE_H
#define RUNQUEUE_H

#include "atomic.h"
#include <ck_ring.h>
#include "mutant.h"
#include "slot.h"

#define RUNQUEUE_ENTRIES 256u                   /* a power of two; the ring holds one less */

struct runqueue {
	struct slot *next;
	uint32_t inside;                        /* the owner is at the next slot */
	uint32_t wanted;                        /* a thief is */
	bool is_shared;                         /* there are thieves */
	bool has_next;                          /* false: there are thieves, and no asymmetric fence for them */
	ck_ring_t ring;
	ck_ring_buffer_t buffer[RUNQUEUE_ENTRIES];
};

static inline void runqueue_init(struct runqueue *queue, bool is_shared, bool has_next)
{
	queue->next = NULL;
	queue->inside = queue->wanted = 0;
	queue->is_shared = is_shared;
	queue->has_next = has_next;
	ck_ring_init(&queue->ring, RUNQUEUE_ENTRIES);
}

static inline bool runqueue_enter_next(struct runqueue *queue)
{
	if (!queue->is_shared)
		return true;
	ck_pr_store_32(&queue->inside, 1);
	ck_pr_barrier();                        /* store before load, for the compiler; for the processor by the thief's os_barrier */
	bool wanted = !MUTANT(NEXT_NOT_ASKED) && ck_pr_load_32(&queue->wanted) != 0;

	ck_pr_fence_acquire();                  /* pairs with the thief's release of `wanted`: what it took is seen as gone */
	return !wanted && queue->has_next;
}

static inline void runqueue_leave_next(struct runqueue *queue)
{
	if (!queue->is_shared)
		return;
	ck_pr_fence_release();
	ck_pr_store_32(&queue->inside, 0);
}

/* Owner. What was there before, or the slot itself when a thief is there: to be pushed. */
static inline struct slot *runqueue_put_next(struct runqueue *queue, struct slot *slot)
{
	struct slot *before = slot;

	if (runqueue_enter_next(queue)) {
		before = ck_pr_load_ptr(&queue->next);
		ck_pr_store_ptr(&queue->next, slot);
	}
	runqueue_leave_next(queue);
	return before;
}

static inline struct slot *runqueue_take_next(struct runqueue *queue)
{
	struct slot *slot = NULL;

	if (ck_pr_load_ptr(&queue->next) == NULL)
		return NULL;
	if (runqueue_enter_next(queue)) {
		slot = ck_pr_load_ptr(&queue->next);
		ck_pr_store_ptr(&queue->next, NULL);
	}
	runqueue_leave_next(queue);
	return slot;
}

/* Owner. False: full. */
static inline bool runqueue_push(struct runqueue *queue, struct slot *slot)
{
	bool pushed;

	RING_BEGIN();
	pushed = ck_ring_enqueue_spmc(&queue->ring, queue->buffer, slot);
	RING_END();
	return pushed;
}

/* Owner. NULL: empty. */
static inline struct slot *runqueue_pop(struct runqueue *queue)
{
	struct slot *slot;
	bool taken;

	RING_BEGIN();
	taken = queue->is_shared ? ck_ring_dequeue_spmc(&queue->ring, queue->buffer, &slot)
	                         : ck_ring_dequeue_spsc(&queue->ring, queue->buffer, &slot);
	RING_END();
	return taken ? slot : NULL;
}

/* Any thread, about; exact for the owner when nobody steals. The next slot does not count. */
static inline unsigned runqueue_length(const struct runqueue *queue)
{
	return ck_ring_size(&queue->ring);
}

/* Any thread. What was put in before is seen, unless somebody took it. Compares the whole counters: the ring's own size
 * is taken modulo its entries, and a looker who is overtaken between its two loads could take full for empty. */
static inline bool runqueue_is_empty(const struct runqueue *queue)
{
	unsigned taken = ck_pr_load_uint(&queue->ring.c_head);

	ck_pr_fence_load();
	return ck_pr_load_uint(&queue->ring.p_tail) == taken;
}

/* Any thread: about half of the ring, from its old end, at most `most`; how many. */
static inline unsigned runqueue_steal(struct runqueue *queue, struct slot **slots, unsigned most)
{
	unsigned wanted = (runqueue_length(queue) + 1) / 2, taken = 0;

	if (wanted > most)
		wanted = most;
	RING_BEGIN();
	while (taken < wanted && ck_ring_dequeue_spmc(&queue->ring, queue->buffer, &slots[taken]))
		taken++;
	RING_END();
	return taken;
}

/* Any thread but the owner; barrier is os_barrier. NULL: nothing there, or the owner or another thief is at it. */
static inline struct slot *runqueue_steal_next(struct runqueue *queue, void (*barrier)(void))
{
	struct slot *slot = NULL;

	if (!queue->has_next || ck_pr_load_ptr(&queue->next) == NULL || !ck_pr_cas_32(&queue->wanted, 0, 1))
		return NULL;
	if (!MUTANT(NEXT_NO_BARRIER))
		barrier();
	ck_pr_fence_memory();
	if (MUTANT(NEXT_NOT_LOOKED) || ck_pr_load_32(&queue->inside) == 0) {
		ck_pr_fence_acquire();                          /* pairs with runqueue_leave_next */
		slot = ck_pr_load_ptr(&queue->next);
		ck_pr_store_ptr(&queue->next, NULL);
	}
	ck_pr_fence_release();
	ck_pr_store_32(&queue->wanted, 0);
	return slot;
}

#endif
