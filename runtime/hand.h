/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand - the message that a handler was called with, and how it leaves the hand
 *
 * Agreement. On the thread that runs the actor, in its handler. While in hand a message may still be in the mailbox's
 * list; `loose` says that it is not. Taken out of hand it is owned by the caller, and in no list. Dropped in hand, its
 * memory goes at once if it is loose, and else when the list has passed it.
 */
#ifndef HAND_H
#define HAND_H

#include "duty.h"
#include "world.h"

/* The message in hand is the caller's, owned. */
void hand_take(struct odeon_self *self);

/* The message that the turn has taken, in hand or not, leaves the mailbox's list, and is loose. */
void hand_loosen(struct odeon_self *self);

/* The message in hand is dropped now. */
void hand_drop(struct odeon_self *self);

/* The memory of a message that was dropped: now, or when the list has passed it. */
static inline void hand_release(struct odeon_self *self, struct message *message)
{
	if (self->loose)
		message_release(message);
	self->loose = false;
}

/* Any thread. The self in whose hand the message is; NULL: in nobody's. */
static inline struct odeon_self *hand_holder(struct message *message)
{
	if (LIKELY((message->sender & SENDER_TAGS) != SENDER_IN_HAND || message->sender >> 48 != 0))
		return NULL;
	return (struct odeon_self *)(uintptr_t)(message->sender & ~(uint64_t)SENDER_TAGS);
}

/* Whoever holds it: from here on it is the caller's, out of hand and list. */
static inline void hand_own(struct message *message)
{
	struct odeon_self *holder = hand_holder(message);

	if (UNLIKELY(holder != NULL)) {
		debug_invariant(holder->hand == message, "a message in another actor's hand, or one that was dropped, is given away");
		hand_take(holder);
		message->sender = 0;
	}
}

/* A hook begins, with the message in hand. */
static inline void hand_begin(struct odeon_self *self, struct message *message)
{
	self->hand = message;
	self->sender = message->sender;
	self->role = message->role;
	ck_pr_store_ptr(&self->type, message->type);
	ck_pr_store_ptr(&self->site, message->site);
	message->sender = (uintptr_t)self | SENDER_IN_HAND;
	message->role = ROLE_PLAIN;
	message_show(message);
}

/* It has returned: what is still in hand is dropped, and who is still owed an answer hears that there is none. */
static inline void hand_end(struct odeon_self *self, struct slot *slot)
{
	if (self->hand != NULL) {
		hand_drop(self);
		if (UNLIKELY(slot->flags >= SLOT_EAGER_STEP))
			slot->flags -= SLOT_EAGER_STEP;
	}
	if (UNLIKELY(self->role == ROLE_OWED))
		(void)duty_fail(duty_part(&self->sender, &self->role),
		                self->ending && self->code != 0 ? ODEON_EFAILED : ODEON_EUNANSWERED);
}

/* Nobody handles the message in hand: it is a dead letter. */
void hand_refuse(struct odeon_self *self, int why);

/* What a function that may hand a message back remembers of it. */
struct loan { struct odeon_self *holder; uint64_t sender; uint32_t role; };

/* The message is the caller's, and owed no answer for now. */
static inline struct loan hand_borrow(struct message *message)
{
	struct loan loan = { .holder = hand_holder(message) };

	hand_own(message);
	loan.sender = message->sender;
	loan.role = message->role;
	message->role = ROLE_PLAIN;
	return loan;
}

/* It is as it was, in hand or owned; out of the list in any case. */
void hand_return(struct message *message, struct loan loan);

/* It went: the answer that was owed with it will not come. */
static inline void hand_spend(struct loan loan)
{
	if (UNLIKELY(loan.role == ROLE_OWED))
		(void)duty_fail(loan.sender, ODEON_EUNANSWERED);
}

/* The sender and the duty to answer, if it is still owed, move from the hand to a message that is owned. */
void hand_endow(struct odeon_self *self, struct message *message);

#endif
