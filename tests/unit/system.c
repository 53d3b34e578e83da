/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system.c - tests of odeon/system.h: start and stop, threads and places, the host's own loop, several systems
 */
#include "../harness/kit.h"
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
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

/* ---- stopping ------------------------------------------------------------------------------------------------------------- */

START_TEST(stop_handles_what_is_queued_first)
{
	struct plug plug = PLUG;
	struct ending ending = ENDING;
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal, .ending = &ending });

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 0, 100);
	plug_release(&plug);
	ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);
	ck_assert_uint_eq(journal_count(&journal), 100);
	ck_assert_int_eq(ending.code, 0);
	ck_assert_uint_eq(gate_count(&ending.ended), 1);
}
END_TEST

START_TEST(after_stop_everything_answers_stopping)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 }), child = { 99 };

	ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);
	ck_assert_int_eq(odeon_system_spawn(world.system, catcher, NULL, &child), ODEON_ESTOPPING);
	ck_assert(odeon_ref_is_nobody(child));
	ck_assert_int_eq(odeon_post(world.system, actor, parcel_new(1)), ODEON_ESTOPPING);
	ck_assert_int_eq(odeon_system_run(world.system, ODEON_AT_ONCE), ODEON_ESTOPPING);
	ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);    /* stopping twice is fine */
}
END_TEST

static odeon_report *stop_report;

static void expect_stuck(const char *type, unsigned line)
{
	char text[600], shorter[20];
	int length;

	ck_assert_ptr_nonnull(stop_report);
	ck_assert_uint_eq(stop_report->count, 1);
	ck_assert_str_eq(stop_report->stuck[0].kind, "catcher");
	ck_assert_ptr_nonnull(stop_report->stuck[0].type);
	ck_assert_str_eq(stop_report->stuck[0].type->name, type);
	ck_assert_ptr_nonnull(stop_report->stuck[0].site);
	ck_assert_uint_eq(stop_report->stuck[0].site->line, line);
	ck_assert_uint_ge(stop_report->stuck[0].queued, 3);    /* about: what is in hand may be counted in */
	ck_assert_uint_le(stop_report->stuck[0].queued, 4);
	length = odeon_report_print(stop_report, text, sizeof(text));
	ck_assert_int_gt(length, 0);
	ck_assert_uint_eq(strlen(text), (size_t)length);
	ck_assert_ptr_nonnull(strstr(text, "catcher"));
	ck_assert_ptr_nonnull(strstr(text, type));
	ck_assert_ptr_nonnull(strstr(text, "system.c"));
	ck_assert_int_eq(odeon_report_print(stop_report, NULL, 0), length);
	ck_assert_int_eq(odeon_report_print(stop_report, shorter, sizeof(shorter)), length);
	ck_assert_uint_eq(strlen(shorter), sizeof(shorter) - 1);
}

START_TEST(stop_names_the_actor_that_does_not_end_and_what_it_is_busy_with)
{
	enum odeon_place place = _i ? ODEON_OWN_THREAD : ODEON_POOLED;
	struct plug plug = PLUG;
	odeon_ref stuck = world_placed(&world, (struct catcher){ .journal = &journal }, place, 0);
	odeon_time until;
	unsigned line = __LINE__ + 1;
	int error = odeon_post(world.system, stuck, odeon_new(errand, .run = errand_plug, .argument = &plug));

	ck_assert_int_eq(error, 0);
	gate_wait(&plug.entered, 1);
	world_posts(&world, stuck, 0, 3);
	until = odeon_clock_deadline(ODEON_MS(150));
	ck_assert_int_eq(odeon_system_stop(world.system, until, &stop_report), ODEON_EBUSY);
	ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	ck_assert_int_lt(odeon_clock_now().ns, until.ns + ODEON_SECONDS(3));   /* a deadline is a deadline */
	expect_stuck("errand", line);
	ck_assert(odeon_ref_equal(stop_report->stuck[0].who, stuck));
	odeon_report_free(stop_report);
	ck_assert_int_eq(odeon_system_stop(world.system, odeon_clock_deadline(ODEON_MS(20)), NULL), ODEON_EBUSY);
	plug_release(&plug);
	stop_report = (odeon_report *)&plug;
	ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), &stop_report), 0);
	ck_assert_ptr_null(stop_report);
	ck_assert_uint_eq(journal_count(&journal), 0);         /* it was killed when half of the time was over */
}
END_TEST

START_TEST(no_report_prints_and_frees)
{
	char text[10] = "x";

	odeon_report_free(NULL);
	ck_assert_int_ge(odeon_report_print(NULL, text, sizeof(text)), 0);
}
END_TEST

static void send_to_itself_for_ever(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	odeon_send(self, odeon_self_ref(self), parcel);
}

START_TEST(stop_ends_an_actor_that_always_has_more_to_do)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = send_to_itself_for_ever });

	world_posts(&world, actor, 0, 3);
	ck_assert_int_eq(odeon_system_stop(world.system, odeon_clock_deadline(ODEON_SECONDS(2)), NULL), 0);
}
END_TEST

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

START_TEST(a_handler_may_not_wait_for_its_own_system)
{
	world_errand(&world, end_the_system, world.system);
	ck_assert_int_eq(from_handler[0], ODEON_EINVAL);
	ck_assert_int_eq(from_handler[1], ODEON_EINVAL);
	ck_assert_int_eq(from_handler[2], ODEON_EWOULDBLOCK);
	ck_assert_int_eq(from_handler[3], ODEON_EWOULDBLOCK);
}
END_TEST

START_TEST(an_actor_with_a_thread_of_its_own_may_not_end_its_system_either)
{
	odeon_ref own = world_placed(&world, (struct catcher){ 0 }, ODEON_OWN_THREAD, 0);

	world_do(&world, own, end_the_system, world.system);
	ck_assert_int_eq(from_handler[0], ODEON_EINVAL);
	ck_assert_int_eq(from_handler[1], ODEON_EINVAL);
	ck_assert_int_eq(from_handler[2], ODEON_EWOULDBLOCK);
}
END_TEST

START_TEST(a_handler_may_not_wait_for_another_system)
{
	struct world second;

	world_open(&second, (odeon_options)ODEON_OPTIONS(.workers = 1));
	world_errand(&world, end_the_system, second.system);
	ck_assert_int_eq(from_handler[0], ODEON_EWOULDBLOCK);
	ck_assert_int_eq(from_handler[1], ODEON_EWOULDBLOCK);
	ck_assert_int_eq(from_handler[2], ODEON_EWOULDBLOCK);
	ck_assert_int_eq(from_handler[3], ODEON_EWOULDBLOCK);
	world_close(&second);
}
END_TEST

START_TEST(no_system_is_a_bad_argument)
{
	ck_assert_int_eq(odeon_system_stop(NULL, ODEON_AT_ONCE, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_system_wait(NULL, ODEON_AT_ONCE), ODEON_EINVAL);
	ck_assert_int_eq(odeon_system_run(NULL, ODEON_AT_ONCE), ODEON_EINVAL);
	ck_assert_int_eq(odeon_system_fd(NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_system_free(NULL), 0);
}
END_TEST

START_TEST(free_stops_what_still_runs)
{
	struct ending ending = ENDING;
	odeon_system *system = NULL;
	odeon_options options = ODEON_OPTIONS(.workers = 2);
	int i;

	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	for (i = 0; i < 50; i++)
		ck_assert_int_eq(odeon_system_spawn(system, catcher, &(struct catcher){ .ending = &ending }, NULL), 0);
	ck_assert_int_eq(odeon_system_free(system), 0);
	ck_assert_uint_eq(gate_count(&ending.ended), 50);
}
END_TEST

/* ---- the host's own loop ------------------------------------------------------------------------------------------------ */

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
	odeon_time until = odeon_clock_deadline(ODEON_MS(60));
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, post_soon, &actor), 0);
	ck_assert_int_eq(odeon_system_run(world.system, until), 1);
	ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	pthread_join(thread, NULL);
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
	{ .name = "threads", .tests = KIT_TESTS(each_thread_is_announced_when_it_starts_and_when_it_ends,
	                                        threads_bear_the_systems_name_and_block_signals,
	                                        starting_a_system_leaves_the_callers_signals_alone) },
	{ .name = "place", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_pinned_actor_stays_on_its_worker, a_pinned_actor_waits_for_its_worker_and_is_not_stolen,
	                     a_pooled_actor_does_not_wait_for_a_blocked_worker, an_actor_with_a_thread_of_its_own_blocks_nobody,
	                     an_actor_of_the_host_runs_on_the_thread_that_calls_run) },
	{ .name = "wait", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(wait_ends_when_no_actor_is_left, wait_answers_at_once_where_there_is_no_actor,
	                     wait_does_not_end_before_its_deadline, quit_in_a_handler_ends_the_wait_and_stops_nothing,
	                     quit_before_the_wait_is_not_forgotten, quit_in_a_signal_handler_ends_the_wait) },
	{ .name = "stop", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(stop_handles_what_is_queued_first, after_stop_everything_answers_stopping,
	                     no_report_prints_and_frees, stop_ends_an_actor_that_always_has_more_to_do,
	                     a_handler_may_not_wait_for_its_own_system,
	                     an_actor_with_a_thread_of_its_own_may_not_end_its_system_either,
	                     a_handler_may_not_wait_for_another_system, no_system_is_a_bad_argument, free_stops_what_still_runs) },
	{ .name = "stuck", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(stop_names_the_actor_that_does_not_end_and_what_it_is_busy_with) },
	{ .name = "host", .setup = setup_host, .teardown = teardown,
	  .tests = KIT_TESTS(nothing_runs_unless_the_host_runs_it, the_descriptor_is_readable_when_there_is_work_and_only_then,
	                     run_waits_for_work_until_its_deadline, quit_ends_run, two_threads_may_not_run_it_at_once,
	                     there_is_nothing_to_wait_for_without_workers, a_handler_of_the_hosts_loop_may_not_wait_either,
	                     stop_runs_a_system_without_workers) },
	{ .name = "several", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(two_systems_share_nothing, a_handler_may_post_to_another_system, many_systems_at_once) })
