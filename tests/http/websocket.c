/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket.c - what websocket_reader.h and its neighbours promise: messages out of frames, however the bytes are cut
 */
#include "corpus.h"
#include "http_reader.h"
#include "websocket_handshake.h"
#include "../fuzz/websocket.h"
#include <odeon/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT WEBSOCKET_OPCODE_TEXT
#define BINARY WEBSOCKET_OPCODE_BINARY
#define MORE WEBSOCKET_OPCODE_MORE
#define CLOSE WEBSOCKET_OPCODE_CLOSE
#define PING WEBSOCKET_OPCODE_PING
#define PONG WEBSOCKET_OPCODE_PONG
#define AND_MORE false
#define LAST true

static char bytes[1 << 18];
static size_t length;
static struct websocket_limits limits;

static void setup(void)
{
	length = 0;
	limits = (struct websocket_limits)WEBSOCKET_LIMITS;
}

static void raw(const void *at, size_t count)
{
	memcpy(bytes + length, at, count);
	length += count;
}
#define RAW(literal) raw(literal, sizeof(literal) - 1)

static void frame_of(enum websocket_opcode opcode, bool is_last, const char *body, size_t count)
{
	static const uint8_t key[4] = { 0x37, 0xfa, 0x21, 0x3d };
	char head[WEBSOCKET_HEAD_BYTES_MOST];

	raw(head, websocket_head(head, opcode, is_last, count, key));
	raw(body, count);
	websocket_mask(bytes + length - count, count, key, 0);
}
#define frame(opcode, is_last, literal) frame_of(opcode, is_last, literal, sizeof(literal) - 1)

static void expect_from(bool is_server, const char *expected)
{
	for (size_t cut = 0; cut <= length; cut++) {
		char *said = websocket_describe(limits, is_server, bytes, length, cut > 0 ? cut : 1, cut > 0 ? length : 1);

		ck_assert_msg(strcmp(said, expected) == 0, "cut at %zu: %s and not %s", cut, said, expected);
		free(said);
	}
	length = 0;
}
static void expect(const char *expected) { expect_from(true, expected); }

/* ---- messages -------------------------------------------------------------------------------------------------------------------- */

START_TEST(messages_in_one_frame)
{
	frame(TEXT, LAST, "hello");
	frame(BINARY, LAST, "\xff\x01\xfe");
	frame(TEXT, LAST, "");
	frame(BINARY, LAST, "");
	frame(TEXT, LAST, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	expect("text(hello)binary(\xff\x01\xfe)text()binary()text(\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80)");
}
END_TEST

/* RFC 6455, 5.7 */
START_TEST(the_examples_of_the_standard)
{
	RAW("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58" "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
	expect("text(Hello)[pong Hello]");
	RAW("\x81\x05\x48\x65\x6c\x6c\x6f" "\x01\x03\x48\x65\x6c" "\x80\x02\x6c\x6f" "\x89\x05\x48\x65\x6c\x6c\x6f");
	expect_from(false, "text(Hello)text(Hello)[ping Hello]");
}
END_TEST

START_TEST(messages_in_many_frames)
{
	frame(TEXT, AND_MORE, "he");
	frame(MORE, AND_MORE, "");
	frame(MORE, AND_MORE, "ll");
	frame(MORE, LAST, "o");
	frame(BINARY, AND_MORE, "");
	frame(MORE, LAST, "");
	frame(TEXT, AND_MORE, "a\xe2");
	frame(MORE, AND_MORE, "\x82");
	frame(MORE, LAST, "\xac");
	expect("text(hello)binary()text(a\xe2\x82\xac)");
}
END_TEST

START_TEST(control_frames_come_between)
{
	frame(TEXT, AND_MORE, "h\xc3");
	frame(PING, LAST, "1");
	frame(MORE, AND_MORE, "\xa4");
	frame(PONG, LAST, "");
	frame(PING, LAST, "2");
	frame(MORE, LAST, "o");
	expect("text(h\xc3[ping 1]\xa4[pong ][ping 2]o)");
	frame(TEXT, AND_MORE, "a");
	frame(CLOSE, LAST, "\x03\xe9" "bye");
	frame(MORE, LAST, "b");
	expect("text(aclosed 1001 bye");
}
END_TEST

START_TEST(lengths_of_all_three_forms)
{
	static const size_t lengths[] = { 125, 126, 127, 65535, 65536, 65537, 200000 };

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		static const size_t pieces[] = { 1, 2, 3, 13, 14, 1000, 1 << 18 };
		char *body = malloc(lengths[i]);

		must(body != NULL);
		for (size_t at = 0; at < lengths[i]; at++)
			body[at] = (char)('a' + at % 23);
		length = 0;
		frame_of(TEXT, LAST, body, lengths[i]);
		must(length == lengths[i] + (lengths[i] < 126 ? 6 : lengths[i] < 65536 ? 8 : 14));
		for (size_t at = 0; at < sizeof pieces / sizeof pieces[0]; at++) {
			char *said = websocket_describe(limits, true, bytes, length, pieces[at], pieces[at]);

			must(strlen(said) == lengths[i] + 6 && memcmp(said + 5, body, lengths[i]) == 0);
			free(said);
		}
		free(body);
	}
}
END_TEST

START_TEST(closes)
{
	frame(CLOSE, LAST, "");
	expect("closed 1005");
	frame(CLOSE, LAST, "\x03\xe8");
	frame(TEXT, LAST, "more");
	expect("closed 1000");
	frame(CLOSE, LAST, "\x0f\xa0 f\xc3\xbcr");
	expect("closed 4000  f\xc3\xbcr");
	frame(CLOSE, LAST, "\x03");
	expect("refused 1002");
	frame(CLOSE, LAST, "\x03\xe8\xc3");
	expect("refused 1007");
}
END_TEST

START_TEST(codes_that_may_be_sent)
{
	static const struct { uint16_t first, last; } good[] = { { 1000, 1003 }, { 1007, 1014 }, { 3000, 4999 } };

	for (unsigned code = 0; code <= UINT16_MAX; code++) {
		const char body[] = { (char)(code >> 8), (char)code };
		bool is_good = false;
		char *said;

		for (size_t i = 0; i < 3; i++)
			is_good = is_good || (code >= good[i].first && code <= good[i].last);
		length = 0;
		frame_of(CLOSE, LAST, body, 2);
		said = websocket_describe(limits, true, bytes, length, length, length);
		ck_assert_msg((memcmp(said, "closed", 6) == 0) == is_good, "%u: %s", code, said);
		free(said);
	}
}
END_TEST

/* ---- what is refused -------------------------------------------------------------------------------------------------------------- */

#define refuses(code, literal) do { RAW(literal); expect("refused " #code); } while (0)

START_TEST(frames_that_may_not_be)
{
	refuses(1002, "\xc1\x80\0\0\0\0");                      /* reserved bits */
	refuses(1002, "\xa1\x80\0\0\0\0");
	refuses(1002, "\x91\x80\0\0\0\0");
	for (char opcode = 3; opcode < 16; opcode++) {
		const char head[] = { (char)(0x80 | opcode), (char)0x80, 0, 0, 0, 0 };

		if (opcode >= 8 && opcode <= 10)
			continue;
		raw(head, sizeof head);
		expect("refused 1002");
	}
	refuses(1002, "\x81\x01" "a");                          /* not masked */
	refuses(1002, "\x09\x80\0\0\0\0");                      /* cut-up control frames */
	refuses(1002, "\x08\x80\0\0\0\0");
	refuses(1002, "\x89\xfe\0\x7e\0\0\0\0");                /* long ones */
	refuses(1002, "\x88\xff\0\0\0\0\0\0\0\x01\0\0\0\0");
	refuses(1002, "\x80\x80\0\0\0\0");                      /* no beginning */
	refuses(1002, "\x81\xfe\0\x7d\0\0\0\0");                /* longer than need be */
	refuses(1002, "\x81\xff\0\0\0\0\0\0\xff\xff\0\0\0\0");
	refuses(1002, "\x81\xff\x80\0\0\0\0\0\0\0\0\0\0\0");    /* the highest bit */
	RAW("\x81\x81\0\0\0\0" "a");
	expect_from(false, "refused 1002");                     /* masked by a server */
	frame(TEXT, AND_MORE, "a");                             /* a beginning before the end */
	frame(TEXT, LAST, "b");
	expect("text(arefused 1002");
	frame(TEXT, LAST, "a");
	frame(MORE, LAST, "b");
	expect("text(a)refused 1002");
}
END_TEST

START_TEST(texts_that_are_not_utf8)
{
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3\x28", "\xe2\x82\x28" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char *said;

		length = 0;
		frame_of(TEXT, LAST, bad[i], strlen(bad[i]));
		said = websocket_describe(limits, true, bytes, length, length, length);
		ck_assert_msg(strstr(said, "refused 1007") != NULL, "%zu: %s", i, said);
		free(said);
	}
	length = 0;
	frame(TEXT, LAST, "good\xff more");
	expect("text(goodrefused 1007");
	frame(TEXT, LAST, "cut\xe2\x82");
	expect("text(cut\xe2\x82refused 1007");
	frame(TEXT, AND_MORE, "\xc3");
	frame(MORE, LAST, "");
	expect("text(\xc3refused 1007");
	frame(BINARY, LAST, "\xff\xc0");
	expect("binary(\xff\xc0)");
}
END_TEST

/* Every code point, and every sequence of two bytes, in pieces and whole. */
START_TEST(utf8_is_what_the_standard_says)
{
	for (unsigned point = 0; point < 0x110000 + 100; point++) {
		char text[4];
		size_t count = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
		struct utf8 utf8 = { 0 };
		bool is_good = point < 0x110000 && (point < 0xd800 || point > 0xdfff);

		for (size_t i = count; i-- > 1;)
			text[i] = (char)(0x80 | (point >> (6 * (count - 1 - i)) & 0x3f));
		text[0] = (char)(count == 1 ? point : (0xf00u >> count) | point >> (6 * (count - 1)));
		must((utf8_check(&utf8, (struct http_text){ text, count }) == count && utf8_is_whole(&utf8)) == is_good);
		utf8 = (struct utf8){ 0 };
		for (size_t i = 0; is_good && i < count; i++) {
			must(utf8_check(&utf8, (struct http_text){ text + i, 1 }) == 1);
			must(utf8_is_whole(&utf8) == (i + 1 == count));
		}
	}
	for (size_t at = 0; at < 40; at++) {                    /* eight at a time, and not */
		char text[40];
		struct utf8 utf8 = { 0 };

		memset(text, 'a', sizeof text);
		text[at] = (char)0xff;
		must(utf8_check(&utf8, (struct http_text){ text, sizeof text }) == at);
	}
}
END_TEST

START_TEST(messages_may_be_so_long)
{
	limits = (struct websocket_limits){ .message_bytes = 4, .frames = 3 };
	frame(TEXT, LAST, "abcd");
	frame(TEXT, AND_MORE, "ab");
	frame(MORE, LAST, "cd");
	expect("text(abcd)text(abcd)");
	RAW("\x81\x85\0\0\0\0");                                /* before its bytes come */
	expect("refused 1009");
	frame(TEXT, AND_MORE, "ab");
	frame(PING, LAST, "long is no fault here");
	frame(MORE, LAST, "cde");
	expect("text(ab[ping long is no fault here]refused 1009");
	RAW("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0");
	expect("refused 1009");
	frame(TEXT, AND_MORE, "");
	frame(MORE, AND_MORE, "");
	frame(MORE, AND_MORE, "");
	frame(MORE, AND_MORE, "");
	expect("refused 1008");
}
END_TEST

START_TEST(what_the_fuzzer_begins_with)
{
	must(corpus_run("websocket", LLVMFuzzerTestOneInput) >= 8);
}
END_TEST

/* ---- writing ----------------------------------------------------------------------------------------------------------------------- */

START_TEST(masks_turn_with_the_place)
{
	static const uint8_t key[4] = { 1, 2, 4, 8 };
	char text[32], other[32];

	for (size_t from = 0; from < 9; from++)
		for (size_t count = 0; count <= sizeof text; count++) {
			for (size_t i = 0; i < sizeof text; i++)
				text[i] = other[i] = (char)i;
			websocket_mask(text, count, key, from);
			for (size_t i = 0; i < count; i++)
				other[i] = (char)(other[i] ^ (char)key[(from + i) % 4]);
			must(memcmp(text, other, sizeof text) == 0);
		}
}
END_TEST

START_TEST(reasons_are_cut_between_characters)
{
	char reason[126], body[WEBSOCKET_CONTROL_BYTES_MOST];

	for (size_t i = 0; i < sizeof reason; i += 2)
		memcpy(reason + i, "\xc3\xa4", 2);
	must(websocket_close(body, 1000, (struct http_text){ reason, 126 }) == 124 && memcmp(body, "\x03\xe8\xc3\xa4", 4) == 0);
	must(websocket_close(body, 1000, (struct http_text){ reason + 1, 123 }) == 125);
	must(websocket_close(body, 1001, (struct http_text){ "", 0 }) == 2 && memcmp(body, "\x03\xe9", 2) == 0);
	must(websocket_close(body, WEBSOCKET_NO_CODE, HTTP_TEXT("x")) == 0);
}
END_TEST

/* ---- the handshake ----------------------------------------------------------------------------------------------------------------- */

#define ASK "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define THIRTEEN "Sec-WebSocket-Version: 13\r\n"

static struct http_reader reader;

static int judge(const char *request, char *accept)
{
	struct http_limits usual = HTTP_LIMITS;
	size_t used;

	http_reader_fini(&reader);
	must(http_reader_init(&reader, usual));
	must(http_reader_read(&reader, http_text_of(request), &used) == HTTP_HEAD);
	return websocket_judge(&reader.head, accept);
}

static void teardown(void) { http_reader_fini(&reader); }

/* RFC 6455, 1.3 */
START_TEST(a_handshake_proves_that_the_key_was_read)
{
	static const char *const ours[] = { "superchat", "chat" };
	const char *expected = "HTTP/1.1 101 Switching Protocols\r\nDate: now\r\nUpgrade: websocket\r\n"
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\nConnection: Upgrade\r\n\r\n";
	char accept[WEBSOCKET_ACCEPT_BYTES], text[512];
	struct http_paper paper = { text, sizeof text, 0 };
	struct http_writer writer;

	must(judge(ASK KEY THIRTEEN "Sec-WebSocket-Protocol: soap, chat, superchat\r\n\r\n", accept) == 0);
	must(memcmp(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", sizeof accept) == 0);
	http_writer_begin(&writer, &reader.head);
	must(websocket_answer(&writer, &paper, HTTP_TEXT("now"), accept, websocket_choose(&reader.head, ours, 2)) == 0);
	ck_assert_msg(http_text_is((struct http_text){ text, paper.used }, http_text_of(expected)), "%.*s", (int)paper.used, text);
	must(websocket_choose(&reader.head, ours, 1).bytes == 9 && websocket_choose(&reader.head, ours, 0).at == NULL);
}
END_TEST

START_TEST(handshakes_that_are_none)
{
	char accept[WEBSOCKET_ACCEPT_BYTES];

	must(judge("GET / HTTP/1.1\r\nHost: a\r\n\r\n", accept) == 426);
	must(judge("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" KEY THIRTEEN "\r\n", accept) == 426);
	must(judge("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n" KEY THIRTEEN "\r\n", accept) == 426);
	must(judge("GET / HTTP/1.0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" KEY THIRTEEN "\r\n", accept) == 426);
	must(judge(ASK KEY "\r\n", accept) == 426);
	must(judge(ASK KEY "Sec-WebSocket-Version: 8\r\n\r\n", accept) == 426);
	must(judge(ASK KEY THIRTEEN THIRTEEN "\r\n", accept) == 426);
	must(judge(ASK THIRTEEN "\r\n", accept) == 400);
	must(judge(ASK KEY KEY THIRTEEN "\r\n", accept) == 400);
	must(judge(ASK THIRTEEN "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n\r\n", accept) == 400);
	must(judge(ASK THIRTEEN "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQAA\r\n\r\n", accept) == 400);
	must(judge(ASK THIRTEEN "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub-5jZQ==\r\n\r\n", accept) == 400);
	must(judge(ASK KEY THIRTEEN "Content-Length: 1\r\n\r\nx", accept) == 400);
	must(judge("POST / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" KEY THIRTEEN "\r\n", accept) == 400);
}
END_TEST

static bool permits(const char *fields, const char *const *origins, bool is_secure)
{
	char request[1024], accept[WEBSOCKET_ACCEPT_BYTES];

	snprintf(request, sizeof request, "GET /chat HTTP/1.1\r\nHost: Example.org:81\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	         KEY THIRTEEN "%s\r\n", fields);
	must(judge(request, accept) == 0);
	return websocket_permits(&reader.head, origins, is_secure);
}

START_TEST(pages_that_may_connect)
{
	static const char *const none[] = { NULL }, *const self[] = { "self", NULL }, *const listed[] = { "https://a", "null", NULL };

	ck_assert(permits("Origin: https://elsewhere.net\r\n", NULL, false) && permits("", none, true));
	ck_assert(!permits("Origin: https://a\r\n", none, false));
	ck_assert(permits("Origin: http://example.org:81\r\n", self, false) && permits("Origin: HTTPS://EXAMPLE.ORG:81\r\n", self, false));
	ck_assert(permits("Origin: https://example.org:81\r\n", self, true) && !permits("Origin: http://example.org:81\r\n", self, true));
	ck_assert(!permits("Origin: http://example.org\r\n", self, false) && !permits("Origin: ftp://example.org:81\r\n", self, false));
	ck_assert(!permits("Origin: self\r\n", self, false) && !permits("Origin: http://\r\n", self, false));
	ck_assert(!permits("Origin: http://example.org:81/\r\n", self, false) && !permits("Origin: null\r\n", self, false));
	ck_assert(permits("Origin: null\r\n", listed, false) && permits("Origin: \t https://A \r\n", listed, true));
	ck_assert(!permits("Origin: https://a b\r\n", listed, false) && !permits("Origin: https://a, https://a\r\n", listed, false));
	ck_assert(!permits("Origin: https://a\r\norigin: https://b\r\n", listed, false));
	ck_assert(!permits("Origin: https://a\x80\r\n", listed, false) && !permits("Origin:\r\n", self, false));
}
END_TEST

KIT_MAIN("http/websocket",
	{ .name = "messages", .setup = setup, .tests = KIT_TESTS(messages_in_one_frame, the_examples_of_the_standard,
		messages_in_many_frames, control_frames_come_between, lengths_of_all_three_forms, closes, codes_that_may_be_sent,
		what_the_fuzzer_begins_with) },
	{ .name = "refused", .setup = setup, .tests = KIT_TESTS(frames_that_may_not_be, texts_that_are_not_utf8,
		utf8_is_what_the_standard_says, messages_may_be_so_long) },
	{ .name = "writing", .setup = setup, .tests = KIT_TESTS(masks_turn_with_the_place, reasons_are_cut_between_characters) },
	{ .name = "handshake", .teardown = teardown, .tests = KIT_TESTS(a_handshake_proves_that_the_key_was_read,
		handshakes_that_are_none, pages_that_may_connect) })
