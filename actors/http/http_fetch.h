/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_fetch - the two messages of a client, and a request's head as text
 */
#ifndef ODEON_HTTP_FETCH_H
#define ODEON_HTTP_FETCH_H

#include <odeon/http/client.h>
#include "http_head.h"
#include "http_url.h"

#define HTTP_FETCH_BODY_MOST ((uint64_t)16 << 20)

/* Whether it can be sent: its method, type and URL, which is cut into its parts. */
bool http_fetch_may_be(const struct odeon_http_fetch *fetch, struct http_url *url);

/* May be sent again when nothing came of it. */
bool http_fetch_is_safe(const struct odeon_http_fetch *fetch);
bool http_fetch_is_for_head(const struct odeon_http_fetch *fetch);

/* All up to the empty line. */
void http_fetch_put_head(const struct odeon_http_fetch *fetch, const struct http_url *url, const char *agent, struct http_paper *paper);
bool http_fetch_is_chunked(const struct odeon_http_fetch *fetch);      /* its body is to be written in chunks */

/* An answer's head as a message. NULL: no memory. */
struct odeon_http_fetched *http_fetched_make(const struct http_head *head);

#endif
