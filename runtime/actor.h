/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * actor - how an actor begins and ends in a slot
 *
 * Agreement. actor_spawn: any thread. All others: the holder of the slot's token, in a turn; but actor_start_anew in a turn
 * of the supervisor.
 *
 * Birth: a slot that nobody has had yet, or a vacant one, whose token must be claimed first (a late push may have it).
 * The generation becomes odd when all is filled in, the kind's start included; then the token is given back.
 * Death: the generation becomes even, and from then on every message left is stale; continuations run, then stop; what the actor holds is let
 * go; whoever waits for room hears of it; state and annex go. The turn goes on until the mailbox is idle, and after that
 * the slot is vacant. A start that failed ends in the same way, but that there is no stop.
 */
#ifndef ACTOR_H
#define ACTOR_H

#include "annex.h"
#include "world.h"

struct home { enum odeon_place place; unsigned worker; };

/* Where it is wanted, NULL: as its kind says. The annex, which may be NULL, is what the actor is born with; it is taken, whatever
 * comes of that. */
int actor_spawn(odeon_system *system, struct worker *worker, const odeon_kind *kind, const struct home *wanted,
                const void *argument, struct annex *annex, odeon_ref *actor);
int actor_spawn_pinned(odeon_system *system, struct worker *worker, const odeon_kind *kind, const void *argument,
                       unsigned number, odeon_ref *actor);

/* The annex of the running actor, made if need be; NULL: out of memory. */
struct annex *actor_annex(struct slot *slot);

/* Its attic, the same. */
struct attic *actor_attic(struct slot *slot);
static inline struct attic *actor_attic_if_any(const struct slot *slot)
{
	return slot->annex != NULL ? slot->annex->attic : NULL;
}

/* Whether the table is for the state of this kind. */
bool actor_fits(const odeon_kind *kind, const odeon_handler *handlers);

/* The actor ends, for the reason. */
void actor_end(struct odeon_self *self, struct slot *slot, int code, const char *text);

/* The supervised actor is halted, for the reason: it has SLOT_HALTED, and the turn ends after this. */
void actor_halt(struct odeon_self *self, struct slot *slot, int code, const char *text);

/* The caller has the token of a halted actor: a fresh state, and its start. The error leaves it as it was. */
int actor_start_anew(odeon_system *system, struct worker *worker, struct slot *slot, odeon_ref me, const void *argument);

/* After the slot has gone idle with SLOT_VACATING: it is free for another. */
void actor_vacate(odeon_system *system, struct worker *worker, struct slot *slot, bool retired);


#endif
