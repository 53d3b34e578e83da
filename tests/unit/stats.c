/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.c - tests of odeon/stats.h: what the counters count, and that nothing escapes them
 */
#include "../harness/kit.h"
#include <stdint.h>

static struct world world;
static struct journal journal;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

static odeon_stats_actor actor_stats(odeon_ref actor)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	ck_assert_int_eq(odeon_actor_stats(world.system, actor, &stats), 0);
	return stats;
}

static odeon_stats_worker worker_stats(int worker)
{
	odeon_stats_worker stats = ODEON_STATS(odeon_stats_worker);

	ck_assert_int_eq(odeon_worker_stats(world.system, worker, &stats), 0);
	return stats;
}

START_TEST(a_new_system_has_counted_nothing)
{
	odeon_stats_system stats = world_stats(&world);
	int i;

	ck_assert_int_eq(stats.workers, 2);
	ck_assert_uint_eq(stats.actors | stats.spawned | stats.accepted | stats.handled, 0);
	ck_assert_uint_eq(stats.dropped | stats.dead_letters | stats.queued, 0);
	for (i = 0; i < ODEON_ERROR_COUNT; i++)
		ck_assert_uint_eq(stats.dead[i], 0);
}
END_TEST

/* Each fate of a message once: handled, dropped by policy, dead for want of room, dead for want of an actor, queued. */
START_TEST(every_fate_of_a_message_has_its_counter)
{
	struct plug plug = PLUG;
	odeon_ref ended = world_ended(&world);
	odeon_ref fails = world_bounded(&world, (struct catcher){ 0 }, (odeon_mailbox){ .messages = 2 });
	odeon_ref drops = world_bounded(&world, (struct catcher){ 0 },
	                                (odeon_mailbox){ .messages = 2, .policy = ODEON_DROP_NEWEST });
	struct plug second = PLUG;
	odeon_stats_system stats;

	world_tell(&world, fails, errand_plug, &plug);
	world_tell(&world, drops, errand_plug, &second);
	gate_wait(&plug.entered, 1);
	gate_wait(&second.entered, 1);
	world_posts(&world, fails, 0, 2);
	world_posts(&world, drops, 0, 2);
	ck_assert_int_eq(odeon_post(world.system, fails, parcel_new(1)), ODEON_EFULL);
	ck_assert_int_eq(odeon_post(world.system, fails, parcel_new(1)), ODEON_EFULL);
	ck_assert_int_eq(odeon_post(world.system, drops, parcel_new(1)), 0);
	ck_assert_int_eq(odeon_post(world.system, ended, parcel_new(1)), ODEON_EGONE);
	stats = world_stats(&world);
	ck_assert_uint_eq(stats.dropped, 1);
	ck_assert_uint_eq(stats.dead_letters, 3);
	ck_assert_uint_eq(stats.dead[-ODEON_EFULL], 2);
	ck_assert_uint_eq(stats.dead[-ODEON_EGONE], 1);
	plug_release(&plug);
	plug_release(&second);
	eventually(world_stats(&world).queued == 0 && world_stats(&world).handled == 6);
	stats = world_stats(&world);
	ck_assert_uint_eq(stats.accepted, 10);
	ck_assert_uint_eq(stats.spawned, 3);
	eventually(world_stats(&world).actors == 2);
	world_check(&world);
}
END_TEST

START_TEST(an_actors_counters_are_its_own)
{
	struct plug plug = PLUG;
	odeon_ref busy = world_catcher(&world, (struct catcher){ 0 }), idle = world_catcher(&world, (struct catcher){ 0 });

	world_tell(&world, busy, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, busy, 0, 5);
	ck_assert_uint_ge(actor_stats(busy).queued, 5);        /* about: what is in hand may be counted in */
	ck_assert_uint_le(actor_stats(busy).queued, 6);
	ck_assert_uint_ge(actor_stats(busy).queued_bytes, 5 * sizeof(struct parcel));
	ck_assert_uint_eq(actor_stats(busy).queued_bytes % 16, 0);
	ck_assert_str_eq(actor_stats(busy).kind, "catcher");
	ck_assert_uint_eq(actor_stats(idle).handled, 0);
	plug_release(&plug);
	eventually(actor_stats(busy).handled == 6);
	eventually(actor_stats(busy).queued == 0);
	ck_assert_uint_eq(actor_stats(busy).queued_bytes, 0);
	ck_assert_uint_eq(actor_stats(idle).handled, 0);
}
END_TEST

START_TEST(an_actors_drops_are_counted_with_it)
{
	struct plug plugs[2] = { PLUG, PLUG };
	enum odeon_policy policy = _i ? ODEON_DROP_OLDEST : ODEON_DROP_NEWEST;
	odeon_ref actor = world_bounded(&world, (struct catcher){ 0 }, (odeon_mailbox){ .messages = 3, .policy = policy });

	world_plug(&world, &plugs[0]);                         /* both workers, so that the actor has not begun to run */
	world_plug(&world, &plugs[1]);
	world_posts(&world, actor, 0, 5);
	plug_release(&plugs[0]);
	plug_release(&plugs[1]);
	eventually(actor_stats(actor).handled == 3);
	eventually(actor_stats(actor).dropped == 2);
	eventually(world_stats(&world).dropped == 2);
	eventually(actor_stats(actor).queued == 0);
}
END_TEST

START_TEST(the_oldest_message_has_waited_for_a_while)
{
	struct plug plug = PLUG;
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	ck_assert_int_eq(actor_stats(actor).oldest, 0);
	world_posts(&world, actor, 0, 2);
	ck_assert_int_ge(actor_stats(actor).oldest, 0);
	ck_assert_int_lt(actor_stats(actor).oldest, ODEON_SECONDS(10));
	plug_release(&plug);
	eventually(actor_stats(actor).queued == 0);
	eventually(actor_stats(actor).oldest == 0);
}
END_TEST

START_TEST(the_workers_together_handle_everything)
{
	odeon_ref actors[8];
	uint64_t handled, turns;
	int i;

	for (i = 0; i < 8; i++)
		actors[i] = world_catcher(&world, (struct catcher){ .journal = &journal });
	for (i = 0; i < 800; i++)
		world_posts(&world, actors[i % 8], i, 1);
	journal_wait(&journal, 800);
	eventually(world_stats(&world).handled == 800);
	eventually(worker_stats(0).handled + worker_stats(1).handled == 800);
	handled = worker_stats(0).handled + worker_stats(1).handled;
	eventually(worker_stats(0).turns + worker_stats(1).turns >= 8);        /* told as a worker looks around, or lies down */
	turns = worker_stats(0).turns + worker_stats(1).turns;
	ck_assert_uint_le(turns, handled + 1000);
	eventually(worker_stats(0).ready + worker_stats(1).ready == 0);
}
END_TEST

static uint64_t count_parks(void) { return worker_stats(0).parks + worker_stats(1).parks; }

/* Whoever handled a message lies down after it, when it has looked around. */
START_TEST(sleeping_is_counted)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal });

	eventually(worker_stats(0).parks > 0 && worker_stats(1).parks > 0);
	for (int i = 0; i < 10; i++) {
		uint64_t before = count_parks();

		world_posts(&world, actor, i, 1);
		journal_wait(&journal, (unsigned)i + 1);
		eventually(count_parks() > before);
	}
	ck_assert_int_ge(worker_stats(0).busy, 0);
}
END_TEST

static void *keep_reading(void *argument)
{
	odeon_stats_system before = world_stats(&world), now;
	atomic_bool *end = argument;

	while (!atomic_load(end)) {
		now = world_stats(&world);
		must(now.accepted >= before.accepted && now.handled >= before.handled);
		must(now.dead_letters >= before.dead_letters && now.spawned >= before.spawned);
		worker_stats(0);
		before = now;
	}
	return NULL;
}

START_TEST(counters_are_read_while_they_run_and_never_fall)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	atomic_bool end = false;
	pthread_t thread;
	int i;

	ck_assert_int_eq(pthread_create(&thread, NULL, keep_reading, &end), 0);
	for (i = 0; i < KIT_SLOWER(30000); i++) {
		must(odeon_post(world.system, actor, parcel_new(i)) == 0);
		if (i % 100 == 0)
			must(odeon_actor_stats(world.system, actor, &stats) == 0);
	}
	eventually(world_stats(&world).queued == 0);
	atomic_store(&end, true);
	pthread_join(thread, NULL);
	world_check(&world);
	ck_assert_uint_eq(world_stats(&world).accepted, (uint64_t)KIT_SLOWER(30000));
}
END_TEST

START_TEST(bad_questions_are_answered_by_name)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });
	odeon_stats_actor of_actor = ODEON_STATS(odeon_stats_actor);
	odeon_stats_worker of_worker = ODEON_STATS(odeon_stats_worker);
	odeon_stats_system of_system = ODEON_STATS(odeon_stats_system);

	ck_assert_int_eq(odeon_actor_stats(world.system, world_ended(&world), &of_actor), ODEON_EGONE);
	ck_assert_int_eq(odeon_actor_stats(world.system, ODEON_NOBODY, &of_actor), ODEON_EGONE);
	ck_assert_int_eq(odeon_actor_stats(NULL, actor, &of_actor), ODEON_EINVAL);
	ck_assert_int_eq(odeon_actor_stats(world.system, actor, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_worker_stats(world.system, -1, &of_worker), ODEON_EINVAL);
	ck_assert_int_eq(odeon_worker_stats(world.system, 2, &of_worker), ODEON_EINVAL);
	ck_assert_int_eq(odeon_worker_stats(world.system, INT32_MAX, &of_worker), ODEON_EINVAL);
	ck_assert_int_eq(odeon_worker_stats(world.system, INT32_MIN, &of_worker), ODEON_EINVAL);
	ck_assert_int_eq(odeon_worker_stats(NULL, 0, &of_worker), ODEON_EINVAL);
	ck_assert_int_eq(odeon_worker_stats(world.system, 0, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_system_stats(NULL, &of_system), ODEON_EINVAL);
	ck_assert_int_eq(odeon_system_stats(world.system, NULL), ODEON_EINVAL);
}
END_TEST

START_TEST(a_struct_of_an_unknown_size_is_refused_and_left_alone)
{
	static const size_t sizes[] = { 0, 1, 7, sizeof(odeon_stats_system) * 2, SIZE_MAX };
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		odeon_stats_actor of_actor = { .bytes = sizes[i], .handled = 77 };
		odeon_stats_worker of_worker = { .bytes = sizes[i], .handled = 77 };
		odeon_stats_system of_system = { .bytes = sizes[i], .handled = 77 };

		ck_assert_int_eq(odeon_actor_stats(world.system, actor, &of_actor), ODEON_EVERSION);
		ck_assert_int_eq(odeon_worker_stats(world.system, 0, &of_worker), ODEON_EVERSION);
		ck_assert_int_eq(odeon_system_stats(world.system, &of_system), ODEON_EVERSION);
		ck_assert_uint_eq(of_actor.handled, 77);
		ck_assert_uint_eq(of_worker.handled, 77);
		ck_assert_uint_eq(of_system.handled, 77);
	}
}
END_TEST

START_TEST(a_system_without_workers_has_number_zero)
{
	odeon_stats_worker stats = ODEON_STATS(odeon_stats_worker);
	odeon_ref actor;

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE));
	actor = world_catcher(&world, (struct catcher){ 0 });
	world_posts(&world, actor, 0, 4);
	ck_assert_int_eq(odeon_system_run(world.system, ODEON_AT_ONCE), 4);
	ck_assert_int_eq(odeon_worker_stats(world.system, 0, &stats), 0);
	ck_assert_uint_eq(stats.handled, 4);
	ck_assert_int_eq(odeon_worker_stats(world.system, 1, &stats), ODEON_EINVAL);
	world_close(&world);
}
END_TEST

KIT_MAIN("unit/stats",
	{ .name = "system", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_new_system_has_counted_nothing, every_fate_of_a_message_has_its_counter) },
	{ .name = "actor", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(an_actors_counters_are_its_own, the_oldest_message_has_waited_for_a_while) },
	{ .name = "drops", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(an_actors_drops_are_counted_with_it) },
	{ .name = "worker", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(the_workers_together_handle_everything, sleeping_is_counted) },
	{ .name = "running", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(counters_are_read_while_they_run_and_never_fall) },
	{ .name = "bad", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(bad_questions_are_answered_by_name, a_struct_of_an_unknown_size_is_refused_and_left_alone) },
	{ .name = "none", .tests = KIT_TESTS(a_system_without_workers_has_number_zero) })
