/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervised.h - what restart.c and restart_*.c share: a child that fails with unlucky parcels, its supervisor, and what they
 * are made to do
 */
#ifndef TESTS_SUPERVISED_H
#define TESTS_SUPERVISED_H

#include "../harness/kit.h"
#include <odeon/select.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Numbers of parcels that are more than noted. */
enum { UNLUCKY = 13, SELECTS = 100, SELECTS_FIRST, TAKES = 200, FORWARDS = 300 };

static struct world world;
static struct journal journal;                          /* what was handled, by number */
static struct downs downs;
static odeon_ref chief, other;

/* What the lives of a child share, and what is to happen in them. */
static struct plan {
	atomic_int starts, stops, to_fail;              /* to_fail: so many starts fail */
	atomic_int fails;                               /* handling UNLUCKY fails so often */
	atomic_int code;                                /* the last reason that stop got */
	atomic_int released;
	errand_run *on_start, *on_stop;
	void *argument;
	atomic_ulong thread;
	const char *what;
} plan;

/* ---- a child ----------------------------------------------------------------------------------------------------- */

struct child { int life, handled; struct parcel *kept; };

struct given { int number; };
ODEON_START(child, given)
{
	must(child->life == 0 && child->handled == 0 && child->kept == NULL);  /* fresh */
	child->life = atomic_fetch_add(&plan.starts, 1) + 1;
	if (given)
		child->handled = given->number;
	if (plan.on_start)
		plan.on_start(self, plan.argument);
	if (atomic_load(&plan.to_fail) > 0) {
		atomic_fetch_sub(&plan.to_fail, 1);
		return 77;
	}
	return 0;
}

ODEON_STOP(child)
{
	if (plan.on_stop)
		plan.on_stop(self, plan.argument);
	odeon_free(child->kept);
	atomic_store(&plan.code, reason->code);
	atomic_fetch_add(&plan.stops, 1);
}

static inline void fail_if_unlucky(odeon_self *self)
{
	if (atomic_load(&plan.fails) <= 0)
		return;
	atomic_fetch_sub(&plan.fails, 1);
	odeon_fail(self, 13, "unlucky");
}

ODEON_HANDLER(child, parcel)
{
	int number = parcel->number, before = atomic_load(&plan.fails);
	odeon_case one = ODEON_CASE_MAILBOX(self);

	atomic_store(&plan.thread, (unsigned long)pthread_self());
	if (number == SELECTS_FIRST)
		(void)odeon_select(&one, 1, before > 0 ? ODEON_NEVER : ODEON_AT_ONCE);
	if (number == UNLUCKY || number >= SELECTS)
		fail_if_unlucky(self);
	if (number == TAKES && child->kept == NULL)
		child->kept = odeon_keep(self, parcel);
	if (number == FORWARDS)
		(void)odeon_send(self, other, parcel);
	if (number == SELECTS)
		(void)odeon_select(&one, 1, ODEON_NEVER);
	if (before == atomic_load(&plan.fails))
		journal_note(&journal, number);
	child->handled++;
}

ODEON_HANDLER(child, note)
{
	must(odeon_reply(self, odeon_new(note, .number = child->life)) == 0);
}

ODEON_HANDLER(child, errand)
{
	struct gate *done = errand->done;

	errand->run(self, errand->argument);
	if (done)
		gate_open(done);
}

ODEON_HANDLER(child, odeon_down)
{
	journal_note(&journal, JOURNAL_DOWN);
}

ODEON_HANDLERS(child_handlers,
	ODEON_ON(child, parcel),
	ODEON_ON(child, note),
	ODEON_ON(child, errand),
	ODEON_ON(child, odeon_down));
ODEON_KIND(child, child_handlers, .start = ODEON_STARTS(child), .stop = ODEON_STOPS(child));

/* ---- errands of the supervisor ----------------------------------------------------------------------------------- */

struct birth { const odeon_kind *kind; const odeon_supervision *supervision; odeon_ref who; int answer; };
struct at { odeon_ref who; const void *argument; int answer; };

static inline void supervise(odeon_self *self, void *argument)
{
	struct birth *birth = argument;

	birth->answer = odeon_spawn_supervised(self, birth->kind, NULL, birth->supervision, &birth->who);
}

static inline void restart(odeon_self *self, void *argument)
{
	struct at *at = argument;

	at->answer = odeon_restart(self, at->who, at->argument);
}

static inline void halt(odeon_self *self, void *argument)
{
	struct at *at = argument;

	at->answer = odeon_halt(self, at->who);
}

static inline void fail_now(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_fail(self, 99, "told to");
}

static inline void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

static inline odeon_ref spawn_kind(const odeon_kind *kind, const odeon_supervision *supervision)
{
	struct birth birth = { kind, supervision, ODEON_NOBODY, 1 };

	world_do(&world, chief, supervise, &birth);
	ck_assert_int_eq(birth.answer, 0);
	ck_assert(!odeon_ref_is_nobody(birth.who));
	return birth.who;
}

static inline odeon_ref spawn(enum odeon_failed failed)
{
	return spawn_kind(&child_kind, &(odeon_supervision)ODEON_SUPERVISION(.failed = failed));
}

static inline int restart_at(odeon_ref supervisor, odeon_ref who)
{
	struct at at = { who, NULL, 1 };

	world_do(&world, supervisor, restart, &at);
	return at.answer;
}

static inline int halt_at(odeon_ref supervisor, odeon_ref who)
{
	struct at at = { who, NULL, 1 };

	world_do(&world, supervisor, halt, &at);
	return at.answer;
}

static inline void expect_down(unsigned index, odeon_ref who, int code, bool is_halted)
{
	struct odeon_down down;

	gate_wait(&downs.told, index + 1);
	down = downs.downs[index];
	ck_assert(odeon_ref_equal(down.who, who));
	ck_assert_int_eq(down.code, code);
	ck_assert_int_eq(down.bond, ODEON_SUPERVISED);
	ck_assert_int_eq(down.is_halted, is_halted);
}

static inline void expect_no_more(unsigned count)
{
	world_do(&world, chief, nothing, NULL);
	ck_assert_uint_eq(gate_count(&downs.told), count);
}

/* It fails with a message that it makes itself sure to be the only one, and is halted. */
static inline void make_fail(odeon_ref who, unsigned index)
{
	atomic_store(&plan.fails, 1);
	world_posts(&world, who, UNLUCKY, 1);
	expect_down(index, who, 13, true);
}

static inline void setup_with(int workers)
{
	memset(&plan, 0, sizeof(plan));
	journal = (struct journal)JOURNAL;
	downs = (struct downs)DOWNS;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = workers));
	chief = world_catcher(&world, (struct catcher){ .downs = &downs });
	other = world_catcher(&world, (struct catcher){ .journal = &journal });
}

static inline void setup(void) { setup_with(2); }
static inline void teardown(void) { world_close(&world); }

#endif
