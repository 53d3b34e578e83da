/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask - the place where a plain thread waits for the answer to a message
 *
 * Agreement. Two parties share it, and the last to let go frees it: the asker, who waits, and the duty to answer,
 * which travels with the message (message.h: sender tagged SENDER_ASK, ROLE_OWED) and ends with exactly one of
 * ask_answer and ask_fail, by way of duty.h. It belongs to no system, so the duty may outlive the asker's patience, and the system.
 *
 * What the duty's holder wrote before is seen by the asker after ask_wait.
 */
#ifndef ASK_H
#define ASK_H

#include "message.h"
#include "parker.h"

struct ask {
	uint32_t parties;
	uint32_t state;                         /* ASK_WAITING, then one of the others, by compare-and-swap */
	int error;
	struct message *answer;
	struct parker parker;
};

enum { ASK_WAITING, ASK_SETTLING, ASK_SETTLED, ASK_ABANDONED };

/* With both parties. NULL: out of memory. */
struct ask *ask_open(void);
void ask_leave(struct ask *ask);

static inline struct ask *ask_of(uint64_t sender) { return (struct ask *)(uintptr_t)(sender & ~(uint64_t)SENDER_TAGS); }
static inline uint64_t ask_sender(struct ask *ask) { return (uintptr_t)ask | SENDER_ASK; }

/* The duty's holder, once: takes the answer. False: the asker has given up; the answer is still the caller's. */
bool ask_answer(uint64_t sender, struct message *answer);
bool ask_fail(uint64_t sender, int error);

/* The asker; once. It spins a little first, if it may, then sleeps. True: settled. False: abandoned, nothing will come any more. */
bool ask_wait(struct ask *ask, int64_t until, bool spins);
bool ask_is_settled(struct ask *ask);
bool ask_abandon(struct ask *ask);

#endif
