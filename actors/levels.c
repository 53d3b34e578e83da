/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * levels - one table for all levels of a tree, by the name and the level above
 *
 * So a level needs no memory of its own for finding those below it, whether they are none or a million.
 */
#include "levels.h"

#include <stdlib.h>
#include <string.h>

struct piece { const char *name; size_t bytes; const char *rest; };    /* rest: NULL, this was the last */

static struct piece cut(const char *text)
{
	size_t bytes = strcspn(text, "/");

	return (struct piece){ text, bytes, text[bytes] == '/' ? text + bytes + 1 : NULL };
}

static bool is(const struct piece *piece, char wildcard) { return piece->bytes == 1 && piece->name[0] == wildcard; }

bool levels_accept(const char *text, size_t bytes_most, unsigned levels_most, bool is_pattern)
{
	struct piece piece = { text, 0, text };

	if (text[0] == 0 || strnlen(text, bytes_most + 1) > bytes_most)
		return false;
	for (unsigned levels = 1; piece.rest != NULL; levels++) {
		bool has_wildcard;

		piece = cut(piece.rest);
		has_wildcard = memchr(piece.name, '+', piece.bytes) != NULL || memchr(piece.name, '#', piece.bytes) != NULL;
		if (levels > levels_most || (has_wildcard && (!is_pattern || piece.bytes > 1)))
			return false;
		if (is(&piece, '#') && piece.rest != NULL)
			return false;
	}
	return true;
}

/* ---- one level ------------------------------------------------------------------------------------------------------------- */

static char *name_of(struct level *level) { return (char *)(level + 1); }

/* FNV-1a (Fowler, Noll, Vo), from the address of the level above on, which nobody outside knows; then mixed, as a table uses
 * the low bits. What is visited first never depends on it. */
static uint64_t hash_of(const struct level *above, const struct piece *piece)
{
	uint64_t hash = (uintptr_t)above ^ 0xcbf29ce484222325u;

	for (size_t i = 0; i < piece->bytes; i++)
		hash = (hash ^ (unsigned char)piece->name[i]) * 0x100000001b3u;
	hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 29;
}

static struct level *find(struct levels *levels, struct level *above, const struct piece *piece)
{
	struct entry *entry = table_first(&levels->table, hash_of(above, piece));

	for (; entry != NULL; entry = table_next(entry)) {
		struct level *level = (struct level *)entry;

		if (level->above == above && level->bytes == piece->bytes && memcmp(name_of(level), piece->name, piece->bytes) == 0)
			return level;
	}
	return NULL;
}

/* Where "+" and "#" stand, which are in no list; NULL for all others. */
static struct level **place(struct level *above, const struct piece *piece)
{
	if (is(piece, '+'))
		return &above->any;
	return is(piece, '#') ? &above->rest : NULL;
}

static struct level *below(struct levels *levels, struct level *above, const struct piece *piece)
{
	struct level **at = place(above, piece);

	return at != NULL ? *at : find(levels, above, piece);
}

static struct level *make(struct levels *levels, struct level *above, const struct piece *piece)
{
	struct level *level = calloc(1, sizeof *level + piece->bytes), **at = place(above, piece);

	if (level == NULL)
		return NULL;
	if (at == NULL && !table_add(&levels->table, &level->entry, hash_of(above, piece))) {
		free(level);
		return NULL;
	}
	levels->count++;
	level->above = above;
	level->bytes = piece->bytes;
	memcpy(name_of(level), piece->name, piece->bytes);
	if (at != NULL) {
		*at = level;
		return level;
	}
	level->after = above->below;
	if (level->after != NULL)
		level->after->before = level;
	above->below = level;
	return level;
}

static void remove_level(struct levels *levels, struct level *level)
{
	struct level *above = level->above;

	levels->count--;
	if (level == above->any)
		above->any = NULL;
	else if (level == above->rest)
		above->rest = NULL;
	else {
		*(level->before != NULL ? &level->before->after : &above->below) = level->after;
		if (level->after != NULL)
			level->after->before = level->before;
		table_remove(&levels->table, &level->entry);
	}
	free(level);
}

/* ---- texts ------------------------------------------------------------------------------------------------------------------ */

struct level *levels_find(struct levels *levels, const char *text)
{
	struct level *level = &levels->root;

	while (level != NULL && text != NULL) {
		struct piece piece = cut(text);

		level = below(levels, level, &piece);
		text = piece.rest;
	}
	return level;
}

struct level *levels_make(struct levels *levels, const char *text)
{
	struct level *above = &levels->root, *level = above;

	while (text != NULL) {
		struct piece piece = cut(text);

		level = below(levels, above, &piece);
		if (level == NULL)
			level = make(levels, above, &piece);
		if (level == NULL) {
			levels_prune(levels, above);
			return NULL;
		}
		above = level;
		text = piece.rest;
	}
	return level;
}

static bool is_bare(const struct level *level)
{
	return level->load == NULL && level->below == NULL && level->any == NULL && level->rest == NULL;
}

void levels_prune(struct levels *levels, struct level *level)
{
	while (level != &levels->root && is_bare(level)) {
		struct level *above = level->above;

		remove_level(levels, level);
		level = above;
	}
}

/* ---- visits ----------------------------------------------------------------------------------------------------------------- */

struct walk { struct levels *levels; levels_visit *visit; void *argument; };

static void visit(const struct walk *walk, struct level *level)
{
	if (level->load != NULL)
		walk->visit(walk->argument, level);
}

/* What begins with '$' is not meant by a wildcard in the place of its first level. */
static bool is_reserved(const struct walk *walk, const struct level *above, const char *name, size_t bytes)
{
	return above == &walk->levels->root && bytes > 0 && name[0] == '$';
}

/* The patterns below this one that match the rest of a topic. */
static void match(const struct walk *walk, struct level *above, const char *topic)
{
	struct piece piece;
	struct level *level;
	bool reserved;

	if (topic == NULL) {
		visit(walk, above);
		if (above->rest != NULL)
			visit(walk, above->rest);
		return;
	}
	piece = cut(topic);
	reserved = is_reserved(walk, above, piece.name, piece.bytes);
	if (above->rest != NULL && !reserved)
		visit(walk, above->rest);
	if (above->any != NULL && !reserved)
		match(walk, above->any, piece.rest);
	level = find(walk->levels, above, &piece);
	if (level != NULL)
		match(walk, level, piece.rest);
}

void levels_match(struct levels *levels, const char *topic, levels_visit *visit, void *argument)
{
	match(&(struct walk){ levels, visit, argument }, &levels->root, topic);
}

/* The topics below this one that match the rest of a pattern; NULL: this one itself. */
static void reach(const struct walk *walk, struct level *above, const char *pattern)
{
	struct piece piece;
	struct level *level;

	if (pattern == NULL || (pattern[0] == '#' && above != &walk->levels->root))
		visit(walk, above);
	if (pattern == NULL)
		return;
	piece = cut(pattern);
	if (is(&piece, '+') || is(&piece, '#')) {
		for (level = above->below; level != NULL; level = level->after)
			if (!is_reserved(walk, above, name_of(level), level->bytes))
				reach(walk, level, is(&piece, '#') ? pattern : piece.rest);
	} else if ((level = find(walk->levels, above, &piece)) != NULL)
		reach(walk, level, piece.rest);
}

void levels_reach(struct levels *levels, const char *pattern, levels_visit *visit, void *argument)
{
	reach(&(struct walk){ levels, visit, argument }, &levels->root, pattern);
}

static struct level *deepest(struct level *level)
{
	struct level *below;

	while ((below = level->below != NULL ? level->below : level->any != NULL ? level->any : level->rest) != NULL)
		level = below;
	return level;
}

void levels_close(struct levels *levels, levels_visit *visit, void *argument)
{
	struct level *level;

	while ((level = deepest(&levels->root)) != &levels->root) {
		if (level->load != NULL)
			visit(argument, level);
		remove_level(levels, level);
	}
	table_close(&levels->table);
}
