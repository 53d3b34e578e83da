/* SPDX-License-Identifier: BSD-2-Clause */
/* plain - begun with the first channel, ended with the thread */
#include "plain.h"

#include "os.h"
#include "random.h"

#define JOINS 64u                               /* so many times at once */

struct plain {
	struct context context;
	struct cache cache;
	struct random random;
};

/* Of threads that end, and of those that cannot be told when they end. */
static const struct context without = { .may_block = true };

static void end(void *argument)
{
	struct plain *plain = argument;
	struct depot *depot = plain->cache.depot;

	context_here = &without;
	cache_fini(&plain->cache);
	depot_leave(depot);
	alloc_free(plain, sizeof *plain);
}

void plain_begin(struct depot *depot)
{
	struct plain *plain;

	if (!depot_join(depot))
		return;                         /* it may be luckier with another channel */
	context_here = &without;
	plain = alloc_zeroed(sizeof *plain);
	if (plain == NULL || !os_at_thread_end(end, plain)) {
		alloc_free(plain, sizeof *plain);
		depot_leave(depot);
		return;
	}
	random_seed(&plain->random, (uint64_t)(uintptr_t)plain);
	cache_init(&plain->cache, depot);
	plain->context = (struct context){ .cache = &plain->cache, .random = &plain->random, .may_block = true };
	context_here = &plain->context;
}

void plain_begin_alone(void)
{
	struct depot *depot = depot_open();

	if (depot == NULL)
		return;
	plain_begin(depot);
	depot_leave(depot);
}

struct depot *plain_depot(void)
{
	struct cache *cache = plain_cache();

	if (cache == NULL)
		return NULL;
	if (cache->joined == 0) {
		depot_join_often(cache->depot, JOINS);
		cache->joined = JOINS;
	}
	cache->joined--;
	return cache->depot;
}

void plain_leave(struct depot *depot)
{
	struct cache *cache = context_here != NULL ? context_here->cache : NULL;

	if (cache == NULL || cache->depot != depot) {
		depot_leave(depot);
		return;
	}
	if (++cache->joined < 2 * JOINS)
		return;
	depot_leave_often(depot, JOINS);
	cache->joined -= JOINS;
}
