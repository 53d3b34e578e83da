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
	call_changed(call, call->words[1]);
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
	if (call->reply->failed || count == 0)
		return;
	list_drop(list, at_end, count);
	call_changed(call, call->words[1]);
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
		if (!call->reply->failed) {
			list_drop(&key->value->list, at_end, 1);
			call_changed(call, call->words[1]);
		}
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
	else if (list_set(&key->value->list, place, call->words[3])) {
		call_changed(call, call->words[1]);
		reply_ok(call->reply);
	} else
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
		call_changed(call, call->words[1]);
		call_drop_empty(call, key);
	}
	reply_ok(call->reply);
}

void command_lrem(struct call *call)
{
	struct key *key;
	long long count;
	size_t most, removed;

	if (!call_integer(call, 2, &count) || !call_find(call, call->words[1], VALUE_LIST, &key))
		return;
	most = count == 0 ? SIZE_MAX : count > 0 ? (size_t)count : 0 - (size_t)count;
	removed = key != NULL ? list_remove(&key->value->list, call->words[3], count < 0, most) : 0;
	if (removed > 0)
		call_changed(call, call->words[1]);
	reply_integer(call->reply, (long long)removed);
	call_drop_empty(call, key);
}

/* ---- within ------------------------------------------------------------------------------------------------------------- */

/* The first that equals a text. */
static struct list_place find_text(const struct list *list, struct text text)
{
	struct list_place place = list_at(list, 0);

	while (place.strip != NULL && !text_equal(list_text(place), text))
		place = list_step(place, true);
	return place;
}

void command_linsert(struct call *call)
{
	bool behind = call_is(call, 2, "AFTER");
	struct list_place place;
	struct key *key;

	if (!behind && !call_is(call, 2, "BEFORE")) {
		reply_error(call->reply, CALL_SYNTAX);
		return;
	}
	if (!call_find(call, call->words[1], VALUE_LIST, &key))
		return;
	if (key == NULL) {
		reply_integer(call->reply, 0);
		return;
	}
	place = find_text(&key->value->list, call->words[3]);
	if (place.strip == NULL) {
		reply_integer(call->reply, -1);
	} else if (!list_insert(&key->value->list, place, behind, call->words[4])) {
		reply_error(call->reply, CALL_NO_MEMORY);
	} else {
		call_changed(call, call->words[1]);
		reply_integer(call->reply, (long long)key->value->list.count);
	}
}

struct search { long long rank, count, most; bool has_count; };

static bool read_search(struct call *call, struct search *search)
{
	for (size_t i = 3; i < call->words_count; i += 2) {
		if (i + 1 == call->words_count) {
			reply_error(call->reply, CALL_SYNTAX);
			return false;
		}
		if (call_is(call, i, "RANK")) {
			if (!call_integer(call, i + 1, &search->rank))
				return false;
			if (search->rank == INT64_MIN)         /* which has no opposite: Redis takes the last one then */
				search->rank = -1;
			if (search->rank == 0) {
				reply_error(call->reply, "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative"
				                         " to start from the end of the list");
				return false;
			}
		} else if (call_is(call, i, "COUNT")) {
			if (!text_integer(call->words[i + 1], &search->count) || search->count < 0) {
				reply_error(call->reply, "ERR COUNT can't be negative");
				return false;
			}
			search->has_count = true;
		} else if (call_is(call, i, "MAXLEN")) {
			if (!text_integer(call->words[i + 1], &search->most) || search->most < 0) {
				reply_error(call->reply, "ERR MAXLEN can't be negative");
				return false;
			}
		} else {
			reply_error(call->reply, CALL_SYNTAX);
			return false;
		}
	}
	return true;
}

/* Where matches are, in the order of the search. Answers how many were said. */
static long long search_list(struct call *call, const struct list *list, const struct search *search)
{
	bool forward = search->rank > 0;
	long long skip = (forward ? search->rank : -search->rank) - 1, found = 0, seen = 0, all = (long long)list->count;
	struct list_place place = list_at(list, forward ? 0 : list->count - 1);

	for (; place.strip != NULL && (search->most == 0 || seen < search->most); place = list_step(place, forward), seen++) {
		if (!text_equal(list_text(place), call->words[2]) || skip-- > 0)
			continue;
		reply_integer(call->reply, forward ? seen : all - 1 - seen);
		found++;
		if (!search->has_count || found == search->count)
			break;
	}
	return found;
}

void command_lpos(struct call *call)
{
	struct search search = { .rank = 1 };
	size_t at = call->reply->length;
	long long found = 0;
	struct key *key;

	if (!read_search(call, &search) || !call_find(call, call->words[1], VALUE_LIST, &key))
		return;
	if (key != NULL)
		found = search_list(call, &key->value->list, &search);
	if (search.has_count)
		reply_array_at(call->reply, at, (size_t)found);
	else if (found == 0)
		reply_null(call->reply);
}
