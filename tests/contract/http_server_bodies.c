/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_server_bodies.c - bodies both ways: whole, in chunks, in pieces by credit, and as fast as the slower side takes them
 *
 * What one side says the other hears; who does not read holds up who writes, and nothing grows without bound; a body that is
 * not whole is never taken for one that is.
 */
#include "web.h"

enum { LOTS = 8 << 20 };

static struct client client;
static struct heard heard;

static void open_all(int kind)
{
	web_open(kind, (odeon_http_server_options){ .bytes = 0 });
	client_open(&client);
}

static void close_all(void)
{
	client_close(&client);
	web_close();
}

#define ask(...) (heard = client_ask(&client, __VA_ARGS__))
#define hears(number, text) do { ck_assert_int_eq(heard.status, number); ck_assert_str_eq(heard.body, text); } while (0)
#define POST(path, fields, body) "POST " path " HTTP/1.1\r\nHost: h\r\n" fields "\r\n" body
#define CHUNKED "Transfer-Encoding: chunked\r\n"

/* ---- of requests --------------------------------------------------------------------------------------------------------- */

START_TEST(a_body_comes_whole)
{
	open_all(_i);
	ask(POST("/echo", "Content-Length: 5\r\n", "hello"));
	hears(200, "hello");
	ask(POST("/echo", CHUNKED, "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"));
	hears(200, "hello");
	ask(POST("/echo", "Content-Length: 0\r\n", ""));
	hears(200, "");
	ask(POST("/echo", "", ""));
	hears(200, "");
	close_all();
}
END_TEST

START_TEST(a_large_body_comes_whole)
{
	enum { LARGE = 1 << 20 };

	open_all(_i);
	client_say(&client, POST("/echo", "Content-Length: %d\r\n", ""), LARGE);
	write_pattern(client.socket, 0, LARGE);
	client_say(&client, "%s", GET("/hello"));
	while (strstr(client.room, "\r\n\r\n") == NULL) {
		ssize_t length = recv(client.socket, client.room + client.length, 1, 0);

		must(length == 1);
		client.room[++client.length] = '\0';
	}
	ck_assert_uint_eq(read_pattern(client.socket, 0, LARGE), LARGE);
	client.length = 0;
	heard = client_hear(&client, false);
	hears(200, "hello\n");
	close_all();
}
END_TEST

START_TEST(a_body_that_is_too_large_is_refused)
{
	static const char *const said[] = {
		POST("/small", "Content-Length: 11\r\n", ""),           /* before it comes */
		POST("/small", CHUNKED, "6\r\n123456\r\n5\r\n12345\r\n0\r\n\r\n"),
		POST("/echo", "Content-Length: 99999999999\r\n", ""),
		POST("/echo", CHUNKED, "fffffffffffffff\r\n"),
		POST("/nowhere", "Content-Length: 1048577\r\n", ""),
	};

	web_open(_i, (odeon_http_server_options){ .bytes = 0 });
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
		client_open(&client);
		ask("%s", said[i]);
		ck_assert_msg(heard.status == (i == 4 ? 404 : 413), "%zu: %d", i, heard.status);
		if (i < 4)
			ck_assert(client_is_closed(&client));
		client_close(&client);
	}
	client_open(&client);
	ask(POST("/small", "Content-Length: 10\r\n", "1234567890"));
	hears(200, "1234567890");
	close_all();
}
END_TEST

START_TEST(who_waits_for_continue_is_told)
{
	open_all(_i);
	ask(POST("/echo", "Content-Length: 5\r\nExpect: 100-continue\r\n", ""));
	ck_assert_int_eq(heard.status, 100);
	ask("hello");
	hears(200, "hello");
	ask(POST("/echo", "Content-Length: 5\r\nExpect: 100-continue\r\n", "hello") GET("/hello"));     /* did not wait */
	ck_assert_int_eq(heard.status, 100);
	heard = client_hear(&client, false);
	hears(200, "hello");
	heard = client_hear(&client, false);
	hears(200, "hello\n");
	web.credit = 1;
	ask(POST("/sink", "Content-Length: 3\r\nExpect: 100-continue\r\n", ""));
	ck_assert_int_eq(heard.status, 100);
	close_all();
}
END_TEST

START_TEST(who_waits_for_continue_and_is_refused_sends_no_body)
{
	open_all(_i);
	ask(POST("/nowhere", "Content-Length: 5\r\nExpect: 100-continue\r\n", ""));
	ck_assert_int_eq(heard.status, 404);
	ck_assert(heard_says(&heard, "Connection: close"));
	ck_assert(client_is_closed(&client));
	client_close(&client);
	client_open(&client);
	ask(POST("/small", "Content-Length: 11\r\nExpect: 100-continue\r\n", ""));
	ck_assert_int_eq(heard.status, 413);
	ck_assert(client_is_closed(&client));
	client_close(&client);
	client_open(&client);
	ask(POST("/echo", "Content-Length: 5\r\nExpect: tea\r\n", ""));
	ck_assert_int_eq(heard.status, 417);
	close_all();
}
END_TEST

/* ---- of requests, in pieces -------------------------------------------------------------------------------------------------- */

static void *write_lots(void *argument)
{
	write_pattern(client.socket, 0, LOTS);
	return argument;
}

START_TEST(a_body_in_pieces_comes_whole_and_in_order)
{
	pthread_t writer;

	web.credit = 2;
	open_all(_i);
	client_say(&client, POST("/sink", "Content-Length: %d\r\n", ""), LOTS);
	must(pthread_create(&writer, NULL, write_lots, NULL) == 0);
	heard = client_hear(&client, false);
	hears(200, "8388608\n");
	pthread_join(writer, NULL);
	ck_assert(!atomic_load(&web.is_sink_wrong));
	ck_assert_uint_eq(atomic_load(&web.sink_ends), 1);
	ask(GET("/hello"));
	hears(200, "hello\n");
	close_all();
}
END_TEST

START_TEST(chunks_in_pieces_come_whole)
{
	web.credit = 1;
	open_all(_i);
	client_say(&client, POST("/sink", CHUNKED, ""));
	for (uint64_t at = 0; at < 100000; at += 1000) {
		client_say(&client, "3e8\r\n");
		write_pattern(client.socket, at, 1000);
		client_say(&client, "\r\n");
	}
	ask("0\r\n\r\n" GET("/hello"));
	hears(200, "100000\n");
	heard = client_hear(&client, false);
	hears(200, "hello\n");
	ck_assert(!atomic_load(&web.is_sink_wrong));
	close_all();
}
END_TEST

START_TEST(a_sink_that_does_not_read_holds_up_the_client)
{
	size_t went;

	web.credit = 0;
	web_open(_i, (odeon_http_server_options){ .within = ODEON_MS(500) });   /* it will not answer either */
	client_open(&client);
	client_say(&client, POST("/sink", "Content-Length: %d\r\n", ""), 100 << 20);
	went = write_what_goes(client.socket, 0, 100 << 20);
	ck_assert_uint_lt(went, 20 << 20);                      /* what the system's own buffers hold */
	ck_assert_uint_eq(atomic_load(&web.sunk), 0);
	client_close(&client);
	eventually(atomic_load(&web.sink_breaks) == 1);
	web_close();
}
END_TEST

/* What has no room in its mailbox waits, and is not lost. */
START_TEST(a_sink_of_little_room_gets_all_of_it)
{
	enum { CHUNKS = 300, EACH = 16 };
	static char said[CHUNKS * (EACH + 6) + 1];
	char *at = said;

	for (int i = 0; i < CHUNKS; i++) {
		at += sprintf(at, "%x\r\n", EACH);
		for (int byte = 0; byte < EACH; byte++)
			*at++ = (char)pattern((uint64_t)i * EACH + (uint64_t)byte);
		at += sprintf(at, "\r\n");
	}
	web.credit = 1000;
	open_all(_i);
	client_say(&client, POST("/narrow", CHUNKED, ""));
	must(send(client.socket, said, (size_t)(at - said), MSG_NOSIGNAL) == at - said);
	ask("0\r\n\r\n");
	hears(200, "4800\n");
	ck_assert(!atomic_load(&web.is_sink_wrong));
	ask(GET("/hello"));
	hears(200, "hello\n");
	close_all();
}
END_TEST

static void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

static void fill_the_sink(void)
{
	while (odeon_post(world.system, atomic_load(&web.sink), odeon_new(errand, .run = nothing)) == 0)
		;
}

/* Neither is the end lost when there is no room for it just then. */
START_TEST(a_sink_without_room_is_told_when_the_client_goes)
{
	struct plug plug = PLUG;
	uint64_t actors;

	web.credit = 1000;
	open_all(_i);
	client_say(&client, POST("/narrow", "Content-Length: 1000\r\n", ""));
	write_pattern(client.socket, 0, 50);
	eventually(atomic_load(&web.sunk) == 50);
	world_tell(&world, atomic_load(&web.sink), errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	fill_the_sink();
	actors = world_stats(&world).actors;
	reset(client.socket);
	eventually(world_stats(&world).actors < actors);        /* the connection's, at least */
	plug_release(&plug);
	eventually(atomic_load(&web.sink_breaks) == 1);
	eventually(world_stats(&world).actors <= actors - 3);   /* nobody stays */
	ck_assert_uint_eq(atomic_load(&web.sink_ends), 0);
	web_close();
}
END_TEST

/* Nor when the answer came before; what the client asks next waits until it is told. */
START_TEST(a_sink_without_room_is_told_when_its_answer_came_early)
{
	struct plug before = PLUG, after = PLUG;

	web.credit = 1000;
	open_all(_i);
	web.before_answer = &before;
	web.after_answer = &after;
	client_say(&client, POST("/narrow", "Content-Length: 200\r\n", ""));
	write_pattern(client.socket, 0, 50);
	gate_wait(&before.entered, 1);
	fill_the_sink();
	plug_release(&before);
	gate_wait(&after.entered, 1);
	heard = client_hear(&client, false);
	hears(200, "early\n");
	write_pattern(client.socket, 0, 150);
	client_say(&client, "%s", GET("/hello"));
	ck_assert_uint_eq(atomic_load(&web.sink_breaks), 0);
	plug_release(&after);
	eventually(atomic_load(&web.sink_breaks) == 1);
	heard = client_hear(&client, false);
	hears(200, "hello\n");
	close_all();
}
END_TEST

START_TEST(a_sink_is_told_when_the_session_fails)
{
	open_all(_i);
	client_say(&client, POST("/fails", "Content-Length: 100\r\n", ""));
	ck_assert(client_is_closed(&client));
	eventually(atomic_load(&web.sink_breaks) == 1);
	close_all();
}
END_TEST

START_TEST(a_sink_is_told_when_the_client_goes)
{
	web.credit = 1;
	open_all(_i);
	client_say(&client, POST("/sink", "Content-Length: 100\r\n", ""));
	write_pattern(client.socket, 0, 50);
	eventually(atomic_load(&web.sunk) == 50);
	reset(client.socket);
	eventually(atomic_load(&web.sink_breaks) == 1);
	ck_assert_uint_eq(atomic_load(&web.sink_ends), 0);
	client_open(&client);
	client_say(&client, POST("/sink", "Content-Length: 100\r\n", ""));
	write_pattern(client.socket, 0, 50);
	must(shutdown(client.socket, SHUT_WR) == 0);
	eventually(atomic_load(&web.sink_breaks) == 2);
	ck_assert_uint_eq(atomic_load(&web.sink_ends), 0);
	close_all();
}
END_TEST

START_TEST(an_answer_before_the_body_throws_that_away)
{
	open_all(_i);
	client_say(&client, POST("/deaf", "Content-Length: 50000\r\n", ""));
	write_pattern(client.socket, 0, 50000);
	client_say(&client, "%s", GET("/x/1"));
	heard = client_hear(&client, false);
	hears(200, "hello\n");
	heard = client_hear(&client, false);
	ck_assert_int_eq(heard.status, 200);
	client_say(&client, POST("/deaf", "Content-Length: %d\r\n", ""), 100 << 20);  /* but not any amount of it */
	(void)write_what_goes(client.socket, 0, 100 << 20);
	heard = client_hear(&client, false);
	close_all();
}
END_TEST

/* ---- of answers ------------------------------------------------------------------------------------------------------------- */

START_TEST(a_source_is_poured_whole)
{
	open_all(_i);
	for (int bytes = 0; bytes < 100000; bytes = bytes * 3 + 1) {
		ask("GET /%s/%d HTTP/1.1\r\nHost: h\r\n\r\n", bytes % 2 ? "lots" : "some", bytes);
		ck_assert_int_eq(heard.status, 200);
		ck_assert_uint_eq(heard.length, (size_t)bytes);
		for (size_t i = 0; i < heard.length && i < sizeof heard.body - 1; i++)
			must((unsigned char)heard.body[i] == pattern(i));
		ck_assert(heard_says(&heard, bytes % 2 ? "Content-Type: a/b" : "Transfer-Encoding: chunked"));
	}
	eventually(atomic_load(&web.sources) == 0);
	close_all();
}
END_TEST

START_TEST(a_source_that_ends_too_early_breaks_the_connection)
{
	web_open(_i, (odeon_http_server_options){ .bytes = 0 });
	for (int is_told = 0; is_told < 2; is_told++) {
		client_open(&client);
		ask("GET /less%s HTTP/1.1\r\nHost: h\r\n\r\n", is_told ? "?told" : "");
		ck_assert(heard.status == 0 || heard.is_cut);
		client_close(&client);
	}
	eventually(atomic_load(&web.sources) == 0);
	web_close();
}
END_TEST

START_TEST(a_client_that_does_not_read_holds_up_the_source)
{
	open_all(_i);
	client_say(&client, GET("/lots/1000000000"));
	eventually(atomic_load(&web.poured) > 0);
	for (unsigned long before = 0; before != atomic_load(&web.poured);) {
		before = atomic_load(&web.poured);
		nanosleep(&(struct timespec){ .tv_nsec = 200000000L }, NULL);
	}
	ck_assert_uint_lt(atomic_load(&web.poured), 40 << 20);
	client_close(&client);
	eventually(atomic_load(&web.sources) == 0);
	web_close();
}
END_TEST

START_TEST(a_client_that_does_not_read_is_not_read_either)
{
	static const char text[] = GET("/hello") GET("/hello") GET("/hello") GET("/hello");
	odeon_http_server_options options = { .connection = ODEON_CONNECTION_OPTIONS(.write_timeout = ODEON_MS(300)) };
	struct pollfd waits;
	uint64_t before;
	size_t went = 0;

	web_open(_i, options);
	before = world_stats(&world).actors;
	client_open(&client);
	client_say(&client, "%s", text);
	eventually(atomic_load(&web.handled) > 0);
	waits = (struct pollfd){ .fd = client.socket, .events = POLLOUT };
	while (world_stats(&world).actors > before) {           /* until it is full, and then the server gives it up */
		ssize_t written = poll(&waits, 1, 20) == 1 ? send(client.socket, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;

		went += written > 0 ? (size_t)written : 0;
		ck_assert_uint_lt(went, 40 << 20);
	}
	ck_assert_uint_lt(atomic_load(&web.handled) * 200, 40 << 20);
	ck_assert_int_ne(read_end_of(client.socket), EAGAIN);
	close_all();
}
END_TEST

START_TEST(a_pipeline_of_large_answers_that_nobody_reads_waits)
{
	enum { MANY = 1000 };
	static char text[MANY * 40];
	size_t length = 0;

	open_all(_i);
	for (int i = 0; i < MANY; i++)
		length += (size_t)sprintf(text + length, GET("/big"));
	must(send(client.socket, text, length, MSG_NOSIGNAL) == (ssize_t)length);
	for (unsigned before = 0; before == 0 || before != atomic_load(&web.handled);) {
		before = atomic_load(&web.handled);
		nanosleep(&(struct timespec){ .tv_nsec = 200000000L }, NULL);
	}
	ck_assert_uint_gt(atomic_load(&web.handled), 0);
	ck_assert_uint_lt(atomic_load(&web.handled), MANY / 4);
	for (int i = 0; i < MANY; i++) {                        /* and then it goes on */
		heard = client_hear(&client, false);
		must(heard.status == 200 && heard.length == WEB_BIG);
	}
	close_all();
}
END_TEST

KIT_MAIN("contract/http_server_bodies",
	{ "requests", KIT_TESTS(a_body_comes_whole, a_large_body_comes_whole, a_body_that_is_too_large_is_refused,
	                        who_waits_for_continue_is_told, who_waits_for_continue_and_is_refused_sends_no_body), .loop = PLAIN_KINDS },
	{ "pieces", KIT_TESTS(a_body_in_pieces_comes_whole_and_in_order, chunks_in_pieces_come_whole,
	                      a_sink_that_does_not_read_holds_up_the_client, a_sink_of_little_room_gets_all_of_it,
	                      a_sink_is_told_when_the_session_fails, a_sink_is_told_when_the_client_goes,
	                      a_sink_without_room_is_told_when_the_client_goes, a_sink_without_room_is_told_when_its_answer_came_early,
	                      an_answer_before_the_body_throws_that_away), .loop = PLAIN_KINDS },
	{ "answers", KIT_TESTS(a_source_is_poured_whole, a_source_that_ends_too_early_breaks_the_connection,
	                       a_client_that_does_not_read_holds_up_the_source,
	                       a_client_that_does_not_read_is_not_read_either,
	                       a_pipeline_of_large_answers_that_nobody_reads_waits), .loop = PLAIN_KINDS })
