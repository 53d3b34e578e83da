/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * awake.c - tests of runtime/awake.h: who was woken soon stays awake, who stayed in vain does so ever less often
 */
#include "../harness/kit.h"
#include "awake.h"

static struct awake one;

/* So many waits, each ended after `ns` of sleep unless it stayed awake and `helps`: how many stayed. */
static unsigned stayed(unsigned waits, int64_t ns, bool helps)
{
	unsigned count = 0;

	while (waits-- > 0) {
		count += one.stays;
		if (one.stays && helps)
			awake_paid(&one);
		else
			awake_slept(&one, ns);
	}
	return count;
}

START_TEST(who_was_woken_soon_stays_awake_for_as_long_as_it_helps)
{
	ck_assert_uint_eq(stayed(100, AWAKE_SOON_NS, true), 99);
}
END_TEST

START_TEST(who_slept_for_long_goes_on_sleeping)
{
	ck_assert_uint_eq(stayed(100, AWAKE_SOON_NS + 1, true), 0);
}
END_TEST

START_TEST(where_it_does_not_help_it_is_tried_ever_less_often)
{
	ck_assert_uint_ge(stayed(1000, AWAKE_SOON_NS, false), 5);
	ck_assert_uint_le(stayed(10000, AWAKE_SOON_NS, false), 45);
}
END_TEST

START_TEST(what_is_found_is_looked_for_as_often_as_may_be)
{
	for (int i = 0; i < 3; i++)
		awake_looked(&one, false);
	ck_assert_uint_lt(awake_looks(&one), AWAKE_LOOKS_MOST);
	awake_looked(&one, true);
	ck_assert_uint_eq(awake_looks(&one), AWAKE_LOOKS_MOST);
}
END_TEST

/* As for two threads that share a core. */
START_TEST(who_never_finds_anything_hardly_looks)
{
	uint64_t looks = 0;

	for (int i = 0; i < 10000; i++) {
		unsigned most = awake_looks(&one);

		looks += most;
		if (most > 0)
			awake_looked(&one, false);
	}
	ck_assert_uint_ge(looks, 10 * AWAKE_LOOKS_MOST);
	ck_assert_uint_le(looks, 45 * AWAKE_LOOKS_MOST);
}
END_TEST

static void begin(void)
{
	one = (struct awake){ 0 };
}

KIT_MAIN("unit/awake",
	{ .name = "learning", .setup = begin, .tests = KIT_TESTS(who_was_woken_soon_stays_awake_for_as_long_as_it_helps,
	                                                         who_slept_for_long_goes_on_sleeping,
	                                                         where_it_does_not_help_it_is_tried_ever_less_often,
	                                                         what_is_found_is_looked_for_as_often_as_may_be,
	                                                         who_never_finds_anything_hardly_looks) })
