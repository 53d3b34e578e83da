/* SPDX-License-Identifier: BSD-2-Clause */
/* depot - shelves of slabs, spans of the system's memory, the end of both */
#include "depot.h"

#include "alloc.h"
#include "clock.h"
#include "os.h"

#define SPAN_BYTES ((size_t)SPAN_SLABS * SLAB_BYTES)
#define TRIM_TRIES 4u                           /* more than one, so that the depot shrinks faster than slabs become free */

static struct slab *slab_of_link(struct link *link)
{
	return (struct slab *)(void *)((char *)link - offsetof(struct slab, link));
}

/* How many are free; below 0 for a moment, when they are taken before they are counted. */
static int32_t slab_free(uint32_t state)
{
	return (int32_t)state >> 1;
}

/* ---- beginning --------------------------------------------------------------------------------------------------- */

struct depot *depot_open(void)
{
	struct depot *depot = alloc_lines(sizeof *depot);

	if (depot == NULL)
		return NULL;
	for (size_t units = 0; units <= CACHE_UNITS; units++)
		slotqueue_init(&depot->shelves[units].slabs);
	slotqueue_init(&depot->blanks);
	slotqueue_init(&depot->rests);
	depot->users = 1;
	return depot;
}

bool depot_join(struct depot *depot)
{
	uint32_t users = ck_pr_load_32(&depot->users);

	do {
		if (users == 0)
			return MUTANT(DISCARD_AFTER_END);
	} while (!ck_pr_cas_32_value(&depot->users, users, users + 1, &users));
	return true;
}

void depot_join_often(struct depot *depot, uint32_t times)
{
	(void)ck_pr_faa_32(&depot->users, times);
}

void depot_leave_often(struct depot *depot, uint32_t times)
{
	ck_pr_fence_release();                  /* as let_go_last */
	(void)ck_pr_faa_32(&depot->users, (uint32_t)0 - times);
}

/* ---- shelves ----------------------------------------------------------------------------------------------------- */

/* Held by the caller, and wholly free. Its memory goes, its address stays. Slabs are counted as the depot ends, when nobody discards
 * any more; false: it is too late. */
static bool discard(struct depot *depot, struct slab *slab)
{
	if (!depot_join(depot))
		return false;
	ck_pr_fence_acquire();                  /* all that was done in the slab, before it goes; pairs with slab_give */
	os_discard(slab, SLAB_BYTES);
	slab->depot = depot;
	slotqueue_push(&depot->blanks, &slab->link);
	depot_leave(depot);                     /* if it is the last to leave: the caller has a block, so the depot stays */
	return true;
}

/* A while is over: as many as there were at least, beyond what is always kept, were not needed in it. */
static void look_at_clock(struct shelf *shelf)
{
	uint64_t until = ck_pr_load_64(&shelf->until), now = (uint64_t)clock_now();
	uint32_t least;

	if (now < until || !ck_pr_cas_64(&shelf->until, until, now + DEPOT_KEEP_NS))
		return;
	least = ck_pr_fas_32(&shelf->least, ck_pr_load_32(&shelf->count));
	ck_pr_store_32(&shelf->spare, least > DEPOT_SLABS_MOST ? least - DEPOT_SLABS_MOST : 0);
}

/* It has gone, and was not taken. About: never below none, or all would seem to be too many. */
static void one_fewer(struct shelf *shelf)
{
	uint32_t least = ck_pr_load_32(&shelf->least);

	if (least != 0)
		(void)ck_pr_cas_32(&shelf->least, least, least - 1);
}

/* One of what may go. */
static bool take_spare(struct shelf *shelf)
{
	uint32_t spare = ck_pr_load_32(&shelf->spare);

	if (ck_pr_load_32(&shelf->count) <= DEPOT_SLABS_MOST)
		return false;
	return DEPOT_KEEP_NS == 0 || (spare != 0 && ck_pr_cas_32(&shelf->spare, spare, spare - 1));
}

uint32_t depot_count(const struct depot *depot, size_t units) { return ck_pr_load_32(&depot->shelves[units].count); }

bool depot_discard_oldest(struct depot *depot, size_t units)
{
	struct shelf *shelf = &depot->shelves[units];
	struct slab *slab;
	struct link *link;

	if (slotqueue_is_empty(&shelf->slabs) || slotqueue_take(&shelf->slabs, &link, 1) == 0)
		return false;
	slab = slab_of_link(link);
	if ((slab_free(ck_pr_load_32(&slab->state)) >= (int32_t)slab->blocks || MUTANT(DISCARD_UNFREE)) && discard(depot, slab)) {
		(void)ck_pr_faa_32(&shelf->count, (uint32_t)-1);
		one_fewer(shelf);
	} else
		slotqueue_push(&shelf->slabs, link);
	return true;
}

/* Some of those that lie there longest go, if there are many. */
static void depot_trim(struct depot *depot, uint32_t units)
{
	struct shelf *shelf = &depot->shelves[units];

	if (ck_pr_load_32(&shelf->count) <= DEPOT_SLABS_MOST)
		return;
	if (DEPOT_KEEP_NS != 0)
		look_at_clock(shelf);
	for (unsigned i = 0; i < TRIM_TRIES && take_spare(shelf); i++)
		if (!depot_discard_oldest(depot, units))
			return;
}

/* Held by the caller, who lets go of it. */
static void depot_put(struct depot *depot, struct slab *slab)
{
	uint32_t units = slab->units;

	(void)ck_pr_faa_32(&depot->shelves[units].count, 1);    /* before it can be taken, so that it never goes below 0 */
	slotqueue_push(&depot->shelves[units].slabs, &slab->link);
	depot_trim(depot, units);
}

struct slab *depot_take(struct depot *depot, size_t units)
{
	struct shelf *shelf = &depot->shelves[units];
	struct link *link;
	uint32_t left;

	if (slotqueue_is_empty(&shelf->slabs) || slotqueue_take(&shelf->slabs, &link, 1) == 0)
		return NULL;
	left = ck_pr_faa_32(&shelf->count, (uint32_t)-1) - 1;
	if (DEPOT_KEEP_NS != 0 && left < ck_pr_load_32(&shelf->least))
		ck_pr_store_32(&shelf->least, left);
	return slab_of_link(link);
}

/* ---- slabs ------------------------------------------------------------------------------------------------------- */

static void depot_free(struct depot *depot)
{
	struct span *span = depot->spans;

	while (span != NULL) {
		struct span *next = span->next;

		os_release(span->slabs, SPAN_BYTES);
		alloc_free(span, sizeof *span);
		span = next;
	}
	alloc_free_lines(depot);
}

/* A slab's last block has come home, after the end. */
static void let_go(struct depot *depot)
{
	ck_pr_fence_acquire();                  /* the number of parties; pairs with depot_leave */
	if (let_go_last(&depot->parties))
		depot_free(depot);
}

void slab_give(struct slab *slab, uint32_t count)
{
	struct depot *depot = slab->depot;
	uint32_t blocks = slab->blocks, state = ck_pr_load_32(&slab->state), next;

	if (slab_free(state) + (int32_t)count == (int32_t)blocks)
		depot_trim(depot, slab->units); /* before it is counted, while the depot stays */
	ck_pr_fence_release();                  /* the use of the blocks, before they are counted; pairs with who sees them all */
	for (;;) {
		if ((state & SLAB_HELD) == 0 && slab_free(state) + (int32_t)count >= (int32_t)blocks / 2) {
			if (ck_pr_cas_32_value(&slab->state, state, MUTANT(PUT_NOT_HELD) ? state : state | SLAB_HELD, &state)) {
				depot_put(depot, slab);         /* not counted yet, so it stays */
				state = ck_pr_load_32(&slab->state);
			}
			continue;
		}
		next = state + 2 * count;
		if (ck_pr_cas_32_value(&slab->state, state, next, &state))
			break;
	}
	if (UNLIKELY(slab_free(next) > (int32_t)blocks))
		let_go(depot);
}

/* Enough was freed meanwhile: through the depot to whoever needs it. */
void slab_leave(struct slab *slab)
{
	uint32_t state = ck_pr_load_32(&slab->state);

	do {
		if (slab_free(state) >= (int32_t)slab->blocks / 2 && !MUTANT(LEAVE_NO_LOOK)) {
			depot_put(slab->depot, slab);
			return;
		}
	} while (!ck_pr_cas_32_value(&slab->state, state, state & ~SLAB_HELD, &state));
}

/* ---- spans ------------------------------------------------------------------------------------------------------- */

/* Also piecemeal: one that is not had whole. */
static struct span *span_make(struct depot *depot, bool is_piecemeal)
{
	struct span *span = alloc_block(sizeof *span);

	if (span == NULL)
		return NULL;
	*span = (struct span){ .slabs = os_reserve(SPAN_BYTES, SPAN_BYTES) };
	if (span->slabs == NULL) {
		alloc_free(span, sizeof *span);
		return NULL;
	}
	span->is_piecemeal = is_piecemeal || !os_commit(span->slabs, SPAN_BYTES);
	span->next = ck_pr_load_ptr(&depot->spans);
	do
		ck_pr_fence_release();          /* the span, before it can be found; they are looked at when the caches are gone */
	while (!ck_pr_cas_ptr_value(&depot->spans, span->next, span, &span->next));
	return span;
}

struct span *depot_span(struct depot *depot, bool is_piecemeal)
{
	struct link *link;

	if (!slotqueue_is_empty(&depot->rests) && slotqueue_take(&depot->rests, &link, 1) == 1)
		return (struct span *)(void *)((char *)link - offsetof(struct span, link));
	return span_make(depot, is_piecemeal);
}

void depot_span_left(struct depot *depot, struct span *span)
{
	slotqueue_push(&depot->rests, &span->link);
}

struct slab *span_carve(struct span *span)
{
	struct slab *slab = (struct slab *)(void *)(span->slabs + (size_t)span->used * SLAB_BYTES);

	if (span->is_piecemeal && !os_commit(slab, SLAB_BYTES))
		return NULL;
	span->used++;
	return slab;
}

void span_discard_rest(struct span *span)
{
	size_t used = (size_t)span->used * SLAB_BYTES;

	if (!span->is_piecemeal && used < SPAN_BYTES)
		os_discard(span->slabs + used, SPAN_BYTES - used);
}

struct slab *depot_blank(struct depot *depot)
{
	struct link *link;

	if (!slotqueue_is_empty(&depot->blanks) && slotqueue_take(&depot->blanks, &link, 1) == 1)
		return slab_of_link(link);
	return NULL;
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* One more block than there are is counted in each slab. So the slab's last block ends it, whoever frees that one. */
static void slab_end(struct depot *depot, struct slab *slab)
{
	uint32_t blocks = slab->blocks, state = ck_pr_load_32(&slab->state), next;

	do
		next = (state + 2) | SLAB_HELD;
	while (!ck_pr_cas_32_value(&slab->state, state, next, &state));
	if (slab_free(next) > (int32_t)blocks)
		let_go(depot);
}

void depot_leave(struct depot *depot)
{
	uint32_t slabs = 0;

	if (depot == NULL || !let_go_last(&depot->users))
		return;
	for (struct span *span = depot->spans; span != NULL; span = span->next)
		slabs += span->used;
	ck_pr_store_32(&depot->parties, MUTANT(PARTY_FORGOTTEN) ? slabs : slabs + 1);
	ck_pr_fence_release();                  /* before a slab can be found ended; pairs with let_go */
	for (struct span *span = depot->spans; span != NULL; span = span->next)
		for (uint32_t i = 0; i < span->used; i++)
			slab_end(depot, (struct slab *)(void *)(span->slabs + (size_t)i * SLAB_BYTES));
	if (let_go_last(&depot->parties))
		depot_free(depot);
}
