/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * awake.c - tests of runtime/awake.h: who was woken soon stays awake, who stayed in vain does so ever less often; and who goes by it
 */
#include "../harness/one.h"
#include "awake.h"
#include "channel.h"

#define TIMES_MOST 100

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

/* ---- waiting in vain, for a moment ---------------------------------------------------------------------------------------------------- */

/* Whoever is kept from running until it has passed does not wait at all: hence once more, below. */
static odeon_time moment(void) { return odeon_clock_deadline(ODEON_MS(5)); }

static void receive_in_vain(odeon_receiver *receiver)
{
	int why;

	ck_assert_ptr_null(odeon_receiver_recv(ODEON_TYPE(load), receiver, moment(), &why));
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
}

static bool was_used(const struct awake *awake) { return !awake->stays && awake->rarity == 1; }

START_TEST(the_only_receiver_looks_and_stays)
{
	open_channel(_i == 0 ? ODEON_UNBOUNDED : 16);
	in->awake.stays = 1;
	for (int i = 0; i < TIMES_MOST && in->awake.stays; i++)
		receive_in_vain(in);
	ck_assert_uint_ge(in->awake.halved, 1);
	ck_assert(was_used(&in->awake));
}
END_TEST

START_TEST(of_two_receivers_none_does)
{
	odeon_receiver *other;

	open_channel(_i == 0 ? ODEON_UNBOUNDED : 16);
	other = odeon_receiver_clone(in);
	in->awake.stays = 1;
	receive_in_vain(in);
	ck_assert_uint_eq(in->awake.halved, 0);
	ck_assert(in->awake.stays);
	odeon_receiver_drop(other);
}
END_TEST

START_TEST(in_a_rendezvous_either_side_stays)
{
	struct load *load;
	int why;

	open_channel(0);
	in->awake.stays = out->awake.stays = 1;
	for (int i = 0; i < TIMES_MOST && in->awake.stays; i++)
		receive_in_vain(in);
	for (int i = 0; i < TIMES_MOST && out->awake.stays; i++) {
		load = odeon_sender_try(out, load_new(1), moment(), &why);
		ck_assert_int_eq(why, ODEON_ETIMEDOUT);
		odeon_free(load);
	}
	ck_assert(was_used(&in->awake) && was_used(&out->awake));
}
END_TEST

START_TEST(who_waits_for_something_else_too_does_not)
{
	odeon_case cases[2];

	open_channel(16);
	in->awake.stays = 1;
	cases[0] = (odeon_case)ODEON_CASE_RECV(in);
	cases[1] = (odeon_case)ODEON_CASE_RECV(in);
	ck_assert_int_eq(odeon_select(cases, 2, moment()), ODEON_ETIMEDOUT);
	ck_assert(in->awake.stays);
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
	                                                         who_never_finds_anything_hardly_looks) },
	{ .name = "used", .teardown = teardown, .tests = KIT_TESTS(the_only_receiver_looks_and_stays, of_two_receivers_none_does), .loop = 2 },
	{ .name = "also used", .teardown = teardown, .tests = KIT_TESTS(in_a_rendezvous_either_side_stays,
	                                                                who_waits_for_something_else_too_does_not) })
