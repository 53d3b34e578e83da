/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vacant - slots for actors to come
 *
 * Each worker of the pool keeps some that were vacated on it, and some that nobody has had yet; the others take from what is
 * there for all.
 *
 * Agreement. Any thread; the worker is the caller's, NULL when it is none. Who gives a slot has its token no longer, and has
 * put it where it can be claimed; who claims one has the token.
 */
#ifndef VACANT_H
#define VACANT_H

#include "world.h"

/* NULL: no address space, or no memory. */
struct slot *vacant_claim(odeon_system *system, struct worker *worker);
void vacant_give(odeon_system *system, struct worker *worker, struct slot *slot);

#endif
