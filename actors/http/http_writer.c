/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_writer.h"
#include "http_status.h"
#include <odeon/error.h>

enum place { AT_HEAD, IN_BODY, AT_END };

#define PUT(paper, literal) http_paper_put(paper, HTTP_TEXT(literal))

void http_writer_begin(struct http_writer *writer, const struct http_head *head)
{
	*writer = (struct http_writer){
		.minor = head->minor,
		.is_for_head = http_text_is(head->method, HTTP_TEXT("HEAD")),
		.expects_continue = head->expects_continue && (head->is_chunked || head->body_bytes > 0),
		.keeps_alive = head->keeps_alive
	};
}

void http_writer_request_is_whole(struct http_writer *writer) { writer->expects_continue = false; }

static int fits(const struct http_paper *paper) { return http_paper_fits(paper) ? 0 : ODEON_EFULL; }

int http_writer_continue(struct http_writer *writer, struct http_paper *paper)
{
	if (!writer->expects_continue || writer->place != AT_HEAD)
		return 0;
	PUT(paper, "HTTP/1.1 100 Continue\r\n\r\n");
	if (!http_paper_fits(paper))
		return ODEON_EFULL;
	writer->expects_continue = false;
	return 0;
}

/* ---- heads ------------------------------------------------------------------------------------------------------------------------ */

static bool is_ours(struct http_text name)
{
	return http_text_matches(name, HTTP_TEXT("connection")) || http_text_matches(name, HTTP_TEXT("content-length")) ||
	       http_text_matches(name, HTTP_TEXT("date")) || http_text_matches(name, HTTP_TEXT("transfer-encoding"));
}

bool http_line_may_be(const struct http_line *line)
{
	for (size_t i = 0; i < line->name.bytes; i++)
		if (!http_is_token(line->name.at[i]))
			return false;
	for (size_t i = 0; i < line->value.bytes; i++)
		if (!http_is_value(line->value.at[i]))
			return false;
	return line->name.bytes > 0 && !is_ours(line->name);
}

static bool are_good_lines(int status, const struct http_line *lines, size_t count)
{
	bool upgrades = false;

	for (size_t i = 0; i < count; i++) {
		if (!http_line_may_be(&lines[i]))
			return false;
		upgrades = upgrades || http_text_matches(lines[i].name, HTTP_TEXT("upgrade"));
	}
	return status != 101 || upgrades;
}

static void put_line(struct http_paper *paper, struct http_text name, struct http_text value)
{
	http_paper_put(paper, name);
	PUT(paper, ": ");
	http_paper_put(paper, value);
	PUT(paper, "\r\n");
}

static void put_status(struct http_paper *paper, int status, struct http_text date)
{
	PUT(paper, "HTTP/1.1 ");
	http_paper_number(paper, (uint64_t)status);
	PUT(paper, " ");
	http_paper_put(paper, http_status_text(status));
	PUT(paper, "\r\n");
	put_line(paper, HTTP_TEXT("Date"), date);
}

static bool has_no_body(int status) { return status == 101 || status == 204 || status == 304; }

/* What the body's length means for the answer; written when there is something to say. */
static void put_length(struct http_writer *writer, struct http_paper *paper, int status, uint64_t body_bytes)
{
	writer->is_mute = writer->is_for_head || has_no_body(status);
	if (has_no_body(status))
		return;
	writer->left = body_bytes;
	if (body_bytes != HTTP_BYTES_UNKNOWN) {
		PUT(paper, "Content-Length: ");
		http_paper_number(paper, body_bytes);
		PUT(paper, "\r\n");
	} else if (writer->minor > 0) {
		writer->is_chunked = true;
		PUT(paper, "Transfer-Encoding: chunked\r\n");
	} else if (!writer->is_for_head) {
		writer->keeps_alive = false;
	}
}

static void put_connection(struct http_writer *writer, struct http_paper *paper, int status)
{
	if (status == 101)
		PUT(paper, "Connection: Upgrade\r\n");
	else if (!writer->keeps_alive)
		PUT(paper, "Connection: close\r\n");
	else if (writer->minor == 0)
		PUT(paper, "Connection: keep-alive\r\n");
}

static void put_head(struct http_writer *writer, struct http_paper *paper, int status, struct http_text date,
                     const struct http_line *lines, size_t count, uint64_t body_bytes)
{
	put_status(paper, status, date);
	if (writer->expects_continue)                           /* whether its body comes, nobody knows */
		writer->keeps_alive = false;
	for (size_t i = 0; i < count; i++)
		put_line(paper, lines[i].name, lines[i].value);
	put_length(writer, paper, status, body_bytes);
	put_connection(writer, paper, status);
	PUT(paper, "\r\n");
	writer->place = status == 101 ? AT_END : IN_BODY;
}

static bool may_answer(const struct http_writer *writer, int status)
{
	return status == 101 ? writer->minor > 0 : status >= 200 && status <= 599;
}

int http_writer_head(struct http_writer *writer, struct http_paper *paper, int status, struct http_text date,
                     const struct http_line *lines, size_t count, uint64_t body_bytes)
{
	struct http_writer after = *writer;

	if (writer->place != AT_HEAD || !may_answer(writer, status) || !are_good_lines(status, lines, count))
		return ODEON_EINVAL;
	put_head(&after, paper, status, date, lines, count, body_bytes);
	if (!http_paper_fits(paper))
		return ODEON_EFULL;
	*writer = after;
	return 0;
}

/* ---- bodies ----------------------------------------------------------------------------------------------------------------------- */

int http_writer_body(struct http_writer *writer, struct http_paper *paper, uint64_t bytes)
{
	if (writer->place != IN_BODY || bytes == 0)
		return ODEON_EINVAL;
	if (writer->is_mute)
		return 0;
	if (writer->left != HTTP_BYTES_UNKNOWN && bytes > writer->left)
		return ODEON_EINVAL;
	if (writer->is_chunked) {
		if (writer->has_chunk)
			PUT(paper, "\r\n");
		http_paper_hex(paper, bytes);
		PUT(paper, "\r\n");
	}
	if (!http_paper_fits(paper))
		return ODEON_EFULL;
	writer->has_chunk = true;
	if (writer->left != HTTP_BYTES_UNKNOWN)
		writer->left -= bytes;
	return 0;
}

int http_writer_end(struct http_writer *writer, struct http_paper *paper)
{
	if (writer->place != IN_BODY)
		return ODEON_EINVAL;
	if (!writer->is_mute && writer->left != HTTP_BYTES_UNKNOWN && writer->left > 0) {
		writer->keeps_alive = false;
		return ODEON_EINVAL;
	}
	if (!writer->is_mute && writer->is_chunked)
		http_paper_put(paper, writer->has_chunk ? HTTP_TEXT("\r\n0\r\n\r\n") : HTTP_TEXT("0\r\n\r\n"));
	if (!http_paper_fits(paper))
		return ODEON_EFULL;
	writer->place = AT_END;
	return 0;
}

/* ---- refusals ----------------------------------------------------------------------------------------------------------------------- */

int http_writer_refusal(struct http_paper *paper, int status, struct http_text date, bool is_for_head)
{
	struct http_text why = http_status_text(status);

	put_status(paper, status, date);
	PUT(paper, "Content-Type: text/plain\r\nContent-Length: ");
	http_paper_number(paper, why.bytes + 5);
	PUT(paper, "\r\nConnection: close\r\n\r\n");
	if (is_for_head)
		return fits(paper);
	http_paper_number(paper, (uint64_t)status);
	PUT(paper, " ");
	http_paper_put(paper, why);
	PUT(paper, "\n");
	return fits(paper);
}
