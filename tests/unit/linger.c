/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linger.c - tests of runtime/linger.h: who gets much done goes on, who does not tries ever less often
 */
#include "../harness/kit.h"
#include "linger.h"

static struct linger one;
static uint64_t done;                           /* by this half */

/* So many times nothing was to be had, and after each so many things were: how often it lingered. */
static unsigned lingered(unsigned times, unsigned things)
{
	unsigned count = 0;

	for (unsigned i = 0; i < times; i++) {
		count += linger(&one, done);
		done += things;
	}
	return count;
}

START_TEST(where_much_is_done_it_lingers_every_time_and_longer)
{
	ck_assert_uint_eq(lingered(100, LINGER_WORTH << LINGER_STEPS), 100);
	ck_assert_uint_eq(one.steps, LINGER_STEPS);
}
END_TEST

START_TEST(what_is_worth_a_short_while_is_not_worth_a_long_one)
{
	ck_assert_uint_eq(lingered(100, LINGER_WORTH), 100);
	ck_assert_uint_le(one.steps, 2);
}
END_TEST

START_TEST(where_one_thing_is_done_at_a_time_it_hardly_lingers)
{
	ck_assert_uint_ge(lingered(1000, 1), 1);
	ck_assert_uint_le(lingered(10000, 1), 15);
}
END_TEST

START_TEST(who_lingered_in_vain_stops_at_once_and_comes_back_later)
{
	(void)lingered(10, LINGER_WORTH << LINGER_STEPS);
	linger_give_up(&one);
	ck_assert_uint_eq(one.steps, 0);
	ck_assert(!linger(&one, done));
	ck_assert(linger(&one, done));
}
END_TEST

/* The count is kept in 16 bits. */
START_TEST(a_count_may_go_around)
{
	done = UINT64_MAX - 1000;
	ck_assert_uint_eq(lingered(100, LINGER_WORTH << LINGER_STEPS), 100);
}
END_TEST

static void begin(void)
{
	one = (struct linger){ 0 };
	done = 0;
}

KIT_MAIN("unit/linger",
	{ .name = "learning", .setup = begin, .tests = KIT_TESTS(where_much_is_done_it_lingers_every_time_and_longer,
	                                                         what_is_worth_a_short_while_is_not_worth_a_long_one,
	                                                         where_one_thing_is_done_at_a_time_it_hardly_lingers,
	                                                         who_lingered_in_vain_stops_at_once_and_comes_back_later,
	                                                         a_count_may_go_around) })
