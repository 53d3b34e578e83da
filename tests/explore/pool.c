/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The workers' own loop: runtime/loop.c, rest.c, steal.c and ready.c as they are, with a turn, a clock and a kernel of
 * the scenario's. Time passes as it is looked at, and in dozes.
 *
 * loop    slots made ready from outside, by handlers, pinned: each runs as often as it was made ready, and nothing waits
 *         when all sleep
 * watch   each handler runs until all have begun, with no more of them than workers: whatever is behind a handler that
 *         runs long must get another worker
 * wait    whoever waits for the last actor's end hears of it
 * close   the pool ends, whatever the end finds it at
 */
#include <string.h>
#include <time.h>
#include "scenarios.h"

#include "sleepers.h"

static int machine_clock(clockid_t clock, struct timespec *now);
static unsigned count_slowly(const struct sleepers *sleepers);
#define clock_gettime machine_clock
#define cache_tidy machine_tidy
#define depot_count machine_count
#define depot_discard_oldest machine_discard
#define sleepers_count count_slowly
#include "steal.c"
#include "rest.c"
#include "loop.c"
#undef sleepers_count
#include "ready.c"

#define POOL_MOST 3
#define SLOTS 6
#define SLOW_MOST 100
#define LOOK_COSTS 30000                        /* nanoseconds that pass at each look at the clock */

static struct {
	odeon_system system;
	struct worker workers[POOL_MOST + 1];
	struct worker *places[POOL_MOST + 1];
	struct slot slots[SLOTS];
	int64_t now;
	int children[SLOTS][2];                 /* made ready by its handler; 0: none */
	int due[SLOTS], ran[SLOTS];
	bool runs[SLOTS], together;
	int patience, dozes;                    /* dozes of the watch in a row while all sleep */
	uint32_t begun, all, ended;
} it;

/* ---- the machine --------------------------------------------------------------------------------------------------------- */

_Thread_local const struct context *context_here;

static int machine_clock(clockid_t clock, struct timespec *now)
{
	(void)clock;
	it.now += LOOK_COSTS;
	now->tv_sec = it.now / 1000000000;
	now->tv_nsec = it.now % 1000000000;
	return 0;
}

/* Who is about to sleep deep has counted, and then the machine gives his core to others. */
static unsigned count_slowly(const struct sleepers *sleepers)
{
	unsigned count = sleepers_count(sleepers);

	for (uint32_t i = it.dozes >= WATCH_LOOKS - 1 ? explore_random(SLOW_MOST) : 0; i > 0; i--)
		ck_pr_stall();
	return count;
}

uint32_t parker_key(struct parker *parker)
{
	return ck_pr_load_32(&parker->event.counter);
}

void parker_sleep(struct parker *parker, uint32_t key, int64_t until)
{
	if (until == INT64_MAX || MUTANT(NO_WATCH)) {
		explore_sleep(&parker->event.counter, key);
		return;
	}
	it.dozes = it.system.sleepers.asleep[0] == (UINT64_C(1) << it.system.pool) - 1 ? it.dozes + 1 : 0;
	explore_doze(&parker->event.counter, key);
	if (it.now < until)
		it.now = until;
}

void parker_wake(struct parker *parker)
{
	(void)ck_pr_faa_32(&parker->event.counter, 1);
	explore_wake(&parker->event.counter);
}

void parker_poll(struct parker *parker)
{
	(void)parker;
}

/* To give memory back takes a while. */
void machine_tidy(struct cache *cache)
{
	(void)cache;
	explore_stall("tidy");
}

uint32_t machine_count(const struct depot *depot, size_t units)
{
	(void)depot, (void)units;
	return explore_random(2);
}

bool machine_discard(struct depot *depot, size_t units)
{
	(void)depot, (void)units;
	explore_stall("discard");
	return explore_random(2) == 0;
}

void os_yield(void)
{
	explore_stall("yield");
}

void os_sleep_ns(int64_t ns)
{
	it.now += ns;
	explore_stall("sleep");
}

void os_barrier(void)
{
	explore_barrier();
}

void os_timer_set(int fd, int64_t at)
{
	explore_fail("timer %d is set to %lld", fd, (long long)at);
}

/* Nobody arms anything here. */
int64_t timer_earliest(struct worker *worker)
{
	(void)worker;
	return INT64_MAX;
}

bool timer_expire(struct worker *worker, struct worker *owner, int64_t now)
{
	(void)worker, (void)owner, (void)now;
	return false;
}

/* Each slot is an actor that ends when it has run as often as it should. */
uint64_t world_alive(odeon_system *system)
{
	(void)system;
	return it.all - ck_pr_load_32(&it.begun);
}

void crash_enter(struct worker *worker)
{
	(void)worker;
}

void crash_leave(struct worker *worker)
{
	(void)worker;
}

void worker_announce(struct worker *worker, int starts)
{
	(void)worker;
	(void)starts;
}

/* ---- what runs --------------------------------------------------------------------------------------------------------------- */

uint32_t turn(struct worker *worker, struct slot *slot, uint32_t most, bool *is_busy)
{
	int number = (int)(slot - it.slots);
	uint32_t begun;

	(void)most;
	*is_busy = false;
	EXPLORE_CHECK(number >= 0 && number < SLOTS, "something else runs");
	EXPLORE_CHECK(!it.runs[number], "runs on two workers");
	EXPLORE_CHECK(++it.ran[number] <= it.due[number], "runs more often than it was made ready");
	EXPLORE_CHECK(slot->place != ODEON_PINNED || slot->worker == worker->number, "a pinned actor runs elsewhere");
	it.runs[number] = true;
	ck_pr_store_ptr(&worker->running, slot);
	for (int i = 0; i < 2; i++)
		if (it.children[number][i] != 0)
			ready(&it.system, worker, &it.slots[it.children[number][i]]);
	begun = ck_pr_faa_32(&it.begun, 1) + 1;
	explore_wake(&it.begun);
	while (it.together && (begun = ck_pr_load_32(&it.begun)) != it.all)
		explore_sleep(&it.begun, begun);
	count_up(&worker->tally.handled, 1);
	ck_pr_store_ptr(&worker->running, NULL);
	it.runs[number] = false;
	return 1;
}

static void pool_worker(long argument)
{
	loop_pool(&it.workers[argument]);
	it.ended++;
}

/* What the posters wait for before they come. */
enum patience { AT_ONCE, UNTIL_ASLEEP, UNTIL_DEEP, NEARLY_DEEP };

static void be_patient(void)
{
	while ((it.patience == UNTIL_ASLEEP && sleepers_count(&it.system.sleepers) < (unsigned)it.system.pool)
	    || (it.patience == UNTIL_DEEP && ck_pr_load_32(&it.system.watch_is_deep) == 0)
	    || (it.patience == NEARLY_DEEP && it.dozes < WATCH_LOOKS - 1))
		ck_pr_stall();
	it.patience = AT_ONCE;                  /* for all who wait */
}

static void post(long argument)
{
	be_patient();
	ready(&it.system, NULL, &it.slots[argument]);
}

/* Nothing is simulated here. */
void simulation_empty_window(odeon_system *system)
{
	(void)system;
}

void faults_bring(odeon_system *system, int64_t now)
{
	(void)system;
	(void)now;
}

static void post_two(long argument)
{
	post(argument);
	post(argument + 1);
}

static void close_pool(long argument)
{
	(void)argument;
	be_patient();
	ck_pr_store_32(&it.system.closing, 1);
	ck_pr_fence_memory();
	for (int i = 0; i < it.system.pool; i++)
		parker_wake(&it.workers[i].parker);
}

/* As await_threads in runtime/system.c. */
static void wait_for_all(long argument)
{
	(void)argument;
	(void)ck_pr_faa_32(&it.system.waiters, 1);
	for (;;) {
		uint32_t key = parker_key(&it.system.event);

		ck_pr_fence_memory();
		if (world_alive(&it.system) == 0)
			break;
		parker_sleep(&it.system.event, key, INT64_MAX);
	}
	(void)ck_pr_faa_32(&it.system.waiters, (uint32_t)-1);
}

/* ---- set-ups ------------------------------------------------------------------------------------------------------------------ */

static void make_worker(int number, int pool)
{
	struct worker *worker = &it.workers[number];

	worker->self.system = &it.system;
	worker->self.worker = worker;
	worker->number = (uint16_t)number;
	worker->runs_pool = number < pool;
	worker->interval = worker->credit = 1;
	worker->tidied.due = explore_random(4) == 0 ? 0 : INT64_MAX;
	random_seed(&worker->random, (uint64_t)number);
	runqueue_init(&worker->queue, worker->runs_pool && pool > 1, true);
	slotqueue_init(&worker->inbox);
	explore_buffer(&worker->queue, offsetof(struct runqueue, ring));
	explore_buffer(&worker->queue.ring.p_tail, sizeof worker->queue.ring.p_tail);
	it.places[number] = worker;
}

static void set_up(int pool)
{
	static const char *const names[] = { "worker 0", "worker 1", "worker 2" };

	memset(&it, 0, sizeof it);
	it.system.pool = pool;
	it.system.workers = it.places;
	it.system.workers_used = (uint32_t)pool + 1;
	it.system.options.batch_messages = 16;
	it.system.options.batch_time = 1000000;
	it.system.host_fd = -1;
	sleepers_init(&it.system.sleepers, (unsigned)pool);
	slotqueue_init(&it.system.inject);
	slotqueue_init(&it.system.vacant);
	for (int i = 0; i <= pool; i++)
		make_worker(i, pool);
	for (long i = 0; i < pool; i++)
		explore_idler(names[i], pool_worker, i);
}

static void expect(int number)
{
	it.due[number]++;
	it.all++;
}

static void pin(int number, int worker)
{
	it.slots[number].place = ODEON_PINNED & 3;
	it.slots[number].worker = (uint16_t)worker;
}

/* Slot `parent` makes `child` ready when it runs. */
static void follow(int parent, int child)
{
	it.children[parent][it.children[parent][0] != 0] = child;
	expect(child);
}

static void set_up_loop(uint64_t seed)
{
	int pool = 2 + (int)(seed % 2);

	set_up(pool);
	expect(0);
	explore_thread("poster 0", post, 0);
	if (seed % 3 != 0) {
		expect(1);
		explore_thread("poster 1", post, 1);
	}
	if (seed % 5 == 0)
		pin(1, pool - 1);
	if (seed % 4 < 2)
		follow(0, 3);
	if (seed % 4 == 1)
		follow(0, 4);
	if (seed % 7 == 0)
		pin(3, 0);
	it.patience = (int)(seed / 2 % 3);
}

static void set_up_wait(uint64_t seed)
{
	set_up_loop(seed);
	explore_thread("waiter", wait_for_all, 0);
}

static void set_up_watch(uint64_t seed)
{
	int pool = 2 + (int)(seed / 4 % 2);

	set_up(pool);
	it.together = true;
	it.patience = (int)(seed / 8 % 4);
	expect(0);
	switch (seed % 4) {
	case 0:
		explore_thread("poster 0", post, 0);
		expect(1);
		explore_thread("poster 1", post, 1);
		break;
	case 1:
		expect(1);
		explore_thread("poster of two", post_two, 0);
		break;
	default:
		explore_thread("poster 0", post, 0);
		follow(0, 3);
	}
	if (pool == 3 && seed % 4 != 3)
		follow(0, 4);
}

static void set_up_close(uint64_t seed)
{
	set_up_loop(seed);
	explore_thread("closer", close_pool, 0);
}

static void finish(void)
{
	for (int i = 0; i < SLOTS; i++)
		EXPLORE_CHECK(it.ran[i] == it.due[i], "all asleep, and slot %d waits: a lost wake-up", i);
	EXPLORE_CHECK(it.together || it.system.sleepers.searching == 0, "all asleep, and %d are said to search",
	              it.system.sleepers.searching);
}

static void finish_close(void)
{
	EXPLORE_CHECK(it.ended == (uint32_t)it.system.pool, "all asleep, and %u workers have not ended",
	              (uint32_t)it.system.pool - it.ended);
}

const struct scenario scenario_loop = {
	"loop", "the runtime's loop: outside, handlers, pinned", set_up_loop, finish, 100000, 600,
};
const struct scenario scenario_watch = {
	"watch", "the runtime's loop: whatever is behind a long handler", set_up_watch, finish, 100000, 1000,
};
const struct scenario scenario_wait = {
	"wait", "the runtime's loop: the last actor's end is told", set_up_wait, finish, 100000, 600,
};
const struct scenario scenario_close = {
	"close", "the runtime's loop: the end of the pool", set_up_close, finish_close, 100000, 600,
};
