/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * choosers.c - as trouble.c: what went wrong in other libraries' selects, and in waking those who wait
 */
#include "../harness/halves.h"

static void expect_nothing_left(void) { ck_assert_int_eq(loads_alive(), 0); }

/* ---- wake-ups ------------------------------------------------------------------------------------------------------------------ */

enum { RECEIVERS = 3, CHANNELS = 4 };

struct chooser {
	struct mate mate;
	unsigned number;
	int count;                                     /* of channels */
	odeon_receiver *in[CHANNELS];
	int received[CHANNELS];
	bool is_impatient;
};

static odeon_sender *outs[CHANNELS];
static odeon_receiver *ins[CHANNELS];
static struct chooser choosers[RECEIVERS];
static atomic_bool is_over;
static atomic_int received_in_all, round_now, rounds_tried;

static void open_channels(int count, const size_t *capacities)
{
	int i;

	for (i = 0; i < count; i++)
		ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), capacities[i], &outs[i], &ins[i]), 0);
}

static void drop_receivers(int count)
{
	int i;

	for (i = 0; i < count; i++)
		odeon_receiver_drop(ins[i]);
}

static void cases_of(struct chooser *chooser, odeon_case *cases)
{
	int i;

	for (i = 0; i < chooser->count; i++)
		cases[i] = (odeon_case)ODEON_CASE_RECV(chooser->in[i]);
}

static void begin_choosers(int channels, void (*run)(void *))
{
	int i, j;

	for (i = 0; i < RECEIVERS; i++) {
		choosers[i] = (struct chooser){ .number = (unsigned)i, .count = channels, .is_impatient = i > 0 };
		for (j = 0; j < channels; j++)
			choosers[i].in[j] = odeon_receiver_clone(ins[j]);
		mate_begin(&choosers[i].mate, run, &choosers[i]);
	}
}

static void end_choosers(void)
{
	int i, j;

	for (i = 0; i < RECEIVERS; i++) {
		mate_end(&choosers[i].mate);
		for (j = 0; j < choosers[i].count; j++)
			odeon_receiver_drop(choosers[i].in[j]);
	}
}

static void got_one(struct chooser *chooser, odeon_case *one, int index)
{
	struct load *load = odeon_case_message(load, one);

	must(load != NULL);
	odeon_free(load);
	chooser->received[index]++;
	atomic_fetch_add(&received_in_all, 1);
}

static odeon_time next_deadline(struct chooser *chooser, struct random *dice, int *round)
{
	if (!chooser->is_impatient)
		return kit_deadline();
	soon(atomic_load(&round_now) != *round || atomic_load(&is_over));
	++*round;
	return odeon_clock_deadline(ODEON_US(random_below(dice, 150)));
}

static void choose_with_deadlines(void *argument)
{
	struct chooser *chooser = argument;
	struct random dice = random_of(chooser->number);
	odeon_case cases[CHANNELS];
	int round = 0, index;

	cases_of(chooser, cases);
	while (!atomic_load(&is_over)) {
		index = odeon_select(cases, (size_t)chooser->count, next_deadline(chooser, &dice, &round));
		if (index >= 0 && cases[index].error == ODEON_EDISCONNECTED)
			return;
		must(index >= 0 || (index == ODEON_ETIMEDOUT && chooser->is_impatient));
		if (index >= 0)
			got_one(chooser, &cases[index], index);
		if (chooser->is_impatient)
			atomic_fetch_add(&rounds_tried, 1);
	}
}

static void pause_for(struct random *dice, unsigned most_us)
{
	odeon_time until = odeon_clock_deadline(ODEON_US(random_below(dice, most_us)));

	while (odeon_clock_now().ns < until.ns)
		sched_yield();
}

/* Trap: a receiver that is cancelled, by its deadline or because its select got something elsewhere, has taken the
 * notification with it, and the others sleep beside the message. Two messages a round, for three receivers, of which two
 * try only once and give up at about that moment. */
START_TEST(a_cancelled_receiver_does_not_swallow_a_wake_up)
{
	static const size_t capacities[][2] = { { 1, ODEON_UNBOUNDED }, { 0, 3 }, { 0, 0 } };
	struct random dice = random_of(7);
	int round, rounds = KIT_SLOWER(400);

	open_channels(2, capacities[_i]);
	begin_choosers(2, choose_with_deadlines);
	for (round = 1; round <= rounds; round++) {
		atomic_fetch_add(&round_now, 1);
		pause_for(&dice, 150);
		must(put(outs[0], 1, kit_deadline()) == 0);
		must(put(outs[1], 1, kit_deadline()) == 0);
		soon(atomic_load(&rounds_tried) == round * (RECEIVERS - 1) && atomic_load(&received_in_all) == 2 * round);
	}
	atomic_store(&is_over, true);
	odeon_sender_drop(outs[0]);
	odeon_sender_drop(outs[1]);
	end_choosers();
	drop_receivers(2);
	expect_nothing_left();
}
END_TEST

/* ---- selects --------------------------------------------------------------------------------------------------------------------- */

struct source { struct mate mate; odeon_sender *out; unsigned number; int count; };

static void send_and_stop(void *argument)
{
	struct source *source = argument;
	struct random dice = random_of(source->number + 100);
	int i;

	for (i = 0; i < source->count; i++) {
		if (random_below(&dice, 50) == 0)
			sched_yield();
		must(odeon_sender_send(source->out, load_of(source->number, i)) == 0);
	}
	odeon_sender_drop(source->out);
}

static void choose_to_the_end(void *argument)
{
	struct chooser *chooser = argument;
	odeon_case cases[CHANNELS];
	int left = chooser->count, index;

	cases_of(chooser, cases);
	while (left > 0) {
		index = odeon_select(cases, (size_t)chooser->count, kit_deadline());
		must(index >= 0);
		if (cases[index].error == ODEON_EDISCONNECTED) {
			cases[index].what = ODEON_ON_NOTHING;
			left--;
		} else
			got_one(chooser, &cases[index], index);
	}
}

static void run_sources(const int *counts)
{
	struct source sources[CHANNELS];
	unsigned i;

	for (i = 0; i < CHANNELS; i++) {
		sources[i] = (struct source){ .out = outs[i], .number = i, .count = counts[i] };
		mate_begin(&sources[i].mate, send_and_stop, &sources[i]);
	}
	for (i = 0; i < CHANNELS; i++)
		mate_end(&sources[i].mate);
}

/* Trap: a select hangs, as one of its channels ends while it arms another. Trap: a select that completes on two channels, so
 * that one of the messages is lost; each channel's messages are counted. */
START_TEST(selects_neither_hang_nor_lose_messages_while_producers_stop_at_random)
{
	static const size_t capacities[CHANNELS] = { ODEON_UNBOUNDED, 3, 0, 1 };
	struct random dice = random_of(3);
	int round, i, j, rounds = KIT_SLOWER(240);        /* more than 100,000 selects */

	for (round = 0; round < rounds; round++) {
		int counts[CHANNELS], received;

		open_channels(CHANNELS, capacities);
		begin_choosers(CHANNELS, choose_to_the_end);
		for (i = 0; i < CHANNELS; i++)
			counts[i] = (int)random_below(&dice, capacities[i] < 2 ? 60 : 500);
		run_sources(counts);
		end_choosers();
		for (i = 0; i < CHANNELS; i++) {
			for (received = 0, j = 0; j < RECEIVERS; j++)
				received += choosers[j].received[i];
			ck_assert_int_eq(received, counts[i]);
		}
		drop_receivers(CHANNELS);
		expect_nothing_left();
	}
}
END_TEST

struct trader { struct mate mate; odeon_sender *out; odeon_receiver *in; int sent, received; };
static atomic_int trades_left;

/* Each trade is a send or a receive, whichever can happen. */
static void trade(void *argument)
{
	struct trader *trader = argument;
	odeon_case cases[] = { ODEON_CASE_RECV(trader->in), ODEON_CASE_SEND(trader->out, load_new(1)) };
	int index;

	while (atomic_fetch_sub(&trades_left, 1) > 0) {
		index = odeon_select(cases, 2, odeon_clock_deadline(ODEON_MS(20)));
		must(index == 0 || index == 1 || index == ODEON_ETIMEDOUT);
		must(index < 0 || cases[index].error == 0);
		must((cases[0].message != NULL) == (index == 0));      /* the other one was not done too */
		must((cases[1].message == NULL) == (index == 1));
		if (index == 0) {
			trader->received++;
			odeon_case_clear(&cases[0]);
		} else if (index == 1) {
			trader->sent++;
			cases[1].message = load_new(1);
		}
	}
	odeon_case_clear(&cases[1]);
}

/* Trap: a select completes on two channels. Three of them send in a ring and receive at the same time; the last one
 * may find nobody left to trade with. */
START_TEST(a_select_does_not_complete_on_two_channels)
{
	struct trader traders[3];
	int i, left = 0, received = 0, sent = 0;

	atomic_store(&trades_left, KIT_SLOWER(20000));
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), _i == 0 ? ODEON_UNBOUNDED : 64, &outs[i], &ins[i]), 0);
	for (i = 0; i < 3; i++) {
		traders[i] = (struct trader){ .out = outs[i], .in = ins[(i + 1) % 3] };
		mate_begin(&traders[i].mate, trade, &traders[i]);
	}
	for (i = 0; i < 3; i++) {
		mate_end(&traders[i].mate);
		received += traders[i].received;
		sent += traders[i].sent;
	}
	for (i = 0; i < 3; i++)                        /* not before all have ended: it would disconnect one that still trades */
		odeon_sender_drop(outs[i]);
	for (i = 0; i < 3; i++)
		while (take(ins[i], ODEON_AT_ONCE) == 1)
			left++;
	ck_assert_int_eq(sent, received + left);
	drop_receivers(3);
	expect_nothing_left();
}
END_TEST

/* Trap: undefined, or a hang, or the wrong one of the two is said to have happened. */
START_TEST(the_same_channel_twice_in_one_select_is_defined)
{
	static const size_t capacities[] = { 0, 1, ODEON_UNBOUNDED };
	odeon_sender *out, *other;
	odeon_receiver *in;
	int index;

	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), capacities[_i], &out, &in), 0);
	{
		odeon_case cases[] = { ODEON_CASE_RECV(in), ODEON_CASE_SEND(out, load_new(1)), ODEON_CASE_RECV(in) };

		index = odeon_select(cases, 3, odeon_clock_deadline(ODEON_MS(3)));
		ck_assert_int_eq(index, _i == 0 ? ODEON_ETIMEDOUT : 1);        /* a select never meets itself */
		if (_i > 0)
			ck_assert(cases[1].message == NULL && odeon_receiver_len(in) == 1);
		odeon_case_clear(&cases[1]);
		cases[1] = (odeon_case)ODEON_CASE_NOTHING;
		if (_i > 0) {
			index = odeon_select(cases, 3, ODEON_NEVER);
			ck_assert(index == 0 || index == 2);
			ck_assert_ptr_nonnull(cases[index].message);
			ck_assert_ptr_null(cases[2 - index].message);
			odeon_case_clear(&cases[index]);
		}
		odeon_sender_drop(out);
		index = odeon_select(cases, 3, ODEON_NEVER);
		ck_assert(index == 0 || index == 2);
		ck_assert_int_eq(cases[index].error, ODEON_EDISCONNECTED);
	}
	odeon_receiver_drop(in);
	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), capacities[_i], &out, &in), 0);
	other = odeon_sender_clone(out);
	{
		odeon_case cases[] = { ODEON_CASE_SEND(out, load_new(1)), ODEON_CASE_SEND(other, load_new(2)),
		                       ODEON_CASE_SEND(out, load_new(3)) };

		index = odeon_select(cases, 3, ODEON_AT_ONCE);
		ck_assert_int_eq(index >= 0, _i > 0);
		ck_assert_uint_eq(odeon_receiver_len(in), _i > 0);
		for (index = 0; index < 3; index++)
			odeon_case_clear(&cases[index]);
	}
	odeon_receiver_drop(in);
	odeon_sender_drop(out);
	odeon_sender_drop(other);
	expect_nothing_left();
}
END_TEST

KIT_MAIN("scenarios/choosers",
	{ .name = "wake", .loop = 3,
	  .tests = KIT_TESTS(a_cancelled_receiver_does_not_swallow_a_wake_up, the_same_channel_twice_in_one_select_is_defined) },
	{ .name = "select", .loop = 2,
	  .tests = KIT_TESTS(selects_neither_hang_nor_lose_messages_while_producers_stop_at_random,
	                     a_select_does_not_complete_on_two_channels) })
