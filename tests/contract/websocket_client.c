/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket_client.c - the client's end of a WebSocket: against plain sockets that answer what they like, and against the server's
 *
 * The request is what the standard wants, an answer that is not what it must be opens nothing, however it is cut; what is said
 * before it is open is said then; what is said is masked; both ends together lose nothing.
 */
#include "frames.h"
#include "relay.h"
#include <netdb.h>

#define TEXT WEBSOCKET_OPCODE_TEXT

static struct guest guest, server;
static struct frame frame;
static int listening;
static char request[2048];

static const char *const offered[] = { "chat", "talk", NULL };

static const char *url(void)
{
	static char text[200];

	snprintf(text, sizeof text, "%s://%s/there?why", wires_tls() != NULL ? "wss" : "ws", address);
	return text;
}

int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *wanted, struct addrinfo **found);
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *wanted, struct addrinfo **found);

/* Names that end in .example are ours; one of them is nobody's. */
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *wanted, struct addrinfo **found)
{
	if (strcmp(host, "none.example") == 0)
		return EAI_NONAME;
	return __real_getaddrinfo(strstr(host, ".example") != NULL ? "127.0.0.1" : host, port, wanted, found);
}

static odeon_ref open_with(odeon_websocket_options options)
{
	odeon_ref websocket;

	options.bytes = sizeof options;
	if (wires_tls() != NULL)
		options.connection = (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.tls = relay_client());
	guest_init(&guest);
	ck_assert_int_eq(odeon_websocket_open(world.system, url(), guest_owner(&guest), &options, &websocket), 0);
	return websocket;
}

/* Accepts, and reads the request. */
static int answer_to(void)
{
	int plain = accept_plainly(listening);
	size_t length = 0;

	while (length < 4 || memcmp(request + length - 4, "\r\n\r\n", 4) != 0) {
		must(length < sizeof request - 1);
		must(recv(plain, request + length++, 1, 0) == 1);
	}
	request[length] = '\0';
	return plain;
}

/* What a server would answer, with fields of its own. */
static size_t put_answer(char *at, size_t most, const char *more)
{
	const char *key = strstr(request, "Sec-WebSocket-Key: ") + 19;
	char accept[WEBSOCKET_ACCEPT_BYTES];

	must(websocket_accept((struct http_text){ key, WEBSOCKET_KEY_BYTES }, accept));
	return (size_t)snprintf(at, most, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
		"Sec-WebSocket-Accept: %.*s\r\n%s\r\n", WEBSOCKET_ACCEPT_BYTES, accept, more);
}

static void open_plainly(void)
{
	wires_open(KIND_TCP, 2);
	listening = listen_plainly();
}

static void end(int plain)
{
	close(plain);
	close(listening);
	wires_close();
}

/* Reads a frame that must be masked, and unmasks it. */
static bool hear_masked(int plain, struct frame *into)
{
	unsigned char head[2], key[4];
	size_t at = 0;

	if (recv(plain, head, 2, MSG_WAITALL) != 2)
		return false;
	must((head[1] & 0x80) != 0 && (head[1] & 0x7f) < 126);
	must(recv(plain, key, 4, MSG_WAITALL) == 4);
	into->opcode = head[0] & 0x0f;
	into->is_last = (head[0] & 0x80) != 0;
	into->length = head[1] & 0x7f;
	for (; at < into->length; at++) {
		must(recv(plain, &into->bytes[at], 1, 0) == 1);
		into->bytes[at] ^= key[at % 4];
	}
	return true;
}

/* ---- opening ------------------------------------------------------------------------------------------------------------------ */

START_TEST(the_request_is_what_the_standard_wants)
{
	char answer[1000], keys[2][24];
	int plain;

	open_plainly();
	for (int i = 0; i < 2; i++) {
		(void)open_with((odeon_websocket_options){ .protocols = offered, .credit = 1 });
		plain = answer_to();
		ck_assert_int_eq(strncmp(request, "GET /there?why HTTP/1.1\r\nHost: 127.0.0.1:", 41), 0);
		ck_assert_ptr_nonnull(strstr(request, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"));
		ck_assert_ptr_nonnull(strstr(request, "\r\nSec-WebSocket-Protocol: chat, talk\r\n\r\n"));
		memcpy(keys[i], strstr(request, "Sec-WebSocket-Key: ") + 19, 24);
		say(plain, answer, put_answer(answer, sizeof answer, "Sec-WebSocket-Protocol: talk\r\n"));
		eventually(guest_heard(&guest, "opened(talk)"));
		close(plain);
		eventually(guest_ended(&guest));
	}
	ck_assert_mem_ne(keys[0], keys[1], 24);
	close(listening);
	wires_close();
}
END_TEST

START_TEST(an_answer_is_heard_wherever_it_is_cut)
{
	char answer[1000];
	size_t length = 1;

	open_plainly();
	for (size_t cut = 1; cut < length; cut += KIT_SLOWER(10) == 1 ? 9 : 1) {
		int plain;

		(void)open_with((odeon_websocket_options){ .credit = ODEON_READ_ALWAYS });
		plain = answer_to();
		length = put_answer(answer, sizeof answer - 20, "");
		memcpy(answer + length, "\x81\x05hello\x88\x02\x03\xe9", 11);  /* frames right behind it */
		length += 11;
		say(plain, answer, cut);
		if (cut < length) {
			kit_pause();
			say(plain, answer + cut, length - cut);
		}
		ck_assert(hear_masked(plain, &frame));
		ck_assert_uint_eq(frame.opcode, WEBSOCKET_OPCODE_CLOSE);
		close(plain);
		eventually(guest_ended(&guest));
		ck_assert_str_eq(guest.heard, "opened()text(hello)closed");
		ck_assert_int_eq(guest.end.code, 1001);
		ck_assert_int_eq(guest.end.error, 0);
	}
	close(listening);
	wires_close();
}
END_TEST

/* Others may come before it, and say nothing. */
START_TEST(the_answer_may_come_last_of_several)
{
	static const char before[] = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n";
	char answer[1000];
	size_t length = sizeof before - 1;
	int plain;

	open_plainly();
	(void)open_with((odeon_websocket_options){ .credit = 1 });
	plain = answer_to();
	memcpy(answer, before, length);
	length += put_answer(answer + length, sizeof answer - length - 20, "");
	memcpy(answer + length, "\x81\x02hi", 4);
	say(plain, answer, 30);
	kit_pause();
	say(plain, answer + 30, length + 4 - 30);
	eventually(guest_heard(&guest, "opened()text(hi)"));
	end(plain);
}
END_TEST

static void refuse(const char *format, const char *more)
{
	char answer[10000];
	size_t length;
	int plain;

	(void)open_with((odeon_websocket_options){ .protocols = offered });
	plain = answer_to();
	length = format == NULL ? put_answer(answer, sizeof answer, more) : (size_t)snprintf(answer, sizeof answer, "%s%s", format, more);
	say(plain, answer, length);
	(void)read_end_of(plain);
	close(plain);
	eventually(guest_ended(&guest));
	ck_assert_str_eq(guest.heard, "closed");
	ck_assert_msg(guest.end.error == ODEON_EHANDSHAKE, "%s", answer);
	ck_assert_int_eq(guest.end.code, 1006);
	ck_assert_uint_eq(guest.ends, 1);
}

START_TEST(an_answer_that_may_not_be_opens_nothing)
{
	static char longest[9000], many[101 * 6 + 1];

	for (size_t i = 0; i + 6 < sizeof many; i += 6)
		memcpy(many + i, "A: b\r\n", 6);
	memset(longest, 'x', sizeof longest - 1);
	open_plainly();
	refuse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "");
	refuse("HTTP/1.1 404 Not Found\r\n\r\n", "");
	refuse("HTTP/1.0 101 Switching\r\nUpgrade: websocket\r\n\r\n", "");
	refuse("HTTP/1.1 1010\r\n\r\n", "");
	refuse("SSH-2.0\r\n\r\n", "");
	refuse("\r\n\r\n", "");
	refuse("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "");    /* no proof */
	refuse("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", "");      /* for another key */
	refuse(NULL, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
	refuse(NULL, "Sec-WebSocket-Protocol: other\r\n");
	refuse(NULL, "Sec-WebSocket-Protocol: talk\r\nSec-WebSocket-Protocol: chat\r\n");
	refuse(NULL, "Upgrade: websocket\r\n");
	refuse(NULL, "Upgrade: h2c\r\n");
	refuse(NULL, "A: b\nSec-WebSocket-Extensions: permessage-deflate\r\n");
	refuse(NULL, "Folded: a\r\n b\r\n");
	refuse(NULL, "No colon\r\n");
	refuse(NULL, "Bad: \x01\r\n");
	refuse(NULL, "Content-Length: 1\r\nContent-Length: 2\r\n");
	refuse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello", "");
	refuse("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", "");
	ck_assert_str_eq(guest.end.text, "the server does not speak WebSocket there");
	refuse("HTTP/1.1 103 Early Hints\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n");
	refuse("HTTP/1.1 101 Switching Protocols\r\n", many);
	ck_assert_str_eq(guest.end.text, "the answer is too long");
	refuse("HTTP/1.1 101 ", longest);
	close(listening);
	wires_close();
}
END_TEST

START_TEST(who_does_not_open_is_given_up)
{
	odeon_ref websocket;
	int plain;

	open_plainly();                                         /* too late */
	(void)open_with((odeon_websocket_options){ .connection = ODEON_CONNECTION_OPTIONS(.connect_timeout = ODEON_MS(150)) });
	plain = answer_to();
	say(plain, "HTTP/1.1 101 ", 13);
	eventually(guest_ended(&guest));
	ck_assert_int_eq(guest.end.error, ODEON_ETIMEDOUT);
	ck_assert_str_eq(guest.end.text, "opening took too long");
	close(plain);
	(void)open_with((odeon_websocket_options){ .bytes = 0 });       /* hangs up */
	plain = answer_to();
	say(plain, "HTTP/1.1 101 ", 13);
	close(plain);
	eventually(guest_ended(&guest));
	ck_assert_int_eq(guest.end.error, ODEON_EDISCONNECTED);
	websocket = open_with((odeon_websocket_options){ .bytes = 0 }); /* is not wanted any more */
	plain = answer_to();
	tell(websocket, odeon_new(odeon_websocket_close));
	eventually(guest_ended(&guest));
	ck_assert_int_eq(guest.end.error, 0);
	ck_assert_int_eq(guest.end.code, 1006);
	close(plain);
	close(listening);                                       /* is not there */
	(void)open_with((odeon_websocket_options){ .bytes = 0 });
	eventually(guest_ended(&guest));
	ck_assert_int_eq(guest.end.error, ODEON_ESYSTEM);
	ck_assert_int_eq(guest.end.system_error, ECONNREFUSED);
	wires_close();
}
END_TEST

/* By the name of who is there; "" leaves the options' default. 0, or the error of its end. */
static int open_by(const char *host, const char *tls_name)
{
	odeon_websocket_options options = ODEON_WEBSOCKET_OPTIONS(.credit = 1);
	char named[300];

	options.connection = (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.tls = wires_tls() != NULL ? relay_client() : NULL,
		.tls_name = tls_name);
	snprintf(named, sizeof named, "%s://%s%s/there", wires_tls() != NULL ? "wss" : "ws", host, strrchr(address, ':'));
	guest_init(&guest);
	ck_assert_int_eq(odeon_websocket_open(world.system, named, guest_owner(&guest), &options, NULL), 0);
	eventually(guest_heard(&guest, "opened()") || guest_ended(&guest));
	if (guest_ended(&guest))
		return guest.end.error;
	tell(guest_websocket(&guest), odeon_new(odeon_websocket_close));
	eventually(guest_ended(&guest));
	return guest.end.error;
}

START_TEST(servers_are_found_and_proved_by_name)
{
	bool is_secret = _i > 0;

	wires_open(is_secret ? KIND_TLS : KIND_TCP, 2);
	guest_init(&server);
	serve(&server, (odeon_websocket_options){ .credit = 1 }, (odeon_connection_options){ .bytes = 0 });
	ck_assert_int_eq(open_by("server.example", NULL), 0);
	ck_assert_int_eq(open_by("SECOND.example", NULL), 0);   /* whose certificate comes only to who asks for it */
	ck_assert_int_eq(open_by("127.0.0.1", NULL), 0);
	ck_assert_int_eq(open_by("none.example", NULL), ODEON_EEMPTY);
	ck_assert_int_eq(open_by("other.example", NULL), is_secret ? ODEON_EMISNAMED : 0);
	ck_assert_int_eq(open_by("other.example", "second.example"), 0);
	wires_close();
}
END_TEST

START_TEST(the_request_names_the_host_as_the_url_does)
{
	char named[300], line[300], name[254];
	int plain;

	memset(name, 'n', sizeof name);
	memcpy(name + sizeof name - 9, ".example", 9);
	wires_open(KIND_TCP, 1);
	listening = listen_plainly();
	for (const char *const *host = (const char *const[]){ "Server.example", name, NULL }; *host != NULL; host++) {
		guest_init(&guest);
		snprintf(named, sizeof named, "ws://%s%s?q", *host, strrchr(address, ':'));
		snprintf(line, sizeof line, "GET /?q HTTP/1.1\r\nHost: %s%s\r\n", *host, strrchr(address, ':'));
		ck_assert_int_eq(odeon_websocket_open(world.system, named, guest_owner(&guest), NULL, NULL), 0);
		plain = answer_to();
		ck_assert_msg(strncmp(request, line, strlen(line)) == 0, "%s", request);
		close(plain);
		eventually(guest_ended(&guest));
	}
	close(listening);
	wires_close();
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	odeon_websocket_options options = ODEON_WEBSOCKET_OPTIONS(.idle_timeout = -1);
	const char *const wrong[] = { "two words", NULL };
	char longest[400] = "ws://";
	odeon_ref owner;

	memset(longest + 5, 'a', 300);
	guest_init(&guest);
	wires_open(KIND_TCP, 1);
	owner = guest_owner(&guest);
	for (const char *const *text = (const char *const[]){ "", "ws:", "ws://", "http://127.0.0.1:1/", "ws:///path",
	     "ws://127.0.0.1:99999/", "ws://me@127.0.0.1:1/", "ws://127.0.0.1:1/a b", "ws://127.0.0.1:1/#a", "ws://127.0.0.1:1/\r\nX: y",
	     "ws://unix:/tmp/x", "ws://unix:80/", "ws://unix/", "ws://a%41:1/", "ws://a\x80:1/", "ws://a'b/", "ws://1.2.3:1/", "ws://a:000080/", "ws://[::1/", "127.0.0.1:1", "wss://127.0.0.1:1/", longest, NULL }; *text; text++)
		ck_assert_msg(odeon_websocket_open(world.system, *text, owner, NULL, NULL) == ODEON_EINVAL, "%s", *text);
	ck_assert_int_eq(odeon_websocket_open(world.system, NULL, owner, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_websocket_open(NULL, "ws://127.0.0.1:1", owner, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_websocket_open(world.system, "ws://127.0.0.1:1", ODEON_NOBODY, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_websocket_open(world.system, "ws://127.0.0.1:1", owner, &options, NULL), ODEON_EINVAL);
	options = (odeon_websocket_options)ODEON_WEBSOCKET_OPTIONS(.protocols = wrong);
	ck_assert_int_eq(odeon_websocket_open(world.system, "ws://127.0.0.1:1", owner, &options, NULL), ODEON_EINVAL);
	options = (odeon_websocket_options)ODEON_WEBSOCKET_OPTIONS(.connection = { .bytes = 3 });
	ck_assert_int_eq(odeon_websocket_open(world.system, "ws://127.0.0.1:1", owner, &options, NULL), ODEON_EVERSION);
	options = (odeon_websocket_options){ .bytes = 3 };
	ck_assert_int_eq(odeon_websocket_open(world.system, "ws://127.0.0.1:1", owner, &options, NULL), ODEON_EVERSION);
	wires_close();
	ck_assert_uint_eq(guest.ends, 0);
}
END_TEST

/* ---- said --------------------------------------------------------------------------------------------------------------------- */

START_TEST(what_is_said_before_it_is_open_is_said_then)
{
	odeon_frozen *frozen = odeon_freeze(odeon_bytes_text("shared"));
	unsigned char keys[2][4];
	char answer[1000];
	odeon_ref websocket;
	int plain;

	open_plainly();
	websocket = open_with((odeon_websocket_options){ .bytes = 0 });
	tell(websocket, odeon_websocket_text(odeon_bytes_text("first")));
	plain = answer_to();
	tell(websocket, odeon_websocket_text(odeon_bytes_share(odeon_frozen_share(frozen), odeon_frozen_look(odeon_bytes, frozen)->data, 6)));
	say(plain, answer, put_answer(answer, sizeof answer, ""));
	eventually(guest_heard(&guest, "opened()"));
	tell(websocket, odeon_websocket_text(odeon_bytes_constant("always", 6)));
	tell(websocket, odeon_websocket_text(odeon_bytes_text("first")));
	ck_assert(hear_masked(plain, &frame) && frame.length == 5 && memcmp(frame.bytes, "first", 5) == 0);
	ck_assert(hear_masked(plain, &frame) && frame.length == 6 && memcmp(frame.bytes, "shared", 6) == 0);
	ck_assert(hear_masked(plain, &frame) && frame.length == 6 && memcmp(frame.bytes, "always", 6) == 0);
	ck_assert_mem_eq(odeon_frozen_look(odeon_bytes, frozen)->data, "shared", 6);   /* masked in a copy */
	odeon_frozen_drop(frozen);
	tell(websocket, odeon_websocket_text(odeon_bytes_text("")));
	for (int i = 0; i < 2; i++)                             /* of "first", and of the empty one: nobody can know the next key */
		must(recv(plain, answer, 2, MSG_WAITALL) == 2 && recv(plain, keys[i], 4, MSG_WAITALL) == 4
		     && (i == 1 || recv(plain, answer, 5, MSG_WAITALL) == 5));
	ck_assert_mem_ne(keys[0], keys[1], 4);
	end(plain);
}
END_TEST

START_TEST(too_much_before_it_is_open_is_not_held)
{
	odeon_ref websocket;
	int plain;

	open_plainly();
	websocket = open_with((odeon_websocket_options){ .connection = ODEON_CONNECTION_OPTIONS(.write_most = 100000) });
	plain = answer_to();
	for (int i = 0; i < 3; i++)
		odeon_free(odeon_try_post(world.system, websocket, odeon_websocket_binary(pattern_bytes(0, 60000)), ODEON_AT_ONCE, NULL));
	eventually(guest_ended(&guest));
	ck_assert_int_eq(guest.end.error, ODEON_EFULL);
	end(plain);
}
END_TEST

START_TEST(a_server_that_masks_is_refused)
{
	char answer[1000];
	int plain;

	open_plainly();
	(void)open_with((odeon_websocket_options){ .credit = 1 });
	plain = answer_to();
	say(plain, answer, put_answer(answer, sizeof answer, ""));
	say_text(plain, "masked");
	ck_assert(hear_masked(plain, &frame) && frame.opcode == WEBSOCKET_OPCODE_CLOSE);
	ck_assert_uint_eq((unsigned)frame.bytes[0] << 8 | frame.bytes[1], 1002);
	close(plain);
	eventually(guest_ended(&guest));
	ck_assert_int_eq(guest.end.error, ODEON_EMALFORMED);
	close(listening);
	wires_close();
}
END_TEST

/* ---- both ends ------------------------------------------------------------------------------------------------------------------ */

START_TEST(both_ends_talk)
{
	odeon_websocket_options options = { .credit = ODEON_READ_ALWAYS, .protocols = offered };
	odeon_ref websocket;
	uint64_t count = 0, total = 0;

	wires_open(_i < 2 ? KIND_TCP : KIND_TLS, 2);
	guest_init(&server);
	server.echoes = true;
	serve(&server, (odeon_websocket_options){ .credit = 2, .protocols = &offered[1], .parts = _i % 2 }, (odeon_connection_options){ .bytes = 0 });
	options.parts = _i % 2;
	websocket = open_with(options);
	for (size_t length = 0; length < 300000; length = length * 3 / 2 + 1, count++) {
		tell(websocket, odeon_websocket_binary(pattern_bytes(0, length)));
		total += length;
	}
	eventually(guest_bytes(&guest) == total);
	if (_i % 2 == 0)
		ck_assert_uint_eq(guest_messages(&guest), count);
	tell(websocket, odeon_new(odeon_websocket_ping));
	eventually(guest_pong(&guest) > 0);
	tell(websocket, odeon_new(odeon_websocket_close, .code = 3003, .reason = "enough"));
	eventually(guest_ended(&guest) && guest_ended(&server));
	ck_assert_int_eq(guest.end.error, 0);
	ck_assert_int_eq(guest.end.code, 3003);
	ck_assert_int_eq(server.end.error, 0);
	ck_assert_int_eq(server.end.code, 3003);
	ck_assert_str_eq(server.end.reason, "enough");
	ck_assert_str_eq(server.path, "/there");
	ck_assert_str_eq(server.query, "why");
	ck_assert_str_eq(server.protocol, "talk");
	if (_i % 2 == 0)
		ck_assert(!guest.is_wrong && !server.is_wrong); /* pieces begin anew */
	wires_close();
	ck_assert_uint_eq(guest.ends + server.ends, 2);
}
END_TEST

/* Both at once, and neither waits for the other. */
START_TEST(both_ends_may_close_at_once)
{
	for (int i = 0; i < KIT_SLOWER(50); i++) {
		odeon_ref websocket;

		wires_open(_i < 2 ? KIND_TCP : KIND_TLS, 2);
		guest_init(&server);
		serve(&server, (odeon_websocket_options){ .credit = 1 }, (odeon_connection_options){ .bytes = 0 });
		websocket = open_with((odeon_websocket_options){ .credit = 1 });
		eventually(guest_heard(&guest, "opened()"));
		tell(websocket, odeon_new(odeon_websocket_close, .code = 4001));
		tell(server.websocket, odeon_new(odeon_websocket_close, .code = 4002));
		eventually(guest_ended(&guest) && guest_ended(&server));
		ck_assert_int_eq(server.end.error, 0);
		ck_assert(server.end.code == 4001 || server.end.code == 4002);
		wires_close();
		ck_assert_uint_eq(guest.ends + server.ends, 2);
	}
}
END_TEST

KIT_MAIN("contract/websocket_client",
	{ .name = "opening",
	  .tests = KIT_TESTS(the_request_is_what_the_standard_wants, an_answer_is_heard_wherever_it_is_cut, the_answer_may_come_last_of_several,
	                     an_answer_that_may_not_be_opens_nothing, who_does_not_open_is_given_up, the_request_names_the_host_as_the_url_does,
	                     what_makes_no_sense_is_refused) },
	{ .name = "names", .loop = 1 + WITH_TLS, .tests = KIT_TESTS(servers_are_found_and_proved_by_name) },
	{ .name = "said",
	  .tests = KIT_TESTS(what_is_said_before_it_is_open_is_said_then, too_much_before_it_is_open_is_not_held,
	                     a_server_that_masks_is_refused) },
	{ .name = "both", .loop = 2 + 2 * WITH_TLS, .tests = KIT_TESTS(both_ends_talk, both_ends_may_close_at_once) })
