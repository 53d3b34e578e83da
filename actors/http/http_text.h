/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_text - pieces of text that belong to somebody else, and paper to write on
 *
 * A text is bytes with a length; whoever made it says how long they live. Nothing here allocates, fails, or asks the
 * locale: bytes are ASCII, and letters are a to z.
 *
 * A paper is the caller's memory. What does not fit is counted and not written, so that `used` says how much it
 * takes: whoever wrote asks http_paper_fits once at the end, and with more room begins anew.
 */
#ifndef ODEON_HTTP_TEXT_H
#define ODEON_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_text { const char *at; size_t bytes; };
#define HTTP_TEXT(literal) ((struct http_text){ (literal), sizeof(literal) - 1 })

struct http_text http_text_of(const char *string);
bool http_text_is(struct http_text text, struct http_text other);              /* the same bytes */
bool http_text_matches(struct http_text text, struct http_text other);         /* but for the case of letters */
bool http_text_begins(struct http_text text, struct http_text with);           /* the same */
bool http_text_number(struct http_text text, uint64_t *number);                /* digits alone, of 64 bits */
struct http_text http_text_trim(struct http_text text);                        /* no blanks and tabs at its ends */
struct http_text http_text_from(struct http_text text, size_t at);             /* the rest from there */

/* Cuts the next element that is not empty off a list with commas; false: none left. */
bool http_text_next(struct http_text *list, struct http_text *element);
bool http_text_lists(struct http_text list, struct http_text element);         /* whatever the case of letters */

static inline bool http_is_digit(char c) { return c >= '0' && c <= '9'; }
static inline char http_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

/* The value of a hexadecimal digit; -1: it is none. */
static inline int http_hex(char c)
{
	if (http_is_digit(c))
		return c - '0';
	c = http_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What a token is made of: letters, digits and !#$%&'*+-.^_`|~ */
static inline bool http_is_token(char c)
{
	unsigned char byte = (unsigned char)c;

	if (byte >= 128)
		return false;
	return ((byte < 64 ? 0x3ff6cfa00000000u : 0x57ffffffc7fffffeu) >> (byte % 64) & 1) != 0;
}

/* What a field's value is made of: all that can be seen, blanks and tabs, and bytes that are not ASCII. */
static inline bool http_is_value(char c)
{
	unsigned char byte = (unsigned char)c;

	return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
}

struct http_paper { char *at; size_t size, used; };

void http_paper_put(struct http_paper *paper, struct http_text text);
void http_paper_number(struct http_paper *paper, uint64_t number);
void http_paper_hex(struct http_paper *paper, uint64_t number);
static inline bool http_paper_fits(const struct http_paper *paper) { return paper->used <= paper->size; }

#endif
