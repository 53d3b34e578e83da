/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * context - whether this thread is running actors, and for whom
 *
 * The library's one thread-local. It is read by calls that may wait, so that they can refuse to block a worker; by a
 * panic, so that it can say what was going on; and where messages are made and released, since that has no context
 * (cache.h). In the initial-exec model that is one load.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

struct cache;
struct random;

struct context {
	const void *system;             /* whose actors this thread runs; NULL: nobody's (plain.h) */
	struct cache *cache;            /* blocks for messages */
	struct random *random;          /* this thread's own dice */
	bool may_block;                 /* an actor with this thread for its own */
	bool (*refuses)(const struct context *context, size_t bytes);   /* memory, as a fault that is injected; or NULL */
	int (*describe)(const struct context *context, char *text, size_t bytes);  /* what it is doing, for people; or NULL */
};

/* NULL: this thread runs no actors now, and keeps nothing. Set by the thread itself. */
extern _Thread_local const struct context *context_here __attribute__((tls_model("initial-exec")));

static inline bool context_runs_actors(void)
{
	return context_here != NULL && context_here->system != NULL;
}

/* Whether memory for what actors make is refused, though there would be some: faults.h. */
static inline bool context_refuses(size_t bytes)
{
	return context_here != NULL && context_here->refuses != NULL && context_here->refuses(context_here, bytes);
}

/* Whether a call that waits would block a worker. */
static inline bool context_would_block(void)
{
	return context_here != NULL && !context_here->may_block;
}

#endif
