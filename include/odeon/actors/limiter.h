/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actors/limiter.h - a rate limiter: so many in so long, and some more at once after a pause (a token bucket)
 *
 * The bucket begins full, with `burst` tokens; `count` come in each `per`, evenly, and what does not fit is lost. It is plain
 * memory, for instance in an actor's state, is used by one actor (or thread) at a time, needs no timers and allocates nothing.
 * It is told what time it is, odeon_now in a handler, so in a simulation its time is virtual. Its arithmetic is exact: no token is
 * lost or gained by rounding, however often it is asked.
 *
 *   wait = odeon_limiter_take(&shop->limiter, odeon_now(self), 1);
 *   if (wait > 0) odeon_send_after(self, odeon_self_ref(self), order, wait, NULL);         not now, but then
 */
#ifndef ODEON_ACTORS_LIMITER_H
#define ODEON_ACTORS_LIMITER_H

#include <odeon/error.h>
#include <odeon/time.h>

/* Start it with ODEON_LIMITER(.count = 100, ...). */
typedef struct odeon_limiter_options {
	size_t bytes;
	uint32_t count;                                /* tokens, at least 1 */
	odeon_duration per;                            /* ... in so long; default 1 s */
	uint32_t burst;                                /* how many there may be; default: count */
} odeon_limiter_options;
#define ODEON_LIMITER(...) { .bytes = sizeof(odeon_limiter_options), __VA_ARGS__ }

/* Filled by odeon_limiter_init, and then the functions' own. */
typedef struct odeon_limiter {
	odeon_limiter_options options;
	uint64_t level;                                /* in parts of a token: `per` of them make one, `count` come each nanosecond */
	odeon_time since;
} odeon_limiter;

ODEON_BEGIN_

/**
 * odeon_limiter_init - a full bucket
 * @options: copied
 * @now:     odeon_now
 *
 * Returns:  0, or
 *   ODEON_EINVAL    a NULL, a count of 0, per below 0, or burst times per is more than 2^63
 *   ODEON_EVERSION  the options have an unknown size
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_limiter_init(odeon_limiter *limiter, const odeon_limiter_options *options, odeon_time now);

/**
 * odeon_limiter_take - take tokens, if there are so many
 * @now:    odeon_now
 * @tokens: all or none
 *
 * Returns:  0: they are taken; or how long until there will be so many, if nobody takes any, in nanoseconds; or
 *   ODEON_EINVAL  more than there may ever be
 * Context:  any thread, any handler; one at a time
 * Since:    0.1
 */
ODEON_API odeon_duration odeon_limiter_take(odeon_limiter *limiter, odeon_time now, uint32_t tokens);

ODEON_END_
#endif
