/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * patience - the one word between who waits for an answer and who owes it
 *
 * Agreement. It begins as 0. The asker ends it once, and that is the last that it touches of the record: from then on
 * this is the duty's. The duty's holder looks once, as the duty ends: not over, and the record goes to the asker's
 * mailbox, and is whose who takes it there; over, and it is the duty's holder's to free. An end that the look came too
 * early for is found by whoever takes the record out of the mailbox.
 */
#ifndef PATIENCE_H
#define PATIENCE_H

#include "atomic.h"
#include "mutant.h"

/* The asker, last. */
static inline void patience_end(uint32_t *patience)
{
	ck_pr_fence_release();                  /* all that the asker did with the record, before it is another's; pairs with
	                                           the acquire of patience_is_over. Nothing is ordered after it */
	ck_pr_store_32(patience, 1);
}

/* The duty's holder, first. True: what the asker did with the record has come before. */
static inline bool patience_is_over(const uint32_t *patience)
{
	if (MUTANT(PATIENCE_NOT_ASKED) || ck_pr_load_32(patience) == 0)
		return false;
	ck_pr_fence_acquire();
	return true;
}

#endif
