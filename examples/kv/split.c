/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * split.c - the words of an inline command
 *
 *   SET  a  "two words\n"  'it\'s'
 *
 * Between double quotes a backslash means what it means in C, with \xHH; between single ones only \' is something else.
 * Behind a closing quote comes a space or the end.
 */
#include "resp.h"
#include <ctype.h>
#include <string.h>

struct reader { const char *at, *end; char *to; };

static bool is_space(const struct reader *reader)
{
	return reader->at < reader->end && isspace((unsigned char)*reader->at);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c - 'a' + 10;
}

/* Behind the backslash. */
static char escaped(struct reader *reader)
{
	static const char names[] = "nrtba", meant[] = "\n\r\t\b\a";
	const char *at = reader->at, *name;

	if (reader->end - at >= 3 && at[0] == 'x' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2])) {
		reader->at += 3;
		return (char)(digit_of(at[1]) * 16 + digit_of(at[2]));
	}
	reader->at++;
	name = at[0] != 0 ? strchr(names, at[0]) : NULL;
	return name != NULL ? meant[name - names] : at[0];
}

/* Behind the opening quote. */
static bool read_quoted(struct reader *reader, char quote)
{
	while (reader->at < reader->end) {
		char c = *reader->at++;

		if (c == quote)
			return reader->at == reader->end || is_space(reader);
		if (c == '\\' && quote == '"' && reader->at < reader->end)
			c = escaped(reader);
		else if (c == '\\' && quote == '\'' && reader->at < reader->end && *reader->at == '\'')
			c = *reader->at++;
		*reader->to++ = c;
	}
	return false;
}

static bool read_word(struct reader *reader)
{
	while (reader->at < reader->end && !is_space(reader)) {
		char c = *reader->at++;

		if (c == '"' || c == '\'')
			return read_quoted(reader, c);
		*reader->to++ = c;
	}
	return true;
}

long resp_split(struct text line, char *plain, struct resp_span *spans)
{
	const char *zero = memchr(line.at, 0, line.length);    /* the line ends there, for Redis */
	struct reader reader = { line.at, zero != NULL ? zero : line.at + line.length, plain };
	long count = 0;

	for (;;) {
		char *from = reader.to;

		while (is_space(&reader))
			reader.at++;
		if (reader.at == reader.end)
			return count;
		if (!read_word(&reader))
			return -1;
		spans[count++] = (struct resp_span){ (size_t)(from - plain), (size_t)(reader.to - from) };
	}
}
