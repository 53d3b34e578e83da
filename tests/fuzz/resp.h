/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resp.h - bytes given to the parser of commands in pieces, and what it made of them
 */
#ifndef FUZZ_RESP_H
#define FUZZ_RESP_H

#include "../../examples/kv/reply.h"
#include "../../examples/kv/resp.h"

/* Small, so that bytes by chance come to each. */
#define FUZZ_LIMITS { .words = 12, .bulk_bytes = 40, .line_bytes = 48, .bytes = 100 }

/*
 * As text: "(SET)(key)(v) () !Protocol error: ..." and, when a command is not whole at the end, "...". The bytes come in pieces of
 * 1 to `piece` bytes by `random`, each time in a block of their own, without a byte to spare; piece 0: all at once. To be freed.
 */
char *fuzz_describe(struct resp_limits limits, const char *bytes, size_t length, size_t piece, uint64_t random);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#endif
