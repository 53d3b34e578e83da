/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pace - how a worker keeps time without reading the clock for every message
 *
 * Agreement. The worker itself. `credit` counts messages and turns down; when it is used up the worker looks at the
 * clock, and gets a credit for about LOOK_NS of work at the speed it had: one message where handlers are slow, a
 * thousand where they are fast.
 */
#ifndef PACE_H
#define PACE_H

#include "clock.h"
#include "world.h"

#define LOOK_NS 40000
#define CREDIT_MOST 1024

/* Looks, and says how long ago the last look was. */
static inline void pace_look(struct worker *worker)
{
	int64_t now = clock_now(), passed = now - (int64_t)worker->now;

	ck_pr_store_64(&worker->now, (uint64_t)now);
	count_up(&worker->busy, (uint64_t)passed);
	worker->passed += passed;
	if (passed > 16 * LOOK_NS)
		worker->interval = 1;
	else if (passed > 2 * LOOK_NS && worker->interval > 1)
		worker->interval /= 2;
	else if (passed < LOOK_NS && worker->interval < CREDIT_MOST)
		worker->interval *= 2;
	worker->credit = worker->interval;
	worker->look_is_due = true;
}

/* Nothing to run: what was done is told, for a sleep may be long. */
static inline void pace_end(struct worker *worker)
{
	count_up(&worker->turns, worker->turns_since);
	worker->turns_since = 0;
}

/* Between turns, after a look: what a turn took lately, and a start for the next few. */
static inline void pace_turns(struct worker *worker)
{
	uint32_t turns = worker->turns_since > 0 ? worker->turns_since : 1;

	ck_pr_store_64(&worker->turn_ns, (uint64_t)worker->passed / turns);
	pace_end(worker);
	worker->passed = 0;
	worker->sampling = true;
	worker->look_is_due = false;
}

/* After a sleep, which is not work. */
static inline void pace_begin(struct worker *worker)
{
	ck_pr_store_64(&worker->now, (uint64_t)clock_now());
	worker->passed = 0;
	worker->interval = worker->credit = 1;
	worker->look_is_due = false;
}

#endif
