/* SPDX-License-Identifier: BSD-2-Clause */
/* http_exchange - a request as it comes in: its head, who answers it, its body */
#include "http_session.h"
#include <stdlib.h>
#include <string.h>

enum { BODY_ROOM_FIRST = 4096 };

/* ---- somebody else answers ------------------------------------------------------------------------------------------------------- */

struct forwarded { uint64_t number; };

static int status_of(int error)
{
	switch (error) {
	case ODEON_ETIMEDOUT:
		return 504;
	case ODEON_EFULL: case ODEON_ENOMEM: case ODEON_ESTOPPING:
		return 503;
	default:
		return 502;
	}
}

ODEON_ANSWER(odeon_http_session, forwarded, odeon_http_answer)
{
	struct http_session *session = odeon_http_session->inside_;

	if (session->number != forwarded->number || !http_exchange_is_owed(session)) {
		if (odeon_http_answer != NULL)
			http_reply_free(self, odeon_http_answer);
		return;
	}
	if (odeon_http_answer == NULL)
		http_reply_status(self, session, status_of(error));
	else
		(void)http_reply(self, session, odeon_http_answer);
	http_session_answered(self, session);
}

/* While a body comes in pieces, only standing still is late, and that is the session's to see. */
int http_exchange_forward(odeon_self *self, struct http_session *session, odeon_ref to, odeon_duration within)
{
	odeon_time until = session->body == HTTP_STREAMED ? ODEON_NEVER : odeon_deadline(self, within);
	int error = odeon_request(self, to, http_request_copy(&session->request), until,
		ODEON_THEN(self, odeon_http_session, forwarded, odeon_http_answer, .number = session->number));

	if (error != 0)
		return error;
	session->is_forwarded = true;
	session->within = within;
	if (session->body == HTTP_STREAMED)
		session->body_owner = to;
	return 0;
}

static void dispatch(odeon_self *self, struct http_session *session)
{
	const odeon_http_route *route = session->route;

	session->within = route->within;
	session->request.argument = route->argument;
	session->request.duty = (odeon_http_duty){ .session = session->self, .inside_ = session, .number_ = session->number };
	if (route->handle != NULL)
		route->handle(self, &session->request);
	else if (route->websocket != NULL)
		http_upgrade(self, session);
	else if (http_exchange_forward(self, session, route->actor, route->within) != 0)
		http_reply_status(self, session, 503);
}

/* ---- heads ----------------------------------------------------------------------------------------------------------------------- */

/* Names and values of what the path has, where they live as long as the exchange. False: no memory. */
static bool keep_parameters(struct http_session *session, const struct http_match *match, struct http_text *parameters)
{
	struct http_paper paper = { session->parameters, session->parameters_room, 0 };
	char *room;

	http_match_parameters(match, &paper);
	*parameters = (struct http_text){ session->parameters, paper.used };
	if (http_paper_fits(&paper))
		return true;
	room = realloc(session->parameters, paper.used);
	if (room == NULL)
		return false;
	session->parameters = room;
	session->parameters_room = paper.used;
	return keep_parameters(session, match, parameters);
}

/* What is wrong with it: a status, or 0. */
static int find_route(odeon_self *self, struct http_session *session)
{
	const struct http_head *head = &session->reader.head;
	struct http_text parameters = { NULL, 0 };
	struct http_match match;
	int status = http_routes_find(session->server->routes, head->method, head->path, &match);

	session->route = NULL;
	if (status == 200 && !keep_parameters(session, &match, &parameters))
		status = 503;
	http_request_show(&session->request, &session->fields, head, parameters);
	session->request.there = session->there;
	if (status == 405)
		http_reply_not_allowed(self, session, &match);
	if (status != 200)
		return status;
	session->route = match.value;
	return http_reader_limit(&session->reader, session->route->body_most) ? 0 : 413;
}

static void begin_exchange(struct http_session *session)
{
	session->number++;
	session->coming = HTTP_COMES;
	session->body = HTTP_COLLECTED;
	http_writer_begin(&session->writer, &session->reader.head);
	if (session->is_draining)
		session->writer.keeps_alive = false;
}

static bool lay_by(struct http_session *session)
{
	session->farewell = odeon_new(odeon_disconnected, .who = session->self, .text = "");
	return session->farewell != NULL;
}

static void see_head(odeon_self *self, struct http_session *session)
{
	const struct http_head *head = &session->reader.head;
	int status;

	begin_exchange(session);
	if (!http_head_settle(&session->reader.head)) {
		http_reply_refusal(self, session, 400);
		return;
	}
	status = find_route(self, session);
	if (status == 413) {
		http_reply_refusal(self, session, status);
	} else if (status != 0) {
		if (session->going == HTTP_OWED)
			http_reply_status(self, session, http_text_is(head->path, HTTP_TEXT("*")) ? 204 : status);
	} else if (session->route->streams && !lay_by(session)) {
		http_reply_refusal(self, session, 503);
	} else if (session->route->streams) {
		session->body = HTTP_STREAMED;
		session->request.body_bytes = head->is_chunked ? ODEON_HTTP_BYTES_UNKNOWN : head->body_bytes;
		dispatch(self, session);
	} else {
		http_reply_continue(self, session);
	}
}

/* ---- bodies ---------------------------------------------------------------------------------------------------------------------- */

/* A piece of what was read, as a message: if it reaches to the end of that, it is that. */
static struct odeon_bytes *take_piece(struct http_session *session, struct http_text piece)
{
	struct odeon_bytes *input = session->input;

	if (input->length > 0)
		return odeon_bytes_copy(piece.at, piece.bytes);
	session->input = input->next;
	input->next = NULL;
	input->data -= piece.bytes;
	input->length = piece.bytes;
	return input;
}

static size_t room_behind(const struct odeon_bytes *body)
{
	return body->room - (size_t)(body->data - (const unsigned char *)(body + 1)) - body->length;
}

/* Room grows with what has come, never by what was announced. */
static bool grow(struct odeon_http_request *request, size_t more)
{
	size_t length = request->body->length, room = (length + more) * 2;
	struct odeon_bytes *body = odeon_bytes_new(room > BODY_ROOM_FIRST ? room : BODY_ROOM_FIRST);

	if (body == NULL)
		return false;
	memcpy(body->data, request->body->data, length);
	body->length = length;
	odeon_free(request->body);
	request->body = body;
	return true;
}

static bool collect(struct http_session *session, struct http_text piece)
{
	struct odeon_http_request *request = &session->request;

	if (request->body == NULL) {
		request->body = take_piece(session, piece);
		return request->body != NULL;
	}
	if (room_behind(request->body) < piece.bytes && !grow(request, piece.bytes))
		return false;
	memcpy(request->body->data + request->body->length, piece.at, piece.bytes);
	request->body->length += piece.bytes;
	return true;
}

/* Who reads a body may have a mailbox with bounds: what does not fit waits, and nothing more is read. */
static void tell_owner(odeon_self *self, struct http_session *session, void *message)
{
	int why = ODEON_ENOMEM;

	session->held = message != NULL ? odeon_try_send(self, session->body_owner, message, &why) : NULL;
	if (message != NULL && (session->held == NULL || (why == ODEON_EFULL && odeon_when_room(self, session->body_owner) == 0)))
		return;
	odeon_free(session->held);
	session->held = NULL;
	if (why != ODEON_EGONE)
		http_session_leave(self, session, true);
}

void http_exchange_tell_held(odeon_self *self, struct http_session *session)
{
	void *message = session->held;

	session->held = NULL;
	if (message != NULL)
		tell_owner(self, session, message);
}

static void stream(odeon_self *self, struct http_session *session, struct http_text piece)
{
	if (session->body_credit != ODEON_READ_ALWAYS)
		session->body_credit--;
	tell_owner(self, session, take_piece(session, piece));
}

static void see_body(odeon_self *self, struct http_session *session)
{
	struct http_text piece = session->reader.body;

	http_session_progress(self, session, piece.bytes);
	if (session->body == HTTP_STREAMED)
		stream(self, session, piece);
	else if (session->body == HTTP_COLLECTED && !collect(session, piece))
		http_reply_refusal(self, session, 503);
}

static void see_end(odeon_self *self, struct http_session *session)
{
	session->coming = HTTP_WHOLE;
	http_writer_request_is_whole(&session->writer);
	if (session->body == HTTP_STREAMED && !odeon_ref_is_nobody(session->body_owner))
		tell_owner(self, session, odeon_new(odeon_read_end, .who = session->self));
	if (session->body == HTTP_COLLECTED)
		dispatch(self, session);
}

void http_exchange_break(odeon_self *self, struct http_session *session, int error)
{
	odeon_ref owner = session->body_owner;
	bool is_told = session->coming == HTTP_WHOLE && session->held == NULL;

	session->body_owner = ODEON_NOBODY;
	odeon_free(session->held);
	session->held = NULL;
	if (odeon_ref_is_nobody(owner) || session->coming == HTTP_AWAITED || is_told || session->farewell == NULL)
		return;
	session->farewell->error = error;
	session->farewell_to = owner;
	(void)http_exchange_part(self, session);
}

/* Who has ended need not be told; and without memory to be told of room with there is no waiting. */
bool http_exchange_part(odeon_self *self, struct http_session *session)
{
	int why = 0;

	if (!http_exchange_is_parting(session))
		return true;
	session->farewell = odeon_try_send(self, session->farewell_to, session->farewell, &why);
	if (why == ODEON_EFULL && odeon_when_room(self, session->farewell_to) == 0)
		return false;
	if (why == ODEON_EFULL)
		(void)odeon_send(self, session->farewell_to, session->farewell);
	else
		odeon_free(session->farewell);
	session->farewell = NULL;
	session->farewell_to = ODEON_NOBODY;
	return true;
}

/* ---- steps ----------------------------------------------------------------------------------------------------------------------- */

void http_exchange_free(struct http_session *session)
{
	odeon_free(session->request.body);
	odeon_free(session->held);
	session->request.body = NULL;
	session->held = NULL;
	if (!http_exchange_is_parting(session)) {
		odeon_free(session->farewell);
		session->farewell = NULL;
	}
	session->body_owner = ODEON_NOBODY;
	session->body_credit = 0;
	session->is_forwarded = false;
	session->body = HTTP_COLLECTED;
	session->coming = HTTP_AWAITED;
	session->going = HTTP_OWED;
}

/* What is left of a request that is too long to wait for is read by nobody. */
static bool finish(odeon_self *self, struct http_session *session)
{
	bool is_whole = session->coming == HTTP_WHOLE;

	http_exchange_free(session);
	if (!is_whole || session->is_draining || !http_writer_keeps_alive(&session->writer)) {
		http_session_leave(self, session, false);
		return false;
	}
	if (session->input == NULL)
		http_reader_rest(&session->reader);
	return true;
}

static bool may_read(const struct http_session *session)
{
	if (session->coming == HTTP_AWAITED)
		return !session->is_full && !session->is_paused && !http_exchange_is_parting(session);
	return http_exchange_wants_body(session);
}

/* The answer is whole, and what is left of the request is not. False: it is too much to wait for. */
static bool discard(odeon_self *self, struct http_session *session)
{
	http_exchange_break(self, session, 0);
	session->body = HTTP_DISCARDED;
	return http_writer_keeps_alive(&session->writer) &&
	       http_reader_limit(&session->reader, session->server->options.body_most);
}

static void drop_used_up(struct http_session *session)
{
	struct odeon_bytes *input = session->input;

	if (input == NULL || input->length > 0)
		return;
	session->input = input->next;
	input->next = NULL;
	odeon_free(input);
}

static void see(odeon_self *self, struct http_session *session, enum http_event event)
{
	switch (event) {
	case HTTP_MORE: break;
	case HTTP_HEAD: see_head(self, session); break;
	case HTTP_BODY: see_body(self, session); break;
	case HTTP_END: see_end(self, session); break;
	case HTTP_REFUSED: http_reply_refusal(self, session, session->reader.status); break;
	}
}

bool http_exchange_step(odeon_self *self, struct http_session *session)
{
	struct odeon_bytes *input = session->input;
	enum http_event event;
	size_t used;

	if (session->going == HTTP_GIVEN && (session->coming == HTTP_WHOLE ||
	    (session->body != HTTP_DISCARDED && !discard(self, session))))
		return finish(self, session);
	if (session->coming == HTTP_WHOLE)
		return false;
	if ((input == NULL && !session->has_event) || !may_read(session))
		return false;
	event = http_reader_read(&session->reader, input != NULL ? (struct http_text){ (char *)input->data, input->length }
	                                                         : (struct http_text){ "", 0 }, &used);
	session->has_event = event != HTTP_MORE;
	if (input != NULL) {
		input->data += used;
		input->length -= used;
	}
	see(self, session, event);
	drop_used_up(session);
	return !session->is_leaving;
}
