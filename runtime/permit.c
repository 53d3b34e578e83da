/* SPDX-License-Identifier: BSD-2-Clause */
/* permit - reserved, used, given back */
#include "permit.h"

#include "alloc.h"
#include "deliver.h"

#undef odeon_reserve

/* What so many bytes of payload in so many messages count for: a header each, and each rounded up. */
static uint64_t units_of(unsigned messages, size_t bytes)
{
	return ((uint64_t)bytes + 15) / 16 + (uint64_t)messages * (sizeof(struct message) / 16 + 1);
}

static void give_back(struct odeon_permit *permit)
{
	if (permit->bounds == NULL)
		return;
	gate_return(&permit->bounds->gate, AMOUNT(permit->messages, permit->units));
	deliver_gave_back(permit->system, worker_here(permit->system), permit->bounds, permit->to);
}

static void unlink_permit(struct odeon_permit *permit)
{
	*permit->before = permit->next;
	if (permit->next != NULL)
		permit->next->before = permit->before;
}

void odeon_permit_drop(odeon_permit *permit)
{
	if (permit == NULL)
		return;
	give_back(permit);
	unlink_permit(permit);
	alloc_free(permit, sizeof *permit);
}

void permits_end(struct attic *attic)
{
	while (attic->permits != NULL)
		odeon_permit_drop(attic->permits);
}

/* 0, and the bounds to hold to, or the error. */
static int reserve(odeon_system *system, odeon_ref to, unsigned messages, uint64_t units, struct bounds **bounds)
{
	struct slot *slot = directory_find(system->directory, to);

	*bounds = NULL;
	if (slot == NULL || slot_generation(slot) != ref_generation(to))
		return deliver_refused(system, to);
	*bounds = ck_pr_load_ptr(&slot->bounds);
	if (*bounds == NULL || ck_pr_load_32(&(*bounds)->active) == 0) {
		*bounds = NULL;
		return 0;
	}
	if (units > UINT32_MAX || !gate_admit(&(*bounds)->gate, AMOUNT(messages, units), ck_pr_load_32(&(*bounds)->most),
	                                      ck_pr_load_32(&(*bounds)->most_units))) {
		deliver_gave_back(system, worker_here(system), *bounds, to);
		return ODEON_EFULL;
	}
	return 0;
}

odeon_permit *odeon_reserve(odeon_self *self, odeon_ref to, unsigned messages, size_t bytes, int *why)
{
	struct attic *attic = NULL;
	struct odeon_permit *permit = NULL;
	uint64_t units = units_of(messages, bytes > UINT64_C(1) << 40 ? (size_t)1 << 40 : bytes);
	int error = 0, ignored;

	if (why == NULL)
		why = &ignored;
	if (messages == 0)
		error = ODEON_EINVAL;
	else if ((attic = actor_attic(self->slot)) == NULL || (permit = alloc_zeroed(sizeof *permit)) == NULL)
		error = ODEON_ENOMEM;
	else
		error = reserve(self->system, to, messages, units, &permit->bounds);
	*why = error;
	if (error != 0) {
		if (permit != NULL)
			alloc_free(permit, sizeof *permit);
		return NULL;
	}
	permit->to = to;
	permit->system = self->system;
	permit->slot = directory_find(self->system->directory, to);
	permit->messages = messages;
	permit->units = (uint32_t)units;
	permit->next = attic->permits;
	permit->before = &attic->permits;
	if (permit->next != NULL)
		permit->next->before = &permit->next;
	attic->permits = permit;
	return permit;
}

/* Takes one place; false: there is none, or too little. */
static bool use(struct odeon_permit *permit, uint32_t units)
{
	struct bounds *bounds = permit->bounds;

	if (permit->messages == 0)
		return false;
	if (bounds != NULL && units > permit->units) {
		if (ck_pr_load_32(&bounds->most_units) != UINT32_MAX)
			return false;
		(void)ck_pr_faa_64(&bounds->gate.admitted, AMOUNT(0, units - permit->units));   /* bytes do not matter here */
		permit->units = units;
	}
	permit->messages--;
	if (bounds != NULL)
		permit->units -= units;
	return true;
}

int permit_deliver(odeon_system *system, struct worker *worker, struct odeon_permit *permit, struct message *message)
{
	uint32_t units = message_units(message);

	if (permit == NULL)
		return ODEON_EINVAL;
	if (UNLIKELY(directory_is_forked(system->directory)))
		return ODEON_EFORKED;
	if (!use(permit, units))
		return ODEON_EINVAL;
	if (slot_generation(permit->slot) != ref_generation(permit->to)) {
		if (permit->bounds != NULL)
			gate_return(&permit->bounds->gate, AMOUNT(1, units));
		return ODEON_EGONE;
	}
	if (permit->bounds != NULL)
		message->generation |= MESSAGE_ADMITTED;
	deliver_push(system, worker, permit->slot, message, ref_generation(permit->to));
	return 0;
}
