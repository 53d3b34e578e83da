/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sleepers - which workers of the pool sleep, which search, and whom to wake
 *
 * Waking is dear, so it is done for one worker at a time, and not while one that is awake already searches. A wake-up
 * that is left out must be somebody's duty:
 *
 *   whoever makes work visible   pushes it, THEN a full fence, THEN looks (sleepers_wanted): a searcher will find it, or a
 *                                sleeper must be claimed and woken
 *   whoever goes to sleep        takes its event count's key, THEN sleepers_enter (its bit, a full fence), THEN looks at
 *                                all queues once more; finds something: sleepers_leave; else waits for the key to change
 *   a searcher that finds work   sleepers_found; the last one that searched looks whether there is more, as if it had
 *                                made it visible itself
 *
 * Agreement. Each bit is set by its own worker only, and cleared by whoever claims it: a waker, who then must wake it,
 * or the worker itself. A claimed worker counts as searching from the claim on. Any thread, unless it says own worker.
 *
 * The *watch* is a sleeper that looks up from time to time for workers that got stuck in a long handler with actors
 * behind it. It is claimed last; when it goes to work all the same while others sleep, it wakes one of them to be the
 * watch. So as long as anybody sleeps, one of the sleepers is the watch, or is about to be.
 */
#ifndef SLEEPERS_H
#define SLEEPERS_H

#include <odeon/system.h>
#include "atomic.h"
#include "mutant.h"

#define SLEEPERS_WORDS (ODEON_WORKERS_MOST / 64)

struct sleepers {
	int searching CACHE_ALIGNED;            /* below 0 for a moment, when a claimed worker is faster than its claimer */
	uint32_t watch;                         /* number of the watch + 1; 0: none */
	uint32_t words;
	uint64_t asleep[SLEEPERS_WORDS];
};

static inline void sleepers_init(struct sleepers *sleepers, unsigned workers)
{
	*sleepers = (struct sleepers){ .words = (workers + 63) / 64 };
}

/* After work was made visible: whether somebody should be woken for it. */
static inline bool sleepers_wanted(struct sleepers *sleepers)
{
	ck_pr_fence_memory();                   /* the work, before the look; pairs with sleepers_enter */
	if (MUTANT(WAKE_IGNORES_SEARCHERS))
		return true;
	return ck_pr_load_int(&sleepers->searching) <= 0;
}

static inline bool sleepers_is_asleep(struct sleepers *sleepers, unsigned worker)
{
	return (ck_pr_load_64(&sleepers->asleep[worker / 64]) >> worker % 64 & 1) != 0;
}

/* Clears a bit that is set; false: somebody else did. */
static inline bool sleepers_clear(struct sleepers *sleepers, unsigned worker)
{
	uint64_t *word = &sleepers->asleep[worker / 64], bit = (uint64_t)1 << worker % 64, seen = ck_pr_load_64(word);

	while ((seen & bit) != 0)
		if (ck_pr_cas_64_value(word, seen, seen & ~bit, &seen))
			return true;
	return false;
}

/* Number of a sleeper that is now the caller's to wake; -1: nobody sleeps. */
static inline int sleepers_claim(struct sleepers *sleepers)
{
	uint32_t watch = ck_pr_load_32(&sleepers->watch);

	for (uint32_t i = 0; i < sleepers->words; i++) {
		uint64_t left = ck_pr_load_64(&sleepers->asleep[i]);

		for (; left != 0; left &= left - 1) {
			unsigned worker = i * 64 + (unsigned)__builtin_ctzll(left);

			if (worker + 1 != watch && sleepers_clear(sleepers, worker)) {
				(void)ck_pr_faa_int(&sleepers->searching, 1);
				return (int)worker;
			}
		}
	}
	if (watch != 0 && sleepers_clear(sleepers, watch - 1)) {
		(void)ck_pr_faa_int(&sleepers->searching, 1);
		return (int)watch - 1;
	}
	return -1;
}

/* Any thread, about. */
static inline unsigned sleepers_count(const struct sleepers *sleepers)
{
	unsigned asleep = 0;

	for (uint32_t i = 0; i < sleepers->words; i++)
		asleep += (unsigned)__builtin_popcountll(ck_pr_load_64(&sleepers->asleep[i]));
	return asleep;
}

/* Own worker, awake and not searching: may it search? At most half of those awake do. */
static inline bool sleepers_search(struct sleepers *sleepers, unsigned awake)
{
	int searching = ck_pr_load_int(&sleepers->searching);

	do {
		if (searching * 2 >= (int)awake)
			return false;
	} while (!ck_pr_cas_int_value(&sleepers->searching, searching, searching + 1, &searching));
	return true;
}

/* Own worker, searching: found work. True: it was the last that searched, and must see to what else there is. */
static inline bool sleepers_found(struct sleepers *sleepers)
{
	return ck_pr_faa_int(&sleepers->searching, -1) <= 1 && !MUTANT(FOUND_NO_CHAIN);
}

/* Own worker: about to sleep. Afterwards it looks once more. */
static inline void sleepers_enter(struct sleepers *sleepers, unsigned worker, bool searching)
{
	uint64_t *word = &sleepers->asleep[worker / 64], seen = ck_pr_load_64(word);

	while (!ck_pr_cas_64_value(word, seen, seen | (uint64_t)1 << worker % 64, &seen))
		;
	if (searching)
		(void)ck_pr_faa_int(&sleepers->searching, -1);
	ck_pr_fence_memory();                   /* the bit and the count, before the look; pairs with sleepers_wanted */
}

/* Own worker: up again. Counts as searching from here on, whether it woke by itself or was claimed. */
static inline void sleepers_leave(struct sleepers *sleepers, unsigned worker)
{
	if (sleepers_clear(sleepers, worker))
		(void)ck_pr_faa_int(&sleepers->searching, 1);
}

/* Own worker, bit set: be the watch, if there is none. */
static inline bool sleepers_be_watch(struct sleepers *sleepers, unsigned worker)
{
	return ck_pr_load_32(&sleepers->watch) == worker + 1 || ck_pr_cas_32(&sleepers->watch, 0, worker + 1);
}

/* Own worker, awake: no longer the watch. */
static inline void sleepers_quit_watch(struct sleepers *sleepers, unsigned worker)
{
	if (ck_pr_load_32(&sleepers->watch) == worker + 1)
		ck_pr_store_32(&sleepers->watch, 0);
	ck_pr_fence_memory();                   /* before the look for an heir; pairs with sleepers_enter and sleepers_be_watch */
}

#endif
