/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handling - what a turn, and a turn within a handler, do with one message, an order, a bound
 *
 * For turn.c and nest.c only, each of which gets a copy of its own: the turn's is laid out for that one caller.
 *
 * Agreement. The holder of the slot's token, on the worker that runs it.
 */
#ifndef HANDLING_H
#define HANDLING_H

#include <stdio.h>
#include "actor.h"
#include "around.h"
#include "aside.h"
#include "crash.h"
#include "deliver.h"
#include "faults.h"
#include "hand.h"
#include "restart.h"
#include "role.h"
#include "simulation.h"
#include "waits.h"

#define OVERLOAD_FIRST 10                       /* warned at 1 << 10 waiting messages, then at each doubling */
#define OVERLOAD_OVER 512                       /* below so many it is over */

/* ---- one message ----------------------------------------------------------------------------------------------------- */

/* False: nobody was there to handle it. */
static inline bool dispatch(struct odeon_self *self, struct slot *slot, struct message *message)
{
	const odeon_type *type = message->type;
	const odeon_handler *handler = slot->handlers;

	if (UNLIKELY(handler == NULL)) {
		if (UNLIKELY(around_is_there(self, slot)))
			return around_dispatch(self, slot);
		slot->kind->receive(self, slot->state, type, message_payload(message));
		return true;
	}
	for (; handler->type != NULL; handler++)
		if (LIKELY(handler->type == type)) {
			handler->handle(self, slot->state, message_payload(message));
			return true;
		}
	if (slot->kind->on_other != NULL) {
		slot->kind->on_other(self, slot->state, type, message_payload(message));
		return true;
	}
	hand_refuse(self, ODEON_ETYPE);
	return false;
}

static inline void event(struct odeon_self *self, struct message *message)
{
	odeon_ref from = sender_ref(self->sender);

	simulation_event(self->system, "%u.%u (%s) handles struct %s from %u.%u, sent at %s:%u", ref_slot(self->me),
	                 ref_generation(self->me), self->slot->kind->name, message->type->name, ref_slot(from),
	                 ref_generation(from), message->site != NULL ? message->site->file : "?",
	                 message->site != NULL ? message->site->line : 0);
}

/* True: a fault has come before the handler; *handled is what dispatch would answer. */
static inline bool note(struct odeon_self *self, struct slot *slot, struct message *message, bool *handled)
{
	if (self->worker->crash != NULL)
		crash_note(self);
	if (self->system->simulation == NULL)
		return false;
	if (self->system->options.simulation.faults != NULL && faults_strike(self, slot, handled))
		return true;
	event(self, message);
	return false;
}

/* The handler runs; what it still holds is dropped. */
static inline bool handle(struct odeon_self *self, struct slot *slot, struct message *message)
{
	bool handled;

	if (UNLIKELY(message->role != ROLE_PLAIN) && (message = role_take(self, message)) == NULL)
		return false;
	hand_begin(self, message);
	if (LIKELY(!self->is_noted) || !note(self, slot, message, &handled))
		handled = dispatch(self, slot, message);
	if (UNLIKELY(self->has_failed) && restart_failed(self, slot))
		handled = false;
	hand_end(self, slot);
	return handled;
}

/* The message is taken, but no handler gets it. */
static inline void bury(struct odeon_self *self, struct message *message, int why)
{
	odeon_ref to = ref_make(self->directory->system, message->generation & REF_GENERATION_MASK,
	                        directory_number(self->directory, self->slot));

	if (UNLIKELY(message->role > ROLE_MET)) {
		role_bury(self, message);
		return;
	}
	message_show(message);
	letter_bury(self->system, self->worker, message, sender_ref(message->sender), to, why);
	hand_release(self, message);
}

static inline void drop_excess(struct odeon_self *self, struct slot *slot, struct message *message)
{
	message_show(message);
	count_up(&self->worker->tally.dropped, 1);
	(void)ck_pr_faa_64(&slot->bounds->dropped, 1);
	message_renounce(message, ODEON_EFULL);
	message_drop(message);
	hand_release(self, message);
}

/* ---- bounded mailboxes --------------------------------------------------------------------------------------------------- */

/* By how much the policy lets the mailbox be over its bound: so many of the oldest go. */
static inline uint32_t excess(struct slot *slot)
{
	struct bounds *bounds = slot->bounds;
	uint64_t inside;
	uint32_t messages, units;

	if (bounds->active == 0 || bounds->policy != ODEON_DROP_OLDEST)
		return 0;
	inside = gate_inside(&bounds->gate);
	messages = AMOUNT_MESSAGES(inside) > bounds->most ? AMOUNT_MESSAGES(inside) - bounds->most : 0;
	units = AMOUNT_UNITS(inside) > bounds->most_units ? 1 : 0;      /* their sizes differ: one, and look again */
	return messages > units ? messages : units;
}

/* How much waits for the actor: in its mailbox, and laid aside. */
static inline uint32_t waiting(struct slot *slot)
{
	return AMOUNT_MESSAGES(mailbox_waiting(&slot->mailbox)) + aside_count(slot);
}

static inline void tell_water(struct odeon_self *self, struct slot *slot)
{
	struct bounds *bounds = slot->bounds;
	uint32_t count = waiting(slot);
	bool rose = !bounds->is_high && count >= bounds->high, fell = bounds->is_high && count <= bounds->low;
	struct odeon_water water = { .who = self->me, .messages = count, .is_high = rose };
	struct message *message;

	if (!rose && !fell)
		return;
	message = message_make(&ODEON_MESSAGE_odeon_water, 0, &water, ODEON_HERE);
	if (message == NULL)
		return;                         /* tried again next turn */
	bounds->is_high = rose;
	deliver_notice(self->system, self->worker, self->me,
	               odeon_ref_is_nobody(bounds->water_to) ? self->me : bounds->water_to, message_payload(message));
}

/* Before the batch: what waits now may be gone at its end. How many of the oldest are to be dropped. */
static inline uint32_t begin_bounded(struct odeon_self *self, struct slot *slot)
{
	struct bounds *bounds = slot->bounds;

	if (bounds->active == 0)
		return 0;
	if (bounds->high != 0)
		tell_water(self, slot);
	return excess(slot);
}

/* Once a turn, as its messages have been taken. */
static inline void look_at_bounds(struct odeon_self *self, struct slot *slot)
{
	struct bounds *bounds = slot->bounds;

	if (bounds->active != 0 && bounds->high != 0)
		tell_water(self, slot);
	if (bounds_owe_news(bounds))
		deliver_room(self->system, self->worker, bounds, self->me);
}

/* ---- orders -------------------------------------------------------------------------------------------------------------- */

static inline void end_as_said(struct odeon_self *self, struct slot *slot)
{
	if (self->is_nested)
		return;
	if (restart_halts(self, slot))
		actor_halt(self, slot, self->code, self->text);
	else
		actor_end(self, slot, self->code, self->text);
}

/* The actor ends: at once, or when the handler that a select was called in returns; the first reason counts. But if that
 * would have it halted, and now it is to end, it ends. */
static inline void end(struct odeon_self *self, struct slot *slot, int code, const char *text)
{
	self->halts = false;
	if (!self->ending) {
		self->ending = true;
		self->code = code;
		snprintf(self->text, sizeof self->text, "%s", text);
	}
	end_as_said(self, slot);
}

/* Its supervisor's order; one that is stopping ends anyway. */
static inline void halt(struct odeon_self *self, struct slot *slot)
{
	if (self->ending || (slot->flags & (SLOT_HALTED | SLOT_STOPPING)) != 0)
		return;
	self->ending = self->halts = true;
	self->code = ODEON_EKILLED;
	snprintf(self->text, sizeof self->text, "%s", odeon_error_text(ODEON_EKILLED));
	end_as_said(self, slot);
}

/* The order to stop after what is queued now: the newest message is the last. None waits: at once. The stash does not count:
 * nobody may ever ask for it. */
static inline void stop_after_queue(struct odeon_self *self, struct slot *slot)
{
	struct node *last = mailbox_newest(&slot->mailbox);

	if (last == slot->mailbox.anchor && (slot->flags & SLOT_PENDING) == 0)
		last = (slot->flags & SLOT_ASIDE) != 0 ? aside_last(slot) : NULL;
	if (last == NULL || (slot->flags & SLOT_HALTED) != 0) {
		end(self, slot, 0, "stopped");
		return;
	}
	slot->last = last;
	slot->flags |= SLOT_STOPPING;
}

static inline void obey(struct odeon_self *self, struct slot *slot, uint32_t orders)
{
	if (!generation_is_alive(slot->generation))
		return;
	if ((orders & ORDER_TELL) != 0)
		waits_tell(self, slot);
	if ((orders & ORDER_KILL) != 0)
		end(self, slot, ODEON_EKILLED, odeon_error_text(ODEON_EKILLED));
	else if ((orders & ORDER_FULL) != 0)
		end(self, slot, ODEON_EFULL, odeon_error_text(ODEON_EFULL));
	else {
		if ((orders & ORDER_HALT) != 0)         /* first, so that no message more is handled before the stop; it may end it */
			halt(self, slot);
		if ((orders & ORDER_STOP) != 0 && (slot->flags & SLOT_STOPPING) == 0 && generation_is_alive(slot->generation))
			stop_after_queue(self, slot);
	}
	/* ORDER_ROOM only makes the turn happen: look_at_bounds comes at its end */
}

/* ---- one after another --------------------------------------------------------------------------------------------------- */

/* The next message, taken; NULL: none to be had now. */
static inline struct message *next_message(struct slot *slot, struct odeon_self *self, bool *is_busy)
{
	struct node *node = NULL, *passed;
	struct message *aside;

	debug_invariant(self->worker == worker_here(self->system) && ck_pr_load_ptr(&self->worker->running) == slot,
	                "a message is taken by a thread that does not run its actor");
	if (UNLIKELY((slot->flags & (SLOT_PENDING | SLOT_ASIDE)) != 0)) {
		if ((slot->flags & SLOT_ASIDE) != 0 && aside_next(self, slot, &aside, is_busy))
			return aside;
		if ((slot->flags & SLOT_PENDING) != 0)
			node = slot->mailbox.anchor;
	}
	if (node == NULL) {
		node = mailbox_take(&slot->mailbox, &passed);
		if (passed != NULL)
			message_release(message_of_node(passed));
		if (node == NULL)
			return NULL;
	}
	if (slot->flags >= SLOT_EAGER_STEP) {
		if (UNLIKELY(!mailbox_detach(&slot->mailbox))) {
			slot->flags |= SLOT_PENDING;    /* a producer holds it: nothing begun, handled next turn */
			*is_busy = true;
			return NULL;
		}
		self->loose = true;
	} else
		self->loose = false;
	slot->flags &= (uint8_t)~SLOT_PENDING;
	return message_of_node(node);
}

/* While stopping: whether it is the last one. Once that was taken, there is none to come. */
static inline bool take_last(struct slot *slot, struct node *node)
{
	if (node != slot->last)
		return false;
	slot->last = NULL;
	return true;
}

/* The last one was handled; what its handler has asked for from the stash is handled before the end. */
static inline void stop_after_last(struct odeon_self *self, struct slot *slot)
{
	if (aside_ready(slot) > 0)
		slot->last = aside_last(slot);
	else
		end(self, slot, 0, "stopped");
}

/* One message to its handler, or to where it belongs. */
static inline bool consume(struct odeon_self *self, struct slot *slot, struct message *message, uint32_t *over)
{
	struct node *node = &message->node;
	bool is_admitted = (message->generation & MESSAGE_ADMITTED) != 0;
	bool is_last = UNLIKELY((slot->flags & SLOT_STOPPING) != 0) && take_last(slot, node), handled = false;

	count_left(slot, message);
	if (UNLIKELY((message->generation & REF_GENERATION_MASK) != slot->generation))
		bury(self, message, ODEON_EGONE);
	else if (UNLIKELY(*over > 0) && is_admitted) {
		drop_excess(self, slot, message);
		*over = excess(slot);
	} else {
		handled = handle(self, slot, message);
	}
	if (UNLIKELY(self->ending))
		end_as_said(self, slot);
	else if (UNLIKELY(is_last) && generation_is_alive(slot->generation))
		stop_after_last(self, slot);
	return handled;
}

/* Counted once for several messages, while the slot is ours. */
static inline void account(struct worker *worker, struct slot *slot, uint32_t *handled)
{
	count_up(&worker->tally.handled, *handled);
	count_up(&slot->handled, *handled);
	*handled = 0;
}

static inline void warn_of_overload(struct odeon_self *self, struct slot *slot)
{
	uint32_t count = waiting(slot);
	char me[ODEON_REF_TEXT];

	if (count < OVERLOAD_OVER) {
		slot->level = 0;
		return;
	}
	if (count < 1u << OVERLOAD_FIRST || count >> (slot->level == 0 ? OVERLOAD_FIRST : slot->level + 1u) == 0)
		return;
	slot->level = (31u - (unsigned)__builtin_clz(count)) & 63;
	odeon_ref_print(self->me, me, sizeof me);
	log_line(self->system, ODEON_LOG_WARNING, "overload: %u messages wait for %s (%s)", count, me,
	         slot->kind != NULL ? slot->kind->name : "ended");
}

#endif
