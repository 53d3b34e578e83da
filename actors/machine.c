/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine - an interceptor that looks a message's handler up by state, and what follows once that has returned
 *
 * Whatever runs users' code counts as nested in what called it. What was asked for meanwhile is done by the outermost alone.
 */
#include <odeon.h>
#include <odeon/actors/machine.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Its value stands behind it. */
struct odeon_machine_event { struct odeon_machine_event *after; const odeon_type *type; };
ODEON_MESSAGE(odeon_machine_event);
_Static_assert(sizeof(struct odeon_machine_event) % _Alignof(max_align_t) == 0, "what stands behind it may be anything");

static void *actor_of(odeon_machine *machine) { return (char *)machine - machine->table->offset; }

static const odeon_machine_state *here(const odeon_machine *machine) { return &machine->table->states[machine->state]; }

static bool is_open(const odeon_machine *machine)
{
	return machine->table != NULL && !machine->is_over && machine->error == 0;
}

static const odeon_handler *find(const odeon_handler *handlers, const odeon_type *type)
{
	for (; handlers != NULL && handlers->type != NULL; handlers++)
		if (handlers->type == type)
			return handlers;
	return NULL;
}

/* ---- what is wrong ----------------------------------------------------------------------------------------------- */

static void forget(odeon_machine *machine)
{
	struct odeon_machine_event *event;

	machine->asked_count = 0;
	while ((event = machine->first) != NULL) {
		machine->first = event->after;
		odeon_free(event);
	}
	machine->last = NULL;
}

__attribute__((format(printf, 4, 5)))
static int fail(odeon_self *self, odeon_machine *machine, int error, const char *format, ...)
{
	char what[ODEON_REASON_BYTES], text[2 * ODEON_REASON_BYTES];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	(void)snprintf(text, sizeof text, "machine %s, state %s: %s", machine->table->name, here(machine)->name, what);
	forget(machine);
	machine->error = error;
	odeon_fail(self, error, text);
	return error;
}

/* ---- one thing after another ------------------------------------------------------------------------------------- */

static void call(odeon_self *self, odeon_machine *machine, void (*hook)(odeon_self *self, void *actor))
{
	if (hook == NULL)
		return;
	machine->nesting++;
	hook(self, actor_of(machine));
	machine->nesting--;
}

static int arm(odeon_self *self, odeon_machine *machine, odeon_duration after)
{
	odeon_time due = odeon_deadline(self, after);
	int error = after > 0 ? odeon_tick_after(self, after, ODEON_MACHINE_KEY) : 0;

	if (error != 0)
		return error;
	if (after == 0)
		(void)odeon_tick_cancel(self, ODEON_MACHINE_KEY);
	machine->is_armed = after > 0;
	machine->due = due;
	return 0;
}

static void enter(odeon_self *self, odeon_machine *machine, uint8_t to)
{
	machine->state = to;
	if (arm(self, machine, here(machine)->timeout) != 0)
		(void)fail(self, machine, ODEON_ENOMEM, "no memory for its timeout");
	else
		call(self, machine, here(machine)->enter);
}

static void remember(odeon_self *self, odeon_machine *machine, uint8_t to)
{
	machine->past[machine->transitions++ % ODEON_MACHINE_PAST_MOST] =
		(struct odeon_machine_past){ odeon_now(self), machine->by, machine->state, to };
}

static void transit(odeon_self *self, odeon_machine *machine)
{
	uint8_t to = machine->asked[0];
	uint64_t ways = here(machine)->ways;

	memmove(machine->asked, machine->asked + 1, --machine->asked_count);
	if (ways != 0 && (ways >> to & 1) == 0) {
		(void)fail(self, machine, ODEON_EINVAL, "no way from there to %s", machine->table->states[to].name);
		return;
	}
	call(self, machine, here(machine)->exit);
	if (machine->error != 0)
		return;
	remember(self, machine, to);
	enter(self, machine, to);
	(void)odeon_unstash(self);
}

static void handle_event(odeon_self *self, odeon_machine *machine)
{
	struct odeon_machine_event *event = machine->first;
	const odeon_handler *handler = find(here(machine)->events, event->type);

	machine->first = event->after;
	if (machine->first == NULL)
		machine->last = NULL;
	machine->by = event->type;
	if (handler == NULL)
		(void)fail(self, machine, ODEON_ETYPE, "no handler for the event %s", event->type->name);
	else {
		machine->nesting++;
		handler->handle(self, actor_of(machine), event + 1);
		machine->nesting--;
	}
	odeon_free(event);
}

/* The outermost has returned: all that was asked for, transitions before events. */
static void settle(odeon_self *self, odeon_machine *machine)
{
	const odeon_type *before = machine->by;
	unsigned steps = 0;

	if (machine->nesting > 0)
		return;
	machine->nesting = 1;
	while (machine->asked_count > 0 || machine->first != NULL)
		if (steps++ == ODEON_MACHINE_STEPS_MOST)
			(void)fail(self, machine, ODEON_EFULL, "goes round without end");
		else if (machine->asked_count > 0)
			transit(self, machine);
		else
			handle_event(self, machine);
	machine->nesting = 0;
	machine->by = before;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

/* A copy that comes too early, which only faults in a simulation make, is not it. */
static void time_out(odeon_self *self, odeon_machine *machine)
{
	if (!machine->is_armed || odeon_now(self).ns < machine->due.ns)
		return;
	machine->is_armed = false;
	call(self, machine, here(machine)->timed_out);
}

static void bring(odeon_self *self, odeon_machine *machine, const odeon_type *type, void *message, odeon_rest *rest)
{
	const odeon_handler *handler = find(here(machine)->handlers, type);

	machine->nesting++;
	if (handler != NULL)
		handler->handle(self, actor_of(machine), message);
	else
		odeon_proceed(self, rest, message);
	machine->nesting--;
}

static void around(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest)
{
	odeon_machine *machine = data;
	const odeon_type *before = machine->by;

	if (!is_open(machine)) {
		odeon_proceed(self, rest, message);
		return;
	}
	machine->by = type;
	if (type == ODEON_TYPE(odeon_tick) && ((struct odeon_tick *)message)->key == ODEON_MACHINE_KEY)
		time_out(self, machine);
	else
		bring(self, machine, type, message, rest);
	settle(self, machine);
	machine->by = before;
}

void odeon_machine_lay_aside(odeon_self *self, void *actor, void *message)
{
	int why;

	(void)actor;
	message = odeon_stash(self, message, &why);
	if (message == NULL)
		return;
	(void)odeon_reply_error(self, why);
	(void)odeon_forward(self, ODEON_NOBODY, message);
}

/* ---- what users call --------------------------------------------------------------------------------------------- */

static bool is_of(const odeon_handler *handlers, const odeon_machine_table *table)
{
	for (; handlers != NULL && handlers->type != NULL; handlers++)
		if (handlers->state_bytes != table->actor_bytes || strcmp(handlers->state, table->name) != 0)
			return false;
	return true;
}

static bool is_sound(const odeon_machine_table *table)
{
	if (table->count == 0 || table->count > ODEON_MACHINE_STATES_MOST)
		return false;
	for (size_t i = 0; i < table->count; i++) {
		const odeon_machine_state *state = &table->states[i];

		if (state->name == NULL || state->timeout < 0 || (state->timeout > 0 && state->timed_out == NULL)
		    || !is_of(state->handlers, table) || !is_of(state->events, table))
			return false;
	}
	return true;
}

int odeon_machine_begin(odeon_self *self, odeon_machine *machine, const odeon_machine_table *table, unsigned first)
{
	int error;

	if (machine == NULL || table == NULL || machine->table != NULL)
		return ODEON_EINVAL;
	if (table->bytes != sizeof *table)
		return ODEON_EVERSION;
	if (!is_sound(table) || first >= table->count)
		return ODEON_EINVAL;
	machine->interceptor = (odeon_interceptor){ around, machine };
	error = odeon_intercept(self, &machine->interceptor);
	if (error != 0)
		return error;
	machine->table = table;
	machine->nesting = 1;
	enter(self, machine, (uint8_t)first);
	machine->nesting = 0;
	settle(self, machine);
	return machine->error;
}

int odeon_machine_go(odeon_self *self, odeon_machine *machine, unsigned to)
{
	if (!is_open(machine))
		return ODEON_ESTOPPING;
	if (to >= machine->table->count)
		return fail(self, machine, ODEON_EINVAL, "no way from there to a state of number %u", to);
	if (machine->asked_count == ODEON_MACHINE_ASKED_MOST)
		return fail(self, machine, ODEON_EFULL, "more transitions at a time than %d", ODEON_MACHINE_ASKED_MOST);
	machine->asked[machine->asked_count++] = (uint8_t)to;
	settle(self, machine);
	return 0;
}

int odeon_machine_raise_at(odeon_self *self, odeon_machine *machine, const odeon_type *type, const void *value)
{
	struct odeon_machine_event *event;

	if (!is_open(machine))
		return ODEON_ESTOPPING;
	if (type == NULL || value == NULL || type->drop != NULL)
		return ODEON_EINVAL;
	event = odeon_new_sized(odeon_machine_event, type->bytes, .type = type);
	if (event == NULL)
		return ODEON_ENOMEM;
	memcpy(event + 1, value, type->bytes);
	if (machine->last != NULL)
		machine->last->after = event;
	else
		machine->first = event;
	machine->last = event;
	settle(self, machine);
	return 0;
}

int odeon_machine_timeout(odeon_self *self, odeon_machine *machine, odeon_duration after)
{
	if (!is_open(machine))
		return ODEON_ESTOPPING;
	return after < 0 || here(machine)->timed_out == NULL ? ODEON_EINVAL : arm(self, machine, after);
}

unsigned odeon_machine_look(const odeon_machine *machine)
{
	return machine->state;
}

void odeon_machine_end(odeon_self *self, odeon_machine *machine)
{
	if (machine->table == NULL || machine->is_over)
		return;
	(void)arm(self, machine, 0);
	machine->is_over = true;
	forget(machine);
	call(self, machine, here(machine)->exit);
}

/* ---- what came before -------------------------------------------------------------------------------------------- */

struct text { char *to; size_t bytes, length; };

__attribute__((format(printf, 2, 3)))
static void put(struct text *text, const char *format, ...)
{
	size_t at = text->length < text->bytes ? text->length : text->bytes;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text->bytes > 0 ? text->to + at : NULL, text->bytes - at, format, arguments);
	va_end(arguments);
	text->length += length > 0 ? (size_t)length : 0;
}

int odeon_machine_print(const odeon_machine *machine, char *text, size_t bytes)
{
	struct text whole = { text, bytes, 0 };
	uint64_t oldest = machine->transitions > ODEON_MACHINE_PAST_MOST ? machine->transitions - ODEON_MACHINE_PAST_MOST : 0;

	if (machine->table == NULL) {
		put(&whole, "a machine that has not begun\n");
		return (int)whole.length;
	}
	put(&whole, "machine %s: %s%s, after %" PRIu64 " transitions\n", machine->table->name,
	    machine->is_over ? "ended in " : "", here(machine)->name, machine->transitions);
	for (uint64_t i = machine->transitions; i-- > oldest; ) {
		const struct odeon_machine_past *past = &machine->past[i % ODEON_MACHINE_PAST_MOST];

		put(&whole, "  %s -> %s at %" PRId64 " ns, by %s\n", machine->table->states[past->from].name,
		    machine->table->states[past->to].name, past->at.ns, past->by != NULL ? past->by->name : "a continuation");
	}
	return (int)whole.length;
}
