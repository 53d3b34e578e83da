/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 12-state-machine - a line that must be dialled before questions can be asked on it
 *
 *   idle      a question makes it dial
 *   dialling  the exchange is asked for a call, again after a second without one; everything else lies aside
 *   online    what lay aside comes again, in the order it came, and is asked; a hang-up goes back to idle
 *
 * Each state has a table of its own with what it handles, and says what to do when it is entered, left, or lasts too
 * long. Nobody waits, and no message is lost or overtaken: whenever the exchange answers, this prints the same.
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

enum { IDLE, DIALLING, ONLINE };
struct line { odeon_machine machine; odeon_ref exchange; int call, questions; };

/* ---- idle -------------------------------------------------------------------------------------------------------- */

/* It lies aside until the state changes: that is, at once. Refused only without memory. */
static void dial(odeon_self *self, struct line *line, void *message)
{
	odeon_machine_lay_aside(self, line, message);
	odeon_machine_go(self, &line->machine, DIALLING);
}

ODEON_HANDLER_IN(line, idle, question) { dial(self, line, question); }
ODEON_HANDLER_IN(line, idle, total) { dial(self, line, total); }

ODEON_HANDLERS(idle, ODEON_ON_IN(line, idle, question), ODEON_ON_IN(line, idle, total));

/* ---- dialling ---------------------------------------------------------------------------------------------------- */

ODEON_ENTER_IN(line, dialling)
{
	if (odeon_send(self, line->exchange, odeon_new(call)) < 0)
		odeon_fail(self, ODEON_EFAILED, "cannot dial");
}

ODEON_TIMEOUT_IN(line, dialling) { odeon_machine_go(self, &line->machine, DIALLING); }

ODEON_HANDLER_IN(line, dialling, call)
{
	line->call = call->number;
	odeon_machine_go(self, &line->machine, ONLINE);
}

ODEON_HANDLERS(dialling, ODEON_ON_IN(line, dialling, call),
	ODEON_ON_ASIDE(line, question), ODEON_ON_ASIDE(line, total), ODEON_ON_ASIDE(line, hang_up));

/* ---- online ------------------------------------------------------------------------------------------------------ */

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

ODEON_HANDLER_IN(line, online, hang_up) { odeon_machine_go(self, &line->machine, IDLE); }

ODEON_EXIT_IN(line, online) { printf("call %d is over\n", line->call); }

ODEON_HANDLERS(online,
	ODEON_ON_IN(line, online, question), ODEON_ON_IN(line, online, total), ODEON_ON_IN(line, online, hang_up));

/* ---- the line ---------------------------------------------------------------------------------------------------- */

static const odeon_machine_state states[] = {
	[IDLE] = { .name = "idle", .handlers = idle },
	[DIALLING] = { .name = "dialling", .handlers = dialling, .enter = ODEON_ENTERS(line, dialling),
	               .timeout = ODEON_SECONDS(1), .timed_out = ODEON_TIMES_OUT(line, dialling) },
	[ONLINE] = { .name = "online", .handlers = online, .exit = ODEON_EXITS(line, online) },
};
ODEON_MACHINE(line, machine, states);

struct book { odeon_ref exchange; };

ODEON_START(line, book)
{
	line->exchange = book->exchange;
	return odeon_machine_begin(self, &line->machine, &line_machine, IDLE);
}

/* Whatever the state is, when that does not say anything else. */
ODEON_HANDLER(line, hang_up) { }                       /* there is no call */
ODEON_HANDLER(line, call) { }                          /* dialled twice, and both were answered */

ODEON_HANDLERS(always, ODEON_ON(line, hang_up), ODEON_ON(line, call));
ODEON_KIND(line, always, .start = ODEON_STARTS(line));

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
	struct book book;
	odeon_ref line;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return 1;
	error = odeon_system_spawn(system, &exchange_kind, NULL, &book.exchange);
	if (error == 0)
		error = odeon_system_spawn(system, &line_kind, &book, &line);
	if (error == 0)
		error = talk(system, line);
	if (error < 0)
		fprintf(stderr, "12-state-machine: %s\n", odeon_error_text(error));
	odeon_system_free(system);
	return error < 0;
}
