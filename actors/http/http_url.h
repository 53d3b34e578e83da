/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_url - "http://host:port/path?query", cut into its parts
 *
 * A name and password before the host are refused, as they would have to be sent in a field; what stands behind '#' is
 * not sent, and left out. What cannot be in a request's line is refused; nothing is encoded here.
 */
#ifndef ODEON_HTTP_URL_H
#define ODEON_HTTP_URL_H

#include "http_text.h"

struct http_url {
	bool is_secure;                                /* https, wss */
	struct http_text host;                         /* with its port, when it names one */
	struct http_text target;                       /* "/path?query"; begins with '?' when there is no path */
};

/* The scheme is `plain` or that with an 's': "http", "ws". The texts are parts of the URL. */
bool http_url_read(struct http_url *url, struct http_text text, struct http_text plain);

/* The host alone: no port, and no brackets. */
struct http_text http_url_name(const struct http_url *url);

/* "host:port", with the port that the scheme has by default. */
void http_url_put_address(const struct http_url *url, struct http_paper *paper);

/* The target as a request's line has it. */
void http_url_put_target(const struct http_url *url, struct http_paper *paper);

#endif
