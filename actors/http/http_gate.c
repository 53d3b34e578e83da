/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_gate.h"

enum place {
	AT_START, AT_START_LF, AT_METHOD, AT_TARGET, AT_VERSION, AT_LINE_LF,
	AT_ANSWER, AT_CODE, AT_REASON,
	AT_FIELD, AT_NAME, AT_VALUE, AT_VALUE_LF, AT_HEAD_LF,
	AT_CHUNK, AT_EXTENSION, AT_CHUNK_LF, AFTER_CHUNK, AFTER_CHUNK_LF
};

static void go(struct http_gate *gate, enum place place)
{
	gate->place = (uint8_t)place;
	gate->line_bytes = 0;
}

void http_gate_begin(struct http_gate *gate, const struct http_limits *limits)
{
	*gate = (struct http_gate){ .limits = limits, .place = AT_START, .is_new = true };
}

void http_gate_begin_answer(struct http_gate *gate, const struct http_limits *limits)
{
	*gate = (struct http_gate){ .limits = limits, .place = AT_ANSWER };
}

void http_gate_chunk(struct http_gate *gate) { go(gate, AT_CHUNK); }
void http_gate_after_chunk(struct http_gate *gate) { go(gate, AFTER_CHUNK); }
void http_gate_trailers(struct http_gate *gate) { go(gate, AT_FIELD); }
bool http_gate_is_at_start(const struct http_gate *gate)
{
	return (gate->place == AT_START && gate->is_new) || (gate->place == AT_ANSWER && gate->line_bytes == 0);
}

/* ---- one byte: whether it may pass ------------------------------------------------------------------------------------------ */

static bool refuse(struct http_gate *gate, int status)
{
	gate->status = status;
	return false;
}

static bool expect(struct http_gate *gate, char c, char expected, enum place next)
{
	if (c != expected)
		return refuse(gate, 400);
	go(gate, next);
	return true;
}

static bool pass_method(struct http_gate *gate, char c)
{
	if (c == ' ' && gate->line_bytes > 0) {
		go(gate, AT_TARGET);
		return true;
	}
	if (!http_is_token(c))
		return refuse(gate, 400);
	return ++gate->line_bytes <= HTTP_METHOD_BYTES_MOST || refuse(gate, 501);
}

static bool pass_start(struct http_gate *gate, char c)
{
	if (c == '\r' && gate->is_new)
		return expect(gate, c, '\r', AT_START_LF);
	go(gate, AT_METHOD);
	return pass_method(gate, c);
}

/* What can be seen, and begins no fragment. */
static bool is_target(char c) { return (unsigned char)c > ' ' && (unsigned char)c < 0x7f && c != '#'; }

static bool pass_target(struct http_gate *gate, char c)
{
	if (c == ' ' && gate->target_bytes > 0) {
		go(gate, AT_VERSION);
		return true;
	}
	if (!is_target(c))
		return refuse(gate, 400);
	return ++gate->target_bytes <= gate->limits->target_bytes || refuse(gate, 414);
}

/* A version that we do not speak is one, all the same, and told from nonsense once it is whole. */
static bool pass_version(struct http_gate *gate, char c, char end, enum place next)
{
	static const char form[] = "HTTP/1.1";
	unsigned at = gate->line_bytes++;

	if (at == 5 || at == 7) {
		if (!http_is_digit(c))
			return refuse(gate, 400);
		if (at == 5 ? c != '1' : c > '1')
			gate->status = 505;
		gate->minor = (uint8_t)(c - '0');
		return true;
	}
	if (c != (at == 8 ? end : form[at]))
		return refuse(gate, 400);
	if (at == 8)
		go(gate, next);
	return at < 8 || gate->status == 0;
}

static bool count_field_byte(struct http_gate *gate)
{
	return ++gate->field_bytes <= gate->limits->field_bytes || refuse(gate, 431);
}

/* Three digits; some leave out the blank before a text that is empty. */
static bool pass_code(struct http_gate *gate, char c)
{
	if (gate->line_bytes < 3 && http_is_digit(c)) {
		gate->code = gate->code * 10 + (c - '0');
		gate->line_bytes++;
		return true;
	}
	if (gate->line_bytes < 3 || gate->code < 100 || (c != ' ' && c != '\r'))
		return refuse(gate, 400);
	go(gate, c == ' ' ? AT_REASON : AT_LINE_LF);
	return true;
}

static bool pass_reason(struct http_gate *gate, char c)
{
	if (c == '\r')
		return expect(gate, c, '\r', AT_LINE_LF);
	return http_is_value(c) ? count_field_byte(gate) : refuse(gate, 400);
}

/* The end of the head is no field, and always has room. */
static bool pass_field(struct http_gate *gate, char c)
{
	if (c == '\r') {
		go(gate, AT_HEAD_LF);
		return true;
	}
	if (!http_is_token(c))
		return refuse(gate, 400);
	if (++gate->fields > gate->limits->fields)
		return refuse(gate, 431);
	go(gate, AT_NAME);
	return count_field_byte(gate);
}

static bool pass_name(struct http_gate *gate, char c)
{
	if (c == ':')
		go(gate, AT_VALUE);
	else if (!http_is_token(c))
		return refuse(gate, 400);
	return count_field_byte(gate);
}

static bool pass_value(struct http_gate *gate, char c)
{
	if (c == '\r')
		go(gate, AT_VALUE_LF);
	else if (!http_is_value(c))
		return refuse(gate, 400);
	return count_field_byte(gate);
}

static bool pass_value_end(struct http_gate *gate, char c)
{
	return expect(gate, c, '\n', AT_FIELD) && count_field_byte(gate);
}

static bool pass_chunk(struct http_gate *gate, char c)
{
	if (gate->line_bytes > 0 && c == '\r')
		return expect(gate, c, '\r', AT_CHUNK_LF);
	if (gate->line_bytes > 0 && c == ';')
		return expect(gate, c, ';', AT_EXTENSION);
	return (http_hex(c) >= 0 && ++gate->line_bytes <= 16) || refuse(gate, 400);
}

static bool pass_extension(struct http_gate *gate, char c)
{
	if (c == '\r')
		return expect(gate, c, '\r', AT_CHUNK_LF);
	return http_is_value(c) ? count_field_byte(gate) : refuse(gate, 400);
}

static bool pass(struct http_gate *gate, char c)
{
	switch ((enum place)gate->place) {
	case AT_START: return pass_start(gate, c);
	case AT_START_LF: gate->is_new = false; return expect(gate, c, '\n', AT_START);
	case AT_METHOD: return pass_method(gate, c);
	case AT_TARGET: return pass_target(gate, c);
	case AT_VERSION: return pass_version(gate, c, '\r', AT_LINE_LF);
	case AT_ANSWER: return pass_version(gate, c, ' ', AT_CODE);
	case AT_CODE: return pass_code(gate, c);
	case AT_REASON: return pass_reason(gate, c);
	case AT_LINE_LF: return expect(gate, c, '\n', AT_FIELD);
	case AT_FIELD: return pass_field(gate, c);
	case AT_NAME: return pass_name(gate, c);
	case AT_VALUE: return pass_value(gate, c);
	case AT_VALUE_LF: return pass_value_end(gate, c);
	case AT_HEAD_LF: return expect(gate, c, '\n', AT_FIELD);
	case AT_CHUNK: return pass_chunk(gate, c);
	case AT_EXTENSION: return pass_extension(gate, c);
	case AT_CHUNK_LF: return expect(gate, c, '\n', AT_CHUNK);
	case AFTER_CHUNK: return expect(gate, c, '\r', AFTER_CHUNK_LF);
	case AFTER_CHUNK_LF: return expect(gate, c, '\n', AT_CHUNK);
	}
	return refuse(gate, 400);
}

/* ---- many ----------------------------------------------------------------------------------------------------------------------- */

/* What the byte that brought the gate from `before` to where it is has ended. */
static enum http_gate_stop ended(const struct http_gate *gate, uint8_t before)
{
	switch ((enum place)before) {
	case AT_METHOD: return gate->place == AT_TARGET ? HTTP_GATE_METHOD : HTTP_GATE_MORE;
	case AT_TARGET: return gate->place == AT_VERSION ? HTTP_GATE_TARGET : HTTP_GATE_MORE;
	case AT_HEAD_LF: return HTTP_GATE_HEAD;
	case AT_CHUNK_LF: return HTTP_GATE_CHUNK;
	case AFTER_CHUNK_LF: return HTTP_GATE_AFTER_CHUNK;
	default: return HTTP_GATE_MORE;
	}
}

static inline size_t run_of(const char *at, size_t most, bool (*is_good)(char c))
{
	size_t bytes = 0;

	while (bytes < most && is_good(at[bytes]))
		bytes++;
	return bytes;
}

static inline size_t least(size_t bytes, size_t room) { return bytes < room ? bytes : room; }

/* Of what most of a head consists of, as many bytes as have room: the same as one by one, faster. */
static size_t pass_run(struct http_gate *gate, const char *at, size_t bytes)
{
	size_t room = gate->limits->field_bytes - gate->field_bytes;

	switch ((enum place)gate->place) {
	case AT_TARGET:
		bytes = run_of(at, least(bytes, gate->limits->target_bytes - gate->target_bytes), is_target);
		gate->target_bytes += (uint32_t)bytes;
		return bytes;
	case AT_NAME:
	case AT_VALUE:
		bytes = gate->place == AT_NAME ? run_of(at, least(bytes, room), http_is_token) :
		        run_of(at, least(bytes, room), http_is_value);
		gate->field_bytes += (uint32_t)bytes;
		return bytes;
	default:
		return 0;
	}
}

size_t http_gate_pass(struct http_gate *gate, struct http_text bytes, enum http_gate_stop *stop)
{
	const char *at = bytes.at, *end = bytes.at + bytes.bytes;

	*stop = HTTP_GATE_MORE;
	while (at < end && *stop == HTTP_GATE_MORE) {
		uint8_t before = gate->place;

		if ((at += pass_run(gate, at, (size_t)(end - at))) == end)
			break;
		if (!pass(gate, *at)) {
			*stop = HTTP_GATE_REFUSED;
			break;
		}
		at++;
		*stop = ended(gate, before);
	}
	return (size_t)(at - bytes.at);
}
