/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_library - the HTTP parser that the system has: llhttp, or the http-parser before it
 *
 * One request or answer at a time: begin, then feed until a feed has ended it. The library reads what the gate (http_gate.h)
 * let through, and tells a listener; bytes told live as long as those fed, and a text may come in several pieces.
 * What the library refuses is refused, and then nothing more is fed; but its own ideas of limits, of which lines end
 * with what, and of when a connection ends do not count. It is the same object for both libraries, and neither
 * allocates.
 */
#ifndef ODEON_HTTP_LIBRARY_H
#define ODEON_HTTP_LIBRARY_H

#include "http_text.h"

struct http_listener {
	void (*on_target)(void *owner, struct http_text piece);
	void (*on_name)(void *owner, struct http_text piece);          /* the first piece after a value begins one */
	void (*on_value)(void *owner, struct http_text piece);
	void (*on_body)(void *owner, struct http_text piece);
	void (*on_chunk)(void *owner, uint64_t bytes);                 /* a chunk's line is read; 0: it was the last */
	void (*on_end)(void *owner);                                   /* of all, its body and trailers */
};

struct http_library {
	const struct http_listener *listener;
	void *owner;
	bool is_for_head;                                              /* an answer to HEAD */
	uint64_t state[20];                                            /* the library's own struct */
};

void http_library_begin(struct http_library *library, const struct http_listener *listener, void *owner);
void http_library_begin_answer(struct http_library *library, const struct http_listener *listener, void *owner, bool is_for_head);
bool http_library_feed(struct http_library *library, struct http_text bytes);  /* false: refused */
const char *http_library_method(const struct http_library *library);   /* once the method is read; lives for ever */

#endif
