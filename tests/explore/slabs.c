/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The caches of blocks for messages: runtime/cache.c and depot.c, with slabs of a few blocks.
 *
 * Wanted: a block is had by one at a time, and not when its slab is given back to the system or its depot has ended; the
 * depot ends with the last block, once; no slab is lost. Not wanted is that memory grows: a slab that is half free is
 * found by whoever needs one.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#undef ODEON_DEBUG                              /* blocks of slabs, whatever this build is */

/* In place of alloc.h: nothing is used again within a schedule, so that what is used after it was freed does no harm. */
#define ALLOC_H
static _Alignas(64) char blocks_of_schedule[1 << 17];
static size_t blocks_used;

static void *alloc_lines(size_t bytes)
{
	void *block = blocks_of_schedule + blocks_used;

	blocks_used += (bytes + 63) & ~(size_t)63;
	return blocks_used <= sizeof blocks_of_schedule ? memset(block, 0, bytes) : NULL;
}

static void *alloc_block(size_t bytes) { return alloc_lines(bytes); }
static void *alloc_zeroed(size_t bytes) { return alloc_lines(bytes); }
static void alloc_free(void *block, size_t bytes) { (void)block; (void)bytes; }
static void alloc_free_lines(void *block) { (void)block; }

#define CACHE_UNITS 4u
#define CACHE_UNITS_LEAST 3u
#define CACHE_BATCH 2u
#define CACHE_HEAPS 2u
#define CACHE_HEAPED_BYTES 768u
#define HEAP_LEAST 1u
#define SLAB_BYTES 512u
#define SLAB_GROUPS 1u
#define SPAN_SLABS 4u
#define DEPOT_SLABS_MOST 1u
#define DEPOT_KEEP_NS 0

#include "cache.h"
#include "depot.c"
#include "cache.c"
#include "scenarios.h"

#define WORKERS 3
#define STEPS 24
#define BOX 4                                   /* blocks on their way from one thread to another */
#define HELD 6                                  /* and a thread's own */
#define SPANS 16
#define BLOCKS (SPANS * SPAN_SLABS * SLAB_BYTES / 16)

static struct {
	struct depot *depot;
	struct cache caches[WORKERS];
	struct context contexts[WORKERS];
	void *box[BOX];
	bool is_had[BLOCKS];                    /* by the place of its first unit */
	int had;
	bool is_released[SPANS];
	int spans, released;
	bool is_left_early;                     /* blocks are freed after all have left */
} store;

static _Alignas(SPAN_SLABS * SLAB_BYTES) char memory[SPANS][SPAN_SLABS * SLAB_BYTES];

/* ---- the system's memory ------------------------------------------------------------------------------------------------- */

static size_t place(const void *address)
{
	return (size_t)((const char *)address - memory[0]) / 16;
}

static void expect_none_had(const void *address, size_t bytes, const char *what)
{
	for (size_t i = place(address); i < place(address) + bytes / 16; i++)
		EXPLORE_CHECK(!store.is_had[i], "%s, and a block of it is out", what);
}

void *os_reserve(size_t bytes, size_t alignment)
{
	EXPLORE_CHECK(bytes == sizeof memory[0] && alignment == bytes, "another span");
	EXPLORE_CHECK(store.spans < SPANS, "memory grows without need");
	return memory[store.spans++];
}

void os_release(void *address, size_t bytes)
{
	size_t span = place(address) * 16 / sizeof memory[0];

	expect_none_had(address, bytes, "a span is released");
	EXPLORE_CHECK(!store.is_released[span], "a span is released twice");
	store.is_released[span] = true;
	store.released++;
	memset(address, 0xee, bytes);
}

bool os_commit(void *address, size_t bytes)
{
	(void)address;
	(void)bytes;
	return true;
}

/* Two steps, as a kernel does not do it at once either. */
void os_discard(void *address, size_t bytes)
{
	expect_none_had(address, bytes, "a slab is given back");
	memset(address, 0, bytes);
	explore_at("discarded");
}

/* ---- threads ------------------------------------------------------------------------------------------------------------- */

static void *make(size_t bytes)
{
	uint64_t *block;

	context_here = &store.contexts[explore_me()];
	block = cache_alloc(bytes);
	EXPLORE_CHECK(block != NULL, "no block, though there is memory");
	EXPLORE_CHECK(!store.is_released[place(block) * 16 / sizeof memory[0]], "a block of a span that was released");
	for (size_t i = place(block); i < place(block) + bytes / 16; i++) {
		EXPLORE_CHECK(!store.is_had[i], "a block is had twice");
		store.is_had[i] = true;
	}
	store.had++;
	block[2] = bytes;
	block[3] = ~bytes;
	return block;
}

static void unmake(void *memory_of_block, bool has_cache)
{
	uint64_t *block = memory_of_block;
	size_t bytes = block[2];

	EXPLORE_CHECK(block[3] == ~bytes, "a block was overwritten");
	for (size_t i = place(block); i < place(block) + bytes / 16; i++)
		store.is_had[i] = false;
	store.had--;
	context_here = has_cache ? &store.contexts[explore_me()] : NULL;
	cache_free(block, bytes);
}

static void *swap(void *block)
{
	return ck_pr_fas_ptr(&store.box[explore_random(BOX)], block);
}

/* Each count is of what is there. */
static void check_heaps(const struct bin *bin)
{
	uint32_t heaped = 0;

	for (unsigned i = 0; bin->heaps != NULL && i < CACHE_HEAPS; i++) {
		EXPLORE_CHECK(bin->heaps[i].count == count_bits(bin->heaps[i].bits), "a heap counts other blocks than it has");
		heaped += bin->heaps[i].count;
	}
	EXPLORE_CHECK(bin->heaped == heaped, "a worker counts other blocks in its heaps than there are");
}

/* As a worker that rests. */
static void tidy(struct cache *cache)
{
	if (explore_random(2) == 0)
		cache_tidy(cache);
	(void)depot_discard_oldest(store.depot, CACHE_UNITS_LEAST + explore_random(2));
}

static void worker(long number)
{
	void *held[HELD] = { NULL }, *other;
	size_t bytes = explore_random(4) == 0 ? 64 : 48;

	cache_init(&store.caches[number], store.depot);
	for (int i = 0; i < STEPS; i++) {
		void **mine = &held[explore_random(HELD)];

		if (explore_random(8) == 0)
			tidy(&store.caches[number]);
		else if (*mine == NULL)
			*mine = make(bytes);
		else if (explore_random(2) == 0)
			*mine = swap(*mine);
		else {
			unmake(*mine, true);
			*mine = NULL;
		}
	}
	for (int i = 0; i < HELD; i++)
		if (held[i] != NULL && ((other = swap(held[i])) != NULL))
			unmake(other, true);
	for (size_t units = CACHE_UNITS_LEAST; units <= CACHE_UNITS; units++)
		check_heaps(&store.caches[number].bins[units]);
	cache_fini(&store.caches[number]);
	depot_leave(store.depot);
}

/* Has no cache; may be the last to free something. */
static void stranger(long number)
{
	(void)number;
	for (int i = 0; i < STEPS; i++) {
		void *block = swap(NULL);

		if (block != NULL)
			unmake(block, false);
		else
			ck_pr_stall();
	}
}

/* ---- set-up and verdict ---------------------------------------------------------------------------------------------------- */

static void set_up(uint64_t seed)
{
	memset(&store, 0, sizeof store);
	blocks_used = 0;
	memset(memory, 0, sizeof memory);
	store.depot = depot_open();
	EXPLORE_CHECK(store.depot != NULL, "no memory for the test");
	for (long i = 0; i < WORKERS; i++) {
		if (i != 0)
			depot_join(store.depot);
		store.contexts[i] = (struct context){ .cache = &store.caches[i] };
		explore_thread("worker", worker, i);
	}
	explore_thread("stranger", stranger, WORKERS);
	store.is_left_early = seed % 2 == 0;
	if (!store.is_left_early)
		depot_join(store.depot);
}

/* At rest, with no cache left: what is half free lies in the depot. */
static void expect_no_slab_lost(void)
{
	for (struct span *span = store.depot->spans; span != NULL; span = span->next)
		for (uint32_t i = 0; i < span->used; i++) {
			struct slab *slab = (struct slab *)(void *)(span->slabs + (size_t)i * SLAB_BYTES);
			int32_t free = slab_free(slab->state), bits = (int32_t)count_bits(slab->vacant[0]);

			EXPLORE_CHECK(slab->blocks == 0 || free == bits, "%d are counted free, and %d are", free, bits);
			EXPLORE_CHECK(slab->blocks == 0 || (slab->state & SLAB_HELD) != 0 || free < (int32_t)slab->blocks / 2,
			              "a slab is lost");
		}
}

static void finish(void)
{
	if (!store.is_left_early) {
		expect_no_slab_lost();
		depot_leave(store.depot);
	}
	for (int i = 0; i < BOX; i++)
		if (store.box[i] != NULL) {
			EXPLORE_CHECK(store.released == 0, "the depot ended, and blocks are out");
			unmake(store.box[i], false);
		}
	EXPLORE_CHECK(store.had == 0, "%d blocks are lost", store.had);
	EXPLORE_CHECK(store.released == store.spans, "the depot has not ended");
}

const struct scenario scenario_slabs = {
	"slabs", "blocks made, freed elsewhere, given back; caches and the depot end", set_up, finish, 20000, 400,
};
