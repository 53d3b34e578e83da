/* SPDX-License-Identifier: BSD-2-Clause */
/* moves.c - elements that are taken out of lists: of the first that has any, or to another one; some commands wait for them */
#include "families.h"
#include "wait.h"

/* ---- from the first list that has any ------------------------------------------------------------------------------------- */

static void drop(struct call *call, struct key *key, size_t word, bool at_end, size_t count)
{
	list_drop(&key->value->list, at_end, count);
	call_changed(call, call->words[word]);
	call_drop_empty(call, key);
}

static void pop_waiting(struct call *call, bool at_end)
{
	int64_t until;
	struct key *key;
	size_t word;

	if (!wait_read(call, call->words_count - 1, &until) || !wait_find_first(call, VALUE_LIST, &key, &word))
		return;
	if (key != NULL) {
		reply_array(call->reply, 2);
		reply_bulk(call->reply, call->words[word]);
		reply_bulk(call->reply, list_end(&key->value->list, at_end));
		if (!call->reply->failed)
			drop(call, key, word, at_end, 1);
	} else if (call->may_block) {
		wait_for(call, VALUE_LIST, until, 0);
	} else {
		reply_null_array(call->reply);
	}
}

void command_blpop(struct call *call) { pop_waiting(call, false); }
void command_brpop(struct call *call) { pop_waiting(call, true); }

/* ---- several of them ------------------------------------------------------------------------------------------------------ */

static void reply_many(struct call *call, struct key *key, size_t word, const struct wait_many *many)
{
	const struct list *list = &key->value->list;
	struct list_place place = list_at(list, many->is_second ? list->count - 1 : 0);
	size_t count = (unsigned long long)many->count < list->count ? (size_t)many->count : list->count;

	reply_array(call->reply, 2);
	reply_bulk(call->reply, call->words[word]);
	reply_array(call->reply, count);
	for (size_t i = 0; i < count; i++, place = list_step(place, !many->is_second))
		reply_bulk(call->reply, list_text(place));
	if (!call->reply->failed)
		drop(call, key, word, many->is_second, count);
}

static void pop_many(struct call *call, bool waits)
{
	int64_t until = 0;
	struct wait_many many;
	struct key *key;
	size_t word;

	if ((waits && !wait_read(call, 1, &until)) || !wait_read_many(call, waits ? 2 : 1, "LEFT", "RIGHT", &many) || !wait_find_first(call, VALUE_LIST, &key, &word))
		return;
	if (key != NULL)
		reply_many(call, key, word, &many);
	else if (waits && call->may_block)
		wait_for(call, VALUE_LIST, until, 0);
	else
		reply_null_array(call->reply);
}

void command_lmpop(struct call *call) { pop_many(call, false); }
void command_blmpop(struct call *call) { pop_many(call, true); }

/* ---- from list to list ---------------------------------------------------------------------------------------------------- */

/* False: it is said that it cannot be. It is pushed before it is dropped, so that it is never lost; in one list, at the same end, it stays. */
static bool move(struct call *call, struct key *from, bool from_end, bool to_end)
{
	size_t before = call->reply->length;
	struct key *to;
	struct text text;

	if (!call_find(call, call->words[2], VALUE_LIST, &to))
		return false;
	text = list_end(&from->value->list, from_end);
	reply_bulk(call->reply, text);
	if (call->reply->failed)
		return false;
	if (to == from && from_end == to_end)
		return true;
	if (to == NULL)
		to = call_make(call, call->words[2], VALUE_LIST);
	if (to == NULL || !list_push(&to->value->list, to_end, text)) {
		call_drop_empty(call, to);
		reply_cut(call->reply, before);        /* what was said so far */
		reply_error(call->reply, CALL_NO_MEMORY);
		return false;
	}
	list_drop(&from->value->list, from_end, 1);
	return true;
}

/* First the target is there, then the source goes. */
static void finish_move(struct call *call, struct key *from)
{
	call_changed(call, call->words[2]);
	call_changed(call, call->words[1]);
	call_drop_empty(call, from);
}

static bool read_end(struct call *call, size_t word, bool *at_end)
{
	*at_end = call_is(call, word, "RIGHT");
	if (*at_end || call_is(call, word, "LEFT"))
		return true;
	reply_error(call->reply, CALL_SYNTAX);
	return false;
}

struct moving { bool from_end, to_end, waits; int64_t until; };

static void move_one(struct call *call, const struct moving *moving)
{
	struct key *from;

	if (!wait_find(call, 1, VALUE_LIST, &from))
		return;
	if (from == NULL && moving->waits && call->may_block) {
		wait_for(call, VALUE_LIST, moving->until,
		         command_stores(call->command, call->words, call->words_count, &call->server->seed, call->count));
	} else if (from == NULL) {
		reply_null(call->reply);
	} else if (move(call, from, moving->from_end, moving->to_end)) {
		finish_move(call, from);
	}
}

void command_lmove(struct call *call)
{
	struct moving moving = { .waits = false };

	if (read_end(call, 3, &moving.from_end) && read_end(call, 4, &moving.to_end))
		move_one(call, &moving);
}

void command_blmove(struct call *call)
{
	struct moving moving = { .waits = true };

	if (read_end(call, 3, &moving.from_end) && read_end(call, 4, &moving.to_end) && wait_read(call, 5, &moving.until))
		move_one(call, &moving);
}

void command_rpoplpush(struct call *call)
{
	struct moving moving = { .from_end = true };

	move_one(call, &moving);
}

void command_brpoplpush(struct call *call)
{
	struct moving moving = { .from_end = true, .waits = true };

	if (wait_read(call, 3, &moving.until))
		move_one(call, &moving);
}
