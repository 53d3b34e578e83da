/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * writer.c - what http_writer.h promises: the text of answers, when a connection is kept, and what may not be written
 */
#include "../harness/kit.h"
#include "http_reader.h"
#include "http_writer.h"
#include <odeon/error.h>
#include <string.h>

#define DATE HTTP_TEXT("Sun, 06 Nov 1994 08:49:37 GMT")
#define DATE_LINE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"

static char written[1024];
static struct http_paper paper;
static struct http_writer writer;
static struct http_reader reader;
static bool is_open;

static void teardown(void)
{
	if (is_open)
		http_reader_fini(&reader);
	is_open = false;
}

static void open_paper(size_t size) { paper = (struct http_paper){ written, size, 0 }; }

/* The request whose answer is written. */
static void asked(const char *request)
{
	struct http_limits limits = HTTP_LIMITS;
	size_t used;

	teardown();
	is_open = http_reader_init(&reader, limits);
	must(http_reader_read(&reader, http_text_of(request), &used) == HTTP_HEAD);
	http_writer_begin(&writer, &reader.head);
	open_paper(sizeof written);
}

static int answer(int status, uint64_t body_bytes) { return http_writer_head(&writer, &paper, status, DATE, NULL, 0, body_bytes); }

static void body(const char *bytes)
{
	must(http_writer_body(&writer, &paper, strlen(bytes)) == 0);
	if (!http_writer_is_mute(&writer))
		http_paper_put(&paper, http_text_of(bytes));
}

static void expect(const char *text, bool keeps_alive)
{
	must(http_paper_fits(&paper));
	ck_assert_msg(paper.used == strlen(text) && memcmp(written, text, paper.used) == 0, "written:\n%.*s\nand not:\n%s",
	              (int)paper.used, written, text);
	must(http_writer_keeps_alive(&writer) == keeps_alive);
}

static void whole(const char *request, int status, uint64_t body_bytes, const char *bytes)
{
	asked(request);
	must(answer(status, body_bytes) == 0);
	if (bytes[0] != 0)
		body(bytes);
	must(http_writer_end(&writer, &paper) == 0);
}

START_TEST(a_body_with_a_length)
{
	whole("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, 5, "hello");
	expect("HTTP/1.1 200 OK\r\n" DATE_LINE "Content-Length: 5\r\n\r\nhello", true);
	whole("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 404, 0, "");
	expect("HTTP/1.1 404 Not Found\r\n" DATE_LINE "Content-Length: 0\r\n\r\n", true);
	whole("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 599, 0, "");
	expect("HTTP/1.1 599 \r\n" DATE_LINE "Content-Length: 0\r\nConnection: close\r\n\r\n", false);
	whole("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, 2, "hi");
	expect("HTTP/1.1 200 OK\r\n" DATE_LINE "Content-Length: 2\r\nConnection: keep-alive\r\n\r\nhi", true);
	whole("GET / HTTP/1.0\r\n\r\n", 200, 2, "hi");
	expect("HTTP/1.1 200 OK\r\n" DATE_LINE "Content-Length: 2\r\nConnection: close\r\n\r\nhi", false);
}
END_TEST

START_TEST(a_body_in_chunks)
{
	asked("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	must(answer(200, HTTP_BYTES_UNKNOWN) == 0);
	body("hello, world, how are you");
	body("!");
	must(http_writer_end(&writer, &paper) == 0);
	expect("HTTP/1.1 200 OK\r\n" DATE_LINE "Transfer-Encoding: chunked\r\n\r\n"
	       "19\r\nhello, world, how are you\r\n1\r\n!\r\n0\r\n\r\n", true);
	whole("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, HTTP_BYTES_UNKNOWN, "");
	expect("HTTP/1.1 200 OK\r\n" DATE_LINE "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true);
}
END_TEST

START_TEST(a_body_that_ends_with_the_connection)
{
	whole("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, HTTP_BYTES_UNKNOWN, "abc");
	expect("HTTP/1.1 200 OK\r\n" DATE_LINE "Connection: close\r\n\r\nabc", false);
}
END_TEST

START_TEST(no_body_where_none_may_be)
{
	whole("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200, 5, "hello");
	expect("HTTP/1.1 200 OK\r\n" DATE_LINE "Content-Length: 5\r\n\r\n", true);
	whole("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200, HTTP_BYTES_UNKNOWN, "hello");
	expect("HTTP/1.1 200 OK\r\n" DATE_LINE "Transfer-Encoding: chunked\r\n\r\n", true);
	whole("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, HTTP_BYTES_UNKNOWN, "");
	expect("HTTP/1.1 200 OK\r\n" DATE_LINE "Connection: keep-alive\r\n\r\n", true);
	whole("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 204, 0, "");
	expect("HTTP/1.1 204 No Content\r\n" DATE_LINE "\r\n", true);
	whole("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 304, 5, "hello");
	expect("HTTP/1.1 304 Not Modified\r\n" DATE_LINE "\r\n", true);
}
END_TEST

START_TEST(a_client_that_waits_is_told_to_continue)
{
	asked(POST "Expect: 100-continue\r\n\r\n");
	must(http_writer_continue(&writer, &paper) == 0 && http_writer_continue(&writer, &paper) == 0);
	must(answer(200, 0) == 0 && http_writer_end(&writer, &paper) == 0);
	expect("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" DATE_LINE "Content-Length: 0\r\n\r\n", true);
	asked(POST "\r\n");
	must(http_writer_continue(&writer, &paper) == 0 && paper.used == 0);
	asked("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
	must(http_writer_continue(&writer, &paper) == 0 && paper.used == 0);
}
END_TEST

/* Its body may come or not. */
START_TEST(an_answer_without_continue_closes)
{
	whole(POST "Expect: 100-continue\r\n\r\n", 413, 0, "");
	expect("HTTP/1.1 413 Content Too Large\r\n" DATE_LINE "Content-Length: 0\r\nConnection: close\r\n\r\n", false);
	asked(POST "Expect: 100-continue\r\n\r\n");
	http_writer_request_is_whole(&writer);
	must(http_writer_continue(&writer, &paper) == 0 && paper.used == 0);
	must(answer(200, 0) == 0 && http_writer_keeps_alive(&writer));
	must(http_writer_continue(&writer, &paper) == 0);
	whole("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", 200, 0, "");
	must(http_writer_keeps_alive(&writer));
}
END_TEST

START_TEST(an_upgrade_is_agreed_on)
{
	const struct http_line lines[] = { { HTTP_TEXT("Upgrade"), HTTP_TEXT("echo") } };

	asked("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
	must(answer(101, 0) == ODEON_EINVAL);
	must(http_writer_head(&writer, &paper, 101, DATE, lines, 1, 0) == 0);
	must(http_writer_body(&writer, &paper, 1) == ODEON_EINVAL && http_writer_end(&writer, &paper) == ODEON_EINVAL);
	expect("HTTP/1.1 101 Switching Protocols\r\n" DATE_LINE "Upgrade: echo\r\nConnection: Upgrade\r\n\r\n", true);
	asked("GET / HTTP/1.0\r\n\r\n");
	must(http_writer_head(&writer, &paper, 101, DATE, lines, 1, 0) == ODEON_EINVAL);
}
END_TEST

/* ---- what may not be ----------------------------------------------------------------------------------------------------------------- */

START_TEST(lines_cannot_be_split)
{
	const struct http_line bad[] = {
		{ HTTP_TEXT("X"), HTTP_TEXT("a\r\nSet-Cookie: b") }, { HTTP_TEXT("X"), HTTP_TEXT("a\nb") }, { HTTP_TEXT("X"), HTTP_TEXT("a\rb") },
		{ HTTP_TEXT("X"), HTTP_TEXT("a\0b") }, { HTTP_TEXT("X: y\r\nZ"), HTTP_TEXT("a") }, { HTTP_TEXT("X y"), HTTP_TEXT("a") },
		{ HTTP_TEXT(""), HTTP_TEXT("a") }, { HTTP_TEXT("content-LENGTH"), HTTP_TEXT("1") },
		{ HTTP_TEXT("Transfer-Encoding"), HTTP_TEXT("chunked") }, { HTTP_TEXT("Connection"), HTTP_TEXT("close") },
		{ HTTP_TEXT("Date"), HTTP_TEXT("today") } };
	const struct http_line good = { HTTP_TEXT("X"), HTTP_TEXT("\ta\x80 b") };

	asked("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct http_line lines[] = { good, bad[i] };

		must(http_writer_head(&writer, &paper, 200, DATE, lines, 2, 0) == ODEON_EINVAL && paper.used == 0);
	}
	must(http_writer_head(&writer, &paper, 200, DATE, &good, 1, 0) == 0);
	expect("HTTP/1.1 200 OK\r\n" DATE_LINE "X: \ta\x80 b\r\nContent-Length: 0\r\n\r\n", true);
}
END_TEST

START_TEST(things_out_of_order)
{
	asked("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	must(http_writer_body(&writer, &paper, 1) == ODEON_EINVAL && http_writer_end(&writer, &paper) == ODEON_EINVAL);
	must(answer(99, 0) == ODEON_EINVAL && answer(100, 0) == ODEON_EINVAL && answer(199, 0) == ODEON_EINVAL);
	must(answer(600, 0) == ODEON_EINVAL && answer(-200, 0) == ODEON_EINVAL && paper.used == 0);
	must(answer(200, 3) == 0 && answer(200, 3) == ODEON_EINVAL);
	must(http_writer_body(&writer, &paper, 0) == ODEON_EINVAL && http_writer_body(&writer, &paper, 4) == ODEON_EINVAL);
	must(http_writer_body(&writer, &paper, 3) == 0 && http_writer_body(&writer, &paper, 1) == ODEON_EINVAL);
	must(http_writer_end(&writer, &paper) == 0 && http_writer_end(&writer, &paper) == ODEON_EINVAL);
}
END_TEST

START_TEST(a_body_that_is_too_short_closes)
{
	asked("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	must(answer(200, 3) == 0 && http_writer_body(&writer, &paper, 2) == 0);
	must(http_writer_keeps_alive(&writer));
	must(http_writer_end(&writer, &paper) == ODEON_EINVAL && !http_writer_keeps_alive(&writer));
}
END_TEST

/* Whatever the paper's size: either all is on it, or the call can be made again. */
START_TEST(paper_that_is_too_small)
{
	static const char all[] = "HTTP/1.1 200 OK\r\n" DATE_LINE "Transfer-Encoding: chunked\r\n\r\n1\r\n\r\n0\r\n\r\n";

	for (size_t size = 0; size < sizeof all; size++) {
		int error[3];

		asked("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
		memset(written, '#', sizeof written);
		open_paper(size);
		error[0] = answer(200, HTTP_BYTES_UNKNOWN);
		error[1] = error[0] == 0 ? http_writer_body(&writer, &paper, 1) : ODEON_EFULL;
		error[2] = error[1] == 0 ? http_writer_end(&writer, &paper) : ODEON_EFULL;
		must((error[2] == 0) == (size == sizeof all - 1));
		must(written[size] == '#');
		open_paper(sizeof written);
		for (int step = 0; step < 3; step++)
			if (error[step] == ODEON_EFULL)
				must((step == 0 ? answer(200, HTTP_BYTES_UNKNOWN) : step == 1 ? http_writer_body(&writer, &paper, 1) :
				      http_writer_end(&writer, &paper)) == 0);
	}
	asked(POST "Expect: 100-continue\r\n\r\n");
	open_paper(3);
	must(http_writer_continue(&writer, &paper) == ODEON_EFULL && paper.used == 25);
	open_paper(25);
	must(http_writer_continue(&writer, &paper) == 0);
}
END_TEST

START_TEST(a_refusal_is_a_whole_answer)
{
	open_paper(sizeof written);
	must(http_writer_refusal(&paper, 400, DATE, false) == 0);
	writer.keeps_alive = false;
	expect("HTTP/1.1 400 Bad Request\r\n" DATE_LINE "Content-Type: text/plain\r\nContent-Length: 16\r\nConnection: close\r\n\r\n"
	       "400 Bad Request\n", false);
	open_paper(10);
	must(http_writer_refusal(&paper, 400, DATE, false) == ODEON_EFULL);
}
END_TEST

KIT_MAIN("http/writer",
	{ .name = "answers", .teardown = teardown, .tests = KIT_TESTS(a_body_with_a_length, a_body_in_chunks,
		a_body_that_ends_with_the_connection, no_body_where_none_may_be, a_client_that_waits_is_told_to_continue,
		an_answer_without_continue_closes, an_upgrade_is_agreed_on) },
	{ .name = "mistakes", .teardown = teardown, .tests = KIT_TESTS(lines_cannot_be_split, things_out_of_order,
		a_body_that_is_too_short_closes, paper_that_is_too_small, a_refusal_is_a_whole_answer) })
