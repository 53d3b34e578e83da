/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * web.h - what the tests of the HTTP server share: a server with routes for every way of answering, and clients that are plain sockets
 *
 *   GET /hello, GET /x/:id, GET /f/ with *rest     at once, by a function; what it was asked is in the answer
 *   GET /big                       at once, WEB_BIG bytes
 *   GET /slow/:ms, GET /late/:ms   a function that asks an actor first; the second has 100 ms
 *   GET /never                     a function that never answers
 *   GET /twice, GET /bad           a function that answers twice, or with a field that may not be
 *   POST /echo                     gives the body back
 *   ANY of /actor/NAME             an actor: says, keeps, drops, fails, is gone, answers with another type
 *   POST /sink                     an actor that reads the body by credit (web.credit to begin with, and one for each piece)
 *   POST /narrow                   the same, whose mailbox has room for two messages
 *   POST /fails                    the same, but the session fails
 *   GET /lots/:bytes, GET /some/:bytes    the pattern from a source; the first says how long it is
 *   GET /less                      a source that ends too early
 */
#ifndef TESTS_WEB_H
#define TESTS_WEB_H

#include <odeon/http.h>
#include "wires.h"

struct web {
	odeon_ref server, worker, gone;
	uint32_t credit;                               /* of the sink, to begin with */
	atomic_int second;                             /* what the second answer of /twice was told */
	atomic_ulong sunk;                             /* bytes that came to the sink */
	atomic_uint sink_ends, sink_breaks;            /* read to the end; told that it will never be whole */
	atomic_bool is_sink_wrong;
	odeon_ref _Atomic sink;                        /* the last that got a request */
	struct plug *before_answer, *after_answer;     /* a sink answers when its first piece comes, between these; NULL: at the end */
	atomic_ulong poured;                           /* bytes that sources were asked for */
	atomic_uint sources;                           /* that are alive */
	atomic_uint handled;                           /* requests of /hello */
};
extern struct web web;

void web_open(int kind, odeon_http_server_options options);     /* routes: or these; a world of two workers */
void web_close(void);

#define WEB_ROOM 16384
#define WEB_BIG 200000
struct client { int socket; size_t length; char room[WEB_ROOM]; };
struct heard {
	int status;                                    /* 0: the connection was closed, or reset, instead */
	char head[4096];
	size_t length;                                 /* of the body, of which as much as has room is there */
	char body[8192];
	bool is_cut;                                   /* the connection ended before the body did */
};

void client_open(struct client *client);
void client_close(struct client *client);
void client_say(struct client *client, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct heard client_hear(struct client *client, bool is_for_head);       /* one answer; 100 is one too */
struct heard client_ask(struct client *client, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool client_is_closed(struct client *client);          /* waits for it; nothing more must come */
bool heard_says(const struct heard *heard, const char *line);  /* a line of the head, as "Allow: GET" */

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

#endif
