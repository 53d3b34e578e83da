/* SPDX-License-Identifier: BSD-2-Clause */
/* loop - the workers' loops */
#include "loop.h"

#include <limits.h>
#include "clock.h"
#include "crash.h"
#include "faults.h"
#include "os.h"
#include "pace.h"
#include "ready.h"
#include "rest.h"
#include "simulation.h"
#include "steal.h"
#include "timer.h"
#include "turn.h"
#include "worker.h"

#define SEARCH_NS 60000                 /* about what falling asleep and being woken cost together */
#define SPIN_NS 2000                    /* ... of which so much without offering the core to others */
#define BATCH 64                        /* entries moved at a time from the inject queue */
#define YIELDS_MOST 100                 /* in a row, with nothing but busy mailboxes; then short sleeps */
#define YIELD_SLEEP_NS 50000
#define HOST_TURNS 256                  /* what odeon_system_run does at least, before it looks at its deadline */

/* ---- looking around ------------------------------------------------------------------------------------------------- */

/* Up to so much of what came from outside, to the own ring, where others may steal it. */
static void take_injected(struct worker *worker, unsigned most)
{
	odeon_system *system = worker->self.system;
	struct link *links[BATCH];
	unsigned taken;

	if (slotqueue_is_empty(&system->inject))
		return;
	taken = slotqueue_take(&system->inject, links, most);
	for (unsigned i = 0; i < taken; i++)
		if (!runqueue_push(&worker->queue, slot_of_link(links[i])))
			slotqueue_push(&system->inject, links[i]);
}

static void look_around(struct worker *worker)
{
	odeon_system *system = worker->self.system;

	pace_turns(worker);
	parker_poll(&worker->parker);
	if (!worker->runs_pool)
		return;
	(void)timer_expire(worker, worker, (int64_t)worker->now);
	take_injected(worker, BATCH);
	if (worker->queue.is_shared
	 && (steal_is_behind(worker, (int64_t)worker->now) || !slotqueue_is_empty(&system->inject)))
		ready_wake_pool(system, worker);
	if (UNLIKELY(ck_pr_load_32(&system->watch_is_deep) != 0) && !runqueue_is_empty(&worker->queue))
		ready_rouse_watch(system, worker);
}

/* ---- picking -------------------------------------------------------------------------------------------------------- */

static struct slot *take_inbox(struct worker *worker)
{
	struct link *link;

	if (slotqueue_is_empty(&worker->inbox))
		return NULL;
	return slotqueue_take(&worker->inbox, &link, 1) == 1 ? slot_of_link(link) : NULL;
}

/* The next slot first, a few times in a row; then the inbox, the ring, and at most so much of what was injected. */
static struct slot *pick(struct worker *worker, unsigned most)
{
	struct slot *slot;

	if (UNLIKELY(!slotqueue_is_empty(&worker->inbox)) && worker->hot >= READY_HOT_MOST
	 && (slot = take_inbox(worker)) != NULL) {
		worker->hot = 0;
		return slot;
	}
	slot = runqueue_take_next(&worker->queue);
	if (LIKELY(slot != NULL)) {
		worker->hot++;
		return slot;
	}
	worker->hot = 0;
	if (UNLIKELY(!slotqueue_is_empty(&worker->inbox)) && (slot = take_inbox(worker)) != NULL)
		return slot;
	if ((slot = runqueue_pop(&worker->queue)) != NULL)
		return slot;
	take_injected(worker, most);
	return runqueue_pop(&worker->queue);
}

/* ---- a turn --------------------------------------------------------------------------------------------------------- */

/* Messages taken. */
static uint32_t run(struct worker *worker, struct slot *slot, int *yields)
{
	bool is_busy;
	uint32_t taken = turn(worker, slot, worker->self.system->options.batch_messages, &is_busy);

	worker->turns_since++;
	worker->credit--;
	if (UNLIKELY(is_busy && taken == 0)) {  /* whoever is in the middle of a push may need this core */
		if (++*yields < YIELDS_MOST)
			os_yield();
		else
			os_sleep_ns(YIELD_SLEEP_NS);
	} else
		*yields = 0;
	if (UNLIKELY(worker->credit <= 0 || worker->look_is_due)) {
		pace_look(worker);
		look_around(worker);
	}
	return taken;
}

/* ---- searching: workers of the pool ------------------------------------------------------------------------------------ */

/* Of what was injected only one: who else searches may have the next. */
static struct slot *find(struct worker *worker)
{
	struct slot *slot = pick(worker, 1);

	return slot != NULL ? slot : steal(worker);
}

/* For about what a wake costs; NULL: nothing. Whoever will bring work may need this very core: after a while it is
 * offered at each look. */
static struct slot *search(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	int64_t began = clock_now(), now = began;
	struct slot *slot;

	do {
		(void)timer_expire(worker, worker, now);
		parker_poll(&worker->parker);
		for (int i = 0; i < 8; i++) {
			if ((slot = find(worker)) != NULL || ck_pr_load_32(&system->closing) != 0)
				return slot;
			for (int k = 0; k < 8; k++)
				ck_pr_stall();
		}
		now = clock_now();
		if (now - began > SPIN_NS)
			os_yield();
	} while (now - began < SEARCH_NS);
	return NULL;
}

/* Nothing to run: search a while, then sleep, until there is something or the system closes (NULL). */
static struct slot *search_and_park(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	bool searching = sleepers_search(&system->sleepers, rest_count_awake(system));
	struct slot *slot;

	pace_end(worker);
	for (;;) {
		slot = searching ? search(worker) : find(worker);
		if (slot == NULL && ck_pr_load_32(&system->closing) == 0) {
			slot = rest_pool(worker, searching);
			searching = true;
		}
		if (slot != NULL || ck_pr_load_32(&system->closing) != 0)
			break;
	}
	if (searching && sleepers_found(&system->sleepers) && slot != NULL && !slotqueue_is_empty(&system->inject))
		ready_wake_pool(system, worker);
	if (ck_pr_load_32(&system->watch_is_deep) != 0
	 && (!runqueue_is_empty(&worker->queue) || timer_earliest(worker) != INT64_MAX))
		ready_rouse_watch(system, worker);
	pace_begin(worker);
	return slot;
}

/* ---- loops ---------------------------------------------------------------------------------------------------------- */

void *loop_pool(void *argument)
{
	struct worker *worker = argument;
	odeon_system *system = worker->self.system;
	int yields = 0;

	context_here = &worker->context;
	pace_begin(worker);
	while (ck_pr_load_32(&system->closing) == 0) {
		struct slot *slot = pick(worker, BATCH);

		if (UNLIKELY(slot == NULL) && (slot = search_and_park(worker)) == NULL)
			continue;
		run(worker, slot, &yields);
	}
	context_here = NULL;
	return NULL;
}

/* One actor, and nothing but its inbox. */
void *loop_own(void *argument)
{
	struct worker *worker = argument;
	odeon_system *system = worker->self.system;
	int yields = 0;

	context_here = &worker->context;
	crash_enter(worker);
	worker_announce(worker, 1);
	pace_begin(worker);
	for (;;) {
		uint32_t key = parker_key(&worker->parker);     /* before the looks */
		struct slot *slot;

		if (ck_pr_load_8(&worker->is_done) != 0)
			break;
		slot = take_inbox(worker);
		if (slot != NULL) {
			run(worker, slot, &yields);
			continue;
		}
		if (!slotqueue_is_empty(&worker->inbox))
			continue;
		rest_own(worker, key);
	}
	rest_tell_waiters(system);
	worker_announce(worker, 0);
	crash_leave(worker);
	context_here = NULL;
	ck_pr_fence_release();
	ck_pr_store_32(&worker->finished, 1);
	return NULL;
}

static struct slot *pick_host(struct worker *worker)
{
	return worker->runs_pool ? pick(worker, BATCH) : take_inbox(worker);
}

static bool host_has_work(struct worker *worker)
{
	return !slotqueue_is_empty(&worker->inbox)
	    || (worker->runs_pool && (!slotqueue_is_empty(&worker->self.system->inject)
	                              || ck_pr_load_ptr(&worker->queue.next) != NULL
	                              || !runqueue_is_empty(&worker->queue)
	                              || timer_is_due(worker, clock_now())));
}

/* One round of the host: what is ready, but no more than a round, and not beyond the moment by much. */
static int run_host(struct worker *worker, int64_t until, bool quits)
{
	struct slot *slot;
	int taken = 0, yields = 0;

	for (int turns = 0; turns < HOST_TURNS && (slot = pick_host(worker)) != NULL; turns++) {
		taken += (int)run(worker, slot, &yields);
		if (until != 0 && (int64_t)worker->now >= until)
			break;
		if (quits && ck_pr_load_32(&worker->self.system->quit) != 0)
			break;
	}
	return taken;
}

int loop_host(struct worker *worker, int64_t until, enum host_wait wait)
{
	odeon_system *system = worker->self.system;
	const struct context *before = context_here;
	bool quits = wait != HOST_WAITS_FOR_END;
	int total = 0;

	context_here = &worker->context;
	pace_begin(worker);
	while (ck_pr_load_32(&system->closing) == 0) {
		uint32_t key = parker_key(&worker->parker);
		int taken;

		if (timer_earliest(worker) != INT64_MAX)
			(void)timer_expire(worker, worker, clock_now());
		taken = run_host(worker, until, quits);
		total = total > INT_MAX - taken ? INT_MAX : total + taken;
		pace_end(worker);
		rest_announce(system);
		if (host_has_work(worker)) {
			if (wait != HOST_LOOKS && !(quits && ck_pr_load_32(&system->quit) != 0) && (until == INT64_MAX || clock_now() < until))
				continue;
			ready_wake_host(system);        /* the descriptor stays readable */
			break;
		}
		rest_tell_waiters(system);
		if (wait == HOST_LOOKS || (quits && ck_pr_load_32(&system->quit) != 0) || (until != INT64_MAX && clock_now() >= until))
			break;
		if (!rest_host(worker, key, until, wait == HOST_WAITS_FOR_END))
			break;
	}
	context_here = before;
	return total;
}

void loop_drain(odeon_system *system)
{
	struct worker *host = host_worker(system);
	const struct context *before = context_here;
	struct link *link;
	bool is_busy, any;

	context_here = &host->context;
	if (system->simulation != NULL) {
		faults_bring(system, INT64_MAX);
		simulation_empty_window(system);
	}
	do {
		any = false;
		while (slotqueue_take(&system->inject, &link, 1) == 1) {
			turn(host, slot_of_link(link), UINT32_MAX, &is_busy);
			any = true;
		}
		for (uint32_t i = 0; i < system->workers_used; i++) {
			struct worker *worker = worker_at(system, i);
			struct slot *slot;

			while (worker != NULL && ((slot = runqueue_take_next(&worker->queue)) != NULL
			                          || (slot = runqueue_pop(&worker->queue)) != NULL
			                          || (slot = take_inbox(worker)) != NULL)) {
				turn(host, slot, UINT32_MAX, &is_busy);
				any = true;
			}
		}
	} while (any);
	context_here = before;
}
