/* SPDX-License-Identifier: BSD-2-Clause */
/* lists.c - commands about lists */
#include "families.h"

static void push(struct call *call, bool at_end, bool only_old)
{
	struct key *key;
	bool is_done = true;

	if (only_old) {
		if (!call_find(call, call->words[1], VALUE_LIST, &key))
			return;
		if (key == NULL) {
			reply_integer(call->reply, 0);
			return;
		}
	} else if ((key = call_make(call, call->words[1], VALUE_LIST)) == NULL) {
		return;
	}
	for (size_t i = 2; i < call->words_count && is_done; i++)
		is_done = list_push(&key->value->list, at_end, call->words[i]);
	if (is_done)
		reply_integer(call->reply, (long long)key->value->list.count);
	else
		reply_error(call->reply, CALL_NO_MEMORY);
	call_drop_empty(call, key);
}

void command_lpush(struct call *call) { push(call, false, false); }
void command_rpush(struct call *call) { push(call, true, false); }
void command_lpushx(struct call *call) { push(call, false, true); }
void command_rpushx(struct call *call) { push(call, true, true); }

static void pop_many(struct call *call, struct key *key, bool at_end, size_t count)
{
	struct list *list = &key->value->list;
	struct list_place place = at_end ? list_at(list, list->count - 1) : list_at(list, 0);

	count = count < list->count ? count : list->count;
	reply_array(call->reply, count);
	for (size_t i = 0; i < count; i++, place = list_step(place, !at_end))
		reply_bulk(call->reply, list_text(place));
	if (call->reply->failed)
		return;
	list_drop(list, at_end, count);
	call_drop_empty(call, key);
}

static void pop(struct call *call, bool at_end)
{
	bool has_count = call->words_count == 3;
	struct key *key;
	long long count = 1;

	if (call->words_count > 3) {
		call_wrong_count(call);
		return;
	}
	if ((has_count && !call_positive(call, 2, &count)) || !call_find(call, call->words[1], VALUE_LIST, &key))
		return;
	if (key == NULL && has_count) {
		reply_null_array(call->reply);
	} else if (key == NULL) {
		reply_null(call->reply);
	} else if (has_count) {
		pop_many(call, key, at_end, (size_t)count);
	} else {
		reply_bulk(call->reply, list_end(&key->value->list, at_end));
		if (!call->reply->failed)
			list_drop(&key->value->list, at_end, 1);
		call_drop_empty(call, key);
	}
}

void command_lpop(struct call *call) { pop(call, false); }
void command_rpop(struct call *call) { pop(call, true); }

void command_llen(struct call *call)
{
	struct key *key;

	if (call_find(call, call->words[1], VALUE_LIST, &key))
		reply_integer(call->reply, key != NULL ? (long long)key->value->list.count : 0);
}

void command_lrange(struct call *call)
{
	long long first, last;
	size_t from, length;
	struct list_place place;
	struct key *key;

	if (!call_integer(call, 2, &first) || !call_integer(call, 3, &last) || !call_find(call, call->words[1], VALUE_LIST, &key))
		return;
	if (key == NULL || !call_range(first, last, key->value->list.count, &from, &length)) {
		reply_array(call->reply, 0);
		return;
	}
	reply_array(call->reply, length);
	for (place = list_at(&key->value->list, from); length > 0; length--, place = list_step(place, true))
		reply_bulk(call->reply, list_text(place));
}

/* From the end for numbers below 0. */
static struct list_place place_of(const struct list *list, long long index)
{
	if (index < 0)
		index += (long long)list->count;
	return index < 0 ? (struct list_place){ NULL, 0 } : list_at(list, (size_t)index);
}

void command_lindex(struct call *call)
{
	struct list_place place = { NULL, 0 };
	struct key *key;
	long long index;

	if (!call_find(call, call->words[1], VALUE_LIST, &key))
		return;
	if (key == NULL) {
		reply_null(call->reply);
		return;
	}
	if (!call_integer(call, 2, &index))
		return;
	place = place_of(&key->value->list, index);
	if (place.strip != NULL)
		reply_bulk(call->reply, list_text(place));
	else
		reply_null(call->reply);
}

void command_lset(struct call *call)
{
	struct list_place place;
	struct key *key;
	long long index;

	if (!call_find(call, call->words[1], VALUE_LIST, &key))
		return;
	if (key == NULL) {
		reply_error(call->reply, "ERR no such key");
		return;
	}
	if (!call_integer(call, 2, &index))
		return;
	place = place_of(&key->value->list, index);
	if (place.strip == NULL)
		reply_error(call->reply, "ERR index out of range");
	else if (list_set(&key->value->list, place, call->words[3]))
		reply_ok(call->reply);
	else
		reply_error(call->reply, CALL_NO_MEMORY);
}

void command_ltrim(struct call *call)
{
	long long first, last;
	size_t from, length;
	struct list *list;
	struct key *key;

	if (!call_integer(call, 2, &first) || !call_integer(call, 3, &last) || !call_find(call, call->words[1], VALUE_LIST, &key))
		return;
	if (key != NULL) {
		list = &key->value->list;
		if (!call_range(first, last, list->count, &from, &length))
			from = list->count, length = 0;
		list_drop(list, true, list->count - from - length);
		list_drop(list, false, from);
		call_drop_empty(call, key);
	}
	reply_ok(call->reply);
}

void command_lrem(struct call *call)
{
	struct key *key;
	long long count;
	size_t most;

	if (!call_integer(call, 2, &count) || !call_find(call, call->words[1], VALUE_LIST, &key))
		return;
	most = count == 0 ? SIZE_MAX : count > 0 ? (size_t)count : 0 - (size_t)count;
	reply_integer(call->reply, key != NULL ? (long long)list_remove(&key->value->list, call->words[3], count < 0, most) : 0);
	call_drop_empty(call, key);
}
