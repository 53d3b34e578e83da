/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http.h - bytes given to the reader in pieces, as requests or as answers, and what it made of them
 */
#ifndef FUZZ_HTTP_H
#define FUZZ_HTTP_H

#include "http_reader.h"
#include "http_status.h"

/* Small, so that bytes by chance come to each. */
#define FUZZ_HTTP_LIMITS { .target_bytes = 24, .field_bytes = 160, .fields = 6, .body_bytes = 40 }

/*
 * As text: "GET /path?query HTTP/1.1 host=a {name:value}(the body) end; " for each request, "keep" before what is
 * kept alive, "refused 400" and "..." where it stops in the middle. The bytes come in a piece of `first`, then in
 * pieces of `rest` bytes, each in a block of its own, without a byte to spare. To be freed.
 */
char *http_describe(struct http_limits limits, const char *bytes, size_t length, size_t first, size_t rest);

/* The same of answers, to GET or to HEAD: "HTTP/1.1 200 until its end {name:value}(the body) end; ". */
enum fuzz_http_reading { FUZZ_HTTP_REQUESTS, FUZZ_HTTP_ANSWERS, FUZZ_HTTP_ANSWERS_TO_HEAD };
char *http_describe_as(enum fuzz_http_reading reading, struct http_limits limits, const char *bytes, size_t length, size_t first,
                       size_t rest);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#endif
