/* SPDX-License-Identifier: BSD-2-Clause */
/* steal - what a worker takes from another */
#include "steal.h"

#include "clock.h"
#include "os.h"
#include "timer.h"

#define HELP_NS 300000                  /* more than so much work in the ring: somebody may help */
#define STEAL_MOST 64                   /* entries taken at a time */

bool steal_is_behind(struct worker *worker, int64_t now)
{
	int64_t length = runqueue_length(&worker->queue);

	return length > 0 && (length * (int64_t)ck_pr_load_64(&worker->turn_ns) > HELP_NS
	                      || now - (int64_t)ck_pr_load_64(&worker->now) > HELP_NS);
}

/* The first of what was stolen; the rest goes to the own ring. */
static struct slot *steal_from(struct worker *worker, struct worker *victim)
{
	struct slot *slots[STEAL_MOST];
	unsigned taken = runqueue_steal(&victim->queue, slots, STEAL_MOST);

	if (taken == 0)
		return NULL;
	for (unsigned i = 1; i < taken; i++)
		if (!runqueue_push(&worker->queue, slots[i]))
			slotqueue_push(&worker->self.system->inject, &slots[i]->link);
	count_up(&worker->stolen, taken);
	count_up(&worker->steals, 1);
	return slots[0];
}

struct slot *steal(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	int64_t now = clock_now();
	unsigned pool = (unsigned)system->pool, first = random_below(&worker->random, pool);

	for (unsigned i = 0; i < pool; i++) {
		struct worker *victim = worker_at(system, (first + i) % pool);
		struct slot *slot = victim != worker && steal_is_behind(victim, now) ? steal_from(worker, victim) : NULL;

		if (slot != NULL)
			return slot;
	}
	return NULL;
}

/* Whether the worker is in a turn that ran already when the watch looked before. */
static bool is_stuck(struct worker *worker)
{
	struct slot *running = ck_pr_load_ptr(&worker->running);
	uint64_t done = ck_pr_load_64(&worker->tally.handled) + ck_pr_load_64(&worker->turns);
	bool is = running != NULL && running == ck_pr_load_ptr(&worker->watched.running)
	       && done == ck_pr_load_64(&worker->watched.done);

	ck_pr_store_ptr(&worker->watched.running, running);
	ck_pr_store_64(&worker->watched.done, done);
	return is;
}

struct slot *steal_stuck(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	struct slot *slot = NULL;

	for (int i = 0; i < system->pool && slot == NULL; i++) {
		struct worker *other = worker_at(system, (uint32_t)i);

		if (other == worker || !is_stuck(other))
			continue;
		(void)timer_expire(worker, other, clock_now());
		slot = steal_from(worker, other);
		if (slot == NULL)
			slot = runqueue_steal_next(&other->queue, os_barrier);
	}
	return slot;
}
