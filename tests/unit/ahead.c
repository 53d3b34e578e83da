/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ahead.c - tests of runtime/ahead.h: who is far ahead offers its core, and less often where others have it for long
 */
#include "../harness/kit.h"
#include "ahead.h"

#define SENDERS 4
#define TURNS ((int64_t)SENDERS * AHEAD_EVERY * AHEAD_MESSAGE_NS)        /* each of them sends as much */
#define LONG (100 * TURNS)

static struct ahead one;
static uint64_t taken;                          /* of the channel's messages, by anybody */

/* So many looks. Between two of them, and during each offer, so many messages are received; an offer takes so long. How often the
 * core was offered. */
static unsigned offered(unsigned looks, unsigned between, unsigned meanwhile, int64_t ns)
{
	unsigned count = 0;

	for (unsigned i = 0; i < looks; i++) {
		taken += between;
		if (!ahead_offers(&one, taken))
			continue;
		count++;
		ahead_judge(&one, taken, taken + meanwhile, SENDERS, ns);
		taken += meanwhile;
	}
	return count;
}

START_TEST(who_is_kept_up_with_offers_nothing)
{
	ck_assert_uint_eq(offered(1000, AHEAD_EVERY, 0, 0), 0);
}
END_TEST

START_TEST(who_has_the_core_back_soon_offers_it_every_time)
{
	ck_assert_uint_eq(offered(1000, 0, 0, TURNS), 1000);
	ck_assert_uint_eq(offered(1000, AHEAD_EVERY - 1, 0, 0), 1000);
}
END_TEST

START_TEST(where_much_is_received_meanwhile_it_is_offered_every_time)
{
	ck_assert_uint_eq(offered(1000, 0, LONG / AHEAD_MESSAGE_NS, LONG), 1000);
}
END_TEST

/* A look is once in the time that AHEAD_EVERY messages take. */
START_TEST(what_is_lost_is_made_good_first)
{
	uint64_t lost = LONG - TURNS, looks = lost * AHEAD_MAKES_GOOD / (AHEAD_EVERY * AHEAD_MESSAGE_NS);

	ck_assert_uint_eq(offered(1, 0, 0, LONG), 1);
	ck_assert_uint_eq(offered((unsigned)looks, 0, 0, 0), 0);
	ck_assert_uint_eq(offered(1, 0, 0, 0), 1);
}
END_TEST

START_TEST(however_much_is_lost_it_is_offered_again)
{
	ck_assert_uint_eq(offered(1, 0, 0, INT64_MAX / AHEAD_MAKES_GOOD), 1);
	ck_assert_uint_eq(offered(UINT16_MAX, 0, 0, 0), 0);
	ck_assert_uint_eq(offered(100, 0, 0, TURNS), 100);
}
END_TEST

/* What was received during the offer is not taken for keeping up afterwards. */
START_TEST(what_was_received_meanwhile_counts_for_then)
{
	ck_assert_uint_eq(offered(1, 0, 10 * AHEAD_EVERY, TURNS), 1);
	ck_assert_uint_eq(offered(1, AHEAD_EVERY - 1, 10 * AHEAD_EVERY, TURNS), 1);
	ck_assert_uint_eq(offered(1, AHEAD_EVERY, 0, 0), 0);
}
END_TEST

/* The count is kept in 16 bits. */
START_TEST(a_count_may_go_around)
{
	taken = UINT64_MAX - 1000;
	(void)ahead_offers(&one, taken);
	ck_assert_uint_eq(offered(100, AHEAD_EVERY, 0, 0), 0);
	taken = UINT64_MAX - 1000;
	(void)ahead_offers(&one, taken);
	ck_assert_uint_eq(offered(100, AHEAD_EVERY - 1, 3, TURNS), 100);
}
END_TEST

static void begin(void)
{
	one = (struct ahead){ 0 };
	taken = 0;
}

KIT_MAIN("unit/ahead",
	{ .name = "learning", .setup = begin, .tests = KIT_TESTS(who_is_kept_up_with_offers_nothing,
	                                                         who_has_the_core_back_soon_offers_it_every_time,
	                                                         where_much_is_received_meanwhile_it_is_offered_every_time,
	                                                         what_is_lost_is_made_good_first,
	                                                         however_much_is_lost_it_is_offered_again,
	                                                         what_was_received_meanwhile_counts_for_then,
	                                                         a_count_may_go_around) })
