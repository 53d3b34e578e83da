/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket_life.c - how much a websocket holds, how long it waits, and with whom it ends, by TCP and Unix sockets
 *
 * Credit is kept to, and who does not read holds up who says; pings without end need no room; silence is asked about, and given up;
 * owners, servers and systems that end close it with their code; whatever happens is told once.
 */
#include "frames.h"

#define TEXT WEBSOCKET_OPCODE_TEXT
#define BINARY WEBSOCKET_OPCODE_BINARY
#define CLOSE WEBSOCKET_OPCODE_CLOSE
#define PING WEBSOCKET_OPCODE_PING
#define PONG WEBSOCKET_OPCODE_PONG

enum { MESSAGE = 1000 };

static struct guest guest;
static struct frame frame;
static odeon_ref listener;
static unsigned char said[MESSAGE];

static void rest(long milliseconds)
{
	nanosleep(&(struct timespec){ .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 }, NULL);
}

static int begin_with(int kind, odeon_websocket_options options, odeon_connection_options connection)
{
	wires_open(kind, 2);
	listener = serve(&guest, options, connection);
	return shake();
}

static int begin(int kind, odeon_websocket_options options)
{
	guest_init(&guest);
	return begin_with(kind, options, (odeon_connection_options){ .bytes = 0 });
}

static struct odeon_websocket_message *message_of(size_t length)
{
	return odeon_websocket_binary(pattern_bytes(0, length));
}

/* Whole frames of the pattern, or until nothing goes for so many milliseconds. How many bytes. */
static size_t say_what_goes(int plain, enum websocket_opcode opcode, size_t length, size_t most, int patience)
{
	static char one[MESSAGE + WEBSOCKET_HEAD_BYTES_MOST];
	size_t size, at = 0, total = 0;

	pattern_put(said, 0, length);
	size = frame_put(one, opcode, true, said, length);
	while (total < most || at > 0) {
		struct pollfd waits = { .fd = plain, .events = POLLOUT };
		ssize_t written = send(plain, one + at, size - at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (written < 0 && errno == EAGAIN && poll(&waits, 1, patience) == 1)
			continue;
		if (written < 0)
			break;
		at = (at + (size_t)written) % size;
		total += (size_t)written;
	}
	return total;
}

/* ---- how much --------------------------------------------------------------------------------------------------------------- */

START_TEST(without_credit_nothing_is_heard)
{
	struct odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	uint64_t messages = 0;
	int plain = begin(_i, (odeon_websocket_options){ .bytes = 0 });

	ck_assert_uint_lt(say_what_goes(plain, BINARY, MESSAGE, 64 << 20, 200), 64 << 20);  /* the other side's window is the bound */
	ck_assert_uint_eq(guest_messages(&guest), 0);
	for (uint32_t count = 1; count <= 5; count++) {
		tell(guest_websocket(&guest), odeon_new(odeon_read, .count = count));
		messages += count;
		eventually(guest_messages(&guest) == messages);
		rest(20);
		ck_assert_uint_eq(guest_messages(&guest), messages);
	}
	ck_assert_int_eq(odeon_actor_stats(world.system, guest.websocket, &stats), 0);
	ck_assert_uint_lt(stats.queued, 3);
	close(plain);
	wires_close();
	ck_assert(!guest.is_wrong);
}
END_TEST

START_TEST(who_does_not_hear_is_held_up)
{
	struct odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	int plain;

	guest_init(&guest);
	guest.echoes = true;
	plain = begin_with(_i, (odeon_websocket_options){ .credit = 2 }, (odeon_connection_options){ .bytes = 0 });
	ck_assert_uint_lt(say_what_goes(plain, BINARY, MESSAGE, 64 << 20, 200), 64 << 20);
	ck_assert_uint_lt(guest_high(&guest), (64 << 10) + 5 * (64 << 10));    /* the mark, and what was under way */
	ck_assert_int_eq(odeon_actor_stats(world.system, guest_websocket(&guest), &stats), 0);
	ck_assert_uint_lt(stats.queued, 10);
	for (uint64_t i = 0; i < guest_messages(&guest) / 2; i++) {            /* and goes on when it hears */
		ck_assert(hear_frame(plain, &frame) && frame.length == MESSAGE);
		must(pattern_is(frame.bytes, 0, MESSAGE));
	}
	close(plain);
	wires_close();
	ck_assert(!guest.is_wrong);
}
END_TEST

static void say_pings(int plain, size_t bytes)
{
	ck_assert_uint_ge(say_what_goes(plain, PING, 125, bytes, 5000), bytes);
}

/* Only the last one is owed an answer while nothing can be written. */
START_TEST(pings_without_end_need_no_room)
{
	int plain;

	guest_init(&guest);
	plain = begin_with(_i, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS },
		(odeon_connection_options)ODEON_CONNECTION_OPTIONS(.write_most = 2 << 20));
	for (size_t pings = 0; !guest_heard_first(&guest, "high"); pings += 1 << 20) {
		ck_assert_uint_lt(pings, 256 << 20);             /* what lies between us takes some 10 MiB of pongs */
		say_pings(plain, 1 << 20);
	}
	say_pings(plain, 16 << 20);
	ck_assert(!guest_ended(&guest));
	while (!guest_heard_first(&guest, "highlow"))           /* perhaps not before the last pong is here */
		if (poll(&(struct pollfd){ .fd = plain, .events = POLLIN }, 1, 10) == 1)
			ck_assert(hear_frame(plain, &frame) && frame.opcode == PONG && frame.length == 125);
	ck_assert(!guest_ended(&guest));
	close(plain);
	wires_close();
}
END_TEST

START_TEST(an_owner_that_heeds_no_mark_is_cut_off)
{
	int plain;

	guest_init(&guest);
	plain = begin_with(_i, (odeon_websocket_options){ .bytes = 0 },
		(odeon_connection_options)ODEON_CONNECTION_OPTIONS(.write_most = 1 << 20));
	(void)guest_websocket(&guest);
	for (int i = 0; i < 1000 && !guest_ended(&guest); i++) {
		odeon_free(odeon_try_post(world.system, guest.websocket, message_of(60000), ODEON_AT_ONCE, NULL));
		if (i % 10 == 9)
			kit_pause();
	}
	eventually(guest_ended(&guest));
	ck_assert_int_eq(guest.end.error, ODEON_EFULL);
	ck_assert_int_eq(guest.end.code, 1006);
	close(plain);
	wires_close();
	ck_assert_uint_eq(guest.ends, 1);
}
END_TEST

START_TEST(a_full_owner_holds_up_the_other_side)
{
	odeon_kind kind = *guest_kind;
	int plain;

	kind.mailbox = (odeon_mailbox){ .messages = 2 };
	guest_init(&guest);
	guest.slow = 1;
	wires_open(_i, 2);
	serve(&guest, (odeon_websocket_options){ .session = world_kind(&world, kind), .credit = ODEON_READ_ALWAYS },
	      (odeon_connection_options){ .bytes = 0 });
	plain = shake();
	for (size_t i = 0; i < MESSAGE; i++)
		said[i] = pattern(i);
	for (int i = 0; i < 200; i++)
		say_frame(plain, BINARY, true, said, MESSAGE);
	say_close(plain, 1000, "");
	expect_close(plain, 1000);
	close(plain);
	eventually(guest_ended(&guest));                        /* slowly, and nothing is lost */
	ck_assert_uint_eq(guest.messages, 200);
	ck_assert_int_eq(guest.end.error, 0);
	ck_assert_uint_eq(world_letters(&world), 0);
	wires_close();
	ck_assert(!guest.is_wrong);
}
END_TEST

/* ---- how long ----------------------------------------------------------------------------------------------------------------- */

/* Who answers is asked again. When he last answered is told. */
static bool is_asked_again(int kind, int *plain, odeon_time *last)
{
	char pong[200];

	*plain = begin(kind, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS, .idle_timeout = ODEON_MS(200) });
	for (int i = 0; hear_frame(*plain, &frame); i++) {
		ck_assert_int_eq(frame.opcode, PING);
		if (i == 4)
			return true;
		*last = odeon_clock_now();
		(void)send(*plain, pong, frame_put(pong, PONG, true, frame.bytes, frame.length), MSG_NOSIGNAL);
	}
	close(*plain);
	wires_close();
	return false;
}

START_TEST(who_is_silent_is_asked)
{
	odeon_time before = odeon_clock_now(), last;
	int plain;

	in_time(is_asked_again(_i, &plain, &last));
	ck_assert_int_ge(odeon_clock_now().ns - before.ns, ODEON_MS(5 * 100));
	ck_assert(guest_heard(&guest, ""));                     /* that is nobody's business */
	ck_assert(!hear_frame(plain, &frame));                  /* no answer, and the end */
	ck_assert_int_ge(odeon_clock_now().ns - last.ns, ODEON_MS(150));
	eventually(guest_ended(&guest));
	ck_assert_int_eq(guest.end.error, ODEON_ETIMEDOUT);
	ck_assert_str_eq(guest.end.text, "the other side does not answer");
	close(plain);
	wires_close();
	ck_assert_uint_eq(guest.ends, 1);
}
END_TEST

/* Who is not read from cannot answer. */
START_TEST(without_credit_nobody_is_given_up)
{
	int plain = begin(_i, (odeon_websocket_options){ .idle_timeout = ODEON_MS(40) });

	(void)guest_websocket(&guest);
	rest(200);
	ck_assert(!guest_ended(&guest));
	tell(guest.websocket, odeon_new(odeon_read, .count = 1));
	ck_assert(hear_frame(plain, &frame) && frame.opcode == PING);
	close(plain);
	wires_close();
}
END_TEST

/* ---- with whom ------------------------------------------------------------------------------------------------------------------ */

static void leave(odeon_self *self, void *argument)
{
	if (argument != NULL)
		odeon_fail(self, 7, "on purpose");
	else
		odeon_exit(self);
}

START_TEST(a_websocket_ends_with_its_owner)
{
	for (int fails = 0; fails < 2; fails++) {
		int plain = begin(_i, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS });
		odeon_ref websocket = guest_websocket(&guest);

		tell(websocket, message_of(100000));
		world_do(&world, guest.owner, leave, fails ? &guest : NULL);
		ck_assert(hear_frame(plain, &frame) && frame.length == 100000);
		ck_assert(hear_frame(plain, &frame) && frame.opcode == CLOSE && frame.length == 2);
		ck_assert_uint_eq((unsigned)frame.bytes[0] << 8 | frame.bytes[1], fails ? 1011 : 1000);
		say_close(plain, 1000, "");
		ck_assert(!hear_frame(plain, &frame));
		close(plain);
		world_await_end(&world, websocket);
		wires_close();
		ck_assert_uint_eq(guest.ends, 0);
	}
}
END_TEST

/* How many ended in time. */
static uint64_t drain(odeon_duration within)
{
	struct odeon_drained *drained = odeon_ask(odeon_drained, world.system, listener, odeon_new(odeon_drain, .within = within),
		odeon_clock_deadline(KIT_PATIENCE), NULL);
	uint64_t finished;

	ck_assert_ptr_nonnull(drained);
	finished = drained->finished;
	odeon_free(drained);
	return finished;
}

static int draining_socket;
static void *hear_goodbye(void *argument)
{
	bool *is_polite = argument;

	*is_polite = hear_frame(draining_socket, &frame) && frame.opcode == TEXT && memcmp(frame.bytes, "goodbye", 7) == 0;
	*is_polite &= hear_frame(draining_socket, &frame) && frame.opcode == CLOSE && frame.bytes[1] == (1001 & 0xff);
	say_close(draining_socket, 1001, "");
	*is_polite &= !hear_frame(draining_socket, &frame);
	close(draining_socket);
	return NULL;
}

START_TEST(a_server_that_drains_says_goodbye)
{
	pthread_t hearer;
	bool is_polite = false;

	guest_init(&guest);
	guest.says_goodbye = true;
	draining_socket = begin_with(_i, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS }, (odeon_connection_options){ .bytes = 0 });
	(void)guest_websocket(&guest);
	must(pthread_create(&hearer, NULL, hear_goodbye, &is_polite) == 0);
	ck_assert_uint_eq(drain(ODEON_SECONDS(5)), 1);
	pthread_join(hearer, NULL);
	ck_assert(is_polite);
	eventually(guest_ended(&guest));
	ck_assert(guest_heard(&guest, "drainsclosed"));
	ck_assert_int_eq(guest.end.error, 0);
	wires_close();
}
END_TEST

static void *hear_going_away(void *argument)
{
	bool *is_closed = argument;

	*is_closed = hear_frame(draining_socket, &frame) && frame.opcode == CLOSE && frame.bytes[1] == (1001 & 0xff);
	say_close(draining_socket, 1001, "");
	close(draining_socket);
	return NULL;
}

/* Before the server's time is over, so that who it is closed for has time to say so, too. */
static bool is_closed_in_time(int kind)
{
	pthread_t hearer;
	bool is_closed = false, is_in_time;

	draining_socket = begin(kind, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS });
	(void)guest_websocket(&guest);
	must(pthread_create(&hearer, NULL, hear_going_away, &is_closed) == 0);
	is_in_time = drain(ODEON_MS(1200)) == 1;
	pthread_join(hearer, NULL);
	ck_assert(is_closed);
	eventually(guest_ended(&guest));
	wires_close();
	return is_in_time;
}

START_TEST(an_owner_that_does_not_heed_draining_is_closed)
{
	in_time(is_closed_in_time(_i));
	ck_assert_int_eq(guest.end.error, 0);
	ck_assert_int_eq(guest.end.code, 1001);
}
END_TEST

START_TEST(a_polite_stop_leaves_nothing_unsaid)
{
	for (int all = 0; all < 2; all++) {
		bool has_closed = false;
		int plain;

		guest_init(&guest);
		plain = begin_with(_i, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS },
		                   (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.linger = KIT_PATIENCE));
		guest.is_stubborn = true;
		tell(guest_websocket(&guest), message_of(300000));
		tell(guest.websocket, message_of(10));
		if (all == 0) {
			must(odeon_actor_stop(world.system, guest.websocket) == 0);
			eventually(guest_ended(&guest));
			ck_assert_str_eq(guest.end.text, "stopped");
			ck_assert(hear_frame(plain, &frame) && frame.length == 300000);
			ck_assert(hear_frame(plain, &frame) && frame.length == 10);
			while (hear_frame(plain, &frame))
				has_closed |= frame.opcode == CLOSE && frame.bytes[1] == (1001 & 0xff);
			ck_assert(has_closed);
		}
		close(plain);
		wires_close();
		ck_assert_uint_le(guest.ends, 1);
	}
}
END_TEST

START_TEST(a_killed_websocket_says_so)
{
	int plain = begin(_i, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS });

	must(odeon_actor_kill(world.system, guest_websocket(&guest)) == 0);
	eventually(guest_ended(&guest));
	ck_assert_int_eq(guest.end.error, ODEON_EKILLED);
	(void)read_end_of(plain);
	close(plain);
	wires_close();
	ck_assert_uint_eq(guest.ends, 1);
}
END_TEST

START_TEST(a_session_that_does_not_start_refuses)
{
	int plain;

	guest_init(&guest);
	guest.refuses = ODEON_EFAILED;
	plain = begin_with(_i, (odeon_websocket_options){ .bytes = 0 }, (odeon_connection_options){ .bytes = 0 });
	ck_assert(!hear_frame(plain, &frame));
	close(plain);
	wires_close();
	ck_assert_uint_eq(guest.ends, 0);
}
END_TEST

KIT_MAIN("contract/websocket_life",
	{ .name = "bounds", .loop = KINDS,
	  .tests = KIT_TESTS(without_credit_nothing_is_heard, who_does_not_hear_is_held_up, pings_without_end_need_no_room,
	                     an_owner_that_heeds_no_mark_is_cut_off, a_full_owner_holds_up_the_other_side) },
	{ .name = "time", .loop = KINDS, .tests = KIT_TESTS(who_is_silent_is_asked, without_credit_nobody_is_given_up) },
	{ .name = "ends", .loop = KINDS,
	  .tests = KIT_TESTS(a_websocket_ends_with_its_owner, a_server_that_drains_says_goodbye,
	                     an_owner_that_does_not_heed_draining_is_closed, a_polite_stop_leaves_nothing_unsaid,
	                     a_killed_websocket_says_so, a_session_that_does_not_start_refuses) })
