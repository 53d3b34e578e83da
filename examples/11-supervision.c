/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 11-supervision - a worker that fails at random under a supervisor, with nothing lost
 *
 * The worker adds up numbers and tells the ledger each of them, one time in five it fails instead: with the number in hand, and
 * its sum gone. The supervisor starts it anew; it has the same ref and the same queue, and the number that it failed with
 * comes again (.failed), first of all. So the ledger hears of every number once, in order, and nobody who sent one noticed.
 * One that fails twice is a dead letter, as a message that always fails must not come for ever; here none does.
 */
#include <odeon.h>
#include <stdio.h>

enum { NUMBERS = 1000, LUCK = 5 };

struct number { int value, tries; };
ODEON_MESSAGE(number);
struct total { int numbers, sum, in_order; };           /* asked for with zeroes, and answered */
ODEON_MESSAGE(total);

/* ---- the ledger: what it knows must last, so it is another actor ---------------------------------------------------------- */

struct ledger { struct total total; int last; };

ODEON_HANDLER(ledger, number)
{
	ledger->total.in_order += number->value == ledger->last + 1;
	ledger->last = number->value;
	ledger->total.numbers++;
	ledger->total.sum += number->value;
}

ODEON_HANDLER(ledger, total)
{
	*total = ledger->total;
	odeon_reply(self, total);
}

ODEON_HANDLERS(ledger_handlers, ODEON_ON(ledger, number), ODEON_ON(ledger, total));
ODEON_KIND(ledger, ledger_handlers);

/* ---- the worker ------------------------------------------------------------------------------------------------------------- */

struct post { odeon_ref ledger; };                      /* what it is given at each start */
struct worker { odeon_ref ledger; unsigned luck; };

ODEON_START(worker, post)
{
	worker->ledger = post->ledger;
	worker->luck = (unsigned)odeon_now(self).ns | 1;
	return 0;
}

ODEON_HANDLER(worker, number)
{
	worker->luck = worker->luck * 1664525u + 1013904223u;
	if (number->value == 0)
		odeon_reply(self, number);              /* the end */
	else if (number->tries++ == 0 && (worker->luck >> 16) % LUCK == 0)
		odeon_fail(self, 1, "bad luck");        /* ends it when this returns; the message is still in hand */
	else
		odeon_send(self, worker->ledger, number);
}

ODEON_HANDLERS(worker_handlers, ODEON_ON(worker, number));
ODEON_KIND(worker, worker_handlers, .start = ODEON_STARTS(worker));

/* ---- the program ------------------------------------------------------------------------------------------------------------ */

static odeon_ref find(odeon_system *system, odeon_ref supervisor, const char *name)
{
	struct odeon_child_is *is = odeon_ask(odeon_child_is, system, supervisor, odeon_child_find_new(name), ODEON_NEVER, NULL);
	odeon_ref who = is != NULL ? is->who : ODEON_NOBODY;

	odeon_free(is);
	return who;
}

static void report(odeon_system *system, odeon_ref ledger, odeon_ref supervisor)
{
	struct odeon_child_is *is = odeon_ask(odeon_child_is, system, supervisor, odeon_child_find_new("worker"), ODEON_NEVER, NULL);
	struct total *total = odeon_ask(total, system, ledger, odeon_new(total), ODEON_NEVER, NULL);

	if (is != NULL && total != NULL) {
		printf("the worker was started anew %s\n", is->restarts > 50 ? "more than 50 times" : "suspiciously seldom");
		printf("%d numbers, %d of them in order, their sum is %d\n", total->numbers, total->in_order, total->sum);
	}
	odeon_free(is);
	odeon_free(total);
}

/* When the worker has come to the last number, the ledger has been sent them all. */
static void wait_for_all(odeon_system *system, odeon_ref worker)
{
	odeon_free(odeon_ask(number, system, worker, odeon_new(number, .value = 0), ODEON_NEVER, NULL));
}

static int play(odeon_system *system)
{
	struct post post = { ODEON_NOBODY };
	odeon_ref supervisor, worker;
	int error = odeon_system_spawn(system, &ledger_kind, NULL, &post.ledger);
	odeon_child children[] = { ODEON_CHILD(.name = "worker", .kind = &worker_kind, .argument = &post,
	                                       .argument_bytes = sizeof post, .failed = ODEON_FAILED_AGAIN) };
	odeon_supervisor rule = ODEON_SUPERVISOR(.children = children, .count = 1, .restarts = ODEON_RESTARTS_ANY);

	if (error == 0)
		error = odeon_supervise(system, &rule, &supervisor);
	if (error != 0)
		return error;
	worker = find(system, supervisor, "worker");
	for (int i = 1; i <= NUMBERS; i++)
		odeon_post(system, worker, odeon_new(number, .value = i));      /* one ref, for all its lives */
	wait_for_all(system, worker);
	report(system, post.ledger, supervisor);
	return odeon_supervisor_stop(system, supervisor);
}

int main(void)
{
	odeon_system *system;
	int error = odeon_system_start(NULL, &system);

	if (error == 0) {
		error = play(system);
		odeon_system_free(system);
	}
	if (error != 0)
		printf("%s\n", odeon_error_text(error));
	return error != 0;
}
