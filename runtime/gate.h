/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate - the exact bound of a bounded mailbox: one fetch-and-add a message
 *
 * Agreement. gate_admit, gate_return: any thread. gate_left: the token's holder. The two words are never reset, not
 * even when the slot gets another actor: what was admitted is marked in the message, and is counted as left when it is
 * taken, whoever lives in the slot by then.
 *
 * The bound is never overshot. A refusal may be due to another sender that is being refused at this instant.
 */
#ifndef GATE_H
#define GATE_H

#include "mailbox.h"

struct gate {
	uint64_t admitted;              /* amount let in; any thread */
	uint64_t left;                  /* amount of that taken; the holder writes */
};

/* What is inside, about; exact for the holder. */
static inline uint64_t gate_inside(const struct gate *gate)
{
	uint64_t left = ck_pr_load_64(&gate->left);

	ck_pr_fence_load();
	return ck_pr_load_64(&gate->admitted) - left;
}

/* Any thread. Room for so much, before it is pushed; this is also a permit. */
static inline bool gate_admit(struct gate *gate, uint64_t amount, uint32_t most, uint32_t most_units)
{
	uint64_t now;

	if (MUTANT(GATE_LOOK_ONLY)) {
		now = gate_inside(gate) + amount;
		if (AMOUNT_MESSAGES(now) > most)
			return false;
		(void)ck_pr_faa_64(&gate->admitted, amount);
		return true;
	}
	now = ck_pr_faa_64(&gate->admitted, amount) + amount;
	ck_pr_fence_atomic_load();                                      /* `left` may only be newer than `admitted` */
	now -= ck_pr_load_64(&gate->left);
	if (LIKELY(AMOUNT_MESSAGES(now) <= most && AMOUNT_UNITS(now) <= most_units))
		return true;
	(void)ck_pr_faa_64(&gate->admitted, (uint64_t)0 - amount);
	return false;
}

/* Any thread. Room that was admitted and will not be used. */
static inline void gate_return(struct gate *gate, uint64_t amount)
{
	(void)ck_pr_faa_64(&gate->admitted, (uint64_t)0 - amount);
}

/* Holder: so much of what was admitted has been taken. */
static inline void gate_leave(struct gate *gate, uint64_t amount)
{
	ck_pr_fence_release();
	ck_pr_store_64(&gate->left, ck_pr_load_64(&gate->left) + amount);
}

#endif
