/* SPDX-License-Identifier: BSD-2-Clause */
/* http_caller_hearing - an answer out of what the connection reads */
#include "http_caller.h"
#include <string.h>

static uint64_t body_most(const struct odeon_http_fetch *fetch)
{
	if (fetch->body_most != 0)
		return fetch->body_most;
	return fetch->streams ? UINT64_MAX : HTTP_FETCH_BODY_MOST;
}

void hearing_begin(struct caller *caller)
{
	const struct odeon_http_fetch *fetch = caller->call->fetch;

	caller->has_heard = caller->streams = false;
	http_reader_expect(&caller->reader, http_fetch_is_for_head(fetch), body_most(fetch));
}

void hearing_forget(struct caller *caller)
{
	odeon_free(caller->input);
	odeon_free(caller->fetched);
	odeon_free(caller->body);
	odeon_free(caller->stream.first);
	odeon_free(caller->stream.end);
	odeon_free(caller->stream.breach);
	caller->input = caller->body = NULL;
	caller->fetched = NULL;
	caller->stream = (struct http_stream){ .credit = 0 };
	http_reader_rest(&caller->reader);
}

/* ---- bodies in one piece -------------------------------------------------------------------------------------------------------- */

/* Of a length that is known, all at once; else twice as much each time. */
static bool make_room(struct caller *caller, size_t more)
{
	struct odeon_bytes *old = caller->body, *body;
	size_t length = old != NULL ? old->length : 0, room = 2 * (length + more);

	if (old != NULL && old->room - length >= more)
		return true;
	if (!caller->reader.head.is_chunked && !caller->reader.head.is_until_end)
		room = (size_t)caller->reader.head.body_bytes;
	body = odeon_bytes_new(room);
	if (body == NULL)
		return false;
	if (length > 0)
		memcpy(body->data, old->data, length);
	body->length = length;
	odeon_free(old);
	caller->body = body;
	return true;
}

static bool collect(struct caller *caller, struct http_text piece)
{
	if (!make_room(caller, piece.bytes))
		return false;
	memcpy(caller->body->data + caller->body->length, piece.at, piece.bytes);
	caller->body->length += piece.bytes;
	return true;
}

bool hearing_listen(odeon_self *self, struct caller *caller)
{
	if (!caller->is_listening)
		caller->is_listening = odeon_send(self, caller->connection, odeon_new(odeon_read, .count = 1)) != ODEON_ENOMEM;
	return caller->is_listening;
}

/* ---- bodies that stream --------------------------------------------------------------------------------------------------------- */

/* All of the input goes on as it is when nothing follows the piece. */
static bool queue(struct caller *caller, struct http_text piece, size_t used)
{
	struct odeon_bytes *bytes = caller->input;
	struct http_stream *stream = &caller->stream;

	if (used == bytes->length) {
		caller->input = NULL;
		bytes->data = (unsigned char *)(uintptr_t)piece.at;
		bytes->length = piece.bytes;
	} else
		bytes = odeon_bytes_copy(piece.at, piece.bytes);
	if (bytes == NULL)
		return false;
	if (stream->last != NULL)
		stream->last->next = bytes;
	else
		stream->first = bytes;
	stream->last = bytes;
	return true;
}

/* NULL: taken; else it came back, and room is awaited. Who has ended gets nothing. */
static void *offer(odeon_self *self, struct http_stream *stream, void *message)
{
	int why = 0;

	message = odeon_try_send(self, stream->to, message, &why);
	if (message == NULL)
		return NULL;
	if (why != ODEON_EFULL) {
		odeon_free(message);
		return NULL;
	}
	stream->awaits_room = odeon_when_room(self, stream->to) == 0;
	return message;
}

void hearing_deliver(odeon_self *self, struct http_stream *stream)
{
	while (stream->first != NULL && stream->credit > 0 && !stream->awaits_room) {
		struct odeon_bytes *bytes = stream->first, *next = bytes->next;

		bytes->next = NULL;
		stream->first = offer(self, stream, bytes);
		if (stream->first != NULL) {
			stream->first->next = next;     /* the same as before */
			return;
		}
		stream->first = next;
		if (next == NULL)
			stream->last = NULL;
		if (stream->credit != ODEON_READ_ALWAYS)
			stream->credit--;
	}
}

void hearing_stream(odeon_self *self, struct caller *caller)
{
	struct http_stream *stream = &caller->stream;

	hearing_deliver(self, stream);
	if (stream->first == NULL && stream->is_whole && !stream->awaits_room)
		stream->end = offer(self, stream, stream->end);
	if (stream->is_whole && stream->end == NULL) {
		http_caller_end_stream(self, caller, 0);
		return;
	}
	if (stream->awaits_room || (stream->first != NULL && stream->credit == 0))
		return;
	if (stream->first != NULL || stream->is_whole)  /* no memory to be told of room with */
		http_caller_end_stream(self, caller, ODEON_ENOMEM);
	else if (stream->credit > 0 && !hearing_listen(self, caller))
		http_caller_end_stream(self, caller, ODEON_ENOMEM);
}

/* ---- what the reader sees --------------------------------------------------------------------------------------------------------- */

static bool is_interim(const struct caller *caller)
{
	return caller->reader.head.code / 100 == 1 && caller->reader.head.code != 101;
}

static bool begin_stream(odeon_self *self, struct caller *caller)
{
	struct http_stream *stream = &caller->stream;

	stream->to = caller->call->asker;
	stream->end = odeon_new(odeon_read_end, .who = odeon_self_ref(self));
	stream->breach = odeon_new(odeon_disconnected, .who = odeon_self_ref(self));
	if (stream->end == NULL || stream->breach == NULL || odeon_monitor(self, stream->to) != 0)
		return false;
	caller->fetched->source = odeon_self_ref(self);
	caller->streams = true;
	(void)odeon_tick_cancel(self, 'w');
	(void)odeon_reply_to(self, caller->call->fetch, caller->fetched);
	caller->fetched = NULL;
	return true;
}

static bool see_head(odeon_self *self, struct caller *caller)
{
	if (is_interim(caller))
		return true;
	caller->fetched = http_fetched_make(&caller->reader.head);
	if (caller->fetched == NULL)
		return false;
	return !caller->call->fetch->streams || begin_stream(self, caller);
}

static void see_end(odeon_self *self, struct caller *caller)
{
	if (caller->streams) {
		caller->stream.is_whole = true;
		hearing_stream(self, caller);
	} else
		http_caller_finish(self, caller);
}

static int error_of(int status)
{
	return status == 413 || status == 431 ? ODEON_EFULL : status == 503 ? ODEON_ENOMEM : ODEON_EFAILED;
}

static void use(struct caller *caller, size_t used)
{
	struct odeon_bytes *input = caller->input;

	if (input == NULL)
		return;
	input->data += used;
	input->length -= used;
	if (input->length > 0)
		return;
	odeon_free(input);
	caller->input = NULL;
}

/* One event; false: no more for now, or the call is over. */
static bool go_on(odeon_self *self, struct caller *caller)
{
	struct odeon_bytes *input = caller->input;
	struct http_text text = { input != NULL ? (const char *)input->data : NULL, input != NULL ? input->length : 0 };
	size_t used;
	enum http_event event = http_reader_read(&caller->reader, text, &used);
	bool is_good = true;

	if (event == HTTP_HEAD)
		is_good = see_head(self, caller);
	else if (event == HTTP_BODY)
		is_good = caller->streams ? queue(caller, caller->reader.body, used) : collect(caller, caller->reader.body);
	use(caller, used);
	if (!is_good || event == HTTP_REFUSED) {
		http_caller_fail(self, caller, is_good ? error_of(caller->reader.status) : ODEON_ENOMEM);
		return false;
	}
	if (event != HTTP_END || is_interim(caller))
		return event != HTTP_MORE;
	see_end(self, caller);
	return false;
}

void hearing_bytes(odeon_self *self, struct caller *caller, struct odeon_bytes *bytes)
{
	caller->is_listening = false;
	odeon_free(caller->input);                      /* there is none: each is read to its end */
	caller->input = bytes;
	caller->has_heard = true;
	while (go_on(self, caller))
		;
	if (caller->call == NULL || (caller->streams && caller->stream.is_whole))
		return;
	if (caller->streams)
		hearing_stream(self, caller);
	else if (!hearing_listen(self, caller))
		http_caller_fail(self, caller, ODEON_ENOMEM);
}

void hearing_end(odeon_self *self, struct caller *caller, int error)
{
	bool is_in_body = caller->streams || caller->fetched != NULL;

	if (error == 0 && is_in_body && caller->reader.head.is_until_end)
		see_end(self, caller);
	else
		http_caller_fail(self, caller, error != 0 ? error : ODEON_EDISCONNECTED);
}
