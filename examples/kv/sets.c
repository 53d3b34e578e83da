/* SPDX-License-Identifier: BSD-2-Clause */
/* sets.c - commands about sets; what several sets have together needs all of their stores at once */
#include "families.h"

void command_sadd(struct call *call)
{
	struct key *key = call_make(call, call->words[1], VALUE_SET);
	long long added = 0;
	int is_new = 0;

	if (key == NULL)
		return;
	for (size_t i = 2; i < call->words_count && is_new >= 0; i++) {
		is_new = set_add(&key->value->table, call->words[i], call_hash(call, call->words[i]));
		added += is_new > 0;
	}
	if (added > 0)
		call_changed(call, call->words[1]);
	call_drop_empty(call, key);
	if (is_new >= 0)
		reply_integer(call->reply, added);
	else
		reply_error(call->reply, CALL_NO_MEMORY);
}

static struct entry *find_member(const struct call *call, const struct key *key, struct text member)
{
	return key != NULL ? table_find(&key->value->table, member, call_hash(call, member)) : NULL;
}

void command_srem(struct call *call)
{
	struct key *key;
	long long removed = 0;

	if (!call_find(call, call->words[1], VALUE_SET, &key))
		return;
	for (size_t i = 2; i < call->words_count; i++) {
		struct entry *entry = find_member(call, key, call->words[i]);

		if (entry == NULL)
			continue;
		set_remove(&key->value->table, entry);
		removed++;
	}
	if (removed > 0)
		call_changed(call, call->words[1]);
	call_drop_empty(call, key);
	reply_integer(call->reply, removed);
}

void command_sismember(struct call *call)
{
	struct key *key;

	if (call_find(call, call->words[1], VALUE_SET, &key))
		reply_integer(call->reply, find_member(call, key, call->words[2]) != NULL);
}

void command_smismember(struct call *call)
{
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_SET, &key))
		return;
	reply_array(call->reply, call->words_count - 2);
	for (size_t i = 2; i < call->words_count; i++)
		reply_integer(call->reply, find_member(call, key, call->words[i]) != NULL);
}

void command_scard(struct call *call)
{
	struct key *key;

	if (call_find(call, call->words[1], VALUE_SET, &key))
		reply_integer(call->reply, key != NULL ? (long long)key->value->table.count : 0);
}

static void reply_members(struct call *call, const struct key *key)
{
	const struct entry *entry = NULL;

	reply_set(call->reply, key != NULL ? key->value->table.count : 0);
	while (key != NULL && (entry = table_next(&key->value->table, entry)) != NULL)
		reply_bulk(call->reply, entry_name(entry));
}

void command_smembers(struct call *call)
{
	struct key *key;

	if (call_find(call, call->words[1], VALUE_SET, &key))
		reply_members(call, key);
}

/* When the answer cannot be written the member stays: it would be lost. */
static void pop_one(struct call *call, struct key *key)
{
	struct entry *entry = table_random(&key->value->table, &call_store(call, call->words[1])->random);

	reply_bulk(call->reply, entry_name(entry));
	if (call->reply->failed)
		return;
	set_remove(&key->value->table, entry);
	call_changed(call, call->words[1]);
}

static void pop_many(struct call *call, struct key *key, size_t count)
{
	if (count >= key->value->table.count) {
		reply_members(call, key);
		if (call->reply->failed)
			return;
		store_remove(call_store(call, call->words[1]), key);
		call_changed(call, call->words[1]);
		return;
	}
	reply_set(call->reply, count);
	for (; count > 0 && !call->reply->failed; count--)
		pop_one(call, key);
}

void command_spop(struct call *call)
{
	bool has_count = call->words_count == 3;
	struct key *key;
	long long count = 1;

	if (call->words_count > 3) {
		reply_error(call->reply, CALL_SYNTAX);
		return;
	}
	if ((has_count && !call_positive(call, 2, &count)) || !call_find(call, call->words[1], VALUE_SET, &key))
		return;
	if (key == NULL && !has_count) {
		reply_null(call->reply);
	} else if (key == NULL || count == 0) {
		reply_set(call->reply, 0);
	} else if (has_count) {
		pop_many(call, key, (size_t)count);
	} else {
		pop_one(call, key);
		call_drop_empty(call, key);
	}
}

void command_smove(struct call *call)
{
	struct key *from, *to;
	struct entry *entry;

	if (!call_find(call, call->words[1], VALUE_SET, &from))
		return;
	if (from == NULL) {
		reply_integer(call->reply, 0);
		return;
	}
	if (!call_find(call, call->words[2], VALUE_SET, &to))
		return;
	entry = find_member(call, from, call->words[3]);
	if (entry == NULL || from == to) {
		reply_integer(call->reply, entry != NULL);
		return;
	}
	if (to == NULL && (to = call_make(call, call->words[2], VALUE_SET)) == NULL)
		return;
	if (set_add(&to->value->table, call->words[3], call_hash(call, call->words[3])) < 0) {
		call_drop_empty(call, to);
		reply_error(call->reply, CALL_NO_MEMORY);
		return;
	}
	set_remove(&from->value->table, entry);
	call_changed(call, call->words[1]);
	call_changed(call, call->words[2]);
	call_drop_empty(call, from);
	reply_integer(call->reply, 1);
}

/* ---- several sets ------------------------------------------------------------------------------------------------------- */

enum operation { UNITE, INTERSECT, SUBTRACT };

/* What becomes of the members that are found. */
struct gathering {
	struct call *call;
	size_t first, end;                             /* the sets' words */
	struct value *result;                          /* they are put there; NULL: they are told */
	bool is_counted, failed;                       /* counted: only that, up to so many; 0: all */
	long long most;
	size_t count;
};

/* False: no more are wanted. */
static bool found(struct gathering *gathering, const struct entry *entry)
{
	gathering->count++;
	if (gathering->is_counted)
		return gathering->most == 0 || gathering->count < (unsigned long long)gathering->most;
	if (gathering->result == NULL)
		reply_bulk(gathering->call->reply, entry_name(entry));
	else
		gathering->failed |= set_add(&gathering->result->table, entry_name(entry), entry->hash) < 0;
	return !gathering->failed;
}

/* All of them are sets, or nothing; false: one is not, and that is said. */
static bool are_sets(const struct gathering *gathering)
{
	struct key *key;

	for (size_t i = gathering->first; i < gathering->end; i++)
		if (!call_find(gathering->call, gathering->call->words[i], VALUE_SET, &key))
			return false;
	return true;
}

static struct key *set_at(struct call *call, size_t word)
{
	return store_find(call_store(call, call->words[word]), call->words[word]);
}

static bool is_in_all(const struct gathering *gathering, struct text member, size_t but)
{
	for (size_t i = gathering->first; i < gathering->end; i++)
		if (i != but && find_member(gathering->call, set_at(gathering->call, i), member) == NULL)
			return false;
	return true;
}

static bool is_in_any(struct call *call, struct text member, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (find_member(call, set_at(call, i), member) != NULL)
			return true;
	return false;
}

static size_t smallest(const struct gathering *gathering)
{
	size_t best = gathering->first;

	for (size_t i = best; i < gathering->end; i++) {
		const struct key *key = set_at(gathering->call, i), *other = set_at(gathering->call, best);

		if (key == NULL)
			return i;
		if (other != NULL && key->value->table.count < other->value->table.count)
			best = i;
	}
	return best;
}

static void intersect(struct gathering *gathering)
{
	size_t from = smallest(gathering);
	const struct key *key = set_at(gathering->call, from);
	const struct entry *entry = NULL;

	while (key != NULL && (entry = table_next(&key->value->table, entry)) != NULL)
		if (is_in_all(gathering, entry_name(entry), from) && !found(gathering, entry))
			return;
}

/* A member of several is found where it comes first; to subtract, only what the first has. */
static void unite(struct gathering *gathering, bool subtracts)
{
	struct call *call = gathering->call;

	for (size_t i = gathering->first; i < (subtracts ? gathering->first + 1 : gathering->end); i++) {
		const struct key *key = set_at(call, i);
		const struct entry *entry = NULL;

		while (key != NULL && (entry = table_next(&key->value->table, entry)) != NULL)
			if (!is_in_any(call, entry_name(entry), subtracts ? i + 1 : gathering->first, subtracts ? gathering->end : i)
			 && !found(gathering, entry))
				return;
	}
}

static void gather(struct gathering *gathering, enum operation operation)
{
	if (operation == INTERSECT)
		intersect(gathering);
	else
		unite(gathering, operation == SUBTRACT);
}

/* The header, when it is known how many there are. */
static void tell(struct call *call, enum operation operation)
{
	struct gathering gathering = { .call = call, .first = 1, .end = call->words_count };
	size_t at = call->reply->length;

	if (!are_sets(&gathering))
		return;
	gather(&gathering, operation);
	reply_array_at(call->reply, at, gathering.count);
	if (call->reply->protocol >= 3 && !call->reply->failed)
		call->reply->bytes[at] = '~';
}

void command_sinter(struct call *call) { tell(call, INTERSECT); }
void command_sdiff(struct call *call) { tell(call, SUBTRACT); }
void command_sunion(struct call *call) { tell(call, UNITE); }

static void store_result(struct call *call, enum operation operation)
{
	struct gathering gathering = { .call = call, .first = 2, .end = call->words_count };

	if (!are_sets(&gathering))
		return;
	gathering.result = value_new(call_store(call, call->words[1]), VALUE_SET);
	if (gathering.result != NULL)
		gather(&gathering, operation);
	if (gathering.result == NULL || gathering.failed) {
		value_free(gathering.result);
		reply_error(call->reply, CALL_NO_MEMORY);
	} else if (call_put(call, call->words[1], gathering.result)) {
		reply_integer(call->reply, (long long)gathering.count);
	}
}

void command_sinterstore(struct call *call) { store_result(call, INTERSECT); }
void command_sdiffstore(struct call *call) { store_result(call, SUBTRACT); }
void command_sunionstore(struct call *call) { store_result(call, UNITE); }

static bool read_card(struct call *call, struct gathering *gathering)
{
	long long keys;

	if (!text_integer(call->words[1], &keys) || keys < 1) {
		reply_error(call->reply, "ERR numkeys should be greater than 0");
		return false;
	}
	if ((unsigned long long)keys > call->words_count - 2) {
		reply_error(call->reply, "ERR Number of keys can't be greater than number of args");
		return false;
	}
	gathering->end = 2 + (size_t)keys;
	for (size_t i = gathering->end; i < call->words_count; i += 2) {
		if (!call_is(call, i, "LIMIT") || i + 1 == call->words_count) {
			reply_error(call->reply, CALL_SYNTAX);
			return false;
		}
		if (!text_integer(call->words[i + 1], &gathering->most) || gathering->most < 0) {
			reply_error(call->reply, "ERR LIMIT can't be negative");
			return false;
		}
	}
	return true;
}

void command_sintercard(struct call *call)
{
	struct gathering gathering = { .call = call, .first = 2, .is_counted = true };

	if (!read_card(call, &gathering) || !are_sets(&gathering))
		return;
	intersect(&gathering);
	reply_integer(call->reply, (long long)gathering.count);
}
