/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restart.c - supervision with each allocation failing in turn: what is refused is refused whole, an actor that can't be
 * started anew waits until it can, and neither a halt nor an end needs any memory to be told
 */
#include "../harness/kit.h"
#include "faults.h"
#include <string.h>

enum { SWEEP_MOST = 200, CHILDREN = 3 };

static struct {
	odeon_ref children[CHILDREN];
	atomic_int born, halted, ended, started, refused, wanted;
	struct gate done;
	unsigned long armed;
	bool for_ever;
} scene;

static void ignore_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	(void)text;
}

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

/* ---- the actors --------------------------------------------------------------------------------------------------------- */

struct child { int attached; };
static void release(void *what) { *(int *)what = 0; }

struct nothing;
ODEON_START(child, nothing)
{
	int error = odeon_attach(self, child, release);

	return error;
}

ODEON_HANDLER(child, parcel)
{
	if (parcel->number > 0) {
		parcel->number--;               /* fails with it that often */
		odeon_fail(self, 5, "as told");
	} else
		gate_open(&scene.done);
}
ODEON_HANDLERS(child_handlers, ODEON_ON(child, parcel));
ODEON_KIND(child, child_handlers, .start = ODEON_STARTS(child));

struct super { int count; };

static void start_anew(odeon_self *self, odeon_ref who)
{
	int error;

	while ((error = odeon_restart(self, who, NULL)) != 0) {        /* halted all the while, and what it waits for stays */
		must(error == ODEON_ENOMEM);
		must(++scene.refused < SWEEP_MOST);
		if (scene.for_ever)
			(void)faults_disarm();
	}
	scene.started++;
}

ODEON_HANDLER(super, parcel)
{
	odeon_supervision supervision = ODEON_SUPERVISION(.failed = ODEON_FAILED_AGAIN);
	int i;

	for (i = 0; i < CHILDREN; i++) {
		int error = odeon_spawn_supervised(self, &child_kind, NULL, &supervision, &scene.children[i]);

		must(error == 0 || error == ODEON_ENOMEM);
		must((error == 0) == !odeon_ref_is_nobody(scene.children[i]));
		scene.born += error == 0;
	}
	gate_open(&scene.done);
}

ODEON_HANDLER(super, odeon_down)
{
	must(odeon_down->bond == ODEON_SUPERVISED);
	if (odeon_down->is_halted) {
		must(odeon_down->code == 5);
		scene.halted++;
		if (scene.wanted)
			start_anew(self, odeon_down->who);
	} else
		scene.ended++;
	gate_open(&scene.done);
}
ODEON_HANDLERS(super_handlers, ODEON_ON(super, parcel), ODEON_ON(super, odeon_down));
ODEON_KIND(super, super_handlers);

static odeon_system *start_scene(odeon_ref *super)
{
	odeon_options options = ODEON_OPTIONS(.workers = 1, .on_log = ignore_log, .on_dead_letter = ignore_letter);
	odeon_system *system = NULL;

	memset(&scene, 0, sizeof(scene));
	scene.done = (struct gate)GATE;
	must(odeon_system_start(&options, &system) == 0);
	must(odeon_system_spawn(system, &super_kind, NULL, super) == 0);
	return system;
}

static void end_scene(odeon_system *system)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stop(system, kit_deadline(), NULL) == 0);
	must(odeon_system_stats(system, &stats) == 0);
	must(stats.queued == 0 && stats.actors == 0);
	must(stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(odeon_system_free(system) == 0);
	must(parcels_made() == parcels_dropped());
}

/* ---- spawning ------------------------------------------------------------------------------------------------------------ */

static bool spawn_with_failure(unsigned long nth, int for_ever)
{
	long blocks = faults_blocks();
	odeon_ref super = ODEON_NOBODY;
	odeon_system *system = start_scene(&super);
	struct parcel *parcel = parcel_new(0);
	unsigned long failed;

	must(parcel != NULL);
	faults_arm(nth, for_ever);
	must(odeon_post(system, super, parcel) == 0);
	gate_wait(&scene.done, 1);
	failed = faults_disarm();
	must(failed > 0 || scene.born == CHILDREN);
	must(!for_ever || failed == 0 || scene.born < CHILDREN);
	end_scene(system);
	must(faults_blocks() == blocks);
	return failed > 0;
}

START_TEST(one_that_cannot_be_spawned_leaves_nothing)
{
	ck_assert_uint_gt(faults_sweep(spawn_with_failure, _i), 5);
}
END_TEST

/* ---- starting anew --------------------------------------------------------------------------------------------------------- */

static bool restart_with_failure(unsigned long nth, int for_ever)
{
	long blocks = faults_blocks();
	odeon_ref super = ODEON_NOBODY;
	odeon_system *system = start_scene(&super);
	struct parcel *first, *second;
	unsigned long failed;

	must(odeon_post(system, super, parcel_new(0)) == 0);
	gate_wait(&scene.done, 1);
	scene.wanted = 1;
	scene.for_ever = for_ever;
	first = parcel_new(1);
	second = parcel_new(0);
	must(first != NULL && second != NULL);
	faults_arm(nth, for_ever);
	must(odeon_post(system, scene.children[0], first) == 0);
	must(odeon_post(system, scene.children[0], second) == 0);
	gate_wait(&scene.done, 4);                              /* the news, the first one again, the second */
	failed = faults_disarm();
	must(scene.halted == 1 && scene.started == 1);
	must((failed > 0) >= (scene.refused > 0));
	end_scene(system);
	must(faults_blocks() == blocks);
	return scene.refused > 0;
}

START_TEST(one_that_cannot_be_started_anew_waits_and_can_later)
{
	ck_assert_uint_gt(faults_sweep(restart_with_failure, _i), 2);
}
END_TEST

/* ---- without any ------------------------------------------------------------------------------------------------------------ */

START_TEST(a_halt_and_an_end_are_told_without_memory)
{
	odeon_ref super = ODEON_NOBODY;
	odeon_system *system = start_scene(&super);
	struct parcel *parcels[CHILDREN];
	int i;

	must(odeon_post(system, super, parcel_new(0)) == 0);
	gate_wait(&scene.done, 1);
	for (i = 0; i < CHILDREN; i++)
		must((parcels[i] = parcel_new(1)) != NULL);
	faults_arm(1, true);
	for (i = 0; i < CHILDREN; i++)
		must(odeon_post(system, scene.children[i], parcels[i]) == 0);
	gate_wait(&scene.done, 1 + CHILDREN);
	must(scene.halted == CHILDREN);
	for (i = 0; i < CHILDREN; i++)
		must(odeon_actor_kill(system, scene.children[i]) == 0);
	gate_wait(&scene.done, 1 + 2 * CHILDREN);
	must(scene.ended == CHILDREN);
	(void)faults_disarm();
	end_scene(system);
}
END_TEST

KIT_MAIN("fault/restart",
	{ .name = "spawn", .loop = 2, .tests = KIT_TESTS(one_that_cannot_be_spawned_leaves_nothing) },
	{ .name = "restart", .loop = 2, .tests = KIT_TESTS(one_that_cannot_be_started_anew_waits_and_can_later) },
	{ .name = "without", .tests = KIT_TESTS(a_halt_and_an_end_are_told_without_memory) })
