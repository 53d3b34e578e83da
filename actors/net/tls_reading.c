/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_reading - the handshake, and what was inside of what the wire has read */
#include "tls_parts.h"

#include <string.h>

#define CONTROL_MOST (16u << 10)                /* of OpenSSL's own bytes, waiting, until nothing more is read */

void tls_begin(struct tls *tls, struct wire *wire) { tls->wire = wire; }

/* ---- the handshake ----------------------------------------------------------------------------------------------------------- */

static void shake_hands(struct tls *tls)
{
	int answer;

	ERR_clear_error();
	answer = SSL_do_handshake(tls->ssl);
	if (answer == 1) {
		tls->is_ready = true;
		tls->inside = 0;
	} else if (SSL_get_error(tls->ssl, answer) != SSL_ERROR_WANT_READ) {
		tls_fail(tls);
	}
}

/* A name with a zero in it, or one that is too long, is none. */
static void describe_peer(const struct tls *tls, char peer[ODEON_PEER_BYTES])
{
	X509 *certificate = SSL_get0_peer_certificate(tls->ssl);
	int length;

	if (certificate == NULL || tls->generation->trusts_any || SSL_get_verify_result(tls->ssl) != X509_V_OK)
		return;
	length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, peer, ODEON_PEER_BYTES);
	if (length < 0 || length >= ODEON_PEER_BYTES - 1 || strlen(peer) != (size_t)length)
		peer[0] = '\0';
}

void tls_describe(const struct tls *tls, char protocol[ODEON_PROTOCOL_BYTES], char peer[ODEON_PEER_BYTES], uint32_t *is_resumed)
{
	const unsigned char *chosen;
	unsigned length;

	SSL_get0_alpn_selected(tls->ssl, &chosen, &length);
	if (length < ODEON_PROTOCOL_BYTES) {
		memcpy(protocol, length > 0 ? (const char *)chosen : "", length);
		protocol[length] = '\0';
	}
	describe_peer(tls, peer);
	*is_resumed = SSL_session_reused(tls->ssl) == 1;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

struct odeon_bytes *tls_take(struct tls *tls)
{
	struct odeon_bytes *bytes = tls->first;

	if (bytes == NULL)
		return NULL;
	tls->first = bytes->next;
	if (tls->first == NULL)
		tls->last = NULL;
	bytes->next = NULL;
	tls->waiting--;
	return bytes;
}

static void add(struct tls *tls, struct odeon_bytes *bytes)
{
	if (tls->last != NULL)
		tls->last->next = bytes;
	else
		tls->first = bytes;
	tls->last = bytes;
	tls->waiting++;
	tls->read += bytes->length;
	if (tls->credit != ODEON_READ_ALWAYS)
		tls->credit--;
}

/* At least as much as can come out of what is here: what is inside is shorter than what is outside. */
static size_t count_here(const struct tls *tls)
{
	size_t count = (size_t)SSL_pending(tls->ssl) + (tls->inside < 2 * TLS_RECORD ? tls->inside : 2 * TLS_RECORD);

	if (tls->piece != NULL)
		count += tls->piece->length;
	for (const struct odeon_bytes *bytes = tls->wire->first; bytes != NULL; bytes = bytes->next)
		count += bytes->length;
	return count < tls->read_most ? count : tls->read_most;
}

/* How many bytes; 0: there are no more now, or never. */
static size_t open_some(struct tls *tls, unsigned char *room, size_t most)
{
	size_t length = 0;
	int answer;

	ERR_clear_error();
	answer = SSL_read_ex(tls->ssl, room, most, &length);
	if (answer == 1) {
		tls->inside = 0;
		return length;
	}
	answer = SSL_get_error(tls->ssl, answer);
	if (answer == SSL_ERROR_ZERO_RETURN)
		tls->has_read_end = true;
	else if (answer != SSL_ERROR_WANT_READ)
		tls_fail(tls);
	return 0;
}

static void open_one(struct tls *tls)
{
	struct odeon_bytes *bytes = odeon_bytes_new(count_here(tls));
	size_t some = 1;

	if (bytes == NULL) {
		tls->error = ODEON_ENOMEM;
		tls->text = odeon_error_text(ODEON_ENOMEM);
		return;
	}
	while (some > 0 && bytes->length < bytes->room) {
		some = open_some(tls, bytes->data + bytes->length, bytes->room - bytes->length);
		bytes->length += some;
	}
	if (bytes->length > 0)
		add(tls, bytes);
	else
		odeon_free(bytes);
}

bool tls_has_all(const struct tls *tls)
{
	return tls->piece == NULL && tls->wire->first == NULL && SSL_pending(tls->ssl) == 0;
}

bool tls_has_more(const struct tls *tls)
{
	return tls->is_ready && tls->error == 0 && !tls->has_read_end && tls->credit > 0 && tls->control <= CONTROL_MOST
		&& !tls_has_all(tls);
}

void tls_look(struct tls *tls)
{
	if (tls->wire != NULL && tls->error == 0 && !tls->is_ready)
		shake_hands(tls);
	while (tls->waiting < WIRE_WAITING_MOST && tls_has_more(tls))
		open_one(tls);
}

void tls_look_last(struct tls *tls)
{
	while (tls_has_more(tls))
		open_one(tls);
}

/* In the handshake all is OpenSSL's, which knows how much it may be. */
void tls_read_on(struct tls *tls)
{
	if (tls->wire == NULL || tls->error != 0 || tls->control > CONTROL_MOST)
		return;
	wire_credit(tls->wire, !tls->is_ready ? 1 : tls->has_read_end ? 0 : tls->credit);
}
