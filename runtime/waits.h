/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits - which requests wait for an answer: said by each actor in a turn of its own, or read when nobody runs
 *
 * Agreement. What an actor waits for stands in its annex, which is its token's holder's. So whoever wants to know it links an
 * inquiry into the system, gives every actor ORDER_TELL, and each says it in a turn: that is the whole of it, and costs
 * who is not asked nothing. An inquiry knows by the slot's number who was asked and has not said; several may be under
 * way, each of which orders for itself, and whoever tells, tells all of them.
 *
 *   system->inquiries, and all that is in one of them      under inquiries_lock; no hook runs under it
 *   the inquiry's parker                                   sleep: who made it; wake: under the lock
 *
 * In a simulated system no actor runs while its caller is outside of all of them, and everything can be read there and then.
 */
#ifndef WAITS_H
#define WAITS_H

#include "world.h"

/* What was found; all of one actor together. */
struct wait_list {
	odeon_wait *waits;
	size_t count, room;
	bool is_short;                          /* there was no memory for all */
};

struct inquiry {
	struct inquiry *next;
	uint32_t *asked;                        /* by slot: the generation that was asked and has not said; 0: none */
	uint32_t slots;
	size_t left;                            /* so many have not said */
	struct wait_list list;
	struct parker parker;
};

void wait_list_free(struct wait_list *list);

/* The holder of the slot's token, with ORDER_TELL. */
void waits_tell(struct odeon_self *self, struct slot *slot);

/* Of a simulated system, outside of all actors: what all wait for. */
void waits_read(odeon_system *system, struct wait_list *list);

/* Of one that came to rest: nothing will happen any more by itself. If somebody waits for an answer, and that was not said
 * before, the log says all that wait. */
void waits_at_rest(odeon_system *system);

/* One line, without its end. As snprintf. */
int wait_print(const odeon_wait *wait, char *text, size_t bytes);

#endif
