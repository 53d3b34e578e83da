/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_reader.h"

enum place { IN_HEAD, IN_LENGTH, IN_CHUNK_LINE, IN_CHUNK, AFTER_CHUNK, IN_TRAILERS, AT_END, ENDED, REFUSED };

/* ---- what the library tells --------------------------------------------------------------------------------------------------- */

static struct http_head *head_of(void *owner) { return &((struct http_reader *)owner)->head; }

static void on_target(void *owner, struct http_text piece) { http_head_target(head_of(owner), piece); }
static void on_name(void *owner, struct http_text piece) { http_head_name(head_of(owner), piece); }
static void on_value(void *owner, struct http_text piece) { http_head_value(head_of(owner), piece); }
static void on_body(void *owner, struct http_text piece) { ((struct http_reader *)owner)->body = piece; }
static void on_chunk(void *owner, uint64_t bytes) { ((struct http_reader *)owner)->left = bytes; }
static void on_end(void *owner) { ((struct http_reader *)owner)->is_ended = true; }

static const struct http_listener listener = { on_target, on_name, on_value, on_body, on_chunk, on_end };

/* ---- places ------------------------------------------------------------------------------------------------------------------- */

static enum http_event refuse(struct http_reader *reader, int status)
{
	reader->place = REFUSED;
	reader->status = status;
	return HTTP_REFUSED;
}

static void begin(struct http_reader *reader)
{
	reader->place = IN_HEAD;
	reader->is_ended = reader->is_library_done = false;
	reader->left = reader->body_bytes = 0;
	reader->body_most = reader->limits.body_bytes;
	http_head_begin(&reader->head);
	if (reader->is_for_answers) {
		http_gate_begin_answer(&reader->gate, &reader->limits);
		http_library_begin_answer(&reader->library, &listener, reader, reader->is_for_head);
	} else {
		http_gate_begin(&reader->gate, &reader->limits);
		http_library_begin(&reader->library, &listener, reader);
	}
}

static bool init(struct http_reader *reader, struct http_limits limits, bool is_for_answers)
{
	*reader = (struct http_reader){ .limits = limits, .is_for_answers = is_for_answers };
	if (limits.target_bytes == 0 || limits.field_bytes > HTTP_HEAD_BYTES_MOST ||
	    limits.target_bytes > HTTP_HEAD_BYTES_MOST - limits.field_bytes)
		return false;
	begin(reader);
	return true;
}

bool http_reader_init(struct http_reader *reader, struct http_limits limits) { return init(reader, limits, false); }
bool http_reader_init_answers(struct http_reader *reader, struct http_limits limits) { return init(reader, limits, true); }

void http_reader_expect(struct http_reader *reader, bool is_for_head, uint64_t body_most)
{
	reader->is_for_head = is_for_head;
	reader->limits.body_bytes = body_most;
	begin(reader);
}

void http_reader_fini(struct http_reader *reader) { http_head_fini(&reader->head); }

bool http_reader_limit(struct http_reader *reader, uint64_t body_bytes)
{
	reader->body_bytes = 0;
	reader->body_most = body_bytes;
	return reader->left <= body_bytes;
}

void http_reader_rest(struct http_reader *reader)
{
	http_head_fini(&reader->head);
	begin(reader);
}

bool http_reader_is_between(const struct http_reader *reader)
{
	return reader->place == ENDED || (reader->place == IN_HEAD && http_gate_is_at_start(&reader->gate));
}

static bool feed(struct http_reader *reader, const char *at, size_t bytes)
{
	if (!reader->is_library_done)
		reader->is_library_done = !http_library_feed(&reader->library, (struct http_text){ at, bytes });
	return !reader->is_library_done;
}

/* ---- heads -------------------------------------------------------------------------------------------------------------------- */

/* What comes after a head. */
static void go_to_body(struct http_reader *reader)
{
	if (reader->is_ended)
		reader->place = AT_END;
	else if (reader->head.is_chunked)
		reader->place = IN_CHUNK_LINE;
	else
		reader->place = IN_LENGTH;
	reader->left = reader->head.is_until_end ? reader->limits.body_bytes : reader->head.body_bytes;
	if (reader->head.is_chunked)
		http_gate_chunk(&reader->gate);
}

static int judge(struct http_reader *reader)
{
	if (reader->is_for_answers)
		return http_head_judge_answer(&reader->head, &reader->limits, reader->gate.code, reader->gate.minor, reader->is_for_head);
	return http_head_judge(&reader->head, &reader->limits, http_text_of(http_library_method(&reader->library)),
	                       reader->gate.minor);
}

static enum http_event end_head(struct http_reader *reader, const char *last)
{
	int status = judge(reader);

	if (status != 0)
		return refuse(reader, status);
	if (!feed(reader, last, 1))
		return refuse(reader, 400);
	/* Both know now whether there is a body. Would they differ, one of them were wrong, and we do not know who. */
	if (reader->is_ended != (!reader->head.is_chunked && !reader->head.is_until_end && reader->head.body_bytes == 0))
		return refuse(reader, 400);
	go_to_body(reader);
	return HTTP_HEAD;
}

/*
 * What the library refuses in a method is one that it does not know, or no method; in a version, one that it does not
 * speak or no version: which of them, the gate says when it has seen all of it.
 */
static enum http_event refuse_head(struct http_reader *reader, enum http_gate_stop stop)
{
	bool is_in_method = reader->gate.target_bytes == 0 && stop != HTTP_GATE_METHOD;

	if (reader->is_for_answers)
		return refuse(reader, 400);
	if (stop == HTTP_GATE_REFUSED && (is_in_method || reader->gate.status == 505))
		return refuse(reader, reader->gate.status);
	if (stop == HTTP_GATE_METHOD)
		return refuse(reader, 501);
	return is_in_method || reader->gate.status == 505 ? HTTP_MORE : refuse(reader, 400);
}

static enum http_event read_head(struct http_reader *reader, struct http_text bytes, size_t *used)
{
	enum http_gate_stop stop;
	size_t passed = http_gate_pass(&reader->gate, bytes, &stop);

	*used += passed;
	if (!feed(reader, bytes.at, stop == HTTP_GATE_HEAD ? passed - 1 : passed))
		return refuse_head(reader, stop);
	if (stop == HTTP_GATE_REFUSED)
		return refuse(reader, reader->gate.status);
	return stop == HTTP_GATE_HEAD ? end_head(reader, bytes.at + passed - 1) : HTTP_MORE;
}

/* ---- bodies ------------------------------------------------------------------------------------------------------------------- */

static enum http_event read_body(struct http_reader *reader, struct http_text bytes, size_t *used)
{
	size_t count = bytes.bytes < reader->left ? bytes.bytes : (size_t)reader->left;

	reader->body = (struct http_text){ NULL, 0 };
	if (count == 0)                                         /* until the end, and it is longer than may be */
		return refuse(reader, 413);
	if (!feed(reader, bytes.at, count) || reader->body.bytes != count)
		return refuse(reader, 400);
	*used += count;
	reader->left -= count;
	if (reader->left == 0 && reader->place == IN_CHUNK) {
		reader->place = AFTER_CHUNK;
		http_gate_after_chunk(&reader->gate);
	} else if (reader->left == 0 && !reader->head.is_until_end) {
		reader->place = AT_END;
	}
	return HTTP_BODY;
}

static enum http_event begin_chunk(struct http_reader *reader)
{
	if (reader->left > reader->body_most - reader->body_bytes)
		return refuse(reader, 413);
	reader->body_bytes += reader->left;
	reader->place = reader->left > 0 ? IN_CHUNK : IN_TRAILERS;
	if (reader->left == 0)
		http_gate_trailers(&reader->gate);
	return HTTP_MORE;
}

/* Chunks' lines, what follows a chunk, and trailers: of these the owner hears nothing. */
static enum http_event read_between(struct http_reader *reader, struct http_text bytes, size_t *used)
{
	enum http_gate_stop stop;
	size_t passed = http_gate_pass(&reader->gate, bytes, &stop);

	*used += passed;
	if (!feed(reader, bytes.at, passed))
		return refuse(reader, 400);
	switch (stop) {
	case HTTP_GATE_REFUSED: return refuse(reader, reader->gate.status);
	case HTTP_GATE_CHUNK: return begin_chunk(reader);
	case HTTP_GATE_AFTER_CHUNK: reader->place = IN_CHUNK_LINE; return HTTP_MORE;
	case HTTP_GATE_HEAD: reader->place = AT_END; return HTTP_MORE;
	default: return HTTP_MORE;
	}
}

/* ---- all ---------------------------------------------------------------------------------------------------------------------- */

static enum http_event read_piece(struct http_reader *reader, struct http_text bytes, size_t *used)
{
	switch ((enum place)reader->place) {
	case IN_HEAD: return read_head(reader, bytes, used);
	case IN_LENGTH:
	case IN_CHUNK: return read_body(reader, bytes, used);
	default: return read_between(reader, bytes, used);
	}
}

static enum http_event read_pieces(struct http_reader *reader, struct http_text bytes, size_t *used)
{
	enum http_event event = HTTP_MORE;

	while (event == HTTP_MORE && reader->place != AT_END && *used < bytes.bytes)
		event = read_piece(reader, http_text_from(bytes, *used), used);
	return event;
}

enum http_event http_reader_read(struct http_reader *reader, struct http_text bytes, size_t *used)
{
	enum http_event event;

	*used = 0;
	if (reader->place == REFUSED)
		return HTTP_REFUSED;
	if (reader->place == ENDED)
		begin(reader);
	event = read_pieces(reader, bytes, used);
	if (event != HTTP_MORE || reader->place != AT_END)
		return event;
	if (!reader->is_ended)                                  /* the library sees it otherwise */
		return refuse(reader, 400);
	reader->place = ENDED;
	return HTTP_END;
}
