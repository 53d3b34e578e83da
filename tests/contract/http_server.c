/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_server.c - one set of questions for the HTTP server, over TCP and over Unix sockets: who answers what, in which order
 *
 * Each request is answered once, in order, by whom the routes name; whoever does not answer is answered for; what the server
 * says is what HTTP demands.
 */
#include "web.h"

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

/* ---- functions ----------------------------------------------------------------------------------------------------------- */

START_TEST(a_function_answers)
{
	open_all(_i);
	ask(GET("/hello"));
	hears(200, "hello\n");
	ck_assert(heard_says(&heard, "Content-Type: text/plain; charset=utf-8"));
	ck_assert(heard_says(&heard, "Content-Length: 6"));
	ck_assert(strstr(heard.head, "\r\nDate: ") != NULL);
	ask(GET("/x/1"));                                       /* on the same connection */
	ck_assert_int_eq(heard.status, 200);
	close_all();
}
END_TEST

START_TEST(a_request_shows_what_was_asked)
{
	open_all(_i);
	ask("GET /x/a%%20b//../a%%62?r=1&q=%%61+b&q=2 HTTP/1.1\r\nHost: here:80\r\nx-tEST:  some  \r\n\r\n");
	hears(200, "GET /x/ab ? r=1&q=%61+b&q=2; id=ab rest=- q=a b(3) x-test=some host=here:80 first=Host:here:80");
	ck_assert(heard_says(&heard, "X-Answer: yes"));
	ck_assert(heard_says(&heard, "X-More: "));
	ck_assert(heard_says(&heard, "Content-Type: text/x"));
	ask("GET http://There/x/1?q= HTTP/1.1\r\nHost: here\r\n\r\n");
	hears(200, "GET /x/1 ? q=; id=1 rest=- q=(0) x-test=- host=There first=Host:here");
	ask("GET /f/a/b/../c/ HTTP/1.1\r\nHost:\r\nX-Test:\r\n\r\n");
	hears(200, "GET /f/a/c/ ? -; id=- rest=a/c/ q=(-7) x-test= host= first=Host:");
	ask(GET("/x/y/more?q"));
	hears(200, "GET /x/y/more ? q; id=y rest=- q=(0) x-test=- host=h first=Host:h");
	close_all();
}
END_TEST

START_TEST(a_query_that_does_not_fit_is_an_error)
{
	open_all(_i);
	ask(GET("/x/1?q=1234567"));
	ck_assert_ptr_nonnull(strstr(heard.body, "q=1234567(7)"));
	ask(GET("/x/1?q=12345678"));
	ck_assert_ptr_nonnull(strstr(heard.body, "q=(-"));
	ask(GET("/x/1?q=%%0"));
	ck_assert_ptr_nonnull(strstr(heard.body, "q=(-"));
	ask(GET("/x/1?q=%%00"));
	ck_assert_ptr_nonnull(strstr(heard.body, "q=(-"));
	ask(GET("/x/1?%%71=1"));
	ck_assert_ptr_nonnull(strstr(heard.body, "q=1(1)"));
	close_all();
}
END_TEST

START_TEST(what_no_route_has_is_not_found)
{
	open_all(_i);
	ask(GET("/nowhere"));
	hears(404, "404 Not Found\n");
	ask("DELETE /hello HTTP/1.1\r\nHost: h\r\n\r\n");
	hears(405, "405 Method Not Allowed\n");
	ck_assert_msg(heard_says(&heard, "Allow: POST, GET, HEAD"), "%s", heard.head);
	ask("POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12345");
	ck_assert_int_eq(heard.status, 404);
	ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
	ck_assert_int_eq(heard.status, 204);
	ask(GET("/hello"));                                     /* the body was not taken for a request */
	hears(200, "hello\n");
	close_all();
}
END_TEST

START_TEST(a_function_that_asks_first_answers_later)
{
	open_all(_i);
	ask(GET("/slow/20"));
	hears(200, "at last\n");
	close_all();
}
END_TEST

START_TEST(a_function_that_never_answers_is_answered_for)
{
	open_all(_i);
	ask(GET("/never"));
	hears(504, "504 Gateway Timeout\n");
	ask(GET("/hello"));
	hears(200, "hello\n");
	close_all();
}
END_TEST

START_TEST(an_answer_that_is_too_late_answers_nothing_else)
{
	open_all(_i);
	ask(GET("/late/150"));
	hears(504, "504 Gateway Timeout\n");
	ask(GET("/never"));                                     /* while this one waits it comes */
	hears(504, "504 Gateway Timeout\n");
	close_all();
}
END_TEST

START_TEST(the_second_answer_goes_nowhere)
{
	open_all(_i);
	ask(GET("/twice"));
	hears(200, "once\n");
	ck_assert_int_eq(atomic_load(&web.second), ODEON_EGONE);
	ask(GET("/hello"));
	hears(200, "hello\n");
	close_all();
}
END_TEST

START_TEST(an_answer_that_may_not_be_is_500)
{
	open_all(_i);
	ask(GET("/bad"));
	hears(500, "500 Internal Server Error\n");
	ck_assert_int_eq(atomic_load(&web.second), ODEON_EINVAL);
	close_all();
}
END_TEST

/* ---- actors -------------------------------------------------------------------------------------------------------------- */

START_TEST(an_actor_gets_the_request_and_answers)
{
	open_all(_i);
	ask("POST /actor/says?q=1 HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\n12345");
	hears(200, "POST /actor/says says here 5 q=1\n");
	close_all();
}
END_TEST

START_TEST(an_actor_that_does_not_answer_is_answered_for)
{
	static const struct { const char *name; int status; } cases[] = {
		{ "keeps", 504 }, { "drops", 502 }, { "fails", 502 }, { "gone", 502 }, { "other", 502 }, { "busy", 503 }, { "says", 200 },
	};

	open_all(_i);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ask("GET /actor/%s HTTP/1.1\r\nHost: h\r\n\r\n", cases[i].name);
		ck_assert_msg(heard.status == cases[i].status, "%s: %d", cases[i].name, heard.status);
	}
	close_all();
}
END_TEST

/* ---- order --------------------------------------------------------------------------------------------------------------- */

START_TEST(a_pipeline_is_answered_in_order)
{
	open_all(_i);
	client_say(&client, "%s%s%s%s", GET("/slow/50"), GET("/hello"),
	           "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", GET("/actor/says"));
	heard = client_hear(&client, false);
	hears(200, "at last\n");
	heard = client_hear(&client, false);
	hears(200, "hello\n");
	heard = client_hear(&client, false);
	hears(200, "abc");
	heard = client_hear(&client, false);
	ck_assert_int_eq(heard.status, 200);
	close_all();
}
END_TEST

START_TEST(a_long_pipeline_is_answered_whole)
{
	enum { MANY = 2000, ROUNDS = 20 };
	static char text[MANY * 40];
	size_t length = 0;

	open_all(_i);
	for (int i = 0; i < MANY; i++)
		length += (size_t)sprintf(text + length, GET("/hello"));
	for (int round = 0; round < KIT_SLOWER(ROUNDS); round++) {
		must(send(client.socket, text, length, MSG_NOSIGNAL) == (ssize_t)length);
		for (int i = 0; i < MANY; i++) {
			heard = client_hear(&client, false);
			hears(200, "hello\n");
		}
	}
	close_all();
}
END_TEST

START_TEST(requests_in_single_bytes_are_requests)
{
	static const char text[] = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" GET("/hello");

	open_all(_i);
	for (const char *at = text; *at != '\0'; at++)
		client_say(&client, "%c", *at);
	heard = client_hear(&client, false);
	hears(200, "abc");
	heard = client_hear(&client, false);
	hears(200, "hello\n");
	close_all();
}
END_TEST

/* ---- what HTTP demands --------------------------------------------------------------------------------------------------- */

START_TEST(head_is_answered_without_a_body)
{
	static const char *const paths[] = { "/hello", "/lots/100000", "/some/100000", "/nowhere", "/actor/says" };

	open_all(_i);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		client_say(&client, "HEAD %s HTTP/1.1\r\nHost: h\r\n\r\n", paths[i]);
		heard = client_hear(&client, true);
		ck_assert_int_eq(heard.status, i == 3 ? 404 : i == 4 ? 200 : 200);
		if (i == 1)
			ck_assert(heard_says(&heard, "Content-Length: 100000"));
	}
	ask(GET("/hello"));
	hears(200, "hello\n");
	client_say(&client, "HEAD /../hello HTTP/1.1\r\nHost: h\r\n\r\n");
	ck_assert_int_eq(client_hear(&client, true).status, 400);
	ck_assert(client_is_closed(&client));
	close_all();
}
END_TEST

START_TEST(an_old_client_is_answered_and_closed)
{
	open_all(_i);
	ask("GET /hello HTTP/1.0\r\n\r\n");
	hears(200, "hello\n");
	ck_assert(heard_says(&heard, "Connection: close"));
	ck_assert(client_is_closed(&client));
	client_close(&client);
	client_open(&client);
	ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	ck_assert(heard_says(&heard, "Connection: keep-alive"));
	ask("GET /some/50000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");   /* no chunks: its end is the connection's */
	ck_assert_int_eq(heard.status, 200);
	ck_assert_uint_eq(heard.length, 50000);
	ck_assert(client_is_closed(&client));
	close_all();
}
END_TEST

START_TEST(who_wishes_it_is_closed_after_the_answer)
{
	open_all(_i);
	ask("GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" GET("/hello"));
	hears(200, "hello\n");
	ck_assert(client_is_closed(&client));
	ck_assert_uint_eq(atomic_load(&web.handled), 1);
	close_all();
}
END_TEST

START_TEST(who_writes_no_more_is_answered_first)
{
	open_all(_i);
	client_say(&client, "%s", GET("/slow/20") GET("/hello"));
	must(shutdown(client.socket, SHUT_WR) == 0);
	heard = client_hear(&client, false);
	hears(200, "at last\n");
	heard = client_hear(&client, false);
	hears(200, "hello\n");
	ck_assert(client_is_closed(&client));
	close_all();
}
END_TEST

START_TEST(the_systems_numbers_are_a_page)
{
	open_all(_i);
	ask(GET("/metrics"));
	ck_assert_int_eq(heard.status, 200);
	ck_assert(heard_says(&heard, "Content-Type: text/plain; version=0.0.4; charset=utf-8"));
	ck_assert_ptr_nonnull(strstr(heard.body, "# TYPE odeon_actors gauge\nodeon_actors "));
	close_all();
}
END_TEST

/* ---- opened and ended ------------------------------------------------------------------------------------------------------ */

START_TEST(options_that_may_not_be_are_refused)
{
	const odeon_http_route none[] = { { .pattern = "GET /" }, { 0 } }, wrong[] = { { "hello", .actor = { 1 } }, { 0 } };
	const odeon_http_route same[] = { { "GET /:a", .actor = { 1 } }, { "GET /:b", .actor = { 1 } }, { 0 } };
	odeon_http_server_options options = ODEON_HTTP_SERVER_OPTIONS(.routes = none);
	odeon_ref server = { 1 };

	wires_open(_i, 1);
	ck_assert_int_eq(odeon_http_server_open(world.system, "127.0.0.1:0", &options, NULL, &server), ODEON_EINVAL);
	ck_assert(odeon_ref_is_nobody(server));
	options.routes = wrong;
	ck_assert_int_eq(odeon_http_server_open(world.system, "127.0.0.1:0", &options, NULL, NULL), ODEON_EINVAL);
	options.routes = same;
	ck_assert_int_eq(odeon_http_server_open(world.system, "127.0.0.1:0", &options, NULL, NULL), ODEON_EBUSY);
	options.routes = NULL;
	ck_assert_int_eq(odeon_http_server_open(world.system, "127.0.0.1:0", &options, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_http_server_open(world.system, "127.0.0.1:0", NULL, NULL, NULL), ODEON_EINVAL);
	options.bytes = 1;
	ck_assert_int_eq(odeon_http_server_open(world.system, "127.0.0.1:0", &options, NULL, NULL), ODEON_EVERSION);
	options = (odeon_http_server_options)ODEON_HTTP_SERVER_OPTIONS(.routes = (odeon_http_route[]){ { 0 } });
	ck_assert_int_eq(odeon_http_server_open(world.system, "nowhere", &options, NULL, NULL), ODEON_EINVAL);
	options.head_most = 1 << 20;
	ck_assert_int_eq(odeon_http_server_open(world.system, "127.0.0.1:0", &options, NULL, NULL), ODEON_EINVAL);
	wires_close();
}
END_TEST

static void *drain(void *argument)
{
	struct odeon_drained *drained = odeon_ask(odeon_drained, world.system, web.server,
		odeon_new(odeon_drain, .within = ODEON_SECONDS(5)), odeon_clock_deadline(ODEON_SECONDS(8)), NULL);

	must(drained != NULL);
	*(struct odeon_drained *)argument = *drained;
	odeon_free(drained);
	return NULL;
}

START_TEST(draining_answers_what_is_under_way_and_closes_the_rest)
{
	struct client idle;
	struct odeon_drained drained;
	pthread_t drainer;

	open_all(_i);
	client_open(&idle);
	heard = client_ask(&idle, GET("/hello"));
	client_say(&client, "%s", GET("/slow/200"));
	kit_pause();
	ask(GET("/hello") "%s", "");
	hears(200, "at last\n");
	client_say(&client, "%s", GET("/slow/200"));
	heard = client_hear(&client, false);
	hears(200, "hello\n");
	must(pthread_create(&drainer, NULL, drain, &drained) == 0);
	ck_assert(client_is_closed(&idle));
	heard = client_hear(&client, false);
	hears(200, "at last\n");
	ck_assert(heard_says(&heard, "Connection: close"));
	ck_assert(client_is_closed(&client));
	close(idle.socket);
	client_close(&client);
	pthread_join(drainer, NULL);
	ck_assert_uint_eq(drained.finished, 2);
	web_close();
}
END_TEST

START_TEST(stopping_in_the_middle_leaves_nothing)
{
	open_all(_i);
	client_say(&client, "%s", GET("/slow/5000") GET("/hello"));
	client_say(&client, "POST /sink HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc");
	kit_pause();
	web_close();
	client_close(&client);
}
END_TEST

static void there(odeon_self *self, struct odeon_http_request *request)
{
	(void)odeon_http_answer(self, request->duty, .text = "there\n");
}

START_TEST(a_socket_that_listens_serves)
{
	const odeon_http_route routes[] = { { "GET /there", .handle = there }, { 0 } };
	odeon_http_server_options options = ODEON_HTTP_SERVER_OPTIONS(.routes = routes);

	web_open(_i, (odeon_http_server_options){ .bytes = 0 });
	options.descriptor = listen_plainly();
	ck_assert_int_eq(odeon_http_server_open(world.system, NULL, &options, NULL, NULL), 0);
	client_open(&client);
	ask(GET("/there"));
	hears(200, "there\n");
	close_all();
}
END_TEST

KIT_MAIN("contract/http_server",
	{ "functions", KIT_TESTS(a_function_answers, a_request_shows_what_was_asked, a_query_that_does_not_fit_is_an_error,
	                         what_no_route_has_is_not_found, a_function_that_asks_first_answers_later,
	                         a_function_that_never_answers_is_answered_for, an_answer_that_is_too_late_answers_nothing_else, the_second_answer_goes_nowhere,
	                         an_answer_that_may_not_be_is_500), .loop = PLAIN_KINDS },
	{ "actors", KIT_TESTS(an_actor_gets_the_request_and_answers, an_actor_that_does_not_answer_is_answered_for), .loop = PLAIN_KINDS },
	{ "order", KIT_TESTS(a_pipeline_is_answered_in_order, a_long_pipeline_is_answered_whole,
	                     requests_in_single_bytes_are_requests), .loop = PLAIN_KINDS },
	{ "protocol", KIT_TESTS(head_is_answered_without_a_body, an_old_client_is_answered_and_closed,
	                        who_wishes_it_is_closed_after_the_answer, who_writes_no_more_is_answered_first,
	                        the_systems_numbers_are_a_page), .loop = PLAIN_KINDS },
	{ "life", KIT_TESTS(options_that_may_not_be_are_refused, a_socket_that_listens_serves, draining_answers_what_is_under_way_and_closes_the_rest,
	                    stopping_in_the_middle_leaves_nothing), .loop = PLAIN_KINDS })
