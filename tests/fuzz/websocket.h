/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket.h - bytes given to the reader of frames in pieces, and what it made of them
 */
#ifndef FUZZ_WEBSOCKET_H
#define FUZZ_WEBSOCKET_H

#include "websocket_reader.h"

/* Small, so that bytes by chance come to each. */
#define FUZZ_WEBSOCKET_LIMITS { .message_bytes = 40, .frames = 5 }

/*
 * As text: "text(hello)binary(...)[ping x][pong y]closed 1000 bye" or "refused 1002"; a message without its end has
 * no ')'. The bytes come in a piece of `first`, then in pieces of `rest` bytes, each in a block of its own, without a
 * byte to spare. To be freed.
 */
char *websocket_describe(struct websocket_limits limits, bool is_server, const char *bytes, size_t length, size_t first, size_t rest);

/* The first byte says whose frames they are. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#endif
