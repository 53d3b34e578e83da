/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.h - bytes that somebody else owns, and what they say: numbers, and patterns
 *
 * A text may hold any bytes, zero too, and none ends it. Nothing here allocates or remembers.
 */
#ifndef KV_TEXT_H
#define KV_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct text { const char *at; size_t length; };

#define TEXT(literal) ((struct text){ literal, sizeof(literal) - 1 })
struct text text_of(const char *string);               /* one that ends with a zero */
bool text_equal(struct text a, struct text b);
/* In upper or lower case. What is another word mostly has another length, or begins with another letter. */
static inline bool text_is(struct text text, const char *word)
{
	return text.length == strlen(word)
	    && (text.length == 0 || (((text.at[0] ^ word[0]) & ~0x20) == 0 && strncasecmp(text.at, word, text.length) == 0));
}

int text_compare(struct text a, struct text b);        /* as bytes; the shorter of two that begin alike comes first */

/* Numbers as the Redis protocol has them: no spaces, no plus, no leading zeros; a double may be inf, and is not nan. */
bool text_integer(struct text text, long long *number);
bool text_double(struct text text, double *number);
bool text_bound(struct text text, double *number);        /* as strtod reads it: spaces in front, what is too large is inf; empty is 0 */
bool text_long_double(struct text text, long double *number);

/* How they are written; `to` has room for NUMBER_BYTES. They answer the length. */
#define NUMBER_BYTES 5120
size_t integer_write(char *to, long long number);
size_t double_write(char *to, double number);          /* 64 bytes are enough */
size_t long_double_write(char *to, long double number);        /* without exponent, at most 17 digits behind the point */

/* `*`, `?`, `[a-z]`, `[^a]`, and a backslash before a letter that is meant itself. The time is at most the product of the lengths. */
bool text_matches(struct text text, struct text pattern, bool any_case);

/* A hash that whoever does not know the seed cannot choose texts for: SipHash-1-3. */
struct text_seed { uint64_t words[2]; };
uint64_t text_hash(struct text text, const struct text_seed *seed);

#endif
