/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_request - what stands behind a struct odeon_http_request (odeon/http/message.h)
 *
 * While a connection's own handlers look at a request, its texts are where the reader put them; a request that goes to
 * another actor is one block of memory with all of them in it.
 */
#ifndef ODEON_HTTP_REQUEST_H
#define ODEON_HTTP_REQUEST_H

#include <odeon/http/message.h>
#include "http_writer.h"

struct odeon_http_fields_ {
	const char *memory;                            /* of texts; each ends with a zero */
	const struct http_field *field;
	uint32_t bytes, fields;
	const char *parameters;                        /* names and values, each with a zero behind */
	size_t parameters_bytes;
};

/*
 * Shows a head that is settled. Neither body, argument nor duty are set. The head, the parameters and `fields` must live
 * as long.
 */
void http_request_show(struct odeon_http_request *request, struct odeon_http_fields_ *fields, const struct http_head *head,
                       struct http_text parameters);

/* As a message; the body goes over to it. NULL: no memory. */
struct odeon_http_request *http_request_copy(struct odeon_http_request *request);

/* How many bytes fields take up, and a copy of them there; answers where the copy of the memory is. */
size_t http_request_bytes(const struct odeon_http_fields_ *fields);
char *http_request_put(struct odeon_http_fields_ *behind, const struct odeon_http_fields_ *fields);

/* The first of that name, and one by number; NULL: there is none. */
const char *http_request_find(const struct odeon_http_fields_ *fields, const char *name);
const char *http_request_number(const struct odeon_http_fields_ *fields, size_t index, const char **name);

#endif
