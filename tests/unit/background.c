/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * background.c - actors in the background: nobody waits for their end but who stops the system; and those of which a system has one
 */
#include "../harness/kit.h"

static struct world world;
static const enum odeon_place places[] = { ODEON_POOLED, ODEON_PINNED, ODEON_OWN_THREAD };

static void setup(void) { world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2)); }
static void setup_simulated(void) { world_open(&world, (odeon_options)ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 5 })); }
static void teardown(void) { world_close(&world); }

static const odeon_kind *background_kind(enum odeon_place place)
{
	odeon_kind kind = *catcher;

	kind.place = place;
	kind.worker = world.kind_count;                        /* pinned ones, to different workers */
	kind.is_background = 1;
	return world_kind(&world, kind);
}

static odeon_ref background(enum odeon_place place)
{
	return world_spawn(&world, background_kind(place), NULL);
}

static odeon_time in(odeon_duration delay) { return odeon_system_deadline(world.system, delay); }

/* ---- nobody waits for them ------------------------------------------------------------------------------------------------- */

START_TEST(who_waits_for_all_does_not_wait_for_them)
{
	odeon_ref served = background(places[_i]), other = world_catcher(&world, (struct catcher){ 0 });

	must(odeon_system_wait(world.system, in(ODEON_MS(5))) == ODEON_ETIMEDOUT);
	must(world_stats(&world).actors == 2 && world_stats(&world).spawned == 2);
	must(odeon_actor_stop(world.system, other) == 0);
	must(odeon_system_wait(world.system, in(KIT_PATIENCE)) == 0);
	must(odeon_system_wait(world.system, in(KIT_PATIENCE)) == 0);
	must(world_stats(&world).actors == 1);
	must(odeon_actor_kill(world.system, served) == 0);
}
END_TEST

static void *wait_for_all(void *result)
{
	*(int *)result = odeon_system_wait(world.system, ODEON_NEVER);
	return NULL;
}

/* He sleeps by then, and is woken; the others' ends, before and after, change nothing. */
START_TEST(the_last_other_wakes_who_waits)
{
	odeon_ref served[2] = { background(places[_i]), background(places[_i]) };
	odeon_ref others[2] = { world_catcher(&world, (struct catcher){ 0 }), world_catcher(&world, (struct catcher){ 0 }) };
	pthread_t waiter;
	int result = 1;

	must(pthread_create(&waiter, NULL, wait_for_all, &result) == 0);
	kit_pause();
	for (int i = 0; i < 2; i++) {
		must(odeon_actor_stop(world.system, served[i]) == 0);
		world_await_end(&world, served[i]);
		if (i == 0)
			must(odeon_actor_stop(world.system, others[0]) == 0);
	}
	served[0] = background(places[_i]);
	must(odeon_actor_stop(world.system, others[1]) == 0);
	pthread_join(waiter, NULL);
	must(result == 0);
	eventually(world_stats(&world).actors == 1);    /* the first two are counted as ended a moment after they are gone */
}
END_TEST

START_TEST(they_do_what_they_are_asked_meanwhile)
{
	struct journal journal = JOURNAL;
	odeon_ref served = world_spawn(&world, background_kind(places[_i]), &(struct catcher){ .journal = &journal });

	must(odeon_system_wait(world.system, in(KIT_PATIENCE)) == 0);
	world_posts(&world, served, 0, 100);
	journal_wait(&journal, 100);
}
END_TEST

/* ---- who stops does ---------------------------------------------------------------------------------------------------------------- */

START_TEST(a_system_that_stops_ends_them_and_names_those_that_do_not)
{
	struct ending ending = ENDING;
	struct plug plug = PLUG;
	odeon_report *report;
	odeon_ref stuck;

	(void)world_spawn(&world, background_kind(places[_i]), &(struct catcher){ .ending = &ending });
	stuck = background(places[_i]);
	world_tell(&world, stuck, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	must(odeon_system_wait(world.system, in(KIT_PATIENCE)) == 0);
	report = world_stop_in_vain(&world, 1);
	must(odeon_ref_equal(report->stuck[0].who, stuck));
	odeon_report_free(report);
	gate_wait(&ending.ended, 1);
	plug_release(&plug);
	must(odeon_system_stop(world.system, kit_deadline(), NULL) == 0);
}
END_TEST

START_TEST(a_simulated_system_does_not_wait_for_them_either)
{
	odeon_ref other = world_catcher(&world, (struct catcher){ 0 });

	(void)background(places[_i]);
	must(odeon_system_wait(world.system, in(ODEON_SECONDS(1))) == ODEON_ETIMEDOUT);
	must(odeon_actor_stop(world.system, other) == 0);
	must(odeon_system_wait(world.system, ODEON_NEVER) == 0 && world_stats(&world).actors == 1);
}
END_TEST

/* ---- one of a kind ------------------------------------------------------------------------------------------------------------------ */

static const odeon_kind *single_kind;

static odeon_ref single(void)
{
	odeon_ref actor;

	must(odeon_system_single(world.system, single_kind, NULL, &actor) == 0);
	return actor;
}

START_TEST(a_system_has_one_of_a_kind_until_it_ends)
{
	odeon_ref first, other;

	single_kind = background_kind(ODEON_POOLED);
	first = single();
	must(odeon_ref_equal(single(), first));
	other = background(ODEON_POOLED);
	must(!odeon_ref_equal(other, first) && odeon_ref_equal(single(), first));
	single_kind = background_kind(ODEON_POOLED);            /* another one, if a copy */
	must(!odeon_ref_equal(single(), first) && odeon_ref_equal(single(), single()));
	other = single();
	must(odeon_actor_kill(world.system, other) == 0);
	world_await_end(&world, other);
	must(!odeon_ref_equal(single(), other));
	eventually(world_stats(&world).actors == 3);
}
END_TEST

static int refuse_to_start(odeon_self *self, void *state, const void *argument)
{
	(void)self;
	(void)state;
	(void)argument;
	return ODEON_ELAGGED;
}

START_TEST(what_cannot_be_is_nobody)
{
	odeon_kind kind = *catcher;
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });

	kind.start = refuse_to_start;
	must(odeon_system_single(world.system, world_kind(&world, kind), NULL, &actor) == ODEON_ELAGGED);
	must(odeon_ref_is_nobody(actor));
	must(odeon_system_single(NULL, catcher, NULL, &actor) == ODEON_EINVAL);
	must(odeon_system_single(world.system, NULL, NULL, &actor) == ODEON_EINVAL);
	must(odeon_system_single(world.system, catcher, NULL, NULL) == ODEON_EINVAL);
	must(odeon_system_stop(world.system, kit_deadline(), NULL) == 0);
	must(odeon_system_single(world.system, catcher, NULL, &actor) == ODEON_ESTOPPING);
}
END_TEST

enum { THREADS = 4 };
static odeon_ref found[THREADS];
static struct gate ready, all_ready;

static void *find_single(void *place)
{
	gate_open(&ready);
	gate_wait(&all_ready, 1);
	*(odeon_ref *)place = single();
	return NULL;
}

/* Whoever was second is told to stop, and nobody has its ref. */
START_TEST(threads_that_ask_at_once_get_the_same)
{
	pthread_t threads[THREADS];

	for (int round = 0; round < KIT_SLOWER(200); round++) {
		ready = all_ready = (struct gate)GATE;
		if (round % 10 == 0 && world.kind_count < 10)   /* also the first of its kind */
			single_kind = background_kind(ODEON_POOLED);
		for (int i = 0; i < THREADS; i++)
			must(pthread_create(&threads[i], NULL, find_single, &found[i]) == 0);
		gate_wait(&ready, THREADS);
		gate_open(&all_ready);
		for (int i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
		for (int i = 1; i < THREADS; i++)
			must(odeon_ref_equal(found[0], found[i]));
		must(odeon_actor_stop(world.system, found[0]) == 0);
		eventually(world_stats(&world).actors == 0);
	}
}
END_TEST

KIT_MAIN("unit/background",
	{ .name = "waits", .setup = setup, .teardown = teardown, .loop = 3,
	  .tests = KIT_TESTS(who_waits_for_all_does_not_wait_for_them, the_last_other_wakes_who_waits,
	                     they_do_what_they_are_asked_meanwhile, a_system_that_stops_ends_them_and_names_those_that_do_not) },
	{ .name = "simulated", .setup = setup_simulated, .teardown = teardown, .loop = 3,
	  .tests = KIT_TESTS(a_simulated_system_does_not_wait_for_them_either) },
	{ .name = "single", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_system_has_one_of_a_kind_until_it_ends, what_cannot_be_is_nobody,
	                     threads_that_ask_at_once_get_the_same) })
