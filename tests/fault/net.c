/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.c - a server and its client with each allocation failing in turn: each call answers with the error, or the connection ends
 * with its name; nothing crashes, and nothing is left
 *
 * Built three times: without TLS; with it (relay.h); and so that OpenSSL's allocations fail, too (crypto_memory.c), of which
 * there are so many that only each STEP-th is tried, from one on that the seed names.
 */
#include "../contract/relay.h"
#include "talks.h"
#include <odeon/net.h>
#include <string.h>

enum { SWEEP_MOST = 300 * STEP, LOTS = 200000 };

static atomic_uint ends, comes_back;
static atomic_int error_of_end;

/* ---- a server -------------------------------------------------------------------------------------------------------------- */

struct server { odeon_ref connection; };

ODEON_START(server, odeon_session)
{
	server->connection = odeon_session->connection;
	return odeon_send(self, server->connection, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
}
ODEON_HANDLER(server, odeon_bytes) { (void)odeon_send(self, server->connection, odeon_bytes); }
ODEON_HANDLER(server, odeon_unwritten) { (void)server; }
ODEON_HANDLER(server, odeon_draining) { (void)server; }
ODEON_HANDLER(server, odeon_read_end) { (void)odeon_send(self, server->connection, odeon_new(odeon_write_end)); }
ODEON_HANDLER(server, odeon_disconnected) { odeon_exit(self); }
ODEON_HANDLERS(server_handlers, ODEON_ON(server, odeon_bytes), ODEON_ON(server, odeon_unwritten), ODEON_ON(server, odeon_read_end),
	ODEON_ON(server, odeon_draining), ODEON_ON(server, odeon_disconnected));
ODEON_KIND(server, server_handlers, .start = ODEON_STARTS(server), .place = ODEON_PINNED);

/* ---- a client -------------------------------------------------------------------------------------------------------------- */

struct client { int unused; };
static struct odeon_bytes *lots(void)
{
	struct odeon_bytes *bytes = odeon_bytes_new(LOTS);

	if (bytes != NULL)
		memset(bytes->data, 'x', bytes->length = LOTS);
	return bytes;
}

ODEON_HANDLER(client, odeon_connected)
{
	(void)odeon_send(self, odeon_connected->who, lots());
	(void)odeon_send(self, odeon_connected->who, odeon_new(odeon_write_end));
}
ODEON_HANDLER(client, odeon_bytes) { atomic_fetch_add(&comes_back, (unsigned)odeon_bytes->length); }
ODEON_HANDLER(client, odeon_unwritten) { (void)client; }
ODEON_HANDLER(client, odeon_read_end) { (void)odeon_send(self, odeon_read_end->who, odeon_new(odeon_write_end)); }
ODEON_HANDLER(client, odeon_disconnected)
{
	atomic_store(&error_of_end, odeon_disconnected->error);
	atomic_fetch_add(&ends, 1);
}
ODEON_HANDLERS(client_handlers, ODEON_ON(client, odeon_connected), ODEON_ON(client, odeon_bytes), ODEON_ON(client, odeon_unwritten),
	ODEON_ON(client, odeon_read_end), ODEON_ON(client, odeon_disconnected));
ODEON_KIND(client, client_handlers);

/* ---- one run ----------------------------------------------------------------------------------------------------------------- */

/* What the calls answered: 0, and then the client is told of an end sooner or later, or when all stops. */
static int talk(odeon_system *system)
{
	odeon_listener_options server = ODEON_LISTENER_OPTIONS(.session = &server_kind,
		.connection = ODEON_CONNECTION_OPTIONS(.linger = ODEON_MS(50), .idle_timeout = ODEON_MS(100), .tls = relay_server()));
	odeon_connection_options client = ODEON_CONNECTION_OPTIONS(.credit = ODEON_READ_ALWAYS, .linger = ODEON_MS(50),
		.idle_timeout = ODEON_MS(100), .tls = relay_client());
	char bound[ODEON_ADDRESS_BYTES];
	struct odeon_drained *drained;
	odeon_ref listener, owner;
	int error = odeon_system_spawn(system, &client_kind, NULL, &owner);

	if (error == 0)
		error = odeon_listener_open(system, "127.0.0.1:0", &server, bound, &listener);
	if (error == 0)
		error = odeon_connection_open(system, bound, owner, &client, NULL);
	if (error != 0)
		return error;
	must(talks_end(&ends));
	drained = odeon_ask(odeon_drained, system, listener, odeon_new(odeon_drain), odeon_clock_deadline(ODEON_MS(500)), &error);
	odeon_free(drained);
	return error;
}

/* What OpenSSL makes in the first run stays for the others. */
static bool is_warm = STEP == 1;

static int run(unsigned long nth, bool *has_failed)
{
	long blocks = faults_blocks();
	int error;

	relay_open();
	atomic_store(&ends, 0);
	atomic_store(&comes_back, 0);
	atomic_store(&error_of_end, 0);
	error = talks_run(talk, nth, has_failed);
	relay_close();
	must(atomic_load(&ends) <= 1);
	must(faults_blocks() == blocks || !is_warm);    /* check has blocks of its own; must has none */
	is_warm = true;
	return error;
}

START_TEST(without_faults_all_comes_back)
{
	bool has_failed;

	ck_assert_int_eq(run(0, &has_failed), 0);
	ck_assert_int_eq(atomic_load(&error_of_end), 0);
	ck_assert_uint_eq(atomic_load(&comes_back), LOTS);
}
END_TEST

START_TEST(each_allocation_may_fail)
{
	unsigned long nth;
	bool has_failed = true;
	int error;

	if (STEP > 1)
		(void)run(0, &has_failed);
	for (nth = 1 + kit_seed() % STEP, has_failed = true; has_failed && nth < SWEEP_MOST; nth += STEP) {
		error = run(nth, &has_failed);
		ck_assert_msg(error == 0 || error == ODEON_ENOMEM || error == ODEON_ESYSTEM || error == ODEON_ETIMEDOUT
		              || error == ODEON_EUNANSWERED || error == ODEON_EGONE,
		              "number %lu: %s", nth, odeon_error_name(error));
	}
	ck_assert_uint_gt(nth, 40);
	ck_assert_uint_lt(nth, SWEEP_MOST);
}
END_TEST

KIT_MAIN(SUITE, { .name = "net", .tests = KIT_TESTS(without_faults_all_comes_back, each_allocation_may_fail) })
