/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache - the blocks that workers make messages of, and how they come home
 *
 * Agreement. cache_alloc, cache_free: any thread; one that has no cache gets no block, and may free one, also after the system is
 * gone. A cache is touched by its worker alone. Whoever gets no block takes the allocator's, and remembers whose it is.
 *
 * A block that a worker freed goes into its own list, and is what it makes next: a message that is freed where others
 * are made costs 2 ns, and is hot. Where one worker makes and another frees, order matters more than anything: a
 * receiver that goes through a mailbox of cold messages, or a sender that goes through a list of cold blocks, waits
 * for memory at each step, unless one is where the processor expects it, behind the one before. So blocks do not
 * travel as lists, which mixes them more with every round. They live in *slabs*, which say by one bit a block what is
 * vacant; whoever has too many sets bits, and whoever has none takes a slab and goes through it in the order of
 * addresses, reading nothing of the blocks themselves. depot.h has what slabs are.
 *
 * What a worker holds back is bounded: of each size its list, one slab, and the bits of CACHE_HEAPS groups, which it takes from
 * before it takes from a slab. Each such group keeps a slab from being wholly free, at worst another one. A worker that rests holds
 * back nothing (rest.h).
 *
 * Under AddressSanitizer and in debug builds there are no blocks, so that a use after free is found.
 */
#ifndef CACHE_H
#define CACHE_H

#include "alloc.h"
#include "context.h"
#include "depot.h"

struct cache_block {
	struct cache_block *next;
};

/* Bits of one group, not yet given back. */
struct heap { char *blocks; uint64_t bits; uint32_t count; };

struct bin {
	struct cache_block *first;              /* freed here, hot */
	uint32_t count;
	uint32_t group;                         /* of the slab, the one that is looked at next */
	uint64_t vacant;                        /* taken from the slab: not yet used */
	char *blocks;                           /* what the bits of `vacant` mean */
	struct slab *slab;
	struct heap *heaps;                     /* CACHE_HEAPS; NULL: none yet */
	uint32_t heaped;                        /* blocks in these */
	uint32_t next_heap;                     /* where to look for some first */
};

struct cache {
	struct bin bins[CACHE_UNITS + 1];
	struct depot *depot;
	struct span *span;                      /* where this worker's next slab is */
	uint32_t spans;                         /* so many so far */
	uint32_t joined;                        /* so often, besides, for whom a depot is taken next: plain.h */
	uint32_t slow;                          /* times that a slow way was gone: with every 64 blocks at most, or a first one */
};

void cache_init(struct cache *cache, struct depot *depot);
void cache_fini(struct cache *cache);

/* All that it holds back goes home. */
void cache_tidy(struct cache *cache);

/* The slow ways: nothing at hand, too much, not here. */
void *cache_refill(struct cache *cache, size_t units);
void cache_give(struct cache *cache, struct bin *bin);
void cache_give_one(void *memory);

/* Of whose slabs the block is: kept as long as it is out. Not the cache's, if another thread's block was freed here. */
struct depot *cache_depot_of(void *block);

#if defined(ODEON_DEBUG) || defined(ODEON_ASAN)
# define CACHE_IS_USED 0
#else
# define CACHE_IS_USED 1
#endif

/* The calling thread's; NULL: it has none. */
static inline struct cache *cache_here(void)
{
	return CACHE_IS_USED && context_here != NULL ? context_here->cache : NULL;
}

/* A block of the size, at most CACHE_UNITS, that costs next to nothing; NULL: there is none at hand. */
static inline void *cache_at_hand(struct cache *cache, size_t units)
{
	struct bin *bin = &cache->bins[units];
	struct cache_block *block = bin->first;
	unsigned number;

	if (LIKELY(block != NULL)) {
		bin->first = block->next;
		bin->count--;
		return block;
	}
	if (UNLIKELY(bin->vacant == 0))
		return NULL;
	number = (unsigned)__builtin_ctzll(bin->vacant);
	bin->vacant &= bin->vacant - 1;
	return bin->blocks + number * units * 16;
}

/* NULL: this thread has no cache, so large a block there is not, or no slab is to be had. */
static inline void *cache_alloc(size_t bytes)
{
	struct cache *cache = cache_here();
	size_t units = (bytes + 15) / 16;
	void *block;

	if (cache == NULL || units > CACHE_UNITS)
		return NULL;
	block = cache_at_hand(cache, units);
	return block != NULL ? block : cache_refill(cache, units);
}

static inline void cache_free(void *memory, size_t bytes)
{
	struct cache *cache = cache_here();
	struct cache_block *block = memory;
	struct bin *bin;

	if (UNLIKELY(cache == NULL)) {
		cache_give_one(memory);
		return;
	}
	bin = &cache->bins[(bytes + 15) / 16];
	block->next = bin->first;
	bin->first = block;
	if (UNLIKELY(++bin->count >= 2 * CACHE_BATCH))
		cache_give(cache, bin);
}

#endif
