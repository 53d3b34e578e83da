/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * end.c - the questions of channel.c about the end of a side
 *
 * What do both sides hear when the other one goes: before, while they wait, with messages inside? Is each message dropped
 * exactly once, wherever it ends?
 */
#include "traffic.h"

/* ---- the senders go ------------------------------------------------------------------------------------------------------ */

static void expect_disconnected(void)
{
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EDISCONNECTED);
	ck_assert_int_eq(take(in, kit_deadline()), ODEON_EDISCONNECTED);
	ck_assert_ptr_null(odeon_recv(load, in));
}

START_TEST(what_was_sent_before_the_last_sender_went_is_received_first)
{
	int fits = sort_fits(_i), i;

	open_sort(_i);
	fill(_i, 0);
	drop_sender();
	for (i = first_inside(_i, fits); i < fits; i++)
		ck_assert_int_eq(take(in, i % 2 ? ODEON_AT_ONCE : ODEON_NEVER), i);
	expect_disconnected();
}
END_TEST

START_TEST(one_of_two_senders_does_not_disconnect)
{
	odeon_sender *other;

	open_sort(_i);
	other = odeon_sender_clone(out);
	ck_assert_ptr_nonnull(other);
	drop_sender();
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
	ck_assert_int_eq(take(in, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
	odeon_sender_drop(other);
	expect_disconnected();
}
END_TEST

START_TEST(receivers_that_wait_hear_that_the_last_sender_goes)
{
	int i;

	open_sort(_i);
	begin_listening();
	for (i = 0; i < SIDE; i++)
		mate_await_sleep(&listeners[i].mate);
	drop_sender();
	end_listening();
	for (i = 0; i < SIDE; i++) {
		ck_assert_int_eq(listeners[i].why, ODEON_EDISCONNECTED);
		ck_assert_int_eq(listeners[i].received, 0);
	}
}
END_TEST

/* ---- the receivers go ------------------------------------------------------------------------------------------------------ */

START_TEST(a_send_without_receivers_fails_and_a_try_gives_the_message_back)
{
	unsigned long dropped = loads_dropped_here();
	struct load *back;
	int why = 1;

	open_sort(_i);
	drop_receiver();
	ck_assert_int_eq(odeon_sender_send(out, load_new(7)), ODEON_EDISCONNECTED);
	ck_assert_uint_eq(loads_dropped_here() - dropped, 1);
	back = odeon_sender_try(out, load_new(8), ODEON_NEVER, &why);
	ck_assert_int_eq(why, ODEON_EDISCONNECTED);
	ck_assert_ptr_nonnull(back);
	ck_assert_int_eq(back->number, 8);
	odeon_free(back);
	ck_assert_int_eq(put(out, 9, ODEON_AT_ONCE), ODEON_EDISCONNECTED);
	ck_assert_uint_eq(odeon_sender_len(out), 0);
}
END_TEST

START_TEST(what_is_inside_is_dropped_as_the_last_receiver_goes_on_its_thread)
{
	odeon_receiver *other;
	unsigned long dropped;

	open_sort(_i);
	fill(_i, 0);
	other = odeon_receiver_clone(in);
	dropped = loads_dropped_here();
	drop_receiver();
	ck_assert_uint_eq(loads_dropped_here() - dropped, 0);
	odeon_receiver_drop(other);
	ck_assert_int_eq(loads_alive(), 0);                    /* with the sender still there */
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), ODEON_EDISCONNECTED);
}
END_TEST

START_TEST(both_sides_may_go_with_messages_inside_in_either_order)
{
	open_sort(_i);
	fill(_i, 0);
	drop_sender();
	drop_receiver();
	ck_assert_int_eq(loads_alive(), 0);
	open_sort(_i);
	fill(_i, 0);
	drop_receiver();
	drop_sender();
	ck_assert_int_eq(loads_alive(), 0);
}
END_TEST

/* At a random moment of the traffic, with random ones of both sides inside a call. */
START_TEST(nothing_is_lost_or_kept_when_a_side_goes_amid_the_traffic)
{
	struct random dice = random_of((unsigned)_i);
	int round, i, rounds = KIT_SLOWER(30);

	for (round = 0; round < rounds; round++) {
		unsigned turns = random_below(&dice, 200), turn;

		open_sort(_i);
		begin_talking_beside(SEEN_MOST);
		for (turn = 0; turn < turns; turn++)
			(void)take(in, odeon_clock_deadline(ODEON_US(50)));
		drop_receiver();
		end_talking();
		for (i = 0; i < SIDE; i++)
			must(talkers[i].why == ODEON_EDISCONNECTED || talkers[i].sent == talkers[i].count);
		ck_assert_int_eq(loads_alive(), 0);            /* with a sender still there */
		drop_sender();
	}
}
END_TEST

KIT_MAIN("contract/end",
	{ .name = "end", .teardown = teardown, .loop = SORTS,
	  .tests = KIT_TESTS(what_was_sent_before_the_last_sender_went_is_received_first, one_of_two_senders_does_not_disconnect,
	                     receivers_that_wait_hear_that_the_last_sender_goes,
	                     a_send_without_receivers_fails_and_a_try_gives_the_message_back,
	                     what_is_inside_is_dropped_as_the_last_receiver_goes_on_its_thread,
	                     both_sides_may_go_with_messages_inside_in_either_order,
	                     nothing_is_lost_or_kept_when_a_side_goes_amid_the_traffic) })
