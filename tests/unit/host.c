/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.c - tests of odeon/system.h: a system without workers, which the host's own loop runs
 */
#include "../harness/kit.h"
#include <poll.h>

static struct world world;
static struct journal journal;

static void teardown(void) { world_close(&world); }

static void quit(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_system_quit(odeon_system_of(self));
}

static int from_handler[6];

static void end_the_system(odeon_self *self, void *argument)
{
	odeon_system *system = argument;

	(void)self;
	from_handler[0] = odeon_system_stop(system, ODEON_NEVER, NULL);
	from_handler[1] = odeon_system_free(system);
	from_handler[2] = odeon_system_wait(system, ODEON_NEVER);
	from_handler[3] = odeon_system_run(system, ODEON_NEVER);
}

static atomic_int wakes;
static void on_wake(void *host)
{
	must(host == &world);
	atomic_fetch_add(&wakes, 1);
}

static void setup_host(void)
{
	journal = (struct journal)JOURNAL;
	atomic_store(&wakes, 0);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE, .on_wake = on_wake));
}

static bool is_readable(void)
{
	struct pollfd pollfd = { .fd = odeon_system_fd(world.system), .events = POLLIN };

	must(pollfd.fd >= 0);
	return poll(&pollfd, 1, 0) == 1 && (pollfd.revents & POLLIN);
}

START_TEST(nothing_runs_unless_the_host_runs_it)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal });

	world_posts(&world, actor, 0, 7);
	ck_assert(!gate_waits(&journal.noted, 1, ODEON_MS(20)));
	ck_assert_int_eq(odeon_system_run(world.system, ODEON_AT_ONCE), 7);
	ck_assert_uint_eq(journal_count(&journal), 7);
	ck_assert_int_eq(odeon_system_run(world.system, ODEON_AT_ONCE), 0);
}
END_TEST

START_TEST(the_descriptor_is_readable_when_there_is_work_and_only_then)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal });
	int i;

	odeon_system_run(world.system, ODEON_AT_ONCE);
	for (i = 0; i < 50; i++) {
		ck_assert(!is_readable());
		world_posts(&world, actor, 0, 3);
		ck_assert(is_readable());
		ck_assert_int_eq(odeon_system_run(world.system, ODEON_AT_ONCE), 3);
	}
	ck_assert_int_ge(atomic_load(&wakes), 50);
}
END_TEST

static void *post_soon(void *argument)
{
	kit_pause();
	world_posts(&world, *(odeon_ref *)argument, 0, 1);
	return NULL;
}

START_TEST(run_waits_for_work_until_its_deadline)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal });
	odeon_duration within = ODEON_MS(60);
	int handled;

	do {                                           /* until the other posts in time */
		odeon_time until = odeon_clock_deadline(within);
		pthread_t thread;

		ck_assert_int_eq(pthread_create(&thread, NULL, post_soon, &actor), 0);
		handled = odeon_system_run(world.system, until);
		ck_assert_int_ge(odeon_clock_now().ns, until.ns);
		pthread_join(thread, NULL);
		ck_assert_int_eq(handled + odeon_system_run(world.system, ODEON_AT_ONCE), 1);
		within *= 2;
	} while (handled == 0);
}
END_TEST

START_TEST(quit_ends_run)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal });

	world_tell(&world, actor, quit, NULL);
	ck_assert_int_ge(odeon_system_run(world.system, kit_deadline()), 1);
}
END_TEST

static void *run_in_a_thread(void *argument)
{
	*(int *)argument = odeon_system_run(world.system, kit_deadline());
	return NULL;
}

START_TEST(two_threads_may_not_run_it_at_once)
{
	struct plug plug = PLUG;
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });
	pthread_t thread;
	int result = -99;

	world_tell(&world, actor, errand_plug, &plug);
	ck_assert_int_eq(pthread_create(&thread, NULL, run_in_a_thread, &result), 0);
	gate_wait(&plug.entered, 1);
	ck_assert_int_eq(odeon_system_run(world.system, ODEON_AT_ONCE), ODEON_EBUSY);
	ck_assert_int_eq(odeon_system_run(world.system, odeon_clock_deadline(ODEON_MS(5))), ODEON_EBUSY);
	odeon_system_quit(world.system);
	plug_release(&plug);
	pthread_join(thread, NULL);
	ck_assert_int_ge(result, 1);
}
END_TEST

START_TEST(there_is_nothing_to_wait_for_without_workers)
{
	ck_assert_int_eq(odeon_system_wait(world.system, ODEON_AT_ONCE), ODEON_EINVAL);
}
END_TEST

START_TEST(a_handler_of_the_hosts_loop_may_not_wait_either)
{
	struct errand *errand = odeon_new(errand, .run = end_the_system, .argument = world.system);
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });

	ck_assert_int_eq(odeon_post(world.system, actor, errand), 0);
	ck_assert_int_eq(odeon_system_run(world.system, ODEON_AT_ONCE), 1);
	ck_assert_int_eq(from_handler[0], ODEON_EINVAL);
	ck_assert_int_eq(from_handler[3], ODEON_EWOULDBLOCK);
}
END_TEST

START_TEST(stop_runs_a_system_without_workers)
{
	struct ending ending = ENDING;
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal, .ending = &ending });

	world_posts(&world, actor, 0, 10);
	ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);
	ck_assert_uint_eq(journal_count(&journal), 10);
	ck_assert_uint_eq(gate_count(&ending.ended), 1);
}
END_TEST

KIT_MAIN("unit/host",
	{ .name = "host", .setup = setup_host, .teardown = teardown,
	  .tests = KIT_TESTS(nothing_runs_unless_the_host_runs_it, the_descriptor_is_readable_when_there_is_work_and_only_then,
	                     run_waits_for_work_until_its_deadline, quit_ends_run, two_threads_may_not_run_it_at_once,
	                     there_is_nothing_to_wait_for_without_workers, a_handler_of_the_hosts_loop_may_not_wait_either,
	                     stop_runs_a_system_without_workers) })
