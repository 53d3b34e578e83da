/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annex - what few actors need, and their slots have no room for; attic - what hardly any of these needs
 *
 * Agreement. All of it is the token holder's. Both are made by their first use (actor_annex, actor_attic in actor.h), of
 * zeroes, and go with the actor, after each part has let go of what it has here (actor_end in actor.c). What must be
 * there without asking for memory is in the annex.
 */
#ifndef ANNEX_H
#define ANNEX_H

#include <stdbool.h>
#include <odeon/actor.h>
#include "bands.h"
#include "holdings.h"

struct attic {
	/* tables that odeon_become has put away: self.c */
	struct { const odeon_handler **tables; uint32_t count, room; } became;

	/* that this actor reserved: permit.c */
	struct odeon_permit *permits;

	/* what it asked of channels: watch.h */
	struct { struct watch *first; uint32_t count, most; } watches;

	/* what is released with the actor, the last attached first: attach.c */
	struct attachment *attached;

	/* messages laid aside, and the bands that others go to: aside.h */
	struct row stash;
	struct bands *bands;

	/* what its messages go through, and the table they come to then: around.h */
	struct { struct around *first; const odeon_handler *table; } around;
};

struct annex {
	struct attic *attic;                    /* NULL: none yet */

	/* requests that have no answer yet, oldest first: request.c */
	struct { struct request *first, *last; } requests;

	/* who is told of its end: bond.h */
	struct bond *bonds;

	/* how it is supervised: restart.h; no `end`: it is not */
	struct { struct bond *halt, *end; } supervised;

	/* the same; and whether ends of others come as messages: bond.h */
	uint8_t failed;
	bool halts_on_exit, traps;

	/* what is found by a key */
	struct holdings holdings;

	/* messages that were taken and not handled: aside.h */
	struct row front;

	/* odeon_idle_after: idle.h; NULL: none */
	struct timer *idle;
};

static inline const struct bands *annex_bands(const struct annex *annex)
{
	return annex->attic != NULL ? annex->attic->bands : NULL;
}

#endif
