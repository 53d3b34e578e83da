/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_routes - who answers a request, by its method and path
 *
 * A route is a method and a pattern: "GET /users/:id", "GET /files/" and "PUT /files/" with "*path" behind. Both are
 * cut at each '/':
 *
 *   text       matches a segment that is the same; the last may be empty
 *   :name      matches a segment that is not empty
 *   *name      only at the end: matches one segment or more, as one text, which may be empty
 *
 * Where several match, they are compared from the left: at the first segment where they differ, text comes before
 * :name, and that before *name. The first of them that has the method answers; GET answers HEAD too where no other
 * does. So the longest match wins, and a choice at the left never hides a route at the right.
 *
 * After http_routes_seal the routes do not change, and any number of threads may find. A path is looked up in steps
 * of one segment, each a look into one table: what it takes grows with the path, not with the routes. What that costs
 * is memory: where patterns with :name and text overlap in many places, there is a place for each way through them;
 * more than HTTP_ROUTE_PLACES_MOST are refused.
 */
#ifndef ODEON_HTTP_ROUTES_H
#define ODEON_HTTP_ROUTES_H

#include "http_text.h"

#define HTTP_SEGMENTS_MOST 32                          /* of a pattern */
#define HTTP_ROUTE_PLACES_MOST 65536

struct http_routes;
struct http_route;

struct http_match {
	void *value;                                   /* of the route, when it is 200 */
	const struct http_route *route;
	uint32_t place;
	struct http_text segment[HTTP_SEGMENTS_MOST];  /* of the path; for *name all from there */
};

struct http_routes *http_routes_new(void);             /* NULL: no memory */
void http_routes_free(struct http_routes *routes);     /* NULL is nothing to do */

/*
 * The text of the route is copied. Answers 0, or with nothing changed ODEON_EINVAL (no route, or they are sealed),
 * ODEON_EBUSY (there is one that matches the same) or ODEON_ENOMEM.
 */
int http_routes_add(struct http_routes *routes, const char *route, void *value);

/* Once, after the last. Answers 0, or ODEON_ENOMEM, ODEON_EFULL (too many places), ODEON_EINVAL (sealed already). */
int http_routes_seal(struct http_routes *routes);

/* The path is from http_path_normalize, and must live as long as the match. Answers 200, 404 or 405. */
int http_routes_find(const struct http_routes *routes, struct http_text method, struct http_text path,
                     struct http_match *match);

/* What a route's name stands for; at NULL: it has no such name. All of them, each name and each value with a zero
 * behind. And the methods that the path has: "GET, HEAD". */
struct http_text http_match_parameter(const struct http_match *match, const char *name);
void http_match_parameters(const struct http_match *match, struct http_paper *paper);
void http_match_allow(const struct http_routes *routes, const struct http_match *match, struct http_paper *paper);

#endif
