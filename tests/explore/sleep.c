/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who sleeps and who is woken: runtime/sleepers.h, used as it asks for, by workers that can leave its steps out.
 *
 * park   posters and workers: nothing waits when all sleep, and the count of searchers is right again
 * pair   each handler runs until all have begun: as many posts as workers must all run at once
 * chain  the same, but several items come with one wake-up
 * stop   the workers end while posts come, in whatever state the end finds them
 *
 * pool.c runs the runtime's own loop in their place.
 */
#include <string.h>
#include "scenarios.h"
#include "sleepers.h"

#define WORKERS 3
#define POSTERS_MOST 3

static struct {
	struct sleepers sleepers;
	uint32_t posted[POSTERS_MOST];          /* by each poster, and not yet taken */
	uint32_t event[WORKERS], begun, closing, poked;
	uint32_t items, each;                   /* in all; for one poster's wake-up */
	bool together, closes;
	uint32_t ended;
} pool;

static void wake(int worker)
{
	(void)ck_pr_faa_32(&pool.event[worker], 1);
	explore_wake(&pool.event[worker]);
}

static void wake_one(void)
{
	int sleeper;

	if (!sleepers_wanted(&pool.sleepers))
		return;
	EXPLORE_CHECK(pool.sleepers.searching <= 0, "somebody is woken though somebody searches");
	sleeper = sleepers_claim(&pool.sleepers);
	if (sleeper >= 0)
		wake(sleeper);
}

static void poster(long argument)
{
	if (MUTANT(LOST_WAKE))
		wake_one();
	ck_pr_store_32(&pool.posted[argument], pool.each);
	if (!MUTANT(LOST_WAKE))
		wake_one();
}

static bool is_posted(void)
{
	for (int i = 0; i < POSTERS_MOST; i++)
		if (ck_pr_load_32(&pool.posted[i]) != 0)
			return true;
	return false;
}

static bool is_anything(void)
{
	return is_posted() || ck_pr_load_32(&pool.closing) != 0;
}

static bool take_item(void)
{
	for (int i = 0; i < POSTERS_MOST; i++) {
		uint32_t seen = ck_pr_load_32(&pool.posted[i]);

		while (seen != 0)
			if (ck_pr_cas_32_value(&pool.posted[i], seen, seen - 1, &seen))
				return true;
	}
	return false;
}

static void handle(void)
{
	uint32_t begun = ck_pr_faa_32(&pool.begun, 1) + 1;

	explore_wake(&pool.begun);
	while (pool.together && (begun = ck_pr_load_32(&pool.begun)) != pool.items)
		explore_sleep(&pool.begun, begun);
}

static void park(unsigned me, bool searches)
{
	uint32_t key = ck_pr_load_32(&pool.event[me]);

	if (MUTANT(PARK_LOOK_FIRST) && is_anything()) {
		if (!searches)
			(void)ck_pr_faa_int(&pool.sleepers.searching, 1);
		return;
	}
	sleepers_enter(&pool.sleepers, me, searches);
	if (!MUTANT(PARK_NO_LOOK) && !MUTANT(PARK_LOOK_FIRST) && is_anything()) {
		sleepers_leave(&pool.sleepers, me);
		return;
	}
	if (MUTANT(PARK_LATE_KEY))
		key = ck_pr_load_32(&pool.event[me]);
	explore_sleep(&pool.event[me], key);
	if (!MUTANT(PARK_TRUST_WAKE))
		sleepers_leave(&pool.sleepers, me);
}

static unsigned count_awake(void)
{
	return WORKERS - (unsigned)__builtin_popcountll(ck_pr_load_64(&pool.sleepers.asleep[0]));
}

/* False: the end. */
static bool find(unsigned me)
{
	bool searches, found;

	if (take_item())
		return true;
	searches = sleepers_search(&pool.sleepers, count_awake());
	while (!(found = take_item()) && ck_pr_load_32(&pool.closing) == 0) {
		park(me, searches);
		searches = true;
	}
	if (searches && sleepers_found(&pool.sleepers) && found && is_posted())
		wake_one();
	return found;
}

static void worker(long argument)
{
	while (ck_pr_load_32(&pool.closing) == 0 && find((unsigned)argument)) {
		handle();
		while (MUTANT(HANG) && ck_pr_load_32(&pool.poked) == 0)
			ck_pr_stall();
	}
	pool.ended++;
}

/* Wakes somebody for nothing, whoever it is and whatever he is at. */
static void poker(long argument)
{
	(void)argument;
	wake((int)explore_random(WORKERS));
	wake((int)explore_random(WORKERS));
}

static void closer(long argument)
{
	uint32_t *word = MUTANT(STOP_OVERWRITTEN) ? &pool.posted[0] : &pool.closing;

	(void)argument;
	ck_pr_store_32(word, 1);
	ck_pr_fence_memory();
	for (int i = 0; i < WORKERS; i++)
		wake(i);
}

static void set_up(uint32_t posters, uint32_t each, bool together)
{
	static const char *const workers[] = { "worker 0", "worker 1", "worker 2" };
	static const char *const names[] = { "poster 0", "poster 1", "poster 2" };

	memset(&pool, 0, sizeof pool);
	sleepers_init(&pool.sleepers, WORKERS);
	pool.items = posters * each;
	pool.each = each;
	pool.together = together;
	explore_buffer(pool.posted, sizeof pool.posted);
	for (long i = 0; i < WORKERS; i++)
		explore_idler(workers[i], worker, i);
	for (long i = 0; i < (long)posters; i++)
		explore_thread(names[i], poster, i);
}

static void finish(void)
{
	EXPLORE_CHECK(pool.begun == pool.items, "all asleep, and %u items wait: a lost wake-up", pool.items - pool.begun);
	EXPLORE_CHECK(pool.together || pool.sleepers.searching == 0, "all asleep, and %d are said to search", pool.sleepers.searching);
}

static void set_up_park(uint64_t seed)
{
	set_up(1 + (uint32_t)(seed % POSTERS_MOST), 1 + (uint32_t)(seed % 2), false);
	if (seed % 4 == 0)
		explore_thread("poker", poker, 0);
}

static void set_up_pair(uint64_t seed)
{
	set_up(2 + (uint32_t)(seed % 2), 1, true);
	if (seed % 8 == 0)
		explore_thread("poker", poker, 0);
}

static void set_up_chain(uint64_t seed)
{
	set_up(1, 2 + (uint32_t)(seed % 2), true);
}

static void set_up_stop(uint64_t seed)
{
	set_up(1 + (uint32_t)(seed % POSTERS_MOST), 1, false);
	explore_thread("closer", closer, 0);
}

static void finish_stop(void)
{
	EXPLORE_CHECK(pool.ended == WORKERS, "all asleep, and %u workers have not ended", WORKERS - pool.ended);
}

const struct scenario scenario_park = {
	"park", "posters, workers that search and sleep, wake-ups for nothing", set_up_park, finish, 20000, 150,
};
const struct scenario scenario_pair = {
	"pair", "as many posts as sleepers run at once", set_up_pair, finish, 20000, 150,
};
const struct scenario scenario_chain = {
	"chain", "several items with one wake-up run at once", set_up_chain, finish, 20000, 150,
};
const struct scenario scenario_stop = {
	"stop", "the end of the pool races posts and sleepers", set_up_stop, finish_stop, 20000, 150,
};
