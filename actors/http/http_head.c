/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_head.h"
#include "http_path.h"
#include <stdlib.h>
#include <string.h>

/* ---- memory ---------------------------------------------------------------------------------------------------------------- */

void http_head_begin(struct http_head *head)
{
	*head = (struct http_head){
		.is_in_value = true,
		.field = head->field, .fields_room = head->fields_room,
		.memory = head->memory, .room = head->room
	};
}

void http_head_fini(struct http_head *head)
{
	free(head->field);
	free(head->memory);
	*head = (struct http_head){ .is_in_value = true };
}

/* The gate's limits bound what comes here. */
static bool keep(struct http_head *head, struct http_text piece)
{
	if (piece.bytes > head->room - head->bytes) {
		uint32_t room = (head->bytes + (uint32_t)piece.bytes) * 2 + 256;
		char *memory = realloc(head->memory, room);

		if (memory == NULL) {
			head->is_without_memory = true;
			return false;
		}
		head->memory = memory;
		head->room = room;
	}
	if (piece.bytes > 0)
		memcpy(head->memory + head->bytes, piece.at, piece.bytes);
	head->bytes += (uint32_t)piece.bytes;
	return true;
}

void http_head_target(struct http_head *head, struct http_text piece)
{
	if (keep(head, piece))
		head->target_bytes += (uint32_t)piece.bytes;
}

/* Behind a text. */
static bool keep_zero(struct http_head *head) { return keep(head, (struct http_text){ "", 1 }); }

static bool add_field(struct http_head *head)
{
	if (!keep_zero(head))
		return false;
	if (head->fields == head->fields_room) {
		uint32_t room = head->fields_room * 2 + 16;
		struct http_field *field = realloc(head->field, room * sizeof *field);

		if (field == NULL) {
			head->is_without_memory = true;
			return false;
		}
		head->field = field;
		head->fields_room = room;
	}
	head->field[head->fields++] = (struct http_field){ .name = head->bytes, .value = head->bytes };
	return true;
}

void http_head_name(struct http_head *head, struct http_text piece)
{
	if (head->is_whole || head->is_without_memory)
		return;
	if (head->is_in_value && !add_field(head))
		return;
	head->is_in_value = false;
	if (keep(head, piece))
		head->field[head->fields - 1].name_bytes += (uint32_t)piece.bytes;
}

void http_head_value(struct http_head *head, struct http_text piece)
{
	struct http_field *last;

	if (head->is_whole || head->is_without_memory)
		return;
	last = head->field + head->fields - 1;
	if (!head->is_in_value && keep_zero(head))
		last->value = head->bytes;
	head->is_in_value = true;
	if (keep(head, piece))
		last->value_bytes += (uint32_t)piece.bytes;
}

/* ---- fields ----------------------------------------------------------------------------------------------------------------- */

struct http_text http_head_field(const struct http_head *head, size_t index, struct http_text *name)
{
	const struct http_field *field = head->field + index;

	*name = (struct http_text){ head->memory + field->name, field->name_bytes };
	return (struct http_text){ head->memory + field->value, field->value_bytes };
}

/* The next of that name from an index on, which is set behind it; at NULL: none. */
static struct http_text next_of(const struct http_head *head, struct http_text name, size_t *index)
{
	while (*index < head->fields) {
		struct http_text other, value = http_head_field(head, (*index)++, &other);

		if (http_text_matches(name, other))
			return value;
	}
	return (struct http_text){ NULL, 0 };
}

struct http_text http_head_find(const struct http_head *head, struct http_text name)
{
	size_t index = 0;

	return next_of(head, name, &index);
}

bool http_head_lists(const struct http_head *head, struct http_text name, struct http_text element)
{
	struct http_text value;
	size_t index = 0;

	while ((value = next_of(head, name, &index)).at != NULL)
		if (http_text_lists(value, element))
			return true;
	return false;
}

/* ---- the body's length -------------------------------------------------------------------------------------------------------- */

/* The value of a field that may come once: false: it comes twice. */
static bool find_one(const struct http_head *head, struct http_text name, struct http_text *value)
{
	size_t index = 0;

	*value = next_of(head, name, &index);
	return next_of(head, name, &index).at == NULL;
}

/* Over all fields of that name, as if they were one. */
static int judge_codings(struct http_head *head)
{
	const struct http_text name = HTTP_TEXT("transfer-encoding");
	struct http_text list, coding;
	size_t index = 0, chunked = 0, others = 0;

	while ((list = next_of(head, name, &index)).at != NULL) {
		while (http_text_next(&list, &coding)) {
			if (chunked > 0)
				return 400;
			if (http_text_matches(coding, HTTP_TEXT("chunked")))
				chunked++;
			else
				others++;
		}
	}
	if (chunked + others == 0 || head->minor == 0)
		return 400;
	head->is_chunked = true;
	return others == 0 ? 0 : 501;
}

static int judge_length(struct http_head *head, const struct http_limits *limits)
{
	struct http_text length;

	if (!find_one(head, HTTP_TEXT("content-length"), &length))
		return 400;
	if (http_head_find(head, HTTP_TEXT("transfer-encoding")).at != NULL)
		return length.at != NULL ? 400 : judge_codings(head);
	if (length.at == NULL)
		return 0;
	if (!http_text_number(length, &head->body_bytes))
		return 400;
	return head->body_bytes <= limits->body_bytes ? 0 : 413;
}

/* ---- whom it is for ------------------------------------------------------------------------------------------------------------- */

static bool is_host_byte(char c)
{
	return http_hex(c) >= 0 || (http_lower(c) >= 'g' && http_lower(c) <= 'z') ||
	       (c != 0 && strchr("-._~%!$&'()*+;=", c) != NULL);
}

/* "name", "1.2.3.4" or "[::1]", and then perhaps ":80". */
static bool is_host(struct http_text host)
{
	size_t at = 0;

	if (host.bytes > 0 && host.at[0] == '[') {
		for (at = 1; at < host.bytes && (is_host_byte(host.at[at]) || host.at[at] == ':'); at++)
			;
		if (at == host.bytes || host.at[at++] != ']')
			return false;
	} else {
		while (at < host.bytes && is_host_byte(host.at[at]))
			at++;
	}
	if (at < host.bytes && host.at[at++] != ':')
		return false;
	while (at < host.bytes && http_is_digit(host.at[at]))
		at++;
	return at == host.bytes;
}

static int judge_host(struct http_head *head)
{
	struct http_text host;

	if (!find_one(head, HTTP_TEXT("host"), &host) || (host.at == NULL && head->minor > 0) || !is_host(host))
		return 400;
	if (head->host.at == NULL)
		head->host = host;
	return 0;
}

static void cut_path(struct http_head *head, struct http_text rest)
{
	const char *mark = rest.bytes > 0 ? memchr(rest.at, '?', rest.bytes) : NULL;
	size_t bytes = mark != NULL ? (size_t)(mark - rest.at) : rest.bytes;

	head->path = bytes > 0 ? (struct http_text){ rest.at, bytes } : HTTP_TEXT("/");
	head->query = mark != NULL ? http_text_from(rest, bytes + 1) : (struct http_text){ NULL, 0 };
}

static int judge_absolute(struct http_head *head, size_t scheme_bytes)
{
	struct http_text rest = http_text_from(head->target, scheme_bytes);
	size_t bytes = 0;

	while (bytes < rest.bytes && rest.at[bytes] != '/' && rest.at[bytes] != '?')
		bytes++;
	head->host = (struct http_text){ rest.at, bytes };
	cut_path(head, http_text_from(rest, bytes));
	return bytes > 0 && is_host(head->host) ? 0 : 400;
}

static int judge_target(struct http_head *head)
{
	const struct http_text plain = HTTP_TEXT("http://"), secure = HTTP_TEXT("https://");

	if (http_text_is(head->method, HTTP_TEXT("CONNECT")))
		return 501;
	if (http_text_begins(head->target, plain))
		return judge_absolute(head, plain.bytes);
	if (http_text_begins(head->target, secure))
		return judge_absolute(head, secure.bytes);
	cut_path(head, head->target);
	if (head->target.at[0] == '/')
		return 0;
	return http_text_is(head->target, HTTP_TEXT("*")) && http_text_is(head->method, HTTP_TEXT("OPTIONS")) ? 0 : 400;
}

/* ---- what is to be done with the connection ------------------------------------------------------------------------------------------- */

static void judge_connection(struct http_head *head)
{
	const struct http_text connection = HTTP_TEXT("connection");

	head->keeps_alive = !http_head_lists(head, connection, HTTP_TEXT("close")) &&
	                    (head->minor > 0 || http_head_lists(head, connection, HTTP_TEXT("keep-alive")));
}

static int judge_wishes(struct http_head *head)
{
	const struct http_text connection = HTTP_TEXT("connection");
	struct http_text expected = http_head_find(head, HTTP_TEXT("expect"));

	judge_connection(head);
	head->upgrades = head->minor > 0 && http_head_lists(head, connection, HTTP_TEXT("upgrade")) &&
	                 http_head_find(head, HTTP_TEXT("upgrade")).at != NULL;
	if (expected.at == NULL || head->minor == 0)
		return 0;
	head->expects_continue = true;
	return http_text_matches(expected, HTTP_TEXT("100-continue")) ? 0 : 417;
}

static void trim_fields(struct http_head *head)
{
	for (uint32_t i = 0; i < head->fields; i++) {
		struct http_field *field = &head->field[i];
		struct http_text value = http_text_trim((struct http_text){ head->memory + field->value, field->value_bytes });

		field->value = (uint32_t)(value.at - head->memory);
		field->value_bytes = (uint32_t)value.bytes;
		head->memory[field->value + field->value_bytes] = '\0';
	}
}

int http_head_judge(struct http_head *head, const struct http_limits *limits, struct http_text method, uint8_t minor)
{
	int status;

	if (head->is_without_memory || !keep_zero(head))
		return 503;
	trim_fields(head);
	head->is_whole = true;
	head->method = method;
	head->minor = minor;
	head->target = (struct http_text){ head->memory, head->target_bytes };
	if ((status = judge_target(head)) != 0 || (status = judge_host(head)) != 0 || (status = judge_length(head, limits)) != 0)
		return status;
	return judge_wishes(head);
}

/* ---- answers ------------------------------------------------------------------------------------------------------------------------- */

static bool has_body(int code, bool is_for_head)
{
	return !is_for_head && code / 100 != 1 && code != 204 && code != 304;
}

int http_head_judge_answer(struct http_head *head, const struct http_limits *limits, int code, uint8_t minor, bool is_for_head)
{
	int status;

	if (head->is_without_memory || !keep_zero(head))
		return 503;
	trim_fields(head);
	head->is_whole = true;
	head->minor = minor;
	head->code = code;
	judge_connection(head);
	status = judge_length(head, limits);
	if (!has_body(code, is_for_head)) {
		head->is_chunked = false;
		head->body_bytes = 0;
		return status == 413 ? 0 : status;      /* of a body that does not come */
	}
	head->is_until_end = !head->is_chunked && http_head_find(head, HTTP_TEXT("content-length")).at == NULL;
	return status;
}

/* ---- settled ------------------------------------------------------------------------------------------------------------------------- */

/* A byte further to the front, over the last of "//", so that there is a byte for the zero. */
static void end_host(struct http_head *head)
{
	char *at = head->memory + (head->host.at - head->memory) - 1;

	memmove(at, head->host.at, head->host.bytes);
	at[head->host.bytes] = '\0';
	head->host.at = at;
}

static bool is_in_target(const struct http_head *head, struct http_text text)
{
	return text.at >= head->memory && text.at < head->memory + head->target_bytes;
}

/* What follows the path is a '?' or a zero. */
bool http_head_settle(struct http_head *head)
{
	if (is_in_target(head, head->path) && head->path.at[0] == '/') {
		char *path = head->memory + (head->path.at - head->memory);
		size_t bytes = http_path_normalize(head->path, path);

		if (bytes == 0)
			return false;
		head->path.bytes = bytes;
		path[bytes] = '\0';
	}
	if (head->host.at != NULL && is_in_target(head, head->host))
		end_host(head);
	return true;
}
