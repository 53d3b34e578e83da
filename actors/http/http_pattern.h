/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_pattern - one route: its method, and its pattern in segments (http_routes.h)
 */
#ifndef ODEON_HTTP_PATTERN_H
#define ODEON_HTTP_PATTERN_H

#include "http_routes.h"

enum http_segment_kind { HTTP_SEGMENT_TEXT, HTTP_SEGMENT_NAME, HTTP_SEGMENT_REST };    /* the first wins */

struct http_route {
	struct http_text method;
	void *value;
	uint32_t count;
	struct http_text segment[HTTP_SEGMENTS_MOST];  /* without ':' and '*' */
	uint8_t kind[HTTP_SEGMENTS_MOST];
	char text[];                                   /* where they are */
};

/* 0, ODEON_EINVAL or ODEON_ENOMEM. To be freed. */
int http_pattern_read(const char *text, void *value, struct http_route **route);

/* Below 0: the first comes before. 0: they match the same. */
int http_pattern_compare(const struct http_route *route, const struct http_route *other);

/* Whether it goes on with that segment at that depth, and whether it can end before it. */
bool http_pattern_goes_on(const struct http_route *route, uint32_t depth, struct http_text segment, bool is_any_other);
bool http_pattern_ends(const struct http_route *route, uint32_t depth);

/* The segment before the next '/', which is cut off with it; false: there was no '/' before it, it was the last. */
bool http_segment_cut(struct http_text *path, struct http_text *segment);

#endif
