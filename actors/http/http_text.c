/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_text.h"
#include <string.h>

struct http_text http_text_of(const char *string)
{
	return (struct http_text){ string, strlen(string) };
}

bool http_text_is(struct http_text text, struct http_text other)
{
	return text.bytes == other.bytes && (text.bytes == 0 || memcmp(text.at, other.at, text.bytes) == 0);
}

bool http_text_matches(struct http_text text, struct http_text other)
{
	if (text.bytes != other.bytes)
		return false;
	for (size_t i = 0; i < text.bytes; i++)
		if (http_lower(text.at[i]) != http_lower(other.at[i]))
			return false;
	return true;
}

bool http_text_begins(struct http_text text, struct http_text with)
{
	return text.bytes >= with.bytes && http_text_matches((struct http_text){ text.at, with.bytes }, with);
}

bool http_text_number(struct http_text text, uint64_t *number)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < text.bytes; i++) {
		unsigned digit = (unsigned)(text.at[i] - '0');

		if (!http_is_digit(text.at[i]) || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*number = sum;
	return text.bytes > 0;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

struct http_text http_text_trim(struct http_text text)
{
	while (text.bytes > 0 && is_blank(text.at[text.bytes - 1]))
		text.bytes--;
	while (text.bytes > 0 && is_blank(text.at[0]))
		text = http_text_from(text, 1);
	return text;
}

struct http_text http_text_from(struct http_text text, size_t at)
{
	return (struct http_text){ text.at + at, text.bytes - at };
}

bool http_text_next(struct http_text *list, struct http_text *element)
{
	while (list->bytes > 0) {
		const char *comma = memchr(list->at, ',', list->bytes);
		size_t bytes = comma != NULL ? (size_t)(comma - list->at) : list->bytes;

		*element = http_text_trim((struct http_text){ list->at, bytes });
		*list = http_text_from(*list, comma != NULL ? bytes + 1 : bytes);
		if (element->bytes > 0)
			return true;
	}
	return false;
}

bool http_text_lists(struct http_text list, struct http_text element)
{
	struct http_text next;

	while (http_text_next(&list, &next))
		if (http_text_matches(next, element))
			return true;
	return false;
}

/* Once something did not fit, nothing more is written, so that what stands there is what comes first. */
void http_paper_put(struct http_paper *paper, struct http_text text)
{
	if (text.bytes > 0 && paper->used <= paper->size && text.bytes <= paper->size - paper->used)
		memcpy(paper->at + paper->used, text.at, text.bytes);
	else if (text.bytes > 0 && paper->used < paper->size)
		paper->size = paper->used;
	paper->used += text.bytes;
}

static void put_digits(struct http_paper *paper, uint64_t number, unsigned base)
{
	char digits[20];
	size_t first = sizeof digits;

	do
		digits[--first] = "0123456789abcdef"[number % base];
	while ((number /= base) > 0);
	http_paper_put(paper, (struct http_text){ digits + first, sizeof digits - first });
}

void http_paper_number(struct http_paper *paper, uint64_t number) { put_digits(paper, number, 10); }
void http_paper_hex(struct http_paper *paper, uint64_t number) { put_digits(paper, number, 16); }
