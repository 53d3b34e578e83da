/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sender.c - tests of odeon/channel.h: sending, each error that a comment names, and what a handler may do
 */
#include "../harness/one.h"

static int why;

/* ---- sending ------------------------------------------------------------------------------------------------------------------- */

START_TEST(each_error_of_send)
{
	open_channel(1);
	ck_assert_int_eq(odeon_sender_send(out, (struct load *)NULL), ODEON_ENOMEM);
	ck_assert_int_eq(odeon_sender_send(NULL, load_new(1)), ODEON_EINVAL);
	ck_assert_int_eq(odeon_sender_send(out, odeon_new(note)), ODEON_ETYPE);
	ck_assert_int_eq(loads_alive(), 0);
	ck_assert_uint_eq(odeon_sender_len(out), 0);
	ck_assert_int_eq(odeon_sender_send(out, load_new(1)), 0);
	odeon_receiver_drop(in);
	in = NULL;
	ck_assert_int_eq(odeon_sender_send(out, load_new(1)), ODEON_EDISCONNECTED);
	ck_assert_int_eq(loads_alive(), 0);
}
END_TEST

START_TEST(each_error_of_try_gives_the_message_back_as_it_was)
{
	struct load *load;
	struct note *note;

	open_channel(1);
	ck_assert_ptr_null(odeon_sender_try(out, (struct load *)NULL, ODEON_AT_ONCE, &why));
	ck_assert_int_eq(why, ODEON_ENOMEM);
	load = odeon_sender_try(NULL, load_new(11), ODEON_AT_ONCE, &why);
	ck_assert_ptr_nonnull(load);
	ck_assert_int_eq(why, ODEON_EINVAL);
	ck_assert_int_eq(load->number, 11);
	note = odeon_sender_try(out, odeon_new(note, .number = 12), ODEON_AT_ONCE, &why);
	ck_assert_ptr_nonnull(note);
	ck_assert_int_eq(why, ODEON_ETYPE);
	ck_assert_int_eq(note->number, 12);
	odeon_free(note);
	load = odeon_sender_try(out, load, ODEON_AT_ONCE, &why);
	ck_assert_ptr_null(load);
	ck_assert_int_eq(why, 0);
	load = odeon_sender_try(out, load_new(13), ODEON_AT_ONCE, &why);
	ck_assert_ptr_nonnull(load);
	ck_assert_int_eq(why, ODEON_EFULL);
	load = odeon_sender_try(out, load, odeon_clock_deadline(ODEON_MS(2)), &why);
	ck_assert_ptr_nonnull(load);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	odeon_receiver_drop(in);
	in = NULL;
	load = odeon_sender_try(out, load, ODEON_NEVER, NULL); /* nobody need ask why */
	ck_assert_ptr_nonnull(load);
	ck_assert_int_eq(load->number, 13);
	odeon_free(load);
}
END_TEST

START_TEST(a_message_that_came_back_can_be_sent_elsewhere)
{
	odeon_sender *other_out;
	odeon_receiver *other_in;
	struct load *load;

	open_channel(1);
	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), 1, &other_out, &other_in), 0);
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
	load = odeon_sender_try(out, load_new(2), ODEON_AT_ONCE, &why);
	ck_assert_ptr_nonnull(load);
	ck_assert_int_eq(odeon_sender_send(other_out, load), 0);
	ck_assert_int_eq(take(other_in, ODEON_AT_ONCE), 2);
	odeon_sender_drop(other_out);
	odeon_receiver_drop(other_in);
}
END_TEST

/* ---- in handlers ----------------------------------------------------------------------------------------------------------------- */

static struct world world;

static void call_what_would_wait(odeon_self *self, void *argument)
{
	struct load *back;
	odeon_case one = ODEON_CASE_RECV(in);

	(void)self;
	(void)argument;
	must(odeon_sender_send(out, load_new(1)) == 0);        /* there is room, so it need not wait */
	must(odeon_sender_send(out, load_new(2)) == ODEON_EWOULDBLOCK);
	back = odeon_sender_try(out, load_new(3), ODEON_NEVER, &why);
	must(back != NULL && why == ODEON_EWOULDBLOCK);
	odeon_free(back);
	must(put(out, 4, ODEON_AT_ONCE) == ODEON_EFULL);
	must(take(in, ODEON_NEVER) == 1);
	must(take(in, kit_deadline()) == ODEON_EWOULDBLOCK);
	must(odeon_recv(load, in) == NULL);
	must(odeon_select(&one, 1, ODEON_NEVER) == ODEON_EWOULDBLOCK);
	must(odeon_select(&one, 1, ODEON_AT_ONCE) == ODEON_ETIMEDOUT);
	must(take(in, ODEON_AT_ONCE) == ODEON_EEMPTY);
}

START_TEST(a_handler_of_a_pooled_actor_does_not_wait)
{
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	open_channel(1);
	world_errand(&world, call_what_would_wait, NULL);
	world_close(&world);
}
END_TEST

static void wait_for_a_message(odeon_self *self, void *argument)
{
	(void)self;
	must(take(in, kit_deadline()) == *(int *)argument);
}

START_TEST(a_handler_with_a_thread_of_its_own_may_wait)
{
	int number = 5;
	odeon_ref actor;
	struct gate done = GATE;

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	open_channel(1);
	actor = world_placed(&world, (struct catcher){ 0 }, ODEON_OWN_THREAD, 0);
	ck_assert_int_eq(odeon_post(world.system, actor, odeon_new(errand, .run = wait_for_a_message, .argument = &number,
	                                                           .done = &done)), 0);
	ck_assert(!gate_waits(&done, 1, ODEON_MS(10)));
	ck_assert_int_eq(put(out, number, kit_deadline()), 0);
	gate_wait(&done, 1);
	world_close(&world);
}
END_TEST

static void send_what_is_in_hand(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *back;
	int error;

	(void)self;
	(void)catcher;
	if (parcel->number == 0) {
		must(odeon_sender_send(out, parcel) == 0);
		return;
	}
	back = odeon_sender_try(out, parcel, ODEON_AT_ONCE, &error);
	must(back != NULL && error == ODEON_EFULL);            /* in hand again: dropped as the handler returns */
	must(back->number == 1);
}

START_TEST(the_message_in_hand_may_be_sent_and_comes_back_in_hand)
{
	struct parcel *parcel;
	odeon_ref actor;

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(parcel), 1, &out, &in), 0);
	actor = world_catcher(&world, (struct catcher){ .on_parcel = send_what_is_in_hand });
	world_posts(&world, actor, 0, 2);
	eventually(parcels_dropped() == 1);
	parcel = odeon_recv(parcel, in);
	ck_assert_ptr_nonnull(parcel);
	ck_assert_int_eq(parcel->number, 0);
	odeon_free(parcel);
	world_close(&world);
}
END_TEST

KIT_MAIN("unit/sender",
	{ .name = "send", .teardown = teardown,
	  .tests = KIT_TESTS(each_error_of_send, each_error_of_try_gives_the_message_back_as_it_was,
	                     a_message_that_came_back_can_be_sent_elsewhere) },
	{ .name = "handler", .teardown = teardown,
	  .tests = KIT_TESTS(a_handler_of_a_pooled_actor_does_not_wait, a_handler_with_a_thread_of_its_own_may_wait,
	                     the_message_in_hand_may_be_sent_and_comes_back_in_hand) })
