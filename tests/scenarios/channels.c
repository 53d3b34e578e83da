/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channels.c - what the tutorials on channels of other languages teach, one test each, as somebody would use it
 *
 * The tags c01 to c34 are those of the list of behaviours that channels must have; what is about many users and what
 * travels is in values.c, about select in selects.c, the edges are in edges.c. That a use after a send does not compile
 * (the other half of c02) is in tests/misuse. Whatever waits with real threads is asked with real threads.
 */
#include "tutorials.h"

/* ---- two halves ---------------------------------------------------------------------------------------------------------- */

START_TEST(c01_one_call_makes_both_halves)
{
	open_channel(4);
	ck_assert_ptr_nonnull(out);
	ck_assert_ptr_nonnull(in);
	ck_assert_int_eq(odeon_channel_joins(out, in), 1);
}
END_TEST

static void send_a_value(void *argument)
{
	struct load *load = load_new(42);
	int *where = load->owned;

	must(odeon_sender_send(argument, load) == 0);
	must(where != NULL);                                   /* the pointer is known; the memory is the receiver's now */
}

START_TEST(c02_a_value_of_one_thread_is_received_by_another_who_then_owns_it)
{
	struct mate mate;
	struct load *load;

	open_channel(ODEON_UNBOUNDED);
	mate_begin(&mate, send_a_value, out);
	load = odeon_recv(load, in);
	ck_assert_ptr_nonnull(load);
	mate_end(&mate);
	ck_assert_int_eq(loads_alive(), 1);                    /* the same one, not a copy, and still here */
	ck_assert_int_eq(load->number, 42);
	ck_assert_int_eq(*load->owned, 42);
	odeon_free(load);
	ck_assert_int_eq(loads_alive(), 0);
}
END_TEST

START_TEST(c03_a_transmitter_can_be_cloned_and_each_clone_keeps_its_order)
{
	struct producer producers[PRODUCERS];
	int next[PRODUCERS] = { 0 }, received = 0;
	struct load *load;

	open_channel(8);
	begin_producers(producers);
	while ((load = odeon_recv(load, in))) {
		must(load->number == next[load->sender]++);
		received++;
		odeon_free(load);
	}
	end_producers(producers);
	ck_assert_int_eq(received, PRODUCERS * VALUES);
}
END_TEST

static void send_with_pauses(void *argument)
{
	int i;

	for (i = 0; i < 5; i++) {
		int pauses;

		for (pauses = 0; pauses < 10; pauses++)
			kit_pause();
		must(put(argument, i, ODEON_NEVER) == 0);
	}
}

START_TEST(c04_the_receiver_gets_values_as_they_come_and_sleeps_in_between)
{
	struct mate mate;
	int64_t used, began;
	int i;

	open_channel(_i == 0 ? ODEON_UNBOUNDED : 0);
	mate_begin(&mate, send_with_pauses, out);
	used = cpu_time_of_this_thread();
	began = odeon_clock_now().ns;
	for (i = 0; i < 5; i++)
		ck_assert_int_eq(take(in, ODEON_NEVER), i);
	used = cpu_time_of_this_thread() - used;
	began = odeon_clock_now().ns - began;
	mate_end(&mate);
	ck_assert_int_ge(began, ODEON_MS(40));
	ck_assert_msg(used < began / 4, "%ld us of %ld us waiting", (long)(used / 1000), (long)(began / 1000));
}
END_TEST

/* ---- the end --------------------------------------------------------------------------------------------------------------- */

static atomic_bool is_about_to_close;

static void send_some_and_close(void *argument)
{
	int i;

	for (i = 0; i < 3; i++) {
		kit_pause();
		must(put(argument, i, ODEON_NEVER) == 0);
	}
	kit_pause();
	atomic_store(&is_about_to_close, true);
	odeon_sender_drop(argument);
}

START_TEST(c05_iterating_ends_when_the_channel_is_closed_and_only_then)
{
	struct mate mate;
	struct load *load;
	int received = 0;

	open_channel(ODEON_UNBOUNDED);
	mate_begin(&mate, send_some_and_close, out);
	out = NULL;
	while ((load = odeon_recv(load, in))) {
		ck_assert_int_eq(load->number, received++);
		odeon_free(load);
	}
	ck_assert(atomic_load(&is_about_to_close));
	ck_assert_int_eq(received, 3);
	mate_end(&mate);
}
END_TEST

START_TEST(c06_the_last_transmitter_or_the_last_receiver_closes_the_channel)
{
	odeon_sender *second_out;
	odeon_receiver *second_in;

	open_channel(3);
	second_out = odeon_sender_clone(out);
	drop_sender();
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
	odeon_sender_drop(second_out);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EDISCONNECTED);

	open_channel(3);
	second_in = odeon_receiver_clone(in);
	drop_receiver();
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
	odeon_receiver_drop(second_in);
	ck_assert_int_eq(put(out, 2, ODEON_AT_ONCE), ODEON_EDISCONNECTED);
}
END_TEST

START_TEST(c07_recv_on_a_closed_channel_gives_what_is_queued_and_then_an_error_at_once)
{
	open_channel(ODEON_UNBOUNDED);
	ck_assert_int_eq(put(out, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(put(out, 2, ODEON_NEVER), 0);
	drop_sender();
	ck_assert_int_eq(take(in, ODEON_NEVER), 1);
	ck_assert_int_eq(take(in, ODEON_NEVER), 2);
	ck_assert_int_eq(take(in, ODEON_NEVER), ODEON_EDISCONNECTED);
	ck_assert_ptr_null(odeon_recv(load, in));              /* and again */
}
END_TEST

START_TEST(c08_a_send_without_a_receiver_fails_and_the_value_is_not_leaked)
{
	struct load *mine = load_new(5), *back;
	int why = 1;

	open_channel(ODEON_UNBOUNDED);
	drop_receiver();
	ck_assert_int_eq(odeon_sender_send(out, load_new(4)), ODEON_EDISCONNECTED);
	ck_assert_int_eq(loads_alive(), 1);
	back = odeon_sender_try(out, mine, ODEON_AT_ONCE, &why);
	ck_assert_int_eq(why, ODEON_EDISCONNECTED);
	ck_assert_ptr_nonnull(back);
	ck_assert_int_eq(back->number, 5);                     /* mine again */
	odeon_free(back);
}
END_TEST

START_TEST(c09_try_recv_returns_at_once_beside_other_useful_work)
{
	struct mate mate;
	int answer, received = 0;
	unsigned long work = 0;

	open_channel(ODEON_UNBOUNDED);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
	mate_begin(&mate, send_some_and_close, out);
	out = NULL;
	while ((answer = take(in, ODEON_AT_ONCE)) != ODEON_EDISCONNECTED) {
		must(answer == ODEON_EEMPTY || answer == received);
		received += answer != ODEON_EEMPTY;
		work++;
	}
	mate_end(&mate);
	ck_assert_int_eq(received, 3);
	ck_assert_uint_gt(work, 3);
}
END_TEST

/* ---- flavours ----------------------------------------------------------------------------------------------------------------- */

START_TEST(c10_a_send_to_an_unbounded_channel_never_waits)
{
	int i, count = KIT_SLOWER(50000);

	open_channel(ODEON_UNBOUNDED);
	for (i = 0; i < count; i++)
		must(odeon_sender_send(out, load_new(i)) == 0);    /* nobody receives meanwhile */
	ck_assert_uint_eq(odeon_sender_len(out), (size_t)count);
	ck_assert_int_eq(odeon_sender_is_full(out), 0);
	for (i = 0; i < count; i++)
		must(take(in, ODEON_AT_ONCE) == i);
}
END_TEST

static void send_three(void *argument)
{
	struct producer *producer = argument;

	must(put(producer->out, 1, ODEON_NEVER) == 0);
	must(put(producer->out, 2, ODEON_NEVER) == 0);
	producer->number = 2;
	must(put(producer->out, 3, ODEON_NEVER) == 0);
	producer->number = 3;
}

START_TEST(c11_a_send_to_a_full_bounded_channel_waits_and_a_try_says_full)
{
	struct producer producer = { .number = 0 };

	open_channel(2);
	producer.out = odeon_sender_clone(out);
	mate_begin(&producer.mate, send_three, &producer);
	mate_await_sleep(&producer.mate);
	ck_assert(!atomic_load(&producer.mate.is_done));
	ck_assert_uint_eq(odeon_receiver_len(in), 2);
	ck_assert_int_eq(put(out, 9, ODEON_AT_ONCE), ODEON_EFULL);
	ck_assert_int_eq(take(in, ODEON_NEVER), 1);
	mate_end(&producer.mate);
	ck_assert_uint_eq(producer.number, 3);
	ck_assert_int_eq(take(in, ODEON_NEVER), 2);
	ck_assert_int_eq(take(in, ODEON_NEVER), 3);
	odeon_sender_drop(producer.out);
}
END_TEST

static atomic_int sent;

static void send_and_count(void *argument)
{
	int i;

	for (i = 0; i < VALUES; i++) {
		must(put(argument, i, ODEON_NEVER) == 0);
		atomic_store(&sent, i + 1);
	}
}

START_TEST(c12_a_bound_of_0_is_a_rendezvous)
{
	struct mate mate;
	int i;

	open_channel(0);
	mate_begin(&mate, send_and_count, out);
	mate_await_sleep(&mate);
	ck_assert_int_eq(atomic_load(&sent), 0);
	for (i = 0; i < VALUES; i++) {
		must(atomic_load(&sent) <= i);
		must(take(in, ODEON_NEVER) == i);
	}
	mate_end(&mate);
	ck_assert_int_eq(atomic_load(&sent), VALUES);
}
END_TEST

static void expect_send_to_fail(void *argument)
{
	must(odeon_sender_send(argument, load_new(1)) == ODEON_EDISCONNECTED);
}

static void expect_recv_to_fail(void *argument)
{
	must(take(argument, ODEON_NEVER) == ODEON_EDISCONNECTED);
}

START_TEST(c13_who_waits_is_woken_with_an_error_when_the_other_side_goes)
{
	struct mate mate;

	open_channel((size_t)_i);                              /* 0 and 1 */
	if (_i == 1)
		ck_assert_int_eq(put(out, 0, ODEON_AT_ONCE), 0);
	mate_begin(&mate, expect_send_to_fail, out);
	mate_await_sleep(&mate);
	drop_receiver();
	mate_end(&mate);

	open_channel((size_t)_i);
	mate_begin(&mate, expect_recv_to_fail, in);
	mate_await_sleep(&mate);
	drop_sender();
	mate_end(&mate);
}
END_TEST

KIT_MAIN("scenarios/channels",
	{ .name = "halves", .teardown = teardown,
	  .tests = KIT_TESTS(c01_one_call_makes_both_halves, c02_a_value_of_one_thread_is_received_by_another_who_then_owns_it,
	                     c03_a_transmitter_can_be_cloned_and_each_clone_keeps_its_order) },
	{ .name = "sleep", .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(c04_the_receiver_gets_values_as_they_come_and_sleeps_in_between,
	                     c13_who_waits_is_woken_with_an_error_when_the_other_side_goes) },
	{ .name = "end", .teardown = teardown,
	  .tests = KIT_TESTS(c05_iterating_ends_when_the_channel_is_closed_and_only_then,
	                     c06_the_last_transmitter_or_the_last_receiver_closes_the_channel,
	                     c07_recv_on_a_closed_channel_gives_what_is_queued_and_then_an_error_at_once,
	                     c08_a_send_without_a_receiver_fails_and_the_value_is_not_leaked,
	                     c09_try_recv_returns_at_once_beside_other_useful_work) },
	{ .name = "flavour", .teardown = teardown,
	  .tests = KIT_TESTS(c10_a_send_to_an_unbounded_channel_never_waits,
	                     c11_a_send_to_a_full_bounded_channel_waits_and_a_try_says_full, c12_a_bound_of_0_is_a_rendezvous) })
