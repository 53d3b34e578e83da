/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervisor.c - a supervisor with each allocation failing in turn: it is refused whole, or its children are up again in the end, or
 * it gives up; it never waits for what does not come
 */
#include "../harness/kit.h"
#include "faults.h"
#include <string.h>

enum { CHILDREN = 3 };

static struct {
	odeon_system *system;
	odeon_ref top, children[CHILDREN];
	unsigned handled, failures;
} scene;

struct seat { unsigned number; };
struct child { unsigned number; };

ODEON_START(child, seat)
{
	child->number = seat->number;
	scene.children[seat->number] = odeon_self_ref(self);
	return 0;
}

ODEON_HANDLER(child, parcel)
{
	if (parcel->number > 0) {
		parcel->number--;
		odeon_fail(self, 5, "as told");
	} else
		scene.handled++;
}
ODEON_HANDLERS(child_handlers, ODEON_ON(child, parcel));
ODEON_KIND(child, child_handlers, .start = ODEON_STARTS(child));

static void on_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
	scene.failures++;
}

static void on_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void open_scene(void)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 }, .on_failure = on_failure,
	                                      .on_dead_letter = on_letter);

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

	must(odeon_system_stop(scene.system, odeon_system_deadline(scene.system, ODEON_SECONDS(10)), NULL) == 0);
	must(odeon_system_stats(scene.system, &stats) == 0);
	must(stats.queued == 0 && stats.actors == 0 && stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(odeon_system_free(scene.system) == 0);
	must(parcels_made() == parcels_dropped());
}

static int supervise(enum odeon_strategy strategy, odeon_duration pause)
{
	static const struct seat seats[] = { { 0 }, { 1 }, { 2 } };
	odeon_child children[CHILDREN];
	odeon_supervisor rule = ODEON_SUPERVISOR(.strategy = strategy, .children = children, .count = CHILDREN, .pause = pause);

	for (unsigned i = 0; i < CHILDREN; i++)
		children[i] = (odeon_child)ODEON_CHILD(.kind = &child_kind, .argument = &seats[i], .argument_bytes = sizeof seats[i],
		                                       .failed = ODEON_FAILED_AGAIN);
	return odeon_supervise(scene.system, &rule, &scene.top);
}

/* ---- the first start --------------------------------------------------------------------------------------------------------- */

static bool begin_with_failure(unsigned long nth, int for_ever)
{
	long blocks = faults_blocks();
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	unsigned long failed;
	int error;

	open_scene();
	faults_arm(nth, for_ever);
	error = supervise(ODEON_ONE_FOR_ONE, 0);
	failed = faults_disarm();
	must(error == 0 || (error == ODEON_ENOMEM && failed > 0));
	run(ODEON_MS(1));
	must(odeon_system_stats(scene.system, &stats) == 0);
	must(stats.actors == (error == 0 ? 1 + CHILDREN : 0));
	close_scene();
	must(faults_blocks() == blocks);
	return failed > 0;
}

START_TEST(one_that_cannot_begin_leaves_nobody)
{
	ck_assert_uint_gt(faults_sweep(begin_with_failure, _i), 10);
}
END_TEST

/* ---- starting anew ------------------------------------------------------------------------------------------------------------- */

static bool fail_with_failure(unsigned long nth, int how)
{
	enum odeon_strategy strategy = (enum odeon_strategy)(how % 3);
	odeon_duration pause = how / 3 % 2 == 0 ? 0 : ODEON_MS(10);
	bool for_ever = how >= 6;
	long blocks = faults_blocks();
	struct parcel *parcels[2];
	unsigned long failed;

	open_scene();
	must(supervise(strategy, pause) == 0);
	run(ODEON_MS(1));
	must((parcels[0] = parcel_new(1)) != NULL && (parcels[1] = parcel_new(0)) != NULL);
	must(odeon_post(scene.system, scene.children[1], parcels[0]) == 0);
	must(odeon_post(scene.system, scene.children[1], parcels[1]) == 0);
	faults_arm(nth, for_ever);
	run(ODEON_SECONDS(1));
	failed = faults_disarm();
	run(ODEON_SECONDS(1));
	if (!for_ever || failed == 0)
		must(scene.failures == 0 && scene.handled == 2);        /* nothing is lost */
	else
		must(scene.failures == 1 || scene.handled == 2);        /* it was tried as often as is allowed */
	close_scene();
	must(faults_blocks() == blocks);
	return failed > 0;
}

START_TEST(what_is_refused_once_is_tried_again_and_nothing_is_lost)
{
	ck_assert_uint_gt(faults_sweep(fail_with_failure, _i), 1);
}
END_TEST

KIT_MAIN("fault/supervisor",
	{ .name = "begin", .loop = 2, .tests = KIT_TESTS(one_that_cannot_begin_leaves_nobody) },
	{ .name = "anew", .loop = 12, .tests = KIT_TESTS(what_is_refused_once_is_tried_again_and_nothing_is_lost) })
