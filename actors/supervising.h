/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervising - the state of a supervisor, and the parts that work on it
 *
 *   failures.c    how often children may fail, and how long to wait
 *   revival.c     starting children anew: one alone, or a range of them, which go down in reverse order and come up in order
 *   farewell.c    stopping them: one alone, or all of them, in reverse order
 *   supervisor.c  the actor: its start and stop, its messages, what users call
 *
 * Agreement. Every function here runs in a handler of the supervisor, or in its start. Each step asks a child for something
 * and returns; the news of that child takes the next step.
 */
#ifndef SUPERVISING_H
#define SUPERVISING_H

#include "children.h"

enum supervisor_mode {
	AT_REST,
	GOING_DOWN,                             /* those from `from` on are halted, the last first; `at` is next */
	GOING_UP,                               /* they are started, `at` next; it may be due later, by a tick */
	LEAVING                                 /* all are stopped, the last first; `at` is next */
};

struct supervisor {
	odeon_supervisor rule;
	struct children children;
	enum supervisor_mode mode;
	uint64_t from;                          /* an order */
	struct child *at;
	bool is_pausing, lacks_tick;            /* going up, and waiting; ... for `later` */
	bool fails;                             /* leaving, to fail then */
	odeon_duration pause;                   /* before going up */
	odeon_time *failures;                   /* the last ones, around: rule.restarts of them */
	size_t failures_count, failures_next;
	uint64_t random;
	void *later;                            /* sent to itself in place of a tick there is no memory for; NULL: under way */
	char text[ODEON_REASON_BYTES];          /* what it fails with */
};

struct supervisor_later { char unused; };      /* what is due and has no tick is to be seen to now */
struct supervisor_leave { char unused; };      /* stop all, and end */

ODEON_MESSAGE_DECLARE(supervisor_later);
ODEON_MESSAGE_DECLARE(supervisor_leave);

/* ---- failures.c */

int failures_open(odeon_self *self, struct supervisor *supervisor);    /* 0 or ODEON_ENOMEM */
bool failures_too_often(odeon_self *self, struct supervisor *supervisor);   /* counts one more */
odeon_duration failures_pause(odeon_self *self, struct supervisor *supervisor, struct child *child, odeon_duration least);
/* A tick comes; or *lacks_tick, and a supervisor_later does, since there was no memory for it. */
void failures_wait(odeon_self *self, struct supervisor *supervisor, odeon_duration pause, uint64_t key, bool *lacks_tick);

/* ---- revival.c */

int revival_start(odeon_self *self, struct supervisor *supervisor, struct child *child);   /* the first time, or anew */
void revival_one(odeon_self *self, struct supervisor *supervisor, struct child *child);    /* which is down, now */
void revival_failed(odeon_self *self, struct supervisor *supervisor, struct child *child, const char *text);
void revival_go_on(odeon_self *self, struct supervisor *supervisor);   /* going down or up */
void revival_halt(odeon_self *self, struct child *child);

/* ---- farewell.c */

void farewell_stop(odeon_self *self, struct child *child);
void farewell_kill(odeon_self *self, struct child *child);
void farewell_all(odeon_self *self, struct supervisor *supervisor);
void farewell_go_on(odeon_self *self, struct supervisor *supervisor);
void farewell_forget(odeon_self *self, struct supervisor *supervisor, struct child *child);   /* it has ended */

/* ---- supervisor.c */

bool supervisor_is(const odeon_kind *kind);     /* the kind of supervisors, or made from it */
void supervisor_answer(odeon_self *self, struct child *child, int error);   /* who asked for it; if anybody did */

#endif
