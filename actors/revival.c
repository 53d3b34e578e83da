/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * revival - starting children anew
 *
 * A child that failed is counted, and then it is due: at once, or after its pause. Alone, it is started with revival_one. Where
 * others are started anew with it, the supervisor goes down over all of them, the last first, and up again; whatever fails
 * meanwhile is among those that are started then. A start that fails counts as a failure of its child.
 */
#include "supervising.h"
#include <stdint.h>
#include <stdio.h>

#define PAUSE_LEAST ODEON_MS(1)                 /* after a start that failed: so that trying never fills a worker's time */

/* ---- one ----------------------------------------------------------------------------------------------------------------- */

static int spawn(odeon_self *self, struct supervisor *supervisor, struct child *child)
{
	odeon_supervision supervision = ODEON_SUPERVISION(
		.failed = child->is.failed,
		.halts_on_exit = child->is.keep == ODEON_PERMANENT,
	);
	odeon_ref who;
	int error = odeon_spawn_supervised(self, child->is.kind, child->is.argument, &supervision, &who);

	if (error == 0)
		children_rename(&supervisor->children, child, who);
	return error;
}

int revival_start(odeon_self *self, struct supervisor *supervisor, struct child *child)
{
	bool is_supervisor = supervisor_is(child->is.kind);
	int error;

	if (is_supervisor && child->farewell == NULL)
		child->farewell = odeon_new(supervisor_leave);
	if (is_supervisor && child->farewell == NULL)
		return ODEON_ENOMEM;
	error = child->state == CHILD_HALTED ? odeon_restart(self, child->who, child->is.argument)
	                                     : spawn(self, supervisor, child);
	if (error != 0)
		return error;
	child->state = CHILD_RUNS;
	child->restarts += child->is_due;
	child->is_due = child->is_over = false;
	child->started = odeon_now(self);
	return 0;
}

void revival_halt(odeon_self *self, struct child *child)
{
	if (child->is.keep == ODEON_TEMPORARY || child->is.is_fresh || odeon_halt(self, child->who) != 0)
		farewell_kill(self, child);
	else
		child->state = CHILD_HALTING;
}

/* ---- too often ------------------------------------------------------------------------------------------------------------ */

static int no_start(odeon_self *self, void *state, const void *argument)
{
	(void)self;
	(void)state;
	(void)argument;
	return ODEON_EFAILED;
}

static void no_receive(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	(void)self;
	(void)state;
	(void)type;
	(void)message;
}

/* A system that stops has all actors end: these are no failures. */
static bool is_stopping(odeon_self *self)
{
	static const odeon_kind nobody = {
		.bytes = sizeof nobody, .name = "nobody", .start = no_start, .receive = no_receive,
	};

	return odeon_spawn(self, &nobody, NULL, NULL) == ODEON_ESTOPPING;
}

/* True: its failure is counted, and it may be started anew. */
static bool is_allowed(odeon_self *self, struct supervisor *supervisor, const struct child *child, const char *text)
{
	if (!failures_too_often(self, supervisor))
		return true;
	if (is_stopping(self))
		return false;
	(void)snprintf(supervisor->text, sizeof supervisor->text, "%s failed too often: %s",
	               child->is.name != NULL ? child->is.name : child->is.kind->name, text);
	supervisor->fails = true;
	farewell_all(self, supervisor);
	return false;
}

/* ---- one alone ------------------------------------------------------------------------------------------------------------- */

static void fall(odeon_self *self, struct supervisor *supervisor, struct child *child);

static void later(odeon_self *self, struct supervisor *supervisor, struct child *child, odeon_duration least)
{
	odeon_duration pause = failures_pause(self, supervisor, child, least);

	if (pause > 0)
		failures_wait(self, supervisor, pause, (uintptr_t)child, &child->lacks_tick);
	else
		revival_one(self, supervisor, child);
}

void revival_one(odeon_self *self, struct supervisor *supervisor, struct child *child)
{
	int error;

	child->is_due = true;
	if (child->state == CHILD_HALTED && child->is.is_fresh)
		error = ODEON_EGONE;
	else
		error = revival_start(self, supervisor, child);
	if (error == ODEON_EGONE && child->state == CHILD_HALTED) {
		farewell_kill(self, child);     /* its end comes, and then it is started */
		return;
	}
	supervisor_answer(self, child, error);
	if (error == 0 || error == ODEON_ESTOPPING || !is_allowed(self, supervisor, child, odeon_error_text(error)))
		return;
	if (supervisor->rule.strategy == ODEON_ONE_FOR_ONE)
		later(self, supervisor, child, PAUSE_LEAST);
	else
		fall(self, supervisor, child);
}

/* ---- a range of them -------------------------------------------------------------------------------------------------------- */

static void go_up(odeon_self *self, struct supervisor *supervisor);

static void rise(odeon_self *self, struct supervisor *supervisor, odeon_duration pause)
{
	supervisor->mode = GOING_UP;
	supervisor->is_pausing = pause > 0;
	if (pause > 0)
		failures_wait(self, supervisor, pause, 0, &supervisor->lacks_tick);
	else
		go_up(self, supervisor);
}

static struct child *first_from(const struct supervisor *supervisor, uint64_t from)
{
	struct child *child = supervisor->children.first;

	while (child != NULL && child->order < from)
		child = child->after;
	return child;
}

static void go_down(odeon_self *self, struct supervisor *supervisor)
{
	struct child *child;

	while ((child = supervisor->at) != NULL && child->order >= supervisor->from) {
		if (child->state == CHILD_RUNS || (child->state == CHILD_HALTED && child->is.is_fresh))
			revival_halt(self, child);
		if (child_is_up(child))
			return;
		if (child->is.keep == ODEON_TEMPORARY)
			farewell_forget(self, supervisor, child);
		else {
			child->is_due = child->is_due || !child->is_over;
			supervisor->at = child->before;
		}
	}
	supervisor->at = first_from(supervisor, supervisor->from);
	rise(self, supervisor, supervisor->pause);
}

/* True: it runs, or needs not; else its news, or a tick, goes on. */
static bool raise(odeon_self *self, struct supervisor *supervisor, struct child *child)
{
	int error;

	if (!child->is_due || child->state == CHILD_RUNS)
		return true;
	if (child_is_up(child))
		return false;
	error = revival_start(self, supervisor, child);
	if (error == ODEON_EGONE && child->state == CHILD_HALTED) {
		farewell_kill(self, child);
		return false;
	}
	supervisor_answer(self, child, error);
	if (error == 0 || error == ODEON_ESTOPPING)
		return true;
	if (is_allowed(self, supervisor, child, odeon_error_text(error)))
		rise(self, supervisor, failures_pause(self, supervisor, child, PAUSE_LEAST));
	return false;
}

static void go_up(odeon_self *self, struct supervisor *supervisor)
{
	while (supervisor->at != NULL && raise(self, supervisor, supervisor->at))
		supervisor->at = supervisor->at->after;
	if (supervisor->at != NULL || supervisor->mode != GOING_UP)
		return;
	supervisor->mode = AT_REST;
	(void)odeon_unstash(self);
}

void revival_go_on(odeon_self *self, struct supervisor *supervisor)
{
	if (supervisor->mode == GOING_DOWN)
		go_down(self, supervisor);
	else if (supervisor->mode == GOING_UP && !supervisor->is_pausing)
		go_up(self, supervisor);
}

/* The range is wider when it was going down or up already: who is down stays so until all are. */
static void fall(odeon_self *self, struct supervisor *supervisor, struct child *child)
{
	uint64_t from = supervisor->rule.strategy == ODEON_ONE_FOR_ALL ? 0 : child->order;
	odeon_duration pause = failures_pause(self, supervisor, child, 0);

	if (supervisor->mode == GOING_UP && supervisor->at != NULL && supervisor->at->order < from)
		from = supervisor->at->order;
	if (supervisor->mode == GOING_DOWN && supervisor->from < from)
		from = supervisor->from;
	if (supervisor->mode != GOING_DOWN || pause > supervisor->pause)
		supervisor->pause = pause;
	supervisor->from = from;
	supervisor->mode = GOING_DOWN;
	supervisor->at = supervisor->children.last;
	supervisor->lacks_tick = false;
	(void)odeon_tick_cancel(self, 0);
	go_down(self, supervisor);
}

void revival_failed(odeon_self *self, struct supervisor *supervisor, struct child *child, const char *text)
{
	child->is_due = true;
	if (supervisor->mode == GOING_DOWN && child->order >= supervisor->from)
		go_down(self, supervisor);      /* it goes down with the others */
	else if (!is_allowed(self, supervisor, child, text))
		return;
	else if (supervisor->rule.strategy == ODEON_ONE_FOR_ONE)
		later(self, supervisor, child, 0);
	else
		fall(self, supervisor, child);
}
