/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_path - the path of a target, without what is not one
 *
 * Percent signs are decoded once. Then "." is left out, ".." takes back the segment before, and segments that are
 * empty are left out, but for one at the end: "/a//b/./c/../d/" is "/a/b/d/". What comes out begins with '/', and no
 * segment is "", "." or "..", but that the last may be "". Refused:
 *
 *   "/.." and whatever else leaves the root          "%2F", as no segment may have a '/' in it
 *   '%' without two hexadecimal digits               control characters, decoded
 */
#ifndef ODEON_HTTP_PATH_H
#define ODEON_HTTP_PATH_H

#include "http_text.h"

/*
 * Into memory for at least path.bytes; it may be where the path is. Answers how many bytes it has then, or 0:
 * refused, answer 400.
 */
size_t http_path_normalize(struct http_text path, char *into);

/*
 * "a%20b+c" of a query or a form: '+' is a blank. Answers the bytes, which may be any; false: '%' without two digits.
 */
bool http_query_decode(struct http_text text, char *into, size_t *bytes);

/* Takes one byte of such a text off it; false: '%' without two digits. */
bool http_query_take(struct http_text *text, char *byte);

/* Cuts the next "name=value" off a query; false: none left. Still encoded; a value at NULL: there was no '='. */
bool http_query_next(struct http_text *query, struct http_text *name, struct http_text *value);

#endif
