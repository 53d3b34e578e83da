/* SPDX-License-Identifier: BSD-2-Clause */
/* loop - the workers' loops */
#include "loop.h"

#include <limits.h>
#include "clock.h"
#include "os.h"
#include "pace.h"
#include "ready.h"
#include "simulation.h"
#include "turn.h"
#include "worker.h"

#define HELP_NS 300000                  /* more than so much work in the ring: somebody may help */
#define SEARCH_NS 60000                 /* about what falling asleep and being woken cost together */
#define SPIN_NS 2000                    /* ... of which so much without offering the core to others */
#define WATCH_NS 1000000                /* how often the watch looks up while anybody is awake */
#define WATCH_LOOKS 32                  /* ... and how often in vain before it sleeps for good */
#define BATCH 64                        /* entries moved at a time from the inject queue, or from another's ring */
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

/* Any thread. Whether what waits in the ring would take so long that another worker should have some of it: at the speed
 * of the last turns, or because a handler has been running for so long that the worker did not look at the clock. */
static bool is_behind(struct worker *worker, int64_t now)
{
	int64_t length = runqueue_length(&worker->queue);

	return length > 0 && (length * (int64_t)ck_pr_load_64(&worker->turn_ns) > HELP_NS
	                      || now - (int64_t)ck_pr_load_64(&worker->now) > HELP_NS);
}

static void look_around(struct worker *worker)
{
	odeon_system *system = worker->self.system;

	pace_turns(worker);
	parker_poll(&worker->parker);
	if (!worker->runs_pool)
		return;
	take_injected(worker, BATCH);
	if (worker->queue.is_shared && (is_behind(worker, (int64_t)worker->now) || !slotqueue_is_empty(&system->inject)))
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

/* ---- searching and sleeping: workers of the pool ---------------------------------------------------------------------- */

static unsigned count_awake(odeon_system *system)
{
	return (unsigned)system->pool - sleepers_count(&system->sleepers);
}

/* The first of what was stolen; the rest goes to the own ring. */
static struct slot *steal_from(struct worker *worker, struct worker *victim)
{
	struct slot *slots[BATCH];
	unsigned taken = runqueue_steal(&victim->queue, slots, BATCH);

	if (taken == 0)
		return NULL;
	for (unsigned i = 1; i < taken; i++)
		if (!runqueue_push(&worker->queue, slots[i]))
			slotqueue_push(&worker->self.system->inject, &slots[i]->link);
	count_up(&worker->stolen, taken);
	count_up(&worker->steals, 1);
	return slots[0];
}

static struct slot *steal(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	int64_t now = clock_now();
	unsigned pool = (unsigned)system->pool, first = random_below(&worker->random, pool);

	for (unsigned i = 0; i < pool; i++) {
		struct worker *victim = worker_at(system, (first + i) % pool);
		struct slot *slot = victim != worker && is_behind(victim, now) ? steal_from(worker, victim) : NULL;

		if (slot != NULL)
			return slot;
	}
	return NULL;
}

/* Of what was injected only one: who else searches may have the next. */
static struct slot *find(struct worker *worker)
{
	struct slot *slot = pick(worker, 1);

	return slot != NULL ? slot : steal(worker);
}

static bool has_own(struct worker *worker)
{
	return ck_pr_load_ptr(&worker->queue.next) != NULL || !runqueue_is_empty(&worker->queue);
}

/* Whether there is anything for this worker; what is behind a push that is not finished counts. What waits in another's
 * ring is that one's, unless it is behind with it: nobody sleeps with a ring that is not empty. */
static bool is_anything(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	int64_t now = clock_now();

	if (!slotqueue_is_empty(&worker->inbox) || !slotqueue_is_empty(&system->inject) || has_own(worker))
		return true;
	for (int i = 0; i < system->pool; i++)
		if (is_behind(worker_at(system, (uint32_t)i), now))
			return true;
	return ck_pr_load_32(&system->closing) != 0;
}

/* The last actor may be gone: whoever waits for that looks for himself. */
static void tell_waiters(odeon_system *system)
{
	ck_pr_fence_memory();                   /* the end, before the look; pairs with who counts himself in, then looks */
	if (ck_pr_load_32(&system->waiters) != 0 && world_alive(system) == 0) {
		parker_wake(&system->event);
		parker_wake(&host_worker(system)->parker);
	}
}

/* ---- the watch ------------------------------------------------------------------------------------------------------- */

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

/* Something that waits behind a handler that runs long; NULL: nobody is stuck. */
static struct slot *help_stuck(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	struct slot *slot = NULL;

	for (int i = 0; i < system->pool && slot == NULL; i++) {
		struct worker *other = worker_at(system, (uint32_t)i);

		if (other == worker || !is_stuck(other))
			continue;
		slot = steal_from(worker, other);
		if (slot == NULL)
			slot = runqueue_steal_next(&other->queue, os_barrier);
	}
	return slot;
}

static bool all_asleep(odeon_system *system)
{
	return count_awake(system) == 0;
}

/* The watch goes to work. If others sleep on, one of them looks up, finds nothing, and lies down as the watch. */
static void wake_heir(odeon_system *system, struct worker *worker)
{
	int heir = MUTANT(WATCH_NO_HEIR) ? -1 : sleepers_claim(&system->sleepers);

	if (heir < 0)
		return;
	count_up(&worker->wakes, 1);
	parker_wake(&worker_at(system, (uint32_t)heir)->parker);
}

/* For good, until somebody rouses or claims the watch; the key to go on with. */
static uint32_t sleep_deep(struct worker *worker, uint32_t key)
{
	odeon_system *system = worker->self.system;

	ck_pr_store_32(&system->watch_is_deep, 1);
	ck_pr_fence_memory();                   /* before the look: who was claimed meanwhile may not have seen it */
	if (MUTANT(DEEP_NO_LOOK) || all_asleep(system))
		parker_sleep(&worker->parker, key, INT64_MAX);
	ck_pr_store_32(&system->watch_is_deep, 0);
	if (sleepers_is_asleep(&system->sleepers, worker->number))
		key = parker_key(&worker->parker);      /* roused to watch, not to work */
	return key;
}

/* The bit is set. Sleeps; as the watch, looks up now and then. Returns up and searching, perhaps with a slot. */
static struct slot *sleep_as_watch(struct worker *worker, uint32_t key)
{
	odeon_system *system = worker->self.system;
	struct slot *slot = NULL;
	int vain = 0;

	while (slot == NULL && ck_pr_load_32(&system->closing) == 0 && parker_key(&worker->parker) == key
	       && !has_own(worker)              /* its poller may have made an actor ready */
	       && sleepers_is_asleep(&system->sleepers, worker->number)) {
		vain = all_asleep(system) ? vain + 1 : 0;
		if (vain >= WATCH_LOOKS) {
			key = sleep_deep(worker, key);
			vain = 0;
			continue;
		}
		parker_sleep(&worker->parker, key, clock_now() + WATCH_NS);
		if (parker_key(&worker->parker) == key)
			slot = help_stuck(worker);
	}
	sleepers_leave(&system->sleepers, worker->number);
	sleepers_quit_watch(&system->sleepers, worker->number);
	wake_heir(system, worker);
	return slot;
}

/* Until there is something. Returns searching. */
static struct slot *park(struct worker *worker, bool searching)
{
	odeon_system *system = worker->self.system;
	uint32_t key = parker_key(&worker->parker);
	struct slot *slot = NULL;

	sleepers_enter(&system->sleepers, worker->number, searching);
	if (is_anything(worker)) {
		sleepers_leave(&system->sleepers, worker->number);
		return NULL;
	}
	tell_waiters(system);
	count_up(&worker->parks, 1);
	if (system->pool > 1 && sleepers_be_watch(&system->sleepers, worker->number)) {
		slot = sleep_as_watch(worker, key);
	} else {
		parker_sleep(&worker->parker, key, INT64_MAX);
		sleepers_leave(&system->sleepers, worker->number);
	}
	return slot;
}

/* For about what a wake costs; NULL: nothing. Whoever will bring work may need this very core: after a while it is
 * offered at each look. */
static struct slot *search(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	int64_t began = clock_now(), now = began;
	struct slot *slot;

	do {
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
	bool searching = sleepers_search(&system->sleepers, count_awake(system));
	struct slot *slot;

	pace_end(worker);
	for (;;) {
		slot = searching ? search(worker) : find(worker);
		if (slot == NULL && ck_pr_load_32(&system->closing) == 0) {
			slot = park(worker, searching);
			searching = true;
		}
		if (slot != NULL || ck_pr_load_32(&system->closing) != 0)
			break;
	}
	if (searching && sleepers_found(&system->sleepers) && slot != NULL && !slotqueue_is_empty(&system->inject))
		ready_wake_pool(system, worker);
	if (ck_pr_load_32(&system->watch_is_deep) != 0 && !runqueue_is_empty(&worker->queue))
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
		count_up(&worker->parks, 1);
		pace_end(worker);
		parker_sleep(&worker->parker, key, INT64_MAX);
		pace_begin(worker);
	}
	tell_waiters(system);
	worker_announce(worker, 0);
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
	                              || !runqueue_is_empty(&worker->queue)));
}

/* Says so to whoever polls the descriptor: nothing is here now, what comes will be told. */
static void rest_host(odeon_system *system)
{
	if (ck_pr_load_int(&system->host_fd) >= 0)
		os_event_clear(system->host_fd);
	(void)ck_pr_fas_32(&system->host_poked, 0);
	ck_pr_fence_memory();                   /* before the caller's last look for work; pairs with ready_wake_host's exchange */
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

/* False: no actor is left, and that is the end. */
static bool sleep_host(struct worker *worker, uint32_t key, int64_t until, bool ends)
{
	odeon_system *system = worker->self.system;
	bool alive;

	(void)ck_pr_faa_32(&system->waiters, 1);
	ck_pr_fence_memory();                   /* pairs with tell_waiters */
	alive = world_alive(system) != 0;
	if (alive || !ends)
		parker_sleep(&worker->parker, key, until);
	(void)ck_pr_faa_32(&system->waiters, (uint32_t)-1);
	pace_begin(worker);
	return alive || !ends;
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
		int taken = run_host(worker, until, quits);

		total = total > INT_MAX - taken ? INT_MAX : total + taken;
		pace_end(worker);
		rest_host(system);
		if (host_has_work(worker)) {
			if (wait != HOST_LOOKS && !(quits && ck_pr_load_32(&system->quit) != 0) && (until == INT64_MAX || clock_now() < until))
				continue;
			ready_wake_host(system);        /* the descriptor stays readable */
			break;
		}
		tell_waiters(system);
		if (wait == HOST_LOOKS || (quits && ck_pr_load_32(&system->quit) != 0) || (until != INT64_MAX && clock_now() >= until))
			break;
		if (!sleep_host(worker, key, until, wait == HOST_WAITS_FOR_END))
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
	if (system->simulation != NULL)
		simulation_empty_window(system);
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
