/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern.c - texts against patterns, as KEYS and SCAN want them
 *
 * One star is enough to go back to: what comes behind the last one seen is tried one byte further on. So no pattern takes
 * more time than the product of the lengths.
 */
#include "text.h"
#include <ctype.h>

struct place { const char *at, *end; };

static int plain(char c, bool any_case)
{
	return any_case ? tolower((unsigned char)c) : (unsigned char)c;
}

/* Behind the bracket. One that is not closed ends with the pattern. */
static bool class_has(struct place *pattern, char c, bool any_case)
{
	bool is_not = pattern->at < pattern->end && *pattern->at == '^', has = false;
	int wanted = plain(c, any_case);

	for (pattern->at += is_not; pattern->at < pattern->end && *pattern->at != ']'; pattern->at++) {
		const char *at = pattern->at;

		if (*at == '\\' && pattern->end - at >= 2) {
			pattern->at++;
			has |= plain(at[1], any_case) == wanted;
		} else if (pattern->end - at >= 3 && at[1] == '-') {
			int first = plain(at[0], any_case), last = plain(at[2], any_case);

			has |= first <= last ? first <= wanted && wanted <= last : last <= wanted && wanted <= first;
			pattern->at += 2;
		} else {
			has |= plain(*at, any_case) == wanted;
		}
	}
	pattern->at += pattern->at < pattern->end;
	return has != is_not;
}

/* One that is no star, at the place of the pattern, which moves on. */
static bool one_matches(struct place *pattern, char c, bool any_case)
{
	char wanted = *pattern->at++;

	if (wanted == '?')
		return true;
	if (wanted == '[')
		return class_has(pattern, c, any_case);
	if (wanted == '\\' && pattern->at < pattern->end)
		wanted = *pattern->at++;
	return plain(wanted, any_case) == plain(c, any_case);
}

bool text_matches(struct text text, struct text whole, bool any_case)
{
	struct place pattern = { whole.at, whole.at + whole.length };
	const char *at = text.at, *end = text.at + text.length, *star = NULL, *star_at = NULL;

	while (at < end) {
		if (pattern.at < pattern.end && *pattern.at == '*') {
			star = ++pattern.at;
			star_at = at;
		} else if (pattern.at < pattern.end && one_matches(&pattern, *at, any_case)) {
			at++;
		} else if (star != NULL) {
			pattern.at = star;
			at = ++star_at;
		} else {
			return false;
		}
	}
	while (pattern.at < pattern.end && *pattern.at == '*')
		pattern.at++;
	return pattern.at == pattern.end;
}
