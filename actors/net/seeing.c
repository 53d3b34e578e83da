/* SPDX-License-Identifier: BSD-2-Clause */
/* seeing - what a connection makes of what its wire has seen, and of what TLS, where there is one, has found in it */
#include "connection.h"

/* ---- connected ----------------------------------------------------------------------------------------------------------------- */

static void describe(struct connection *connection)
{
	struct odeon_connected *connected = connection->connected;
	struct ready *ready = connection->ready;
	char here[ODEON_ADDRESS_BYTES];
	uint32_t is_resumed;

	if (connected != NULL)
		wire_addresses(connection->wire, connected->here, connected->there);
	if (connected != NULL && connection->tls != NULL)
		tls_describe(connection->tls, connected->protocol, connected->peer, &connected->is_resumed);
	if (ready != NULL) {
		wire_addresses(connection->wire, here, ready->there);
		tls_describe(connection->tls, ready->protocol, ready->peer, &is_resumed);
	}
}

void seeing_nobody(odeon_self *self, struct connection *connection)
{
	connection->has_lost_owner = true;
	connection_end(self, connection, 0, 0, "", true);
}

/* Who accepted it makes a session now. */
static void announce(odeon_self *self, struct connection *connection)
{
	int error;

	connection->ready->who = odeon_self_ref(self);
	error = odeon_send(self, connection->hall->acceptor, connection->ready);
	connection->ready = NULL;
	if (error != 0)
		seeing_nobody(self, connection);
}

void seeing_connected(odeon_self *self, struct connection *connection)
{
	connection->is_connected = true;
	describe(connection);
	(void)odeon_tick_cancel(self, 'c');             /* there is none when it came connected */
	if (connection->ready != NULL)
		announce(self, connection);
}

static void see_wire_connected(odeon_self *self, struct connection *connection)
{
	dialing_free(connection->dialing);
	connection->dialing = NULL;
	(void)odeon_tick_cancel(self, 'n');
	if (connection->tls != NULL)
		tls_begin(connection->tls, connection->wire);
	else
		seeing_connected(self, connection);
}

static void see_failure(odeon_self *self, struct connection *connection, int error)
{
	if (!dialing_go_on(self, connection))
		connection_fail(self, connection, error);
}

/* ---- read ------------------------------------------------------------------------------------------------------------------------ */

static void see_read_end(odeon_self *self, struct connection *connection)
{
	connection->has_seen_read_end = true;
	if (connection->is_closing)
		return;
	connection->read_end = odeon_new(odeon_read_end, .who = odeon_self_ref(self));
	if (connection->read_end == NULL)
		connection_end(self, connection, ODEON_ENOMEM, 0, "no memory to tell of the end of reading", false);
}

/* Somebody between may have made it: nobody has said it. */
static void see_cut(odeon_self *self, struct connection *connection)
{
	if (connection->is_closing)
		see_read_end(self, connection);
	else if (!connection->is_connected || tls_has_all(connection->tls))
		connection_end(self, connection, ODEON_EDISCONNECTED, 0,
		               connection->is_connected ? "the end came without being said" : "gone during the handshake", false);
}

static void look_at_tls(odeon_self *self, struct connection *connection)
{
	struct tls *tls = connection->tls;

	tls_look(tls);
	if (tls->is_ready && !connection->is_connected)
		seeing_connected(self, connection);
	if (connection->wire == NULL)
		return;
	if (tls->error != 0)
		connection_end(self, connection, tls->error, 0, tls->text, false);
	else if (tls->has_read_end && !connection->has_seen_read_end)
		see_read_end(self, connection);
}

void seeing_all(odeon_self *self, struct connection *connection)
{
	uint32_t seen = connection->wire->seen;

	connection->wire->seen &= WIRE_READ_END | WIRE_WRITE_ENDED | WIRE_FAILED;
	if ((seen & WIRE_CONNECTED) != 0)
		see_wire_connected(self, connection);
	if ((seen & WIRE_PROBED) != 0)
		writing_probed(connection);
	if (connection->tls != NULL)
		look_at_tls(self, connection);
	if (connection->wire == NULL)
		return;
	if ((seen & WIRE_FAILED) != 0)
		see_failure(self, connection, connection->wire->error);
	else if ((seen & WIRE_READ_END) != 0 && !connection->has_seen_read_end && connection->tls != NULL)
		see_cut(self, connection);
	else if ((seen & WIRE_READ_END) != 0 && !connection->has_seen_read_end)
		see_read_end(self, connection);
}

/* ---- credit ------------------------------------------------------------------------------------------------------------------------ */

uint32_t *seeing_credit(struct connection *connection)
{
	return connection->tls != NULL ? &connection->tls->credit : &connection->wire->credit;
}

void seeing_read_on(odeon_self *self, struct connection *connection)
{
	if (connection->is_closing)
		*seeing_credit(connection) = ODEON_READ_ALWAYS;
	if (connection->tls == NULL && connection->is_connected)
		wire_credit(connection->wire, connection->wire->credit);
	else if (connection->tls != NULL && tls_has_more(connection->tls))
		connection_stir(self, connection);
	else if (connection->tls != NULL)
		tls_read_on(connection->tls);
}

/* ---- over -------------------------------------------------------------------------------------------------------------------------- */

static struct odeon_bytes *take_reads(struct odeon_bytes **first)
{
	struct odeon_bytes *reads = *first;

	*first = NULL;
	return reads;
}

/* The wire is the caller's, to close or to leave; so is TLS. */
struct wire *seeing_last(struct connection *connection, bool resets)
{
	struct wire *wire = connection->wire;
	struct tls *tls = connection->tls;

	if ((wire->seen & WIRE_PROBED) != 0)
		writing_probed(connection);
	wire->seen &= ~WIRE_PROBED;
	if (tls != NULL && tls->wire != NULL)
		tls_look_last(tls);
	connection->read = tls != NULL ? tls->read : wire->read;
	connection->reads = tls != NULL ? take_reads(&tls->first) : take_reads(&wire->first);
	if (tls != NULL && !resets)
		tls_say_last(tls);
	connection->wire = NULL;
	connection->tls = NULL;
	return wire;
}
