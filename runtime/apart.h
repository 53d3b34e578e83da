/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apart - who finds others taking from the same list waits a moment, so that they take several in a row, where that pays
 *
 * Two receivers on two cores that are always at it have the list's line carried over for each message, and more than once while
 * one looks and the other works: 112 ns a message, where one alone takes 13. One that stays away leaves the line where it
 * is. So who finds the latch held waits for some pauses, without a look. How many messages the others took meanwhile says whether to
 * go on: twice as long, or half as long. Receivers who do something else for long between two messages lose by it, and have
 * nothing to gain; there it is tried only once in so many times. Where they took all that there was, nobody knows what it was worth; but what
 * comes next waits for the pauses, so these become few.
 *
 * Agreement. apart_pauses: any thread, about. apart_judge: whoever holds the latch. Zeroed to begin with.
 */
#ifndef APART_H
#define APART_H

#include <stdbool.h>
#include "atomic.h"

#define APART_LEAST 64u                         /* in pauses of the processor, of 5 to 50 ns */
#define APART_MOST 512u
#define APART_WORTH 6u                          /* pauses, for each message that others took meanwhile */
#define APART_RARELY 256u                       /* so many times it is left out, when it did not pay */

struct apart {
	uint32_t pauses;                        /* 0: it did not pay */
	uint32_t left;                          /* then: so often, until it is tried once more */
};

static inline unsigned apart_pauses(const struct apart *apart)
{
	return ck_pr_load_32(&apart->pauses);
}

/* After so many pauses the latch is held; 0: none, it was simply waited for. Others took so many messages meanwhile; `is_all`: all
 * that there were, at some time. */
static inline void apart_judge(struct apart *apart, unsigned pauses, uint64_t taken, bool is_all)
{
	unsigned next = apart->pauses;

	if (pauses == 0)
		next = next == 0 && apart->left-- == 0 ? APART_LEAST : next;
	else if (is_all)
		next = next > APART_LEAST ? next / 2 : next;
	else if (taken * APART_WORTH >= pauses)
		next = next == 0 ? APART_LEAST : next < APART_MOST ? 2 * next : APART_MOST;
	else {
		next = next > APART_LEAST ? next / 2 : 0;
		apart->left = APART_RARELY - 1;
	}
	ck_pr_store_32(&apart->pauses, next);
}

#endif
