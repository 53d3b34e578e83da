/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel.c - tests of odeon/channel.h: opening, bounds in bytes, the two halves, and channels that tell the time
 *
 * Sending is in sender.c, receiving in receiver.c, broadcast and watch in spread.c. What holds for every sort of channel
 * alike is asked in tests/contract/channel.c; odeon_receiver_when_ready and odeon_sender_when_room in watch.c; want of
 * memory in tests/fault.
 */
#include "../harness/one.h"
#include "channel.h"

static int why;

/* ---- opening --------------------------------------------------------------------------------------------------------------- */

START_TEST(a_channel_has_the_capacity_it_was_opened_with)
{
	static const size_t capacities[] = { 0, 1, 2, 3, 5, 16, 1000, 65535, 65536, 65537, ODEON_CAPACITY_MOST, ODEON_UNBOUNDED };
	size_t i;

	for (i = 0; i < sizeof(capacities) / sizeof(capacities[0]); i++) {
		open_channel(capacities[i]);
		ck_assert_uint_eq(odeon_sender_capacity(out), capacities[i]);
		ck_assert_uint_eq(odeon_receiver_capacity(in), capacities[i]);
		ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), capacities[i] ? 0 : ODEON_EFULL);
	}
}
END_TEST

static void expect_refused(int answer, int expected)
{
	ck_assert_int_eq(answer, expected);
	ck_assert_ptr_eq(out, (odeon_sender *)&why);           /* unchanged */
	ck_assert_ptr_eq(in, (odeon_receiver *)&why);
}

static void forget_halves(void) { out = NULL; in = NULL; }
static void mark_halves(void) { out = (odeon_sender *)&why; in = (odeon_receiver *)&why; }

START_TEST(absurd_capacities_and_missing_arguments_are_refused)
{
	static const size_t absurd[] = { ODEON_CAPACITY_MOST + 1, SIZE_MAX - 1, SIZE_MAX / 2, (size_t)-16 };
	size_t i;

	mark_halves();
	for (i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
		expect_refused(odeon_channel_open(ODEON_TYPE(load), absurd[i], &out, &in), ODEON_EINVAL);
		expect_refused(odeon_broadcast_open(ODEON_TYPE(note), absurd[i], &out, &in), ODEON_EINVAL);
	}
	expect_refused(odeon_channel_open(NULL, 1, &out, &in), ODEON_EINVAL);
	expect_refused(odeon_channel_open(ODEON_TYPE(load), 1, NULL, &in), ODEON_EINVAL);
	expect_refused(odeon_channel_open(ODEON_TYPE(load), 1, &out, NULL), ODEON_EINVAL);
	expect_refused(odeon_oneshot_open(NULL, &out, &in), ODEON_EINVAL);
	expect_refused(odeon_oneshot_open(ODEON_TYPE(load), NULL, &in), ODEON_EINVAL);
	expect_refused(odeon_oneshot_open(ODEON_TYPE(load), &out, NULL), ODEON_EINVAL);
	expect_refused(odeon_broadcast_open(ODEON_TYPE(note), 0, &out, &in), ODEON_EINVAL);
	expect_refused(odeon_broadcast_open(ODEON_TYPE(note), ODEON_UNBOUNDED, &out, &in), ODEON_EINVAL);
	expect_refused(odeon_broadcast_open(NULL, 1, &out, &in), ODEON_EINVAL);
	expect_refused(odeon_broadcast_open(ODEON_TYPE(note), 1, NULL, &in), ODEON_EINVAL);
	expect_refused(odeon_watch_open(NULL, &out, &in), ODEON_EINVAL);
	expect_refused(odeon_watch_open(ODEON_TYPE(note), &out, NULL), ODEON_EINVAL);
	forget_halves();
}
END_TEST

START_TEST(a_type_with_a_drop_is_not_copied_unless_it_is_said_how)
{
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_WATCH);

	mark_halves();
	expect_refused(odeon_broadcast_open(ODEON_TYPE(load), 4, &out, &in), ODEON_EINVAL);
	expect_refused(odeon_watch_open(ODEON_TYPE(load), &out, &in), ODEON_EINVAL);
	expect_refused(odeon_channel_open_with(ODEON_TYPE(load), &options, &out, &in), ODEON_EINVAL);
	forget_halves();
	options.copy = load_copy;
	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(load), &options, &out, &in), 0);
}
END_TEST

START_TEST(options_of_an_unknown_size_or_that_contradict_each_other_are_refused)
{
	static const odeon_channel_options contradictions[] = {
		ODEON_CHANNEL_OPTIONS(.capacity = 0, .capacity_bytes = 1000),
		ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_ONESHOT, .capacity_bytes = 1000),
		ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .capacity = 4, .capacity_bytes = 1000),
		ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_WATCH, .capacity_bytes = 1000),
		ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .capacity = 0),
		ODEON_CHANNEL_OPTIONS(.kind = (enum odeon_channel_kind)(ODEON_CHANNEL_WATCH + 1), .capacity = 4),
		ODEON_CHANNEL_OPTIONS(.capacity = ODEON_CAPACITY_MOST + 1),
	};
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.capacity = 1);
	size_t i;

	mark_halves();
	expect_refused(odeon_channel_open_with(ODEON_TYPE(note), NULL, &out, &in), ODEON_EINVAL);
	for (i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++)
		expect_refused(odeon_channel_open_with(ODEON_TYPE(note), &contradictions[i], &out, &in), ODEON_EINVAL);
	for (i = 0; i < 2 * sizeof(options); i += 3) {
		options.bytes = i == sizeof(options) ? 0 : i;
		expect_refused(odeon_channel_open_with(ODEON_TYPE(note), &options, &out, &in), ODEON_EVERSION);
	}
	forget_halves();
}
END_TEST

/* ---- bounds in bytes ------------------------------------------------------------------------------------------------------ */

static void open_in_bytes(size_t capacity, size_t bytes)
{
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.capacity = capacity, .capacity_bytes = bytes);

	drop_both();
	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(note), &options, &out, &in), 0);
}

static int put_bytes(size_t bytes)
{
	struct note *back = odeon_sender_try(out, odeon_new_sized(note, bytes), ODEON_AT_ONCE, &why);

	odeon_free(back);
	return why;
}

static int take_note(void)
{
	odeon_free(odeon_try_recv(note, in, &why));
	return why;
}

START_TEST(a_bound_in_bytes_counts_what_a_message_carries)
{
	open_in_bytes(ODEON_UNBOUNDED, 1000);
	ck_assert_int_eq(put_bytes(700), 0);
	ck_assert_int_eq(put_bytes(700), ODEON_EFULL);
	ck_assert_int_eq(put_bytes(100), 0);
	ck_assert_uint_eq(odeon_sender_len(out), 2);
	ck_assert_int_eq(take_note(), 0);
	ck_assert_int_eq(put_bytes(700), 0);
	ck_assert_int_eq(put_bytes(300), ODEON_EFULL);
}
END_TEST

static int how_many_fit(size_t bytes)
{
	int fits = 0;

	open_in_bytes(ODEON_UNBOUNDED, bytes);
	while (put_bytes(0) == 0)
		fits++;
	ck_assert_int_eq(why, ODEON_EFULL);
	return fits;
}

/* The weight of a note is half of the least bound that lets in two; its header is the runtime's business. */
START_TEST(a_bound_in_bytes_is_exact_in_steps_of_16)
{
	size_t bytes = 16, weight;

	while (how_many_fit(bytes) < 2)
		bytes += 16;
	weight = bytes / 2;
	ck_assert_uint_gt(weight, sizeof(struct note));
	for (bytes = 16; bytes <= 1008; bytes += 16)
		ck_assert_int_eq(how_many_fit(bytes), bytes < weight ? 1 : (int)(bytes / weight));
}
END_TEST

START_TEST(one_message_is_let_into_an_empty_channel_however_large)
{
	int round;

	open_in_bytes(ODEON_UNBOUNDED, 100);
	for (round = 0; round < 3; round++) {
		ck_assert_int_eq(put_bytes(5000), 0);
		ck_assert_int_eq(odeon_sender_is_full(out), 1);
		ck_assert_int_eq(put_bytes(0), ODEON_EFULL);
		ck_assert_int_eq(take_note(), 0);
	}
	ck_assert_int_eq(put_bytes(0), 0);
	ck_assert_int_eq(put_bytes(5000), ODEON_EFULL);
}
END_TEST

START_TEST(a_bound_in_messages_holds_beside_one_in_bytes)
{
	open_in_bytes(2, 100000);
	ck_assert_int_eq(put_bytes(0), 0);
	ck_assert_int_eq(put_bytes(0), 0);
	ck_assert_int_eq(put_bytes(0), ODEON_EFULL);
	ck_assert_uint_eq(odeon_sender_capacity(out), 2);
	ck_assert_int_eq(odeon_sender_is_full(out), 1);
}
END_TEST

static void wait_for_room(void *argument)
{
	odeon_free(odeon_sender_try(argument, odeon_new_sized(note, 900), kit_deadline(), &why));
}

START_TEST(who_waits_for_more_bytes_than_one_receive_frees_goes_on_waiting)
{
	struct mate mate;

	open_in_bytes(ODEON_UNBOUNDED, 1200);
	ck_assert_int_eq(put_bytes(300), 0);
	ck_assert_int_eq(put_bytes(300), 0);
	ck_assert_int_eq(put_bytes(300), 0);
	mate_begin(&mate, wait_for_room, odeon_sender_clone(out));
	mate_await_sleep(&mate);
	odeon_free(odeon_recv(note, in));
	mate_await_sleep(&mate);
	ck_assert(!atomic_load(&mate.is_done));
	odeon_free(odeon_recv(note, in));
	odeon_free(odeon_recv(note, in));
	mate_end(&mate);
	ck_assert_int_eq(why, 0);
	odeon_sender_drop(mate.argument);
}
END_TEST

/* ---- halves ------------------------------------------------------------------------------------------------------------------ */

START_TEST(halves_are_cloned_and_dropped)
{
	odeon_sender *other_out;
	odeon_receiver *other_in;

	odeon_sender_drop(NULL);
	odeon_receiver_drop(NULL);
	ck_assert_ptr_null(odeon_sender_clone(NULL));
	ck_assert_ptr_null(odeon_receiver_clone(NULL));
	open_channel(4);
	other_out = odeon_sender_clone(out);
	other_in = odeon_receiver_clone(in);
	ck_assert_ptr_nonnull(other_out);
	ck_assert_ptr_nonnull(other_in);
	ck_assert_ptr_ne(other_out, out);
	ck_assert_ptr_ne(other_in, in);
	ck_assert_int_eq(put(other_out, 1, ODEON_AT_ONCE), 0);
	ck_assert_int_eq(put(out, 2, ODEON_AT_ONCE), 0);
	ck_assert_int_eq(take(other_in, ODEON_AT_ONCE), 1);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), 2);
	odeon_sender_drop(other_out);
	odeon_receiver_drop(other_in);
}
END_TEST

START_TEST(halves_know_whether_they_are_of_one_channel)
{
	odeon_sender *clone_out, *strange_out;
	odeon_receiver *clone_in, *strange_in;

	open_channel(4);
	clone_out = odeon_sender_clone(out);
	clone_in = odeon_receiver_clone(in);
	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), 4, &strange_out, &strange_in), 0);
	ck_assert_int_eq(odeon_sender_same_channel(out, clone_out), 1);
	ck_assert_int_eq(odeon_sender_same_channel(out, out), 1);
	ck_assert_int_eq(odeon_sender_same_channel(out, strange_out), 0);
	ck_assert_int_eq(odeon_receiver_same_channel(clone_in, in), 1);
	ck_assert_int_eq(odeon_receiver_same_channel(strange_in, in), 0);
	ck_assert_int_eq(odeon_channel_joins(clone_out, in), 1);
	ck_assert_int_eq(odeon_channel_joins(out, strange_in), 0);
	ck_assert_int_eq(odeon_sender_same_channel(NULL, out), 0);
	ck_assert_int_eq(odeon_sender_same_channel(out, NULL), 0);
	ck_assert_int_eq(odeon_receiver_same_channel(in, NULL), 0);
	ck_assert_int_eq(odeon_receiver_same_channel(NULL, NULL), 0);
	ck_assert_int_eq(odeon_channel_joins(NULL, in), 0);
	ck_assert_int_eq(odeon_channel_joins(out, NULL), 0);
	odeon_sender_drop(clone_out);
	odeon_sender_drop(strange_out);
	odeon_receiver_drop(clone_in);
	odeon_receiver_drop(strange_in);
}
END_TEST

START_TEST(len_and_full_follow_what_is_inside)
{
	int i;

	open_channel(3);
	for (i = 0; i <= 3; i++) {
		ck_assert_uint_eq(odeon_sender_len(out), (size_t)i);
		ck_assert_uint_eq(odeon_receiver_len(in), (size_t)i);
		ck_assert_int_eq(odeon_sender_is_empty(out), i == 0);
		ck_assert_int_eq(odeon_receiver_is_empty(in), i == 0);
		ck_assert_int_eq(odeon_sender_is_full(out), i == 3);
		ck_assert_int_eq(odeon_receiver_is_full(in), i == 3);
		ck_assert_int_eq(put(out, i, ODEON_AT_ONCE), i == 3 ? ODEON_EFULL : 0);
	}
	ck_assert_uint_eq(odeon_sender_len(NULL), 0);
	ck_assert_uint_eq(odeon_receiver_len(NULL), 0);
	ck_assert_uint_eq(odeon_sender_capacity(NULL), 0);
	ck_assert_uint_eq(odeon_receiver_capacity(NULL), 0);
}
END_TEST

START_TEST(the_capacities_of_what_is_no_queue)
{
	odeon_receiver *tick = odeon_receiver_tick(NULL, ODEON_SECONDS(1)), *never = odeon_receiver_never(NULL);
	odeon_receiver *after = odeon_receiver_after(NULL, kit_deadline());

	sort_open(SORT_ONESHOT, &out, &in);
	ck_assert_uint_eq(odeon_sender_capacity(out), 1);
	drop_both();
	sort_open(SORT_BROADCAST, &out, &in);
	ck_assert_uint_eq(odeon_receiver_capacity(in), 100);
	ck_assert_int_eq(odeon_sender_is_full(out), 0);
	drop_both();
	sort_open(SORT_WATCH, &out, &in);
	ck_assert_uint_eq(odeon_sender_capacity(out), 1);
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
	ck_assert_int_eq(odeon_sender_is_full(out), 0);        /* what never makes a sender wait is never full */
	ck_assert_uint_eq(odeon_receiver_capacity(tick), 1);
	ck_assert_uint_eq(odeon_receiver_capacity(after), 1);
	ck_assert_uint_eq(odeon_receiver_capacity(never), 0);
	ck_assert_uint_eq(odeon_receiver_len(tick), 0);
	odeon_receiver_drop(tick);
	odeon_receiver_drop(after);
	odeon_receiver_drop(never);
}
END_TEST

/* ---- time -------------------------------------------------------------------------------------------------------------------------------------- */

START_TEST(a_tick_needs_a_period)
{
	ck_assert_ptr_null(odeon_receiver_tick(NULL, 0));
	ck_assert_ptr_null(odeon_receiver_tick(NULL, -1));
	ck_assert_ptr_null(odeon_receiver_tick(NULL, INT64_MIN));
}
END_TEST

START_TEST(a_period_without_end_never_comes)
{
	odeon_receiver *tick = odeon_receiver_tick(NULL, INT64_MAX);

	ck_assert_ptr_nonnull(tick);
	ck_assert_ptr_null(odeon_try_recv(odeon_tick, tick, &why));
	ck_assert_int_eq(why, ODEON_EEMPTY);
	odeon_receiver_drop(tick);
}
END_TEST

static int64_t due_of(odeon_receiver *receiver, odeon_time until)
{
	struct odeon_tick *tick = odeon_recv_until(odeon_tick, receiver, until, &why);
	int64_t due = tick ? tick->due.ns : why;

	odeon_free(tick);
	return due;
}

START_TEST(an_after_gives_one_message_at_its_moment_or_at_once_when_that_has_passed)
{
	const odeon_time moments[] = { odeon_clock_deadline(ODEON_MS(5)), { odeon_clock_now().ns - 5 }, { 1 }, { 0 } };
	odeon_receiver *after;
	unsigned i;

	for (i = 0; i < 4; i++) {
		after = odeon_receiver_after(NULL, moments[i]);
		ck_assert_ptr_nonnull(after);
		ck_assert_int_eq(due_of(after, i ? ODEON_AT_ONCE : ODEON_NEVER), moments[i].ns);
		ck_assert_int_ge(odeon_clock_now().ns, moments[i].ns);
		ck_assert_uint_eq(odeon_receiver_len(after), 0);
		ck_assert_int_eq(due_of(after, ODEON_AT_ONCE), ODEON_EEMPTY);
		ck_assert_int_eq(due_of(after, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
		odeon_receiver_drop(after);
	}
	after = odeon_receiver_after(NULL, ODEON_NEVER);
	ck_assert_int_eq(due_of(after, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
	odeon_receiver_drop(after);
}
END_TEST

START_TEST(time_carries_ticks_only)
{
	odeon_receiver *after = odeon_receiver_after(NULL, ODEON_AT_ONCE);
	struct odeon_tick *tick;

	ck_assert_ptr_null(odeon_try_recv(note, after, &why));
	ck_assert_int_eq(why, ODEON_ETYPE);
	ck_assert_uint_eq(odeon_receiver_len(after), 1);
	tick = odeon_receiver_recv(NULL, after, ODEON_AT_ONCE, &why);
	ck_assert_ptr_nonnull(tick);
	ck_assert_uint_eq(tick->key, 0);
	odeon_free(tick);
	odeon_receiver_drop(after);
}
END_TEST

/* In a simulation an operation takes some hundred nanoseconds. */
static void expect_in(int64_t moment, int64_t expected)
{
	ck_assert_int_ge(moment, expected);
	ck_assert_int_lt(moment, expected + ODEON_US(20));
}

START_TEST(clones_of_a_tick_share_its_ticks)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = kit_seed() });
	odeon_system *system = NULL;
	odeon_receiver *tick, *clone, *never;
	int64_t began;

	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	began = odeon_system_now(system).ns;
	tick = odeon_receiver_tick(system, ODEON_MS(1));
	clone = odeon_receiver_clone(tick);
	never = odeon_receiver_never(system);
	expect_in(due_of(tick, ODEON_NEVER), began + ODEON_MS(1));
	ck_assert_int_eq(due_of(clone, ODEON_AT_ONCE), ODEON_EEMPTY);
	expect_in(due_of(clone, ODEON_NEVER), began + ODEON_MS(2));
	ck_assert_int_eq(due_of(tick, ODEON_AT_ONCE), ODEON_EEMPTY);
	ck_assert_int_eq(due_of(never, (odeon_time){ began + ODEON_MS(10) }), ODEON_ETIMEDOUT);
	expect_in(odeon_system_now(system).ns, began + ODEON_MS(10));
	odeon_receiver_drop(tick);
	expect_in(due_of(clone, ODEON_AT_ONCE), began + ODEON_MS(3));  /* does not end with the first */
	odeon_receiver_drop(clone);
	odeon_receiver_drop(never);
	ck_assert_int_eq(odeon_system_free(system), 0);
}
END_TEST

/* ---- checked by the compiler ------------------------------------------------------------------------------------------------------------------- */

struct figure { int value; };
ODEON_MESSAGE(figure);
ODEON_CHANNEL(figure);

START_TEST(halves_that_the_compiler_knows_to_carry_a_type)
{
	struct figure_sender figures_out;
	struct figure_receiver figures_in;
	struct figure *figure;

	ck_assert_int_eq(figure_channel_open(1, &figures_out, &figures_in), 0);
	ck_assert_int_eq(figure_send(figures_out, odeon_new(figure, .value = 1)), 0);
	figure = figure_try_send(figures_out, odeon_new(figure, .value = 2), ODEON_AT_ONCE, &why);
	ck_assert_ptr_nonnull(figure);
	ck_assert_int_eq(why, ODEON_EFULL);
	odeon_free(figure);
	figure = figure_recv(figures_in);
	ck_assert_ptr_nonnull(figure);
	ck_assert_int_eq(figure->value, 1);
	odeon_free(figure);
	ck_assert_ptr_null(figure_try_recv(figures_in, &why));
	ck_assert_int_eq(why, ODEON_EEMPTY);
	odeon_sender_drop(figures_out.half);
	ck_assert_ptr_null(figure_recv_until(figures_in, ODEON_NEVER, &why));
	ck_assert_int_eq(why, ODEON_EDISCONNECTED);
	odeon_receiver_drop(figures_in.half);
}
END_TEST

/* ---- whose memory ------------------------------------------------------------------------------------------------------------ */

#define PAIRS 40

static odeon_sender *outs[PAIRS];
static odeon_receiver *ins[PAIRS];

/* With a depot of its own, of blocks that another thread had. What it opens outlives it, and its depot. */
static void open_in_anothers_block(void *unused)
{
	odeon_sender *sender;
	odeon_receiver *receiver;

	(void)unused;
	must(odeon_oneshot_open(ODEON_TYPE(load), &sender, &receiver) == 0);
	for (int i = 0; i < PAIRS; i++) {
		odeon_sender_drop(outs[i]);
		odeon_receiver_drop(ins[i]);
	}
	must(odeon_oneshot_open(ODEON_TYPE(load), &out, &in) == 0);
	must(!CACHE_IS_USED || channel_depot(in->channel) != cache_here()->depot);
	odeon_sender_drop(sender);
	odeon_receiver_drop(receiver);
}

static void use_from_nothing(void *unused)
{
	(void)unused;
	must(take(in, ODEON_AT_ONCE) == ODEON_EEMPTY);
	must(!CACHE_IS_USED || cache_here()->depot == channel_depot(in->channel));
	must(put(out, 7, ODEON_AT_ONCE) == 0 && take(in, ODEON_AT_ONCE) == 7);
}

START_TEST(a_oneshot_in_anothers_block_outlives_the_depot_of_who_opened_it)
{
	struct mate mate;

	for (int i = 0; i < PAIRS; i++)
		must(odeon_oneshot_open(ODEON_TYPE(load), &outs[i], &ins[i]) == 0);
	mate_begin(&mate, open_in_anothers_block, NULL);
	mate_end(&mate);
	ck_assert(!CACHE_IS_USED || channel_depot(in->channel) == cache_here()->depot);
	mate_begin(&mate, use_from_nothing, NULL);
	mate_end(&mate);
}
END_TEST

KIT_MAIN("unit/channel",
	{ .name = "memory", .teardown = teardown,
	  .tests = KIT_TESTS(a_oneshot_in_anothers_block_outlives_the_depot_of_who_opened_it) },
	{ .name = "open", .teardown = teardown,
	  .tests = KIT_TESTS(a_channel_has_the_capacity_it_was_opened_with, absurd_capacities_and_missing_arguments_are_refused,
	                     a_type_with_a_drop_is_not_copied_unless_it_is_said_how,
	                     options_of_an_unknown_size_or_that_contradict_each_other_are_refused) },
	{ .name = "bytes", .teardown = teardown,
	  .tests = KIT_TESTS(a_bound_in_bytes_counts_what_a_message_carries, a_bound_in_bytes_is_exact_in_steps_of_16,
	                     one_message_is_let_into_an_empty_channel_however_large,
	                     a_bound_in_messages_holds_beside_one_in_bytes,
	                     who_waits_for_more_bytes_than_one_receive_frees_goes_on_waiting) },
	{ .name = "halves", .teardown = teardown,
	  .tests = KIT_TESTS(halves_are_cloned_and_dropped, halves_know_whether_they_are_of_one_channel,
	                     len_and_full_follow_what_is_inside, the_capacities_of_what_is_no_queue,
	                     halves_that_the_compiler_knows_to_carry_a_type) },
	{ .name = "time", .teardown = teardown,
	  .tests = KIT_TESTS(a_tick_needs_a_period, a_period_without_end_never_comes,
	                     an_after_gives_one_message_at_its_moment_or_at_once_when_that_has_passed, time_carries_ticks_only,
	                     clones_of_a_tick_share_its_ticks) })
