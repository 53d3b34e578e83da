/* SPDX-License-Identifier: BSD-2-Clause */
/* http_caller - its life: given a call, connected, told what came of it, free again */
#include "http_caller.h"
#include <string.h>

ODEON_MESSAGE_DEFINE_DROP(http_call) { odeon_free(http_call->fetch); }

/* ---- the connection ------------------------------------------------------------------------------------------------------------ */

/* What it still says is another one's, and ignored. */
static void hang_up(odeon_self *self, struct caller *caller, bool resets)
{
	if (odeon_ref_is_nobody(caller->connection))
		return;
	(void)(resets ? odeon_actor_kill : odeon_actor_stop)(odeon_system_of(self), caller->connection);
	caller->connection = ODEON_NOBODY;
}

static int connect_to_server(odeon_self *self, struct caller *caller)
{
	odeon_connection_options options = caller->terms->options.connection;

	options.credit = 1;
	options.tls_name = caller->name;
	if (caller->name[0] == '\0')
		options.tls = NULL;
	caller->was_used = false;
	caller->is_listening = true;
	return odeon_connection_open(odeon_system_of(self), caller->address, odeon_self_ref(self), &options, &caller->connection);
}

/* ---- calls ----------------------------------------------------------------------------------------------------------------- */

static void ask(odeon_self *self, struct caller *caller)
{
	int error = odeon_ref_is_nobody(caller->connection) ? connect_to_server(self, caller) : 0;

	hearing_begin(caller);
	if (error == 0)
		asking_begin(self, caller);
	else
		http_caller_fail(self, caller, error);
}

/* Whether the connection is kept is decided before. The fetch is the caller's. */
static struct odeon_http_fetch *end_call(odeon_self *self, struct caller *caller)
{
	struct odeon_http_fetch *fetch = caller->call->fetch;

	asking_let_go(self, caller);
	hearing_forget(caller);
	(void)odeon_tick_cancel(self, 'w');
	caller->call->fetch = NULL;
	caller->was_used = true;
	return fetch;
}

/* Before it is answered, so that who asks again when it has the answer gets the same connection. */
static struct odeon_http_fetch *be_free(odeon_self *self, struct caller *caller)
{
	struct odeon_http_fetch *fetch = end_call(self, caller);

	(void)odeon_send(self, caller->pool, caller->call);
	caller->call = NULL;
	return fetch;
}

void http_caller_finish(odeon_self *self, struct caller *caller)
{
	const struct http_head *head = &caller->reader.head;
	bool keeps = head->keeps_alive && !head->is_until_end && head->code != 101 && caller->is_asked && caller->input == NULL;
	struct odeon_http_fetched *fetched = caller->fetched;
	struct odeon_http_fetch *fetch;

	fetched->body = caller->body;
	caller->body = NULL;
	caller->fetched = NULL;
	if (!keeps || !hearing_listen(self, caller))    /* so that its end is seen */
		hang_up(self, caller, false);
	fetch = be_free(self, caller);
	(void)odeon_reply_to(self, fetch, fetched);
	odeon_free(fetch);
}

void http_caller_fail(odeon_self *self, struct caller *caller, int error)
{
	struct odeon_http_fetch *fetch;

	if (caller->streams) {
		http_caller_end_stream(self, caller, error);
		return;
	}
	hang_up(self, caller, true);
	fetch = be_free(self, caller);
	(void)odeon_reply_error_to(self, fetch, error);
	odeon_free(fetch);
}

/* Not all of it came. */
static void lay_by_farewell(struct caller *caller, int error)
{
	caller->farewell = caller->stream.breach;
	caller->farewell_to = caller->stream.to;
	caller->stream.breach = NULL;
	caller->farewell->error = error;
	caller->farewell->text = odeon_error_text(error);
}

/* The reader is told, if need be when there is room; then the actor is over. */
static void part(odeon_self *self, struct caller *caller)
{
	int why = 0;

	if (caller->farewell != NULL)
		caller->farewell = odeon_try_send(self, caller->farewell_to, caller->farewell, &why);
	if (why != ODEON_EFULL || odeon_when_room(self, caller->farewell_to) != 0)
		odeon_exit(self);
}

/* There is no waiting any more: a dead letter, unless there is nobody left to be told. */
static void tell_last(odeon_self *self, struct caller *caller)
{
	int why = 0;

	caller->farewell = odeon_try_send(self, caller->farewell_to, caller->farewell, &why);
	if (why == ODEON_EFULL)
		(void)odeon_send(self, caller->farewell_to, caller->farewell);
	else
		odeon_free(caller->farewell);
	caller->farewell = NULL;
}

void http_caller_end_stream(odeon_self *self, struct caller *caller, int error)
{
	hearing_deliver(self, &caller->stream);
	if (error != 0)
		lay_by_farewell(caller, error);
	hang_up(self, caller, error != 0);
	odeon_free(end_call(self, caller));
	odeon_free(caller->call);
	caller->call = NULL;
	caller->streams = false;
	part(self, caller);
}

ODEON_HANDLER(caller, http_call)
{
	const struct odeon_http_fetch *fetch = http_call->fetch;
	int error;

	caller->call = odeon_keep(self, http_call);
	(void)http_fetch_may_be(fetch, &caller->url);   /* the pool has seen that it may */
	caller->may_repeat = http_fetch_is_safe(fetch); /* while its body is there to be seen */
	caller->streams = false;
	caller->is_asked = odeon_ref_is_nobody(fetch->source);
	error = odeon_tick_after(self, caller->call->until.ns - odeon_now(self).ns, 'w');
	if (error == 0)
		ask(self, caller);
	else
		http_caller_fail(self, caller, error);
}

ODEON_HANDLER(caller, odeon_tick)
{
	if (caller->call != NULL && !caller->streams)
		http_caller_fail(self, caller, ODEON_ETIMEDOUT);
}

/* ---- from the connection, and from the source ------------------------------------------------------------------------------------ */

static bool is_connection(odeon_self *self, const struct caller *caller)
{
	return odeon_ref_equal(odeon_from(self), caller->connection);
}

ODEON_HANDLER(caller, odeon_bytes)
{
	if (asking_has_source(caller, odeon_from(self)))
		asking_piece(self, caller, odeon_keep(self, odeon_bytes));
	else if (!is_connection(self, caller))
		return;
	else if (caller->call != NULL && !caller->stream.is_whole)
		hearing_bytes(self, caller, odeon_keep(self, odeon_bytes));
	else
		hang_up(self, caller, true);            /* nobody asked for that */
}

/* What is to be said is on its way already. */
ODEON_HANDLER(caller, odeon_connected) { (void)self; (void)caller; }

ODEON_HANDLER(caller, odeon_unwritten)
{
	if (is_connection(self, caller))
		asking_room(self, caller, odeon_unwritten->is_high != 0);
}

/* The server acts on nothing that comes from now on. A connection that was kept may have been closed just as it was asked. */
static void lose(odeon_self *self, struct caller *caller, int error)
{
	bool was_used = caller->was_used;

	hang_up(self, caller, true);
	if (caller->call == NULL || caller->stream.is_whole)
		return;
	if (was_used && !caller->has_heard && caller->may_repeat)
		ask(self, caller);
	else
		hearing_end(self, caller, error);
}

ODEON_HANDLER(caller, odeon_read_end)
{
	if (asking_has_source(caller, odeon_from(self)))
		asking_end(self, caller);
	else if (is_connection(self, caller))
		lose(self, caller, 0);
}

ODEON_HANDLER(caller, odeon_disconnected)
{
	if (asking_has_source(caller, odeon_from(self)))
		http_caller_fail(self, caller, ODEON_EDISCONNECTED);
	else if (is_connection(self, caller)) {
		caller->connection = ODEON_NOBODY;
		lose(self, caller, odeon_disconnected->error);
	}
}

/* The pool, the source, or who reads the stream. */
ODEON_HANDLER(caller, odeon_down)
{
	if (odeon_ref_equal(odeon_down->who, caller->pool)) {
		if (caller->call != NULL)
			http_caller_fail(self, caller, ODEON_ESTOPPING);
		odeon_exit(self);
	} else if (asking_has_source(caller, odeon_down->who))
		http_caller_fail(self, caller, ODEON_EDISCONNECTED);
	else if (caller->streams && odeon_ref_equal(odeon_down->who, caller->stream.to))
		http_caller_end_stream(self, caller, ODEON_EGONE);
}

/* ---- from who reads the stream -------------------------------------------------------------------------------------------------------- */

ODEON_HANDLER(caller, odeon_read)
{
	struct http_stream *stream = &caller->stream;

	if (!caller->streams)
		return;
	if (odeon_read->count == 0 || odeon_read->count == ODEON_READ_ALWAYS)
		stream->credit = odeon_read->count;
	else if (stream->credit != ODEON_READ_ALWAYS)
		stream->credit = stream->credit < ODEON_READ_ALWAYS - 1 - odeon_read->count ? stream->credit + odeon_read->count
		                                                                            : ODEON_READ_ALWAYS - 1;
	hearing_stream(self, caller);
}

ODEON_HANDLER(caller, odeon_give)
{
	if (caller->farewell != NULL) {
		caller->farewell_to = odeon_give->to;
		part(self, caller);
	}
	if (!caller->streams)
		return;
	(void)odeon_unmonitor(self, caller->stream.to);
	caller->stream.to = odeon_give->to;
	caller->stream.awaits_room = false;
	if (odeon_monitor(self, odeon_give->to) != 0)
		http_caller_end_stream(self, caller, ODEON_EGONE);
	else
		hearing_stream(self, caller);
}

ODEON_HANDLER(caller, odeon_room)
{
	caller->stream.awaits_room = false;
	if (caller->streams)
		hearing_stream(self, caller);
	else if (caller->farewell != NULL)
		part(self, caller);
}

ODEON_HANDLER(caller, odeon_close)
{
	if (caller->streams)
		http_caller_end_stream(self, caller, ODEON_EDISCONNECTED);
}

/* ---- the kind -------------------------------------------------------------------------------------------------------------------------- */

ODEON_START(caller, http_calling)
{
	struct http_limits limits = HTTP_LIMITS;
	int error = odeon_bound(self, NULL);            /* whatever the system's options say: what comes is bounded by credit */

	if (error == 0)
		error = odeon_monitor(self, http_calling->pool);
	if (error != 0)
		return error;
	(void)http_reader_init_answers(&caller->reader, limits);
	caller->pool = http_calling->pool;
	caller->terms = http_client_terms_share(http_calling->terms);
	memcpy(caller->address, http_calling->address, strlen(http_calling->address) + 1);
	memcpy(caller->name, http_calling->name, strlen(http_calling->name) + 1);
	return 0;
}

ODEON_STOP(caller)
{
	if (caller->streams)
		lay_by_farewell(caller, ODEON_ESTOPPING);
	if (caller->farewell != NULL)
		tell_last(self, caller);
	else if (caller->call != NULL)
		(void)odeon_reply_error_to(self, caller->call->fetch, ODEON_ESTOPPING);
	hearing_forget(caller);
	http_reader_fini(&caller->reader);
	odeon_free(caller->let_go);
	odeon_free(caller->call);
	http_client_terms_drop(caller->terms);
}

ODEON_HANDLERS(caller_handlers,
	ODEON_ON(caller, http_call),
	ODEON_ON(caller, odeon_connected),
	ODEON_ON(caller, odeon_bytes),
	ODEON_ON(caller, odeon_unwritten),
	ODEON_ON(caller, odeon_read_end),
	ODEON_ON(caller, odeon_disconnected),
	ODEON_ON(caller, odeon_down),
	ODEON_ON(caller, odeon_tick),
	ODEON_ON(caller, odeon_read),
	ODEON_ON(caller, odeon_give),
	ODEON_ON(caller, odeon_room),
	ODEON_ON(caller, odeon_close));
ODEON_KIND(caller, caller_handlers, .start = ODEON_STARTS(caller), .stop = ODEON_STOPS(caller), .place = ODEON_PINNED,
	.is_background = 1);

const odeon_kind *const http_caller = &caller_kind;
