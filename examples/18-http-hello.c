/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 18-http-hello - a small HTTP server: a greeting, a counter that is an actor, and the system's numbers
 *
 *   18-http-hello 127.0.0.1:8080 [WORKERS [FOLDER]]     serves until it is interrupted; try `curl http://127.0.0.1:8080/hello/you`;
 *                                                       what is in the folder is at /files/
 *   18-http-hello                                       serves itself: asks three things, prints the answers, and ends
 */
#include <odeon.h>
#include <odeon/http.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- handlers: functions, on the worker of the connection -------------------------------------------------------------------- */

static void hello(odeon_self *self, struct odeon_http_request *request)
{
	odeon_http_answer(self, request->duty, .text = "hello, world\n");
}

static void hello_you(odeon_self *self, struct odeon_http_request *request)
{
	char text[200];

	snprintf(text, sizeof text, "hello, %s\n", odeon_http_parameter(request, "name"));
	odeon_http_answer(self, request->duty, .text = text);
}

/* ---- an actor that answers requests ------------------------------------------------------------------------------------------- */

struct counter { unsigned count; };

ODEON_HANDLER(counter, odeon_http_request)
{
	char text[32];

	snprintf(text, sizeof text, "%u\n", ++counter->count);
	odeon_reply(self, odeon_http_answer_text(0, text));
}

ODEON_HANDLERS(counter_handlers, ODEON_ON(counter, odeon_http_request));
ODEON_KIND(counter, counter_handlers, .is_background = 1);

/* ---- a client, that tries the server ------------------------------------------------------------------------------------------- */

struct client { size_t length; char said[4096]; };

ODEON_HANDLER(client, odeon_connected)
{
	odeon_send(self, odeon_connected->who, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	odeon_send(self, odeon_connected->who, odeon_bytes_text(
		"GET /hello/you HTTP/1.1\r\nHost: here\r\n\r\n"
		"POST /count HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n"
		"GET /nowhere HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"));
}

ODEON_HANDLER(client, odeon_bytes)
{
	size_t room = sizeof client->said - 1 - client->length;
	size_t length = odeon_bytes->length < room ? odeon_bytes->length : room;

	memcpy(client->said + client->length, odeon_bytes->data, length);
	client->length += length;
}

ODEON_HANDLER(client, odeon_read_end) { odeon_send(self, odeon_read_end->who, odeon_new(odeon_write_end)); }

/* All but the dates, which are never the same. */
ODEON_HANDLER(client, odeon_disconnected)
{
	for (char *line = strtok(client->said, "\r\n"); line != NULL; line = strtok(NULL, "\r\n"))
		if (strncmp(line, "Date: ", 6) != 0)
			printf("%s\n", line);
	odeon_system_quit(odeon_system_of(self));
	odeon_exit(self);
}

ODEON_HANDLERS(client_handlers, ODEON_ON(client, odeon_connected), ODEON_ON(client, odeon_bytes),
	ODEON_ON(client, odeon_read_end), ODEON_ON(client, odeon_disconnected));
ODEON_KIND(client, client_handlers);

/* ---- the program --------------------------------------------------------------------------------------------------------------- */

/* Who interrupts the program, it is told here. */
struct keeper { char unused; };

ODEON_HANDLER(keeper, odeon_watched)
{
	if (odeon_watched->error < 0)
		fprintf(stderr, "signals: %s\n", odeon_error_text(odeon_watched->error));
}

ODEON_HANDLER(keeper, odeon_signal) { odeon_system_quit(odeon_system_of(self)); }

ODEON_HANDLERS(keeper_handlers, ODEON_ON(keeper, odeon_watched), ODEON_ON(keeper, odeon_signal));
ODEON_KIND(keeper, keeper_handlers);

static int watch_signals(odeon_system *system)
{
	odeon_ref keeper;
	int error = odeon_system_spawn(system, &keeper_kind, NULL, &keeper);

	return error < 0 ? error : odeon_signals_watch(system, (const int[]){ SIGINT, SIGTERM, 0 }, keeper, NULL);
}

static int try_out(odeon_system *system, const char *address)
{
	odeon_ref client;
	int error = odeon_system_spawn(system, &client_kind, NULL, &client);

	return error < 0 ? error : odeon_connection_open(system, address, client, NULL, NULL);
}

/* Nobody new; requests that are there have two seconds to be answered. */
static void drain(odeon_system *system, odeon_ref server)
{
	odeon_free(odeon_ask(odeon_drained, system, server, odeon_new(odeon_drain, .within = ODEON_SECONDS(2)),
		odeon_clock_deadline(ODEON_SECONDS(5)), NULL));
}

static int serve(odeon_system *system, const char *address, const char *path, odeon_ref counter)
{
	odeon_http_folder folder = ODEON_HTTP_FOLDER(.path = path, .index = "index.html");
	const odeon_http_route routes[] = {
		{ "GET /", .handle = hello },
		{ "GET /hello/:name", .handle = hello_you },
		{ "POST /count", .actor = counter },
		{ "GET /metrics", .handle = odeon_http_metrics },
		{ path != NULL ? "GET /files/*path" : NULL, .handle = odeon_http_files, .argument = &folder },
		{ 0 }
	};
	odeon_http_server_options options = ODEON_HTTP_SERVER_OPTIONS(.routes = routes);
	char bound[ODEON_ADDRESS_BYTES];
	odeon_ref server;
	int error = odeon_http_server_open(system, address != NULL ? address : "127.0.0.1:0", &options, bound, &server);

	if (error < 0)
		return error;
	error = watch_signals(system);
	if (error == 0 && address == NULL)
		error = try_out(system, bound);
	else if (error == 0)
		printf("listening at %s\n", bound);
	fflush(stdout);
	if (error == 0)
		error = odeon_system_wait(system, ODEON_NEVER);
	drain(system, server);
	return error;
}

int main(int count, char **arguments)
{
	odeon_options options = ODEON_OPTIONS(.workers = count > 2 ? (unsigned)atoi(arguments[2]) : 2, .poller = odeon_net_poller());
	odeon_system *system;
	odeon_ref counter;
	int error = odeon_system_start(&options, &system);

	if (error == 0)
		error = odeon_system_spawn(system, &counter_kind, NULL, &counter);
	if (error == 0) {
		error = serve(system, count > 1 ? arguments[1] : NULL, count > 3 ? arguments[3] : NULL, counter);
		odeon_system_free(system);
	}
	if (error < 0)
		fprintf(stderr, "18-http-hello: %s\n", odeon_error_text(error));
	return error < 0;
}
