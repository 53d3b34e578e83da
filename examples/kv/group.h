/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * group.h - how long the scribe lets records come together before it begins a stroke: group commit
 *
 * A stroke costs about the same for fifty records as for one. When each begins as soon as the one before has ended, clients part in two groups that
 * take turns: whoever is answered finds the next one begun without him. So where clients wait for it, it is put off until as many do as were answered by
 * the last one, or waited for the next at its end: who is answered mostly asks again. But for twice as long as the last one took, 2 ms at most, from its end on, or
 * from when the first record came.
 *
 * Where that was in vain, as fewer than half of those who were answered are back, the next stroke is not put off; after the next time in vain 3 are not,
 * then 7, 15, 31, 63. A client that is alone never waits for others, and what nobody waits for is not put off.
 */
#ifndef KV_GATHER_H
#define KV_GATHER_H

#include <odeon.h>

struct group {                                        /* zeros: there was no stroke */
	unsigned under_way;                            /* who waits for the stroke that is under way, or was the last */
	unsigned left, expected;                       /* who waited for the next one when it ended; with those whom it answered */
	odeon_time began, since;                       /* the last one; what is put off, from then on */
	odeon_duration patience;
	unsigned vain, hasty;                          /* so many after the next time in vain, but for one; so many are still not put off */
};

/* The first record is there that no stroke has. */
void group_first(struct group *group, odeon_time now);
/* A stroke begins, for which so many wait; it ends, and so many wait for the next one. */
void group_begin(struct group *group, odeon_time now, unsigned waiting);
void group_end(struct group *group, odeon_time now, unsigned waiting);
/* When the next one is to begin, if nobody else comes to wait for it: perhaps now, or before. */
odeon_time group_due(const struct group *group, unsigned waiting);

#endif
