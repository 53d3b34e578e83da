/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache - the blocks that workers make messages of, and how they come home
 *
 * Agreement. cache_alloc: any thread; a thread that is no worker gets the allocator's, which is not `pooled`, and must
 * be given back as such. cache_free: any thread, also after the system is gone. A cache is touched by its worker alone.
 * A depot, one a system, is shared by its workers: any of them, at the same time. Whoever opened it or joined it leaves
 * it, when his caches are gone; it lives until all have left and the last block is given back.
 *
 * A block that a worker freed goes into its own list, and is what it makes next: a message that is freed where others
 * are made costs 2 ns, and is hot. Where one worker makes and another frees, order matters more than anything: a
 * receiver that goes through a mailbox of cold messages, or a sender that goes through a list of cold blocks, waits
 * for memory at each step, unless one is where the processor expects it, behind the one before. So blocks do not
 * travel as lists, which mixes them more with every round. They live in *slabs*, which say by one bit a block what is
 * vacant; whoever has too many sets bits, and whoever has none takes a slab and goes through it in the order of
 * addresses, reading nothing of the blocks themselves.
 *
 *   slab    64 KiB at a multiple of that; blocks of one size. `vacant` has the bits: set by whoever frees, all of a
 *           group taken at once by the slab's holder. `state` is how many are free, twice, and whether it is held: by
 *           the worker that takes from it, or by the depot. A slab that nobody holds and that is half free is held by
 *           the one who saw it, and put into the depot.
 *   span    two megabytes of slabs, from the system, on a huge page where there is one. Each worker's first two are not.
 *
 * The bits are set before the blocks are counted, and taken before they are counted off, so the count is never too
 * high while nobody takes: when a slab of the depot says that all are free, nobody is at work in it any more. What the
 * depot has too much of, and is wholly free, is given back to the system, slab by slab, and used again for any size; who
 * does so counts as one that has not left. But what comes in waves would be given back and had anew with each of them, which
 * costs more than all else that is done to a message; so a depot only gives back as many as it had more than enough of all the
 * time for a second, and notices when slabs are put into it. Addresses are kept until the depot's end, also what is left of a span when
 * its cache ends: the next cache goes on there. What a worker holds back is bounded: of each size its list, one slab, and
 * the bits of CACHE_HEAPS groups, which it takes from before it takes from a slab. Each such group keeps a slab from being
 * wholly free, at worst another one.
 *
 * Where no slab is to be had the block is the allocator's, and not `pooled`: the last to say no.
 *
 * Under AddressSanitizer and in debug builds every block is the allocator's, so that a use after free is found.
 */
#ifndef CACHE_H
#define CACHE_H

#include "alloc.h"
#include "context.h"
#include "slotqueue.h"

#if !defined(SLAB_BYTES)                        /* the explorer has smaller ones */
#define CACHE_UNITS 16u                         /* blocks of up to so many units of 16 bytes */
#define CACHE_UNITS_LEAST 3u                    /* and no smaller */
#define CACHE_BATCH 64u                         /* of its list, a worker gives back so many when it has twice as many */
#define CACHE_HEAPS 512u                         /* groups that a worker collects bits of, of each size; a power of two */
#define CACHE_HEAPED_LEAST 2048u                /* blocks in these, before it looks there for some */
#define SLAB_BYTES 65536u
#define SLAB_GROUPS 22u                         /* of 64 blocks; enough for the smallest */
#define SPAN_SLABS 32u
#define DEPOT_SLABS_MOST 128u                   /* of each size; what is more, and wholly free, goes back to the system ... */
#define DEPOT_KEEP_NS 1000000000                /* when it was not needed for so long; 0: at once */
#endif
#define SLAB_FIRST 256u                         /* the first block's place */
#define SLAB_HELD 1u

struct cache_block {
	struct cache_block *next;
};

struct slab {
	struct link link;                       /* in the depot */
	struct depot *depot;
	uint32_t units;                         /* size of a block */
	uint32_t blocks;                        /* 0: none, it is blank */
	uint32_t state CACHE_ALIGNED;           /* vacant blocks * 2 | SLAB_HELD; any thread */
	uint64_t vacant[SLAB_GROUPS];           /* any thread */
};
_Static_assert(sizeof(struct slab) <= SLAB_FIRST, "the head of a slab has its place");
_Static_assert((SLAB_BYTES - SLAB_FIRST) / (CACHE_UNITS_LEAST * 16) <= SLAB_GROUPS * 64, "a bit for each block");

struct span {
	struct link link;                       /* in the depot's, when its cache has ended */
	struct span *next;
	char *slabs;
	uint32_t used;                          /* slabs so far; the cache that has the span */
	bool is_piecemeal;                      /* committed slab by slab */
};

/* Of one size, the slabs of a depot. */
struct shelf {
	struct slotqueue slabs;
	uint64_t until;                         /* the end of this while, on the clock */
	uint32_t count;
	uint32_t least;                         /* in this while, about */
	uint32_t spare;                         /* not needed in the last: these may go */
};

struct depot {
	struct shelf shelves[CACHE_UNITS + 1];
	struct slotqueue blanks;                /* slabs given back to the system */
	struct slotqueue rests;                 /* spans of caches that ended, with slabs that nobody had yet */
	struct span *spans;                     /* all of them; any worker adds */
	uint32_t users;                         /* who have not left yet, or are discarding a slab */
	uint32_t parties;                       /* after that: slabs with blocks that are still out, and who counts them */
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

/* NULL: out of memory. Opened is joined; NULL may be left. */
struct depot *depot_open(void);
void depot_join(struct depot *depot);
void depot_leave(struct depot *depot);

/* One who has joined and stays joins and leaves so many times more. */
void depot_join_often(struct depot *depot, uint32_t times);
void depot_leave_often(struct depot *depot, uint32_t times);

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
