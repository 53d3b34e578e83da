/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attach - what goes with an actor
 *
 * Agreement. The holder of the actor's token. Releasing calls the user's functions, with no lock held; they have no self, and
 * so can attach nothing.
 */
#ifndef ATTACH_H
#define ATTACH_H

#include "actor.h"

/* The last attached first. */
void attachments_end(struct odeon_self *self, struct annex *annex);

#endif
