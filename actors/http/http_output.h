/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_output - what is to be sent, in order: small things are copied together, large ones are chained
 *
 * Many small answers become one message, and one write. At first all zero.
 */
#ifndef ODEON_HTTP_OUTPUT_H
#define ODEON_HTTP_OUTPUT_H

#include <odeon/net/bytes.h>
#include "http_text.h"

struct http_output {
	struct odeon_bytes *first, *last;
	size_t bytes;                                  /* in all */
	bool is_open;                                  /* the last is our own, and may have room */
};

/*
 * Somebody writes onto a paper: open, write, and close what fits. When it does not, make room for what it takes, and do
 * it once more. False: no memory, and nothing has changed.
 */
struct http_paper http_output_open(const struct http_output *output);
bool http_output_room(struct http_output *output, size_t bytes);
void http_output_close(struct http_output *output, const struct http_paper *paper);

bool http_output_copy(struct http_output *output, struct http_text text);
void http_output_add(struct http_output *output, struct odeon_bytes *bytes);   /* taken; a chain */

struct odeon_bytes *http_output_take(struct http_output *output);      /* all of it, to be sent; NULL: nothing */

#endif
