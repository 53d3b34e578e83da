/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * receiver.c - tests of odeon/channel.h: receiving, one and many, each error that a comment names; descriptors
 *
 * More of odeon_receiver_fd is in beacon.c.
 */
#include "../harness/one.h"
#include <poll.h>

static int why;

/* ---- receiving ---------------------------------------------------------------------------------------------------------------------- */

START_TEST(each_error_of_recv)
{
	open_channel(1);
	ck_assert_ptr_null(odeon_try_recv(load, NULL, &why));
	ck_assert_int_eq(why, ODEON_EINVAL);
	ck_assert_ptr_null(odeon_recv(load, NULL));
	ck_assert_ptr_null(odeon_try_recv(load, in, &why));
	ck_assert_int_eq(why, ODEON_EEMPTY);
	ck_assert_ptr_null(odeon_try_recv(load, in, NULL));
	ck_assert_ptr_null(odeon_recv_until(load, in, odeon_clock_deadline(ODEON_MS(2)), &why));
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	ck_assert_ptr_null(odeon_try_recv(note, in, &why));
	ck_assert_int_eq(why, ODEON_ETYPE);
	odeon_sender_drop(out);
	out = NULL;
	ck_assert_ptr_null(odeon_recv_until(load, in, ODEON_NEVER, &why));
	ck_assert_int_eq(why, ODEON_EDISCONNECTED);
	ck_assert_ptr_null(odeon_try_recv(note, in, &why));
	ck_assert_int_eq(why, ODEON_ETYPE);
}
END_TEST

START_TEST(many_are_received_in_one_call)
{
	struct load *loads[10];
	size_t count, i;

	open_channel(8);
	for (i = 0; i < 7; i++)
		ck_assert_int_eq(put(out, (int)i, ODEON_AT_ONCE), 0);
	ck_assert_uint_eq(odeon_recv_many(load, in, loads, 0, ODEON_NEVER, &why), 0);
	ck_assert_int_eq(why, 0);
	count = odeon_recv_many(load, in, loads, 4, ODEON_NEVER, &why);
	ck_assert_uint_eq(count, 4);
	ck_assert_int_eq(why, 0);
	count += odeon_recv_many(load, in, loads + 4, 6, ODEON_AT_ONCE, NULL);
	ck_assert_uint_eq(count, 7);
	for (i = 0; i < count; i++) {
		ck_assert_int_eq(loads[i]->number, (int)i);
		odeon_free(loads[i]);
	}
	ck_assert_int_eq(put(out, 7, ODEON_AT_ONCE), 0);       /* those that were taken left room */
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), 7);
}
END_TEST

START_TEST(each_error_of_recv_many)
{
	struct load *loads[2];
	struct note *notes[2];

	open_channel(8);
	ck_assert_uint_eq(odeon_recv_many(load, in, loads, 2, ODEON_AT_ONCE, &why), 0);
	ck_assert_int_eq(why, ODEON_EEMPTY);
	ck_assert_uint_eq(odeon_recv_many(load, in, loads, 2, odeon_clock_deadline(ODEON_MS(2)), &why), 0);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	ck_assert_uint_eq(odeon_recv_many(note, in, notes, 2, ODEON_AT_ONCE, &why), 0);
	ck_assert_int_eq(why, ODEON_ETYPE);
	ck_assert_uint_eq(odeon_recv_many(load, NULL, loads, 2, ODEON_AT_ONCE, &why), 0);
	ck_assert_int_eq(why, ODEON_EINVAL);
	odeon_sender_drop(out);
	out = NULL;
	ck_assert_uint_eq(odeon_recv_many(load, in, loads, 2, ODEON_NEVER, &why), 0);
	ck_assert_int_eq(why, ODEON_EDISCONNECTED);
}
END_TEST

static void put_a_few_late(void *argument)
{
	kit_pause();
	must(put(argument, 1, ODEON_NEVER) == 0);
}

START_TEST(receiving_many_waits_for_the_first)
{
	struct load *loads[5];
	struct mate mate;

	open_channel(8);
	mate_begin(&mate, put_a_few_late, out);
	ck_assert_uint_eq(odeon_recv_many(load, in, loads, 5, kit_deadline(), &why), 1);
	ck_assert_int_eq(why, 0);
	odeon_free(loads[0]);
	mate_end(&mate);
}
END_TEST

/* ---- oneshot ----------------------------------------------------------------------------------------------------------------------------- */

START_TEST(a_oneshot_carries_one_message_ever)
{
	odeon_sender *other;

	ck_assert_int_eq(odeon_oneshot_open(ODEON_TYPE(load), &out, &in), 0);
	other = odeon_sender_clone(out);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
	ck_assert_int_eq(put(out, 2, ODEON_AT_ONCE), ODEON_EDISCONNECTED);
	ck_assert_int_eq(put(other, 3, ODEON_NEVER), ODEON_EDISCONNECTED);
	ck_assert_uint_eq(odeon_receiver_len(in), 1);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), 1);
	ck_assert_int_eq(take(in, ODEON_NEVER), ODEON_EDISCONNECTED);  /* with its senders still there */
	ck_assert_int_eq(put(out, 4, ODEON_NEVER), ODEON_EDISCONNECTED);
	ck_assert_uint_eq(odeon_receiver_len(in), 0);
	odeon_sender_drop(other);
}
END_TEST

/* ---- descriptors -------------------------------------------------------------------------------------------------------------------------- */

static int is_readable(int fd)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };

	return poll(&look, 1, 0) == 1;
}

START_TEST(a_descriptor_is_readable_while_there_is_something)
{
	int fd;

	sort_open(_i, &out, &in);
	fd = odeon_receiver_fd(in);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(odeon_receiver_fd(in), fd);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
	ck_assert(!is_readable(fd));
	if (sort_fits(_i) > 0) {
		ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
		eventually(is_readable(fd));
		ck_assert_int_eq(take(in, ODEON_AT_ONCE), 1);
		(void)take(in, ODEON_AT_ONCE);
		ck_assert(_i == SORT_ONESHOT || !is_readable(fd));
	}
	odeon_sender_drop(out);
	out = NULL;
	eventually(is_readable(fd));
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EDISCONNECTED);
	ck_assert(is_readable(fd));                            /* and stays so */
}
END_TEST

START_TEST(a_descriptor_asked_for_late_says_what_is_there_already)
{
	sort_open(_i, &out, &in);
	if (sort_fits(_i) > 0) {
		ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
		eventually(is_readable(odeon_receiver_fd(in)));
	} else {
		odeon_sender_drop(out);
		out = NULL;
		eventually(is_readable(odeon_receiver_fd(in)));
	}
}
END_TEST

static void put_one(void *argument) { must(put(argument, 3, kit_deadline()) == 0); }

START_TEST(a_descriptor_of_a_rendezvous_is_readable_while_a_sender_waits)
{
	struct mate mate;

	open_channel(0);
	mate_begin(&mate, put_one, out);
	eventually(is_readable(odeon_receiver_fd(in)));
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), 3);
	mate_end(&mate);
}
END_TEST

KIT_MAIN("unit/receiver",
	{ .name = "recv", .teardown = teardown,
	  .tests = KIT_TESTS(each_error_of_recv, many_are_received_in_one_call, each_error_of_recv_many,
	                     receiving_many_waits_for_the_first, a_oneshot_carries_one_message_ever) },
	{ .name = "descriptor", .teardown = teardown, .loop = SORTS,
	  .tests = KIT_TESTS(a_descriptor_is_readable_while_there_is_something,
	                     a_descriptor_asked_for_late_says_what_is_there_already) },
	{ .name = "descriptors", .teardown = teardown,
	  .tests = KIT_TESTS(a_descriptor_of_a_rendezvous_is_readable_while_a_sender_waits) })
