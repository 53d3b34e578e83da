/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * duty - the duty to answer: who asked, and how it ends
 *
 * Agreement. The duty stands in a word beside a role, in a message's header or in self, and belongs to whoever owns
 * that. While the role is ROLE_OWED the word points to the asker's record, and only then: whatever loses the duty gets
 * the asker's ref and ROLE_MET in the same step, so that no word outlives the record, and a second answer is told from
 * a reply to a plain message. A duty ends once, with duty_answer or duty_fail, on any thread.
 *
 * The record is a plain thread's (ask.h), or an actor's: a struct request. That one has two halves, the duty's and the
 * asker's, and one word between them (patience.h):
 *
 *   the asker waits no longer (its deadline, its end): it ends its patience, and touches the record no more
 *   the duty ends, and there is patience: what came of it is filled in, and the record is pushed to the asker; the duty's
 *       holder touches it no more. Whoever takes that out of the asker's slot has the record, and frees it
 *   the duty ends, and there is none: nobody waits. The duty's holder frees the record, and touches neither the asker's
 *       slot nor its system, both of which may have gone
 *
 * Both at once: patience ends after the duty's look. Then the record is pushed, and whoever takes it finds that nobody
 * waits. So it is freed exactly once, and no answer needs more than a push. A duty that is kept outside its system must not
 * end while that is being freed.
 */
#ifndef DUTY_H
#define DUTY_H

#include "patience.h"
#include "world.h"

struct gather;
struct timer;

/* The payload of one of the runtime's own messages; the continuation's state lies behind it. */
struct request {
	_Alignas(16) odeon_system *system;      /* these three stay as they are while the duty is somewhere; both halves read */
	odeon_ref asker;
	int64_t until;
	odeon_ref from;                         /* the duty's holder, before the push: who answered, and what, or why not */
	struct message *answer;
	int error;
	uint32_t patience;                      /* between both: patience.h */
	const odeon_continuation *continuation; /* NULL: one of a gather; does not change */
	/* the asker's, from here on */
	struct request *next, *before;          /* of the actor's: annex.h */
	struct gather *gather;                  /* its own, or the one that it is one of; NULL: none */
	struct timer *timer;                    /* NULL: none pending */
	odeon_ref to;                           /* whom it asked, with what, where */
	const odeon_type *type;
	const odeon_site *site;
	uint32_t index;                         /* in the gather */
	bool is_used;                           /* given to a request or a gather */
	bool is_out;                            /* the duty's half has it, or the asker's mailbox */
	bool is_told;                           /* the log has said that nobody will answer it */
};

static inline struct request *request_of(uint64_t sender)
{
	return (struct request *)(uintptr_t)(sender & ~(uint64_t)SENDER_TAGS);
}

static inline uint64_t request_sender(struct request *request) { return (uintptr_t)request | SENDER_REQUEST; }

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

/* The answer is the caller's, signed, and taken: the asker has it or will, or it is a dead letter. 0 or ODEON_EGONE: nobody
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
