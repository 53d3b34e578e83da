/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * routes.c - whatever the path: normalized, it is one that stays as it is, and stays in the root; and a route answers
 * it as if each were tried
 *
 * Up to a zero: a path. After each further one: a route.
 */
#include "routes.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(claim) do { if (!(claim)) { fprintf(stderr, "it does not hold that %s\n", #claim); abort(); } } while (0)
enum { ROUTES_MOST = 24 };

/* Answers how many bytes; into: as many as there are. */
static size_t normalize(const char *path, size_t length, char *into)
{
	char *own = malloc(length > 0 ? length : 1);
	size_t bytes;

	must(own != NULL);
	memcpy(own, path, length);
	bytes = http_path_normalize((struct http_text){ own, length }, into);
	must(bytes <= length);
	for (size_t i = 0; i < bytes; i++)
		must((unsigned char)into[i] >= 0x20 && into[i] != 0x7f);
	must(bytes == 0 || into[0] == '/');
	free(own);
	return bytes;
}

static void check_segments(struct http_text path)
{
	struct http_text rest = http_text_from(path, 1), segment;

	while (http_segment_cut(&rest, &segment))
		must(segment.bytes > 0 && !http_text_is(segment, HTTP_TEXT(".")) && !http_text_is(segment, HTTP_TEXT("..")));
	must(!http_text_is(segment, HTTP_TEXT(".")) && !http_text_is(segment, HTTP_TEXT("..")));
}

bool route_matches(const struct http_route *route, struct http_text path)
{
	struct http_text segment;
	uint32_t depth = 0;
	bool goes_on;

	path = http_text_from(path, 1);
	do {
		goes_on = http_segment_cut(&path, &segment);
		if (depth < route->count && route->kind[depth] == HTTP_SEGMENT_REST)
			return true;
		if (depth >= route->count || (route->kind[depth] == HTTP_SEGMENT_NAME ? segment.bytes == 0 :
		                              !http_text_is(route->segment[depth], segment)))
			return false;
		depth++;
	} while (goes_on);
	return depth == route->count;
}

/* Which route would answer, by looking at each; NULL: none. */
static const void *best_of(struct http_route *const *routes, size_t count, struct http_text path, bool *is_any)
{
	const struct http_route *best = NULL;

	*is_any = false;
	for (size_t i = 0; i < count; i++) {
		if (!route_matches(routes[i], path))
			continue;
		*is_any = true;
		if (http_text_is(routes[i]->method, HTTP_TEXT("GET")) && (best == NULL || http_pattern_compare(routes[i], best) < 0))
			best = routes[i];
	}
	return best != NULL ? best->value : NULL;
}

static void route(struct http_text path, const char *text, const char *end)
{
	struct http_routes *routes = http_routes_new();
	struct http_route *all[ROUTES_MOST];
	struct http_match match;
	size_t count = 0;
	const void *best;
	bool is_any;
	int status;

	must(routes != NULL);
	for (; text < end && count < ROUTES_MOST; text += strlen(text) + 1)
		if (http_routes_add(routes, text, (void *)(uintptr_t)text) == 0)
			must(http_pattern_read(text, (void *)(uintptr_t)text, &all[count++]) == 0);
	must(http_routes_seal(routes) == 0);
	best = best_of(all, count, path, &is_any);
	status = http_routes_find(routes, HTTP_TEXT("GET"), path, &match);
	must(status == (best != NULL ? 200 : is_any ? 405 : 404) && match.value == best);
	while (count > 0)
		free(all[--count]);
	http_routes_free(routes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = malloc(length + 1), *path = malloc(length + 1), *again = malloc(length + 1);
	size_t first, count;

	must(text != NULL && path != NULL && again != NULL);
	if (length > 0)
		memcpy(text, bytes, length);
	text[length] = 0;
	first = strlen(text);
	count = normalize(text, first, path);
	if (count > 0) {
		check_segments((struct http_text){ path, count });
		if (memchr(path, '%', count) == NULL)
			must(normalize(path, count, again) == count && memcmp(path, again, count) == 0);
		if (length - first < 512)                       /* of a few routes there are few ways */
			route((struct http_text){ path, count }, text + first + 1, text + length);
	}
	free(text);
	free(path);
	free(again);
	return 0;
}
