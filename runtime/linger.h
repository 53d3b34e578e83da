/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linger - one who finds nothing, or no room, waits a moment before it looks again, where that pays
 *
 * Two threads as fast as each other would hand over each message by itself: each finds what the other has just done,
 * takes the cache lines from it, and the other has to get them back. One that lets the other have a start finds several
 * things to do, and both work in lines of their own. But where one thing at a time is to be had, a question and its
 * answer, one place, or a message every microsecond, the moment is lost. So it is tried now and then, and how many
 * things were done before the next time there was nothing says whether to go on: twice as long, or half as long; and
 * where it does not pay, it is tried half as often each time.
 *
 * Agreement. The thread that uses the half whose linger this is. Zeroed to begin with.
 */
#ifndef LINGER_H
#define LINGER_H

#include "atomic.h"
#include "mutant.h"

#define LINGER_LEAST 64u                        /* in pauses of the processor, of 5 to 50 ns */
#define LINGER_WORTH 4u                         /* things done, for so many pauses */
#define LINGER_STEPS 4                          /* LINGER_LEAST is the first, the next is twice as long */
#define LINGER_RARELY 10                        /* one of two to the power of so many */

struct linger {
	uint8_t steps;                          /* 0: it did not pay */
	uint8_t rarity;
	uint16_t count;                         /* how many were done when it last lingered; or, without steps, left until it does */
};

/* Lingered, and there still is nothing, or no room: perhaps the other side waits for this core. */
static inline void linger_give_up(struct linger *linger)
{
	linger->steps = 0;
	linger->count = (uint16_t)(1u << linger->rarity);
	linger->rarity += linger->rarity < LINGER_RARELY;
}

static inline void linger_judge(struct linger *linger, uint16_t done)
{
	if (done >= LINGER_WORTH << (linger->steps - 1)) {
		linger->steps += linger->steps < LINGER_STEPS;
		linger->rarity = 0;
	} else if (--linger->steps == 0)
		linger_give_up(linger);
}

/* `count` is how many were done by this half. False: it is not worth it, no time has passed. */
static inline bool linger(struct linger *linger, uint64_t count)
{
	if (linger->steps != 0)
		linger_judge(linger, (uint16_t)((uint16_t)count - linger->count));
	else if (linger->count == 0)
		linger->steps = 1;
	if (linger->steps == 0) {
		linger->count--;
		return false;
	}
	linger->count = (uint16_t)count;
	for (unsigned left = EXPLORE_FEWER(LINGER_LEAST << (linger->steps - 1)); left > 0; left--)
		ck_pr_stall();
	return true;
}

#endif
