/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sorted.c - a skiplist (Pugh) whose stairs know their spans
 */
#include "sorted.h"

enum { LEVELS_MOST = 24 };

/* On each level the last place before a new one, and its rank; the head is before rank 1. */
struct way { struct place *places[LEVELS_MOST]; size_t ranks[LEVELS_MOST]; };

void sorted_init(struct sorted *sorted, struct memory *memory)
{
	*sorted = (struct sorted){ .levels = 1 };
	table_init(&sorted->table, memory);
}

void sorted_fini(struct sorted *sorted)
{
	struct memory *memory = sorted->table.memory;
	struct place *place = sorted->head != NULL ? sorted->head->stairs[0].after : NULL, *after;

	for (; place != NULL; place = after) {
		after = place->stairs[0].after;
		memory_give(memory, place->scored);
		memory_give(memory, place);
	}
	memory_give(memory, sorted->head);
	table_fini(&sorted->table);
	sorted_init(sorted, memory);
}

struct scored *sorted_find(const struct sorted *sorted, struct text name, uint32_t hash)
{
	struct entry *entry = table_find(&sorted->table, name, hash);

	return entry != NULL ? ENTRY_OF(entry, scored) : NULL;
}

static struct place *make_place(struct memory *memory, unsigned levels)
{
	return memory_take(memory, sizeof(struct place) + levels * sizeof(struct stair));
}

static bool is_before(const struct place *place, double score, struct text name)
{
	if (place->score != score)
		return place->score < score;
	return text_compare(entry_name(&place->scored->entry), name) < 0;
}

static void find_way(const struct sorted *sorted, double score, struct text name, struct way *way)
{
	struct place *place = sorted->head;
	size_t rank = 0;

	for (unsigned level = sorted->levels; level-- > 0; ) {
		struct stair *stair = &place->stairs[level];

		for (; stair->after != NULL && is_before(stair->after, score, name); stair = &place->stairs[level]) {
			rank += stair->span;
			place = stair->after;
		}
		way->places[level] = place;
		way->ranks[level] = rank;
	}
}

/* One more, of one level in four of those below; the levels of a place never change. */
static unsigned choose_levels(uint64_t *random)
{
	unsigned levels = 1;

	while (levels < LEVELS_MOST && random_below(random, 4) == 0)
		levels++;
	return levels;
}

/* The table has it already, or still: its count is that of the others, and one. */
static void link_place(struct sorted *sorted, struct place *place, unsigned levels)
{
	size_t others = sorted->table.count - 1;
	struct way way;

	for (; sorted->levels < levels; sorted->levels++)
		sorted->head->stairs[sorted->levels] = (struct stair){ NULL, others };
	find_way(sorted, place->score, entry_name(&place->scored->entry), &way);
	for (unsigned level = 0; level < sorted->levels; level++) {
		struct stair *stair = &way.places[level]->stairs[level];
		size_t skipped = way.ranks[0] - way.ranks[level];

		if (level >= levels) {
			stair->span++;
			continue;
		}
		place->stairs[level] = (struct stair){ stair->after, stair->span - skipped };
		*stair = (struct stair){ place, skipped + 1 };
	}
	place->before = way.places[0] != sorted->head ? way.places[0] : NULL;
	*(place->stairs[0].after != NULL ? &place->stairs[0].after->before : &sorted->last) = place;
}

/* Answers how many levels it has. */
static unsigned unlink_place(struct sorted *sorted, struct place *place)
{
	unsigned levels = 0;
	struct way way;

	find_way(sorted, place->score, entry_name(&place->scored->entry), &way);
	for (unsigned level = 0; level < sorted->levels; level++) {
		struct stair *stair = &way.places[level]->stairs[level];

		if (stair->after == place) {
			stair->span += place->stairs[level].span - 1;
			stair->after = place->stairs[level].after;
			levels++;
		} else {
			stair->span--;
		}
	}
	*(place->stairs[0].after != NULL ? &place->stairs[0].after->before : &sorted->last) = place->before;
	return levels;
}

bool sorted_add(struct sorted *sorted, struct text name, uint32_t hash, double score, uint64_t *random)
{
	struct memory *memory = sorted->table.memory;
	unsigned levels = choose_levels(random);
	struct scored *scored = entry_make(memory, sizeof *scored, name, hash);
	struct place *place = make_place(memory, levels);

	if (sorted->head == NULL)
		sorted->head = make_place(memory, LEVELS_MOST);
	if (scored == NULL || place == NULL || sorted->head == NULL || !table_add(&sorted->table, &scored->entry)) {
		memory_give(memory, scored);
		memory_give(memory, place);
		return false;
	}
	scored->place = place;
	place->scored = scored;
	place->score = score;
	link_place(sorted, place, levels);
	return true;
}

/* Between the same neighbours it stays where it is. */
void sorted_score(struct sorted *sorted, struct scored *scored, double score)
{
	struct place *place = scored->place, *after = place->stairs[0].after;

	if ((place->before == NULL || place->before->score < score) && (after == NULL || score < after->score)) {
		place->score = score;
		return;
	}
	unsigned levels = unlink_place(sorted, place);

	place->score = score;
	link_place(sorted, place, levels);
}

void sorted_remove(struct sorted *sorted, struct scored *scored)
{
	struct memory *memory = sorted->table.memory;

	(void)unlink_place(sorted, scored->place);
	table_remove(&sorted->table, &scored->entry);
	while (sorted->levels > 1 && sorted->head->stairs[sorted->levels - 1].after == NULL)
		sorted->levels--;
	memory_give(memory, scored->place);
	memory_give(memory, scored);
}

/* ---- by rank and by score ----------------------------------------------------------------------------------------------- */

size_t sorted_rank(const struct sorted *sorted, const struct scored *scored)
{
	struct way way;

	find_way(sorted, scored->place->score, entry_name(&scored->entry), &way);
	return way.ranks[0];
}

struct place *sorted_at(const struct sorted *sorted, size_t rank)
{
	struct place *place = sorted->head;
	size_t left = rank + 1;

	if (rank >= sorted->table.count)
		return NULL;
	for (unsigned level = sorted->levels; level-- > 0 && left > 0; )
		while (place->stairs[level].after != NULL && place->stairs[level].span <= left) {
			left -= place->stairs[level].span;
			place = place->stairs[level].after;
		}
	return place;
}

size_t sorted_below(const struct sorted *sorted, bool (*is_below)(const struct place *place, const void *data), const void *data)
{
	const struct place *place = sorted->head;
	size_t rank = 0;

	for (unsigned level = place != NULL ? sorted->levels : 0; level-- > 0; ) {
		const struct stair *stair = &place->stairs[level];

		for (; stair->after != NULL && is_below(stair->after, data); stair = &place->stairs[level]) {
			rank += stair->span;
			place = stair->after;
		}
	}
	return rank;
}
