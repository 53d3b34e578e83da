/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache - the blocks of messages that a worker freed and will need again
 *
 * Agreement. cache_alloc and cache_free: any thread; a thread that is no worker goes to the allocator. A cache is
 * touched by its worker alone. A depot, one a system, is shared by its workers: any of them, at the same time.
 *
 * A message is mostly freed by the worker that made it, or one that makes others: then its block goes around without
 * the allocator, for 2 ns instead of 7. Where one worker makes and another frees, blocks travel home through the depot,
 * CACHE_BATCH at a time, for a few atomic operations a batch; a free of another core's block costs the allocator 68 ns.
 * What is too large, or too many, is the allocator's.
 *
 * Under AddressSanitizer and in debug builds every block is the allocator's, so that a use after free is found.
 */
#ifndef CACHE_H
#define CACHE_H

#include "alloc.h"
#include "context.h"
#include "slotqueue.h"

#define CACHE_UNITS 16u                         /* blocks of up to so many units of 16 bytes */
#define CACHE_BATCH 64u
#define CACHE_BATCHES_MOST 256u                 /* that a depot keeps of each size */

struct cache_block {
	struct cache_block *next;
	struct link link;                       /* of the first of a batch, in the depot */
};

struct depot {
	struct {
		struct slotqueue batches;
		uint32_t count;                 /* about */
	} sizes[CACHE_UNITS + 1];
};

struct cache {
	struct { struct cache_block *first; uint32_t count; } sizes[CACHE_UNITS + 1];
	struct depot *depot;
};

void depot_init(struct depot *depot);
void depot_fini(struct depot *depot);
void cache_init(struct cache *cache, struct depot *depot);
void cache_fini(struct cache *cache);

/* The slow ways: nothing here, or too much. */
void *cache_refill(struct cache *cache, size_t units);
void cache_give(struct cache *cache, size_t units);

#if defined(ODEON_DEBUG) || defined(ODEON_ASAN)
# define CACHE_IS_USED 0
#else
# define CACHE_IS_USED 1
#endif

static inline void *cache_alloc(size_t bytes)
{
	size_t units = (bytes + 15) / 16;
	struct cache *cache = context_here != NULL ? context_here->cache : NULL;
	struct cache_block *block;

	if (!CACHE_IS_USED)                     /* not a byte more, so that a step beyond the end is found */
		return alloc_block(bytes);
	if (cache == NULL || units > CACHE_UNITS)
		return alloc_block(units * 16);
	block = cache->sizes[units].first;
	if (UNLIKELY(block == NULL))
		return cache_refill(cache, units);
	cache->sizes[units].first = block->next;
	cache->sizes[units].count--;
	return block;
}

static inline void cache_free(void *memory, size_t bytes)
{
	size_t units = (bytes + 15) / 16;
	struct cache *cache = context_here != NULL ? context_here->cache : NULL;
	struct cache_block *block = memory;

	if (!CACHE_IS_USED) {
		alloc_free(memory, bytes);
		return;
	}
	if (cache == NULL || units > CACHE_UNITS) {
		alloc_free(memory, units * 16);
		return;
	}
	block->next = cache->sizes[units].first;
	cache->sizes[units].first = block;
	if (UNLIKELY(++cache->sizes[units].count >= 2 * CACHE_BATCH))
		cache_give(cache, units);
}

#endif
