/* SPDX-License-Identifier: BSD-2-Clause */
/* farewell - stopping children: told first, killed when their time is over */
#include "supervising.h"
#include <stdint.h>

void farewell_kill(odeon_self *self, struct child *child)
{
	(void)odeon_actor_kill(odeon_system_of(self), child->who);      /* if it has ended, the news is on its way */
	child->state = CHILD_KILLED;
}

static void tell(odeon_self *self, struct child *child)
{
	void *farewell = child->farewell;

	child->farewell = NULL;
	if (farewell != NULL)
		(void)odeon_send(self, child->who, farewell);
	else
		(void)odeon_actor_stop(odeon_system_of(self), child->who);
}

void farewell_stop(odeon_self *self, struct child *child)
{
	odeon_duration within = child->is.stop_within;

	if (within == 0)
		within = ODEON_SECONDS(5);
	child->is_due = child->lacks_tick = false;
	(void)odeon_tick_cancel(self, (uintptr_t)child);
	if (child->state == CHILD_HALTED || within < 0 || odeon_tick_after(self, within, (uintptr_t)child) != 0)
		farewell_kill(self, child);
	else {
		child->state = CHILD_STOPPING;
		tell(self, child);
	}
}

void farewell_forget(odeon_self *self, struct supervisor *supervisor, struct child *child)
{
	int error = supervisor->mode == LEAVING ? ODEON_ESTOPPING : ODEON_EGONE;

	(void)odeon_tick_cancel(self, (uintptr_t)child);
	if (supervisor->at == child)
		supervisor->at = supervisor->mode == GOING_UP ? child->after : child->before;
	supervisor_answer(self, child, child->is_leaving ? 0 : error);
	children_remove(&supervisor->children, child);
}

void farewell_all(odeon_self *self, struct supervisor *supervisor)
{
	if (supervisor->mode == LEAVING)
		return;
	supervisor->mode = LEAVING;
	supervisor->at = supervisor->children.last;
	(void)odeon_tick_cancel(self, 0);
	(void)odeon_unstash(self);              /* they are told that it is too late */
	farewell_go_on(self, supervisor);
}

static void end(odeon_self *self, struct supervisor *supervisor)
{
	if (supervisor->fails)
		odeon_fail(self, ODEON_EFAILED, supervisor->text);
	else
		odeon_exit(self);
}

void farewell_go_on(odeon_self *self, struct supervisor *supervisor)
{
	struct child *child;

	while ((child = supervisor->at) != NULL) {
		if (child->state == CHILD_RUNS || child->state == CHILD_HALTED)
			farewell_stop(self, child);
		if (child->state != CHILD_ENDED)
			return;
		farewell_forget(self, supervisor, child);
	}
	end(self, supervisor);
}
