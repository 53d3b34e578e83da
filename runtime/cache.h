/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache - the blocks that workers make messages of, and how they come home
 *
 * Agreement. cache_alloc: any thread; a thread that is no worker gets the allocator's, which is not `pooled`, and must
 * be given back as such. cache_free: any thread, also after the system is gone. A cache is touched by its worker alone.
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
 * before it takes from a slab. Each such group keeps a slab from being wholly free, at worst another one.
 *
 * Where no slab is to be had the block is the allocator's, and not `pooled`: the last to say no.
 *
 * Under AddressSanitizer and in debug builds every block is the allocator's, so that a use after free is found.
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
};

void cache_init(struct cache *cache, struct depot *depot);
void cache_fini(struct cache *cache);

/* The slow ways: nothing here, too much, not here. */
void *cache_refill(struct cache *cache, size_t bytes, bool *is_pooled);
void cache_give(struct bin *bin);
void cache_give_one(void *memory);

#if defined(ODEON_DEBUG) || defined(ODEON_ASAN)
# define CACHE_IS_USED 0
#else
# define CACHE_IS_USED 1
#endif

static inline void *cache_alloc(size_t bytes, bool *is_pooled)
{
	size_t units = (bytes + 15) / 16;
	struct cache *cache = CACHE_IS_USED && context_here != NULL ? context_here->cache : NULL;
	struct cache_block *block;
	struct bin *bin;

	*is_pooled = cache != NULL && units <= CACHE_UNITS;
	if (!*is_pooled)                        /* not a byte more, so that a step beyond the end is found */
		return UNLIKELY(context_refuses(bytes)) ? NULL : alloc_block(bytes);
	bin = &cache->bins[units];
	block = bin->first;
	if (LIKELY(block != NULL)) {
		bin->first = block->next;
		bin->count--;
		return block;
	}
	if (LIKELY(bin->vacant != 0)) {
		unsigned number = (unsigned)__builtin_ctzll(bin->vacant);

		bin->vacant &= bin->vacant - 1;
		return bin->blocks + number * units * 16;
	}
	return cache_refill(cache, bytes, is_pooled);
}

static inline void cache_free(void *memory, size_t bytes, bool is_pooled)
{
	size_t units = (bytes + 15) / 16;
	struct cache *cache = context_here != NULL ? context_here->cache : NULL;
	struct cache_block *block = memory;
	struct bin *bin;

	if (!is_pooled) {
		alloc_free(memory, bytes);
		return;
	}
	if (UNLIKELY(cache == NULL)) {
		cache_give_one(memory);
		return;
	}
	bin = &cache->bins[units];
	block->next = bin->first;
	bin->first = block;
	if (UNLIKELY(++bin->count >= 2 * CACHE_BATCH))
		cache_give(bin);
}

#endif
