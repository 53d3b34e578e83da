/* SPDX-License-Identifier: BSD-2-Clause */
/* duty - each kind of record that waits for an answer, told by the tag of the word */
#include "duty.h"

#include "ask.h"
#include "letters.h"

odeon_ref sender_ref(uint64_t sender)
{
	return SENDER_IS_POINTER(sender) ? ODEON_NOBODY : (odeon_ref){ sender };
}

int duty_answer(odeon_system *system, struct worker *worker, uint64_t duty, struct message *answer)
{
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
	return ask_fail(duty, error);
}
