/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_caller - one place for a connection to a server, and one request at a time on it
 *
 * Agreement. A caller is an actor that is pinned to a worker; the pool (http_client.c) gives it a call, and it says
 * when it is free again. It opens a connection when it needs one and has none, and keeps it between calls as long as both sides
 * like. So a connection that goes while nobody uses it changes nothing for the pool. Its parts: what is said
 * (http_caller_asking.c), what comes (http_caller_hearing.c), and the life of it all (http_caller.c).
 *
 * A call ends in one of three ways, each of which answers the one who asked, once: finish, fail, or, when the answer streams,
 * the end of the stream. A caller that streamed ends with it: credit for that stream may still be on its way to it. What
 * must be said in any case is laid by before, or needs no memory: a connection is let go of by stopping it.
 */
#ifndef ODEON_HTTP_CALLER_H
#define ODEON_HTTP_CALLER_H

#include <odeon.h>
#include <odeon/net.h>
#include <stdatomic.h>
#include "http_fetch.h"
#include "http_reader.h"

/* Options with all defaults filled in, shared by a pool and its callers. */
struct http_client_terms {
	atomic_uint users;
	odeon_http_client_options options;
	char agent[];
};
struct http_client_terms *http_client_terms_share(struct http_client_terms *terms);
void http_client_terms_drop(struct http_client_terms *terms);

/* A request on its way through the pool; who has it owes the answer. Without its fetch it goes back: the caller is free. */
struct http_call {
	struct odeon_http_fetch *fetch;                /* kept, with its duty */
	odeon_ref asker;
	odeon_time until;                              /* when it is too late for an answer */
	unsigned place;                                /* whose caller has it */
	struct http_call *next;                        /* in the pool's queue */
	uint64_t number;                               /* there: who came before whom */
};
ODEON_MESSAGE_DECLARE(http_call);

struct http_calling {                                  /* its start */
	odeon_ref pool;
	const char *address, *name;                    /* of the certificate; "": without TLS */
	struct http_client_terms *terms;
};
extern const odeon_kind *const http_caller;

/* What came of an answer that streams, and who reads it. */
struct http_stream {
	odeon_ref to;
	uint32_t credit;
	struct odeon_bytes *first, *last;
	struct odeon_read_end *end;                    /* laid by: one of these two is sent; the end when there is room */
	struct odeon_disconnected *breach;
	bool is_whole, awaits_room;                    /* its reader's mailbox is full */
};

struct caller {
	odeon_ref pool, connection;                    /* nobody: there is none */
	struct http_client_terms *terms;
	struct http_call *call;                /* NULL: it is free */
	struct http_url url;                           /* of the call */
	struct http_reader reader;
	struct odeon_bytes *input;                     /* came, and not read to its end */
	struct odeon_http_fetched *fetched;            /* the head came; NULL: not yet, or it was sent */
	struct odeon_bytes *body;                      /* so far */
	struct http_stream stream;
	struct odeon_disconnected *farewell;           /* the last of a stream that broke off, when there is room; NULL: none */
	odeon_ref farewell_to;
	struct odeon_close *let_go;                    /* for the source, laid by */
	uint64_t asked_bytes;                          /* of a body from a source, so far */
	uint32_t owed;                                 /* credit for the source, when there is room again */
	bool was_used, is_listening;                   /* of the connection: another call was before; a read is granted */
	bool may_repeat;                               /* the call: what it asks for may come twice */
	bool has_heard;                                /* a byte of the answer came */
	bool streams, is_asked, is_full;               /* the answer was sent, its body follows; all of the request is said; no room */
	char address[ODEON_HOST_BYTES], name[HTTP_NAME_BYTES];
};

/* ---- http_caller.c */

void http_caller_finish(odeon_self *self, struct caller *caller);
void http_caller_fail(odeon_self *self, struct caller *caller, int error);
void http_caller_end_stream(odeon_self *self, struct caller *caller, int error);       /* 0: it is whole, and that was told */

/* ---- http_caller_asking.c */

void asking_begin(odeon_self *self, struct caller *caller);
void asking_piece(odeon_self *self, struct caller *caller, struct odeon_bytes *piece); /* of the source; taken */
void asking_end(odeon_self *self, struct caller *caller);                              /* the source has no more */
void asking_room(odeon_self *self, struct caller *caller, bool is_full);
bool asking_has_source(const struct caller *caller, odeon_ref who);
void asking_let_go(odeon_self *self, struct caller *caller);                           /* of the source, if it is still wanted */

/* ---- http_caller_hearing.c */

void hearing_begin(struct caller *caller);
void hearing_bytes(odeon_self *self, struct caller *caller, struct odeon_bytes *bytes);        /* taken */
void hearing_end(odeon_self *self, struct caller *caller, int error);  /* nothing more comes: the connection's error, or 0 */
bool hearing_listen(odeon_self *self, struct caller *caller);          /* one read more, if none is granted; false: no memory */
void hearing_deliver(odeon_self *self, struct http_stream *stream);    /* as much as there is credit and room for */
void hearing_stream(odeon_self *self, struct caller *caller);          /* the same, and what follows from it */
void hearing_forget(struct caller *caller);

#endif
