/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * logmap - ten series of the logistic map x' = r x (1 - x); a series has each term computed by another actor
 *
 * Measures requests between pairs of actors, and deferral: a master asks every series for 25,000 terms at once, and a
 * series that waits for one puts the others aside.
 *
 * Original: 25,000 terms (--count), 10 series and 10 computers, rates from 3.46 in steps of 0.0025. A series begins
 * with its number times 0.0025; so the first one begins with 0 and stays there.
 *
 * Verified: the last term of each series is, to the last bit, what the same computations give one after the other.
 *
 * Departs: the message that asks for a term travels back with it. What was put aside is taken from there in its
 * order, not sent to oneself again.
 */
#include "savina.h"

#define SERIES 10
#define RATE_FIRST 3.46
#define STEP 0.0025

struct begin { uint64_t terms; };
struct next { struct link link; };
struct compute { double term; };
struct get { struct link link; unsigned number; };
struct last { unsigned number; double term; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(next);
ODEON_MESSAGE(compute);
ODEON_MESSAGE(get);
ODEON_MESSAGE(last);

struct computer { double rate; };
struct series { odeon_ref computer; double term; int is_waiting; struct queue aside; struct get *asked; };
struct master { struct run *run; odeon_ref series[SERIES]; unsigned answers; };

static double next_term(double rate, double term)
{
	return rate * term * (1 - term);
}

ODEON_HANDLER(computer, compute)
{
	compute->term = next_term(computer->rate, compute->term);
	odeon_reply(self, compute);
}

/* ---- the series ------------------------------------------------------------------------------------------------ */

static void request_term(odeon_self *self, struct series *series)
{
	series->is_waiting = 1;
	odeon_send(self, series->computer, odeon_new(compute, .term = series->term));
}

static void answer_last(odeon_self *self, struct series *series, struct get *get)
{
	odeon_reply_to(self, get, odeon_new(last, .number = get->number, .term = series->term));
	odeon_free(get);
	odeon_exit(self);
}

ODEON_HANDLER(series, next)
{
	if (!series->is_waiting) {
		request_term(self, series);
		return;
	}
	next = odeon_keep(self, next);
	queue_put(&series->aside, &next->link);
}

ODEON_HANDLER(series, compute)
{
	struct next *next = queue_take(&series->aside);

	series->term = compute->term;
	series->is_waiting = 0;
	if (next != NULL) {
		odeon_free(next);
		request_term(self, series);
	} else if (series->asked != NULL) {
		answer_last(self, series, series->asked);
		series->asked = NULL;
	}
}

/* The master's last message: what is put aside comes before it. */
ODEON_HANDLER(series, get)
{
	get = odeon_keep(self, get);
	if (series->is_waiting)
		series->asked = get;
	else
		answer_last(self, series, get);
}

ODEON_STOP(series)
{
	queue_free(&series->aside);
	odeon_free(series->asked);
}

/* ---- the master ------------------------------------------------------------------------------------------------ */

ODEON_HANDLER(master, begin)
{
	for (uint64_t term = 0; term < begin->terms; term++)
		for (unsigned i = 0; i < SERIES; i++)
			odeon_send(self, master->series[i], odeon_new(next));
	for (unsigned i = 0; i < SERIES; i++)
		odeon_send(self, master->series[i], odeon_new(get, .number = i));
}

ODEON_HANDLER(master, last)
{
	double term = last->number * STEP;

	for (uint64_t i = 0; i < master->run->count; i++)
		term = next_term(RATE_FIRST + last->number * STEP, term);
	if (last->term != term)
		run_wrong(master->run, "series %u ended with %.17g, not with %.17g", last->number, last->term, term);
	if (++master->answers == SERIES)
		run_over(master->run, self);
}

ODEON_HANDLERS(computer_handlers, ODEON_ON(computer, compute));
ODEON_HANDLERS(series_handlers, ODEON_ON(series, next), ODEON_ON(series, compute), ODEON_ON(series, get));
ODEON_HANDLERS(master_handlers, ODEON_ON(master, begin), ODEON_ON(master, last));
ODEON_KIND(computer, computer_handlers);
ODEON_KIND(series, series_handlers, .stop = ODEON_STOPS(series));
ODEON_KIND(master, master_handlers);

static void run(struct run *run)
{
	struct master first = { .run = run };
	odeon_ref master, computer;

	for (unsigned i = 0; i < SERIES; i++) {
		run_spawn(run, &computer_kind, &(struct computer){ .rate = RATE_FIRST + i * STEP }, &computer);
		run_spawn(run, &series_kind, &(struct series){ .computer = computer, .term = i * STEP },
			&first.series[i]);
	}
	run_spawn(run, &master_kind, &first, &master);
	run_begin(run);
	odeon_post(run->system, master, odeon_new(begin, .terms = run->count));
	run_wait(run);
	run->amount = SERIES * run->count;
}

const struct bench savina_logmap = {
	.name = "savina-logmap", .summary = "ten series of the logistic map, each with an actor that computes",
	.amount = "terms", .counts = "terms of each series", .count = 25000, .is_extra = 1, .run = run,
	.figures = { { "ns_per_term", "ns/term", { 0, 0 }, 0, 0 } },
};
