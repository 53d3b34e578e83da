/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_reader - requests out of bytes that come in any pieces
 *
 * Whoever owns a reader gives it what came, and gets one event at a time, with as many bytes used as led to it; then
 * calls again with the rest, even if nothing is left, until HTTP_MORE. So it stops when it likes, between the
 * requests of a pipeline too, and what was not used it gives again later.
 *
 *   HTTP_MORE       all bytes are used, and no event yet
 *   HTTP_HEAD       head is there, and stays until the call after HTTP_END
 *   HTTP_BODY       body is a piece of what was given, as it came: not copied
 *   HTTP_END        the request is whole; bytes not used are the next one's, or the protocol's agreed on
 *   HTTP_REFUSED    answer status, and close; it stays so. Of what came before nothing is taken back
 *
 * However the bytes are cut, the events are the same, except that a body comes in other pieces. After the HTTP_END of
 * a head that does not keep the connection alive, nothing is to be read. Trailers are looked at and dropped. Memory:
 * as much as the limits of head, about twice, until http_reader_rest.
 *
 * Answers are read in the same way by a reader that http_reader_init_answers made. One that says 1xx is an answer of its
 * own, and the one that was asked for comes behind it. Where head.is_until_end, there is no HTTP_END: the body ends with
 * the connection.
 *
 * A reader belongs to one owner and stays where it is.
 */
#ifndef ODEON_HTTP_READER_H
#define ODEON_HTTP_READER_H

#include "http_head.h"
#include "http_library.h"

enum http_event { HTTP_MORE = 0, HTTP_HEAD, HTTP_BODY, HTTP_END, HTTP_REFUSED };

#define HTTP_LIMITS { .target_bytes = 8192, .field_bytes = 32768, .fields = 100, .body_bytes = 1 << 20 }
#define HTTP_HEAD_BYTES_MOST 65536                     /* target_bytes and field_bytes together: what any library takes */

struct http_reader {
	struct http_head head;
	struct http_text body;                         /* of HTTP_BODY */
	int status;                                    /* of HTTP_REFUSED */
	/* only for http_reader.c: */
	struct http_limits limits;
	struct http_gate gate;
	struct http_library library;
	uint64_t left;                                 /* of the body or chunk */
	uint64_t body_bytes, body_most;                /* of all chunks so far; of this request */
	uint8_t place;
	bool is_ended, is_library_done;
	bool is_for_answers, is_for_head;
};

/* Answers false when the limits are more than HTTP_HEAD_BYTES_MOST or leave no room for anything. */
bool http_reader_init(struct http_reader *reader, struct http_limits limits);
bool http_reader_init_answers(struct http_reader *reader, struct http_limits limits);
void http_reader_fini(struct http_reader *reader);

/* Before an answer: it is to a HEAD, or not, and so many bytes its body may have. */
void http_reader_expect(struct http_reader *reader, bool is_for_head, uint64_t body_most);

enum http_event http_reader_read(struct http_reader *reader, struct http_text bytes, size_t *used);

/* After HTTP_HEAD: this request's body may have so many bytes, from here on. False: it is known to have more. */
bool http_reader_limit(struct http_reader *reader, uint64_t body_bytes);

/* Between two requests: a connection that waits needs no memory for a head. */
void http_reader_rest(struct http_reader *reader);
bool http_reader_is_between(const struct http_reader *reader);         /* no byte of a request is in */

#endif
