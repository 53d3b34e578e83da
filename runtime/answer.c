/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answer - replies, the duty to answer, and asking
 *
 * The duty to answer is in hand with the message, as a thing of its own: a reply ends it, forwarding and keeping move it
 * with the message, odeon_duty detaches it, and what drops it unmet says so to the asker.
 */
#include <odeon/send.h>

#include "deliver.h"
#include "hand.h"
#include "simulation.h"
#include "step.h"

static int refuse_answer(odeon_self *self, struct message *message)
{
	TALLY(self->system, self->worker, accepted);
	letter_discard(self->system, self->worker, message, self->me, ODEON_NOBODY, ODEON_EINVAL);
	return ODEON_EINVAL;
}

/* To whom the word beside the role says. The answer is the caller's own, signed, and is taken. */
static int answer(odeon_self *self, uint64_t sender, uint32_t role, struct message *message)
{
	if (role == ROLE_OWED)
		return duty_answer(self->system, self->worker, sender, message);
	if (UNLIKELY(role == ROLE_MET))         /* answered before, or the duty is elsewhere */
		return refuse_answer(self, message);
	return deliver_or_bury(self->system, self->worker, (odeon_ref){ sender }, message);
}

/* What answer is to be told: the duty, if there is one, parts from the word. */
static uint64_t address(uint64_t *sender, uint32_t *role)
{
	return *role == ROLE_OWED ? duty_part(sender, role) : *sender;
}

/* The answer, owned, signed and ready to go. */
static struct message *sign(odeon_self *self, void *payload, const odeon_site *site)
{
	struct message *message = message_of(payload);

	hand_own(message);
	message_renounce(message, ODEON_EUNANSWERED);
	message->sender = self->me.bits;
	message->site = site;
	return message;
}

int odeon_reply_at(odeon_self *self, void *payload, const odeon_site *site)
{
	struct message *message;
	uint32_t role;

	if (UNLIKELY(payload == NULL))
		return ODEON_ENOMEM;
	message = sign(self, payload, site);
	if (UNLIKELY(self->hook != HOOK_HANDLER))
		return refuse_answer(self, message);
	role = self->role;
	return answer(self, address(&self->sender, &self->role), role, message);
}

int odeon_reply_to_at(odeon_self *self, void *request, void *payload, const odeon_site *site)
{
	struct message *asked, *message;
	struct odeon_self *holder;
	uint64_t sender;
	uint32_t role;

	if (payload == NULL)
		return ODEON_ENOMEM;
	if (request == NULL)
		return refuse_answer(self, sign(self, payload, site));
	asked = message_of(request);
	holder = hand_holder(asked);
	if (holder != NULL)                     /* still in hand: the same as a reply, if perhaps of an outer handler (nest.h) */
		return odeon_reply_at(holder, payload, site);
	role = asked->role;                     /* before the signature: the answer may be the request itself */
	sender = address(&asked->sender, &asked->role);
	message = sign(self, payload, site);
	return answer(self, sender, role, message);
}

static int answer_error(uint64_t *sender, uint32_t *role, int error)
{
	if (*role != ROLE_OWED)
		return ODEON_EINVAL;
	return duty_fail(duty_part(sender, role), error < 0 ? error : ODEON_EFAILED) ? 0 : ODEON_EGONE;
}

int odeon_reply_error(odeon_self *self, int error)
{
	return answer_error(&self->sender, &self->role, error);
}

int odeon_reply_error_to(odeon_self *self, void *request, int error)
{
	struct message *asked;
	struct odeon_self *holder;

	(void)self;
	if (request == NULL)
		return ODEON_EINVAL;
	asked = message_of(request);
	holder = hand_holder(asked);
	if (holder != NULL)
		return odeon_reply_error(holder, error);
	return answer_error(&asked->sender, &asked->role, error);
}

void *odeon_keep_at(odeon_self *self, void *payload)
{
	struct message *message = message_of(payload);
	struct odeon_self *holder = hand_holder(message);

	(void)self;
	if (holder != NULL) {
		hand_own(message);
		hand_endow(holder, message);
	}
	return payload;
}

static const odeon_type duty_type = { "odeon_duty", 0, NULL, 0 };

void *odeon_duty(odeon_self *self)
{
	struct message *message;

	if (self->role != ROLE_OWED)
		return NULL;
	message = message_make(&duty_type, 0, NULL, self->site);
	if (message == NULL)
		return NULL;
	hand_endow(self, message);
	return message_payload(message);
}

/* ---- asking ------------------------------------------------------------------------------------------------------------- */

/* Whether an answer may come sooner than falling asleep takes: not where a worker must be woken for it, who wants this
 * core rather. */
static bool spinning_pays(odeon_system *system)
{
	return sleepers_count(&system->sleepers) < (unsigned)system->pool;
}

static bool is_settled(void *ask)
{
	return ask_is_settled(ask);
}

/* True: settled. */
static bool wait_for_answer(odeon_system *system, struct ask *ask, odeon_time until, bool spins)
{
	if (system->simulation == NULL)
		return ask_wait(ask, until.ns, spins);
	return simulation_await(system->simulation, until.ns, is_settled, ask) == AWAITED_IT || !ask_abandon(ask);
}

/* What came of it: the answer, if it is one of the type, or the error. */
static struct message *unpack(struct ask *ask, const odeon_type *type, int *error)
{
	struct message *message = ask->answer;

	*error = ask->error;
	if (message == NULL)
		return NULL;
	message->sender = 0;
	if (message->type == type)
		return message;
	message_free(message);
	*error = ODEON_ETYPE;
	return NULL;
}

static struct message *ask(odeon_system *system, odeon_ref to, struct message *message, const odeon_type *type,
                           odeon_time until, int *error)
{
	struct message *answered = NULL;
	struct ask *ask;
	bool spins = spinning_pays(system);

	message_renounce(message, ODEON_EUNANSWERED);
	ask = context_would_block() ? NULL : ask_open();
	if (ask == NULL) {
		*error = context_would_block() ? ODEON_EWOULDBLOCK : ODEON_ENOMEM;
		TALLY(system, worker_here(system), accepted);
		letter_discard(system, worker_here(system), message, ODEON_NOBODY, to, *error);
		return NULL;
	}
	message->sender = ask_sender(ask);
	message->role = ROLE_OWED;
	(void)deliver_or_bury(system, worker_here(system), to, message);        /* a refusal settles it with the reason */
	if (wait_for_answer(system, ask, until, spins))
		answered = unpack(ask, type, error);
	else
		*error = ODEON_ETIMEDOUT;
	ask_leave(ask);
	return answered;
}

void *odeon_ask_at(const odeon_type *type, odeon_system *system, odeon_ref to, void *payload, odeon_time until, int *why,
                   const odeon_site *site)
{
	struct message *message = NULL;
	int error = ODEON_ENOMEM;

	if (payload != NULL && (system == NULL || type == NULL)) {
		error = ODEON_EINVAL;
		odeon_free(payload);
	} else if (payload != NULL) {
		message = message_of(payload);
		hand_own(message);
		message->site = site;
		message = ask(system, to, message, type, until, &error);
	}
	if (why != NULL)
		*why = error;
	return message != NULL ? message_payload(message) : NULL;
}
