/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * duty - the duty to answer: who asked, and how it ends
 *
 * Agreement. The duty stands in a word beside a role, in a message's header or in self, and belongs to whoever owns
 * that. While the role is ROLE_OWED the word points to the asker's record, and only then: whatever loses the duty gets
 * the asker's ref and ROLE_MET in the same step, so that no word outlives the record, and a second answer is told from
 * a reply to a plain message. A duty ends once, with duty_answer or duty_fail, on any thread.
 */
#ifndef DUTY_H
#define DUTY_H

#include "world.h"

/* Who sent it, as a ref: nobody where a plain thread did, or asked. */
odeon_ref sender_ref(uint64_t sender);

/* The word loses the duty, which is the caller's now. */
static inline uint64_t duty_part(uint64_t *sender, uint32_t *role)
{
	uint64_t duty = *sender;

	*sender = sender_ref(duty).bits;
	*role = ROLE_MET;
	return duty;
}

/* The answer is the caller's, signed, and taken: the asker has it, or it is a dead letter. 0 or ODEON_EGONE: nobody
 * waits for it any more. */
int duty_answer(odeon_system *system, struct worker *worker, uint64_t duty, struct message *answer);

/* False: nobody waits any more. */
bool duty_fail(uint64_t duty, int error);

/* The owner of a message: it is a plain one from here on, and an answer that is still owed with it will not come. */
static inline void message_renounce(struct message *message, int error)
{
	if (UNLIKELY(message->role != ROLE_PLAIN)) {
		if (message->role == ROLE_OWED)
			(void)duty_fail(message->sender, error);
		message->role = ROLE_PLAIN;
	}
}

#endif
