/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stop.c - tests of odeon/system.h: how a system stops, and what it says of actors that do not end
 */
#include "../harness/kit.h"
#include <string.h>

static struct world world;
static struct journal journal;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

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
	ck_assert_ptr_nonnull(strstr(text, "stop.c"));
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
	ck_assert_int_lt(odeon_clock_now().ns, until.ns + ODEON_SECONDS(5));   /* a deadline is a deadline */
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
	ck_assert_int_eq(odeon_system_stop(world.system, odeon_clock_deadline(ODEON_SECONDS(4)), NULL), 0);
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

KIT_MAIN("unit/stop",
	{ .name = "stop", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(stop_handles_what_is_queued_first, after_stop_everything_answers_stopping,
	                     no_report_prints_and_frees, stop_ends_an_actor_that_always_has_more_to_do,
	                     a_handler_may_not_wait_for_its_own_system,
	                     an_actor_with_a_thread_of_its_own_may_not_end_its_system_either,
	                     a_handler_may_not_wait_for_another_system, no_system_is_a_bad_argument, free_stops_what_still_runs) },
	{ .name = "stuck", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(stop_names_the_actor_that_does_not_end_and_what_it_is_busy_with) })
