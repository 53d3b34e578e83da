/* SPDX-License-Identifier: BSD-2-Clause */
/* supervisor - the actor that supervises: its start, its messages, and the functions that make them */
#include "supervising.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

ODEON_MESSAGE_DEFINE(odeon_child_is);
ODEON_MESSAGE_DEFINE(supervisor_later);
ODEON_MESSAGE_DEFINE(supervisor_leave);

struct child_add { struct child *child; int why; };     /* no child: why */
ODEON_MESSAGE_DROP(child_add) { child_free(child_add->child); }

struct child_stop { size_t bytes; };            /* of the name, which lies behind the struct */
struct child_restart { size_t bytes; };
struct child_find { size_t bytes; };
ODEON_MESSAGE(child_stop);
ODEON_MESSAGE(child_restart);
ODEON_MESSAGE(child_find);

/* ---- start and stop ------------------------------------------------------------------------------------------------------ */

static int check(const odeon_supervisor *rule)
{
	if (rule == NULL)
		return ODEON_EINVAL;
	if (rule->bytes != sizeof *rule)
		return ODEON_EVERSION;
	if ((unsigned)rule->strategy > ODEON_REST_FOR_ONE || rule->restarts < ODEON_RESTARTS_NONE || rule->within < 0
	    || rule->pause < 0 || rule->pause_most < 0 || rule->jitter > 100 || (rule->children == NULL && rule->count > 0))
		return ODEON_EINVAL;
	return 0;
}

static void take_rule(struct supervisor *supervisor, const odeon_supervisor *rule)
{
	supervisor->rule = *rule;
	if (rule->restarts == 0)
		supervisor->rule.restarts = 3;
	if (rule->within == 0)
		supervisor->rule.within = ODEON_SECONDS(5);
	if (rule->pause_most == 0)
		supervisor->rule.pause_most = ODEON_SECONDS(30);
}

static int add(struct supervisor *supervisor, const odeon_child *model)
{
	int error;
	struct child *child = child_make(model, &error);

	if (child == NULL)
		return error;
	if (child->is.name != NULL && children_named(&supervisor->children, child->is.name) != NULL) {
		child_free(child);
		return ODEON_EINVAL;
	}
	children_add(&supervisor->children, child);
	return 0;
}

static int open(odeon_self *self, struct supervisor *supervisor)
{
	int error = odeon_bound(self, NULL);    /* whatever the system's options say: what it waits for comes here */

	if (error == 0)
		error = children_open(&supervisor->children);
	if (error == 0)
		error = failures_open(self, supervisor);
	supervisor->later = odeon_new(supervisor_later);
	return error != 0 ? error : supervisor->later != NULL ? 0 : ODEON_ENOMEM;
}

static void release(struct supervisor *supervisor)
{
	children_close(&supervisor->children);
	free(supervisor->failures);
	odeon_free(supervisor->later);
}

static int begin(odeon_self *self, struct supervisor *supervisor, const odeon_supervisor *rule)
{
	struct child *child;
	int error = open(self, supervisor);

	for (size_t i = 0; error == 0 && i < rule->count; i++)
		error = add(supervisor, &rule->children[i]);
	for (child = supervisor->children.first; error == 0 && child != NULL; child = child->after)
		error = revival_start(self, supervisor, child);
	return error;
}

ODEON_START(supervisor, odeon_supervisor)
{
	int error = check(odeon_supervisor);

	if (error != 0)
		return error;
	take_rule(supervisor, odeon_supervisor);
	error = begin(self, supervisor, odeon_supervisor);
	if (error != 0)
		release(supervisor);            /* and those that were started are killed, as whenever a supervisor ends */
	return error;
}

ODEON_STOP(supervisor) { release(supervisor); }

/* ---- news ------------------------------------------------------------------------------------------------------------------ */

static bool is_wanted(const struct child *child, int code)
{
	return child->is.keep == ODEON_PERMANENT || (child->is.keep == ODEON_TRANSIENT && code != 0);
}

/* It is not to be started anew. */
static void be_over(odeon_self *self, struct supervisor *supervisor, struct child *child)
{
	child->is_over = true;
	child->is_due = false;
	if (child->state == CHILD_HALTED)
		farewell_kill(self, child);
	else if (child->is.keep == ODEON_TEMPORARY || child->is.name == NULL || child->is_leaving)
		farewell_forget(self, supervisor, child);
	revival_go_on(self, supervisor);
}

/* It was halted, or has ended, since it was told to. */
static void obeyed(odeon_self *self, struct supervisor *supervisor, struct child *child, enum child_state was)
{
	if (child->is_leaving || child->is_over)
		be_over(self, supervisor, child);
	else if (child->state == CHILD_HALTED && was == CHILD_KILLED)
		child->state = CHILD_KILLED;    /* the news of its end comes yet */
	else if (supervisor->mode == AT_REST || child->order < supervisor->from)
		revival_one(self, supervisor, child);   /* not among those that go down and up */
	else
		revival_go_on(self, supervisor);
}

ODEON_HANDLER(supervisor, odeon_down)
{
	struct child *child = children_find(&supervisor->children, odeon_down->who);
	enum child_state was = child != NULL ? child->state : CHILD_ENDED;

	if (child == NULL)
		return;
	child->state = odeon_down->is_halted ? CHILD_HALTED : CHILD_ENDED;
	if (child->state == CHILD_ENDED)
		children_rename(&supervisor->children, child, ODEON_NOBODY);
	if (was == CHILD_STOPPING)
		(void)odeon_tick_cancel(self, (uintptr_t)child);
	if (supervisor->mode == LEAVING)
		farewell_go_on(self, supervisor);
	else if (was == CHILD_RUNS && is_wanted(child, odeon_down->code))
		revival_failed(self, supervisor, child, odeon_down->text);
	else if (was == CHILD_RUNS)
		be_over(self, supervisor, child);
	else if (was != CHILD_HALTED)
		obeyed(self, supervisor, child, was);
}

/* ---- time ------------------------------------------------------------------------------------------------------------------- */

static void be_due(odeon_self *self, struct supervisor *supervisor, struct child *child)
{
	child->lacks_tick = false;
	if (child->state == CHILD_STOPPING)
		farewell_kill(self, child);
	else if (supervisor->mode == AT_REST && child->is_due && !child_is_up(child))
		revival_one(self, supervisor, child);
}

static void rise(odeon_self *self, struct supervisor *supervisor)
{
	supervisor->lacks_tick = supervisor->is_pausing = false;
	revival_go_on(self, supervisor);
}

/* The key of a child's tick is its address: when the child goes, its tick does. */
ODEON_HANDLER(supervisor, odeon_tick)
{
	if (odeon_tick->key == 0)
		rise(self, supervisor);
	else
		be_due(self, supervisor, (struct child *)(uintptr_t)odeon_tick->key);
}

ODEON_HANDLER(supervisor, supervisor_later)
{
	struct child *child, *after;

	if (supervisor->later == NULL)          /* else it is of a former life */
		supervisor->later = odeon_keep(self, supervisor_later);
	if (supervisor->lacks_tick)
		rise(self, supervisor);
	for (child = supervisor->children.first; child != NULL && supervisor->mode == AT_REST; child = after) {
		after = child->after;
		if (child->lacks_tick)
			be_due(self, supervisor, child);
	}
}

ODEON_HANDLER(supervisor, supervisor_leave) { farewell_all(self, supervisor); }

/* ---- requests --------------------------------------------------------------------------------------------------------------- */

static struct odeon_child_is *describe(const struct child *child)
{
	return odeon_new(odeon_child_is, .who = child->who, .restarts = child->restarts, .is_up = child->state == CHILD_RUNS);
}

void supervisor_answer(odeon_self *self, struct child *child, int error)
{
	void *asked = child->asked;
	struct odeon_child_is *answer = asked != NULL && error == 0 ? describe(child) : NULL;

	child->asked = NULL;
	if (answer != NULL)
		(void)odeon_reply_to(self, asked, answer);
	else if (asked != NULL)
		(void)odeon_reply_error_to(self, asked, error != 0 ? error : ODEON_ENOMEM);
	odeon_free(asked);
}

/* What is to be done with a request about children: 0 now; an error says no; 1 later, and it lies aside. */
static int look(odeon_self *self, struct supervisor *supervisor, void *request)
{
	int why = 0;

	if (supervisor->mode == LEAVING)
		why = ODEON_ESTOPPING;
	else if (supervisor->mode != AT_REST && odeon_stash(self, request, &why) == NULL)
		return 1;
	if (why != 0)
		(void)odeon_reply_error(self, why);
	return why;
}

static int add_asked(odeon_self *self, struct supervisor *supervisor, struct child_add *child_add)
{
	struct child *child = child_add->child;
	int error;

	if (child == NULL)
		return child_add->why;
	if (child->is.name != NULL && children_named(&supervisor->children, child->is.name) != NULL)
		return ODEON_EBUSY;
	child_add->child = NULL;
	children_add(&supervisor->children, child);
	error = revival_start(self, supervisor, child);
	if (error != 0) {
		children_remove(&supervisor->children, child);
		return error;
	}
	child->asked = odeon_keep(self, child_add);
	supervisor_answer(self, child, 0);
	return 0;
}

ODEON_HANDLER(supervisor, child_add)
{
	int error = look(self, supervisor, child_add);

	if (error != 0)
		return;
	error = add_asked(self, supervisor, child_add);
	if (error != 0)
		(void)odeon_reply_error(self, error);
}

/* The child that a request is about, which then waits with it; NULL: it is seen to. */
static struct child *asked_for(odeon_self *self, struct supervisor *supervisor, void *request, const char *name)
{
	struct child *child;

	if (look(self, supervisor, request) != 0)
		return NULL;
	child = children_named(&supervisor->children, name);
	if (child == NULL || child->asked != NULL || child->is_leaving) {
		(void)odeon_reply_error(self, child == NULL ? ODEON_EGONE : ODEON_EBUSY);
		return NULL;
	}
	child->asked = odeon_keep(self, request);
	return child;
}

ODEON_HANDLER(supervisor, child_stop)
{
	struct child *child = asked_for(self, supervisor, child_stop, (const char *)(child_stop + 1));

	if (child == NULL)
		return;
	child->is_leaving = true;
	if (child->state == CHILD_ENDED)
		farewell_forget(self, supervisor, child);
	else if (child->state == CHILD_RUNS || child->state == CHILD_HALTED)
		farewell_stop(self, child);
}

ODEON_HANDLER(supervisor, child_restart)
{
	struct child *child = asked_for(self, supervisor, child_restart, (const char *)(child_restart + 1));

	if (child == NULL)
		return;
	child->is_due = true;
	child->lacks_tick = child->is_over = false;
	(void)odeon_tick_cancel(self, (uintptr_t)child);
	if (child->state == CHILD_RUNS)
		revival_halt(self, child);
	else if (!child_is_up(child))
		revival_one(self, supervisor, child);
}

ODEON_HANDLER(supervisor, child_find)
{
	struct child *child = children_named(&supervisor->children, (const char *)(child_find + 1));
	struct odeon_child_is *answer = child != NULL ? describe(child) : NULL;

	if (answer != NULL)
		(void)odeon_reply(self, answer);
	else
		(void)odeon_reply_error(self, child != NULL ? ODEON_ENOMEM : ODEON_EGONE);
}

/* ---- the kind ------------------------------------------------------------------------------------------------------------------ */

ODEON_HANDLERS(supervisor_handlers, ODEON_ON(supervisor, odeon_down), ODEON_ON(supervisor, odeon_tick),
	ODEON_ON(supervisor, supervisor_later), ODEON_ON(supervisor, supervisor_leave), ODEON_ON(supervisor, child_add),
	ODEON_ON(supervisor, child_stop), ODEON_ON(supervisor, child_restart), ODEON_ON(supervisor, child_find));

const odeon_kind odeon_supervisor_kind = ODEON_KIND_INIT(supervisor, supervisor_handlers,
	.start = ODEON_STARTS(supervisor), .stop = ODEON_STOPS(supervisor));

bool supervisor_is(const odeon_kind *kind) { return kind->handlers == supervisor_handlers; }

/* ---- what users call ------------------------------------------------------------------------------------------------------------ */

int odeon_supervise(odeon_system *system, const odeon_supervisor *supervisor, odeon_ref *who)
{
	return odeon_system_spawn(system, &odeon_supervisor_kind, supervisor, who);
}

int odeon_supervisor_stop(odeon_system *system, odeon_ref supervisor)
{
	return odeon_post(system, supervisor, odeon_new(supervisor_leave));
}

void *odeon_child_add_new(const odeon_child *child)
{
	int why;
	struct child *copy = child_make(child, &why);
	struct child_add *message = odeon_new(child_add, .child = copy, .why = why);

	if (message == NULL)
		child_free(copy);
	return message;
}

/* A message of a type that has only a name. */
static void *name_child(const odeon_type *type, const char *name)
{
	size_t bytes = name != NULL ? strlen(name) + 1 : 1;
	char *message = odeon_make(type, bytes, &bytes, ODEON_HERE);

	if (message != NULL)
		memcpy(message + sizeof bytes, name != NULL ? name : "", bytes);
	return message;
}

void *odeon_child_stop_new(const char *name) { return name_child(ODEON_TYPE(child_stop), name); }
void *odeon_child_restart_new(const char *name) { return name_child(ODEON_TYPE(child_restart), name); }
void *odeon_child_find_new(const char *name) { return name_child(ODEON_TYPE(child_find), name); }
