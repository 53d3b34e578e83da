/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * around - interceptors, and how a message goes through them to its handler
 *
 * Agreement. The holder of the slot's token, in a handler or about to call one. Where a message has interceptors to go
 * through, slot->handlers is NULL, which sends dispatch here; the table in use then stands in the annex, or is the kind's
 * where nothing was put into the annex. So nobody else pays for it.
 *
 * Order: the system's interceptor, the actor's own from the last that was put around to the first, the handler.
 */
#ifndef AROUND_H
#define AROUND_H

#include <odeon/behaviour.h>
#include "actor.h"
#include "annex.h"
#include "world.h"

/* One interceptor of an actor. */
struct around {
	const odeon_interceptor *interceptor;
	struct around *next;                    /* inside of this one */
};

/* The outermost of its own; NULL: it has none. */
static inline const struct around *around_first(const struct slot *slot)
{
	const struct attic *attic = actor_attic_if_any(slot);

	return attic != NULL ? attic->around.first : NULL;
}

/* Whether messages go through any. */
static inline bool around_is_there(const struct odeon_self *self, const struct slot *slot)
{
	return self->system->options.intercept != NULL || around_first(slot) != NULL;
}

/* The message in hand, through all of them. False: nobody was there to handle it. */
bool around_dispatch(struct odeon_self *self, struct slot *slot);

/* One more, outside. ODEON_ENOMEM */
int around_put(struct slot *slot, const odeon_interceptor *interceptor);

/* The table in use; NULL: the kind has none. */
static inline const odeon_handler *around_table(const struct slot *slot)
{
	const struct attic *attic = actor_attic_if_any(slot);

	if (slot->handlers != NULL)
		return slot->handlers;
	return attic != NULL && attic->around.table != NULL ? attic->around.table : slot->kind->handlers;
}

/* There is an attic. */
static inline void around_set_table(struct slot *slot, const odeon_handler *handlers)
{
	if (slot->handlers != NULL)
		slot->handlers = handlers;
	else
		slot->annex->attic->around.table = handlers;
}

/* The actor has none of its own any more. */
void around_end(struct attic *attic);

#endif
