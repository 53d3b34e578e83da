/* SPDX-License-Identifier: BSD-2-Clause */
/* websocket_reading - from what was read to what is told */
#include "websocket.h"

#include <string.h>

/* ---- what was read ---------------------------------------------------------------------------------------------------------- */

static void drop_first(struct websocket *websocket)
{
	struct odeon_bytes *first = websocket->input;

	websocket->input = first->next;
	first->next = NULL;
	odeon_free(first);
}

static void advance(struct websocket *websocket, size_t used)
{
	if (websocket->input == NULL)
		return;
	websocket->input->data += used;
	websocket->input->length -= used;
}

void websocket_read_nothing(struct websocket *websocket)
{
	odeon_free(websocket->input);
	odeon_free(websocket->whole);
	websocket->input = websocket->whole = NULL;
	websocket->has_more = false;
}

/* ---- messages --------------------------------------------------------------------------------------------------------------- */

/* The piece is at the end of all that was read then, and most of that: then it need not be copied. */
static struct odeon_bytes *move(struct websocket *websocket, size_t used)
{
	struct odeon_bytes *first = websocket->input;
	struct http_text piece = websocket->reader.piece;

	if (first == NULL || first->room == 0 || used < first->length || piece.bytes < first->room / 2)
		return NULL;
	websocket->input = first->next;
	first->next = NULL;
	first->data = (unsigned char *)(uintptr_t)piece.at;
	first->length = piece.bytes;
	return first;
}

/* With as much room again, so that a message of many pieces is not copied for each. */
static bool gather(struct odeon_bytes **whole, struct http_text piece)
{
	size_t length = *whole != NULL ? (*whole)->length : 0, needed = length + piece.bytes;
	struct odeon_bytes *larger;

	if (*whole == NULL || (*whole)->room < needed) {
		larger = odeon_bytes_new(length > 0 ? needed + length : needed);
		if (larger == NULL)
			return false;
		if (length > 0)
			memcpy(larger->data, (*whole)->data, length);
		odeon_free(*whole);
		*whole = larger;
	}
	if (piece.bytes > 0)
		memcpy((*whole)->data + length, piece.at, piece.bytes);
	(*whole)->length = needed;
	return true;
}

static void fail(odeon_self *self, struct websocket *websocket)
{
	websocket_fail(self, websocket, ODEON_ENOMEM, WEBSOCKET_FAILED, "no memory for what was said");
}

static void tell(odeon_self *self, struct websocket *websocket, struct odeon_bytes *bytes)
{
	struct odeon_websocket_message *message = odeon_new(odeon_websocket_message, .who = odeon_self_ref(self), .bytes = bytes,
		.is_binary = !websocket->reader.is_text, .goes_on = !websocket->reader.is_last);

	if (message == NULL) {
		odeon_free(bytes);
		fail(self, websocket);
		return;
	}
	if (websocket->credit != ODEON_READ_ALWAYS)
		websocket->credit--;
	websocket_tell(websocket, TELL_MESSAGE, message);
}

/* A whole message, or in pieces as they come. */
static void take_data(odeon_self *self, struct websocket *websocket, size_t used)
{
	const struct websocket_reader *reader = &websocket->reader;
	struct odeon_bytes *bytes = NULL;

	if (websocket->has_said_close)
		return;
	if (websocket->parts || (reader->is_first && reader->is_last))
		bytes = move(websocket, used);
	if (bytes == NULL && !gather(&websocket->whole, reader->piece)) {
		fail(self, websocket);
		return;
	}
	if (!websocket->parts && !reader->is_last)
		return;
	if (bytes == NULL) {
		bytes = websocket->whole;
		websocket->whole = NULL;
	}
	tell(self, websocket, bytes);
}

/* ---- pongs ------------------------------------------------------------------------------------------------------------------- */

/* A later one answers for those before it, too. */
static void take_pong(odeon_self *self, struct websocket *websocket)
{
	struct http_text piece = websocket->reader.piece;
	struct odeon_websocket_pong *pong;
	uint64_t number;

	if (piece.bytes != sizeof number || websocket->asked == 0)
		return;
	memcpy(&number, piece.at, sizeof number);
	if (number < websocket->asked || number > websocket->pings)
		return;
	websocket->asked = 0;
	pong = odeon_new(odeon_websocket_pong, .who = odeon_self_ref(self), .after = odeon_now(self).ns - websocket->asked_at.ns);
	if (pong != NULL)
		websocket_tell(websocket, TELL_PONG, pong);
	else
		fail(self, websocket);
}

/* ---- all --------------------------------------------------------------------------------------------------------------------- */

static void refuse(odeon_self *self, struct websocket *websocket)
{
	uint16_t code = websocket->reader.code;

	websocket_fail(self, websocket, ODEON_EMALFORMED, code,
	               code == WEBSOCKET_BAD_TEXT ? "a text that is not UTF-8"
	             : code == WEBSOCKET_TOO_BIG ? "a message that is too long"
	             : code == WEBSOCKET_POLICY ? "a message in too many pieces" : "frames that may not be");
}

static void take(odeon_self *self, struct websocket *websocket, enum websocket_event event, size_t used)
{
	switch (event) {
	case WEBSOCKET_DATA:
		take_data(self, websocket, used);
		return;
	case WEBSOCKET_PING:
		if (!websocket->has_said_close)
			websocket_say_pong(self, websocket, websocket->reader.piece);
		return;
	case WEBSOCKET_PONG:
		take_pong(self, websocket);
		return;
	case WEBSOCKET_CLOSED:
		websocket_hear_close(self, websocket, websocket->reader.code, websocket->reader.piece);
		return;
	case WEBSOCKET_REFUSED:
		refuse(self, websocket);
		return;
	default:
		return;
	}
}

static bool may_read(const struct websocket *websocket)
{
	if (websocket->has_heard_close || websocket->is_leaving || websocket->is_over)
		return false;
	return websocket->has_said_close || (websocket->credit > 0 && websocket->telling[TELL_MESSAGE] == NULL);
}

/* One event. What was read may be told as it is, and then is not there any more. */
static void read_one(odeon_self *self, struct websocket *websocket)
{
	struct odeon_bytes *input = websocket->input;
	char nothing;
	size_t used;
	enum websocket_event event = websocket_reader_read(&websocket->reader, input != NULL ? (char *)input->data : &nothing,
	                                                   input != NULL ? input->length : 0, &used);

	take(self, websocket, event, used);
	if (websocket->input == input)
		advance(websocket, used);
	if (event != WEBSOCKET_MORE)
		return;
	if (websocket->input != NULL)
		drop_first(websocket);
	websocket->has_more = websocket->input != NULL;
}

bool websocket_read_on(odeon_self *self, struct websocket *websocket)
{
	if (websocket->opening != NULL && websocket->input != NULL && !websocket->is_leaving && !websocket->is_over)
		websocket_read_answer(self, websocket);
	while (websocket->is_open && websocket->has_more && may_read(websocket))
		read_one(self, websocket);
	if (websocket->has_heard_close || websocket->is_leaving || websocket->is_over)
		websocket_read_nothing(websocket);
	return websocket->telling[TELL_MESSAGE] != NULL;
}

void websocket_ask_for_more(odeon_self *self, struct websocket *websocket)
{
	if (websocket->has_asked || websocket->has_more || websocket->has_read_end)
		return;
	if (websocket->opening == NULL && (!websocket->is_open || !may_read(websocket)))
		return;
	if (websocket->is_leaving || websocket->is_over)
		return;
	websocket->has_asked = true;
	if (odeon_send(self, websocket->connection, odeon_new(odeon_read, .count = 1)) == ODEON_ENOMEM)
		fail(self, websocket);
}
