/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edges.c - as channels.c: what the small print of other languages' channels and selects says
 */
#include "tutorials.h"

START_TEST(c27_an_expired_deadline_still_does_what_is_possible_at_once)
{
	odeon_time past = { odeon_clock_now().ns - ODEON_SECONDS(1) };

	open_channel(1);
	ck_assert_int_eq(take(in, past), ODEON_ETIMEDOUT);
	ck_assert_int_eq(put(out, 1, past), 0);
	ck_assert_int_eq(put(out, 2, past), ODEON_ETIMEDOUT);
	ck_assert_int_eq(take(in, past), 1);
	{
		odeon_case one = ODEON_CASE_SEND(out, load_new(3));

		ck_assert_int_eq(odeon_select(&one, 1, past), 0);
		ck_assert_int_eq(take(in, past), 3);
	}
}
END_TEST

/* Nothing but time is waited for, so virtual time goes there at once. */
static void pass_until(odeon_system *system, int64_t moment)
{
	odeon_receiver *alarm = odeon_receiver_after(system, (odeon_time){ moment });

	ck_assert_int_eq(tick_at(alarm, ODEON_NEVER), moment);
	expect_about(odeon_system_now(system).ns, moment);
	odeon_receiver_drop(alarm);
}

START_TEST(c28_a_late_reader_of_tick_gets_one_and_clones_of_after_share_theirs)
{
	odeon_system *system = simulate();
	int64_t began = odeon_system_now(system).ns;
	odeon_receiver *tick = odeon_receiver_tick(system, ODEON_MS(100)), *after, *clone;

	expect_about(tick_at(tick, ODEON_NEVER), began + ODEON_MS(100));
	expect_about(tick_at(tick, ODEON_NEVER), began + ODEON_MS(200));
	pass_until(system, began + ODEON_MS(550));
	expect_about(tick_at(tick, ODEON_AT_ONCE), began + ODEON_MS(300));
	ck_assert_int_eq(tick_at(tick, ODEON_AT_ONCE), ODEON_EEMPTY);
	expect_about(tick_at(tick, ODEON_NEVER), began + ODEON_MS(650));       /* a period after it was taken */
	after = odeon_receiver_after(system, (odeon_time){ began + ODEON_MS(700) });
	clone = odeon_receiver_clone(after);
	pass_until(system, began + ODEON_MS(700));
	ck_assert_int_eq(tick_at(_i ? after : clone, ODEON_AT_ONCE), began + ODEON_MS(700));
	ck_assert_int_eq(tick_at(_i ? clone : after, ODEON_AT_ONCE), ODEON_EEMPTY);
	odeon_receiver_drop(tick);
	odeon_receiver_drop(after);
	odeon_receiver_drop(clone);
	ck_assert_int_eq(odeon_system_free(system), 0);
}
END_TEST

static void receive_by_select(void *argument)
{
	odeon_case one = ODEON_CASE_RECV((odeon_receiver *)argument);

	must(odeon_select(&one, 1, kit_deadline()) == 0);
	must(one.message != NULL);
	odeon_case_clear(&one);
}

static void receive_plainly(void *argument) { must(take(argument, kit_deadline()) == 2); }

START_TEST(c29_a_rendezvous_needs_somebody_else_and_is_always_empty_and_full)
{
	struct mate mate;

	open_channel(0);
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), ODEON_EFULL);
	{
		odeon_case cases[] = { ODEON_CASE_RECV(in), ODEON_CASE_SEND(out, load_new(1)) };
		int64_t used = cpu_time_of_this_thread();

		ck_assert_int_eq(odeon_select(cases, 2, odeon_clock_deadline(ODEON_MS(30))), ODEON_ETIMEDOUT);
		ck_assert_int_lt(cpu_time_of_this_thread() - used, ODEON_MS(15));      /* it sleeps, not seeing itself */
		odeon_case_clear(&cases[1]);
	}
	mate_begin(&mate, _i ? receive_by_select : receive_plainly, in);
	mate_await_sleep(&mate);
	ck_assert_int_eq(put(out, 2, ODEON_AT_ONCE), 0);
	mate_end(&mate);
	ck_assert_uint_eq(odeon_sender_len(out), 0);
	ck_assert_int_eq(odeon_sender_is_empty(out), 1);
	ck_assert_int_eq(odeon_sender_is_full(out), 1);
	ck_assert_int_eq(odeon_receiver_is_empty(in), 1);
	ck_assert_int_eq(odeon_receiver_is_full(in), 1);
}
END_TEST

/* A message of the channel holds the last receiver of a next one, which has messages, and so on; and one holds a half of its own. */
struct nest { odeon_receiver *inner; odeon_sender *own; };
ODEON_MESSAGE_DROP(nest)
{
	odeon_receiver_drop(nest->inner);
	odeon_sender_drop(nest->own);
}

START_TEST(c30_the_last_receiver_releases_what_is_queued_at_once_though_it_holds_halves)
{
	odeon_sender *outer_out = NULL, *next_out = NULL;
	odeon_receiver *outer_in = NULL, *next_in = NULL;
	unsigned long dropped = loads_dropped_here();
	int depth;

	open_channel(ODEON_UNBOUNDED);
	ck_assert_int_eq(put(out, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(put(out, 2, ODEON_NEVER), 0);
	outer_in = in;
	in = NULL;
	for (depth = 0; depth < 20; depth++) {
		ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(nest), _i ? ODEON_UNBOUNDED : 3, &next_out, &next_in), 0);
		ck_assert_int_eq(odeon_sender_send(next_out, odeon_new(nest, .inner = outer_in)), 0);
		ck_assert_int_eq(odeon_sender_send(next_out, odeon_new(nest, .own = odeon_sender_clone(next_out))), 0);
		if (depth % 2)
			odeon_sender_drop(next_out);
		else {
			odeon_sender_drop(outer_out);
			outer_out = next_out;
		}
		outer_in = next_in;
	}
	odeon_receiver_drop(outer_in);
	ck_assert_uint_eq(loads_dropped_here() - dropped, 2);
	ck_assert_int_eq(put(out, 3, ODEON_AT_ONCE), ODEON_EDISCONNECTED);
	odeon_sender_drop(outer_out);
}
END_TEST

/* The case that stands in the array twice is as likely as two. 1200 draws: 2/3 of them, within seven standard deviations. */
START_TEST(c31_the_same_half_in_several_cases_counts_for_each)
{
	odeon_receiver *twice = odeon_receiver_tick(NULL, 1), *once = odeon_receiver_tick(NULL, 1);
	odeon_case cases[] = { ODEON_CASE_RECV(twice), ODEON_CASE_RECV(once), ODEON_CASE_RECV(twice) };
	int times[3] = { 0 }, i, index;

	kit_pause();
	for (i = 0; i < 1200; i++) {
		index = odeon_select(cases, 3, ODEON_NEVER);
		must(index >= 0);
		times[index]++;
		odeon_case_clear(&cases[index]);
	}
	for (i = 0; i < 3; i++)
		ck_assert_msg(times[i] > 280 && times[i] < 520, "case %d happened %d times of 1200", i, times[i]);
	odeon_receiver_drop(twice);
	odeon_receiver_drop(once);
}
END_TEST

static void only_look(void *argument)
{
	odeon_case one = ODEON_CASE_RECV((odeon_receiver *)argument);

	must(odeon_select_ready(&one, 1, kit_deadline()) == 1);
}

static void give_up_soon(void *argument)
{
	must(take(argument, odeon_clock_deadline(ODEON_MS(1))) == ODEON_ETIMEDOUT);
}

static void receive_two(void *argument) { must(take(argument, kit_deadline()) == 2); }

/* First in the list is one who has given up, then one who only looks; the message is for the third. */
START_TEST(c32_no_wake_up_is_swallowed_by_one_who_gave_up_or_only_looks)
{
	struct mate gone, looks, waits;
	odeon_receiver *second, *third;

	open_channel(_i == 0 ? 0 : 2);
	second = odeon_receiver_clone(in);
	third = odeon_receiver_clone(in);
	mate_begin(&gone, give_up_soon, in);
	mate_begin(&looks, only_look, second);
	mate_end(&gone);
	mate_await_sleep(&looks);
	if (_i == 0)                                           /* one who only looks is nobody's partner */
		ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), ODEON_EFULL);
	mate_begin(&waits, receive_two, third);
	mate_await_sleep(&waits);
	ck_assert_int_eq(put(out, 2, kit_deadline()), 0);
	mate_end(&waits);
	if (_i == 0)                                           /* a sender that waits is what the looking one looks for */
		ck_assert_int_eq(put(out, 3, odeon_clock_deadline(ODEON_MS(1))), ODEON_ETIMEDOUT);
	drop_sender();
	mate_end(&looks);
	odeon_receiver_drop(second);
	odeon_receiver_drop(third);
}
END_TEST

START_TEST(c33_a_select_with_no_cases)
{
	odeon_time until = odeon_clock_deadline(ODEON_MS(4));
	odeon_case none[] = { ODEON_CASE_NOTHING };
	int with_one;

	ck_assert_int_eq(odeon_select(NULL, 0, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_select(NULL, 0, until), ODEON_ETIMEDOUT);
	ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	ck_assert_int_eq(odeon_select(NULL, 0, ODEON_NEVER), ODEON_EINVAL);
	for (with_one = 0; with_one < 2; with_one++) {
		ck_assert_int_eq(odeon_select(none, (size_t)with_one, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
		ck_assert_int_eq(odeon_select_biased(none, (size_t)with_one, ODEON_NEVER), ODEON_EINVAL);
		ck_assert_int_eq(odeon_select_ready(none, (size_t)with_one, ODEON_NEVER), ODEON_EINVAL);
	}
}
END_TEST

struct belongings { odeon_sender *out; odeon_receiver *in; };
static pthread_key_t key;

/* Runs while its thread ends, after whatever else the runtime had of that thread may have been given back. */
static void let_go(void *argument)
{
	struct belongings *belongings = argument;
	int i;

	must(take(belongings->in, kit_deadline()) == 7);
	for (i = 0; i < 3; i++)
		must(put(belongings->out, i, kit_deadline()) == 0);
	odeon_sender_drop(belongings->out);
	odeon_receiver_drop(belongings->in);
}

static void use_and_leave(void *argument)
{
	struct belongings *belongings = argument;

	must(pthread_setspecific(key, belongings) == 0);
	must(take(belongings->in, kit_deadline()) == 6);
	must(put(belongings->out, 9, kit_deadline()) == 0);
}

START_TEST(c34_halves_may_be_used_and_dropped_while_a_thread_ends)
{
	struct belongings belongings;
	struct pair back = pair_open(2);
	struct mate mate;

	ck_assert_int_eq(pthread_key_create(&key, let_go), 0);
	open_channel(1);
	belongings = (struct belongings){ .out = out, .in = back.in };
	out = NULL;
	ck_assert_int_eq(put(back.out, 6, ODEON_AT_ONCE), 0);
	mate_begin(&mate, use_and_leave, &belongings);
	ck_assert_int_eq(take(in, kit_deadline()), 9);
	ck_assert_int_eq(put(back.out, 7, kit_deadline()), 0);
	ck_assert_int_eq(take(in, kit_deadline()), 0);
	ck_assert_int_eq(take(in, kit_deadline()), 1);
	ck_assert_int_eq(take(in, kit_deadline()), 2);
	ck_assert_int_eq(take(in, kit_deadline()), ODEON_EDISCONNECTED);
	mate_end(&mate);
	ck_assert_int_eq(put(back.out, 8, kit_deadline()), ODEON_EDISCONNECTED);
	odeon_sender_drop(back.out);
	pthread_key_delete(key);
}
END_TEST

KIT_MAIN("scenarios/edges",
	{ .name = "edge", .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(c27_an_expired_deadline_still_does_what_is_possible_at_once,
	                     c28_a_late_reader_of_tick_gets_one_and_clones_of_after_share_theirs,
	                     c29_a_rendezvous_needs_somebody_else_and_is_always_empty_and_full,
	                     c30_the_last_receiver_releases_what_is_queued_at_once_though_it_holds_halves,
	                     c31_the_same_half_in_several_cases_counts_for_each,
	                     c32_no_wake_up_is_swallowed_by_one_who_gave_up_or_only_looks, c33_a_select_with_no_cases,
	                     c34_halves_may_be_used_and_dropped_while_a_thread_ends) })
