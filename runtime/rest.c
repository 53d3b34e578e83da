/* SPDX-License-Identifier: BSD-2-Clause */
/* rest - how a worker sleeps */
#include "rest.h"

#include "clock.h"
#include "os.h"
#include "pace.h"
#include "steal.h"
#include "timer.h"

#define WATCH_NS 1000000                /* how often the watch looks up while anybody is awake */
#define WATCH_LOOKS 32                  /* ... and how often in vain before it sleeps for good */
#define TIDY_NS 1000000000
#define TIDY_FEW CACHE_UNITS            /* slow ways are hardly any use of its cache: one for each size */

unsigned rest_count_awake(odeon_system *system)
{
	return (unsigned)system->pool - sleepers_count(&system->sleepers);
}

void rest_tell_waiters(odeon_system *system)
{
	ck_pr_fence_memory();                   /* the end, before the look; pairs with who counts himself in, then looks */
	if (ck_pr_load_32(&system->waiters) != 0 && world_alive(system) == 0) {
		parker_wake(&system->event);
		parker_wake(&host_worker(system)->parker);
	}
}

/* ---- sleeping, and giving back before one does so for long ------------------------------------------------------------- */

static int64_t sooner(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

static bool all_asleep(odeon_system *system)
{
	return rest_count_awake(system) == 0;
}

/* When it is to give back what it keeps; INT64_MAX: that is done, and there was hardly any use of it since. */
static int64_t tidy_due(struct worker *worker)
{
	uint32_t slow = worker->cache.slow;

	if (slow - worker->tidied.slow > TIDY_FEW) {
		worker->tidied.slow = slow;
		worker->tidied.due = clock_after(clock_now(), TIDY_NS);
	}
	return worker->tidied.due;
}

/* Who is awake only searches. About: who woke to be tidy does so afterwards. */
static bool all_rest(odeon_system *system)
{
	return (int)rest_count_awake(system) <= ck_pr_load_int(&system->sleepers.searching);
}

/* Until all is done, or somebody wakes it. While others work, later once more. */
static void tidy(struct worker *worker, uint32_t key)
{
	struct depot *depot = worker->self.system->depot;

	cache_tidy(&worker->cache);
	if (!all_rest(worker->self.system)) {
		worker->tidied.due = clock_after(clock_now(), TIDY_NS);
		return;
	}
	worker->tidied.due = INT64_MAX;
	for (size_t units = CACHE_UNITS_LEAST; units <= CACHE_UNITS; units++)
		for (uint32_t left = depot_count(depot, units); left > 0 && parker_key(&worker->parker) == key; left--)
			if (!depot_discard_oldest(depot, units))
				break;
}

/* Until the key changes, or the moment comes; or for less. */
static void sleep_on(struct worker *worker, uint32_t key, int64_t until)
{
	int64_t due = tidy_due(worker);

	parker_sleep(&worker->parker, key, sooner(until, due));
	if (due != INT64_MAX && parker_key(&worker->parker) == key && clock_now() >= due)
		tidy(worker, key);
}

/* ---- workers of the pool ---------------------------------------------------------------------------------------------- */

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

	if (!slotqueue_is_empty(&worker->inbox) || !slotqueue_is_empty(&system->inject) || has_own(worker)
	 || timer_is_due(worker, now))
		return true;
	for (int i = 0; i < system->pool; i++)
		if (steal_is_behind(worker_at(system, (uint32_t)i), now))
			return true;
	return ck_pr_load_32(&system->closing) != 0;
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

/* For good, until somebody rouses or claims the watch, or until its own timers; the key to go on with. */
static uint32_t sleep_deep(struct worker *worker, uint32_t key)
{
	odeon_system *system = worker->self.system;

	ck_pr_store_32(&system->watch_is_deep, 1);
	ck_pr_fence_memory();                   /* before the look: who was claimed meanwhile may not have seen it */
	if (MUTANT(DEEP_NO_LOOK) || all_asleep(system))
		sleep_on(worker, key, timer_earliest(worker));
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
	int64_t now = clock_now();
	int vain = 0;

	while (slot == NULL && ck_pr_load_32(&system->closing) == 0 && parker_key(&worker->parker) == key
	       && !has_own(worker)              /* its poller may have made an actor ready, or timers of one who is stuck */
	       && slotqueue_is_empty(&worker->inbox)
	       && !timer_is_due(worker, now)
	       && sleepers_is_asleep(&system->sleepers, worker->number)) {
		vain = all_asleep(system) ? vain + 1 : 0;
		if (vain >= WATCH_LOOKS) {
			key = sleep_deep(worker, key);
			vain = 0;
			now = clock_now();
			continue;
		}
		parker_sleep(&worker->parker, key, sooner(now + WATCH_NS, timer_earliest(worker)));
		now = clock_now();
		if (parker_key(&worker->parker) == key)
			slot = steal_stuck(worker);
	}
	sleepers_leave(&system->sleepers, worker->number);
	sleepers_quit_watch(&system->sleepers, worker->number);
	wake_heir(system, worker);
	return slot;
}

struct slot *rest_pool(struct worker *worker, bool searching)
{
	odeon_system *system = worker->self.system;
	uint32_t key = parker_key(&worker->parker);
	struct slot *slot = NULL;

	sleepers_enter(&system->sleepers, worker->number, searching);
	if (is_anything(worker)) {
		sleepers_leave(&system->sleepers, worker->number);
		return NULL;
	}
	rest_tell_waiters(system);
	count_up(&worker->parks, 1);
	if (system->pool > 1 && sleepers_be_watch(&system->sleepers, worker->number)) {
		slot = sleep_as_watch(worker, key);
	} else {
		sleep_on(worker, key, timer_earliest(worker));
		sleepers_leave(&system->sleepers, worker->number);
	}
	return slot;
}

/* ---- a thread of one actor, and the host's ----------------------------------------------------------------------------- */

void rest_own(struct worker *worker, uint32_t key)
{
	count_up(&worker->parks, 1);
	pace_end(worker);
	sleep_on(worker, key, INT64_MAX);
	pace_begin(worker);
}

void rest_announce(odeon_system *system)
{
	struct worker *host = host_worker(system);
	int64_t earliest;

	do {                                    /* again, when somebody armed an earlier one, whose wake this may have undone */
		earliest = timer_earliest(host);
		if (ck_pr_load_int(&system->host_fd) >= 0)
			os_timer_set(system->host_fd, earliest);
		(void)ck_pr_fas_32(&system->host_poked, 0);
		ck_pr_fence_memory();           /* before this look, and the caller's last for work; pairs with ready_wake_host's
		                                   exchange */
	} while (timer_earliest(host) < earliest);
}

bool rest_host(struct worker *worker, uint32_t key, int64_t until, bool ends)
{
	odeon_system *system = worker->self.system;
	bool alive;

	(void)ck_pr_faa_32(&system->waiters, 1);
	ck_pr_fence_memory();                   /* pairs with rest_tell_waiters */
	alive = world_alive(system) != 0;
	if (alive || !ends)
		sleep_on(worker, key, sooner(until, timer_earliest(worker)));
	(void)ck_pr_faa_32(&system->waiters, (uint32_t)-1);
	pace_begin(worker);
	return alive || !ends;
}
