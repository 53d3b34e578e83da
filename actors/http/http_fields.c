/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_fields.h"
#include <string.h>

/* The next text, which is cut off. */
static struct http_text cut(struct http_text *texts)
{
	struct http_text text = http_text_of(texts->at);

	*texts = http_text_from(*texts, text.bytes + 1);
	return text;
}

size_t http_fields_lines(const struct odeon_bytes *fields, struct http_line lines[HTTP_FIELDS_MOST])
{
	struct http_text rest = { fields != NULL ? (const char *)fields->data : NULL, fields != NULL ? fields->length : 0 };
	size_t count = 0;

	while (rest.bytes > 0 && count < HTTP_FIELDS_MOST) {
		lines[count].name = cut(&rest);
		lines[count++].value = cut(&rest);
	}
	return count;
}

static int make_room(struct odeon_bytes **at, size_t more)
{
	struct odeon_bytes *old = *at, *fields;
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
	*at = fields;
	return 0;
}

static void add(struct odeon_bytes *fields, struct http_text text)
{
	memcpy(fields->data + fields->length, text.at, text.bytes + 1);
	fields->length += text.bytes + 1;
}

int http_fields_add(struct odeon_bytes **fields, const char *name, const char *value)
{
	struct http_line lines[HTTP_FIELDS_MOST];
	struct http_line line;
	int error;

	if (name == NULL || value == NULL)
		return ODEON_EINVAL;
	line = (struct http_line){ http_text_of(name), http_text_of(value) };
	if (!http_line_may_be(&line) || http_text_matches(line.name, HTTP_TEXT("content-type")))
		return ODEON_EINVAL;
	if (http_fields_lines(*fields, lines) == HTTP_FIELDS_MOST)
		return ODEON_EFULL;
	error = make_room(fields, line.name.bytes + line.value.bytes + 2);
	if (error != 0)
		return error;
	add(*fields, line.name);
	add(*fields, line.value);
	return 0;
}
