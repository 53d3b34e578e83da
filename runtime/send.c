/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send - making, freeing, sending and posting
 *
 * Every taker first makes the message the caller's own (hand.h), fills in who, where from and what is owed, and then
 * hands it to deliver; what that refuses becomes a dead letter, or goes back. Answers are in answer.c.
 */
#include <odeon/send.h>

#include "clock.h"
#include "deliver.h"
#include "hand.h"
#include "permit.h"
#include "simulation.h"
#include "step.h"

/* ---- making and freeing ----------------------------------------------------------------------------------------------- */

void *odeon_make(const odeon_type *type, size_t extra, const void *value, const odeon_site *site)
{
	struct message *message = LIKELY(type != NULL) ? message_make(type, extra, value, site) : NULL;

	return LIKELY(message != NULL) ? message_payload(message) : NULL;
}

static __attribute__((noinline)) void free_owing(struct message *message)
{
	message_renounce(message, ODEON_EUNANSWERED);
	message_free(message);
}

void odeon_free(void *payload)
{
	struct message *message;
	struct odeon_self *holder;

	if (payload == NULL)
		return;
	message = message_of(payload);
	holder = hand_holder(message);
	if (holder != NULL) {
		debug_invariant(holder->hand == message, "a message in another actor's hand, or one that was dropped, is freed");
		hand_drop(holder);
	} else if (UNLIKELY(message->role != ROLE_PLAIN))
		free_owing(message);
	else
		message_free(message);
}

/* ---- sending ----------------------------------------------------------------------------------------------------------- */

int odeon_send_at(odeon_self *self, odeon_ref to, void *payload, const odeon_site *site)
{
	struct message *message;

	if (UNLIKELY(payload == NULL))
		return ODEON_ENOMEM;
	message = message_of(payload);
	hand_own(message);
	message_renounce(message, ODEON_EUNANSWERED);
	message->sender = self->me.bits;
	message->site = site;
	return deliver_or_bury(self->system, self->worker, to, message);
}

int odeon_forward_at(odeon_self *self, odeon_ref to, void *payload, const odeon_site *site)
{
	struct message *message;
	struct odeon_self *holder;

	if (payload == NULL)
		return ODEON_ENOMEM;
	message = message_of(payload);
	holder = hand_holder(message);
	hand_own(message);
	if (message->role != ROLE_OWED)         /* a kept request is forwarded with its own duty and sender */
		hand_endow(holder != NULL ? holder : self, message);
	message->site = site;
	return deliver_or_bury(self->system, self->worker, to, message);
}

void *odeon_try_send_at(odeon_self *self, odeon_ref to, void *payload, int *why, const odeon_site *site)
{
	struct message *message;
	struct loan loan;
	int error = ODEON_ENOMEM;

	if (LIKELY(payload != NULL)) {
		message = message_of(payload);
		loan = hand_borrow(message);
		message->sender = self->me.bits;
		message->site = site;
		error = deliver(self->system, self->worker, to, message);
		if (LIKELY(error == 0)) {
			TALLY(self->system, self->worker, accepted);
			hand_spend(loan);
			payload = NULL;
		} else
			hand_return(message, loan);
	}
	if (why != NULL)
		*why = error;
	return payload;
}

int odeon_permit_send_at(odeon_self *self, odeon_permit *permit, void *payload, const odeon_site *site)
{
	struct message *message;
	odeon_ref to = permit != NULL ? permit->to : ODEON_NOBODY;
	int why;

	if (payload == NULL)
		return ODEON_ENOMEM;
	message = message_of(payload);
	hand_own(message);
	message_renounce(message, ODEON_EUNANSWERED);
	message->sender = self->me.bits;
	message->site = site;
	TALLY(self->system, self->worker, accepted);
	why = permit_deliver(self->system, self->worker, permit, message);
	if (why != 0)
		letter_discard(self->system, self->worker, message, self->me, to, why);
	return why;
}

/* ---- from outside -------------------------------------------------------------------------------------------------------- */

int odeon_post_at(odeon_system *system, odeon_ref to, void *payload, const odeon_site *site)
{
	struct message *message;

	if (payload == NULL)
		return ODEON_ENOMEM;
	message = message_of(payload);
	hand_own(message);
	message_renounce(message, ODEON_EUNANSWERED);
	message->sender = 0;
	message->site = site;
	if (UNLIKELY(system == NULL)) {
		message_free(message);
		return ODEON_EINVAL;
	}
	return deliver_or_bury(system, worker_here(system), to, message);
}

struct wanted_room { struct bounds *bounds; uint32_t units; };

static bool has_room(void *argument)
{
	const struct wanted_room *wanted = argument;

	return bounds_have_room(wanted->bounds, wanted->units);
}

/* Whether there may be room by now, or the deadline has passed. */
static int wait_for_room(odeon_system *system, struct bounds *bounds, uint32_t units, odeon_time until)
{
	struct wanted_room wanted = { bounds, units };
	uint32_t key;

	if (system->simulation != NULL)
		return simulation_await(system->simulation, until.ns, has_room, &wanted) == AWAITED_IT ? 0 : ODEON_ETIMEDOUT;
	key = parker_key(&bounds->room);
	(void)ck_pr_faa_32(&bounds->threads, 1);
	ck_pr_fence_memory();                   /* counted in, before the look; pairs with look_at_bounds */
	if (!bounds_have_room(bounds, units))
		parker_sleep(&bounds->room, key, until.ns);
	(void)ck_pr_faa_32(&bounds->threads, (uint32_t)-1);
	return until.ns != INT64_MAX && clock_now() >= until.ns ? ODEON_ETIMEDOUT : 0;
}

static int post_or_wait(odeon_system *system, odeon_ref to, struct message *message, odeon_time until)
{
	struct worker *worker;
	int why, late = 0;

	if (system == NULL)
		return ODEON_EINVAL;
	worker = worker_here(system);
	while ((why = deliver(system, worker, to, message)) == ODEON_EFULL && until.ns != 0) {
		struct slot *slot = directory_find(system->directory, to);

		if (late != 0)
			return late;
		if (slot->bounds == NULL        /* the redirect's is full, and has no room of ours to wait for */
		 || message_units(message) > ck_pr_load_32(&slot->bounds->most_units))   /* and this will never fit */
			return why;
		if (context_would_block())
			return ODEON_EWOULDBLOCK;
		late = wait_for_room(system, slot->bounds, message_units(message), until);
	}
	return why;
}

void *odeon_try_post_at(odeon_system *system, odeon_ref to, void *payload, odeon_time until, int *why, const odeon_site *site)
{
	struct message *message;
	struct loan loan;
	int error = ODEON_ENOMEM;

	if (payload != NULL) {
		message = message_of(payload);
		loan = hand_borrow(message);
		message->sender = 0;
		message->site = site;
		error = post_or_wait(system, to, message, until);
		if (error == 0) {
			TALLY(system, worker_here(system), accepted);
			hand_spend(loan);
			payload = NULL;
		} else
			hand_return(message, loan);
	}
	if (why != NULL)
		*why = error;
	return payload;
}
