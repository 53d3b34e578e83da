/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * range.c - what http_range.h promises: which bytes are sent, and when none are
 */
#include "../harness/kit.h"
#include "http_parts.h"
#include "http_reader.h"
#include <stdio.h>

static void gives(const char *ranges, uint64_t whole, int status, const char *content_range)
{
	char text[HTTP_CONTENT_RANGE_BYTES_MOST];
	struct http_ranges found;
	struct http_text said;

	ck_assert_msg(http_range_read(http_text_of(ranges), whole, &found) == status, "%s of %d: not %d", ranges, (int)whole, status);
	if (status == 200) {
		must(found.count == 1 && found.range[0].first == 0 && found.range[0].bytes == whole);
		return;
	}
	must(status == 416 || found.count == 1);
	said = http_range_write(text, status, &found.range[0], whole);
	ck_assert_msg(http_text_is(said, http_text_of(content_range)), "%s: %.*s", ranges, (int)said.bytes, said.at);
}

START_TEST(one_range)
{
	gives("bytes=0-0", 10, 206, "bytes 0-0/10");
	gives("bytes=2-5", 10, 206, "bytes 2-5/10");
	gives("bytes=9-9", 10, 206, "bytes 9-9/10");
	gives("bytes=2-", 10, 206, "bytes 2-9/10");
	gives("bytes=0-", 10, 206, "bytes 0-9/10");
	gives("bytes=2-99", 10, 206, "bytes 2-9/10");
	gives("bytes=2-18446744073709551615", 10, 206, "bytes 2-9/10");
	gives("bytes=-3", 10, 206, "bytes 7-9/10");
	gives("bytes=-10", 10, 206, "bytes 0-9/10");
	gives("bytes=-99", 10, 206, "bytes 0-9/10");
	gives("BYTES=0-1", 10, 206, "bytes 0-1/10");
	gives("bytes=18446744073709551613-", UINT64_MAX, 206, "bytes 18446744073709551613-18446744073709551614/18446744073709551615");
}
END_TEST

START_TEST(ranges_that_are_not_there)
{
	gives("bytes=10-", 10, 416, "bytes */10");
	gives("bytes=10-12", 10, 416, "bytes */10");
	gives("bytes=-0", 10, 416, "bytes */10");
	gives("bytes=0-", 0, 416, "bytes */0");
	gives("bytes=-1", 0, 416, "bytes */0");
	gives("bytes=18446744073709551615-", UINT64_MAX, 416, "bytes */18446744073709551615");
}
END_TEST

/* Which ones, as "1-2 4-5 ". */
static void give_several(const char *ranges, uint64_t whole, const char *expected)
{
	struct http_ranges found;
	char text[1024] = "";
	size_t used = 0;

	ck_assert_msg(http_range_read(http_text_of(ranges), whole, &found) == 206, "%s", ranges);
	for (unsigned i = 0; i < found.count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%llu-%llu ", (unsigned long long)found.range[i].first,
		                         (unsigned long long)(found.range[i].first + found.range[i].bytes - 1));
	ck_assert_str_eq(text, expected);
}

START_TEST(of_several_those_that_are_there)
{
	give_several("bytes=1-2,4-5", 10, "1-2 4-5 ");
	give_several("bytes=4-5,1-2,-1", 10, "4-5 1-2 9-9 ");
	give_several("bytes=0-4,5-9", 10, "0-4 5-9 ");
	give_several("bytes=20-, 4-5 ,0-3,-0", 10, "4-5 0-3 ");
	give_several("bytes=0-0,18446744073709551614-", UINT64_MAX, "0-0 18446744073709551614-18446744073709551614 ");
	give_several("bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30", 100,
	             "0-0 2-2 4-4 6-6 8-8 10-10 12-12 14-14 16-16 18-18 20-20 22-22 24-24 26-26 28-28 30-30 ");
	gives("bytes=20-,30-", 10, 416, "bytes */10");
	gives("bytes=,1-2,", 10, 206, "bytes 1-2/10");
	gives("bytes=20-,1-2", 10, 206, "bytes 1-2/10");
}
END_TEST

START_TEST(of_too_many_and_of_the_same_again_all)
{
	gives("bytes=0-9,0-9,0-9,0-9,0-9", 10, 200, "");
	gives("bytes=1-3,3-4", 10, 200, "");
	gives("bytes=3-4,1-3", 10, 200, "");
	gives("bytes=2-3,0-", 10, 200, "");
	gives("bytes=0-,-1", 10, 200, "");
	gives("bytes=4-5,20-,5-5", 10, 200, "");
	gives("bytes=18446744073709551613-,0-18446744073709551613", UINT64_MAX, 200, "");
	gives("bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30,32-32", 100, 200, "");
}
END_TEST

/* ---- parts ----------------------------------------------------------------------------------------------------------------------- */

START_TEST(parts_say_what_they_are)
{
	struct http_parts parts = { .ranges = { 2, { { 0, 4 }, { 10, 3 } } }, .whole = 20, .type = "text/plain",
		.boundary = "0123456789abcdef0123456789abcdef" };
	char text[1000], type[HTTP_PARTS_TYPE_BYTES];
	struct http_paper paper = { text, sizeof text - 1, 0 };

	for (unsigned i = 0; i < 3; i++)
		http_parts_put(&parts, i, &paper);
	text[paper.used] = '\0';
	ck_assert_str_eq(text, "\r\n--0123456789abcdef0123456789abcdef\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-3/20\r\n\r\n"
	                       "\r\n--0123456789abcdef0123456789abcdef\r\nContent-Type: text/plain\r\nContent-Range: bytes 10-12/20\r\n\r\n"
	                       "\r\n--0123456789abcdef0123456789abcdef--\r\n");
	must(http_parts_bytes(&parts) == paper.used + 7);
	http_parts_type(&parts, type);
	ck_assert_str_eq(type, "multipart/byteranges; boundary=0123456789abcdef0123456789abcdef");
}
END_TEST

START_TEST(what_is_no_range_is_ignored)
{
	static const char *const bad[] = { "", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1-2-3", "bytes=+1-2",
		"bytes=1 - 2", "bytes=1-2;3", "bytes=0x1-", "lines=1-2", "bytes=1-2,x", "bytes=x,1-2", "bytes=1-2,5-4",
		"bytes=18446744073709551616-" };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		gives(bad[i], 10, 200, "");
}
END_TEST

START_TEST(tags)
{
	must(http_tag_is(HTTP_TEXT("\"a\"")) && http_tag_is(HTTP_TEXT("W/\"a,b\"")) && http_tag_is(HTTP_TEXT("\"\"")));
	must(!http_tag_is(HTTP_TEXT("a")) && !http_tag_is(HTTP_TEXT("\"a")) && !http_tag_is(HTTP_TEXT("\"a\"b\"")));
	must(!http_tag_is(HTTP_TEXT("")) && !http_tag_is(HTTP_TEXT("W/")) && !http_tag_is(HTTP_TEXT("w/\"a\"")));
	must(!http_tag_is(HTTP_TEXT("\"a b\"")) && !http_tag_is(HTTP_TEXT("\"a\r\"")));
}
END_TEST

/* ---- conditions ------------------------------------------------------------------------------------------------------------------ */

#define EARLIER "Sun, 06 Nov 1994 08:49:36 GMT"
#define THEN "Sun, 06 Nov 1994 08:49:37 GMT"
#define LATER "Sun, 06 Nov 1994 08:49:38 GMT"

static const struct http_validators strong = { { "\"a,1\"", 5 }, true, 784111777 }, weak = { { "W/\"a\"", 5 }, true, 784111777 },
	none = { { NULL, 0 }, false, 0 };

static struct http_reader reader;

static const struct http_head *head_of(const char *method, const char *lines)
{
	struct http_limits limits = HTTP_LIMITS;
	char request[1024];
	size_t used;

	http_reader_fini(&reader);
	must(http_reader_init(&reader, limits));
	snprintf(request, sizeof request, "%s / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", method, lines);
	must(http_reader_read(&reader, http_text_of(request), &used) == HTTP_HEAD);
	return &reader.head;
}

static void teardown(void) { http_reader_fini(&reader); }

static void judged(const char *method, const char *lines, const struct http_validators *validators, int status)
{
	int answer = http_condition_judge(head_of(method, lines), validators, 1700000000);

	ck_assert_msg(answer == status, "%s %s: %d", method, lines, answer);
}

START_TEST(if_none_match)
{
	judged("GET", "If-None-Match: \"a,1\"", &strong, 304);
	judged("HEAD", "If-None-Match: W/\"a,1\"", &strong, 304);
	judged("PUT", "If-None-Match: \"a,1\"", &strong, 412);
	judged("GET", "If-None-Match: \"b\", \"a,1\" ", &strong, 304);
	judged("GET", "If-None-Match: \"b\"\r\nIf-None-Match: \"a,1\"", &strong, 304);
	judged("GET", "If-None-Match: *", &none, 304);
	judged("PUT", "If-None-Match: *", &strong, 412);
	judged("GET", "If-None-Match: \"a\"", &weak, 304);
	judged("GET", "If-None-Match: \"b\"", &strong, 0);
	judged("GET", "If-None-Match: 1\"", &strong, 0);
	judged("GET", "If-None-Match: \"a,1\"", &none, 0);
	judged("GET", "If-None-Match: \"b\"\r\nIf-Modified-Since: " LATER, &strong, 0);
}
END_TEST

START_TEST(if_match)
{
	judged("PUT", "If-Match: \"a,1\"", &strong, 0);
	judged("PUT", "If-Match: *", &strong, 0);
	judged("PUT", "If-Match: \"b\"", &strong, 412);
	judged("PUT", "If-Match: W/\"a\"", &weak, 412);
	judged("GET", "If-Match: \"b\"", &strong, 412);
	judged("PUT", "If-Match: \"b\"\r\nIf-Unmodified-Since: " LATER, &strong, 412);
}
END_TEST

START_TEST(dates)
{
	judged("GET", "If-Modified-Since: " EARLIER, &strong, 0);
	judged("GET", "If-Modified-Since: " THEN, &strong, 304);
	judged("GET", "If-Modified-Since: " LATER, &strong, 304);
	judged("GET", "If-Modified-Since: yesterday", &strong, 0);
	judged("PUT", "If-Modified-Since: " LATER, &strong, 0);
	judged("GET", "If-Modified-Since: " LATER, &none, 0);
	judged("PUT", "If-Unmodified-Since: " EARLIER, &strong, 412);
	judged("PUT", "If-Unmodified-Since: " THEN, &strong, 0);
	judged("PUT", "If-Unmodified-Since: " EARLIER, &none, 0);
	judged("GET", "X: y", &strong, 0);
}
END_TEST

START_TEST(if_range)
{
	static const struct { const char *method, *lines; const struct http_validators *validators; int status; } cases[] = {
		{ "GET", "X: y", &strong, 200 },
		{ "GET", "Range: bytes=1-2", &strong, 206 },
		{ "GET", "Range: bytes=10-", &strong, 416 },
		{ "HEAD", "Range: bytes=1-2", &strong, 200 },
		{ "GET", "Range: bytes=1-2\r\nIf-Range: \"a,1\"", &strong, 206 },
		{ "GET", "Range: bytes=1-2\r\nIf-Range: \"b\"", &strong, 200 },
		{ "GET", "Range: bytes=1-2\r\nIf-Range: W/\"a\"", &weak, 200 },
		{ "GET", "Range: bytes=1-2\r\nIf-Range: \"a,1\"", &none, 200 },
		{ "GET", "Range: bytes=1-2\r\nIf-Range: " THEN, &strong, 206 },
		{ "GET", "Range: bytes=1-2\r\nIf-Range: " LATER, &strong, 200 },
		{ "GET", "Range: bytes=1-2\r\nIf-Range: nonsense", &strong, 200 } };
	struct http_ranges ranges;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_msg(http_range_judge(head_of(cases[i].method, cases[i].lines), cases[i].validators, 0, 10, &ranges) ==
		              cases[i].status, "%s", cases[i].lines);
}
END_TEST

KIT_MAIN("http/range",
	{ .name = "ranges", .tests = KIT_TESTS(one_range, ranges_that_are_not_there, of_several_those_that_are_there,
		of_too_many_and_of_the_same_again_all, what_is_no_range_is_ignored, parts_say_what_they_are) },
	{ .name = "conditions", .teardown = teardown, .tests = KIT_TESTS(tags, if_none_match, if_match, dates, if_range) })
