/* SPDX-License-Identifier: BSD-2-Clause */
/* aside - laid aside, sorted, handed out, buried */
#include "aside.h"

#include "actor.h"
#include "deliver.h"
#include "hand.h"

static void set_flag(struct slot *slot)
{
	struct annex *annex = slot->annex;

	if (annex->front.count > 0 || annex_bands(annex) != NULL)
		slot->flags |= SLOT_ASIDE;
	else
		slot->flags &= (uint8_t)~SLOT_ASIDE;
}

/* ---- the stash -------------------------------------------------------------------------------------------------- */

int aside_stash(struct odeon_self *self)
{
	struct slot *slot = self->slot;
	struct message *message = self->hand;
	struct attic *attic = actor_attic(slot);
	struct bounds *bounds = slot->bounds;
	bool is_bounded = bounds != NULL && bounds->active != 0;

	if (attic == NULL)
		return ODEON_ENOMEM;
	if (is_bounded && !bounds_admit(bounds, message_units(message)))
		return ODEON_EFULL;             /* whom this stood in the way of is told of room at the turn's end */
	hand_take(self);
	hand_endow(self, message);
	if (is_bounded)
		message->generation |= MESSAGE_ADMITTED;
	message_hide(message);
	row_put(&attic->stash, message);
	TALLY(self->system, self->worker, accepted);    /* this handler's return counts it as handled */
	return 0;
}

uint32_t aside_unstash(struct slot *slot)
{
	struct attic *attic = actor_attic_if_any(slot);
	uint32_t count = attic != NULL ? attic->stash.count : 0;

	if (count > 0) {
		row_lead(&slot->annex->front, &attic->stash);
		set_flag(slot);
	}
	return count;
}

/* ---- bands ------------------------------------------------------------------------------------------------------ */

int aside_band(struct slot *slot, const odeon_bands *rule)
{
	struct attic *attic = actor_attic(slot);
	struct bands *former, *bands = rule != NULL ? bands_make(rule) : NULL;
	struct row all = { .count = 0 };

	if (attic == NULL || (rule != NULL && bands == NULL)) {
		bands_free(bands);
		return ODEON_ENOMEM;
	}
	former = attic->bands;
	attic->bands = bands;
	if (former != NULL) {
		bands_empty(former, bands != NULL ? &all : &slot->annex->front);
		bands_free(former);
	}
	while (all.count > 0)
		bands_put(bands, row_take(&all));
	set_flag(slot);
	return 0;
}

/* Whether a message goes to no band: another's, to be buried, or the runtime's own. */
static bool goes_straight(const struct slot *slot, const struct message *message)
{
	return message->role > ROLE_MET || (message->generation & REF_GENERATION_MASK) != slot->generation;
}

static bool is_closed(const struct slot *slot)
{
	return (slot->flags & SLOT_STOPPING) != 0 && slot->last == ASIDE_CLOSED(slot);
}

/* The next one in the mailbox, out of its list. NULL: none, or a producer holds it. */
static struct message *take_loose(struct slot *slot, bool *is_busy)
{
	struct mailbox *mailbox = &slot->mailbox;
	struct node *node = mailbox->anchor, *passed;

	if ((slot->flags & SLOT_PENDING) == 0) {
		node = mailbox_take(mailbox, &passed);
		if (passed != NULL)
			message_release(message_of_node(passed));
		if (node == NULL)
			return NULL;
	}
	*is_busy = !mailbox_detach(mailbox);
	if (*is_busy) {
		slot->flags |= SLOT_PENDING;
		return NULL;
	}
	slot->flags &= (uint8_t)~SLOT_PENDING;
	return message_of_node(node);
}

/* All that is in the mailbox now goes to the bands, up to one that goes straight, which is the answer. */
static struct message *drain(struct slot *slot, bool *is_busy)
{
	struct bands *bands = slot->annex->attic->bands;
	struct node *newest = mailbox_newest(&slot->mailbox);
	struct message *message;

	while (!is_closed(slot) && (message = take_loose(slot, is_busy)) != NULL) {
		bool is_last = (slot->flags & SLOT_STOPPING) != 0 && slot->last == &message->node;

		if (goes_straight(slot, message)) {
			if (is_last && bands->count > 0)
				slot->last = ASIDE_CLOSED(slot);
			return message;
		}
		bands_put(bands, message);
		if (is_last)
			slot->last = ASIDE_CLOSED(slot);
		if (&message->node == newest)
			break;                  /* who comes meanwhile comes next time */
	}
	return NULL;
}

/* ---- who is next ------------------------------------------------------------------------------------------------ */

bool aside_next(struct odeon_self *self, struct slot *slot, struct message **message, bool *is_busy)
{
	struct annex *annex = slot->annex;

	*message = row_take(&annex->front);
	if (*message == NULL && annex_bands(annex) == NULL) {
		set_flag(slot);
		return false;
	}
	if (*message == NULL && (*message = drain(slot, is_busy)) == NULL)
		*message = bands_take(annex->attic->bands);
	if (*message == NULL)
		return true;
	*is_busy = false;                       /* there is something to do meanwhile */
	self->loose = true;
	if (is_closed(slot) && aside_ready(slot) == 0)
		slot->last = &(*message)->node;
	return true;
}

struct node *aside_last(struct slot *slot)
{
	struct annex *annex = slot->annex;
	const struct bands *bands = annex_bands(annex);

	if (bands != NULL && bands->count > 0)
		return ASIDE_CLOSED(slot);
	return annex->front.last != NULL ? &annex->front.last->node : NULL;
}

/* ---- halted ----------------------------------------------------------------------------------------------------- */

void aside_rest(struct slot *slot)
{
	(void)aside_unstash(slot);
	if (annex_bands(slot->annex) != NULL)
		(void)aside_band(slot, NULL);
}

void aside_again(struct slot *slot, struct message *message)
{
	struct row one = { .count = 0 };

	row_put(&one, message);
	row_lead(&slot->annex->front, &one);
	set_flag(slot);
}

/* ---- the end ---------------------------------------------------------------------------------------------------- */

static void bury_row(struct odeon_self *self, struct slot *slot, struct row *row)
{
	struct message *message;

	while ((message = row_take(row)) != NULL) {
		count_left(slot, message);
		message_show(message);
		letter_discard(self->system, self->worker, message, sender_ref(message->sender), self->me, ODEON_EGONE);
	}
}

void aside_end(struct odeon_self *self, struct slot *slot)
{
	struct annex *annex = slot->annex;
	struct attic *attic = annex->attic;

	if (attic != NULL)
		row_lead(&annex->front, &attic->stash);
	if (attic != NULL && attic->bands != NULL) {
		bands_empty(attic->bands, &annex->front);
		bands_free(attic->bands);
		attic->bands = NULL;
	}
	bury_row(self, slot, &annex->front);
}
