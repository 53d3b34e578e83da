/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_other.h - an other side that speaks TLS by a plain socket: OpenSSL between two memories, so that each byte that it says is the
 * test's to send, to change, or to keep back
 */
#ifndef TESTS_TLS_OTHER_H
#define TESTS_TLS_OTHER_H

#include "wires.h"
#include "../harness/certificates.h"
#include <openssl/err.h>
#include <openssl/ssl.h>

enum { FLIGHT = 8192 };

struct other { int plain; SSL *ssl; BIO *in, *out; unsigned char flight[FLIGHT]; size_t length; };

/* A server has a certificate; a client has NULL. */
static struct other begin(int plain, const struct certificate *ours, int version)
{
	SSL_CTX *context = SSL_CTX_new(ours != NULL ? TLS_server_method() : TLS_client_method());
	struct other other = { .plain = plain, .in = BIO_new(BIO_s_mem()), .out = BIO_new(BIO_s_mem()) };

	must(context != NULL && other.in != NULL && other.out != NULL);
	SSL_CTX_set_security_level(context, 0);
	must(SSL_CTX_set_min_proto_version(context, TLS1_VERSION) == 1);
	must(version == 0 || SSL_CTX_set_max_proto_version(context, version) == 1);
	if (ours != NULL)
		must(SSL_CTX_use_cert_and_key(context, ours->certificate, ours->key, NULL, 1) == 1);
	other.ssl = SSL_new(context);
	must(other.ssl != NULL);
	SSL_CTX_free(context);
	SSL_set_bio(other.ssl, other.in, other.out);
	if (ours != NULL)
		SSL_set_accept_state(other.ssl);
	else
		SSL_set_connect_state(other.ssl);
	return other;
}

/* What it wants to say, into its flight. */
static void collect(struct other *other)
{
	int length = BIO_read(other->out, other->flight, FLIGHT);

	other->length = length > 0 ? (size_t)length : 0;
}

static void send_part(struct other *other, size_t from, size_t to)
{
	while (from < to) {
		ssize_t some = send(other->plain, other->flight + from, to - from, MSG_NOSIGNAL);

		must(some > 0);
		from += (size_t)some;
	}
}

static bool receive(struct other *other)
{
	unsigned char room[FLIGHT];
	ssize_t length = recv(other->plain, room, sizeof room, 0);

	return length > 0 && BIO_write(other->in, room, (int)length) == length;
}

/* Up to when it has a flight to send, or is through. */
static bool step(struct other *other)
{
	bool is_done;

	for (;;) {
		is_done = SSL_do_handshake(other->ssl) == 1;
		ERR_clear_error();
		collect(other);
		if (is_done || other->length > 0 || !receive(other))
			return is_done;
	}
}

static void shake_hands(struct other *other)
{
	bool is_done;

	do {
		is_done = step(other);
		must(is_done || other->length > 0);
		send_part(other, 0, other->length);
	} while (!is_done);
}

static void seal(struct other *other, uint64_t from, size_t length)
{
	struct odeon_bytes *bytes = pattern_bytes(from, length);

	must(SSL_write(other->ssl, bytes->data, (int)length) == (int)length);
	odeon_free(bytes);
	collect(other);
}

static void end(struct other *other)
{
	close(other->plain);
	SSL_free(other->ssl);
}

#endif
