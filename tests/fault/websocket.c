/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket.c - both ends of a WebSocket with each allocation failing in turn: the call answers with the error, or each end is told
 * of its end once, with a name; nothing crashes, and nothing is left
 */
#include "../contract/frames.h"
#include "talks.h"

enum { SWEEP_MOST = 400, LOTS = 200000 };

static atomic_uint ends, comes_back;
static atomic_int error_of_end;

/* ---- a server's session, that says what it hears ------------------------------------------------------------------------ */

struct echo { odeon_ref websocket; };

ODEON_START(echo, odeon_websocket_session)
{
	echo->websocket = odeon_websocket_session->websocket;
	return 0;
}
ODEON_HANDLER(echo, odeon_websocket_message) { (void)odeon_send(self, echo->websocket, odeon_websocket_message); }
ODEON_HANDLER(echo, odeon_unwritten) { (void)echo; }
ODEON_HANDLER(echo, odeon_draining) { (void)odeon_send(self, echo->websocket, odeon_new(odeon_websocket_close)); }
ODEON_HANDLER(echo, odeon_websocket_closed) { odeon_exit(self); }
ODEON_HANDLERS(echo_handlers, ODEON_ON(echo, odeon_websocket_message), ODEON_ON(echo, odeon_unwritten), ODEON_ON(echo, odeon_draining),
	ODEON_ON(echo, odeon_websocket_closed));
ODEON_KIND(echo, echo_handlers, .start = ODEON_STARTS(echo), .place = ODEON_PINNED);

/* ---- a client: says lots and little, pings, and closes when all came back --------------------------------------------------- */

struct client { odeon_ref websocket; };

static struct odeon_websocket_message *lots(void)
{
	struct odeon_bytes *bytes = odeon_bytes_new(LOTS);

	if (bytes != NULL)
		memset(bytes->data, 'x', bytes->length = LOTS);
	return odeon_websocket_binary(bytes);
}

/* Who has no memory himself gives up. */
static void tell_or_leave(odeon_self *self, struct client *client, void *message)
{
	if (odeon_send(self, client->websocket, message) != ODEON_ENOMEM)
		return;
	atomic_fetch_add(&ends, 1);
	odeon_exit(self);
}

ODEON_HANDLER(client, odeon_websocket_opened)
{
	client->websocket = odeon_websocket_opened->who;
	tell_or_leave(self, client, odeon_new(odeon_websocket_ping));
	tell_or_leave(self, client, lots());
	tell_or_leave(self, client, odeon_websocket_text(odeon_bytes_constant("!", 1)));
}
ODEON_HANDLER(client, odeon_websocket_message)
{
	if (atomic_fetch_add(&comes_back, (unsigned)odeon_websocket_message->bytes->length) > 0)
		tell_or_leave(self, client, odeon_new(odeon_websocket_close, .reason = "done"));
}
ODEON_HANDLER(client, odeon_unwritten) { (void)client; }
ODEON_HANDLER(client, odeon_websocket_pong) { (void)client; }
ODEON_HANDLER(client, odeon_websocket_closed)
{
	atomic_store(&error_of_end, odeon_websocket_closed->error);
	atomic_fetch_add(&ends, 1);
}
ODEON_HANDLERS(client_handlers, ODEON_ON(client, odeon_websocket_opened), ODEON_ON(client, odeon_websocket_message),
	ODEON_ON(client, odeon_unwritten), ODEON_ON(client, odeon_websocket_pong), ODEON_ON(client, odeon_websocket_closed));
ODEON_KIND(client, client_handlers);

/* ---- one run ----------------------------------------------------------------------------------------------------------------- */

/* What the calls answered: 0, and then the client is told of an end sooner or later. */
static int talk(odeon_system *system)
{
	odeon_websocket_options server = ODEON_WEBSOCKET_OPTIONS(.session = &echo_kind, .credit = ODEON_READ_ALWAYS,
		.idle_timeout = ODEON_MS(100), .close_timeout = ODEON_MS(50));
	odeon_websocket_options client = ODEON_WEBSOCKET_OPTIONS(.credit = ODEON_READ_ALWAYS, .idle_timeout = ODEON_MS(100),
		.close_timeout = ODEON_MS(50), .connection = ODEON_CONNECTION_OPTIONS(.linger = ODEON_MS(50), .connect_timeout = ODEON_MS(100)));
	odeon_listener_options door = ODEON_LISTENER_OPTIONS(.session = door_kind, .argument = &server,
		.connection = ODEON_CONNECTION_OPTIONS(.linger = ODEON_MS(50), .idle_timeout = ODEON_MS(200)));
	char bound[ODEON_ADDRESS_BYTES], url[ODEON_ADDRESS_BYTES + 8];
	struct odeon_drained *drained;
	odeon_ref listener, owner;
	int error = odeon_system_spawn(system, &client_kind, NULL, &owner);

	if (error == 0)
		error = odeon_listener_open(system, "127.0.0.1:0", &door, bound, &listener);
	if (error != 0)
		return error;
	snprintf(url, sizeof url, "ws://%s/", bound);
	error = odeon_websocket_open(system, url, owner, &client, NULL);
	if (error != 0)
		return error;
	must(talks_end(&ends));
	drained = odeon_ask(odeon_drained, system, listener, odeon_new(odeon_drain), odeon_clock_deadline(ODEON_MS(500)), &error);
	odeon_free(drained);
	return error;
}

static int run(unsigned long nth, bool *has_failed)
{
	long blocks = faults_blocks();
	int error;

	atomic_store(&ends, 0);
	atomic_store(&comes_back, 0);
	atomic_store(&error_of_end, 0);
	error = talks_run(talk, nth, has_failed);
	must(atomic_load(&ends) <= 1);
	must(faults_blocks() == blocks);                /* check has blocks of its own; must has none */
	return error;
}

START_TEST(without_faults_all_comes_back)
{
	bool has_failed;

	ck_assert_int_eq(run(0, &has_failed), 0);
	ck_assert_int_eq(atomic_load(&error_of_end), 0);
	ck_assert_uint_eq(atomic_load(&comes_back), LOTS + 1);
}
END_TEST

START_TEST(each_allocation_may_fail)
{
	unsigned long nth;
	bool has_failed = true;
	int error;

	for (nth = 1; has_failed && nth < SWEEP_MOST; nth++) {
		error = run(nth, &has_failed);
		ck_assert_msg(error == 0 || error == ODEON_ENOMEM || error == ODEON_ESYSTEM || error == ODEON_ETIMEDOUT
		              || error == ODEON_EUNANSWERED || error == ODEON_EGONE,
		              "number %lu: %s", nth, odeon_error_name(error));
	}
	ck_assert_uint_gt(nth, 60);
	ck_assert_uint_lt(nth, SWEEP_MOST);
}
END_TEST

KIT_MAIN("fault/websocket", { .name = "websocket", .tests = KIT_TESTS(without_faults_all_comes_back, each_allocation_may_fail) })
