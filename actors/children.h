/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * children - the children of one supervisor: in the order of their starts, and found by ref and by name
 *
 * Agreement. All of it belongs to the supervisor. The tables grow when there is memory for that; without, finding takes
 * longer, and nothing else changes.
 */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <odeon.h>
#include <stdbool.h>

enum child_state {
	CHILD_ENDED,                            /* not yet started, or its end was told */
	CHILD_RUNS,
	CHILD_HALTED,                           /* its halt was told */
	CHILD_HALTING, CHILD_STOPPING, CHILD_KILLED   /* told to, and the news is still to come */
};

struct child {
	odeon_child is;                         /* its name and its argument lie behind the struct */
	odeon_ref who;                          /* of the last actor started for it; nobody: none, or its end was told */
	uint64_t order;                         /* greater than those of all before it */
	struct child *before, *after, *next_by_ref, *next_by_name;
	enum child_state state;
	bool is_over;                           /* ended for good: others are not started anew with it */
	bool is_due, lacks_tick;                /* to be started anew; ... after a pause, and there was no memory for a tick */
	bool is_leaving;                        /* forgotten when it has ended */
	unsigned doublings;                     /* of its pause */
	uint64_t restarts;
	odeon_time started;
	void *asked;                            /* who waits for it to be stopped or started anew: a kept request; or NULL */
	void *farewell;                         /* of a supervisor: the message that tells it to stop */
};

struct children {
	struct child *first, *last;
	struct child **by_ref, **by_name;       /* `rows` each, a power of 2 */
	size_t count, rows;
	uint64_t serial;
};

/* A copy, in no list. NULL: no memory, or *why is ODEON_EINVAL or ODEON_EVERSION. */
struct child *child_make(const odeon_child *model, int *why);
void child_free(struct child *child);           /* NULL is fine; who asked hears that he was not answered */
bool child_is_up(const struct child *child);    /* it has an actor that was started and whose end or halt was not told */

int children_open(struct children *children);   /* 0 or ODEON_ENOMEM */
void children_close(struct children *children);
void children_add(struct children *children, struct child *child);     /* last of all */
void children_remove(struct children *children, struct child *child);  /* and frees it */
void children_rename(struct children *children, struct child *child, odeon_ref who);
struct child *children_find(const struct children *children, odeon_ref who);
struct child *children_named(const struct children *children, const char *name);

#endif
