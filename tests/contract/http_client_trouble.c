/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_client_trouble.c - what the one who asked is told when an answer does not come, or not all of it; and bodies that come and go in
 * pieces
 */
#include "asker.h"

/* ---- trouble --------------------------------------------------------------------------------------------------------------------- */

START_TEST(a_server_that_is_silent_is_given_up)
{
	static struct wish wish;
	struct odeon_http_fetch *fetch;
	int socket;

	wish = (struct wish)WISH;
	open_client(KIND_TCP);
	fetch = fetch_of("GET", "/");
	fetch->within = ODEON_MS(50);
	ask(&wish, fetch);
	socket = accept_plainly(listening);
	expect(socket, "GET / ");
	if (_i == 1)
		say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive ");
	expect_error(&wish, ODEON_ETIMEDOUT);
	(void)read_end_of(socket);
	close(socket);
	close_client();
}
END_TEST

/* The time it has begins when it is asked, though nobody is free to do so. */
START_TEST(who_waits_in_vain_for_a_connection_is_told)
{
	static struct wish busy, late[3];
	struct odeon_http_fetch *fetch;
	int socket;

	busy = (struct wish)WISH;
	open_with(KIND_TCP, (odeon_http_client_options){ .connections_each = 1 });
	get(&busy, "/");
	socket = accept_plainly(listening);
	expect(socket, "GET / ");
	for (int i = 0; i < 3; i++) {
		late[i] = (struct wish)WISH;
		fetch = fetch_of("GET", "/late");
		fetch->within = i == 0 ? 0 : ODEON_MS(100 / i);
		ask(&late[i], fetch);
		kit_pause();
	}
	expect_error(&late[2], ODEON_ETIMEDOUT);
	expect_error(&late[1], ODEON_ETIMEDOUT);
	say(socket, HELLO);
	expect_answer(&busy, 200, "hello");
	answer(socket, "GET /late ", &late[0]);
	close_client();
	close(socket);
}
END_TEST

static const char *const whole[] = { HELLO, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nA: b\r\n\r\n" };

START_TEST(an_answer_that_breaks_off_anywhere_is_an_error)
{
	const char *answer = whole[_i];

	open_client(KIND_TCP);
	for (size_t length = 1; length < strlen(answer); length += 3) {
		struct wish *wish = calloc(1, sizeof *wish);
		int socket;

		must(wish != NULL);
		wish->done = (struct gate)GATE;
		get(wish, "/");
		socket = accept_plainly(listening);
		expect(socket, "GET / ");
		must(send(socket, answer, length, MSG_NOSIGNAL) == (ssize_t)length);
		if (length % 2 == 0)
			close(socket);
		else
			reset(socket);
		expect_error(wish, ODEON_EDISCONNECTED);
		free(wish);
	}
	close_client();
}
END_TEST

START_TEST(who_is_not_there_is_told_by_name)
{
	static struct wish wish;

	wish = (struct wish)WISH;
	open_client(_i);
	close(listening);
	get(&wish, "/");
	expect_error(&wish, ODEON_ESYSTEM);
	close_client();
}
END_TEST

START_TEST(a_body_larger_than_may_be_is_an_error)
{
	static const char *const begins[] = { "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n", "HTTP/1.1 200 OK\r\n\r\nhello world" };
	static struct wish wish;
	struct odeon_http_fetch *fetch;
	int socket;

	wish = (struct wish)WISH;
	open_client(KIND_TCP);
	fetch = fetch_of("GET", "/");
	fetch->body_most = 10;
	ask(&wish, fetch);
	socket = accept_plainly(listening);
	expect(socket, "GET / ");
	say(socket, begins[_i]);
	expect_error(&wish, ODEON_EFULL);
	close(socket);
	close_client();
}
END_TEST

static struct wish many[5];

/* Waiting, and under way. */
START_TEST(a_client_that_stops_answers_all)
{
	int socket;

	open_with(_i, (odeon_http_client_options){ .connections_each = 1 });
	for (unsigned i = 0; i < 5; i++) {
		many[i] = (struct wish)WISH;
		get(&many[i], "/");
	}
	socket = accept_plainly(listening);
	expect(socket, "GET / ");
	must(odeon_actor_stop(world.system, client) == 0);
	for (unsigned i = 0; i < 5; i++) {
		gate_wait(&many[i].done, 1);
		ck_assert(many[i].error == ODEON_ESTOPPING);
	}
	(void)read_end_of(socket);
	close(socket);
	close(listening);
	wires_close();
}
END_TEST

/* ---- bodies that stream ------------------------------------------------------------------------------------------------------------ */

START_TEST(an_answer_streams_by_credit)
{
	static struct wish wish;
	static char lots[BODY_MOST];
	struct odeon_http_fetch *fetch;
	int socket;
	char head[100];

	wish = (struct wish)WISH;
	for (size_t i = 0; i < sizeof lots; i++)
		lots[i] = (char)pattern(i);
	open_client(_i);
	fetch = fetch_of("GET", "/");
	fetch->streams = 1;
	ask(&wish, fetch);
	socket = accept_plainly(listening);
	expect(socket, "GET / ");
	(void)snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BODY_MOST);
	say(socket, head);
	gate_wait(&wish.done, 1);
	ck_assert_int_eq(wish.status, 200);
	ck_assert(!odeon_ref_is_nobody(wish.source));
	must(fcntl(socket, F_SETFL, O_NONBLOCK) == 0);
	size_t sent = 0;
	for (int idle = 0; idle < 200 && sent < sizeof lots; kit_pause()) {
		ssize_t some = send(socket, lots + sent, sizeof lots - sent, MSG_NOSIGNAL);

		idle = some > 0 ? 0 : idle + 1;
		sent += some > 0 ? (size_t)some : 0;
	}
	ck_assert_uint_eq(wish.pieces, 0);              /* without credit none comes */
	must(fcntl(socket, F_SETFL, 0) == 0);
	wish.credit = 1;
	must(odeon_post(world.system, wish.source, odeon_new(odeon_read, .count = 1)) == 0);
	while (sent < sizeof lots) {
		ssize_t some = send(socket, lots + sent, sizeof lots - sent, MSG_NOSIGNAL);

		must(some > 0);
		sent += (size_t)some;
	}
	gate_wait(&wish.ended, 1);
	ck_assert_int_eq(wish.end, 0);
	ck_assert_uint_eq(wish.length, sizeof lots);
	ck_assert(memcmp(wish.body, lots, sizeof lots) == 0);
	close(socket);
	close_client();
}
END_TEST

/* By one whose mailbox has room for two, and who takes all that comes. The server's side. */
static int asked_with_little_room(struct wish *wish, int kind)
{
	struct odeon_http_fetch *fetch;
	int socket;

	*wish = (struct wish)WISH;
	wish->room = 2;
	wish->credit = 1000;
	open_client(kind);
	fetch = fetch_of("GET", "/");
	fetch->streams = 1;
	ask(wish, fetch);
	socket = accept_plainly(listening);
	expect(socket, "GET / ");
	return socket;
}

/* What has no room in its mailbox waits, and is not lost. */
START_TEST(an_answer_streams_to_who_has_little_room)
{
	enum { CHUNKS = 300 };
	static struct wish wish;
	static char said[CHUNKS * 16 + 200];
	char *at = said;
	int socket;

	socket = asked_with_little_room(&wish, _i);
	at += sprintf(at, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < CHUNKS; i++)
		at += sprintf(at, "5\r\n%05d\r\n", i);
	(void)sprintf(at, "0\r\n\r\n");
	say(socket, said);
	gate_wait(&wish.ended, 1);
	ck_assert_int_eq(wish.end, 0);
	ck_assert_uint_eq(wish.length, CHUNKS * 5);
	for (size_t i = 0; i < CHUNKS; i++)
		ck_assert_int_eq(atoi((char[]){ wish.body[i * 5 + 2], wish.body[i * 5 + 3], wish.body[i * 5 + 4], 0 }), (int)i);
	close(socket);
	close_client();
}
END_TEST

static void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

/* Neither is the end lost when there is no room for it just then. */
START_TEST(who_has_no_room_is_told_that_a_stream_broke_off)
{
	static struct wish wish;
	struct plug plug = PLUG;
	uint64_t actors;
	int socket;

	socket = asked_with_little_room(&wish, _i);
	say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfive ");
	eventually(atomic_load(&wish.pieces) == 1);
	world_tell(&world, wish.asker, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	while (odeon_post(world.system, wish.asker, odeon_new(errand, .run = nothing)) == 0)
		;
	actors = world_stats(&world).actors;
	close(socket);
	eventually(world_stats(&world).actors < actors);        /* the connection's, at least */
	plug_release(&plug);
	gate_wait(&wish.ended, 1);
	ck_assert_int_eq(wish.end, ODEON_EDISCONNECTED);
	ck_assert_uint_eq(wish.length, 5);
	close_client();
}
END_TEST

START_TEST(a_stream_that_breaks_off_says_so)
{
	static struct wish wish;
	struct odeon_http_fetch *fetch;
	int socket;

	wish = (struct wish)WISH;
	open_client(KIND_TCP);
	fetch = fetch_of("GET", "/");
	fetch->streams = 1;
	wish.credit = ODEON_READ_ALWAYS;
	ask(&wish, fetch);
	socket = accept_plainly(listening);
	expect(socket, "GET / ");
	say(socket, _i == 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfive " :
	                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfive \r\n");
	eventually(atomic_load(&wish.pieces) == 1);
	if (_i < 2)
		close(socket);
	else
		say(socket, "x");
	gate_wait(&wish.ended, 1);
	ck_assert_int_eq(wish.end, _i < 2 ? ODEON_EDISCONNECTED : ODEON_EFAILED);
	ck_assert(wish.length == 5 && memcmp(wish.body, "five ", 5) == 0);
	if (_i == 2)
		close(socket);
	close_client();
}
END_TEST

/* A source: so many pieces, by credit; then its end, or that there will be none. */
struct spring { odeon_ref to; unsigned left, credit; int error; };
struct springing { unsigned pieces; int error; };

static void flow(odeon_self *self, struct spring *spring)
{
	while (spring->credit > 0 && spring->left > 0) {
		spring->credit--;
		spring->left--;
		(void)odeon_send(self, spring->to, odeon_bytes_text("piece"));
	}
	if (spring->left > 0 || odeon_ref_is_nobody(spring->to))
		return;
	if (spring->error == 0)
		(void)odeon_send(self, spring->to, odeon_new(odeon_read_end, .who = odeon_self_ref(self)));
	else
		(void)odeon_send(self, spring->to, odeon_new(odeon_disconnected, .who = odeon_self_ref(self), .error = spring->error));
	spring->to = ODEON_NOBODY;
}

ODEON_START(spring, springing)
{
	spring->left = springing->pieces;
	spring->error = springing->error;
	return 0;
}
ODEON_HANDLER(spring, odeon_give) { spring->to = odeon_give->to; }
ODEON_HANDLER(spring, odeon_read)
{
	spring->credit += odeon_read->count;
	flow(self, spring);
}
ODEON_HANDLER(spring, odeon_close) { odeon_exit(self); }
ODEON_HANDLERS(spring_handlers, ODEON_ON(spring, odeon_give), ODEON_ON(spring, odeon_read), ODEON_ON(spring, odeon_close));
ODEON_KIND(spring, spring_handlers, .start = ODEON_STARTS(spring));

START_TEST(a_request_streams_from_its_source)
{
	static struct wish wish;
	struct odeon_http_fetch *fetch = NULL;
	bool is_chunked = _i == 0;
	int socket;
	char body[200] = { 0 };
	const char *expected = is_chunked ? "5\r\npiece\r\n5\r\npiece\r\n5\r\npiece\r\n0\r\n\r\n" : "piecepiecepiece";

	wish = (struct wish)WISH;
	open_client(KIND_TCP);
	fetch = fetch_of("PUT", "/");
	must(odeon_system_spawn(world.system, &spring_kind, &(struct springing){ 3, 0 }, &fetch->source) == 0);
	fetch->source_bytes = is_chunked ? 0 : 15;
	ask(&wish, fetch);
	socket = accept_plainly(listening);
	expect(socket, "PUT / ");
	must(recv(socket, body, strlen(expected), MSG_WAITALL) == (ssize_t)strlen(expected));
	ck_assert_str_eq(body, expected);
	say(socket, HELLO);
	expect_answer(&wish, 200, "hello");
	close(socket);
	close_client();                                 /* and no source is left */
}
END_TEST

/* It fails; it has too little; it has too much; the server answers before it has all. */
START_TEST(a_source_that_does_not_say_all_ends_the_request)
{
	static struct wish wish;
	struct odeon_http_fetch *fetch;
	int socket;
	struct springing springing = { 3, _i == 0 ? ODEON_EFAILED : 0 };

	wish = (struct wish)WISH;
	open_client(KIND_TCP);
	fetch = fetch_of("PUT", "/");
	if (_i == 3)
		springing.pieces = 1000000;
	must(odeon_system_spawn(world.system, &spring_kind, &springing, &fetch->source) == 0);
	fetch->source_bytes = _i == 1 ? 16 : _i == 2 ? 14 : 0;
	ask(&wish, fetch);
	socket = accept_plainly(listening);
	if (_i < 3)
		expect_error(&wish, _i == 2 ? ODEON_EINVAL : ODEON_EDISCONNECTED);
	else {
		expect(socket, "PUT / ");
		say(socket, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
		expect_answer(&wish, 413, "");
	}
	(void)read_end_of(socket);
	close(socket);
	close_client();
}
END_TEST

/* It cannot be said, there is nobody to say it to, no room to wait, or no client any more: no source is left. */
START_TEST(a_source_is_let_go_of_when_nothing_is_said)
{
	static struct wish busy, wish;
	struct odeon_http_fetch *fetch;
	odeon_ref source;
	int socket = -1;

	busy = wish = (struct wish)WISH;
	open_with(KIND_TCP, (odeon_http_client_options){ .connections_each = 1, .waiting_most = 1 });
	if (_i >= 2) {
		get(&busy, "/");
		socket = accept_plainly(listening);
		expect(socket, "GET / ");
	}
	if (_i == 2) {
		many[0] = (struct wish)WISH;
		get(&many[0], "/");
	}
	fetch = fetch_of("PUT", "/");
	must(odeon_system_spawn(world.system, &spring_kind, &(struct springing){ 3, 0 }, &source) == 0);
	fetch->source = source;
	fetch->address = _i == 0 ? "" : _i == 1 ? "no address" : NULL;
	kit_pause();
	ask(&wish, fetch);
	kit_pause();
	if (_i == 3)
		must(odeon_actor_stop(world.system, client) == 0);
	gate_wait(&wish.done, 1);
	ck_assert_int_lt(wish.error, 0);
	eventually(odeon_post(world.system, source, odeon_new(odeon_read, .count = 0)) == ODEON_EGONE);
	close(socket);
	close(listening);
	if (_i != 3)
		must(odeon_actor_stop(world.system, client) == 0);
	wires_close();
}
END_TEST

KIT_MAIN("contract/http_client_trouble",
	{ .name = "waiting", .tests = KIT_TESTS(who_waits_in_vain_for_a_connection_is_told) },
	{ .name = "breaks", .loop = 2, .tests = KIT_TESTS(an_answer_that_breaks_off_anywhere_is_an_error, a_server_that_is_silent_is_given_up,
		a_request_streams_from_its_source) },
	{ .name = "kinds", .loop = PLAIN_KINDS, .tests = KIT_TESTS(who_is_not_there_is_told_by_name, a_client_that_stops_answers_all,
		an_answer_streams_by_credit, an_answer_streams_to_who_has_little_room,
		who_has_no_room_is_told_that_a_stream_broke_off) },
	{ .name = "streams", .loop = 3, .tests = KIT_TESTS(a_stream_that_breaks_off_says_so, a_body_larger_than_may_be_is_an_error) },
	{ .name = "sources", .loop = 4, .tests = KIT_TESTS(a_source_that_does_not_say_all_ends_the_request,
		a_source_is_let_go_of_when_nothing_is_said) })
