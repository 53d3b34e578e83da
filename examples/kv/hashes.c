/* SPDX-License-Identifier: BSD-2-Clause */
/* hashes.c - commands about hashes */
#include "families.h"
#include <math.h>

static struct field *find_field(const struct call *call, const struct key *key, struct text name)
{
	return key != NULL ? hash_find(&key->value->table, name, call_hash(call, name)) : NULL;
}

static void reply_field(struct call *call, const struct field *field)
{
	if (field != NULL)
		reply_bulk(call->reply, blob_text(field->blob));
	else
		reply_null(call->reply);
}

/* Pairs from word 2 on; answers how many fields are new, -1 for want of memory, which is said; -2 the same of a wrong key. */
static long long put_pairs(struct call *call)
{
	struct key *key = call_make(call, call->words[1], VALUE_HASH);
	long long added = 0;
	int is_new = 0;

	if (key == NULL)
		return -1;
	for (size_t i = 2; i < call->words_count && is_new >= 0; i += 2) {
		is_new = hash_put(&key->value->table, call->words[i], call_hash(call, call->words[i]), call->words[i + 1]);
		added += is_new > 0;
	}
	call_changed(call, call->words[1]);
	call_drop_empty(call, key);
	if (is_new >= 0)
		return added;
	reply_error(call->reply, CALL_NO_MEMORY);
	return -1;
}

void command_hset(struct call *call)
{
	long long added;

	if (call->words_count % 2 != 0)
		call_wrong_count(call);
	else if ((added = put_pairs(call)) >= 0)
		reply_integer(call->reply, added);
}

void command_hmset(struct call *call)
{
	if (call->words_count % 2 != 0)
		call_wrong_count(call);
	else if (put_pairs(call) >= 0)
		reply_ok(call->reply);
}

void command_hsetnx(struct call *call)
{
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_HASH, &key))
		return;
	if (find_field(call, key, call->words[2]) != NULL)
		reply_integer(call->reply, 0);
	else if (put_pairs(call) >= 0)
		reply_integer(call->reply, 1);
}

void command_hget(struct call *call)
{
	struct key *key;

	if (call_find(call, call->words[1], VALUE_HASH, &key))
		reply_field(call, find_field(call, key, call->words[2]));
}

void command_hmget(struct call *call)
{
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_HASH, &key))
		return;
	reply_array(call->reply, call->words_count - 2);
	for (size_t i = 2; i < call->words_count; i++)
		reply_field(call, find_field(call, key, call->words[i]));
}

void command_hdel(struct call *call)
{
	struct key *key;
	long long removed = 0;

	if (!call_find(call, call->words[1], VALUE_HASH, &key))
		return;
	for (size_t i = 2; i < call->words_count; i++) {
		struct field *field = find_field(call, key, call->words[i]);

		if (field == NULL)
			continue;
		hash_remove(&key->value->table, field);
		removed++;
	}
	if (removed > 0)
		call_changed(call, call->words[1]);
	call_drop_empty(call, key);
	reply_integer(call->reply, removed);
}

void command_hlen(struct call *call)
{
	struct key *key;

	if (call_find(call, call->words[1], VALUE_HASH, &key))
		reply_integer(call->reply, key != NULL ? (long long)key->value->table.count : 0);
}

void command_hexists(struct call *call)
{
	struct key *key;

	if (call_find(call, call->words[1], VALUE_HASH, &key))
		reply_integer(call->reply, find_field(call, key, call->words[2]) != NULL);
}

void command_hstrlen(struct call *call)
{
	struct field *field;
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_HASH, &key))
		return;
	field = find_field(call, key, call->words[2]);
	reply_integer(call->reply, field != NULL ? (long long)field->blob->length : 0);
}

static void reply_fields(struct call *call, const struct key *key, bool with_names, bool with_values)
{
	const struct table *table = key != NULL ? &key->value->table : NULL;
	struct entry *entry = key != NULL ? table_next(table, NULL) : NULL;

	for (; entry != NULL; entry = table_next(table, entry)) {
		if (with_names)
			reply_bulk(call->reply, entry_name(entry));
		if (with_values)
			reply_bulk(call->reply, blob_text(ENTRY_OF(entry, field)->blob));
	}
}

void command_hgetall(struct call *call)
{
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_HASH, &key))
		return;
	reply_map(call->reply, key != NULL ? key->value->table.count : 0);
	reply_fields(call, key, true, true);
}

static void reply_halves(struct call *call, bool names)
{
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_HASH, &key))
		return;
	reply_array(call->reply, key != NULL ? key->value->table.count : 0);
	reply_fields(call, key, names, !names);
}

void command_hkeys(struct call *call) { reply_halves(call, true); }
void command_hvals(struct call *call) { reply_halves(call, false); }

/* ---- numbers ---------------------------------------------------------------------------------------------------------- */

/* False: no memory, and that is said. */
static bool put_number(struct call *call, struct text written)
{
	struct key *key = call_make(call, call->words[1], VALUE_HASH);
	bool is_put;

	if (key == NULL)
		return false;
	is_put = hash_put(&key->value->table, call->words[2], call_hash(call, call->words[2]), written) >= 0;
	call_changed(call, call->words[1]);
	call_drop_empty(call, key);
	if (!is_put)
		reply_error(call->reply, CALL_NO_MEMORY);
	return is_put;
}

void command_hincrby(struct call *call)
{
	long long number = 0, more;
	struct field *field;
	struct key *key;
	char text[32];

	if (!call_integer(call, 3, &more) || !call_find(call, call->words[1], VALUE_HASH, &key))
		return;
	field = find_field(call, key, call->words[2]);
	if (field != NULL && !text_integer(blob_text(field->blob), &number))
		reply_error(call->reply, "ERR hash value is not an integer");
	else if (__builtin_add_overflow(number, more, &number))
		reply_error(call->reply, CALL_OVERFLOW);
	else if (put_number(call, (struct text){ text, integer_write(text, number) }))
		reply_integer(call->reply, number);
}

void command_hincrbyfloat(struct call *call)
{
	long double number = 0, more;
	struct field *field;
	struct key *key;
	char text[NUMBER_BYTES];
	struct text sum;

	if (!text_long_double(call->words[3], &more)) {
		reply_error(call->reply, CALL_NO_FLOAT);
		return;
	}
	if (isinf(more)) {
		reply_error(call->reply, "ERR value is NaN or Infinity");
		return;
	}
	if (!call_find(call, call->words[1], VALUE_HASH, &key))
		return;
	field = find_field(call, key, call->words[2]);
	if (field != NULL && !text_long_double(blob_text(field->blob), &number)) {
		reply_error(call->reply, "ERR hash value is not a float");
		return;
	}
	number += more;
	if (isnan(number) || isinf(number)) {
		reply_error(call->reply, "ERR increment would produce NaN or Infinity");
		return;
	}
	sum = (struct text){ text, long_double_write(text, number) };
	if (put_number(call, sum))
		reply_bulk(call->reply, sum);
}
