/* SPDX-License-Identifier: BSD-2-Clause */
/* rounds - Tarjan's strongly connected components, without recursion: a chain may be as long as there are actors */
#include "rounds.h"

#include <stdbool.h>
#include <stdlib.h>
#include "alloc.h"

#define NONE SIZE_MAX

struct asker {
	odeon_ref who;
	size_t first, end, next;                /* its waits, and the next one to follow */
	size_t caller;                          /* who led here */
	size_t entered, lowest;                 /* in the order of the search; 0: not yet */
	uint32_t round;
	bool is_open;                           /* on the path, or reached from it, and its round not yet known */
};

struct search {
	odeon_wait *found;
	odeon_wait *placed;                     /* where the next one in a round goes */
	struct asker *askers;                   /* by ref */
	size_t count;
	size_t *path, depth;
	size_t entered;
	uint32_t rounds;
};

/* ---- askers ----------------------------------------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	uint64_t a = ((const struct asker *)left)->who.bits, b = ((const struct asker *)right)->who.bits;

	return a < b ? -1 : a > b;
}

static void find_askers(struct search *search, size_t waits)
{
	for (size_t i = 0; i < waits; i++) {
		struct asker *last = search->count > 0 ? &search->askers[search->count - 1] : NULL;

		if (last == NULL || !odeon_ref_equal(last->who, search->found[i].who))
			search->askers[search->count++] = (struct asker){
				.who = search->found[i].who, .first = i, .next = i, .end = i + 1, .caller = NONE,
			};
		else
			last->end = i + 1;
	}
	if (search->count > 0)
		qsort(search->askers, search->count, sizeof search->askers[0], compare);
}

static struct asker *find(struct search *search, odeon_ref who)
{
	const struct asker key = { .who = who };

	return bsearch(&key, search->askers, search->count, sizeof key, compare);
}

/* ---- the search --------------------------------------------------------------------------------------------------------------- */

static void enter(struct search *search, struct asker *asker, size_t caller)
{
	asker->entered = asker->lowest = ++search->entered;
	asker->caller = caller;
	asker->is_open = true;
	search->path[search->depth++] = (size_t)(asker - search->askers);
}

static void lower(struct asker *asker, size_t to)
{
	if (to < asker->lowest)
		asker->lowest = to;
}

/* Those from here on along the path reach each other. One that does not wait for itself is no round. */
static void close(struct search *search, struct asker *asker)
{
	uint32_t round = search->rounds + 1;
	size_t from = search->depth;

	do
		search->askers[search->path[--from]].round = round;
	while (&search->askers[search->path[from]] != asker);
	for (size_t i = from; i < search->depth; i++) {
		struct asker *member = &search->askers[search->path[i]];

		member->is_open = false;
		for (size_t wait = member->first; wait < member->end; wait++) {
			struct asker *whom = find(search, search->found[wait].whom);

			if (whom == NULL || whom->round != round)
				continue;
			search->found[wait].cycle = search->rounds = round;
			*search->placed++ = search->found[wait];
		}
	}
	if (search->rounds != round)
		asker->round = 0;
	search->depth = from;
}

/* Along one wait of it. True: somebody new was entered. */
static bool follow(struct search *search, struct asker *asker)
{
	struct asker *whom = find(search, search->found[asker->next++].whom);

	if (whom != NULL && whom->entered == 0) {
		enter(search, whom, (size_t)(asker - search->askers));
		return true;
	}
	if (whom != NULL && whom->is_open)
		lower(asker, whom->entered);
	return false;
}

static void visit(struct search *search, struct asker *first)
{
	struct asker *asker = first;

	enter(search, first, NONE);
	while (asker != NULL) {
		struct asker *caller = asker->caller != NONE ? &search->askers[asker->caller] : NULL;

		if (asker->next < asker->end) {
			if (follow(search, asker))
				asker = &search->askers[search->path[search->depth - 1]];
			continue;
		}
		if (asker->lowest == asker->entered)
			close(search, asker);
		if (caller != NULL)
			lower(caller, asker->lowest);
		asker = caller;
	}
}

/* ---- the list ------------------------------------------------------------------------------------------------------------------ */

static void fill(struct search *search, size_t count)
{
	find_askers(search, count);
	for (size_t i = 0; i < search->count; i++)
		if (search->askers[i].entered == 0)
			visit(search, &search->askers[i]);
	for (size_t i = 0; i < count; i++)
		if (search->found[i].cycle == 0)
			*search->placed++ = search->found[i];
}

odeon_waits *rounds_list(odeon_wait *found, size_t count, size_t silent)
{
	odeon_waits *list = malloc(sizeof *list + count * sizeof(odeon_wait));
	odeon_wait *waits = (odeon_wait *)(void *)(list + 1);
	struct search search = { .found = found, .placed = waits };

	search.askers = alloc_block((count + 1) * sizeof *search.askers);
	search.path = alloc_block((count + 1) * sizeof *search.path);
	if (list != NULL && search.askers != NULL && search.path != NULL) {
		*list = (odeon_waits){ .bytes = sizeof *list, .count = count, .silent = silent, .waits = waits };
		fill(&search, count);
	} else {
		free(list);
		list = NULL;
	}
	alloc_free(search.path, (count + 1) * sizeof *search.path);
	alloc_free(search.askers, (count + 1) * sizeof *search.askers);
	return list;
}
