/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.c - buckets, two arrays of them while they are resized
 */
#include "table.h"
#include <string.h>

enum { BITS_LEAST = 2, BITS_MOST = 32, EMPTY_MOST = 10 };

void table_init(struct table *table, struct memory *memory)
{
	*table = (struct table){ .memory = memory };
}

void table_fini(struct table *table)
{
	memory_give(table->memory, table->buckets[0]);
	memory_give(table->memory, table->buckets[1]);
	table_init(table, table->memory);
}

void *entry_make(struct memory *memory, size_t bytes, struct text name, uint32_t hash)
{
	char *block = name.length <= ENTRY_NAME_MOST ? memory_take(memory, bytes + name.length) : NULL;
	struct entry *entry;

	if (block == NULL)
		return NULL;
	entry = (struct entry *)(void *)(block + bytes) - 1;
	entry->hash = hash;
	entry->length = (uint32_t)name.length;
	if (name.length > 0)
		memcpy(entry + 1, name.at, name.length);
	return block;
}

static size_t mask(const struct table *table, int which)
{
	return ((size_t)1 << table->bits[which]) - 1;
}

/* In which array it is, or belongs. */
static int which_array(const struct table *table, uint32_t hash)
{
	return table->buckets[1] != NULL && (hash & mask(table, 0)) < table->moved;
}

static struct entry **bucket_of(const struct table *table, uint32_t hash)
{
	int which = which_array(table, hash);

	return &table->buckets[which][hash & mask(table, which)];
}

/* ---- resizing -------------------------------------------------------------------------------------------------------- */

static void finish(struct table *table)
{
	memory_give(table->memory, table->buckets[0]);
	table->buckets[0] = table->buckets[1];
	table->bits[0] = table->bits[1];
	table->buckets[1] = NULL;
	table->moved = 0;
}

static void move_bucket(struct table *table)
{
	struct entry *entry = table->buckets[0][table->moved], *after;

	table->buckets[0][table->moved++] = NULL;
	for (; entry != NULL; entry = after) {
		struct entry **to = &table->buckets[1][entry->hash & mask(table, 1)];

		after = entry->after;
		entry->after = *to;
		*to = entry;
	}
}

void table_step(struct table *table, unsigned buckets)
{
	unsigned empty = buckets * EMPTY_MOST;

	while (table->buckets[1] != NULL && buckets > 0 && empty > 0) {
		if (table->buckets[0][table->moved] != NULL)
			buckets--;
		else
			empty--;
		move_bucket(table);
		if (table->moved > mask(table, 0))
			finish(table);
	}
}

/* For want of memory it stays as it is: slower, but right. */
static void resize(struct table *table, unsigned bits)
{
	struct entry **buckets;

	if (table->buckets[1] != NULL || bits > BITS_MOST)
		return;
	buckets = memory_take(table->memory, sizeof *buckets << bits);
	if (buckets == NULL)
		return;
	table->buckets[1] = buckets;
	table->bits[1] = bits;
	table->moved = 0;
}

/* ---- one entry ------------------------------------------------------------------------------------------------------- */

void table_fetch(const struct table *table, uint32_t hash)
{
	if (table->count > 0)
		__builtin_prefetch(bucket_of(table, hash));
}

struct entry *table_first(const struct table *table, uint32_t hash)
{
	return table->count > 0 ? *bucket_of(table, hash) : NULL;
}

struct entry *table_find(const struct table *table, struct text name, uint32_t hash)
{
	struct entry *entry = table_first(table, hash);

	while (entry != NULL && (entry->hash != hash || !text_equal(entry_name(entry), name)))
		entry = entry->after;
	return entry;
}

bool table_add(struct table *table, struct entry *entry)
{
	struct entry **bucket;

	if (table->buckets[0] == NULL) {
		table->buckets[0] = memory_take(table->memory, sizeof *table->buckets[0] << BITS_LEAST);
		if (table->buckets[0] == NULL)
			return false;
		table->bits[0] = BITS_LEAST;
	}
	table_step(table, 1);
	if (table->count > mask(table, 0))
		resize(table, table->bits[0] + 1);
	bucket = bucket_of(table, entry->hash);
	entry->after = *bucket;
	*bucket = entry;
	table->count++;
	return true;
}

void table_remove(struct table *table, struct entry *entry)
{
	struct entry **at = bucket_of(table, entry->hash);

	while (*at != entry)
		at = &(*at)->after;
	*at = entry->after;
	table->count--;
	table_step(table, 1);
	if (table->bits[0] > BITS_LEAST && table->count < (mask(table, 0) + 1) / 8)
		resize(table, table->bits[0] - 2 < BITS_LEAST ? BITS_LEAST : table->bits[0] - 2);
}

/* ---- all of them -------------------------------------------------------------------------------------------------------- */

struct entry *table_next(const struct table *table, const struct entry *entry)
{
	int which = 0;
	size_t at = 0;

	if (table->count == 0 || (entry != NULL && entry->after != NULL))
		return entry != NULL ? entry->after : NULL;
	if (entry != NULL) {
		which = which_array(table, entry->hash);
		at = (entry->hash & mask(table, which)) + 1;
	}
	for (; which < 2 && table->buckets[which] != NULL; which++, at = 0)
		for (; at <= mask(table, which); at++)
			if (table->buckets[which][at] != NULL)
				return table->buckets[which][at];
	return NULL;
}

unsigned long long random_below(uint64_t *random, unsigned long long below)
{
	uint64_t word = *random += 0x9e3779b97f4a7c15u;        /* splitmix64, Steele and others */

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
	word = (word ^ word >> 27) * 0x94d049bb133111ebu;
	return (word ^ word >> 31) % below;
}

struct entry *table_random(const struct table *table, uint64_t *random)
{
	size_t first = mask(table, 0) + 1, both = first + (table->buckets[1] != NULL ? mask(table, 1) + 1 : 0), length = 0, at;
	struct entry *entry = NULL, *one;

	if (table->count == 0)
		return NULL;
	while (entry == NULL) {
		at = table->moved + random_below(random, both - table->moved);
		entry = at < first ? table->buckets[0][at] : table->buckets[1][at - first];
	}
	for (one = entry; one != NULL; one = one->after)
		length++;
	for (length = random_below(random, length); length > 0; length--)
		entry = entry->after;
	return entry;
}

/* ---- scanning ------------------------------------------------------------------------------------------------------------ */

static void visit_bucket(const struct table *table, int which, uint64_t at, void (*visit)(void *, struct entry *), void *data)
{
	struct entry *entry = table->buckets[which][at & mask(table, which)], *after;

	for (; entry != NULL; entry = after) {
		after = entry->after;
		visit(data, entry);
	}
}

static uint64_t reversed(uint64_t word)
{
	word = (word >> 1 & 0x5555555555555555u) | (word & 0x5555555555555555u) << 1;
	word = (word >> 2 & 0x3333333333333333u) | (word & 0x3333333333333333u) << 2;
	word = (word >> 4 & 0x0f0f0f0f0f0f0f0fu) | (word & 0x0f0f0f0f0f0f0f0fu) << 4;
	return __builtin_bswap64(word);
}

/* Counts as if the lowest bit that the mask has were the highest: buckets that a resizing splits, or joins, are next to each
 * other in that order, whatever their number (Pieter Noordhuis's way, for Redis). */
static uint64_t after_cursor(uint64_t cursor, uint64_t bits)
{
	return reversed(reversed(cursor | ~bits) + 1);
}

uint64_t table_scan(const struct table *table, uint64_t cursor, void (*visit)(void *data, struct entry *entry), void *data)
{
	int small = 0, large = 1;
	uint64_t bits;

	if (table->count == 0)
		return 0;
	if (table->buckets[1] == NULL) {
		visit_bucket(table, 0, cursor, visit, data);
		return after_cursor(cursor, mask(table, 0));
	}
	if (table->bits[1] < table->bits[0]) {
		small = 1;
		large = 0;
	}
	bits = mask(table, small) ^ mask(table, large);
	visit_bucket(table, small, cursor, visit, data);
	do {                                                   /* all that the small one's bucket is split into */
		visit_bucket(table, large, cursor, visit, data);
		cursor = after_cursor(cursor, mask(table, large));
	} while ((cursor & bits) != 0);
	return cursor;
}
