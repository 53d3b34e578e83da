/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outside.c - what went wrong between other runtimes and the rest of the process, as tests of this one
 *
 * Each test is named after what must hold; its comment tells the trap. What becomes of a forked child is in
 * tests/unit/fork.c, what becomes of everything when the system refuses is in tests/fault.
 */
#include "../harness/kit.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct world world;
static struct journal journal;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

/* ---- signals ------------------------------------------------------------------------------------------------------------- */

static atomic_int signals;
static atomic_bool enough;

static void count_signal(int number)
{
	(void)number;
	atomic_fetch_add(&signals, 1);
}

static void *bombard(void *argument)
{
	pthread_t *whom = argument;

	while (!atomic_load(&enough)) {
		pthread_kill(*whom, SIGUSR1);
		kit_pause();
	}
	return NULL;
}

static pthread_t bomber, bombed;
static struct sigaction action_before;

static void begin_bombardment(void)
{
	struct sigaction action = { .sa_handler = count_signal };      /* no SA_RESTART: every wait is interrupted */

	atomic_store(&signals, 0);
	atomic_store(&enough, false);
	bombed = pthread_self();
	ck_assert_int_eq(sigaction(SIGUSR1, &action, &action_before), 0);
	ck_assert_int_eq(pthread_create(&bomber, NULL, bombard, &bombed), 0);
}

static void end_bombardment(void)
{
	eventually(atomic_load(&signals) > 10);
	atomic_store(&enough, true);
	pthread_join(bomber, NULL);
	sigaction(SIGUSR1, &action_before, NULL);
}

static void expect_timed_out(odeon_time until)
{
	ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	ck_assert_int_lt(odeon_clock_now().ns, until.ns + ODEON_SECONDS(2));
}

/* Trap: a signal ends a wait early, or the wait begins anew with its whole time. */
START_TEST(signals_neither_shorten_nor_lengthen_a_wait)
{
	odeon_ref actor = world_bounded(&world, (struct catcher){ 0 }, (odeon_mailbox){ .messages = 1 });
	struct plug plug = PLUG;
	odeon_time until;
	struct parcel *back;
	int why = 0;

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	begin_bombardment();
	until = odeon_clock_deadline(ODEON_MS(60));
	ck_assert_int_eq(odeon_system_wait(world.system, until), ODEON_ETIMEDOUT);
	expect_timed_out(until);
	until = odeon_clock_deadline(ODEON_MS(60));
	ck_assert_ptr_null(odeon_ask(parcel, world.system, actor, parcel_new(1), until, &why));
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	expect_timed_out(until);
	until = odeon_clock_deadline(ODEON_MS(60));
	back = odeon_try_post(world.system, actor, parcel_new(2), until, &why);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	odeon_free(back);
	expect_timed_out(until);
	until = odeon_clock_deadline(ODEON_MS(60));
	ck_assert_int_eq(odeon_system_stop(world.system, until, NULL), ODEON_EBUSY);
	expect_timed_out(until);
	end_bombardment();
	plug_release(&plug);
}
END_TEST

START_TEST(signals_do_not_disturb_the_hosts_loop)
{
	odeon_time until;

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE));
	begin_bombardment();
	until = odeon_clock_deadline(ODEON_MS(60));
	ck_assert_int_eq(odeon_system_run(world.system, until), 0);
	expect_timed_out(until);
	end_bombardment();
	world_close(&world);
}
END_TEST

/* Trap: a signal meant for the program is delivered to a worker, in the middle of a handler. */
START_TEST(a_signal_to_the_process_is_not_delivered_to_a_worker)
{
	struct sigaction action = { .sa_handler = count_signal };
	sigset_t only, before;
	struct timespec none = { 0, 0 };

	atomic_store(&signals, 0);
	ck_assert_int_eq(sigaction(SIGUSR2, &action, &action_before), 0);
	sigemptyset(&only);
	sigaddset(&only, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &only, &before);            /* now nobody takes it */
	kill(getpid(), SIGUSR2);
	kit_pause();
	ck_assert_int_eq(atomic_load(&signals), 0);
	ck_assert_int_eq(sigtimedwait(&only, NULL, &none), SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGUSR2, &action_before, NULL);
}
END_TEST

/* ---- shutdown --------------------------------------------------------------------------------------------------------------- */

/* Trap: shutdown waits for actors that block, without a limit and without a word. */
START_TEST(stop_with_a_blocked_actor_returns_in_time_and_names_it)
{
	static const enum odeon_place places[] = { ODEON_POOLED, ODEON_PINNED, ODEON_OWN_THREAD };
	struct plug plug = PLUG;
	odeon_ref blocked = world_placed(&world, (struct catcher){ 0 }, places[_i], 1);
	odeon_ref innocent = world_catcher(&world, (struct catcher){ .journal = &journal });
	odeon_report *report;
	char text[400];

	world_tell(&world, blocked, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, innocent, 0, 10);
	journal_wait(&journal, 10);                            /* the others have their turn */
	report = world_stop_in_vain(&world, 1);
	ck_assert(odeon_ref_equal(report->stuck[0].who, blocked));
	odeon_report_print(report, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "errand"));
	odeon_report_free(report);
	plug_release(&plug);
}
END_TEST

/* Trap: a log that is asked for during shutdown waits for a reader that has gone. */
static atomic_int logged;
static void slow_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	must(text != NULL);
	atomic_fetch_add(&logged, 1);
}

START_TEST(dead_letters_during_shutdown_do_not_block_it)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2, .on_log = slow_log);
	odeon_system *system = NULL;
	odeon_ref actor = ODEON_NOBODY;
	struct plug plug = PLUG;
	int i;

	atomic_store(&logged, 0);
	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	ck_assert_int_eq(odeon_system_spawn(system, catcher, NULL, &actor), 0);
	ck_assert_int_eq(odeon_post(system, actor, odeon_new(errand, .run = errand_plug, .argument = &plug)), 0);
	gate_wait(&plug.entered, 1);
	for (i = 0; i < 10000; i++)
		must(odeon_post(system, actor, parcel_new(i)) == 0);
	ck_assert_int_eq(odeon_actor_kill(system, actor), 0);
	plug_release(&plug);
	ck_assert_int_eq(odeon_system_stop(system, kit_deadline(), NULL), 0);
	ck_assert_int_eq(odeon_system_free(system), 0);
	ck_assert_int_ge(atomic_load(&logged), 1);             /* some are logged */
	ck_assert_int_lt(atomic_load(&logged), 2000);          /* and not all: the rate is limited */
	ck_assert_uint_eq(parcels_made(), parcels_dropped());
}
END_TEST

/* Trap: a host that never runs its loop again is waited for. */
START_TEST(stop_does_not_wait_for_a_host_that_runs_no_more)
{
	odeon_ref host = world_placed(&world, (struct catcher){ .journal = &journal }, ODEON_HOST_THREAD, 0);
	odeon_time until = odeon_clock_deadline(ODEON_MS(300));
	int error;

	world_posts(&world, host, 1, 3);
	error = odeon_system_stop(world.system, until, NULL);  /* the caller may do the host's work itself, or say busy */
	ck_assert(error == 0 || error == ODEON_EBUSY);
	ck_assert_int_lt(odeon_clock_now().ns, until.ns + ODEON_SECONDS(2));
	odeon_system_run(world.system, ODEON_AT_ONCE);
}
END_TEST

KIT_MAIN("scenarios/outside",
	{ .name = "signals", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(signals_neither_shorten_nor_lengthen_a_wait, a_signal_to_the_process_is_not_delivered_to_a_worker) },
	{ .name = "loop", .tests = KIT_TESTS(signals_do_not_disturb_the_hosts_loop) },
	{ .name = "blocked", .setup = setup, .teardown = teardown, .loop = 3,
	  .tests = KIT_TESTS(stop_with_a_blocked_actor_returns_in_time_and_names_it) },
	{ .name = "shutdown", .tests = KIT_TESTS(dead_letters_during_shutdown_do_not_block_it) },
	{ .name = "host", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(stop_does_not_wait_for_a_host_that_runs_no_more) })
