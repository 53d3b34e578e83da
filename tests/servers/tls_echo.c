/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_echo - a server that gives back what it gets, by TLS, with a certificate of its own making
 *
 *   tls_echo 127.0.0.1:0    serves until it is interrupted
 *
 * Who does not read is not read from, as in examples/17-tcp-echo.c.
 */
#include <odeon.h>
#include <odeon/net.h>
#include <signal.h>
#include <stdio.h>
#include "../harness/certificates.h"

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
	odeon_send(self, echo->connection, odeon_bytes);
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

ODEON_HANDLER(echo, odeon_read_end) { odeon_send(self, echo->connection, odeon_new(odeon_write_end)); }
ODEON_HANDLER(echo, odeon_draining) { odeon_send(self, echo->connection, odeon_new(odeon_close)); }
ODEON_HANDLER(echo, odeon_disconnected) { odeon_exit(self); }
ODEON_HANDLERS(echo_handlers, ODEON_ON(echo, odeon_bytes), ODEON_ON(echo, odeon_unwritten), ODEON_ON(echo, odeon_read_end),
	ODEON_ON(echo, odeon_draining), ODEON_ON(echo, odeon_disconnected));
ODEON_KIND(echo, echo_handlers, .start = ODEON_STARTS(echo), .place = ODEON_PINNED);

struct keeper { char unused; };

ODEON_HANDLER(keeper, odeon_watched) { (void)keeper; (void)odeon_watched; }
ODEON_HANDLER(keeper, odeon_signal) { odeon_system_quit(odeon_system_of(self)); }
ODEON_HANDLERS(keeper_handlers, ODEON_ON(keeper, odeon_watched), ODEON_ON(keeper, odeon_signal));
ODEON_KIND(keeper, keeper_handlers);

static int watch_signals(odeon_system *system)
{
	odeon_ref keeper;
	int error = odeon_system_spawn(system, &keeper_kind, NULL, &keeper);

	return error < 0 ? error : odeon_signals_watch(system, (const int[]){ SIGINT, SIGTERM, 0 }, keeper, NULL);
}

static int serve(odeon_system *system, const char *address, odeon_tls *tls)
{
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = &echo_kind, .connection = { .tls = tls });
	char bound[ODEON_ADDRESS_BYTES];
	odeon_ref listener;
	int error = odeon_listener_open(system, address, &options, bound, &listener);

	if (error == 0)
		error = watch_signals(system);
	if (error < 0)
		return error;
	printf("listening at %s\n", bound);
	fflush(stdout);
	error = odeon_system_wait(system, ODEON_NEVER);
	odeon_free(odeon_ask(odeon_drained, system, listener, odeon_new(odeon_drain, .within = ODEON_SECONDS(1)),
		odeon_clock_deadline(ODEON_SECONDS(5)), NULL));
	return error;
}

static int make_context(odeon_tls **tls)
{
	struct certificate ours = certificate_new(&(struct wish){ .name = "ours", .alternatives = "IP:127.0.0.1" }, NULL);
	odeon_tls_certificate certificate = certificate_ours(&ours);
	odeon_tls_options options = ODEON_TLS_OPTIONS(.certificates = &certificate, .certificate_count = 1);
	int error = odeon_tls_server(&options, tls, NULL);

	certificate_free(&ours);
	return error;
}

int main(int count, char **words)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2, .poller = odeon_net_poller());
	odeon_tls *tls = NULL;
	odeon_system *system;
	int error = count == 2 ? make_context(&tls) : ODEON_EINVAL;

	if (error == 0)
		error = odeon_system_start(&options, &system);
	if (error == 0) {
		error = serve(system, words[1], tls);
		odeon_system_free(system);
	}
	odeon_tls_drop(tls);
	if (error < 0)
		fprintf(stderr, "tls_echo: %s\n", odeon_error_text(error));
	return error < 0;
}
