/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * permit - room in another actor's mailbox, reserved
 *
 * Agreement. The actor that reserved owns it, on whatever worker that runs; when the actor ends, what it still holds
 * is given back. A permit for a mailbox without bounds costs nothing but its memory.
 */
#ifndef PERMIT_H
#define PERMIT_H

#include "actor.h"

struct odeon_permit {
	struct odeon_permit *next, **before;    /* in the actor's list */
	odeon_system *system;
	struct slot *slot;
	struct bounds *bounds;                  /* NULL: nothing was reserved, there is no bound */
	odeon_ref to;
	uint32_t messages, units;               /* left of it */
};

/* As deliver, into room that was reserved; ODEON_EINVAL: none left of it. */
int permit_deliver(odeon_system *system, struct worker *worker, struct odeon_permit *permit, struct message *message);

/* All that the actor holds; it is ending. */
void permits_end(struct attic *attic);

#endif
