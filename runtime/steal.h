/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steal - what a worker takes from another
 *
 * Agreement. steal_is_behind: any thread. The others: a worker of the pool, on its own thread, that has nothing to run.
 * What they return is the caller's to run; where more was taken, the rest is in the caller's ring, which others may steal
 * from in turn.
 *
 * A worker is *behind* when what waits in its ring is more than HELP_NS of work, well above what waking costs. Only then
 * others are woken for it, and only then they steal from it.
 */
#ifndef STEAL_H
#define STEAL_H

#include "world.h"

/* Whether what waits in the ring would take so long that another worker should have some of it: at the speed of the last
 * turns, or because a handler has been running for so long that the worker did not look at the clock. */
bool steal_is_behind(struct worker *worker, int64_t now);

/* From a worker that is behind; the first is any. NULL: none is, or others were faster. */
struct slot *steal(struct worker *worker);

/* For the watch, and nobody else: something that waits behind a handler that ran already when the watch looked before,
 * that worker's next slot included. Its timers expire here, and the actors they make ready are the caller's to run. NULL:
 * nobody is stuck. */
struct slot *steal_stuck(struct worker *worker);

#endif
