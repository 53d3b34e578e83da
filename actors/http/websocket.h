/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket - the actor between an owner and a connection that speaks WebSocket
 *
 * Agreement. All of it is the actor's. Its parts: what comes in (websocket_reading.c), what goes out (websocket_writing.c), what the
 * owner is to be told (websocket_telling.c), how a client begins (websocket_client.c), and the life of it all (websocket.c).
 * Whatever happens, it ends with websocket_go_on, which looks at everything: what can be told is told, then more is read, then the
 * connection is asked for more.
 *
 * The connection has credit for one read at a time, and only while the owner has credit, or the other side's close is waited for. So
 * at most one read and one message wait here. When both sides have closed, or it cannot go on, the connection is told to close; when that
 * has ended, the owner is told, and the actor exits.
 */
#ifndef HTTP_WEBSOCKET_H
#define HTTP_WEBSOCKET_H

#include <odeon/http/websocket.h>
#include "websocket_reader.h"

/* A server's begins on the connection of a request for it. All is lent for the duration of the call, but what the options say. */
struct websocket_beginning {
	odeon_ref connection;                           /* will be given to it */
	const odeon_websocket_options *options;         /* with a session */
	const char *path, *query, *protocol, *there;    /* for the session; NULL: "" */
	const struct odeon_http_request *request;
};

/*
 * By the connection's owner, on the worker of it, before the request is answered: the session is there, or has refused. Answers 0, or as
 * odeon_spawn, or what the session's start said.
 */
int websocket_begin(odeon_self *self, const struct websocket_beginning *beginning, odeon_ref *websocket);

/*
 * Then, when 101 was sent and no credit is out, so that no read is under way which could come to the owner behind `rest`: from here on the
 * connection is the websocket's. `rest` is what was read behind the request, to be changed; NULL: nothing; taken. False: no memory. Then
 * the caller resets the connection, and with that the websocket ends, as it does whenever the connection ends before.
 */
bool websocket_take_over(odeon_self *self, odeon_ref websocket, odeon_ref connection, struct odeon_bytes *rest);

/* 0; ODEON_EVERSION; ODEON_EINVAL: time-outs below 0, messages that can be no message of ours, origins that no browser would name. */
int websocket_check(const odeon_websocket_options *options);

/* ---- only for websocket*.c ------------------------------------------------------------------------------------------------ */

/* In the order in which they are told. */
enum telling { TELL_OPENED, TELL_MESSAGE, TELL_UNWRITTEN, TELL_PONG, TELL_DRAINING, TELL_CLOSED, TELLINGS };

struct websocket {
	odeon_ref owner, connection;
	struct websocket_reader reader;
	struct websocket_opening *opening;              /* a client's, until it is open */
	void *telling[TELLINGS];                        /* to be told; NULL: not */
	struct odeon_websocket_closed *closed;          /* laid by, and filled in as it comes */
	struct odeon_bytes *input;                      /* was read, and is to be looked at; a chain */
	struct odeon_bytes *whole;                      /* of a message that comes in pieces */
	struct odeon_bytes *early, *early_last;         /* frames, until it is open */
	struct odeon_bytes *pong;                       /* a frame, owed until there is room */
	size_t early_bytes, early_most;
	odeon_duration close_timeout;
	odeon_time asked_at;
	uint64_t pings, asked;                          /* numbers: of the last ping, and of that which somebody asked for; 0: none */
	uint32_t credit;
	uint8_t quiet;                                  /* quarters of the idle time-out */
	bool is_client, parts;
	bool is_open, is_owned, awaits_room, is_high;
	bool has_asked, has_more, has_heard;            /* a read is under way; input may have an event; something was read lately */
	bool is_amid;                                   /* said a piece, and not the last one */
	bool has_said_close, has_heard_close, has_read_end;
	bool is_failed, is_leaving, is_over;            /* `closed` has an error; the connection was told to close; it has ended */
};

/* What a start is given: one of the two. */
struct websocket_start {
	const odeon_websocket_options *options;
	const struct websocket_beginning *server;
	struct websocket_client *client;
};

/* Behind odeon_give: the connection is ours by now. */
struct websocket_begun { struct odeon_bytes *rest; };
ODEON_MESSAGE_DECLARE(websocket_begun);

extern const odeon_kind *const websocket_actor;

/* ---- websocket.c */

/* The end, without waiting for the other side's close; the first error counts. A code that may be said is said before, with the text. */
void websocket_fail(odeon_self *self, struct websocket *websocket, int error, uint16_t code, const char *text);

/* The other side has said its close. */
void websocket_hear_close(odeon_self *self, struct websocket *websocket, uint16_t code, struct http_text reason);

/* ---- websocket_reading.c */

/* Up to the next message, or as far as it goes now. Whether there is a message to be told. */
bool websocket_read_on(odeon_self *self, struct websocket *websocket);
void websocket_ask_for_more(odeon_self *self, struct websocket *websocket);
void websocket_read_nothing(struct websocket *websocket);       /* frees what is there */

/* ---- websocket_writing.c */

/* The bytes are taken; a chain, or NULL. */
void websocket_say(odeon_self *self, struct websocket *websocket, enum websocket_opcode opcode, bool is_last,
                   struct odeon_bytes *bytes);
void websocket_say_ping(odeon_self *self, struct websocket *websocket);
void websocket_say_pong(odeon_self *self, struct websocket *websocket, struct http_text same);
void websocket_say_close(odeon_self *self, struct websocket *websocket, uint16_t code, struct http_text reason);
void websocket_say_what_waits(odeon_self *self, struct websocket *websocket);  /* since it was not open, or nothing was read there */
void websocket_say_nothing(struct websocket *websocket);        /* frees that */

/* ---- websocket_telling.c */

/* The message is taken. */
void websocket_tell(struct websocket *websocket, enum telling telling, void *message);

/* Whether all that there was to tell was told, or nobody is left to tell it to. */
bool websocket_tell_on(odeon_self *self, struct websocket *websocket);
void websocket_tell_nothing(struct websocket *websocket);       /* frees what is there */

/* ---- websocket_client.c */

/* What a client's start does. */
int websocket_connect(odeon_self *self, struct websocket *websocket, struct websocket_client *client);

/* What was read, until the answer is whole; then it is open, or has failed. */
void websocket_read_answer(odeon_self *self, struct websocket *websocket);
void websocket_opening_free(struct websocket_opening *opening);        /* NULL is fine */

#endif
