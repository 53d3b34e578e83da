/* SPDX-License-Identifier: BSD-2-Clause */
#include "websocket_reader.h"
#include <string.h>

enum place { IN_HEAD, IN_DATA, IN_CONTROL, CLOSED, REFUSED };

void websocket_reader_init(struct websocket_reader *reader, struct websocket_limits limits, bool is_server)
{
	*reader = (struct websocket_reader){ .limits = limits, .is_server = is_server };
}

static enum websocket_event refuse(struct websocket_reader *reader, uint16_t code)
{
	reader->place = REFUSED;
	reader->code = code;
	reader->piece = (struct http_text){ NULL, 0 };
	return WEBSOCKET_REFUSED;
}

static bool is_control(const struct websocket_reader *reader) { return reader->opcode >= WEBSOCKET_OPCODE_CLOSE; }

/* ---- heads ---------------------------------------------------------------------------------------------------------------------- */

static unsigned byte_at(const struct websocket_reader *reader, size_t at) { return (unsigned char)reader->head[at]; }

/* How many bytes of the length follow the second byte. */
static size_t length_bytes(const struct websocket_reader *reader)
{
	unsigned length = byte_at(reader, 1) & 0x7f;

	return length == 127 ? 8 : length == 126 ? 2 : 0;
}

static size_t head_bytes(const struct websocket_reader *reader)
{
	return reader->head_bytes < 2 ? 2 : 2 + length_bytes(reader) + (reader->is_server ? 4 : 0);
}

/* What the first two bytes may say; 0: all right. */
static uint16_t judge_begin(const struct websocket_reader *reader)
{
	unsigned opcode = byte_at(reader, 0) & 0x0f, length = byte_at(reader, 1) & 0x7f;
	bool is_final = (byte_at(reader, 0) & 0x80) != 0, is_masked = (byte_at(reader, 1) & 0x80) != 0;

	if ((byte_at(reader, 0) & 0x70) != 0 || is_masked != reader->is_server)
		return WEBSOCKET_PROTOCOL_ERROR;
	if (opcode >= WEBSOCKET_OPCODE_CLOSE)
		return opcode <= WEBSOCKET_OPCODE_PONG && is_final && length <= WEBSOCKET_CONTROL_BYTES_MOST ? 0 :
		       WEBSOCKET_PROTOCOL_ERROR;
	if (opcode > WEBSOCKET_OPCODE_BINARY || (opcode == WEBSOCKET_OPCODE_MORE) != reader->is_in_message)
		return WEBSOCKET_PROTOCOL_ERROR;
	return 0;
}

static uint16_t judge_length(struct websocket_reader *reader)
{
	size_t bytes = length_bytes(reader);
	uint64_t length = bytes == 0 ? byte_at(reader, 1) & 0x7f : 0;

	for (size_t i = 0; i < bytes; i++)
		length = length << 8 | byte_at(reader, 2 + i);
	if ((bytes == 2 && length < 126) || (bytes == 8 && (length <= UINT16_MAX || length > INT64_MAX)))
		return WEBSOCKET_PROTOCOL_ERROR;
	reader->frame_bytes = length;
	return 0;
}

static void begin_message(struct websocket_reader *reader)
{
	reader->is_in_message = true;
	reader->has_told_first = false;
	reader->is_text = reader->opcode == WEBSOCKET_OPCODE_TEXT;
	reader->message_bytes = 0;
	reader->frames = 0;
	reader->utf8 = (struct utf8){ 0 };
}

static uint16_t begin_data(struct websocket_reader *reader)
{
	if (reader->opcode != WEBSOCKET_OPCODE_MORE)
		begin_message(reader);
	if (++reader->frames > reader->limits.frames)
		return WEBSOCKET_POLICY;
	if (reader->frame_bytes > reader->limits.message_bytes - reader->message_bytes)
		return WEBSOCKET_TOO_BIG;
	reader->message_bytes += reader->frame_bytes;
	return 0;
}

/* The head is whole. */
static uint16_t begin_frame(struct websocket_reader *reader)
{
	uint16_t code = judge_length(reader);

	reader->opcode = byte_at(reader, 0) & 0x0f;
	reader->is_final = (byte_at(reader, 0) & 0x80) != 0;
	reader->at = 0;
	if (reader->is_server)
		memcpy(reader->key, reader->head + 2 + length_bytes(reader), sizeof reader->key);
	reader->head_bytes = 0;
	reader->place = is_control(reader) ? IN_CONTROL : IN_DATA;
	return code != 0 || is_control(reader) ? code : begin_data(reader);
}

static uint16_t read_head(struct websocket_reader *reader, const char *at, size_t bytes, size_t *used)
{
	uint16_t code = 0;

	while (code == 0 && reader->place == IN_HEAD && *used < bytes) {
		reader->head[reader->head_bytes++] = at[(*used)++];
		if (reader->head_bytes == 2)
			code = judge_begin(reader);
		if (code == 0 && reader->head_bytes >= 2 && reader->head_bytes == head_bytes(reader))
			code = begin_frame(reader);
	}
	return code;
}

/* ---- data ----------------------------------------------------------------------------------------------------------------------- */

static enum websocket_event tell_data(struct websocket_reader *reader, const char *at, size_t bytes, bool is_last)
{
	reader->piece = (struct http_text){ at, bytes };
	reader->is_first = !reader->has_told_first;
	reader->is_last = is_last;
	reader->has_told_first = true;
	return WEBSOCKET_DATA;
}

/* What came before a bad byte is told, and then the refusal: the same wherever the bytes were cut. */
static enum websocket_event read_text(struct websocket_reader *reader, char *at, size_t bytes, bool is_end)
{
	size_t good = utf8_check(&reader->utf8, (struct http_text){ at, bytes });
	bool is_bad = good < bytes || (is_end && !utf8_is_whole(&reader->utf8));

	if (is_bad) {
		(void)refuse(reader, WEBSOCKET_BAD_TEXT);
		return good > 0 ? tell_data(reader, at, good, false) : WEBSOCKET_REFUSED;
	}
	return tell_data(reader, at, bytes, is_end);
}

static enum websocket_event read_data(struct websocket_reader *reader, char *at, size_t bytes, size_t *used)
{
	uint64_t left = reader->frame_bytes - reader->at;
	size_t count = bytes < left ? bytes : (size_t)left;
	bool is_end = count == left && reader->is_final;

	if (reader->is_server)
		websocket_mask(at, count, reader->key, reader->at);
	*used += count;
	reader->at += count;
	if (count == left)
		reader->place = IN_HEAD;
	if (is_end)
		reader->is_in_message = false;
	if (count == 0 && !is_end)
		return WEBSOCKET_MORE;
	return reader->is_text ? read_text(reader, at, count, is_end) : tell_data(reader, at, count, is_end);
}

/* ---- control frames ----------------------------------------------------------------------------------------------------------------- */

static enum websocket_event end_close(struct websocket_reader *reader, struct http_text body)
{
	struct utf8 utf8 = { 0 };
	struct http_text reason;

	if (body.bytes == 0) {
		reader->code = WEBSOCKET_NO_CODE;
	} else if (body.bytes == 1) {
		return refuse(reader, WEBSOCKET_PROTOCOL_ERROR);
	} else {
		reader->code = (uint16_t)((unsigned char)body.at[0] << 8 | (unsigned char)body.at[1]);
		if (!websocket_code_is(reader->code))
			return refuse(reader, WEBSOCKET_PROTOCOL_ERROR);
	}
	reason = body.bytes > 2 ? http_text_from(body, 2) : (struct http_text){ "", 0 };
	if (utf8_check(&utf8, reason) < reason.bytes || !utf8_is_whole(&utf8))
		return refuse(reader, WEBSOCKET_BAD_TEXT);
	reader->place = CLOSED;
	reader->piece = reason;
	return WEBSOCKET_CLOSED;
}

static enum websocket_event read_control(struct websocket_reader *reader, const char *at, size_t bytes, size_t *used)
{
	size_t left = (size_t)(reader->frame_bytes - reader->at), count = bytes < left ? bytes : left;
	struct http_text body = { reader->control, (size_t)reader->frame_bytes };

	if (count > 0)
		memcpy(reader->control + reader->at, at, count);
	*used += count;
	reader->at += count;
	if (count < left)
		return WEBSOCKET_MORE;
	if (reader->is_server)
		websocket_mask(reader->control, body.bytes, reader->key, 0);
	reader->place = IN_HEAD;
	reader->piece = body;
	if (reader->opcode == WEBSOCKET_OPCODE_CLOSE)
		return end_close(reader, body);
	return reader->opcode == WEBSOCKET_OPCODE_PING ? WEBSOCKET_PING : WEBSOCKET_PONG;
}

/* ---- all ---------------------------------------------------------------------------------------------------------------------------- */

/* Frames that have no bytes end with their head. */
static bool can_go_on(const struct websocket_reader *reader, size_t left)
{
	return left > 0 || (reader->place != IN_HEAD && reader->at == reader->frame_bytes);
}

enum websocket_event websocket_reader_read(struct websocket_reader *reader, char *at, size_t bytes, size_t *used)
{
	enum websocket_event event = WEBSOCKET_MORE;

	*used = 0;
	if (reader->place == CLOSED)
		return WEBSOCKET_CLOSED;
	if (reader->place == REFUSED)
		return refuse(reader, reader->code);
	while (event == WEBSOCKET_MORE && can_go_on(reader, bytes - *used)) {
		size_t more = 0, left = bytes - *used;
		char *from = at + *used;

		if (reader->place == IN_HEAD) {
			uint16_t code = read_head(reader, from, left, &more);

			event = code != 0 ? refuse(reader, code) : WEBSOCKET_MORE;
		} else if (reader->place == IN_DATA) {
			event = read_data(reader, from, left, &more);
		} else {
			event = read_control(reader, from, left, &more);
		}
		*used += more;
	}
	return event;
}
