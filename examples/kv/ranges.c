/* SPDX-License-Identifier: BSD-2-Clause */
/* ranges.c - ranges of sorted sets: by rank or by score, from either end */
#include "families.h"
#include <limits.h>

struct range {
	bool by_score, backward, may_choose;           /* may_choose: BYSCORE and REV may be said */
	bool with_scores, has_limit;
	long long offset, count;                       /* of the limit; a count below 0: all */
	long long first, last;                         /* ranks */
	struct score_bound least, most;
};

static bool read_bound(struct text text, struct score_bound *bound)
{
	bound->is_open = text.length > 0 && text.at[0] == '(';
	if (bound->is_open)
		text = (struct text){ text.at + 1, text.length - 1 };
	return text_bound(text, &bound->score);
}

/* The options behind the bounds. False: that is said. */
static bool read_options(struct call *call, struct range *range)
{
	for (size_t i = 4; i < call->words_count; i++) {
		if (call_is(call, i, "WITHSCORES")) {
			range->with_scores = true;
		} else if (call_is(call, i, "LIMIT") && call->words_count - i > 2) {
			if (!call_integer(call, i + 1, &range->offset) || !call_integer(call, i + 2, &range->count))
				return false;
			range->has_limit = true;
			i += 2;
		} else if (range->may_choose && call_is(call, i, "BYSCORE")) {
			range->by_score = true;
		} else if (range->may_choose && call_is(call, i, "REV")) {
			range->backward = true;
		} else {
			reply_error(call->reply, CALL_SYNTAX);
			return false;
		}
	}
	if (range->has_limit && !range->by_score) {
		reply_error(call->reply, "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
		return false;
	}
	return true;
}

static bool read_bounds(struct call *call, struct range *range)
{
	size_t least = range->backward ? 3 : 2;

	if (!range->by_score)
		return call_integer(call, 2, &range->first) && call_integer(call, 3, &range->last);
	if (read_bound(call->words[least], &range->least) && read_bound(call->words[5 - least], &range->most))
		return true;
	reply_error(call->reply, "ERR min or max is not a float");
	return false;
}

static void reply_place(struct call *call, const struct range *range, const struct place *place)
{
	if (range->with_scores && call->reply->protocol >= 3)
		reply_array(call->reply, 2);
	reply_bulk(call->reply, entry_name(&place->scored->entry));
	if (range->with_scores)
		reply_double(call->reply, place->score);
}

static size_t replies(const struct call *call, const struct range *range, size_t places)
{
	return range->with_scores && call->reply->protocol < 3 ? places * 2 : places;
}

static void reply_ranks(struct call *call, const struct range *range, const struct sorted *sorted)
{
	size_t from = 0, length = 0, total = sorted->table.count;
	const struct place *place = NULL;

	if (call_range(range->first, range->last, total, &from, &length))
		place = sorted_at(sorted, range->backward ? total - 1 - from : from);
	reply_array(call->reply, replies(call, range, length));
	for (; place != NULL && length > 0; length--, place = place_step(place, !range->backward))
		reply_place(call, range, place);
}

static bool is_in(const struct range *range, const struct place *place)
{
	if (range->backward)
		return range->least.is_open ? place->score > range->least.score : place->score >= range->least.score;
	return range->most.is_open ? place->score < range->most.score : place->score <= range->most.score;
}

static void reply_scores(struct call *call, const struct range *range, const struct sorted *sorted)
{
	const struct place *place = range->backward ? sorted_to(sorted, range->most) : sorted_from(sorted, range->least);
	long long count = 0, most = range->has_limit && range->count >= 0 ? range->count : LLONG_MAX;
	size_t at = call->reply->length;

	if (range->offset < 0)                                 /* is beyond all */
		place = NULL;
	for (long long skip = range->offset; place != NULL && skip != 0; skip--)
		place = place_step(place, !range->backward);
	for (; place != NULL && count < most && is_in(range, place); place = place_step(place, !range->backward)) {
		reply_place(call, range, place);
		count++;
	}
	reply_array_at(call->reply, at, replies(call, range, (size_t)count));
}

static void run(struct call *call, struct range range)
{
	struct key *key;

	range.count = -1;
	if (!read_options(call, &range) || !read_bounds(call, &range) || !call_find(call, call->words[1], VALUE_SORTED, &key))
		return;
	if (key == NULL)
		reply_array(call->reply, 0);
	else if (range.by_score)
		reply_scores(call, &range, &key->value->sorted);
	else
		reply_ranks(call, &range, &key->value->sorted);
}

void command_zrange(struct call *call) { run(call, (struct range){ .may_choose = true }); }
void command_zrangebyscore(struct call *call) { run(call, (struct range){ .by_score = true }); }
void command_zrevrange(struct call *call) { run(call, (struct range){ .backward = true }); }
void command_zrevrangebyscore(struct call *call) { run(call, (struct range){ .by_score = true, .backward = true }); }

void command_zcount(struct call *call)
{
	struct range range = { .by_score = true };
	const struct place *first, *last;
	const struct sorted *sorted;
	struct key *key;

	if (!read_bounds(call, &range) || !call_find(call, call->words[1], VALUE_SORTED, &key))
		return;
	sorted = key != NULL ? &key->value->sorted : NULL;
	first = key != NULL ? sorted_from(sorted, range.least) : NULL;
	last = key != NULL ? sorted_to(sorted, range.most) : NULL;
	if (first == NULL || last == NULL || !is_in(&range, first))
		reply_integer(call->reply, 0);
	else
		reply_integer(call->reply, (long long)(sorted_rank(sorted, last->scored) - sorted_rank(sorted, first->scored) + 1));
}
