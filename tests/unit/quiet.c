/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quiet.c - tests of runtime/wait.h: when a bounded channel's lists are quiet, and that who waits ends that
 *
 * What threads do at the same time is tried in tests/explore (scenarios quiet, desert) and tests/model/quiet.pml.
 */
#include "../harness/one.h"
#include <poll.h>
#include <odeon/system.h>
#include "channel.h"
#include "os.h"

#define FEW 8000                                        /* messages: fewer than it takes */
#define MANY 40000
#define ROUNDS KIT_SLOWER(20)

static bool is_quiet(struct waitlist *list)
{
	return waitlist_is_quiet(list) || !os_barrier_init();
}

static struct waitlist *for_messages(void) { return &out->channel->for_messages; }
static struct waitlist *for_room(void) { return &out->channel->for_room; }

/* Each received before the next is sent: nobody waits. */
static void stream(int count)
{
	for (int i = 0; i < count; i++) {
		ck_assert_int_eq(put(out, i, ODEON_AT_ONCE), 0);
		ck_assert_int_eq(take(in, ODEON_AT_ONCE), i);
	}
}

static odeon_time shortly(void) { return odeon_clock_deadline(ODEON_MS(20)); }

static void open_and_stream(void)
{
	open_channel(16);
	stream(MANY);
}

START_TEST(lists_are_quiet_when_nobody_has_waited_for_many_messages)
{
	static const size_t capacities[] = { 1, 2, 3, 16, 1000, 5000 };

	for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
		open_channel(capacities[i]);
		stream(FEW);
		ck_assert(!waitlist_is_quiet(for_messages()) && !waitlist_is_quiet(for_room()));
		stream(2 * MANY);
		ck_assert(is_quiet(for_messages()) && is_quiet(for_room()));
	}
}
END_TEST

static int take_shortly(void) { return take(in, shortly()); }
static int put_shortly(void) { return put(out, 16, shortly()); }

/* Long enough to come into the list: on a busy machine the moment may have passed before that. */
static void wait_in_vain(int (*wait)(void), struct waitlist *list)
{
	int tries = 50;

	do
		ck_assert_int_eq(wait(), ODEON_ETIMEDOUT);
	while (waitlist_is_quiet(list) && tries-- > 0);
}

START_TEST(who_waits_ends_it_until_many_messages_later)
{
	open_and_stream();
	wait_in_vain(take_shortly, for_messages());
	ck_assert(!waitlist_is_quiet(for_messages()) && is_quiet(for_room()));
	stream(FEW);
	ck_assert(!waitlist_is_quiet(for_messages()));
	stream(MANY);
	ck_assert(is_quiet(for_messages()));
	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(put(out, i, ODEON_AT_ONCE), 0);
	wait_in_vain(put_shortly, for_room());
	ck_assert(!waitlist_is_quiet(for_room()) && is_quiet(for_messages()));
}
END_TEST

/* High it waits for nothing, until the channel is found empty. */
START_TEST(a_descriptor_ends_it_while_it_is_low)
{
	struct pollfd look = { .events = POLLIN };

	open_and_stream();
	look.fd = odeon_receiver_fd(in);
	ck_assert(!waitlist_is_quiet(for_messages()));
	stream(MANY);
	ck_assert(is_quiet(for_messages()) && is_quiet(for_room()));
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
	ck_assert(!waitlist_is_quiet(for_messages()));
	ck_assert_int_eq(poll(&look, 1, 0), 0);
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
	ck_assert_int_eq(poll(&look, 1, 0), 1);
}
END_TEST

START_TEST(of_several_on_a_side_none_makes_it_quiet)
{
	odeon_sender *other;

	open_channel(16);
	other = odeon_sender_clone(out);
	stream(MANY);
	ck_assert(!waitlist_is_quiet(for_messages()) && is_quiet(for_room()));
	odeon_sender_drop(other);
	stream(MANY);
	ck_assert(is_quiet(for_messages()));
}
END_TEST

START_TEST(a_simulated_channel_is_never_quiet)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = kit_seed() });
	odeon_channel_options channel = ODEON_CHANNEL_OPTIONS(.capacity = 16);
	odeon_system *system = NULL;

	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	channel.system = system;
	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(load), &channel, &out, &in), 0);
	stream(MANY);
	ck_assert(!waitlist_is_quiet(for_messages()) && !waitlist_is_quiet(for_room()));
	drop_both();
	ck_assert_int_eq(odeon_system_free(system), 0);
}
END_TEST

/* ---- threads --------------------------------------------------------------------------------------------------------------- */

static int next_received;

static void receive_all(void *unused)
{
	int number;

	(void)unused;
	while ((number = take(in, ODEON_NEVER)) >= 0)
		must(number == next_received++);
}

START_TEST(a_receiver_that_fell_asleep_after_a_long_stream_is_woken)
{
	struct mate mate;

	next_received = 0;
	open_channel(16);
	mate_begin(&mate, receive_all, NULL);
	for (int round = 0, next = 0; round < ROUNDS; round++) {
		for (int i = 0; i < MANY; i++)
			ck_assert_int_eq(put(out, next++, ODEON_NEVER), 0);
		mate_await_sleep(&mate);
	}
	drop_sender();
	mate_end(&mate);
	ck_assert_int_eq(next_received, ROUNDS * MANY);
}
END_TEST

static void send_all(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS * MANY; i++)
		must(put(out, i, ODEON_NEVER) == 0);
}

START_TEST(a_sender_that_fell_asleep_after_a_long_stream_is_woken)
{
	struct mate mate;

	open_channel(16);
	mate_begin(&mate, send_all, NULL);
	for (int round = 0, next = 0; round < ROUNDS; round++) {
		mate_await_sleep(&mate);
		for (int i = 0; i < MANY; i++)
			ck_assert_int_eq(take(in, ODEON_NEVER), next++);
	}
	mate_end(&mate);
}
END_TEST

KIT_MAIN("unit/quiet",
	{ .name = "alone", .teardown = teardown,
	  .tests = KIT_TESTS(lists_are_quiet_when_nobody_has_waited_for_many_messages,
	                     who_waits_ends_it_until_many_messages_later, a_descriptor_ends_it_while_it_is_low,
	                     of_several_on_a_side_none_makes_it_quiet, a_simulated_channel_is_never_quiet) },
	{ .name = "threads", .teardown = teardown,
	  .tests = KIT_TESTS(a_receiver_that_fell_asleep_after_a_long_stream_is_woken,
	                     a_sender_that_fell_asleep_after_a_long_stream_is_woken) })
