/* SPDX-License-Identifier: BSD-2-Clause */
/* hand - taken, dropped, given back */
#include "hand.h"

#include "letters.h"
#include "os.h"

/* Waits only where `eager` was not yet learned and a producer is between P1 and P4 at this instant; that is two
 * instructions away, unless the kernel has taken its core. */
static void detach(struct slot *slot)
{
	for (int tries = 0; !mailbox_detach(&slot->mailbox); tries++)
		if (tries < 64)
			ck_pr_stall();
		else
			os_yield();
}

void hand_loosen(struct odeon_self *self)
{
	if (!self->loose)
		detach(self->slot);
	self->loose = true;
}

void hand_take(struct odeon_self *self)
{
	hand_loosen(self);
	self->hand = NULL;
	self->loose = false;
	self->slot->flags |= SLOT_EAGER;
}

void hand_drop(struct odeon_self *self)
{
	struct message *message = self->hand;

	self->hand = NULL;
	message_drop(message);
	hand_release(self, message);
}

void hand_return(struct message *message, struct loan loan)
{
	message->sender = loan.sender;
	message->role = loan.role;
	if (loan.holder == NULL)
		return;
	message->sender = (uintptr_t)loan.holder | SENDER_IN_HAND;
	loan.holder->hand = message;
	loan.holder->loose = true;
}

void hand_endow(struct odeon_self *self, struct message *message)
{
	message_renounce(message, ODEON_EUNANSWERED);
	message->sender = self->sender;
	message->role = self->role;
	if (self->role == ROLE_OWED)
		(void)duty_part(&self->sender, &self->role);
}

void hand_refuse(struct odeon_self *self, int why)
{
	struct message *message = self->hand;

	self->hand = NULL;
	hand_endow(self, message);
	letter_bury(self->system, self->worker, message, sender_ref(message->sender), self->me, why);
	hand_release(self, message);
}
