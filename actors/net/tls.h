/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls - what stands between a connection and its wire when the two sides speak TLS
 *
 * Agreement. A struct tls is of one connection; its actor uses it, and nobody else; tls_new and tls_free: any thread. It takes
 * what the wire has read, and has what was inside; it takes what is to be written, and gives records to the wire. It
 * is no actor of its own: all that a connection promises is kept in one place, with and without it, and no message is sent
 * from it to the connection.
 *
 * Reading. The owner's credit counts what comes out (`credit`); the wire gets as much credit as that. What the wire has read
 * is taken by OpenSSL where it lies, and given out in the message that the owner gets.
 *
 * Writing. Up to RECORDS records are made when all before them are given to the system. Until then what is in them stays in
 * the connection's chain: so that what was not written is known, record by record. What OpenSSL says of itself (handshake,
 * alerts, tickets) goes the same way; when too much of that waits, nothing is read, as only reading makes more.
 *
 * The first error counts. After it a struct tls is only good to be freed.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <odeon/net/tls.h>
#include "wire.h"

#define TLS_RECORD 16384u                       /* bytes inside of the longest */
#define TLS_RECORDS 4u                          /* made at once */

struct ssl_st;
struct generation;

struct tls {
	struct ssl_st *ssl;
	struct generation *generation;          /* of its context: what that was when the connection began */
	struct wire *wire;                      /* NULL: not connected yet */
	char *peer_key;                         /* under which a session is kept; NULL: none is */
	struct odeon_bytes *first, *last;       /* read, in order: what was inside */
	struct odeon_bytes *piece;              /* what the wire has read, being taken */
	size_t inside;                          /* bytes of a record that OpenSSL has and could not open yet; at least as many */
	uint32_t credit, waiting, read_most;
	uint64_t read;
	unsigned char *out;                     /* records */
	size_t room, length, sent;              /* of `out`; and how much of it the system has */
	size_t plain, control;                  /* bytes of the chain that are in `out`; bytes that are OpenSSL's own */
	struct { size_t end, plain; } records[TLS_RECORDS];
	unsigned count, next;                   /* records; the first of them that the system has not as a whole */
	int error;
	const char *text;
	bool is_server, is_ready, has_read_end, has_said_end, is_encrypting, is_mute;
};

bool tls_is_server(const odeon_tls *context);

/* To verify: `name`, or the host of the address when that is NULL; a server has neither. 0, or the error. */
int tls_new(odeon_tls *context, const odeon_connection_options *options, const char *address, struct tls **tls);
void tls_free(struct tls *tls);                 /* NULL is fine */

/* The wire is connected, and is used until tls_free. */
void tls_begin(struct tls *tls, struct wire *wire);

/* Goes on with the handshake and with what was read, as far as the credit goes. Then is_ready, has_read_end, error. */
void tls_look(struct tls *tls);
void tls_look_last(struct tls *tls);            /* the same, when no more will come */
bool tls_has_more(const struct tls *tls);       /* whether looking again makes sense, although nothing new came */
bool tls_has_all(const struct tls *tls);        /* nothing of what the wire has read is left */
void tls_read_on(struct tls *tls);              /* gives the wire its credit */
struct odeon_bytes *tls_take(struct tls *tls);  /* as wire_take */

/* As wire_write; `done`: how many bytes of the chain were written, as whole records. When there is an error, that is no
 * number of the loop. */
ssize_t tls_write(struct tls *tls, const struct odeon_bytes *chain, size_t *done);
bool tls_has_output(const struct tls *tls);
int tls_probe(struct tls *tls);                 /* as wire_probe */
size_t tls_probed(struct tls *tls);             /* that byte is written: how many of the chain are with it */
bool tls_say_end(struct tls *tls);              /* whether that was new, so that there is something to write */

/* What can be said at once, before the wire is closed. */
void tls_say_last(struct tls *tls);

/* The whole chain as records, with what waits and the end: taken. NULL: no memory, and the chain is the caller's. */
struct odeon_bytes *tls_seal(struct tls *tls, struct odeon_bytes *chain);

/* Of a handshake that is done. */
void tls_describe(const struct tls *tls, char protocol[ODEON_PROTOCOL_BYTES], char peer[ODEON_PEER_BYTES], uint32_t *is_resumed);

#endif
