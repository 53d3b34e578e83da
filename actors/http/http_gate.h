/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_gate - what of a request's bytes, or an answer's, may come to the parser at all
 *
 * Whoever stands before us may read a doubtful request otherwise than we do, and then sees another request where we
 * see the rest of one. So nothing doubtful gets through, whatever the parser's library would make of it:
 *
 *   Each line ends with CR LF, and neither comes alone: else 400. One line without anything may come before a request.
 *   A request's line is "METHOD TARGET HTTP/D.D", with one blank between, the target what can be seen, without '#': else
 *     400. The version is 1.0 or 1.1, else 505; a method has up to 32 letters, else 501; a target not too many, else 414.
 *   An answer's line is "HTTP/1.1 200 OK", where the text may be missing, and the blank before it: else 400.
 *   A field is a token, ':' and a value without control characters. No blank comes before ':', and no line begins with
 *     one: else 400. Not too many bytes or fields, else 431.
 *   A chunk's line has 1 to 16 hexadecimal digits, and then, if anything, ';' and what cannot be a line's end: else 400.
 *     What stands behind ';' counts as bytes of fields. After a chunk comes CR LF: else 400.
 *
 * It knows where in a request it is, but what a body's length is, and whether it has chunks, it is told.
 */
#ifndef ODEON_HTTP_GATE_H
#define ODEON_HTTP_GATE_H

#include "http_text.h"

#define HTTP_METHOD_BYTES_MOST 32

struct http_limits {
	uint32_t target_bytes;
	uint32_t field_bytes;                          /* of the lines of fields, their ends and trailers included */
	uint32_t fields;
	uint64_t body_bytes;
};

enum http_gate_stop {
	HTTP_GATE_MORE = 0,                            /* all of it passed, and that is not the end */
	HTTP_GATE_METHOD,                              /* up to the blank after the method */
	HTTP_GATE_TARGET,                              /* up to the blank after the target */
	HTTP_GATE_HEAD,                                /* up to the last LF of a head, or of the trailers */
	HTTP_GATE_CHUNK,                               /* up to the LF of a chunk's line */
	HTTP_GATE_AFTER_CHUNK,                         /* up to the LF that follows a chunk */
	HTTP_GATE_REFUSED                              /* the next byte may not pass: status */
};

struct http_gate {
	const struct http_limits *limits;
	uint8_t place;                                 /* file-local: which part of which line */
	uint8_t line_bytes;                            /* of method, version or chunk's size, whichever it is in */
	bool is_new;                                   /* no empty line came yet */
	uint8_t minor;                                 /* HTTP/1.minor */
	uint32_t target_bytes, field_bytes, fields;
	int code;                                      /* of an answer, when its line has passed */
	int status;                                    /* when refused; 505 before that, when it will be 505 or 400 */
};

void http_gate_begin(struct http_gate *gate, const struct http_limits *limits);
void http_gate_begin_answer(struct http_gate *gate, const struct http_limits *limits);
void http_gate_chunk(struct http_gate *gate);          /* next comes a chunk's line */
void http_gate_after_chunk(struct http_gate *gate);    /* next comes what follows a chunk */
void http_gate_trailers(struct http_gate *gate);       /* next come fields, or none */

bool http_gate_is_at_start(const struct http_gate *gate);      /* not a byte of a request, or an answer, passed */

/* How many bytes pass. */
size_t http_gate_pass(struct http_gate *gate, struct http_text bytes, enum http_gate_stop *stop);

#endif
