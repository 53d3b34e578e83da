/* SPDX-License-Identifier: BSD-2-Clause */
/* request - asked, answered, expired, ended */
#include "request.h"

#include <string.h>
#include "actor.h"
#include "deliver.h"
#include "gather.h"
#include "hand.h"
#include "simulation.h"
#include "timer.h"

static const odeon_type request_type = { "odeon_request", sizeof(struct request), NULL, 0 };

static void *state_of(struct request *request)
{
	return request + 1;
}

/* ---- the actor's list --------------------------------------------------------------------------------------------------- */

static void enter(struct annex *annex, struct request *request)
{
	request->next = NULL;
	request->before = annex->requests.last;
	if (request->before != NULL)
		request->before->next = request;
	else
		annex->requests.first = request;
	annex->requests.last = request;
}

static void leave(struct annex *annex, struct request *request)
{
	if (request->before != NULL)
		request->before->next = request->next;
	else
		annex->requests.first = request->next;
	if (request->next != NULL)
		request->next->before = request->before;
	else
		annex->requests.last = request->before;
}

void request_close(struct odeon_self *self, struct request *request)
{
	leave(self->slot->annex, request);
	if (request->timer != NULL)
		timer_end_request(request->timer);
}

void request_release(struct request *request)
{
	if (request->is_out)
		patience_end(&request->patience);
	else
		message_free(message_of(request));
}

/* ---- making -------------------------------------------------------------------------------------------------------------- */

struct request *request_make(struct odeon_self *self, const odeon_continuation *continuation, const void *state)
{
	size_t bytes = continuation != NULL ? continuation->bytes : 0;
	struct message *message = message_make(&request_type, bytes, NULL, NULL);
	struct request *request;

	if (message == NULL)
		return NULL;
	request = message_payload(message);
	request->system = self->system;
	request->asker = self->me;
	request->until = INT64_MAX;
	request->continuation = continuation;
	if (bytes > 0 && state != NULL)
		memcpy(state_of(request), state, bytes);
	else
		memset(state_of(request), 0, bytes);
	return request;
}

odeon_then *odeon_then_make(odeon_self *self, const odeon_continuation *continuation, const void *state)
{
	struct annex *annex;
	struct request *request;

	if (continuation == NULL || self->hook == HOOK_STOP)
		return NULL;
	annex = actor_annex(self->slot);
	request = annex != NULL ? request_make(self, continuation, state) : NULL;
	if (request == NULL)
		return NULL;
	enter(annex, request);
	return (odeon_then *)request;
}

static bool fits(const odeon_kind *kind, const odeon_continuation *continuation)
{
	return continuation->actor_bytes == kind->state_bytes
	    && (continuation->actor == kind->name || strcmp(continuation->actor, kind->name) == 0);
}

static int check(struct odeon_self *self, struct request *request)
{
	if (self->hook == HOOK_STOP)            /* those that there were have all run, and are gone */
		return ODEON_ESTOPPING;
	if (request == NULL)
		return ODEON_ENOMEM;
	if (request->is_used || request->asker.bits != self->me.bits)
		return ODEON_EINVAL;
	return 0;
}

int request_use(struct odeon_self *self, struct request *request, bool by_gather, odeon_time until)
{
	int why = check(self, request);

	if (why != 0)
		return why;
	if ((request->continuation->answer == NULL) != by_gather || !fits(self->slot->kind, request->continuation))
		why = ODEON_EINVAL;
	else if (until.ns != INT64_MAX && (request->timer = timer_arm_request(self, request, until)) == NULL)
		why = ODEON_ENOMEM;
	if (why != 0) {
		request_close(self, request);
		request_release(request);
		return why;
	}
	request->until = until.ns;
	request->is_used = true;
	return 0;
}

/* ---- asking -------------------------------------------------------------------------------------------------------------- */

void request_refuse(struct odeon_self *self, odeon_ref to, void *payload, int why, const odeon_site *site)
{
	struct message *message;

	if (payload == NULL)
		return;
	message = message_of(payload);
	hand_own(message);
	message_renounce(message, ODEON_EUNANSWERED);
	message->sender = self->me.bits;
	message->site = site;
	TALLY(self->system, self->worker, accepted);
	letter_discard(self->system, self->worker, message, self->me, to, why);
}

void request_send(struct odeon_self *self, struct request *request, odeon_ref to, void *payload, const odeon_site *site)
{
	struct message *message;

	request->is_out = true;
	request->to = to;
	request->site = site;
	if (payload == NULL) {
		(void)duty_fail(request_sender(request), ODEON_ENOMEM);
		return;
	}
	message = message_of(payload);
	hand_own(message);
	message_renounce(message, ODEON_EUNANSWERED);
	request->type = message->type;
	message->sender = request_sender(request);
	message->role = ROLE_OWED;
	message->site = site;
	(void)deliver_or_bury(self->system, self->worker, to, message);  /* a refusal comes back as the answer */
}

int odeon_request_at(odeon_self *self, odeon_ref to, void *payload, odeon_time until, odeon_then *then,
                     const odeon_site *site)
{
	struct request *request = (struct request *)then;
	int why = request_use(self, request, false, until);

	if (UNLIKELY(why != 0))
		request_refuse(self, to, payload, why, site);
	else
		request_send(self, request, to, payload, site);
	return why;
}

/* ---- running ------------------------------------------------------------------------------------------------------------- */

static void event(struct odeon_self *self, struct request *request, struct message *answer, int error)
{
	simulation_event(self->system, "%u.%u (%s) goes on with %s%s from %u.%u, asked at %s:%u", ref_slot(self->me),
	                 ref_generation(self->me), self->slot->kind->name, answer != NULL ? "struct " : "",
	                 answer != NULL ? answer->type->name : error != 0 ? odeon_error_name(error) : "answers",
	                 ref_slot(request->to), ref_generation(request->to), request->site != NULL ? request->site->file : "?",
	                 request->site != NULL ? request->site->line : 0);
}

void request_run(struct odeon_self *self, struct request *request, void *argument, int error)
{
	self->hand = NULL;
	self->sender = 0;
	self->role = ROLE_PLAIN;
	ck_pr_store_ptr(&self->type, request->type);
	ck_pr_store_ptr(&self->site, request->site);
	if (UNLIKELY(self->system->simulation != NULL))
		event(self, request, NULL, error);
	request->continuation->run(self, self->slot->state, state_of(request), argument, error);
}

static void run_with_answer(struct odeon_self *self, struct request *request, struct message *answer)
{
	struct slot *slot = self->slot;

	if (UNLIKELY(self->system->simulation != NULL))
		event(self, request, answer, 0);
	hand_begin(self, answer);
	request->continuation->run(self, slot->state, state_of(request), message_payload(answer), 0);
	hand_end(self, slot);
}

/* An answer is as good as a message that was handled. */
static void count_handled(struct odeon_self *self)
{
	count_up(&self->worker->tally.handled, 1);
	count_up(&self->slot->handled, 1);
}

/* ---- what comes back ----------------------------------------------------------------------------------------------------- */

/* Not in hand, and its memory may still be the list's. */
static void bury(struct odeon_self *self, struct request *request, struct message *answer, int why)
{
	message_show(answer);
	answer->role = ROLE_PLAIN;
	letter_bury(self->system, self->worker, answer, request->from, request->asker, why);
	hand_release(self, answer);
}

/* Nobody waits for it any more. */
static void come_late(struct odeon_self *self, struct request *request, struct message *answer, int why)
{
	if (request->continuation != NULL) {
		bury(self, request, answer, why);
		return;
	}
	message_show(answer);
	count_up(&self->worker->tally.dropped, 1);
	message_drop(answer);
	hand_release(self, answer);
}

/* The record itself came: there is no answer. It leaves the mailbox's list, to be freed when all is done. */
static void keep_record(struct odeon_self *self)
{
	hand_loosen(self);
	self->loose = false;
}

static void go_on(struct odeon_self *self, struct request *request, struct message *answer)
{
	const odeon_continuation *continuation = request->continuation;

	request_close(self, request);
	if (answer == NULL) {
		request_run(self, request, NULL, request->error);
	} else if (LIKELY(answer->type == continuation->answer)) {
		answer->sender = request->from.bits;
		answer->role = ROLE_PLAIN;
		count_handled(self);
		run_with_answer(self, request, answer);
	} else {
		bury(self, request, answer, ODEON_ETYPE);
		request_run(self, request, NULL, ODEON_ETYPE);
	}
}

/* One of a gather: what it says is put aside. */
static void go_aside(struct odeon_self *self, struct request *request, struct message *answer)
{
	if (answer != NULL) {
		hand_loosen(self);
		self->loose = false;
		message_show(answer);
		answer->sender = request->from.bits;
		answer->role = ROLE_PLAIN;
		count_handled(self);
	}
	gather_answered(self, request, answer, request->error);
}

void request_answered(struct odeon_self *self, struct message *message)
{
	struct request *request = request_of(message->sender);
	struct message *answer = message != message_of(request) ? message : NULL;

	if (answer == NULL)
		keep_record(self);
	if (UNLIKELY(request->patience != 0)) { /* our own word */
		if (answer != NULL)
			come_late(self, request, answer, ODEON_ETIMEDOUT);
		message_free(message_of(request));
		return;
	}
	request->is_out = false;
	if (request->continuation == NULL) {
		go_aside(self, request, answer);
	} else if (request->gather != NULL) {   /* closed, with nobody out */
		gather_run(self, request, ODEON_EEMPTY);
		return;
	} else
		go_on(self, request, answer);
	message_free(message_of(request));
}

void request_bury(struct odeon_self *self, struct message *message)
{
	struct request *request = request_of(message->sender);

	debug_invariant(request->patience != 0, "an actor ended, and waits for an answer");
	if (message != message_of(request))
		come_late(self, request, message, ODEON_EGONE);
	else
		keep_record(self);
	message_free(message_of(request));
}

/* ---- no answer ------------------------------------------------------------------------------------------------------------ */

struct message *request_expire(struct odeon_self *self, struct message *message)
{
	message_show(message);
	letter_bury(self->system, self->worker, message, sender_ref(message->sender), self->me, ODEON_ETIMEDOUT);
	hand_release(self, message);
	return NULL;
}

/* Its continuation runs with the error, and it goes. It is out of the list. */
static void give_up(struct odeon_self *self, struct request *request, int error)
{
	if (request->continuation->answer == NULL) {
		gather_run(self, request, error);
		return;
	}
	request_close(self, request);
	request_run(self, request, NULL, error);
	request_release(request);
}

void request_expired(struct odeon_self *self, struct request *request)
{
	request->timer = NULL;
	give_up(self, request, ODEON_ETIMEDOUT);
}

void requests_end(struct odeon_self *self, struct slot *slot)
{
	struct request *request;

	while ((request = slot->annex->requests.first) != NULL) {
		self->hook = HOOK_STOP;
		if (fits(slot->kind, request->continuation)) {
			give_up(self, request, ODEON_ESTOPPING);
		} else {
			request_close(self, request);
			request_release(request);
		}
	}
	self->hook = HOOK_NONE;
}
