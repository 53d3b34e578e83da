/* SPDX-License-Identifier: BSD-2-Clause */
/* call.c - what all commands use */
#include "call.h"
#include <limits.h>

bool call_find(struct call *call, struct text name, enum value_type type, struct key **key)
{
	*key = store_look(call_store(call, name), name);
	if (*key == NULL || (*key)->value->type == type)
		return true;
	reply_error(call->reply, CALL_WRONG_TYPE);
	return false;
}

static struct key *no_memory(struct call *call)
{
	reply_error(call->reply, CALL_NO_MEMORY);
	return NULL;
}

struct key *call_make(struct call *call, struct text name, enum value_type type)
{
	struct store *store = call_store(call, name);
	struct value *value;
	struct key *key;

	if (!call_find(call, name, type, &key))
		return NULL;
	if (key != NULL)
		return key;
	value = value_new(store, type);
	if (value == NULL)
		return no_memory(call);
	key = store_put(store, name, value);
	if (key != NULL)
		return key;
	value_free(value);
	return no_memory(call);
}

void call_drop_empty(struct call *call, struct key *key)
{
	if (key != NULL && value_count(key->value) == 0)
		store_remove(call_store(call, entry_name(&key->entry)), key);
}

bool call_set(struct call *call, struct text name, struct text text, bool keeps_expiry)
{
	struct store *store = call_store(call, name);
	struct key *key = store_find(store, name);
	struct value *value = key != NULL ? key->value : NULL;

	if (value == NULL || value->type != VALUE_STRING)
		value = value_new(store, VALUE_STRING);
	if (value == NULL || !value_set(value, text)) {
		if (key == NULL || value != key->value)
			value_free(value);
		(void)no_memory(call);
		return false;
	}
	if (key == NULL && store_put(store, name, value) == NULL) {
		value_free(value);
		(void)no_memory(call);
		return false;
	}
	if (key != NULL && value != key->value)
		value_free(store_swap(key, value));
	if (key != NULL && !keeps_expiry)
		(void)store_expire(store, key, STORE_NEVER);
	call_changed(call, name);
	return true;
}

bool call_put(struct call *call, struct text name, struct value *value)
{
	struct store *store = call_store(call, name);
	struct key *key = store_find(store, name);

	if (value_count(value) > 0) {
		if (store_put(store, name, value) == NULL) {
			value_free(value);
			reply_error(call->reply, CALL_NO_MEMORY);
			return false;
		}
		call_changed(call, name);
		return true;
	}
	value_free(value);
	if (key != NULL) {
		store_remove(store, key);
		call_changed(call, name);
	}
	return true;
}

void call_wrong_count(struct call *call)
{
	reply_error(call->reply, "ERR wrong number of arguments for '%s' command", call->command->name);
}

bool call_integer(struct call *call, size_t word, long long *number)
{
	if (text_integer(call->words[word], number))
		return true;
	reply_error(call->reply, CALL_NO_INTEGER);
	return false;
}

bool call_double(struct call *call, size_t word, double *number)
{
	if (text_double(call->words[word], number))
		return true;
	reply_error(call->reply, CALL_NO_FLOAT);
	return false;
}

bool call_positive(struct call *call, size_t word, long long *number)
{
	if (text_integer(call->words[word], number) && *number >= 0)
		return true;
	reply_error(call->reply, CALL_NOT_POSITIVE);
	return false;
}

bool call_range(long long first, long long last, size_t count, size_t *from, size_t *length)
{
	long long all = (long long)count;

	if (first < 0)
		first = first + all < 0 ? 0 : first + all;
	if (last < 0)
		last += all;
	if (last >= all)
		last = all - 1;
	if (first > last || first >= all)
		return false;
	*from = (size_t)first;
	*length = (size_t)(last - first + 1);
	return true;
}

bool call_expiry(struct call *call, size_t word, enum call_unit unit, bool from_now, bool may_be_past, int64_t *when)
{
	long long base = from_now ? call_store(call, call->words[1])->now : 0, number;

	if (!call_integer(call, word, &number))
		return false;
	if ((!may_be_past && number <= 0)
	 || (unit == CALL_SECONDS && (number > LLONG_MAX / 1000 || number < LLONG_MIN / 1000))
	 || (unit == CALL_SECONDS ? number * 1000 : number) > LLONG_MAX - 1 - base) {
		reply_error(call->reply, "ERR invalid expire time in '%s' command", call->command->name);
		return false;
	}
	*when = (unit == CALL_SECONDS ? number * 1000 : number) + base;
	return true;
}
