/* SPDX-License-Identifier: BSD-2-Clause */
/* lines.h - commands by chance, about few keys of all types, right ones and wrong ones */
#ifndef KV_LINES_H
#define KV_LINES_H

#include "../../examples/kv/table.h"

struct chance;
struct command_line {
	char bytes[8192];
	size_t at;
	struct text words[40];
	size_t count;
	bool is_plain;                                 /* its reply can be compared byte by byte */
};

/* `seconds` is about now, since 1970: for moments that are past, or far to come. */
void lines_make(struct command_line *line, struct chance *chance, int64_t seconds);

#endif
