/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * latch - a lock around a few instructions, for those who would rather spin than sleep
 *
 * Agreement. Any thread. What is done with the latch held neither waits nor calls anybody's code. Whoever finds it held
 * spins a little, then offers its core at each look: the holder may need it. Or it tries, and stays away (apart.h).
 */
#ifndef LATCH_H
#define LATCH_H

#include "atomic.h"
#include "os.h"

struct latch { uint32_t is_held; };

#define LATCH_SPINS 64

/* A wait for somebody who is a few instructions away, unless the kernel has taken its core. */
static inline void latch_pause(unsigned *spins)
{
	if (++*spins < LATCH_SPINS)
		ck_pr_stall();
	else
		os_yield();
}

static inline bool latch_try(struct latch *latch)
{
	bool is_mine = ck_pr_cas_32(&latch->is_held, 0, 1);

	ck_pr_fence_acquire();                  /* pairs with latch_give */
	return is_mine;
}

static inline void latch_take(struct latch *latch)
{
	unsigned spins = 0;

	while (!latch_try(latch))
		do
			latch_pause(&spins);
		while (ck_pr_load_32(&latch->is_held) != 0);
}

static inline void latch_give(struct latch *latch)
{
	ck_pr_fence_release();
	ck_pr_store_32(&latch->is_held, 0);
}

#endif
