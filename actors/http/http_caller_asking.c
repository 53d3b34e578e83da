/* SPDX-License-Identifier: BSD-2-Clause */
/* http_caller_asking - a request, and its body, to the connection */
#include "http_caller.h"

#define CREDIT 4                                        /* pieces that a source may send ahead */

static struct odeon_http_fetch *fetch_of(const struct caller *caller) { return caller->call->fetch; }

/* ---- the head --------------------------------------------------------------------------------------------------------------- */

static struct odeon_bytes *head_of(const struct caller *caller)
{
	struct http_paper paper = { NULL, 0, 0 };
	struct odeon_bytes *bytes;

	http_fetch_put_head(fetch_of(caller), &caller->url, caller->terms->agent, &paper);
	bytes = odeon_bytes_new(paper.used);
	if (bytes == NULL)
		return NULL;
	bytes->length = paper.used;
	paper = (struct http_paper){ (char *)bytes->data, paper.used, 0 };
	http_fetch_put_head(fetch_of(caller), &caller->url, caller->terms->agent, &paper);
	return bytes;
}

/* 0, or the error. */
static int open_source(odeon_self *self, struct caller *caller)
{
	odeon_ref source = fetch_of(caller)->source;
	int error;

	caller->let_go = odeon_new(odeon_close);
	error = caller->let_go != NULL ? odeon_monitor(self, source) : ODEON_ENOMEM;
	if (error == 0)
		error = odeon_send(self, source, odeon_new(odeon_give, .to = odeon_self_ref(self)));
	if (error == 0)
		error = odeon_send(self, source, odeon_new(odeon_read, .count = CREDIT));
	return error == ODEON_EGONE ? ODEON_EDISCONNECTED : error;
}

void asking_begin(odeon_self *self, struct caller *caller)
{
	struct odeon_http_fetch *fetch = fetch_of(caller);
	struct odeon_bytes *head = head_of(caller);
	int error = 0;

	if (head == NULL) {
		http_caller_fail(self, caller, ODEON_ENOMEM);
		return;
	}
	caller->is_asked = odeon_ref_is_nobody(fetch->source);
	caller->is_full = false;
	caller->asked_bytes = 0;
	caller->owed = 0;
	head->next = fetch->body;
	fetch->body = NULL;
	(void)odeon_send(self, caller->connection, head);
	if (!caller->is_asked)
		error = open_source(self, caller);
	if (error != 0)
		http_caller_fail(self, caller, error);
}

/* ---- a body from a source -------------------------------------------------------------------------------------------------------- */

bool asking_has_source(const struct caller *caller, odeon_ref who)
{
	return caller->call != NULL && !caller->is_asked && odeon_ref_equal(fetch_of(caller)->source, who);
}

static size_t length_of(const struct odeon_bytes *piece)
{
	size_t length = 0;

	for (; piece != NULL; piece = piece->next)
		length += piece->length;
	return length;
}

/* "1f" and a line's end, the piece, and another. The piece is taken. */
static struct odeon_bytes *chunk_of(struct odeon_bytes *piece, size_t length)
{
	struct odeon_bytes *head = odeon_bytes_new(20), *end = odeon_bytes_constant("\r\n", 2), *last = piece;
	struct http_paper paper;

	if (head == NULL || end == NULL) {
		odeon_free(head);
		odeon_free(end);
		odeon_free(piece);
		return NULL;
	}
	paper = (struct http_paper){ (char *)head->data, 20, 0 };
	http_paper_hex(&paper, length);
	http_paper_put(&paper, HTTP_TEXT("\r\n"));
	head->length = paper.used;
	head->next = piece;
	while (last->next != NULL)
		last = last->next;
	last->next = end;
	return head;
}

static void grant(odeon_self *self, struct caller *caller)
{
	caller->owed++;
	if (caller->is_full)
		return;
	if (odeon_send(self, fetch_of(caller)->source, odeon_new(odeon_read, .count = caller->owed)) == ODEON_ENOMEM)
		http_caller_fail(self, caller, ODEON_ENOMEM);
	caller->owed = 0;
}

void asking_piece(odeon_self *self, struct caller *caller, struct odeon_bytes *piece)
{
	const struct odeon_http_fetch *fetch = fetch_of(caller);
	bool is_chunked = http_fetch_is_chunked(fetch);
	size_t length = length_of(piece);

	caller->asked_bytes += length;
	if (!is_chunked && caller->asked_bytes > fetch->source_bytes) {
		odeon_free(piece);
		http_caller_fail(self, caller, ODEON_EINVAL);
		return;
	}
	if (length == 0)                                /* an empty chunk would be the last */
		odeon_free(piece);
	else if (odeon_send(self, caller->connection, is_chunked ? chunk_of(piece, length) : piece) == ODEON_ENOMEM) {
		http_caller_fail(self, caller, ODEON_ENOMEM);
		return;
	}
	grant(self, caller);
}

void asking_end(odeon_self *self, struct caller *caller)
{
	const struct odeon_http_fetch *fetch = fetch_of(caller);
	bool is_chunked = http_fetch_is_chunked(fetch);

	if (!is_chunked && caller->asked_bytes < fetch->source_bytes) {
		http_caller_fail(self, caller, ODEON_EDISCONNECTED);
		return;
	}
	asking_let_go(self, caller);
	if (is_chunked && odeon_send(self, caller->connection, odeon_bytes_constant("0\r\n\r\n", 5)) == ODEON_ENOMEM)
		http_caller_fail(self, caller, ODEON_ENOMEM);
}

void asking_room(odeon_self *self, struct caller *caller, bool is_full)
{
	caller->is_full = is_full;
	if (is_full || caller->call == NULL || caller->is_asked || caller->owed == 0)
		return;
	caller->owed--;
	grant(self, caller);
}

void asking_let_go(odeon_self *self, struct caller *caller)
{
	odeon_ref source;

	if (caller->is_asked)
		return;
	source = fetch_of(caller)->source;
	caller->is_asked = true;
	(void)odeon_unmonitor(self, source);
	(void)odeon_send(self, source, caller->let_go != NULL ? caller->let_go : odeon_new(odeon_close));
	caller->let_go = NULL;
}
