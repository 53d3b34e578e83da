/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turn - an actor runs: its orders, then a batch of its messages
 *
 * Agreement. The worker that runs, with the slot's token. Afterwards the token is given back (the mailbox is idle), or
 * the slot is in a run queue; either way the slot is not the caller's any more.
 */
#ifndef TURN_H
#define TURN_H

#include "world.h"

/* At most so many messages. How many were taken; *is_busy: the last one could not be, a producer is in the middle of
 * its push. */
uint32_t turn(struct worker *worker, struct slot *slot, uint32_t most, bool *is_busy);

#endif
