/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * annex - what few actors need, and their slots have no room for
 *
 * Agreement. All of it is the token holder's. It is made by its first use (actor_annex in actor.h), of zeroes, and
 * goes with the actor, after each part has let go of what it has here (actor_end in actor.c).
 */
#ifndef ANNEX_H
#define ANNEX_H

#include <stdbool.h>
#include <odeon/actor.h>
#include "bands.h"
#include "holdings.h"

struct annex {
	/* tables that odeon_become has put away: self.c */
	struct { const odeon_handler **tables; uint32_t count, room; } became;

	/* that this actor reserved: permit.c */
	struct odeon_permit *permits;

	/* what it asked of channels: watch.h */
	struct { struct watch *first; uint32_t count, most; } watches;

	/* requests that have no answer yet, oldest first: request.c */
	struct { struct request *first, *last; } requests;

	/* who is told of its end, and whether ends of others come as messages: bond.h */
	struct bond *bonds;
	bool traps;

	/* how it is supervised: restart.h; no `end`: it is not */
	struct { struct bond *halt, *end; uint8_t failed; bool halts_on_exit; } supervised;

	/* what is released with it, the last attached first: attach.c */
	struct attachment *attached;

	/* what is found by a key */
	struct holdings holdings;

	/* messages that were taken and not handled, and the bands they go to: aside.h */
	struct row stash, front;
	struct bands *bands;

	/* what its messages go through, and the table they come to then: around.h */
	struct { struct around *first; const odeon_handler *table; } around;

	/* odeon_idle_after: idle.h; NULL: none */
	struct timer *idle;
};

#endif
