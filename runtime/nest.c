/* SPDX-License-Identifier: BSD-2-Clause */
/* nest - the token given back in the middle of a turn, and taken again */
#include "nest.h"

#include "handling.h"
#include "pace.h"

bool nest_is_allowed(const struct odeon_self *self)
{
	const struct worker *worker;

	if (self == NULL || !context_runs_actors() || !context_here->may_block)
		return false;
	worker = worker_here(context_here->system);
	return self == &worker->self && self->hook == HOOK_HANDLER && !self->is_nested;
}

void nest_begin(struct odeon_self *self)
{
	if (self->hand != NULL)
		hand_loosen(self);
}

bool nest_rest(struct odeon_self *self)
{
	struct node *passed;

	if (mailbox_idle(&self->slot->mailbox, &passed) != MAILBOX_GONE_IDLE)
		return false;
	if (passed != NULL)
		message_release(message_of_node(passed));
	return true;
}

bool nest_is_called(struct odeon_self *self)
{
	return !slotqueue_is_empty(&self->worker->inbox);
}

void nest_regain(struct odeon_self *self)
{
	struct worker *worker = self->worker;
	struct link *link;

	for (;;) {
		uint32_t key = parker_key(&worker->parker);     /* before the looks */

		if (slotqueue_take(&worker->inbox, &link, 1) == 1 || mailbox_claim(&self->slot->mailbox))
			break;
		if (slotqueue_is_empty(&worker->inbox))         /* taken by somebody who is about to put it there, and wakes us */
			parker_sleep(&worker->parker, key, INT64_MAX);
	}
	pace_begin(worker);
}

/* ---- within a handler ---------------------------------------------------------------------------------------------------- */

bool nest_look(struct odeon_self *self)
{
	struct slot *slot = self->slot;
	uint32_t orders = mailbox_orders_take(&slot->mailbox);
	bool was_nested = self->is_nested;

	self->is_nested = true;
	if (orders != 0)
		obey(self, slot, orders);
	if ((slot->flags & SLOT_STOPPING) != 0 && slot->last == NULL && aside_ready(slot) == 0)         /* the outer message was the last */
		end(self, slot, 0, "stopped");
	self->is_nested = was_nested;
	if (orders != 0 && slot->bounds != NULL)
		look_at_bounds(self, slot);
	return self->ending || (slot->flags & SLOT_PENDING) != 0 || mailbox_newest(&slot->mailbox) != slot->mailbox.anchor
	    || aside_ready(slot) > 0;
}

/* What the outer handler holds is another self's meanwhile, so that whoever gives it away takes it out of that hand. */
static void set_aside(struct odeon_self *self, struct odeon_self *outer)
{
	*outer = *self;
	if (outer->hand != NULL)
		outer->hand->sender = (uintptr_t)outer | SENDER_IN_HAND;
	self->hand = NULL;
	self->loose = false;
	self->is_nested = true;
}

static void pick_up(struct odeon_self *self, struct odeon_self *outer)
{
	self->is_nested = false;
	self->hand = outer->hand;
	if (self->hand != NULL)
		self->hand->sender = (uintptr_t)self | SENDER_IN_HAND;
	self->sender = outer->sender;
	self->role = outer->role;
	self->loose = outer->loose;
	ck_pr_store_ptr(&self->type, outer->type);
	ck_pr_store_ptr(&self->site, outer->site);
}

int nest_handle(struct odeon_self *self)
{
	struct slot *slot = self->slot;
	struct odeon_self outer;
	struct message *message;
	uint32_t over = 0, handled = 0;
	bool is_busy = false;

	if (!nest_look(self))
		return ODEON_EEMPTY;
	set_aside(self, &outer);
	if (slot->bounds != NULL)
		over = begin_bounded(self, slot);
	while (handled == 0 && !self->ending && (message = next_message(slot, self, &is_busy)) != NULL)
		handled += consume(self, slot, message, &over);
	pick_up(self, &outer);
	account(self->worker, slot, &(uint32_t){ handled });
	if (slot->bounds != NULL)
		look_at_bounds(self, slot);
	mailbox_publish(&slot->mailbox);
	warn_of_overload(self, slot);
	if (self->ending)
		return ODEON_ESTOPPING;
	return handled != 0 ? 0 : ODEON_EEMPTY;
}
