/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reads.h - what the reader makes of bytes, however they are cut: in two at every place, and one by one
 */
#ifndef TESTS_HTTP_READS_H
#define TESTS_HTTP_READS_H

#include "../harness/kit.h"
#include "../fuzz/http.h"
#include <stdlib.h>
#include <string.h>

static inline void reads_as(struct http_limits limits, const char *bytes, size_t length, const char *expected)
{
	for (size_t cut = 0; cut <= length; cut++) {
		char *said = http_describe(limits, bytes, length, cut > 0 ? cut : 1, cut > 0 ? length : 1);

		if (strcmp(said, expected) != 0)
			ck_abort_msg("cut at %zu:\n%s\nand not\n%s\nof\n%.*s", cut, said, expected, (int)length, bytes);
		free(said);
	}
}

/* A string literal, which may have zeroes in it. */
#define reads_with(limits, literal, expected) reads_as(limits, literal, sizeof(literal) - 1, expected)
#define reads(literal, expected) reads_with((struct http_limits)HTTP_LIMITS, literal, expected)

#endif
