/* SPDX-License-Identifier: BSD-2-Clause */
/* cache - blocks given back to slabs, in heaps, and taken from them; slabs made */
#include "cache.h"

#define SPANS_PIECEMEAL 2u                      /* so that a small program stays small */

static struct slab *slab_of(void *block)
{
	return (struct slab *)((uintptr_t)block & ~(uintptr_t)(SLAB_BYTES - 1));
}

struct depot *cache_depot_of(void *block) { return slab_of(block)->depot; }

static uint32_t slab_number(const struct slab *slab, const void *block)
{
	uint32_t at = (uint32_t)((uintptr_t)block & (SLAB_BYTES - 1)) - SLAB_FIRST;

	return at / 16 * slab->reciprocal >> 20;                /* exact: both factors are small */
}

/* ---- giving back ------------------------------------------------------------------------------------------------------- */

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

/* Where bits of the block's group come together. */
static struct heap *heap_of(struct bin *bin, void *block)
{
	struct slab *slab = slab_of(block);
	uint32_t group = slab_number(slab, block) / 64;
	struct heap *heap = &bin->heaps[((uintptr_t)slab / SLAB_BYTES * 16 + group) % CACHE_HEAPS];
	char *blocks = (char *)slab + SLAB_FIRST + (size_t)group * 64 * slab->units * 16;

	if (heap->blocks != blocks) {
		bin->heaped -= heap->count;
		heap_give(heap);
		heap->blocks = blocks;
	}
	return heap;
}

/* Of a group's blocks; the last group of a slab ends with it. */
static size_t group_bytes(const char *blocks, uint32_t units)
{
	size_t bytes = (size_t)64 * units * 16, rest = SLAB_BYTES - ((uintptr_t)blocks & (SLAB_BYTES - 1));

	return bytes < rest || MUTANT(GROUP_PAST_SLAB) ? bytes : rest;
}

/* More bits of its group. */
static void heap_add(struct bin *bin, struct heap *heap, uint64_t bits, uint32_t count)
{
	heap->bits |= bits;
	heap->count += count;
	bin->heaped += count;
	if (heap->count == 64) {
		bin->heaped -= 64;
		heap_give(heap);
	}
}

/* The first ones of the list. Blocks that are freed one after the other are often made one after the other, or every so many:
 * several bits of a group come together before another group wants the heap. */
static void heap_some(struct bin *bin, uint32_t count)
{
	uint64_t reciprocal = slab_of(bin->first)->reciprocal;
	uint32_t units = slab_of(bin->first)->units;
	struct cache_block *block = bin->first;

	while (count > 0) {
		struct heap *heap = heap_of(bin, block);
		size_t at = (size_t)((char *)block - heap->blocks), bytes = group_bytes(heap->blocks, units);
		uint32_t left = count;
		uint64_t bits = 0;

		do {
			bits |= (uint64_t)1 << (at / 16 * reciprocal >> 20);
			block = block->next;
			at = (size_t)((char *)block - heap->blocks);
		} while (--left > 0 && at < bytes);
		heap_add(bin, heap, bits, count - left);
		count = left;
	}
	bin->first = block;
}

/* From the own heaps, when some have enough to be worth it. */
static bool take_heap(struct bin *bin, size_t units)
{
	if (bin->heaped * units * 16 < CACHE_HEAPED_BYTES)
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

/* Of the list, count > 0. */
static void give(struct bin *bin, uint32_t count)
{
	bin->count -= count;
	if (LIKELY(bin->heaps != NULL)) {
		heap_some(bin, count);
		return;
	}
	while (count-- > 0) {
		struct cache_block *block = bin->first;

		bin->first = block->next;
		cache_give_one(block);
	}
}

/* The newer half goes: it is the hot one, but also the one at hand. */
void cache_give(struct cache *cache, struct bin *bin)
{
	cache->slow++;
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

/* A piece of a span that was never used. */
static struct slab *carve(struct cache *cache)
{
	struct span *span = cache->span;

	if (span == NULL || span->used == SPAN_SLABS) {
		span = depot_span(cache->depot, cache->spans < SPANS_PIECEMEAL);
		if (span == NULL)
			return NULL;
		cache->span = span;
		cache->spans++;
	}
	return span_carve(span);
}

static struct slab *slab_make(struct cache *cache, size_t units)
{
	struct slab *slab = depot_blank(cache->depot);
	uint32_t blocks = (uint32_t)((SLAB_BYTES - SLAB_FIRST) / (units * 16));

	if (slab == NULL && (slab = carve(cache)) == NULL)
		return NULL;
	slab->depot = cache->depot;
	slab->units = (uint32_t)units;
	slab->reciprocal = (1u << 20) / (uint32_t)units + 1;
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

	while (!take_heap(bin, units) && (bin->slab == NULL || !take_group(bin))) {
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

void *cache_refill(struct cache *cache, size_t units)
{
	cache->slow++;
	return LIKELY(refill(cache, units)) ? cache_at_hand(cache, units) : NULL;
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
	*bin = (struct bin){ 0 };
}

static void empty(struct cache *cache)
{
	for (size_t units = 0; units <= CACHE_UNITS; units++)
		bin_fini(&cache->bins[units]);
}

void cache_tidy(struct cache *cache)
{
	empty(cache);
	if (cache->span != NULL)
		span_discard_rest(cache->span);
}

void cache_fini(struct cache *cache)
{
	empty(cache);
	if (cache->span != NULL && cache->span->used < SPAN_SLABS)
		depot_span_left(cache->depot, cache->span);
	if (cache->joined != 0)
		depot_leave_often(cache->depot, cache->joined);
	*cache = (struct cache){ .depot = cache->depot };
}
