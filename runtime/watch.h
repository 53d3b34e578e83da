/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch - an actor that asked to be told when a half of a channel can do something
 *
 * One watch joins one half and one actor, and stays with them: armed, told, armed again. The message that tells is made as the
 * watch is armed, so that telling cannot fail.
 *
 * Agreement. watch_arm, watch_tell: the actor, in its handler, which uses the half. watch_leave: whoever uses the half, on any
 * thread, as the half is dropped or asked about by another actor; the half's channel still lives. watches_end: the actor's end,
 * while its ref is still good: afterwards nobody posts to it on behalf of a watch, so nobody touches its system. All these and
 * the telling may come at the same time, in one order by the state:
 *
 *   IDLE     in no list
 *   ARMED    in the channel's list, with its message
 *   TELLING  whoever changed the channel posts the message. The actor's end and the half's wait for the few instructions
 *   LEAVING  the half takes it out of the list; the actor's end need not wait
 *   ENDING   the actor's end takes it out of the list; the half waits, since it keeps the list alive
 *   LOST     the half or the actor has let go; for ever
 *
 * Whoever moves it out of ARMED, by compare-and-swap, is the one who has the message.
 */
#ifndef WATCH_H
#define WATCH_H

#include "actor.h"
#include "wait.h"

enum { WATCH_IDLE, WATCH_ARMED, WATCH_TELLING, WATCH_LEAVING, WATCH_ENDING, WATCH_LOST };

struct watch {
	struct watcher watcher;                 /* first */
	struct waitlist *list;
	void *message;                          /* while armed */
	odeon_system *system;
	odeon_ref who;
	struct watch *next;                     /* of the actor's; the actor only */
	uint32_t state;
	uint32_t parties;                       /* the half and the actor: the last one frees it */
};

/* Arms the watch that joins this half's *place and the running actor, and makes it if need be, with a message filled from the
 * value; armed already: nothing. Ends with a full barrier; then look at the channel, and tell at once if there is no need to
 * wait. 0, or ODEON_ENOMEM, or as the actor stops ODEON_EINVAL. */
int watch_arm(odeon_self *self, struct watch **place, struct waitlist *list, const odeon_type *type, const void *value);

/* Tells now, unless somebody has. */
void watch_tell(struct watch *watch);

/* The half's. NULL is fine. */
void watch_leave(struct watch *watch);

/* All of the actor's. */
void watches_end(struct attic *attic);

#endif
