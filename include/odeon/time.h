/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/time.h - moments and durations, which are different types
 *
 * A duration is a number of nanoseconds, a moment is a point on a clock: the monotonic clock of the machine, or the
 * virtual clock of a simulated system. Whatever waits takes a moment, so that a deadline passes unchanged through
 * nested calls, and passing a duration where a moment belongs does not compile.
 */
#ifndef ODEON_TIME_H
#define ODEON_TIME_H

#include <odeon/compiler.h>

typedef int64_t odeon_duration;                        /* nanoseconds from one moment to another */
typedef struct odeon_time { int64_t ns; } odeon_time;  /* a moment on the clock of its context; {0} is always past */

#define ODEON_US(n) ((odeon_duration)(n) * 1000)
#define ODEON_MS(n) ((odeon_duration)(n) * 1000000)
#define ODEON_SECONDS(n) ((odeon_duration)(n) * 1000000000)

static const odeon_time ODEON_NEVER ODEON_UNUSED_ = { INT64_MAX };     /* as a deadline: wait for ever */
static const odeon_time ODEON_AT_ONCE ODEON_UNUSED_ = { 0 };           /* as a deadline: look, do not wait */

ODEON_BEGIN_

/**
 * odeon_clock_now - the monotonic clock
 *
 * Returns:  the moment, at least 1 ns
 * Context:  any thread, any handler; a handler rather asks odeon_now, which follows a simulated clock
 * Since:    0.1
 */
ODEON_API odeon_time odeon_clock_now(void);

/**
 * odeon_clock_deadline - a moment from now on the monotonic clock
 * @from_now: nanoseconds; less than 0 counts as 0; what would overflow is ODEON_NEVER
 *
 * Returns:  the moment
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API odeon_time odeon_clock_deadline(odeon_duration from_now);

ODEON_END_
#endif
