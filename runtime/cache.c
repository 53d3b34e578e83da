/* SPDX-License-Identifier: BSD-2-Clause */
/* cache - slabs: given back to, taken from, made, discarded */
#include "cache.h"

#include "clock.h"
#include "os.h"

#define SPAN_BYTES ((size_t)SPAN_SLABS * SLAB_BYTES)
#define RECIPROCAL(units) ((1u << 20) / (units) + 1)
#define SPANS_PIECEMEAL 2u
#define HEAP_LEAST 16u                          /* blocks in the heap that a worker takes */
#define TRIM_TRIES 4u                           /* more than one, so that the depot shrinks faster than slabs become free */

static struct slab *slab_of_link(struct link *link)
{
	return (struct slab *)(void *)((char *)link - offsetof(struct slab, link));
}

static struct slab *slab_of(void *block)
{
	return (struct slab *)((uintptr_t)block & ~(uintptr_t)(SLAB_BYTES - 1));
}

static uint32_t slab_number(const struct slab *slab, const void *block)
{
	uint32_t at = (uint32_t)((uintptr_t)block & (SLAB_BYTES - 1)) - SLAB_FIRST;

	return at / 16 * RECIPROCAL(slab->units) >> 20;         /* exact: both factors are small */
}

/* How many are free; below 0 for a moment, when they are taken before they are counted. */
static int32_t slab_free(uint32_t state)
{
	return (int32_t)state >> 1;
}

/* ---- the depot -------------------------------------------------------------------------------------------------------- */

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

void depot_join(struct depot *depot)
{
	(void)ck_pr_faa_32(&depot->users, 1);
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

/* One that has not left counts the slabs of a depot only when nobody discards any more. False: it is too late. */
static bool join_again(struct depot *depot)
{
	uint32_t users = ck_pr_load_32(&depot->users);

	do {
		if (users == 0)
			return MUTANT(DISCARD_AFTER_END);
	} while (!ck_pr_cas_32_value(&depot->users, users, users + 1, &users));
	return true;
}

/* Held by the caller, and wholly free. Its memory goes, its address stays. */
static bool discard(struct depot *depot, struct slab *slab)
{
	if (!join_again(depot))
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

/* Some of those that lie there longest go, if there are many. */
static void depot_trim(struct depot *depot, uint32_t units)
{
	struct shelf *shelf = &depot->shelves[units];
	struct link *link;

	if (ck_pr_load_32(&shelf->count) <= DEPOT_SLABS_MOST)
		return;
	if (DEPOT_KEEP_NS != 0)
		look_at_clock(shelf);
	for (unsigned i = 0; i < TRIM_TRIES && take_spare(shelf); i++) {
		struct slab *slab;

		if (slotqueue_take(&shelf->slabs, &link, 1) == 0)
			return;
		slab = slab_of_link(link);
		if (slab_free(ck_pr_load_32(&slab->state)) >= (int32_t)slab->blocks && discard(depot, slab)) {
			(void)ck_pr_faa_32(&shelf->count, (uint32_t)-1);
			one_fewer(shelf);
		} else
			slotqueue_push(&shelf->slabs, link);
	}
}

/* Held by the caller, who lets go of it. */
static void depot_put(struct depot *depot, struct slab *slab)
{
	uint32_t units = slab->units;

	(void)ck_pr_faa_32(&depot->shelves[units].count, 1);    /* before it can be taken, so that it never goes below 0 */
	slotqueue_push(&depot->shelves[units].slabs, &slab->link);
	depot_trim(depot, units);
}

/* NULL: none, or another worker is at it. */
static struct slab *depot_take(struct depot *depot, size_t units)
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

/* ---- giving back ------------------------------------------------------------------------------------------------------- */

/* A slab's last block has come home, after the end. */
static void let_go(struct depot *depot)
{
	ck_pr_fence_acquire();                  /* the number of parties; pairs with depot_leave */
	if (let_go_last(&depot->parties))
		depot_free(depot);
}

/* The last touch of the slab, unless it is the last block of a depot that was left. */
static void slab_give(struct slab *slab, uint32_t count)
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

static void set_vacant(struct slab *slab, uint32_t group, uint64_t bits)
{
	ck_pr_fence_release();                  /* the use of the blocks; pairs with take_group */
	TSAN_RELEASE(&slab->vacant[group]);
	ck_pr_or_64(&slab->vacant[group], bits);
}

static uint32_t count_bits(uint64_t bits)
{
	return (uint32_t)__builtin_popcountll(bits);
}

static void give_bits(struct slab *slab, uint32_t group, uint64_t bits, uint32_t count)
{
	if (!MUTANT(COUNTED_FIRST))
		set_vacant(slab, group, bits);
	slab_give(slab, count);
	if (MUTANT(COUNTED_FIRST))
		set_vacant(slab, group, bits);
}

static void heap_give(struct heap *heap)
{
	struct slab *slab = slab_of(heap->blocks);
	uint64_t bits = heap->bits;
	uint32_t count = heap->count;

	heap->bits = 0;
	heap->count = 0;
	if (count == 0)
		return;
	give_bits(slab, slab_number(slab, heap->blocks) / 64, bits, count);
}

/* Blocks that are freed one after the other are often made one after the other, or every so many: several bits of a
 * group come together before another group wants the heap. */
static void heap_add(struct bin *bin, void *block)
{
	struct slab *slab = slab_of(block);
	uint32_t number = slab_number(slab, block), group = number / 64;
	struct heap *heap = &bin->heaps[((uintptr_t)slab / SLAB_BYTES * 16 + group) % CACHE_HEAPS];
	char *blocks = (char *)slab + SLAB_FIRST + (size_t)group * 64 * slab->units * 16;

	if (heap->blocks != blocks) {
		bin->heaped -= heap->count;
		heap_give(heap);
		heap->blocks = blocks;
	}
	heap->bits |= (uint64_t)1 << number % 64;
	bin->heaped++;
	if (++heap->count == 64) {
		bin->heaped -= 64;
		heap_give(heap);
	}
}

/* From the own heaps, when some have enough to be worth it. */
static bool take_heap(struct bin *bin)
{
	if (bin->heaped < CACHE_HEAPED_LEAST)
		return false;
	for (uint32_t i = 0; i < CACHE_HEAPS; i++) {
		struct heap *heap = &bin->heaps[bin->next_heap++ % CACHE_HEAPS];

		if (heap->count < HEAP_LEAST)
			continue;
		bin->vacant = heap->bits;
		bin->blocks = heap->blocks;
		bin->heaped -= heap->count;
		heap->bits = 0;
		heap->count = 0;
		return true;
	}
	return false;
}

static void give(struct bin *bin, uint32_t count)
{
	bin->count -= count;
	while (count-- > 0) {
		struct cache_block *block = bin->first;

		bin->first = block->next;
		if (LIKELY(bin->heaps != NULL))
			heap_add(bin, block);
		else
			cache_give_one(block);
	}
}

/* The newer half goes: it is the hot one, but also the one at hand. */
void cache_give(struct bin *bin)
{
	if (bin->heaps == NULL)
		bin->heaps = alloc_zeroed(CACHE_HEAPS * sizeof bin->heaps[0]);
	give(bin, CACHE_BATCH);
}

void cache_give_one(void *memory)
{
	struct slab *slab = slab_of(memory);
	uint32_t number = slab_number(slab, memory);

	give_bits(slab, number / 64, (uint64_t)1 << number % 64, 1);
}

/* ---- taking ------------------------------------------------------------------------------------------------------------ */

/* Its holder has gone through it. Enough was freed meanwhile: through the depot to whoever needs it. */
static void slab_leave(struct slab *slab)
{
	uint32_t state = ck_pr_load_32(&slab->state);

	do {
		if (slab_free(state) >= (int32_t)slab->blocks / 2 && !MUTANT(LEAVE_NO_LOOK)) {
			depot_put(slab->depot, slab);
			return;
		}
	} while (!ck_pr_cas_32_value(&slab->state, state, state & ~SLAB_HELD, &state));
}

/* False: the slab is gone through. */
static bool take_group(struct bin *bin)
{
	struct slab *slab = bin->slab;
	uint32_t groups = (slab->blocks + 63) / 64;

	while (bin->group < groups) {
		uint32_t group = bin->group++;

		if (ck_pr_load_64(&slab->vacant[group]) == 0)
			continue;
		bin->vacant = ck_pr_fas_64(&slab->vacant[group], 0);
		ck_pr_fence_acquire();          /* pairs with set_vacant */
		if (!MUTANT(TAKE_NOT_COUNTED))
			(void)ck_pr_faa_32(&slab->state, (uint32_t)-2 * count_bits(bin->vacant));
		bin->blocks = (char *)slab + SLAB_FIRST + (size_t)group * 64 * slab->units * 16;
		return true;
	}
	return false;
}

/* A cache's first ones are had piece by piece, so that a small program stays small; and so is one that is not had whole. */
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

/* What another cache left of a span, or a new one. */
static struct span *span_get(struct depot *depot, bool is_piecemeal)
{
	struct link *link;

	if (!slotqueue_is_empty(&depot->rests) && slotqueue_take(&depot->rests, &link, 1) == 1)
		return (struct span *)(void *)((char *)link - offsetof(struct span, link));
	return span_make(depot, is_piecemeal);
}

/* A piece of a span that was never used. */
static struct slab *carve(struct cache *cache)
{
	struct span *span = cache->span;
	struct slab *slab;

	if (span == NULL || span->used == SPAN_SLABS) {
		span = span_get(cache->depot, cache->spans < SPANS_PIECEMEAL);
		if (span == NULL)
			return NULL;
		cache->span = span;
		cache->spans++;
	}
	slab = (struct slab *)(void *)(span->slabs + (size_t)span->used * SLAB_BYTES);
	if (span->is_piecemeal && !os_commit(slab, SLAB_BYTES))
		return NULL;
	span->used++;
	return slab;
}

static struct slab *slab_make(struct cache *cache, size_t units)
{
	struct link *link;
	struct slab *slab;
	uint32_t blocks = (uint32_t)((SLAB_BYTES - SLAB_FIRST) / (units * 16));

	if (!slotqueue_is_empty(&cache->depot->blanks) && slotqueue_take(&cache->depot->blanks, &link, 1) == 1)
		slab = slab_of_link(link);
	else
		slab = carve(cache);
	if (slab == NULL)
		return NULL;
	slab->depot = cache->depot;
	slab->units = (uint32_t)units;
	slab->blocks = blocks;
	for (uint32_t i = 0; i < blocks / 64; i++)
		slab->vacant[i] = UINT64_MAX;
	if (blocks % 64 != 0)
		slab->vacant[blocks / 64] = ((uint64_t)1 << blocks % 64) - 1;
	ck_pr_store_32(&slab->state, 2 * blocks | SLAB_HELD);
	return slab;
}

static bool refill(struct cache *cache, size_t units)
{
	struct bin *bin = &cache->bins[units];

	while (!take_heap(bin) && (bin->slab == NULL || !take_group(bin))) {
		if (bin->slab != NULL)
			slab_leave(bin->slab);
		bin->group = 0;
		bin->slab = depot_take(cache->depot, units);
		if (bin->slab == NULL)
			bin->slab = slab_make(cache, units);
		if (bin->slab == NULL)
			return false;
	}
	return true;
}

void *cache_refill(struct cache *cache, size_t bytes, bool *is_pooled)
{
	size_t units = (bytes + 15) / 16;
	struct bin *bin = &cache->bins[units];
	unsigned number;

	if (UNLIKELY(!refill(cache, units))) {
		*is_pooled = false;
		return alloc_block(bytes);
	}
	number = (unsigned)__builtin_ctzll(bin->vacant);
	bin->vacant &= bin->vacant - 1;
	return bin->blocks + number * units * 16;
}

/* ---- beginning and end -------------------------------------------------------------------------------------------------- */

void cache_init(struct cache *cache, struct depot *depot)
{
	*cache = (struct cache){ .depot = depot };
}

static void bin_fini(struct bin *bin)
{
	struct heap last = { .blocks = bin->blocks, .bits = bin->vacant, .count = count_bits(bin->vacant) };

	if (bin->count != 0)
		give(bin, bin->count);
	heap_give(&last);
	for (uint32_t i = 0; bin->heaps != NULL && i < CACHE_HEAPS; i++)
		heap_give(&bin->heaps[i]);
	alloc_free(bin->heaps, CACHE_HEAPS * sizeof bin->heaps[0]);
	if (bin->slab != NULL)
		slab_leave(bin->slab);
}

void cache_fini(struct cache *cache)
{
	for (size_t units = 0; units <= CACHE_UNITS; units++)
		bin_fini(&cache->bins[units]);
	if (cache->span != NULL && cache->span->used < SPAN_SLABS)
		slotqueue_push(&cache->depot->rests, &cache->span->link);
	if (cache->joined != 0)
		depot_leave_often(cache->depot, cache->joined);
	*cache = (struct cache){ .depot = cache->depot };
}

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
