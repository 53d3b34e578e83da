/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slotqueue - an unbounded queue of slots that any thread may put into
 *
 * One piece of code for three uses: the inject queue (actors made ready by threads that are no worker), each worker's
 * inbox (pinned actors), and the list of vacant slots. First in, first out.
 *
 * Agreement. slotqueue_push: any thread, at the same time as everything; never fails, never waits. slotqueue_take: any
 * thread; takers exclude each other by a claim that nobody waits for: whoever finds it taken goes away empty-handed,
 * and slotqueue_is_empty then still says that there is something. A slot is in at most one queue at a time.
 *
 * Vyukov's intrusive queue with a stub that is pushed back when the last entry is taken, so that no entry stays behind
 * as anchor: a slot that was taken may be pushed again at once.
 */
#ifndef SLOTQUEUE_H
#define SLOTQUEUE_H

#include "atomic.h"
#include "mutant.h"

struct link { struct link *next; };

struct slotqueue {
	struct link *head CACHE_ALIGNED;        /* pushed last; any thread */
	struct link *tail CACHE_ALIGNED;        /* to be taken next; whoever has the claim */
	uint32_t claimed;
	struct link stub;
};

static inline void slotqueue_init(struct slotqueue *queue)
{
	queue->stub.next = NULL;
	queue->head = queue->tail = &queue->stub;
	queue->claimed = 0;
}

static inline void slotqueue_push(struct slotqueue *queue, struct link *link)
{
	ck_pr_store_ptr(&link->next, NULL);
	ck_pr_fence_release();

	struct link *before = ck_pr_fas_ptr(&queue->head, link);

	ck_pr_fence_release();
	ck_pr_store_ptr(&before->next, link);           /* pairs with the acquire fences of slotqueue_pop */
}

/* With the claim. NULL: empty, or the next one's push is not finished. */
static inline struct link *slotqueue_pop(struct slotqueue *queue)
{
	struct link *tail = queue->tail, *next = ck_pr_load_ptr(&tail->next);

	if (tail == &queue->stub) {
		if (next == NULL)
			return NULL;
		ck_pr_fence_acquire();
		ck_pr_store_ptr(&queue->tail, next);
		tail = next;
		next = ck_pr_load_ptr(&tail->next);
	}
	if (next == NULL) {
		if (tail != ck_pr_load_ptr(&queue->head))
			return NULL;
		slotqueue_push(queue, &queue->stub);
		next = ck_pr_load_ptr(&tail->next);
		if (next == NULL)
			return NULL;
	}
	ck_pr_fence_acquire();
	ck_pr_store_ptr(&queue->tail, next);
	return tail;
}

/* Any thread. Up to `most` entries, in order; how many. */
static inline unsigned slotqueue_take(struct slotqueue *queue, struct link **links, unsigned most)
{
	unsigned taken = 0;

	if (ck_pr_load_32(&queue->claimed) != 0 || !ck_pr_cas_32(&queue->claimed, 0, 1))
		return 0;
	ck_pr_fence_acquire();                          /* pairs with the release below */
	while (taken < most && (links[taken] = slotqueue_pop(queue)) != NULL)
		taken++;
	ck_pr_fence_release();
	ck_pr_store_32(&queue->claimed, 0);
	return taken;
}

/* Any thread. False also while a push is being finished or the last entry is being taken, so: not empty means look
 * again, and empty means that it was empty at some instant during the call, after every push that came before it. */
static inline bool slotqueue_is_empty(struct slotqueue *queue)
{
	bool none_pushed = ck_pr_load_ptr(&queue->head) == &queue->stub;

	ck_pr_fence_load();
	return none_pushed && ck_pr_load_ptr(&queue->tail) == &queue->stub;
}

#endif
