/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * objects.c - OBJECT and MEMORY: what a value is made of, and takes
 *
 * Encodings are those that Redis 7.0 would choose for what a key has now; here there is one for each type.
 */
#include "families.h"

enum { SHORT_BYTES = 44, FEW = 128, SMALL_BYTES = 64, INTEGERS_MOST = 512 };

static bool is_small(const struct table *table, bool with_blobs)
{
	struct entry *entry = NULL;

	if (table->count > FEW)
		return false;
	while ((entry = table_next(table, entry)) != NULL)
		if (entry->length > SMALL_BYTES || (with_blobs && ENTRY_OF(entry, field)->blob->length > SMALL_BYTES))
			return false;
	return true;
}

static bool has_integers_only(const struct table *table)
{
	const struct entry *entry = NULL;
	long long number;

	if (table->count > INTEGERS_MOST)
		return false;
	while ((entry = table_next(table, entry)) != NULL)
		if (!text_integer(entry_name(entry), &number))
			return false;
	return true;
}

static const char *encoding_of(const struct value *value)
{
	switch (value->type) {
	case VALUE_STRING:
		return value->is_integer ? "int" : value->string.length <= SHORT_BYTES ? "embstr" : "raw";
	case VALUE_LIST:
		return "quicklist";
	case VALUE_SET:
		return has_integers_only(&value->table) ? "intset" : "hashtable";
	case VALUE_SORTED:
		return is_small(&value->sorted.table, false) ? "listpack" : "skiplist";
	default:
		return is_small(&value->table, true) ? "listpack" : "hashtable";
	}
}

/* NULL: there is none, and that is said. */
static struct key *peek(struct call *call)
{
	struct key *key = store_peek(call_store(call, call->words[2]), call->words[2]);

	if (key == NULL)
		reply_null(call->reply);
	return key;
}

void command_object_encoding(struct call *call)
{
	const struct key *key = peek(call);

	if (key != NULL)
		reply_bulk_of(call->reply, encoding_of(key->value));
}

void command_object_refcount(struct call *call)
{
	if (peek(call) != NULL)
		reply_integer(call->reply, 1);
}

/* What was read from a file is as old as the server. */
void command_object_idletime(struct call *call)
{
	const struct key *key = peek(call);

	if (key != NULL) {
		int64_t used = key->used > call->server->started ? key->used : call->server->started;

		reply_integer(call->reply, (call_store(call, call->words[2])->now - used) / 1000);
	}
}

void command_object_freq(struct call *call)
{
	if (peek(call) != NULL)
		reply_error(call->reply, "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching"
		                         " between policies at runtime LRU and LFU data will take some time to adjust.");
}

/* In bytes of this server; SAMPLES says how many elements to look at, but all are counted anyway. */
void command_memory_usage(struct call *call)
{
	const struct key *key;
	long long samples;

	for (size_t i = 3; i < call->words_count; i += 2) {
		if (!call_is(call, i, "SAMPLES") || i + 1 == call->words_count) {
			reply_error(call->reply, CALL_SYNTAX);
			return;
		}
		if (!call_integer(call, i + 1, &samples))
			return;
		if (samples < 0) {
			reply_error(call->reply, CALL_SYNTAX);
			return;
		}
	}
	key = peek(call);
	if (key != NULL)
		reply_integer(call->reply, (long long)(key->value->memory.used + memory_size(key->value) + memory_size(key)));
}
