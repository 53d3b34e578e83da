/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * holdings - what an actor holds and finds again by a key: a chained hash that never needs memory to take something in
 *
 * Agreement. The holder of the slot's token. A struct holding is a member of the record that is held, which stays its
 * owner's: nothing here makes or frees records. All zeroes are empty holdings. The first buckets are inside; more are
 * tried for as it fills, and if there is no memory for them, finding takes longer and nothing else happens. Empty, it
 * has none but the first again.
 */
#ifndef HOLDINGS_H
#define HOLDINGS_H

#include <stddef.h>
#include <stdint.h>

/* What is held, and what the key of it is. */
enum holding_kind {
	HOLDING_TICK,                           /* the user's key */
	HOLDING_TIMER,                          /* a serial number */
	HOLDING_GATHER,                         /* a serial number */
	HOLDING_MONITOR,                        /* a ref */
	HOLDING_LINK,                           /* a ref */
	HOLDING_CHILD,                          /* a ref */
	HOLDING_ATTACHED,                       /* a pointer */
	HOLDING_DESCRIPTOR,                     /* its number */
	HOLDING_OWNED,                          /* a ref */
};
#define HOLDING_SET(kind) (1u << (kind))
#define HOLDINGS_BY_SERIAL (HOLDING_SET(HOLDING_TIMER) | HOLDING_SET(HOLDING_GATHER))

#define HOLDINGS_FIRST 2u

struct holding {
	struct holding *below;
	uint64_t key;
	uint8_t kind;                           /* enum holding_kind */
};

struct holdings {
	struct holding **buckets;               /* NULL: the first ones */
	uint32_t count, mask;                   /* mask: of the buckets, where there are */
	uint64_t serial;                        /* the last number that was given out as a key */
	struct holding *first[HOLDINGS_FIRST];
};

/* A number that nothing was held under before, not 0. */
static inline uint64_t holdings_serial(struct holdings *holdings) { return ++holdings->serial; }

/* Of several under one key, any. NULL: none. */
struct holding *holdings_find(struct holdings *holdings, enum holding_kind kind, uint64_t key);

/* Another one under the same key. NULL: that was the last. */
struct holding *holdings_next(const struct holding *holding);

/* In; it must not be held yet. */
void holdings_put(struct holdings *holdings, struct holding *holding, enum holding_kind kind, uint64_t key);

/* Out; it must be held. */
void holdings_remove(struct holdings *holdings, struct holding *holding);

/* All of a set of kinds out, each given to `end`, which may remove others but put none. */
void holdings_drain(struct holdings *holdings, unsigned kinds, void (*end)(void *data, struct holding *holding), void *data);

#endif
