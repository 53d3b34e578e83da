/* SPDX-License-Identifier: BSD-2-Clause */
/* duty - each kind of record that waits for an answer, told by the tag of the word */
#include "duty.h"

#include "ask.h"
#include "letters.h"
#include "ready.h"

static bool is_request(uint64_t duty)
{
	return (duty & SENDER_TAGS) == SENDER_REQUEST;
}

odeon_ref sender_ref(uint64_t sender)
{
	if (LIKELY(!SENDER_IS_POINTER(sender)))
		return (odeon_ref){ sender };
	return is_request(sender) ? request_of(sender)->asker : ODEON_NOBODY;
}

/* ---- an actor's ------------------------------------------------------------------------------------------------------- */

/* The record, filled in, goes back to the asker, in the message: its own, or the answer. No gate, no count, no refusal. */
static void push(struct request *request, struct worker *worker, struct message *message)
{
	odeon_system *system = request->system;
	odeon_ref asker = request->asker;
	struct slot *slot = directory_find(system->directory, asker);
	uint32_t units = message_units(message);

	message->sender = request_sender(request);
	message->role = ROLE_ANSWER;
	message->generation = (message->generation & MESSAGE_FLAGS) | ref_generation(asker);
	if (mailbox_push(&slot->mailbox, &message->node, units))
		ready(system, worker, slot);
}

/* Nobody waits. Of several that were asked some may be too late: that is the ordinary course, and no dead letter. */
static int answer_nobody(odeon_system *system, struct worker *worker, struct request *request, struct message *answer)
{
	TALLY(system, worker, accepted);
	if (request->continuation == NULL) {
		TALLY(system, worker, dropped);
		message_free(answer);
	} else
		letter_discard(system, worker, answer, sender_ref(answer->sender), request->asker, ODEON_EGONE);
	message_free(message_of(request));
	return ODEON_EGONE;
}

static int answer_request(odeon_system *system, struct worker *worker, struct request *request, struct message *answer)
{
	if (patience_is_over(&request->patience))
		return answer_nobody(system, worker, request, answer);
	if (UNLIKELY(system != request->system)) {      /* forwarded there by way of a thread */
		system = request->system;
		worker = worker_here(system);
	}
	TALLY(system, worker, accepted);
	request->from = (odeon_ref){ answer->sender };
	request->answer = answer;
	message_hide(answer);
	push(request, worker, answer);
	return 0;
}

static bool fail_request(struct request *request, int error)
{
	if (patience_is_over(&request->patience)) {
		message_free(message_of(request));
		return false;
	}
	request->error = error;
	push(request, worker_here(request->system), message_of(request));
	return true;
}

/* ---- any --------------------------------------------------------------------------------------------------------------- */

int duty_answer(odeon_system *system, struct worker *worker, uint64_t duty, struct message *answer)
{
	if (is_request(duty))
		return answer_request(system, worker, request_of(duty), answer);
	TALLY(system, worker, accepted);
	if (!ask_answer(duty, answer)) {
		letter_discard(system, worker, answer, sender_ref(answer->sender), ODEON_NOBODY, ODEON_EGONE);
		return ODEON_EGONE;
	}
	TALLY(system, worker, handled);         /* the asker has it */
	return 0;
}

bool duty_fail(uint64_t duty, int error)
{
	return is_request(duty) ? fail_request(request_of(duty), error) : ask_fail(duty, error);
}
