/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_count.c - how many commands have come, for a server that answers all of them alike
 *
 * A command of RESP is "*N\r\n" and N times "$LENGTH\r\n", as many bytes, and "\r\n"; any other line is a command too. The lengths are
 * followed, so what is in a word, a '*' or a line, is never taken for a command; nothing else is looked at, and nothing kept.
 */
#include "load.h"

static bool end_line(struct load_count *count)
{
	char kind = count->kind;

	count->kind = 0;
	if (kind == '*')
		count->words = count->number;
	else if (kind == '$')
		count->bytes = count->number + 2;       /* and the end of the line */
	return kind != '*' && kind != '$';
}

/* One byte of what is no word. True: a command ends with it. */
static bool take(struct load_count *count, char byte)
{
	if (byte == '\n')
		return end_line(count);
	if (count->kind == 0) {
		count->kind = byte;
		count->number = 0;
	} else if (byte >= '0' && byte <= '9') {
		count->number = count->number * 10 + (size_t)(byte - '0');
	}
	return false;
}

size_t load_count(struct load_count *count, const char *bytes, size_t length)
{
	size_t whole = 0, step;

	for (size_t at = 0; at < length; at += step) {
		step = 1;
		if (count->bytes == 0) {
			whole += take(count, bytes[at]);
			continue;
		}
		step = count->bytes < length - at ? count->bytes : length - at;
		count->bytes -= step;
		if (count->bytes == 0 && --count->words == 0)
			whole++;
	}
	return whole;
}
