/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_writing - records out of what is to be written, and how much of it the system has */
#include "tls_parts.h"

#include <stdlib.h>
#include <string.h>

#define OUTSIDE 256u                            /* more than a record adds to what is inside */
#define KEPT_MOST 4096u                         /* of the room, while nothing waits */

/* ---- records -------------------------------------------------------------------------------------------------------------------- */

struct cursor { const struct odeon_bytes *bytes; size_t from; };

static void skip_empty(struct cursor *at)
{
	while (at->bytes != NULL && at->from == at->bytes->length)
		*at = (struct cursor){ .bytes = at->bytes->next };
}

static size_t gather(struct cursor *at, unsigned char room[TLS_RECORD])
{
	size_t length = 0;

	for (; at->bytes != NULL && length < TLS_RECORD; skip_empty(at)) {
		size_t left = at->bytes->length - at->from, some = left < TLS_RECORD - length ? left : TLS_RECORD - length;

		memcpy(room + length, at->bytes->data + at->from, some);
		length += some;
		at->from += some;
	}
	return length;
}

/* What the next one has inside: where it lies; or in `room`, if it is of several pieces. The cursor stands at a byte. */
static const unsigned char *next_inside(struct cursor *at, unsigned char room[TLS_RECORD], size_t *length)
{
	const unsigned char *data = at->bytes->data + at->from;
	size_t left = at->bytes->length - at->from;

	if (left < TLS_RECORD && at->bytes->next != NULL) {
		*length = gather(at, room);
		return room;
	}
	*length = left < TLS_RECORD ? left : TLS_RECORD;
	at->from += *length;
	skip_empty(at);
	return data;
}

static size_t count_left(struct cursor at, size_t most)
{
	size_t length = 0;

	for (; at.bytes != NULL && length < most; at = (struct cursor){ .bytes = at.bytes->next })
		length += at.bytes->length - at.from;
	return length < most ? length : most;
}

static bool encrypt_one(struct tls *tls, struct cursor *at)
{
	unsigned char room[TLS_RECORD];
	const unsigned char *data;
	size_t length, taken = 0;

	data = next_inside(at, room, &length);
	if (SSL_write_ex(tls->ssl, data, length, &taken) != 1 || taken != length) {
		tls_fail(tls);
		return false;
	}
	tls->plain += length;
	tls->records[tls->count].plain = length;
	tls->records[tls->count++].end = tls->length;
	return true;
}

/* As many as may wait. `out` is empty, but for what is OpenSSL's own. */
static void encrypt(struct tls *tls, struct cursor *at)
{
	skip_empty(at);
	if (!tls_reserve(tls, count_left(*at, TLS_RECORDS * TLS_RECORD) + TLS_RECORDS * OUTSIDE)) {
		tls->error = ODEON_ENOMEM;
		tls->text = odeon_error_text(ODEON_ENOMEM);
		return;
	}
	ERR_clear_error();
	tls->is_encrypting = true;
	while (at->bytes != NULL && tls->count < TLS_RECORDS && encrypt_one(tls, at))
		;
	tls->is_encrypting = false;
}

/* ---- to the wire ------------------------------------------------------------------------------------------------------------------ */

static void clear(struct tls *tls)
{
	tls->length = tls->sent = tls->control = tls->plain = 0;
	tls->count = tls->next = 0;
	if (tls->room <= KEPT_MOST)
		return;
	free(tls->out);
	tls->out = NULL;
	tls->room = 0;
}

/* How many bytes of the chain are written with these. */
static size_t note_sent(struct tls *tls, size_t sent)
{
	size_t done = 0;

	tls->sent += sent;
	while (tls->next < tls->count && tls->records[tls->next].end <= tls->sent)
		done += tls->records[tls->next++].plain;
	tls->plain -= done;
	if (tls->sent == tls->length)
		clear(tls);
	return done;
}

bool tls_has_output(const struct tls *tls) { return tls->sent < tls->length; }

ssize_t tls_write(struct tls *tls, const struct odeon_bytes *chain, size_t *done)
{
	struct odeon_bytes records = { .length = 0 };
	struct cursor at = { .bytes = chain };
	ssize_t written;

	*done = 0;
	if (tls->is_ready && tls->error == 0 && !tls_has_output(tls) && chain != NULL)
		encrypt(tls, &at);
	if (!tls_has_output(tls))
		return 0;
	records.data = tls->out + tls->sent;
	records.length = tls->length - tls->sent;
	written = wire_write(tls->wire, &records);
	if (written > 0)
		*done = note_sent(tls, (size_t)written);
	return written;
}

int tls_probe(struct tls *tls) { return wire_probe(tls->wire, tls->out[tls->sent]); }

size_t tls_probed(struct tls *tls) { return note_sent(tls, 1); }

/* ---- the end ------------------------------------------------------------------------------------------------------------------------- */

bool tls_say_end(struct tls *tls)
{
	if (tls->has_said_end || !tls->is_ready || tls->error != 0)
		return false;
	tls->has_said_end = true;
	ERR_clear_error();
	(void)SSL_shutdown(tls->ssl);
	tls->is_mute = true;
	ERR_clear_error();
	return true;
}

/* Half a record, or one that the owner is told was not written, is not gone on with. */
void tls_say_last(struct tls *tls)
{
	struct odeon_bytes records = { .length = 0 };

	if (tls->wire == NULL || tls->wire->is_probing || tls->plain > 0 || (tls->wire->seen & WIRE_FAILED) != 0)
		return;
	(void)tls_say_end(tls);
	if (!tls_has_output(tls))
		return;
	records.data = tls->out + tls->sent;
	records.length = tls->length - tls->sent;
	(void)wire_write(tls->wire, &records);
}

/* ---- all at once --------------------------------------------------------------------------------------------------------------------- */

struct sealed { struct odeon_bytes *first, *last; };

/* What is in `out`, as a piece more. */
static bool move_out(struct tls *tls, struct sealed *sealed)
{
	struct odeon_bytes *piece = odeon_bytes_copy(tls->out + tls->sent, tls->length - tls->sent);

	if (piece == NULL)
		return false;
	if (sealed->last != NULL)
		sealed->last->next = piece;
	else
		sealed->first = piece;
	sealed->last = piece;
	clear(tls);
	return true;
}

static void skip(struct cursor *at, size_t length)
{
	while (skip_empty(at), length > 0) {
		size_t left = at->bytes->length - at->from, some = left < length ? left : length;

		at->from += some;
		length -= some;
	}
}

struct odeon_bytes *tls_seal(struct tls *tls, struct odeon_bytes *chain)
{
	struct sealed sealed = { .first = NULL };
	struct cursor at = { .bytes = chain };
	bool is_sealed = true;

	skip(&at, tls->plain);
	if (tls_has_output(tls))
		is_sealed = move_out(tls, &sealed);
	while (is_sealed && at.bytes != NULL) {
		encrypt(tls, &at);
		is_sealed = tls->error == 0 && move_out(tls, &sealed);
	}
	if (is_sealed && tls_say_end(tls))
		is_sealed = move_out(tls, &sealed);
	odeon_free(is_sealed ? chain : sealed.first);
	return is_sealed ? sealed.first : NULL;
}
