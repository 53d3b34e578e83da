/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * utf8 - whether bytes that come in pieces are UTF-8: no surrogates, nothing longer than it need be, nothing above
 * U+10FFFF
 */
#ifndef ODEON_UTF8_H
#define ODEON_UTF8_H

#include "http_text.h"

/* Of a character: how many bytes come yet, and between what the next one is. At first all zero. */
struct utf8 { uint8_t left, low, high; };

/*
 * How many bytes can be, from the first on; fewer than there are: the next one cannot, and nothing more is to be
 * asked.
 */
size_t utf8_check(struct utf8 *utf8, struct http_text text);
static inline bool utf8_is_whole(const struct utf8 *utf8) { return utf8->left == 0; }

#endif
