/* SPDX-License-Identifier: BSD-2-Clause */
/* deliver - refusals and policies */
#include "deliver.h"

int deliver_refused(odeon_system *system, odeon_ref to)
{
	if (directory_is_forked(system->directory))
		return ODEON_EFORKED;
	if (!odeon_ref_is_nobody(to) && ref_system(to) != system->directory->system)
		return ODEON_EFOREIGN;
	return ck_pr_load_32(&system->phase) == PHASE_STOPPED ? ODEON_ESTOPPING : ODEON_EGONE;
}

/* The receiver drops as many of its oldest when it next runs; until then twice the bound may wait. */
static int drop_oldest(odeon_system *system, struct worker *worker, struct slot *slot, struct message *message,
                       uint32_t generation, uint32_t units)
{
	struct bounds *bounds = slot->bounds;
	uint32_t most = ck_pr_load_32(&bounds->most), most_units = ck_pr_load_32(&bounds->most_units);

	if (!gate_admit(&bounds->gate, AMOUNT(1, units), most > UINT32_MAX / 2 ? UINT32_MAX : 2 * most,
	                most_units > UINT32_MAX / 2 ? UINT32_MAX : 2 * most_units))
		return ODEON_EFULL;
	message->generation |= MESSAGE_ADMITTED;
	deliver_push(system, worker, slot, message, generation);
	return 0;
}

/* One hop: a second full mailbox is the end of it. */
static int redirect(odeon_system *system, struct worker *worker, odeon_ref to, struct message *message)
{
	struct slot *slot = directory_find(system->directory, to);
	struct bounds *bounds;

	if (slot == NULL || slot_generation(slot) != ref_generation(to))
		return ODEON_EFULL;
	bounds = ck_pr_load_ptr(&slot->bounds);
	if (bounds != NULL && ck_pr_load_32(&bounds->active) != 0) {
		if (!bounds_admit(bounds, message_units(message))) {
			deliver_gave_back(system, worker, bounds, to);
			return ODEON_EFULL;
		}
		message->generation |= MESSAGE_ADMITTED;
	}
	deliver_push(system, worker, slot, message, ref_generation(to));
	return 0;
}

static int refuse(odeon_system *system, struct worker *worker, struct slot *slot, odeon_ref to, struct message *message,
                  uint32_t units)
{
	struct bounds *bounds = slot->bounds;

	switch (ck_pr_load_32(&bounds->policy)) {
	case ODEON_DROP_NEWEST:
		TALLY(system, worker, dropped);
		(void)ck_pr_faa_64(&bounds->dropped, 1);
		message_renounce(message, ODEON_EFULL);
		message_free(message);
		return 0;
	case ODEON_DROP_OLDEST:
		return drop_oldest(system, worker, slot, message, ref_generation(to), units);
	case ODEON_REDIRECT:
		return redirect(system, worker, (odeon_ref){ ck_pr_load_64(&bounds->redirect) }, message);
	case ODEON_STOP_ACTOR:
		(void)deliver_order(system, worker, to, ORDER_FULL);
		return ODEON_EFULL;
	default:
		return ODEON_EFULL;
	}
}

int deliver_bounded(odeon_system *system, struct worker *worker, struct slot *slot, odeon_ref to, struct message *message)
{
	struct bounds *bounds = slot->bounds;
	uint32_t units = message_units(message);

	if (ck_pr_load_32(&bounds->active) != 0) {
		if (UNLIKELY(!bounds_admit(bounds, units))) {
			deliver_gave_back(system, worker, bounds, to);
			return refuse(system, worker, slot, to, message, units);
		}
		message->generation |= MESSAGE_ADMITTED;
	}
	deliver_push(system, worker, slot, message, ref_generation(to));
	return 0;
}

void deliver_notice(odeon_system *system, struct worker *worker, odeon_ref from, odeon_ref to, void *payload)
{
	struct message *message = message_of(payload);
	struct slot *slot = directory_find(system->directory, to);

	message->sender = from.bits;
	TALLY(system, worker, accepted);
	if (slot == NULL || slot_generation(slot) != ref_generation(to))
		letter_discard(system, worker, message, from, to, deliver_refused(system, to));
	else
		deliver_push(system, worker, slot, message, ref_generation(to));
}

void deliver_room(odeon_system *system, struct worker *worker, struct bounds *bounds, odeon_ref who)
{
	struct room_waiter *waiter, *next;

	for (waiter = bounds_waiters(bounds); waiter != NULL; waiter = next) {
		next = waiter->below;
		deliver_notice(system, worker, who, waiter->who, waiter->message);
		alloc_free(waiter, sizeof *waiter);
	}
	if (ck_pr_load_32(&bounds->threads) != 0)
		parker_wake(&bounds->room);
}

void deliver_gave_back(odeon_system *system, struct worker *worker, struct bounds *bounds, odeon_ref to)
{
	if (!MUTANT(REFUSED_SILENT) && bounds_owe_news(bounds))
		(void)deliver_order(system, worker, to, ORDER_ROOM);
}

int deliver_order(odeon_system *system, struct worker *worker, odeon_ref to, uint32_t orders)
{
	struct slot *slot = directory_find(system->directory, to);

	if (slot == NULL || slot_generation(slot) != ref_generation(to)) {
		int why = deliver_refused(system, to);

		return why == ODEON_ESTOPPING ? ODEON_EGONE : why;
	}
	switch (mailbox_order(&slot->mailbox, ref_generation(to), orders)) {
	case MAILBOX_STRANGER:
		return ODEON_EGONE;
	case MAILBOX_SCHEDULE:
		ready(system, worker, slot);
		break;
	default:
		break;
	}
	return 0;
}
