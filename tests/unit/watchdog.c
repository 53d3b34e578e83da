/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchdog.c - tests of options.watchdog: who runs too long is named, once, and nobody else
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ALLOWED ODEON_MS(40)

static struct world world;

static struct { atomic_uint count; odeon_ref who; const odeon_type *type; const odeon_site *site; odeon_duration long_ns; uint64_t queued; } told;

static void on_long(void *host, const odeon_stuck *who, odeon_duration for_so_long)
{
	(void)host;
	told.who = who->who;
	told.type = who->type;
	told.site = who->site;
	told.queued = who->queued;
	told.long_ns = for_so_long;
	atomic_fetch_add(&told.count, 1);
}

static void setup(void)
{
	atomic_store(&told.count, 0);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2, .watchdog = ALLOWED, .on_long = on_long));
}

static void teardown(void) { world_close(&world); }

START_TEST(a_handler_that_runs_long_is_named_once)
{
	struct plug plug = PLUG;
	odeon_ref actor = world_plug(&world, &plug);

	world_posts(&world, actor, 0, 3);
	eventually(atomic_load(&told.count) == 1);
	ck_assert_int_eq(odeon_ref_equal(told.who, actor), 1);
	ck_assert_ptr_nonnull(told.type);
	ck_assert_ptr_nonnull(told.site);
	ck_assert_ptr_nonnull(strstr(told.site->file, "kit.c"));
	ck_assert_int_ge(told.long_ns, ALLOWED);
	ck_assert_uint_ge(told.queued, 3);
	usleep(4 * ALLOWED / 1000);
	ck_assert_uint_eq(atomic_load(&told.count), 1);
	plug_release(&plug);
}
END_TEST

START_TEST(all_workers_stuck_are_all_named)
{
	struct plug plugs[2] = { PLUG, PLUG };

	world_plug(&world, &plugs[0]);
	world_plug(&world, &plugs[1]);
	eventually(atomic_load(&told.count) == 2);
	plug_release(&plugs[0]);
	plug_release(&plugs[1]);
}
END_TEST

START_TEST(the_second_long_message_of_an_actor_is_told_of_too)
{
	for (unsigned i = 1; i <= 2; i++) {
		struct plug plug = PLUG;

		world_plug(&world, &plug);
		eventually(atomic_load(&told.count) == i);
		plug_release(&plug);
	}
}
END_TEST

static void pause_shortly(odeon_self *self, void *allowed)
{
	(void)self;
	usleep((useconds_t)(*(odeon_duration *)allowed / 1000 / 8));
}

/* How often somebody is told of, when each is short and together they take much longer than is allowed. */
static unsigned told_of_short_ones(odeon_duration allowed)
{
	odeon_ref actor;

	atomic_store(&told.count, 0);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2, .watchdog = allowed, .on_long = on_long));
	actor = world_catcher(&world, (struct catcher){ 0 });
	for (int i = 0; i < 40; i++)
		world_tell(&world, actor, pause_shortly, &allowed);
	world_do(&world, actor, pause_shortly, &allowed);
	world_close(&world);
	return atomic_load(&told.count);
}

/* On a crowded machine a short one may last long; not however much is allowed. */
START_TEST(many_short_ones_are_not_a_long_one)
{
	odeon_duration allowed = ALLOWED;

	while (told_of_short_ones(allowed) > 0) {
		ck_assert_int_lt(allowed, ODEON_SECONDS(1));
		allowed *= 2;
	}
}
END_TEST

static void wait_long(odeon_self *self, void *argument)
{
	(void)self, (void)argument;
	usleep(3 * ALLOWED / 1000);
}

START_TEST(an_actor_with_its_own_thread_may_wait)
{
	odeon_ref actor = world_placed(&world, (struct catcher){ 0 }, ODEON_OWN_THREAD, 0);

	world_do(&world, actor, wait_long, NULL);
	ck_assert_uint_eq(atomic_load(&told.count), 0);
}
END_TEST

START_TEST(an_idle_system_is_not_told_of)
{
	usleep(3 * ALLOWED / 1000);
	ck_assert_uint_eq(atomic_load(&told.count), 0);
}
END_TEST

START_TEST(a_watchdog_that_says_nonsense_is_refused)
{
	const odeon_options options = ODEON_OPTIONS(.workers = 1, .watchdog = -1);
	odeon_system *system;

	ck_assert_int_eq(odeon_system_start(&options, &system), ODEON_EINVAL);
}
END_TEST

static struct { char text[256]; atomic_bool is_said; } logged;

static void on_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host, (void)level;
	if (strstr(text, "has been busy for") != NULL && !atomic_load(&logged.is_said)) {
		snprintf(logged.text, sizeof logged.text, "%s", text);
		atomic_store(&logged.is_said, true);
	}
}

struct nap { int number; };
ODEON_MESSAGE(nap);
struct sleeper { int naps; };
ODEON_HANDLER(sleeper, nap) { eventually(atomic_load(&logged.is_said)); }
ODEON_HANDLERS(sleeper_handlers, ODEON_ON(sleeper, nap));
ODEON_KIND(sleeper, sleeper_handlers);

START_TEST(without_a_hook_it_is_logged_with_actor_type_and_place)
{
	const odeon_options options = ODEON_OPTIONS(.workers = 1, .watchdog = ALLOWED, .on_log = on_log);
	odeon_system *system;
	odeon_ref sleeper;

	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	ck_assert_int_eq(odeon_system_spawn(system, &sleeper_kind, NULL, &sleeper), 0);
	ck_assert_int_eq(odeon_post(system, sleeper, odeon_new(nap, 1)), 0);
	eventually(atomic_load(&logged.is_said));
	ck_assert_msg(strstr(logged.text, "(sleeper)") && strstr(logged.text, "struct nap sent at") && strstr(logged.text, "watchdog.c:"),
	              "%s", logged.text);
	ck_assert_int_eq(odeon_system_free(system), 0);
}
END_TEST

KIT_MAIN("unit/watchdog",
	{ .name = "long", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_handler_that_runs_long_is_named_once, all_workers_stuck_are_all_named,
	                     the_second_long_message_of_an_actor_is_told_of_too) },
	{ .name = "short", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(an_actor_with_its_own_thread_may_wait, an_idle_system_is_not_told_of) },
	{ .name = "alone",
	  .tests = KIT_TESTS(many_short_ones_are_not_a_long_one, a_watchdog_that_says_nonsense_is_refused, without_a_hook_it_is_logged_with_actor_type_and_place) })
