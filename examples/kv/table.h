/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.h - entries found by name: a hash table that grows and shrinks a little at a time
 *
 * An entry is part of what it stands for, at its end, and its name lies behind it: a table owns its buckets and nothing else. While
 * it is being resized there are two arrays of buckets, and each addition and removal empties a bucket or so of the old one.
 * Nothing else moves an entry, so finding and walking may be mixed; an entry that is added or removed ends a walk.
 */
#ifndef KV_TABLE_H
#define KV_TABLE_H

#include "memory.h"
#include "text.h"

struct entry {
	struct entry *after;                           /* in the same bucket */
	uint32_t hash;
	uint32_t length;                               /* of the name */
};

#define ENTRY_NAME_MOST UINT32_MAX
static inline struct text entry_name(const struct entry *entry)
{
	return (struct text){ (const char *)(entry + 1), entry->length };
}
/* What an entry, its last member, is part of. */
#define ENTRY_OF(of, type) ((struct type *)(void *)((char *)(of) - offsetof(struct type, entry)))

struct table {
	struct entry **buckets[2];                     /* [1]: those that it is being resized to */
	unsigned bits[2];                              /* there are 1 << bits of them */
	size_t moved;                                  /* so many of [0] are empty for good */
	size_t count;
	struct memory *memory;
};

void table_init(struct table *table, struct memory *memory);
void table_fini(struct table *table);                  /* its entries are the caller's */

/* A block for something that ends with an entry of that name; NULL: no memory. `bytes` is the size of all but the name. */
void *entry_make(struct memory *memory, size_t bytes, struct text name, uint32_t hash);

struct entry *table_find(const struct table *table, struct text name, uint32_t hash);
/* On the way to that: what is read first is fetched into the cache; and the first entry that is looked at, or NULL. */
void table_fetch(const struct table *table, uint32_t hash);
struct entry *table_first(const struct table *table, uint32_t hash);
bool table_add(struct table *table, struct entry *entry);      /* whose name is not there yet; false: no memory */
void table_remove(struct table *table, struct entry *entry);
void table_step(struct table *table, unsigned buckets);        /* goes on resizing */

/* All entries, in some order; NULL is before the first and behind the last. */
struct entry *table_next(const struct table *table, const struct entry *entry);

/* One by chance, more or less with the same chance for each; NULL: it is empty. `random` is a state that goes on. */
struct entry *table_random(const struct table *table, uint64_t *random);
unsigned long long random_below(uint64_t *random, unsigned long long below);

/*
 * A walk with pauses in which anything may be done: visits some entries, and answers where to go on; 0 is the beginning and the end. What is in
 * the table all the time is visited at least once; what comes or goes meanwhile may be; some may be more than once. `visit` must not
 * add or remove.
 */
uint64_t table_scan(const struct table *table, uint64_t cursor, void (*visit)(void *data, struct entry *entry), void *data);

#endif
