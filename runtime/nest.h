/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nest - a handler waits for its own actor's mailbox, among other things
 *
 * The thread holds the slot's token as long as the outer handler runs, so a push makes nobody ready. To sleep until one
 * comes, it gives the token back as at the end of a turn; then whoever pushes, or gives an order, gets the token and puts the
 * slot into the inbox of this thread's worker, and wakes the worker where it sleeps. Only these threads take from such an
 * inbox, so the token comes back here: out of the inbox, or, when nothing came, claimed.
 *
 *   1. what is in hand leaves the list (nest_begin)     else a message taken inside would pass it, and free it
 *   2. orders, messages: none (nest_look)
 *   3. the token goes (nest_rest)                       one compare-and-swap, which fails if anything came since 2
 *   4. sleep on the worker's parker, key taken before a look at the inbox
 *   5. the token comes back (nest_regain)               before anything of the actor is touched
 *
 * Agreement. The thread of the actor, in a handler of it. Between 3 and 5 it runs nobody's code.
 */
#ifndef NEST_H
#define NEST_H

#include "world.h"

/* Whether this is the self of the actor that runs on this thread, in a handler that is not nested itself. Any thread. */
bool nest_is_allowed(const struct odeon_self *self);

void nest_begin(struct odeon_self *self);

/* With the token, what is in hand being out of the list. */

/* Orders are obeyed. Whether the actor is to end, or something waits, if only a push that is not finished. */
bool nest_look(struct odeon_self *self);

/* One message to its handler, whose end does not end the outer one's. 0; ODEON_ESTOPPING: the actor ends when the outer
 * handler returns, and a message may have been handled or not; ODEON_EEMPTY: none is to be had now. */
int nest_handle(struct odeon_self *self);

/* After nest_look said no. False: something came. */
bool nest_rest(struct odeon_self *self);

/* Rested: whether the slot is on its way here. */
bool nest_is_called(struct odeon_self *self);
void nest_regain(struct odeon_self *self);

#endif
