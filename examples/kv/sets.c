/* SPDX-License-Identifier: BSD-2-Clause */
/* sets.c - commands about sets; what several sets have together needs all of their stores at once */
#include "families.h"

static uint32_t hash_of(const struct call *call, struct text name)
{
	return (uint32_t)text_hash(name, &call->server->seed);
}

void command_sadd(struct call *call)
{
	struct key *key = call_make(call, call->words[1], VALUE_SET);
	long long added = 0;
	int is_new = 0;

	if (key == NULL)
		return;
	for (size_t i = 2; i < call->words_count && is_new >= 0; i++) {
		is_new = set_add(&key->value->table, call->words[i], hash_of(call, call->words[i]));
		added += is_new > 0;
	}
	call_drop_empty(call, key);
	if (is_new >= 0)
		reply_integer(call->reply, added);
	else
		reply_error(call->reply, CALL_NO_MEMORY);
}

static struct entry *find_member(const struct call *call, const struct key *key, struct text member)
{
	return key != NULL ? table_find(&key->value->table, member, hash_of(call, member)) : NULL;
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
	if (!call->reply->failed)
		set_remove(&key->value->table, entry);
}

static void pop_many(struct call *call, struct key *key, size_t count)
{
	if (count >= key->value->table.count) {
		reply_members(call, key);
		if (!call->reply->failed)
			store_remove(call_store(call, call->words[1]), key);
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

/* ---- several sets ------------------------------------------------------------------------------------------------------- */

/* All of them are sets, or nothing; false: one is not, and that is said. */
static bool are_sets(struct call *call)
{
	struct key *key;

	for (size_t i = 1; i < call->words_count; i++)
		if (!call_find(call, call->words[i], VALUE_SET, &key))
			return false;
	return true;
}

static struct key *set_at(struct call *call, size_t word)
{
	return store_find(call_store(call, call->words[word]), call->words[word]);
}

static bool is_in_all(struct call *call, struct text member, size_t but)
{
	for (size_t i = 1; i < call->words_count; i++)
		if (i != but && find_member(call, set_at(call, i), member) == NULL)
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

static size_t smallest(struct call *call)
{
	size_t best = 1;

	for (size_t i = 1; i < call->words_count; i++) {
		const struct key *key = set_at(call, i), *other = set_at(call, best);

		if (key == NULL)
			return i;
		if (other != NULL && key->value->table.count < other->value->table.count)
			best = i;
	}
	return best;
}

/* The header, when it is known how many there are. */
static void finish_set(struct call *call, size_t at, size_t count)
{
	reply_array_at(call->reply, at, count);
	if (call->reply->protocol >= 3 && !call->reply->failed)
		call->reply->bytes[at] = '~';
}

void command_sinter(struct call *call)
{
	size_t at = call->reply->length, from, count = 0;
	const struct entry *entry = NULL;
	struct key *key;

	if (!are_sets(call))
		return;
	from = smallest(call);
	key = set_at(call, from);
	while (key != NULL && (entry = table_next(&key->value->table, entry)) != NULL)
		if (is_in_all(call, entry_name(entry), from)) {
			reply_bulk(call->reply, entry_name(entry));
			count++;
		}
	finish_set(call, at, count);
}

void command_sdiff(struct call *call)
{
	size_t at = call->reply->length, count = 0;
	const struct entry *entry = NULL;
	struct key *key;

	if (!are_sets(call))
		return;
	key = set_at(call, 1);
	while (key != NULL && (entry = table_next(&key->value->table, entry)) != NULL)
		if (!is_in_any(call, entry_name(entry), 2, call->words_count)) {
			reply_bulk(call->reply, entry_name(entry));
			count++;
		}
	finish_set(call, at, count);
}

/* A member of several is said where it comes first. */
void command_sunion(struct call *call)
{
	size_t at = call->reply->length, count = 0;

	if (!are_sets(call))
		return;
	for (size_t i = 1; i < call->words_count; i++) {
		const struct key *key = set_at(call, i);
		const struct entry *entry = NULL;

		while (key != NULL && (entry = table_next(&key->value->table, entry)) != NULL) {
			if (is_in_any(call, entry_name(entry), 1, i))
				continue;
			reply_bulk(call->reply, entry_name(entry));
			count++;
		}
	}
	finish_set(call, at, count);
}
