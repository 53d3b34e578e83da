/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/behaviour.h - how an actor has its messages brought: by state, laid aside, in bands, through interceptors
 *
 * odeon_become is in actor.h; odeon_stash and odeon_proceed are in send.h, with all that takes messages. All of this is
 * undone when the actor is started anew, but that its start may set it again; what lies aside stays.
 */
#ifndef ODEON_BEHAVIOUR_H
#define ODEON_BEHAVIOUR_H

#include <odeon/actor.h>

/*
 * State functions: a message handled in another way in each state of an actor S. Each state has a table, with what it
 * handles, and odeon_become and odeon_unbecome go from one to the other:
 *
 *   ODEON_HANDLER_IN(door, open, push) { ... }            with `door` and `push` as in ODEON_HANDLER
 *   ODEON_HANDLERS(open, ODEON_ON_IN(door, open, push), ODEON_ON(door, look));
 */
#define ODEON_HANDLER_IN(S, state, T) \
	static void S##_##state##_on_##T(odeon_self *self, struct S *S, struct T *T); \
	static void ODEON_HANDLER_##S##_##state##_##T(odeon_self *self, void *actor, void *message) \
	{ S##_##state##_on_##T(self, (struct S *)actor, (struct T *)message); } \
	static void S##_##state##_on_##T(ODEON_UNUSED_ odeon_self *self, ODEON_UNUSED_ struct S *S, ODEON_UNUSED_ struct T *T)
#define ODEON_ON_IN(S, state, T) { ODEON_TYPE(T), #S, sizeof(struct S), ODEON_HANDLER_##S##_##state##_##T }

#define ODEON_BANDS_MOST 4

/*
 * Bands of priority, within one mailbox. The order promise holds within a band, and what the runtime itself brings, like
 * timers and news of ends, waits in none and comes first. After so many messages of a band as its quota says, one comes of
 * each lower band in which one waits: so none waits for ever, and the first of a band waits for no more messages than the
 * quotas of all higher bands, and one of each other band. All bands together count against the mailbox's bound; a policy that drops
 * the oldest drops what would come next.
 */
typedef struct odeon_bands {
	unsigned count;                                /* 1 to ODEON_BANDS_MOST; band 0 comes first */
	uint32_t quota[ODEON_BANDS_MOST];              /* at least 1 */
	unsigned (*of)(const odeon_type *type, const void *message);   /* the band; more than count - 1 counts as that; must
	                                                                  only look */
} odeon_bands;

/* Around each handler of an actor. It calls odeon_proceed (send.h) once, or does what else is due with the message, which
 * is in hand; what it still holds when it returns is dropped. */
typedef struct odeon_interceptor {
	void (*around)(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest);
	void *data;
} odeon_interceptor;

ODEON_BEGIN_

/**
 * odeon_unstash - what lies aside is handled again, in the order it came, before what waits in the mailbox
 *
 * One that is laid aside once more waits for the next odeon_unstash.
 *
 * Returns:  how many messages
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API unsigned odeon_unstash(odeon_self *self);

/**
 * odeon_stashed - how many messages lie aside
 * Context:  own handler, also in stop
 * Since:    0.1
 */
ODEON_API unsigned odeon_stashed(odeon_self *self);

/**
 * odeon_band - have messages come by bands of priority from the next one on
 * @bands: must outlive the actor; NULL: in the order they came
 *
 * What waits already goes to its band, too. An order to stop is in no band: it is seen at once, and the actor ends when
 * all that waited then, in whatever band, is handled.
 *
 * Returns:  0, or with nothing changed
 *   ODEON_ENOMEM  no memory
 *   ODEON_EINVAL  no bands, too many, a quota of 0, or no function; or in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_band(odeon_self *self, const odeon_bands *bands);

/**
 * odeon_intercept - put an interceptor around all handlers of the running actor, outside of those that are there
 * @interceptor: must outlive the actor, its data too
 *
 * Ticks and news pass through it like messages; continuations do not. odeon_options.intercept is one around the handlers of
 * all actors, outside of their own.
 *
 * Returns:  0, or
 *   ODEON_ENOMEM  no memory
 *   ODEON_EINVAL  NULL, or without a function; or in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_intercept(odeon_self *self, const odeon_interceptor *interceptor);

ODEON_END_
#endif
