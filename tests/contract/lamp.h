/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lamp.h - the actor with a machine that the tests of odeon/actors/machine.h share, and what is around it
 *
 * What runs in it is written down, and does what a test has set for it.
 */
#ifndef LAMP_H
#define LAMP_H

#include "../harness/kit.h"
#include <odeon/testkit.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { OFF, DIM, ON, STATES };
enum { LINE_MOST = 2000 };

struct lamp { odeon_machine machine; };

/* What a hook does, beyond writing down that it ran. */
typedef void deed(odeon_self *self, struct lamp *lamp);

struct push { int number; deed *does; };               /* taken in every state but DIM, where it lies aside */
ODEON_MESSAGE(push);
struct shake { int number; deed *does; };              /* taken by the kind */
ODEON_MESSAGE(shake);
struct query { int unused; };                          /* taken by ON, with an answer; lies aside in DIM */
ODEON_MESSAGE(query);
struct spark { deed *does; int number; };              /* an event */
ODEON_MESSAGE(spark);

static odeon_system *sys;
static odeon_ref lamp, asker;
static char line[LINE_MOST];
static deed *on_enter[STATES], *on_exit_of[STATES], *on_timeout;
static unsigned first;
static int allowed;                                    /* so many allocations more; below 0: all */
static bool is_doubled;                                /* each tick comes twice */
static char failure[200];

__attribute__((format(printf, 1, 2)))
static void note_down(const char *format, ...)
{
	size_t at = strlen(line);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line + at, LINE_MOST - at, format, arguments);
	va_end(arguments);
}

static void run_deed(odeon_self *self, struct lamp *lamp, deed *does)
{
	if (does != NULL)
		does(self, lamp);
}

/* ---- the lamp ---------------------------------------------------------------------------------------------------- */

static void push_noted(odeon_self *self, struct lamp *lamp, struct push *push, char state)
{
	note_down("%c:push%d ", state, push->number);
	run_deed(self, lamp, push->does);
}

#define HOOKS(state, letter, number) \
	ODEON_ENTER_IN(lamp, state) { note_down("+" letter " "); run_deed(self, lamp, on_enter[number]); } \
	ODEON_EXIT_IN(lamp, state) { note_down("-" letter " "); run_deed(self, lamp, on_exit_of[number]); } \
	ODEON_TIMEOUT_IN(lamp, state) { note_down("late" letter " "); run_deed(self, lamp, on_timeout); }
HOOKS(off, "0", OFF)
HOOKS(dim, "1", DIM)
HOOKS(on, "2", ON)

ODEON_HANDLER_IN(lamp, off, push) { push_noted(self, lamp, push, '0'); }
ODEON_HANDLER_IN(lamp, on, push) { push_noted(self, lamp, push, '2'); }
ODEON_HANDLER_IN(lamp, on, query)
{
	note_down("query ");
	(void)odeon_reply(self, query);
}
ODEON_EVENT_IN(lamp, off, spark) { note_down("0:spark%d ", spark->number); run_deed(self, lamp, spark->does); }
ODEON_EVENT_IN(lamp, on, spark) { note_down("2:spark%d ", spark->number); run_deed(self, lamp, spark->does); }

ODEON_HANDLERS(off, ODEON_ON_IN(lamp, off, push));
ODEON_HANDLERS(dim, ODEON_ON_ASIDE(lamp, push), ODEON_ON_ASIDE(lamp, query));
ODEON_HANDLERS(on, ODEON_ON_IN(lamp, on, push), ODEON_ON_IN(lamp, on, query));
ODEON_HANDLERS(off_events, ODEON_ON_EVENT_IN(lamp, off, spark));
ODEON_HANDLERS(on_events, ODEON_ON_EVENT_IN(lamp, on, spark));

#define STATE(number, state_, ...) \
	[number] = { .name = #state_, .handlers = state_, .enter = ODEON_ENTERS(lamp, state_), .exit = ODEON_EXITS(lamp, state_), \
	             .timed_out = ODEON_TIMES_OUT(lamp, state_), __VA_ARGS__ }
static const odeon_machine_state lamp_states[] = {
	STATE(OFF, off, .events = off_events),
	STATE(DIM, dim, .timeout = ODEON_MS(10), .ways = 1u << DIM | 1u << ON),
	STATE(ON, on, .events = on_events),
};
ODEON_MACHINE(lamp, machine, lamp_states);

ODEON_HANDLER(lamp, shake)
{
	note_down("shake%d ", shake->number);
	run_deed(self, lamp, shake->does);
}

ODEON_START(lamp, push) { return odeon_machine_begin(self, &lamp->machine, &lamp_machine, first); }

ODEON_STOP(lamp)
{
	(void)snprintf(failure, sizeof failure, "%d %s", reason->code, reason->text);
	odeon_machine_end(self, &lamp->machine);
	odeon_machine_end(self, &lamp->machine);
	must(odeon_machine_go(self, &lamp->machine, ON) == ODEON_ESTOPPING);
	must(odeon_machine_raise(self, &lamp->machine, spark) == ODEON_ESTOPPING);
}

ODEON_HANDLERS(lamp_handlers, ODEON_ON(lamp, shake));
ODEON_KIND(lamp, lamp_handlers, .start = ODEON_STARTS(lamp), .stop = ODEON_STOPS(lamp));

/* ---- deeds ------------------------------------------------------------------------------------------------------- */

ODEON_UNUSED_ static void to_off(odeon_self *self, struct lamp *lamp) { must(odeon_machine_go(self, &lamp->machine, OFF) == 0); }
static void to_dim(odeon_self *self, struct lamp *lamp) { must(odeon_machine_go(self, &lamp->machine, DIM) == 0); }
static void to_on(odeon_self *self, struct lamp *lamp) { must(odeon_machine_go(self, &lamp->machine, ON) == 0); }
struct reply { int unused; };
ODEON_ANSWER(lamp, reply, query)
{
	note_down("answered%d ", error);
	if (error != 0)
		return;
	to_on(self, lamp);
	must(odeon_machine_look(&lamp->machine) == ON);
	must(odeon_machine_raise(self, &lamp->machine, spark, .number = 3) == 0);
	note_down("done ");
}

ODEON_UNUSED_ static void ask(odeon_self *self, struct lamp *lamp)
{
	(void)lamp;
	must(odeon_request(self, asker, odeon_new(query), ODEON_NEVER, ODEON_THEN(self, lamp, reply, query)) == 0);
}

/* ---- around it --------------------------------------------------------------------------------------------------- */

struct asker { int unused; };
ODEON_HANDLER(asker, query) { (void)odeon_reply(self, query); }
ODEON_HANDLERS(asker_handlers, ODEON_ON(asker, query));
ODEON_KIND(asker, asker_handlers);

static int refuse(void *data, size_t bytes, uint64_t chance)
{
	(void)data;
	(void)bytes;
	(void)chance;
	return allowed >= 0 && allowed-- == 0;
}

static enum odeon_fault double_ticks(void *data, odeon_ref to, const char *kind, const odeon_type *type, uint64_t chance,
                                     odeon_duration *delay)
{
	(void)data;
	(void)to;
	(void)kind;
	(void)chance;
	(void)delay;
	return is_doubled && type == ODEON_TYPE(odeon_tick) ? ODEON_FAULT_TWICE : ODEON_FAULT_NONE;
}

static void letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	note_down("letter(%s,%s) ", letter->type->name, odeon_error_name(letter->why));
}

static void failed(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
}

static void setup(void)
{
	static const odeon_faults faults = ODEON_FAULTS(.on_memory = refuse, .on_message = double_ticks);
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1, .faults = &faults },
	                                      .on_dead_letter = letter, .on_failure = failed);

	allowed = -1;
	is_doubled = false;
	line[0] = failure[0] = 0;
	first = OFF;
	memset(on_enter, 0, sizeof on_enter);
	memset(on_exit_of, 0, sizeof on_exit_of);
	on_timeout = NULL;
	must(odeon_system_start(&options, &sys) == 0);
	must(odeon_system_spawn(sys, &asker_kind, NULL, &asker) == 0);
}

static void teardown(void) { must(odeon_system_free(sys) == 0); }

static int spawn(void) { return odeon_system_spawn(sys, &lamp_kind, NULL, &lamp); }
static void pass(odeon_duration time) { must(odeon_system_pass(sys, time) == 0); }
static void push(int number, deed *does) { must(odeon_post(sys, lamp, odeon_new(push, number, does)) == 0); }
static void shake(int number, deed *does) { must(odeon_post(sys, lamp, odeon_new(shake, number, does)) == 0); }

/* All but what a timeout brings. */
#define expect(text) do { pass(ODEON_US(100)); ck_assert_str_eq(line, text); line[0] = 0; } while (0)
#define expect_end(text) do { expect(""); ck_assert_str_eq(failure, text); } while (0)

#endif
