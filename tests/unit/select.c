/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select.c - tests of odeon/select.h on arrays: each function, each sort of case, each error that a comment names
 *
 * Waiting is in select_wait.c, the reusable form in selector.c, the case of a mailbox in select_mailbox.c. What a select must
 * answer for each sort of channel is asked in tests/contract/choice.c.
 */
#include "cases.h"
#include <poll.h>
#include <string.h>

/* ---- one happens ------------------------------------------------------------------------------------------------------------- */

START_TEST(the_one_that_can_happen_does)
{
	odeon_case cases[MOST];
	int i, chosen;

	open_channels(MOST, 1);
	for (i = 0; i < MOST; i++)
		cases[i] = (odeon_case)ODEON_CASE_RECV(ins[i]);
	for (chosen = 0; chosen < MOST; chosen += 13) {
		put_now(chosen, chosen);
		ck_assert_int_eq(odeon_select(cases, MOST, ODEON_NEVER), chosen);
		ck_assert_int_eq(number_of(&cases[chosen]), chosen);
	}
	ck_assert_int_eq(odeon_select(cases, MOST, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_select(cases, MOST, odeon_clock_deadline(ODEON_MS(3))), ODEON_ETIMEDOUT);
}
END_TEST

START_TEST(a_message_to_be_sent_stays_in_its_case_until_it_is_taken)
{
	struct load *load = load_new(4);
	odeon_case one;

	open_channels(1, 1);
	put_now(0, 1);
	one = (odeon_case)ODEON_CASE_SEND(outs[0], load);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_select(&one, 1, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_select_ready(&one, 1, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	ck_assert_ptr_nonnull(one.message);
	ck_assert_int_eq(take(ins[0], ODEON_AT_ONCE), 1);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_AT_ONCE), 0);
	ck_assert_ptr_null(one.message);
	ck_assert_int_eq(take(ins[0], ODEON_AT_ONCE), 4);
}
END_TEST

START_TEST(a_message_of_another_type_is_refused_and_stays)
{
	odeon_case one;
	struct note *note;

	open_channels(1, 1);
	one = (odeon_case)ODEON_CASE_SEND(outs[0], odeon_new(note, .number = 3));
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(one.error, ODEON_ETYPE);
	ck_assert_ptr_null(odeon_case_message(load, &one));    /* it is none of those */
	note = odeon_case_message(note, &one);
	ck_assert_ptr_nonnull(note);
	ck_assert_int_eq(note->number, 3);
	odeon_free(note);
	ck_assert_uint_eq(odeon_receiver_len(ins[0]), 0);
}
END_TEST

START_TEST(one_that_was_received_and_not_taken_out_is_freed_when_its_case_is_used_again)
{
	odeon_case one;

	open_channels(1, 3);
	put_now(0, 1);
	put_now(0, 2);
	put_now(0, 3);
	one = (odeon_case)ODEON_CASE_RECV(ins[0]);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(loads_alive(), 3);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(loads_alive(), 2);
	ck_assert_int_eq(number_of(&one), 2);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	odeon_case_clear(&one);
	ck_assert_int_eq(loads_alive(), 0);
	odeon_case_clear(&one);
	odeon_case_clear(NULL);
	ck_assert_ptr_null(odeon_case_take(&one, NULL));
	ck_assert_ptr_null(odeon_case_take(NULL, NULL));
}
END_TEST

START_TEST(a_case_gives_its_message_to_who_does_not_say_the_type)
{
	odeon_case one;
	struct load *load;

	open_channels(1, 1);
	put_now(0, 6);
	one = (odeon_case)ODEON_CASE_RECV(ins[0]);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_ptr_null(odeon_case_message(note, &one));
	load = odeon_case_take(&one, NULL);
	ck_assert_ptr_nonnull(load);
	ck_assert_int_eq(load->number, 6);
	odeon_free(load);
}
END_TEST

/* ---- which of several ---------------------------------------------------------------------------------------------------------- */

START_TEST(a_biased_select_takes_the_first_that_can)
{
	odeon_case cases[3];
	int i;

	open_channels(3, 2);
	for (i = 0; i < 3; i++)
		cases[i] = (odeon_case)ODEON_CASE_RECV(ins[i]);
	put_now(2, 0);
	put_now(1, 1);
	ck_assert_int_eq(odeon_select_biased(cases, 3, ODEON_NEVER), 1);
	ck_assert_int_eq(number_of(&cases[1]), 1);
	put_now(0, 2);
	ck_assert_int_eq(odeon_select_biased(cases, 3, ODEON_NEVER), 0);
	ck_assert_int_eq(number_of(&cases[0]), 2);
	ck_assert_int_eq(odeon_select_biased(cases, 3, ODEON_NEVER), 2);
	ck_assert_int_eq(number_of(&cases[2]), 0);
	ck_assert_int_eq(odeon_select_biased(cases, 3, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
}
END_TEST

/* How often each of three happened, of 1500 times that all could; each is expected 500 times, 18 more or less. */
static void expect_fair(const int *times)
{
	int i;

	for (i = 0; i < 3; i++)
		ck_assert_msg(times[i] > 370 && times[i] < 630, "case %d happened %d times of 1500", i, times[i]);
}

START_TEST(each_is_as_likely_as_any_other_with_one_array_or_a_new_one_each_time)
{
	odeon_case kept[3];
	int times[3] = { 0, 0, 0 }, i, round;

	open_channels(3, 1);
	for (i = 0; i < 3; i++) {
		kept[i] = (odeon_case)ODEON_CASE_RECV(ins[i]);
		put_now(i, i);
	}
	for (round = 0; round < 1500; round++) {
		odeon_case fresh[] = { ODEON_CASE_RECV(ins[0]), ODEON_CASE_RECV(ins[1]), ODEON_CASE_RECV(ins[2]) };
		odeon_case *cases = _i == 0 ? kept : fresh;
		int index = odeon_select(cases, 3, ODEON_NEVER);

		must(index >= 0);
		must(number_of(&cases[index]) == index);
		times[index]++;
		put_now(index, index);
	}
	expect_fair(times);
}
END_TEST

/* The order matters, not only who is first: when the first cannot happen, or never does, the other two are equal. */
START_TEST(the_others_are_equal_when_one_of_them_cannot)
{
	int times[3] = { 0, 0, 0 }, round;

	open_channels(3, 1);
	put_now(1, 1);
	put_now(2, 2);
	for (round = 0; round < 1500; round++) {
		odeon_case cases[] = { ODEON_CASE_RECV(ins[0]), ODEON_CASE_RECV(ins[1]), ODEON_CASE_RECV(ins[2]) };
		int index;

		if (_i == 1)
			cases[0] = (odeon_case)ODEON_CASE_NOTHING;
		index = odeon_select(cases, 3, ODEON_NEVER);
		must(index > 0);
		must(number_of(&cases[index]) == index);
		times[index]++;
		put_now(index, index);
	}
	ck_assert_int_gt(times[1], 600);
	ck_assert_int_gt(times[2], 600);
}
END_TEST

/* ---- default and nothing ------------------------------------------------------------------------------------------------------- */

START_TEST(default_happens_when_nothing_else_can_wherever_it_stands)
{
	int place;

	open_channels(2, 1);
	for (place = 0; place < 3; place++) {
		odeon_case cases[3] = { ODEON_CASE_RECV(ins[0]), ODEON_CASE_RECV(ins[1]), ODEON_CASE_NOTHING };

		cases[2] = cases[place];
		cases[place] = (odeon_case)ODEON_CASE_DEFAULT;
		ck_assert_int_eq(odeon_select(cases, 3, ODEON_NEVER), place);
		ck_assert_int_eq(odeon_select_biased(cases, 3, ODEON_NEVER), place);
		ck_assert_int_eq(odeon_select(cases, 3, ODEON_AT_ONCE), place);
		put_now(0, 1);
		ck_assert_int_ne(odeon_select(cases, 3, ODEON_NEVER), place);
		odeon_case_clear(&cases[(place + 1) % 3]);
		odeon_case_clear(&cases[(place + 2) % 3]);
		put_now(0, 1);
		ck_assert_int_ne(odeon_select_biased(cases, 3, ODEON_NEVER), place);
		odeon_case_clear(&cases[(place + 1) % 3]);
		odeon_case_clear(&cases[(place + 2) % 3]);
	}
}
END_TEST

START_TEST(a_default_alone_happens)
{
	odeon_case one = ODEON_CASE_DEFAULT;

	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_AT_ONCE), 0);
}
END_TEST

START_TEST(what_stands_by_has_no_error_left_over)
{
	odeon_case cases[2];

	open_channels(1, 1);
	cases[0] = cases[1] = (odeon_case)ODEON_CASE_RECV(ins[0]);
	ck_assert_int_eq(odeon_select_biased(cases, 2, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	cases[1].what = ODEON_ON_DEFAULT;
	cases[1].error = ODEON_EEMPTY;
	ck_assert_int_eq(odeon_select(cases, 2, ODEON_NEVER), 1);
	ck_assert_int_eq(cases[1].error, 0);
}
END_TEST

START_TEST(nothing_leaves_a_case_out_for_a_while)
{
	odeon_case cases[2];

	open_channels(2, 1);
	put_now(0, 1);
	put_now(1, 2);
	cases[0] = (odeon_case)ODEON_CASE_NOTHING;
	cases[1] = (odeon_case)ODEON_CASE_RECV(ins[1]);
	ck_assert_int_eq(odeon_select_biased(cases, 2, ODEON_NEVER), 1);
	ck_assert_int_eq(number_of(&cases[1]), 2);
	ck_assert_int_eq(odeon_select(cases, 2, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	cases[0] = (odeon_case)ODEON_CASE_RECV(ins[0]);
	ck_assert_int_eq(odeon_select(cases, 2, ODEON_NEVER), 0);
	ck_assert_int_eq(number_of(&cases[0]), 1);
}
END_TEST

/* ---- ready -------------------------------------------------------------------------------------------------------------------------- */

START_TEST(ready_says_all_that_can_happen_and_does_nothing)
{
	odeon_case cases[5];

	open_channels(4, 1);
	put_now(1, 1);
	put_now(3, 3);
	cases[0] = (odeon_case)ODEON_CASE_RECV(ins[0]);
	cases[1] = (odeon_case)ODEON_CASE_RECV(ins[1]);
	cases[2] = (odeon_case)ODEON_CASE_SEND(outs[2], load_new(2));
	cases[3] = (odeon_case)ODEON_CASE_SEND(outs[3], load_new(3));
	cases[4] = (odeon_case)ODEON_CASE_NOTHING;
	ck_assert_int_eq(odeon_select_ready(cases, 5, ODEON_NEVER), 2);
	ck_assert_int_eq(cases[0].is_ready, 0);
	ck_assert_int_eq(cases[1].is_ready, 1);
	ck_assert_int_eq(cases[2].is_ready, 1);
	ck_assert_int_eq(cases[3].is_ready, 0);
	ck_assert_int_eq(cases[4].is_ready, 0);
	ck_assert_uint_eq(odeon_receiver_len(ins[1]), 1);
	ck_assert_uint_eq(odeon_receiver_len(ins[2]), 0);
	ck_assert_ptr_nonnull(cases[2].message);
	ck_assert_int_eq(take(ins[1], ODEON_AT_ONCE), 1);
	odeon_sender_drop(outs[0]);
	outs[0] = NULL;
	ck_assert_int_eq(odeon_select_ready(cases, 5, ODEON_AT_ONCE), 2);
	ck_assert_int_eq(cases[0].is_ready, 1);                /* to say that it is disconnected */
	ck_assert_int_eq(cases[1].is_ready, 0);
	odeon_case_clear(&cases[2]);
	odeon_case_clear(&cases[3]);
}
END_TEST

/* It is ready when nothing else is. */
START_TEST(ready_with_a_default_does_not_wait)
{
	odeon_case cases[2];

	open_channels(1, 1);
	cases[0] = (odeon_case)ODEON_CASE_DEFAULT;
	cases[1] = (odeon_case)ODEON_CASE_RECV(ins[0]);
	ck_assert_int_eq(odeon_select_ready(cases, 2, ODEON_NEVER), 1);
	ck_assert_int_eq(cases[0].is_ready, 1);
	ck_assert_int_eq(cases[1].is_ready, 0);
	put_now(0, 1);
	ck_assert_int_eq(odeon_select_ready(cases, 2, ODEON_NEVER), 1);
	ck_assert_int_eq(cases[0].is_ready, 0);
	ck_assert_int_eq(cases[1].is_ready, 1);
}
END_TEST

/* ---- misuse ----------------------------------------------------------------------------------------------------------------------------------- */

static void expect_misuse(odeon_case *cases, size_t count, odeon_time until)
{
	ck_assert_int_eq(odeon_select(cases, count, until), ODEON_EINVAL);
	ck_assert_int_eq(odeon_select_biased(cases, count, until), ODEON_EINVAL);
	ck_assert_int_eq(odeon_select_ready(cases, count, until), ODEON_EINVAL);
}

START_TEST(misuse_is_an_error_and_nothing_is_done)
{
	odeon_case wrong[6];
	unsigned i;

	open_channels(1, 1);
	put_now(0, 1);
	memset(wrong, 0, sizeof(wrong));
	wrong[0] = (odeon_case)ODEON_CASE_RECV((odeon_receiver *)NULL);
	wrong[1] = (odeon_case)ODEON_CASE_SEND(outs[0], (struct load *)NULL);
	wrong[2] = (odeon_case)ODEON_CASE_SEND((odeon_sender *)NULL, load_new(1));
	wrong[3] = (odeon_case)ODEON_CASE_MAILBOX((odeon_self *)NULL);
	wrong[4].what = (enum odeon_case_what)(ODEON_ON_DEFAULT + 1);
	wrong[5].what = (enum odeon_case_what)-1;
	for (i = 0; i < 6; i++) {
		odeon_case cases[] = { ODEON_CASE_RECV(ins[0]), ODEON_CASE_DEFAULT, wrong[i] };

		expect_misuse(cases, 3, ODEON_NEVER);
		expect_misuse(cases, 3, ODEON_AT_ONCE);
		ck_assert_uint_eq(odeon_receiver_len(ins[0]), 1);
	}
	odeon_case_clear(&wrong[2]);
	expect_misuse(NULL, 3, ODEON_AT_ONCE);
	expect_misuse(NULL, 0, ODEON_NEVER);
	expect_misuse(wrong, 0, ODEON_NEVER);
}
END_TEST

START_TEST(a_simulation_and_the_real_world_are_not_waited_for_together)
{
	odeon_system *one = simulate(1), *other = simulate(2);
	odeon_receiver *ones = odeon_receiver_never(one), *others = odeon_receiver_never(other);
	odeon_case cases[2] = { ODEON_CASE_RECV(ones), ODEON_CASE_RECV(others) };
	int real;

	open_channels(1, 1);
	put_now(0, 1);
	expect_misuse(cases, 2, ODEON_AT_ONCE);
	cases[1] = (odeon_case)ODEON_CASE_FD(0, POLLIN);
	expect_misuse(cases, 2, ODEON_AT_ONCE);
	for (real = 0; real < 2; real++) {
		cases[real] = (odeon_case)ODEON_CASE_RECV(ins[0]);
		cases[1 - real] = (odeon_case)ODEON_CASE_RECV(ones);
		expect_misuse(cases, 2, ODEON_AT_ONCE);
	}
	ck_assert_uint_eq(odeon_receiver_len(ins[0]), 1);
	ck_assert_int_eq(odeon_select(cases, 1, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	odeon_receiver_drop(ones);
	odeon_receiver_drop(others);
	ck_assert_int_eq(odeon_system_free(one), 0);
	ck_assert_int_eq(odeon_system_free(other), 0);
}
END_TEST

KIT_MAIN("unit/select",
	{ .name = "one", .teardown = teardown,
	  .tests = KIT_TESTS(the_one_that_can_happen_does, a_message_to_be_sent_stays_in_its_case_until_it_is_taken,
	                     a_message_of_another_type_is_refused_and_stays,
	                     one_that_was_received_and_not_taken_out_is_freed_when_its_case_is_used_again,
	                     a_case_gives_its_message_to_who_does_not_say_the_type) },
	{ .name = "which", .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(a_biased_select_takes_the_first_that_can,
	                     each_is_as_likely_as_any_other_with_one_array_or_a_new_one_each_time,
	                     the_others_are_equal_when_one_of_them_cannot) },
	{ .name = "default", .teardown = teardown,
	  .tests = KIT_TESTS(default_happens_when_nothing_else_can_wherever_it_stands, a_default_alone_happens, what_stands_by_has_no_error_left_over,
	                     nothing_leaves_a_case_out_for_a_while, ready_says_all_that_can_happen_and_does_nothing,
	                     ready_with_a_default_does_not_wait) },
	{ .name = "misuse", .teardown = teardown,
	  .tests = KIT_TESTS(misuse_is_an_error_and_nothing_is_done,
	                     a_simulation_and_the_real_world_are_not_waited_for_together) })
