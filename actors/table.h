/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table - finds entries by a hash; they lie in what they belong to
 *
 * Agreement. A table of zeros is empty; it belongs to one actor. It grows and shrinks when there is memory for that; without,
 * finding takes longer, and nothing else changes: only the first entry of all may be refused.
 *
 *   for (entry = table_first(table, hash); entry != NULL; entry = table_next(entry)) if (it is the one) ...
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry { struct entry *after; uint64_t hash; };
struct table { struct entry **rows; size_t size, count; };      /* size: of rows, a power of 2, or 0 */

bool table_add(struct table *table, struct entry *entry, uint64_t hash);       /* false: no memory for the first */
void table_remove(struct table *table, struct entry *entry);
void table_close(struct table *table);                 /* the entries are not touched */

static inline struct entry *table_next(struct entry *entry)
{
	struct entry *next = entry->after;

	while (next != NULL && next->hash != entry->hash)
		next = next->after;
	return next;
}

static inline struct entry *table_first(const struct table *table, uint64_t hash)
{
	struct entry *entry = table->size > 0 ? table->rows[hash & (table->size - 1)] : NULL;

	return entry == NULL || entry->hash == hash ? entry : table_next(&(struct entry){ entry, hash });
}

#endif
