/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scout.h - the keys of commands to come, on their way into the cache before these run
 *
 * What a command needs of a key that nobody used lately is far away, and in pieces, each found by the one before: a bucket, the entries
 * in it, the value, its bytes. Commands that run one behind the other wait for each of these in turn. A scout goes over the keys of the
 * next few commands, a piece of all of them at a time, so that they are waited for together; and each name is hashed by it, and not again.
 *
 * It reads the store, and changes nothing but what that knows of a name (store_know). So it is used by whoever uses the store, and
 * goes before the first of those commands runs; what they do then may be anything: it costs time at most. The names stay where they are, until the store
 * has forgotten them.
 */
#ifndef KV_SCOUT_H
#define KV_SCOUT_H

#include "store.h"

enum { SCOUT_MOST = 16 };                              /* so many lines a core waits for at once, about */
enum { SCOUT_KEYS_LEAST = 128 };                       /* of 250 bytes or so each, and a core has 32 to 48 KB at hand */

struct scout {
	struct store *store;
	unsigned count, told;
	struct scouted { struct text name; uint32_t hash; struct entry *entry; } keys[SCOUT_MOST];
};

static inline void scout_begin(struct scout *scout, struct store *store)
{
	scout->store = store;
	scout->count = scout->told = 0;
}
static inline bool scout_is_full(const struct scout *scout)
{
	return scout->count == SCOUT_MOST;
}
/* Not with few keys, which are in the cache by themselves. */
static inline bool scout_is_worth_it(const struct store *store)
{
	return store_count(store) >= SCOUT_KEYS_LEAST;
}
/* A name behind those before. It is not full. */
void scout_add(struct scout *scout, struct text name);
void scout_go(struct scout *scout);
/* That name is next, or one behind it: the store knows its hash, where it was added. */
void scout_tell(struct scout *scout, struct text name);

#endif
