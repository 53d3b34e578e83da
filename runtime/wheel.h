/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wheel - what is due at some moment, found when it comes: levels of 64 buckets each, every level 64 times as coarse
 *
 * Agreement. Any thread, with the wheel's latch held, but for wheel_earliest. The latch is held for a few instructions,
 * so whoever takes out what is due does so a few at a time. An entry is a member of a record that is its owner's; in a
 * wheel, it belongs to whoever has the latch. It knows no actors and no clock.
 *
 * Moments are nanoseconds, a tick is 1 << shift of them. An entry's tick is its moment rounded up, and it comes out when
 * the clock has passed all of it: never early. With a shift of 0 it is exact. In and out cost the same however many are
 * there. What has the same tick comes out in the order it was put in, also where it moved down the levels: an entry's
 * level is that of the highest digit in which its tick and the wheel's differ, so equal ticks are always in one bucket.
 */
#ifndef WHEEL_H
#define WHEEL_H

#include "latch.h"

#define WHEEL_BITS 6
#define WHEEL_BUCKETS (1u << WHEEL_BITS)
#define WHEEL_LEVELS(shift) ((64 - (shift) + WHEEL_BITS - 1) / WHEEL_BITS)

struct wheel_link { struct wheel_link *next, *before; };

struct wheel_entry {
	struct wheel_link link;                 /* the first member */
	uint64_t tick;
};

struct wheel {
	struct latch latch;
	uint32_t shift;
	int64_t earliest;                       /* any thread reads: no entry is due before; INT64_MAX: none is there */
	uint64_t tick;                          /* all before it are out */
	uint64_t count, out;                    /* entries; ever due. Any thread reads */
	uint32_t levels;                        /* that have any entry, a bit each */
	uint64_t used[WHEEL_LEVELS(0)];         /* buckets that have, a bit each */
	struct wheel_link buckets[][WHEEL_BUCKETS];     /* WHEEL_LEVELS(shift) levels */
};

/* NULL: no memory. */
struct wheel *wheel_make(uint32_t shift, int64_t now);
void wheel_free(struct wheel *wheel);

/* True: it is the earliest now, and who waits for that must be told. */
bool wheel_put(struct wheel *wheel, struct wheel_entry *entry, int64_t due);

/* Out; it must be in. */
void wheel_remove(struct wheel *wheel, struct wheel_entry *entry);

/* Some entry that is due by now, out of the wheel, the first of them first; NULL: none, and `earliest` is up to date. */
struct wheel_entry *wheel_take(struct wheel *wheel, int64_t now);

/* The moment, of its tick, that the first is due at; INT64_MAX: none. With many in its bucket it takes long. */
int64_t wheel_first(const struct wheel *wheel);

/* Pairs with nothing: who acts on it has a reason of its own to see what it must (timer.c). */
static inline int64_t wheel_earliest(const struct wheel *wheel)
{
	return (int64_t)ck_pr_load_64((const uint64_t *)(const void *)&wheel->earliest);
}

#endif
