/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket_handshake - from HTTP to WebSocket, version 13
 *
 * SHA-1 and base64 are libcrypto's, which the library of sockets has for TLS anyway. Frames are ours
 * (websocket_reader.h), and not libwslay's: it puts messages together in memory of its own and sends from a queue of
 * its own, where here pieces of owned messages pass through as they are.
 *
 * No extension is agreed on.
 */
#ifndef ODEON_WEBSOCKET_HANDSHAKE_H
#define ODEON_WEBSOCKET_HANDSHAKE_H

#include "http_writer.h"

#define WEBSOCKET_KEY_BYTES 24                         /* sixteen bytes in base64 */
#define WEBSOCKET_ACCEPT_BYTES 28

/* What proves that a key was read; false: libcrypto failed. */
bool websocket_accept(struct http_text key, char accept[WEBSOCKET_ACCEPT_BYTES]);

/*
 * Answers 0 and what proves that we read the key; or the status to refuse with: 400, or 426, which goes with
 * "Upgrade: websocket" and "Sec-WebSocket-Version: 13", or 500 when libcrypto fails.
 */
int websocket_judge(const struct http_head *head, char accept[WEBSOCKET_ACCEPT_BYTES]);

/*
 * Whether the page that the request comes from, by its field Origin, is one of those listed, up to NULL; a NULL list: all are. One that
 * names no origin may. "self" is what the request's Host names, over TLS or not; where we speak TLS, over TLS.
 */
bool websocket_permits(const struct http_head *head, const char *const *origins, bool is_secure);
bool websocket_origins_may_be(const char *const *origins);     /* each one is "self", "null", or a scheme and a host, as browsers write it */

/* The first subprotocol of the client's that is one of ours; at NULL: none, and then the answer names none. */
struct http_text websocket_choose(const struct http_head *head, const char *const *ours, size_t count);

/* The answer 101; as http_writer_head. */
int websocket_answer(struct http_writer *writer, struct http_paper *paper, struct http_text date,
                     const char accept[WEBSOCKET_ACCEPT_BYTES], struct http_text protocol);

#endif
