/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trouble.c - what went wrong in other libraries' channels, as tests of these
 *
 * Each test is named after what must hold; its comment tells the trap. They repeat a small race many times; the same races
 * under every interleaving are in tests/explore. What went wrong in selects is in choosers.c.
 */
#include "../harness/halves.h"

static void expect_nothing_left(void) { ck_assert_int_eq(loads_alive(), 0); }

/* ---- the last receiver goes ------------------------------------------------------------------------------------------------ */

static atomic_bool has_begun;

static void send_until_disconnected(void *argument)
{
	int i, why = 0;

	for (i = 0; why == 0; i++) {
		why = odeon_sender_send(argument, load_new(i));
		atomic_store(&has_begun, true);
	}
	must(why == ODEON_EDISCONNECTED);
	odeon_sender_drop(argument);
}

/* Trap: a sender puts its message in, and allocates a block for it, as the last receiver takes out what is left: it leaks;
 * or both drop it. For each length of what was received before, as blocks end at some of them. */
START_TEST(a_message_sent_as_the_last_receiver_goes_is_dropped_once)
{
	int length, lengths = KIT_SLOWER(_i < SORTS_QUEUE ? 70 : 20);
	struct mate mate;
	odeon_sender *out;
	odeon_receiver *in;

	for (length = 0; length < lengths; length++) {
		sort_open(_i, &out, &in);
		atomic_store(&has_begun, false);
		mate_begin(&mate, send_until_disconnected, odeon_sender_clone(out));
		if (_i < SORTS_QUEUE) {
			int i;

			for (i = 0; i < length; i++)
				must(take(in, kit_deadline()) == i);
		} else
			soon(atomic_load(&has_begun));
		odeon_receiver_drop(in);
		mate_end(&mate);
		ck_assert_int_eq(loads_alive(), 0);            /* and not only when the last sender goes */
		odeon_sender_drop(out);
	}
}
END_TEST

/* Trap: messages nobody can receive any more are kept until the senders go too. */
START_TEST(messages_that_nobody_can_receive_are_not_kept_until_the_senders_go)
{
	odeon_sender *out;
	odeon_receiver *in;
	int i;

	sort_open(_i, &out, &in);
	for (i = 0; i < sort_fits(_i); i++)
		ck_assert_int_eq(put(out, i, ODEON_AT_ONCE), 0);
	odeon_receiver_drop(in);
	ck_assert_int_eq(loads_alive(), 0);
	odeon_sender_drop(out);
}
END_TEST

/* ---- the last sender goes ----------------------------------------------------------------------------------------------------- */

static _Atomic(odeon_sender *) handed;
static atomic_bool is_over;

static void send_one_and_go(void *argument)
{
	(void)argument;
	while (!atomic_load(&is_over)) {
		odeon_sender *out = atomic_exchange(&handed, NULL);

		if (out == NULL) {
			sched_yield();
			continue;
		}
		must(odeon_sender_send(out, load_new(1)) == 0);
		odeon_sender_drop(out);
	}
}

/* Trap: nothing there; the sender sends and goes; closed, then: "disconnected", though a message is there. */
START_TEST(disconnected_is_not_said_while_a_message_is_there)
{
	int round, rounds = KIT_SLOWER(_i == SORT_RENDEZVOUS ? 500 : 1500), answer, looks;
	struct mate mate;
	odeon_sender *out;
	odeon_receiver *in;

	mate_begin(&mate, send_one_and_go, NULL);
	for (round = 0; round < rounds; round++) {
		sort_open(_i, &out, &in);
		atomic_store(&handed, out);
		for (looks = 1; (answer = take(in, ODEON_AT_ONCE)) == ODEON_EEMPTY; looks++)
			if (looks % 1000 == 0)
				sched_yield();
		must(answer == 1);
		must(take(in, kit_deadline()) == ODEON_EDISCONNECTED);
		odeon_receiver_drop(in);
	}
	atomic_store(&is_over, true);
	mate_end(&mate);
}
END_TEST

/* ---- a rendezvous ------------------------------------------------------------------------------------------------------------------ */

struct party { struct mate mate; odeon_sender *out; odeon_receiver *in; unsigned number; atomic_int met; bool by_select; };

static int meet_by_select(struct party *party, odeon_time until)
{
	odeon_case one = ODEON_CASE_RECV(party->in);
	int index;

	if (party->out)
		one = (odeon_case)ODEON_CASE_SEND(party->out, load_new(1));
	index = odeon_select(&one, 1, until);
	must(index == 0 || index == ODEON_ETIMEDOUT);
	must(index != 0 || one.error == 0);
	must((one.message != NULL) == ((index == 0) == (party->in != NULL)));
	odeon_case_clear(&one);
	return index;
}

static void meet_impatiently(void *argument)
{
	struct party *party = argument;
	struct random dice = random_of(party->number + 50);

	while (!atomic_load(&is_over)) {
		odeon_time until = odeon_clock_deadline(ODEON_US(random_below(&dice, 60)));
		int answer = party->by_select ? meet_by_select(party, until) : party->out ? put(party->out, 1, until)
		                                                                          : take(party->in, until);

		must(answer >= 0 || answer == ODEON_ETIMEDOUT);
		atomic_fetch_add(&party->met, answer >= 0);
	}
	odeon_sender_drop(party->out);
	odeon_receiver_drop(party->in);
}

/* Trap: one of the two gives up as the message is handed over: both have it, or nobody. Everybody gives up here all the
 * time; as many sends as receives must have succeeded, and each load is dropped once. */
START_TEST(a_rendezvous_cancelled_at_the_hand_over_leaves_the_message_with_one)
{
	struct party parties[4];
	odeon_sender *out;
	odeon_receiver *in;
	unsigned i;

	sort_open(SORT_RENDEZVOUS, &out, &in);
	for (i = 0; i < 4; i++) {
		parties[i] = (struct party){ .number = i, .by_select = i > 1 };
		if (i % 2)
			parties[i].out = odeon_sender_clone(out);
		else
			parties[i].in = odeon_receiver_clone(in);
		mate_begin(&parties[i].mate, meet_impatiently, &parties[i]);
	}
	for (i = 0; i < 100; i++)
		kit_pause();
	eventually(atomic_load(&parties[0].met) > 0);          /* else this test has tested nothing */
	atomic_store(&is_over, true);
	for (i = 0; i < 4; i++)
		mate_end(&parties[i].mate);
	ck_assert_int_eq(atomic_load(&parties[1].met) + atomic_load(&parties[3].met),
	                 atomic_load(&parties[0].met) + atomic_load(&parties[2].met));
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	expect_nothing_left();
}
END_TEST

/* ---- time --------------------------------------------------------------------------------------------------------------------------- */

/* Trap: ticks pile up while their reader is slow, and then come in a burst. */
START_TEST(a_slow_reader_of_a_tick_gets_no_burst)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = kit_seed() });
	odeon_system *system = NULL;
	odeon_receiver *tick, *slow;
	struct odeon_tick *got;
	int64_t began;
	int i, why;

	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	began = odeon_system_now(system).ns;
	tick = odeon_receiver_tick(system, ODEON_MS(10));
	for (i = 1; i <= 5; i++) {
		slow = odeon_receiver_after(system, (odeon_time){ began + i * ODEON_MS(1005) });
		odeon_free(odeon_recv(odeon_tick, slow));
		odeon_receiver_drop(slow);
		ck_assert_uint_eq(odeon_receiver_len(tick), 1);
		got = odeon_try_recv(odeon_tick, tick, &why);
		ck_assert_ptr_nonnull(got);
		ck_assert_uint_ge(got->missed, 99);
		ck_assert_uint_le(got->missed, 100);
		odeon_free(got);
		ck_assert_ptr_null(odeon_try_recv(odeon_tick, tick, &why));
		ck_assert_int_eq(why, ODEON_EEMPTY);
	}
	got = odeon_recv(odeon_tick, tick);                    /* waited for, and on time again */
	ck_assert_ptr_nonnull(got);
	ck_assert_int_ge(got->due.ns, began + 5 * ODEON_MS(1005) + ODEON_MS(10));
	ck_assert_int_lt(got->due.ns, began + 5 * ODEON_MS(1005) + ODEON_MS(11));
	ck_assert_uint_eq(got->missed, 0);
	odeon_free(got);
	odeon_receiver_drop(tick);
	ck_assert_int_eq(odeon_system_free(system), 0);
}
END_TEST

KIT_MAIN("scenarios/trouble",
	{ .name = "close", .teardown = expect_nothing_left, .loop = SORTS,
	  .tests = KIT_TESTS(a_message_sent_as_the_last_receiver_goes_is_dropped_once,
	                     messages_that_nobody_can_receive_are_not_kept_until_the_senders_go,
	                     disconnected_is_not_said_while_a_message_is_there) },
	{ .name = "rendezvous",
	  .tests = KIT_TESTS(a_rendezvous_cancelled_at_the_hand_over_leaves_the_message_with_one) },
	{ .name = "time",
	  .tests = KIT_TESTS(a_slow_reader_of_a_tick_gets_no_burst) })
