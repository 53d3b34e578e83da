/* SPDX-License-Identifier: BSD-2-Clause */
/* faults - dropped, delayed, doubled, killed, failed, refused */
#include "faults.h"

#include <stdio.h>
#include <string.h>
#include "alloc.h"
#include "clock.h"
#include "deliver.h"
#include "hand.h"

/* A message that comes later: in a list, the first to come first, and what comes at one moment in the order delayed. */
struct late {
	struct late *next;
	struct message *message;
	struct slot *slot;
	uint32_t generation;
	int64_t due;
};

static void tell(struct odeon_self *self, const char *what)
{
	simulation_event(self->system, "%u.%u (%s) has a fault: struct %s %s", ref_slot(self->me), ref_generation(self->me),
	                 self->slot->kind->name, self->type->name, what);
}

/* ---- later ------------------------------------------------------------------------------------------------------------------ */

/* False: no memory, it is still in hand. */
static bool delay(struct odeon_self *self, struct slot *slot, odeon_duration time)
{
	struct simulation *simulation = self->system->simulation;
	struct late *late = alloc_block(sizeof *late), **place = &simulation->late;
	struct message *message = self->hand;

	if (late == NULL)
		return false;
	tell(self, "is delayed");
	hand_take(self);
	hand_endow(self, message);
	*late = (struct late){ NULL, message, slot, ref_generation(self->me), clock_after(simulation->now, time) };
	while (*place != NULL && (*place)->due <= late->due)
		place = &(*place)->next;
	late->next = *place;
	*place = late;
	return true;
}

int64_t faults_first(const struct simulation *simulation)
{
	return simulation->late != NULL ? simulation->late->due : INT64_MAX;
}

void faults_bring(odeon_system *system, int64_t now)
{
	struct simulation *simulation = system->simulation;
	struct late *late;

	while ((late = simulation->late) != NULL && late->due <= now) {
		simulation->late = late->next;
		deliver_push(system, host_worker(system), late->slot, late->message, late->generation);
		alloc_free(late, sizeof *late);
	}
}

/* ---- twice ------------------------------------------------------------------------------------------------------------------ */

/* Without memory for a copy it comes once. */
static void repeat(struct odeon_self *self, struct slot *slot)
{
	struct message *message = self->hand, *copy;
	size_t extra = message_extra(message);

	if (self->role != ROLE_PLAIN || message->type->drop != NULL)
		return;
	copy = message_make(message->type, extra, message_payload(message), message->site);
	if (copy == NULL)
		return;
	tell(self, "comes twice");
	memcpy((char *)message_payload(copy) + copy->type->bytes, (char *)message_payload(message) + message->type->bytes, extra);
	copy->sender = self->sender;
	TALLY(self->system, self->worker, accepted);
	deliver_push(self->system, self->worker, slot, copy, ref_generation(self->me));
}

/* ---- struck ----------------------------------------------------------------------------------------------------------------- */

/* When the handler would return. */
static void end_with(struct odeon_self *self, int code)
{
	if (self->ending)
		return;
	self->ending = true;
	self->code = code;
	snprintf(self->text, sizeof self->text, "%s", odeon_error_text(code));
}

static enum odeon_fault ask(struct odeon_self *self, struct slot *slot, odeon_duration *time)
{
	const odeon_faults *faults = self->system->options.simulation.faults;

	if (faults->on_message == NULL || self->type == ODEON_TYPE(odeon_down))
		return ODEON_FAULT_NONE;
	return faults->on_message(faults->data, self->me, slot->kind->name, self->type,
	                          random_next(&self->system->simulation->chances), time);
}

bool faults_strike(struct odeon_self *self, struct slot *slot, bool *handled)
{
	odeon_duration time = 0;
	enum odeon_fault fault = ask(self, slot, &time);

	*handled = fault == ODEON_FAULT_FAIL;
	switch (fault) {
	case ODEON_FAULT_DROP:
		tell(self, "is dropped");
		hand_refuse(self, ODEON_EFAILED);
		return true;
	case ODEON_FAULT_DELAY:
		return delay(self, slot, time);
	case ODEON_FAULT_TWICE:
		repeat(self, slot);
		return false;
	case ODEON_FAULT_KILL:
		tell(self, "kills it");
		hand_refuse(self, ODEON_EGONE);
		end_with(self, ODEON_EKILLED);
		return true;
	case ODEON_FAULT_FAIL:
		tell(self, "lets it fail");
		end_with(self, ODEON_EFAILED);
		return true;
	default:
		return false;
	}
}

bool faults_refuse(const struct context *context, size_t bytes)
{
	const odeon_system *system = context->system;
	const odeon_faults *faults = system->options.simulation.faults;

	return faults->on_memory(faults->data, bytes, random_next(&system->simulation->refusals)) != 0;
}
