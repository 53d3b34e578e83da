/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.c - odeon_receiver_when_ready and odeon_sender_when_room: an actor is told once, at once if there is no need to
 * wait, and never in vain for ever
 *
 * Who ends first, and what others do meanwhile, is in watch_ends.c.
 */
#include "listener.h"

/* ---- channels of all kinds ------------------------------------------------------------------------------------------------ */

static void *send_one(void *sender)
{
	must(odeon_sender_send(sender, odeon_new(note, .number = 1)) == 0);
	return NULL;
}

/* Into a rendezvous somebody has to wait. */
static pthread_t send_beside(odeon_sender *sender)
{
	pthread_t thread;

	must(pthread_create(&thread, NULL, send_one, sender) == 0);
	return thread;
}

/* ---- once ------------------------------------------------------------------------------------------------------------------ */

START_TEST(a_message_that_comes_is_told_once_however_often_it_was_asked)
{
	odeon_ref actor = listen_with((struct listener){ .told = &told });
	pthread_t sender;
	int i;

	open_kind(_i);
	for (i = 0; i < 3; i++)
		world_do(&world, actor, ask_readable, in);
	ck_assert_uint_eq(gate_count(&told), 0);
	sender = send_beside(out);
	gate_wait(&told, 1);
	take_one();
	pthread_join(sender, NULL);
	if (kinds[_i].kind != ODEON_CHANNEL_ONESHOT) {
		sender = send_beside(out);             /* nobody asked again */
		take_one();
		pthread_join(sender, NULL);
	}
	flush(actor);
	ck_assert_uint_eq(gate_count(&told), 1);
}
END_TEST

START_TEST(what_is_there_already_is_told_at_once)
{
	odeon_ref actor = listen_with((struct listener){ .told = &told });
	pthread_t sender;

	open_kind(_i);
	sender = send_beside(out);
	if (_i != RENDEZVOUS)
		pthread_join(sender, NULL);
	world_do(&world, actor, ask_readable, in);
	gate_wait(&told, 1);
	take_one();
	if (_i == RENDEZVOUS)
		pthread_join(sender, NULL);
}
END_TEST

START_TEST(the_end_of_the_senders_is_told)
{
	odeon_ref actor = listen_with((struct listener){ .told = &told });

	open_kind(_i);
	world_do(&world, actor, ask_readable, in);
	odeon_sender_drop(out);
	out = NULL;
	gate_wait(&told, 1);
	world_do(&world, actor, ask_readable, in);     /* and at once, from then on */
	gate_wait(&told, 2);
}
END_TEST

START_TEST(the_end_of_the_receivers_is_told)
{
	odeon_ref actor = listen_with((struct listener){ .told = &told });

	open_kind(_i);
	if (_i == RENDEZVOUS || _i == 1) {             /* full */
		if (_i == 1)
			must(odeon_sender_send(out, odeon_new(note)) == 0);
		world_do(&world, actor, ask_writable, out);
		flush(actor);
		ck_assert_uint_eq(gate_count(&told), 0);
	} else
		world_do(&world, actor, ask_writable, out);
	odeon_receiver_drop(in);
	in = NULL;
	gate_wait(&told, 1);
	world_do(&world, actor, ask_writable, out);
	gate_wait(&told, 2);
}
END_TEST

static void *take_in_a_thread(void *argument)
{
	(void)argument;
	take_one();
	return NULL;
}

START_TEST(room_is_told_once)
{
	odeon_ref actor = listen_with((struct listener){ .told = &told });
	pthread_t receiver;
	int why = 0;

	open_kind(_i == 0 ? 1 : RENDEZVOUS);
	if (_i == 0)
		must(odeon_sender_send(out, odeon_new(note)) == 0);
	world_do(&world, actor, ask_writable, out);
	world_do(&world, actor, ask_writable, out);
	flush(actor);
	ck_assert_uint_eq(gate_count(&told), 0);
	must(pthread_create(&receiver, NULL, take_in_a_thread, NULL) == 0);
	gate_wait(&told, 1);
	if (_i == 1)
		odeon_free(odeon_sender_try(out, odeon_new(note), kit_deadline(), &why));
	ck_assert_int_eq(why, 0);
	pthread_join(receiver, NULL);
	flush(actor);
	ck_assert_uint_eq(gate_count(&told), 1);
}
END_TEST

/* ---- errors ---------------------------------------------------------------------------------------------------------------- */

static void ask_wrongly(odeon_self *self, void *argument)
{
	odeon_receiver *tick = odeon_receiver_tick(NULL, ODEON_SECONDS(1));
	odeon_receiver *after = odeon_receiver_after(NULL, ODEON_AT_ONCE);
	odeon_receiver *never = odeon_receiver_never(NULL);

	(void)argument;
	must(odeon_receiver_when_ready(self, NULL) == ODEON_EINVAL);
	must(odeon_sender_when_room(self, NULL) == ODEON_EINVAL);
	must(odeon_receiver_when_ready(self, tick) == ODEON_EINVAL);
	must(odeon_receiver_when_ready(self, after) == ODEON_EINVAL);
	must(odeon_receiver_when_ready(self, never) == ODEON_EINVAL);
	odeon_receiver_drop(tick);
	odeon_receiver_drop(after);
	odeon_receiver_drop(never);
}

START_TEST(what_cannot_be_told_is_an_error)
{
	int in_stop = 0;
	odeon_ref actor;

	open_kind(0);
	actor = listen_with((struct listener){ .in_stop = &in_stop, .receiver = in, .sender = out });
	world_do(&world, actor, ask_wrongly, NULL);
	world_tell(&world, actor, errand_exit, NULL);
	world_await_end(&world, actor);
	must(odeon_system_stop(world.system, kit_deadline(), NULL) == 0);
	ck_assert_int_eq(in_stop, 1);
}
END_TEST

/* ---- start ----------------------------------------------------------------------------------------------------------------- */

START_TEST(start_may_ask)
{
	open_kind(0);
	world_spawn(&world, &asker_kind, &(struct asked){ .receiver = in });
	ck_assert_uint_eq(gate_count(&told), 0);
	must(odeon_sender_send(out, odeon_new(note)) == 0);
	gate_wait(&told, 1);
}
END_TEST

START_TEST(a_start_that_asked_and_failed_is_not_told)
{
	odeon_ref actor;
	int i;

	open_kind(0);
	for (i = 0; i < 100; i++)
		ck_assert_int_eq(odeon_system_spawn(world.system, &asker_kind, &(struct asked){ in, 7 * (i + 1) }, &actor),
		                 ODEON_EFAILED);
	must(odeon_sender_send(out, odeon_new(note)) == 0);
	ck_assert_uint_eq(gate_count(&told), 0);
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

/* ---- the end of either ----------------------------------------------------------------------------------------------------- */

START_TEST(an_actor_that_ended_is_not_told)
{
	odeon_ref actor = listen_with((struct listener){ .told = &told });

	open_kind(_i);
	world_do(&world, actor, ask_readable, in);
	must(odeon_actor_kill(world.system, actor) == 0);
	world_await_end(&world, actor);
	if (_i != RENDEZVOUS)
		must(odeon_sender_send(out, odeon_new(note)) == 0);
	ck_assert_uint_eq(world_letters(&world), 0);
	actor = listen_with((struct listener){ .told = &told });
	world_do(&world, actor, ask_readable, in);     /* the half is another's now */
	odeon_sender_drop(out);
	out = NULL;
	gate_wait(&told, 1);
}
END_TEST

START_TEST(a_half_that_was_dropped_is_not_told)
{
	odeon_ref actor = listen_with((struct listener){ .told = &told });
	int i;

	open_kind(_i);
	for (i = 0; i < 200; i++) {
		odeon_receiver *clone = odeon_receiver_clone(in);

		world_do(&world, actor, ask_readable, clone);
		odeon_receiver_drop(clone);
	}
	odeon_sender_drop(out);
	out = NULL;
	flush(actor);
	ck_assert_uint_eq(gate_count(&told), 0);
}
END_TEST

KIT_MAIN("unit/watch",
	{ .name = "once", .setup = setup, .teardown = teardown, .loop = KINDS,
	  .tests = KIT_TESTS(a_message_that_comes_is_told_once_however_often_it_was_asked, what_is_there_already_is_told_at_once,
	                     the_end_of_the_senders_is_told, the_end_of_the_receivers_is_told,
	                     an_actor_that_ended_is_not_told, a_half_that_was_dropped_is_not_told) },
	{ .name = "room", .setup = setup, .teardown = teardown, .loop = 2, .tests = KIT_TESTS(room_is_told_once) },
	{ .name = "errors", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_cannot_be_told_is_an_error) },
	{ .name = "start", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(start_may_ask, a_start_that_asked_and_failed_is_not_told) })
