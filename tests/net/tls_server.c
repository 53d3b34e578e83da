/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_server - what openssl.sh lets others talk to
 *
 *   tls_server DIRECTORY    writes there roots.pem, client.pem and client.key, and then `ports`: of a server, and of one that
 *                           demands a client's certificate; serves until its input ends
 *
 * Who says GET gets a page by HTTP/1.0, with the protocol and the peer's name in it; others get back what they say.
 */
#include <odeon.h>
#include <odeon/net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../harness/certificates.h"

struct session { odeon_ref connection; char protocol[ODEON_PROTOCOL_BYTES], peer[ODEON_PEER_BYTES]; };

ODEON_START(session, odeon_session)
{
	session->connection = odeon_session->connection;
	snprintf(session->protocol, sizeof session->protocol, "%s", odeon_session->protocol);
	snprintf(session->peer, sizeof session->peer, "%s", odeon_session->peer);
	return odeon_send(self, session->connection, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
}

static void give_page(odeon_self *self, struct session *session)
{
	char text[400];

	snprintf(text, sizeof text, "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nprotocol=%s peer=%s\n", session->protocol, session->peer);
	odeon_send(self, session->connection, odeon_bytes_text(text));
	odeon_send(self, session->connection, odeon_new(odeon_close));
}

ODEON_HANDLER(session, odeon_bytes)
{
	if (odeon_bytes->length > 4 && memcmp(odeon_bytes->data, "GET ", 4) == 0)
		give_page(self, session);
	else
		odeon_send(self, session->connection, odeon_bytes);
}

ODEON_HANDLER(session, odeon_unwritten) { (void)session; }
ODEON_HANDLER(session, odeon_read_end) { odeon_send(self, session->connection, odeon_new(odeon_write_end)); }
ODEON_HANDLER(session, odeon_disconnected) { odeon_exit(self); }
ODEON_HANDLERS(session_handlers, ODEON_ON(session, odeon_bytes), ODEON_ON(session, odeon_unwritten),
	ODEON_ON(session, odeon_read_end), ODEON_ON(session, odeon_disconnected));
ODEON_KIND(session, session_handlers, .start = ODEON_STARTS(session), .place = ODEON_PINNED);

static void keep(const char *directory, const char *name, const char *text)
{
	char path[400];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	certificate_write(path, text);
}

static int port_of(const char *address) { return atoi(strrchr(address, ':') + 1); }

/* Answers its port, or 0. */
static int serve(odeon_system *system, const odeon_tls_options *options)
{
	odeon_listener_options listener = ODEON_LISTENER_OPTIONS(.session = &session_kind);
	char bound[ODEON_ADDRESS_BYTES];
	int error = odeon_tls_server(options, &listener.connection.tls, NULL);

	if (error == 0)
		error = odeon_listener_open(system, "127.0.0.1:0", &listener, bound, NULL);
	odeon_tls_drop(listener.connection.tls);
	return error == 0 ? port_of(bound) : 0;
}

static int serve_both(odeon_system *system, const char *directory, const struct certificate *root, const struct certificate *ours)
{
	static const char *const protocols[] = { "http/1.1", "echo", NULL };
	odeon_tls_certificate certificate = certificate_ours(ours);
	odeon_tls_options options = ODEON_TLS_OPTIONS(.certificates = &certificate, .certificate_count = 1, .protocols = protocols);
	int port = serve(system, &options), demanding;
	char ports[40];

	options.peer = ODEON_TLS_PEER_DEMANDED;
	options.roots = root->chain_pem;
	options.roots_bytes = strlen(root->chain_pem);
	demanding = serve(system, &options);
	snprintf(ports, sizeof ports, "%d %d\n", port, demanding);
	keep(directory, "ports", ports);
	return port > 0 && demanding > 0;
}

int main(int count, char **words)
{
	struct certificate root = certificate_new(&(struct wish){ .name = "root", .is_root = true }, NULL);
	struct certificate ours = certificate_new(&(struct wish){ .name = "ours", .alternatives = "DNS:localhost,IP:127.0.0.1" }, &root);
	struct certificate client = certificate_new(&(struct wish){ .name = "customer" }, &root);
	odeon_options options = ODEON_OPTIONS(.workers = 2, .poller = odeon_net_poller());
	odeon_system *system;

	if (count != 2 || odeon_system_start(&options, &system) != 0)
		return 2;
	keep(words[1], "roots.pem", root.chain_pem);
	keep(words[1], "client.pem", client.chain_pem);
	keep(words[1], "client.key", client.key_pem);
	if (serve_both(system, words[1], &root, &ours))
		while (getchar() != EOF)
			;
	certificate_free(&root);
	certificate_free(&ours);
	certificate_free(&client);
	return odeon_system_free(system) == 0 ? 0 : 1;
}
