/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sources.c - a connection is written from actors of the test's own, which bring what they like when they like
 *
 * Does each byte come in its place, whoever brought it before its turn? Is a chain brought whole, and cut off where it is to be? And
 * is what comes after the connection's end nobody's?
 */
#include "wires.h"

/* ---- a source that does what it is told ------------------------------------------------------------------------------------ */

struct spring { int unused; };
ODEON_HANDLER(spring, odeon_give) { (void)spring; }
ODEON_HANDLER(spring, odeon_read) { (void)spring; }
ODEON_HANDLER(spring, odeon_close) { odeon_exit(self); }
ODEON_HANDLER(spring, errand)
{
	errand->run(self, errand->argument);
	if (errand->done != NULL)
		gate_open(errand->done);
}
ODEON_HANDLERS(spring_handlers, ODEON_ON(spring, odeon_give), ODEON_ON(spring, odeon_read), ODEON_ON(spring, odeon_close),
	ODEON_ON(spring, errand));
ODEON_KIND(spring, spring_handlers);

static struct ears ears;
static odeon_ref connection;
static int plain;

static void send_it(odeon_self *self, void *message) { must(odeon_send(self, connection, message) == 0); }
static void do_nothing(odeon_self *self, void *argument) { (void)self, (void)argument; }
static void bring(odeon_ref source, struct odeon_bytes *bytes) { world_do(&world, source, send_it, bytes); }
static void run_dry(odeon_ref source) { world_do(&world, source, send_it, odeon_new(odeon_read_end, .who = source)); }

static odeon_ref new_spring(uint64_t length)
{
	odeon_ref source;

	must(odeon_system_spawn(world.system, &spring_kind, NULL, &source) == 0);
	tell(connection, odeon_new(odeon_write_from, .source = source, .length = length));
	return source;
}

static void connect_with(int kind, odeon_mailbox mailbox)
{
	odeon_kind owner = *ears_kind;
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.argument = &ears);

	owner.mailbox = mailbox;
	owner.place = ODEON_OWN_THREAD;                         /* it may stand still */
	ears_init(&ears);
	wires_open(kind, 2);
	options.session = world_kind(&world, owner);
	listen_with(options);
	plain = dial();
	connection = ears_connection(&ears);
}

static void finish(void)
{
	close(plain);
	wires_close();
}

/* ---- questions ----------------------------------------------------------------------------------------------------------------- */

START_TEST(what_comes_before_its_turn_waits_for_it)
{
	odeon_ref first, second, third;

	connect_with(_i, (odeon_mailbox){ 0 });
	tell(connection, pattern_bytes(0, 10));
	first = new_spring(0);
	tell(connection, pattern_bytes(100, 10));
	second = new_spring(100);
	tell(connection, pattern_bytes(210, 10));
	third = new_spring(0);
	bring(third, pattern_bytes(220, 30));
	run_dry(third);
	bring(second, pattern_bytes(110, 60));
	bring(second, pattern_bytes(170, 60));                  /* 20 of these are not wanted */
	bring(first, pattern_bytes(10, 90));
	run_dry(first);
	tell(connection, odeon_new(odeon_write_end));
	ck_assert_uint_eq(read_pattern(plain, 0, UINT64_MAX), 250);
	for (int i = 0; i < 3; i++)
		world_await_end(&world, (odeon_ref[]){ first, second, third }[i]);
	finish();
}
END_TEST

START_TEST(a_chain_is_brought_whole)
{
	struct odeon_bytes *chain = pattern_bytes(0, 10);
	odeon_ref source;

	connect_with(_i, (odeon_mailbox){ 0 });
	chain->next = pattern_bytes(10, 10);
	chain->next->next = pattern_bytes(20, 10);
	chain->next->next->next = pattern_bytes(30, 10);
	source = new_spring(25);
	bring(source, chain);
	tell(connection, pattern_bytes(25, 5));
	tell(connection, odeon_new(odeon_write_end));
	ck_assert_uint_eq(read_pattern(plain, 0, UINT64_MAX), 30);
	finish();
}
END_TEST

/* Its owner cannot be told yet. What we send it is given back then; what a source still had under way is not ours. */
START_TEST(after_the_end_what_comes_from_a_source_is_nobodys)
{
	struct plug plug = PLUG;
	odeon_ref source;

	connect_with(_i, (odeon_mailbox){ .messages = 1 });
	source = new_spring(0);
	world_tell(&world, ears.owner, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_tell(&world, ears.owner, do_nothing, NULL);
	tell(connection, odeon_new(odeon_close, .resets = 1));
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	bring(source, pattern_bytes(5, 10));
	tell(connection, pattern_bytes(0, 5));
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	plug_release(&plug);
	eventually(ears_ended(&ears));
	ck_assert_uint_eq(ears.rest, 5);
	ck_assert(!ears.is_rest_wrong);
	world_await_end(&world, connection);
	finish();
}
END_TEST

KIT_MAIN("contract/sources",
	{ .name = "brought", .loop = KINDS,
	  .tests = KIT_TESTS(what_comes_before_its_turn_waits_for_it, a_chain_is_brought_whole,
	                     after_the_end_what_comes_from_a_source_is_nobodys) })
