/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * selects.c - as channels.c: what the tutorials teach of select
 */
#include "tutorials.h"

START_TEST(c19_select_completes_exactly_one_of_several)
{
	struct pair a = pair_open(1), b = pair_open(1), c = pair_open(1);
	odeon_case cases[] = { ODEON_CASE_RECV(a.in), ODEON_CASE_RECV(b.in), ODEON_CASE_SEND(c.out, load_new(9)) };
	int index;

	ck_assert_int_eq(put(a.out, 1, ODEON_AT_ONCE), 0);
	ck_assert_int_eq(put(b.out, 2, ODEON_AT_ONCE), 0);
	index = odeon_select(cases, 3, ODEON_NEVER);
	ck_assert_int_ge(index, 0);
	ck_assert_int_eq(cases[index].error, 0);
	ck_assert_int_eq(odeon_receiver_is_empty(a.in), index == 0);
	ck_assert_int_eq(odeon_receiver_is_empty(b.in), index == 1);
	ck_assert_int_eq(odeon_receiver_is_full(c.in), index == 2);
	ck_assert_int_eq(cases[0].message != NULL, index == 0);
	ck_assert_int_eq(cases[1].message != NULL, index == 1);
	ck_assert_int_eq(cases[2].message == NULL, index == 2);
	odeon_case_clear(&cases[0]);
	odeon_case_clear(&cases[1]);
	odeon_case_clear(&cases[2]);
	pair_drop(a);
	pair_drop(b);
	pair_drop(c);
}
END_TEST

START_TEST(c20_select_with_default_does_not_wait_and_with_a_deadline_waits_so_long)
{
	odeon_time until;

	open_channel(1);
	{
		odeon_case cases[] = { ODEON_CASE_RECV(in), ODEON_CASE_DEFAULT };

		ck_assert_int_eq(odeon_select(cases, 2, ODEON_NEVER), 1);
		ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
		ck_assert_int_eq(odeon_select(cases, 2, ODEON_NEVER), 0);
		odeon_case_clear(&cases[0]);
		until = odeon_clock_deadline(ODEON_MS(5));
		ck_assert_int_eq(odeon_select(cases, 1, until), ODEON_ETIMEDOUT);
		ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	}
}
END_TEST

/* Of 2000 draws among four, each is expected 500 times; less than 350 would be seven standard deviations off. */
START_TEST(c21_select_is_fair_over_time_and_a_biased_form_exists)
{
	odeon_receiver *ready[4];
	int times[4] = { 0 }, i, index;

	for (i = 0; i < 4; i++)
		ready[i] = odeon_receiver_tick(NULL, 1);       /* always due */
	kit_pause();
	for (i = 0; i < 2000; i++) {
		odeon_case cases[] = { ODEON_CASE_RECV(ready[0]), ODEON_CASE_RECV(ready[1]), ODEON_CASE_RECV(ready[2]),
		                       ODEON_CASE_RECV(ready[3]) };

		index = odeon_select(cases, 4, ODEON_NEVER);
		must(index >= 0);
		times[index]++;
		odeon_case_clear(&cases[index]);
		index = odeon_select_biased(cases, 4, ODEON_NEVER);
		must(index == 0);
		odeon_case_clear(&cases[0]);
	}
	for (i = 0; i < 4; i++) {
		ck_assert_msg(times[i] >= 350, "case %d happened %d times of 2000", i, times[i]);
		odeon_receiver_drop(ready[i]);
	}
}
END_TEST

START_TEST(c22_a_disconnected_channel_is_ready_in_select_with_the_error)
{
	struct pair quiet = pair_open(1);

	open_channel(1);
	drop_sender();
	{
		odeon_case cases[] = { ODEON_CASE_RECV(quiet.in), ODEON_CASE_RECV(in) };

		ck_assert_int_eq(odeon_select(cases, 2, ODEON_NEVER), 1);
		ck_assert_int_eq(cases[1].error, ODEON_EDISCONNECTED);
		ck_assert_ptr_null(odeon_case_message(load, &cases[1]));
	}
	pair_drop(quiet);
}
END_TEST

/* On a virtual clock, so that neither the machine's load nor its other work decides how many there are. */
START_TEST(c23_a_ticker_and_a_timeout_in_one_loop)
{
	odeon_system *system = simulate();
	int64_t began = odeon_system_now(system).ns;
	odeon_receiver *ticker = odeon_receiver_tick(system, ODEON_MS(5));
	odeon_receiver *timeout = odeon_receiver_after(system, odeon_system_deadline(system, ODEON_MS(28)));
	odeon_case cases[] = { ODEON_CASE_RECV(ticker), ODEON_CASE_RECV(timeout) };
	int ticks = 0, index;

	while ((index = odeon_select(cases, 2, ODEON_NEVER)) == 0) {
		struct odeon_tick *tick = odeon_case_message(odeon_tick, &cases[0]);

		must(tick != NULL);
		expect_about(tick->due.ns, began + ++ticks * ODEON_MS(5));
		odeon_free(tick);
	}
	ck_assert_int_eq(index, 1);
	ck_assert_int_eq(ticks, 5);
	expect_about(odeon_system_now(system).ns, began + ODEON_MS(28));
	odeon_case_clear(&cases[1]);
	odeon_receiver_drop(ticker);
	odeon_receiver_drop(timeout);
	ck_assert_int_eq(odeon_system_free(system), 0);
}
END_TEST

KIT_MAIN("scenarios/selects",
	{ .name = "select", .teardown = teardown,
	  .tests = KIT_TESTS(c19_select_completes_exactly_one_of_several,
	                     c20_select_with_default_does_not_wait_and_with_a_deadline_waits_so_long,
	                     c21_select_is_fair_over_time_and_a_biased_form_exists,
	                     c22_a_disconnected_channel_is_ready_in_select_with_the_error, c23_a_ticker_and_a_timeout_in_one_loop) })
