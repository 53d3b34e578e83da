/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_chat.c - what is asked of the chat, and which of the lines that are heard are replies
 *
 * All else is news of others, and what they and we have said: of that the chat may leave out lines for who is behind.
 */
#include "guest_parts.h"
#include <stdio.h>
#include <string.h>

enum { SAID_MOST = 400, SHORT = 126, MASKED = 0x80, TEXT = 0x81, CLOSE = 0x88 };

#define HELP "* /join ROOM, /who, /quit; all else is said to the room\n"
#define HERE "* here: "

/* One line, or one message. The key of its mask is 0. */
static size_t put_line(const struct guest *guest, char *room, const char *text, size_t length)
{
	size_t at = 0;

	if (guest->is_other) {
		room[at++] = (char)TEXT;
		room[at++] = (char)(MASKED | (length < SHORT ? length : SHORT));
		if (length >= SHORT) {
			room[at++] = (char)(length >> 8);
			room[at++] = (char)length;
		}
		memset(room + at, 0, 4);
		at += 4;
	}
	memcpy(room + at, text, length);
	at += length;
	if (!guest->is_other)
		room[at++] = '\n';
	return at;
}

static size_t put(const struct guest *guest, char *room, const char *text) { return put_line(guest, room, text, strlen(text)); }

/* Who is there; something said, and something misunderstood; to another room and back. */
size_t guest_chat_ask(const struct guest *guest, char *room, uint64_t number, const char *words)
{
	size_t length = strlen(words), at;

	switch (number % 3) {
	case 0: return put(guest, room, "/who");
	case 1:
		at = put_line(guest, room, words, length < SAID_MOST ? length : SAID_MOST);
		return at + put(guest, room + at, "/what");
	default:
		at = put(guest, room, "/join garden");
		return at + put(guest, room + at, "/join lobby");
	}
}

size_t guest_chat_name(const struct guest *guest, char *room)
{
	char name[24];

	snprintf(name, sizeof name, "%llu", (unsigned long long)guest->first);
	return put(guest, room, name);
}

size_t guest_chat_upgrade(char *room)
{
	return (size_t)sprintf(room, "GET /chat HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
}

size_t guest_chat_end(const struct guest *guest, char *room)
{
	static const char close[] = { (char)CLOSE, (char)(MASKED | 2), 0, 0, 0, 0, 1000 >> 8, (char)(1000 & 0xff) };

	if (!guest->is_other)
		return 0;
	memcpy(room, close, sizeof close);
	return sizeof close;
}

/* ---- what is heard ------------------------------------------------------------------------------------------------------------ */

static bool is(const char *line, size_t length, const char *text) { return length == strlen(text) && memcmp(line, text, length) == 0; }
static bool begins(const char *line, size_t length, const char *text) { return length > strlen(text) && memcmp(line, text, strlen(text)) == 0; }

static bool is_you(const char *line, size_t length, uint64_t who, const char *where)
{
	char text[100];

	snprintf(text, sizeof text, "* you are %llu, in %s\n", (unsigned long long)who, where);
	return is(line, length, text);
}

bool guest_chat_is_in(const char *line, size_t length) { return begins(line, length, "* you are "); }

enum meaning guest_chat_hear(const struct guest *guest, uint64_t number, const char *line, size_t length)
{
	bool is_here = begins(line, length, HERE), is_help = is(line, length, HELP), is_back = is_you(line, length, guest->first, "lobby");
	bool is_it = number % 3 == 0 ? is_here : number % 3 == 1 ? is_help : is_back;

	if (is_it)
		return MEANS_REPLY;
	if (number % 3 == 2 && is_you(line, length, guest->first, "garden"))
		return MEANS_NOTHING;
	if (is_here || is_help || is_back || guest_chat_is_in(line, length) || begins(line, length, "* that did not work"))
		return MEANS_WRONG;
	return MEANS_NOTHING;
}

/* The length of a frame's head, and of what it carries; 0: it is not there whole. A server's frames have no mask, and lines are short. */
static size_t measure(const unsigned char *bytes, size_t length, size_t *carried)
{
	size_t head = length >= 2 && (bytes[1] & 0x7f) >= SHORT ? 4 : 2;

	if (length < head)
		return 0;
	*carried = head == 4 ? (size_t)bytes[2] << 8 | bytes[3] : bytes[1] & 0x7fu;
	return length >= head + *carried ? head : 0;
}

size_t guest_chat_unframe(char *bytes, size_t length, size_t *used)
{
	size_t at = 0, kept = 0, head, carried = 0;

	while ((head = measure((unsigned char *)bytes + at, length - at, &carried)) > 0) {
		if ((unsigned char)bytes[at] == TEXT) {
			memmove(bytes + kept, bytes + at + head, carried);
			kept += carried;
		}
		at += head + carried;
	}
	*used = at;
	return kept;
}
