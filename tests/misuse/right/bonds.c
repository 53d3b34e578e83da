/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bonds and attachments: who is told of an end, and what goes with an actor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <odeon.h>

struct keeper { odeon_ref store, helper; char *memory; struct odeon_down last; struct odeon_down *kept; };
struct keeper_first { odeon_ref store; int descriptor; };

ODEON_HANDLER(keeper, odeon_down)
{
	keeper->last = *odeon_down;                            /* a value */
	if (odeon_down->bond == ODEON_LINKED)
		odeon_fail(self, odeon_down->code, odeon_down->text);
	else if (odeon_unlink(self, keeper->helper) == 0)
		keeper->helper = ODEON_NOBODY;
	odeon_free(keeper->kept);
	keeper->kept = odeon_keep(self, odeon_down);
}

/* What is attached goes, whether this succeeds or not. */
ODEON_START(keeper, keeper_first)
{
	keeper->memory = malloc(100);
	if (!keeper->memory)
		return ODEON_ENOMEM;
	if (odeon_attach(self, keeper->memory, free) != 0) {
		free(keeper->memory);
		return ODEON_ENOMEM;
	}
	keeper->store = keeper_first->store;
	if (odeon_attach_descriptor(self, keeper_first->descriptor) != 0)
		return ODEON_ENOMEM;
	return odeon_trap(self, 1) || odeon_monitor(self, keeper->store) || odeon_link(self, keeper->helper);
}

ODEON_STOP(keeper)
{
	if (reason->code == 0 && odeon_detach(self, keeper->memory) == 0)
		free(keeper->memory);
	odeon_free(keeper->kept);
}

ODEON_HANDLERS(keeper_handlers, ODEON_ON(keeper, odeon_down));
ODEON_KIND(keeper, keeper_handlers, .start = ODEON_STARTS(keeper), .stop = ODEON_STOPS(keeper));

/* An actor that ends with the one that made it. */
int own(odeon_self *self, const struct keeper_first *first, odeon_ref *child);
int own(odeon_self *self, const struct keeper_first *first, odeon_ref *child)
{
	int error = odeon_spawn(self, &keeper_kind, first, child);

	if (error == 0 && (error = odeon_attach_actor(self, *child)) != 0)
		(void)odeon_actor_kill(odeon_system_of(self), *child);
	return error;
}
