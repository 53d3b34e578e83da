/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * path.c - what http_path.h promises: nothing leaves the root, and a segment is what it looks like
 */
#include "../harness/kit.h"
#include "http_path.h"
#include <stdlib.h>
#include <string.h>

/* Each in memory without a byte to spare, and in its own place. */
static void becomes(const char *path, const char *expected)
{
	size_t length = strlen(path), bytes;
	char *into = malloc(length + 1), *own = malloc(length + 1);

	must(into != NULL && own != NULL);
	memcpy(own, path, length);
	bytes = http_path_normalize((struct http_text){ own, length }, into);
	ck_assert_msg(bytes == strlen(expected) && memcmp(into, expected, bytes) == 0, "%s: %.*s", path, (int)bytes, into);
	must(http_path_normalize((struct http_text){ own, length }, own) == bytes && memcmp(into, own, bytes) == 0);
	free(into);
	free(own);
}

static void refuses(const char *path) { becomes(path, ""); }

START_TEST(paths_that_are_plain)
{
	becomes("/", "/");
	becomes("/a", "/a");
	becomes("/a/", "/a/");
	becomes("/a/b.c/d", "/a/b.c/d");
	becomes("/...", "/...");
	becomes("/.a/..b/c..", "/.a/..b/c..");
}
END_TEST

START_TEST(percent_is_decoded_once)
{
	becomes("/%61%20b", "/a b");
	becomes("/%c3%A4", "/\xc3\xa4");
	becomes("/%2561", "/%61");
	becomes("/%252e%252e/a", "/%2e%2e/a");
	becomes("/a+b", "/a+b");
	becomes("/%5c", "/\\");
}
END_TEST

START_TEST(dots_and_empty_segments_are_taken_out)
{
	becomes("/a/./b", "/a/b");
	becomes("/a/../b", "/b");
	becomes("/a/b/../../c", "/c");
	becomes("/a/..", "/");
	becomes("/a/b/..", "/a/");
	becomes("/a/.", "/a/");
	becomes("/.", "/");
	becomes("/a//b///c", "/a/b/c");
	becomes("//", "/");
	becomes("//a//", "/a/");
	becomes("/a/%2e/b", "/a/b");
	becomes("/a/.%2E/b", "/b");
	becomes("/a//../b", "/b");
	becomes("/a//b/./c/../d/", "/a/b/d/");
}
END_TEST

START_TEST(nothing_leaves_the_root)
{
	refuses("/..");
	refuses("/../a");
	refuses("/a/../..");
	refuses("/a/../../b");
	refuses("/%2e%2e/a");
	refuses("/.%2e");
	refuses("//..");
	refuses("/./..");
	refuses("/a/%2e%2e/%2E./b");
}
END_TEST

START_TEST(what_no_segment_may_have)
{
	refuses("");
	refuses("a");
	refuses("*");
	refuses("/a%2fb");
	refuses("/..%2f");
	refuses("/a%00");
	refuses("/a%0d%0aX:%20y");
	refuses("/%7f");
	refuses("/%");
	refuses("/%4");
	refuses("/a%4/b");
	refuses("/%g1");
	refuses("/%-1");
}
END_TEST

START_TEST(queries)
{
	struct http_text query = HTTP_TEXT("a=1&b&&c=x=y&=z&d="), name, value;
	static const char *const names[] = { "a", "b", "c", "", "d" }, *const values[] = { "1", NULL, "x=y", "z", "" };
	char into[16];
	size_t bytes;

	for (int i = 0; i < 5; i++) {
		must(http_query_next(&query, &name, &value) && http_text_is(name, http_text_of(names[i])));
		must(values[i] == NULL ? value.at == NULL : http_text_is(value, http_text_of(values[i])));
	}
	must(!http_query_next(&query, &name, &value));
	must(http_query_decode(HTTP_TEXT("a+b%2B%00"), into, &bytes) && bytes == 5 && memcmp(into, "a b+", 5) == 0);
	must(!http_query_decode(HTTP_TEXT("a%2"), into, &bytes));
}
END_TEST

KIT_MAIN("http/path",
	{ .name = "path", .tests = KIT_TESTS(paths_that_are_plain, percent_is_decoded_once, dots_and_empty_segments_are_taken_out,
		nothing_leaves_the_root, what_no_segment_may_have, queries) })
