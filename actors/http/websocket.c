/* SPDX-License-Identifier: BSD-2-Clause */
/* websocket - its life: begun, told what to do, timed out, closed, ended */
#include "websocket.h"

#include <odeon/failure.h>
#include <odeon/timer.h>
#include <string.h>
#include "websocket_handshake.h"

#define IDLE_TIMEOUT ODEON_SECONDS(60)
#define CLOSE_TIMEOUT ODEON_SECONDS(5)
#define MESSAGE_MOST ((size_t)1 << 20)
#define EARLY_MOST ((size_t)64 << 20)
#define NO_REASON ((struct http_text){ "", 0 })

ODEON_MESSAGE_DEFINE_LATE(odeon_websocket_ping);
ODEON_MESSAGE_DEFINE_LATE(odeon_websocket_close);
ODEON_MESSAGE_DEFINE(odeon_websocket_opened);
ODEON_MESSAGE_DEFINE(odeon_websocket_pong);
ODEON_MESSAGE_DEFINE(odeon_websocket_closed);
ODEON_MESSAGE_DEFINE_LATE_DROP(odeon_websocket_message) { odeon_free(odeon_websocket_message->bytes); }
ODEON_MESSAGE_DEFINE_DROP(websocket_begun) { odeon_free(websocket_begun->rest); }

static struct odeon_websocket_message *message_of(struct odeon_bytes *bytes, bool is_binary)
{
	struct odeon_websocket_message *message =
		bytes != NULL ? odeon_new(odeon_websocket_message, .bytes = bytes, .is_binary = is_binary) : NULL;

	if (message == NULL)
		odeon_free(bytes);
	return message;
}

struct odeon_websocket_message *odeon_websocket_text(struct odeon_bytes *bytes) { return message_of(bytes, false); }
struct odeon_websocket_message *odeon_websocket_binary(struct odeon_bytes *bytes) { return message_of(bytes, true); }

/* ---- the end -------------------------------------------------------------------------------------------------------------- */

static void leave(odeon_self *self, struct websocket *websocket, bool resets)
{
	if (websocket->is_leaving || websocket->is_over)
		return;
	websocket->is_leaving = true;
	if (odeon_send(self, websocket->connection, odeon_new(odeon_close, .resets = resets)) == ODEON_ENOMEM)
		(void)odeon_actor_kill(odeon_system_of(self), websocket->connection);
}

static void name_end(struct websocket *websocket, int error, int system_error, const char *text)
{
	if (websocket->is_failed)
		return;
	websocket->is_failed = true;
	websocket->closed->error = error;
	websocket->closed->system_error = system_error;
	websocket->closed->text = text;
}

void websocket_fail(odeon_self *self, struct websocket *websocket, int error, uint16_t code, const char *text)
{
	if (websocket->is_leaving || websocket->is_over)
		return;
	name_end(websocket, error, 0, text);
	if (error == ODEON_EMALFORMED && !websocket->has_heard_close)
		websocket->closed->code = code;
	if (websocket->is_open && websocket_code_is(code))
		websocket_say_close(self, websocket, code, http_text_of(text));
	leave(self, websocket, error == ODEON_ENOMEM || error == ODEON_ETIMEDOUT || !websocket->is_open);
}

void websocket_hear_close(odeon_self *self, struct websocket *websocket, uint16_t code, struct http_text reason)
{
	websocket->has_heard_close = true;
	websocket->closed->code = code;
	memcpy(websocket->closed->reason, reason.at, reason.bytes);     /* a frame of control has room for one byte less */
	websocket_say_close(self, websocket, code, NO_REASON);
	leave(self, websocket, false);
}

/* Says so, and waits for the other side's. */
static void close_by(odeon_self *self, struct websocket *websocket, uint16_t code, struct http_text reason)
{
	if (websocket->has_said_close || websocket->is_leaving || websocket->is_over)
		return;
	if (!websocket->is_open) {
		name_end(websocket, 0, 0, "closed before it was open");
		leave(self, websocket, true);
		return;
	}
	websocket_say_close(self, websocket, code, reason);
	if (odeon_tick_after(self, websocket->close_timeout, 'c') != 0)
		websocket_fail(self, websocket, ODEON_ENOMEM, WEBSOCKET_LOST, "no memory to close in time");
}

/* The connection has ended. */
static void be_over(struct websocket *websocket, int error, int system_error, const char *text)
{
	if (websocket->is_over)
		return;
	if (websocket->has_said_close && websocket->has_heard_close)
		name_end(websocket, 0, 0, "");
	else
		name_end(websocket, error != 0 ? error : ODEON_EDISCONNECTED, system_error,
		         error != 0 ? text : "the other side ended without a close");
	websocket->is_over = true;
	websocket_tell(websocket, TELL_CLOSED, websocket->closed);
	websocket->closed = NULL;
}

/* ---- everything, whatever it was that happened ---------------------------------------------------------------------------- */

static void go_on(odeon_self *self, struct websocket *websocket)
{
	while (websocket_read_on(self, websocket) && websocket_tell_on(self, websocket))
		continue;
	if (websocket->has_read_end && !websocket->has_more)
		websocket_fail(self, websocket, ODEON_EDISCONNECTED, WEBSOCKET_LOST, "the other side ended without a close");
	if (websocket_tell_on(self, websocket) && websocket->is_over)
		odeon_exit(self);
	else
		websocket_ask_for_more(self, websocket);
}

/* ---- the beginning -------------------------------------------------------------------------------------------------------- */

int websocket_check(const odeon_websocket_options *options)
{
	if (options->bytes != sizeof *options)
		return ODEON_EVERSION;
	if (options->idle_timeout < 0 || options->close_timeout < 0 || options->message_most > ODEON_MESSAGE_BYTES_MOST / 4 ||
	    !websocket_origins_may_be(options->origins))
		return ODEON_EINVAL;
	return 0;
}

static int begin(odeon_self *self, struct websocket *websocket, const odeon_websocket_options *options, bool is_server)
{
	struct websocket_limits limits = WEBSOCKET_LIMITS;
	odeon_duration idle = options->idle_timeout > 0 ? options->idle_timeout : IDLE_TIMEOUT;
	int error = odeon_bound(self, NULL);            /* whatever the system's options say: the connection has bounds */

	limits.message_bytes = options->message_most > 0 ? options->message_most : options->parts ? UINT64_MAX : MESSAGE_MOST;
	if (options->parts)
		limits.frames = UINT32_MAX;
	websocket_reader_init(&websocket->reader, limits, is_server);
	websocket->is_client = !is_server;
	websocket->parts = options->parts != 0;
	websocket->credit = options->credit;
	websocket->early_most = EARLY_MOST;
	websocket->close_timeout = options->close_timeout > 0 ? options->close_timeout : CLOSE_TIMEOUT;
	if (error == 0)
		error = odeon_tick_every(self, idle / 4 + 1, 'i');
	if (error != 0)
		return error;
	websocket->closed = odeon_new(odeon_websocket_closed, .who = odeon_self_ref(self), .code = WEBSOCKET_LOST);
	return websocket->closed != NULL ? 0 : ODEON_ENOMEM;
}

static const char *text_of(const char *text) { return text != NULL ? text : ""; }

static int spawn_session(odeon_self *self, struct websocket *websocket, const struct websocket_beginning *server)
{
	const odeon_websocket_options *options = server->options;
	struct odeon_websocket_session session = {
		.websocket = odeon_self_ref(self), .argument = options->argument, .path = text_of(server->path),
		.query = text_of(server->query), .protocol = text_of(server->protocol), .there = text_of(server->there),
		.request = server->request,
	};
	int error;

	if (options->session->place == ODEON_PINNED)
		error = odeon_spawn_pinned(self, options->session, &session, ODEON_WORKER_HERE, &websocket->owner);
	else
		error = odeon_spawn(self, options->session, &session, &websocket->owner);
	if (error != 0)
		return error;
	error = odeon_monitor(self, websocket->owner);
	if (error != 0)
		(void)odeon_actor_kill(odeon_system_of(self), websocket->owner);
	return error;
}

/* The connection may end before it is ours, and then tells another. */
static int begin_server(odeon_self *self, struct websocket *websocket, const struct websocket_beginning *server)
{
	int error = odeon_monitor(self, server->connection);

	websocket->connection = server->connection;
	return error != 0 ? error : spawn_session(self, websocket, server);
}

ODEON_START(websocket, websocket_start)
{
	int error = begin(self, websocket, websocket_start->options, websocket_start->server != NULL);

	if (error == 0)
		error = websocket_start->server != NULL ? begin_server(self, websocket, websocket_start->server)
		                                        : websocket_connect(self, websocket, websocket_start->client);
	websocket->is_owned = error == 0;
	if (error != 0)
		odeon_free(websocket->closed);
	return error;
}

int websocket_begin(odeon_self *self, const struct websocket_beginning *beginning, odeon_ref *websocket)
{
	struct websocket_start start = { .options = beginning->options, .server = beginning };
	int error = websocket_check(beginning->options);

	if (error == 0 && beginning->options->session == NULL)
		error = ODEON_EINVAL;
	return error == 0 ? odeon_spawn_pinned(self, websocket_actor, &start, ODEON_WORKER_HERE, websocket) : error;
}

/* It may have ended by now, and the connection too: the websocket monitors that. */
bool websocket_take_over(odeon_self *self, odeon_ref websocket, odeon_ref connection, struct odeon_bytes *rest)
{
	struct websocket_begun *begun = odeon_new(websocket_begun, .rest = rest);
	struct odeon_give *give = odeon_new(odeon_give, .to = websocket);

	if (begun == NULL)
		odeon_free(rest);
	if (begun == NULL || give == NULL) {
		odeon_free(begun);
		odeon_free(give);
		return false;
	}
	(void)odeon_send(self, connection, give);
	(void)odeon_send(self, websocket, begun);
	return true;
}

ODEON_HANDLER(websocket, websocket_begun)
{
	websocket->input = websocket_begun->rest;
	websocket_begun->rest = NULL;
	websocket->has_more = websocket->input != NULL;
	websocket->is_open = true;
	websocket_say_what_waits(self, websocket);
	go_on(self, websocket);
}

/* ---- from the connection ---------------------------------------------------------------------------------------------------- */

/* A client's. The request is on its way, and now the answer is asked for. */
ODEON_HANDLER(websocket, odeon_connected) { go_on(self, websocket); }

/* Nobody else can put words into the other side's mouth. */
ODEON_HANDLER(websocket, odeon_bytes)
{
	if (!odeon_ref_equal(odeon_from(self), websocket->connection))
		return;
	websocket->has_asked = false;
	websocket->has_heard = websocket->has_more = true;
	websocket->input = odeon_keep(self, odeon_bytes);       /* there was none: it is asked for when all was looked at */
	go_on(self, websocket);
}

ODEON_HANDLER(websocket, odeon_unwritten)
{
	websocket->is_high = odeon_unwritten->is_high != 0;
	odeon_unwritten->who = odeon_self_ref(self);
	websocket_tell(websocket, TELL_UNWRITTEN, odeon_keep(self, odeon_unwritten));
	websocket_say_what_waits(self, websocket);
	go_on(self, websocket);
}

ODEON_HANDLER(websocket, odeon_draining)
{
	odeon_duration within = odeon_draining->within;

	odeon_draining->who = odeon_self_ref(self);
	websocket_tell(websocket, TELL_DRAINING, odeon_keep(self, odeon_draining));
	if (odeon_tick_after(self, within / 4 * 3, 'd') != 0)
		close_by(self, websocket, WEBSOCKET_GOING_AWAY, NO_REASON);
	go_on(self, websocket);
}

ODEON_HANDLER(websocket, odeon_read_end)
{
	websocket->has_read_end = true;
	go_on(self, websocket);
}

ODEON_HANDLER(websocket, odeon_disconnected)
{
	be_over(websocket, odeon_disconnected->error, odeon_disconnected->system_error, odeon_disconnected->text);
	go_on(self, websocket);
}

ODEON_HANDLER(websocket, odeon_down)
{
	if (odeon_ref_equal(odeon_down->who, websocket->connection)) {
		be_over(websocket, ODEON_EDISCONNECTED, 0, "the connection ended");
	} else if (odeon_ref_equal(odeon_down->who, websocket->owner)) {
		websocket->is_owned = websocket->awaits_room = false;
		close_by(self, websocket, odeon_down->code == 0 ? WEBSOCKET_NORMAL : WEBSOCKET_FAILED, NO_REASON);
	}
	go_on(self, websocket);
}

/* ---- what it is told to do --------------------------------------------------------------------------------------------------- */

ODEON_HANDLER(websocket, odeon_websocket_message)
{
	struct odeon_bytes *bytes = odeon_websocket_message->bytes;
	enum websocket_opcode opcode = odeon_websocket_message->is_binary ? WEBSOCKET_OPCODE_BINARY : WEBSOCKET_OPCODE_TEXT;

	if (websocket->has_said_close || websocket->is_leaving || websocket->is_over)
		return;
	odeon_websocket_message->bytes = NULL;
	websocket_say(self, websocket, websocket->is_amid ? WEBSOCKET_OPCODE_MORE : opcode, !odeon_websocket_message->goes_on,
	              bytes);
	websocket->is_amid = odeon_websocket_message->goes_on != 0;
}

ODEON_HANDLER(websocket, odeon_read)
{
	uint32_t count = odeon_read->count;

	if (count == ODEON_READ_ALWAYS || count == 0)
		websocket->credit = count;
	else if (websocket->credit != ODEON_READ_ALWAYS)
		websocket->credit = websocket->credit < ODEON_READ_ALWAYS - 1 - count ? websocket->credit + count : ODEON_READ_ALWAYS - 1;
	go_on(self, websocket);
}

/* One that is on its way answers for this one, too. */
ODEON_HANDLER(websocket, odeon_websocket_ping)
{
	if (!websocket->is_open || websocket->has_said_close || websocket->is_leaving || websocket->asked != 0)
		return;
	websocket_say_ping(self, websocket);
	websocket->asked = websocket->pings;
	websocket->asked_at = odeon_now(self);
}

ODEON_HANDLER(websocket, odeon_websocket_close)
{
	uint16_t code = websocket_code_is(odeon_websocket_close->code) ? odeon_websocket_close->code : WEBSOCKET_NORMAL;
	struct http_text reason = { odeon_websocket_close->reason,
		strnlen(odeon_websocket_close->reason, sizeof odeon_websocket_close->reason) };
	struct utf8 utf8 = { 0 };

	if (utf8_check(&utf8, reason) < reason.bytes || !utf8_is_whole(&utf8))
		reason = NO_REASON;
	close_by(self, websocket, code, reason);
	go_on(self, websocket);
}

ODEON_HANDLER(websocket, odeon_room)
{
	websocket->awaits_room = false;
	go_on(self, websocket);
}

/* ---- time --------------------------------------------------------------------------------------------------------------------- */

/* Who is not read from cannot be heard. */
static void look_idle(odeon_self *self, struct websocket *websocket)
{
	if (!websocket->is_open || !websocket->has_asked || websocket->has_heard)
		websocket->quiet = 0;
	else
		websocket->quiet++;
	websocket->has_heard = false;
	if (websocket->quiet == 2 && !websocket->has_said_close)
		websocket_say_ping(self, websocket);
	else if (websocket->quiet >= 4)
		websocket_fail(self, websocket, ODEON_ETIMEDOUT, WEBSOCKET_LOST, "the other side does not answer");
}

ODEON_HANDLER(websocket, odeon_tick)
{
	switch (odeon_tick->key) {
	case 'i':
		look_idle(self, websocket);
		break;
	case 'c':
		websocket_fail(self, websocket, ODEON_ETIMEDOUT, WEBSOCKET_LOST, "the other side did not close in time");
		break;
	case 'd':
		close_by(self, websocket, WEBSOCKET_GOING_AWAY, NO_REASON);
		break;
	case 'o':
		if (!websocket->is_open)
			websocket_fail(self, websocket, ODEON_ETIMEDOUT, WEBSOCKET_LOST, "opening took too long");
		break;
	default:
		break;                                  /* there may be room again */
	}
	go_on(self, websocket);
}

/* ---- stopped -------------------------------------------------------------------------------------------------------------------- */

/* As an actor, by an order: before its end came of itself. */
static void stop(odeon_self *self, struct websocket *websocket, const odeon_reason *reason)
{
	if (reason->code == 0 && websocket->is_open && !websocket->is_leaving)
		websocket_say_close(self, websocket, WEBSOCKET_GOING_AWAY, NO_REASON);
	leave(self, websocket, reason->code != 0);
	name_end(websocket, reason->code, 0, reason->code < 0 ? odeon_error_text(reason->code) : "stopped");
	be_over(websocket, 0, 0, "");
}

ODEON_STOP(websocket)
{
	if (!websocket->is_over)
		stop(self, websocket, reason);
	websocket->awaits_room = false;
	(void)websocket_tell_on(self, websocket);
	if (websocket->telling[TELL_CLOSED] != NULL && websocket->is_owned) {   /* the mailbox is full, and there is no waiting */
		(void)odeon_send(self, websocket->owner, websocket->telling[TELL_CLOSED]);
		websocket->telling[TELL_CLOSED] = NULL;
	}
	websocket_tell_nothing(websocket);
	websocket_read_nothing(websocket);
	websocket_say_nothing(websocket);
	websocket_opening_free(websocket->opening);
}

ODEON_HANDLERS(websocket_handlers,
	ODEON_ON(websocket, odeon_bytes),
	ODEON_ON(websocket, odeon_websocket_message),
	ODEON_ON(websocket, odeon_read),
	ODEON_ON(websocket, odeon_room),
	ODEON_ON(websocket, odeon_tick),
	ODEON_ON(websocket, odeon_unwritten),
	ODEON_ON(websocket, odeon_websocket_ping),
	ODEON_ON(websocket, odeon_websocket_close),
	ODEON_ON(websocket, odeon_connected),
	ODEON_ON(websocket, odeon_draining),
	ODEON_ON(websocket, odeon_read_end),
	ODEON_ON(websocket, odeon_disconnected),
	ODEON_ON(websocket, odeon_down),
	ODEON_ON(websocket, websocket_begun));
ODEON_KIND(websocket, websocket_handlers, .start = ODEON_STARTS(websocket), .stop = ODEON_STOPS(websocket),
	.place = ODEON_PINNED);

const odeon_kind *const websocket_actor = &websocket_kind;
