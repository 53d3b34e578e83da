/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/failure.h - who ended and why, and what goes with an actor
 *
 * News of an end is a struct odeon_down. It comes exactly once for each bond, after the last message of the one that ended
 * to the same receiver, in a message made when the bond was set: it cannot fail for want of memory, no bound stands in
 * its way, and it takes nobody's place. A bond to an actor that has ended already brings news at once, which is no error.
 * When a function that ends a bond has returned, no news of it comes any more, although it may have been waiting.
 *
 * An actor that fails (odeon_fail) ends when its handler returns; nothing is unwound. What is attached to it goes with it,
 * whatever way it ends.
 */
#ifndef ODEON_FAILURE_H
#define ODEON_FAILURE_H

#include <odeon/actor.h>

#define ODEON_REASON_BYTES 120

enum odeon_bond { ODEON_MONITORED = 1, ODEON_LINKED, ODEON_SUPERVISED };

/* An actor ended, or was halted. A value: it may be copied and kept. */
struct odeon_down {
	odeon_ref who;
	int code;                                      /* as odeon_reason has it; ODEON_EGONE: it had ended before the bond
	                                                  was set, and nobody knows why */
	uint16_t bond;                                 /* enum odeon_bond: why this is told */
	uint16_t is_halted;                            /* it waits to be started anew or killed; only to its supervisor */
	char text[ODEON_REASON_BYTES];
};

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_down) ODEON_API;

/* ---- bonds ---------------------------------------------------------------------------------------------------------- */

/**
 * odeon_monitor - be told, once, when another actor ends
 * @who: may have ended; monitoring one that is monitored already changes nothing
 *
 * Returns:  0, or with no bond set
 *   ODEON_ENOMEM     no memory
 *   ODEON_EINVAL     @who is nobody, or the running actor itself
 *   ODEON_EFOREIGN   a ref of another system
 *   ODEON_ESTOPPING  in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_monitor(odeon_self *self, odeon_ref who);

/**
 * odeon_unmonitor - not be told after all
 *
 * Returns:  0: no news of it comes any more; or
 *   ODEON_EGONE  it is not monitored, or the news was handled
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API int odeon_unmonitor(odeon_self *self, odeon_ref who);

/**
 * odeon_link - end together: when one of the two ends for a reason other than 0, the other one does, for the same reason
 * @who: may have ended
 *
 * An actor that traps (odeon_trap) gets a struct odeon_down instead, for reason 0 too. The end comes in order with
 * messages. Links stay when one of the two is started anew. odeon_actor_kill cannot be trapped; who is linked hears
 * ODEON_EKILLED.
 *
 * Returns:  as odeon_monitor
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_link(odeon_self *self, odeon_ref who);

/**
 * odeon_unlink - undo odeon_link, whichever of the two it was who called that
 *
 * The end of the other has no consequences any more from now on; one's own end, from when the other has heard.
 *
 * Returns:  0, or
 *   ODEON_EGONE  there is no link
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API int odeon_unlink(odeon_self *self, odeon_ref who);

/**
 * odeon_trap - have ends of linked actors come as messages, or not
 * @traps: not 0: as a struct odeon_down
 *
 * Returns:  0, or
 *   ODEON_ENOMEM     no memory
 *   ODEON_ESTOPPING  in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_trap(odeon_self *self, int traps);

/* ---- what goes with an actor -------------------------------------------------------------------------------------------- */

/**
 * odeon_attach - have something released when the running actor ends or is started anew, whatever way that comes
 * @what:    anything; names it for odeon_detach; must not be attached already
 * @release: called with it after stop, last attached first: free, odeon_free, a sender's drop, ... It must not send or
 *           wait
 *
 * In start, too: when start fails, what it attached is released.
 *
 * Returns:  0, or with nothing attached
 *   ODEON_ENOMEM     no memory
 *   ODEON_EINVAL     @release is NULL, or @what is attached already
 *   ODEON_ESTOPPING  in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_attach(odeon_self *self, void *what, void (*release)(void *what));

/**
 * odeon_attach_descriptor - have a file descriptor closed when the running actor ends or is started anew
 *
 * Returns:  as odeon_attach
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_attach_descriptor(odeon_self *self, int descriptor);

/**
 * odeon_attach_actor - have another actor killed when the running actor ends or is started anew
 * @who: one that ends first is forgotten when the running actor ends
 *
 * Returns:  as odeon_attach; also ODEON_EFOREIGN
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_attach_actor(odeon_self *self, odeon_ref who);

/**
 * odeon_detach, odeon_detach_descriptor, odeon_detach_actor - it is the caller's again, and is not released
 *
 * Returns:  0, or
 *   ODEON_EGONE  it is not attached
 * Context:  own handler, also in stop
 * Since:    0.1
 */
ODEON_API int odeon_detach(odeon_self *self, void *what);
ODEON_API int odeon_detach_descriptor(odeon_self *self, int descriptor);
ODEON_API int odeon_detach_actor(odeon_self *self, odeon_ref who);

ODEON_END_
#endif
