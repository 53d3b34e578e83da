/* SPDX-License-Identifier: BSD-2-Clause */
/* holdings - buckets by a multiplied key, four times as many when there are two to a bucket */
#include "holdings.h"

#include "alloc.h"
#include "invariant.h"

#define LOAD 2u
#define GROWTH 4u
#define BUCKETS_MOST (1u << 26)

static struct holding **buckets_of(struct holdings *holdings)
{
	return holdings->buckets != NULL ? holdings->buckets : holdings->first;
}

static uint32_t mask_of(const struct holdings *holdings)
{
	return holdings->buckets != NULL ? holdings->mask : HOLDINGS_FIRST - 1;
}

/* Serial numbers are spread as they are, and neighbours stay neighbours in memory: what was put in one after another mostly
 * goes so, too. Of others, neighbouring keys come far apart: 2^64 divided by the golden ratio (Knuth 6.4). */
static uint32_t hash(unsigned kind, uint64_t key)
{
	if (HOLDING_SET(kind) & HOLDINGS_BY_SERIAL)
		return (uint32_t)key;
	return (uint32_t)((key + ((uint64_t)kind << 56)) * 0x9e3779b97f4a7c15u >> 32);
}

static struct holding **bucket(struct holdings *holdings, unsigned kind, uint64_t key)
{
	return &buckets_of(holdings)[hash(kind, key) & mask_of(holdings)];
}

static void push(struct holding **bucket, struct holding *holding)
{
	holding->below = *bucket;
	*bucket = holding;
}

/* In vain if there is no memory: it is tried again when as many more have come. */
static void grow(struct holdings *holdings)
{
	uint32_t count = mask_of(holdings) + 1, wanted = count * GROWTH;
	struct holding **old = buckets_of(holdings), **buckets = alloc_zeroed(wanted * sizeof *buckets), *holding;

	if (buckets == NULL)
		return;
	for (uint32_t i = 0; i < count; i++)
		while ((holding = old[i]) != NULL) {
			old[i] = holding->below;
			push(&buckets[hash(holding->kind, holding->key) & (wanted - 1)], holding);
		}
	alloc_free(holdings->buckets, count * sizeof *buckets);
	holdings->buckets = buckets;
	holdings->mask = wanted - 1;
}

/* The last one has gone. */
static void shrink(struct holdings *holdings)
{
	alloc_free(holdings->buckets, ((size_t)holdings->mask + 1) * sizeof *holdings->buckets);
	holdings->buckets = NULL;
}

static struct holding *first_like(struct holding *holding, unsigned kind, uint64_t key)
{
	while (holding != NULL && (holding->key != key || holding->kind != kind))
		holding = holding->below;
	return holding;
}

struct holding *holdings_find(struct holdings *holdings, enum holding_kind kind, uint64_t key)
{
	return first_like(*bucket(holdings, kind, key), kind, key);
}

struct holding *holdings_next(const struct holding *holding)
{
	return first_like(holding->below, holding->kind, holding->key);
}

void holdings_put(struct holdings *holdings, struct holding *holding, enum holding_kind kind, uint64_t key)
{
	uint32_t room = LOAD * (mask_of(holdings) + 1);

	holding->kind = (uint8_t)kind;
	holding->key = key;
	if (holdings->count >= room && holdings->count % room == 0 && room < LOAD * BUCKETS_MOST)
		grow(holdings);
	push(bucket(holdings, kind, key), holding);
	holdings->count++;
}

void holdings_remove(struct holdings *holdings, struct holding *holding)
{
	struct holding **place = bucket(holdings, holding->kind, holding->key);

	while (*place != holding) {
		invariant(*place != NULL, "a thing is let go that is not held");
		place = &(*place)->below;
	}
	*place = holding->below;
	if (--holdings->count == 0)
		shrink(holdings);
}

static struct holding *first_of(struct holding *holding, unsigned kinds)
{
	while (holding != NULL && (HOLDING_SET(holding->kind) & kinds) == 0)
		holding = holding->below;
	return holding;
}

void holdings_drain(struct holdings *holdings, unsigned kinds, void (*end)(void *data, struct holding *holding), void *data)
{
	struct holding *holding;

	for (uint32_t i = 0; holdings->count > 0 && i <= mask_of(holdings); i++)
		while (holdings->count > 0 && (holding = first_of(buckets_of(holdings)[i], kinds)) != NULL) {
			holdings_remove(holdings, holding);
			end(data, holding);
		}
}
