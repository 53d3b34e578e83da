/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meet.c - tests of runtime/meet.h: the table of a rendezvous, one step after the other
 *
 * What threads do with it at the same time is tried in tests/explore (scenario meet) and tests/contract/channel.c.
 */
#include "../harness/one.h"
#include "channel.h"
#include "meet.h"

static uint64_t turn;

static bool offer(struct load *load)
{
	return meet_offer(out->channel, message_of(load), &turn);
}

START_TEST(what_lies_there_is_received_once)
{
	struct load *first = load_new(1), *got;

	ck_assert(offer(first));
	ck_assert(!meet_is_taken(out->channel, turn));
	ck_assert(channel_can_recv(in->channel, in, NULL));
	got = odeon_try_recv(load, in, NULL);
	ck_assert_ptr_eq(got, first);
	ck_assert(meet_is_taken(out->channel, turn));
	ck_assert(!meet_withdraw(out->channel, turn));
	ck_assert(!channel_can_recv(in->channel, in, NULL));
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
	odeon_free(got);
}
END_TEST

START_TEST(what_is_withdrawn_is_not_received)
{
	struct load *first = load_new(1);

	ck_assert(offer(first));
	ck_assert(meet_withdraw(out->channel, turn));
	ck_assert(!meet_withdraw(out->channel, turn));
	ck_assert(!channel_can_recv(in->channel, in, NULL));
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
	odeon_free(first);
}
END_TEST

START_TEST(the_same_message_once_more_is_another_turn)
{
	struct load *first = load_new(1);
	uint64_t before;

	ck_assert(offer(first));
	before = turn;
	ck_assert_ptr_eq(odeon_try_recv(load, in, NULL), first);
	ck_assert(offer(first));
	ck_assert(meet_is_taken(out->channel, before));
	ck_assert(!meet_withdraw(out->channel, before));
	ck_assert(meet_withdraw(out->channel, turn));
	odeon_free(first);
}
END_TEST

START_TEST(there_is_place_for_one)
{
	struct load *first = load_new(1), *second = load_new(2);
	uint64_t mine;

	ck_assert(offer(first));
	mine = turn;
	ck_assert(!offer(second));
	ck_assert(meet_withdraw(out->channel, mine));
	odeon_free(first);
	odeon_free(second);
}
END_TEST

/* Whoever waits was first: a sender in the list, a receiver in the list. */
START_TEST(nobody_offers_past_one_who_waits)
{
	struct load *first = load_new(1);
	struct wait wait;
	struct waiter waiter = { .wait = &wait };
	struct waitlist *lists[] = { &out->channel->for_room, &out->channel->for_messages };

	for (int i = 0; i < 2; i++) {
		wait_begin(&wait, NULL, OS_ANY_CORE);
		waitlist_add(lists[i], &waiter);
		ck_assert(!offer(first));
		ck_assert_int_eq(wait_chosen(&wait), -1);
		waitlist_remove(lists[i], &waiter);
		ck_assert(offer(first));
		ck_assert(meet_withdraw(out->channel, turn));
	}
	odeon_free(first);
}
END_TEST

START_TEST(a_sender_that_does_not_wait_offers_nothing)
{
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), ODEON_EFULL);
	ck_assert(!channel_can_recv(in->channel, in, NULL));
}
END_TEST

START_TEST(a_deadline_takes_the_offer_back)
{
	ck_assert_int_eq(put(out, 1, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
	ck_assert(!channel_can_recv(in->channel, in, NULL));
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
}
END_TEST

static void begin(void) { open_channel(0); }

KIT_MAIN("unit/meet",
	{ .name = "table", .setup = begin, .teardown = teardown,
	  .tests = KIT_TESTS(what_lies_there_is_received_once, what_is_withdrawn_is_not_received,
	                     the_same_message_once_more_is_another_turn, there_is_place_for_one, nobody_offers_past_one_who_waits,
	                     a_sender_that_does_not_wait_offers_nothing, a_deadline_takes_the_offer_back) })
