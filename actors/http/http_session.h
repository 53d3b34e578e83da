/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_session - the actor between a connection and whoever answers its requests
 *
 * Agreement. All of it is the actor's. Its parts: requests as they come in (http_exchange.c), answers as they go out
 * (http_reply.c), and the life of it all (http_session.c). There is one exchange at a time, and it is over when both its request
 * and its answer are whole. Whatever happens ends with http_session_go_on, which looks at everything: it reads on, as far as
 * it may; sends what there is to send, in one message; asks for more; and sets the clock for what is waited for.
 *
 * The connection has credit for one read at a time, and only when nothing that was read is left. So at most two reads wait here, and
 * when a request asks for another protocol no read is under way.
 */
#ifndef ODEON_HTTP_SESSION_H
#define ODEON_HTTP_SESSION_H

#include "http_output.h"
#include "http_reader.h"
#include "http_request.h"
#include "http_server.h"

/* An exchange. */
enum http_coming { HTTP_AWAITED, HTTP_COMES, HTTP_WHOLE };                     /* the request: nothing, its head, all */
enum http_body { HTTP_COLLECTED, HTTP_DISCARDED, HTTP_STREAMED };              /* what becomes of the body */
enum http_going { HTTP_OWED, HTTP_GOES, HTTP_GIVEN };                          /* the answer: nothing, its head, all */

/* What is waited for, and how long at most. */
enum http_wait { HTTP_WAIT_NONE, HTTP_WAIT_IDLE, HTTP_WAIT_HEAD, HTTP_WAIT_BODY, HTTP_WAIT_HANDLE };

struct http_session {
	struct http_server *server;
	odeon_ref self, connection;
	struct http_reader reader;
	struct odeon_bytes *input, *input_last;        /* was read, and is not used up; a chain */
	struct http_output output;
	struct http_clock clock;
	odeon_time until, tick;                        /* what is waited for; when a tick comes: not after that. tick 0: none */
	uint64_t waited;                               /* the exchange's number when the wait began */
	odeon_duration body_left;                      /* of the time that the body has, while nobody waits for it */
	uint8_t wait;
	bool has_event;                                /* the reader may have one without more bytes */
	bool has_asked, has_read_end;                  /* for a read; the other side writes no more */
	bool is_full;                                  /* too much waits to be written */
	bool is_draining, is_going_on;
	bool is_stirred, is_paused;                    /* a message to itself is under way; until then others have their turn */
	bool is_leaving;                               /* the connection was told to close, is closed or given away */
	bool has_ended;                                /* the connection has; whoever reads a body has not been told yet */
	/* the exchange: */
	uint8_t coming, body, going;
	bool is_forwarded;                             /* another actor has been asked to answer */
	uint64_t number;
	const odeon_http_route *route;                 /* NULL: none */
	odeon_duration within;                         /* until it is answered */
	struct odeon_http_request request;             /* with the body, when it is collected */
	struct odeon_http_fields_ fields;
	char *parameters;                              /* room that is kept */
	size_t parameters_room;
	struct http_writer writer;
	odeon_ref body_owner, source;                  /* nobody: there is none, or it is over */
	void *held;                                    /* a piece or the end for the body's owner, whose mailbox is full */
	struct odeon_disconnected *farewell;           /* laid by with a body that comes in pieces: that it will never be whole */
	odeon_ref farewell_to;                         /* whose mailbox is full; nobody: it is not told yet */
	uint32_t body_credit, source_asked;
	uint64_t source_left;                          /* HTTP_BYTES_UNKNOWN */
	char there[];
};

/* ---- http_session.c */

extern const odeon_kind *const http_session_kind;

void http_session_go_on(odeon_self *self, struct http_session *session);

/*
 * A continuation has answered: what it said is sent, and all else is for a turn of the session's own. For a continuation may run
 * since the session ends, and then no other request is to be begun.
 */
void http_session_answered(odeon_self *self, struct http_session *session);

/* The message is taken. Without memory the actor ends as failed, and the connection with it. */
void http_session_send(odeon_self *self, struct http_session *session, odeon_ref to, void *message);

void http_session_flush(odeon_self *self, struct http_session *session);       /* what there is to send is sent */

/* That is done, and the connection closed. Resets: at once, so that the other side knows that it is not all. */
void http_session_leave(odeon_self *self, struct http_session *session, bool resets);

/* So much of a body came: its clock is put forward. */
void http_session_progress(odeon_self *self, struct http_session *session, size_t bytes);

/* ---- http_exchange.c */

/* What was read is read on, up to the next event. False: nothing more can be done now. */
bool http_exchange_step(odeon_self *self, struct http_session *session);

/* The request as a message. 0: somebody will answer. */
int http_exchange_forward(odeon_self *self, struct http_session *session, odeon_ref to, odeon_duration within);
void http_exchange_free(struct http_session *session);

/* Whoever reads the body learns that no more of it comes: at once, or when there is room. Until then no other request is looked at. */
void http_exchange_break(odeon_self *self, struct http_session *session, int error);

/* Whether nobody is left to be told so. */
bool http_exchange_part(odeon_self *self, struct http_session *session);
static inline bool http_exchange_is_parting(const struct http_session *session)
{
	return !odeon_ref_is_nobody(session->farewell_to);
}

/* What was held is told to the body's owner, if there is room now. */
void http_exchange_tell_held(odeon_self *self, struct http_session *session);

/* More of a body is wanted now. */
static inline bool http_exchange_wants_body(const struct http_session *session)
{
	return session->body != HTTP_STREAMED || (session->body_credit > 0 && session->held == NULL);
}

/* The head is there, but nothing of an answer was said. */
static inline bool http_exchange_is_owed(const struct http_session *session)
{
	return session->coming != HTTP_AWAITED && session->going == HTTP_OWED && !session->is_leaving;
}

/* ---- http_upgrade.c */

/* Answers a request for a websocket; when it is one, the session has nothing more to do. */
void http_upgrade(odeon_self *self, struct http_session *session);

/* ---- http_reply.c */

/* An answer is owed. What this one owns is taken. As odeon_http_answer. */
int http_reply(odeon_self *self, struct http_session *session, struct odeon_http_answer *answer);

/* What it owns goes, its source too. */
void http_reply_free(odeon_self *self, struct odeon_http_answer *answer);

/* Answers of the server's own, as far as one is owed. */
void http_reply_status(odeon_self *self, struct http_session *session, int status);
void http_reply_not_allowed(odeon_self *self, struct http_session *session, const struct http_match *match);

/* What the reader refused, or what came too slowly; and leaves. */
void http_reply_refusal(odeon_self *self, struct http_session *session, int status);
void http_reply_continue(odeon_self *self, struct http_session *session);

/* The answer 101. False: no memory. */
bool http_reply_upgrade(struct http_session *session, const char *accept, struct http_text protocol);

/* From the source, which is asked for more; taken. And its end. */
void http_reply_bytes(odeon_self *self, struct http_session *session, struct odeon_bytes *bytes);
void http_reply_source_end(odeon_self *self, struct http_session *session, bool is_broken);
void http_reply_ask(odeon_self *self, struct http_session *session);
void http_reply_drop_source(odeon_self *self, struct http_session *session);   /* nothing more is wanted of it */

#endif
