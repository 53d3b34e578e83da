/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/http/websocket.h - one WebSocket (RFC 6455), at the server's end or the client's, as an actor
 *
 * A websocket is an actor that owns a connection (net/connection.h) and runs where that does. It has one owner: the actor
 * that gets what the other side says, and the news. Anybody may send to it:
 *
 *   struct odeon_websocket_message  is said to the other side, in the order sent; taken, not copied
 *   struct odeon_read               credit: so many messages more. Without credit nothing is read from the socket, and the
 *                                   other side must wait
 *   struct odeon_websocket_ping     asks whether the other side is there
 *   struct odeon_websocket_close    after what was sent before, closes: tells the other side, waits for its close, and ends.
 *                                   What is sent to it from then on, and what the other side says, is thrown away
 *
 * The owner gets, in this order: odeon_websocket_opened, when it is a client's; odeon_websocket_message, as many as it gave
 * credit for; odeon_unwritten, whenever too much waits to be written and when that is over; odeon_websocket_pong, when a ping was
 * asked for; odeon_draining, when the server does; and exactly once, as the last, odeon_websocket_closed. When the owner's mailbox
 * is full these wait, and nothing more is read.
 *
 * What comes in may be sent on, to another websocket, as it is. To say the same to many, freeze it and send each a share
 * (odeon_bytes_share): the bytes are there once. At a client's end they are copied after all, as what a client says is masked.
 *
 * Done by itself: texts that come in are checked to be UTF-8, pings are answered, silence is asked about and given up after
 * idle_timeout, closes are answered. Whoever breaks the protocol is told so, by code 1002, 1003, 1007, 1008 or 1009, and
 * closed. Without credit nobody is given up for silence, as his answers are not read either.
 *
 * A websocket also ends with its owner: by code 1000 when that ended for reason 0, by 1011 otherwise. When its server drains,
 * the owner is told, and may say goodbye and close; three quarters of the time later it is closed, by 1001. odeon_actor_stop
 * closes it by 1001 without waiting for an answer.
 *
 * Who may begin. A browser lets any page connect anywhere, and sends the user's cookies along: a server that heeds cookies must look
 * at where the page is from. Before anything is agreed on, `origins` are looked at, and then the session's start sees the whole
 * request, and refuses by failing:
 *
 *   ODEON_START(guest, odeon_websocket_session)
 *   {
 *           const char *cookie = odeon_http_field(odeon_websocket_session->request, "Cookie");
 *
 *           if (cookie == NULL || !is_known(cookie))
 *                   return ODEON_EFAILED;
 *           ...
 *   }
 *
 * Who is refused is told 403; or 503, when the start failed for ODEON_ENOMEM, ODEON_EFULL, ODEON_ESTOPPING or ODEON_ESYSTEM; or 500,
 * for ODEON_EINVAL or ODEON_EVERSION. He may go on with other requests.
 */
#ifndef ODEON_HTTP_WEBSOCKET_H
#define ODEON_HTTP_WEBSOCKET_H

#include <odeon/http/message.h>
#include <odeon/net.h>

#define ODEON_WEBSOCKET_REASON_BYTES 124               /* of the longest, its final zero included */
#define ODEON_WEBSOCKET_PROTOCOL_BYTES 64              /* the same, of a subprotocol's name */

/* ---- both ways ---------------------------------------------------------------------------------------------------------- */

/*
 * One message, or with `parts` in the options a piece of one as it came in. To be sent, it may be in pieces too: then those of one
 * come one after the other. A text that is sent must be UTF-8, which only the other side checks.
 */
struct odeon_websocket_message {
	odeon_ref who;                                 /* which websocket it comes from; not read when sent */
	struct odeon_bytes *bytes;                     /* what it says: take it out, or it goes with this. From a websocket it is one,
	                                                  and never NULL; to one it may be a chain, or NULL, which is empty */
	uint16_t is_binary;                            /* else a text */
	uint16_t goes_on;                              /* more of it comes */
};

/* ---- to a websocket ----------------------------------------------------------------------------------------------------- */

struct odeon_websocket_ping { uint32_t unused; };
struct odeon_websocket_close {
	uint16_t code;                                 /* 1000 to 4999, as the standard has them; 0: 1000 */
	char reason[ODEON_WEBSOCKET_REASON_BYTES];     /* UTF-8 */
};

/* ---- from a websocket, to its owner ------------------------------------------------------------------------------------ */

struct odeon_websocket_opened {
	odeon_ref who;
	char protocol[ODEON_WEBSOCKET_PROTOCOL_BYTES]; /* which of those offered the server chose; "": none */
};
struct odeon_websocket_pong { odeon_ref who; odeon_duration after; };
struct odeon_websocket_closed {
	odeon_ref who;
	int error;                                     /* 0: both sides have said that they close;
	                                                  ODEON_EMALFORMED: the other side broke the protocol;
	                                                  ODEON_EHANDSHAKE: it does not speak WebSocket there, or not rightly;
	                                                  ODEON_ETIMEDOUT: it did not answer, or not close, in time;
	                                                  or as struct odeon_disconnected has it */
	int system_error;                              /* as there */
	const char *text;                              /* for people; lives for ever */
	uint16_t code;                                 /* the other side's; 1005: it said none; 1006: it did not close. When it broke
	                                                  the protocol: what it was told */
	char reason[ODEON_WEBSOCKET_REASON_BYTES];     /* the other side's; always UTF-8 */
};

/* What a session's start is given, for the duration of the call. When it fails, the client is refused. */
struct odeon_websocket_session {
	odeon_ref websocket;
	const void *argument;                          /* of the options */
	const char *path, *query;                      /* of what was asked for; no query: "" */
	const char *protocol;                          /* which of ours was chosen; "": none */
	const char *there;                             /* the other side's address */
	const struct odeon_http_request *request;      /* all of it: odeon_http_field, odeon_http_parameter, ... Its duty is not yours */
};

/* ---- options ------------------------------------------------------------------------------------------------------------ */

/* Zero is always the default. */
typedef struct odeon_websocket_options {
	size_t bytes;
	const odeon_kind *session;                     /* a server's: of the actor that owns one, spawned with a struct
	                                                  odeon_websocket_session. One that is ODEON_PINNED runs on its
	                                                  connection's worker. Must outlive them all */
	const void *argument;                          /* the same */
	const char *const *protocols;                  /* names of subprotocols, of which the server's side takes the first that
	                                                  the client offers; the last is NULL; must live as long. NULL: none */
	const char *const *origins;                    /* a server's: those pages that may connect, as "https://example.org", with a port
	                                                  unless it is the scheme's own, and nothing behind; "self": whose host and
	                                                  port are those that the request names; the last is NULL; must live as long.
	                                                  A page from elsewhere is told 403; who names no origin is no browser, and
	                                                  may. NULL: all may */
	size_t message_most;                           /* bytes of a message that comes in, else 1009; default 1 MiB, and with `parts`
	                                                  no bound */
	int parts;                                     /* not 0: what comes in is given in pieces, uncopied, as it comes; a piece of a
	                                                  text may end inside a character */
	uint32_t credit;                               /* to begin with; default none */
	odeon_duration idle_timeout;                   /* nothing came for so long, though half of it ago it was pinged; within a quarter
	                                                  more; default 60 s */
	odeon_duration close_timeout;                  /* until the other side has closed too; default 5 s */
	odeon_connection_options connection;           /* a client's; .bytes 0: all defaults. Its connect_timeout counts until it is open */
} odeon_websocket_options;
#define ODEON_WEBSOCKET_OPTIONS(...) { .bytes = sizeof(odeon_websocket_options), __VA_ARGS__ }

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_websocket_message) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_websocket_ping) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_websocket_close) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_websocket_opened) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_websocket_pong) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_websocket_closed) ODEON_API;

/**
 * odeon_websocket_text - a message that is a text
 * @bytes: taken, on failure too; UTF-8
 *
 *   odeon_send(self, websocket, odeon_websocket_text(odeon_bytes_text("hello")));
 *
 * Returns:  the message, yours; NULL when out of memory, or when @bytes is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_websocket_message *odeon_websocket_text(struct odeon_bytes *bytes) ODEON_MESSAGE_GIVEN_
	ODEON_GIVES_(malloc) ODEON_TAKES_(1);

/**
 * odeon_websocket_binary - a message that is none
 * @bytes: taken, on failure too
 *
 * Returns:  the message, yours; NULL when out of memory, or when @bytes is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_websocket_message *odeon_websocket_binary(struct odeon_bytes *bytes) ODEON_MESSAGE_GIVEN_
	ODEON_GIVES_(malloc) ODEON_TAKES_(1);

/**
 * odeon_websocket_open - connect to a server
 * @system:    whose workers sleep in odeon_net_poller
 * @url:       "ws://example.org:8080/path?query"; the host a name or an address, as connection.h has it, the port 80 when it names
 *             none; or "wss://...", with `tls` in the connection's options, and then 443, and the server's certificate must be of
 *             that host, or of `tls_name`. Copied
 * @owner:     who gets what comes, and the news
 * @options:   copied; NULL: all defaults
 * @websocket: its ref; nobody on failure; may be NULL
 *
 * Does not wait: the owner is told by odeon_websocket_opened, or by odeon_websocket_closed. What is sent to it before is said
 * then.
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EINVAL    no such URL, or options that contradict each other, or the system has another poller
 *   ODEON_EVERSION  options of an unknown size
 *   ODEON_ESYSTEM   no random numbers to be had
 *   or as odeon_connection_open
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_websocket_open(odeon_system *system, const char *url, odeon_ref owner,
                                   const odeon_websocket_options *options, odeon_ref *websocket);

/* They take bytes: so the compilers know. */
struct odeon_bytes *odeon_bytes_new(size_t room) ODEON_GIVES_(malloc(odeon_websocket_text, 1), malloc(odeon_websocket_binary, 1));
struct odeon_bytes *odeon_bytes_copy(const void *data, size_t length)
	ODEON_GIVES_(malloc(odeon_websocket_text, 1), malloc(odeon_websocket_binary, 1));
struct odeon_bytes *odeon_bytes_text(const char *text)
	ODEON_GIVES_(malloc(odeon_websocket_text, 1), malloc(odeon_websocket_binary, 1));
struct odeon_bytes *odeon_bytes_constant(const void *data, size_t length)
	ODEON_GIVES_(malloc(odeon_websocket_text, 1), malloc(odeon_websocket_binary, 1));
struct odeon_bytes *odeon_bytes_share(odeon_frozen *of, const void *data, size_t length)
	ODEON_GIVES_(malloc(odeon_websocket_text, 1), malloc(odeon_websocket_binary, 1));

ODEON_END_
#endif
