/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tidy.c - tests of what runtime/rest.h says of memory: after a peak a system that rests gives back what messages were in, and can be
 * used as before
 *
 * Where messages are the allocator's own, in ASan and debug builds, there is nothing to give back.
 */
#include "../harness/kit.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "cache.h"
#include "message.h"

enum { PEAK = 20000, SLABS_AT_PEAK = 60, SLABS_LEFT = 4, PEAKS = 2 };

struct heavy { char bytes[200]; };
ODEON_MESSAGE(heavy);

static struct heavy *pile[PEAK];
static struct world world;
static bool is_hosts;                           /* there are no workers: this thread is it */
static odeon_ref maker, freer;
static struct depot *depot;                     /* of the system; NULL: there is none */

static void make_all(odeon_self *self, void *unused)
{
	(void)self, (void)unused;
	for (int i = 0; i < PEAK; i++)
		must((pile[i] = odeon_new(heavy)) != NULL);
	depot = CACHE_IS_USED ? cache_depot_of(message_of(pile[0])) : NULL;
}

static void free_all(odeon_self *self, void *unused)
{
	(void)self, (void)unused;
	for (int i = 0; i < PEAK; i++)
		odeon_free(pile[i]);
}

/* ---- how much there is ---------------------------------------------------------------------------------------------------------------- */

static bool is_resident(const char *address)
{
	unsigned char answer;

	must(mincore((void *)((uintptr_t)address & ~(uintptr_t)(sysconf(_SC_PAGESIZE) - 1)), 1, &answer) == 0);
	return answer & 1;
}

/* Also those that nobody has had yet. */
static unsigned slabs(void)
{
	unsigned count = 0;

	for (struct span *span = depot != NULL ? depot->spans : NULL; span != NULL; span = span->next)
		for (unsigned i = 0; i < SPAN_SLABS; i++)
			count += is_resident(span->slabs + (size_t)i * SLAB_BYTES + SLAB_BYTES / 2);
	return count;
}

/* ---- who makes and who frees ---------------------------------------------------------------------------------------------------------- */

static const struct { int workers; enum odeon_place place; } pools[] = {
	{ 1, ODEON_POOLED }, { 2, ODEON_PINNED }, { 2, ODEON_OWN_THREAD }, { ODEON_WORKERS_NONE, ODEON_POOLED },
};
enum { POOLS = sizeof pools / sizeof pools[0] };

static void open_all(int number)
{
	is_hosts = pools[number].workers == ODEON_WORKERS_NONE;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = pools[number].workers));
	maker = world_placed(&world, (struct catcher){ 0 }, ODEON_PINNED, 0);
	freer = world_placed(&world, (struct catcher){ 0 }, pools[number].place, 1);
}

static void rest_for(odeon_duration duration)
{
	if (is_hosts)
		(void)odeon_system_run(world.system, odeon_clock_deadline(duration));
	else
		(void)usleep((useconds_t)(duration / 1000));
}

static void have(odeon_ref who, errand_run *run)
{
	if (!is_hosts) {
		world_do(&world, who, run, NULL);
		return;
	}
	world_tell(&world, who, run, NULL);
	rest_for(ODEON_MS(10));
}

static void peak(void)
{
	have(maker, make_all);
	ck_assert(!CACHE_IS_USED || slabs() >= SLABS_AT_PEAK);
	have(freer, free_all);
}

START_TEST(who_rests_after_a_peak_gives_back)
{
	open_all(_i);
	for (int i = 0; i < PEAKS; i++) {
		odeon_time until;

		peak();
		until = kit_deadline();
		while (slabs() > SLABS_LEFT && odeon_clock_now().ns < until.ns)
			rest_for(ODEON_MS(50));
		ck_assert_uint_le(slabs(), SLABS_LEFT);
	}
	world_close(&world);
}
END_TEST

/* What is out stays, and is whole. */
START_TEST(what_is_out_is_not_given_back)
{
	open_all(_i);
	have(maker, make_all);
	for (int i = 0; i < PEAK; i++)
		memset(pile[i], i % 251, sizeof *pile[i]);
	have(freer, free_all);
	have(maker, make_all);
	for (int i = 0; i < PEAK; i++)
		memset(pile[i], i % 251, sizeof *pile[i]);
	rest_for(ODEON_MS(1500));
	for (int i = 0; i < PEAK; i++)
		must(pile[i]->bytes[0] == (char)(i % 251) && pile[i]->bytes[199] == (char)(i % 251));
	have(freer, free_all);
	world_close(&world);
}
END_TEST

/* Once each that has done something; then they sleep on. */
START_TEST(nobody_wakes_for_it_twice)
{
	odeon_stats_worker before[2], after = ODEON_STATS(odeon_stats_worker);

	open_all(1);
	peak();
	rest_for(ODEON_MS(1500));
	for (int i = 0; i < 2; i++) {
		before[i] = (odeon_stats_worker)ODEON_STATS(odeon_stats_worker);
		must(odeon_worker_stats(world.system, i, &before[i]) == 0);
	}
	rest_for(ODEON_MS(1500));
	for (int i = 0; i < 2; i++) {
		must(odeon_worker_stats(world.system, i, &after) == 0);
		ck_assert_uint_le(after.parks - before[i].parks, 1);    /* one may have come late */
	}
	world_close(&world);
}
END_TEST

KIT_MAIN("unit/tidy",
	{ .name = "pools", .tests = KIT_TESTS(who_rests_after_a_peak_gives_back, what_is_out_is_not_given_back), .loop = POOLS },
	{ .name = "sleep", .tests = KIT_TESTS(nobody_wakes_for_it_twice) })
