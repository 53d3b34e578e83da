/* SPDX-License-Identifier: BSD-2-Clause */
/* pops.c - the lowest and highest of sorted sets, taken out; some commands wait for them */
#include "families.h"
#include "wait.h"

/* From one end on, with their scores: flat, or, where that is wanted, each a pair. */
static void pop(struct call *call, struct key *key, size_t word, bool highest, size_t count, bool as_pairs)
{
	struct sorted *sorted = &key->value->sorted;
	const struct place *place = highest ? sorted->last : sorted_at(sorted, 0);

	for (size_t i = 0; i < count; i++, place = place_step(place, !highest)) {
		if (as_pairs)
			reply_array(call->reply, 2);
		reply_bulk(call->reply, entry_name(&place->scored->entry));
		reply_double(call->reply, place->score);
	}
	if (call->reply->failed || count == 0)
		return;
	for (size_t i = 0; i < count; i++)
		sorted_remove(sorted, sorted_at(sorted, highest ? sorted->table.count - 1 : 0)->scored);
	call_changed(call, call->words[word]);
	call_drop_empty(call, key);
}

static size_t at_most(long long count, const struct key *key)
{
	size_t all = key->value->sorted.table.count;

	return (unsigned long long)count < all ? (size_t)count : all;
}

static void pop_of_one(struct call *call, bool highest)
{
	bool as_pairs = call->words_count == 3 && call->reply->protocol >= 3;
	long long count = 1;
	struct key *key;
	size_t found;

	if (call->words_count > 3) {
		reply_error(call->reply, CALL_SYNTAX);
		return;
	}
	if ((call->words_count == 3 && !call_positive(call, 2, &count)) || !call_find(call, call->words[1], VALUE_SORTED, &key))
		return;
	found = key != NULL ? at_most(count, key) : 0;
	reply_array(call->reply, as_pairs ? found : found * 2);
	if (found > 0)
		pop(call, key, 1, highest, found, as_pairs);
}

void command_zpopmin(struct call *call) { pop_of_one(call, false); }
void command_zpopmax(struct call *call) { pop_of_one(call, true); }

/* ---- of the first that has any -------------------------------------------------------------------------------------------- */

static void pop_waiting(struct call *call, bool highest)
{
	int64_t until;
	struct key *key;
	size_t word;

	if (!wait_read(call, call->words_count - 1, &until) || !wait_find_first(call, VALUE_SORTED, &key, &word))
		return;
	if (key != NULL) {
		reply_array(call->reply, 3);
		reply_bulk(call->reply, call->words[word]);
		pop(call, key, word, highest, 1, false);
	} else if (call->may_block) {
		wait_for(call, VALUE_SORTED, until, 0);
	} else {
		reply_null_array(call->reply);
	}
}

void command_bzpopmin(struct call *call) { pop_waiting(call, false); }
void command_bzpopmax(struct call *call) { pop_waiting(call, true); }

static void pop_many(struct call *call, bool waits)
{
	int64_t until = 0;
	struct wait_many many;
	struct key *key;
	size_t word, found;

	if ((waits && !wait_read(call, 1, &until)) || !wait_read_many(call, waits ? 2 : 1, "MIN", "MAX", &many)
	 || !wait_find_first(call, VALUE_SORTED, &key, &word))
		return;
	if (key != NULL) {
		found = at_most(many.count, key);
		reply_array(call->reply, 2);
		reply_bulk(call->reply, call->words[word]);
		reply_array(call->reply, found);
		pop(call, key, word, many.is_second, found, true);
	} else if (waits && call->may_block) {
		wait_for(call, VALUE_SORTED, until, 0);
	} else {
		reply_null_array(call->reply);
	}
}

void command_zmpop(struct call *call) { pop_many(call, false); }
void command_bzmpop(struct call *call) { pop_many(call, true); }
