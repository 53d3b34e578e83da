/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aside - what an actor has taken out of its mailbox and not yet handled: the stash, the front, the bands
 *
 *   stash   laid aside by odeon_stash; waits for odeon_unstash
 *   front   handled before all else
 *   bands   where there are, all that waits in the mailbox goes there before one is picked (bands.h)
 *
 * Agreement. The holder of the slot's token. Messages here are owned, in no mailbox, hidden, of the living generation, and
 * marked as admitted where the mailbox is bounded: they count as waiting until they are handled or buried. SLOT_ASIDE
 * stands in the slot's flags while there is a front or are bands; next_message in handling.h looks at nothing else.
 *
 * While the actor stops after what was queued (SLOT_STOPPING), slot->last is the node that is the last. Once that one has
 * gone to the bands, it is ASIDE_CLOSED: nothing more comes from the mailbox, and the last is whichever is picked last.
 */
#ifndef ASIDE_H
#define ASIDE_H

#include "actor.h"
#include "annex.h"
#include "world.h"

#define ASIDE_CLOSED(slot) (&(slot)->mailbox.stub)      /* a node that no message has */

/* The message in hand, whole, with its sender and duty, to the stash. 0, ODEON_EFULL or ODEON_ENOMEM: still in hand. */
int aside_stash(struct odeon_self *self);

/* How many went from the stash to the front. They came before what is there. */
uint32_t aside_unstash(struct slot *slot);

/* The rule from here on, NULL for none. ODEON_ENOMEM: as it was. */
int aside_band(struct slot *slot, const odeon_bands *rule);

/* With SLOT_ASIDE. False: the mailbox is next. Else *message is, loose, or it is NULL: none is to be had now. */
bool aside_next(struct odeon_self *self, struct slot *slot, struct message **message, bool *is_busy);

/* Nothing is in the mailbox: the last one to be handled when the actor stops now; NULL: there is none. */
struct node *aside_last(struct slot *slot);

/* The actor is halted: what was laid aside or sorted is the front, and there are no bands. */
void aside_rest(struct slot *slot);

/* A message that is owned, and hidden again, comes before all else. */
void aside_again(struct slot *slot, struct message *message);

/* All in here are dead letters: the actor has ended. The worker in self may be NULL. */
void aside_end(struct odeon_self *self, struct slot *slot);

/* How many may come with no more ado. */
static inline uint32_t aside_ready(const struct slot *slot)
{
	const struct annex *annex = slot->annex;
	const struct bands *bands = annex != NULL ? annex_bands(annex) : NULL;

	return annex == NULL ? 0 : annex->front.count + (bands != NULL ? bands->count : 0);
}

/* How many there are. */
static inline uint32_t aside_count(const struct slot *slot)
{
	const struct attic *attic = actor_attic_if_any(slot);

	return (attic != NULL ? attic->stash.count : 0) + aside_ready(slot);
}

#endif
