/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * depot - the memory that blocks for messages are in: slabs, on the shelves of a depot
 *
 * Agreement. A depot, one a system, is shared by its workers' caches: any of them, at the same time. Whoever opened it or
 * joined it leaves it, when his caches are gone; it lives until all have left and the last block is given back.
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
 * time for a second, and notices when slabs are put into it. When all workers have rested for a second, one of them has
 * all of them go (rest.h). Addresses are kept until the depot's end, also what is left of a
 * span when its cache ends: the next cache goes on there.
 */
#ifndef DEPOT_H
#define DEPOT_H

#include <stdbool.h>
#include "slotqueue.h"

#if !defined(SLAB_BYTES)                        /* the explorer has smaller ones */
#define CACHE_UNITS 16u                         /* blocks of up to so many units of 16 bytes */
#define CACHE_UNITS_LEAST 3u                    /* and no smaller */
#define CACHE_BATCH 64u                         /* of its list, a worker gives back so many when it has twice as many */
#define CACHE_HEAPS 512u                        /* groups that a worker collects bits of, of each size; a power of two */
#define CACHE_HEAPED_BYTES 65536u               /* of blocks in these, before it looks there for some */
#define HEAP_LEAST 16u                          /* blocks in the heap that a worker takes */
#define SLAB_BYTES 65536u
#define SLAB_GROUPS 22u                         /* of 64 blocks; enough for the smallest */
#define SPAN_SLABS 32u
#define DEPOT_SLABS_MOST 128u                   /* of each size; what is more, and wholly free, goes back to the system ... */
#define DEPOT_KEEP_NS 1000000000                /* when it was not needed for so long; 0: at once */
#endif
#define SLAB_FIRST 256u                         /* the first block's place */
#define SLAB_HELD 1u

struct slab {
	struct link link;                       /* in the depot */
	struct depot *depot;
	uint32_t units;                         /* size of a block */
	uint32_t reciprocal;                    /* 2^20 divided by that, and 1: a factor instead of a division */
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

/* NULL: out of memory. Opened is joined; NULL may be left. Who joins has a block of its slabs, or knows that somebody has not left yet;
 * false: all have. */
struct depot *depot_open(void);
bool depot_join(struct depot *depot);
void depot_leave(struct depot *depot);

/* One who has joined and stays joins and leaves so many times more. */
void depot_join_often(struct depot *depot, uint32_t times);
void depot_leave_often(struct depot *depot, uint32_t times);

/* A slab with room, held by the caller. NULL: none, or another worker is at it. */
struct slab *depot_take(struct depot *depot, size_t units);

/* One that was given back to the system, the same. */
struct slab *depot_blank(struct depot *depot);

/* How many of that size there are, about. And that which lies there longest: if it is wholly free it goes back to the system, else it
 * lies there shortest; false: there is none. By whoever has joined. */
uint32_t depot_count(const struct depot *depot, size_t units);
bool depot_discard_oldest(struct depot *depot, size_t units);

/* The holder has gone through it, and lets go. */
void slab_leave(struct slab *slab);

/* So many blocks have come home, whose bits are set. The last touch of the slab, unless it is the last block of a depot that
 * was left. */
void slab_give(struct slab *slab, uint32_t count);

/* What another cache left of a span, or a new one, which is the caller's. NULL: out of memory. */
struct span *depot_span(struct depot *depot, bool is_piecemeal);
void depot_span_left(struct depot *depot, struct span *span);

/* A piece that was never used, of a span that has one. NULL: out of memory. And on a huge page all of these are there before they are used:
 * they go back to the system until then. */
struct slab *span_carve(struct span *span);
void span_discard_rest(struct span *span);

#endif
