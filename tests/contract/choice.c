/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * choice.c - the questions of channel.c, asked with a select: does it answer as the plain operation does?
 */
#include "traffic.h"

START_TEST(a_select_receives_what_is_there)
{
	odeon_case one = ODEON_CASE_NOTHING;
	struct load *load;
	int fits = sort_fits(_i);

	open_sort(_i);
	one = (odeon_case)ODEON_CASE_RECV(in);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	if (fits == 0)
		return;
	fill(_i, 0);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(one.error, 0);
	load = odeon_case_message(load, &one);
	ck_assert_ptr_nonnull(load);
	ck_assert_int_eq(load->number, first_inside(_i, fits));
	odeon_free(load);
}
END_TEST

START_TEST(a_select_sends_while_there_is_room)
{
	odeon_case one;
	int fits = sort_fits(_i), i;

	open_sort(_i);
	for (i = 0; i < fits; i++) {
		one = (odeon_case)ODEON_CASE_SEND(out, load_new(i));
		ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
		ck_assert_int_eq(one.error, 0);
		ck_assert_ptr_null(one.message);
	}
	if (_i >= SORTS_BOUNDED)
		return;
	one = (odeon_case)ODEON_CASE_SEND(out, load_new(i));
	ck_assert_int_eq(odeon_select(&one, 1, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
	ck_assert_ptr_nonnull(one.message);
	odeon_case_clear(&one);
	ck_assert_ptr_null(one.message);
}
END_TEST

START_TEST(a_disconnected_channel_is_ready_in_a_select)
{
	odeon_case one;

	open_sort(_i);
	drop_sender();
	one = (odeon_case)ODEON_CASE_RECV(in);
	ck_assert_int_eq(odeon_select_ready(&one, 1, ODEON_NEVER), 1);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(one.error, ODEON_EDISCONNECTED);
	ck_assert_ptr_null(one.message);
	drop_receiver();

	open_sort(_i);
	drop_receiver();
	one = (odeon_case)ODEON_CASE_SEND(out, load_new(3));
	ck_assert_int_eq(odeon_select_ready(&one, 1, ODEON_NEVER), 1);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(one.error, ODEON_EDISCONNECTED);
	ck_assert_ptr_nonnull(one.message);
	odeon_case_clear(&one);
}
END_TEST

static atomic_int taken;

static void select_until_disconnected(void *argument)
{
	odeon_case one = ODEON_CASE_RECV((odeon_receiver *)argument);

	for (;;) {
		struct load *load;

		must(odeon_select(&one, 1, ODEON_NEVER) == 0);
		load = odeon_case_message(load, &one);
		if (!load)
			break;
		atomic_fetch_add(&taken, 1);
		odeon_free(load);
	}
	must(one.error == ODEON_EDISCONNECTED);
}

START_TEST(a_select_that_waits_is_woken_by_a_message_and_by_the_end)
{
	struct mate mate;

	open_sort(_i);
	mate_begin(&mate, select_until_disconnected, in);
	mate_await_sleep(&mate);
	ck_assert_int_eq(put(out, 1, kit_deadline()), 0);
	eventually(atomic_load(&taken) == 1);
	if (_i != SORT_ONESHOT)                                /* which has ended by itself */
		mate_await_sleep(&mate);
	drop_sender();
	mate_end(&mate);
	ck_assert_int_eq(atomic_load(&taken), 1);
}
END_TEST

static void expect_ready(enum odeon_case_what what, int ready)
{
	odeon_case one = ODEON_CASE_RECV(in);

	if (what == ODEON_ON_SEND)
		one = (odeon_case)ODEON_CASE_SEND(out, load_new(0));
	ck_assert_int_eq(odeon_select_ready(&one, 1, ODEON_AT_ONCE), ready ? 1 : ODEON_ETIMEDOUT);
	ck_assert_int_eq(one.is_ready, ready);
	odeon_case_clear(&one);
}

START_TEST(ready_is_what_could_be_done_at_once)
{
	open_sort(_i);
	expect_ready(ODEON_ON_RECV, 0);
	expect_ready(ODEON_ON_SEND, sort_fits(_i) > 0);
	fill(_i, 0);
	expect_ready(ODEON_ON_RECV, sort_fits(_i) > 0);
	if (_i < SORTS_BOUNDED)
		expect_ready(ODEON_ON_SEND, 0);
	ck_assert_uint_eq(odeon_receiver_len(in), (size_t)sort_fits(_i));      /* nothing was done */
}
END_TEST

KIT_MAIN("contract/choice",
	{ .name = "select", .teardown = teardown, .loop = SORTS,
	  .tests = KIT_TESTS(a_select_receives_what_is_there, a_select_sends_while_there_is_room,
	                     a_disconnected_channel_is_ready_in_a_select,
	                     a_select_that_waits_is_woken_by_a_message_and_by_the_end, ready_is_what_could_be_done_at_once) })
