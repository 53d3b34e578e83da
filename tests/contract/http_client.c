/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_client.c - requests over connections that are kept: what is sent, what is understood of what comes, in any pieces, and
 * who gets which connection, by TCP and by a Unix socket
 */
#include "asker.h"
#include "relay.h"

/* ---- answers --------------------------------------------------------------------------------------------------------------- */

static const struct { const char *method, *answer; int status; const char *body; bool keeps; } answers[] = {
	{ "GET", HELLO, 200, "hello", true },
	{ "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n", 200, "hello", true },
	{ "GET", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, "", true },
	{ "GET", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true },
	{ "GET", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true },
	{ "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n", 304, "", true },
	{ "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", 200, "", true },
	{ "POST", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\n!", 201, "!", true },
	{ "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false },
	{ "GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false },
	{ "GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 200, "ok", true },
};
enum { ANSWERS = sizeof answers / sizeof answers[0] };

static void say_in_two(int socket, const char *text, size_t first)
{
	must(send(socket, text, first, MSG_NOSIGNAL) == (ssize_t)first);
	if (first > 0)
		kit_pause();
	say(socket, text + first);
}

/* Cut at each byte; and the connection is kept, or not, and in either case the next request is answered. */
START_TEST(an_answer_is_understood_however_it_is_cut)
{
	const char *answer = answers[_i].answer;
	int socket = -1;

	open_client(KIND_LOCAL);
	for (size_t first = 0; first < strlen(answer); first++) {
		struct wish *wish = calloc(1, sizeof *wish);
		char begins[64];

		must(wish != NULL);
		wish->done = (struct gate)GATE;
		ask(wish, fetch_of(answers[_i].method, "/x"));
		if (socket < 0)
			socket = accept_plainly(listening);
		(void)snprintf(begins, sizeof begins, "%s /x HTTP/1.1\r\nHost: local\r\n", answers[_i].method);
		expect(socket, begins);
		say_in_two(socket, answer, first);
		expect_answer(wish, answers[_i].status, answers[_i].body);
		if (!answers[_i].keeps) {
			ck_assert_int_eq(read_end_of(socket), 0);
			close(socket);
			socket = -1;
		}
		free(wish);
	}
	close_client();
	close(socket);
}
END_TEST

static const char *const nonsense[] = {
	"HTTP/1.1 200 OK\n\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "220 smtp ready\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n", "HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
};
enum { NONSENSES = sizeof nonsense / sizeof nonsense[0] };

START_TEST(what_is_no_answer_is_an_error_and_the_connection_goes)
{
	static struct wish wish, next;
	int socket;

	wish = next = (struct wish)WISH;
	open_client(KIND_TCP);
	get(&wish, "/");
	socket = accept_plainly(listening);
	expect(socket, "GET / HTTP/1.1\r\n");
	say(socket, nonsense[_i]);
	expect_error(&wish, ODEON_EFAILED);
	(void)read_end_of(socket);
	close(socket);
	get(&next, "/");
	socket = accept_plainly(listening);
	answer(socket, "GET / HTTP/1.1\r\n", &next);
	ck_assert_str_eq(next.type, "a/b");
	close_client();
	close(socket);
}
END_TEST

/* There is nobody to send the pieces to. */
START_TEST(a_thread_may_ask_for_what_does_not_stream)
{
	struct odeon_http_fetch *fetch;
	int why = 0;

	open_client(KIND_TCP);
	fetch = fetch_of("GET", "/");
	fetch->streams = 1;
	must(odeon_ask(odeon_http_fetched, world.system, client, fetch, kit_deadline(), &why) == NULL);
	ck_assert_int_eq(why, ODEON_EINVAL);
	close_client();
}
END_TEST

/* What comes of a connection is for somebody. */
START_TEST(a_request_leaves_no_dead_letters)
{
	static struct wish wish;
	int socket;

	wish = (struct wish)WISH;
	open_client(_i);
	get(&wish, "/");
	socket = accept_plainly(listening);
	answer(socket, "GET / ", &wish);
	ck_assert_uint_eq(world_stats(&world).dead_letters, 0);
	close_client();
	close(socket);
}
END_TEST

START_TEST(a_body_without_a_length_ends_with_the_connection)
{
	static struct wish wish;
	int socket;

	wish = (struct wish)WISH;
	open_client(_i);
	get(&wish, "/");
	socket = accept_plainly(listening);
	expect(socket, "GET / HTTP/1.1\r\n");
	say(socket, "HTTP/1.1 200 OK\r\n\r\n");
	say(socket, "all ");
	kit_pause();
	say(socket, "of it");
	kit_pause();
	ck_assert_uint_eq(gate_count(&wish.done), 0);
	close(socket);
	expect_answer(&wish, 200, "all of it");
	close_client();
}
END_TEST

/* ---- requests ---------------------------------------------------------------------------------------------------------------- */

START_TEST(what_is_asked_for_is_said_and_what_cannot_be_is_refused)
{
	static const char *const wrong[] = { "ftp://h/", "http://", "http:///x", "http://h:0/", "http://h:99999/", "http://h:x/", "http://u@h/",
		"http://h/a b", "http://h/\r\nX: y", "https://h/", "h", "", "http://unix:80/", "http://Unix/", "http://a%41/", "http://a'b/", "http://1.2.3/" };
	static struct wish wish;
	struct odeon_http_fetch *fetch;
	int socket;
	char head[HEAD_MOST], body[16] = { 0 };

	open_client(KIND_TCP);
	for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		wish = (struct wish)WISH;
		ask(&wish, odeon_http_fetch_new("GET", wrong[i]));
		expect_error(&wish, ODEON_EINVAL);
	}
	wish = (struct wish)WISH;
	ask(&wish, odeon_http_fetch_new("GE T", "http://h/"));
	expect_error(&wish, ODEON_EINVAL);
	wish = (struct wish)WISH;
	fetch = fetch_of("POST", "?q=1#part");
	ck_assert_int_eq(odeon_http_fetch_field(fetch, "X-A", "1"), 0);
	ck_assert_int_eq(odeon_http_fetch_field(fetch, "Host", "other"), ODEON_EINVAL);
	ck_assert_int_eq(odeon_http_fetch_field(fetch, "Content-Length", "1"), ODEON_EINVAL);
	ck_assert_int_eq(odeon_http_fetch_field(fetch, "X", "a\r\nb"), ODEON_EINVAL);
	fetch->type = "text/x";
	fetch->body = odeon_bytes_text("four");
	ask(&wish, fetch);
	socket = accept_plainly(listening);
	hear(socket, head);
	must(recv(socket, body, 4, MSG_WAITALL) == 4);
	ck_assert_str_eq(body, "four");
	ck_assert(strncmp(head, "POST /?q=1 HTTP/1.1\r\nHost: 127.0.0.1:", 37) == 0);
	ck_assert_ptr_nonnull(strstr(head, "\r\nUser-Agent: odeon\r\nX-A: 1\r\nContent-Type: text/x\r\nContent-Length: 4\r\n\r\n"));
	say(socket, HELLO);
	expect_answer(&wish, 200, "hello");
	close_client();
	close(socket);
}
END_TEST

/* ---- connections --------------------------------------------------------------------------------------------------------------- */

static struct wish many[MANY];

static void swap(int sockets[2])
{
	int first = sockets[0];

	sockets[0] = sockets[1];
	sockets[1] = first;
}

START_TEST(no_more_connections_than_may_be_and_who_waits_is_served_in_order)
{
	char head[HEAD_MOST];
	unsigned is_second;
	int sockets[2];

	open_with(_i, (odeon_http_client_options){ .connections_each = 2, .waiting_most = MANY - 3 });
	for (unsigned i = 0; i < MANY; i++) {
		char path[16];

		many[i] = (struct wish)WISH;
		(void)snprintf(path, sizeof path, "/%u", i);
		get(&many[i], path);
	}
	expect_error(&many[MANY - 1], ODEON_EFULL);
	sockets[0] = accept_plainly(listening);
	sockets[1] = accept_plainly(listening);
	hear(sockets[0], head);
	is_second = strncmp(head, "GET /1 ", 7) == 0;   /* it was accepted first */
	if (is_second)
		swap(sockets);
	for (unsigned i = 0; i < MANY - 1; i++) {
		char begins[32];

		(void)snprintf(begins, sizeof begins, "GET /%u ", i);
		if (i != is_second)
			hear(sockets[i % 2], head);
		if (i > 1)
			ck_assert(strncmp(head, begins, strlen(begins)) == 0);
		say(sockets[i % 2], HELLO);
		expect_answer(&many[i], 200, "hello");
	}
	close_client();
	close(sockets[0]);
	close(sockets[1]);
}
END_TEST

/* The server closed it while nobody used it. */
START_TEST(a_connection_that_was_closed_meanwhile_is_replaced)
{
	static struct wish first, second;
	int socket;

	first = second = (struct wish)WISH;
	open_client(_i);
	get(&first, "/1");
	socket = accept_plainly(listening);
	answer(socket, "GET /1 ", &first);
	close(socket);
	kit_pause();
	get(&second, "/2");
	socket = accept_plainly(listening);
	answer(socket, "GET /2 ", &second);
	close_client();
	close(socket);
}
END_TEST

/* It was closed when the request was on its way. */
START_TEST(what_may_come_twice_is_sent_again_over_a_new_connection_and_else_is_an_error)
{
	static struct wish first, second;
	bool is_safe = _i == 0;
	int socket;

	first = second = (struct wish)WISH;
	open_client(KIND_TCP);
	get(&first, "/1");
	socket = accept_plainly(listening);
	answer(socket, "GET /1 ", &first);
	ask(&second, fetch_of(is_safe ? "GET" : "POST", "/2"));
	expect(socket, is_safe ? "GET /2 " : "POST /2 ");
	close(socket);
	if (is_safe) {
		socket = accept_plainly(listening);
		answer(socket, "GET /2 ", &second);
		close(socket);
	} else
		expect_error(&second, ODEON_EDISCONNECTED);
	close_client();
}
END_TEST

/* PUT may come twice; but its body went with the first time. */
START_TEST(what_had_a_body_is_not_sent_again)
{
	static struct wish first, second;
	struct odeon_http_fetch *fetch;
	int socket;

	first = second = (struct wish)WISH;
	open_client(KIND_TCP);
	get(&first, "/1");
	socket = accept_plainly(listening);
	answer(socket, "GET /1 ", &first);
	fetch = fetch_of("PUT", "/2");
	fetch->body = odeon_bytes_text("all of it");
	ask(&second, fetch);
	expect(socket, "PUT /2 ");
	close(socket);
	expect_error(&second, ODEON_EDISCONNECTED);
	close_client();
}
END_TEST

START_TEST(a_place_that_another_server_does_not_use_is_taken_from_it)
{
	static struct wish first, second;
	int other = -1, socket;
	char old[ODEON_ADDRESS_BYTES];

	first = second = (struct wish)WISH;
	open_with(KIND_TCP, (odeon_http_client_options){ .connections_most = 1 });
	get(&first, "/1");
	socket = accept_plainly(listening);
	answer(socket, "GET /1 ", &first);
	memcpy(old, address, sizeof old);
	other = listen_plainly();
	ck_assert_str_ne(old, address);
	get(&second, "/2");
	ck_assert_int_eq(read_end_of(socket), 0);
	close(socket);
	socket = accept_plainly(other);
	answer(socket, "GET /2 ", &second);
	close_client();
	close(socket);
	close(other);
}
END_TEST

/* Who is asked without end keeps nobody else waiting. */
START_TEST(another_server_has_its_turn)
{
	static struct wish first, second, third, foreign;
	int other = -1, socket;
	char old[ODEON_ADDRESS_BYTES];

	first = second = third = foreign = (struct wish)WISH;
	open_with(KIND_TCP, (odeon_http_client_options){ .connections_most = 1 });
	memcpy(old, address, sizeof old);
	get(&first, "/1");
	socket = accept_plainly(listening);
	expect(socket, "GET /1 ");
	get(&second, "/2");
	kit_pause();
	other = listen_plainly();
	get(&foreign, "/other");
	kit_pause();
	memcpy(address, old, sizeof old);
	get(&third, "/3");
	kit_pause();
	say(socket, HELLO);
	expect(socket, "GET /2 ");
	say(socket, HELLO);
	ck_assert_int_eq(read_end_of(socket), 0);
	close(socket);
	socket = accept_plainly(other);
	answer(socket, "GET /other ", &foreign);
	ck_assert_int_eq(read_end_of(socket), 0);
	close(socket);
	socket = accept_plainly(listening);
	answer(socket, "GET /3 ", &third);
	close_client();
	close(socket);
	close(other);
}
END_TEST

START_TEST(a_connection_is_kept_for_its_time)
{
	static struct wish first;
	int socket;

	first = (struct wish)WISH;
	open_with(_i, (odeon_http_client_options){ .idle_timeout = ODEON_MS(50) });
	get(&first, "/1");
	socket = accept_plainly(listening);
	answer(socket, "GET /1 ", &first);
	ck_assert_int_eq(read_end_of(socket), 0);
	close(socket);
	close_client();
}
END_TEST

/* ---- a server of ours ------------------------------------------------------------------------------------------------------------ */

static void greet(odeon_self *self, struct odeon_http_request *request)
{
	must(odeon_http_answer(self, request->duty, .text = odeon_http_parameter(request, "name")) == 0);
}

static const odeon_http_route routes[] = { { .pattern = "GET /hello/:name", .handle = greet }, { .pattern = NULL } };

static void fetch_by(const char *scheme, const char *host, const char *path, struct wish *wish)
{
	char url[256];
	struct odeon_http_fetch *fetch;

	(void)snprintf(url, sizeof url, "%s://%s/%s", scheme, host, path);
	fetch = odeon_http_fetch_new(NULL, url);
	must(fetch != NULL);
	fetch->address = address;
	*wish = (struct wish)WISH;
	ask(wish, fetch);
}

/* By TLS too, and then only a server that has the name's certificate is asked anything. */
START_TEST(a_server_of_ours_answers_a_client_of_ours)
{
	bool is_secret = _i == KIND_TLS;
	odeon_http_client_options options = ODEON_HTTP_CLIENT_OPTIONS(.connections_each = 2);
	odeon_http_server_options server = ODEON_HTTP_SERVER_OPTIONS(.routes = routes);
	static struct wish wish;
	char wanted[ODEON_ADDRESS_BYTES], path[32];
	odeon_ref listener;

	wires_open(_i, 2);
	options.connection = server.connection = (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.tls = NULL);
	if (is_secret) {
		options.connection.tls = relay_client();
		server.connection.tls = relay_server();
	}
	wires_place(wanted);
	must(odeon_http_server_open(world.system, wanted, &server, address, &listener) == 0);
	must(odeon_http_client_open(world.system, &options, &client) == 0);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(path, sizeof path, "hello/%d", i);
		fetch_by(is_secret ? "https" : "http", "server.example", path, &wish);
		expect_answer(&wish, 200, path + 6);
	}
	if (is_secret) {
		fetch_by("https", "other.example", "hello/x", &wish);
		expect_error(&wish, ODEON_EMISNAMED);
		fetch_by("http", "server.example", "hello/x", &wish);
		gate_wait(&wish.done, 1);
		ck_assert_int_ne(wish.error, 0);
	} else {
		fetch_by("https", "server.example", "hello/x", &wish);
		expect_error(&wish, ODEON_EINVAL);
	}
	must(odeon_actor_stop(world.system, client) == 0);
	wires_close();
}
END_TEST

START_TEST(options_that_cannot_be_are_refused)
{
	odeon_http_client_options options = ODEON_HTTP_CLIENT_OPTIONS(.connections_most = 5000);

	wires_open(KIND_TCP, 1);
	ck_assert_int_eq(odeon_http_client_open(world.system, &options, &client), ODEON_EINVAL);
	options = (odeon_http_client_options)ODEON_HTTP_CLIENT_OPTIONS(.agent = "a\nb");
	ck_assert_int_eq(odeon_http_client_open(world.system, &options, &client), ODEON_EINVAL);
	options = (odeon_http_client_options)ODEON_HTTP_CLIENT_OPTIONS(.within = -1);
	ck_assert_int_eq(odeon_http_client_open(world.system, &options, &client), ODEON_EINVAL);
	options.bytes = 1;
	ck_assert_int_eq(odeon_http_client_open(world.system, &options, &client), ODEON_EVERSION);
	ck_assert_int_eq(odeon_http_client_open(world.system, NULL, NULL), ODEON_EINVAL);
	ck_assert(odeon_ref_is_nobody(client));
	wires_close();
}
END_TEST

KIT_MAIN("contract/http_client",
	{ .name = "answers", .loop = ANSWERS, .tests = KIT_TESTS(an_answer_is_understood_however_it_is_cut) },
	{ .name = "nonsense", .loop = NONSENSES, .tests = KIT_TESTS(what_is_no_answer_is_an_error_and_the_connection_goes) },
	{ .name = "again", .loop = 2, .tests = KIT_TESTS(what_may_come_twice_is_sent_again_over_a_new_connection_and_else_is_an_error) },
	{ .name = "kinds", .loop = PLAIN_KINDS, .tests = KIT_TESTS(a_request_leaves_no_dead_letters, a_body_without_a_length_ends_with_the_connection,
		no_more_connections_than_may_be_and_who_waits_is_served_in_order, a_connection_that_was_closed_meanwhile_is_replaced,
		a_connection_is_kept_for_its_time) },
	{ .name = "ours", .loop = KINDS, .tests = KIT_TESTS(a_server_of_ours_answers_a_client_of_ours) },
	{ .name = "once", .tests = KIT_TESTS(what_is_asked_for_is_said_and_what_cannot_be_is_refused, what_had_a_body_is_not_sent_again,
		a_thread_may_ask_for_what_does_not_stream,
		a_place_that_another_server_does_not_use_is_taken_from_it, another_server_has_its_turn, options_that_cannot_be_are_refused) })
