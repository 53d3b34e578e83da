/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * asker.h - what the tests of the HTTP client share: who asks, and a server that is the test itself, at a plain socket
 */
#ifndef TESTS_ASKER_H
#define TESTS_ASKER_H

#include "wires.h"
#include <fcntl.h>
#include <odeon/http.h>

enum { BODY_MOST = 1 << 20, HEAD_MOST = 4096, MANY = 20 };

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: a/b\r\n\r\nhello"

static odeon_ref client;
static int listening;

/* ---- who asks ------------------------------------------------------------------------------------------------------------ */

struct wish {
	struct odeon_http_fetch *fetch;
	struct gate done, ended;                       /* the answer; of one that streams, its end */
	int error, status, end;
	size_t length;
	atomic_uint pieces;
	uint32_t room;                                 /* in the mailbox of who asks; 0: no bound */
	uint32_t credit;                               /* for a stream, to begin with, and for each piece */
	char type[64], body[BODY_MOST];
	odeon_ref asker, source;
};
#define WISH { .done = GATE, .ended = GATE }
struct wishing { struct wish *wish; };
struct asker { struct wish *wish; };
struct awaited { char unused; };

static inline void add(struct wish *wish, const struct odeon_bytes *bytes)
{
	must(wish->length + bytes->length <= BODY_MOST);
	memcpy(wish->body + wish->length, bytes->data, bytes->length);
	wish->length += bytes->length;
	wish->pieces++;
}

ODEON_ANSWER(asker, awaited, odeon_http_fetched)
{
	struct wish *wish = asker->wish;

	wish->error = error;
	if (error == 0) {
		const char *type = odeon_http_fetched_field(odeon_http_fetched, "content-type");

		wish->status = odeon_http_fetched->status;
		(void)snprintf(wish->type, sizeof wish->type, "%s", type != NULL ? type : "");
		if (odeon_http_fetched->body != NULL)
			add(wish, odeon_http_fetched->body);
		wish->source = odeon_http_fetched->source;
		if (wish->credit > 0)
			(void)odeon_send(self, wish->source, odeon_new(odeon_read, .count = wish->credit));
	}
	if (odeon_ref_is_nobody(wish->source))
		odeon_exit(self);
	gate_open(&wish->done);                         /* then it is the test's again */
}

ODEON_START(asker, wishing)
{
	struct odeon_http_fetch *fetch = wishing->wish->fetch;

	asker->wish = wishing->wish;
	asker->wish->asker = odeon_self_ref(self);
	asker->wish->fetch = NULL;
	if (wishing->wish->room > 0)
		must(odeon_bound(self, &(odeon_mailbox){ .messages = wishing->wish->room }) == 0);
	return odeon_request(self, client, fetch, ODEON_NEVER, ODEON_THEN(self, asker, awaited, odeon_http_fetched));
}

ODEON_HANDLER(asker, odeon_bytes)
{
	add(asker->wish, odeon_bytes);
	if (asker->wish->credit != ODEON_READ_ALWAYS)
		(void)odeon_send(self, asker->wish->source, odeon_new(odeon_read, .count = asker->wish->credit));
}

static inline void end(odeon_self *self, struct asker *asker, int error)
{
	asker->wish->end = error;
	gate_open(&asker->wish->ended);
	odeon_exit(self);
}

ODEON_HANDLER(asker, odeon_read_end) { end(self, asker, 0); }
ODEON_HANDLER(asker, odeon_disconnected) { end(self, asker, odeon_disconnected->error); }
ODEON_HANDLER(asker, errand) { errand->run(self, errand->argument); }
ODEON_HANDLERS(asker_handlers, ODEON_ON(asker, odeon_bytes), ODEON_ON(asker, odeon_read_end), ODEON_ON(asker, odeon_disconnected),
	ODEON_ON(asker, errand));
ODEON_KIND(asker, asker_handlers, .start = ODEON_STARTS(asker));
ODEON_UNUSED_ static const odeon_kind narrow_kind = ODEON_KIND_INIT(asker, asker_handlers, .start = ODEON_STARTS(asker),
	.place = ODEON_OWN_THREAD);                    /* may be plugged, and holds up nobody */

static inline struct odeon_http_fetch *fetch_of(const char *method, const char *path)
{
	char url[256];
	struct odeon_http_fetch *fetch;

	(void)snprintf(url, sizeof url, "http://%s%s", strncmp(address, "unix:", 5) == 0 ? "local" : address, path);
	fetch = odeon_http_fetch_new(method, url);
	must(fetch != NULL);
	if (strncmp(address, "unix:", 5) == 0)
		fetch->address = address;
	return fetch;
}

static inline void ask(struct wish *wish, struct odeon_http_fetch *fetch)
{
	wish->fetch = fetch;
	must(odeon_system_spawn(world.system, wish->room > 0 ? &narrow_kind : &asker_kind, &(struct wishing){ wish }, NULL) == 0);
}

static inline void get(struct wish *wish, const char *path) { ask(wish, fetch_of("GET", path)); }

/* ---- the server ----------------------------------------------------------------------------------------------------------- */

static inline void open_with(int kind, odeon_http_client_options options)
{
	options.bytes = sizeof options;
	wires_open(kind, 2);
	must(odeon_http_client_open(world.system, &options, &client) == 0);
	listening = listen_plainly();
}

static inline void open_client(int kind) { open_with(kind, (odeon_http_client_options){ .bytes = 0 }); }

static inline void close_client(void)
{
	close(listening);
	must(odeon_actor_stop(world.system, client) == 0);
	wires_close();
}

/* The next request's head. */
static inline void hear(int socket, char head[HEAD_MOST])
{
	size_t length = 0;

	do {
		must(length + 1 < HEAD_MOST && recv(socket, head + length, 1, 0) == 1);
		head[++length] = '\0';
	} while (length < 4 || strcmp(head + length - 4, "\r\n\r\n") != 0);
}

static inline void expect(int socket, const char *begins)
{
	char head[HEAD_MOST];

	hear(socket, head);
	if (strncmp(head, begins, strlen(begins)) != 0)
		ck_abort_msg("'%s' does not begin with '%s'", head, begins);
}

static inline void say(int socket, const char *text)
{
	must(send(socket, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

static inline void expect_answer(struct wish *wish, int status, const char *body)
{
	gate_wait(&wish->done, 1);
	ck_assert_int_eq(wish->error, 0);
	ck_assert_int_eq(wish->status, status);
	ck_assert_uint_eq(wish->length, strlen(body));
	ck_assert(memcmp(wish->body, body, wish->length) == 0);
}

/* A request that begins so, and the answer to it. */
static inline void answer(int socket, const char *begins, struct wish *wish)
{
	expect(socket, begins);
	say(socket, HELLO);
	expect_answer(wish, 200, "hello");
}

static inline void expect_error(struct wish *wish, int error)
{
	gate_wait(&wish->done, 1);
	ck_assert_int_eq(wish->error, error);
}

#endif
