/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lock - one word, for those who would rather sleep than spin; smaller than the C library's, and taken inline
 *
 * Agreement. Any thread. What was done with the lock held is seen by whoever takes it next. Giving it back is the holder's last
 * touch of the word: it then wakes by the address alone (os.h), so whoever takes the lock may free it.
 */
#ifndef LOCK_H
#define LOCK_H

#include "atomic.h"
#include "mutant.h"
#include "os.h"

enum { LOCK_FREE, LOCK_HELD, LOCK_WANTED };     /* WANTED: held, and somebody may be asleep */

struct lock { uint32_t state; };

/* Whoever slept takes it as WANTED: others may still be asleep, and one at a time is woken. */
static inline void lock_take(struct lock *lock)
{
	if (UNLIKELY(!ck_pr_cas_32(&lock->state, LOCK_FREE, LOCK_HELD)))
		while (ck_pr_fas_32(&lock->state, LOCK_WANTED) != LOCK_FREE) {
			os_word_sleep(&lock->state, LOCK_WANTED, NULL);
			if (MUTANT(LOCK_SLEEPERS_FORGOTTEN) && ck_pr_cas_32(&lock->state, LOCK_FREE, LOCK_HELD))
				break;
		}
	ck_pr_fence_acquire();                  /* pairs with lock_give */
}

static inline void lock_give(struct lock *lock)
{
	ck_pr_fence_release();
	if (UNLIKELY(ck_pr_fas_32(&lock->state, LOCK_FREE) == LOCK_WANTED) && !MUTANT(LOCK_NOT_WOKEN))
		os_word_wake_one(&lock->state);
}

#endif
