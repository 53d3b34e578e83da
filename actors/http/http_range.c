/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_range.h"
#include "http_date.h"
#include <string.h>

/* ---- ranges -------------------------------------------------------------------------------------------------------------------- */

enum found { NONSENSE, NOT_THERE, THERE };

static enum found read_one(struct http_text text, uint64_t whole, struct http_range *range)
{
	const char *dash = memchr(text.at, '-', text.bytes);
	size_t bytes = dash != NULL ? (size_t)(dash - text.at) : 0;
	struct http_text before = { text.at, bytes }, after;
	uint64_t first = 0, last = UINT64_MAX;

	if (dash == NULL || text.bytes == 1)
		return NONSENSE;
	after = http_text_from(text, bytes + 1);
	if ((before.bytes > 0 && !http_text_number(before, &first)) || (after.bytes > 0 && !http_text_number(after, &last)))
		return NONSENSE;
	if (before.bytes == 0) {                                /* so many at the end */
		first = last < whole ? whole - last : 0;
		if (last == 0)
			return NOT_THERE;
		last = UINT64_MAX;
	}
	if (first > last)
		return NONSENSE;
	if (first >= whole)
		return NOT_THERE;
	*range = (struct http_range){ first, (last < whole ? last + 1 : whole) - first };
	return THERE;
}

static bool overlap(const struct http_range *one, const struct http_range *other)
{
	return one->first < other->first ? other->first - one->first < one->bytes : one->first - other->first < other->bytes;
}

/* False: there are too many, or there is some of it already. */
static bool add(struct http_ranges *ranges, const struct http_range *range)
{
	if (ranges->count == HTTP_RANGES_MOST)
		return false;
	for (unsigned i = 0; i < ranges->count; i++)
		if (overlap(&ranges->range[i], range))
			return false;
	ranges->range[ranges->count++] = *range;
	return true;
}

static int all_of(uint64_t whole, struct http_ranges *ranges)
{
	*ranges = (struct http_ranges){ 1, { { 0, whole } } };
	return 200;
}

/* One that is none spoils all, those before it too. */
int http_range_read(struct http_text text, uint64_t whole, struct http_ranges *ranges)
{
	const struct http_text unit = HTTP_TEXT("bytes=");
	struct http_text one;
	int status = 200;

	if (!http_text_begins(text, unit))
		return all_of(whole, ranges);
	ranges->count = 0;
	text = http_text_from(text, unit.bytes);
	while (http_text_next(&text, &one)) {
		struct http_range range;
		enum found found = read_one(one, whole, &range);

		if (found == NONSENSE || (found == THERE && !add(ranges, &range)))
			return all_of(whole, ranges);
		status = ranges->count > 0 ? 206 : 416;
	}
	return status != 200 ? status : all_of(whole, ranges);  /* 200: no range at all */
}

struct http_text http_range_write(char text[HTTP_CONTENT_RANGE_BYTES_MOST], int status, const struct http_range *range,
                                  uint64_t whole)
{
	struct http_paper paper = { text, HTTP_CONTENT_RANGE_BYTES_MOST, 0 };

	http_paper_put(&paper, HTTP_TEXT("bytes "));
	if (status == 416) {
		http_paper_put(&paper, HTTP_TEXT("*"));
	} else {
		http_paper_number(&paper, range->first);
		http_paper_put(&paper, HTTP_TEXT("-"));
		http_paper_number(&paper, range->first + range->bytes - 1);
	}
	http_paper_put(&paper, HTTP_TEXT("/"));
	http_paper_number(&paper, whole);
	return (struct http_text){ text, paper.used };
}

/* ---- tags ------------------------------------------------------------------------------------------------------------------------- */

static bool is_weak(struct http_text tag) { return tag.bytes > 2 && tag.at[0] == 'W' && tag.at[1] == '/'; }

/* How many bytes at the beginning are a tag; 0: none. */
static size_t tag_bytes(struct http_text text)
{
	size_t at = is_weak(text) ? 2 : 0;

	if (at >= text.bytes || text.at[at++] != '"')
		return 0;
	while (at < text.bytes && text.at[at] != '"' && text.at[at] != ' ' && http_is_value(text.at[at]))
		at++;
	return at < text.bytes && text.at[at] == '"' ? at + 1 : 0;
}

bool http_tag_is(struct http_text tag) { return tag.bytes > 0 && tag_bytes(tag) == tag.bytes; }

static struct http_text without_weak(struct http_text tag) { return is_weak(tag) ? http_text_from(tag, 2) : tag; }

static bool same_tag(struct http_text tag, struct http_text other, bool strongly)
{
	if (strongly)
		return !is_weak(tag) && !is_weak(other) && http_text_is(tag, other);
	return http_text_is(without_weak(tag), without_weak(other));
}

/* A list of tags may have commas in them. */
static bool lists_tag(struct http_text list, struct http_text tag, bool strongly)
{
	if (http_text_is(http_text_trim(list), HTTP_TEXT("*")))
		return true;
	while (tag.at != NULL && list.bytes > 0) {
		size_t bytes = tag_bytes(list);

		if (bytes > 0 && same_tag((struct http_text){ list.at, bytes }, tag, strongly))
			return true;
		list = http_text_from(list, bytes > 0 ? bytes : 1);
	}
	return false;
}

static bool any_lists_tag(const struct http_head *head, struct http_text name, struct http_text tag, bool strongly)
{
	for (size_t i = 0; i < head->fields; i++) {
		struct http_text other, value = http_head_field(head, i, &other);

		if (http_text_matches(other, name) && lists_tag(value, tag, strongly))
			return true;
	}
	return false;
}

/* ---- conditions --------------------------------------------------------------------------------------------------------------------- */

static bool is_reading(const struct http_head *head)
{
	return http_text_is(head->method, HTTP_TEXT("GET")) || http_text_is(head->method, HTTP_TEXT("HEAD"));
}

/* A field that is a date: answers whether there is one that can be compared, and it. */
static bool find_date(const struct http_head *head, struct http_text name, const struct http_validators *validators,
                      int64_t now, int64_t *date)
{
	struct http_text value = http_head_find(head, name);

	return value.at != NULL && validators->has_date && http_date_read(value, now, date);
}

static bool is_kept_from(const struct http_head *head, const struct http_validators *validators, int64_t now)
{
	const struct http_text match = HTTP_TEXT("if-match");
	int64_t date;

	if (http_head_find(head, match).at != NULL)
		return !any_lists_tag(head, match, validators->tag, true);
	return find_date(head, HTTP_TEXT("if-unmodified-since"), validators, now, &date) && validators->date > date;
}

int http_condition_judge(const struct http_head *head, const struct http_validators *validators, int64_t now)
{
	const struct http_text none_match = HTTP_TEXT("if-none-match");
	int64_t date;

	if (is_kept_from(head, validators, now))
		return 412;
	if (http_head_find(head, none_match).at != NULL) {
		if (!any_lists_tag(head, none_match, validators->tag, false))
			return 0;
		return is_reading(head) ? 304 : 412;
	}
	if (!is_reading(head) || !find_date(head, HTTP_TEXT("if-modified-since"), validators, now, &date))
		return 0;
	return validators->date <= date ? 304 : 0;
}

/* If-Range: the range is of the representation that the client has already. */
static bool has_same(const struct http_head *head, const struct http_validators *validators, int64_t now)
{
	struct http_text value = http_head_find(head, HTTP_TEXT("if-range"));
	int64_t date;

	if (value.at == NULL)
		return true;
	if (http_tag_is(value))
		return validators->tag.at != NULL && same_tag(value, validators->tag, true);
	return find_date(head, HTTP_TEXT("if-range"), validators, now, &date) && date == validators->date;
}

int http_range_judge(const struct http_head *head, const struct http_validators *validators, int64_t now,
                     uint64_t whole, struct http_ranges *ranges)
{
	struct http_text text = http_head_find(head, HTTP_TEXT("range"));

	if (text.at == NULL || !http_text_is(head->method, HTTP_TEXT("GET")) || !has_same(head, validators, now))
		return all_of(whole, ranges);
	return http_range_read(text, whole, ranges);
}
