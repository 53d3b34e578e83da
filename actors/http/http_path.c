/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_path.h"
#include <string.h>

/* The byte at a place, decoded; how many bytes it took, or 0: none. */
static size_t decode(struct http_text text, size_t at, char *byte)
{
	int high, low;

	*byte = text.at[at];
	if (*byte != '%')
		return 1;
	if (text.bytes - at < 3)
		return 0;
	high = http_hex(text.at[at + 1]);
	low = http_hex(text.at[at + 2]);
	if (high < 0 || low < 0)
		return 0;
	*byte = (char)(high * 16 + low);
	return 3;
}

/* A segment, decoded behind what is there; false: refused. */
static bool decode_segment(struct http_text path, size_t *at, char *into, size_t *used)
{
	while (*at < path.bytes && path.at[*at] != '/') {
		char byte;
		size_t took = decode(path, *at, &byte);

		if (took == 0 || byte == '/' || (unsigned char)byte < 0x20 || byte == 0x7f)
			return false;
		into[(*used)++] = byte;
		*at += took;
	}
	return true;
}

static bool is_segment(const char *at, size_t bytes, const char *text)
{
	return bytes == strlen(text) && memcmp(at, text, bytes) == 0;
}

size_t http_path_normalize(struct http_text path, char *into)
{
	size_t used = 1, at = 0;                                /* into always ends with '/' when a segment begins */

	if (path.bytes == 0 || path.at[0] != '/')
		return 0;
	into[0] = '/';
	while (at < path.bytes) {
		size_t first = used, bytes;

		at++;                                           /* the '/' before it */
		if (!decode_segment(path, &at, into, &used))
			return 0;
		bytes = used - first;
		if (is_segment(into + first, bytes, ".") || is_segment(into + first, bytes, "..")) {
			used = first;
			if (bytes == 2 && --used == 0)
				return 0;
			while (bytes == 2 && into[used - 1] != '/')
				used--;
		} else if (bytes > 0 && at < path.bytes) {
			into[used++] = '/';
		}
	}
	return used;
}

bool http_query_take(struct http_text *text, char *byte)
{
	size_t took = decode(*text, 0, byte);

	if (took == 0)
		return false;
	if (text->at[0] == '+')
		*byte = ' ';
	*text = http_text_from(*text, took);
	return true;
}

bool http_query_decode(struct http_text text, char *into, size_t *bytes)
{
	for (*bytes = 0; text.bytes > 0; (*bytes)++)
		if (!http_query_take(&text, into + *bytes))
			return false;
	return true;
}

bool http_query_next(struct http_text *query, struct http_text *name, struct http_text *value)
{
	while (query->bytes > 0) {
		const char *mark = memchr(query->at, '&', query->bytes), *equals;
		size_t bytes = mark != NULL ? (size_t)(mark - query->at) : query->bytes;
		struct http_text pair = { query->at, bytes };

		*query = http_text_from(*query, mark != NULL ? bytes + 1 : bytes);
		if (bytes == 0)
			continue;
		equals = memchr(pair.at, '=', pair.bytes);
		*name = equals != NULL ? (struct http_text){ pair.at, (size_t)(equals - pair.at) } : pair;
		*value = equals != NULL ? http_text_from(pair, name->bytes + 1) : (struct http_text){ NULL, 0 };
		return true;
	}
	return false;
}
