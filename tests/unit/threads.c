/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - tests of odeon/system.h: a system's threads, and the places of actors on them
 */
#include "../harness/kit.h"
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

static struct world world;
static struct journal journal;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

/* ---- threads -------------------------------------------------------------------------------------------------------- */

static atomic_int threads_started, threads_ended, thread_mistakes;
static __thread int this_index = -1;

static void on_thread(void *host, int index, int starts)
{
	if (host != &world || index < 0)
		atomic_fetch_add(&thread_mistakes, 1);
	if (starts) {
		this_index = index;
		atomic_fetch_add(&threads_started, 1);
	} else {
		if (this_index != index)
			atomic_fetch_add(&thread_mistakes, 1);
		atomic_fetch_add(&threads_ended, 1);
	}
}

START_TEST(each_thread_is_announced_when_it_starts_and_when_it_ends)
{
	odeon_ref own;

	atomic_store(&threads_started, 0);
	atomic_store(&threads_ended, 0);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 3, .on_thread = on_thread));
	own = world_placed(&world, (struct catcher){ 0 }, ODEON_OWN_THREAD, 0);
	eventually(atomic_load(&threads_started) == 4);
	ck_assert_int_eq(odeon_actor_stop(world.system, own), 0);
	eventually(atomic_load(&threads_ended) == 1);
	world_close(&world);
	ck_assert_int_eq(atomic_load(&threads_started), 4);
	ck_assert_int_eq(atomic_load(&threads_ended), 4);
	ck_assert_int_eq(atomic_load(&thread_mistakes), 0);
}
END_TEST

static void look_at_the_thread(odeon_self *self, void *argument)
{
	char name[17] = "";
	sigset_t blocked;

	(void)self;
	(void)argument;
	must(prctl(PR_GET_NAME, name) == 0);
	must(strncmp(name, "greenhouse", 5) == 0);
	must(pthread_sigmask(SIG_BLOCK, NULL, &blocked) == 0);
	must(sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGUSR1) && sigismember(&blocked, SIGALRM));
}

START_TEST(threads_bear_the_systems_name_and_block_signals)
{
	char name[] = "greenhouse";

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1, .name = name));
	memset(name, 'x', sizeof(name) - 1);                   /* it was copied */
	world_errand(&world, look_at_the_thread, NULL);
	world_do(&world, world_placed(&world, (struct catcher){ 0 }, ODEON_OWN_THREAD, 0), look_at_the_thread, NULL);
	world_close(&world);
}
END_TEST

START_TEST(starting_a_system_leaves_the_callers_signals_alone)
{
	sigset_t before, after;
	int number;

	pthread_sigmask(SIG_BLOCK, NULL, &before);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	for (number = 1; number < 32; number++)
		ck_assert_int_eq(sigismember(&before, number), sigismember(&after, number));
	world_close(&world);
}
END_TEST

/* ---- places ----------------------------------------------------------------------------------------------------------- */

static pthread_t seen_thread;
static void see_the_thread(odeon_self *self, void *argument)
{
	(void)self;
	*(pthread_t *)argument = pthread_self();
}

START_TEST(a_pinned_actor_stays_on_its_worker)
{
	odeon_ref pinned[4];
	pthread_t threads[4], again;
	int i, round;

	for (i = 0; i < 4; i++) {                              /* workers 0 and 1, and modulo two */
		pinned[i] = world_placed(&world, (struct catcher){ 0 }, ODEON_PINNED, (unsigned)i);
		world_do(&world, pinned[i], see_the_thread, &threads[i]);
	}
	ck_assert(!pthread_equal(threads[0], threads[1]));
	ck_assert(pthread_equal(threads[0], threads[2]));
	ck_assert(pthread_equal(threads[1], threads[3]));
	for (round = 0; round < 200; round++) {
		world_do(&world, pinned[round % 4], see_the_thread, &again);
		must(pthread_equal(again, threads[round % 4]));
	}
}
END_TEST

START_TEST(a_pinned_actor_waits_for_its_worker_and_is_not_stolen)
{
	struct plug plug = PLUG;
	odeon_ref blocker = world_placed(&world, (struct catcher){ 0 }, ODEON_PINNED, 0);
	odeon_ref pinned = world_placed(&world, (struct catcher){ .journal = &journal }, ODEON_PINNED, 0);

	world_tell(&world, blocker, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, pinned, 1, 1);
	ck_assert(!gate_waits(&journal.noted, 1, ODEON_MS(50)));
	plug_release(&plug);
	journal_wait(&journal, 1);
}
END_TEST

START_TEST(a_pooled_actor_does_not_wait_for_a_blocked_worker)
{
	struct plug plug = PLUG;
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal });
	int i;

	world_plug(&world, &plug);
	for (i = 0; i < 100; i++) {
		world_posts(&world, actor, i, 1);
		journal_wait(&journal, (unsigned)i + 1);
	}
	plug_release(&plug);
}
END_TEST

START_TEST(an_actor_with_a_thread_of_its_own_blocks_nobody)
{
	struct plug plugs[4] = { PLUG, PLUG, PLUG, PLUG };
	odeon_ref own[4];
	pthread_t thread, worker;
	int i;

	for (i = 0; i < 4; i++) {                              /* more than there are workers */
		own[i] = world_placed(&world, (struct catcher){ 0 }, ODEON_OWN_THREAD, 0);
		world_tell(&world, own[i], errand_plug, &plugs[i]);
	}
	for (i = 0; i < 4; i++)
		gate_wait(&plugs[i].entered, 1);
	world_do(&world, world_catcher(&world, (struct catcher){ 0 }), see_the_thread, &worker);
	for (i = 0; i < 4; i++)
		plug_release(&plugs[i]);
	world_do(&world, own[0], see_the_thread, &seen_thread);
	world_do(&world, own[0], see_the_thread, &thread);
	ck_assert(pthread_equal(seen_thread, thread));
	ck_assert(!pthread_equal(thread, worker));
	ck_assert(!pthread_equal(thread, pthread_self()));
}
END_TEST

START_TEST(an_actor_of_the_host_runs_on_the_thread_that_calls_run)
{
	odeon_ref host = world_placed(&world, (struct catcher){ .journal = &journal }, ODEON_HOST_THREAD, 0);
	pthread_t thread = { 0 };
	int i, handled = 0;

	world_tell(&world, host, see_the_thread, &thread);
	world_posts(&world, host, 1, 10);
	ck_assert(!gate_waits(&journal.noted, 1, ODEON_MS(30)));       /* no worker takes it */
	for (i = 0; i < 100 && handled < 11; i++) {
		int count = odeon_system_run(world.system, ODEON_AT_ONCE);

		ck_assert_int_ge(count, 0);
		handled += count;
	}
	ck_assert_int_eq(handled, 11);
	ck_assert(pthread_equal(thread, pthread_self()));
	ck_assert_uint_eq(journal_count(&journal), 10);
	ck_assert_int_eq(odeon_actor_stop(world.system, host), 0);
	odeon_system_run(world.system, odeon_clock_deadline(ODEON_MS(1)));
	world_await_end(&world, host);
}
END_TEST

KIT_MAIN("unit/threads",
	{ .name = "threads", .tests = KIT_TESTS(each_thread_is_announced_when_it_starts_and_when_it_ends,
	                                        threads_bear_the_systems_name_and_block_signals,
	                                        starting_a_system_leaves_the_callers_signals_alone) },
	{ .name = "place", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_pinned_actor_stays_on_its_worker, a_pinned_actor_waits_for_its_worker_and_is_not_stolen,
	                     a_pooled_actor_does_not_wait_for_a_blocked_worker, an_actor_with_a_thread_of_its_own_blocks_nobody,
	                     an_actor_of_the_host_runs_on_the_thread_that_calls_run) })
