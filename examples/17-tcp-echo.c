/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 17-tcp-echo - a server that gives back what it gets, and never holds more than a little of it
 *
 *   17-tcp-echo 127.0.0.1:7777      serves until it is interrupted; try `nc 127.0.0.1 7777`
 *   17-tcp-echo                     serves itself: connects, says something, prints what comes back, and ends
 *
 * What is read is written as it is: the message that came in goes out. Who sends and does not read fills up his own side:
 * while too much waits to be written to him, he gets no credit, and nothing more is read from him.
 */
#include <odeon.h>
#include <odeon/net.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* ---- a session, for each connection --------------------------------------------------------------------------------- */

struct echo { odeon_ref connection; unsigned owed; int is_full; };

static void read_more(odeon_self *self, struct echo *echo, unsigned count)
{
	odeon_send(self, echo->connection, odeon_new(odeon_read, .count = count));
}

ODEON_START(echo, odeon_session)
{
	echo->connection = odeon_session->connection;
	read_more(self, echo, 2);
	return 0;
}

ODEON_HANDLER(echo, odeon_bytes)
{
	odeon_send(self, echo->connection, odeon_bytes);        /* moved, not copied */
	if (echo->is_full)
		echo->owed++;
	else
		read_more(self, echo, 1);
}

ODEON_HANDLER(echo, odeon_unwritten)
{
	echo->is_full = odeon_unwritten->is_high != 0;
	if (echo->is_full || echo->owed == 0)
		return;
	read_more(self, echo, echo->owed);
	echo->owed = 0;
}

/* The other side has said all: so have we, when what came before is written. */
ODEON_HANDLER(echo, odeon_read_end) { odeon_send(self, echo->connection, odeon_new(odeon_write_end)); }
ODEON_HANDLER(echo, odeon_draining) { odeon_send(self, echo->connection, odeon_new(odeon_close)); }
ODEON_HANDLER(echo, odeon_disconnected) { odeon_exit(self); }

ODEON_HANDLERS(echo_handlers, ODEON_ON(echo, odeon_bytes), ODEON_ON(echo, odeon_unwritten), ODEON_ON(echo, odeon_read_end),
	ODEON_ON(echo, odeon_draining), ODEON_ON(echo, odeon_disconnected));
ODEON_KIND(echo, echo_handlers, .start = ODEON_STARTS(echo), .place = ODEON_PINNED);    /* where its connection is */

/* ---- a client, that tries the server ----------------------------------------------------------------------------------- */

struct client { odeon_ref connection; char said[64]; size_t length; };

ODEON_HANDLER(client, odeon_connected)
{
	client->connection = odeon_connected->who;
	odeon_send(self, client->connection, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	odeon_send(self, client->connection, odeon_bytes_text("to be, "));
	odeon_send(self, client->connection, odeon_bytes_text("or not to be\n"));
	odeon_send(self, client->connection, odeon_new(odeon_write_end));
	printf("connected\n");
}

ODEON_HANDLER(client, odeon_bytes)
{
	size_t room = sizeof client->said - 1 - client->length;
	size_t length = odeon_bytes->length < room ? odeon_bytes->length : room;

	memcpy(client->said + client->length, odeon_bytes->data, length);
	client->length += length;
}

ODEON_HANDLER(client, odeon_read_end) { printf("%s", client->said); }

ODEON_HANDLER(client, odeon_disconnected)
{
	printf("disconnected: %s, %llu bytes there and %llu back\n", odeon_error_text(odeon_disconnected->error),
	       (unsigned long long)odeon_disconnected->written, (unsigned long long)odeon_disconnected->read);
	odeon_system_quit(odeon_system_of(self));
	odeon_exit(self);
}

ODEON_HANDLERS(client_handlers, ODEON_ON(client, odeon_connected), ODEON_ON(client, odeon_bytes),
	ODEON_ON(client, odeon_read_end), ODEON_ON(client, odeon_disconnected));
ODEON_KIND(client, client_handlers);

/* ---- the program ----------------------------------------------------------------------------------------------------------- */

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

/* Nobody new; those that are there have a second to end. */
static void drain(odeon_system *system, odeon_ref listener)
{
	struct odeon_drained *drained = odeon_ask(odeon_drained, system, listener,
		odeon_new(odeon_drain, .within = ODEON_SECONDS(1)), odeon_clock_deadline(ODEON_SECONDS(5)), NULL);

	if (drained != NULL)
		printf("drained\n");
	odeon_free(drained);
}

static int serve(odeon_system *system, const char *address)
{
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = &echo_kind);
	char bound[ODEON_ADDRESS_BYTES];
	odeon_ref listener;
	int error = odeon_listener_open(system, address != NULL ? address : "127.0.0.1:0", &options, bound, &listener);

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
	drain(system, listener);
	return error;
}

int main(int count, char **arguments)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2, .poller = odeon_net_poller());
	odeon_system *system;
	int error = odeon_system_start(&options, &system);

	if (error == 0) {
		error = serve(system, count > 1 ? arguments[1] : NULL);
		odeon_system_free(system);
	}
	if (error < 0)
		fprintf(stderr, "17-tcp-echo: %s\n", odeon_error_text(error));
	return error < 0;
}
