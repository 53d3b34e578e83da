/* SPDX-License-Identifier: BSD-2-Clause */
/* http_server - options filled in, routes sealed, a listener opened */
#include "http_server.h"
#include "http_reader.h"
#include "http_session.h"
#include "websocket.h"
#include <stdlib.h>
#include <string.h>

#define OR_DEFAULT(option, value) do { if ((option) == 0) (option) = (value); } while (0)

struct http_server *http_server_share(struct http_server *server)
{
	(void)atomic_fetch_add_explicit(&server->users, 1, memory_order_relaxed);
	return server;
}

/* Whoever is the last sees all that others did with it: theirs is a release, his an acquire. */
void http_server_drop(struct http_server *server)
{
	if (server == NULL || atomic_fetch_sub_explicit(&server->users, 1, memory_order_acq_rel) != 1)
		return;
	http_routes_free(server->routes);
	free(server->route);
	free(server);
}

static void forget(const void *argument) { http_server_drop((struct http_server *)(uintptr_t)argument); }

/* ---- options --------------------------------------------------------------------------------------------------------------------- */

static bool are_good(const odeon_http_server_options *options)
{
	return options->routes != NULL && options->head_timeout >= 0 && options->body_timeout >= 0 && options->idle_timeout >= 0 &&
	       options->within >= 0 && (options->connection.bytes == 0 || options->connection.bytes == sizeof options->connection);
}

static void fill_in(odeon_http_server_options *options)
{
	OR_DEFAULT(options->target_most, 8192);
	OR_DEFAULT(options->head_most, 32768);
	OR_DEFAULT(options->fields_most, 100);
	OR_DEFAULT(options->body_most, 1 << 20);
	OR_DEFAULT(options->head_timeout, ODEON_SECONDS(10));
	OR_DEFAULT(options->body_timeout, ODEON_SECONDS(10));
	OR_DEFAULT(options->body_rate, 1024);
	OR_DEFAULT(options->idle_timeout, ODEON_SECONDS(60));
	OR_DEFAULT(options->within, ODEON_SECONDS(30));
	OR_DEFAULT(options->connection.bytes, sizeof options->connection);
	OR_DEFAULT(options->connection.write_timeout, ODEON_SECONDS(30));
	options->connection.credit = 1;
}

/* ---- routes ---------------------------------------------------------------------------------------------------------------------- */

static bool is_good(const odeon_http_route *route)
{
	int answerers = (route->handle != NULL) + !odeon_ref_is_nobody(route->actor) + (route->websocket != NULL);

	if (route->websocket != NULL && (route->streams || strncmp(route->pattern, "GET ", 4) != 0 ||
	                                 websocket_check(route->websocket) != 0))
		return false;
	return answerers == 1 && route->within >= 0;
}

static int add_route(struct http_server *server, odeon_http_route *route, const odeon_http_route *wanted)
{
	*route = *wanted;
	OR_DEFAULT(route->body_most, route->streams ? HTTP_BYTES_UNKNOWN - 1 : server->options.body_most);
	OR_DEFAULT(route->within, server->options.within);
	if (route->body_most > server->limits.body_bytes)
		server->limits.body_bytes = route->body_most;
	return is_good(route) ? http_routes_add(server->routes, route->pattern, route) : ODEON_EINVAL;
}

static int add_routes(struct http_server *server, const odeon_http_route *wanted)
{
	size_t count = 0;
	int error = 0;

	while (wanted[count].pattern != NULL)
		count++;
	server->routes = http_routes_new();
	server->route = calloc(count > 0 ? count : 1, sizeof *server->route);
	if (server->routes == NULL || server->route == NULL)
		return ODEON_ENOMEM;
	for (size_t i = 0; i < count && error == 0; i++)
		error = add_route(server, &server->route[i], &wanted[i]);
	return error == 0 ? http_routes_seal(server->routes) : error;
}

/* ---- opened ---------------------------------------------------------------------------------------------------------------------- */

static int fill_server(struct http_server *server, const odeon_http_server_options *options)
{
	struct http_reader reader;
	int error;

	atomic_init(&server->users, 1);
	server->options = *options;
	fill_in(&server->options);
	server->limits = (struct http_limits){
		.target_bytes = server->options.target_most, .field_bytes = server->options.head_most,
		.fields = server->options.fields_most, .body_bytes = server->options.body_most
	};
	if (!http_reader_init(&reader, server->limits))
		return ODEON_EINVAL;
	http_reader_fini(&reader);
	error = add_routes(server, options->routes);
	server->options.routes = NULL;                  /* they were copied */
	return error;
}

int odeon_http_server_open(odeon_system *system, const char *address, const odeon_http_server_options *options, char *bound,
                           odeon_ref *server)
{
	odeon_listener_options listener = ODEON_LISTENER_OPTIONS(.session = http_session_kind, .forget = forget);
	struct http_server *shared;
	int error;

	if (server != NULL)
		*server = ODEON_NOBODY;
	if (options == NULL)
		return ODEON_EINVAL;
	if (options->bytes != sizeof *options)
		return ODEON_EVERSION;
	shared = are_good(options) ? calloc(1, sizeof *shared) : NULL;
	if (shared == NULL)
		return are_good(options) ? ODEON_ENOMEM : ODEON_EINVAL;
	error = fill_server(shared, options);
	if (error != 0) {
		http_server_drop(shared);
		return error;
	}
	listener.argument = shared;
	listener.connection = shared->options.connection;
	listener.connections_most = options->connections_most;
	listener.backlog = options->backlog;
	listener.descriptor = options->descriptor;
	return odeon_listener_open(system, address, &listener, bound, server);
}
