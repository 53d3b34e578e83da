/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_fields - further fields of what is to be written: names and values, each with a zero behind
 */
#ifndef ODEON_HTTP_FIELDS_H
#define ODEON_HTTP_FIELDS_H

#include <odeon/http/message.h>
#include "http_writer.h"

#define HTTP_FIELDS_MOST 64

/* Makes the bytes when there are none, and others when there is no room. As odeon_http_answer_field. */
int http_fields_add(struct odeon_bytes **fields, const char *name, const char *value);

/* Answers how many lines they are. NULL: none. */
size_t http_fields_lines(const struct odeon_bytes *fields, struct http_line lines[HTTP_FIELDS_MOST]);

#endif
