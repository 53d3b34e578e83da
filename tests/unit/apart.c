/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apart.c - tests of runtime/apart.h: who finds others at it stays away for longer where they get much done, and hardly ever where not
 */
#include "../harness/kit.h"
#include "apart.h"

static struct apart one;

/* So many times the latch was held by others, who took one message in so many pauses. How often it was waited for with pauses. */
static unsigned stayed(unsigned times, unsigned pauses_each, bool is_all)
{
	unsigned count = 0;

	for (unsigned i = 0; i < times; i++) {
		unsigned pauses = apart_pauses(&one);

		count += pauses != 0;
		apart_judge(&one, pauses, pauses / pauses_each, is_all);
	}
	return count;
}

START_TEST(where_others_take_many_it_stays_away_every_time_and_longer)
{
	ck_assert_uint_eq(stayed(1, 1, false), 0);
	ck_assert_uint_eq(apart_pauses(&one), APART_LEAST);
	ck_assert_uint_eq(stayed(1000, APART_WORTH / 2, false), 1000);
	ck_assert_uint_eq(apart_pauses(&one), APART_MOST);
}
END_TEST

START_TEST(where_they_take_few_it_hardly_ever_does)
{
	unsigned times = 100 * APART_RARELY;

	ck_assert_uint_le(stayed(times, 2 * APART_WORTH, false), times / APART_RARELY + 1);
	ck_assert_uint_ge(stayed(times, 2 * APART_WORTH, false), times / APART_RARELY - 2);
}
END_TEST

START_TEST(what_does_not_pay_any_more_ends_soon)
{
	(void)stayed(100, APART_WORTH / 2, false);
	ck_assert_uint_le(stayed(APART_RARELY, 2 * APART_WORTH, false), 10);
	ck_assert_uint_eq(apart_pauses(&one), 0);
}
END_TEST

START_TEST(where_they_took_all_there_was_it_stays_away_but_not_for_long)
{
	(void)stayed(100, APART_WORTH / 2, false);
	ck_assert_uint_eq(apart_pauses(&one), APART_MOST);
	ck_assert_uint_eq(stayed(1000, UINT32_MAX, true), 1000);
	ck_assert_uint_eq(apart_pauses(&one), APART_LEAST);
}
END_TEST

/* As others may judge between a look at the pauses and the judgement. */
START_TEST(who_waited_for_as_long_as_was_said_before_is_judged_by_that)
{
	apart_judge(&one, APART_MOST, APART_MOST / APART_WORTH + 1, false);
	ck_assert_uint_eq(apart_pauses(&one), APART_LEAST);
	apart_judge(&one, 0, 0, false);
	ck_assert_uint_eq(apart_pauses(&one), APART_LEAST);
}
END_TEST

static void begin(void)
{
	one = (struct apart){ 0 };
}

KIT_MAIN("unit/apart",
	{ .name = "learning", .setup = begin, .tests = KIT_TESTS(where_others_take_many_it_stays_away_every_time_and_longer,
	                                                         where_they_take_few_it_hardly_ever_does,
	                                                         what_does_not_pay_any_more_ends_soon,
	                                                         where_they_took_all_there_was_it_stays_away_but_not_for_long,
	                                                         who_waited_for_as_long_as_was_said_before_is_judged_by_that) })
