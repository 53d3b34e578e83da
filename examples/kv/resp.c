/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resp.c - a command is an array of bulk strings, or an inline command: a line
 *
 * What is wrong and what is said about it is as Redis 7.0 has it: a length is what stands before the first carriage return
 * of its line, and the two bytes behind that, or behind a bulk string, are skipped.
 */
#include "resp.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_LEAST = 8, ROOM_KEPT = 1024, SHORT_DIGITS = 8 };

void resp_init(struct resp *resp, struct resp_limits limits)
{
	*resp = (struct resp){ .limits = limits };
}

void resp_fini(struct resp *resp)
{
	free(resp->words);
	free(resp->spans);
	free(resp->plain);
	resp_init(resp, resp->limits);
}

static enum resp_outcome wrong(struct resp *resp, const char *what)
{
	(void)snprintf(resp->error, sizeof resp->error, "Protocol error: %s", what);
	return RESP_ERROR;
}

/* What a large command needed is not kept for the small ones that come. */
static void begin(struct resp *resp)
{
	if (resp->room > ROOM_KEPT || resp->words_room > ROOM_KEPT) {
		resp_fini(resp);
	} else {
		if (resp->plain != NULL)
			free(resp->plain);
		resp->plain = NULL;
		resp->at = resp->sought = resp->missing = resp->count = resp->total = 0;
	}
	resp->in_bulk = resp->is_done = false;
}

static bool grow_spans(struct resp *resp, size_t room)
{
	struct resp_span *spans = realloc(resp->spans, room * sizeof *spans);

	if (spans == NULL)
		return false;
	resp->spans = spans;
	resp->room = room;
	return true;
}

static enum resp_outcome finish(struct resp *resp, const char *bytes, size_t used)
{
	if (resp->count > resp->words_room) {
		struct text *words = realloc(resp->words, resp->room * sizeof *words);

		if (words == NULL)
			return RESP_MEMORY;
		resp->words = words;
		resp->words_room = resp->room;
	}
	for (size_t i = 0; i < resp->count; i++)
		resp->words[i] = (struct text){ bytes + resp->spans[i].at, resp->spans[i].length };
	resp->used = used;
	resp->is_done = true;
	return RESP_COMMAND;
}

/* ---- inline ------------------------------------------------------------------------------------------------------ */

static enum resp_outcome parse_inline(struct resp *resp, const char *bytes, size_t length)
{
	const char *end = memchr(bytes + resp->sought, '\n', length - resp->sought);
	size_t line, most;
	long count;

	if (end == NULL) {
		resp->sought = length;
		return length > resp->limits.line_bytes ? wrong(resp, "too big inline request") : RESP_MORE;
	}
	line = (size_t)(end - bytes);
	most = line / 2 + 1;
	if (line > resp->limits.line_bytes)
		return wrong(resp, "too big inline request");
	if (resp->plain == NULL && (resp->plain = malloc(line + 1)) == NULL)
		return RESP_MEMORY;
	if (resp->room < most && !grow_spans(resp, most))
		return RESP_MEMORY;
	count = resp_split((struct text){ bytes, line - (line > 0 && end[-1] == '\r') }, resp->plain, resp->spans);
	if (count < 0)
		return wrong(resp, "unbalanced quotes in request");
	resp->count = (size_t)count;
	return finish(resp, resp->plain, line + 1);
}

/* ---- arrays of bulk strings ---------------------------------------------------------------------------------------- */

/* A number of few digits with its line whole, which almost all are: answers what stands behind. NULL: it is another one, or none. */
static inline const char *short_length(const char *line, const char *end, char sort, size_t *number)
{
	size_t left = (size_t)(end - line), most = left > SHORT_DIGITS + 3 ? SHORT_DIGITS : left - 3, digits = 0, sum = 0;
	unsigned digit;

	if (left <= 3 || line[0] != sort || line[1] == '0')
		return NULL;
	for (; digits < most && (digit = (unsigned char)line[1 + digits] - '0') <= 9; digits++)
		sum = sum * 10 + digit;
	if (digits == 0 || line[1 + digits] != '\r')
		return NULL;
	*number = sum;
	return line + digits + 3;
}

static __attribute__((noinline)) enum resp_outcome parse_any_length(struct resp *resp, const char *bytes, size_t length, bool is_bulk,
                                                                    long long *number)
{
	const char *end = memchr(bytes + resp->sought, '\r', length - resp->sought);
	size_t line = resp->sought = end != NULL ? (size_t)(end - bytes) : length;

	if (line - resp->at > resp->limits.line_bytes)
		return wrong(resp, is_bulk ? "too big bulk count string" : "too big mbulk count string");
	if (length - line < 2)
		return RESP_MORE;
	if (is_bulk && bytes[resp->at] != '$') {
		char got = bytes[resp->at];

		(void)snprintf(resp->error, sizeof resp->error, "Protocol error: expected '$', got '%c'",
		               got == '\r' || got == '\n' || got == 0 ? ' ' : got);
		return RESP_ERROR;
	}
	/* An empty line is no length either. */
	if (line == resp->at || !text_integer((struct text){ bytes + resp->at + 1, line - resp->at - 1 }, number))
		*number = LLONG_MIN;
	resp->at = resp->sought = line + 2;
	return RESP_COMMAND;
}

/* The number between a line's first byte and its end; moves behind the line. */
static inline enum resp_outcome parse_length(struct resp *resp, const char *bytes, size_t length, bool is_bulk, long long *number)
{
	size_t few;
	const char *behind = short_length(bytes + resp->at, bytes + length, is_bulk ? '$' : '*', &few);

	if (behind == NULL)
		return parse_any_length(resp, bytes, length, is_bulk, number);
	*number = (long long)few;
	resp->at = resp->sought = (size_t)(behind - bytes);
	return RESP_COMMAND;
}

static enum resp_outcome parse_count(struct resp *resp, const char *bytes, size_t length)
{
	long long count;
	enum resp_outcome outcome = parse_length(resp, bytes, length, false, &count);

	if (outcome != RESP_COMMAND)
		return outcome;
	if (count == LLONG_MIN || count > (long long)resp->limits.words)
		return wrong(resp, "invalid multibulk length");
	resp->missing = count > 0 ? (size_t)count : 0;
	return RESP_COMMAND;
}

static enum resp_outcome parse_bulk_length(struct resp *resp, const char *bytes, size_t length)
{
	long long bulk;
	enum resp_outcome outcome = parse_length(resp, bytes, length, true, &bulk);

	if (outcome != RESP_COMMAND)
		return outcome;
	if (bulk < 0 || (unsigned long long)bulk > resp->limits.bulk_bytes)
		return wrong(resp, "invalid bulk length");
	if ((size_t)bulk > resp->limits.bytes - resp->total)
		return wrong(resp, "too big request");
	resp->bulk = (size_t)bulk;
	resp->total += resp->bulk;
	resp->in_bulk = true;
	return RESP_COMMAND;
}

static enum resp_outcome parse_bulk(struct resp *resp, const char *bytes, size_t length)
{
	enum resp_outcome outcome = resp->in_bulk ? RESP_COMMAND : parse_bulk_length(resp, bytes, length);

	if (outcome != RESP_COMMAND)
		return outcome;
	if (length < resp->at || length - resp->at < resp->bulk + 2)
		return RESP_MORE;
	if (resp->count == resp->room && !grow_spans(resp, resp->room > 0 ? resp->room * 2 : ROOM_LEAST))
		return RESP_MEMORY;
	resp->spans[resp->count++] = (struct resp_span){ resp->at, resp->bulk };
	resp->at = resp->sought = resp->at + resp->bulk + 2;
	resp->in_bulk = false;
	resp->missing--;
	return RESP_COMMAND;
}

/* A command that is there whole, with lengths of few digits and room for its words, as almost all are. False: it is taken step by step. */
static bool take_whole(struct resp *resp, const char *bytes, size_t length)
{
	const char *end = bytes + length, *at;
	size_t count, total = 0;

	at = short_length(bytes, end, '*', &count);
	if (at == NULL || count > resp->words_room || count > resp->limits.words)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct text *word = &resp->words[i];

		at = short_length(at, end, '$', &word->length);
		if (at == NULL || word->length > resp->limits.bulk_bytes || (size_t)(end - at) < word->length + 2)
			return false;
		word->at = at;
		at += word->length + 2;
		total += word->length;
	}
	if (total > resp->limits.bytes)
		return false;
	resp->count = count;
	resp->used = (size_t)(at - bytes);
	return true;
}

enum resp_outcome resp_parse(struct resp *resp, const char *bytes, size_t length)
{
	enum resp_outcome outcome = RESP_COMMAND;

	if (resp->is_done) {
		begin(resp);
		resp->is_done = take_whole(resp, bytes, length);
		if (resp->is_done)
			return RESP_COMMAND;
	}
	if (length == 0)
		return RESP_MORE;
	if (bytes[0] != '*')
		return parse_inline(resp, bytes, length);
	if (resp->at == 0 && (outcome = parse_count(resp, bytes, length)) != RESP_COMMAND)
		return outcome;
	while (resp->missing > 0 && outcome == RESP_COMMAND)
		outcome = resp->at < length ? parse_bulk(resp, bytes, length) : RESP_MORE;
	return outcome == RESP_COMMAND ? finish(resp, bytes, resp->at) : outcome;
}
