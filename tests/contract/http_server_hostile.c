/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_server_hostile.c - clients that are slow, that lie, and that go in the middle
 *
 * Whatever comes, the server answers with the protocol's own error or closes, and then serves the next one as before; nothing waits
 * for longer than it was told to.
 */
#include "web.h"

static struct client client;
static struct heard heard;

static void close_all(void)
{
	client_close(&client);
	web_close();
}

#define ask(...) (heard = client_ask(&client, __VA_ARGS__))
#define hears(number, text) do { ck_assert_int_eq(heard.status, number); ck_assert_str_eq(heard.body, text); } while (0)

static int64_t now(void) { return odeon_clock_now().ns / 1000000; }

static void rest(int milliseconds)
{
	nanosleep(&(struct timespec){ .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L }, NULL);
}

/* ---- slow ------------------------------------------------------------------------------------------------------------------- */

static void open_impatient(int kind)
{
	web_open(kind, (odeon_http_server_options){
		.head_timeout = ODEON_MS(200), .body_timeout = ODEON_MS(200), .idle_timeout = ODEON_MS(600), .body_rate = 10000,
	});
	client_open(&client);
}

/* Sends byte after byte until it is answered. */
static void drip(const char *text)
{
	struct pollfd waits = { .fd = client.socket, .events = POLLIN };

	for (const char *at = text; poll(&waits, 1, 20) == 0; at++)
		if (send(client.socket, *at != '\0' ? at : (at = "x"), 1, MSG_NOSIGNAL) != 1)
			break;
}

START_TEST(a_head_that_drips_is_given_up)
{
	int64_t began = now();

	open_impatient(_i);
	drip("GET /hello HTTP/1.1\r\nX-Slow: ");
	ck_assert_int_ge(now() - began, 150);
	heard = client_hear(&client, false);
	ck_assert_int_eq(heard.status, 408);
	ck_assert(client_is_closed(&client));
	close_all();
}
END_TEST

START_TEST(a_body_that_drips_is_given_up)
{
	open_impatient(_i);
	for (int i = 0; i < 2; i++) {
		int64_t began = now();

		web.credit = 1;
		client_say(&client, "POST /%s HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n", i == 0 ? "echo" : "sink");
		drip("0123456789");
		ck_assert_int_ge(now() - began, 150);
		heard = client_hear(&client, false);
		ck_assert_int_eq(heard.status, 408);
		ck_assert(client_is_closed(&client));
		client_close(&client);
		client_open(&client);
	}
	eventually(atomic_load(&web.sink_breaks) == 1);
	close_all();
}
END_TEST

/* Together more than its time-out. */
static bool is_body_heard(void)
{
	unsigned char piece[10000];

	client_open(&client);
	client_say(&client, "POST /sink HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
	for (size_t at = 0; at < 10; at++) {
		pattern_put(piece, at * sizeof piece, sizeof piece);
		(void)send(client.socket, piece, sizeof piece, MSG_NOSIGNAL);
		rest(60);
	}
	heard = client_hear(&client, false);
	client_close(&client);
	return heard.status == 200 && strcmp(heard.body, "100000\n") == 0;
}

START_TEST(a_body_that_is_fast_enough_is_not_given_up)
{
	web.credit = 1;
	open_impatient(_i);
	client_close(&client);
	in_time(is_body_heard());
	web_close();
}
END_TEST

START_TEST(who_says_nothing_is_closed)
{
	int64_t began = now();

	open_impatient(_i);
	ck_assert(client_is_closed(&client));
	ck_assert_int_ge(now() - began, 500);
	client_close(&client);
	client_open(&client);
	began = now();
	ask(GET("/hello"));
	hears(200, "hello\n");
	ck_assert(client_is_closed(&client));
	ck_assert_int_ge(now() - began, 500);
	close_all();
}
END_TEST

/* Longer than its time-out all in all. */
static bool is_kept(void)
{
	bool is_there = true;

	client_open(&client);
	for (int i = 0; i < 8 && is_there; i++) {
		(void)send(client.socket, GET("/hello"), strlen(GET("/hello")), MSG_NOSIGNAL);
		heard = client_hear(&client, false);
		is_there = heard.status == 200;
		rest(100);
	}
	client_close(&client);
	return is_there;
}

START_TEST(who_talks_in_time_is_kept)
{
	open_impatient(_i);
	client_close(&client);
	in_time(is_kept());
	web_close();
}
END_TEST

/* ---- liars -------------------------------------------------------------------------------------------------------------------- */

START_TEST(what_breaks_the_protocol_is_refused_and_nothing_behind_it_is_answered)
{
	static const struct { const char *said; int status; } cases[] = {
		{ "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
		{ "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n1234", 400 },
		{ "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", 501 },
		{ "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n", 400 },
		{ "GET /hello HTTP/1.1\r\nHost: h\r\n X: folded\r\n\r\n", 400 },
		{ "GET /hello HTTP/1.1\nHost: h\n\n", 400 },
		{ "GET /hello HTTP/1.1\r\n\r\n", 400 },
		{ "GET /hello HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n", 400 },
		{ "GET /../etc HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
		{ "GET /x/%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400 },
		{ "GET /hello HTTP/2.0\r\nHost: h\r\n\r\n", 505 },
		{ "BREW /hello HTTP/1.1\r\nHost: h\r\n\r\n", 501 },
		{ "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 501 },
		{ "\x16\x03\x01\x02", 400 },
	};

	web_open(_i, (odeon_http_server_options){ .bytes = 0 });
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		client_open(&client);
		ask("%s%s", cases[i].said, GET("/hello"));
		ck_assert_msg(heard.status == cases[i].status, "%zu: %d", i, heard.status);
		ck_assert(heard_says(&heard, "Connection: close"));
		ck_assert(client_is_closed(&client));
		client_close(&client);
	}
	ck_assert_uint_eq(atomic_load(&web.handled), 0);
	client_open(&client);
	ask(GET("/hello"));
	hears(200, "hello\n");
	close_all();
}
END_TEST

START_TEST(heads_that_are_too_large_are_refused)
{
	static char many[4000], line[2000];

	web_open(_i, (odeon_http_server_options){ .target_most = 1000, .head_most = 3000, .fields_most = 50 });
	client_open(&client);
	memset(line, 'x', sizeof line - 1);
	ask("GET /%s HTTP/1.1\r\nHost: h\r\n\r\n", line);
	ck_assert_int_eq(heard.status, 414);
	client_close(&client);
	client_open(&client);
	ask("GET /hello HTTP/1.1\r\nHost: h\r\nX: %s\r\nY: %s\r\n\r\n", line, line);
	ck_assert_int_eq(heard.status, 431);
	client_close(&client);
	client_open(&client);
	for (int i = 0; i < 60; i++)
		strcat(many, "X: y\r\n");
	ask("GET /hello HTTP/1.1\r\nHost: h\r\n%s\r\n", many);
	ck_assert_int_eq(heard.status, 431);
	ck_assert(client_is_closed(&client));
	close_all();
}
END_TEST

START_TEST(lies_behind_an_answer_only_close)
{
	web_open(_i, (odeon_http_server_options){ .bytes = 0 });
	client_open(&client);
	ask("POST /nowhere HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n");
	ck_assert_int_eq(heard.status, 404);
	ck_assert(client_is_closed(&client));
	close_all();
}
END_TEST

/* ---- gone --------------------------------------------------------------------------------------------------------------------- */

START_TEST(a_reset_at_any_byte_leaves_nothing)
{
	static const char *const said[] = {
		"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" GET("/lots/30000"),
		"POST /sink HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" GET("/slow/1") GET("/some/300"),
		"GET /actor/keeps HTTP/1.1\r\nHost: h\r\n\r\n",
	};

	web.credit = 1;
	web_open(_i, (odeon_http_server_options){ .bytes = 0 });
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		for (size_t length = 0; length <= strlen(said[i]); length++) {
			int plain = dial();

			must(send(plain, said[i], length, MSG_NOSIGNAL) == (ssize_t)length);
			if (length % 3 == 0)
				sched_yield();
			if (length % 2 == 0)
				reset(plain);
			else
				close(plain);
		}
	client_open(&client);
	ask(GET("/hello"));
	hears(200, "hello\n");
	close_all();
}
END_TEST

START_TEST(who_goes_while_he_is_answered_ends_what_answers)
{
	web_open(_i, (odeon_http_server_options){ .bytes = 0 });
	client_open(&client);
	client_say(&client, "%s", GET("/lots/1000000000"));
	eventually(atomic_load(&web.sources) == 1);
	reset(client.socket);
	eventually(atomic_load(&web.sources) == 0);
	client_open(&client);
	client_say(&client, "%s", GET("/slow/50"));
	reset(client.socket);
	rest(100);
	client_open(&client);
	ask(GET("/hello"));
	hears(200, "hello\n");
	close_all();
}
END_TEST

/* By TCP: who closes a Unix socket may as well have ended his side alone. */
START_TEST(a_reset_is_noticed_while_nobody_answers)
{
	uint64_t before;

	web_open(KIND_TCP, (odeon_http_server_options){ .bytes = 0 });
	client_open(&client);
	ask(GET("/hello"));
	before = world_stats(&world).actors;
	client_say(&client, "%s", GET("/slow/60000"));
	rest(50);
	reset(client.socket);
	eventually(world_stats(&world).actors < before);
	web_close();
}
END_TEST

KIT_MAIN("contract/http_server_hostile",
	{ "slow", KIT_TESTS(a_head_that_drips_is_given_up, a_body_that_drips_is_given_up,
	                    a_body_that_is_fast_enough_is_not_given_up, who_says_nothing_is_closed, who_talks_in_time_is_kept),
	  .loop = PLAIN_KINDS },
	{ "liars", KIT_TESTS(what_breaks_the_protocol_is_refused_and_nothing_behind_it_is_answered,
	                     heads_that_are_too_large_are_refused, lies_behind_an_answer_only_close), .loop = PLAIN_KINDS },
	{ "gone", KIT_TESTS(a_reset_at_any_byte_leaves_nothing, who_goes_while_he_is_answered_ends_what_answers), .loop = PLAIN_KINDS },
	{ "noticed", KIT_TESTS(a_reset_is_noticed_while_nobody_answers), .loop = 1 })
