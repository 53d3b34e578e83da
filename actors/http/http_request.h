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

/* Answers how many lines an answer's further fields are, at most HTTP_ANSWER_FIELDS_MOST. */
#define HTTP_ANSWER_FIELDS_MOST 64
size_t http_answer_lines(const struct odeon_http_answer *answer, struct http_line lines[HTTP_ANSWER_FIELDS_MOST]);

#endif
