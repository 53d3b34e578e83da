/* SPDX-License-Identifier: BSD-2-Clause */
/* bond - set, arrived, undone, told */
#include "bond.h"

#include <stdio.h>
#include <string.h>
#include "alloc.h"
#include "deliver.h"
#include "hand.h"
#include "restart.h"

ODEON_MESSAGE_DEFINE(odeon_down);

static const odeon_type vigil_type = { "vigil", sizeof(struct vigil), NULL, 0 };

/* ---- the records -------------------------------------------------------------------------------------------------------- */

struct bond *bond_make(enum odeon_bond what, odeon_ref who, odeon_ref watcher)
{
	const struct odeon_down down = { .who = who, .bond = (uint16_t)what };
	struct message *message = message_make(&ODEON_MESSAGE_odeon_down, sizeof(struct bond), &down, ODEON_HERE);

	if (message == NULL)
		return NULL;
	*bond_of(message) = (struct bond){ .watcher = watcher };
	return bond_of(message);
}

static struct vigil *make_vigil(struct bond *bond, uint64_t serial)
{
	const struct vigil vigil = { .bond = bond, .serial = serial };
	struct message *message = message_make(&vigil_type, 0, &vigil, NULL);

	return message != NULL ? message_payload(message) : NULL;
}

static void free_vigil(struct vigil *vigil)
{
	if (vigil != NULL)
		message_release(message_of(vigil));
}

/* What it brought and nobody needed. */
static void free_baggage(struct bond *bond)
{
	alloc_free(bond->annex, sizeof *bond->annex);
	free_vigil(bond->vigil);
	bond->annex = NULL;
	bond->vigil = NULL;
}

void bond_free(struct bond *bond)
{
	if (bond == NULL)
		return;
	free_baggage(bond);
	message_release(bond_message(bond));
}

static void enlist(struct annex *annex, struct bond *bond)
{
	bond->next = annex->bonds;
	bond->before = &annex->bonds;
	if (bond->next != NULL)
		bond->next->before = &bond->next;
	annex->bonds = bond;
}

static void remove_bond(struct bond *bond)
{
	*bond->before = bond->next;
	if (bond->next != NULL)
		bond->next->before = bond->before;
	bond_free(bond);
}

/* ---- who is held --------------------------------------------------------------------------------------------------------- */

static struct vigil *vigil_for(struct annex *annex, enum holding_kind kind, odeon_ref who)
{
	return annex != NULL ? (struct vigil *)(void *)holdings_find(&annex->holdings, kind, bond_key(who)) : NULL;
}

/* Both ends may have set a link at once: then there are two. */
static struct vigil *link_numbered(struct annex *annex, odeon_ref who, uint64_t serial)
{
	struct vigil *vigil = vigil_for(annex, HOLDING_LINK, who);

	while (vigil != NULL && vigil->serial != serial)
		vigil = (struct vigil *)(void *)holdings_next(&vigil->holding);
	return vigil;
}

/* The own half of a link: the other one will not hear of our end by it. */
static void part(struct annex *annex, struct vigil *vigil)
{
	holdings_remove(&annex->holdings, &vigil->holding);
	remove_bond(vigil->bond);
}

/* ---- setting ------------------------------------------------------------------------------------------------------------- */

static int check(struct odeon_self *self, odeon_ref who)
{
	if (self->hook == HOOK_STOP)
		return ODEON_ESTOPPING;
	if (odeon_ref_is_nobody(who) || odeon_ref_equal(who, self->me))
		return ODEON_EINVAL;
	return ref_system(who) != self->directory->system ? ODEON_EFOREIGN : 0;
}

/* A ref that was made up may name a slot that never had an actor, whose mailbox must not be touched. */
static void set_off(struct odeon_self *self, struct bond *bond, odeon_ref who)
{
	struct slot *slot = directory_find(self->directory, who);
	struct message *message = bond_message(bond);

	if (UNLIKELY(slot == NULL || slot_generation(slot) == 0)) {
		bond_tell(self, bond, ODEON_EGONE, odeon_error_text(ODEON_EGONE));
		return;
	}
	message->sender = self->me.bits;
	message->role = ROLE_BOND;
	deliver_internal(self->system, self->worker, slot, message, ref_generation(who));
}

/* The annex that a bond brings along. */
static bool pack(struct bond *bond)
{
	bond->annex = alloc_zeroed(sizeof *bond->annex);
	return bond->annex != NULL;
}

int odeon_monitor(odeon_self *self, odeon_ref who)
{
	struct annex *annex = self->slot->annex;
	struct bond *bond;
	struct vigil *vigil;
	int error = check(self, who);

	if (error != 0 || vigil_for(annex, HOLDING_MONITOR, who) != NULL)
		return error;
	annex = actor_annex(self->slot);
	bond = annex != NULL ? bond_make(ODEON_MONITORED, who, self->me) : NULL;
	vigil = bond != NULL && pack(bond) ? make_vigil(bond, 0) : NULL;
	if (vigil == NULL) {
		bond_free(bond);
		return ODEON_ENOMEM;
	}
	holdings_put(&annex->holdings, &vigil->holding, HOLDING_MONITOR, bond_key(who));
	set_off(self, bond, who);
	return 0;
}

/* A number that no link between the two had before: each end has its own, and a bit says whose. */
static uint64_t new_serial(struct annex *annex, odeon_ref me, odeon_ref who)
{
	return holdings_serial(&annex->holdings) << 1 | (me.bits > who.bits);
}

/* Both halves, all or nothing: the own vigil, whose bond is the own one; `theirs` has all for the other end. */
static struct vigil *make_link(struct annex *annex, odeon_ref me, odeon_ref who, struct bond **theirs)
{
	uint64_t serial = new_serial(annex, me, who);
	struct bond *ours = bond_make(ODEON_LINKED, me, who);
	struct vigil *vigil = ours != NULL ? make_vigil(ours, serial) : NULL;

	*theirs = vigil != NULL ? bond_make(ODEON_LINKED, who, me) : NULL;
	if (*theirs != NULL && pack(*theirs) && ((*theirs)->vigil = make_vigil(*theirs, serial)) != NULL)
		return vigil;
	bond_free(ours);
	bond_free(*theirs);
	free_vigil(vigil);
	return NULL;
}

int odeon_link(odeon_self *self, odeon_ref who)
{
	struct annex *annex = self->slot->annex;
	struct bond *theirs;
	struct vigil *vigil;
	int error = check(self, who);

	if (error != 0 || vigil_for(annex, HOLDING_LINK, who) != NULL)
		return error;
	annex = actor_annex(self->slot);
	vigil = annex != NULL ? make_link(annex, self->me, who, &theirs) : NULL;
	if (vigil == NULL)
		return ODEON_ENOMEM;
	enlist(annex, vigil->bond);
	holdings_put(&annex->holdings, &vigil->holding, HOLDING_LINK, bond_key(who));
	set_off(self, theirs, who);
	return 0;
}

int odeon_trap(odeon_self *self, int traps)
{
	struct annex *annex = self->slot->annex;

	if (self->hook == HOOK_STOP)
		return ODEON_ESTOPPING;
	if (annex == NULL && traps != 0 && (annex = actor_annex(self->slot)) == NULL)
		return ODEON_ENOMEM;
	if (annex != NULL)
		annex->traps = traps != 0;
	return 0;
}

void bond_arrive(struct odeon_self *self, struct message *message)
{
	struct slot *slot = self->slot;
	struct bond *bond = bond_of(message);

	hand_loosen(self);
	if (slot->annex == NULL) {
		slot->annex = bond->annex;
		bond->annex = NULL;
	}
	enlist(slot->annex, bond);
	if (bond->vigil != NULL) {
		holdings_put(&slot->annex->holdings, &bond->vigil->holding, HOLDING_LINK, bond_key(bond->watcher));
		bond->vigil = NULL;
	}
	free_baggage(bond);
}

/* ---- undoing ------------------------------------------------------------------------------------------------------------- */

/* The vigil, held no more, goes to whom it is about. If that one has ended, his bond is news by now, and is released unseen. */
static void send_undo(struct odeon_self *self, struct vigil *vigil)
{
	odeon_ref who = bond_ref(self->directory, vigil->holding.key);
	struct slot *slot = directory_find(self->directory, who);
	struct message *message = message_of(vigil);

	if (slot == NULL || slot_generation(slot) != ref_generation(who)) {
		message_release(message);
		return;
	}
	message->sender = self->me.bits;
	message->role = ROLE_UNDO;
	deliver_internal(self->system, self->worker, slot, message, ref_generation(who));
}

int odeon_unmonitor(odeon_self *self, odeon_ref who)
{
	struct annex *annex = self->slot->annex;
	struct vigil *vigil = vigil_for(annex, HOLDING_MONITOR, who);

	if (vigil == NULL)
		return ODEON_EGONE;
	holdings_remove(&annex->holdings, &vigil->holding);
	send_undo(self, vigil);
	return 0;
}

int odeon_unlink(odeon_self *self, odeon_ref who)
{
	struct annex *annex = self->slot->annex;
	struct vigil *vigil = vigil_for(annex, HOLDING_LINK, who);

	if (vigil == NULL)
		return ODEON_EGONE;
	for (; vigil != NULL; vigil = vigil_for(annex, HOLDING_LINK, who)) {
		part(annex, vigil);
		send_undo(self, vigil);
	}
	return 0;
}

void bond_undo(struct odeon_self *self, struct message *message)
{
	struct vigil *theirs = message_payload(message), *ours;

	if (theirs->serial == 0)
		remove_bond(theirs->bond);
	else if ((ours = link_numbered(self->slot->annex, (odeon_ref){ message->sender }, theirs->serial)) != NULL) {
		part(self->slot->annex, ours);
		free_vigil(ours);
	}
	hand_release(self, message);
}

/* ---- telling ------------------------------------------------------------------------------------------------------------- */

void bond_say(struct bond *bond, int code, const char *text)
{
	struct odeon_down *down = bond_down(bond);
	size_t length = strnlen(text, sizeof down->text - 1);

	down->code = code;
	memcpy(down->text, text, length);
	down->text[length] = '\0';
}

void bond_send(struct odeon_self *self, struct bond *bond)
{
	struct slot *slot = directory_find(self->directory, bond->watcher);
	struct message *message = bond_message(bond);

	if (slot == NULL || slot_generation(slot) != ref_generation(bond->watcher)) {
		bond_free(bond);
		return;
	}
	free_baggage(bond);
	message->sender = bond_down(bond)->who.bits;
	message->role = ROLE_NEWS;
	deliver_internal(self->system, self->worker, slot, message, ref_generation(bond->watcher));
}

void bond_tell(struct odeon_self *self, struct bond *bond, int code, const char *text)
{
	bond_say(bond, code, text);
	bond_send(self, bond);
}

static const char *text_of(int code)
{
	return code < 0 ? odeon_error_text(code) : code == 0 ? "normal" : "failed";
}

/* It came too late, so it goes back at once. Who lived here last left why he ended. */
void bond_stale(struct odeon_self *self, struct message *message)
{
	uint32_t ended = (message->generation & REF_GENERATION_MASK) + 1;
	int code = self->slot->generation == ended ? (int)self->slot->code : ODEON_EGONE;

	hand_loosen(self);
	bond_tell(self, bond_of(message), code, text_of(code));
}

static bool forget_monitor(struct annex *annex, odeon_ref who)
{
	struct vigil *vigil = vigil_for(annex, HOLDING_MONITOR, who);

	if (vigil == NULL)
		return false;
	holdings_remove(&annex->holdings, &vigil->holding);
	free_vigil(vigil);
	return true;
}

/* He has ended: all there are. */
static bool forget_links(struct annex *annex, odeon_ref who)
{
	bool any = false;

	for (struct vigil *vigil; (vigil = vigil_for(annex, HOLDING_LINK, who)) != NULL; any = true) {
		part(annex, vigil);
		free_vigil(vigil);
	}
	return any;
}

/* The first reason counts. */
static void end_too(struct odeon_self *self, const struct odeon_down *down)
{
	if (down->code == 0 || self->ending)
		return;
	self->ending = self->halts = true;
	self->code = down->code;
	snprintf(self->text, sizeof self->text, "%s", down->text);
}

/* Whether the handler is to get it. */
static bool is_told(struct odeon_self *self, const struct odeon_down *down)
{
	struct annex *annex = self->slot->annex;

	if (down->bond == ODEON_SUPERVISED)
		return restart_news(annex, down);
	if (down->bond != ODEON_LINKED)
		return forget_monitor(annex, down->who);
	if (!forget_links(annex, down->who))
		return false;
	if (!annex->traps)
		end_too(self, down);
	return annex->traps;
}

struct message *bond_news(struct odeon_self *self, struct message *message)
{
	if (!is_told(self, message_payload(message))) {
		hand_release(self, message);
		return NULL;
	}
	message->role = ROLE_PLAIN;
	message_hide(message);
	TALLY(self->system, self->worker, accepted);
	return message;
}

/* ---- the end ------------------------------------------------------------------------------------------------------------- */

/* The own half of a link stays in the list, and tells the other end. */
static void let_go(void *data, struct holding *holding)
{
	struct vigil *vigil = (struct vigil *)(void *)holding;

	if (vigil->serial == 0)
		send_undo(data, vigil);
	else
		free_vigil(vigil);
}

void bonds_let_go(struct odeon_self *self, struct annex *annex, unsigned kinds)
{
	holdings_drain(&annex->holdings, kinds, let_go, self);
}

bool bonds_tell(struct odeon_self *self, struct annex *annex, int code, const char *text)
{
	struct bond *bond = annex->bonds, *next;

	annex->bonds = NULL;
	for (struct bond *one = bond; one != NULL; one = next) {
		next = one->next;
		bond_tell(self, one, code, text);
	}
	return bond != NULL;
}
