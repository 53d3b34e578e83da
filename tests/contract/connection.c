/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection.c - one set of questions for connections by TCP, by Unix sockets and by TLS, over real ones
 *
 * What one side says the other hears; credit is kept to; who does not read holds up who writes, and nothing grows without
 * bound; each end, at any moment, is told exactly once, with its name, and with what was not written; owners and
 * connections do not outlive each other by more than they must.
 */
#include "wires.h"

enum { LOTS = 3 << 20 };

static struct ears ears;

static void open_echo(int kind)
{
	ears_init(&ears);
	ears.echoes = true;
	ears.credit = 2;
	wires_open(kind, 2);
	listen_for(&ears, (odeon_connection_options){ .bytes = 0 });
}

/* ---- bytes ----------------------------------------------------------------------------------------------------------------- */

static int plain_socket;

START_TEST(what_is_said_comes_back_whole_and_in_order)
{
	open_echo(_i);
	plain_socket = dial();
	ck_assert_uint_eq(echoed_pattern(plain_socket, LOTS), LOTS);
	eventually(ears_ended(&ears));
	ck_assert(!ears.is_wrong);
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_uint_eq(ears.end.read, LOTS);
	ck_assert_uint_eq(ears.end.written, LOTS);
	ck_assert_uint_eq(ears.end.unwritten_bytes, 0);
	close(plain_socket);
	wires_close();
	ck_assert_uint_eq(ears.ends, 1);
}
END_TEST

START_TEST(two_connections_talk_to_each_other)
{
	struct ears client;
	odeon_ref connection;
	uint64_t at;

	open_echo(_i);
	ears_init(&client);
	client.credit = ODEON_READ_ALWAYS;
	ck_assert_int_eq(connect_for(owner_with(&client), NULL, &connection), 0);
	for (at = 0; at < LOTS; at += 10007)
		tell(connection, pattern_bytes(at, 10007));     /* before it is connected, too */
	tell(connection, odeon_new(odeon_write_end));
	eventually(ears_ended(&client));
	ck_assert_uint_eq(ears_bytes(&client), at);
	ck_assert(!client.is_wrong);
	ck_assert_int_eq(client.said[0], 'c');
	ck_assert_int_eq(client.said[strlen(client.said) - 1], 'd');
	ck_assert_int_eq(client.said[strlen(client.said) - 2], 'e');
	ck_assert_int_eq(client.end.error, 0);
	eventually(ears_ended(&ears));
	wires_close();
}
END_TEST

START_TEST(without_credit_nothing_is_read)
{
	uint64_t reads = 0;
	size_t went;

	ears_init(&ears);
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.read_bytes = 1000));
	plain_socket = dial();
	went = write_what_goes(plain_socket, 0, 64 << 20);
	ck_assert_uint_lt(went, 64 << 20);                      /* the other side's window is the bound */
	ck_assert_uint_eq(ears_bytes(&ears), 0);
	for (uint32_t count = 1; count <= 5; count++) {
		tell(ears_connection(&ears), odeon_new(odeon_read, .count = count));
		reads += count;
		eventually(ears_reads(&ears) == reads);
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
		ck_assert_uint_eq(ears_reads(&ears), reads);
		ck_assert_uint_le(ears_bytes(&ears), reads * 1000);     /* at the end of a record there may be fewer */
		ck_assert(_i == KIND_TLS || ears_bytes(&ears) == reads * 1000);
	}
	tell(ears_connection(&ears), odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	eventually(ears_bytes(&ears) == went);
	tell(ears_connection(&ears), odeon_new(odeon_read, .count = 0));       /* and now no more; which it knows when it has written */
	tell(ears_connection(&ears), pattern_bytes(0, 1));
	ck_assert_uint_eq(read_pattern(plain_socket, 0, 1), 1);
	write_pattern(plain_socket, went, 10);
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	ck_assert_uint_eq(ears_bytes(&ears), went);
	ck_assert(!ears.is_wrong);
	close(plain_socket);
	wires_close();
}
END_TEST

/* Of few bytes at a time little room is made, and more of many. */
START_TEST(the_room_of_a_read_follows_what_comes)
{
	enum { TIMES = 20, FEW = 100, MANY = 1 << 20 };

	ears_init(&ears);
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options){ .bytes = 0 });
	plain_socket = dial();
	tell(ears_connection(&ears), odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	for (uint64_t i = 0; i < TIMES; i++) {
		write_pattern(plain_socket, i * FEW, FEW);
		eventually(ears_bytes(&ears) == (i + 1) * FEW);
	}
	ck_assert_uint_lt(ears_room(&ears), 200);
	write_pattern(plain_socket, TIMES * FEW, MANY);
	eventually(ears_bytes(&ears) == TIMES * FEW + MANY);
	ck_assert_uint_gt(ears_room(&ears), 1000);
	ck_assert(!ears.is_wrong);
	close(plain_socket);
	wires_close();
}
END_TEST

/* The same bytes, frozen, to both; and some that live for ever. */
START_TEST(shared_bytes_are_written_on_many_connections)
{
	static const unsigned char always[] = { 'e', 'v', 'e', 'r' };
	struct ears both[2];
	odeon_frozen *frozen;
	int sockets[2], i;
	char got[16];

	wires_open(_i, 2);
	frozen = odeon_freeze(odeon_bytes_text("shared "));
	for (i = 0; i < 2; i++) {
		ears_init(&both[i]);
		listen_for(&both[i], (odeon_connection_options){ .bytes = 0 });
		sockets[i] = dial();
		tell(ears_connection(&both[i]), odeon_bytes_share(odeon_frozen_share(frozen),
			odeon_frozen_look(odeon_bytes, frozen)->data, 7));
		tell(ears_connection(&both[i]), odeon_bytes_constant(always, 4));
	}
	odeon_frozen_drop(frozen);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(recv(sockets[i], got, 11, MSG_WAITALL), 11);
		ck_assert_mem_eq(got, "shared ever", 11);
		close(sockets[i]);
	}
	wires_close();
}
END_TEST

/* ---- bounds ------------------------------------------------------------------------------------------------------------------ */

START_TEST(a_writer_that_never_reads_is_held_up)
{
	struct odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	size_t went;

	open_echo(_i);
	plain_socket = dial();
	went = write_what_goes(plain_socket, 0, 256 << 20);
	ck_assert_uint_lt(went, 64 << 20);                      /* what four windows hold, and a little more */
	ck_assert_uint_lt(ears_high(&ears), (64 << 10) + 5 * (64 << 10));     /* the mark, the credit, and what was under way */
	ck_assert_int_eq(odeon_actor_stats(world.system, ears_connection(&ears), &stats), 0);
	ck_assert_uint_lt(stats.queued, 10);
	ck_assert_uint_eq(read_pattern(plain_socket, 0, went), went);  /* and goes on when it reads */
	close(plain_socket);
	wires_close();
}
END_TEST

static bool has_handled_all(odeon_ref who)
{
	struct odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	return odeon_actor_stats(world.system, who, &stats) == 0 && stats.queued == 0;
}

/* A byte may come in a room of two kilobytes, and it is that room which is held. */
START_TEST(single_bytes_count_as_what_they_take_up)
{
	uint64_t sent = 0;
	int singles;

	ears_init(&ears);
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.write_most = 4 << 20));
	plain_socket = dial();
	for (; !ears_said(&ears, "h"); sent += 60000) {
		tell(ears_connection(&ears), pattern_bytes(sent, 60000));
		eventually(has_handled_all(ears.connection) && has_handled_all(ears.owner));
	}
	for (singles = 0; singles < 5000 && !ears_ended(&ears); singles++) {
		struct odeon_bytes *one = odeon_bytes_new(2048);

		one->data[0] = pattern(sent + (uint64_t)singles);
		one->length = 1;
		odeon_free(odeon_try_post(world.system, ears.connection, one, ODEON_AT_ONCE, NULL));
	}
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, ODEON_EFULL);
	ck_assert(!ears.is_rest_wrong);
	ck_assert_uint_lt(ears.rest, 1 << 20);
	close(plain_socket);
	wires_close();
}
END_TEST

START_TEST(an_owner_that_heeds_no_mark_is_cut_off)
{
	struct odeon_bytes *none;
	uint64_t sent = 0;

	ears_init(&ears);
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.write_most = 1 << 20));
	plain_socket = dial();
	while (!ears_ended(&ears) && sent < 1u << 30) {
		none = odeon_try_post(world.system, ears_connection(&ears), pattern_bytes(sent, 60000), ODEON_AT_ONCE, NULL);
		odeon_free(none);
		sent += 60000;
		if (sent % 600000 == 0)
			kit_pause();
	}
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, ODEON_EFULL);
	ck_assert_uint_ge(ears.rest, 1 << 20);
	ck_assert_uint_eq(ears.rest, ears.end.unwritten_bytes);
	ck_assert(!ears.is_rest_wrong);
	close(plain_socket);
	wires_close();
}
END_TEST

START_TEST(a_full_owner_holds_up_the_other_side)
{
	odeon_kind kind = *ears_kind;
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.argument = &ears);

	kind.mailbox = (odeon_mailbox){ .messages = 2 };
	ears_init(&ears);
	ears.credit = ODEON_READ_ALWAYS;
	ears.slow = 2;
	wires_open(_i, 2);
	options.session = world_kind(&world, kind);
	options.connection = (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.read_bytes = 4096);
	listen_with(options);
	plain_socket = dial();
	write_pattern(plain_socket, 0, 300000);
	close(plain_socket);
	eventually(ears_bytes(&ears) == 300000);               /* slowly, and nothing is lost, not even the news of the end */
	tell(ears.connection, odeon_new(odeon_write_end));
	eventually(ears_ended(&ears));
	ck_assert(ears_said(&ears, "bed"));
	ck_assert(!ears.is_wrong);
	ck_assert_uint_eq(world_letters(&world), 0);
	wires_close();
}
END_TEST

/* ---- ends ------------------------------------------------------------------------------------------------------------------------ */

START_TEST(one_side_may_end_before_the_other)
{
	odeon_ref connection;

	ears_init(&ears);
	ears.credit = ODEON_READ_ALWAYS;
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options){ .bytes = 0 });
	plain_socket = dial();
	connection = ears_connection(&ears);
	tell(connection, pattern_bytes(0, 100000));
	tell(connection, odeon_new(odeon_write_end));
	ck_assert_uint_eq(read_pattern(plain_socket, 0, UINT64_MAX), 100000);
	write_pattern(plain_socket, 0, 5000);                   /* we have heard the end, and go on */
	eventually(ears_bytes(&ears) == 5000);
	ck_assert(!ears_ended(&ears));
	tell(connection, pattern_bytes(100000, 77));            /* too late */
	close(plain_socket);
	eventually(ears_ended(&ears));
	ck_assert(strchr(ears.said, 'e') != NULL);
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_uint_eq(ears.rest, 77);
	ck_assert(!ears.is_rest_wrong);
	wires_close();
	ck_assert_uint_eq(ears.ends, 1);
}
END_TEST

START_TEST(a_reset_at_any_moment_is_told_once)
{
	uint64_t random = kit_seed();

	for (int i = 0; i < KIT_SLOWER(150) + 5; i++) {
		size_t length;

		open_echo(_i);
		plain_socket = dial();
		random = random * 6364136223846793005u + 1442695040888963407u;
		length = (size_t)(random >> 44);                        /* up to a megabyte */
		length = write_what_goes(plain_socket, 0, length >> (i % 20));
		if (i % 3 == 0)
			(void)read_pattern(plain_socket, 0, length / 2);
		if (_i == KIND_TLS)                             /* before that, nobody is to be told */
			(void)ears_connection(&ears);
		reset(plain_socket);
		eventually(ears_ended(&ears));
		ck_assert(ears.end.error == 0 || ears.end.error == ODEON_EDISCONNECTED);
		if (_i == KIND_TCP && ears.end.error != 0)              /* by TLS an end that was not said is as bad */
			ck_assert(ears.end.system_error == ECONNRESET || ears.end.system_error == EPIPE);
		ck_assert(!ears.is_wrong && !ears.is_rest_wrong);
		ck_assert_uint_eq(ears.rest, ears.end.unwritten_bytes);
		wires_close();
		ck_assert_uint_eq(ears.ends, 1);
	}
}
END_TEST

START_TEST(what_was_not_written_comes_back)
{
	uint64_t sent = 0;

	ears_init(&ears);
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options){ .bytes = 0 });
	plain_socket = dial();
	while (sent < 20000000) {
		tell(ears_connection(&ears), pattern_bytes(sent, 99991));
		sent += 99991;
	}
	tell(ears.connection, odeon_new(odeon_close, .resets = 1));
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_uint_eq(ears.end.written + ears.rest, sent);
	ck_assert_uint_gt(ears.rest, 0);
	ck_assert_uint_eq(ears.rest, ears.end.unwritten_bytes);
	ck_assert(!ears.is_rest_wrong);                         /* it goes on exactly where the written part ends */
	if (_i != KIND_LOCAL)
		ck_assert_int_eq(read_end_of(plain_socket), ECONNRESET);
	close(plain_socket);
	wires_close();
}
END_TEST

START_TEST(close_writes_what_was_sent_before)
{
	for (int i = 0; i < 2; i++) {
		ears_init(&ears);
		wires_open(_i, 2);
		listen_for(&ears, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.linger = i == 0 ? KIT_PATIENCE : ODEON_MS(300)));
		plain_socket = dial();
		tell(ears_connection(&ears), pattern_bytes(0, i == 0 ? LOTS : 64 << 20));
		tell(ears.connection, odeon_new(odeon_close));
		if (i == 0)
			ck_assert_uint_eq(read_pattern(plain_socket, 0, UINT64_MAX), LOTS);
		if (i == 0)
			close(plain_socket);
		eventually(ears_ended(&ears));
		ck_assert_int_eq(ears.end.error, (i == 0 ? 0 : ODEON_ETIMEDOUT));      /* who does not read is not waited for */
		ck_assert_uint_eq(ears.end.written + ears.rest, i == 0 ? LOTS : 64 << 20);
		if (i == 1)
			close(plain_socket);
		wires_close();
	}
}
END_TEST

static void leave(odeon_self *self, void *argument)
{
	if (argument != NULL)
		odeon_fail(self, 7, "on purpose");
	else
		odeon_exit(self);
}

START_TEST(a_connection_ends_with_its_owner)
{
	for (int fails = 0; fails < 2; fails++) {
		odeon_ref connection;

		ears_init(&ears);
		wires_open(_i, 2);
		listen_for(&ears, (odeon_connection_options){ .bytes = 0 });
		plain_socket = dial();
		connection = ears_connection(&ears);
		tell(connection, pattern_bytes(0, 100000));
		world_do(&world, ears.owner, leave, fails ? &ears : NULL);
		if (!fails)
			ck_assert_uint_eq(read_pattern(plain_socket, 0, UINT64_MAX), 100000);
		else if (_i != KIND_LOCAL)
			ck_assert_int_eq(read_end_of(plain_socket), ECONNRESET);
		else
			(void)read_end_of(plain_socket);
		close(plain_socket);
		world_await_end(&world, connection);
		wires_close();
	}
}
END_TEST

START_TEST(another_owner_gets_the_rest)
{
	struct ears other;
	odeon_ref connection;

	ears_init(&ears);
	ears.credit = 1;
	ears_init(&other);
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options){ .bytes = 0 });
	plain_socket = dial();
	write_pattern(plain_socket, 0, 10);
	eventually(ears_bytes(&ears) == 10);
	connection = ears_connection(&ears);
	tell(connection, odeon_new(odeon_give, .to = owner_with(&other)));
	world_do(&world, ears.owner, leave, NULL);              /* and that is of no consequence */
	tell(connection, odeon_new(odeon_read, .count = 1));
	write_pattern(plain_socket, 0, 20);
	eventually(ears_bytes(&other) == 20);
	tell(connection, pattern_bytes(0, 30));
	ck_assert_uint_eq(read_pattern(plain_socket, 0, 30), 30);
	close(plain_socket);
	tell(connection, odeon_new(odeon_read, .count = 1));
	tell(connection, odeon_new(odeon_write_end));
	eventually(ears_ended(&other));
	ck_assert(ears_said(&other, "bed"));
	ck_assert_uint_eq(ears.ends, 0);
	wires_close();
}
END_TEST

/* As it starts it gives its connection to whom it was told, and then it ends. */
struct porter { int unused; };
ODEON_HANDLER(porter, note) { (void)porter; }
ODEON_START(porter, odeon_session)
{
	const odeon_ref *owner = odeon_session->argument;

	must(odeon_send(self, odeon_session->connection, odeon_new(odeon_give, .to = *owner)) == 0);
	must(odeon_send(self, odeon_session->connection, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS)) == 0);
	odeon_exit(self);
	return 0;
}
ODEON_HANDLERS(porter_handlers, ODEON_ON(porter, note));
ODEON_KIND(porter, porter_handlers, .start = ODEON_STARTS(porter));

/* Who accepted it makes the session its owner only when that has started. */
START_TEST(a_session_may_give_it_away_as_it_starts)
{
	odeon_ref owner;

	ears_init(&ears);
	wires_open(_i, 2);
	owner = owner_with(&ears);
	listen_with((odeon_listener_options)ODEON_LISTENER_OPTIONS(.session = &porter_kind, .argument = &owner));
	plain_socket = dial();
	write_pattern(plain_socket, 0, 1000);
	eventually(ears_bytes(&ears) == 1000);
	ck_assert(!ears.is_wrong);
	close(plain_socket);
	wires_close();
}
END_TEST

/* ---- stopped as an actor ------------------------------------------------------------------------------------------------------------- */

START_TEST(a_polite_stop_leaves_nothing_unwritten)
{
	for (int all = 0; all < 2; all++) {
		ears_init(&ears);
		ears.is_stubborn = true;
		wires_open(_i, 2);
		listen_for(&ears, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.linger = KIT_PATIENCE));
		plain_socket = dial();
		tell(ears_connection(&ears), pattern_bytes(0, LOTS));
		tell(ears.connection, pattern_bytes(LOTS, 4321));
		must(odeon_actor_stop(world.system, ears.connection) == 0);
		eventually(ears_ended(&ears));
		ck_assert_int_eq(ears.end.error, 0);
		ck_assert_uint_eq(ears.rest, 0);
		if (all == 0)
			ck_assert_uint_eq(read_pattern(plain_socket, 0, UINT64_MAX), LOTS + 4321);
		close(plain_socket);
		wires_close();                                 /* waits for the rest, or learns that nobody wants it */
	}
}
END_TEST

START_TEST(a_system_that_stops_waits_for_writes_no_longer_than_they_linger)
{
	odeon_time before;

	ears_init(&ears);
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.linger = ODEON_MS(200)));
	plain_socket = dial();
	tell(ears_connection(&ears), pattern_bytes(0, 64 << 20));
	eventually(ears_said(&ears, "h"));
	before = odeon_clock_now();
	wires_close();
	ck_assert_int_ge(odeon_clock_now().ns - before.ns, ODEON_MS(150));
	ck_assert_int_lt(odeon_clock_now().ns - before.ns, KIT_PATIENCE / 2);
	close(plain_socket);
}
END_TEST

START_TEST(a_killed_connection_says_so)
{
	ears_init(&ears);
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options){ .bytes = 0 });
	plain_socket = dial();
	tell(ears_connection(&ears), pattern_bytes(0, 64 << 20));
	eventually(ears_said(&ears, "h"));
	must(odeon_actor_kill(world.system, ears.connection) == 0);
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, ODEON_EKILLED);
	ck_assert_uint_eq(ears.end.written + ears.rest, 64 << 20);
	ck_assert(!ears.is_rest_wrong);
	close(plain_socket);
	wires_close();
}
END_TEST

/* ---- time-outs, and what cannot be ---------------------------------------------------------------------------------------------------- */

/* Who says a little from time to time is kept. When he last did so is told. */
static bool is_kept(int kind, odeon_time *last)
{
	ears_init(&ears);
	ears.credit = ODEON_READ_ALWAYS;
	wires_open(kind, 2);
	listen_for(&ears, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.idle_timeout = ODEON_MS(200)));
	plain_socket = dial();
	(void)ears_connection(&ears);
	for (int i = 0; i < 5 && !ears_ended(&ears); i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
		*last = odeon_clock_now();
		(void)send(plain_socket, &(unsigned char){ pattern((uint64_t)i) }, 1, MSG_NOSIGNAL);
	}
	if (!ears_ended(&ears))
		return true;
	close(plain_socket);
	wires_close();
	return false;
}

START_TEST(who_says_nothing_is_given_up)
{
	odeon_time before;

	in_time(is_kept(_i, &before));
	eventually(ears_ended(&ears));
	ck_assert_int_gt(odeon_clock_now().ns - before.ns, ODEON_MS(140));
	ck_assert_int_eq(ears.end.error, ODEON_ETIMEDOUT);
	ck_assert_str_eq(ears.end.text, "idle for too long");
	ck_assert_int_eq(read_end_of(plain_socket), 0);
	close(plain_socket);
	wires_close();
}
END_TEST

START_TEST(who_does_not_read_is_given_up)
{
	ears_init(&ears);
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.write_timeout = ODEON_MS(200)));
	plain_socket = dial();
	tell(ears_connection(&ears), pattern_bytes(0, 64 << 20));
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, ODEON_ETIMEDOUT);
	ck_assert_uint_eq(ears.end.written + ears.rest, 64 << 20);
	close(plain_socket);
	wires_close();
}
END_TEST

START_TEST(who_is_not_there_refuses)
{
	int listening;

	ears_init(&ears);
	wires_open(_i, 2);
	listening = listen_plainly();
	close(listening);
	if (_i == KIND_LOCAL)
		unlink(strchr(address, '/'));
	ck_assert_int_eq(connect_for(owner_with(&ears), NULL, NULL), 0);
	eventually(ears_ended(&ears));
	ck_assert(ears_said(&ears, "d"));
	ck_assert_int_eq(ears.end.error, ODEON_ESYSTEM);
	ck_assert_int_eq(ears.end.system_error, (_i == KIND_LOCAL ? ENOENT : ECONNREFUSED));
	wires_close();
	ck_assert_uint_eq(ears.ends, 1);
}
END_TEST

START_TEST(who_does_not_answer_is_given_up)
{
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.connect_timeout = ODEON_MS(150));
	odeon_ref connection;

	ears_init(&ears);
	wires_open(_i, 2);
	ck_assert_int_eq(odeon_connection_open(world.system, "192.0.2.1:9", owner_with(&ears), &options, &connection), 0);
	tell(connection, pattern_bytes(0, 100));
	eventually(ears_ended(&ears));                          /* no way there at all is as good */
	ck_assert(ears.end.error == ODEON_ETIMEDOUT || ears.end.error == ODEON_ESYSTEM || ears.end.error == ODEON_EDISCONNECTED);
	ck_assert_uint_eq(ears.rest, 100);
	ck_assert_int_eq(ears.said[0], 'd');
	wires_close();
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.idle_timeout = -1);
	odeon_options plain = ODEON_OPTIONS(.workers = 1);
	odeon_system *other;
	odeon_ref owner;

	ears_init(&ears);
	wires_open(_i, 1);
	owner = owner_with(&ears);
	for (const char *const *text = (const char *const[]){ "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:1x",
	     "local host:1", "[::1:1", "::1:1", "unix:", ":80", "127.0.0.1:-1", "127.0.0.1:+1", "300.0.0.1:1", NULL }; *text; text++)
		ck_assert_int_eq(odeon_connection_open(world.system, *text, owner, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_connection_open(world.system, NULL, owner, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_connection_open(world.system, "127.0.0.1:1", ODEON_NOBODY, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_connection_open(NULL, "127.0.0.1:1", owner, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_connection_open(world.system, "127.0.0.1:1", owner, &options, NULL), ODEON_EINVAL);
	options = (odeon_connection_options){ .bytes = 3 };
	ck_assert_int_eq(odeon_connection_open(world.system, "127.0.0.1:1", owner, &options, NULL), ODEON_EVERSION);
	must(odeon_system_start(&plain, &other) == 0);
	ck_assert_int_eq(odeon_connection_open(other, "127.0.0.1:1", owner, NULL, NULL), ODEON_EINVAL);
	must(odeon_system_free(other) == 0);
	wires_close();
}
END_TEST

KIT_MAIN("contract/connection",
	{ .name = "rooms", .loop = PLAIN_KINDS, .tests = KIT_TESTS(the_room_of_a_read_follows_what_comes) },
	{ .name = "bytes", .loop = KINDS,
	  .tests = KIT_TESTS(what_is_said_comes_back_whole_and_in_order, two_connections_talk_to_each_other,
	                     without_credit_nothing_is_read, shared_bytes_are_written_on_many_connections) },
	{ .name = "bounds", .loop = KINDS,
	  .tests = KIT_TESTS(a_writer_that_never_reads_is_held_up, single_bytes_count_as_what_they_take_up, an_owner_that_heeds_no_mark_is_cut_off,
	                     a_full_owner_holds_up_the_other_side) },
	{ .name = "ends", .loop = KINDS,
	  .tests = KIT_TESTS(one_side_may_end_before_the_other, a_reset_at_any_moment_is_told_once,
	                     what_was_not_written_comes_back, close_writes_what_was_sent_before,
	                     a_connection_ends_with_its_owner, another_owner_gets_the_rest,
	                     a_session_may_give_it_away_as_it_starts) },
	{ .name = "stops", .loop = KINDS,
	  .tests = KIT_TESTS(a_polite_stop_leaves_nothing_unwritten,
	                     a_system_that_stops_waits_for_writes_no_longer_than_they_linger, a_killed_connection_says_so) },
	{ .name = "time", .loop = KINDS,
	  .tests = KIT_TESTS(who_says_nothing_is_given_up, who_does_not_read_is_given_up, who_is_not_there_refuses,
	                     who_does_not_answer_is_given_up, what_makes_no_sense_is_refused) })
