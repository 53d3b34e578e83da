/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smuggling.c - requests that one server reads otherwise than another. Each is refused at the byte where they would
 * part, and what was hidden behind it is never a request
 */
#include "reads.h"

#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
#define HEAD "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED_HEAD HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define CHUNKED_TOLD "POST / HTTP/1.1 host=a {Host:a} {Transfer-Encoding:chunked} keep"
#define refuses(status, bytes) reads(bytes HIDDEN, "refused " #status)

/* ---- two lengths ---------------------------------------------------------------------------------------------------------------- */

START_TEST(content_length_with_transfer_encoding)
{
	refuses(400, HEAD "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG");
	refuses(400, HEAD "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG");
	refuses(400, HEAD "Content-Length: 6\r\nTransfer-Encoding: identity\r\n\r\nabcdef");
	refuses(400, HEAD "Content-Length: 6\r\nTransfer-Encoding:\r\n\r\nabcdef");
}
END_TEST

START_TEST(two_content_lengths)
{
	refuses(400, HEAD "Content-Length: 0\r\nContent-Length: 5\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length: 5, 5\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length: 5\r\ncontent-length: 0\r\n\r\nabcde");
}
END_TEST

START_TEST(content_lengths_that_are_no_numbers)
{
	refuses(400, HEAD "Content-Length: +5\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length: -5\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length: 0x5\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length: 5 5\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length: 5a\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length: 5_0\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length:\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length: 18446744073709551621\r\n\r\nabcde");
	refuses(400, HEAD "Content-Length: 99999999999999999999999\r\n\r\nabcde");
	refuses(413, HEAD "Content-Length: 9999999999999999999\r\n\r\nabcde");
}
END_TEST

START_TEST(transfer_codings_that_are_not_chunked)
{
	refuses(501, HEAD "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n");
	refuses(501, HEAD "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n");
	refuses(501, HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
	refuses(501, HEAD "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n");
	refuses(501, HEAD "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n");
	refuses(501, HEAD "Transfer-Encoding: chunked chunked\r\n\r\n0\r\n\r\n");
	refuses(501, HEAD "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
	refuses(400, HEAD "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n");
	refuses(400, HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n");
	refuses(400, HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
	refuses(400, HEAD "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n");
	refuses(400, HEAD "Transfer-Encoding: \r\n\r\n0\r\n\r\n");
	refuses(400, HEAD "Transfer-Encoding: \x0b" "chunked\r\n\r\n0\r\n\r\n");
	refuses(400, HEAD "Transfer-Encoding: chunked\x00\r\n\r\n0\r\n\r\n");
	refuses(400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}
END_TEST

/* ---- lines ------------------------------------------------------------------------------------------------------------------- */

START_TEST(a_bare_line_feed_ends_no_line)
{
	refuses(400, "GET / HTTP/1.1\nHost: a\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a\r\n\n");
	refuses(400, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a\r\nX:\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a\r\nX\n: y\r\n\r\n");
}
END_TEST

START_TEST(a_bare_carriage_return_ends_no_line)
{
	refuses(400, "GET / HTTP/1.1\rHost: a\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n");
	refuses(400, "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n");
}
END_TEST

START_TEST(a_line_is_not_folded)
{
	refuses(400, HEAD "X: y\r\n z\r\n\r\n");
	refuses(400, HEAD "X: y\r\n\tz\r\n\r\n");
	refuses(400, HEAD "X:\r\n y\r\n\r\n");
	refuses(400, HEAD "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n");
}
END_TEST

START_TEST(no_blank_before_a_colon)
{
	refuses(400, HEAD "Content-Length : 5\r\n\r\nabcde");
	refuses(400, HEAD "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n");
	refuses(400, HEAD "Content Length: 5\r\n\r\nabcde");
	refuses(400, HEAD ": x\r\n\r\n");
	refuses(400, HEAD "X\r\n\r\n");
	refuses(400, HEAD "X(y): z\r\n\r\n");
	refuses(400, HEAD "X\x80: z\r\n\r\n");
	refuses(400, HEAD "X\x00: z\r\n\r\n");
	refuses(400, HEAD "X: \x7f\r\n\r\n");
}
END_TEST

START_TEST(a_request_line_has_one_form)
{
	refuses(400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(400, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n");
	refuses(400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(400, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(400, "GET /\r\n\r\n");
	refuses(400, "GET / http/1.1\r\nHost: a\r\n\r\n");
	refuses(400, "GET / HTTP/1.10\r\nHost: a\r\n\r\n");
	refuses(400, "GET / HTTP/11\r\nHost: a\r\n\r\n");
	refuses(400, "GET / ICE/1.1\r\nHost: a\r\n\r\n");
	refuses(400, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(400, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
}
END_TEST

START_TEST(versions_that_we_do_not_speak)
{
	refuses(505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n");
	refuses(505, "GET / HTTP/0.9\r\n\r\n");
	refuses(505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n");
	refuses(505, "GET / HTTP/3.1\r\nHost: a\r\n\r\n");
}
END_TEST

START_TEST(methods_that_nobody_knows)
{
	refuses(501, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(501, "get / HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(501, "GETX / HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(501, "1 / HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(501, "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ / HTTP/1.1\r\nHost: a\r\n\r\n");
	refuses(400, "BR@W / HTTP/1.1\r\nHost: a\r\n\r\n");
}
END_TEST

START_TEST(one_host_and_a_clear_one)
{
	refuses(400, "GET / HTTP/1.1\r\nX: y\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n");
	refuses(400, "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n");
	refuses(400, "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n");
	reads("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / HTTP/1.1 host=[::1]:80 {Host:[::1]:80} keep end; ");
}
END_TEST

/* ---- chunks -------------------------------------------------------------------------------------------------------------------- */

#define refuses_chunk(bytes) reads(CHUNKED_HEAD bytes HIDDEN, CHUNKED_TOLD "refused 400")

START_TEST(chunk_sizes_that_are_no_numbers)
{
	refuses_chunk("\r\n");
	refuses_chunk("x\r\n");
	refuses_chunk("0x1\r\na\r\n0\r\n\r\n");
	refuses_chunk("-1\r\n");
	refuses_chunk("+1\r\na\r\n0\r\n\r\n");
	refuses_chunk(" 1\r\na\r\n0\r\n\r\n");
	refuses_chunk("1 \r\na\r\n0\r\n\r\n");
	refuses_chunk("1 ;x\r\na\r\n0\r\n\r\n");
	refuses_chunk("1_0\r\na\r\n0\r\n\r\n");
	refuses_chunk("00000000000000001\r\na\r\n0\r\n\r\n");
	refuses_chunk("10000000000000001\r\na\r\n0\r\n\r\n");
}
END_TEST

START_TEST(a_bare_line_feed_ends_no_chunk_line)
{
	refuses_chunk("1\na\r\n0\r\n\r\n");
	refuses_chunk("1;\na\r\n0\r\n\r\n");
	refuses_chunk("1;x\n5\r\n");
	refuses_chunk("1\r\r\na\r\n0\r\n\r\n");
	refuses_chunk("1;x\ry\r\na\r\n0\r\n\r\n");
	refuses_chunk("1;x\x01\r\na\r\n0\r\n\r\n");
	refuses_chunk("0\n\r\n");
	refuses_chunk("0\r\n\n");
	refuses_chunk("0\r\n\rX");
}
END_TEST

START_TEST(a_chunk_ends_where_it_says)
{
	reads(CHUNKED_HEAD "1\r\nab\r\n0\r\n\r\n" HIDDEN, CHUNKED_TOLD " (a)refused 400");
	reads(CHUNKED_HEAD "1\r\na\n0\r\n\r\n" HIDDEN, CHUNKED_TOLD " (a)refused 400");
	reads(CHUNKED_HEAD "1\r\na\r0\r\n\r\n" HIDDEN, CHUNKED_TOLD " (a)refused 400");
	reads(CHUNKED_HEAD "1\r\na0\r\n\r\n" HIDDEN, CHUNKED_TOLD " (a)refused 400");
	reads(CHUNKED_HEAD "2\r\na\r\n\r\n0\r\n\r\n" HIDDEN, CHUNKED_TOLD " (a\r)refused 400");
}
END_TEST

START_TEST(trailers_are_fields_too)
{
	refuses_chunk("0\r\nX : y\r\n\r\n");
	refuses_chunk("0\r\n X: y\r\n\r\n");
	refuses_chunk("0\r\nX: y\n\r\n");
	refuses_chunk("0\r\nX: y\r\n z\r\n\r\n");
	refuses_chunk("0\r\nX\r\n\r\n");
}
END_TEST

KIT_MAIN("http/smuggling",
	{ .name = "lengths", .tests = KIT_TESTS(content_length_with_transfer_encoding, two_content_lengths,
		content_lengths_that_are_no_numbers, transfer_codings_that_are_not_chunked) },
	{ .name = "lines", .tests = KIT_TESTS(a_bare_line_feed_ends_no_line, a_bare_carriage_return_ends_no_line, a_line_is_not_folded,
		no_blank_before_a_colon, a_request_line_has_one_form, versions_that_we_do_not_speak, methods_that_nobody_knows,
		one_host_and_a_clear_one) },
	{ .name = "chunks", .tests = KIT_TESTS(chunk_sizes_that_are_no_numbers, a_bare_line_feed_ends_no_chunk_line,
		a_chunk_ends_where_it_says, trailers_are_fields_too) })
