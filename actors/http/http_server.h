/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_server - what all sessions of a server share: its options, with all defaults filled in, and its routes
 *
 * It does not change, and is there as long as the listener or a session is.
 */
#ifndef ODEON_HTTP_SERVER_INSIDE_H
#define ODEON_HTTP_SERVER_INSIDE_H

#include <odeon/http/server.h>
#include <stdatomic.h>
#include "http_routes.h"
#include "http_gate.h"

struct http_server {
	atomic_uint users;
	odeon_http_server_options options;
	struct http_limits limits;                     /* body_bytes: the largest of all routes */
	struct http_routes *routes;                    /* each stands for one of these: */
	odeon_http_route *route;
};

struct http_server *http_server_share(struct http_server *server);
void http_server_drop(struct http_server *server);

#endif
