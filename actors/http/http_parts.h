/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_parts - several ranges of a representation, as one body: multipart/byteranges (RFC 9110, 14.6)
 *
 * Before each range stands a head that says which one it is, and behind the last one an end. Between them stands a boundary, which must
 * not be in the representation: whoever chooses it does so by chance, with so many bits that nobody can have put it there.
 */
#ifndef ODEON_HTTP_PARTS_H
#define ODEON_HTTP_PARTS_H

#include "http_range.h"

#define HTTP_BOUNDARY_BYTES 32
#define HTTP_PARTS_TYPE_BYTES 80                       /* of what http_parts_type writes */

struct http_parts {
	struct http_ranges ranges;                     /* at least two */
	uint64_t whole;                                /* bytes of the representation */
	const char *type;                              /* what it is; lives as long */
	char boundary[HTTP_BOUNDARY_BYTES];            /* letters and digits */
};

void http_parts_type(const struct http_parts *parts, char type[HTTP_PARTS_TYPE_BYTES]);

/* What stands before the range of this number; or, behind the last one, the end. */
void http_parts_put(const struct http_parts *parts, unsigned number, struct http_paper *paper);

uint64_t http_parts_bytes(const struct http_parts *parts);     /* of all of it, with the ranges */

#endif
