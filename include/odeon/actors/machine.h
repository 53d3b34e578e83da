/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actors/machine.h - a finite state machine within an actor
 *
 *   enum { CLOSED, OPEN };
 *   struct door { odeon_machine machine; unsigned opened; };
 *
 *   ODEON_HANDLER_IN(door, closed, push) { odeon_machine_go(self, &door->machine, OPEN); }
 *   ODEON_HANDLERS(closed, ODEON_ON_IN(door, closed, push));
 *   ODEON_ENTER_IN(door, open) { door->opened++; }
 *   ODEON_TIMEOUT_IN(door, open) { odeon_machine_go(self, &door->machine, CLOSED); }
 *   ODEON_HANDLERS(open, ODEON_ON_ASIDE(door, push));
 *
 *   static const odeon_machine_state door_states[] = {
 *           [CLOSED] = { .name = "closed", .handlers = closed },
 *           [OPEN] = { .name = "open", .handlers = open, .enter = ODEON_ENTERS(door, open),
 *                      .timeout = ODEON_SECONDS(5), .timed_out = ODEON_TIMES_OUT(door, open) },
 *   };
 *   ODEON_MACHINE(door, machine, door_states);                         defines door_machine
 *
 *   ODEON_START(door, push) { return odeon_machine_begin(self, &door->machine, &door_machine, CLOSED); }
 *
 * Messages go to the state's table; what that lacks, to the kind's, as if there were no machine: so the kind's table
 * has what is taken in every state, and what that lacks goes to the kind's on_other, or is a dead letter with
 * ODEON_ETYPE. Continuations are no messages: they run whatever the state is.
 *
 * The machine does one thing at a time. A transition that is asked for in a handler, in an enter or in an exit runs
 * when that has returned; one that is asked for elsewhere, as in a continuation, before odeon_machine_go returns.
 * Several run in the order in which they were asked for. Each runs the exit of the state that is left, ends its
 * timeout, begins that of the other one, runs its enter, and has all that lies aside come again, before what waits in
 * the mailbox. Going to the state that it is in already does all that, too.
 *
 * Then come the events that were raised, in their order, each followed by the transitions that it brings: before any
 * further message, and while the message in hand is still there, to be answered for instance.
 *
 * What is wrong in the program fails the actor (odeon_fail; in start, odeon_machine_begin says it) with a text that
 * names the machine and the state: a transition that its state has no way for, an event that its state has no handler
 * for, or going round without end.
 *
 * Messages that come in a handler, by a select, are handled there and then by the state's table; the transitions that they
 * ask for run when the outermost handler has returned.
 *
 * A machine is a member of its actor's state; one to an actor. Ticks with the key ODEON_MACHINE_KEY are its own. An
 * interceptor that was put there before it gets only what no state takes.
 */
#ifndef ODEON_ACTORS_MACHINE_H
#define ODEON_ACTORS_MACHINE_H

#include <odeon/behaviour.h>
#include <odeon/request.h>
#include <odeon/timer.h>

#define ODEON_MACHINE_KEY 0x656e696863616d00u          /* of the tick that is the timeout */
#define ODEON_MACHINE_STATES_MOST 64
#define ODEON_MACHINE_ASKED_MOST 8                     /* transitions at a time */
#define ODEON_MACHINE_STEPS_MOST 10000                 /* transitions and events after one message */
#define ODEON_MACHINE_PAST_MOST 8                      /* transitions that are remembered */

/* One state. All but the name may be left out. In C++ without designated initialisers give all of them. */
typedef struct odeon_machine_state {
	const char *name;
	const odeon_handler *handlers;                 /* of messages: ODEON_ON_IN, ODEON_ON, ODEON_ON_ASIDE */
	const odeon_handler *events;                   /* of what was raised: ODEON_ON_EVENT_IN */
	void (*enter)(odeon_self *self, void *actor);  /* ODEON_ENTERS */
	void (*exit)(odeon_self *self, void *actor);   /* ODEON_EXITS */
	odeon_duration timeout;                        /* after its beginning; 0: none, unless odeon_machine_timeout sets one */
	void (*timed_out)(odeon_self *self, void *actor);      /* ODEON_TIMES_OUT; once, the state stays unless this leaves it */
	uint64_t ways;                                 /* bit n, 1ull << n: it may go to state n; 0: to any */
} odeon_machine_state;

/* Filled by ODEON_MACHINE. */
typedef struct odeon_machine_table {
	size_t bytes;
	const char *name;                              /* of the actor's state, like its size */
	size_t actor_bytes, offset;                    /* where in it the machine is */
	const odeon_machine_state *states;
	size_t count;
} odeon_machine_table;

struct odeon_machine_event;
struct odeon_machine_past { odeon_time at; const odeon_type *by; uint8_t from, to; };

/* All zero before odeon_machine_begin, and then the functions' own. */
typedef struct odeon_machine {
	odeon_interceptor interceptor;
	const odeon_machine_table *table;
	uint32_t nesting;                              /* handlers, enters and exits that run, one called in the other */
	int error;                                     /* what is wrong in the program */
	uint8_t state, is_over, is_armed;
	uint8_t asked_count, asked[ODEON_MACHINE_ASKED_MOST];  /* transitions still to run */
	odeon_time due;                                /* the timeout, and not before */
	const odeon_type *by;                          /* what is being handled */
	struct odeon_machine_event *first, *last;      /* raised and not handled */
	uint64_t transitions;
	struct odeon_machine_past past[ODEON_MACHINE_PAST_MOST];       /* a ring */
} odeon_machine;

/*
 * ODEON_ENTER_IN(S, state) {...}         gets (odeon_self *self, struct S *S); ODEON_ENTERS(S, state) names it in the table
 * ODEON_EXIT_IN(S, state) {...}          the same; ODEON_EXITS(S, state)
 * ODEON_TIMEOUT_IN(S, state) {...}       the same; ODEON_TIMES_OUT(S, state)
 * ODEON_EVENT_IN(S, state, T) {...}      gets (odeon_self *self, struct S *S, const struct T *T): a copy of what was
 *                                        raised, which is no message and goes when it returns
 * ODEON_ON_EVENT_IN(S, state, T)         names it in a table of events, made with ODEON_HANDLERS
 * ODEON_ON_ASIDE(S, T)                   in a table of messages: this one lies aside until the state changes
 * ODEON_MACHINE(S, machine, states)      defines S_machine for struct S with a member `machine`, from an array
 */
#define ODEON_MACHINE_HOOK_(S, state, hook) \
	static void S##_##state##_##hook(odeon_self *self, struct S *S); \
	static void ODEON_MACHINE_##hook##_##S##_##state(odeon_self *self, void *actor) \
	{ S##_##state##_##hook(self, (struct S *)actor); } \
	static void S##_##state##_##hook(ODEON_UNUSED_ odeon_self *self, ODEON_UNUSED_ struct S *S)
#define ODEON_ENTER_IN(S, state) ODEON_MACHINE_HOOK_(S, state, enter)
#define ODEON_EXIT_IN(S, state) ODEON_MACHINE_HOOK_(S, state, exit)
#define ODEON_TIMEOUT_IN(S, state) ODEON_MACHINE_HOOK_(S, state, timed_out)
#define ODEON_ENTERS(S, state) ODEON_MACHINE_enter_##S##_##state
#define ODEON_EXITS(S, state) ODEON_MACHINE_exit_##S##_##state
#define ODEON_TIMES_OUT(S, state) ODEON_MACHINE_timed_out_##S##_##state
#define ODEON_EVENT_IN(S, state, T) \
	static void S##_##state##_at_##T(odeon_self *self, struct S *S, const struct T *T); \
	static void ODEON_EVENT_##S##_##state##_##T(odeon_self *self, void *actor, void *value) \
	{ S##_##state##_at_##T(self, (struct S *)actor, (const struct T *)value); } \
	static void S##_##state##_at_##T(ODEON_UNUSED_ odeon_self *self, ODEON_UNUSED_ struct S *S, \
	                                 ODEON_UNUSED_ const struct T *T)
#define ODEON_ON_EVENT_IN(S, state, T) { ODEON_TYPE(T), #S, sizeof(struct S), ODEON_EVENT_##S##_##state##_##T }
#define ODEON_ON_ASIDE(S, T) { ODEON_TYPE(T), #S, sizeof(struct S), odeon_machine_lay_aside }
#define ODEON_MACHINE(S, machine, states) \
	static const odeon_machine_table S##_machine = { \
		sizeof(odeon_machine_table), #S, sizeof(struct S), offsetof(struct S, machine), \
		states, sizeof(states) / sizeof((states)[0]) }

ODEON_BEGIN_

/**
 * odeon_machine_begin - the running actor's messages go through a machine from the next one on
 * @machine: a member of its state, all zero
 * @table:   as ODEON_MACHINE defines it; must outlive the actor
 * @first:   the state to begin in; it is entered inside the call
 *
 * An actor that is started anew begins its machine anew.
 *
 * Returns:  0, or
 *   ODEON_EINVAL    a table that contradicts itself or is of another actor's state, no such state, a machine that has
 *                   begun, or in stop; or what that state's enter asked for is wrong
 *   ODEON_EVERSION  the table has an unknown size
 *   ODEON_ENOMEM    no memory
 *   ODEON_ETYPE     an event was raised that its state has no handler for
 *   ODEON_EFULL     it went round without end
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_machine_begin(odeon_self *self, odeon_machine *machine, const odeon_machine_table *table,
                                  unsigned first);

/**
 * odeon_machine_go - go to a state, when what the machine is doing has returned
 * @to: which state; the one that it is in then is left and entered anew
 *
 * Returns:  0: it will be done, or is; or
 *   ODEON_EINVAL    no such state, and the actor fails
 *   ODEON_EFULL     more are asked for than ODEON_MACHINE_ASKED_MOST, and the actor fails
 *   ODEON_ESTOPPING the machine has ended, has failed or has not begun
 * Context:  own handler, also in start; in an enter, an exit, an event and a continuation
 * Since:    0.1
 */
ODEON_API int odeon_machine_go(odeon_self *self, odeon_machine *machine, unsigned to);

/**
 * odeon_machine_raise - an event for the machine itself: odeon_machine_raise(self, machine, T, .x = 1)
 * @type:  of the event; one without a drop
 * @value: type->bytes bytes to copy
 *
 * It is handled before any further message, in the state that the machine is in when all transitions that were asked
 * for have run. In a continuation it is handled before the call returns.
 *
 * Returns:  0, or
 *   ODEON_ENOMEM    no memory
 *   ODEON_EINVAL    a NULL, or a type with a drop
 *   ODEON_ESTOPPING the machine has ended, has failed or has not begun
 * Context:  own handler, also in start; in an enter, an exit, an event and a continuation
 * Since:    0.1
 */
#define odeon_machine_raise(self, machine, ...) ODEON_MACHINE_RAISE_(self, machine, __VA_ARGS__, )
#define ODEON_MACHINE_RAISE_(self, machine, T, ...) \
	odeon_machine_raise_at(self, machine, ODEON_TYPE(T), ODEON_STATE_(T, __VA_ARGS__))
ODEON_API int odeon_machine_raise_at(odeon_self *self, odeon_machine *machine, const odeon_type *type,
                                     const void *value);

/**
 * odeon_machine_timeout - another timeout for the state that the machine is in, from now on
 * @after: nanoseconds; 0: none
 *
 * It ends when the state is left.
 *
 * Returns:  0, or with what was there before unchanged
 *   ODEON_ENOMEM    no memory
 *   ODEON_EINVAL    less than 0, or the state has no timed_out
 *   ODEON_ESTOPPING the machine has ended, has failed or has not begun
 * Context:  own handler, also in start; in an enter that state is the new one, in an exit the old one
 * Since:    0.1
 */
ODEON_API int odeon_machine_timeout(odeon_self *self, odeon_machine *machine, odeon_duration after);

/**
 * odeon_machine_look - which state a machine is in
 *
 * Returns:  its number; in an exit, the one that is left, and in an enter, the new one
 * Context:  own handler, also in start and stop
 * Since:    0.1
 */
ODEON_API unsigned odeon_machine_look(const odeon_machine *machine);

/**
 * odeon_machine_print - the state and the last transitions as text, the latest first, each with the type it was caused by
 * @text: where to; may be NULL when @bytes is 0
 *
 * Returns:  the length of the whole text, as snprintf does
 * Context:  own handler, also in start and stop
 * Since:    0.1
 */
ODEON_API int odeon_machine_print(const odeon_machine *machine, char *text, size_t bytes);

/**
 * odeon_machine_end - leave the state for none: its exit runs
 * @machine: one that has ended, or not begun, stays so
 *
 * For ODEON_STOP, where exits release what enters have taken; nobody else runs the last one. From then on messages go
 * to the kind's table.
 *
 * Context:  own handler, also in stop
 * Since:    0.1
 */
ODEON_API void odeon_machine_end(odeon_self *self, odeon_machine *machine);

/**
 * odeon_machine_lay_aside - what ODEON_ON_ASIDE has in the table
 * @actor:   not looked at
 * @message: taken; must be in hand
 *
 * When it cannot lie aside (odeon_stash), whoever asked is answered with the error, and it is a dead letter.
 *
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API void odeon_machine_lay_aside(odeon_self *self, void *actor, void *message) ODEON_TAKES_(3);

ODEON_END_
#endif
