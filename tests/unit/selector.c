/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * selector.c - the set of cases that grows: its indices, who owns the messages in it, and that it chooses as arrays do
 */
#include "../harness/kit.h"
#include <poll.h>
#include <unistd.h>

enum { CHANNELS = 40 };

static odeon_selector *selector;
static odeon_sender *outs[CHANNELS];
static odeon_receiver *ins[CHANNELS];
static unsigned long made, dropped;

static void setup(void)
{
	int i;

	made = parcels_made();
	dropped = parcels_dropped();
	selector = odeon_selector_open();
	ck_assert_ptr_nonnull(selector);
	for (i = 0; i < CHANNELS; i++)
		ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(parcel), 4, &outs[i], &ins[i]), 0);
}

static void teardown(void)
{
	int i;

	odeon_selector_drop(selector);
	for (i = 0; i < CHANNELS; i++) {
		odeon_sender_drop(outs[i]);
		odeon_receiver_drop(ins[i]);
	}
	ck_assert_uint_eq(parcels_made() - made, parcels_dropped() - dropped);
}

static int add(odeon_case one)
{
	return odeon_selector_add(selector, &one);
}

static int number_of(int index)
{
	struct parcel *parcel = odeon_case_message(parcel, odeon_selector_case(selector, index));
	int number = parcel ? parcel->number : odeon_selector_case(selector, index)->error;

	odeon_free(parcel);
	return number;
}

/* ---- indices ------------------------------------------------------------------------------------------------------------- */

START_TEST(a_case_gets_the_lowest_index_that_is_free)
{
	int i;

	for (i = 0; i < CHANNELS; i++)
		ck_assert_int_eq(add((odeon_case)ODEON_CASE_RECV(ins[i])), i);
	ck_assert_int_eq(odeon_selector_remove(selector, 7), 0);
	ck_assert_int_eq(odeon_selector_remove(selector, 3), 0);
	ck_assert_int_eq(odeon_selector_remove(selector, 39), 0);
	ck_assert_int_eq(odeon_selector_remove(selector, 38), 0);
	ck_assert_int_eq(add((odeon_case)ODEON_CASE_NOTHING), 3);
	ck_assert_int_eq(add((odeon_case)ODEON_CASE_RECV(ins[7])), 7);
	ck_assert_int_eq(add((odeon_case)ODEON_CASE_RECV(ins[38])), 38);
	ck_assert_int_eq(add((odeon_case)ODEON_CASE_RECV(ins[39])), 39);
	ck_assert_int_eq(add((odeon_case)ODEON_CASE_NOTHING), 40);
	ck_assert_ptr_eq(odeon_selector_case(selector, 7)->end, ins[7]);
	ck_assert_int_eq(odeon_selector_case(selector, 3)->what, ODEON_ON_NOTHING);
}
END_TEST

START_TEST(an_index_without_a_case_is_an_error)
{
	static const int wrong[] = { -1, 1, 5, 8, 100, INT32_MAX, INT32_MIN };
	size_t i;

	ck_assert_ptr_null(odeon_selector_case(selector, 0));
	ck_assert_int_eq(odeon_selector_remove(selector, 0), ODEON_EINVAL);
	ck_assert_int_eq(add((odeon_case)ODEON_CASE_RECV(ins[0])), 0);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ck_assert_int_eq(odeon_selector_remove(selector, wrong[i]), ODEON_EINVAL);
		ck_assert_ptr_null(odeon_selector_case(selector, wrong[i]));
	}
	ck_assert_int_eq(odeon_selector_remove(selector, 0), 0);
	ck_assert_int_eq(odeon_selector_remove(selector, 0), ODEON_EINVAL);
	ck_assert_ptr_null(odeon_selector_case(selector, 0));
}
END_TEST

START_TEST(what_is_in_no_array_is_refused_and_stays_the_callers)
{
	odeon_case without_sender = ODEON_CASE_SEND(NULL, parcel_new(1)), unknown = ODEON_CASE_NOTHING;

	unknown.what = (enum odeon_case_what)77;
	ck_assert_int_eq(add((odeon_case)ODEON_CASE_RECV(NULL)), ODEON_EINVAL);
	ck_assert_int_eq(add((odeon_case)ODEON_CASE_SEND(outs[0], NULL)), ODEON_EINVAL);
	ck_assert_int_eq(add((odeon_case)ODEON_CASE_MAILBOX(NULL)), ODEON_EINVAL);
	ck_assert_int_eq(add(without_sender), ODEON_EINVAL);
	ck_assert_int_eq(add(unknown), ODEON_EINVAL);
	ck_assert_int_eq(odeon_selector_add(selector, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_selector_add(NULL, &unknown), ODEON_EINVAL);
	ck_assert_int_eq(odeon_selector_remove(NULL, 0), ODEON_EINVAL);
	ck_assert_ptr_null(odeon_selector_case(NULL, 0));
	ck_assert_int_eq(odeon_selector_select(NULL, ODEON_AT_ONCE), ODEON_EINVAL);
	ck_assert_int_eq(odeon_selector_select_biased(NULL, ODEON_AT_ONCE), ODEON_EINVAL);
	ck_assert_int_eq(odeon_selector_select_ready(NULL, ODEON_AT_ONCE), ODEON_EINVAL);
	odeon_selector_drop(NULL);
	odeon_case_clear(&without_sender);
}
END_TEST

START_TEST(an_empty_one_waits_for_its_deadline)
{
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_selector_select(selector, odeon_clock_deadline(ODEON_MS(1))), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_NEVER), ODEON_EINVAL);
	must(add((odeon_case)ODEON_CASE_RECV(ins[0])) == 0 && odeon_selector_remove(selector, 0) == 0);
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_NEVER), ODEON_EINVAL);
	must(add((odeon_case)ODEON_CASE_NOTHING) == 0);
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_NEVER), ODEON_EINVAL);
}
END_TEST

/* ---- choosing ------------------------------------------------------------------------------------------------------------ */

START_TEST(it_receives_and_sends_as_an_array_does)
{
	int i, receive, send;
	struct parcel *parcel;

	receive = add((odeon_case)ODEON_CASE_RECV(ins[0]));
	must(odeon_sender_send(outs[0], parcel_new(5)) == 0);
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_NEVER), receive);
	ck_assert_int_eq(number_of(receive), 5);
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	send = add((odeon_case)ODEON_CASE_SEND(outs[1], parcel_new(0)));
	for (i = 1; i <= 3; i++) {
		ck_assert_int_eq(odeon_selector_select_biased(selector, ODEON_NEVER), send);
		ck_assert_ptr_null(odeon_selector_case(selector, send)->message);
		odeon_selector_case(selector, send)->message = parcel_new(i);
	}
	ck_assert_int_eq(odeon_selector_remove(selector, send), 0);    /* with number 3 in it */
	for (i = 0; i < 3; i++) {
		parcel = odeon_try_recv(parcel, ins[1], NULL);
		must(parcel && parcel->number == i);
		odeon_free(parcel);
	}
	ck_assert_int_eq(odeon_receiver_len(ins[1]), 0);
	odeon_sender_drop(outs[0]);
	outs[0] = NULL;
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_NEVER), receive);
	ck_assert_int_eq(number_of(receive), ODEON_EDISCONNECTED);
}
END_TEST

START_TEST(all_that_are_ready_are_marked)
{
	int i, fds[2], fd, standby;

	must(pipe(fds) == 0);
	for (i = 0; i < 10; i++)
		must(add((odeon_case)ODEON_CASE_RECV(ins[i])) == i);
	fd = add((odeon_case)ODEON_CASE_FD(fds[0], POLLIN));
	must(odeon_selector_remove(selector, 4) == 0);
	for (i = 2; i < 6; i++)
		must(odeon_sender_send(outs[i], parcel_new(i)) == 0);
	ck_assert_int_eq(odeon_selector_select_ready(selector, ODEON_AT_ONCE), 3);
	for (i = 0; i <= fd; i++)
		if (i != 4)
			ck_assert_int_eq(odeon_selector_case(selector, i)->is_ready, i >= 2 && i < 6);
	must(write(fds[1], "x", 1) == 1);
	ck_assert_int_eq(odeon_selector_select_ready(selector, ODEON_AT_ONCE), 4);
	for (i = 0; i < 3; i++)
		must(odeon_selector_select_biased(selector, ODEON_AT_ONCE) < 6);
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_NEVER), fd);
	ck_assert_int_eq(odeon_selector_case(selector, fd)->got, POLLIN);
	must(odeon_selector_remove(selector, fd) == 0);
	standby = add((odeon_case)ODEON_CASE_DEFAULT);
	ck_assert_int_eq(standby, 4);
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_NEVER), standby);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* As the set grows, shrinks and grows again, every case stays as likely as the others. */
START_TEST(it_stays_fair_as_it_grows)
{
	enum { CASES = 4, ROUNDS = 4000 };
	unsigned count[CASES] = { 0 };
	int i, extra;

	for (i = 0; i < CASES; i++) {
		must(add((odeon_case)ODEON_CASE_RECV(ins[i])) == i);
		must(odeon_sender_send(outs[i], parcel_new(i)) == 0);
	}
	for (i = 0; i < ROUNDS; i++) {
		int index = odeon_selector_select(selector, ODEON_AT_ONCE);

		must(index >= 0 && index < CASES);
		must(number_of(index) == index);
		count[index]++;
		must(odeon_sender_send(outs[index], parcel_new(index)) == 0);
		if (i % 100 == 50)                     /* a first case that is put back must not begin the same row again */
			must(odeon_selector_remove(selector, 0) == 0 && add((odeon_case)ODEON_CASE_RECV(ins[0])) == 0);
		if (i == ROUNDS / 2)
			for (extra = CASES; extra < CHANNELS; extra++)
				must(add((odeon_case)ODEON_CASE_RECV(ins[extra])) == extra);
	}
	for (i = 0; i < CASES; i++) {
		ck_assert_uint_gt(count[i], ROUNDS / CASES * 3 / 4);
		ck_assert_uint_lt(count[i], ROUNDS / CASES * 5 / 4);
	}
}
END_TEST

static void *send_to_all(void *argument)
{
	int i, round;

	for (round = 0; round < *(int *)argument; round++)
		for (i = 0; i < CHANNELS; i++)
			must(odeon_sender_send(outs[i], parcel_new(round)) == 0);
	for (i = 0; i < CHANNELS; i++) {
		odeon_sender_drop(outs[i]);
		outs[i] = NULL;
	}
	return NULL;
}

/* The usual loop: cases are taken out as their channels end, until none is left. */
START_TEST(a_set_of_many_channels_is_received_to_the_end)
{
	int rounds = KIT_SLOWER(1000), next[CHANNELS] = { 0 }, left = CHANNELS, i;
	pthread_t sender;

	for (i = 0; i < CHANNELS; i++)
		must(add((odeon_case)ODEON_CASE_RECV(ins[i])) == i);
	must(pthread_create(&sender, NULL, send_to_all, &rounds) == 0);
	while (left > 0) {
		int number, index = odeon_selector_select(selector, kit_deadline());

		must(index >= 0);
		number = number_of(index);
		if (number == ODEON_EDISCONNECTED) {
			must(next[index] == rounds);
			must(odeon_selector_remove(selector, index) == 0);
			left--;
		} else
			must(number == next[index]++);
	}
	pthread_join(sender, NULL);
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_NEVER), ODEON_EINVAL);
}
END_TEST

/* ---- who owns the messages -------------------------------------------------------------------------------------------------- */

START_TEST(what_is_in_it_goes_with_it)
{
	must(add((odeon_case)ODEON_CASE_SEND(outs[0], parcel_new(1))) == 0);
	must(add((odeon_case)ODEON_CASE_RECV(ins[1])) == 1);
	must(odeon_sender_send(outs[1], parcel_new(2)) == 0);
	must(odeon_selector_remove(selector, 0) == 0);
	ck_assert_uint_eq(parcels_dropped() - dropped, 1);
	must(odeon_selector_select(selector, ODEON_AT_ONCE) == 1);
	must(add((odeon_case)ODEON_CASE_SEND(outs[0], parcel_new(3))) == 0);
	odeon_selector_drop(selector);                 /* with one received and one to be sent */
	selector = NULL;
	ck_assert_uint_eq(parcels_dropped() - dropped, 3);
}
END_TEST

static void put_in_hand(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	(void)catcher;
	must(add((odeon_case)ODEON_CASE_SEND(outs[0], parcel)) == 0);
}

START_TEST(a_message_in_hand_may_be_put_in)
{
	struct world world;
	odeon_ref actor;

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	actor = world_catcher(&world, (struct catcher){ .on_parcel = put_in_hand });
	world_posts(&world, actor, 9, 1);
	must(odeon_actor_stop(world.system, actor) == 0);
	world_await_end(&world, actor);
	ck_assert_int_eq(odeon_selector_select(selector, ODEON_AT_ONCE), 0);
	odeon_free(odeon_try_recv(parcel, ins[0], NULL));
	world_close(&world);
}
END_TEST

KIT_MAIN("unit/selector",
	{ .name = "index", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_case_gets_the_lowest_index_that_is_free, an_index_without_a_case_is_an_error,
	                     what_is_in_no_array_is_refused_and_stays_the_callers, an_empty_one_waits_for_its_deadline) },
	{ .name = "choose", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(it_receives_and_sends_as_an_array_does, all_that_are_ready_are_marked, it_stays_fair_as_it_grows,
	                     a_set_of_many_channels_is_received_to_the_end) },
	{ .name = "own", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_is_in_it_goes_with_it, a_message_in_hand_may_be_put_in) })
