/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/failure.h - who ended and why, what goes with an actor, and starting one anew
 *
 * News of an end is a struct odeon_down. It comes exactly once for each bond, after the last message of the one that ended
 * to the same receiver, in a message made when the bond was set: it cannot fail for want of memory, no bound stands in
 * its way, and it takes nobody's place. A bond to an actor that has ended already brings news at once, which is no error.
 * When a function that ends a bond has returned, no news of it comes any more, although it may have been waiting.
 *
 * An actor that fails (odeon_fail) ends when its handler returns; nothing is unwound. One that is *supervised* is halted
 * instead: its stop has run, its state, timers, attachments and bonds to others are gone, but its ref is valid and its
 * queue stays, until the supervisor starts it anew with odeon_restart or kills it. That is all the runtime does;
 * how often, when, and whom else to start anew is decided by the supervisor, which is an actor like any other.
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

/* What becomes of the message whose handler failed, if that had not taken, sent on or dropped it. */
enum odeon_failed {
	ODEON_FAILED_BURIED = 0,                       /* a dead letter, with ODEON_EFAILED */
	ODEON_FAILED_AGAIN,                            /* handled once more, first of all, by the actor started anew, as the handler
	                                                  left it; the second time it is a dead letter */
	ODEON_FAILED_DROPPED                           /* counted as dropped */
};

typedef struct odeon_supervision {
	size_t bytes;                                  /* ODEON_SUPERVISION(...) */
	enum odeon_failed failed;
	int halts_on_exit;                             /* also odeon_exit halts; else it ends, and the news says so */
} odeon_supervision;
#define ODEON_SUPERVISION(...) { .bytes = sizeof(odeon_supervision), __VA_ARGS__ }

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

/* ---- starting anew ------------------------------------------------------------------------------------------------------ */

/**
 * odeon_spawn_supervised - a new actor that is halted when it fails, and waits for its supervisor
 * @self:        the supervisor
 * @kind:        as odeon_spawn
 * @argument:    as odeon_spawn; odeon_restart gives another
 * @supervision: copied; NULL: all defaults
 * @child:       the new actor's ref; nobody on failure
 *
 * The supervisor is told of each halt and of the end, once each. When the supervisor ends, however that comes, or is
 * started anew itself, what it supervises is killed.
 *
 * Returns:  as odeon_spawn; ODEON_EVERSION also when the supervision has an unknown size; ODEON_EINVAL also when @child
 *           is NULL
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_spawn_supervised(odeon_self *self, const odeon_kind *kind, const void *argument,
                                     const odeon_supervision *supervision, odeon_ref *child);

/**
 * odeon_halt - have a supervised actor stop before its next message, and wait to be started anew
 *
 * Its stop gets ODEON_EKILLED as reason; its queue stays. The news comes as for a failure. One that is halted already
 * stays so, without more news.
 *
 * Returns:  0, or
 *   ODEON_EGONE   it has ended
 *   ODEON_EINVAL  it is not supervised by the running actor
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API int odeon_halt(odeon_self *self, odeon_ref child);

/**
 * odeon_restart - start a halted actor anew: the same ref and the same queue, a fresh state
 * @child:    one that struct odeon_down, with is_halted, told of
 * @argument: lent to start for the duration of the call, or copied, as in odeon_spawn
 *
 * Its start runs inside the call, on the caller's thread. What odeon_stash laid aside, and the message that failed if that
 * is to be handled again, come before the queue.
 *
 * Returns:  0: it runs; or with the actor still halted, and without more news
 *   ODEON_ENOMEM  no memory
 *   ODEON_EINVAL  it is not supervised by the running actor, or not halted as far as that was told
 *   or what start returned; or
 *   ODEON_EGONE      it was killed, or told to stop, in the meantime; the news of that comes
 *   ODEON_ESTOPPING  the system is stopping
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API int odeon_restart(odeon_self *self, odeon_ref child, const void *argument);

ODEON_END_
#endif
