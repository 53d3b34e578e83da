/* SPDX-License-Identifier: BSD-2-Clause */
/* plain - begun with the first channel, ended with the thread */
#include "plain.h"

#include "os.h"
#include "random.h"

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
	struct plain *plain = alloc_zeroed(sizeof *plain);

	context_here = &without;
	if (plain == NULL)
		return;
	if (!os_at_thread_end(end, plain)) {
		alloc_free(plain, sizeof *plain);
		return;
	}
	depot_join(depot);
	random_seed(&plain->random, (uint64_t)(uintptr_t)plain);
	cache_init(&plain->cache, depot);
	plain->context = (struct context){ .cache = &plain->cache, .random = &plain->random, .may_block = true };
	context_here = &plain->context;
}

struct depot *plain_depot(void)
{
	struct depot *depot;

	if (context_here == NULL && CACHE_IS_USED) {
		depot = depot_open();
		if (depot == NULL)
			return NULL;
		plain_begin(depot);
		depot_leave(depot);
	}
	if (context_here == NULL || context_here->cache == NULL)
		return NULL;
	depot = context_here->cache->depot;
	depot_join(depot);
	return depot;
}
