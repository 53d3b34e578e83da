/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.h - keys, their values, and when they expire
 *
 * Plain memory: it asks no clock, but is told what time it is, and its chances follow from a number that it is given; so the same calls
 * give the same results. It is used by one thread at a time. Stores that values move between have the same seed of hashes.
 *
 * A key that has expired is removed when it is looked for, and by store_tidy, which goes over those that will expire. Until
 * then it counts in store_count, and store_next shows it.
 *
 * Where memory is missing, a function says so and everything is as it was. A collection that is empty has no key: whoever
 * takes the last one out of it removes its key.
 */
#ifndef KV_STORE_H
#define KV_STORE_H

#include "crowd.h"
#include "list.h"
#include "sorted.h"

struct effects;

enum value_type { VALUE_STRING, VALUE_LIST, VALUE_SET, VALUE_SORTED, VALUE_HASH };

struct value {
	struct memory memory;                          /* all of it but this struct */
	enum value_type type;
	bool is_integer;                               /* a string that is a number */
	union {
		long long integer;
		struct { char *bytes; size_t length, room; } string;
		struct list list;
		struct table table;                    /* of members, which are plain entries, or of fields */
		struct sorted sorted;
	};
};
struct field { struct blob *blob; struct entry entry; };       /* of a hash */

#define STORE_NEVER INT64_MAX
struct key {
	struct value *value;
	int64_t expires;                               /* milliseconds, on the clock that `now` is of; or STORE_NEVER */
	int64_t used;                                  /* when somebody last looked for it, the same */
	struct entry timed;                            /* in the table of those that expire; it has no name there */
	struct entry entry;
};

struct store {
	struct memory memory;
	struct table keys, timed;
	struct text_seed seed;
	struct { struct text name; uint32_t hash; } known;     /* by where the name lies, not by what it says; NULL: none */
	uint64_t random;
	int64_t now;                                   /* set by whoever uses it */
	uint64_t tidied;                               /* where store_tidy goes on */
	uint64_t expired, hits, misses;
	size_t memory_most, memory_all;                /* bytes, of this store and of all; what the server says, unless that is overruled */
	bool is_overruled;
	uint64_t changes;                              /* of keys, as store_touch was told */
	struct crowds marks;                           /* who watches keys, and who waits for them */
	struct crowds listeners[CLIENT_LISTENINGS];    /* who listens to channels, to patterns, and to channels of shards */
	struct effects *effects;                       /* keys that expire are told there; NULL: nobody wants to know */
};

struct store *store_new(struct text_seed seed, uint64_t random);       /* NULL: no memory */
void store_free(struct store *store);

static inline uint32_t store_hash(const struct store *store, struct text name)
{
	if (name.at != NULL && name.at == store->known.name.at && name.length == store->known.name.length)
		return store->known.hash;
	return (uint32_t)text_hash(name, &store->seed);
}
/* The hash of a name, instead of any before, is found sooner until it is forgotten: so long the name's bytes stay as they are. */
static inline void store_know(struct store *store, struct text name, uint32_t hash)
{
	store->known.name = name;
	store->known.hash = hash;
}
static inline void store_forget(struct store *store)
{
	store->known.name = (struct text){ NULL, 0 };
}
/* Which of `count` stores a key is in: by the half of the hash that buckets are not found by. */
static inline unsigned store_of(struct text name, const struct text_seed *seed, unsigned count)
{
	return (unsigned)((text_hash(name, seed) >> 32) * count >> 32);
}

/* ---- keys ----------------------------------------------------------------------------------------------------------- */

struct key *store_find(struct store *store, struct text name);         /* NULL: none, or it has expired */
struct key *store_peek(struct store *store, struct text name);         /* the same, and it is not noted when */
struct key *store_look(struct store *store, struct text name);         /* the same, and counted as a hit or a miss */
/* A value, which is taken, for a key: instead of what it had, and never to expire. NULL: no memory, and it is not taken. */
struct key *store_put(struct store *store, struct text name, struct value *value);
void store_remove(struct store *store, struct key *key);
bool store_expire(struct store *store, struct key *key, int64_t when); /* or STORE_NEVER; false: no memory */
struct value *store_swap(struct key *key, struct value *value);        /* another value; the one it had is the caller's */
struct value *store_take(struct store *store, struct key *key);        /* removes the key, but not its value */

/* What a key has was changed, or it came or went. Whoever does that with a value or a key says so, when it is done; a store that
 * removes what has expired does it by itself. */
void store_tell(struct store *store, struct text name);
static inline void store_touch(struct store *store, struct text name)
{
	store->changes++;
	if (store->marks.table.count > 0)
		store_tell(store, name);
}
/* Who waits for what a key has is to be served; who watches it is told nothing. */
void store_wake(struct store *store, struct text name);

/* How much may be in it; 0: no end. */
static inline size_t store_memory_most(const struct store *store, size_t by_server)
{
	return store->is_overruled ? store->memory_most : by_server;
}
static inline void store_limit_memory(struct store *store, size_t all, unsigned stores)
{
	store->is_overruled = true;
	store->memory_all = all;
	store->memory_most = all > 0 ? all / stores + 1 : 0;
}

size_t store_count(const struct store *store);
struct key *store_next(const struct store *store, const struct key *key);      /* NULL: the first, and behind the last */
struct key *store_random(struct store *store);         /* NULL: there is none */
uint64_t store_scan(struct store *store, uint64_t cursor, void (*visit)(void *data, struct key *key), void *data);  /* as table_scan */
void store_clear(struct store *store);
/* Looks at about so many keys that will expire, removes those that have, and goes on resizing. Answers how many it removed. */
unsigned store_tidy(struct store *store, unsigned about);
bool store_is_tidy(const struct store *store);         /* it need not be done again, as long as nothing is */
static inline bool store_is_over(const struct store *store, const struct key *key)
{
	return key->expires <= store->now;
}

/* ---- values --------------------------------------------------------------------------------------------------------- */

struct value *value_new(struct store *store, enum value_type type);    /* an empty one; NULL: no memory */
void value_free(struct value *value);
void value_move(struct value *value, struct store *to);        /* it will be in another store */
struct value *value_copy(const struct value *value, struct store *to);         /* for a key of a store; NULL: no memory */
const char *value_type_name(const struct value *value);
size_t value_count(const struct value *value);         /* of a collection: how many are in it */

/* A string that is a number, as it would be written, is kept as one. False: no memory, and it is as it was. */
bool value_set(struct value *value, struct text text);
void value_set_integer(struct value *value, long long integer);
bool value_append(struct value *value, struct text text);
bool value_widen(struct value *value, size_t length);  /* kept as bytes, at least so many; those that are new are zero */
/* `number` has room for what is not kept as bytes: 32. */
struct text value_text(const struct value *value, char *number);

/* Members of a set, by the store's hash: 1 it is new, 0 it was there, -1 no memory. */
int set_add(struct table *set, struct text member, uint32_t hash);
void set_remove(struct table *set, struct entry *entry);
/* Fields of a hash, likewise. */
int hash_put(struct table *hash, struct text field, uint32_t hash_of, struct text value);
struct field *hash_find(const struct table *hash, struct text field, uint32_t hash_of);
void hash_remove(struct table *hash, struct field *field);

#endif
