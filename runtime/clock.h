/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock - the machine's monotonic clock, in nanoseconds; 22 ns a look, so nobody looks once a message
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>
#include <odeon/time.h>

static inline int64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A moment so much after another; never before it, and what would overflow is for ever. */
static inline int64_t clock_after(int64_t now, odeon_duration duration)
{
	if (duration <= 0)
		return now;
	return duration >= INT64_MAX - now ? INT64_MAX : now + duration;
}

#endif
