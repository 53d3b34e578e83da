/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply.c - what RESP2 and RESP3 write differently is told apart here, and nowhere else
 */
#include "reply.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_LEAST = 64, HEADER_BYTES = 32, ERROR_BYTES = 512 };

void reply_init(struct reply *reply, int protocol)
{
	*reply = (struct reply){ .protocol = protocol };
}

void reply_fini(struct reply *reply)
{
	if (reply->bytes != NULL)                              /* most have nothing, and so cost no call */
		free(reply->bytes);
	reply_init(reply, reply->protocol);
}

void reply_cut(struct reply *reply, size_t length)
{
	reply->length = length;
	reply->failed = false;
}

char *reply_more(struct reply *reply, size_t bytes)
{
	size_t needed = reply->length + bytes, room = reply->room;
	char *grown;

	if (reply->failed || (reply->most > 0 && needed > reply->most)) {
		reply->failed = true;
		return NULL;
	}
	if (needed > room) {
		room = needed > room * 2 ? needed : room * 2;
		grown = realloc(reply->bytes, room > ROOM_LEAST ? room : ROOM_LEAST);
		if (grown == NULL) {
			reply->failed = true;
			return NULL;
		}
		reply->bytes = grown;
		reply->room = room > ROOM_LEAST ? room : ROOM_LEAST;
	}
	reply->length = needed;
	return reply->bytes + needed - bytes;
}

void reply_raw(struct reply *reply, struct text bytes)
{
	char *to = bytes.length > 0 ? reply_more(reply, bytes.length) : NULL;

	if (to != NULL)
		memcpy(to, bytes.at, bytes.length);
}

static size_t line_write(char *to, char sort, long long number)
{
	size_t length = integer_write(to + 1, number) + 1;

	to[0] = sort;
	memcpy(to + length, "\r\n", 2);
	return length + 2;
}

static void line(struct reply *reply, char sort, long long number)
{
	char text[HEADER_BYTES];

	reply_raw(reply, (struct text){ text, line_write(text, sort, number) });
}

static void counted(struct reply *reply, struct text bytes)
{
	char header[HEADER_BYTES], *to;
	size_t length = line_write(header, '$', (long long)bytes.length);

	to = reply_more(reply, length + bytes.length + 2);
	if (to == NULL)
		return;
	memcpy(to, header, length);
	if (bytes.length > 0)
		memcpy(to + length, bytes.at, bytes.length);
	memcpy(to + length + bytes.length, "\r\n", 2);
}

void reply_status(struct reply *reply, const char *status)
{
	reply_raw(reply, TEXT("+"));
	reply_raw(reply, text_of(status));
	reply_raw(reply, TEXT("\r\n"));
}

void reply_ok(struct reply *reply)
{
	reply_raw(reply, TEXT("+OK\r\n"));
}

void reply_error(struct reply *reply, const char *format, ...)
{
	char text[ERROR_BYTES] = "";
	size_t length;
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	length = strlen(text);
	while (length > 0 && (text[length - 1] == '\r' || text[length - 1] == '\n'))
		length--;
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\r' || text[i] == '\n')
			text[i] = ' ';
	reply_raw(reply, TEXT("-"));
	reply_raw(reply, (struct text){ text, length });
	reply_raw(reply, TEXT("\r\n"));
}

void reply_integer(struct reply *reply, long long number)
{
	line(reply, ':', number);
}

void reply_bulk(struct reply *reply, struct text bytes)
{
	counted(reply, bytes);
}

void reply_bulk_integer(struct reply *reply, long long number)
{
	char text[HEADER_BYTES];

	counted(reply, (struct text){ text, integer_write(text, number) });
}

void reply_bulk_of(struct reply *reply, const char *string)
{
	counted(reply, text_of(string));
}

void reply_double(struct reply *reply, double number)
{
	char text[64];
	struct text written = { text, double_write(text, number) };

	if (reply->protocol < 3) {
		counted(reply, written);
		return;
	}
	reply_raw(reply, TEXT(","));
	reply_raw(reply, written);
	reply_raw(reply, TEXT("\r\n"));
}

void reply_verbatim(struct reply *reply, struct text text)
{
	if (reply->protocol < 3) {
		counted(reply, text);
		return;
	}
	line(reply, '=', (long long)text.length + 4);
	reply_raw(reply, TEXT("txt:"));
	reply_raw(reply, text);
	reply_raw(reply, TEXT("\r\n"));
}

void reply_null(struct reply *reply)
{
	reply_raw(reply, reply->protocol < 3 ? TEXT("$-1\r\n") : TEXT("_\r\n"));
}

void reply_null_array(struct reply *reply)
{
	reply_raw(reply, reply->protocol < 3 ? TEXT("*-1\r\n") : TEXT("_\r\n"));
}

/* ---- several -------------------------------------------------------------------------------------------------------- */

void reply_array(struct reply *reply, size_t count)
{
	line(reply, '*', (long long)count);
}

void reply_map(struct reply *reply, size_t pairs)
{
	if (reply->protocol < 3)
		line(reply, '*', (long long)pairs * 2);
	else
		line(reply, '%', (long long)pairs);
}

void reply_set(struct reply *reply, size_t count)
{
	line(reply, reply->protocol < 3 ? '*' : '~', (long long)count);
}

void reply_push(struct reply *reply, size_t count)
{
	line(reply, reply->protocol < 3 ? '*' : '>', (long long)count);
}

static void insert(struct reply *reply, size_t at, struct text what)
{
	size_t behind = reply->length - at;

	if (reply_more(reply, what.length) == NULL)
		return;
	memmove(reply->bytes + at + what.length, reply->bytes + at, behind);
	memcpy(reply->bytes + at, what.at, what.length);
}

void reply_array_at(struct reply *reply, size_t at, size_t count)
{
	char header[HEADER_BYTES];

	insert(reply, at, (struct text){ header, line_write(header, '*', (long long)count) });
}

void reply_insert(struct reply *reply, size_t at, const struct reply *what)
{
	reply->failed |= what->failed;
	if (!reply->failed)
		insert(reply, at, (struct text){ what->bytes, what->length });
}
