/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_cost - what TLS costs: OpenSSL alone, connections without it and with it, and what a stage between would add
 *
 *   tls_cost [ROUNDS]       one worker for both sides, so that what passes is what it costs; the best of ROUNDS, default 5
 *
 * A `stage` here is an actor between a connection and its owner that only hands on: what TLS as an actor of its own would cost
 * above what it does.
 */
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <odeon.h>
#include <odeon/net.h>
#include "../harness/certificates.h"
#include "../harness/kit.h"

enum { PIECE = 64 << 10, WINDOW = 4, PIECES = 8192, ACK = 1, ROUND_TRIPS = 20000, CONNECTIONS = 2000, SMALL = 100, RECORD = 16384 };

static struct certificate root, ours;
static int rounds = 5;

static double now(void) { return (double)odeon_clock_now().ns / 1e9; }

/* ---- OpenSSL alone: two sides in one thread, by a pair of memories ------------------------------------------------------------ */

struct alone { SSL_CTX *server_context, *client_context; SSL *server, *client; SSL_SESSION *session; };

static void alone_begin(struct alone *alone)
{
	*alone = (struct alone){ .server_context = SSL_CTX_new(TLS_server_method()), .client_context = SSL_CTX_new(TLS_client_method()) };
	must(SSL_CTX_use_cert_and_key(alone->server_context, ours.certificate, ours.key, NULL, 1) == 1);
	must(SSL_CTX_add1_chain_cert(alone->server_context, root.certificate) == 1);   /* as certificate_ours has it */
	must(X509_STORE_add_cert(SSL_CTX_get_cert_store(alone->client_context), root.certificate) == 1);
	SSL_CTX_set_verify(alone->client_context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(alone->server_context, SSL_MODE_NO_AUTO_CHAIN);
}

static void alone_shake(struct alone *alone)
{
	BIO *here, *there;
	char byte;

	must(BIO_new_bio_pair(&here, 128 << 10, &there, 128 << 10) == 1);
	alone->server = SSL_new(alone->server_context);
	alone->client = SSL_new(alone->client_context);
	SSL_set_bio(alone->server, here, here);
	SSL_set_bio(alone->client, there, there);
	must(SSL_set1_host(alone->client, "n.cost.example") == 1);
	SSL_set_accept_state(alone->server);
	SSL_set_connect_state(alone->client);
	if (alone->session != NULL)
		must(SSL_set_session(alone->client, alone->session) == 1);
	for (bool is_done = false; !is_done; ERR_clear_error()) {
		is_done = SSL_do_handshake(alone->client) == 1;
		is_done = SSL_do_handshake(alone->server) == 1 && is_done;
	}
	(void)SSL_read(alone->client, &byte, 1);        /* tickets */
}

static void alone_end(struct alone *alone)
{
	SSL_set_shutdown(alone->client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);    /* or its session would be spoilt */
	SSL_free(alone->server);
	SSL_free(alone->client);
}

static double alone_handshakes(bool resumes)
{
	struct alone alone;
	double began;

	alone_begin(&alone);
	alone_shake(&alone);
	if (resumes)
		alone.session = SSL_get1_session(alone.client);
	alone_end(&alone);
	began = now();
	for (int i = 0; i < CONNECTIONS; i++) {
		alone_shake(&alone);
		must(SSL_session_reused(alone.client) == resumes);
		alone_end(&alone);
	}
	began = now() - began;
	SSL_SESSION_free(alone.session);
	SSL_CTX_free(alone.server_context);
	SSL_CTX_free(alone.client_context);
	return began / CONNECTIONS * 1e6;
}

static double alone_bytes(void)
{
	static unsigned char from[RECORD], to[RECORD];
	struct alone alone;
	double began;

	alone_begin(&alone);
	alone_shake(&alone);
	began = now();
	for (long i = 0; i < (long)PIECES * PIECE / RECORD; i++)
		must(SSL_write(alone.client, from, RECORD) == RECORD && SSL_read(alone.server, to, RECORD) == RECORD);
	began = now() - began;
	alone_end(&alone);
	SSL_CTX_free(alone.server_context);
	SSL_CTX_free(alone.client_context);
	return (double)PIECES * PIECE / began / 1e6;
}

static double alone_round_trips(void)
{
	unsigned char room[SMALL] = { 0 };
	struct alone alone;
	double began;

	alone_begin(&alone);
	alone_shake(&alone);
	began = now();
	for (int i = 0; i < ROUND_TRIPS; i++) {
		must(SSL_write(alone.client, room, SMALL) == SMALL && SSL_read(alone.server, room, SMALL) == SMALL);
		must(SSL_write(alone.server, room, SMALL) == SMALL && SSL_read(alone.client, room, SMALL) == SMALL);
	}
	began = now() - began;
	alone_end(&alone);
	SSL_CTX_free(alone.server_context);
	SSL_CTX_free(alone.client_context);
	return began / ROUND_TRIPS * 1e6;
}

/* ---- a stage that hands on ------------------------------------------------------------------------------------------------------ */

struct stage { odeon_ref connection, owner; };
extern const odeon_kind *const behind_stage;

/* Of a session, or of a client, who is the argument then. */
ODEON_START(stage, odeon_session)
{
	struct odeon_session session = *odeon_session;

	stage->connection = session.connection;
	if (odeon_ref_is_nobody(stage->connection)) {
		stage->owner = *(const odeon_ref *)session.argument;
		return 0;
	}
	session.connection = odeon_self_ref(self);
	return odeon_spawn_pinned(self, behind_stage, &session, ODEON_WORKER_HERE, &stage->owner);
}
ODEON_HANDLER(stage, odeon_connected)
{
	stage->connection = odeon_connected->who;
	odeon_connected->who = odeon_self_ref(self);
	(void)odeon_send(self, stage->owner, odeon_connected);
}
ODEON_HANDLER(stage, odeon_bytes)
{
	(void)odeon_send(self, odeon_ref_equal(odeon_from(self), stage->connection) ? stage->owner : stage->connection, odeon_bytes);
}
ODEON_HANDLER(stage, odeon_read) { (void)odeon_send(self, stage->connection, odeon_read); }
ODEON_HANDLER(stage, odeon_close) { (void)odeon_send(self, stage->connection, odeon_close); }
ODEON_HANDLER(stage, odeon_unwritten) { (void)odeon_send(self, stage->owner, odeon_unwritten); }
ODEON_HANDLER(stage, odeon_read_end) { (void)odeon_send(self, stage->owner, odeon_read_end); }
ODEON_HANDLER(stage, odeon_disconnected)
{
	odeon_free(odeon_try_send(self, stage->owner, odeon_disconnected, NULL));      /* it may have ended */
	odeon_exit(self);
}
ODEON_HANDLERS(stage_handlers, ODEON_ON(stage, odeon_connected), ODEON_ON(stage, odeon_bytes), ODEON_ON(stage, odeon_read),
	ODEON_ON(stage, odeon_close), ODEON_ON(stage, odeon_unwritten), ODEON_ON(stage, odeon_read_end),
	ODEON_ON(stage, odeon_disconnected));
ODEON_KIND(stage, stage_handlers, .start = ODEON_STARTS(stage), .place = ODEON_PINNED);

/* ---- a server: echoes what is small, and says of each so many bytes that they have come ----------------------------------------- */

struct server { odeon_ref connection; size_t bytes; bool streams; };

ODEON_START(server, odeon_session)
{
	server->connection = odeon_session->connection;
	return odeon_send(self, server->connection, odeon_new(odeon_read, .count = 2));
}
ODEON_HANDLER(server, odeon_bytes)
{
	(void)odeon_send(self, server->connection, odeon_new(odeon_read, .count = 1));
	server->streams |= odeon_bytes->length > SMALL;
	if (!server->streams) {
		(void)odeon_send(self, server->connection, odeon_bytes);
		return;
	}
	for (server->bytes += odeon_bytes->length; server->bytes >= PIECE; server->bytes -= PIECE)
		(void)odeon_send(self, server->connection, odeon_bytes_constant("a", ACK));
}
ODEON_HANDLER(server, odeon_unwritten) { (void)server; }
ODEON_HANDLER(server, odeon_read_end) { (void)odeon_send(self, server->connection, odeon_new(odeon_close)); }
ODEON_HANDLER(server, odeon_disconnected) { odeon_exit(self); }
ODEON_HANDLERS(server_handlers, ODEON_ON(server, odeon_bytes), ODEON_ON(server, odeon_unwritten), ODEON_ON(server, odeon_read_end),
	ODEON_ON(server, odeon_disconnected));
ODEON_KIND(server, server_handlers, .start = ODEON_STARTS(server), .place = ODEON_PINNED);
const odeon_kind *const behind_stage = &server_kind;

/* ---- a client ------------------------------------------------------------------------------------------------------------------- */

enum what { STREAM, PING, CONNECT, CONNECT_ANEW };
struct plan { enum what what; char address[ODEON_ADDRESS_BYTES]; odeon_tls *tls; bool is_staged; struct gate done; double began, took; };
struct client { struct plan *plan; odeon_ref connection; unsigned sent, answered; };

static void open_one(odeon_self *self, struct client *client)
{
	struct plan *plan = client->plan;
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.credit = ODEON_READ_ALWAYS, .tls = plan->tls);
	odeon_ref us = odeon_self_ref(self), owner = us;
	struct odeon_session session = { .argument = &us };
	char name[40];

	if (plan->what == CONNECT_ANEW) {               /* nothing was settled by that name */
		snprintf(name, sizeof name, "n%u.cost.example", client->answered);
		options.tls_name = name;
	}
	if (plan->is_staged)
		must(odeon_spawn_pinned(self, &stage_kind, &session, ODEON_WORKER_HERE, &owner) == 0);
	must(odeon_connection_open(odeon_system_of(self), plan->address, owner, &options, NULL) == 0);
}

static void send_one(odeon_self *self, struct client *client, size_t length)
{
	struct odeon_bytes *bytes = odeon_bytes_new(length);

	must(bytes != NULL);
	memset(bytes->data, 'x', bytes->length = length);
	(void)odeon_send(self, client->connection, bytes);
	client->sent++;
}

ODEON_HANDLER(client, note) { open_one(self, client); (void)note; }
ODEON_HANDLER(client, odeon_connected)
{
	client->connection = odeon_connected->who;
	if (client->plan->what < CONNECT)
		client->plan->began = now();
	for (int i = 0; i < (client->plan->what == STREAM ? WINDOW : 1); i++)
		send_one(self, client, client->plan->what == STREAM ? PIECE : SMALL);
}

static void finish(odeon_self *self, struct client *client)
{
	client->plan->took = now() - client->plan->began;
	gate_open(&client->plan->done);
	odeon_exit(self);
}

ODEON_HANDLER(client, odeon_bytes)
{
	enum what what = client->plan->what;
	unsigned most = what == STREAM ? PIECES : what == PING ? ROUND_TRIPS : CONNECTIONS;

	client->answered += what == STREAM ? (unsigned)odeon_bytes->length : 1;
	if (client->answered >= most || what >= CONNECT)
		(void)odeon_send(self, client->connection, odeon_new(odeon_close));
	else if (what == PING)
		send_one(self, client, SMALL);
	while (what == STREAM && client->sent < PIECES && client->sent < client->answered + WINDOW)
		send_one(self, client, PIECE);
	if (client->answered >= most && what < CONNECT)
		finish(self, client);
}
ODEON_HANDLER(client, odeon_unwritten) { (void)client; }
ODEON_HANDLER(client, odeon_read_end) { (void)client; }
ODEON_HANDLER(client, odeon_disconnected)
{
	must(odeon_disconnected->error == 0);
	if (client->answered >= CONNECTIONS)
		finish(self, client);
	else
		open_one(self, client);
}
ODEON_START(client, plan)
{
	client->plan = (struct plan *)(uintptr_t)plan;
	return odeon_send(self, odeon_self_ref(self), odeon_new(note));
}
ODEON_HANDLERS(client_handlers, ODEON_ON(client, note), ODEON_ON(client, odeon_connected), ODEON_ON(client, odeon_bytes),
	ODEON_ON(client, odeon_unwritten), ODEON_ON(client, odeon_read_end), ODEON_ON(client, odeon_disconnected));
ODEON_KIND(client, client_handlers, .start = ODEON_STARTS(client), .place = ODEON_PINNED);

/* Seconds. The first connection of all has nothing to resume. */
static double run(enum what what, odeon_tls *server, odeon_tls *client, bool is_staged)
{
	struct plan plan = { .what = what, .tls = client, .is_staged = is_staged, .done = GATE };
	odeon_options options = ODEON_OPTIONS(.workers = 1, .poller = odeon_net_poller());
	odeon_listener_options listener = ODEON_LISTENER_OPTIONS(.session = is_staged ? &stage_kind : &server_kind,
	                                                          .connection = { .tls = server });
	odeon_system *system;

	must(odeon_system_start(&options, &system) == 0);
	must(odeon_listener_open(system, "127.0.0.1:0", &listener, plan.address, NULL) == 0);
	plan.began = now();
	must(odeon_system_spawn_pinned(system, &client_kind, &plan, 0, NULL) == 0);
	gate_wait(&plan.done, 1);
	must(odeon_system_free(system) == 0);
	return plan.took;
}

static double rate(enum what what, double seconds)
{
	return what == STREAM ? (double)PIECES * PIECE / seconds / 1e6 : seconds / (what == PING ? ROUND_TRIPS : CONNECTIONS) * 1e6;
}

static odeon_tls *client_context(const odeon_tls_options *options)
{
	odeon_tls *made;

	must(odeon_tls_client(options, &made, NULL) == 0);
	return made;
}

static void measure(enum what what, const char *name, double (*alone)(void))
{
	odeon_tls_certificate certificate = certificate_ours(&ours);
	odeon_tls_options of_server = ODEON_TLS_OPTIONS(.certificates = &certificate, .certificate_count = 1);
	odeon_tls_options of_client = ODEON_TLS_OPTIONS(.roots = root.chain_pem, .roots_bytes = strlen(root.chain_pem));
	double best[4] = { 0 };
	odeon_tls *server, *client;

	must(odeon_tls_server(&of_server, &server, NULL) == 0);
	for (int round = 0; round < rounds; round++) {
		double got[4];

		client = client_context(&of_client);
		got[0] = alone();
		got[1] = rate(what, run(what, NULL, NULL, false));
		got[2] = rate(what, run(what, NULL, NULL, true));
		got[3] = rate(what, run(what, server, client, false));
		odeon_tls_drop(client);
		for (int i = 0; i < 4; i++)
			if (round == 0 || (what == STREAM) == (got[i] > best[i]))
				best[i] = got[i];
	}
	odeon_tls_drop(server);
	printf("%-34s %10.1f %10.1f %10.1f %10.1f\n", name, best[0], best[1], best[2], best[3]);
	fflush(stdout);
}

static double alone_full(void) { return alone_handshakes(false); }
static double alone_resumed(void) { return alone_handshakes(true); }

int main(int count, char **words)
{
	if (count > 1)
		rounds = atoi(words[1]);
	root = certificate_new(&(struct wish){ .name = "root", .is_root = true }, NULL);
	ours = certificate_new(&(struct wish){ .name = "ours", .alternatives = "IP:127.0.0.1,DNS:*.cost.example" }, &root);
	printf("%-34s %10s %10s %10s %10s\n", "", "OpenSSL", "plain", "+ stage", "TLS");
	measure(STREAM, "bytes, MB a second", alone_bytes);
	measure(PING, "100 bytes there and back, us", alone_round_trips);
	measure(CONNECT, "a connection, resumed, us", alone_resumed);
	measure(CONNECT_ANEW, "a connection, not resumed, us", alone_full);
	return 0;
}
