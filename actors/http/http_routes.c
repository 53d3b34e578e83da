/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes stand in the order of their precedence. A place is where one may be in all of them at once after some
 * segments of a path: those that go on from there. From each a step leads to the next place for each segment that
 * some of them names, and one for any other. So a path walks from place to place, and takes back nothing.
 */
#include "http_pattern.h"
#include <odeon/error.h>
#include <stdlib.h>
#include <string.h>

enum { NOWHERE = UINT32_MAX };

struct place {
	uint32_t first, count;                         /* of `live`: the routes that go on or end here */
	uint32_t first_end, ends;                      /* of `live`: those that end here */
	uint32_t depth, other;                         /* other: where any segment leads that no step names */
};

struct step { uint32_t from, to; struct http_text segment; };

struct http_routes {
	struct http_route **route;
	uint32_t *live;                                /* numbers of routes */
	struct place *place;
	struct step *step;                             /* a table once they are sealed; nothing at to NOWHERE */
	size_t routes, live_count, live_room, places, places_room, steps, steps_room;
	bool is_sealed;
};

struct http_routes *http_routes_new(void) { return calloc(1, sizeof(struct http_routes)); }

void http_routes_free(struct http_routes *routes)
{
	if (routes == NULL)
		return;
	for (size_t i = 0; i < routes->routes; i++)
		free(routes->route[i]);
	free(routes->route);
	free(routes->live);
	free(routes->place);
	free(routes->step);
	free(routes);
}

/* ---- adding --------------------------------------------------------------------------------------------------------------------- */

int http_routes_add(struct http_routes *routes, const char *text, void *value)
{
	struct http_route *route, **grown;
	size_t at = 0;
	int error;

	if (routes->is_sealed)
		return ODEON_EINVAL;
	error = http_pattern_read(text, value, &route);
	if (error != 0)
		return error;
	while (at < routes->routes && http_pattern_compare(routes->route[at], route) < 0)
		at++;
	if (at < routes->routes && http_pattern_compare(routes->route[at], route) == 0) {
		free(route);
		return ODEON_EBUSY;
	}
	grown = realloc(routes->route, (routes->routes + 1) * sizeof *grown);
	if (grown == NULL) {
		free(route);
		return ODEON_ENOMEM;
	}
	routes->route = grown;
	memmove(grown + at + 1, grown + at, (routes->routes - at) * sizeof *grown);
	grown[at] = route;
	routes->routes++;
	return 0;
}

/* ---- sealing -------------------------------------------------------------------------------------------------------------------- */

static int make_room(void **block, size_t *room, size_t count, size_t bytes)
{
	void *grown;

	if (count <= *room)
		return 0;
	count = count * 2 + 16;
	grown = realloc(*block, count * bytes);
	if (grown == NULL)
		return ODEON_ENOMEM;
	*block = grown;
	*room = count;
	return 0;
}

/* A place of the routes that stand at the end of `live`, from `first` on. */
static int add_place(struct http_routes *routes, size_t first, uint32_t depth, uint32_t *number)
{
	size_t count = routes->live_count - first, ends = 0;
	int error = make_room((void **)&routes->place, &routes->places_room, routes->places + 1, sizeof *routes->place);

	if (error == 0)
		error = make_room((void **)&routes->live, &routes->live_room, routes->live_count + count, sizeof *routes->live);
	if (error != 0)
		return error;
	if (routes->places == HTTP_ROUTE_PLACES_MOST)
		return ODEON_EFULL;
	for (size_t i = first; i < first + count; i++)
		if (http_pattern_ends(routes->route[routes->live[i]], depth))
			routes->live[first + count + ends++] = routes->live[i];
	routes->live_count += ends;
	*number = (uint32_t)routes->places++;
	routes->place[*number] = (struct place){
		.first = (uint32_t)first, .count = (uint32_t)count,
		.first_end = (uint32_t)(first + count), .ends = (uint32_t)ends,
		.depth = depth, .other = NOWHERE
	};
	return 0;
}

/* Where a segment leads from a place. A place from which all routes only take the rest leads to itself. */
static int lead(struct http_routes *routes, uint32_t from, struct http_text segment, bool is_any_other, uint32_t *to)
{
	struct place place = routes->place[from];
	size_t first = routes->live_count;
	int error = make_room((void **)&routes->live, &routes->live_room, first + place.count, sizeof *routes->live);

	*to = NOWHERE;
	if (error != 0)
		return error;
	for (uint32_t i = place.first; i < place.first + place.count; i++)
		if (http_pattern_goes_on(routes->route[routes->live[i]], place.depth, segment, is_any_other))
			routes->live[routes->live_count++] = routes->live[i];
	if (routes->live_count == first)
		return 0;
	if (routes->live_count - first == place.count && place.count == place.ends) {
		routes->live_count = first;
		*to = from;
		return 0;
	}
	return add_place(routes, first, place.depth + 1, to);
}

static bool has_step(const struct http_routes *routes, size_t first, struct http_text segment)
{
	for (size_t i = first; i < routes->steps; i++)
		if (http_text_is(routes->step[i].segment, segment))
			return true;
	return false;
}

static int add_step(struct http_routes *routes, uint32_t from, struct http_text segment)
{
	uint32_t to;
	int error = make_room((void **)&routes->step, &routes->steps_room, routes->steps + 1, sizeof *routes->step);

	if (error == 0)
		error = lead(routes, from, segment, false, &to);
	if (error == 0)                                         /* to NOWHERE too, as any other segment may lead on */
		routes->step[routes->steps++] = (struct step){ from, to, segment };
	return error;
}

static int add_steps(struct http_routes *routes, uint32_t from)
{
	struct place place = routes->place[from];
	size_t first = routes->steps;
	uint32_t other;
	int error = add_step(routes, from, HTTP_TEXT(""));

	for (uint32_t i = place.first; error == 0 && i < place.first + place.count; i++) {
		const struct http_route *route = routes->route[routes->live[i]];

		if (place.depth < route->count && route->kind[place.depth] == HTTP_SEGMENT_TEXT &&
		    !has_step(routes, first, route->segment[place.depth]))
			error = add_step(routes, from, route->segment[place.depth]);
	}
	if (error == 0)
		error = lead(routes, from, HTTP_TEXT(""), true, &other);
	if (error == 0)
		routes->place[from].other = other;
	return error;
}

static size_t hash(uint32_t from, struct http_text segment)
{
	uint64_t sum = (from + 1) * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = 0; i < segment.bytes; i++)
		sum = (sum ^ (unsigned char)segment.at[i]) * UINT64_C(0x100000001b3);
	return (size_t)(sum ^ sum >> 29);
}

/* From a list to a table with as many empty places at least; its length is a power of two. */
static int make_table(struct http_routes *routes)
{
	size_t room = 16;
	struct step *table;

	while (room < routes->steps * 2)
		room *= 2;
	table = calloc(room, sizeof *table);
	if (table == NULL)
		return ODEON_ENOMEM;
	for (size_t i = 0; i < room; i++)
		table[i].from = NOWHERE;
	for (size_t i = 0; i < routes->steps; i++) {
		size_t at = hash(routes->step[i].from, routes->step[i].segment) % room;

		while (table[at].from != NOWHERE)
			at = (at + 1) % room;
		table[at] = routes->step[i];
	}
	free(routes->step);
	routes->step = table;
	routes->steps_room = room;
	return 0;
}

static int build(struct http_routes *routes)
{
	uint32_t first;
	int error = make_room((void **)&routes->live, &routes->live_room, routes->routes, sizeof *routes->live);

	if (error != 0)
		return error;
	while (routes->live_count < routes->routes) {
		routes->live[routes->live_count] = (uint32_t)routes->live_count;
		routes->live_count++;
	}
	error = add_place(routes, 0, 0, &first);
	for (uint32_t from = 0; error == 0 && from < routes->places; from++)
		error = add_steps(routes, from);
	return error != 0 ? error : make_table(routes);
}

int http_routes_seal(struct http_routes *routes)
{
	int error;

	if (routes->is_sealed)
		return ODEON_EINVAL;
	error = build(routes);
	if (error != 0)
		routes->places = routes->steps = routes->live_count = 0;
	routes->is_sealed = error == 0;
	return error;
}

/* ---- finding -------------------------------------------------------------------------------------------------------------------- */

static uint32_t follow(const struct http_routes *routes, uint32_t from, struct http_text segment)
{
	const struct step *step = routes->step;
	size_t room = routes->steps_room, at = hash(from, segment) % room;

	for (; step[at].from != NOWHERE; at = (at + 1) % room)
		if (step[at].from == from && http_text_is(step[at].segment, segment))
			return step[at].to;
	return routes->place[from].other;
}

/* The path without its first '/'. */
static uint32_t walk(const struct http_routes *routes, struct http_text path, struct http_match *match)
{
	uint32_t place = 0, depth = 0;
	struct http_text segment;
	bool goes_on;

	do {
		struct http_text rest = path;

		goes_on = http_segment_cut(&path, &segment);
		if (depth < HTTP_SEGMENTS_MOST)
			match->segment[depth++] = rest;
		place = follow(routes, place, segment);
	} while (goes_on && place != NOWHERE);
	return place;
}

static bool answers(const struct http_route *route, struct http_text method)
{
	return http_text_is(route->method, method) ||
	       (http_text_is(method, HTTP_TEXT("HEAD")) && http_text_is(route->method, HTTP_TEXT("GET")));
}

int http_routes_find(const struct http_routes *routes, struct http_text method, struct http_text path,
                     struct http_match *match)
{
	const struct place *place;

	match->value = NULL;
	match->route = NULL;
	match->place = NOWHERE;
	if (!routes->is_sealed || path.bytes == 0 || path.at[0] != '/')
		return 404;
	match->place = walk(routes, http_text_from(path, 1), match);
	if (match->place == NOWHERE || routes->place[match->place].ends == 0)
		return 404;
	place = &routes->place[match->place];
	for (uint32_t i = place->first_end; i < place->first_end + place->ends; i++) {
		const struct http_route *route = routes->route[routes->live[i]];

		if (!answers(route, method))
			continue;
		match->route = route;
		match->value = route->value;
		return 200;
	}
	return 405;
}

static struct http_text parameter_at(const struct http_match *match, uint32_t index)
{
	struct http_text rest = match->segment[index], segment;

	if (match->route->kind[index] == HTTP_SEGMENT_REST)
		return rest;
	(void)http_segment_cut(&rest, &segment);
	return segment;
}

struct http_text http_match_parameter(const struct http_match *match, const char *name)
{
	const struct http_route *route = match->route;

	for (uint32_t i = 0; route != NULL && i < route->count; i++)
		if (route->kind[i] != HTTP_SEGMENT_TEXT && http_text_is(route->segment[i], http_text_of(name)))
			return parameter_at(match, i);
	return (struct http_text){ NULL, 0 };
}

void http_match_parameters(const struct http_match *match, struct http_paper *paper)
{
	const struct http_text zero = { "", 1 };

	for (uint32_t i = 0; match->route != NULL && i < match->route->count; i++) {
		if (match->route->kind[i] == HTTP_SEGMENT_TEXT)
			continue;
		http_paper_put(paper, match->route->segment[i]);
		http_paper_put(paper, zero);
		http_paper_put(paper, parameter_at(match, i));
		http_paper_put(paper, zero);
	}
}

static bool was_before(const struct http_routes *routes, const struct place *place, uint32_t end, struct http_text method)
{
	for (uint32_t i = place->first_end; i < end; i++)
		if (http_text_is(routes->route[routes->live[i]]->method, method))
			return true;
	return false;
}

static void put_method(struct http_paper *paper, size_t begun, struct http_text method)
{
	if (paper->used > begun)
		http_paper_put(paper, HTTP_TEXT(", "));
	http_paper_put(paper, method);
}

void http_match_allow(const struct http_routes *routes, const struct http_match *match, struct http_paper *paper)
{
	const struct place *place;
	size_t begun = paper->used;
	uint32_t end;

	if (match->place == NOWHERE)
		return;
	place = &routes->place[match->place];
	end = place->first_end + place->ends;
	for (uint32_t i = place->first_end; i < end; i++) {
		struct http_text method = routes->route[routes->live[i]]->method;

		if (!was_before(routes, place, i, method))
			put_method(paper, begun, method);
	}
	if (was_before(routes, place, end, HTTP_TEXT("GET")) && !was_before(routes, place, end, HTTP_TEXT("HEAD")))
		put_method(paper, begun, HTTP_TEXT("HEAD"));
}
