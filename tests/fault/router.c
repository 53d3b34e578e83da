/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * router.c - a router with each allocation failing in turn: it is opened whole or not at all; a broadcast goes to all or nobody; what a
 * change of the pool needs and does not get, it gets later, and no message is lost
 */
#include "../harness/kit.h"
#include "faults.h"
#include <string.h>

enum { MOST = 4 };

static struct {
	odeon_system *system;
	odeon_router *router;
	odeon_ref teller;
	unsigned handled, told, gathered;
	int result;
	bool by_key;
} scene;

struct hand { int unused; };
ODEON_HANDLER(hand, parcel)
{
	if (parcel->number > 0) {
		parcel->number--;
		odeon_fail(self, 5, "as told");
	} else
		scene.handled++;
}
ODEON_HANDLER(hand, odeon_broadcast)
{
	scene.told++;
	(void)odeon_reply(self, odeon_broadcast);
}
ODEON_ROUTEE(hand)
ODEON_HANDLERS(hand_handlers, ODEON_ON(hand, parcel), ODEON_ON(hand, odeon_broadcast), ODEON_ON_ROUTEE(hand));
ODEON_KIND(hand, hand_handlers);

static uint64_t key(void *data, const void *message)
{
	(void)data;
	return ((const struct parcel *)message)->sender;
}

static void on_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void open_scene(void)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 }, .on_dead_letter = on_letter);

	memset(&scene, 0, sizeof scene);
	must(odeon_system_start(&options, &scene.system) == 0);
}

static void run(odeon_duration how_long)
{
	must(odeon_system_run(scene.system, odeon_system_deadline(scene.system, how_long)) >= 0);
}

static void close_scene(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	odeon_router_drop(scene.router);
	run(ODEON_SECONDS(1));
	must(odeon_system_stop(scene.system, odeon_system_deadline(scene.system, ODEON_SECONDS(10)), NULL) == 0);
	must(odeon_system_stats(scene.system, &stats) == 0);
	must(stats.queued == 0 && stats.actors == 0 && stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(odeon_system_free(scene.system) == 0);
	must(parcels_made() == parcels_dropped());
}

static int open_router(bool by_key)
{
	odeon_pool pool = ODEON_POOL(.kind = &hand_kind, .least = 1, .most = MOST, .failed = ODEON_FAILED_AGAIN, .key = key,
		.routing = by_key ? ODEON_ROUTE_BY_KEY : ODEON_ROUND_ROBIN, .busy = UINT32_MAX, .idle = ODEON_SECONDS(1000),
		.every = ODEON_MS(10));

	return odeon_router_open(scene.system, &pool, &scene.router);
}

/* ---- opening ----------------------------------------------------------------------------------------------------------- */

static bool open_with_failure(unsigned long nth, int for_ever)
{
	long blocks = faults_blocks();
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	unsigned long failed;
	int error;

	open_scene();
	faults_arm(nth, for_ever);
	error = open_router(true);
	failed = faults_disarm();
	must(error == 0 || (error == ODEON_ENOMEM && failed > 0 && scene.router == NULL));
	run(ODEON_US(500));
	must(odeon_system_stats(scene.system, &stats) == 0);
	must(stats.actors == (error == 0 ? 2 : 0));
	close_scene();
	must(faults_blocks() == blocks);
	return failed > 0;
}

START_TEST(one_that_cannot_be_opened_leaves_nobody)
{
	ck_assert_uint_gt(faults_sweep(open_with_failure, _i), 8);
}
END_TEST

/* ---- changing ----------------------------------------------------------------------------------------------------------- */

static void post_some(int failures)
{
	for (unsigned i = 0; i < 20; i++) {
		struct parcel *parcel = parcel_new(i % 5 == 0 ? failures : 0);

		must(parcel != NULL);
		parcel->sender = i;
		must(odeon_router_post(scene.router, parcel) == 0);
	}
}

static bool change_with_failure(unsigned long nth, int how)
{
	bool for_ever = how >= 2, by_key = how % 2 == 1;
	long blocks = faults_blocks();
	unsigned long failed;

	open_scene();
	must(open_router(by_key) == 0);
	post_some(1);
	must(odeon_router_resize(scene.router, MOST) == 0);
	faults_arm(nth, for_ever);
	run(ODEON_MS(50));
	failed = faults_disarm();
	run(ODEON_SECONDS(3));
	must(scene.handled == 20 && odeon_router_count(scene.router) == MOST);
	post_some(1);
	must(odeon_router_resize(scene.router, 1) == 0);
	faults_arm(nth, for_ever);
	run(ODEON_MS(50));
	failed += faults_disarm();
	run(ODEON_SECONDS(20));
	must(scene.handled == 40 && odeon_router_count(scene.router) == 1);
	close_scene();
	must(faults_blocks() == blocks);
	return failed > 0;
}

START_TEST(what_a_change_lacks_it_gets_later_and_nothing_is_lost)
{
	ck_assert_uint_gt(faults_sweep(change_with_failure, _i), 8);
}
END_TEST

/* ---- all of them --------------------------------------------------------------------------------------------------------- */

struct teller { int unused; };
struct all { int unused; };

ODEON_GATHERED(teller, all) { scene.gathered++; }

static unsigned long armed_nth;
static bool armed_for_ever;
static unsigned long armed_failed;

ODEON_HANDLER(teller, note)
{
	faults_arm(armed_nth, armed_for_ever);
	if (note->number == 0)
		scene.result = odeon_router_broadcast(self, scene.router, parcel_new(0));
	else
		scene.result = odeon_router_gather(self, scene.router, 0, ODEON_NEVER, parcel_new(0),
		                                   ODEON_THEN_GATHERED(self, teller, all));
	armed_failed = faults_disarm();
}
ODEON_HANDLERS(teller_handlers, ODEON_ON(teller, note));
ODEON_KIND(teller, teller_handlers);

static bool tell_with_failure(unsigned long nth, int how)
{
	int what = how % 2;
	bool for_ever = how >= 2;
	long blocks = faults_blocks();

	open_scene();
	must(open_router(false) == 0 && odeon_router_resize(scene.router, MOST) == 0);
	must(odeon_system_spawn(scene.system, &teller_kind, NULL, &scene.teller) == 0);
	run(ODEON_MS(1));
	armed_nth = nth;
	armed_for_ever = for_ever;
	must(odeon_post(scene.system, scene.teller, odeon_new(note, .number = what)) == 0);
	run(ODEON_MS(1));
	if (what == 0)
		must(scene.result == ODEON_ENOMEM ? scene.told == 0 : scene.result == MOST && scene.told == MOST);
	else
		must(scene.result == ODEON_ENOMEM ? scene.gathered == 0 && scene.told == 0 : scene.gathered == 1 && scene.told <= MOST);
	must(armed_failed > 0 || scene.result >= 0);
	close_scene();
	must(faults_blocks() == blocks);
	return armed_failed > 0;
}

START_TEST(all_are_told_or_nobody)
{
	ck_assert_uint_gt(faults_sweep(tell_with_failure, _i), 2);
}
END_TEST

KIT_MAIN("fault/router",
	{ .name = "open", .loop = 2, .tests = KIT_TESTS(one_that_cannot_be_opened_leaves_nobody) },
	{ .name = "changes", .loop = 4, .tests = KIT_TESTS(what_a_change_lacks_it_gets_later_and_nothing_is_lost) },
	{ .name = "all", .loop = 4, .tests = KIT_TESTS(all_are_told_or_nobody) })
