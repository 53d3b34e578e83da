/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel.c - one set of questions for every sort of channel, as far as they apply to it
 *
 * The questions: does each half's order hold, whoever else sends and receives? What does a deadline in the past do? What
 * becomes of a message of another type? In files of their own: is the bound kept, and does one who gives up waiting take
 * a wake-up with him (bound.c)? What does each side hear when the other one goes (end.c)? Does a select answer as the
 * plain operation does (choice.c)?
 *
 * Loads count themselves (halves.h); when a test is over and both sides are gone, none may be left.
 */
#include "traffic.h"

/* ---- order ------------------------------------------------------------------------------------------------------------- */

START_TEST(the_messages_of_one_half_arrive_in_the_order_sent)
{
	struct talker talker = { .count = how_many(_i) };
	int i;

	open_sort(_i);
	talker.out = out;
	out = NULL;
	mate_begin(&talker.mate, talk, &talker);
	for (i = 0; i < talker.count; i++)
		must(take(in, kit_deadline()) == i);
	ck_assert_int_eq(take(in, kit_deadline()), ODEON_EDISCONNECTED);
	mate_end(&talker.mate);
	ck_assert_int_eq(talker.sent, talker.count);
}
END_TEST

START_TEST(each_half_keeps_its_order_at_every_receiver_and_each_message_goes_to_one)
{
	open_sort(_i);
	begin_listening();
	drop_receiver();
	begin_talking(how_many(_i));
	end_talking();
	end_listening();
	expect_each_seen(how_many(_i), 1);
}
END_TEST

START_TEST(many_halves_that_send_to_one_receiver_keep_their_order)
{
	struct listener listener = { .why = 0 };

	open_sort(_i);
	begin_talking(how_many(_i));
	listener.in = in;
	in = NULL;
	listen(&listener);
	end_talking();
	ck_assert_int_eq(listener.received, SIDE * how_many(_i));
	expect_each_seen(how_many(_i), 1);
}
END_TEST

/* ---- a rendezvous ------------------------------------------------------------------------------------------------------- */

static atomic_bool is_sent;

static void send_and_say_so(void *argument)
{
	must(odeon_sender_send(argument, load_new(1)) == 0);
	atomic_store(&is_sent, true);
}

START_TEST(a_rendezvous_send_waits_for_a_receiver)
{
	struct mate mate;

	open_sort(SORT_RENDEZVOUS);
	mate_begin(&mate, send_and_say_so, out);
	mate_await_sleep(&mate);
	ck_assert(!atomic_load(&is_sent));
	ck_assert_uint_eq(odeon_receiver_len(in), 0);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), 1);          /* the sender waits, so there is something to take */
	mate_end(&mate);
	ck_assert(atomic_load(&is_sent));
}
END_TEST

static void take_one(void *argument) { must(take(argument, kit_deadline()) == 1); }

START_TEST(a_try_at_a_rendezvous_succeeds_only_with_a_receiver_that_waits)
{
	struct mate mate;

	open_sort(SORT_RENDEZVOUS);
	ck_assert_int_eq(put(out, 0, ODEON_AT_ONCE), ODEON_EFULL);
	mate_begin(&mate, take_one, in);
	mate_await_sleep(&mate);
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
	mate_end(&mate);
	ck_assert_int_eq(put(out, 0, ODEON_AT_ONCE), ODEON_EFULL);
}
END_TEST

/* ---- deadlines ---------------------------------------------------------------------------------------------------------------- */

static odeon_time past(int which)
{
	const odeon_time moments[] = { { 0 }, { 1 }, { odeon_clock_now().ns - 1 }, { odeon_clock_now().ns - ODEON_SECONDS(1) } };

	return moments[which];
}

START_TEST(a_deadline_in_the_past_does_not_wait_but_does_what_is_possible)
{
	int which, fits = sort_fits(_i), late;

	for (which = 0; which < 4; which++) {
		open_sort(_i);
		late = which == 0 ? ODEON_EEMPTY : ODEON_ETIMEDOUT;
		ck_assert_int_eq(take(in, past(which)), late);
		if (fits > 0) {
			ck_assert_int_eq(put(out, 5, past(which)), 0);
			ck_assert_int_eq(take(in, past(which)), 5);
		}
		if (_i < SORTS_BOUNDED) {
			fill(_i, 0);
			late = which == 0 ? ODEON_EFULL : ODEON_ETIMEDOUT;
			ck_assert_int_eq(put(out, 6, past(which)), late);
		}
		drop_sender();
		drop_receiver();
	}
}
END_TEST

START_TEST(a_receive_gives_up_at_its_deadline_not_before)
{
	odeon_time until;

	open_sort(_i);
	until = odeon_clock_deadline(ODEON_MS(15));
	ck_assert_int_eq(take(in, until), ODEON_ETIMEDOUT);
	ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	ck_assert_int_lt(odeon_clock_now().ns, until.ns + ODEON_SECONDS(5));
}
END_TEST

/* ---- types and arguments --------------------------------------------------------------------------------------------------------- */

START_TEST(another_type_is_refused_and_nothing_is_received_or_kept)
{
	int fits = sort_fits(_i), why = 1;
	struct note *back;

	open_sort(_i);
	fill(_i, 0);
	ck_assert_int_eq(odeon_sender_send(out, odeon_new(note, .number = 1)), ODEON_ETYPE);
	back = odeon_sender_try(out, odeon_new(note, .number = 2), ODEON_AT_ONCE, &why);
	ck_assert_int_eq(why, ODEON_ETYPE);
	ck_assert_ptr_nonnull(back);
	ck_assert_int_eq(back->number, 2);
	odeon_free(back);
	ck_assert_ptr_null(odeon_try_recv(note, in, &why));
	ck_assert_int_eq(why, ODEON_ETYPE);
	ck_assert_ptr_null(odeon_recv(note, in));              /* does not wait either */
	if (fits > 0)
		ck_assert_int_eq(take(in, ODEON_AT_ONCE), first_inside(_i, fits));
}
END_TEST

START_TEST(a_receive_without_a_type_takes_whatever_the_channel_carries)
{
	struct load *load;
	int why = 1, fits = sort_fits(_i);

	if (fits == 0)
		return;
	open_sort(_i);
	fill(_i, 0);
	load = odeon_receiver_recv(NULL, in, ODEON_AT_ONCE, &why);
	ck_assert_ptr_nonnull(load);
	ck_assert_int_eq(why, 0);
	ck_assert_int_eq(load->number, first_inside(_i, fits));
	odeon_free(load);
}
END_TEST

/* ---- broadcast and watch ------------------------------------------------------------------------------------------------------------- */

START_TEST(every_receiver_of_a_broadcast_gets_each_message_in_order)
{
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .copy = load_copy,
	                                                      .capacity = SIDE * SEEN_MOST);
	int count = KIT_SLOWER(SEEN_MOST);

	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(load), &options, &out, &in), 0);
	begin_listening();
	drop_receiver();
	begin_talking(count);
	end_talking();
	end_listening();
	expect_each_seen(count, SIDE);
}
END_TEST

static void watch_to_the_end(void *argument)
{
	struct listener *listener = argument;
	int number, last = -1;

	while ((number = take(listener->in, ODEON_NEVER)) >= 0) {
		must(number > last);
		last = number;
	}
	must(number == ODEON_EDISCONNECTED);
	listener->received = last;
	odeon_receiver_drop(listener->in);
}

START_TEST(a_watch_never_goes_back_and_everybody_sees_the_last_value)
{
	int i, count = KIT_SLOWER(5000);

	open_sort(SORT_WATCH);
	for (i = 0; i < SIDE; i++) {
		listeners[i] = (struct listener){ .in = odeon_receiver_clone(in) };
		mate_begin(&listeners[i].mate, watch_to_the_end, &listeners[i]);
	}
	for (i = 0; i < count; i++)
		must(put(out, i, ODEON_NEVER) == 0);
	drop_sender();
	end_listening();
	for (i = 0; i < SIDE; i++)
		ck_assert_int_eq(listeners[i].received, count - 1);
}
END_TEST

KIT_MAIN("contract/channel",
	{ .name = "order", .teardown = teardown, .loop = SORTS_QUEUE,
	  .tests = KIT_TESTS(the_messages_of_one_half_arrive_in_the_order_sent,
	                     each_half_keeps_its_order_at_every_receiver_and_each_message_goes_to_one,
	                     many_halves_that_send_to_one_receiver_keep_their_order) },
	{ .name = "rendezvous", .teardown = teardown,
	  .tests = KIT_TESTS(a_rendezvous_send_waits_for_a_receiver,
	                     a_try_at_a_rendezvous_succeeds_only_with_a_receiver_that_waits) },
	{ .name = "deadline", .teardown = teardown, .loop = SORTS,
	  .tests = KIT_TESTS(a_deadline_in_the_past_does_not_wait_but_does_what_is_possible,
	                     a_receive_gives_up_at_its_deadline_not_before) },
	{ .name = "type", .teardown = teardown, .loop = SORTS,
	  .tests = KIT_TESTS(another_type_is_refused_and_nothing_is_received_or_kept,
	                     a_receive_without_a_type_takes_whatever_the_channel_carries) },
	{ .name = "spread", .teardown = teardown,
	  .tests = KIT_TESTS(every_receiver_of_a_broadcast_gets_each_message_in_order,
	                     a_watch_never_goes_back_and_everybody_sees_the_last_value) })
