/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 02-counter - an actor with a state, a start that may fail, and an end
 *
 * Nothing here is locked. Many threads may post to the counter, but at most one runs it at any instant, and what one
 * handler wrote the next one sees.
 */
#include <odeon.h>
#include <stdio.h>

struct add { int by; };
ODEON_MESSAGE(add);
struct get { char unused; };
ODEON_MESSAGE(get);
struct total { int value; };                            /* the answer to get */
ODEON_MESSAGE(total);

struct counter { int value; };                          /* the state: zeroed before start */
struct first { int value; };                            /* what start is given */

/* Runs inside odeon_system_spawn, before anybody can send to the new actor. What it returns the spawner gets. */
ODEON_START(counter, first)
{
	if (first->value < 0)
		return ODEON_EINVAL;                    /* then there is no actor, and stop does not run */
	counter->value = first->value;
	return 0;
}

ODEON_HANDLER(counter, add)
{
	counter->value += add->by;
}

ODEON_HANDLER(counter, get)
{
	odeon_reply(self, odeon_new(total, .value = counter->value));
}

/* Runs once, however the actor ends. */
ODEON_STOP(counter)
{
	printf("the counter ended at %d: %s\n", counter->value, reason->text);
}

ODEON_HANDLERS(counter_handlers, ODEON_ON(counter, add), ODEON_ON(counter, get));
ODEON_KIND(counter, counter_handlers, .start = ODEON_STARTS(counter), .stop = ODEON_STOPS(counter));

static int count(odeon_system *system, odeon_ref counter)
{
	struct total *total;
	int why;

	/* odeon_post takes its message always; had odeon_new no memory, it would answer ODEON_ENOMEM. */
	for (int i = 0; i < 20; i++)
		if ((why = odeon_post(system, counter, odeon_new(add, .by = 2))) < 0)
			return why;
	total = odeon_ask(total, system, counter, odeon_new(get), odeon_system_deadline(system, ODEON_SECONDS(5)), &why);
	if (!total)
		return why;
	printf("the counter says %d\n", total->value);  /* the get came after all the adds, so it sees them */
	odeon_free(total);
	return 0;
}

int main(void)
{
	odeon_system *system;
	odeon_ref counter;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return 1;
	error = odeon_system_spawn(system, &counter_kind, &(struct first){ .value = -1 }, &counter);
	printf("a counter that starts at -1: %s\n", odeon_error_text(error));

	error = odeon_system_spawn(system, &counter_kind, &(struct first){ .value = 2 }, &counter);
	if (error == 0)
		error = count(system, counter);
	if (error < 0)
		fprintf(stderr, "02-counter: %s\n", odeon_error_text(error));
	odeon_system_free(system);                      /* stops what still runs: the counter's stop is called */
	return error < 0;
}
