/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket_reader - messages out of the frames of a WebSocket (RFC 6455), out of bytes that come in any pieces
 *
 * Used as http_reader: give it what came, get one event at a time, call again with the rest until WEBSOCKET_MORE.
 * Nothing is put together: a message comes in the pieces in which its bytes came, unmasked where they lie, so that
 * they can be sent on.
 *
 *   WEBSOCKET_DATA      a piece, with the first and the last of a message marked; the last may be empty. Texts are UTF-8,
 *                       though a piece may end inside a character
 *   WEBSOCKET_PING      piece is what the answer, a pong, has to say again
 *   WEBSOCKET_PONG      piece as it came
 *   WEBSOCKET_CLOSED    the other side closes, with a code (1005: without) and a piece, its reason. Answer with that code
 *   WEBSOCKET_REFUSED   send a close with code, and close the connection
 *
 * After the last two it stays so. Refused, with 1002 unless said otherwise: bits that are reserved (no extension is
 * offered), unknown frames, frames of a client that are not masked and of a server that are, lengths that are longer
 * than need be, long or cut-up control frames, pieces without a beginning or beginnings before an end, closes with a
 * code that may not be, 1007 texts that are not UTF-8, 1008 too many pieces, 1009 messages that are too long: as soon
 * as a head says so.
 *
 * Pings and pongs come between the pieces of a message. It needs no memory but its own.
 */
#ifndef ODEON_WEBSOCKET_READER_H
#define ODEON_WEBSOCKET_READER_H

#include "utf8.h"
#include "websocket_frame.h"

enum websocket_event {
	WEBSOCKET_MORE = 0, WEBSOCKET_DATA, WEBSOCKET_PING, WEBSOCKET_PONG, WEBSOCKET_CLOSED, WEBSOCKET_REFUSED
};

struct websocket_limits { uint64_t message_bytes; uint32_t frames; };  /* of a message */
#define WEBSOCKET_LIMITS { .message_bytes = 1 << 20, .frames = 1 << 16 }

struct websocket_reader {
	struct http_text piece;
	bool is_text, is_first, is_last;
	uint16_t code;
	/* only for websocket_reader.c: */
	struct websocket_limits limits;
	bool is_server, is_in_message, has_told_first;
	uint8_t place, opcode, is_final, head_bytes;
	uint8_t key[4];
	uint32_t frames;
	uint64_t frame_bytes, at, message_bytes;
	struct utf8 utf8;
	char head[WEBSOCKET_HEAD_BYTES_MOST], control[WEBSOCKET_CONTROL_BYTES_MOST];
};

/* is_server: it reads what a client sends. */
void websocket_reader_init(struct websocket_reader *reader, struct websocket_limits limits, bool is_server);

/* The bytes are changed: those of masked frames are unmasked. */
enum websocket_event websocket_reader_read(struct websocket_reader *reader, char *at, size_t bytes, size_t *used);

#endif
