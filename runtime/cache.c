/* SPDX-License-Identifier: BSD-2-Clause */
/* cache - batches to and from the depot */
#include "cache.h"

static struct cache_block *block_of_link(struct link *link)
{
	return (struct cache_block *)(void *)((char *)link - offsetof(struct cache_block, link));
}

static void free_chain(struct cache_block *block, size_t units)
{
	while (block != NULL) {
		struct cache_block *next = block->next;

		alloc_free(block, units * 16);
		block = next;
	}
}

void depot_init(struct depot *depot)
{
	for (size_t units = 0; units <= CACHE_UNITS; units++)
		slotqueue_init(&depot->sizes[units].batches);
}

void depot_fini(struct depot *depot)
{
	struct link *link;

	for (size_t units = 0; units <= CACHE_UNITS; units++)
		while (slotqueue_take(&depot->sizes[units].batches, &link, 1) == 1)
			free_chain(block_of_link(link), units);
}

void cache_init(struct cache *cache, struct depot *depot)
{
	*cache = (struct cache){ .depot = depot };
}

void cache_fini(struct cache *cache)
{
	for (size_t units = 0; units <= CACHE_UNITS; units++)
		free_chain(cache->sizes[units].first, units);
	*cache = (struct cache){ .depot = cache->depot };
}

void *cache_refill(struct cache *cache, size_t units)
{
	struct slotqueue *batches = &cache->depot->sizes[units].batches;
	struct cache_block *block;
	struct link *link;

	if (slotqueue_is_empty(batches) || slotqueue_take(batches, &link, 1) == 0)
		return alloc_block(units * 16);
	(void)ck_pr_faa_32(&cache->depot->sizes[units].count, (uint32_t)-1);
	block = block_of_link(link);
	cache->sizes[units].first = block->next;
	cache->sizes[units].count = CACHE_BATCH - 1;
	return block;
}

/* The newer half goes: it is the hot one, but also the one at hand. */
void cache_give(struct cache *cache, size_t units)
{
	struct cache_block *first = cache->sizes[units].first, *last = first;

	for (unsigned i = 1; i < CACHE_BATCH; i++)
		last = last->next;
	cache->sizes[units].first = last->next;
	cache->sizes[units].count -= CACHE_BATCH;
	last->next = NULL;
	if (ck_pr_faa_32(&cache->depot->sizes[units].count, 1) < CACHE_BATCHES_MOST) {
		slotqueue_push(&cache->depot->sizes[units].batches, &first->link);
		return;
	}
	(void)ck_pr_faa_32(&cache->depot->sizes[units].count, (uint32_t)-1);
	free_chain(first, units);
}
