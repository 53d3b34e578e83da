/* SPDX-License-Identifier: BSD-2-Clause */
/* scout.c - buckets, entries, values, and the bytes of strings */
#include "scout.h"

enum { ENTRIES_MOST = 4 };                             /* of a bucket: few have more */

/* All of something that is not longer than a line, wherever it lies. */
static void fetch(const void *first, const void *last)
{
	__builtin_prefetch(first);
	__builtin_prefetch(last);
}

void scout_add(struct scout *scout, struct text name)
{
	struct scouted *key = &scout->keys[scout->count++];

	key->name = name;
	key->hash = store_hash(scout->store, name);
	table_fetch(&scout->store->keys, key->hash);
}

static void fetch_entry(struct scouted *key, struct entry *entry)
{
	key->entry = entry;
	if (entry != NULL)
		fetch(ENTRY_OF(entry, key), (const char *)(entry + 1) + key->name.length);
}

/* By the hash alone: who runs the command looks at the name. */
static bool is_found(const struct scouted *key)
{
	return key->entry != NULL && key->entry->hash == key->hash;
}

/* False: none has an entry before its own. */
static bool pass_entries(struct scout *scout)
{
	bool is_any = false;

	for (unsigned i = 0; i < scout->count; i++) {
		struct scouted *key = &scout->keys[i];

		if (key->entry == NULL || is_found(key))
			continue;
		fetch_entry(key, key->entry->after);
		is_any = true;
	}
	return is_any;
}

static const struct value *value_of(const struct scouted *key)
{
	return ENTRY_OF(key->entry, key)->value;
}

static void fetch_value(const struct value *value)
{
	fetch(value, &value->string.room);
}

static void fetch_bytes(const struct value *value)
{
	if (value->type == VALUE_STRING && !value->is_integer)
		__builtin_prefetch(value->string.bytes);
}

static void fetch_values(const struct scout *scout, void (*fetch_part)(const struct value *value))
{
	for (unsigned i = 0; i < scout->count; i++)
		if (is_found(&scout->keys[i]))
			fetch_part(value_of(&scout->keys[i]));
}

void scout_go(struct scout *scout)
{
	for (unsigned i = 0; i < scout->count; i++)
		fetch_entry(&scout->keys[i], table_first(&scout->store->keys, scout->keys[i].hash));
	for (unsigned step = 1; step < ENTRIES_MOST && pass_entries(scout); step++)
		;
	fetch_values(scout, fetch_value);
	fetch_values(scout, fetch_bytes);
}

void scout_tell(struct scout *scout, struct text name)
{
	while (scout->told < scout->count && scout->keys[scout->told].name.at < name.at)
		scout->told++;
	if (scout->told < scout->count && scout->keys[scout->told].name.at == name.at)
		store_know(scout->store, name, scout->keys[scout->told].hash);
}
