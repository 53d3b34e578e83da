/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_range - which part of a representation is wanted, and whether it is wanted at all
 *
 * Of ranges: "bytes=5-9", "bytes=5-" and "bytes=-5", and several of them, with commas between. Those that are not there are left out, as
 * long as one is. What is no range, or not of bytes, is as if it were not asked for; and so are ranges that overlap, and more than
 * HTTP_RANGES_MOST: who asks for the same again and again would have us send more than there is (RFC 9110, 14.2 and 17.15).
 *
 * Of conditions: If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since and If-Range, in the order of RFC
 * 9110, section 13.2.2. A date that is none is as if it were not there.
 */
#ifndef ODEON_HTTP_RANGE_H
#define ODEON_HTTP_RANGE_H

#include "http_head.h"

#define HTTP_RANGES_MOST 16

struct http_range { uint64_t first, bytes; };
struct http_ranges { unsigned count; struct http_range range[HTTP_RANGES_MOST]; };     /* at least one, in the order asked for */

/*
 * 200: send all of `whole` bytes, which is the one range; 206: send the ranges; 416: none of those asked for is there.
 */
int http_range_read(struct http_text text, uint64_t whole, struct http_ranges *ranges);

#define HTTP_CONTENT_RANGE_BYTES_MOST 70               /* "bytes 0-9/10", or of a status 416 a "*" and the whole */
struct http_text http_range_write(char text[HTTP_CONTENT_RANGE_BYTES_MOST], int status, const struct http_range *range,
                                  uint64_t whole);

/* What is known of the representation that would be sent. */
struct http_validators {
	struct http_text tag;                          /* with its quotes, and W/ when it is weak; at NULL: none */
	bool has_date;
	int64_t date;                                  /* Last-Modified, in seconds since 1970 */
};

bool http_tag_is(struct http_text tag);                /* quotes, and nothing inside that would end them */

/*
 * 0: go on; 304 or 412: answer that. For GET and HEAD, and for others, which 304 is nothing for. `now` is for dates
 * of two digits.
 */
int http_condition_judge(const struct http_head *head, const struct http_validators *validators, int64_t now);

/* As http_range_read, for a GET that passed its conditions; whatever If-Range says. */
int http_range_judge(const struct http_head *head, const struct http_validators *validators, int64_t now,
                     uint64_t whole, struct http_ranges *ranges);

#endif
