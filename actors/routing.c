/* SPDX-License-Identifier: BSD-2-Clause */
/* routing - the table of routees, the gate to it, and choosing a place */
#include "routing.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* ---- its life ----------------------------------------------------------------------------------------------------------- */

odeon_router *routing_make(odeon_system *system, const odeon_pool *pool)
{
	size_t most = pool->most != 0 ? pool->most : pool->least;
	size_t bytes = sizeof(odeon_router) + most * sizeof(struct place);
	size_t all = (bytes + pool->argument_bytes + 63) / 64 * 64;
	odeon_router *router = all >= pool->argument_bytes ? aligned_alloc(64, all) : NULL;

	if (router == NULL)
		return NULL;
	memset(router, 0, all);
	router->pool = *pool;
	router->pool.most = (unsigned)most;
	router->pool.busy = pool->busy != 0 ? pool->busy : 16;
	router->pool.idle = pool->idle != 0 ? pool->idle : ODEON_SECONDS(1);
	router->pool.every = pool->every != 0 ? pool->every : ODEON_MS(20);
	router->pool.within = pool->within != 0 ? pool->within : ODEON_SECONDS(5);
	if (pool->argument != NULL && pool->argument_bytes > 0) {
		router->pool.argument = (char *)router + bytes;
		memcpy((char *)router + bytes, pool->argument, pool->argument_bytes);
	}
	router->system = system;
	atomic_init(&router->users, 1);
	atomic_init(&router->shares, 1);
	atomic_init(&router->turn, odeon_system_seed(system) << 32);
	router->leave = odeon_new(router_leave);
	if (router->leave != NULL)
		return router;
	free(router);
	return NULL;
}

/* Whoever frees it comes after all that others did with it. */
void routing_release(odeon_router *router)
{
	if (atomic_fetch_sub_explicit(&router->shares, 1, memory_order_acq_rel) > 1)
		return;
	odeon_free(router->leave);
	free(router);
}

bool routing_sizes(const odeon_router *router) { return router->pool.least != router->pool.most; }

/* ---- choosing ------------------------------------------------------------------------------------------------------------ */

/* Numbers in a row become numbers all over. The finaliser of splitmix64. */
static uint64_t mix(uint64_t word)
{
	return odeon_ref_hash((odeon_ref){ word });
}

/* Jump consistent hash (Lamping, Veach 2014): with one place more, 1 of n keys moves, and only to that. */
static unsigned place_of_key(uint64_t key, unsigned count)
{
	int64_t place = -1, next = 0;

	for (key = mix(key); next < (int64_t)count; ) {
		place = next;
		key = key * 2862933555777941757u + 1;
		next = (int64_t)((double)(place + 1) * (2147483648.0 / (double)((key >> 33) + 1)));
	}
	return (unsigned)place;
}

/* Those that are equal take turns. */
static unsigned least_loaded(odeon_router *router, unsigned count, uint64_t turn)
{
	unsigned first = (unsigned)(turn % count), best = first;
	uint64_t fewest = UINT64_MAX;

	for (unsigned i = 0; i < count && fewest > 0; i++) {
		unsigned number = first + i < count ? first + i : first + i - count;
		odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

		if (odeon_actor_stats(router->system, routing_ref(&router->places[number]), &stats) == 0 && stats.queued < fewest) {
			fewest = stats.queued;
			best = number;
		}
	}
	return best;
}

static unsigned choose(odeon_router *router, unsigned count, const void *message)
{
	uint64_t turn;

	if (router->pool.routing == ODEON_ROUTE_BY_KEY)
		return message != NULL ? place_of_key(router->pool.key(router->pool.data, message), count) : 0;
	turn = atomic_fetch_add_explicit(&router->turn, 1, memory_order_relaxed);
	if (router->pool.routing == ODEON_LEAST_LOADED)
		return least_loaded(router, count, turn);
	if (router->pool.routing == ODEON_ROUTE_RANDOM)
		return (unsigned)((mix(turn) >> 32) * count >> 32);
	return (uint32_t)turn % count;
}

/* ---- senders --------------------------------------------------------------------------------------------------------------- */

static unsigned count_of(const odeon_router *router)
{
	return atomic_load_explicit(&router->count, memory_order_acquire);
}

void routing_leave(odeon_router *router, struct place *place)
{
	if (routing_sizes(router))
		atomic_fetch_add_explicit(&place->left, 1, memory_order_release);
}

/* Let in by this count; or not, and the gate is open again. */
static bool is_let_in(odeon_router *router, struct place *place, unsigned count)
{
	if (!routing_sizes(router))
		return true;
	atomic_fetch_add(&place->entered, 1);
	if (!atomic_load(&router->is_shut) && count_of(router) == count)
		return true;
	routing_leave(router, place);
	while (atomic_load(&router->is_shut))
		(void)sched_yield();
	return false;
}

struct place *routing_enter(odeon_router *router, const void *message)
{
	struct place *place;
	unsigned count;

	do {
		count = count_of(router);
		if (count == 0)
			return NULL;
		place = &router->places[choose(router, count, message)];
	} while (!is_let_in(router, place, count));
	return place;
}

struct place *routing_enter_at(odeon_router *router, unsigned number)
{
	unsigned count;

	do {
		count = count_of(router);
		if (number >= count)
			return NULL;
	} while (!is_let_in(router, &router->places[number], count));
	return &router->places[number];
}

odeon_ref routing_ref(const struct place *place)
{
	return (odeon_ref){ atomic_load_explicit(&place->ref, memory_order_acquire) };
}

/* ---- the foreman ------------------------------------------------------------------------------------------------------------ */

/* In this order: who had left by the first read had all entered by then, if the second is the same number. */
bool routing_is_quiet(const struct place *place, uint64_t *entered)
{
	uint64_t left = atomic_load_explicit(&place->left, memory_order_acquire);

	*entered = atomic_load(&place->entered);
	return left == *entered;
}

bool routing_recount(odeon_router *router, unsigned count, const struct place *place, uint64_t unless)
{
	uint64_t entered;
	bool is_so;

	atomic_store(&router->is_shut, true);
	for (unsigned i = 0; routing_sizes(router) && i < router->pool.most; i++)
		while (!routing_is_quiet(&router->places[i], &entered))
			(void)sched_yield();
	is_so = place == NULL || atomic_load(&place->entered) == unless;
	if (is_so)
		atomic_store_explicit(&router->count, count, memory_order_release);
	atomic_store(&router->is_shut, false);
	return is_so;
}
