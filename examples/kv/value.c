/* SPDX-License-Identifier: BSD-2-Clause */
/* value.c - what a key may have */
#include "store.h"
#include <string.h>

struct value *value_new(struct store *store, enum value_type type)
{
	struct value *value = memory_take(&store->memory, sizeof *value);

	if (value == NULL)
		return NULL;
	value->memory.above = &store->memory;
	value->type = type;
	if (type == VALUE_LIST)
		list_init(&value->list, &value->memory);
	else if (type == VALUE_SORTED)
		sorted_init(&value->sorted, &value->memory);
	else if (type != VALUE_STRING)
		table_init(&value->table, &value->memory);
	return value;
}

static void free_entries(struct value *value)
{
	struct table *table = &value->table;
	struct entry *entry = table_next(table, NULL), *after;

	for (; entry != NULL; entry = after) {
		after = table_next(table, entry);
		if (value->type == VALUE_HASH) {
			memory_give(&value->memory, ENTRY_OF(entry, field)->blob);
			memory_give(&value->memory, ENTRY_OF(entry, field));
		} else {
			memory_give(&value->memory, entry);
		}
	}
	table_fini(table);
}

void value_free(struct value *value)
{
	if (value == NULL)
		return;
	if (value->type == VALUE_LIST)
		list_fini(&value->list);
	else if (value->type == VALUE_SORTED)
		sorted_fini(&value->sorted);
	else if (value->type != VALUE_STRING)
		free_entries(value);
	else if (!value->is_integer)
		memory_give(&value->memory, value->string.bytes);
	memory_give(value->memory.above, value);
}

/* Its own struct is counted above, with the rest of it. */
void value_move(struct value *value, struct store *to)
{
	struct memory own = { .used = memory_size(value), .above = value->memory.above };

	memory_move(&own, &to->memory);
	memory_move(&value->memory, &to->memory);
}

static bool copy_entry(struct value *copy, const struct value *value, struct entry *entry, struct store *to)
{
	struct text name = entry_name(entry);

	if (value->type == VALUE_SET)
		return set_add(&copy->table, name, entry->hash) >= 0;
	if (value->type == VALUE_HASH)
		return hash_put(&copy->table, name, entry->hash, blob_text(ENTRY_OF(entry, field)->blob)) >= 0;
	return sorted_add(&copy->sorted, name, entry->hash, ENTRY_OF(entry, scored)->place->score, &to->random);
}

static bool copy_contents(struct value *copy, const struct value *value, struct store *to)
{
	const struct table *table = value->type == VALUE_SORTED ? &value->sorted.table : &value->table;
	struct list_place place;
	struct entry *entry = NULL;
	char number[32];
	bool is_copied = true;

	if (value->type == VALUE_STRING)
		return value_set(copy, value_text(value, number));
	if (value->type == VALUE_LIST) {
		for (place = list_at(&value->list, 0); place.strip != NULL && is_copied; place = list_step(place, true))
			is_copied = list_push(&copy->list, true, list_text(place));
		return is_copied;
	}
	while (is_copied && (entry = table_next(table, entry)) != NULL)
		is_copied = copy_entry(copy, value, entry, to);
	return is_copied;
}

struct value *value_copy(const struct value *value, struct store *to)
{
	struct value *copy = value_new(to, value->type);

	if (copy != NULL && copy_contents(copy, value, to))
		return copy;
	value_free(copy);
	return NULL;
}

const char *value_type_name(const struct value *value)
{
	static const char *const names[] = { "string", "list", "set", "zset", "hash" };

	return names[value->type];
}

size_t value_count(const struct value *value)
{
	switch (value->type) {
	case VALUE_LIST:
		return value->list.count;
	case VALUE_SORTED:
		return value->sorted.table.count;
	case VALUE_SET:
	case VALUE_HASH:
		return value->table.count;
	default:
		return 1;
	}
}

/* ---- strings ---------------------------------------------------------------------------------------------------------- */

static bool has_room(struct value *value, size_t room)
{
	char *bytes = value->is_integer ? NULL : value->string.bytes;

	if (!value->is_integer && bytes != NULL && room <= value->string.room)
		return true;
	bytes = memory_resize(&value->memory, bytes, room);
	if (bytes == NULL)
		return false;
	if (value->is_integer)
		value->string.length = 0;
	value->is_integer = false;
	value->string.bytes = bytes;
	value->string.room = room;
	return true;
}

/* What a long one took is not kept; unless there is no memory for a short one. */
static void cut_down(struct value *value, size_t room)
{
	char *bytes = memory_resize(&value->memory, NULL, room);

	if (bytes == NULL)
		return;
	memory_give(&value->memory, value->string.bytes);
	value->string.bytes = bytes;
	value->string.room = room;
}

void value_set_integer(struct value *value, long long integer)
{
	if (!value->is_integer)
		memory_give(&value->memory, value->string.bytes);
	value->is_integer = true;
	value->integer = integer;
}

bool value_set(struct value *value, struct text text)
{
	long long integer;

	if (text.length <= 20 && text_integer(text, &integer)) {
		value_set_integer(value, integer);
		return true;
	}
	if (!value->is_integer && value->string.room > 2 * text.length + 64)
		cut_down(value, text.length);
	if (!has_room(value, text.length))
		return false;
	if (text.length > 0)
		memcpy(value->string.bytes, text.at, text.length);
	value->string.length = text.length;
	return true;
}

bool value_append(struct value *value, struct text text)
{
	char number[32];
	struct text before = value_text(value, number);
	size_t length = before.length + text.length, room = length + length / 2;
	bool was_integer = value->is_integer;

	if ((was_integer || length > value->string.room || value->string.bytes == NULL) && !has_room(value, room))
		return false;
	if (was_integer)
		memcpy(value->string.bytes, number, before.length);
	if (text.length > 0)
		memcpy(value->string.bytes + before.length, text.at, text.length);
	value->string.length = length;
	return true;
}

bool value_widen(struct value *value, size_t length)
{
	char number[32];
	struct text before = value_text(value, number);
	size_t least = length > before.length ? length : before.length;
	bool was_integer = value->is_integer;

	if ((was_integer || least > value->string.room || value->string.bytes == NULL) && !has_room(value, least))
		return false;
	if (was_integer)
		memcpy(value->string.bytes, number, before.length);
	if (length > before.length)
		memset(value->string.bytes + before.length, 0, length - before.length);
	value->string.length = least;
	return true;
}

struct text value_text(const struct value *value, char *number)
{
	if (value->is_integer)
		return (struct text){ number, integer_write(number, value->integer) };
	return (struct text){ value->string.bytes, value->string.length };
}

/* ---- sets and hashes ---------------------------------------------------------------------------------------------------- */

int set_add(struct table *set, struct text member, uint32_t hash)
{
	struct entry *entry = table_find(set, member, hash);

	if (entry != NULL)
		return 0;
	entry = entry_make(set->memory, sizeof *entry, member, hash);
	if (entry != NULL && table_add(set, entry))
		return 1;
	memory_give(set->memory, entry);
	return -1;
}

void set_remove(struct table *set, struct entry *entry)
{
	table_remove(set, entry);
	memory_give(set->memory, entry);
}

struct field *hash_find(const struct table *hash, struct text field, uint32_t hash_of)
{
	struct entry *entry = table_find(hash, field, hash_of);

	return entry != NULL ? ENTRY_OF(entry, field) : NULL;
}

int hash_put(struct table *hash, struct text name, uint32_t hash_of, struct text value)
{
	struct field *field = hash_find(hash, name, hash_of);
	struct blob *blob = blob_make(hash->memory, value);

	if (blob == NULL)
		return -1;
	if (field != NULL) {
		memory_give(hash->memory, field->blob);
		field->blob = blob;
		return 0;
	}
	field = entry_make(hash->memory, sizeof *field, name, hash_of);
	if (field != NULL && table_add(hash, &field->entry)) {
		field->blob = blob;
		return 1;
	}
	memory_give(hash->memory, field);
	memory_give(hash->memory, blob);
	return -1;
}

void hash_remove(struct table *hash, struct field *field)
{
	table_remove(hash, &field->entry);
	memory_give(hash->memory, field->blob);
	memory_give(hash->memory, field);
}
