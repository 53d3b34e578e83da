/* SPDX-License-Identifier: BSD-2-Clause */
/* scores.c - commands about sorted sets, but for ranges of them */
#include "families.h"
#include <math.h>

static struct scored *find_scored(const struct call *call, const struct key *key, struct text member)
{
	return key != NULL ? sorted_find(&key->value->sorted, member, call_hash(call, member)) : NULL;
}

struct add_options { bool only_new, only_old, only_greater, only_less, counts_changed, adds; size_t first; };
struct added { long long added, changed, done; double score; };        /* done: neither left alone by an option */

static void read_add_options(struct call *call, struct add_options *options)
{
	size_t i = 2;

	for (; i < call->words_count; i++) {
		if (call_is(call, i, "NX"))
			options->only_new = true;
		else if (call_is(call, i, "XX"))
			options->only_old = true;
		else if (call_is(call, i, "GT"))
			options->only_greater = true;
		else if (call_is(call, i, "LT"))
			options->only_less = true;
		else if (call_is(call, i, "CH"))
			options->counts_changed = true;
		else if (call_is(call, i, "INCR"))
			options->adds = true;
		else
			break;
	}
	options->first = i;
}

/* What is wrong with them, or NULL. */
static const char *wrong_options(const struct call *call, const struct add_options *options)
{
	size_t words = call->words_count - options->first;

	if (words % 2 != 0 || words == 0)
		return CALL_SYNTAX;
	if (options->only_new && options->only_old)
		return "ERR XX and NX options at the same time are not compatible";
	if ((options->only_greater && options->only_new) || (options->only_less && options->only_new)
	 || (options->only_greater && options->only_less))
		return "ERR GT, LT, and/or NX options at the same time are not compatible";
	if (options->adds && words > 2)
		return "ERR INCR option supports a single increment-element pair";
	return NULL;
}

static bool are_scores(struct call *call, size_t first)
{
	double score;

	for (size_t i = first; i < call->words_count; i += 2)
		if (!call_double(call, i, &score))
			return false;
	return true;
}

static bool is_wanted(const struct add_options *options, double before, double score)
{
	return !options->only_new && (!options->only_greater || score > before) && (!options->only_less || score < before);
}

/* NULL, or what is wrong. */
static const char *add_one(struct call *call, struct key *key, const struct add_options *options, size_t word, struct added *added)
{
	struct sorted *sorted = &key->value->sorted;
	struct text member = call->words[word + 1];
	struct scored *scored = find_scored(call, key, member);
	double score;                                          /* -0 is said, but 0 is kept */

	(void)text_double(call->words[word], &score);
	if (scored == NULL) {
		if (options->only_old)
			return NULL;
		if (!sorted_add(sorted, member, call_hash(call, member), score + 0.0, &call_store(call, call->words[1])->random))
			return CALL_NO_MEMORY;
		added->score = score;
		added->added++;
		added->done++;
		return NULL;
	}
	if (options->only_new)
		return NULL;
	if (options->adds)
		score += scored->place->score;
	if (isnan(score))
		return "ERR resulting score is not a number (NaN)";
	added->score = score;
	if (!is_wanted(options, scored->place->score, score))
		return NULL;
	added->done++;
	added->changed += score != scored->place->score;
	if (score != scored->place->score)
		sorted_score(sorted, scored, score + 0.0);
	return NULL;
}

static void reply_added(struct call *call, const struct add_options *options, const struct added *added)
{
	if (!options->adds)
		reply_integer(call->reply, added->added + (options->counts_changed ? added->changed : 0));
	else if (added->done > 0)
		reply_double(call->reply, added->score);
	else
		reply_null(call->reply);
}

static void add(struct call *call, struct add_options *options)
{
	const char *wrong = wrong_options(call, options);
	struct added added = { .added = 0 };
	struct key *key;

	if (wrong != NULL) {
		reply_error(call->reply, "%s", wrong);
		return;
	}
	if (!are_scores(call, options->first) || !call_find(call, call->words[1], VALUE_SORTED, &key))
		return;
	if (key == NULL && !options->only_old && (key = call_make(call, call->words[1], VALUE_SORTED)) == NULL)
		return;
	for (size_t i = options->first; key != NULL && wrong == NULL && i < call->words_count; i += 2)
		wrong = add_one(call, key, options, i, &added);
	if (added.added + added.changed > 0)
		call_changed(call, call->words[1]);
	call_drop_empty(call, key);
	if (wrong != NULL)
		reply_error(call->reply, "%s", wrong);
	else
		reply_added(call, options, &added);
}

void command_zadd(struct call *call)
{
	struct add_options options = { .only_new = false };

	read_add_options(call, &options);
	add(call, &options);
}

void command_zincrby(struct call *call)
{
	struct add_options options = { .adds = true, .first = 2 };

	add(call, &options);
}

void command_zrem(struct call *call)
{
	struct key *key;
	long long removed = 0;

	if (!call_find(call, call->words[1], VALUE_SORTED, &key))
		return;
	for (size_t i = 2; i < call->words_count; i++) {
		struct scored *scored = find_scored(call, key, call->words[i]);

		if (scored == NULL)
			continue;
		sorted_remove(&key->value->sorted, scored);
		removed++;
	}
	if (removed > 0)
		call_changed(call, call->words[1]);
	call_drop_empty(call, key);
	reply_integer(call->reply, removed);
}

static void reply_score(struct call *call, const struct scored *scored)
{
	if (scored != NULL)
		reply_double(call->reply, scored->place->score);
	else
		reply_null(call->reply);
}

void command_zscore(struct call *call)
{
	struct key *key;

	if (call_find(call, call->words[1], VALUE_SORTED, &key))
		reply_score(call, find_scored(call, key, call->words[2]));
}

void command_zmscore(struct call *call)
{
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_SORTED, &key))
		return;
	reply_array(call->reply, call->words_count - 2);
	for (size_t i = 2; i < call->words_count; i++)
		reply_score(call, find_scored(call, key, call->words[i]));
}

void command_zcard(struct call *call)
{
	struct key *key;

	if (call_find(call, call->words[1], VALUE_SORTED, &key))
		reply_integer(call->reply, key != NULL ? (long long)key->value->sorted.table.count : 0);
}

static void rank(struct call *call, bool from_end)
{
	struct scored *scored;
	struct key *key;
	size_t at;

	if (!call_find(call, call->words[1], VALUE_SORTED, &key))
		return;
	scored = find_scored(call, key, call->words[2]);
	if (scored == NULL) {
		reply_null(call->reply);
		return;
	}
	at = sorted_rank(&key->value->sorted, scored);
	reply_integer(call->reply, (long long)(from_end ? key->value->sorted.table.count - 1 - at : at));
}

void command_zrank(struct call *call) { rank(call, false); }
void command_zrevrank(struct call *call) { rank(call, true); }
