/* SPDX-License-Identifier: BSD-2-Clause */
/* table - rows of chains, about as many as there are entries */
#include "table.h"

#include <stdlib.h>

enum { ROWS_LEAST = 8 };

static void put(struct table *table, struct entry *entry)
{
	struct entry **row = &table->rows[entry->hash & (table->size - 1)];

	entry->after = *row;
	*row = entry;
}

static void resize(struct table *table, size_t size)
{
	struct table former = *table;
	struct entry *entry, **rows = calloc(size, sizeof *rows);

	if (rows == NULL)
		return;
	table->rows = rows;
	table->size = size;
	for (size_t i = 0; i < former.size; i++)
		while ((entry = former.rows[i]) != NULL) {
			former.rows[i] = entry->after;
			put(table, entry);
		}
	free(former.rows);
}

bool table_add(struct table *table, struct entry *entry, uint64_t hash)
{
	if (table->count >= table->size)
		resize(table, table->size > 0 ? table->size * 2 : ROWS_LEAST);
	if (table->size == 0)
		return false;
	entry->hash = hash;
	put(table, entry);
	table->count++;
	return true;
}

void table_remove(struct table *table, struct entry *entry)
{
	struct entry **at = &table->rows[entry->hash & (table->size - 1)];

	while (*at != entry)
		at = &(*at)->after;
	*at = entry->after;
	if (--table->count == 0)
		table_close(table);
	else if (table->size > ROWS_LEAST && table->count < table->size / 8)
		resize(table, table->size / 4);
}

void table_close(struct table *table)
{
	free(table->rows);
	*table = (struct table){ NULL, 0, 0 };
}
