/* SPDX-License-Identifier: BSD-2-Clause */
/* http_session - its life: begun, going on, told what to do, timed out, ended */
#include "http_session.h"
#include <odeon/failure.h>
#include <odeon/tick.h>
#include <odeon/timer.h>
#include <stdlib.h>
#include <string.h>

enum { TURN_BYTES_MOST = 1 << 16 };             /* of answers, before the connection has its turn */

struct http_proceed { char unused; };           /* to itself: others had their turn */
ODEON_MESSAGE_DEFINE_LATE(http_proceed);

/* ---- sending --------------------------------------------------------------------------------------------------------------------- */

void http_session_send(odeon_self *self, struct http_session *session, odeon_ref to, void *message)
{
	if (odeon_send(self, to, message) != ODEON_ENOMEM)
		return;
	session->is_leaving = true;
	odeon_fail(self, ODEON_ENOMEM, "no memory for a connection's answers");
}

void http_session_flush(odeon_self *self, struct http_session *session)
{
	struct odeon_bytes *bytes = http_output_take(&session->output);

	if (bytes != NULL)
		http_session_send(self, session, session->connection, bytes);
}

void http_session_leave(odeon_self *self, struct http_session *session, bool resets)
{
	if (session->is_leaving)
		return;
	session->is_leaving = true;
	http_reply_drop_source(self, session);
	http_session_flush(self, session);
	http_session_send(self, session, session->connection, odeon_new(odeon_close, .resets = resets));
}

/* ---- time ------------------------------------------------------------------------------------------------------------------------ */

static enum http_wait wait_of(const struct http_session *session)
{
	if (session->is_leaving || session->is_paused || session->is_full)
		return HTTP_WAIT_NONE;
	if (session->coming == HTTP_AWAITED)
		return http_reader_is_between(&session->reader) ? HTTP_WAIT_IDLE : HTTP_WAIT_HEAD;
	if (session->coming == HTTP_COMES && http_exchange_wants_body(session))
		return HTTP_WAIT_BODY;
	return session->going == HTTP_OWED && (!session->is_forwarded || session->body == HTTP_STREAMED) ? HTTP_WAIT_HANDLE
	                                                                                               : HTTP_WAIT_NONE;
}

static odeon_duration duration_of(const struct http_session *session, enum http_wait wait)
{
	const odeon_http_server_options *options = &session->server->options;

	switch (wait) {
	case HTTP_WAIT_IDLE: return options->idle_timeout;
	case HTTP_WAIT_HEAD: return options->head_timeout;
	case HTTP_WAIT_BODY: return session->body_left;
	default: return session->within;
	}
}

/* One tick serves many waits: when it comes too early, it is set again. */
static void set_tick(odeon_self *self, struct http_session *session, odeon_time now)
{
	if (session->tick.ns != 0 && session->tick.ns <= session->until.ns)
		return;
	session->tick = session->until;
	if (odeon_tick_after(self, session->until.ns - now.ns, 0) == ODEON_ENOMEM)
		odeon_fail(self, ODEON_ENOMEM, "no memory for a time-out");
}

/* Whoever reads a body in pieces may stop and go on: meanwhile its clock stands still. */
static void keep_body_clock(struct http_session *session, odeon_time now)
{
	if (session->waited != session->number)
		session->body_left = session->server->options.body_timeout;
	else if (session->wait == HTTP_WAIT_BODY)
		session->body_left = session->until.ns > now.ns ? session->until.ns - now.ns : 0;
}

static void set_clock(odeon_self *self, struct http_session *session)
{
	enum http_wait wait = wait_of(session);
	odeon_time now;

	if (session->wait == wait && session->waited == session->number)
		return;
	now = odeon_now(self);
	keep_body_clock(session, now);
	session->wait = (uint8_t)wait;
	session->waited = session->number;
	if (wait == HTTP_WAIT_NONE)
		return;
	session->until = (odeon_time){ now.ns + duration_of(session, wait) };
	set_tick(self, session, now);
}

void http_session_progress(odeon_self *self, struct http_session *session, size_t bytes)
{
	const odeon_http_server_options *options = &session->server->options;
	odeon_duration more = (odeon_duration)((double)bytes / options->body_rate * 1e9);
	odeon_time most;

	if (session->wait != HTTP_WAIT_BODY)
		return;
	most = odeon_deadline(self, options->body_timeout);
	session->until.ns += more;
	if (session->until.ns > most.ns)
		session->until = most;
}

static void time_out(odeon_self *self, struct http_session *session)
{
	switch ((enum http_wait)session->wait) {
	case HTTP_WAIT_NONE: break;
	case HTTP_WAIT_IDLE: http_session_leave(self, session, false); break;
	case HTTP_WAIT_HEAD: case HTTP_WAIT_BODY: http_reply_refusal(self, session, 408); break;
	case HTTP_WAIT_HANDLE: http_reply_status(self, session, 504); break;
	}
}

ODEON_HANDLER(odeon_http_session, odeon_tick)
{
	struct http_session *session = odeon_http_session->inside_;
	odeon_time now = odeon_now(self);

	session->tick.ns = 0;
	if (session->is_leaving || session->wait == HTTP_WAIT_NONE)
		return;
	if (now.ns < session->until.ns)
		set_tick(self, session, now);
	else
		time_out(self, session);
	http_session_go_on(self, session);
}

/* ---- going on -------------------------------------------------------------------------------------------------------------------- */

/* The other side writes no more, and all that it wrote was looked at. */
static void see_read_end(odeon_self *self, struct http_session *session)
{
	if (session->coming == HTTP_AWAITED && !session->is_full)
		http_session_leave(self, session, false);
	else if (session->coming == HTTP_COMES && http_exchange_wants_body(session))
		http_session_leave(self, session, true);
}

static void stir(odeon_self *self, struct http_session *session)
{
	if (session->is_stirred)
		return;
	session->is_stirred = true;
	http_session_send(self, session, session->self, odeon_new(http_proceed));
}

void http_session_answered(odeon_self *self, struct http_session *session)
{
	if (session->is_leaving || session->is_going_on)
		return;
	http_session_flush(self, session);
	stir(self, session);
}

/* Only when nothing is left: so when a request is looked at, which may ask for another protocol, no read is under way. */
static void read_more(odeon_self *self, struct http_session *session)
{
	if (session->has_asked || session->has_read_end || session->input != NULL || session->is_full)
		return;
	session->has_asked = true;
	http_session_send(self, session, session->connection, odeon_new(odeon_read, .count = 1));
}

/* What it calls may answer, and come here: that is for the first one to see. */
void http_session_go_on(odeon_self *self, struct http_session *session)
{
	if (session->is_leaving || session->is_going_on)
		return;
	session->is_going_on = true;
	while (!session->is_leaving && session->output.bytes < TURN_BYTES_MOST && http_exchange_step(self, session))
		;
	session->is_going_on = false;
	if (session->is_leaving)
		return;
	if (session->output.bytes >= TURN_BYTES_MOST) {
		session->is_paused = true;
		stir(self, session);
	}
	http_session_flush(self, session);
	if (session->is_draining && session->coming == HTTP_AWAITED && http_reader_is_between(&session->reader))
		http_session_leave(self, session, false);
	else if (session->has_read_end && session->input == NULL)
		see_read_end(self, session);
	if (session->is_leaving)
		return;
	http_reply_ask(self, session);
	read_more(self, session);
	set_clock(self, session);
}

ODEON_HANDLER(odeon_http_session, http_proceed)
{
	odeon_http_session->inside_->is_paused = odeon_http_session->inside_->is_stirred = false;
	http_session_go_on(self, odeon_http_session->inside_);
}

/* ---- from the connection, and from sources --------------------------------------------------------------------------------------- */

static bool is_from(odeon_self *self, odeon_ref whom) { return odeon_ref_equal(odeon_from(self), whom); }

static bool is_from_source(odeon_self *self, const struct http_session *session)
{
	return session->going == HTTP_GOES && !session->is_leaving && is_from(self, session->source);
}

static void add_input(struct http_session *session, struct odeon_bytes *bytes)
{
	session->has_asked = false;
	if (session->input != NULL)
		session->input_last->next = bytes;
	else
		session->input = bytes;
	session->input_last = bytes;
}

ODEON_HANDLER(odeon_http_session, odeon_bytes)
{
	struct http_session *session = odeon_http_session->inside_;

	if (session->is_leaving)
		return;
	if (is_from(self, session->connection))
		add_input(session, odeon_keep(self, odeon_bytes));
	else if (is_from_source(self, session))
		http_reply_bytes(self, session, odeon_keep(self, odeon_bytes));
	http_session_go_on(self, session);
}

ODEON_HANDLER(odeon_http_session, odeon_read_end)
{
	struct http_session *session = odeon_http_session->inside_;

	if (is_from(self, session->connection))
		session->has_read_end = true;
	else if (is_from_source(self, session))
		http_reply_source_end(self, session, false);
	http_session_go_on(self, session);
}

ODEON_HANDLER(odeon_http_session, odeon_unwritten)
{
	struct http_session *session = odeon_http_session->inside_;

	if (!is_from(self, session->connection))
		return;
	session->is_full = odeon_unwritten->is_high != 0;
	http_session_go_on(self, session);
}

ODEON_HANDLER(odeon_http_session, odeon_draining)
{
	struct http_session *session = odeon_http_session->inside_;

	session->is_draining = true;
	if (session->going == HTTP_OWED)
		session->writer.keeps_alive = false;
	http_session_go_on(self, session);
}

/* Who reads a body is told of its end, if need be when there is room; then the session is over, or looks at what comes next. */
static void part(odeon_self *self, struct http_session *session)
{
	bool is_told = http_exchange_part(self, session);

	if (is_told && session->has_ended)
		odeon_exit(self);
	else if (is_told)
		http_session_go_on(self, session);
}

/* Whoever reads a body learns that no more of it comes. */
ODEON_HANDLER(odeon_http_session, odeon_disconnected)
{
	struct http_session *session = odeon_http_session->inside_;

	if (is_from_source(self, session)) {
		http_reply_source_end(self, session, true);
		http_session_go_on(self, session);
	}
	if (!is_from(self, session->connection))
		return;
	http_exchange_break(self, session, odeon_disconnected->error);
	http_reply_drop_source(self, session);
	session->is_leaving = session->has_ended = true;
	part(self, session);
}

ODEON_HANDLER(odeon_http_session, odeon_down)
{
	struct http_session *session = odeon_http_session->inside_;

	if (session->going != HTTP_GOES || !odeon_ref_equal(odeon_down->who, session->source))
		return;
	session->source = ODEON_NOBODY;
	http_reply_source_end(self, session, true);
	http_session_go_on(self, session);
}

/* ---- from who reads a request's body --------------------------------------------------------------------------------------------- */

ODEON_HANDLER(odeon_http_session, odeon_read)
{
	struct http_session *session = odeon_http_session->inside_;
	uint32_t count = odeon_read->count, credit = session->body_credit;

	if (session->coming != HTTP_COMES || session->body != HTTP_STREAMED || !is_from(self, session->body_owner))
		return;
	if (count == ODEON_READ_ALWAYS || count == 0)
		credit = count;
	else if (credit != ODEON_READ_ALWAYS)
		credit = credit < ODEON_READ_ALWAYS - 1 - count ? credit + count : ODEON_READ_ALWAYS - 1;
	session->body_credit = credit;
	http_reply_continue(self, session);
	http_session_go_on(self, session);
}

ODEON_HANDLER(odeon_http_session, odeon_give)
{
	struct http_session *session = odeon_http_session->inside_;

	if (http_exchange_is_parting(session)) {
		session->farewell_to = odeon_give->to;
		part(self, session);
		return;
	}
	if (session->coming == HTTP_COMES && session->body == HTTP_STREAMED)
		session->body_owner = odeon_give->to;
	http_exchange_tell_held(self, session);
}

ODEON_HANDLER(odeon_http_session, odeon_room)
{
	http_exchange_tell_held(self, odeon_http_session->inside_);
	part(self, odeon_http_session->inside_);
}

/* ---- begun and ended ------------------------------------------------------------------------------------------------------------- */

ODEON_START(odeon_http_session, odeon_session)
{
	struct http_server *server = (struct http_server *)(uintptr_t)odeon_session->argument;
	size_t there = strlen(odeon_session->there) + 1;
	struct http_session *session = calloc(1, sizeof *session + there);
	int error = session != NULL ? odeon_bound(self, NULL) : ODEON_ENOMEM;

	if (error == 0)                                 /* its first turn sets the clock */
		error = odeon_send(self, odeon_self_ref(self), odeon_new(http_proceed));
	if (error != 0) {
		free(session);
		return error;
	}
	(void)http_reader_init(&session->reader, server->limits);
	session->server = http_server_share(server);
	session->self = odeon_self_ref(self);
	session->connection = odeon_session->connection;
	session->has_asked = true;                      /* the connection's options say so */
	memcpy(session->there, odeon_session->there, there);
	odeon_http_session->inside_ = session;
	return 0;
}

ODEON_STOP(odeon_http_session)
{
	struct http_session *session = odeon_http_session->inside_;
	struct odeon_bytes *input = session->input;

	http_exchange_break(self, session, ODEON_EDISCONNECTED);        /* it may end before its connection does */
	if (http_exchange_is_parting(session)) {        /* a dead letter: there is no waiting any more */
		(void)odeon_send(self, session->farewell_to, session->farewell);
		session->farewell_to = ODEON_NOBODY;
		session->farewell = NULL;
	}
	http_reply_drop_source(self, session);
	odeon_free(input);
	odeon_free(http_output_take(&session->output));
	http_exchange_free(session);
	http_reader_fini(&session->reader);
	http_server_drop(session->server);
	free(session->parameters);
	free(session);
}

ODEON_HANDLERS(odeon_http_session_handlers,
	ODEON_ON(odeon_http_session, odeon_bytes),
	ODEON_ON(odeon_http_session, odeon_tick),
	ODEON_ON(odeon_http_session, http_proceed),
	ODEON_ON(odeon_http_session, odeon_read),
	ODEON_ON(odeon_http_session, odeon_unwritten),
	ODEON_ON(odeon_http_session, odeon_read_end),
	ODEON_ON(odeon_http_session, odeon_give),
	ODEON_ON(odeon_http_session, odeon_room),
	ODEON_ON(odeon_http_session, odeon_draining),
	ODEON_ON(odeon_http_session, odeon_down),
	ODEON_ON(odeon_http_session, odeon_disconnected));
ODEON_KIND(odeon_http_session, odeon_http_session_handlers, .start = ODEON_STARTS(odeon_http_session),
	.stop = ODEON_STOPS(odeon_http_session), .place = ODEON_PINNED);

const odeon_kind *const http_session_kind = &odeon_http_session_kind;

/* ---- what its handlers may do ---------------------------------------------------------------------------------------------------- */

/* The request that is meant; NULL: *error says why not. */
static struct http_session *of_duty(odeon_self *self, odeon_http_duty duty, int *error)
{
	struct http_session *session = duty.inside_;

	*error = ODEON_EINVAL;
	if (odeon_ref_is_nobody(duty.session) || !odeon_ref_equal(duty.session, odeon_self_ref(self)))
		return NULL;
	*error = ODEON_EGONE;
	return duty.number_ == session->number && http_exchange_is_owed(session) && !session->is_forwarded ? session : NULL;
}

int odeon_http_answer_at(odeon_self *self, odeon_http_duty duty, struct odeon_http_answer *answer)
{
	int error;
	struct http_session *session = of_duty(self, duty, &error);

	if (session == NULL) {
		http_reply_free(self, answer);
		return error;
	}
	error = http_reply(self, session, answer);
	http_session_answered(self, session);
	return error;
}

int odeon_http_forward(odeon_self *self, odeon_http_duty duty, odeon_ref to, odeon_duration within)
{
	int error;
	struct http_session *session = of_duty(self, duty, &error);

	if (session == NULL)
		return error;
	return http_exchange_forward(self, session, to, within > 0 ? within : session->route->within);
}
