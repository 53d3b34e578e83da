/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.c - odeon_receiver_when_ready and odeon_sender_when_room: an actor is told once, at once if there is no need to wait, and
 * never in vain for ever; whoever of actor and half ends first, and whatever thread changes the channel meanwhile
 */
#include "../harness/kit.h"
#include <sched.h>

static struct world world;

/* ---- an actor that asks ------------------------------------------------------------------------------------------------ */

struct listener {
	void (*on_readable)(odeon_self *self, struct listener *listener, odeon_receiver *receiver);  /* NULL: only counted */
	void (*on_writable)(odeon_self *self, struct listener *listener, odeon_sender *sender);
	odeon_receiver *receiver;
	odeon_sender *sender;
	struct gate *told;                             /* opened at each message */
	int next, most;
	struct gate *done;
	int *in_stop;                                  /* what asking answers as it stops */
};

ODEON_HANDLER(listener, odeon_readable)
{
	must(odeon_ref_is_nobody(odeon_from(self)));
	if (listener->on_readable)
		listener->on_readable(self, listener, odeon_readable->receiver);
	if (listener->told)
		gate_open(listener->told);
}

ODEON_HANDLER(listener, odeon_writable)
{
	must(odeon_ref_is_nobody(odeon_from(self)));
	if (listener->on_writable)
		listener->on_writable(self, listener, odeon_writable->sender);
	if (listener->told)
		gate_open(listener->told);
}

ODEON_HANDLER(listener, errand)
{
	struct gate *done = errand->done;

	errand->run(self, errand->argument);
	if (done)
		gate_open(done);
}

ODEON_STOP(listener)
{
	if (listener->in_stop) {
		must(odeon_receiver_when_ready(self, listener->receiver) == ODEON_EINVAL);
		must(odeon_sender_when_room(self, listener->sender) == ODEON_EINVAL);
		*listener->in_stop = 1;
	}
}

ODEON_HANDLERS(listener_handlers,
	ODEON_ON(listener, odeon_readable), ODEON_ON(listener, odeon_writable), ODEON_ON(listener, errand));
ODEON_KIND(listener, listener_handlers, .stop = ODEON_STOPS(listener));

static odeon_ref listen_with(struct listener first)
{
	return world_spawn(&world, &listener_kind, &first);
}

static void ask_readable(odeon_self *self, void *receiver)
{
	must(odeon_receiver_when_ready(self, receiver) == 0);
}

static void ask_writable(odeon_self *self, void *sender)
{
	must(odeon_sender_when_room(self, sender) == 0);
}

static void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

/* What was sent to it so far has been handled. */
static void flush(odeon_ref actor)
{
	world_do(&world, actor, nothing, NULL);
}

/* ---- channels of all kinds ------------------------------------------------------------------------------------------------ */

static int copy_note(void *to, const void *from)
{
	*(struct note *)to = *(const struct note *)from;
	return 0;
}

static const odeon_channel_options kinds[] = {
	ODEON_CHANNEL_OPTIONS(.capacity = ODEON_UNBOUNDED),
	ODEON_CHANNEL_OPTIONS(.capacity = 1),
	ODEON_CHANNEL_OPTIONS(.capacity = 5, .capacity_bytes = 1000),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_ONESHOT),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .capacity = 4, .copy = copy_note),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_WATCH),
	ODEON_CHANNEL_OPTIONS(.capacity = 0),
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), RENDEZVOUS = KINDS - 1 };

static odeon_sender *out;
static odeon_receiver *in;
static struct gate told;

static void open_kind(int kind)
{
	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(note), &kinds[kind], &out, &in), 0);
}

static void setup(void)
{
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
	told = (struct gate)GATE;
	out = NULL;
	in = NULL;
}

static void teardown(void)
{
	world_close(&world);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
}

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

static void take_one(void)
{
	struct note *note = odeon_recv_until(note, in, kit_deadline(), NULL);

	must(note != NULL);
	odeon_free(note);
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

struct asker { int unused; };
struct asked { odeon_receiver *receiver; int result; };

ODEON_START(asker, asked)
{
	must(odeon_receiver_when_ready(self, asked->receiver) == 0);
	return asked->result;
}

ODEON_HANDLER(asker, odeon_readable)
{
	must(odeon_readable->receiver == in);
	gate_open(&told);
}

ODEON_HANDLERS(asker_handlers, ODEON_ON(asker, odeon_readable));
ODEON_KIND(asker, asker_handlers, .start = ODEON_STARTS(asker));

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

/* ---- nothing is missed ----------------------------------------------------------------------------------------------------- */

enum { MANY = KIT_SLOWER(100000) };

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
	gate_wait(&done, 1);
	pthread_join(sender, NULL);
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

KIT_MAIN("unit/watch",
	{ .name = "once", .setup = setup, .teardown = teardown, .loop = KINDS,
	  .tests = KIT_TESTS(a_message_that_comes_is_told_once_however_often_it_was_asked, what_is_there_already_is_told_at_once,
	                     the_end_of_the_senders_is_told, the_end_of_the_receivers_is_told,
	                     an_actor_that_ended_is_not_told, a_half_that_was_dropped_is_not_told) },
	{ .name = "room", .setup = setup, .teardown = teardown, .loop = 2, .tests = KIT_TESTS(room_is_told_once) },
	{ .name = "errors", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_cannot_be_told_is_an_error) },
	{ .name = "start", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(start_may_ask, a_start_that_asked_and_failed_is_not_told) },
	{ .name = "missed", .setup = setup, .teardown = teardown, .loop = 3,
	  .tests = KIT_TESTS(no_message_is_missed_between_the_last_look_and_the_asking,
	                     no_room_is_missed_between_the_last_look_and_the_asking) },
	{ .name = "ends", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_half_that_moves_on_tells_its_new_actor, a_system_that_is_freed_is_not_told,
	                     systems_may_come_and_go_while_messages_are_sent, a_simulated_actor_is_told) },
	{ .name = "races", .setup = setup, .teardown = teardown, .loop = 8,
	  .tests = KIT_TESTS(the_ends_and_the_telling_may_race) })
