/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_url - "http://host:port/path?query", cut into its parts
 *
 * A name and password before the host are refused, as they would have to be sent in a field; what stands behind '#' is
 * not sent, and left out. What cannot be in a request's line is refused; nothing is encoded here.
 */
#ifndef ODEON_HTTP_URL_H
#define ODEON_HTTP_URL_H

#include <odeon/net/names.h>
#include "http_text.h"

#define HTTP_NAME_BYTES 256                            /* of a host's longest name, its final zero included */

struct http_url {
	bool is_secure;                                /* https, wss */
	struct http_text host;                         /* with its port, when it names one */
	struct http_text target;                       /* "/path?query"; begins with '?' when there is no path */
};

/* The scheme is `plain` or that with an 's': "http", "ws". The texts are parts of the URL. */
bool http_url_read(struct http_url *url, struct http_text text, struct http_text plain);

/*
 * Where to connect, as odeon/net/connection.h has it, with the port that the scheme has by default; and who must be there: the host
 * alone, without port and brackets, if the scheme is a secure one, else "". False: too long; or what would be an address of another kind.
 */
bool http_url_find(const struct http_url *url, char address[ODEON_HOST_BYTES], char name[HTTP_NAME_BYTES]);

/* The target as a request's line has it. */
void http_url_put_target(const struct http_url *url, struct http_paper *paper);

#endif
