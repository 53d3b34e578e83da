/* SPDX-License-Identifier: BSD-2-Clause */
/* effects.c - from commands to effects */
#include "call.h"
#include "effects.h"
#include <stdlib.h>
#include <string.h>

enum { WORDS_MOST = 64 };                              /* about so many elements in one command */

void effects_init(struct effects *effects, const char *refusal)
{
	*effects = (struct effects){ .refusal = refusal };
	reply_init(&effects->bytes, 2);
}

void effects_fini(struct effects *effects)
{
	reply_fini(&effects->bytes);
}

/* ---- units -------------------------------------------------------------------------------------------------------------- */

void effects_begin(struct effects *effects)
{
	effects->unit = effects->bytes.length;
	effects->count = 0;
}

static void begin_command(struct effects *effects, size_t words, const char *name)
{
	reply_array(&effects->bytes, words);
	reply_bulk_of(&effects->bytes, name);
	effects->count++;
}

void effects_end(struct effects *effects)
{
	struct reply multi;

	if (effects->count < 2)
		return;
	begin_command(effects, 1, "EXEC");
	reply_init(&multi, 2);
	reply_array(&multi, 1);
	reply_bulk_of(&multi, "MULTI");
	reply_insert(&effects->bytes, effects->unit, &multi);
	effects->bytes.failed |= multi.failed;
	reply_fini(&multi);
}

/* ---- what a key has ----------------------------------------------------------------------------------------------------- */

void effects_delete(struct effects *effects, struct text name)
{
	begin_command(effects, 2, "DEL");
	reply_bulk(&effects->bytes, name);
}

static void dump_string(struct effects *effects, const struct key *key)
{
	bool is_timed = key->expires != STORE_NEVER;
	char number[32];

	begin_command(effects, is_timed ? 5 : 3, "SET");
	reply_bulk(&effects->bytes, entry_name(&key->entry));
	reply_bulk(&effects->bytes, value_text(key->value, number));
	if (!is_timed)
		return;
	reply_bulk_of(&effects->bytes, "PXAT");
	reply_bulk_integer(&effects->bytes, key->expires);
}

/* The head of one of the commands that together write all elements, `words` each; answers how many elements it has. */
static size_t begin_some(struct effects *effects, const struct key *key, const char *name, size_t left, size_t words)
{
	size_t some = left < WORDS_MOST ? left : WORDS_MOST;

	begin_command(effects, 2 + some * words, name);
	reply_bulk(&effects->bytes, entry_name(&key->entry));
	return some;
}

static void dump_list(struct effects *effects, const struct key *key)
{
	const struct list *list = &key->value->list;
	struct list_place place = list_at(list, 0);

	for (size_t left = list->count, some = 0; left > 0; left--, some--, place = list_step(place, true)) {
		if (some == 0)
			some = begin_some(effects, key, "RPUSH", left, 1);
		reply_bulk(&effects->bytes, list_text(place));
	}
}

static void dump_table(struct effects *effects, const struct key *key)
{
	const struct table *table = &key->value->table;
	bool is_hash = key->value->type == VALUE_HASH;
	const struct entry *entry = NULL;

	for (size_t left = table->count, some = 0; left > 0; left--, some--) {
		entry = table_next(table, entry);
		if (some == 0)
			some = begin_some(effects, key, is_hash ? "HSET" : "SADD", left, is_hash ? 2 : 1);
		reply_bulk(&effects->bytes, entry_name(entry));
		if (is_hash)
			reply_bulk(&effects->bytes, blob_text(((const struct field *)ENTRY_OF(entry, field))->blob));
	}
}

static void dump_sorted(struct effects *effects, const struct key *key)
{
	const struct sorted *sorted = &key->value->sorted;
	const struct place *place = sorted_at(sorted, 0);
	char number[64];

	for (size_t left = sorted->table.count, some = 0; left > 0; left--, some--, place = place_step(place, true)) {
		if (some == 0)
			some = begin_some(effects, key, "ZADD", left, 2);
		reply_bulk(&effects->bytes, (struct text){ number, double_write(number, place->score) });
		reply_bulk(&effects->bytes, entry_name(&place->scored->entry));
	}
}

void effects_dump(struct effects *effects, const struct key *key)
{
	static void (*const dumps[])(struct effects *effects, const struct key *key) = {
		[VALUE_LIST] = dump_list, [VALUE_SET] = dump_table, [VALUE_SORTED] = dump_sorted, [VALUE_HASH] = dump_table,
	};

	if (key->value->type == VALUE_STRING) {
		dump_string(effects, key);
		return;
	}
	effects_delete(effects, entry_name(&key->entry));
	dumps[key->value->type](effects, key);
	if (key->expires == STORE_NEVER)
		return;
	begin_command(effects, 3, "PEXPIREAT");
	reply_bulk(&effects->bytes, entry_name(&key->entry));
	reply_bulk_integer(&effects->bytes, key->expires);
}

/* ---- commands ----------------------------------------------------------------------------------------------------------- */

/* What stands for a command, where that is not what its keys have now. */
enum effect { STATE, TARGET, SAME, EXPIRY, REMOVED, POPPED, MOVED };
struct known { const char *name; enum effect effect; bool zero_is_nothing; };   /* a reply of 0, or null, says that nothing has changed */

static const struct known known[] = {                  /* sorted by name */
	{ "append", SAME, false }, { "blmove", MOVED, true }, { "blmpop", POPPED, true }, { "blpop", POPPED, true }, { "brpop", POPPED, true },
	{ "brpoplpush", MOVED, true }, { "bzmpop", POPPED, true }, { "bzpopmax", POPPED, true }, { "bzpopmin", POPPED, true },
	{ "copy", STATE, true }, { "decr", SAME, false }, { "decrby", SAME, false }, { "del", STATE, true },
	{ "expire", EXPIRY, true }, { "expireat", EXPIRY, true }, { "flushall", SAME, false }, { "flushdb", SAME, false },
	{ "getdel", STATE, true }, { "getex", STATE, true }, { "hdel", SAME, true }, { "hincrby", SAME, false }, { "hincrbyfloat", SAME, false },
	{ "hmset", SAME, false }, { "hset", SAME, false }, { "hsetnx", SAME, true }, { "incr", SAME, false }, { "incrby", SAME, false },
	{ "linsert", SAME, true }, { "lmove", MOVED, true }, { "lmpop", POPPED, true }, { "lpop", SAME, true }, { "lpush", SAME, false },
	{ "lpushx", SAME, true }, { "lrem", SAME, true }, { "lset", SAME, false }, { "ltrim", SAME, false }, { "msetnx", STATE, true },
	{ "persist", SAME, true }, { "pexpire", EXPIRY, true }, { "pexpireat", EXPIRY, true }, { "renamenx", STATE, true }, { "rpop", SAME, true },
	{ "rpoplpush", MOVED, true }, { "rpush", SAME, false }, { "rpushx", SAME, true }, { "sadd", SAME, true }, { "sdiffstore", TARGET, false },
	{ "setbit", SAME, false }, { "setnx", STATE, true }, { "setrange", SAME, true }, { "sinterstore", TARGET, false }, { "smove", STATE, true },
	{ "spop", REMOVED, true }, { "srem", SAME, true }, { "sunionstore", TARGET, false }, { "unlink", STATE, true }, { "zadd", SAME, false },
	{ "zdiffstore", TARGET, false }, { "zincrby", SAME, false }, { "zinterstore", TARGET, false }, { "zmpop", POPPED, true },
	{ "zpopmax", SAME, true }, { "zpopmin", SAME, true }, { "zrangestore", TARGET, false }, { "zrem", SAME, true },
	{ "zremrangebylex", SAME, true }, { "zremrangebyrank", SAME, true }, { "zremrangebyscore", SAME, true },
	{ "zunionstore", TARGET, false },
};

static int compare(const void *name, const void *one)
{
	return strcmp(name, ((const struct known *)one)->name);
}

static bool begins(struct text text, const char *with)
{
	return text.length >= strlen(with) && memcmp(text.at, with, strlen(with)) == 0;
}

static bool has_no_effect(struct text reply, bool zero_is_nothing)
{
	if (begins(reply, "-"))                                /* without memory, a command with several elements may have done some */
		return !begins(reply, "-" CALL_NO_MEMORY);
	return zero_is_nothing && (begins(reply, ":0\r") || begins(reply, "$-1\r") || begins(reply, "*-1\r") || begins(reply, "_\r")
	    || begins(reply, "*0\r") || begins(reply, "~0\r"));
}

static void note_state(struct effects *effects, struct call *call, struct text name)
{
	const struct key *key = store_peek(call_store(call, name), name);

	if (key != NULL)
		effects_dump(effects, key);
	else
		effects_delete(effects, name);
}

static void note_states(struct effects *effects, struct call *call)
{
	struct command_keys keys = command_keys_of(call->command, call->words, call->words_count);

	if (keys.has_target)
		note_state(effects, call, call->words[1]);
	for (size_t i = keys.from; i < keys.to; i += keys.step)
		note_state(effects, call, call->words[i]);
}

static void note_same(struct effects *effects, const struct call *call)
{
	begin_command(effects, call->words_count, call->command->name);
	for (size_t i = 1; i < call->words_count; i++)
		reply_bulk(&effects->bytes, call->words[i]);
}

static void note_expiry(struct effects *effects, struct call *call)
{
	const struct key *key = store_peek(call_store(call, call->words[1]), call->words[1]);

	if (key == NULL || key->expires == STORE_NEVER) {
		note_state(effects, call, call->words[1]);
		return;
	}
	begin_command(effects, 3, "PEXPIREAT");
	reply_bulk(&effects->bytes, call->words[1]);
	reply_bulk_integer(&effects->bytes, key->expires);
}

/* Members of a set that were picked: a bulk string, or an array of them; as they stand in the reply they can stand in a command. */
static void note_removed(struct effects *effects, const struct call *call, struct text reply)
{
	size_t count = 1;

	if (reply.at[0] != '$') {
		size_t head = (size_t)((const char *)memchr(reply.at, '\n', reply.length) - reply.at) + 1;

		count = strtoul(reply.at + 1, NULL, 10);
		reply = (struct text){ reply.at + head, reply.length - head };
	}
	begin_command(effects, 2 + count, "SREM");
	reply_bulk(&effects->bytes, call->words[1]);
	reply_raw(&effects->bytes, reply);
}

/* What is first in an array: a bulk string, or how many elements another array has. */
static struct text take_first(struct text *reply)
{
	size_t head = (size_t)((const char *)memchr(reply->at, '\n', reply->length) - reply->at) + 1;
	struct text first = { reply->at + head, strtoul(reply->at + 1, NULL, 10) };

	if (reply->at[0] == '$')
		head += first.length + 2;
	*reply = (struct text){ reply->at + head, reply->length - head };
	return first;
}

/* From which end; the name of the command says it, or a word of it. */
static bool is_second(const struct call *call)
{
	const char *name = call->command->name;
	struct command_keys keys = command_keys_of(call->command, call->words, call->words_count);

	if (strstr(name, "mpop") != NULL)
		return call_is(call, keys.to, "RIGHT") || call_is(call, keys.to, "MAX");
	return strcmp(name, "brpop") == 0 || strcmp(name, "bzpopmax") == 0;
}

/* Elements of a list or a sorted set, from the key that the reply names: one of them, or as many as it has behind that. */
static void note_popped(struct effects *effects, const struct call *call, struct text reply)
{
	bool is_sorted = strchr(call->command->name, 'z') != NULL, from_end = is_second(call), are_many = strstr(call->command->name, "mpop") != NULL;
	struct text name;

	(void)take_first(&reply);
	name = take_first(&reply);
	begin_command(effects, 3, is_sorted ? (from_end ? "ZPOPMAX" : "ZPOPMIN") : from_end ? "RPOP" : "LPOP");
	reply_bulk(&effects->bytes, name);
	reply_bulk_integer(&effects->bytes, are_many ? (long long)strtoul(reply.at + 1, NULL, 10) : 1);
}

/* An element goes from list to list: first to where it goes, as in one list it must be there when it is taken from the other end. */
static void note_moved(struct effects *effects, const struct call *call, struct text reply)
{
	bool has_ends = strstr(call->command->name, "lmove") != NULL;
	bool from_end = !has_ends || call_is(call, 3, "RIGHT"), to_end = has_ends && call_is(call, 4, "RIGHT");

	begin_command(effects, 3, to_end ? "RPUSH" : "LPUSH");
	reply_bulk(&effects->bytes, call->words[2]);
	reply_raw(&effects->bytes, reply);
	begin_command(effects, 2, from_end ? "RPOP" : "LPOP");
	reply_bulk(&effects->bytes, call->words[1]);
}

void effects_note(struct call *call, size_t before)
{
	static const struct known unknown = { NULL, STATE, false };
	const struct known *one = bsearch(call->command->name, known, sizeof known / sizeof known[0], sizeof known[0], compare);
	struct text reply = { call->reply->bytes + before, call->reply->length - before };
	struct effects *effects = call->effects;

	if (one == NULL)
		one = &unknown;
	if (reply.length > 0 && has_no_effect(reply, one->zero_is_nothing))
		return;
	if (reply.length == 0 || reply.at[0] == '-' || one->effect == STATE)
		note_states(effects, call);
	else if (one->effect == TARGET)
		note_state(effects, call, call->words[1]);
	else if (one->effect == SAME)
		note_same(effects, call);
	else if (one->effect == EXPIRY)
		note_expiry(effects, call);
	else if (one->effect == REMOVED)
		note_removed(effects, call, reply);
	else if (one->effect == POPPED)
		note_popped(effects, call, reply);
	else
		note_moved(effects, call, reply);
}
