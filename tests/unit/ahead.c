/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ahead.c - tests of runtime/ahead.h: who is far ahead offers its core, and less often where others have it for long; who meets others, too
 */
#include "../harness/one.h"
#include "ahead.h"
#include "channel.h"

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

/* However much is received meanwhile, and for as many messages as anybody else: that are more looks. */
START_TEST(who_meets_others_offers_every_time_and_makes_good_what_is_lost)
{
	uint64_t lost = TURNS, looks = lost * AHEAD_MAKES_GOOD / (AHEAD_MET_EVERY * AHEAD_MESSAGE_NS);

	one.is_met = 1;
	ck_assert_uint_eq(offered(1000, AHEAD_EVERY, 0, TURNS), 1000);
	ck_assert_uint_eq(offered(1, 0, 0, TURNS + lost), 1);
	ck_assert_uint_eq(offered((unsigned)looks, AHEAD_EVERY, 0, 0), 0);
	ck_assert_uint_eq(offered(1, AHEAD_EVERY, 0, 0), 1);
}
END_TEST

START_TEST(however_much_is_lost_it_is_offered_again)
{
	ck_assert_uint_eq(offered(1, 0, 0, INT64_MAX / AHEAD_MAKES_GOOD), 1);
	ck_assert_uint_eq(offered(AHEAD_LEFT_MOST, 0, 0, 0), 0);
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

/* ---- meeting others in a list. Who only tries keeps the core, so that it can be seen ----------------------------------------------- */

static odeon_sender *second;

static void open_with_second(void)
{
	open_channel(ODEON_UNBOUNDED);
	second = odeon_sender_clone(out);
	ck_assert_ptr_nonnull(second);
}

static void drop_all(void)
{
	odeon_sender_drop(second);
	teardown();
}

static void send_one(odeon_sender *sender)
{
	ck_assert_ptr_null(odeon_sender_try(sender, load_new(1), ODEON_AT_ONCE, NULL));
}

START_TEST(who_sends_by_turns_with_another_meets_it)
{
	for (unsigned i = 0; i < AHEAD_MET_EVERY; i++) {
		send_one(out);
		send_one(second);
	}
	ck_assert(out->ahead.is_met && second->ahead.is_met);
}
END_TEST

START_TEST(who_sends_alone_meets_nobody)
{
	for (unsigned i = 0; i < AHEAD_MET_EVERY; i++)
		send_one(out);
	ck_assert(!out->ahead.is_met);
}
END_TEST

START_TEST(who_finds_it_empty_meets_nobody)
{
	for (unsigned i = 0; i < AHEAD_MET_EVERY; i++)
		for (unsigned turn = 0; turn < 2; turn++) {
			send_one(turn == 0 ? out : second);
			odeon_free(odeon_recv(load, in));
		}
	ck_assert(!out->ahead.is_met && !second->ahead.is_met);
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
	                                                         who_meets_others_offers_every_time_and_makes_good_what_is_lost,
	                                                         however_much_is_lost_it_is_offered_again,
	                                                         what_was_received_meanwhile_counts_for_then,
	                                                         a_count_may_go_around) },
	{ .name = "meeting", .setup = open_with_second, .teardown = drop_all, .tests = KIT_TESTS(who_sends_by_turns_with_another_meets_it,
	                                                                                        who_sends_alone_meets_nobody,
	                                                                                        who_finds_it_empty_meets_nobody) })
