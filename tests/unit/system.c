/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system.c - tests of odeon/system.h: start, waiting for the end, several systems
 *
 * Threads and places are in threads.c, the end of a system in stop.c, the host's own loop in host.c.
 */
#include "../harness/kit.h"
#include <sched.h>
#include <signal.h>
#include <stdint.h>

static struct world world;
static struct journal journal;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

/* ---- start --------------------------------------------------------------------------------------------------------- */

static void expect_no_start(odeon_options options, int error)
{
	odeon_system *system = (odeon_system *)&options;       /* any value that must not change */

	ck_assert_msg(odeon_system_start(&options, &system) == error, "%s: got something else",
	              odeon_error_name(error));
	ck_assert_ptr_eq(system, &options);
}

START_TEST(a_system_starts_with_all_defaults)
{
	odeon_system *system = NULL;

	ck_assert_int_eq(odeon_system_start(NULL, &system), 0);
	ck_assert_ptr_nonnull(system);
	ck_assert_ptr_null(odeon_system_host(system));
	ck_assert_uint_eq(odeon_system_seed(system), 0);
	ck_assert_int_eq(odeon_system_free(system), 0);
}
END_TEST

START_TEST(nowhere_to_put_the_system_is_refused)
{
	ck_assert_int_eq(odeon_system_start(NULL, NULL), ODEON_EINVAL);
}
END_TEST

START_TEST(options_of_an_unknown_size_are_refused)
{
	static const size_t sizes[] = { 0, 1, sizeof(odeon_options) - 1, sizeof(odeon_options) + 8, SIZE_MAX };
	odeon_options options = ODEON_OPTIONS(.workers = 1);
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		options.bytes = sizes[i];
		expect_no_start(options, ODEON_EVERSION);
	}
}
END_TEST

START_TEST(an_absurd_count_of_workers_is_refused)
{
	expect_no_start((odeon_options)ODEON_OPTIONS(.workers = -2), ODEON_EINVAL);
	expect_no_start((odeon_options)ODEON_OPTIONS(.workers = INT32_MIN), ODEON_EINVAL);
	expect_no_start((odeon_options)ODEON_OPTIONS(.workers = ODEON_WORKERS_MOST + 1), ODEON_EINVAL);
	expect_no_start((odeon_options)ODEON_OPTIONS(.workers = INT32_MAX), ODEON_EINVAL);
}
END_TEST

START_TEST(options_that_contradict_themselves_are_refused)
{
	expect_no_start((odeon_options)ODEON_OPTIONS(.workers = 1, .mailbox = { .messages = 1, .policy = (enum odeon_policy)9 }),
	                ODEON_EINVAL);
	expect_no_start((odeon_options)ODEON_OPTIONS(.workers = 1, .batch_time = -1), ODEON_EINVAL);
}
END_TEST

START_TEST(the_default_count_of_workers_is_what_the_machine_allows)
{
	odeon_options options = ODEON_OPTIONS(.workers = ODEON_WORKERS_AUTO);
	cpu_set_t set;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(set), &set), 0);
	world_open(&world, options);
	ck_assert_int_ge(world_stats(&world).workers, 1);
	ck_assert_int_le(world_stats(&world).workers, CPU_COUNT(&set));
	world_close(&world);
}
END_TEST

START_TEST(the_default_count_of_workers_follows_the_affinity_mask)
{
	cpu_set_t all, one;
	int cpu = 0;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = ODEON_WORKERS_AUTO));
	ck_assert_int_eq(world_stats(&world).workers, 1);
	world_close(&world);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(all), &all), 0);
}
END_TEST

START_TEST(more_workers_than_cores_are_had_when_asked_for)
{
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 12));
	journal = (struct journal)JOURNAL;
	ck_assert_int_eq(world_stats(&world).workers, 12);
	world_posts(&world, world_catcher(&world, (struct catcher){ .journal = &journal }), 0, 100);
	journal_wait(&journal, 100);
	world_close(&world);
}
END_TEST

START_TEST(start_and_free_again_and_again)
{
	int i;

	for (i = 0; i < KIT_SLOWER(300); i++) {
		struct gate ran = GATE;
		odeon_ref actor;

		world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1 + i % 3));
		actor = world_catcher(&world, (struct catcher){ 0 });
		if (i % 2)
			world_posts(&world, actor, 0, 5);
		(void)ran;
		world_close(&world);
	}
}
END_TEST

/* ---- waiting and quitting ---------------------------------------------------------------------------------------------- */

START_TEST(wait_ends_when_no_actor_is_left)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });

	ck_assert_int_eq(odeon_system_wait(world.system, odeon_clock_deadline(ODEON_MS(20))), ODEON_ETIMEDOUT);
	world_tell(&world, actor, errand_exit, NULL);
	ck_assert_int_eq(odeon_system_wait(world.system, kit_deadline()), 0);
	ck_assert_uint_eq(world_stats(&world).actors, 0);
}
END_TEST

START_TEST(wait_answers_at_once_where_there_is_no_actor)
{
	ck_assert_int_eq(odeon_system_wait(world.system, ODEON_NEVER), 0);
	ck_assert_int_eq(odeon_system_wait(world.system, ODEON_AT_ONCE), 0);
}
END_TEST

START_TEST(wait_does_not_end_before_its_deadline)
{
	odeon_time until = odeon_clock_deadline(ODEON_MS(25));

	world_catcher(&world, (struct catcher){ 0 });
	ck_assert_int_eq(odeon_system_wait(world.system, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_system_wait(world.system, until), ODEON_ETIMEDOUT);
	ck_assert_int_ge(odeon_clock_now().ns, until.ns);
}
END_TEST

static void quit(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_system_quit(odeon_system_of(self));
}

START_TEST(quit_in_a_handler_ends_the_wait_and_stops_nothing)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal });

	world_tell(&world, actor, quit, NULL);
	ck_assert_int_eq(odeon_system_wait(world.system, kit_deadline()), 0);
	ck_assert_uint_eq(world_stats(&world).actors, 1);
	world_posts(&world, actor, 1, 1);
	journal_wait(&journal, 1);
}
END_TEST

START_TEST(quit_before_the_wait_is_not_forgotten)
{
	world_catcher(&world, (struct catcher){ 0 });
	odeon_system_quit(world.system);
	odeon_system_quit(world.system);
	ck_assert_int_eq(odeon_system_wait(world.system, kit_deadline()), 0);
	odeon_system_quit(NULL);
}
END_TEST

static odeon_system *quit_by_signal;
static void on_signal(int number)
{
	(void)number;
	odeon_system_quit(quit_by_signal);
}

static void *raise_later(void *argument)
{
	kit_pause();
	kit_pause();
	pthread_kill(*(pthread_t *)argument, SIGUSR1);
	return NULL;
}

START_TEST(quit_in_a_signal_handler_ends_the_wait)
{
	struct sigaction action = { .sa_handler = on_signal }, before;
	pthread_t self = pthread_self(), thread;

	world_catcher(&world, (struct catcher){ 0 });
	quit_by_signal = world.system;
	ck_assert_int_eq(sigaction(SIGUSR1, &action, &before), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, raise_later, &self), 0);
	ck_assert_int_eq(odeon_system_wait(world.system, kit_deadline()), 0);
	pthread_join(thread, NULL);
	sigaction(SIGUSR1, &before, NULL);
}
END_TEST

/* ---- several systems ------------------------------------------------------------------------------------------------------ */

START_TEST(two_systems_share_nothing)
{
	struct world second;
	struct journal other = JOURNAL;
	odeon_ref here, there;

	world_open(&second, (odeon_options)ODEON_OPTIONS(.workers = 1));
	here = world_catcher(&world, (struct catcher){ .journal = &journal });
	there = world_catcher(&second, (struct catcher){ .journal = &other });
	ck_assert(!odeon_ref_equal(here, there));
	world_posts(&world, here, 1, 10);
	world_posts(&second, there, 100, 20);
	journal_wait(&journal, 10);
	journal_wait(&other, 20);
	ck_assert_ptr_eq(odeon_system_host(world.system), &world);
	ck_assert_ptr_eq(odeon_system_host(second.system), &second);
	ck_assert_int_eq(odeon_system_stop(second.system, kit_deadline(), NULL), 0);
	world_posts(&world, here, 11, 1);
	journal_wait(&journal, 11);
	ck_assert_uint_eq(world_stats(&world).accepted, 11);
	ck_assert_uint_eq(world_stats(&second).accepted, 20);
	eventually(world_stats(&world).handled == 11);         /* and dropped: world_close counts those of both */
	world_close(&second);
}
END_TEST

static void post_across(odeon_self *self, void *argument)
{
	void **pair = argument;

	(void)self;
	must(odeon_post(pair[0], *(odeon_ref *)pair[1], parcel_new(5)) == 0);
}

START_TEST(a_handler_may_post_to_another_system)
{
	struct world second;
	struct journal other = JOURNAL;
	odeon_ref there;
	void *pair[2];

	world_open(&second, (odeon_options)ODEON_OPTIONS(.workers = 1));
	there = world_catcher(&second, (struct catcher){ .journal = &other });
	pair[0] = second.system;
	pair[1] = &there;
	world_errand(&world, post_across, pair);
	journal_expect(&other, 1, (const int[]){ 5 });
	world_close(&second);
}
END_TEST

START_TEST(many_systems_at_once)
{
	static struct world many[40];
	int i;

	for (i = 0; i < 40; i++)
		world_open(&many[i], (odeon_options)ODEON_OPTIONS(.workers = 1));
	for (i = 0; i < 40; i++)
		world_posts(&many[i], world_catcher(&many[i], (struct catcher){ .journal = &journal }), i, 1);
	journal_wait(&journal, 40);
	for (i = 0; i < 40; i++)
		world_close(&many[i]);
}
END_TEST

/* ---- batches ----------------------------------------------------------------------------------------------------------------- */

START_TEST(the_shortest_batches_lose_nothing)
{
	odeon_ref actor;
	int i;

	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2, .batch_messages = 1, .batch_time = 1));
	actor = world_catcher(&world, (struct catcher){ .journal = &journal });
	world_posts(&world, actor, 0, 1000);
	journal_wait(&journal, 1000);
	for (i = 0; i < 1000; i++)
		must(journal_at(&journal, (unsigned)i) == i);
	world_close(&world);
}
END_TEST

KIT_MAIN("unit/system",
	{ .name = "start", .tests = KIT_TESTS(a_system_starts_with_all_defaults, nowhere_to_put_the_system_is_refused,
	                                      options_of_an_unknown_size_are_refused, an_absurd_count_of_workers_is_refused,
	                                      options_that_contradict_themselves_are_refused,
	                                      the_default_count_of_workers_is_what_the_machine_allows,
	                                      the_default_count_of_workers_follows_the_affinity_mask,
	                                      more_workers_than_cores_are_had_when_asked_for, start_and_free_again_and_again,
	                                      the_shortest_batches_lose_nothing) },
	{ .name = "wait", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(wait_ends_when_no_actor_is_left, wait_answers_at_once_where_there_is_no_actor,
	                     wait_does_not_end_before_its_deadline, quit_in_a_handler_ends_the_wait_and_stops_nothing,
	                     quit_before_the_wait_is_not_forgotten, quit_in_a_signal_handler_ends_the_wait) },
	{ .name = "several", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(two_systems_share_nothing, a_handler_may_post_to_another_system, many_systems_at_once) })
