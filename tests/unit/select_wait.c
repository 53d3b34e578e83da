/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select_wait.c - as select.c: a select that waits, for channels, for the time, for descriptors
 */
#include "cases.h"
#include <poll.h>
#include <unistd.h>

/* ---- channels ----------------------------------------------------------------------------------------------------------- */

static void put_in_turn(void *argument)
{
	int i;

	(void)argument;
	for (i = 0; i < 200; i++)
		must(put(outs[i % 4], i, kit_deadline()) == 0);
}

START_TEST(a_select_that_waits_gets_what_comes_whichever_it_is)
{
	odeon_case cases[4];
	struct mate mate;
	int i;

	open_channels(4, _i == 0 ? 0 : _i == 1 ? 1 : ODEON_UNBOUNDED);
	for (i = 0; i < 4; i++)
		cases[i] = (odeon_case)ODEON_CASE_RECV(ins[i]);
	mate_begin(&mate, put_in_turn, NULL);
	for (i = 0; i < 200; i++) {
		int index = odeon_select(cases, 4, kit_deadline());

		must(index >= 0);
		must(number_of(&cases[index]) % 4 == index);
	}
	mate_end(&mate);
}
END_TEST

static void take_in_turn(void *argument)
{
	int i;

	(void)argument;
	for (i = 0; i < 100; i++)
		must(take(ins[i % 2], kit_deadline()) == i % 2);
}

START_TEST(a_select_that_waits_sends_where_there_comes_room)
{
	odeon_case cases[2];
	struct mate mate;
	int i, sent[2] = { 0, 0 };

	open_channels(2, (size_t)_i);
	for (i = 0; i < 2; i++)
		cases[i] = (odeon_case)ODEON_CASE_SEND(outs[i], load_new(i));
	mate_begin(&mate, take_in_turn, NULL);
	while (sent[0] < 50 || sent[1] < 50) {
		int index = odeon_select(cases, 2, kit_deadline());

		must(index >= 0);
		must(cases[index].error == 0 && cases[index].message == NULL);
		must(cases[1 - index].message != NULL || cases[1 - index].what == ODEON_ON_NOTHING);
		if (++sent[index] < 50)
			cases[index].message = load_new(index);
		else
			cases[index].what = ODEON_ON_NOTHING;
	}
	mate_end(&mate);
}
END_TEST

/* ---- ready -------------------------------------------------------------------------------------------------------------------------- */

static void put_late(void *argument)
{
	(void)argument;
	kit_pause();
	must(put(outs[1], 1, kit_deadline()) == 0);
}

START_TEST(ready_waits_until_something_is)
{
	odeon_case cases[2];
	struct mate mate;

	open_channels(2, (size_t)_i);
	cases[0] = (odeon_case)ODEON_CASE_RECV(ins[0]);
	cases[1] = (odeon_case)ODEON_CASE_RECV(ins[1]);
	ck_assert_int_eq(odeon_select_ready(cases, 2, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
	ck_assert_int_eq(cases[0].is_ready + cases[1].is_ready, 0);
	mate_begin(&mate, put_late, NULL);
	ck_assert_int_eq(odeon_select_ready(cases, 2, kit_deadline()), 1);
	ck_assert_int_eq(cases[0].is_ready, 0);
	ck_assert_int_eq(cases[1].is_ready, 1);
	ck_assert_int_eq(take(ins[1], kit_deadline()), 1);
	mate_end(&mate);
}
END_TEST

/* ---- time ------------------------------------------------------------------------------------------------------------------------------- */

START_TEST(time_is_a_case_like_any_other)
{
	odeon_receiver *after = odeon_receiver_after(NULL, odeon_clock_deadline(ODEON_MS(4)));
	odeon_receiver *never = odeon_receiver_never(NULL);
	odeon_case cases[3];

	open_channels(1, _i == 0 ? 0 : 1);
	cases[0] = (odeon_case)ODEON_CASE_RECV(ins[0]);
	cases[1] = (odeon_case)ODEON_CASE_RECV(never);
	cases[2] = (odeon_case)ODEON_CASE_RECV(after);
	ck_assert_int_eq(odeon_select(cases, 3, ODEON_NEVER), 2);
	ck_assert_int_eq(cases[2].error, 0);
	odeon_case_clear(&cases[2]);
	ck_assert_int_eq(odeon_select(cases, 3, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
	odeon_receiver_drop(after);
	odeon_receiver_drop(never);
}
END_TEST

static void take_the_tick(void *argument)
{
	struct odeon_tick *tick = odeon_recv_until(odeon_tick, (odeon_receiver *)argument, kit_deadline(), NULL);

	must(tick != NULL);
	odeon_free(tick);
}

/* Both wake at the moment; the one who finds it taken waits for the next. */
START_TEST(two_that_wait_for_one_tick_get_one_each)
{
	odeon_receiver *tick = odeon_receiver_tick(NULL, ODEON_MS(3)), *clone = odeon_receiver_clone(tick);
	odeon_case one = ODEON_CASE_RECV(tick);
	struct mate mate;

	mate_begin(&mate, take_the_tick, clone);
	ck_assert_int_eq(odeon_select(&one, 1, kit_deadline()), 0);
	ck_assert_int_eq(one.error, 0);
	odeon_case_clear(&one);
	mate_end(&mate);
	odeon_receiver_drop(tick);
	odeon_receiver_drop(clone);
}
END_TEST

/* ---- descriptors --------------------------------------------------------------------------------------------------------------------------- */

static void write_late(void *argument)
{
	(void)argument;
	kit_pause();
	must(write(pipe_ends[1], "x", 1) == 1);
}

START_TEST(a_descriptor_is_a_case_like_any_other)
{
	odeon_case cases[3];
	struct mate mate;
	char byte;

	ck_assert_int_eq(pipe(pipe_ends), 0);
	open_channels(1, 1);
	cases[0] = (odeon_case)ODEON_CASE_FD(pipe_ends[0], POLLIN);
	cases[1] = (odeon_case)ODEON_CASE_RECV(ins[0]);
	ck_assert_int_eq(odeon_select(cases, 2, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_select(cases, 2, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
	mate_begin(&mate, write_late, NULL);
	ck_assert_int_eq(odeon_select(cases, 2, kit_deadline()), 0);
	ck_assert_int_eq(cases[0].got, POLLIN);
	ck_assert_int_eq(odeon_select_ready(cases, 2, ODEON_AT_ONCE), 1);
	ck_assert_int_eq(cases[0].is_ready, 1);
	mate_end(&mate);
	ck_assert_int_eq(read(pipe_ends[0], &byte, 1), 1);
	put_now(0, 5);
	ck_assert_int_eq(odeon_select(cases, 2, kit_deadline()), 1);
	ck_assert_int_eq(number_of(&cases[1]), 5);
	cases[2] = (odeon_case)ODEON_CASE_FD(pipe_ends[1], POLLOUT);
	ck_assert_int_eq(odeon_select(cases, 3, ODEON_NEVER), 2);
	ck_assert_int_eq(cases[2].got, POLLOUT);
}
END_TEST

static void put_one_late(void *argument)
{
	(void)argument;
	kit_pause();
	must(put(outs[0], 8, kit_deadline()) == 0);
}

START_TEST(a_select_that_waits_for_a_descriptor_too_is_woken_by_a_channel)
{
	odeon_case cases[2];
	struct mate mate;

	ck_assert_int_eq(pipe(pipe_ends), 0);
	open_channels(1, (size_t)_i);
	cases[0] = (odeon_case)ODEON_CASE_FD(pipe_ends[0], POLLIN);
	cases[1] = (odeon_case)ODEON_CASE_RECV(ins[0]);
	mate_begin(&mate, put_one_late, NULL);
	ck_assert_int_eq(odeon_select(cases, 2, kit_deadline()), 1);
	ck_assert_int_eq(number_of(&cases[1]), 8);
	mate_end(&mate);
}
END_TEST

START_TEST(the_end_of_a_descriptor_is_told_unasked)
{
	odeon_case one;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	one = (odeon_case)ODEON_CASE_FD(ends[0], 0);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	close(ends[1]);
	ck_assert_int_eq(odeon_select(&one, 1, kit_deadline()), 0);
	ck_assert_int_eq(one.got, POLLHUP);
	close(ends[0]);
	ck_assert_int_eq(odeon_select(&one, 1, kit_deadline()), 0);
	ck_assert_int_eq(one.got, POLLNVAL);
}
END_TEST

/* ---- simulation --------------------------------------------------------------------------------------------------------- */

START_TEST(the_deadline_of_simulated_channels_is_on_their_clock)
{
	odeon_system *system = simulate(kit_seed());
	odeon_receiver *never = odeon_receiver_never(system);
	odeon_case one = ODEON_CASE_RECV(never);
	odeon_time until = odeon_system_deadline(system, ODEON_SECONDS(100000)), began = odeon_clock_now();

	ck_assert_int_eq(odeon_select(&one, 1, until), ODEON_ETIMEDOUT);
	ck_assert_int_ge(odeon_system_now(system).ns, until.ns);
	ck_assert_int_lt(odeon_clock_now().ns - began.ns, ODEON_SECONDS(5));
	odeon_receiver_drop(never);
	ck_assert_int_eq(odeon_system_free(system), 0);
}
END_TEST

KIT_MAIN("unit/select_wait",
	{ .name = "wait", .teardown = teardown, .loop = 3,
	  .tests = KIT_TESTS(a_select_that_waits_gets_what_comes_whichever_it_is, a_select_that_waits_sends_where_there_comes_room,
	                     ready_waits_until_something_is, time_is_a_case_like_any_other,
	                     a_select_that_waits_for_a_descriptor_too_is_woken_by_a_channel) },
	{ .name = "time", .teardown = teardown,
	  .tests = KIT_TESTS(two_that_wait_for_one_tick_get_one_each, the_deadline_of_simulated_channels_is_on_their_clock) },
	{ .name = "descriptor", .teardown = teardown,
	  .tests = KIT_TESTS(a_descriptor_is_a_case_like_any_other, the_end_of_a_descriptor_is_told_unasked) })
