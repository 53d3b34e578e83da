/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * routes.c - what http_routes.h promises: which route answers a path, and with what parameters
 */
#include "corpus.h"
#include "../fuzz/routes.h"
#include <odeon/error.h>
#include <stdlib.h>
#include <string.h>

static struct http_routes *routes;
static struct http_match match;

static void teardown(void)
{
	http_routes_free(routes);
	routes = NULL;
}

/* Each route's value is its own text. */
static void open_routes(const char *const *texts, size_t count)
{
	teardown();
	routes = http_routes_new();
	must(routes != NULL);
	for (size_t i = 0; i < count; i++)
		must(http_routes_add(routes, texts[i], (void *)(uintptr_t)texts[i]) == 0);
	must(http_routes_seal(routes) == 0);
}
#define OPEN(...) open_routes((const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static int find(const char *method, const char *path) { return http_routes_find(routes, http_text_of(method), http_text_of(path), &match); }

static void finds(const char *method, const char *path, const char *route)
{
	int status = find(method, path);

	ck_assert_msg(status == 200 && strcmp(match.value, route) == 0, "%s %s: %d %s", method, path, status,
	              status == 200 ? (const char *)match.value : "");
}

static void has(const char *name, const char *value)
{
	struct http_text text = http_match_parameter(&match, name);

	ck_assert_msg(text.at != NULL && http_text_is(text, http_text_of(value)), "%s is %.*s", name, (int)text.bytes, text.at);
}

static void allows(const char *expected)
{
	char text[64];
	struct http_paper paper = { text, sizeof text, 0 };

	http_match_allow(routes, &match, &paper);
	must(http_paper_fits(&paper));
	ck_assert_msg(http_text_is((struct http_text){ text, paper.used }, http_text_of(expected)), "%.*s", (int)paper.used, text);
}

START_TEST(paths_that_are_fixed)
{
	OPEN("GET /", "GET /a", "GET /a/", "GET /a/b");
	finds("GET", "/", "GET /");
	finds("GET", "/a", "GET /a");
	finds("GET", "/a/", "GET /a/");
	finds("GET", "/a/b", "GET /a/b");
	must(find("GET", "/b") == 404 && find("GET", "/a/b/") == 404 && find("GET", "/a/b/c") == 404 && find("GET", "/A") == 404);
	must(find("GET", "") == 404 && find("GET", "a") == 404 && find("GET", "*") == 404);
}
END_TEST

START_TEST(parameters_are_segments)
{
	OPEN("GET /x/:id", "GET /x/:id/y/:other", "GET /files/*path");
	finds("GET", "/x/17", "GET /x/:id");
	has("id", "17");
	finds("GET", "/x/17/y/a b", "GET /x/:id/y/:other");
	has("id", "17");
	has("other", "a b");
	must(http_match_parameter(&match, "path").at == NULL);
	must(find("GET", "/x/") == 404 && find("GET", "/x") == 404 && find("GET", "/x/17/y") == 404 && find("GET", "/x/17/") == 404);
	finds("GET", "/files/", "GET /files/*path");
	has("path", "");
	finds("GET", "/files/a/b/", "GET /files/*path");
	has("path", "a/b/");
	must(find("GET", "/files") == 404);
}
END_TEST

START_TEST(the_longest_match_wins)
{
	OPEN("GET /*rest", "GET /a/*rest", "GET /a/:x", "GET /a/b", "GET /:x/b");
	finds("GET", "/", "GET /*rest");
	finds("GET", "/a", "GET /*rest");
	finds("GET", "/c/d", "GET /*rest");
	has("rest", "c/d");
	finds("GET", "/a/", "GET /a/*rest");
	finds("GET", "/a/b/c", "GET /a/*rest");
	has("rest", "b/c");
	finds("GET", "/a/c", "GET /a/:x");
	finds("GET", "/a/b", "GET /a/b");
	finds("GET", "/c/b", "GET /:x/b");
	has("x", "c");
}
END_TEST

START_TEST(a_choice_at_the_left_hides_nothing)
{
	OPEN("GET /users/me", "GET /users/:id/posts", "GET /:a/:b/c", "GET /users/*rest");
	finds("GET", "/users/me", "GET /users/me");
	finds("GET", "/users/me/posts", "GET /users/:id/posts");
	has("id", "me");
	finds("GET", "/users/me/c", "GET /users/*rest");
	finds("GET", "/other/me/c", "GET /:a/:b/c");
	has("a", "other");
	OPEN("GET /a/:x/c", "GET /:y/b/d");
	finds("GET", "/a/b/d", "GET /:y/b/d");
	has("y", "a");
	finds("GET", "/a/b/c", "GET /a/:x/c");
}
END_TEST

START_TEST(methods_that_are_not_allowed)
{
	OPEN("GET /a", "POST /a", "PUT /:x", "DELETE /b", "HEAD /h", "GET /h");
	must(find("PATCH", "/a") == 405);
	allows("POST, GET, PUT, HEAD");
	finds("PUT", "/a", "PUT /:x");
	has("x", "a");
	finds("HEAD", "/a", "GET /a");
	finds("HEAD", "/h", "HEAD /h");
	finds("GET", "/h", "GET /h");
	must(find("HEAD", "/b") == 405);
	allows("DELETE, PUT");
	must(find("get", "/a") == 405);
	must(find("GET", "/x/y") == 404);
	allows("");
}
END_TEST

START_TEST(what_is_no_route)
{
	static const char *const bad[] = { "", "GET", "GET ", "/a", " /a", "GET a", "G(T /a", "GET  /a", "GET /:", "GET /*", "GET /*a/b",
		"GET /a//b", "GET /./a", "GET /a/..", "GET /:a/:a", "GET /:a b", "GET /a\n",
		"GET /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/26/27/28/29/30/31/32/33" };

	routes = http_routes_new();
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(http_routes_add(routes, bad[i], NULL) == ODEON_EINVAL, "%s", bad[i]);
	must(http_routes_add(routes, "GET /a/:b", NULL) == 0 && http_routes_add(routes, "GET /a/:c", NULL) == ODEON_EBUSY);
	must(http_routes_add(routes, "PUT /a/:c", NULL) == 0 && http_routes_add(routes, "GET /a/*c", NULL) == 0);
	must(http_routes_add(routes, "GET /a/*d", NULL) == ODEON_EBUSY);
	must(find("GET", "/a/b") == 404);
	must(http_routes_seal(routes) == 0 && http_routes_seal(routes) == ODEON_EINVAL);
	must(http_routes_add(routes, "GET /b", NULL) == ODEON_EINVAL);
	must(find("GET", "/a/b") == 200);
}
END_TEST

START_TEST(no_routes_at_all)
{
	routes = http_routes_new();
	must(http_routes_seal(routes) == 0 && find("GET", "/") == 404 && find("GET", "/a/b") == 404);
}
END_TEST

/* Two patterns a bit of a number, so that any of both may be text or a name: more ways than there may be places. */
START_TEST(too_many_ways_are_refused)
{
	routes = http_routes_new();
	for (unsigned bit = 0; bit < 20; bit++) {
		char text[128] = "GET ";

		for (unsigned i = 0; i < 20; i++)
			sprintf(text + strlen(text), i == bit ? "/x" : "/:n%u", i);
		sprintf(text + strlen(text), "/%u", bit);
		must(http_routes_add(routes, text, NULL) == 0);
	}
	must(http_routes_seal(routes) == ODEON_EFULL && find("GET", "/x") == 404);
}
END_TEST

/* ---- against the plain way: try each ---------------------------------------------------------------------------------------------- */

static unsigned random_below(uint64_t *seed, unsigned count)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % count;
}

static void make_path(char *text, uint64_t *seed, bool is_pattern)
{
	unsigned count = 1 + random_below(seed, 4);

	text[0] = 0;
	for (unsigned i = 0; i < count; i++) {
		unsigned what = random_below(seed, is_pattern ? 5 : 3);

		if (what == 4 && i + 1 < count)
			what = 3;
		sprintf(text + strlen(text), what == 3 ? "/:n%u" : what == 4 ? "/*n%u" : what == 2 && i + 1 == count ? "/" : "/%u",
		        what >= 3 ? i : what);
	}
}

START_TEST(as_if_each_were_tried)
{
	uint64_t seed = (uint64_t)_i * 977 + 1;
	char text[24][64], path[64];
	struct http_route *all[24] = { NULL };
	unsigned count = 0;

	teardown();
	routes = http_routes_new();
	for (int i = 0; i < 24; i++) {
		strcpy(text[count], "GET ");
		make_path(text[count] + 4, &seed, true);
		if (http_routes_add(routes, text[count], text[count]) == 0)
			must(http_pattern_read(text[count], text[count], &all[count]) == 0 && ++count > 0);
	}
	must(http_routes_seal(routes) == 0);
	for (int i = 0; i < 400; i++) {
		const struct http_route *best = NULL;
		int status;

		make_path(path, &seed, false);
		for (unsigned at = 0; at < count; at++)
			if (route_matches(all[at], http_text_of(path)) && (best == NULL || http_pattern_compare(all[at], best) < 0))
				best = all[at];
		status = find("GET", path);
		ck_assert_msg((status == 200) == (best != NULL) && (best == NULL || match.value == best->value), "%s: %s, not %s", path,
		              status == 200 ? (char *)match.value : "none", best != NULL ? (char *)best->value : "none");
	}
	for (unsigned at = 0; at < count; at++)
		free(all[at]);
}
END_TEST

START_TEST(what_the_fuzzer_begins_with)
{
	must(corpus_run("routes", LLVMFuzzerTestOneInput) >= 7);
}
END_TEST

/* ---- memory ----------------------------------------------------------------------------------------------------------------------- */

void *__real_calloc(size_t count, size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__real_realloc(void *block, size_t bytes);
void *__wrap_realloc(void *block, size_t bytes);
static int allowed = -1;                               /* how many are granted yet; -1: all */

static bool grant(void)
{
	if (allowed == 0)
		return false;
	allowed -= allowed > 0;
	return true;
}

void *__wrap_calloc(size_t count, size_t bytes) { return grant() ? __real_calloc(count, bytes) : NULL; }
void *__wrap_realloc(void *block, size_t bytes) { return grant() ? __real_realloc(block, bytes) : NULL; }

/* Refused or done; and when refused, done the next time. */
START_TEST(without_memory_nothing_changes)
{
	static const char *const texts[] = { "GET /a", "GET /:x/b", "GET /*r" };
	int refused = 0, error;

	for (int nth = 0; nth < 100; nth++) {
		bool is_whole = true;

		teardown();
		routes = http_routes_new();
		allowed = nth;
		for (int i = 0; i < 3; i++) {
			error = http_routes_add(routes, texts[i], NULL);
			is_whole = is_whole && error == 0;
			must(error == 0 || error == ODEON_ENOMEM);
			if (error != 0) {
				allowed = -1;
				must(http_routes_add(routes, texts[i], NULL) == 0);
			}
		}
		error = http_routes_seal(routes);
		is_whole = is_whole && error == 0;
		must(error == 0 || error == ODEON_ENOMEM);
		allowed = -1;
		must(error == 0 || http_routes_seal(routes) == 0);
		must(find("GET", "/a") == 200 && find("GET", "/c/b") == 200 && find("GET", "/") == 200);
		if (is_whole)
			break;
		refused++;
	}
	must(refused >= 9 && refused < 99);
}
END_TEST

KIT_MAIN("http/routes",
	{ .name = "routes", .teardown = teardown, .tests = KIT_TESTS(paths_that_are_fixed, parameters_are_segments,
		the_longest_match_wins, a_choice_at_the_left_hides_nothing, methods_that_are_not_allowed, what_is_no_route, no_routes_at_all,
		too_many_ways_are_refused, what_the_fuzzer_begins_with, without_memory_nothing_changes) },
	{ .name = "model", .teardown = teardown, .loop = 50, .tests = KIT_TESTS(as_if_each_were_tried) })
