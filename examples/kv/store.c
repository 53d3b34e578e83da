/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.c - keys in a table, and those that expire in another one too
 */
#include "effects.h"
#include "store.h"
#include <stdlib.h>

#define KEY_OF_TIMED(timed_entry) ((struct key *)(void *)((char *)(timed_entry) - offsetof(struct key, timed)))

struct store *store_new(struct text_seed seed, uint64_t random)
{
	struct store *store = calloc(1, sizeof *store);

	if (store == NULL)
		return NULL;
	store->memory = (struct memory)MEMORY;
	store->seed = seed;
	store->random = random;
	table_init(&store->keys, &store->memory);
	table_init(&store->timed, &store->memory);
	crowds_init(&store->marks, &store->memory);
	for (unsigned i = 0; i < CLIENT_LISTENINGS; i++)
		crowds_init(&store->listeners[i], &store->memory);
	return store;
}

void store_free(struct store *store)
{
	if (store == NULL)
		return;
	store_clear(store);
	crowds_fini(&store->marks);
	for (unsigned i = 0; i < CLIENT_LISTENINGS; i++)
		crowds_fini(&store->listeners[i]);
	free(store);
}

/* The key goes: nobody who waits can have anything of it, and others may be gone from the table by half. */
static void tell_end(struct store *store, const struct key *key)
{
	const struct crowd *crowd = NULL;

	store->changes++;
	if (store->marks.table.count > 0)
		crowd = crowd_find(&store->marks, entry_name(&key->entry), key->entry.hash);
	if (crowd != NULL)
		crowd_touch(crowd);
}

void store_clear(struct store *store)
{
	struct key *key = store_next(store, NULL), *after;

	for (; key != NULL; key = after) {
		after = store_next(store, key);
		tell_end(store, key);
		value_free(key->value);
		memory_give(&store->memory, key);
	}
	table_fini(&store->keys);
	table_fini(&store->timed);
	store->tidied = 0;
}

static void expire(struct store *store, struct key *key)
{
	if (store->effects != NULL)
		effects_delete(store->effects, entry_name(&key->entry));
	store->expired++;
	tell_end(store, key);
	store_remove(store, key);
}

static void wake(struct store *store, struct crowd *crowd)
{
	const struct entry *entry = table_find(&store->keys, entry_name(&crowd->entry), crowd->entry.hash);

	if (entry != NULL)
		crowd_wake(&store->marks, crowd, (int)ENTRY_OF(entry, key)->value->type);
}

void store_tell(struct store *store, struct text name)
{
	struct crowd *crowd = crowd_find(&store->marks, name, store_hash(store, name));

	if (crowd == NULL)
		return;
	crowd_touch(crowd);
	wake(store, crowd);
}

void store_wake(struct store *store, struct text name)
{
	struct crowd *crowd = crowd_find(&store->marks, name, store_hash(store, name));

	if (crowd != NULL)
		wake(store, crowd);
}

/* ---- one key ---------------------------------------------------------------------------------------------------------- */

struct key *store_peek(struct store *store, struct text name)
{
	struct entry *entry = table_find(&store->keys, name, store_hash(store, name));
	struct key *key = entry != NULL ? ENTRY_OF(entry, key) : NULL;

	if (key == NULL || !store_is_over(store, key))
		return key;
	expire(store, key);
	return NULL;
}

struct key *store_find(struct store *store, struct text name)
{
	struct key *key = store_peek(store, name);

	if (key != NULL)
		key->used = store->now;
	return key;
}

struct key *store_look(struct store *store, struct text name)
{
	struct key *key = store_find(store, name);

	if (key != NULL)
		store->hits++;
	else
		store->misses++;
	return key;
}

struct value *store_swap(struct key *key, struct value *value)
{
	struct value *before = key->value;

	key->value = value;
	return before;
}

struct key *store_put(struct store *store, struct text name, struct value *value)
{
	struct key *key = store_find(store, name);

	if (key != NULL) {
		(void)store_expire(store, key, STORE_NEVER);
		value_free(store_swap(key, value));
		return key;
	}
	key = entry_make(&store->memory, sizeof *key, name, store_hash(store, name));
	if (key == NULL)
		return NULL;
	key->expires = STORE_NEVER;
	key->used = store->now;
	key->value = value;
	key->timed.hash = key->entry.hash;
	if (table_add(&store->keys, &key->entry))
		return key;
	memory_give(&store->memory, key);
	return NULL;
}

struct value *store_take(struct store *store, struct key *key)
{
	struct value *value = key->value;

	(void)store_expire(store, key, STORE_NEVER);
	table_remove(&store->keys, &key->entry);
	memory_give(&store->memory, key);
	return value;
}

void store_remove(struct store *store, struct key *key)
{
	value_free(store_take(store, key));
}

bool store_expire(struct store *store, struct key *key, int64_t when)
{
	bool was_timed = key->expires != STORE_NEVER;

	if (when == STORE_NEVER && was_timed)
		table_remove(&store->timed, &key->timed);
	else if (when != STORE_NEVER && !was_timed && !table_add(&store->timed, &key->timed))
		return false;
	key->expires = when;
	return true;
}

/* ---- all of them ---------------------------------------------------------------------------------------------------------- */

size_t store_count(const struct store *store)
{
	return store->keys.count;
}

struct key *store_next(const struct store *store, const struct key *key)
{
	struct entry *entry = table_next(&store->keys, key != NULL ? &key->entry : NULL);

	return entry != NULL ? ENTRY_OF(entry, key) : NULL;
}

struct key *store_random(struct store *store)
{
	struct entry *entry;

	while ((entry = table_random(&store->keys, &store->random)) != NULL) {
		struct key *key = ENTRY_OF(entry, key);

		if (!store_is_over(store, key))
			return key;
		expire(store, key);
	}
	return NULL;
}

struct visitor { struct store *store; void (*visit)(void *, struct key *); void *data; };

static void visit_key(void *data, struct entry *entry)
{
	struct visitor *visitor = data;
	struct key *key = ENTRY_OF(entry, key);

	if (!store_is_over(visitor->store, key))
		visitor->visit(visitor->data, key);
}

uint64_t store_scan(struct store *store, uint64_t cursor, void (*visit)(void *data, struct key *key), void *data)
{
	struct visitor visitor = { store, visit, data };

	return table_scan(&store->keys, cursor, visit_key, &visitor);
}

/* ---- tidying ---------------------------------------------------------------------------------------------------------------- */

enum { OVER_MOST = 64 };
struct over { const struct store *store; struct key *keys[OVER_MOST]; unsigned count, seen; };

static void note_over(void *data, struct entry *entry)
{
	struct over *over = data;
	struct key *key = KEY_OF_TIMED(entry);

	over->seen++;
	if (store_is_over(over->store, key) && over->count < OVER_MOST)
		over->keys[over->count++] = key;
}

/* A bucket or two at a time, as a walk may not remove. */
unsigned store_tidy(struct store *store, unsigned about)
{
	unsigned removed = 0, seen = 0, buckets = 0;

	while (seen < about && buckets++ < about && store->timed.count > 0) {
		struct over over = { .store = store };

		store->tidied = table_scan(&store->timed, store->tidied, note_over, &over);
		for (unsigned i = 0; i < over.count; i++)
			expire(store, over.keys[i]);
		seen += over.seen;
		removed += over.count;
	}
	crowds_tidy(&store->marks, about);
	for (unsigned i = 0; i < CLIENT_LISTENINGS; i++)
		crowds_tidy(&store->listeners[i], about);
	table_step(&store->keys, about);
	table_step(&store->timed, about);
	return removed;
}

bool store_is_tidy(const struct store *store)
{
	bool is_tidy = store->timed.count == 0 && store->keys.buckets[1] == NULL && store->marks.table.count == 0;

	for (unsigned i = 0; i < CLIENT_LISTENINGS; i++)
		is_tidy &= store->listeners[i].table.count == 0;
	return is_tidy;
}
