/* SPDX-License-Identifier: BSD-2-Clause */
/* restart - supervised, failed, halted, started anew */
#include "restart.h"

#include "alloc.h"
#include "aside.h"
#include "deliver.h"
#include "hand.h"

struct child {
	struct holding holding;                 /* first; its key: bond_key of the child */
	bool is_halted;                         /* that was told, and it was not started anew since */
};

/* ---- the child's half ---------------------------------------------------------------------------------------------------- */

static bool is_supervised(const struct annex *annex) { return annex != NULL && annex->supervised.end != NULL; }

/* The news of a halt to come. */
static struct bond *make_halt(odeon_ref who, odeon_ref supervisor)
{
	struct bond *bond = bond_make(ODEON_SUPERVISED, who, supervisor);

	if (bond != NULL)
		bond_down(bond)->is_halted = 1;
	return bond;
}

struct annex *restart_annex(odeon_ref supervisor, const odeon_supervision *supervision)
{
	struct annex *annex = alloc_zeroed(sizeof *annex);

	if (annex == NULL)
		return NULL;
	annex->failed = (uint8_t)supervision->failed;
	annex->halts_on_exit = supervision->halts_on_exit != 0;
	annex->supervised.halt = make_halt(ODEON_NOBODY, supervisor);
	annex->supervised.end = bond_make(ODEON_SUPERVISED, ODEON_NOBODY, supervisor);
	if (annex->supervised.halt != NULL && annex->supervised.end != NULL)
		return annex;
	restart_free(annex);
	alloc_free(annex, sizeof *annex);
	return NULL;
}

void restart_born(struct annex *annex, odeon_ref me)
{
	if (annex == NULL)
		return;
	bond_down(annex->supervised.halt)->who = me;
	bond_down(annex->supervised.end)->who = me;
}

void restart_free(struct annex *annex)
{
	bond_free(annex->supervised.halt);
	bond_free(annex->supervised.end);
	annex->supervised.halt = annex->supervised.end = NULL;
}

bool restart_halts(const struct odeon_self *self, const struct slot *slot)
{
	return is_supervised(slot->annex) && self->halts && (self->code != 0 || slot->annex->halts_on_exit)
	    && (slot->flags & SLOT_STOPPING) == 0 && ck_pr_load_32(&self->system->phase) == PHASE_RUNNING;
}

/* ---- the message that failed --------------------------------------------------------------------------------------------- */

/* It comes before all that waits, what was laid aside included. */
static void again(struct odeon_self *self, struct slot *slot, struct message *message)
{
	hand_loosen(self);
	self->loose = false;
	if (message->role > ROLE_MET)
		message->role = ROLE_PLAIN;     /* what it was beside that has been seen to */
	message->generation |= MESSAGE_AGAIN;
	message_hide(message);
	aside_rest(slot);
	aside_again(slot, message);
}

bool restart_failed(struct odeon_self *self, struct slot *slot)
{
	struct message *message = self->hand;
	bool halts = restart_halts(self, slot);

	if (message == NULL || !is_supervised(slot->annex)) {
		if (self->role == ROLE_OWED)
			(void)duty_fail(duty_part(&self->sender, &self->role), ODEON_EFAILED);
		return false;
	}
	self->hand = NULL;
	hand_endow(self, message);
	if (slot->annex->failed == ODEON_FAILED_AGAIN && halts && (message->generation & MESSAGE_AGAIN) == 0) {
		again(self, slot, message);
		return true;
	}
	if (slot->annex->failed == ODEON_FAILED_DROPPED) {
		TALLY(self->system, self->worker, dropped);
		message_renounce(message, ODEON_EFAILED);
		message_drop(message);
	} else
		letter_bury(self->system, self->worker, message, sender_ref(message->sender), self->me, ODEON_EFAILED);
	hand_release(self, message);
	return true;
}

/* ---- halted ---------------------------------------------------------------------------------------------------------------- */

bool restart_rest(struct odeon_self *self, struct slot *slot)
{
	struct bond *news = slot->annex->supervised.halt;       /* once the token has gone, nothing of the slot is ours */

	slot->annex->supervised.halt = NULL;
	if (!mailbox_halt(&slot->mailbox)) {
		slot->annex->supervised.halt = news;
		return false;
	}
	if (news != NULL)
		bond_send(self, news);
	return true;
}

bool restart_tell(struct odeon_self *self, struct slot *slot, int code, const char *text)
{
	struct annex *annex = slot->annex;
	struct bond *end = annex->supervised.end, *halt = annex->supervised.halt;

	if (end == NULL)
		return false;
	annex->supervised.end = NULL;
	if ((slot->flags & SLOT_HALTED) != 0 && halt != NULL) {   /* an order came before that was told */
		annex->supervised.halt = NULL;
		bond_send(self, halt);
	}
	bond_tell(self, end, code, text);
	return true;
}

/* ---- the supervisor's half ------------------------------------------------------------------------------------------------- */

static struct child *child_of(struct annex *annex, odeon_ref who)
{
	return annex != NULL ? (struct child *)(void *)holdings_find(&annex->holdings, HOLDING_CHILD, bond_key(who)) : NULL;
}

bool restart_news(struct annex *annex, const struct odeon_down *down)
{
	struct child *child = child_of(annex, down->who);

	if (child == NULL)
		return false;
	if (down->is_halted)
		child->is_halted = true;
	else {
		holdings_remove(&annex->holdings, &child->holding);
		alloc_free(child, sizeof *child);
	}
	return true;
}

static void kill_child(void *data, struct holding *holding)
{
	struct odeon_self *self = data;

	(void)deliver_order(self->system, self->worker, bond_ref(self->directory, holding->key), ORDER_KILL);
	alloc_free(holding, sizeof(struct child));
}

void restart_let_go(struct odeon_self *self, struct annex *annex)
{
	holdings_drain(&annex->holdings, HOLDING_SET(HOLDING_CHILD), kill_child, self);
}

static int check(const odeon_supervision *supervision, const odeon_ref *child)
{
	if (supervision->bytes != sizeof *supervision)
		return ODEON_EVERSION;
	return child == NULL || supervision->failed > ODEON_FAILED_DROPPED ? ODEON_EINVAL : 0;
}

int odeon_spawn_supervised(odeon_self *self, const odeon_kind *kind, const void *argument,
                           const odeon_supervision *supervision, odeon_ref *child)
{
	static const odeon_supervision usual = { .bytes = sizeof usual };
	struct annex *ours, *theirs;
	struct child *record;
	int error;

	if (child != NULL)
		*child = ODEON_NOBODY;
	if (self->hook == HOOK_STOP)
		return ODEON_ESTOPPING;
	if (supervision == NULL)
		supervision = &usual;
	error = check(supervision, child);
	if (error != 0)
		return error;
	ours = actor_annex(self->slot);
	record = ours != NULL ? alloc_zeroed(sizeof *record) : NULL;
	theirs = record != NULL ? restart_annex(self->me, supervision) : NULL;
	error = theirs != NULL ? actor_spawn(self->system, self->worker, kind, NULL, argument, theirs, child) : ODEON_ENOMEM;
	if (error != 0) {
		alloc_free(record, sizeof *record);
		return error;
	}
	holdings_put(&ours->holdings, &record->holding, HOLDING_CHILD, bond_key(*child));
	return 0;
}

int odeon_halt(odeon_self *self, odeon_ref child)
{
	struct child *record = child_of(self->slot->annex, child);
	struct slot *slot = directory_find(self->directory, child);

	if (slot == NULL || slot_generation(slot) != ref_generation(child))
		return ODEON_EGONE;
	if (record == NULL)
		return ODEON_EINVAL;
	return record->is_halted ? 0 : deliver_order(self->system, self->worker, child, ORDER_HALT);
}

/* The child's token is the caller's, and goes. */
static int start_anew(struct odeon_self *self, struct slot *slot, odeon_ref child, const void *argument, struct bond *halt)
{
	int error = actor_start_anew(self->system, self->worker, slot, child, argument);

	if (error == 0) {
		slot->annex->supervised.halt = halt;
		slot->flags &= (uint8_t)~SLOT_HALTED;
		TALLY(self->system, self->worker, restarted);
	} else {
		bond_free(halt);
		if (mailbox_halt(&slot->mailbox))
			return error;           /* else it was killed: its turn sees to that */
	}
	ready(self->system, self->worker, slot);
	return error;
}

int odeon_restart(odeon_self *self, odeon_ref child, const void *argument)
{
	struct child *record = child_of(self->slot->annex, child);
	struct slot *slot = directory_find(self->directory, child);
	struct bond *halt;
	int error;

	if (record == NULL || !record->is_halted)
		return ODEON_EINVAL;
	if (self->hook == HOOK_STOP || ck_pr_load_32(&self->system->phase) != PHASE_RUNNING)
		return ODEON_ESTOPPING;
	halt = make_halt(child, self->me);
	if (halt == NULL)
		return ODEON_ENOMEM;
	if (!mailbox_resume(&slot->mailbox, ref_generation(child), ORDER_HALT)) {
		bond_free(halt);
		return ODEON_EGONE;
	}
	error = start_anew(self, slot, child, argument, halt);
	if (error == 0)
		record->is_halted = false;
	return error;
}
