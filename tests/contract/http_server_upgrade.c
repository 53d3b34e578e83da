/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_server_upgrade.c - websockets on a route of the HTTP server
 *
 * Who shakes hands has a websocket, with what he said too early; who does not is told how; who may not is told so, and nothing was
 * begun; all other routes stay what they are.
 */
#include "frames.h"
#include "web.h"

#define SHAKE(path, more) "GET " path " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" more "\r\n"

static const char *const protocols[] = { "chat", "talk", NULL };
static struct client client;
static struct heard heard;
static struct guest guest;
static odeon_websocket_options options;

static void hello(odeon_self *self, struct odeon_http_request *request)
{
	must(odeon_http_answer(self, request->duty, .text = "hello\n") == 0);
}

static void open_all(int kind)
{
	const odeon_http_route routes[] = {
		{ "GET /there", .websocket = &options }, { "GET /rooms/:name", .websocket = &options }, { "GET /hello", .handle = hello },
		{ 0 }
	};

	guest_init(&guest);
	guest.echoes = true;
	options = (odeon_websocket_options)ODEON_WEBSOCKET_OPTIONS(.session = guest_kind, .argument = &guest, .protocols = protocols,
	                                                           .credit = 1);
	web_open(kind, (odeon_http_server_options){ .routes = routes });
	client_open(&client);
}

static void close_all(void)
{
	client_close(&client);
	web_close();
}

#define ask(...) (heard = client_ask(&client, __VA_ARGS__))

START_TEST(who_shakes_hands_has_a_websocket)
{
	int plain;

	open_all(_i);
	plain = shake();
	say_text(plain, "hello");
	expect_frame(plain, WEBSOCKET_OPCODE_TEXT, "hello");
	ck_assert_str_eq(guest.path, "/there");
	ck_assert_str_eq(guest.query, "why");
	ck_assert_str_eq(guest.protocol, "talk");
	say_close(plain, 1000, "");
	expect_close(plain, 1000);
	close(plain);
	eventually(guest_ended(&guest));
	close_all();
}
END_TEST

/* Behind a request that is answered late, too: nothing is lost, and nothing overtakes. */
START_TEST(what_is_said_too_early_is_heard)
{
	static const char before[] = GET("/hello") SHAKE("/rooms/%41", "");
	char said[1024];
	size_t length = sizeof before - 1;

	memcpy(said, before, length);
	open_all(_i);
	length += frame_put(said + length, WEBSOCKET_OPCODE_TEXT, true, "early", 5);
	for (size_t cut = 1; cut < length; cut += 7) {
		client_close(&client);
		client_open(&client);
		say(client.socket, said, cut);
		if (cut % 2 == 0)
			kit_pause();
		say(client.socket, said + cut, length - cut);
		heard = client_hear(&client, false);
		ck_assert_int_eq(heard.status, 200);
		heard = client_hear(&client, false);
		ck_assert_int_eq(heard.status, 101);
		while (client.length < 7)
			must(recv(client.socket, client.room + client.length++, 1, 0) == 1);
		ck_assert_int_eq(memcmp(client.room, "\x81\x05" "early", 7), 0);
		ck_assert_str_eq(guest.path, "/rooms/A");
		ck_assert_str_eq(guest.protocol, "");
	}
	close_all();
}
END_TEST

START_TEST(who_does_not_shake_hands_is_told_how)
{
	open_all(_i);
	ask(GET("/there"));
	ck_assert_int_eq(heard.status, 426);
	ck_assert(heard_says(&heard, "Upgrade: websocket"));
	ck_assert(heard_says(&heard, "Sec-WebSocket-Version: 13"));
	ask("GET /there HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n");
	ck_assert_int_eq(heard.status, 400);
	ask(SHAKE("/hello", ""));                               /* which is no place for them: the request is one like others */
	ck_assert_int_eq(heard.status, 200);
	ask(SHAKE("/nowhere", ""));
	ck_assert_int_eq(heard.status, 404);
	ask(GET("/hello"));
	ck_assert_int_eq(heard.status, 200);
	close_all();
}
END_TEST

/* ---- who may --------------------------------------------------------------------------------------------------------------- */

/* On a connection of its own. */
static int asked_with(const char *fields)
{
	client_close(&client);
	client_open(&client);
	ask("GET /rooms/blue HTTP/1.1\r\nHost: a:80\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n", fields);
	return heard.status;
}

START_TEST(a_session_sees_the_request_and_may_refuse)
{
	open_all(_i);
	guest.refuses = ODEON_EFAILED;
	guest.demands = "id=7; seen=1";
	ck_assert_int_eq(asked_with(""), 403);
	ck_assert_str_eq(heard.body, "403 Forbidden\n");
	ck_assert_int_eq(asked_with("Cookie: id=8\r\n"), 403);
	ask(GET("/hello"));                                     /* who was refused may ask for something else */
	ck_assert_int_eq(heard.status, 200);
	ask(SHAKE("/rooms/red", "Cookie: id=7; seen=1\r\n"));
	ck_assert_int_eq(heard.status, 101);
	say_text(client.socket, "hello");
	expect_frame(client.socket, WEBSOCKET_OPCODE_TEXT, "hello");
	ck_assert_str_eq(guest.name, "red");
	ck_assert_uint_eq(guest_messages(&guest), 1);
	close_all();
}
END_TEST

START_TEST(a_session_that_does_not_start_says_so)
{
	static const struct { int error, status; } ends[] = { { ODEON_EFAILED, 403 }, { ODEON_EUNTRUSTED, 403 }, { ODEON_ENOMEM, 503 },
		{ ODEON_EFULL, 503 }, { ODEON_ESTOPPING, 503 }, { ODEON_ESYSTEM, 503 }, { ODEON_EINVAL, 500 }, { ODEON_EVERSION, 500 } };

	open_all(_i);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		guest.refuses = ends[i].error;
		ask(SHAKE("/there", ""));
		ck_assert_int_eq(heard.status, ends[i].status);
	}
	guest.refuses = 0;
	ask(SHAKE("/there", ""));
	ck_assert_int_eq(heard.status, 101);
	say_close(client.socket, 1000, "");
	expect_close(client.socket, 1000);
	eventually(guest_ended(&guest));
	close_all();
	ck_assert_uint_eq(guest.ends, 1);                       /* of those that were refused nobody was told anything */
}
END_TEST

START_TEST(pages_from_elsewhere_are_refused)
{
	static const char *const origins[] = { "https://example.org", "http://[::1]:8080", "self", NULL };

	open_all(_i);
	options.origins = origins;
	ck_assert_int_eq(asked_with(""), 101);                  /* no browser */
	ck_assert_int_eq(asked_with("Origin: https://example.org\r\n"), 101);
	ck_assert_int_eq(asked_with("Origin: http://[::1]:8080\r\n"), 101);
	ck_assert_int_eq(asked_with("Origin: http://a:80\r\n"), 101);
	ck_assert_int_eq(asked_with("Origin: http://example.org\r\n"), 403);
	ck_assert_int_eq(asked_with("Origin: https://example.org.elsewhere.net\r\n"), 403);
	ck_assert_int_eq(asked_with("Origin: null\r\n"), 403);
	ck_assert_int_eq(asked_with("Origin:\r\n"), 403);
	ck_assert_int_eq(asked_with("Origin: https://example.org\r\nOrigin: https://elsewhere.net\r\n"), 403);
	ask(GET("/hello"));
	ck_assert_int_eq(heard.status, 200);
	close_all();
}
END_TEST

/* What would refuse every browser is seen at once. */
START_TEST(origins_that_no_browser_names_are_refused)
{
	static const char *const wrong[] = { "example.org", "https://example.org/", "https://", "://example.org", "", "https://a, https://b",
		"https://me@a", "*" };

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		const char *const origins[] = { "self", "null", wrong[i], NULL };
		const odeon_websocket_options websocket = ODEON_WEBSOCKET_OPTIONS(.session = guest_kind, .origins = origins);
		const odeon_http_route routes[] = { { "GET /there", .websocket = &websocket }, { 0 } };
		const odeon_http_server_options server = ODEON_HTTP_SERVER_OPTIONS(.routes = routes);

		wires_open(KIND_TCP, 1);
		ck_assert_msg(odeon_http_server_open(world.system, "127.0.0.1:0", &server, NULL, NULL) == ODEON_EINVAL, "%s", wrong[i]);
		wires_close();
	}
}
END_TEST

KIT_MAIN("contract/http_server_upgrade",
	{ .name = "upgrade", .loop = PLAIN_KINDS,
	  .tests = KIT_TESTS(who_shakes_hands_has_a_websocket, what_is_said_too_early_is_heard,
	                       who_does_not_shake_hands_is_told_how, a_session_sees_the_request_and_may_refuse,
	                       a_session_that_does_not_start_says_so, pages_from_elsewhere_are_refused) },
	{ .name = "options", .tests = KIT_TESTS(origins_that_no_browser_names_are_refused) })
