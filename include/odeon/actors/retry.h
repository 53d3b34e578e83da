/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actors/retry.h - when to try again: each time after twice as long, up to a limit, and not all at the same moment
 *
 * The state of one undertaking that may be tried several times. It is plain memory, for instance in an actor's state or in that
 * of a continuation, and allocates nothing. It only says how long to wait; what is tried is yours, and so is the timer:
 *
 *   delay = odeon_retry_next(&shop->retry);                            in the continuation, on an error
 *   if (delay < 0) ...                                                 it was tried often enough
 *   odeon_tick_after(self, delay, TRY_AGAIN);                          and ask once more when the tick comes
 *
 * The limit of the n-th wait is first, 2 first, 4 first, ..., at most `most`; the wait itself is chosen between a part of
 * that and the whole, by a seed, so that those who failed together do not come back together.
 */
#ifndef ODEON_ACTORS_RETRY_H
#define ODEON_ACTORS_RETRY_H

#include <odeon/error.h>
#include <odeon/time.h>

enum odeon_jitter {
	ODEON_JITTER_FULL = 0,                         /* from nothing to the whole */
	ODEON_JITTER_HALF,                             /* from half to the whole */
	ODEON_JITTER_NONE                              /* always the whole */
};

/* Zero is always the default. Start it with ODEON_RETRY(.attempts = 3, ...). */
typedef struct odeon_retry_options {
	size_t bytes;
	unsigned attempts;                             /* so many waits, then no more; default: for ever */
	odeon_duration first;                          /* default 100 ms */
	odeon_duration most;                           /* default 30 s; not less than first */
	enum odeon_jitter jitter;
} odeon_retry_options;
#define ODEON_RETRY(...) { .bytes = sizeof(odeon_retry_options), __VA_ARGS__ }

/* Filled by odeon_retry_init, and then the functions' own. */
typedef struct odeon_retry {
	odeon_retry_options options;
	uint64_t random;
	odeon_duration limit;                          /* of the next wait */
	unsigned used;                                 /* so many waits */
} odeon_retry;

ODEON_BEGIN_

/**
 * odeon_retry_init - nothing was tried yet
 * @options: copied; NULL: all defaults
 * @seed:    any number, another one for each; in a simulation one that is the same in each run, made of odeon_system_seed
 *
 * Returns:  0, or
 *   ODEON_EINVAL    a NULL, a duration below 0, or most is less than first
 *   ODEON_EVERSION  the options have an unknown size
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_retry_init(odeon_retry *retry, const odeon_retry_options *options, uint64_t seed);

/**
 * odeon_retry_next - it failed: how long until the next try?
 *
 * Returns:  nanoseconds, 0 or more; or
 *   ODEON_EFAILED  it was tried often enough
 * Context:  any thread, any handler; one at a time
 * Since:    0.1
 */
ODEON_API odeon_duration odeon_retry_next(odeon_retry *retry);

/**
 * odeon_retry_clear - it succeeded: the next failure is a first one
 *
 * Context:  any thread, any handler; one at a time
 * Since:    0.1
 */
ODEON_API void odeon_retry_clear(odeon_retry *retry);

ODEON_END_
#endif
