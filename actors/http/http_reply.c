/* SPDX-License-Identifier: BSD-2-Clause */
/* http_reply - answers as they go out: heads, bodies, and sources of bodies */
#include "http_fields.h"
#include "http_session.h"
#include "http_status.h"
#include "websocket_handshake.h"
#include <odeon/failure.h>
#include <string.h>
#include <time.h>

enum { SOURCE_READS = 2 };                      /* that a source is asked for at a time */
#define TEXT_TYPE "text/plain; charset=utf-8"

static struct http_text date(struct http_session *session)
{
	return http_clock_at(&session->clock, (int64_t)time(NULL));
}

/* ---- onto the output ------------------------------------------------------------------------------------------------------------- */

/* What is written onto a paper, and tried once more when it does not fit. */
struct piece {
	int (*write)(struct http_session *session, struct http_paper *paper, const struct piece *piece);
	int status;
	const struct http_line *lines;
	size_t count;
	uint64_t bytes;
	const char *accept;
	struct http_text protocol;
};

static int put(struct http_session *session, const struct piece *piece)
{
	struct http_paper paper = http_output_open(&session->output);
	int error = piece->write(session, &paper, piece);

	if (error == ODEON_EFULL) {
		if (!http_output_room(&session->output, paper.used))
			return ODEON_ENOMEM;
		paper = http_output_open(&session->output);
		error = piece->write(session, &paper, piece);
	}
	if (error == 0)
		http_output_close(&session->output, &paper);
	return error;
}

static int write_head(struct http_session *session, struct http_paper *paper, const struct piece *piece)
{
	return http_writer_head(&session->writer, paper, piece->status, date(session), piece->lines, piece->count, piece->bytes);
}

static int write_body(struct http_session *session, struct http_paper *paper, const struct piece *piece)
{
	return http_writer_body(&session->writer, paper, piece->bytes);
}

static int write_end(struct http_session *session, struct http_paper *paper, const struct piece *piece)
{
	(void)piece;
	return http_writer_end(&session->writer, paper);
}

static int write_continue(struct http_session *session, struct http_paper *paper, const struct piece *piece)
{
	(void)piece;
	return http_writer_continue(&session->writer, paper);
}

static int write_upgrade(struct http_session *session, struct http_paper *paper, const struct piece *piece)
{
	return websocket_answer(&session->writer, paper, date(session), piece->accept, piece->protocol);
}

static int write_refusal(struct http_session *session, struct http_paper *paper, const struct piece *piece)
{
	bool is_for_head = session->coming != HTTP_AWAITED && session->writer.is_for_head;      /* as far as one knows */

	return http_writer_refusal(paper, piece->status, date(session), is_for_head);
}

static uint64_t length_of_chain(const struct odeon_bytes *bytes)
{
	uint64_t length = 0;

	for (; bytes != NULL; bytes = bytes->next)
		length += bytes->length;
	return length;
}

/* Taken. Nothing of it is sent where there is no body. */
static int put_bytes(struct http_session *session, struct odeon_bytes *bytes)
{
	struct piece piece = { .write = write_body, .bytes = length_of_chain(bytes) };
	int error = piece.bytes > 0 ? put(session, &piece) : 0;
	if (error == 0 && piece.bytes > 0 && !http_writer_is_mute(&session->writer))
		http_output_add(&session->output, bytes);
	else
		odeon_free(bytes);
	return error;
}

static int put_text(struct http_session *session, const char *text)
{
	struct http_text body = http_text_of(text);
	struct piece piece = { .write = write_body, .bytes = body.bytes };
	int error = body.bytes > 0 ? put(session, &piece) : 0;

	if (error != 0 || http_writer_is_mute(&session->writer))
		return error;
	return http_output_copy(&session->output, body) ? 0 : ODEON_ENOMEM;
}

static int put_end(struct http_session *session)
{
	struct piece piece = { .write = write_end };
	int error = put(session, &piece);

	if (error == 0)
		session->going = HTTP_GIVEN;
	return error;
}

/* ---- a whole answer -------------------------------------------------------------------------------------------------------------- */

static uint64_t length_of(const struct http_session *session, const struct odeon_http_answer *answer)
{
	if (!odeon_ref_is_nobody(answer->source) || (session->writer.is_for_head && answer->source_bytes > 0))
		return answer->source_bytes > 0 ? answer->source_bytes : HTTP_BYTES_UNKNOWN;
	return answer->text != NULL ? strlen(answer->text) : length_of_chain(answer->body);
}

static int put_head(struct http_session *session, const struct odeon_http_answer *answer)
{
	struct http_line lines[HTTP_FIELDS_MOST + 1];
	const char *type = answer->type != NULL ? answer->type : answer->text != NULL ? TEXT_TYPE : NULL;
	struct piece piece = {
		.write = write_head, .status = answer->status != 0 ? answer->status : 200, .lines = lines, .bytes = length_of(session, answer)
	};

	if (type != NULL)
		lines[piece.count++] = (struct http_line){ HTTP_TEXT("Content-Type"), http_text_of(type) };
	piece.count += http_fields_lines(answer->fields, lines + piece.count);
	return piece.status == 101 ? ODEON_EINVAL : put(session, &piece);
}

static int begin_source(odeon_self *self, struct http_session *session, struct odeon_http_answer *answer)
{
	int error = odeon_monitor(self, answer->source);

	if (error != 0)
		return error;
	session->going = HTTP_GOES;
	session->source = answer->source;
	session->source_left = answer->source_bytes > 0 ? answer->source_bytes : HTTP_BYTES_UNKNOWN;
	session->source_asked = 0;
	answer->source = ODEON_NOBODY;
	http_session_send(self, session, session->source, odeon_new(odeon_give, .to = session->self));
	if (http_writer_is_mute(&session->writer)) {
		http_reply_drop_source(self, session);
		return put_end(session);
	}
	return 0;
}

static int put_answer(odeon_self *self, struct http_session *session, struct odeon_http_answer *answer)
{
	struct odeon_bytes *body = answer->body;
	int error = 0;

	if (!odeon_ref_is_nobody(answer->source))
		return begin_source(self, session, answer);
	answer->body = NULL;
	if (answer->text != NULL) {
		odeon_free(body);
		error = put_text(session, answer->text);
	} else if (body != NULL) {
		error = put_bytes(session, body);
	}
	return error == 0 ? put_end(session) : error;
}

void http_reply_free(odeon_self *self, struct odeon_http_answer *answer)
{
	if (!odeon_ref_is_nobody(answer->source))
		(void)odeon_send(self, answer->source, odeon_new(odeon_close, .resets = 1));
	odeon_free(answer->body);
	odeon_free(answer->fields);
	answer->source = ODEON_NOBODY;
	answer->body = answer->fields = NULL;
}

/* In the place of an answer that may not be. Should this one not be put either, there is none. */
static void put_failure(odeon_self *self, struct http_session *session)
{
	struct odeon_http_answer failure = { .status = 500, .text = "500 Internal Server Error\n" };

	if (put_head(session, &failure) != 0 || put_answer(self, session, &failure) != 0)
		http_session_leave(self, session, true);
}

/* Half an answer is worse than none. */
int http_reply(odeon_self *self, struct http_session *session, struct odeon_http_answer *answer)
{
	int error = put_head(session, answer);

	if (error == 0) {
		error = put_answer(self, session, answer);
		if (error != 0)
			http_session_leave(self, session, true);
	} else if (error == ODEON_ENOMEM) {
		http_session_leave(self, session, true);
	} else {
		put_failure(self, session);
	}
	http_reply_free(self, answer);
	return error;
}

/* ---- the server's own ------------------------------------------------------------------------------------------------------------ */

static struct http_text reason_of(int status, char text[64])
{
	struct http_paper paper = { text, 63, 0 };

	http_paper_number(&paper, (uint64_t)status);
	http_paper_put(&paper, HTTP_TEXT(" "));
	http_paper_put(&paper, http_status_text(status));
	http_paper_put(&paper, HTTP_TEXT("\n"));
	text[paper.used < 63 ? paper.used : 63] = '\0';
	return (struct http_text){ text, paper.used };
}

void http_reply_status(odeon_self *self, struct http_session *session, int status)
{
	struct odeon_http_answer answer = { .status = status };
	char text[64];

	(void)reason_of(status, text);
	answer.text = status == 204 ? NULL : text;
	(void)http_reply(self, session, &answer);
}

void http_reply_not_allowed(odeon_self *self, struct http_session *session, const struct http_match *match)
{
	struct odeon_http_answer answer = { .status = 405, .text = "405 Method Not Allowed\n" };
	char methods[512];
	struct http_paper paper = { methods, sizeof methods - 1, 0 };

	http_match_allow(session->server->routes, match, &paper);
	methods[paper.used < sizeof methods ? paper.used : 0] = '\0';
	(void)odeon_http_answer_field(&answer, "Allow", methods);
	(void)http_reply(self, session, &answer);
}

void http_reply_refusal(odeon_self *self, struct http_session *session, int status)
{
	struct piece piece = { .write = write_refusal, .status = status };

	if (session->going != HTTP_OWED) {
		http_session_leave(self, session, session->going == HTTP_GOES);
		return;
	}
	session->going = HTTP_GIVEN;
	http_session_leave(self, session, put(session, &piece) != 0);
}

void http_reply_continue(odeon_self *self, struct http_session *session)
{
	struct piece piece = { .write = write_continue };

	if (put(session, &piece) != 0)
		http_session_leave(self, session, true);
}

bool http_reply_upgrade(struct http_session *session, const char *accept, struct http_text protocol)
{
	struct piece piece = { .write = write_upgrade, .accept = accept, .protocol = protocol };

	session->going = HTTP_GIVEN;
	return put(session, &piece) == 0;
}

/* ---- sources --------------------------------------------------------------------------------------------------------------------- */

void http_reply_ask(odeon_self *self, struct http_session *session)
{
	uint32_t count = SOURCE_READS - session->source_asked;

	if (session->going != HTTP_GOES || odeon_ref_is_nobody(session->source) || session->is_full || count == 0)
		return;
	session->source_asked += count;
	http_session_send(self, session, session->source, odeon_new(odeon_read, .count = count));
}

/* It is monitored until it has ended: what it sent and was not wanted is from nobody we know. */
void http_reply_drop_source(odeon_self *self, struct http_session *session)
{
	if (odeon_ref_is_nobody(session->source))
		return;
	(void)odeon_unmonitor(self, session->source);
	(void)odeon_send(self, session->source, odeon_new(odeon_close, .resets = 1));
	session->source = ODEON_NOBODY;
}

static void end_body(odeon_self *self, struct http_session *session)
{
	http_reply_drop_source(self, session);
	if (put_end(session) != 0)
		http_session_leave(self, session, true);
}

void http_reply_bytes(odeon_self *self, struct http_session *session, struct odeon_bytes *bytes)
{
	uint64_t length = length_of_chain(bytes);

	session->source_asked -= session->source_asked > 0;
	if (length > session->source_left && bytes->next == NULL)       /* more than was said, and not wanted */
		length = bytes->length = (size_t)session->source_left;
	if (session->source_left != HTTP_BYTES_UNKNOWN)
		session->source_left -= length <= session->source_left ? length : session->source_left;
	if (put_bytes(session, bytes) != 0)
		http_session_leave(self, session, true);
	else if (session->source_left == 0)
		end_body(self, session);
}

void http_reply_source_end(odeon_self *self, struct http_session *session, bool is_broken)
{
	if (is_broken || session->source_left != HTTP_BYTES_UNKNOWN)
		http_session_leave(self, session, true);
	else
		end_body(self, session);
}
