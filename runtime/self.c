/* SPDX-License-Identifier: BSD-2-Clause */
/* self - what a running actor asks for itself */
#include <odeon/actor.h>

#include <stdio.h>
#include <string.h>
#include "actor.h"
#include "alloc.h"
#include "around.h"
#include "clock.h"
#include "deliver.h"
#include "simulation.h"

ODEON_MESSAGE_DEFINE(odeon_room);
ODEON_MESSAGE_DEFINE(odeon_water);

odeon_ref odeon_self_ref(odeon_self *self)
{
	return self->me;
}

odeon_ref odeon_from(odeon_self *self)
{
	return sender_ref(self->sender);
}

odeon_system *odeon_system_of(odeon_self *self)
{
	return self->system;
}

odeon_time odeon_now(odeon_self *self)
{
	return odeon_system_now(self->system);
}

odeon_time odeon_deadline(odeon_self *self, odeon_duration from_now)
{
	return odeon_system_deadline(self->system, from_now);
}

int odeon_spawn(odeon_self *self, const odeon_kind *kind, const void *argument, odeon_ref *child)
{
	if (self->hook == HOOK_STOP) {
		if (child != NULL)
			*child = ODEON_NOBODY;
		return ODEON_ESTOPPING;
	}
	return actor_spawn(self->system, self->worker, kind, NULL, argument, NULL, child);
}

int odeon_spawn_pinned(odeon_self *self, const odeon_kind *kind, const void *argument, unsigned worker, odeon_ref *child)
{
	if (self->hook == HOOK_STOP) {
		if (child != NULL)
			*child = ODEON_NOBODY;
		return ODEON_ESTOPPING;
	}
	return actor_spawn_pinned(self->system, self->worker, kind, argument, worker, child);
}

/* In start, which runs on the spawner's thread, that thread's would be the wrong one. */
void *odeon_poller_state(odeon_self *self)
{
	if (self->hook == HOOK_START || self->slot->place != ODEON_PINNED || self->system->simulation != NULL)
		return NULL;
	return self->worker->parker.poller_state;
}

/* The first reason counts. */
static void end_with(odeon_self *self, int code, const char *text)
{
	if (self->hook != HOOK_HANDLER || self->ending)
		return;
	self->ending = self->halts = true;
	self->has_failed = code != 0;
	self->code = code;
	snprintf(self->text, sizeof self->text, "%s", text);
}

void odeon_exit(odeon_self *self)
{
	end_with(self, 0, "normal");
}

void odeon_fail(odeon_self *self, int code, const char *text)
{
	if (code == 0)
		code = ODEON_EFAILED;
	end_with(self, code, text != NULL ? text : code < 0 ? odeon_error_text(code) : "failed");
}

/* ---- tables --------------------------------------------------------------------------------------------------------------- */

static bool grow_stack(struct attic *attic)
{
	uint32_t room = attic->became.room == 0 ? 4 : attic->became.room * 2;
	const odeon_handler **tables = alloc_block(room * sizeof tables[0]);

	if (tables == NULL)
		return false;
	if (attic->became.count > 0)
		memcpy(tables, attic->became.tables, attic->became.count * sizeof tables[0]);
	if (attic->became.tables != NULL)
		alloc_free(attic->became.tables, attic->became.room * sizeof tables[0]);
	attic->became.tables = tables;
	attic->became.room = room;
	return true;
}

int odeon_become(odeon_self *self, const odeon_handler *handlers)
{
	struct slot *slot = self->slot;
	struct attic *attic;

	if (handlers == NULL || self->hook == HOOK_STOP || around_table(slot) == NULL || !actor_fits(slot->kind, handlers))
		return ODEON_EINVAL;
	attic = actor_attic(slot);
	if (attic == NULL || (attic->became.count == attic->became.room && !grow_stack(attic)))
		return ODEON_ENOMEM;
	attic->became.tables[attic->became.count++] = around_table(slot);
	around_set_table(slot, handlers);
	return 0;
}

int odeon_unbecome(odeon_self *self)
{
	struct attic *attic = actor_attic_if_any(self->slot);

	if (attic == NULL || attic->became.count == 0)
		return ODEON_EINVAL;
	around_set_table(self->slot, attic->became.tables[--attic->became.count]);
	return 0;
}

/* ---- room ----------------------------------------------------------------------------------------------------------------- */

int odeon_bound(odeon_self *self, const odeon_mailbox *mailbox)
{
	static const odeon_mailbox unbounded;

	if (mailbox == NULL)
		mailbox = &unbounded;
	if (self->hook == HOOK_STOP || bounds_check(mailbox, self->me) != 0)
		return ODEON_EINVAL;
	return bounds_set(&self->slot->bounds, mailbox);
}

static int tell_at_once(odeon_self *self, odeon_ref who)
{
	struct odeon_room *room = odeon_new(odeon_room, .who = who);

	if (room == NULL)
		return ODEON_ENOMEM;
	deliver_notice(self->system, self->worker, who, self->me, room);
	return 0;
}

/* Enters the line first and then has the holder look, so that no room is missed. */
static int wait_in_line(odeon_self *self, struct bounds *bounds, odeon_ref who)
{
	struct room_waiter *waiter = alloc_block(sizeof *waiter);
	struct odeon_room *room = waiter != NULL ? odeon_new(odeon_room, .who = who) : NULL;

	if (room == NULL) {
		if (waiter != NULL)
			alloc_free(waiter, sizeof *waiter);
		return ODEON_ENOMEM;
	}
	*waiter = (struct room_waiter){ .who = self->me, .message = room };
	bounds_wait(bounds, waiter);
	ck_pr_fence_memory();                   /* in line, before the look whether he has ended; pairs with actor_end */
	if (deliver_order(self->system, self->worker, who, ORDER_ROOM) != 0)
		deliver_room(self->system, self->worker, bounds, who);  /* nobody else will */
	return 0;
}

int odeon_when_room(odeon_self *self, odeon_ref who)
{
	struct slot *slot = directory_find(self->system->directory, who);
	struct bounds *bounds;

	if (slot == NULL || slot_generation(slot) != ref_generation(who))
		return deliver_refused(self->system, who);
	bounds = ck_pr_load_ptr(&slot->bounds);
	if (bounds == NULL || ck_pr_load_32(&bounds->active) == 0)
		return tell_at_once(self, who);
	return wait_in_line(self, bounds, who);
}
