/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * requester.h - what request.c, refusal.c and deadline.c share: actors that ask, with a continuation that notes what it got
 */
#ifndef TESTS_REQUESTER_H
#define TESTS_REQUESTER_H

#include "../harness/kit.h"

static struct world world;
static struct journal journal;                         /* what the continuations got: the number, or the error */

static inline void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static inline void teardown(void) { world_close(&world); }

typedef void hook(odeon_self *self, struct catcher *catcher, struct parcel *parcel);

/* ---- askers ---------------------------------------------------------------------------------------------------------------- */

struct tale { int base; void *owned; };                /* what a continuation has by itself */

ODEON_ANSWER(catcher, tale, parcel)
{
	must((parcel != NULL) == (error == 0));
	journal_note(&journal, tale->base + (parcel ? parcel->number : error));
	odeon_free(tale->owned);
}

struct plan { odeon_ref to; int number, base, error; odeon_time until; odeon_ref asker; };

static inline void ask_by_plan(odeon_self *self, void *argument)
{
	struct plan *plan = argument;

	plan->error = odeon_request(self, plan->to, plan->number == -1 ? NULL : parcel_new(plan->number), plan->until,
	                            ODEON_THEN(self, catcher, tale, parcel, .base = plan->base));
}

static inline odeon_ref asker(void)
{
	return world_catcher(&world, (struct catcher){ 0 });
}

static inline odeon_ref answerer(hook *on_parcel)
{
	return world_catcher(&world, (struct catcher){ .on_parcel = on_parcel });
}

/* Asks with a parcel, from an actor that is there for that. */
static inline void ask_from(odeon_ref from, odeon_ref to, int number)
{
	struct plan plan = { .to = to, .number = number, .until = ODEON_NEVER, .error = 1 };

	world_do(&world, from, ask_by_plan, &plan);
	ck_assert_int_eq(plan.error, 0);
}

/* ... and what came of it. */
static inline int ask(odeon_ref to, int number)
{
	unsigned before = journal_count(&journal);

	ask_from(asker(), to, number);
	journal_wait(&journal, before + 1);
	return journal_at(&journal, before);
}

/* ---- those who are asked ---------------------------------------------------------------------------------------------------- */

static struct gate has_it = GATE;

static inline void answer_new(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_reply(self, parcel_new(parcel->number + 1)) == 0);
}

static inline void forward_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	must(odeon_forward(self, *(odeon_ref *)catcher->argument, parcel) == 0);
}

static inline void answer_the_kept(odeon_self *self, void *argument)
{
	struct parcel *kept = *(struct parcel **)argument;

	*(int *)((void **)argument)[1] = odeon_reply_to(self, kept, parcel_new(kept->number + 1));
	odeon_free(kept);
}

static void *outside;
static inline void keep_outside(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	outside = odeon_keep(self, parcel);
	gate_open(&has_it);
}

static inline void answer_and_tell(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	answer_new(self, catcher, parcel);
	gate_open(&has_it);
}

#endif
