/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * time.c - tests of odeon/time.h, and of the clocks of systems and handlers: monotone, and no sum overflows
 */
#include "../harness/kit.h"

static struct world world;

static void setup(void) { world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1)); }
static void teardown(void) { world_close(&world); }

START_TEST(the_clock_is_never_zero_and_never_goes_back)
{
	odeon_time before = odeon_clock_now(), now;
	int i;

	ck_assert_int_ge(before.ns, 1);
	for (i = 0; i < 10000; i++) {
		now = odeon_clock_now();
		must(now.ns >= before.ns);
		before = now;
	}
}
END_TEST

START_TEST(units_are_nanoseconds)
{
	ck_assert_int_eq(ODEON_US(3), 3000);
	ck_assert_int_eq(ODEON_MS(3), 3000000);
	ck_assert_int_eq(ODEON_SECONDS(3), 3000000000);
	ck_assert_int_eq(ODEON_SECONDS(100000), 100000LL * 1000000000LL);      /* more than 32 bits before multiplying */
}
END_TEST

START_TEST(a_deadline_lies_ahead_by_what_was_asked)
{
	odeon_time before = odeon_clock_now();
	odeon_time deadline = odeon_clock_deadline(ODEON_SECONDS(5));
	odeon_time after = odeon_clock_now();

	ck_assert_int_ge(deadline.ns, before.ns + ODEON_SECONDS(5));
	ck_assert_int_le(deadline.ns, after.ns + ODEON_SECONDS(5));
}
END_TEST

START_TEST(a_deadline_in_the_past_is_now)
{
	static const odeon_duration past[] = { 0, -1, -ODEON_SECONDS(1), INT64_MIN + 1, INT64_MIN };
	size_t i;

	for (i = 0; i < sizeof(past) / sizeof(past[0]); i++) {
		odeon_time before = odeon_clock_now(), deadline = odeon_clock_deadline(past[i]), after = odeon_clock_now();

		ck_assert_int_ge(deadline.ns, before.ns);
		ck_assert_int_le(deadline.ns, after.ns);
	}
}
END_TEST

START_TEST(a_deadline_that_would_overflow_is_never)
{
	ck_assert_int_eq(odeon_clock_deadline(INT64_MAX).ns, ODEON_NEVER.ns);
	ck_assert_int_eq(odeon_clock_deadline(INT64_MAX - 1).ns, ODEON_NEVER.ns);
	ck_assert_int_eq(odeon_system_deadline(world.system, INT64_MAX).ns, ODEON_NEVER.ns);
}
END_TEST

START_TEST(a_system_has_the_machines_clock)
{
	odeon_time before = odeon_clock_now(), now = odeon_system_now(world.system), after = odeon_clock_now();

	ck_assert_int_ge(now.ns, before.ns);
	ck_assert_int_le(now.ns, after.ns);
	ck_assert_int_ge(odeon_system_deadline(world.system, ODEON_MS(7)).ns, after.ns + ODEON_MS(7));
	ck_assert_int_ge(odeon_system_deadline(world.system, -5).ns, after.ns);
	ck_assert_int_le(odeon_system_deadline(world.system, INT64_MIN).ns, odeon_clock_now().ns);
}
END_TEST

static void ask_the_clock(odeon_self *self, void *argument)
{
	odeon_time before = odeon_clock_now(), now = odeon_now(self);

	(void)argument;
	must(now.ns >= 1);
	must(now.ns <= odeon_clock_now().ns);
	must(now.ns >= before.ns - ODEON_SECONDS(1));  /* a turn may keep one moment for all of it, but not an old one */
	must(odeon_deadline(self, ODEON_SECONDS(2)).ns >= now.ns + ODEON_SECONDS(2));
	must(odeon_deadline(self, -1).ns >= now.ns);
	must(odeon_deadline(self, INT64_MIN).ns <= odeon_clock_now().ns);
	must(odeon_deadline(self, INT64_MAX).ns == ODEON_NEVER.ns);
}

START_TEST(a_handler_has_the_same_clock)
{
	world_errand(&world, ask_the_clock, NULL);
}
END_TEST

KIT_MAIN("unit/time",
	{ .name = "clock", .tests = KIT_TESTS(the_clock_is_never_zero_and_never_goes_back, units_are_nanoseconds,
	                                      a_deadline_lies_ahead_by_what_was_asked, a_deadline_in_the_past_is_now) },
	{ .name = "system", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_deadline_that_would_overflow_is_never, a_system_has_the_machines_clock,
	                     a_handler_has_the_same_clock) })
