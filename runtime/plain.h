/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain - what a plain thread that uses channels keeps between its calls: blocks for messages
 *
 * A channel's sender makes what its receiver frees, on another core, which costs an allocator dear (cache.h). So threads that
 * are joined by channels share a depot: a channel takes that of the thread that opens it, and a thread without one takes
 * that of the first channel it uses whose depot has not ended. Nothing is shared by the whole process.
 *
 * Agreement. The calling thread's own. What it keeps goes back as it ends; later calls in that thread do without.
 * A thread whose very first use of a channel is in a destructor of thread-specific data (pthread_key_create) is not told of its
 * end any more: what it keeps then stays.
 */
#ifndef PLAIN_H
#define PLAIN_H

#include "cache.h"

/* The depot of this thread or of the worker that it is, counted for the caller, who leaves it (plain_leave); NULL: none. Both cost
 * nothing that others would notice, mostly: a thread counts itself in and out many times at once. */
struct depot *plain_depot(void);
void plain_leave(struct depot *depot);

/* By a thread that has nothing yet: in this depot, unless that has ended; in one of its own. */
void plain_begin(struct depot *depot);
void plain_begin_alone(void);

/* What this thread keeps, or the worker that it is; NULL: it does without. */
static inline struct cache *plain_cache(void)
{
	if (UNLIKELY(context_here == NULL) && CACHE_IS_USED)
		plain_begin_alone();
	return cache_here();
}

/* Before a message is made or freed on behalf of a channel with this depot, or none. */
static inline void plain_enter(struct depot *depot)
{
	if (UNLIKELY(context_here == NULL) && depot != NULL)
		plain_begin(depot);
}

#endif
