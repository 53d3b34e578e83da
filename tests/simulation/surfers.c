/* SPDX-License-Identifier: BSD-2-Clause */
/* surfers.c - what they say, what they hear, and what must hold */
#include "surfers.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct surfed surfed;

unsigned char surfed_byte(uint64_t at) { return (unsigned char)('a' + at * 7 % 26 + at / 1000 % 5); }

/* ---- what it says -------------------------------------------------------------------------------------------------------------------- */

static void add(struct surfer *surfer, const char *text, size_t length)
{
	surfer->said = realloc(surfer->said, surfer->said_length + length + 1);
	must(surfer->said != NULL);
	memcpy(surfer->said + surfer->said_length, text, length);
	surfer->said_length += length;
}

__attribute__((format(printf, 2, 3)))
static void add_text(struct surfer *surfer, const char *format, ...)
{
	char text[300];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	add(surfer, text, (size_t)length);
}

static void expect(struct surfer *surfer, int status, const char *body, size_t length)
{
	struct asked *asked = &surfer->asked[surfer->count++];

	*asked = (struct asked){ .status = status, .length = length, .body = malloc(length + 1) };
	must(asked->body != NULL);
	for (size_t i = 0; i < length; i++)
		asked->body[i] = body != NULL ? body[i] : (char)surfed_byte(i);
}

static void say_body(struct surfer *surfer)
{
	size_t length = pick(1u << pick(13)), at = 0;
	char *body = malloc(length + 1);

	must(body != NULL);
	for (size_t i = 0; i < length; i++)
		body[i] = (char)surfed_byte(i);
	if (pick(2) == 0) {
		add_text(surfer, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", length);
		add(surfer, body, length);
	} else {
		add_text(surfer, "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
		while (at < length) {
			size_t some = 1 + pick((unsigned)(length - at));

			add_text(surfer, "%zx\r\n", some);
			add(surfer, body + at, some);
			add_text(surfer, "\r\n");
			at += some;
		}
		add_text(surfer, "0\r\n\r\n");
	}
	expect(surfer, 200, NULL, length);
	free(body);
}

static void say_path(struct surfer *surfer, const char *path)
{
	char id[20];
	int length = snprintf(id, sizeof id, "%u", pick(1000000));

	add_text(surfer, "GET %s%s HTTP/1.1\r\nHost: h\r\nX-Nothing: %*s\r\n\r\n", path, id, (int)pick(100), "n");
	expect(surfer, strcmp(path, "/nowhere/") == 0 ? 404 : 200, id, (size_t)length);
}

static void say_request(struct surfer *surfer)
{
	unsigned what = pick(10), length = pick(1u << pick(14));

	if (what < 3)
		say_body(surfer);
	else if (what < 5)
		say_path(surfer, "/x/");
	else if (what < 7)
		say_path(surfer, "/actor/");
	else if (what < 8)
		say_path(surfer, "/nowhere/");
	else {
		add_text(surfer, "GET /lots/%u HTTP/1.1\r\nHost: h\r\n\r\n", length);
		expect(surfer, 200, NULL, length);
	}
}

/* After which the server says so, and closes. */
static void say_mistake(struct surfer *surfer)
{
	static const char *const mistakes[] = {
		"GET /x/1 HTTP/1.1\r\n\r\n", "GET /x/1 HTTP/1.1\r\nHost h\r\n\r\n", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
		"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "\x01\x02\r\n\r\n",
	};

	add_text(surfer, "%s", mistakes[pick(5)]);
	expect(surfer, 400, NULL, 0);
	surfer->is_wrong = true;
}

/* ---- what it hears -------------------------------------------------------------------------------------------------------------------- */

static const char *field_of(const char *head, const char *end, const char *name)
{
	for (const char *line = memchr(head, '\n', (size_t)(end - head)); line != NULL && line < end;
	     line = memchr(line + 1, '\n', (size_t)(end - line - 1)))
		if (strncasecmp(line + 1, name, strlen(name)) == 0)
			return line + 1 + strlen(name);
	return NULL;
}

static void check_part(const struct asked *asked, size_t at, const char *bytes, size_t length)
{
	must(at + length <= asked->length && memcmp(asked->body + at, bytes, length) == 0);
}

/* 0: not whole. What has come of it is checked in any case; of errors nobody reads the body. */
static size_t hear_chunks(const struct asked *asked, const char *bytes, size_t length)
{
	size_t at = 0, body = 0, size;

	for (;;) {
		const char *line = memchr(bytes + at, '\n', length - at);

		if (line == NULL)
			return 0;
		size = strtoul(bytes + at, NULL, 16);
		at = (size_t)(line - bytes) + 1;
		if (size == 0)
			break;
		check_part(asked, body, bytes + at, size < length - at ? size : length - at);
		if (length - at < size + 2)
			return 0;
		body += size;
		at += size + 2;
	}
	must(body == asked->length);
	return length - at >= 2 ? at + 2 : 0;
}

static size_t hear_length(const struct asked *asked, const char *field, const char *bytes, size_t length)
{
	size_t size = strtoul(field, NULL, 10), there = size < length ? size : length;

	if (asked->status == 200) {
		must(size == asked->length);
		check_part(asked, 0, bytes, there);
	}
	return there == size ? size : SIZE_MAX;
}

/* How much one whole answer takes up; 0: there is none yet. */
static size_t hear_one(const struct asked *asked, const char *bytes, size_t length)
{
	const char *end = memmem(bytes, length, "\r\n\r\n", 4), *field;
	size_t head, body;

	if (end == NULL)
		return 0;
	head = (size_t)(end - bytes) + 4;
	must(strncmp(bytes, "HTTP/1.1 ", 9) == 0 && atoi(bytes + 9) == asked->status);
	field = field_of(bytes, end, "content-length: ");
	if (field != NULL) {
		body = hear_length(asked, field, bytes + head, length - head);
		return body == SIZE_MAX ? 0 : head + body;
	}
	must(field_of(bytes, end, "transfer-encoding: chunked") != NULL);
	body = hear_chunks(asked, bytes + head, length - head);
	return body == 0 ? 0 : head + body;
}

static void hear(struct surfer *surfer)
{
	size_t at = 0, one;

	while (at < surfer->came_length) {
		must(surfer->heard < surfer->count);           /* it was asked for */
		one = hear_one(&surfer->asked[surfer->heard], surfer->came + at, surfer->came_length - at);
		if (one == 0)
			break;
		at += one;
		surfer->heard++;
		surfed.answers++;
		note_down(one);
	}
	memmove(surfer->came, surfer->came + at, surfer->came_length - at);
	surfer->came_length -= at;
	surfer->came[surfer->came_length] = '\0';
}

/* ---- what it does -------------------------------------------------------------------------------------------------------------------------- */

struct surf { struct surfer *surfer; };

static void go_on(odeon_self *self) { must(odeon_tick_after(self, ODEON_US(pick(1u << pick(12))), 'a') == 0); }

ODEON_HANDLER(surf, odeon_connected)
{
	surf->surfer->connection = odeon_connected->who;
	surf->surfer->is_connected = true;
	go_on(self);
}

ODEON_HANDLER(surf, odeon_bytes)
{
	struct surfer *surfer = surf->surfer;
	size_t length = surfer->came_length + odeon_bytes->length;

	if (length + 1 > surfer->came_room) {
		surfer->came_room = 2 * length + 1;
		surfer->came = realloc(surfer->came, surfer->came_room);
		must(surfer->came != NULL);
	}
	memcpy(surfer->came + surfer->came_length, odeon_bytes->data, odeon_bytes->length);
	surfer->came_length = length;
	surfer->came[length] = '\0';
	hear(surfer);
	(void)odeon_send(self, surfer->connection, odeon_new(odeon_read, .count = 1));
}

static void send_some(odeon_self *self, struct surfer *surfer)
{
	size_t some = 1 + pick(1u << pick(12));

	some = some < surfer->said_length ? some : surfer->said_length;
	(void)odeon_send(self, surfer->connection, odeon_bytes_copy(surfer->said, some));
	surfer->said_length -= some;
	memmove(surfer->said, surfer->said + some, surfer->said_length);
}

ODEON_HANDLER(surf, odeon_tick)
{
	struct surfer *surfer = surf->surfer;

	(void)odeon_tick;
	if (surfer->is_over || surfer->has_ended)
		return;
	if (surfer->requests > 0 && !surfer->is_wrong && pick(2) == 0) {
		surfer->requests--;
		say_request(surfer);
	} else if (surfer->requests == 0 && !surfer->is_wrong && surfer->said_length == 0 && pick(4) == 0)
		say_mistake(surfer);
	if (surfer->said_length > 0)
		send_some(self, surfer);
	else if (surfer->requests == 0) {
		surfer->has_ended = true;
		(void)odeon_send(self, surfer->connection, odeon_new(odeon_write_end));
	}
	go_on(self);
}

ODEON_HANDLER(surf, odeon_read_end) { surf->surfer->has_heard_end = true; }

ODEON_HANDLER(surf, odeon_disconnected)
{
	surf->surfer->is_over = true;
	surf->surfer->error = odeon_disconnected->error;
	odeon_exit(self);
}

ODEON_HANDLERS(surf_handlers, ODEON_ON(surf, odeon_connected), ODEON_ON(surf, odeon_bytes), ODEON_ON(surf, odeon_read_end),
	ODEON_ON(surf, odeon_disconnected), ODEON_ON(surf, odeon_tick));
ODEON_KIND(surf, surf_handlers);

void surfer_open(struct surfer *surfer, const char *address)
{
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.credit = 1 + pick(4), .read_bytes = pick(2) == 0 ? 0 : 1 + pick(300),
		.idle_timeout = ODEON_SECONDS(30));
	struct surf surf = { surfer };
	odeon_ref owner;

	*surfer = (struct surfer){ .requests = 1 + pick(25) };
	must(odeon_system_spawn(scene.system, &surf_kind, &surf, &owner) == 0);
	must(odeon_connection_open(scene.system, address, owner, &options, NULL) == 0);
}

/* Without faults all answers have come, and the end, whether it was asked for politely or by a mistake. */
void surfer_close(struct surfer *surfer)
{
	must(surfer->is_over);
	if (!scene.is_faulty) {
		must(surfer->heard == surfer->count && surfer->came_length == 0);
		must(surfer->is_wrong || (surfer->has_heard_end && surfer->error == 0));
	}
	surfed.broken += surfer->error != 0 && !surfer->is_wrong;
	surfed.mistakes += surfer->is_wrong && surfer->heard == surfer->count;
	surfed.whole += !surfer->is_wrong && surfer->heard == surfer->count;
	for (unsigned i = 0; i < surfer->count; i++)
		free(surfer->asked[i].body);
	free(surfer->said);
	free(surfer->came);
}
