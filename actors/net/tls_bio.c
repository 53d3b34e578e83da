/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_bio - where OpenSSL reads what the wire has read, and writes what the wire is to write */
#include "tls_parts.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_LEAST 2048u

bool tls_reserve(struct tls *tls, size_t more)
{
	size_t room = tls->room < ROOM_LEAST ? ROOM_LEAST : tls->room;
	unsigned char *out;

	if (tls->room - tls->length >= more)
		return true;
	while (room - tls->length < more)
		room *= 2;
	out = realloc(tls->out, room);
	if (out == NULL)
		return false;
	tls->out = out;
	tls->room = room;
	return true;
}

static int put(BIO *bio, const char *data, int length)
{
	struct tls *tls = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (tls->is_mute || length <= 0)                /* the other side was told that no more comes */
		return length;
	if (!tls_reserve(tls, (size_t)length)) {
		tls->error = ODEON_ENOMEM;
		tls->text = odeon_error_text(ODEON_ENOMEM);
		return -1;
	}
	memcpy(tls->out + tls->length, data, (size_t)length);
	tls->length += (size_t)length;
	if (!tls->is_encrypting)
		tls->control += (size_t)length;
	return length;
}

static int get(BIO *bio, char *room, int most)
{
	struct tls *tls = BIO_get_data(bio);
	size_t some;

	BIO_clear_retry_flags(bio);
	if (tls->piece == NULL)
		tls->piece = wire_take(tls->wire);
	if (tls->piece == NULL) {
		BIO_set_retry_read(bio);
		return -1;
	}
	some = tls->piece->length < (size_t)most ? tls->piece->length : (size_t)most;
	memcpy(room, tls->piece->data, some);
	tls->piece->data += some;
	tls->piece->length -= some;
	tls->inside += some;
	if (tls->piece->length == 0) {
		odeon_free(tls->piece);
		tls->piece = NULL;
	}
	return (int)some;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static int begin(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

BIO_METHOD *tls_bio_method(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "a connection's wire");

	if (method != NULL && BIO_meth_set_write(method, put) == 1 && BIO_meth_set_read(method, get) == 1
	 && BIO_meth_set_ctrl(method, control) == 1 && BIO_meth_set_create(method, begin) == 1)
		return method;
	BIO_meth_free(method);
	return NULL;
}
