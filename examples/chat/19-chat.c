/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 19-chat - rooms to talk in, for people with `nc` and for people with a browser
 *
 *   19-chat 127.0.0.1:7000 127.0.0.1:8080 page.html     serves until it is interrupted: `nc 127.0.0.1 7000`, and
 *                                                       http://127.0.0.1:8080/ in any number of windows
 *   19-chat                                             serves itself: two guests talk, and what they hear is printed
 *
 * chat.h says what the parts are.
 */
#include "chat.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static odeon_system *interrupted;                       /* for the handler of the signal, which is given nothing */
static void on_signal(int number) { (void)number; odeon_system_quit(interrupted); }

/* ---- the page: read once, frozen, and the same bytes for all ------------------------------------------------------------ */

static odeon_frozen *read_page(const char *path)
{
	struct odeon_bytes *bytes = odeon_bytes_new(64 << 10);
	FILE *file = fopen(path, "rb");

	if (bytes != NULL && file != NULL)
		bytes->length = fread(bytes->data, 1, bytes->room, file);
	if (file != NULL)
		fclose(file);
	if (bytes == NULL || bytes->length == 0)
		fprintf(stderr, "19-chat: there is no page in %s\n", path);
	return odeon_freeze(bytes);
}

static void answer_page(odeon_self *self, struct odeon_http_request *request)
{
	odeon_frozen *page = *(odeon_frozen *const *)request->argument;
	const struct odeon_bytes *bytes = odeon_frozen_look(odeon_bytes, page);

	if (bytes == NULL)
		odeon_http_answer(self, request->duty, .status = 404, .text = "there is no page\n");
	else
		odeon_http_answer(self, request->duty, .type = "text/html; charset=utf-8",
			.body = odeon_bytes_share(odeon_frozen_share(page), bytes->data, bytes->length));
}

/* ---- both doors ------------------------------------------------------------------------------------------------------------ */

struct chat { odeon_ref hall, lines, pages; odeon_frozen *page; char lines_at[ODEON_ADDRESS_BYTES], pages_at[ODEON_ADDRESS_BYTES]; };

static int open_doors(odeon_system *system, struct chat *chat, const char *lines, const char *pages,
                      const odeon_websocket_options *websocket)
{
	const odeon_http_route routes[] = {
		{ "GET /", .handle = answer_page, .argument = &chat->page },
		{ "GET /chat", .websocket = websocket },
		{ .pattern = NULL }
	};
	odeon_http_server_options http = ODEON_HTTP_SERVER_OPTIONS(.routes = routes);
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = guest_by_lines, .argument = &chat->hall);
	int error = odeon_system_spawn(system, hall, NULL, &chat->hall);

	options.connection.write_timeout = ODEON_SECONDS(30);   /* who reads nothing for so long is sent away */
	if (error == 0)
		error = odeon_listener_open(system, lines, &options, chat->lines_at, &chat->lines);
	if (error == 0)
		error = odeon_http_server_open(system, pages, &http, chat->pages_at, &chat->pages);
	return error;
}

/* Nobody new; who is there hears a goodbye. */
static void close_door(odeon_system *system, odeon_ref door)
{
	odeon_free(odeon_ask(odeon_drained, system, door, odeon_new(odeon_drain, .within = ODEON_SECONDS(2)),
		odeon_clock_deadline(ODEON_SECONDS(5)), NULL));
}

static int try_out(odeon_system *system, const struct chat *chat)
{
	struct playground playground = { .lines = chat->lines_at, .page = chat->pages_at, .doors = { chat->lines, chat->pages } };

	return odeon_system_spawn(system, trial, &playground, NULL);
}

static int serve(odeon_system *system, struct chat *chat, int count, char **arguments)
{
	static const char *const origins[] = { "self", NULL };  /* pages of others have no business here */
	static odeon_websocket_options websocket = ODEON_WEBSOCKET_OPTIONS(.origins = origins, .message_most = LINE_MOST * 4);
	const char *lines = count > 1 ? arguments[1] : "127.0.0.1:0", *pages = count > 2 ? arguments[2] : "127.0.0.1:0";
	int error;

	websocket.session = guest_by_page;
	websocket.argument = &chat->hall;
	chat->page = count > 3 ? read_page(arguments[3]) : NULL;
	error = open_doors(system, chat, lines, pages, &websocket);
	if (error < 0)
		return error;
	interrupted = system;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	if (count == 1)
		error = try_out(system, chat);
	else
		printf("lines at %s, the page at http://%s/\n", chat->lines_at, chat->pages_at);
	fflush(stdout);
	if (error == 0)
		error = odeon_system_wait(system, ODEON_NEVER);
	if (count > 1) {                                /* the trial has closed them */
		close_door(system, chat->lines);
		close_door(system, chat->pages);
	}
	return error;
}

int main(int count, char **arguments)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2, .poller = odeon_net_poller());
	struct chat chat = { .page = NULL };
	odeon_system *system;
	int error = odeon_system_start(&options, &system);

	if (error == 0) {
		error = serve(system, &chat, count, arguments);
		odeon_system_free(system);
		odeon_frozen_drop(chat.page);
	}
	if (error < 0)
		fprintf(stderr, "19-chat: %s\n", odeon_error_text(error));
	return error < 0;
}
