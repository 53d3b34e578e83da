/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * algebra.c - what several sorted sets and sets have together: to be told, counted, or stored
 *
 *   ZUNION 2 a b WEIGHTS 1 2 AGGREGATE MAX WITHSCORES          ZUNIONSTORE to 2 a b
 */
#include "families.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>

enum operation { UNITE, INTERSECT, SUBTRACT };
enum aggregate { SUM, LEAST, MOST };

struct algebra {
	enum operation operation;
	bool is_stored, is_counted, with_scores;
	enum aggregate aggregate;
	size_t first, keys;                            /* among the words */
	size_t weights;                                /* the first weight's word; 0: none */
	long long most;                                /* to be counted; 0: all */
};

/* ---- reading ------------------------------------------------------------------------------------------------------------ */

static bool take_weights(struct call *call, struct algebra *algebra, size_t *i)
{
	double weight;

	algebra->weights = *i + 1;
	for (size_t j = 0; j < algebra->keys; j++)
		if (!text_double(call->words[*i + 1 + j], &weight)) {
			reply_error(call->reply, "ERR weight value is not a float");
			return false;
		}
	*i += algebra->keys;
	return true;
}

static bool take_aggregate(struct call *call, struct algebra *algebra, size_t word)
{
	static const char *const names[] = { "sum", "min", "max" };

	for (unsigned j = 0; j < 3; j++)
		if (call_is(call, word, names[j])) {
			algebra->aggregate = (enum aggregate)j;
			return true;
		}
	reply_error(call->reply, CALL_SYNTAX);
	return false;
}

static bool take_limit(struct call *call, struct algebra *algebra, size_t word)
{
	if (text_integer(call->words[word], &algebra->most) && algebra->most >= 0)
		return true;
	reply_error(call->reply, "ERR LIMIT can't be negative");
	return false;
}

static bool read_options(struct call *call, struct algebra *algebra)
{
	bool may_weigh = algebra->operation != SUBTRACT && !algebra->is_counted;

	for (size_t i = algebra->first + algebra->keys; i < call->words_count; i++) {
		size_t more = call->words_count - i - 1;

		if (may_weigh && call_is(call, i, "WEIGHTS") && more >= algebra->keys) {
			if (!take_weights(call, algebra, &i))
				return false;
		} else if (may_weigh && call_is(call, i, "AGGREGATE") && more >= 1) {
			if (!take_aggregate(call, algebra, ++i))
				return false;
		} else if (!algebra->is_stored && !algebra->is_counted && call_is(call, i, "WITHSCORES")) {
			algebra->with_scores = true;
		} else if (algebra->is_counted && call_is(call, i, "LIMIT") && more >= 1) {
			if (!take_limit(call, algebra, ++i))
				return false;
		} else {
			reply_error(call->reply, CALL_SYNTAX);
			return false;
		}
	}
	return true;
}

/* A sorted set or a set, or none. False: something else. */
static bool find_source(struct call *call, size_t word, struct key **key)
{
	*key = store_look(call_store(call, call->words[word]), call->words[word]);
	return *key == NULL || (*key)->value->type == VALUE_SORTED || (*key)->value->type == VALUE_SET;
}

static bool read_keys(struct call *call, struct algebra *algebra)
{
	long long keys;
	struct key *key;

	algebra->first = algebra->is_stored ? 3 : 2;
	if (!call_integer(call, algebra->first - 1, &keys))
		return false;
	if (keys < 1) {
		reply_error(call->reply, "ERR at least 1 input key is needed for '%s' command", call->command->name);
		return false;
	}
	if ((unsigned long long)keys > call->words_count - algebra->first) {
		reply_error(call->reply, CALL_SYNTAX);
		return false;
	}
	algebra->keys = (size_t)keys;
	for (size_t i = 0; i < algebra->keys; i++)
		if (!find_source(call, algebra->first + i, &key)) {
			reply_error(call->reply, CALL_WRONG_TYPE);
			return false;
		}
	return read_options(call, algebra);
}

/* ---- working ------------------------------------------------------------------------------------------------------------ */

static const struct value *source(struct call *call, const struct algebra *algebra, size_t i)
{
	const struct key *key = store_find(call_store(call, call->words[algebra->first + i]), call->words[algebra->first + i]);

	return key != NULL ? key->value : NULL;
}

static double weigh(const struct call *call, const struct algebra *algebra, size_t i, double score)
{
	double weight = 1;

	if (algebra->weights > 0)
		(void)text_double(call->words[algebra->weights + i], &weight);
	score *= weight;
	return isnan(score) ? 0 : score;
}

/* The entry after another one, and its score. */
static struct entry *step(const struct value *value, const struct entry *after, double *score)
{
	const struct table *table = value->type == VALUE_SORTED ? &value->sorted.table : &value->table;
	struct entry *entry = table_next(table, after);

	if (entry != NULL)
		*score = value->type == VALUE_SORTED ? ENTRY_OF(entry, scored)->place->score : 1;
	return entry;
}

static bool look_up(const struct value *value, const struct entry *entry, double *score)
{
	const struct table *table = value->type == VALUE_SORTED ? &value->sorted.table : &value->table;
	struct entry *same = table_find(table, entry_name(entry), entry->hash);

	if (same != NULL)
		*score = value->type == VALUE_SORTED ? ENTRY_OF(same, scored)->place->score : 1;
	return same != NULL;
}

static double together(enum aggregate aggregate, double a, double b)
{
	double sum = a + b;

	if (aggregate == LEAST)
		return a < b ? a : b;
	if (aggregate == MOST)
		return a > b ? a : b;
	return isnan(sum) ? 0 : sum;
}

/* False: no memory. */
static bool put(struct call *call, const struct algebra *algebra, struct value *result, const struct entry *entry, double score)
{
	struct scored *scored = sorted_find(&result->sorted, entry_name(entry), entry->hash);

	if (scored == NULL)
		return sorted_add(&result->sorted, entry_name(entry), entry->hash, score, &call_store(call, call->words[algebra->first])->random);
	sorted_score(&result->sorted, scored, together(algebra->aggregate, scored->place->score, score));
	return true;
}

static bool unite(struct call *call, const struct algebra *algebra, struct value *result)
{
	bool is_put = true;

	for (size_t i = 0; i < algebra->keys && is_put; i++) {
		const struct value *value = source(call, algebra, i);
		const struct entry *entry = NULL;
		double score;

		while (is_put && value != NULL && (entry = step(value, entry, &score)) != NULL)
			is_put = put(call, algebra, result, entry, weigh(call, algebra, i, score));
	}
	return is_put;
}

static size_t smallest(struct call *call, const struct algebra *algebra)
{
	size_t best = 0;

	for (size_t i = 0; i < algebra->keys; i++) {
		const struct value *value = source(call, algebra, i), *other = source(call, algebra, best);

		if (value == NULL)
			return i;
		if (other != NULL && value_count(value) < value_count(other))
			best = i;
	}
	return best;
}

static bool is_in_all(struct call *call, const struct algebra *algebra, const struct entry *entry, size_t from, double *score)
{
	double sum = weigh(call, algebra, from, *score), one;

	for (size_t i = 0; i < algebra->keys; i++) {
		if (i == from)
			continue;
		if (!look_up(source(call, algebra, i), entry, &one))
			return false;
		sum = together(algebra->aggregate, sum, weigh(call, algebra, i, one));
	}
	*score = sum;
	return true;
}

/* With a result, or only counted, up to so many. */
static bool intersect(struct call *call, const struct algebra *algebra, struct value *result, long long *count)
{
	size_t from = smallest(call, algebra);
	const struct value *value = source(call, algebra, from);
	const struct entry *entry = NULL;
	double score;

	while (value != NULL && (entry = step(value, entry, &score)) != NULL) {
		for (size_t i = 0; i < algebra->keys; i++)
			if (source(call, algebra, i) == NULL)
				return true;
		if (!is_in_all(call, algebra, entry, from, &score))
			continue;
		++*count;
		if (result != NULL && !put(call, algebra, result, entry, score))
			return false;
		if (result == NULL && *count == algebra->most)
			return true;
	}
	return true;
}

static bool subtract(struct call *call, const struct algebra *algebra, struct value *result)
{
	const struct value *value = source(call, algebra, 0);
	const struct entry *entry = NULL;
	double score, other;

	while (value != NULL && (entry = step(value, entry, &score)) != NULL) {
		bool is_elsewhere = false;

		for (size_t i = 1; i < algebra->keys && !is_elsewhere; i++) {
			const struct value *less = source(call, algebra, i);

			is_elsewhere = less != NULL && look_up(less, entry, &other);
		}
		if (!is_elsewhere && !put(call, algebra, result, entry, score))
			return false;
	}
	return true;
}

static bool work(struct call *call, const struct algebra *algebra, struct value *result)
{
	long long count = 0;

	switch (algebra->operation) {
	case UNITE: return unite(call, algebra, result);
	case INTERSECT: return intersect(call, algebra, result, &count);
	default: return subtract(call, algebra, result);
	}
}

/* ---- telling ------------------------------------------------------------------------------------------------------------ */

static void tell(struct call *call, const struct algebra *algebra, struct value *result)
{
	const struct place *place = sorted_at(&result->sorted, 0);

	call_reply_scored_count(call, result->sorted.table.count, algebra->with_scores);
	for (; place != NULL; place = place_step(place, true))
		call_reply_scored(call, place, algebra->with_scores);
	value_free(result);
}

/* As in ZADD: -0 is said, but 0 is kept. */
static void keep_no_minus(struct value *result)
{
	for (struct place *place = sorted_at(&result->sorted, 0); place != NULL; place = place_step(place, true))
		place->score += 0.0;
}

static void compute(struct call *call, struct algebra algebra)
{
	struct text to = call->words[algebra.is_stored ? 1 : 2];
	struct value *result;
	long long count;

	if (!read_keys(call, &algebra))
		return;
	result = value_new(call_store(call, algebra.is_stored ? to : call->words[algebra.first]), VALUE_SORTED);
	if (result == NULL || !work(call, &algebra, result)) {
		value_free(result);
		reply_error(call->reply, CALL_NO_MEMORY);
		return;
	}
	count = (long long)value_count(result);
	if (algebra.is_stored)
		keep_no_minus(result);
	if (!algebra.is_stored)
		tell(call, &algebra, result);
	else if (call_put(call, to, result))
		reply_integer(call->reply, count);
}

void command_zunion(struct call *call) { compute(call, (struct algebra){ .operation = UNITE }); }
void command_zinter(struct call *call) { compute(call, (struct algebra){ .operation = INTERSECT }); }
void command_zdiff(struct call *call) { compute(call, (struct algebra){ .operation = SUBTRACT }); }
void command_zunionstore(struct call *call) { compute(call, (struct algebra){ .operation = UNITE, .is_stored = true }); }
void command_zinterstore(struct call *call) { compute(call, (struct algebra){ .operation = INTERSECT, .is_stored = true }); }
void command_zdiffstore(struct call *call) { compute(call, (struct algebra){ .operation = SUBTRACT, .is_stored = true }); }

void command_zintercard(struct call *call)
{
	struct algebra algebra = { .operation = INTERSECT, .is_counted = true };
	long long count = 0;

	if (!read_keys(call, &algebra))
		return;
	(void)intersect(call, &algebra, NULL, &count);
	reply_integer(call->reply, count);
}
