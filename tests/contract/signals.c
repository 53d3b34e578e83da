/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals.c - signals as messages: each watcher is told, none is lost uncounted, the default is back when the last has ended; and
 * a signal that comes while a watcher ends holds up nobody
 */
#include "../harness/kit.h"
#include <odeon/net.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct heard {
	atomic_uint watched, told, caught[ODEON_SIGNALS_MOST + 1];
	atomic_int error;
};

static struct world world;

static void setup(void)
{
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2, .poller = odeon_net_poller()));
}

static void teardown(void) { world_close(&world); }

/* ---- an owner ---------------------------------------------------------------------------------------------------------------- */

struct hears { struct heard *heard; };

ODEON_HANDLER(hears, odeon_watched)
{
	atomic_store(&hears->heard->error, odeon_watched->error);
	atomic_fetch_add(&hears->heard->watched, 1);
}

ODEON_HANDLER(hears, odeon_signal)
{
	must(odeon_signal->count > 0);
	atomic_fetch_add(&hears->heard->caught[odeon_signal->number], odeon_signal->count);
	atomic_fetch_add(&hears->heard->told, 1);
}

ODEON_HANDLER(hears, errand)
{
	errand->run(self, errand->argument);
	if (errand->done != NULL)
		gate_open(errand->done);
}

ODEON_HANDLERS(hears_handlers, ODEON_ON(hears, odeon_watched), ODEON_ON(hears, odeon_signal), ODEON_ON(hears, errand));
ODEON_KIND(hears, hears_handlers);

static odeon_ref owner_for(struct heard *heard)
{
	struct hears hears = { .heard = heard };

	memset(heard, 0, sizeof *heard);
	return world_spawn(&world, &hears_kind, &hears);
}

static odeon_ref watch(const int *numbers, struct heard *heard, odeon_ref owner)
{
	unsigned before = atomic_load(&heard->watched);
	odeon_ref watcher;

	ck_assert_int_eq(odeon_signals_watch(world.system, numbers, owner, &watcher), 0);
	eventually(atomic_load(&heard->watched) == before + 1);
	ck_assert_int_eq(atomic_load(&heard->error), 0);
	return watcher;
}

static bool is_default(int number)
{
	struct sigaction action;

	must(sigaction(number, NULL, &action) == 0);
	return action.sa_handler == SIG_DFL;
}

/* ---- told ------------------------------------------------------------------------------------------------------------------------ */

START_TEST(each_signal_comes_as_a_message)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGPIPE, 0 };
	static struct heard heard;

	(void)watch(numbers, &heard, owner_for(&heard));
	for (const int *number = numbers; *number != 0; number++)
		for (unsigned i = 1; i <= 3; i++) {
			must(kill(getpid(), *number) == 0);
			eventually(atomic_load(&heard.caught[*number]) == i);
		}
	ck_assert_uint_eq(atomic_load(&heard.told), 15);
}
END_TEST

START_TEST(each_watcher_is_told)
{
	enum { WATCHERS = 5 };
	struct heard heard[WATCHERS];
	odeon_ref watchers[WATCHERS];

	for (int i = 0; i < WATCHERS; i++)
		watchers[i] = watch((const int[]){ SIGUSR1, 0 }, &heard[i], owner_for(&heard[i]));
	for (int left = WATCHERS; left > 0; left--) {           /* and so are the rest, when one has ended */
		must(raise(SIGUSR1) == 0);
		for (int i = 0; i < left; i++)
			eventually(atomic_load(&heard[i].caught[SIGUSR1]) == (unsigned)(WATCHERS - left + 1));
		ck_assert(!is_default(SIGUSR1));
		must(odeon_actor_stop(world.system, watchers[left - 1]) == 0);
		world_await_end(&world, watchers[left - 1]);
	}
	eventually(is_default(SIGUSR1));
}
END_TEST

START_TEST(what_a_full_owner_cannot_take_is_counted)
{
	struct heard heard = { 0 };
	struct hears hears = { .heard = &heard };
	odeon_kind kind = hears_kind;
	struct plug plug = PLUG;
	odeon_ref owner;

	kind.mailbox = (odeon_mailbox){ .messages = 2 };
	owner = world_spawn(&world, world_kind(&world, kind), &hears);
	(void)watch((const int[]){ SIGUSR1, SIGUSR2, 0 }, &heard, owner);
	world_tell(&world, owner, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	for (unsigned i = 0; i < 100; i++) {
		must(raise(SIGUSR1) == 0 && raise(SIGUSR2) == 0);
		kit_pause();
	}
	plug_release(&plug);
	eventually(atomic_load(&heard.caught[SIGUSR1]) == 100 && atomic_load(&heard.caught[SIGUSR2]) == 100);
	ck_assert_uint_lt(atomic_load(&heard.told), 20);
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

/* ---- ends -------------------------------------------------------------------------------------------------------------------------- */

static void leave(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_exit(self);
}

START_TEST(a_watcher_ends_with_its_owner_and_keeps_no_system_alive)
{
	static struct heard heard;
	odeon_ref owner = owner_for(&heard), watcher = watch((const int[]){ SIGUSR2, 0 }, &heard, owner);

	ck_assert(!is_default(SIGUSR2));
	world_do(&world, owner, leave, NULL);
	world_await_end(&world, watcher);
	eventually(is_default(SIGUSR2));
	owner = owner_for(&heard);
	watcher = watch((const int[]){ SIGUSR2, 0 }, &heard, owner);
	must(odeon_actor_kill(world.system, watcher) == 0);
	eventually(is_default(SIGUSR2));
	world_do(&world, owner, leave, NULL);
	(void)watch((const int[]){ SIGUSR2, 0 }, &heard, owner_for(&heard));
	teardown();
	ck_assert(is_default(SIGUSR2));
	setup();
}
END_TEST

static int64_t cpu_time(void)
{
	struct rusage usage;

	must(getrusage(RUSAGE_SELF, &usage) == 0);
	return ODEON_SECONDS(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + ODEON_US(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static atomic_bool raises;
static void *raise_on(void *argument)
{
	while (atomic_load(&raises)) {
		must(kill(getpid(), SIGWINCH) == 0);            /* whose default is nothing at all */
		nanosleep(&(struct timespec){ .tv_nsec = 1000 }, NULL);
	}
	return argument;
}

/* A handle that closes while its signal is on its way must neither spin nor stay. */
START_TEST(signals_that_come_while_watchers_end_hold_up_nobody)
{
	static struct heard heard[2];
	odeon_ref owners[2] = { owner_for(&heard[0]), owner_for(&heard[1]) };
	pthread_t thread;
	int64_t before;

	atomic_store(&raises, true);
	must(pthread_create(&thread, NULL, raise_on, NULL) == 0);
	for (int i = 0; i < KIT_SLOWER(1000); i++) {
		odeon_ref first = watch((const int[]){ SIGWINCH, SIGUSR1, 0 }, &heard[0], owners[0]);
		odeon_ref second = watch((const int[]){ SIGWINCH, 0 }, &heard[1], owners[1]);

		must(odeon_actor_stop(world.system, first) == 0 && odeon_actor_kill(world.system, second) == 0);
		world_await_end(&world, first);
		world_await_end(&world, second);
	}
	atomic_store(&raises, false);
	pthread_join(thread, NULL);
	ck_assert_uint_gt(atomic_load(&heard[0].caught[SIGWINCH]), 0);
	eventually(is_default(SIGWINCH));
	before = cpu_time();
	nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
	ck_assert_int_lt(cpu_time() - before, ODEON_MS(100));
}
END_TEST

START_TEST(what_cannot_be_watched_is_refused)
{
	static struct heard heard;
	odeon_ref owner = owner_for(&heard);
	odeon_options options = ODEON_OPTIONS(.workers = 1);
	int many[ODEON_SIGNALS_MOST + 2];
	odeon_system *other;

	for (int number = 0; number < ODEON_SIGNALS_MOST + 1; number++)
		many[number] = SIGUSR1;
	many[ODEON_SIGNALS_MOST + 1] = 0;
	ck_assert_int_eq(odeon_signals_watch(world.system, many, owner, NULL), ODEON_EINVAL);
	for (const int *number = (const int[]){ SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, -1, 1000, 0 }; *number != 0; number++)
		ck_assert_int_eq(odeon_signals_watch(world.system, (const int[]){ SIGUSR1, *number, 0 }, owner, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_signals_watch(world.system, (const int[]){ 0 }, owner, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_signals_watch(world.system, NULL, owner, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_signals_watch(NULL, (const int[]){ SIGUSR1, 0 }, owner, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_signals_watch(world.system, (const int[]){ SIGUSR1, 0 }, ODEON_NOBODY, NULL), ODEON_EINVAL);
	must(odeon_system_start(&options, &other) == 0);
	ck_assert_int_eq(odeon_signals_watch(other, (const int[]){ SIGUSR1, 0 }, owner, NULL), ODEON_EINVAL);
	must(odeon_system_free(other) == 0);
	ck_assert(is_default(SIGUSR1));
}
END_TEST

KIT_MAIN("contract/signals",
	{ .name = "told", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(each_signal_comes_as_a_message, each_watcher_is_told, what_a_full_owner_cannot_take_is_counted) },
	{ .name = "ends", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_watcher_ends_with_its_owner_and_keeps_no_system_alive,
	                     signals_that_come_while_watchers_end_hold_up_nobody, what_cannot_be_watched_is_refused) })
