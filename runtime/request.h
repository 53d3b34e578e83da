/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request - the asker's half of a request: its continuation, and when that runs
 *
 * Agreement. The holder of the asker's token, in a turn, a start or its end. What a continuation needs is in the record
 * (duty.h), which stands in the actor's list from odeon_then_make until its continuation begins: with the answer or the
 * error that came, at the deadline, or at the actor's end, whatever is first. It is out of the list, and its deadline
 * has ended, before the continuation runs, so nothing can run it once more; and a record that somebody else still has
 * is let go after that, by its patience.
 *
 * A continuation is a hook like a handler, with the answer in hand. At the actor's end it is like stop: nothing that
 * begins something new works there.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "annex.h"
#include "duty.h"

/* ---- for role.c -------------------------------------------------------------------------------------------------------- */

/* A request, not in hand, whose deadline has passed. */
static inline bool request_is_late(const struct odeon_self *self, const struct message *message)
{
	return (message->sender & SENDER_TAGS) == SENDER_REQUEST
	    && request_of(message->sender)->until <= (int64_t)self->worker->now;
}

/* It is not handled: a dead letter. Always NULL. */
struct message *request_expire(struct odeon_self *self, struct message *message);

/* What came back, as role_take and role_bury get it. */
void request_answered(struct odeon_self *self, struct message *message);
void request_bury(struct odeon_self *self, struct message *message);

/* ---- for timer.c and actor.c ------------------------------------------------------------------------------------------- */

/* Its deadline is due, in the asker's turn, with nothing in hand; the timer is gone. */
void request_expired(struct odeon_self *self, struct request *request);

/* The actor ends: every continuation runs. Its generation has ended already. */
void requests_end(struct odeon_self *self, struct slot *slot);

/* ---- for gather.c ------------------------------------------------------------------------------------------------------ */

/* A record for a continuation, or for one of a gather, with NULL; in no list. NULL: no memory. */
struct request *request_make(struct odeon_self *self, const odeon_continuation *continuation, const void *state);

/* A continuation may be used for a request, or for a gather, and is. 0, or the error: then it is gone, if it was there. */
int request_use(struct odeon_self *self, struct request *request, bool by_gather, odeon_time until);

/* A record with its message, which is taken, goes to `to`. */
void request_send(struct odeon_self *self, struct request *request, odeon_ref to, void *payload, const odeon_site *site);

/* A message that cannot become a request is a dead letter. It may be NULL. */
void request_refuse(struct odeon_self *self, odeon_ref to, void *payload, int why, const odeon_site *site);

/* Out of the list, and its deadline has ended. */
void request_close(struct odeon_self *self, struct request *request);

/* The continuation runs, with `argument` behind its state and nothing in hand. */
void request_run(struct odeon_self *self, struct request *request, void *argument, int error);

/* Nobody here touches it any more: freed, or another's. */
void request_release(struct request *request);

#endif
