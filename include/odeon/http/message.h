/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/http/message.h - a request, and the answer to it, as messages between actors
 *
 * All texts are C strings. Those of a request live as long as it does; it is shown to a handler for the duration of the
 * call, or is a message that may go anywhere (server.h).
 */
#ifndef ODEON_HTTP_MESSAGE_H
#define ODEON_HTTP_MESSAGE_H

#include <odeon/net/bytes.h>

#define ODEON_HTTP_BYTES_UNKNOWN UINT64_MAX

/* The duty to answer one request: a value, of use in its session alone (server.h). */
typedef struct odeon_http_duty { odeon_ref session; struct http_session *inside_; uint64_t number_; } odeon_http_duty;

struct odeon_http_request {
	const char *method;                            /* "GET" */
	const char *path;                              /* "/users/1", decoded, without ".", ".." and "//" */
	const char *query;                             /* what stands behind '?', still encoded; NULL: there was none */
	const char *host;                              /* with its port, as the client wrote it; "" when an old one wrote none */
	const char *there;                             /* the other side's address */
	struct odeon_bytes *body;                      /* in one piece, to be taken out or not; NULL: there is none, or it comes in
	                                                  pieces */
	uint64_t body_bytes;                           /* of a body that comes in pieces; ODEON_HTTP_BYTES_UNKNOWN: nobody knows */
	const void *argument;                          /* of the route */
	odeon_http_duty duty;                          /* to a handler */
	const struct odeon_http_fields_ *fields_;
};

/* Zero is always the default. */
struct odeon_http_answer {
	int status;                                    /* 200 to 599; default 200 */
	const char *type;                              /* of the body, as "text/html"; must live for ever, or as long as the message.
	                                                  NULL: for a text, plain UTF-8, and else none is named */
	const char *text;                              /* the body; the same */
	struct odeon_bytes *body;                      /* the body, when it is no text; taken */
	odeon_ref source;                              /* the body comes from there, in pieces (server.h) */
	uint64_t source_bytes;                         /* how many; 0: nobody knows. For a HEAD they stand for a source, which it
	                                                  needs none of */
	struct odeon_bytes *fields;                    /* of odeon_http_answer_field; taken */
};

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_http_request) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_http_answer) ODEON_API;

/**
 * odeon_http_field - what a request's field of that name says
 * @name: "accept", in any case
 *
 * Returns:  the value of the first one, without blanks around it; NULL when there is none
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API const char *odeon_http_field(const struct odeon_http_request *request, const char *name);

/**
 * odeon_http_field_number - a request's fields, one after the other
 * @index: 0 and up, in the order in which they came
 * @name:  its name, as it came; untouched when there is none
 *
 * Returns:  its value; NULL when there are no more
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API const char *odeon_http_field_number(const struct odeon_http_request *request, size_t index, const char **name);

/**
 * odeon_http_parameter - what a name in the route's pattern stands for
 * @name: "id", of ":id" or "*id"
 *
 * Returns:  that part of the path, decoded; NULL when the route has no such name
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API const char *odeon_http_parameter(const struct odeon_http_request *request, const char *name);

/**
 * odeon_http_query - a value out of the query: of "?name=value&other", decoded
 * @name: as it is when decoded
 * @into: room for the value and a final zero
 *
 * Returns:  how long the value is, 0 also without a '='; or, with an empty string in @into if that has room,
 *   ODEON_EEMPTY  there is no such name
 *   ODEON_EFULL   the value is too long for @room
 *   ODEON_EINVAL  it is not encoded as it must be, or has a zero in it
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_http_query(const struct odeon_http_request *request, const char *name, char *into, size_t room);

/**
 * odeon_http_answer_text - an answer to be replied with: a text
 * @status: 0: 200
 * @text:   UTF-8; copied
 *
 *   odeon_reply(self, odeon_http_answer_text(0, "hello\n"));
 *
 * Returns:  the message, yours; NULL when out of memory, or when @text is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_http_answer *odeon_http_answer_text(int status, const char *text) ODEON_MESSAGE_GIVEN_
	ODEON_GIVES_(malloc);

/**
 * odeon_http_answer_bytes - an answer to be replied with: any bytes
 * @status: 0: 200
 * @type:   must live for ever; NULL: none is named
 * @body:   taken, on failure too
 *
 * Returns:  the message, yours; NULL when out of memory, or when @body is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_http_answer *odeon_http_answer_bytes(int status, const char *type, struct odeon_bytes *body)
	ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc) ODEON_TAKES_(3);

/**
 * odeon_http_answer_field - one more field for an answer: "Location", "Set-Cookie"
 * @name, @value: copied
 *
 * Connection, Content-Length, Content-Type, Date and Transfer-Encoding are the server's own.
 *
 * Returns:  0, or with nothing changed
 *   ODEON_EINVAL  no name, one of those, or a character that cannot be in a field
 *   ODEON_EFULL   more than 64 fields
 *   ODEON_ENOMEM  no memory
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_http_answer_field(struct odeon_http_answer *answer, const char *name, const char *value);

/* They take bytes: so the compilers know. */
struct odeon_bytes *odeon_bytes_new(size_t room) ODEON_GIVES_(malloc(odeon_http_answer_bytes, 3));
struct odeon_bytes *odeon_bytes_copy(const void *data, size_t length) ODEON_GIVES_(malloc(odeon_http_answer_bytes, 3));
struct odeon_bytes *odeon_bytes_text(const char *text) ODEON_GIVES_(malloc(odeon_http_answer_bytes, 3));
struct odeon_bytes *odeon_bytes_constant(const void *data, size_t length) ODEON_GIVES_(malloc(odeon_http_answer_bytes, 3));
struct odeon_bytes *odeon_bytes_share(odeon_frozen *of, const void *data, size_t length)
	ODEON_GIVES_(malloc(odeon_http_answer_bytes, 3));

ODEON_END_
#endif
