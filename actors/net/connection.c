/* SPDX-License-Identifier: BSD-2-Clause */
/* connection - its life: begun, stirred, told what to do, timed out, ended */
#include "connection.h"
#include "errors.h"

#include <errno.h>

ODEON_MESSAGE_DEFINE(ready);
/* What is said to a connection may come when its other side has gone, and it has ended. */
ODEON_MESSAGE_DEFINE_LATE(odeon_read);
ODEON_MESSAGE_DEFINE_LATE(odeon_write_end);
ODEON_MESSAGE_DEFINE_LATE(odeon_close);
ODEON_MESSAGE_DEFINE(odeon_give);
ODEON_MESSAGE_DEFINE(odeon_connected);
ODEON_MESSAGE_DEFINE(odeon_read_end);
ODEON_MESSAGE_DEFINE(odeon_unwritten);
ODEON_MESSAGE_DEFINE_DROP(odeon_disconnected) { odeon_free(odeon_disconnected->unwritten); }

void connection_stir(odeon_self *self, struct connection *connection)
{
	struct stir **place = connection->wire != NULL ? &connection->wire->stir : &connection->stir;
	struct stir *stir = *place;

	*place = NULL;
	if (stir != NULL)
		(void)odeon_send(self, odeon_self_ref(self), stir);
}

/* ---- the end --------------------------------------------------------------------------------------------------------------------- */

static void name_end(struct connection *connection, int error, int system_error, const char *text)
{
	struct odeon_disconnected *news = connection->disconnected;

	news->error = error;
	news->system_error = system_error;
	news->text = text;
	news->read = connection->read;
	news->written = connection->written;
}

/* The stir is the actor's own again; it may be on its way. */
static void let_go_of_wire(struct connection *connection, bool resets)
{
	struct tls *tls = connection->tls;
	struct wire *wire = seeing_last(connection, resets);

	connection->stir = wire->stir;
	wire->stir = NULL;
	tls_free(tls);
	wire_close(wire, resets);
}

void connection_end(odeon_self *self, struct connection *connection, int error, int system_error, const char *text,
                    bool resets)
{
	if (connection->wire == NULL)
		return;
	let_go_of_wire(connection, resets);
	if (connection->ready != NULL)                  /* there never will be one */
		connection->has_lost_owner = true;
	name_end(connection, error, system_error, text);
	if (connection->stir == NULL)
		return;                                 /* when that comes, one more is sent, behind what waits now */
	connection->ending = MARKS;
	connection_stir(self, connection);
}

void connection_fail(odeon_self *self, struct connection *connection, int uv_error)
{
	connection_end(self, connection, error_of(uv_error), uv_error == UV_EOF ? 0 : -uv_error, error_text_of(uv_error),
	               false);
}

/* What waited in the mailbox at the end is here now. */
static void collect(struct connection *connection)
{
	struct odeon_disconnected *news = connection->disconnected;

	news->unwritten = writing_take_all(connection, &news->unwritten_bytes);
	connection->ending = ENDED;
}

/* ---- the beginning ------------------------------------------------------------------------------------------------------------------ */

static int own(odeon_self *self, struct connection *connection, odeon_ref owner)
{
	int error = odeon_monitor(self, owner);

	connection->owner = owner;
	connection->is_owned = error == 0;
	return error;
}

/* For who is not told by a session's argument. */
static int lay_by(odeon_self *self, struct connection *connection, const struct beginning *beginning)
{
	connection->disconnected = odeon_new(odeon_disconnected, .who = odeon_self_ref(self), .text = "");
	if (connection->disconnected == NULL)
		return ODEON_ENOMEM;
	if (odeon_ref_is_nobody(beginning->owner))
		return 0;
	connection->connected = odeon_new(odeon_connected, .who = odeon_self_ref(self));
	return connection->connected != NULL ? own(self, connection, beginning->owner) : ODEON_ENOMEM;
}

static int set_timeouts(odeon_self *self, const odeon_connection_options *options, bool waits)
{
	int error = 0;

	if (waits)
		error = odeon_tick_after(self, options->connect_timeout, 'c');
	if (error == 0 && options->idle_timeout > 0)
		error = odeon_tick_every(self, options->idle_timeout / 4 + 1, 'i');
	return error;
}

/* Who accepted it may end before there is a session, which then never comes. */
static int await_session(odeon_self *self, const struct beginning *beginning)
{
	return beginning->ready != NULL ? odeon_monitor(self, beginning->hall->acceptor) : 0;
}

static void take(struct connection *connection, const struct beginning *beginning)
{
	connection->wire = beginning->wire;
	connection->tls = beginning->tls;
	connection->terms = beginning->terms;
	connection->dialing = beginning->dialing;
	connection->hall = beginning->hall;
	connection->place = beginning->place;
	connection->ready = beginning->ready;
}

/* If it fails, all in the beginning is still the caller's. */
ODEON_START(connection, beginning)
{
	int error = odeon_bound(self, NULL);            /* whatever the system's options say: write_most is its bound */

	if (error == 0)
		error = lay_by(self, connection, beginning);
	if (error == 0)
		error = set_timeouts(self, &beginning->terms->options, beginning->dialing != NULL || beginning->tls != NULL);
	if (error == 0)
		error = await_session(self, beginning);
	if (error != 0) {
		telling_free(connection);
		return error;
	}
	take(connection, beginning);
	connection->wire->actor = odeon_self_ref(self);
	*seeing_credit(connection) = connection->terms->options.credit;
	if (connection->dialing == NULL && connection->tls == NULL)
		seeing_connected(self, connection);
	else if (connection->dialing == NULL)
		tls_begin(connection->tls, connection->wire);
	connection_stir(self, connection);
	return 0;
}

/* ---- looking ------------------------------------------------------------------------------------------------------------------------ */

/* Who has said the end by TLS may be gone before he can be told more than that. */
static bool has_ended(const struct connection *connection)
{
	const struct tls *tls = connection->tls;

	return (connection->wire->seen & WIRE_WRITE_ENDED) != 0 || (tls != NULL && tls->has_said_end && !tls_has_output(tls));
}

static bool is_over(const struct connection *connection)
{
	return connection->has_seen_read_end && has_ended(connection);
}

/* Everything, whatever it was that stirred. */
static void look(odeon_self *self, struct connection *connection)
{
	if (connection->wire != NULL && connection->dialing != NULL && !connection->dialing->has_begun)
		dialing_begin(self, connection);        /* the first turn: on the worker that it is pinned to */
	if (connection->wire != NULL)
		seeing_all(self, connection);
	if (connection->wire != NULL)
		writing_flush(self, connection);
	if (connection->wire != NULL && is_over(connection))
		connection_end(self, connection, 0, 0, "", false);
	if (telling_go_on(self, connection) && connection->ending == ENDED)
		odeon_exit(self);
	else if (connection->wire != NULL && connection->held == NULL)
		seeing_read_on(self, connection);
}

/* At the end two of them are needed: the first may have been on its way before the end. */
ODEON_HANDLER(connection, stir)
{
	struct stir **place = connection->wire != NULL ? &connection->wire->stir : &connection->stir;

	*place = odeon_keep(self, stir);
	if (connection->wire == NULL && connection->ending == RUNS) {
		connection->ending = MARKS;
		connection_stir(self, connection);
		return;
	}
	if (connection->wire == NULL && connection->ending == MARKS)
		collect(connection);
	look(self, connection);
}

ODEON_HANDLER(connection, odeon_room)
{
	connection->awaits_room = false;
	look(self, connection);
}

/* ---- its sources: we are their owner ------------------------------------------------------------------------------------------------- */

static bool is_from_source(odeon_self *self, const struct connection *connection)
{
	return sources_know(&connection->sources, odeon_from(self));
}

ODEON_HANDLER(connection, odeon_write_from)
{
	int error;

	if (connection->wire == NULL || connection->ends_writing) {
		(void)odeon_send(self, odeon_write_from->source, odeon_new(odeon_close, .resets = 1));
		return;
	}
	error = sources_add(self, &connection->sources, odeon_write_from);
	if (error != 0)
		connection_end(self, connection, error, 0, "a source could not be taken on", true);
	connection_stir(self, connection);
}

ODEON_HANDLER(connection, odeon_read_end)
{
	writing_source_ended(self, connection, odeon_from(self), false, false);
}

ODEON_HANDLER(connection, odeon_disconnected)
{
	writing_source_ended(self, connection, odeon_from(self), odeon_disconnected->error != 0, false);
}

ODEON_HANDLER(connection, odeon_unwritten) { (void)connection; }        /* of a source's own writing */
ODEON_HANDLER(connection, odeon_connected) { (void)connection; }

/* ---- what it is told to do -------------------------------------------------------------------------------------------------------------- */

ODEON_HANDLER(connection, odeon_bytes)
{
	if (is_from_source(self, connection))
		writing_bring(self, connection, odeon_keep(self, odeon_bytes));
	else
		writing_add(self, connection, odeon_keep(self, odeon_bytes));
}

ODEON_HANDLER(connection, odeon_read)
{
	uint32_t count = odeon_read->count, *credit;

	if (connection->wire == NULL || connection->is_closing)
		return;
	credit = seeing_credit(connection);
	if (count == ODEON_READ_ALWAYS || count == 0)
		*credit = count;
	else if (*credit != ODEON_READ_ALWAYS)
		*credit = *credit < ODEON_READ_ALWAYS - 1 - count ? *credit + count : ODEON_READ_ALWAYS - 1;
	if (connection->held == NULL)
		seeing_read_on(self, connection);
}

ODEON_HANDLER(connection, odeon_write_end)
{
	connection->ends_writing = true;
	if (connection->wire != NULL)
		connection_stir(self, connection);
}

static void close_gently(odeon_self *self, struct connection *connection)
{
	if (connection->wire == NULL || connection->is_closing)
		return;
	connection->is_closing = connection->ends_writing = true;
	if (!connection->is_connected)
		connection_end(self, connection, 0, 0, "", false);
	else if (odeon_tick_after(self, connection->terms->options.linger, 'l') != 0)
		connection_end(self, connection, ODEON_ENOMEM, 0, "no memory to end in time", true);
	else
		connection_stir(self, connection);
}

ODEON_HANDLER(connection, odeon_close)
{
	if (odeon_close->resets)
		connection_end(self, connection, 0, 0, "", true);
	else
		close_gently(self, connection);
}

/* Who accepted it gives it to its session, which may have given it on by then, as it started. */
static bool is_given_on(odeon_self *self, const struct connection *connection)
{
	return (connection->is_owned || connection->has_lost_owner) && connection->hall != NULL
		&& odeon_ref_equal(odeon_from(self), connection->hall->acceptor);
}

ODEON_HANDLER(connection, odeon_give)
{
	int error;

	if (is_given_on(self, connection))
		return;
	if (connection->is_owned)
		(void)odeon_unmonitor(self, connection->owner);
	connection->awaits_room = false;
	connection->has_lost_owner = false;
	error = own(self, connection, odeon_give->to);
	connection->is_owned = true;                    /* is told, at least */
	if (error != 0)
		connection_end(self, connection, error, 0, "it was given to nobody, or without memory", true);
	look(self, connection);
}

ODEON_HANDLER(connection, odeon_draining)
{
	if (connection->wire == NULL || connection->is_closing)
		return;
	if (!connection->is_connected) {                /* nobody has it yet */
		connection_end(self, connection, 0, 0, "", false);
		return;
	}
	odeon_draining->who = odeon_self_ref(self);
	odeon_free(connection->draining);
	connection->draining = odeon_keep(self, odeon_draining);
	look(self, connection);
}

/* Its owner has ended: nobody is to be told any more. */
ODEON_HANDLER(connection, odeon_down)
{
	bool was_owned = connection->is_owned || connection->has_lost_owner;

	if (!was_owned && connection->hall != NULL && odeon_ref_equal(odeon_down->who, connection->hall->acceptor))
		seeing_nobody(self, connection);
	if (!connection->is_owned || !odeon_ref_equal(odeon_down->who, connection->owner)) {
		writing_source_ended(self, connection, odeon_down->who, true, true);
		return;
	}
	connection->is_owned = connection->awaits_room = false;
	connection->has_lost_owner = true;
	if (odeon_down->code == 0)
		close_gently(self, connection);
	else
		connection_end(self, connection, 0, 0, "", true);
	look(self, connection);
}

/* ---- time-outs --------------------------------------------------------------------------------------------------------------------------- */

static void look_idle(odeon_self *self, struct connection *connection)
{
	uint64_t heard = connection->wire->read + connection->written;

	if (!connection->is_connected)
		return;
	connection->quiet = heard == connection->heard ? connection->quiet + 1 : 0;
	connection->heard = heard;
	if (connection->quiet >= 4)
		connection_end(self, connection, ODEON_ETIMEDOUT, 0, "idle for too long", !writing_is_done(connection));
}

static void look_writes(odeon_self *self, struct connection *connection)
{
	if (!connection->wire->is_probing) {
		(void)odeon_tick_cancel(self, 'w');
		connection->times_writes = false;
		connection->quiet_writes = 0;
	} else if (++connection->quiet_writes >= 4) {
		connection_end(self, connection, ODEON_ETIMEDOUT, 0, "the other side reads nothing", true);
	}
}

/* What is written by now is written: the other side did not say that it is done. */
static void stop_lingering(odeon_self *self, struct connection *connection)
{
	if (writing_is_done(connection))
		connection_end(self, connection, 0, 0, "", false);
	else
		connection_end(self, connection, ODEON_ETIMEDOUT, 0, "ending took too long", true);
}

ODEON_HANDLER(connection, odeon_tick)
{
	if (connection->wire == NULL)
		return;
	if (odeon_tick->key == 'c')
		connection_end(self, connection, ODEON_ETIMEDOUT, ETIMEDOUT, connection->tls != NULL && connection->tls->wire != NULL ?
		               "the handshake took too long" : "connecting took too long", false);
	else if (odeon_tick->key == 'n')
		(void)dialing_go_on(self, connection);
	else if (odeon_tick->key == 'l')
		stop_lingering(self, connection);
	else if (odeon_tick->key == 'i')
		look_idle(self, connection);
	else
		look_writes(self, connection);
}

/* ---- stopped ------------------------------------------------------------------------------------------------------------------------------- */

/* NULL: there is nothing, or no memory, and then it was not written. */
static struct odeon_bytes *seal_rest(struct connection *connection, struct tls *tls)
{
	struct odeon_bytes *rest = chain_take(&connection->out), *sealed = tls != NULL ? tls_seal(tls, rest) : rest;

	if (sealed == NULL && rest != NULL)
		chain_add(&connection->out, rest);
	return sealed;
}

/* As an actor, by an order: before its end came of itself. What the system has, and has not sent, would be lost by a close. */
static void leave(struct connection *connection, const odeon_reason *reason)
{
	bool has_rest = connection->out.length > 0 && !connection->has_ended_writing;
	bool stays = reason->code == 0 && connection->is_connected && (has_rest || wire_is_sending(connection->wire));
	struct tls *tls = connection->tls;
	struct wire *wire = seeing_last(connection, reason->code != 0 || stays);
	struct odeon_bytes *rest;

	name_end(connection, reason->code, 0, reason->code < 0 ? odeon_error_text(reason->code) : "");
	rest = stays && !connection->has_ended_writing ? seal_rest(connection, tls) : NULL;
	collect(connection);
	if (stays)
		wire_leave(wire, rest, connection->terms->options.linger);
	else
		wire_close(wire, reason->code != 0);
	tls_free(tls);
}

ODEON_STOP(connection)
{
	size_t late;

	if (connection->wire != NULL)
		leave(connection, reason);
	else if (connection->ending != ENDED)
		collect(connection);
	connection->ending = ENDED;
	connection->awaits_room = false;
	(void)telling_go_on(self, connection);
	if (connection->disconnected != NULL && connection->is_owned) {         /* the mailbox is full, and there is no waiting */
		(void)odeon_send(self, connection->owner, connection->disconnected);
		connection->disconnected = NULL;
	}
	telling_free(connection);
	odeon_free(writing_take_all(connection, &late));        /* after the end was told */
	sources_free(&connection->sources);
	hall_leave(self, connection->hall, connection->place);
	odeon_free(connection->ready);
	odeon_free(connection->stir);
	dialing_free(connection->dialing);
	terms_drop(connection->terms);
}

ODEON_HANDLERS(connection_handlers,
	ODEON_ON(connection, stir),
	ODEON_ON(connection, odeon_bytes),
	ODEON_ON(connection, odeon_read),
	ODEON_ON(connection, odeon_room),
	ODEON_ON(connection, odeon_tick),
	ODEON_ON(connection, odeon_down),
	ODEON_ON(connection, odeon_write_from),
	ODEON_ON(connection, odeon_write_end),
	ODEON_ON(connection, odeon_close),
	ODEON_ON(connection, odeon_give),
	ODEON_ON(connection, odeon_draining),
	ODEON_ON(connection, odeon_connected),
	ODEON_ON(connection, odeon_unwritten),
	ODEON_ON(connection, odeon_read_end),
	ODEON_ON(connection, odeon_disconnected));
ODEON_KIND(connection, connection_handlers, .start = ODEON_STARTS(connection), .stop = ODEON_STOPS(connection),
	.place = ODEON_PINNED);

const odeon_kind *const net_connection = &connection_kind;
