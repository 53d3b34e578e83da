/* SPDX-License-Identifier: BSD-2-Clause */
/* around - from one interceptor to the next, and what is proceeded with */
#include "around.h"

#include "actor.h"
#include "alloc.h"
#include "hand.h"

/* Where a message has got to: on the stack of whoever calls the interceptor. */
struct odeon_rest {
	const struct around *next;              /* of the actor's own */
	bool *is_handled;
	bool has_proceeded;
};

/* ---- the way ---------------------------------------------------------------------------------------------------- */

static bool reach_handler(struct odeon_self *self, struct slot *slot)
{
	struct message *message = self->hand;
	const odeon_handler *handler = around_table(slot);

	if (handler == NULL) {
		slot->kind->receive(self, slot->state, message->type, message_payload(message));
		return true;
	}
	for (; handler->type != NULL; handler++)
		if (handler->type == message->type) {
			handler->handle(self, slot->state, message_payload(message));
			return true;
		}
	if (slot->kind->on_other != NULL) {
		slot->kind->on_other(self, slot->state, message->type, message_payload(message));
		return true;
	}
	hand_refuse(self, ODEON_ETYPE);
	return false;
}

static void call(struct odeon_self *self, const odeon_interceptor *interceptor, const struct around *next, bool *is_handled)
{
	struct odeon_rest rest = { .next = next, .is_handled = is_handled };
	struct message *message = self->hand;

	interceptor->around(self, interceptor->data, message->type, message_payload(message), &rest);
}

bool around_dispatch(struct odeon_self *self, struct slot *slot)
{
	const odeon_interceptor *outermost = self->system->options.intercept;
	const struct around *next = around_first(slot);
	bool is_handled = true;                 /* by an interceptor that goes no further */

	if (outermost != NULL)
		call(self, outermost, next, &is_handled);
	else
		call(self, next->interceptor, next->next, &is_handled);
	return is_handled;
}

/* Another message is in hand from here on. A duty of its own comes with it, if there is none in hand. */
static void put_in_hand(struct odeon_self *self, struct message *message)
{
	if (self->hand != NULL)
		hand_drop(self);
	if (self->role == ROLE_OWED)
		message_renounce(message, ODEON_EUNANSWERED);
	if (message->role != ROLE_PLAIN) {
		self->sender = message->sender;
		self->role = message->role;
	}
	self->hand = message;
	self->loose = true;
	message->sender = (uintptr_t)self | SENDER_IN_HAND;
	message->role = ROLE_PLAIN;
	ck_pr_store_ptr(&self->type, message->type);
}

void odeon_proceed(odeon_self *self, odeon_rest *rest, void *payload)
{
	debug_invariant(!rest->has_proceeded, "an interceptor proceeds twice");
	if (rest->has_proceeded || payload == NULL)
		return;
	rest->has_proceeded = true;
	if (self->hand != message_of(payload))
		put_in_hand(self, message_of(payload));
	if (rest->next != NULL)
		call(self, rest->next->interceptor, rest->next->next, rest->is_handled);
	else
		*rest->is_handled = reach_handler(self, self->slot);
}

/* ---- who is there ----------------------------------------------------------------------------------------------- */

int around_put(struct slot *slot, const odeon_interceptor *interceptor)
{
	struct attic *attic = actor_attic(slot);
	struct around *around = attic != NULL ? alloc_block(sizeof *around) : NULL;

	if (around == NULL)
		return ODEON_ENOMEM;
	*around = (struct around){ interceptor, attic->around.first };
	attic->around.first = around;
	if (slot->handlers != NULL)
		attic->around.table = slot->handlers;
	slot->handlers = NULL;
	return 0;
}

void around_end(struct attic *attic)
{
	while (attic->around.first != NULL) {
		struct around *around = attic->around.first;

		attic->around.first = around->next;
		alloc_free(around, sizeof *around);
	}
}
