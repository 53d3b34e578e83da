/* SPDX-License-Identifier: BSD-2-Clause */
/* frame.c - lines with lengths and sums */
#include "frame.h"
#include <stdio.h>
#include <string.h>

enum { CHECK_AT = 44 };                                /* what the last number is about ends there */

/* So many digits in lower case; false: they are not. */
static bool read_digits(const char *at, unsigned count, uint64_t *number)
{
	*number = 0;
	for (unsigned i = 0; i < count; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = at[i] != 0 ? strchr(digits, at[i]) : NULL;

		if (digit == NULL)
			return false;
		*number = *number << 4 | (uint64_t)(digit - digits);
	}
	return true;
}

void frame_write_name(char *to, uint64_t id)
{
	char text[FRAME_NAME_BYTES + 1];

	(void)snprintf(text, sizeof text, "#J0:%016llx\r\n", (unsigned long long)id);
	memcpy(to, text, FRAME_NAME_BYTES);
}

bool frame_read_name(struct text bytes, uint64_t *id)
{
	return bytes.length >= FRAME_NAME_BYTES && memcmp(bytes.at, "#J0:", 4) == 0 && read_digits(bytes.at + 4, 16, id)
	    && memcmp(bytes.at + 20, "\r\n", 2) == 0;
}

static uint64_t sum_of(struct text commands, uint64_t id, uint64_t at)
{
	const struct text_seed seed = { { id, ~at } };

	return text_hash(commands, &seed);
}

static uint32_t check_of(const char *line, uint64_t id, uint64_t at)
{
	const struct text_seed seed = { { id, at } };

	return (uint32_t)text_hash((struct text){ line, CHECK_AT }, &seed);
}

void frame_write(char *to, uint64_t id, uint64_t at, uint64_t synced, struct text commands)
{
	char line[FRAME_LINE_BYTES + 1];

	(void)snprintf(line, sizeof line, "#J:%010llx:%012llx:%016llx:", (unsigned long long)(commands.length & FRAME_LENGTH_MOST),
	               (unsigned long long)(synced & (((uint64_t)1 << 48) - 1)), (unsigned long long)sum_of(commands, id, at));
	(void)snprintf(line + CHECK_AT, sizeof line - CHECK_AT, "%08x\r\n", (unsigned)check_of(line, id, at));
	memcpy(to, line, FRAME_LINE_BYTES);
}

bool frame_read(struct text bytes, uint64_t id, uint64_t at, struct frame *frame)
{
	const char *line = bytes.at;
	uint64_t check;

	return bytes.length >= FRAME_LINE_BYTES && memcmp(line, "#J:", 3) == 0 && memcmp(line + 52, "\r\n", 2) == 0
	    && read_digits(line + CHECK_AT, 8, &check) && check == check_of(line, id, at)
	    && read_digits(line + 3, 10, &frame->length) && read_digits(line + 14, 12, &frame->synced)
	    && read_digits(line + 27, 16, &frame->sum);
}

bool frame_fits(const struct frame *frame, uint64_t id, uint64_t at, struct text commands)
{
	return frame->sum == sum_of(commands, id, at);
}
