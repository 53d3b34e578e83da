/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch_ends.c - as watch.c: whoever of actor and half ends first, and whatever thread changes the channel meanwhile
 */
#include "listener.h"
#include <sched.h>

/* ---- nothing is missed ----------------------------------------------------------------------------------------------------- */

enum { MANY = KIT_SLOWER(20000) };

/* Takes what is there, then asks again. */
static void take_all(odeon_self *self, struct listener *listener, odeon_receiver *receiver)
{
	struct note *note;
	int why;

	while ((note = odeon_try_recv(note, receiver, &why)) != NULL) {
		must(note->number == listener->next);
		listener->next++;
		odeon_free(note);
	}
	if (listener->next == listener->most)
		gate_open(listener->done);
	else
		must(why == ODEON_EEMPTY && odeon_receiver_when_ready(self, receiver) == 0);
}

static void *send_many(void *argument)
{
	unsigned state = 1;
	int i, k;

	(void)argument;
	for (i = 0; i < MANY; i++) {
		must(odeon_sender_send(out, odeon_new(note, .number = i)) == 0);
		state = state * 1103515245 + 12345;
		for (k = 0; k < (int)(state >> 16) % 64; k++)
			atomic_signal_fence(memory_order_seq_cst);
		if ((state >> 24) % 32 == 0)
			sched_yield();
	}
	return NULL;
}

START_TEST(no_message_is_missed_between_the_last_look_and_the_asking)
{
	static const int capacities[] = { 0, 1, 2 };
	struct gate done = GATE;
	pthread_t sender;
	odeon_ref actor;

	open_kind(capacities[_i]);
	actor = listen_with((struct listener){ .on_readable = take_all, .most = MANY, .done = &done });
	world_do(&world, actor, ask_readable, in);
	must(pthread_create(&sender, NULL, send_many, NULL) == 0);
	pthread_join(sender, NULL);                            /* as long as it takes; for ever when one is missed */
	gate_wait(&done, 1);
}
END_TEST

static void give_all(odeon_self *self, struct listener *listener, odeon_sender *sender)
{
	int why = 0;

	while (listener->next < listener->most) {
		struct note *note = odeon_sender_try(sender, odeon_new(note, .number = listener->next), ODEON_AT_ONCE, &why);

		if (why != 0) {
			must(why == ODEON_EFULL);
			odeon_free(note);
			break;
		}
		listener->next++;
	}
	if (why == ODEON_EFULL)
		must(odeon_sender_when_room(self, sender) == 0);
}

START_TEST(no_room_is_missed_between_the_last_look_and_the_asking)
{
	static const int capacities[] = { 1, 2, RENDEZVOUS };
	odeon_ref actor;
	int i;

	open_kind(capacities[_i]);
	actor = listen_with((struct listener){ .on_writable = give_all, .most = MANY / 4 });
	world_do(&world, actor, ask_writable, out);
	for (i = 0; i < MANY / 4; i++) {
		struct note *note = odeon_recv_until(note, in, kit_deadline(), NULL);

		must(note != NULL && note->number == i);
		odeon_free(note);
	}
}
END_TEST

/* ---- the end of either ----------------------------------------------------------------------------------------------------- */

START_TEST(a_half_that_moves_on_tells_its_new_actor)
{
	struct gate first_told = GATE;
	odeon_ref first = listen_with((struct listener){ .told = &first_told });
	odeon_ref second = listen_with((struct listener){ .told = &told });

	open_kind(0);
	world_do(&world, first, ask_readable, in);
	world_do(&world, second, ask_readable, in);
	must(odeon_sender_send(out, odeon_new(note)) == 0);
	gate_wait(&told, 1);
	flush(first);
	ck_assert_uint_eq(gate_count(&first_told), 0);
	world_do(&world, first, ask_readable, in);     /* and back: there is something */
	gate_wait(&first_told, 1);
	ck_assert_uint_eq(gate_count(&told), 1);
}
END_TEST

static void *send_when_released(void *argument)
{
	gate_wait(argument, 1);
	must(odeon_sender_send(out, odeon_new(note)) == 0);
	return NULL;
}

static void *drop_when_released(void *argument)
{
	gate_wait(argument, 1);
	odeon_receiver_drop(in);
	in = NULL;
	return NULL;
}

/* Bits of _i: the actor is killed, the half is dropped, a message comes; all at the same time. Whatever happens first, the message
 * is handled or is a dead letter of the actor's, and world_close finds nothing missing. */
START_TEST(the_ends_and_the_telling_may_race)
{
	bool kills = _i & 1, drops = _i & 2, sends = _i & 4;
	int round, rounds = KIT_SLOWER(1000);

	for (round = 0; round < rounds; round++) {
		struct gate start = GATE;
		odeon_ref actor = listen_with((struct listener){ .told = &told });
		odeon_receiver *beside;
		pthread_t sender, dropper;

		open_kind(0);
		beside = odeon_receiver_clone(in);     /* the channel is not disconnected by the drop */
		world_do(&world, actor, ask_readable, in);
		if (sends)
			must(pthread_create(&sender, NULL, send_when_released, &start) == 0);
		if (drops)
			must(pthread_create(&dropper, NULL, drop_when_released, &start) == 0);
		gate_open(&start);
		if (kills)
			must(odeon_actor_kill(world.system, actor) == 0);
		if (sends)
			pthread_join(sender, NULL);
		if (drops)
			pthread_join(dropper, NULL);
		if (!kills)
			must(odeon_actor_stop(world.system, actor) == 0);
		world_await_end(&world, actor);
		odeon_sender_drop(out);
		odeon_receiver_drop(in);
		odeon_receiver_drop(beside);
		in = NULL;
		out = NULL;
	}
}
END_TEST

/* The halves outlive the system; nobody is told any more. */
START_TEST(a_system_that_is_freed_is_not_told)
{
	odeon_system *system = NULL;
	odeon_options options = ODEON_OPTIONS(.workers = 1);
	odeon_ref actor;

	open_kind(0);
	must(odeon_system_start(&options, &system) == 0);
	must(odeon_system_spawn(system, &asker_kind, &(struct asked){ .receiver = in }, &actor) == 0);
	must(odeon_system_free(system) == 0);
	must(odeon_sender_send(out, odeon_new(note)) == 0);
	ck_assert_uint_eq(gate_count(&told), 0);
	take_one();
}
END_TEST

static void *send_until_told(void *stop)
{
	while (gate_count(stop) == 0) {
		must(odeon_sender_send(out, odeon_new(note)) == 0);
		sched_yield();
	}
	return NULL;
}

/* A thread goes on sending while system after system comes, asks, and goes. */
START_TEST(systems_may_come_and_go_while_messages_are_sent)
{
	odeon_options options = ODEON_OPTIONS(.workers = 1);
	struct gate stop = GATE;
	pthread_t sender;
	int i, k;

	must(odeon_broadcast_open(ODEON_TYPE(note), 4, &out, &in) == 0);
	must(pthread_create(&sender, NULL, send_until_told, &stop) == 0);
	for (i = 0; i < KIT_SLOWER(300); i++) {
		odeon_system *system = NULL;

		must(odeon_system_start(&options, &system) == 0);
		must(odeon_system_spawn(system, &asker_kind, &(struct asked){ .receiver = in }, NULL) == 0);
		must(odeon_system_free(system) == 0);
		for (k = 0; k < 20; k++)               /* mostly nothing is left */
			odeon_free(odeon_try_recv(note, in, NULL));
	}
	gate_open(&stop);
	pthread_join(sender, NULL);
}
END_TEST

START_TEST(a_simulated_actor_is_told)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = kit_seed() });
	odeon_channel_options bounded = ODEON_CHANNEL_OPTIONS(.capacity = 4);
	odeon_system *system = NULL;

	must(odeon_system_start(&options, &system) == 0);
	bounded.system = system;
	must(odeon_channel_open_with(ODEON_TYPE(note), &bounded, &out, &in) == 0);
	must(odeon_system_spawn(system, &asker_kind, &(struct asked){ .receiver = in }, NULL) == 0);
	must(odeon_system_run(system, ODEON_AT_ONCE) == 0);
	must(odeon_sender_send(out, odeon_new(note)) == 0);
	must(odeon_system_run(system, ODEON_AT_ONCE) == 1);
	ck_assert_uint_eq(gate_count(&told), 1);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	out = NULL;
	in = NULL;
	must(odeon_system_free(system) == 0);
}
END_TEST

KIT_MAIN("unit/watch_ends",
	{ .name = "missed", .setup = setup, .teardown = teardown, .loop = 3,
	  .tests = KIT_TESTS(no_message_is_missed_between_the_last_look_and_the_asking,
	                     no_room_is_missed_between_the_last_look_and_the_asking) },
	{ .name = "ends", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_half_that_moves_on_tells_its_new_actor, a_system_that_is_freed_is_not_told,
	                     systems_may_come_and_go_while_messages_are_sent, a_simulated_actor_is_told) },
	{ .name = "races", .setup = setup, .teardown = teardown, .loop = 8,
	  .tests = KIT_TESTS(the_ends_and_the_telling_may_race) })
