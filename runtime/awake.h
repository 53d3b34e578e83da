/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * awake - how long one who waits for messages stays awake, after what it was good for before
 *
 * Two threads that answer each other have their answer within a microsecond, and see it soonest if they look again and again with as
 * little around it as may be. Whoever shares its core with the other never sees it so. And where one of two fell asleep, for whatever
 * reason, waking it takes longer (40 us on a machine where the other's look takes 0.3) than the other stays awake: so that one falls
 * asleep in turn, is woken in turn, and hundreds of messages go at the pace of wake-ups. Whoever is alone on its side and was woken soon
 * therefore stays awake next time for as long as waking takes, offering its core at each look; and where that did not help either, does
 * so half as often each time. So who has a message in every 50 us never sleeps, and needs a core.
 *
 * Agreement. The thread that uses the half whose this is. Zeroed to begin with.
 */
#ifndef AWAKE_H
#define AWAKE_H

#include <stdbool.h>
#include <stdint.h>

#define AWAKE_LOOKS_MOST 64u                    /* with the core held, and a pause in each, of 5 to 50 ns */
#define AWAKE_NS 50000                          /* a thread is woken, and runs, within this */
#define AWAKE_SOON_NS (2 * AWAKE_NS)            /* slept for no longer: what woke it came within AWAKE_NS, or not much later */
#define AWAKE_RARELY 8                          /* one of two to the power of so many */

struct awake {
	uint8_t halved;                         /* AWAKE_LOOKS_MOST so many times */
	uint8_t skipped;                        /* so many waits without a look, when there are none left */
	uint8_t left;                           /* so many short sleeps until it stays awake */
	uint8_t rarity : 7;
	uint8_t stays : 1;                      /* for AWAKE_NS */
};

/* How often to look. */
static inline unsigned awake_looks(struct awake *awake)
{
	unsigned looks = AWAKE_LOOKS_MOST >> awake->halved;

	return looks > 0 || ++awake->skipped != 0 ? looks : AWAKE_LOOKS_MOST;
}

/* They were good for something. */
static inline void awake_looked(struct awake *awake, bool found)
{
	if (found)
		awake->halved = 0;
	else
		awake->halved += AWAKE_LOOKS_MOST >> awake->halved != 0;
}

/* It stayed, and was glad of it. */
static inline void awake_paid(struct awake *awake)
{
	awake->rarity = 0;
}

/* It slept for so long. */
static inline void awake_slept(struct awake *awake, int64_t ns)
{
	if (awake->stays) {
		awake->stays = 0;
		awake->left = (uint8_t)((1u << awake->rarity) - 1);
		if (awake->rarity < AWAKE_RARELY)
			awake->rarity++;
	} else if (ns <= AWAKE_SOON_NS) {
		if (awake->left > 0)
			awake->left--;
		else
			awake->stays = 1;
	}
}

#endif
