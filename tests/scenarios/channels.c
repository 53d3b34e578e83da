/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channels.c - what the tutorials on channels of other languages teach, one test each, as somebody would use it
 *
 * The tags c01 to c34 are those of the list of behaviours that channels must have. That a use after a send does not
 * compile (the other half of c02) is in tests/misuse. Whatever waits with real threads is asked with real threads.
 */
#include "../harness/halves.h"
#include <string.h>
#include <sys/resource.h>

static odeon_sender *out;
static odeon_receiver *in;

static void drop_sender(void)
{
	odeon_sender_drop(out);
	out = NULL;
}

static void drop_receiver(void)
{
	odeon_receiver_drop(in);
	in = NULL;
}

/* A channel of loads, in the place of one opened before. */
static void open_channel(size_t capacity)
{
	drop_sender();
	drop_receiver();
	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), capacity, &out, &in), 0);
}

static void teardown(void)
{
	drop_sender();
	drop_receiver();
	ck_assert_int_eq(loads_alive(), 0);
}

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

struct producer { struct mate mate; odeon_sender *out; unsigned number; };
enum { PRODUCERS = 4, VALUES = 200 };

static void produce(void *argument)
{
	struct producer *producer = argument;
	int i;

	for (i = 0; i < VALUES; i++)
		must(odeon_sender_send(producer->out, load_of(producer->number, i)) == 0);
	odeon_sender_drop(producer->out);
}

static void begin_producers(struct producer *producers)
{
	unsigned i;

	for (i = 0; i < PRODUCERS; i++) {
		producers[i] = (struct producer){ .out = odeon_sender_clone(out), .number = i };
		ck_assert_ptr_nonnull(producers[i].out);
		mate_begin(&producers[i].mate, produce, &producers[i]);
	}
	drop_sender();
}

static void end_producers(struct producer *producers)
{
	int i;

	for (i = 0; i < PRODUCERS; i++)
		mate_end(&producers[i].mate);
}

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

static int64_t cpu_time_of_this_thread(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return ODEON_SECONDS(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
		+ ODEON_US(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
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

static odeon_system *simulate(void)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = kit_seed() });
	odeon_system *system = NULL;

	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	return system;
}

/* In a simulation an operation takes some hundred nanoseconds. */
static void expect_about(int64_t moment, int64_t expected)
{
	ck_assert_int_ge(moment, expected);
	ck_assert_int_lt(moment, expected + ODEON_US(20));
}

/* A tick's moment, or the error as a negative number. */
static int64_t tick_at(odeon_receiver *receiver, odeon_time until)
{
	int why = 1;
	struct odeon_tick *tick = odeon_recv_until(odeon_tick, receiver, until, &why);
	int64_t due = tick ? tick->due.ns : why;

	odeon_free(tick);
	return due;
}

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

/* ---- select --------------------------------------------------------------------------------------------------------------------- */

struct pair { odeon_sender *out; odeon_receiver *in; };

static struct pair pair_open(size_t capacity)
{
	struct pair pair = { NULL, NULL };

	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), capacity, &pair.out, &pair.in), 0);
	return pair;
}

static void pair_drop(struct pair pair)
{
	odeon_sender_drop(pair.out);
	odeon_receiver_drop(pair.in);
}

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

/* ---- what travels ----------------------------------------------------------------------------------------------------------------- */

struct large { unsigned char bytes[300000]; };

static const odeon_type signal_type = { "signal", 0, NULL };   /* a message that says only that it came */
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

/* ---- edges -------------------------------------------------------------------------------------------------------------------------- */

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
	                     c11_a_send_to_a_full_bounded_channel_waits_and_a_try_says_full, c12_a_bound_of_0_is_a_rendezvous) },
	{ .name = "many", .teardown = teardown, .loop = 3,
	  .tests = KIT_TESTS(c14_each_value_goes_to_exactly_one_of_many_receivers) },
	{ .name = "now", .teardown = teardown,
	  .tests = KIT_TESTS(c15_everything_that_is_there_now_and_how_much_that_is,
	                     c16_what_remains_is_received_by_whoever_comes_and_then_nobody_waits,
	                     c17_timed_out_is_told_apart_from_disconnected, c18_tick_after_and_never) },
	{ .name = "select", .teardown = teardown,
	  .tests = KIT_TESTS(c19_select_completes_exactly_one_of_several,
	                     c20_select_with_default_does_not_wait_and_with_a_deadline_waits_so_long,
	                     c21_select_is_fair_over_time_and_a_biased_form_exists,
	                     c22_a_disconnected_channel_is_ready_in_select_with_the_error, c23_a_ticker_and_a_timeout_in_one_loop) },
	{ .name = "payload", .teardown = teardown,
	  .tests = KIT_TESTS(c24_payloads_of_no_size_and_large_ones_and_owners_of_more, c25_a_half_may_travel_inside_a_message) },
	{ .name = "holder", .teardown = teardown, .loop = 4,
	  .tests = KIT_TESTS(c26_the_other_side_sees_that_the_holder_of_a_half_has_ended) },
	{ .name = "edge", .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(c27_an_expired_deadline_still_does_what_is_possible_at_once,
	                     c28_a_late_reader_of_tick_gets_one_and_clones_of_after_share_theirs,
	                     c29_a_rendezvous_needs_somebody_else_and_is_always_empty_and_full,
	                     c30_the_last_receiver_releases_what_is_queued_at_once_though_it_holds_halves,
	                     c31_the_same_half_in_several_cases_counts_for_each,
	                     c32_no_wake_up_is_swallowed_by_one_who_gave_up_or_only_looks, c33_a_select_with_no_cases,
	                     c34_halves_may_be_used_and_dropped_while_a_thread_ends) })
