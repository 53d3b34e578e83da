/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reader.c - what http_reader.h promises: requests, whole and in pieces, one after the other; limits; what memory it
 * takes
 */
#include "corpus.h"
#include "reads.h"

START_TEST(a_request_is_told_however_it_is_cut)
{
	reads("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1 host=a {Host:a} keep end; ");
	reads("GET /x/y?q=1&r=%20?2 HTTP/1.1\r\nhOST:\ta:80\r\nAccept: */*\r\nEmpty:\r\nBlank:  \r\nTwo: a b \t\r\n\r\n",
	      "GET /x/y?q=1&r=%20?2 HTTP/1.1 host=a:80 {hOST:a:80} {Accept:*/*} {Empty:} {Blank:} {Two:a b} keep end; ");
	reads("DELETE /? HTTP/1.0\r\n\r\n", "DELETE /? HTTP/1.0 host= end; ");
	reads("\r\nM-SEARCH /m HTTP/1.1\r\nHost:\r\n\r\n", "M-SEARCH /m HTTP/1.1 host= {Host:} keep end; ");
	reads("GET / HTTP/1.1\r\nHost: a\r\nBytes: \x80\xff\r\n\r\n", "GET / HTTP/1.1 host=a {Host:a} {Bytes:\x80\xff} keep end; ");
}
END_TEST

START_TEST(a_target_has_three_forms)
{
	reads("GET http://b.c:81/p?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET /p?q HTTP/1.1 host=b.c:81 {Host:a} keep end; ");
	reads("GET HTTPS://b?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?q HTTP/1.1 host=b {Host:a} keep end; ");
	reads("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1 host=a {Host:a} keep end; ");
	reads("GET * HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400");
	reads("GET x HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400");
	reads("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400");
	reads("GET http:///p HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400");
	reads("GET http://u@a/p HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400");
	reads("GET /p#f HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400");
	reads("GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400");
	reads("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400");
	reads("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400");
	reads("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "refused 501");
}
END_TEST

START_TEST(a_body_has_a_length_or_chunks)
{
	reads("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
	      "POST /p HTTP/1.1 host=a {Host:a} {Content-Length:5} keep (hello) end; ");
	reads("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
	      "POST /p HTTP/1.1 host=a {Host:a} {Content-Length:0} keep end; ");
	reads("GET /p HTTP/1.0\r\nContent-Length: 00002\r\n\r\nhi", "GET /p HTTP/1.0 host= {Content-Length:00002} (hi) end; ");
	reads("PUT /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n00A;x=\"y\"\r\n, world!!!\r\n0\r\n\r\n",
	      "PUT /p HTTP/1.1 host=a {Host:a} {Transfer-Encoding:Chunked} keep (hello, world!!!) end; ");
	reads("PUT /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	      "PUT /p HTTP/1.1 host=a {Host:a} {Transfer-Encoding:chunked} keep end; ");
}
END_TEST

START_TEST(trailers_are_no_headers)
{
	reads("PUT /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nHost: b\r\nX: y\r\n\r\n",
	      "PUT /p HTTP/1.1 host=a {Host:a} {Transfer-Encoding:chunked} keep (x) end; ");
}
END_TEST

START_TEST(requests_follow_each_other)
{
	reads("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
	      "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\n"
	      "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nd\r\n0\r\n\r\n"
	      "GET /4 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
	      "GET /5 HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n"
	      "GET /6 HTTP/1.1\r\nHost: a\r\n\r\n",
	      "GET /1 HTTP/1.1 host=a {Host:a} keep end; "
	      "POST /2 HTTP/1.1 host=a {Host:a} {Content-Length:3} keep (abc) end; "
	      "POST /3 HTTP/1.1 host=a {Host:a} {Transfer-Encoding:chunked} keep (d) end; "
	      "GET /4 HTTP/1.0 host= {Connection:Keep-Alive} keep end; "
	      "GET /5 HTTP/1.1 host=a {Host:a} {Connection:x, close} end; ");
}
END_TEST

START_TEST(an_upgrade_leaves_what_follows_unread)
{
	static const char bytes[] = "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n\x81\x80";
	struct http_limits limits = HTTP_LIMITS;
	struct http_reader reader;
	size_t used, more;

	must(http_reader_init(&reader, limits));
	must(http_reader_read(&reader, (struct http_text){ bytes, sizeof bytes - 1 }, &used) == HTTP_HEAD);
	must(reader.head.upgrades && used == sizeof bytes - 3);
	must(http_reader_read(&reader, (struct http_text){ bytes + used, 2 }, &more) == HTTP_END && more == 0);
	http_reader_fini(&reader);
	reads("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
	      "GET / HTTP/1.1 host=a {Host:a} {Upgrade:x} {Connection:upgrade} keep upgrades end; "
	      "GET /2 HTTP/1.1 host=a {Host:a} keep end; ");
	reads("POST / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\nContent-Length: 2\r\n\r\nhi",
	      "POST / HTTP/1.1 host=a {Host:a} {Upgrade:x} {Connection:upgrade} {Content-Length:2} keep upgrades (hi) end; ");
}
END_TEST

START_TEST(what_is_expected_is_told_or_refused)
{
	reads("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
	      "PUT / HTTP/1.1 host=a {Host:a} {Expect:100-Continue} {Content-Length:1} keep expects (x) end; ");
	reads("PUT / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n", "refused 417");
	reads("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
	      "PUT / HTTP/1.0 host= {Expect:100-continue} {Content-Length:1} (x) end; ");
}
END_TEST

START_TEST(what_is_cut_off_is_not_a_request)
{
	reads("", "");
	reads("\r\n", "...");
	reads("GET ", "...");
	reads("GET / HTTP/1.1\r\nHost: a\r\n", "...");
	reads("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
	      "PUT / HTTP/1.1 host=a {Host:a} {Content-Length:3} keep (ab)...");
	reads("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
	      "PUT / HTTP/1.1 host=a {Host:a} {Transfer-Encoding:chunked} keep (a)...");
}
END_TEST

START_TEST(what_the_fuzzer_begins_with)
{
	must(corpus_run("http", LLVMFuzzerTestOneInput) >= 10);
}
END_TEST

/* ---- limits ------------------------------------------------------------------------------------------------------------------ */

static const struct http_limits tight = { .target_bytes = 5, .field_bytes = 20, .fields = 2, .body_bytes = 4 };

START_TEST(a_target_may_be_so_long)
{
	reads_with(tight, "GET /abcd HTTP/1.0\r\n\r\n", "GET /abcd HTTP/1.0 host= end; ");
	reads_with(tight, "GET /abcde HTTP/1.0\r\n\r\n", "refused 414");
	reads_with(tight, "GET /abcde", "refused 414");
}
END_TEST

START_TEST(fields_may_have_so_many_bytes)
{
	reads_with(tight, "GET / HTTP/1.0\r\nA: 345678901234567\r\n\r\n", "GET / HTTP/1.0 host= {A:345678901234567} end; ");
	reads_with(tight, "GET / HTTP/1.0\r\nA: 3456789012345678\r\n\r\n", "refused 431");
	reads_with(tight, "GET / HTTP/1.0\r\nA234567890123456: 1\r\n\r\n", "refused 431");
	reads_with(tight, "GET / HTTP/1.0\r\nA: 34\r\nB: 34567890123\r\n\r\n", "refused 431");
	reads_with(tight, "GET / HTTP/1.0\r\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "refused 431");
}
END_TEST

START_TEST(there_may_be_so_many_fields)
{
	reads_with(tight, "GET / HTTP/1.0\r\nA:\r\nB:\r\n\r\n", "GET / HTTP/1.0 host= {A:} {B:} end; ");
	reads_with(tight, "GET / HTTP/1.0\r\nA:\r\nB:\r\nC:\r\n\r\n", "refused 431");
}
END_TEST

START_TEST(a_body_may_be_so_long)
{
	struct http_limits limits = tight;

	limits.field_bytes = 100;
	reads_with(limits, "PUT / HTTP/1.0\r\nContent-Length: 4\r\n\r\nabcd", "PUT / HTTP/1.0 host= {Content-Length:4} (abcd) end; ");
	reads_with(limits, "PUT / HTTP/1.0\r\nContent-Length: 5\r\n\r\nabcde", "refused 413");
	reads_with(limits, "PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n",
	           "PUT / HTTP/1.1 host= {Host:} {Transfer-Encoding:chunked} keep (abcd) end; ");
	reads_with(limits, "PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
	           "PUT / HTTP/1.1 host= {Host:} {Transfer-Encoding:chunked} keep (ab)refused 413");
	reads_with(limits, "PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n",
	           "PUT / HTTP/1.1 host= {Host:} {Transfer-Encoding:chunked} keeprefused 413");
}
END_TEST

/* Whoever sends chunks of one byte with long extensions, or trailers without end, is stopped by the limit of fields. */
START_TEST(extensions_and_trailers_count_as_fields)
{
	struct http_limits limits = tight;

	limits.field_bytes = 37;
	reads_with(limits, "PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding: chunked\r\n\r\n1;x=\r\na\r\n1;x\r\nb\r\n0\r\n\r\n",
	           "PUT / HTTP/1.1 host= {Host:} {Transfer-Encoding:chunked} keep (a)refused 431");
	reads_with(limits, "PUT / HTTP/1.1\r\nHost:\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: x\r\n\r\n",
	           "PUT / HTTP/1.1 host= {Host:} {Transfer-Encoding:chunked} keeprefused 431");
}
END_TEST

START_TEST(limits_that_make_no_sense_are_refused)
{
	struct http_limits limits = HTTP_LIMITS;
	struct http_reader reader;

	limits.target_bytes = 0;
	must(!http_reader_init(&reader, limits));
	limits.target_bytes = HTTP_HEAD_BYTES_MOST - limits.field_bytes;
	must(http_reader_init(&reader, limits));
	limits.target_bytes++;
	must(!http_reader_init(&reader, limits));
	limits.field_bytes = UINT32_MAX;
	must(!http_reader_init(&reader, limits));
}
END_TEST

/* As long as they may be at most, the library takes a head too. */
START_TEST(the_longest_head_is_read)
{
	struct http_limits limits = HTTP_LIMITS;
	size_t length = HTTP_HEAD_BYTES_MOST + sizeof "GET  HTTP/1.0\r\n\r\n" - 1, used;
	char *bytes = malloc(length);
	struct http_reader reader;

	limits.target_bytes = HTTP_HEAD_BYTES_MOST / 2;
	limits.field_bytes = HTTP_HEAD_BYTES_MOST / 2;
	must(bytes != NULL && http_reader_init(&reader, limits));
	memset(bytes, 'a', length);
	memcpy(bytes, "GET /", 5);
	memcpy(bytes + 4 + limits.target_bytes, " HTTP/1.0\r\nA:", 13);
	memcpy(bytes + length - 4, "\r\n\r\n", 4);
	must(http_reader_read(&reader, (struct http_text){ bytes, length }, &used) == HTTP_HEAD && used == length);
	must(reader.head.path.bytes == limits.target_bytes && reader.head.fields == 1);
	http_reader_fini(&reader);
	free(bytes);
}
END_TEST

/* ---- answers ----------------------------------------------------------------------------------------------------------------- */

START_TEST(an_answer_is_told_however_it_is_cut)
{
	static const struct { enum fuzz_http_reading reading; const char *bytes, *expected; } cases[] = {
		{ FUZZ_HTTP_ANSWERS, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 404\r\nA: b\r\nContent-Length: 0\r\n\r\n",
		  "HTTP/1.1 200 {Content-Length:2} keep (ok) end; HTTP/1.1 404 {A:b} {Content-Length:0} keep end; " },
		{ FUZZ_HTTP_ANSWERS, "HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
		  "HTTP/1.1 103 {A:b} keep end; HTTP/1.1 200 {Transfer-Encoding:chunked} keep (x) end; " },
		{ FUZZ_HTTP_ANSWERS, "HTTP/1.0 200 OK\r\n\r\nall of it", "HTTP/1.0 200 until its end (all of it)..." },
		{ FUZZ_HTTP_ANSWERS, "HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\nx", "HTTP/1.1 204 {Content-Length:5} keep end; refused 400" },
		{ FUZZ_HTTP_ANSWERS_TO_HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 {Content-Length:5} keep end; " },
		{ FUZZ_HTTP_ANSWERS_TO_HEAD, "HTTP/1.1 200 OK\r\n\r\nx", "HTTP/1.1 200 keep end; refused 400" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t first = 1, length = strlen(cases[i].bytes); first <= length; first++) {
			char *said = http_describe_as(cases[i].reading, (struct http_limits)HTTP_LIMITS, cases[i].bytes, length, first, first);

			ck_assert_str_eq(said, cases[i].expected);
			free(said);
		}
}
END_TEST

/* ---- memory ------------------------------------------------------------------------------------------------------------------ */

void *__real_realloc(void *block, size_t bytes);
void *__wrap_realloc(void *block, size_t bytes);
static int allowed = -1;                               /* how many are granted yet; -1: all */

void *__wrap_realloc(void *block, size_t bytes)
{
	if (allowed == 0)
		return NULL;
	allowed -= allowed > 0;
	return __real_realloc(block, bytes);
}

START_TEST(without_memory_a_request_is_refused_and_the_reader_is_whole)
{
	static const char bytes[] = "GET /abc HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n";
	struct http_limits limits = HTTP_LIMITS;
	struct http_reader reader;
	int refused = 0;
	size_t used;

	for (int nth = 0; nth < 10; nth++) {
		must(http_reader_init(&reader, limits));
		allowed = nth;
		if (http_reader_read(&reader, (struct http_text){ bytes, sizeof bytes - 1 }, &used) == HTTP_REFUSED) {
			must(reader.status == 503);
			refused++;
		}
		allowed = -1;
		http_reader_fini(&reader);
	}
	must(refused == 2);
}
END_TEST

START_TEST(a_reader_that_rests_has_no_memory)
{
	struct http_limits limits = HTTP_LIMITS;
	struct http_text first = HTTP_TEXT("GET /abc HTTP/1.0\r\n\r\n");
	struct http_reader reader;
	size_t used;

	must(http_reader_init(&reader, limits));
	must(http_reader_read(&reader, first, &used) == HTTP_HEAD);
	must(!http_reader_is_between(&reader));
	must(http_reader_read(&reader, (struct http_text){ "", 0 }, &used) == HTTP_END);
	must(http_text_is(reader.head.path, HTTP_TEXT("/abc")) && http_reader_is_between(&reader));
	http_reader_rest(&reader);
	must(reader.head.memory == NULL && reader.head.field == NULL);
	must(http_reader_read(&reader, first, &used) == HTTP_HEAD && http_text_is(reader.head.path, HTTP_TEXT("/abc")));
	http_reader_fini(&reader);
}
END_TEST

KIT_MAIN("http/reader",
	{ .name = "requests", .tests = KIT_TESTS(a_request_is_told_however_it_is_cut, a_target_has_three_forms,
		an_answer_is_told_however_it_is_cut, a_body_has_a_length_or_chunks, trailers_are_no_headers, requests_follow_each_other,
		an_upgrade_leaves_what_follows_unread, what_is_expected_is_told_or_refused, what_is_cut_off_is_not_a_request,
		what_the_fuzzer_begins_with) },
	{ .name = "limits", .tests = KIT_TESTS(a_target_may_be_so_long, fields_may_have_so_many_bytes, there_may_be_so_many_fields,
		a_body_may_be_so_long, extensions_and_trailers_count_as_fields, limits_that_make_no_sense_are_refused,
		the_longest_head_is_read) },
	{ .name = "memory", .tests = KIT_TESTS(without_memory_a_request_is_refused_and_the_reader_is_whole,
		a_reader_that_rests_has_no_memory) })
