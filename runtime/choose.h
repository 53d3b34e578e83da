/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * choose - one of several cases is made to happen; every wait for a channel is this one, also for a single case
 *
 * Agreement. The thread that uses the halves. Each round: try all, in a shuffled order; nothing happened: enter every case's
 * channel's list, in that order too, look once more, sleep, leave every list; for whichever it was chosen is tried first.
 * A rendezvous that was chosen is done. A mailbox is in no list: nest.h has how its actor is woken.
 *
 * docs/channels.md has the protocol in steps; tests/model/select.pml is its model.
 */
#ifndef CHOOSE_H
#define CHOOSE_H

#include <odeon/select.h>
#include "wait.h"

/* What a case holds of ours. */
struct case_place {
	struct waiter waiter;
	uint32_t order;                         /* of all cases: which is tried at this place of the row */
};
_Static_assert(sizeof(struct case_place) <= sizeof ((odeon_case *)0)->private_, "a case has room for it");

enum choice { CHOOSE_FAIR, CHOOSE_FIRST, CHOOSE_NONE };

/* As odeon_select, odeon_select_biased, odeon_select_ready. glance.c has it, with the first try of what most choices are. */
int choose(odeon_case *cases, size_t count, odeon_time until, enum choice choice);

/* The same for who has looked himself: choose.c, where all waiting is. Tried: the first round is over; all cases are plain (case.h) and stand in their row (row.h). */
int choose_in_rounds(odeon_case *cases, size_t count, odeon_time until, enum choice choice, bool is_tried);

#endif
