/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket_frame - what stands before a piece of a message (RFC 6455), and what is in a close
 *
 * A frame is a head and then so many bytes. A client masks them, with a key that nobody can guess; a server does not.
 */
#ifndef ODEON_WEBSOCKET_FRAME_H
#define ODEON_WEBSOCKET_FRAME_H

#include "http_text.h"

enum websocket_opcode {
	WEBSOCKET_OPCODE_MORE = 0,                     /* a piece of a message that has begun */
	WEBSOCKET_OPCODE_TEXT = 1,
	WEBSOCKET_OPCODE_BINARY = 2,
	WEBSOCKET_OPCODE_CLOSE = 8,                    /* this and what follows are never pieces, and have up to 125 bytes */
	WEBSOCKET_OPCODE_PING = 9,
	WEBSOCKET_OPCODE_PONG = 10
};

enum {
	WEBSOCKET_HEAD_BYTES_MOST = 14,
	WEBSOCKET_CONTROL_BYTES_MOST = 125,

	WEBSOCKET_NORMAL = 1000, WEBSOCKET_GOING_AWAY = 1001, WEBSOCKET_PROTOCOL_ERROR = 1002, WEBSOCKET_UNSUPPORTED = 1003,
	WEBSOCKET_NO_CODE = 1005,                      /* a close without a code; never sent */
	WEBSOCKET_LOST = 1006,                         /* no close came; never sent */
	WEBSOCKET_BAD_TEXT = 1007, WEBSOCKET_POLICY = 1008, WEBSOCKET_TOO_BIG = 1009, WEBSOCKET_FAILED = 1011
};

/* key: 4 bytes, or NULL for a server. Answers the head's bytes. */
size_t websocket_head(char head[WEBSOCKET_HEAD_BYTES_MOST], enum websocket_opcode opcode, bool is_last, uint64_t bytes,
                      const uint8_t *key);

/* Masks, or unmasks; `from` is how many bytes of the frame came before. */
void websocket_mask(char *at, size_t bytes, const uint8_t key[4], uint64_t from);

/*
 * What a close says; of a reason as much as has room, whole characters. Code WEBSOCKET_NO_CODE: nothing. Answers the
 * bytes.
 */
size_t websocket_close(char body[WEBSOCKET_CONTROL_BYTES_MOST], uint16_t code, struct http_text reason);

bool websocket_code_is(uint16_t code);                 /* it may stand in a close */

#endif
