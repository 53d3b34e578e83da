/* SPDX-License-Identifier: BSD-2-Clause */
/* http_answer - what an answer owns, and its further fields: names and values, each with a zero behind */
#include "http_request.h"
#include <string.h>

ODEON_MESSAGE_DEFINE_DROP(odeon_http_answer)
{
	odeon_free(odeon_http_answer->body);
	odeon_free(odeon_http_answer->fields);
}

struct odeon_http_answer *odeon_http_answer_text(int status, const char *text)
{
	size_t bytes = text != NULL ? strlen(text) + 1 : 0;
	struct odeon_http_answer *answer = text != NULL ? odeon_new_sized(odeon_http_answer, bytes, .status = status) : NULL;

	if (answer != NULL)
		answer->text = memcpy(answer + 1, text, bytes);
	return answer;
}

struct odeon_http_answer *odeon_http_answer_bytes(int status, const char *type, struct odeon_bytes *body)
{
	struct odeon_http_answer *answer = body != NULL ? odeon_new(odeon_http_answer, .status = status, .type = type) : NULL;

	if (answer != NULL)
		answer->body = body;
	else
		odeon_free(body);
	return answer;
}

/* The next text, which is cut off. */
static struct http_text cut(struct http_text *texts)
{
	struct http_text text = http_text_of(texts->at);

	*texts = http_text_from(*texts, text.bytes + 1);
	return text;
}

size_t http_answer_lines(const struct odeon_http_answer *answer, struct http_line lines[HTTP_ANSWER_FIELDS_MOST])
{
	const struct odeon_bytes *fields = answer->fields;
	struct http_text rest = { fields != NULL ? (const char *)fields->data : NULL, fields != NULL ? fields->length : 0 };
	size_t count = 0;

	while (rest.bytes > 0 && count < HTTP_ANSWER_FIELDS_MOST) {
		lines[count].name = cut(&rest);
		lines[count++].value = cut(&rest);
	}
	return count;
}

static int make_room(struct odeon_http_answer *answer, size_t more)
{
	struct odeon_bytes *old = answer->fields, *fields;
	size_t length = old != NULL ? old->length : 0;

	if (old != NULL && old->room - old->length >= more)
		return 0;
	fields = odeon_bytes_new((length + more) * 2);
	if (fields == NULL)
		return ODEON_ENOMEM;
	if (length > 0)
		memcpy(fields->data, old->data, length);
	fields->length = length;
	odeon_free(old);
	answer->fields = fields;
	return 0;
}

static void add(struct odeon_bytes *fields, struct http_text text)
{
	memcpy(fields->data + fields->length, text.at, text.bytes + 1);
	fields->length += text.bytes + 1;
}

int odeon_http_answer_field(struct odeon_http_answer *answer, const char *name, const char *value)
{
	struct http_line lines[HTTP_ANSWER_FIELDS_MOST];
	struct http_line line;
	int error;

	if (name == NULL || value == NULL)
		return ODEON_EINVAL;
	line = (struct http_line){ http_text_of(name), http_text_of(value) };
	if (!http_line_may_be(&line) || http_text_matches(line.name, HTTP_TEXT("content-type")))
		return ODEON_EINVAL;
	if (http_answer_lines(answer, lines) == HTTP_ANSWER_FIELDS_MOST)
		return ODEON_EFULL;
	error = make_room(answer, line.name.bytes + line.value.bytes + 2);
	if (error != 0)
		return error;
	add(answer->fields, line.name);
	add(answer->fields, line.value);
	return 0;
}
