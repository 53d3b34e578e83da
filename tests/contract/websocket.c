/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket.c - the server's end of a WebSocket, and plain sockets that say to it all that can be said, by TCP and Unix sockets
 *
 * What is said is heard, whole or in pieces, however the bytes are cut; what may not be said is answered with its code, and told
 * by its name; closing is said by both sides, whoever begins; who vanishes, says nothing, or does not close is given up.
 */
#include "frames.h"

#define TEXT WEBSOCKET_OPCODE_TEXT
#define BINARY WEBSOCKET_OPCODE_BINARY
#define MORE WEBSOCKET_OPCODE_MORE
#define CLOSE WEBSOCKET_OPCODE_CLOSE
#define PING WEBSOCKET_OPCODE_PING
#define PONG WEBSOCKET_OPCODE_PONG

static struct guest guest;
static struct frame frame;
static char room[1 << 18];

static void rest(long milliseconds)
{
	nanosleep(&(struct timespec){ .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 }, NULL);
}

/* A server, and a socket that is open to it. */
static int begin_with(int kind, odeon_websocket_options options)
{
	wires_open(kind, 2);
	serve(&guest, options, (odeon_connection_options){ .bytes = 0 });
	return shake();
}

static int begin(int kind)
{
	guest_init(&guest);
	return begin_with(kind, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS });
}

static int begin_echo(int kind)
{
	guest_init(&guest);
	guest.echoes = true;
	return begin_with(kind, (odeon_websocket_options){ .credit = 2 });
}

/* The owner is told, if it has not ended with the system before. */
static void end(int plain)
{
	close(plain);
	wires_close();
	ck_assert_uint_le(guest.ends, 1);
	ck_assert(!guest.is_wrong);
}

static void await_end(int plain)
{
	shutdown(plain, SHUT_WR);                               /* else the connection lingers */
	eventually(guest_ended(&guest));
}

/* ---- what is said ----------------------------------------------------------------------------------------------------------- */

START_TEST(messages_of_all_lengths_come_back)
{
	static const size_t lengths[] = { 0, 1, 125, 126, 127, 65535, 65536, 65537, 200000 };
	int plain = begin_echo(_i);

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		for (size_t at = 0; at < lengths[i]; at++)
			room[at] = (char)pattern(at);
		say_frame(plain, BINARY, true, room, lengths[i]);
		ck_assert(hear_frame(plain, &frame));
		ck_assert_uint_eq(frame.opcode, BINARY);
		ck_assert_uint_eq(frame.length, lengths[i]);
		ck_assert_mem_eq(frame.bytes, room, lengths[i]);
	}
	say_close(plain, 1000, "done");
	expect_close(plain, 1000);
	await_end(plain);
	ck_assert_int_eq(guest.end.error, 0);
	ck_assert_int_eq(guest.end.code, 1000);
	ck_assert_str_eq(guest.end.reason, "done");
	end(plain);
}
END_TEST

START_TEST(a_session_is_told_what_was_asked_for)
{
	static const char *const ours[] = { "other", "talk", NULL };
	int plain;

	guest_init(&guest);
	plain = begin_with(_i, (odeon_websocket_options){ .protocols = ours });
	(void)guest_websocket(&guest);
	ck_assert_str_eq(guest.path, "/there");
	ck_assert_str_eq(guest.query, "why");
	ck_assert_str_eq(guest.protocol, "talk");
	end(plain);
}
END_TEST

/* All that there is, in one piece of each length, and cut in two at every byte. */
static size_t put_all(char *at)
{
	size_t length = frame_put(at, TEXT, true, "hello", 5);

	length += frame_put(at + length, TEXT, false, "a\xc3", 2);
	length += frame_put(at + length, PING, true, "p", 1);
	length += frame_put(at + length, MORE, false, "", 0);
	length += frame_put(at + length, MORE, true, "\xa4z", 2);
	length += frame_put(at + length, BINARY, true, "\x01\x02", 2);
	length += frame_put(at + length, PONG, true, "nobody asked", 12);
	length += frame_put(at + length, TEXT, true, "", 0);
	return length + frame_put(at + length, CLOSE, true, "\x0f\xa0why", 5);
}

START_TEST(all_is_heard_wherever_it_is_cut)
{
	char all[200];
	size_t length = put_all(all);

	wires_open(_i, 2);
	for (size_t cut = 1; cut < length; cut += KIT_SLOWER(10) == 1 ? 5 : 1) {
		int plain;

		guest_init(&guest);
		serve(&guest, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS }, (odeon_connection_options){ .bytes = 0 });
		plain = shake();
		say(plain, all, cut);
		rest(1);
		say(plain, all + cut, length - cut);
		expect_frame(plain, PONG, "p");
		expect_close(plain, 4000);
		await_end(plain);
		ck_assert_str_eq(guest.heard, "text(hello)text(a\xc3\xa4z)binary(\x01\x02)text()closed");
		ck_assert_int_eq(guest.end.code, 4000);
		ck_assert_str_eq(guest.end.reason, "why");
		close(plain);
	}
	wires_close();
}
END_TEST

/* What follows the request in the same piece was read by somebody else. */
START_TEST(frames_right_behind_the_request_are_heard)
{
	char all[1024] = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
	size_t length = strlen(all);
	int plain;

	guest_init(&guest);
	wires_open(_i, 2);
	serve(&guest, (odeon_websocket_options){ .credit = 2 }, (odeon_connection_options){ .bytes = 0 });
	plain = dial();
	length += put_all(all + length);
	say(plain, all, length);
	eventually(guest_messages(&guest) == 2);
	rest(20);
	ck_assert_str_eq(guest.heard, "text(hello)text(a\xc3\xa4z)");  /* for so many there was credit */
	tell(guest.websocket, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	await_end(plain);
	ck_assert_str_eq(guest.heard, "text(hello)text(a\xc3\xa4z)binary(\x01\x02)text()closed");
	end(plain);
}
END_TEST

START_TEST(pieces_are_given_as_they_come)
{
	int plain;

	guest_init(&guest);
	plain = begin_with(_i, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS, .parts = 1 });
	say_frame(plain, TEXT, false, "a", 1);
	eventually(guest_heard(&guest, "text(a)+"));
	say_frame(plain, PING, true, "1", 1);
	expect_frame(plain, PONG, "1");
	say_frame(plain, MORE, false, "b", 1);
	eventually(guest_heard(&guest, "text(a)+text(b)+"));
	say_frame(plain, MORE, true, "", 0);
	say_text(plain, "c");
	eventually(guest_heard(&guest, "text(a)+text(b)+text()text(c)"));
	say_frame(plain, BINARY, false, room, 2 << 16);         /* more than any message may have: there are none */
	for (int i = 0; i < 20; i++)
		say_frame(plain, MORE, false, room, 2 << 16);
	eventually(guest_bytes(&guest) == 3 + 21 * (2 << 16));
	guest.is_wrong = false;
	close(plain);
	eventually(guest_ended(&guest));
	wires_close();
}
END_TEST

START_TEST(what_is_said_in_pieces_is_heard_in_pieces)
{
	int plain = begin(_i);
	odeon_ref websocket = guest_websocket(&guest);
	struct odeon_bytes *chain = odeon_bytes_text("two");

	tell(websocket, odeon_new(odeon_websocket_message, .bytes = odeon_bytes_text("one"), .goes_on = 1));
	chain->next = odeon_bytes_text(" three");
	tell(websocket, odeon_new(odeon_websocket_message, .bytes = chain, .goes_on = 1));
	tell(websocket, odeon_new(odeon_websocket_message));
	tell(websocket, odeon_websocket_binary(odeon_bytes_constant("four", 4)));
	ck_assert(hear_frame(plain, &frame) && frame.opcode == TEXT && !frame.is_last && memcmp(frame.bytes, "one", 3) == 0);
	ck_assert(hear_frame(plain, &frame) && frame.opcode == MORE && !frame.is_last && frame.length == 9);
	ck_assert_mem_eq(frame.bytes, "two three", 9);
	ck_assert(hear_frame(plain, &frame) && frame.opcode == MORE && frame.is_last && frame.length == 0);
	expect_frame(plain, BINARY, "four");
	end(plain);
}
END_TEST

/* The bytes are there once, however many hear them. */
START_TEST(shared_bytes_are_said_to_many)
{
	struct guest guests[2];
	odeon_frozen *frozen;
	int sockets[2];

	wires_open(_i, 2);
	frozen = odeon_freeze(odeon_bytes_text("to all"));
	for (int i = 0; i < 2; i++) {
		guest_init(&guests[i]);
		serve(&guests[i], (odeon_websocket_options){ .credit = 1 }, (odeon_connection_options){ .bytes = 0 });
		sockets[i] = shake();
		tell(guest_websocket(&guests[i]), odeon_websocket_text(odeon_bytes_share(odeon_frozen_share(frozen),
			odeon_frozen_look(odeon_bytes, frozen)->data, 6)));
	}
	odeon_frozen_drop(frozen);
	for (int i = 0; i < 2; i++) {
		expect_frame(sockets[i], TEXT, "to all");
		close(sockets[i]);
	}
	wires_close();
}
END_TEST

START_TEST(pings_are_answered_and_asked)
{
	char longest[125];
	int plain = begin(_i);

	memset(longest, 'x', sizeof longest);
	say_frame(plain, PING, true, longest, sizeof longest);
	ck_assert(hear_frame(plain, &frame) && frame.opcode == PONG && frame.length == 125);
	ck_assert_mem_eq(frame.bytes, longest, 125);
	tell(guest_websocket(&guest), odeon_new(odeon_websocket_ping));
	tell(guest.websocket, odeon_new(odeon_websocket_ping));         /* one will do for both */
	ck_assert(hear_frame(plain, &frame) && frame.opcode == PING);
	say_frame(plain, PONG, true, "other", 5);
	say_frame(plain, PONG, true, "01234567", 8);            /* as long as ours */
	rest(20);
	ck_assert(guest_heard(&guest, ""));
	say_frame(plain, PONG, true, frame.bytes, frame.length);
	eventually(guest_heard(&guest, "pong"));
	ck_assert_int_ge(guest.pong, ODEON_MS(20));
	say_frame(plain, PONG, true, frame.bytes, frame.length);
	say_text(plain, "!");
	eventually(guest_heard(&guest, "pongtext(!)"));
	end(plain);
}
END_TEST

/* Nobody but its own connection puts words into the other side's mouth. */
START_TEST(bytes_from_others_are_not_read)
{
	int plain = begin(_i);

	tell(guest_websocket(&guest), odeon_bytes_text("\x81\x80wxyz"));
	say_text(plain, "true");
	eventually(guest_heard(&guest, "text(true)"));
	end(plain);
}
END_TEST

/* ---- what may not be said ------------------------------------------------------------------------------------------------------ */

static void refuse(int kind, odeon_websocket_options options, const char *bytes, size_t length, uint16_t code)
{
	int plain;

	guest_init(&guest);
	options.credit = ODEON_READ_ALWAYS;
	plain = begin_with(kind, options);
	say_text(plain, "before");
	say(plain, bytes, length);
	expect_close(plain, code);
	await_end(plain);
	ck_assert_int_eq(guest.end.error, ODEON_EMALFORMED);
	ck_assert_int_eq(guest.end.code, code);
	ck_assert_str_ne(guest.end.text, "");
	ck_assert_str_eq(guest.heard, "text(before)closed");
	end(plain);
}
#define REFUSE(code, literal) refuse(_i, (odeon_websocket_options){ .bytes = 0 }, literal, sizeof(literal) - 1, code)

START_TEST(what_breaks_the_protocol_is_closed_with_its_code)
{
	char text[64];

	REFUSE(1002, "\x81\x01" "a");                           /* not masked */
	REFUSE(1002, "\xc1\x80" "abcd");                        /* reserved bits */
	REFUSE(1002, "\x83\x80" "abcd");                        /* an unknown frame */
	REFUSE(1002, "\x09\x80" "abcd");                        /* a ping in pieces */
	REFUSE(1002, "\x89\xfe\0\x7e" "abcd");                  /* a long one */
	REFUSE(1002, "\x80\x80" "abcd");                        /* no beginning */
	REFUSE(1002, "\x88\x81\0\0\0\0" "a");                   /* half a code */
	REFUSE(1002, "\x88\x82\0\0\0\0\x03\xee");               /* 1006 */
	REFUSE(1007, "\x81\x82\0\0\0\0\xc3\x28");
	REFUSE(1007, "\x88\x83\0\0\0\0\x03\xe8\xff");
	REFUSE(1009, "\x82\xff\0\0\0\0\0\x10\0\x01" "abcd");    /* a mebibyte and one byte, of which none has come */
	refuse(_i, (odeon_websocket_options){ .message_most = 6 }, text, frame_put(text, TEXT, true, "1234567", 7), 1009);
}
END_TEST

START_TEST(too_many_pieces_are_refused)
{
	static char all[(1 << 16) * 6 + 100];
	size_t length = frame_put(all, TEXT, false, "", 0);

	for (int i = 0; i < 1 << 16; i++)
		length += frame_put(all + length, MORE, false, "", 0);
	refuse(_i, (odeon_websocket_options){ .bytes = 0 }, all, length, 1008);
}
END_TEST

/* In pieces, what came before the bad byte was told; and what came after is not. */
START_TEST(what_follows_bad_bytes_is_thrown_away)
{
	int plain;

	guest_init(&guest);
	plain = begin_with(_i, (odeon_websocket_options){ .credit = ODEON_READ_ALWAYS, .parts = 1 });
	say_text(plain, "good\xff" "bad");
	say_text(plain, "more");
	expect_close(plain, 1007);
	await_end(plain);
	ck_assert_str_eq(guest.heard, "text(good)+closed");
	end(plain);
}
END_TEST

/* ---- closing -------------------------------------------------------------------------------------------------------------------- */

START_TEST(the_other_side_closes)
{
	static const struct { uint16_t said, told; } codes[] = { { 0, 1005 }, { 1000, 1000 }, { 1001, 1001 }, { 3000, 3000 }, { 4999, 4999 } };

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		int plain = begin(_i);

		say_close(plain, codes[i].said, "");
		say_text(plain, "too late");
		expect_close(plain, codes[i].said);
		await_end(plain);
		ck_assert_int_eq(guest.end.error, 0);
		ck_assert_int_eq(guest.end.code, codes[i].told);
		ck_assert_str_eq(guest.heard, "closed");
		end(plain);
	}
}
END_TEST

START_TEST(we_close_and_what_else_is_said_is_thrown_away)
{
	int plain = begin(_i);
	odeon_ref websocket = guest_websocket(&guest);

	tell(websocket, odeon_websocket_text(odeon_bytes_text("last")));
	tell(websocket, odeon_new(odeon_websocket_close, .code = 4001, .reason = "enough"));
	tell(websocket, odeon_new(odeon_websocket_close, .code = 4002));
	tell(websocket, odeon_websocket_text(odeon_bytes_text("too late")));
	tell(websocket, odeon_new(odeon_websocket_ping));
	expect_frame(plain, TEXT, "last");
	expect_frame(plain, CLOSE, "\x0f\xa1" "enough");
	say_text(plain, "one more");
	say_frame(plain, PING, true, "", 0);
	rest(20);
	ck_assert(!guest_ended(&guest));
	say_close(plain, 4001, "");
	ck_assert(!hear_frame(plain, &frame));                  /* no pong, and the end */
	await_end(plain);
	ck_assert_str_eq(guest.heard, "closed");
	ck_assert_int_eq(guest.end.error, 0);
	ck_assert_int_eq(guest.end.code, 4001);
	end(plain);
}
END_TEST

/* Codes that may not be said, and reasons that are not UTF-8 or too long, are not said. */
START_TEST(a_close_is_always_one_that_may_be)
{
	struct odeon_websocket_close *wrong = odeon_new(odeon_websocket_close, .code = 1006, .reason = "caf\xc3");
	int plain = begin(_i);

	tell(guest_websocket(&guest), wrong);
	expect_frame(plain, CLOSE, "\x03\xe8");
	end(plain);
	wrong = odeon_new(odeon_websocket_close, .code = 999);
	memset(wrong->reason, 'x', sizeof wrong->reason);
	plain = begin(_i);
	tell(guest_websocket(&guest), wrong);
	ck_assert(hear_frame(plain, &frame) && frame.length == 125 && frame.bytes[124] == 'x' && frame.bytes[0] == 1000 >> 8);
	end(plain);
}
END_TEST

/* Without credit, too, the other side's close is waited for and heard. */
START_TEST(closing_needs_no_credit)
{
	int plain;

	guest_init(&guest);
	plain = begin_with(_i, (odeon_websocket_options){ .bytes = 0 });
	tell(guest_websocket(&guest), odeon_new(odeon_websocket_close));
	say_frame(plain, BINARY, true, room, 100000);
	say_close(plain, 1000, "");
	expect_close(plain, 1000);
	await_end(plain);
	ck_assert_int_eq(guest.end.error, 0);
	end(plain);
}
END_TEST

START_TEST(who_does_not_close_is_given_up)
{
	int plain;

	guest_init(&guest);
	plain = begin_with(_i, (odeon_websocket_options){ .close_timeout = ODEON_MS(100) });
	tell(guest_websocket(&guest), odeon_new(odeon_websocket_close));
	ck_assert(hear_frame(plain, &frame) && frame.opcode == CLOSE);
	eventually(guest_ended(&guest));
	ck_assert_int_eq(guest.end.error, ODEON_ETIMEDOUT);
	ck_assert_int_eq(guest.end.code, 1006);
	end(plain);
}
END_TEST

START_TEST(who_vanishes_is_told_of)
{
	for (int way = 0; way < 3; way++) {
		int plain = begin(_i);

		(void)guest_websocket(&guest);
		if (way == 2)
			say(plain, "\x81\x85" "abcd", 6);       /* amid a message */
		if (way == 0)
			reset(plain);
		else
			shutdown(plain, SHUT_WR);
		eventually(guest_ended(&guest));
		ck_assert_int_eq(guest.end.error, ODEON_EDISCONNECTED);
		ck_assert_int_eq(guest.end.code, 1006);
		ck_assert_str_eq(guest.heard, "closed");
		if (way > 0)
			close(plain);
		wires_close();
		ck_assert_uint_eq(guest.ends, 1);
	}
}
END_TEST

/* What was said before the end is heard, by and by, as there is credit. */
START_TEST(an_end_waits_for_credit)
{
	int plain;

	guest_init(&guest);
	plain = begin_with(_i, (odeon_websocket_options){ .credit = 1 });
	say_text(plain, "a");
	eventually(guest_heard(&guest, "text(a)"));
	say_text(plain, "b");
	say_text(plain, "c");
	say_close(plain, 1000, "");
	shutdown(plain, SHUT_WR);
	for (int i = 0; i < 3; i++) {
		rest(10);
		ck_assert(!guest_ended(&guest));
		tell(guest.websocket, odeon_new(odeon_read, .count = 1));
	}
	eventually(guest_ended(&guest));
	ck_assert_str_eq(guest.heard, "text(a)text(b)text(c)closed");
	ck_assert_int_eq(guest.end.code, 1000);
	ck_assert_int_eq(guest.end.error, 0);
	end(plain);
}
END_TEST

START_TEST(a_reset_at_any_moment_is_told_once)
{
	uint64_t random = kit_seed();

	for (int i = 0; i < KIT_SLOWER(50); i++) {
		int plain = begin_echo(_i), count;

		random = random * 6364136223846793005u + 1442695040888963407u;
		count = (int)(random >> 60);
		for (int n = 0; n < count; n++)
			say_frame(plain, BINARY, n % 3 == 2, room, (random >> 40) % 5000);
		if (count % 2 == 0)
			rest((long)(random >> 32 & 3));
		reset(plain);
		eventually(guest_ended(&guest));
		wires_close();
		ck_assert_uint_eq(guest.ends, 1);
	}
}
END_TEST

KIT_MAIN("contract/websocket",
	{ .name = "said", .loop = KINDS,
	  .tests = KIT_TESTS(messages_of_all_lengths_come_back, a_session_is_told_what_was_asked_for, all_is_heard_wherever_it_is_cut,
	                     frames_right_behind_the_request_are_heard, pieces_are_given_as_they_come,
	                     what_is_said_in_pieces_is_heard_in_pieces, shared_bytes_are_said_to_many, pings_are_answered_and_asked,
	                     bytes_from_others_are_not_read) },
	{ .name = "refused", .loop = KINDS,
	  .tests = KIT_TESTS(what_breaks_the_protocol_is_closed_with_its_code, too_many_pieces_are_refused,
	                     what_follows_bad_bytes_is_thrown_away) },
	{ .name = "closed", .loop = KINDS,
	  .tests = KIT_TESTS(the_other_side_closes, we_close_and_what_else_is_said_is_thrown_away, a_close_is_always_one_that_may_be,
	                     closing_needs_no_credit, who_does_not_close_is_given_up, who_vanishes_is_told_of, an_end_waits_for_credit,
	                     a_reset_at_any_moment_is_told_once) })
