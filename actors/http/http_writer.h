/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_writer - the answer to one request: what stands around a body, which the owner sends himself
 *
 * begin; perhaps continue; head; for each piece of the body: body, and then the piece; end. What is to be written
 * goes onto a paper. A call that answers an error has written nothing that counts and changed nothing: ODEON_EFULL
 * when the paper is too small (its `used` says what it takes), ODEON_EINVAL for what may not be.
 *
 * What HTTP demands is done here, whoever answers: a body has Content-Length, or chunks, or for HTTP/1.0 ends with
 * the connection; answers to HEAD, and 204 and 304, have none, and their pieces are not sent (http_writer_is_mute).
 * The connection is closed after the answer when the client wishes it, when it may not know where the answer ends,
 * and when it was told nothing of a body that it offered. Those headers are the writer's: Connection, Content-Length,
 * Date, Transfer-Encoding; others are the owner's, but no byte of them can end a line.
 */
#ifndef ODEON_HTTP_WRITER_H
#define ODEON_HTTP_WRITER_H

#include "http_date.h"
#include "http_head.h"

#define HTTP_BYTES_UNKNOWN UINT64_MAX

struct http_line { struct http_text name, value; };

bool http_line_may_be(const struct http_line *line);   /* none of the writer's, and no byte that may not be in one */

struct http_writer {
	uint64_t left;                                 /* of a body with a length */
	uint8_t place, minor;
	bool is_for_head, expects_continue, keeps_alive;
	bool is_chunked, is_mute, has_chunk;
};

void http_writer_begin(struct http_writer *writer, const struct http_head *head);
void http_writer_request_is_whole(struct http_writer *writer);         /* all of its body was read */

/* "100 Continue", if the client waits for it and no answer was begun; else nothing. */
int http_writer_continue(struct http_writer *writer, struct http_paper *paper);

/*
 * status: 200 to 599, or 101 with a line "Upgrade", after which nothing here is left to do. body_bytes may be
 * HTTP_BYTES_UNKNOWN.
 */
int http_writer_head(struct http_writer *writer, struct http_paper *paper, int status, struct http_text date,
                     const struct http_line *lines, size_t count, uint64_t body_bytes);

/* Before a piece of so many bytes, at least 1; no more in all than the head has said. */
int http_writer_body(struct http_writer *writer, struct http_paper *paper, uint64_t bytes);

/* ODEON_EINVAL: fewer than the head has said. Then close, for nobody knows what comes next. */
int http_writer_end(struct http_writer *writer, struct http_paper *paper);

static inline bool http_writer_is_mute(const struct http_writer *writer) { return writer->is_mute; }
static inline bool http_writer_keeps_alive(const struct http_writer *writer) { return writer->keeps_alive; }

/* A whole answer to what the reader refused, after which the connection is closed; to HEAD without its body. */
int http_writer_refusal(struct http_paper *paper, int status, struct http_text date, bool is_for_head);

#endif
