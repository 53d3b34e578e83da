/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * values.c - as channels.c: who gets a value, when, what values there are, and what becomes of those who hold a half
 */
#include "tutorials.h"
#include <string.h>

/* ---- many of both sides ------------------------------------------------------------------------------------------------------------ */

struct consumer { struct mate mate; odeon_receiver *in; int received; };
static atomic_uchar times_seen[PRODUCERS][VALUES];

static void consume(void *argument)
{
	struct consumer *consumer = argument;
	struct load *load;

	while ((load = odeon_recv(load, consumer->in))) {
		atomic_fetch_add(&times_seen[load->sender][load->number], 1);
		consumer->received++;
		odeon_free(load);
	}
	odeon_receiver_drop(consumer->in);
}

static void begin_consumers(struct consumer *consumers, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		consumers[i] = (struct consumer){ .in = odeon_receiver_clone(in) };
		ck_assert_ptr_nonnull(consumers[i].in);
		mate_begin(&consumers[i].mate, consume, &consumers[i]);
	}
	drop_receiver();
}

static int end_consumers(struct consumer *consumers, int count)
{
	int i, received = 0;

	for (i = 0; i < count; i++) {
		mate_end(&consumers[i].mate);
		received += consumers[i].received;
	}
	return received;
}

START_TEST(c14_each_value_goes_to_exactly_one_of_many_receivers)
{
	struct producer producers[PRODUCERS];
	struct consumer consumers[3];
	int i, j;

	open_channel(_i == 0 ? 4 : _i == 1 ? ODEON_UNBOUNDED : 0);
	begin_consumers(consumers, 3);
	begin_producers(producers);
	end_producers(producers);
	ck_assert_int_eq(end_consumers(consumers, 3), PRODUCERS * VALUES);
	for (i = 0; i < PRODUCERS; i++)
		for (j = 0; j < VALUES; j++)
			must(atomic_load(&times_seen[i][j]) == 1);
}
END_TEST

START_TEST(c15_everything_that_is_there_now_and_how_much_that_is)
{
	odeon_sender *clone;
	struct load *load;
	int received = 0;

	open_channel(3);
	ck_assert_int_eq(odeon_receiver_is_empty(in), 1);
	ck_assert_uint_eq(odeon_receiver_capacity(in), 3);
	for (; received < 3; received++)
		ck_assert_int_eq(put(out, received, ODEON_AT_ONCE), 0);
	ck_assert_uint_eq(odeon_sender_len(out), 3);
	ck_assert_int_eq(odeon_sender_is_full(out), 1);
	for (received = 0; (load = odeon_try_recv(load, in, NULL)); received++) {
		ck_assert_int_eq(load->number, received);
		odeon_free(load);
	}
	ck_assert_int_eq(received, 3);                         /* and it ended though the sender is still there */
	clone = odeon_sender_clone(out);
	ck_assert_int_eq(odeon_sender_same_channel(out, clone), 1);
	odeon_sender_drop(clone);
}
END_TEST

START_TEST(c16_what_remains_is_received_by_whoever_comes_and_then_nobody_waits)
{
	struct consumer consumers[3];
	int i;

	open_channel(ODEON_UNBOUNDED);
	for (i = 0; i < VALUES; i++)
		ck_assert_int_eq(put(out, i, ODEON_NEVER), 0);
	drop_sender();
	begin_consumers(consumers, 3);
	ck_assert_int_eq(end_consumers(consumers, 3), VALUES);
}
END_TEST

/* ---- time ----------------------------------------------------------------------------------------------------------------------- */

START_TEST(c17_timed_out_is_told_apart_from_disconnected)
{
	open_channel(1);
	ck_assert_int_eq(take(in, odeon_clock_deadline(ODEON_MS(3))), ODEON_ETIMEDOUT);
	ck_assert_int_eq(put(out, 1, odeon_clock_deadline(ODEON_MS(3))), 0);
	ck_assert_int_eq(put(out, 2, odeon_clock_deadline(ODEON_MS(3))), ODEON_ETIMEDOUT);
	drop_sender();
	ck_assert_int_eq(take(in, odeon_clock_deadline(ODEON_MS(3))), 1);
	ck_assert_int_eq(take(in, odeon_clock_deadline(ODEON_MS(3))), ODEON_EDISCONNECTED);
	open_channel(1);
	drop_receiver();
	ck_assert_int_eq(put(out, 3, odeon_clock_deadline(ODEON_MS(3))), ODEON_EDISCONNECTED);
}
END_TEST

START_TEST(c18_tick_after_and_never)
{
	int64_t began = odeon_clock_now().ns, due = 0, before;
	odeon_receiver *tick = odeon_receiver_tick(NULL, ODEON_MS(2)), *never = odeon_receiver_never(NULL);
	odeon_receiver *after = odeon_receiver_after(NULL, odeon_clock_deadline(ODEON_MS(5)));
	int i;

	for (i = 0; i < 3; i++) {
		before = due;
		due = tick_at(tick, ODEON_NEVER);
		ck_assert_int_ge(due, (before ? before : began) + ODEON_MS(2));
		ck_assert_int_ge(odeon_clock_now().ns, due);
	}
	ck_assert_int_ge(tick_at(after, ODEON_NEVER), began + ODEON_MS(5));
	ck_assert_int_eq(tick_at(after, odeon_clock_deadline(ODEON_MS(3))), ODEON_ETIMEDOUT);
	ck_assert_int_eq(tick_at(never, odeon_clock_deadline(ODEON_MS(3))), ODEON_ETIMEDOUT);
	ck_assert_int_eq(tick_at(never, ODEON_AT_ONCE), ODEON_EEMPTY);
	odeon_receiver_drop(tick);
	odeon_receiver_drop(after);
	odeon_receiver_drop(never);
}
END_TEST

/* ---- what travels ----------------------------------------------------------------------------------------------------------------- */

struct large { unsigned char bytes[300000]; };

static const odeon_type signal_type = { "signal", 0, NULL, 0 };   /* a message that says only that it came */
ODEON_MESSAGE(large);

START_TEST(c24_payloads_of_no_size_and_large_ones_and_owners_of_more)
{
	struct pair signals = { NULL, NULL }, larges = { NULL, NULL };
	void *signal;
	struct large *large;
	int i, why = 1;

	ck_assert_int_eq(odeon_channel_open(&signal_type, 2, &signals.out, &signals.in), 0);
	ck_assert_int_eq(odeon_sender_send(signals.out, odeon_make(&signal_type, 0, NULL, NULL)), 0);
	signal = odeon_receiver_recv(&signal_type, signals.in, ODEON_AT_ONCE, &why);
	ck_assert_ptr_nonnull(signal);
	odeon_free(signal);
	pair_drop(signals);

	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(large), 2, &larges.out, &larges.in), 0);
	large = odeon_new(large);
	ck_assert_ptr_nonnull(large);
	memset(large->bytes, 0x5a, sizeof(large->bytes));
	ck_assert_int_eq(odeon_sender_send(larges.out, large), 0);
	large = odeon_recv(large, larges.in);
	ck_assert_ptr_nonnull(large);
	for (i = 0; i < (int)sizeof(large->bytes); i++)
		must(large->bytes[i] == 0x5a);
	odeon_free(large);
	pair_drop(larges);

	open_channel(2);                                       /* ends: received, inside, refused, given back */
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
	ck_assert_int_eq(put(out, 2, ODEON_AT_ONCE), 0);
	ck_assert_int_eq(put(out, 3, ODEON_AT_ONCE), ODEON_EFULL);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), 1);
	drop_receiver();
	ck_assert_int_eq(odeon_sender_send(out, load_new(4)), ODEON_EDISCONNECTED);
	ck_assert_int_eq(loads_alive(), 0);
}
END_TEST

struct request { int number; odeon_sender *answer_to; };
ODEON_MESSAGE_DROP(request) { odeon_sender_drop(request->answer_to); }

static void answer_requests(void *argument)
{
	struct request *request;

	while ((request = odeon_recv(request, (odeon_receiver *)argument))) {
		must(put(request->answer_to, request->number * 2, ODEON_NEVER) == 0);
		odeon_free(request);
	}
}

START_TEST(c25_a_half_may_travel_inside_a_message)
{
	struct pair requests = { NULL, NULL };
	struct mate mate;
	int i;

	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(request), 1, &requests.out, &requests.in), 0);
	mate_begin(&mate, answer_requests, requests.in);
	for (i = 0; i < 50; i++) {
		open_channel(1);
		ck_assert_int_eq(odeon_sender_send(requests.out, odeon_new(request, .number = i, .answer_to = out)), 0);
		out = NULL;
		ck_assert_int_eq(take(in, kit_deadline()), 2 * i);
		ck_assert_int_eq(take(in, kit_deadline()), ODEON_EDISCONNECTED);
	}
	odeon_sender_drop(requests.out);
	mate_end(&mate);
	odeon_receiver_drop(requests.in);
}
END_TEST

/* ---- holders that end -------------------------------------------------------------------------------------------------------------- */

struct holder { odeon_sender *out; odeon_receiver *in; };

ODEON_HANDLER(holder, note)
{
	if (note->number == 0)
		odeon_exit(self);
	else
		odeon_fail(self, note->number, "as asked");
}

ODEON_STOP(holder)
{
	odeon_sender_drop(holder->out);
	odeon_receiver_drop(holder->in);
}

ODEON_HANDLERS(holder_handlers, ODEON_ON(holder, note));
ODEON_KIND(holder, holder_handlers, .stop = ODEON_STOPS(holder));

/* 0 exits, 1 fails, 2 is stopped, 3 is killed. */
static void end_holder(struct world *world, odeon_ref holder, int way)
{
	if (way == 3)
		ck_assert_int_eq(odeon_actor_kill(world->system, holder), 0);
	else if (way == 2)
		ck_assert_int_eq(odeon_actor_stop(world->system, holder), 0);
	else
		ck_assert_int_eq(odeon_post(world->system, holder, odeon_new(note, .number = way)), 0);
}

START_TEST(c26_the_other_side_sees_that_the_holder_of_a_half_has_ended)
{
	static struct world world;
	struct pair back = pair_open(1);
	odeon_ref holder;

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	open_channel(1);
	ck_assert_int_eq(put(back.out, 1, ODEON_AT_ONCE), 0);
	holder = world_spawn(&world, &holder_kind, &(struct holder){ .out = out, .in = back.in });
	out = NULL;
	end_holder(&world, holder, _i);
	ck_assert_int_eq(take(in, kit_deadline()), ODEON_EDISCONNECTED);
	ck_assert_int_eq(put(back.out, 2, kit_deadline()), ODEON_EDISCONNECTED);
	odeon_sender_drop(back.out);
	world_close(&world);
}
END_TEST

KIT_MAIN("scenarios/values",
	{ .name = "many", .teardown = teardown, .loop = 3,
	  .tests = KIT_TESTS(c14_each_value_goes_to_exactly_one_of_many_receivers) },
	{ .name = "now", .teardown = teardown,
	  .tests = KIT_TESTS(c15_everything_that_is_there_now_and_how_much_that_is,
	                     c16_what_remains_is_received_by_whoever_comes_and_then_nobody_waits,
	                     c17_timed_out_is_told_apart_from_disconnected, c18_tick_after_and_never) },
	{ .name = "payload", .teardown = teardown,
	  .tests = KIT_TESTS(c24_payloads_of_no_size_and_large_ones_and_owners_of_more, c25_a_half_may_travel_inside_a_message) },
	{ .name = "holder", .teardown = teardown, .loop = 4,
	  .tests = KIT_TESTS(c26_the_other_side_sees_that_the_holder_of_a_half_has_ended) })
