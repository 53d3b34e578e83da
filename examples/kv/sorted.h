/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sorted.h - names with scores: found by name, by score, and by rank
 *
 * A table finds them by name, and a skiplist has them in order: by score, and by name where scores are equal. Each step of the
 * skiplist knows how many places it goes, which is what a rank is found by.
 */
#ifndef KV_SORTED_H
#define KV_SORTED_H

#include "table.h"

struct place;
struct stair { struct place *after; size_t span; };    /* so many places on; to the end, where there is none after */
struct place {
	double score;
	struct scored *scored;                         /* NULL: the head, which is before all */
	struct place *before;                          /* NULL: the head is */
	struct stair stairs[];
};
struct scored { struct place *place; struct entry entry; };

struct sorted {
	struct table table;
	struct place *head;                            /* NULL as long as nothing was ever in it */
	struct place *last;
	unsigned levels;
};

void sorted_init(struct sorted *sorted, struct memory *memory);
void sorted_fini(struct sorted *sorted);
struct scored *sorted_find(const struct sorted *sorted, struct text name, uint32_t hash);
/* A name that is not there yet. False: no memory. */
bool sorted_add(struct sorted *sorted, struct text name, uint32_t hash, double score, uint64_t *random);
void sorted_score(struct sorted *sorted, struct scored *scored, double score);   /* has it another score */
void sorted_remove(struct sorted *sorted, struct scored *scored);

size_t sorted_rank(const struct sorted *sorted, const struct scored *scored);  /* 0 is the lowest */
struct place *sorted_at(const struct sorted *sorted, size_t rank);     /* NULL: there are not so many */
/* The first place, in their order, of which `is_below` is not true; it is true of all before that. So many are before it. */
size_t sorted_below(const struct sorted *sorted, bool (*is_below)(const struct place *place, const void *data), const void *data);
static inline struct place *place_step(const struct place *place, bool forward)
{
	return forward ? place->stairs[0].after : place->before;
}

#endif
