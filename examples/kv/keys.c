/* SPDX-License-Identifier: BSD-2-Clause */
/* keys.c - commands about keys, whatever they have */
#include "families.h"
#include <limits.h>

static struct key *key_at(struct call *call, size_t word)
{
	return store_find(call_store(call, call->words[word]), call->words[word]);
}

void command_del(struct call *call)
{
	long long removed = 0;

	for (size_t i = 1; i < call->words_count; i++) {
		struct key *key = key_at(call, i);

		if (key == NULL)
			continue;
		store_remove(call_store(call, call->words[i]), key);
		call_changed(call, call->words[i]);
		removed++;
	}
	reply_integer(call->reply, removed);
}

void command_exists(struct call *call)
{
	long long found = 0;

	for (size_t i = 1; i < call->words_count; i++)
		found += key_at(call, i) != NULL;
	reply_integer(call->reply, found);
}

void command_touch(struct call *call) { command_exists(call); }

void command_type(struct call *call)
{
	struct key *key = key_at(call, 1);

	reply_status(call->reply, key != NULL ? value_type_name(key->value) : "none");
}

/* ---- expiry ----------------------------------------------------------------------------------------------------------- */

struct expire_options { bool never, ever, later, sooner; };

static bool read_expire_options(struct call *call, struct expire_options *options)
{
	for (size_t i = 3; i < call->words_count; i++) {
		if (call_is(call, i, "NX"))
			options->never = true;
		else if (call_is(call, i, "XX"))
			options->ever = true;
		else if (call_is(call, i, "GT"))
			options->later = true;
		else if (call_is(call, i, "LT"))
			options->sooner = true;
		else {
			reply_error(call->reply, "ERR Unsupported option %.*s", (int)(call->words[i].length < 128 ? call->words[i].length : 128),
			            call->words[i].at);
			return false;
		}
	}
	if (options->never && (options->ever || options->later || options->sooner))
		reply_error(call->reply, "ERR NX and XX, GT or LT options at the same time are not compatible");
	else if (options->later && options->sooner)
		reply_error(call->reply, "ERR GT and LT options at the same time are not compatible");
	else
		return true;
	return false;
}

static bool is_wanted(const struct expire_options *options, int64_t before, int64_t when)
{
	bool is_timed = before != STORE_NEVER;

	return !(options->never && is_timed) && !(options->ever && !is_timed) && !(options->later && (!is_timed || when <= before))
	    && !(options->sooner && is_timed && when >= before);
}

static void expire(struct call *call, enum call_unit unit, bool from_now)
{
	struct expire_options options = { .never = false };
	struct store *store = call_store(call, call->words[1]);
	struct key *key;
	int64_t when;

	if (!read_expire_options(call, &options) || !call_expiry(call, 2, unit, from_now, true, &when))
		return;
	key = key_at(call, 1);
	if (key == NULL || !is_wanted(&options, key->expires, when)) {
		reply_integer(call->reply, 0);
	} else if (when <= store->now) {
		store_remove(store, key);
		call_changed(call, call->words[1]);
		reply_integer(call->reply, 1);
	} else if (store_expire(store, key, when)) {
		call_changed(call, call->words[1]);
		reply_integer(call->reply, 1);
	} else {
		reply_error(call->reply, CALL_NO_MEMORY);
	}
}

void command_expire(struct call *call) { expire(call, CALL_SECONDS, true); }
void command_pexpire(struct call *call) { expire(call, CALL_MILLISECONDS, true); }
void command_expireat(struct call *call) { expire(call, CALL_SECONDS, false); }
void command_pexpireat(struct call *call) { expire(call, CALL_MILLISECONDS, false); }

/* Rounded; the last moments of all are no reason to overflow. */
static long long seconds_of(long long milliseconds)
{
	return milliseconds / 1000 + (milliseconds % 1000 >= 500);
}

/* Milliseconds; -2: no key; -1: it does not expire. */
static long long left(struct call *call)
{
	struct key *key = key_at(call, 1);

	if (key == NULL)
		return -2;
	return key->expires == STORE_NEVER ? -1 : key->expires - call_store(call, call->words[1])->now;
}

void command_pttl(struct call *call)
{
	reply_integer(call->reply, left(call));
}

void command_ttl(struct call *call)
{
	long long milliseconds = left(call);

	reply_integer(call->reply, milliseconds < 0 ? milliseconds : seconds_of(milliseconds));
}

/* When, in its unit; as above for those that are not to. */
static void reply_moment(struct call *call, enum call_unit unit)
{
	struct key *key = key_at(call, 1);

	if (key == NULL || key->expires == STORE_NEVER)
		reply_integer(call->reply, key == NULL ? -2 : -1);
	else
		reply_integer(call->reply, unit == CALL_SECONDS ? seconds_of(key->expires) : key->expires);
}

void command_expiretime(struct call *call) { reply_moment(call, CALL_SECONDS); }
void command_pexpiretime(struct call *call) { reply_moment(call, CALL_MILLISECONDS); }

void command_persist(struct call *call)
{
	struct key *key = key_at(call, 1);

	if (key == NULL || key->expires == STORE_NEVER) {
		reply_integer(call->reply, 0);
		return;
	}
	(void)store_expire(call_store(call, call->words[1]), key, STORE_NEVER);
	call_changed(call, call->words[1]);
	reply_integer(call->reply, 1);
}

/* ---- other names -------------------------------------------------------------------------------------------------------- */

/* The key that a value will go to, to expire at that time; NULL: no memory, and nothing has changed. */
static struct key *make_target(struct store *store, struct text name, int64_t expires)
{
	struct key *target = store_find(store, name);
	struct value *value = NULL;

	if (target != NULL)
		return store_expire(store, target, expires) ? target : NULL;
	value = value_new(store, VALUE_STRING);
	if (value == NULL || (target = store_put(store, name, value)) == NULL) {
		value_free(value);
		return NULL;
	}
	if (store_expire(store, target, expires))
		return target;
	store_remove(store, target);
	return NULL;
}

static bool rename_key(struct call *call, struct key *key)
{
	struct store *from = call_store(call, call->words[1]), *to = call_store(call, call->words[2]);
	struct key *target = make_target(to, call->words[2], key->expires);

	if (target == NULL)
		return false;
	value_move(key->value, to);
	value_free(store_swap(target, store_take(from, key)));
	call_changed(call, call->words[1]);
	call_changed(call, call->words[2]);
	return true;
}

static void rename_to(struct call *call, bool only_new)
{
	struct key *key = key_at(call, 1);

	if (key == NULL)
		reply_error(call->reply, "ERR no such key");
	else if (only_new && key_at(call, 2) != NULL)
		reply_integer(call->reply, 0);
	else if (!text_equal(call->words[1], call->words[2]) && !rename_key(call, key))
		reply_error(call->reply, CALL_NO_MEMORY);
	else if (only_new)
		reply_integer(call->reply, 1);
	else
		reply_ok(call->reply);
}

void command_rename(struct call *call) { rename_to(call, false); }
void command_renamenx(struct call *call) { rename_to(call, true); }

static bool read_database(struct call *call, size_t word, long long *number)
{
	if (!call_integer(call, word, number))
		return false;
	if (*number >= INT_MIN && *number <= INT_MAX)
		return true;
	reply_error(call->reply, "ERR value is out of range, value must between -2147483648 and 2147483647");
	return false;
}

static bool read_copy(struct call *call, bool *replaces)
{
	long long number;

	for (size_t i = 3; i < call->words_count; i++) {
		if (call_is(call, i, "REPLACE")) {
			*replaces = true;
		} else if (call_is(call, i, "DB") && i + 1 < call->words_count) {
			if (!read_database(call, ++i, &number))
				return false;
			if (number != 0) {
				reply_error(call->reply, "ERR DB index is out of range");
				return false;
			}
		} else {
			reply_error(call->reply, CALL_SYNTAX);
			return false;
		}
	}
	if (!text_equal(call->words[1], call->words[2]))
		return true;
	reply_error(call->reply, "ERR source and destination objects are the same");
	return false;
}

void command_copy(struct call *call)
{
	struct store *to = call_store(call, call->words[2]);
	struct value *copy;
	struct key *key, *target;
	bool replaces = false;

	if (!read_copy(call, &replaces))
		return;
	key = key_at(call, 1);
	if (key == NULL || (!replaces && key_at(call, 2) != NULL)) {
		reply_integer(call->reply, 0);
		return;
	}
	copy = value_copy(key->value, to);
	target = copy != NULL ? make_target(to, call->words[2], key->expires) : NULL;
	if (target == NULL) {
		value_free(copy);
		reply_error(call->reply, CALL_NO_MEMORY);
		return;
	}
	value_free(store_swap(target, copy));
	call_changed(call, call->words[2]);
	reply_integer(call->reply, 1);
}

/* There is one database. */
void command_move(struct call *call)
{
	long long number;

	if (!read_database(call, 2, &number))
		return;
	if (number == 0)
		reply_error(call->reply, "ERR source and destination objects are the same");
	else
		reply_error(call->reply, "ERR DB index is out of range");
}

/* ---- all keys ----------------------------------------------------------------------------------------------------------- */

static size_t count_all(const struct call *call)
{
	size_t count = 0;

	for (unsigned i = 0; i < call->count; i++)
		count += store_count(call->stores[i]);
	return count;
}

void command_dbsize(struct call *call)
{
	reply_integer(call->reply, (long long)count_all(call));
}

void command_flushall(struct call *call)
{
	if (call->words_count > 2 || (call->words_count == 2 && !call_is(call, 1, "ASYNC") && !call_is(call, 1, "SYNC"))) {
		reply_error(call->reply, CALL_SYNTAX);
		return;
	}
	for (unsigned i = 0; i < call->count; i++)
		store_clear(call->stores[i]);
	reply_ok(call->reply);
}

void command_randomkey(struct call *call)
{
	struct key *key = NULL;
	size_t count;

	while (key == NULL && (count = count_all(call)) > 0) {
		unsigned long long at = random_below(&call->stores[0]->random, count);
		unsigned i = 0;

		while (at >= store_count(call->stores[i]))
			at -= store_count(call->stores[i++]);
		key = store_random(call->stores[i]);           /* none: all that it had had expired */
	}
	if (key != NULL)
		reply_bulk(call->reply, entry_name(&key->entry));
	else
		reply_null(call->reply);
}

void command_keys(struct call *call)
{
	size_t at = call->reply->length, count = 0;

	for (unsigned i = 0; i < call->count; i++) {
		const struct store *store = call->stores[i];
		const struct key *key = NULL;

		while ((key = store_next(store, key)) != NULL) {
			if (store_is_over(store, key) || !text_matches(entry_name(&key->entry), call->words[1], false))
				continue;
			reply_bulk(call->reply, entry_name(&key->entry));
			count++;
		}
	}
	reply_array_at(call->reply, at, count);
}

/* ---- watching ------------------------------------------------------------------------------------------------------------- */

static bool is_watched(struct call *call, struct store *store, struct text name)
{
	const struct mark *mark = crowd_first(&store->marks, name, call_hash(call, name));

	while (mark != NULL && (mark->client != call->client || mark->cause != CLIENT_WATCHES))
		mark = crowd_next(mark);
	return mark != NULL;
}

/* What has expired goes at once, so that it is not taken for a change. */
void command_watch(struct call *call)
{
	for (size_t i = 1; i < call->words_count; i++) {
		struct text name = call->words[i];
		struct store *store = call_store(call, name);

		(void)store_find(store, name);
		if (is_watched(call, store, name))
			continue;
		if (crowd_join(&store->marks, name, call_hash(call, name), call->client, CLIENT_WATCHES) == NULL) {
			client_touch(call->client, client_turn(call->client, CLIENT_WATCHES));
			reply_error(call->reply, CALL_NO_MEMORY);
			return;
		}
	}
	reply_ok(call->reply);
}

/* In a transaction: that is when nothing is watched any more. */
void command_unwatch(struct call *call)
{
	reply_ok(call->reply);
}
