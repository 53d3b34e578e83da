/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * atomic - Concurrency Kit's atomic operations, as this build needs to see them
 *
 * The only file that includes <ck_pr.h>; any other header of Concurrency Kit is included after this one. The
 * operations are inline assembly, so under ThreadSanitizer each is accompanied by a word on what it hands over, and in
 * the explorer each is a place where another thread may go on.
 *
 * Plain loads and stores of Concurrency Kit order nothing by themselves; read-modify-write operations are full
 * barriers on x86 only. So code here writes the fence it needs, and says with what it pairs.
 */
#ifndef ATOMIC_H
#define ATOMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ck_pr.h>

#include "sanitizer.h"

#if defined(ODEON_EXPLORE)
# include "explore_atomic.h"
#elif defined(ODEON_TSAN)
# include "atomic_tsan.h"
#endif

/* Around an operation of Concurrency Kit's ring, whose accesses to the entries are judged by its own atomics: a taker
 * reads an entry before it knows that it is its own, and drops it if it is not. */
#if !defined(RING_BEGIN)
# define TSAN_RELEASE(p) ((void)0)
# define TSAN_ACQUIRE(p) ((void)0)
# define RING_BEGIN() ((void)0)
# define RING_END() ((void)0)
#endif

#define CACHE_LINE 64
#define CACHE_ALIGNED __attribute__((aligned(CACHE_LINE)))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* One party of several lets go of what they share. True: it was the last, and sees all that the others did; else
 * nothing of it may be touched, which is why the sanitizer is told less than of any other operation. */
static inline bool let_go_last(uint32_t *parties)
{
	bool is_last;

	ck_pr_fence_release();
	TSAN_RELEASE(parties);
	is_last = (ck_pr_faa_32)(parties, (uint32_t)-1) == 1;
	if (is_last) {
		ck_pr_fence_acquire();
		TSAN_ACQUIRE(parties);
	}
	return is_last;
}

/* A counter with one writer, read by anybody: no locked operation, and no torn value. */
static inline void count_up(uint64_t *counter, uint64_t by)
{
	ck_pr_store_64(counter, *counter + by);
}

#endif
