/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_pattern.h"
#include <odeon/error.h>
#include <stdlib.h>
#include <string.h>

bool http_segment_cut(struct http_text *path, struct http_text *segment)
{
	const char *slash = path->bytes > 0 ? memchr(path->at, '/', path->bytes) : NULL;
	size_t bytes = slash != NULL ? (size_t)(slash - path->at) : path->bytes;

	*segment = (struct http_text){ path->at, bytes };
	*path = http_text_from(*path, slash != NULL ? bytes + 1 : bytes);
	return slash != NULL;
}

static bool is_token(struct http_text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if (!http_is_token(text.at[i]))
			return false;
	return text.bytes > 0;
}

/* What no path that was normalized can have is a mistake. */
static bool is_text(struct http_text text, bool is_last)
{
	for (size_t i = 0; i < text.bytes; i++)
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
			return false;
	return (text.bytes > 0 || is_last) && !http_text_is(text, HTTP_TEXT(".")) && !http_text_is(text, HTTP_TEXT(".."));
}

static bool has_name(const struct http_route *route, struct http_text name)
{
	for (uint32_t i = 0; i < route->count; i++)
		if (route->kind[i] != HTTP_SEGMENT_TEXT && http_text_is(route->segment[i], name))
			return true;
	return false;
}

static bool add_segment(struct http_route *route, struct http_text segment, bool is_last)
{
	bool is_name = segment.bytes > 0 && segment.at[0] == ':', is_rest = segment.bytes > 0 && segment.at[0] == '*';
	struct http_text name = is_name || is_rest ? http_text_from(segment, 1) : segment;

	if (route->count == HTTP_SEGMENTS_MOST || (is_rest && !is_last))
		return false;
	if (is_name || is_rest ? !is_token(name) || has_name(route, name) : !is_text(segment, is_last))
		return false;
	route->segment[route->count] = name;
	route->kind[route->count++] = is_name ? HTTP_SEGMENT_NAME : is_rest ? HTTP_SEGMENT_REST : HTTP_SEGMENT_TEXT;
	return true;
}

static bool read_route(struct http_route *route, struct http_text text)
{
	const char *blank = memchr(text.at, ' ', text.bytes);
	struct http_text path, segment;
	bool is_good, goes_on;

	if (blank == NULL || blank[1] != '/')
		return false;
	route->method = (struct http_text){ text.at, (size_t)(blank - text.at) };
	path = http_text_from(text, route->method.bytes + 2);
	do {
		goes_on = http_segment_cut(&path, &segment);
		is_good = add_segment(route, segment, !goes_on);
	} while (is_good && goes_on);
	return is_good && is_token(route->method);
}

int http_pattern_read(const char *text, void *value, struct http_route **route)
{
	size_t bytes = strlen(text);

	*route = calloc(1, sizeof **route + bytes + 1);
	if (*route == NULL)
		return ODEON_ENOMEM;
	memcpy((*route)->text, text, bytes);
	(*route)->value = value;
	if (read_route(*route, (struct http_text){ (*route)->text, bytes }))
		return 0;
	free(*route);
	*route = NULL;
	return ODEON_EINVAL;
}

static int compare_texts(struct http_text text, struct http_text other)
{
	size_t bytes = text.bytes < other.bytes ? text.bytes : other.bytes;
	int order = bytes > 0 ? memcmp(text.at, other.at, bytes) : 0;

	return order != 0 ? order : (text.bytes > other.bytes) - (text.bytes < other.bytes);
}

/* Kinds first; the rest of the order means nothing, but that HEAD stands before GET, which answers it too. */
int http_pattern_compare(const struct http_route *route, const struct http_route *other)
{
	int order = 0;

	for (uint32_t i = 0; i < route->count && i < other->count; i++)
		if (route->kind[i] != other->kind[i])
			return route->kind[i] - other->kind[i];
	if (route->count != other->count)
		return route->count > other->count ? 1 : -1;
	for (uint32_t i = 0; i < route->count && order == 0; i++)
		if (route->kind[i] == HTTP_SEGMENT_TEXT)
			order = compare_texts(route->segment[i], other->segment[i]);
	return order != 0 ? order : compare_texts(other->method, route->method);
}

bool http_pattern_goes_on(const struct http_route *route, uint32_t depth, struct http_text segment, bool is_any_other)
{
	if (route->kind[route->count - 1] == HTTP_SEGMENT_REST && depth + 1 >= route->count)
		return true;
	if (depth >= route->count)
		return false;
	if (route->kind[depth] == HTTP_SEGMENT_NAME)
		return is_any_other || segment.bytes > 0;
	return !is_any_other && http_text_is(route->segment[depth], segment);
}

bool http_pattern_ends(const struct http_route *route, uint32_t depth)
{
	return depth == route->count || (depth > route->count && route->kind[route->count - 1] == HTTP_SEGMENT_REST);
}
