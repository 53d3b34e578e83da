/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 12-state-machine - a line that must be dialled before questions can be asked on it
 *
 *   idle      the first question lies aside, and the exchange is asked for a call
 *   dialling  everything lies aside but what the exchange says
 *   online    what lies aside is asked for again, in the order it came; a hang-up goes back to idle
 *
 * Each state has a table of its own with what it handles; odeon_become enters a state, odeon_unbecome leaves it. Nobody
 * waits, and no message is lost or overtaken: whenever the exchange answers, this prints the same.
 */
#include <odeon.h>
#include <stdio.h>

struct question { int number; };
ODEON_MESSAGE(question);
struct hang_up { char unused; };
ODEON_MESSAGE(hang_up);
struct call { int number; };                            /* to the exchange: "Give me a line"; from there: "Here it is" */
ODEON_MESSAGE(call);
struct total { int questions, calls; };                 /* asked for with zeroes, and answered */
ODEON_MESSAGE(total);

struct line { odeon_ref exchange; int call, questions; };

/* Until there is a line: the actor's mailbox is not bounded, so this is refused only without memory. */
static void lay_aside(odeon_self *self, void *message)
{
	int why;

	odeon_free(odeon_stash(self, message, &why));
	if (why < 0)
		odeon_fail(self, why, "cannot lay it aside");
}

/* ---- online: what a state is entered from stands below it -------------------------------------------------------- */

ODEON_HANDLER_IN(line, online, question)
{
	line->questions++;
	printf("question %d is asked in call %d\n", question->number, line->call);
}

ODEON_HANDLER_IN(line, online, total)
{
	total->questions = line->questions;
	total->calls = line->call;
	odeon_reply(self, total);
}

ODEON_HANDLER_IN(line, online, hang_up)
{
	printf("call %d is over\n", line->call);
	odeon_unbecome(self);                           /* dialling */
	odeon_unbecome(self);                           /* idle */
}

ODEON_HANDLERS(online,
	ODEON_ON_IN(line, online, question), ODEON_ON_IN(line, online, total), ODEON_ON_IN(line, online, hang_up));

/* ---- dialling ---------------------------------------------------------------------------------------------------- */

ODEON_HANDLER_IN(line, dialling, question) { lay_aside(self, question); }
ODEON_HANDLER_IN(line, dialling, total) { lay_aside(self, total); }     /* whoever asked waits a little longer */
ODEON_HANDLER_IN(line, dialling, hang_up) { lay_aside(self, hang_up); }

ODEON_HANDLER_IN(line, dialling, call)
{
	line->call = call->number;
	if (odeon_become(self, online) < 0)
		odeon_fail(self, ODEON_ENOMEM, "cannot go online");
	odeon_unstash(self);
}

ODEON_HANDLERS(dialling,
	ODEON_ON_IN(line, dialling, question), ODEON_ON_IN(line, dialling, total), ODEON_ON_IN(line, dialling, hang_up),
	ODEON_ON_IN(line, dialling, call));

/* ---- idle: the state that a line begins in ----------------------------------------------------------------------- */

static void dial(odeon_self *self, struct line *line, void *message)
{
	lay_aside(self, message);
	if (odeon_send(self, line->exchange, odeon_new(call)) < 0 || odeon_become(self, dialling) < 0)
		odeon_fail(self, ODEON_EFAILED, "cannot dial");
}

ODEON_HANDLER_IN(line, idle, question) { dial(self, line, question); }
ODEON_HANDLER_IN(line, idle, total) { dial(self, line, total); }
ODEON_HANDLER_IN(line, idle, hang_up) { }              /* there is no call; it is dropped */

ODEON_HANDLERS(idle,
	ODEON_ON_IN(line, idle, question), ODEON_ON_IN(line, idle, total), ODEON_ON_IN(line, idle, hang_up));
ODEON_KIND(line, idle);

/* ---- the exchange ------------------------------------------------------------------------------------------------ */

struct exchange { int calls; };

ODEON_HANDLER(exchange, call)
{
	call->number = ++exchange->calls;
	odeon_reply(self, call);
}

ODEON_HANDLERS(exchange_handlers, ODEON_ON(exchange, call));
ODEON_KIND(exchange, exchange_handlers);

/* ---- the main thread --------------------------------------------------------------------------------------------- */

static int talk(odeon_system *system, odeon_ref line)
{
	struct total *total;
	int why = 0;

	for (int number = 1; number <= 6 && why == 0; number++) {
		why = odeon_post(system, line, odeon_new(question, .number = number));
		if (number == 3 && why == 0)
			why = odeon_post(system, line, odeon_new(hang_up));
	}
	if (why < 0)
		return why;
	total = odeon_ask(total, system, line, odeon_new(total), odeon_system_deadline(system, ODEON_SECONDS(10)), &why);
	if (!total)
		return why;
	printf("%d questions in %d calls\n", total->questions, total->calls);
	odeon_free(total);
	return 0;
}

int main(void)
{
	odeon_system *system;
	struct line first = { .call = 0 };
	odeon_ref line;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return 1;
	error = odeon_system_spawn(system, &exchange_kind, NULL, &first.exchange);
	if (error == 0)
		error = odeon_system_spawn(system, &line_kind, &first, &line);
	if (error == 0)
		error = talk(system, line);
	if (error < 0)
		fprintf(stderr, "12-state-machine: %s\n", odeon_error_text(error));
	odeon_system_free(system);
	return error < 0;
}
