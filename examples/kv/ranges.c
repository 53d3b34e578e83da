/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ranges.c - ranges of sorted sets: by rank, by score, or by name, from either end; to be told, counted, removed, or stored
 *
 * Whatever a range goes by, it is so many places from a rank on.
 */
#include "families.h"
#include <limits.h>

enum by { BY_ANY, BY_RANK, BY_SCORE, BY_NAME };

struct bound { double score; struct text name; bool is_open; int end; };       /* end: -1 before all names, 1 behind all */

struct range {
	enum by by;                                    /* any: BYSCORE and BYLEX may be said */
	bool backward, may_turn;                       /* may_turn: REV may be said */
	bool with_scores, is_stored;
	long long offset, count;                       /* of the limit; a count below 0: all */
	long long first, last;                         /* ranks */
	struct bound least, most;
	size_t words;                                  /* where the bounds are: the first of them */
};
struct span { size_t from, length; };                  /* from a rank on, forward */

/* ---- reading ------------------------------------------------------------------------------------------------------------ */

static bool read_score(struct text text, struct bound *bound)
{
	bound->is_open = text.length > 0 && text.at[0] == '(';
	if (bound->is_open)
		text = (struct text){ text.at + 1, text.length - 1 };
	return text_bound(text, &bound->score);
}

static bool read_name(struct text text, struct bound *bound)
{
	char first = text.length > 0 ? text.at[0] : 0;

	bound->end = text.length != 1 ? 0 : first == '-' ? -1 : first == '+';
	bound->is_open = first == '(';
	if (bound->end != 0)
		return true;
	if (first != '(' && first != '[')
		return false;
	bound->name = (struct text){ text.at + 1, text.length - 1 };
	return true;
}

static bool take_choice(struct call *call, size_t i, struct range *range)
{
	if (range->may_turn && call_is(call, i, "REV")) {
		range->backward = true;
		range->may_turn = false;
	} else if (range->by == BY_ANY && call_is(call, i, "BYSCORE")) {
		range->by = BY_SCORE;
	} else if (range->by == BY_ANY && call_is(call, i, "BYLEX")) {
		range->by = BY_NAME;
	} else {
		reply_error(call->reply, CALL_SYNTAX);
		return false;
	}
	return true;
}

/* The options behind the bounds. False: that is said. */
static bool read_options(struct call *call, struct range *range)
{
	range->count = -1;
	for (size_t i = range->words + 2; i < call->words_count; i++) {
		if (!range->is_stored && call_is(call, i, "WITHSCORES")) {
			range->with_scores = true;
		} else if (call_is(call, i, "LIMIT") && call->words_count - i > 2) {
			if (!call_integer(call, i + 1, &range->offset) || !call_integer(call, i + 2, &range->count))
				return false;
			i += 2;
		} else if (!take_choice(call, i, range)) {
			return false;
		}
	}
	if (range->by == BY_ANY)
		range->by = BY_RANK;
	if (range->by == BY_RANK && range->count != -1)
		reply_error(call->reply, "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
	else if (range->by == BY_NAME && range->with_scores)
		reply_error(call->reply, "ERR syntax error, WITHSCORES not supported in combination with BYLEX");
	else
		return true;
	return false;
}

/* From an end, scores and names come with the larger one first. */
static bool read_bounds(struct call *call, struct range *range)
{
	size_t least = range->words + range->backward, most = range->words + !range->backward;
	bool (*read)(struct text, struct bound *) = range->by == BY_SCORE ? read_score : read_name;

	if (range->by == BY_RANK)
		return call_integer(call, range->words, &range->first) && call_integer(call, range->words + 1, &range->last);
	if (read(call->words[least], &range->least) && read(call->words[most], &range->most))
		return true;
	reply_error(call->reply, range->by == BY_SCORE ? "ERR min or max is not a float" : "ERR min or max not valid string range item");
	return false;
}

/* ---- finding ------------------------------------------------------------------------------------------------------------ */

static bool is_below_least_score(const struct place *place, const void *data)
{
	const struct bound *bound = data;

	return bound->is_open ? place->score <= bound->score : place->score < bound->score;
}

static bool is_within_most_score(const struct place *place, const void *data)
{
	const struct bound *bound = data;

	return bound->is_open ? place->score < bound->score : place->score <= bound->score;
}

static bool is_below_least_name(const struct place *place, const void *data)
{
	const struct bound *bound = data;
	int order = bound->end != 0 ? -bound->end : text_compare(entry_name(&place->scored->entry), bound->name);

	return bound->is_open ? order <= 0 : order < 0;
}

static bool is_within_most_name(const struct place *place, const void *data)
{
	const struct bound *bound = data;
	int order = bound->end != 0 ? -bound->end : text_compare(entry_name(&place->scored->entry), bound->name);

	return bound->is_open ? order < 0 : order <= 0;
}

static struct span find_span(const struct range *range, const struct sorted *sorted)
{
	bool by_score = range->by == BY_SCORE;
	size_t from = 0, length = 0, total = sorted->table.count, end;

	if (range->by == BY_RANK) {
		if (!call_range(range->first, range->last, total, &from, &length))
			return (struct span){ 0, 0 };
		return (struct span){ range->backward ? total - from - length : from, length };
	}
	from = sorted_below(sorted, by_score ? is_below_least_score : is_below_least_name, &range->least);
	end = sorted_below(sorted, by_score ? is_within_most_score : is_within_most_name, &range->most);
	return (struct span){ from, end > from ? end - from : 0 };
}

/* What the limit leaves of it; an offset below 0 is beyond all. */
static struct span limit(const struct range *range, struct span span)
{
	size_t skipped = range->offset < 0 || (unsigned long long)range->offset > span.length ? span.length : (size_t)range->offset;
	size_t length = span.length - skipped;

	if (range->count >= 0 && (unsigned long long)range->count < length)
		length = (size_t)range->count;
	return (struct span){ range->backward ? span.from + span.length - skipped - length : span.from + skipped, length };
}

static const struct place *first_of(const struct range *range, const struct sorted *sorted, struct span span)
{
	return span.length > 0 ? sorted_at(sorted, range->backward ? span.from + span.length - 1 : span.from) : NULL;
}

/* ---- telling ------------------------------------------------------------------------------------------------------------ */

void call_reply_scored(struct call *call, const struct place *place, bool with_score)
{
	if (with_score && call->reply->protocol >= 3)
		reply_array(call->reply, 2);
	reply_bulk(call->reply, entry_name(&place->scored->entry));
	if (with_score)
		reply_double(call->reply, place->score);
}

void call_reply_scored_count(struct call *call, size_t places, bool with_scores)
{
	reply_array(call->reply, with_scores && call->reply->protocol < 3 ? places * 2 : places);
}

static void tell(struct call *call, struct range range)
{
	const struct place *place;
	struct span span;
	struct key *key;

	range.words = 2;
	if (!read_options(call, &range) || !read_bounds(call, &range) || !call_find(call, call->words[1], VALUE_SORTED, &key))
		return;
	if (key == NULL) {
		reply_array(call->reply, 0);
		return;
	}
	span = limit(&range, find_span(&range, &key->value->sorted));
	call_reply_scored_count(call, span.length, range.with_scores);
	place = first_of(&range, &key->value->sorted, span);
	for (; span.length > 0; span.length--, place = place_step(place, !range.backward))
		call_reply_scored(call, place, range.with_scores);
}

void command_zrange(struct call *call) { tell(call, (struct range){ .may_turn = true }); }
void command_zrangebyscore(struct call *call) { tell(call, (struct range){ .by = BY_SCORE }); }
void command_zrangebylex(struct call *call) { tell(call, (struct range){ .by = BY_NAME }); }
void command_zrevrange(struct call *call) { tell(call, (struct range){ .by = BY_RANK, .backward = true }); }
void command_zrevrangebyscore(struct call *call) { tell(call, (struct range){ .by = BY_SCORE, .backward = true }); }
void command_zrevrangebylex(struct call *call) { tell(call, (struct range){ .by = BY_NAME, .backward = true }); }

/* ---- storing ------------------------------------------------------------------------------------------------------------ */

static void store_span_of(struct call *call, const struct range *range, const struct sorted *sorted, struct span span)
{
	struct store *store = call_store(call, call->words[1]);
	struct value *value = value_new(store, VALUE_SORTED);
	const struct place *place = first_of(range, sorted, span);
	bool is_added = value != NULL;

	for (size_t left = span.length; left > 0 && is_added; left--, place = place_step(place, !range->backward))
		is_added = sorted_add(&value->sorted, entry_name(&place->scored->entry), place->scored->entry.hash, place->score, &store->random);
	if (is_added) {
		if (call_put(call, call->words[1], value))
			reply_integer(call->reply, (long long)span.length);
		return;
	}
	value_free(value);
	reply_error(call->reply, CALL_NO_MEMORY);
}

void command_zrangestore(struct call *call)
{
	struct range range = { .may_turn = true, .is_stored = true, .words = 3 };
	struct sorted none;
	struct key *key;

	sorted_init(&none, NULL);
	if (!read_options(call, &range) || !read_bounds(call, &range) || !call_find(call, call->words[2], VALUE_SORTED, &key))
		return;
	if (key != NULL)
		store_span_of(call, &range, &key->value->sorted, limit(&range, find_span(&range, &key->value->sorted)));
	else
		store_span_of(call, &range, &none, (struct span){ 0, 0 });
}

/* ---- counting and removing ------------------------------------------------------------------------------------------------ */

static void count(struct call *call, enum by by)
{
	struct range range = { .by = by, .words = 2 };
	struct key *key;

	if (read_bounds(call, &range) && call_find(call, call->words[1], VALUE_SORTED, &key))
		reply_integer(call->reply, key != NULL ? (long long)find_span(&range, &key->value->sorted).length : 0);
}

void command_zcount(struct call *call) { count(call, BY_SCORE); }
void command_zlexcount(struct call *call) { count(call, BY_NAME); }

static void remove_range(struct call *call, enum by by)
{
	struct range range = { .by = by, .words = 2 };
	struct span span = { 0, 0 };
	struct key *key;

	if (!read_bounds(call, &range) || !call_find(call, call->words[1], VALUE_SORTED, &key))
		return;
	if (key != NULL)
		span = find_span(&range, &key->value->sorted);
	for (size_t left = span.length; left > 0; left--)
		sorted_remove(&key->value->sorted, sorted_at(&key->value->sorted, span.from)->scored);
	if (span.length > 0)
		call_changed(call, call->words[1]);
	call_drop_empty(call, key);
	reply_integer(call->reply, (long long)span.length);
}

void command_zremrangebyrank(struct call *call) { remove_range(call, BY_RANK); }
void command_zremrangebyscore(struct call *call) { remove_range(call, BY_SCORE); }
void command_zremrangebylex(struct call *call) { remove_range(call, BY_NAME); }
