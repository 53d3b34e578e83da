/* SPDX-License-Identifier: BSD-2-Clause */
/* text - lines are made, and made harmless */
#include "chat.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct odeon_bytes *text_bytes(const char *format, ...)
{
	char text[LINE_MOST + 2 * NAME_MOST + 100];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return odeon_bytes_text(text);
}

/* How many bytes of a character begin there; 0: none that is valid. */
static size_t character(const unsigned char *at, size_t left)
{
	size_t count = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf5 ? 4 : 0;

	if (count > left || at[0] < ' ' || at[0] == 0x7f)
		return 0;
	for (size_t i = 1; i < count; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f))
		return 0;
	return (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f) ? 0 : count;
}

void clean_text(struct odeon_bytes *line)
{
	size_t at = 0;

	while (at < line->length && at < LINE_MOST) {
		size_t count = character(line->data + at, line->length - at);

		if (at + count > LINE_MOST)
			break;
		if (count == 0)
			line->data[at] = '?';
		at += count > 0 ? count : 1;
	}
	line->length = at;
}

/* Something to be called by: no blanks, nothing that news and commands begin with. */
int is_name(const struct odeon_bytes *word)
{
	if (word->length == 0 || word->length > NAME_MOST || word->data[0] == '*' || word->data[0] == '/')
		return 0;
	return memchr(word->data, ' ', word->length) == NULL && memchr(word->data, ':', word->length) == NULL;
}
