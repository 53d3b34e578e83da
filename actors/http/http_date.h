/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_date - moments as HTTP writes them: "Sun, 06 Nov 1994 08:49:37 GMT"
 *
 * Seconds are those since 1970, without leap seconds, of the years 0 to 9999. Neither the locale nor the time zone of
 * the C library is asked.
 */
#ifndef ODEON_HTTP_DATE_H
#define ODEON_HTTP_DATE_H

#include "http_text.h"

#define HTTP_DATE_BYTES 29

void http_date_write(char text[HTTP_DATE_BYTES], int64_t second);

/*
 * Reads the form above, and the two that are older: "Sunday, 06-Nov-94 08:49:37 GMT", whose century is the one that
 * is not more than 50 years after `now`, and "Sun Nov  6 08:49:37 1994". The day of the week is not believed. False:
 * it is none of them.
 */
bool http_date_read(struct http_text text, int64_t now, int64_t *second);

/* The header of all answers of one second is written once. All zero at first. */
struct http_clock { bool is_set; int64_t second; char text[HTTP_DATE_BYTES]; };

struct http_text http_clock_at(struct http_clock *clock, int64_t second);      /* lives until the next call */

#endif
