/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random.c - members by chance: SRANDMEMBER, HRANDFIELD, ZRANDMEMBER
 *
 * A count above 0 is of different ones; one below 0 is of so many, which may come more than once.
 */
#include "families.h"
#include <limits.h>
#include <stdlib.h>

static const struct table *table_of(const struct value *value)
{
	return value->type == VALUE_SORTED ? &value->sorted.table : &value->table;
}

static void reply_entry(struct call *call, const struct value *value, struct entry *entry, bool with_value)
{
	if (with_value && call->reply->protocol >= 3)
		reply_array(call->reply, 2);
	reply_bulk(call->reply, entry_name(entry));
	if (with_value && value->type == VALUE_HASH)
		reply_bulk(call->reply, blob_text(ENTRY_OF(entry, field)->blob));
	else if (with_value)
		reply_double(call->reply, ENTRY_OF(entry, scored)->place->score);
}

static void reply_count(struct call *call, size_t count, bool with_values)
{
	reply_array(call->reply, with_values && call->reply->protocol < 3 ? count * 2 : count);
}

/* So many of all, each set with the same chance (Knuth's selection): as many steps as there are entries. */
static void reply_different(struct call *call, const struct value *value, size_t count, bool with_values)
{
	uint64_t *random = &call_store(call, call->words[1])->random;
	size_t left = table_of(value)->count;
	struct entry *entry = NULL;

	count = count < left ? count : left;
	reply_count(call, count, with_values);
	while (count > 0 && (entry = table_next(table_of(value), entry)) != NULL)
		if (random_below(random, left--) < count) {
			reply_entry(call, value, entry, with_values);
			count--;
		}
}

static void reply_any(struct call *call, const struct value *value, size_t count, bool with_values)
{
	uint64_t *random = &call_store(call, call->words[1])->random;

	reply_count(call, count, with_values);
	for (; count > 0 && !call->reply->failed; count--)
		reply_entry(call, value, table_random(table_of(value), random), with_values);
}

static void reply_many(struct call *call, enum value_type type, const char *option)
{
	bool with_values = call->words_count == 4;
	struct key *key;
	long long count;

	if (!text_integer(call->words[2], &count)) {
		reply_error(call->reply, CALL_NO_INTEGER);
		return;
	}
	if (count == LLONG_MIN) {
		reply_error(call->reply, "ERR value is out of range, value must between %lld and %lld", -LLONG_MAX, LLONG_MAX);
		return;
	}
	if (call->words_count > 4 || (with_values && !call_is(call, 3, option))) {
		reply_error(call->reply, CALL_SYNTAX);
		return;
	}
	if (with_values && (count < LLONG_MIN / 2 || count > LLONG_MAX / 2)) {
		reply_error(call->reply, "ERR value is out of range");
		return;
	}
	if (!call_find(call, call->words[1], type, &key))
		return;
	if (key == NULL || count == 0)
		reply_array(call->reply, 0);
	else if (count > 0)
		reply_different(call, key->value, (size_t)count, with_values);
	else
		reply_any(call, key->value, (size_t)-count, with_values);
}

static void choose(struct call *call, enum value_type type, const char *option)
{
	struct key *key;

	if (call->words_count > 2) {
		reply_many(call, type, option);
		return;
	}
	if (!call_find(call, call->words[1], type, &key))
		return;
	if (key != NULL)
		reply_entry(call, key->value, table_random(table_of(key->value), &call_store(call, call->words[1])->random), false);
	else
		reply_null(call->reply);
}

void command_hrandfield(struct call *call) { choose(call, VALUE_HASH, "WITHVALUES"); }
void command_zrandmember(struct call *call) { choose(call, VALUE_SORTED, "WITHSCORES"); }

void command_srandmember(struct call *call)
{
	if (call->words_count > 3)
		reply_error(call->reply, CALL_SYNTAX);
	else
		choose(call, VALUE_SET, "");
}
