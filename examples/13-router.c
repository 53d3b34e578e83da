/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 13-router - a kitchen: orders spread over cooks, by table; one who burns something goes on; more cooks when many orders wait
 *
 * Each table has its cook, so its orders are cooked in order. The pool has two cooks, and up to eight when orders wait; none is
 * lost or overtaken when it changes. At the end the waiter asks all cooks together how much each has done.
 */
#include <odeon.h>
#include <stdio.h>

enum { TABLES = 100, COURSES = 20, ORDERS = TABLES * COURSES };

struct order { unsigned table, course; };
ODEON_MESSAGE(order);
struct done { unsigned table, course; };
ODEON_MESSAGE(done);
struct how_much { int unused; };                        /* asked of all at once: one payload, nobody's copy */
ODEON_MESSAGE(how_much);
struct so_much { unsigned burnt; };
ODEON_MESSAGE(so_much);

/* ---- cooks: the routees ---------------------------------------------------------------------------------------------------- */

struct cook { unsigned cooked; };

ODEON_HANDLER(cook, order)
{
	if (++cook->cooked % 50 == 13)
		odeon_fail(self, 1, "burnt");           /* the order comes again, to this cook started anew */
	else
		odeon_reply(self, odeon_new(done, .table = order->table, .course = order->course));
}

ODEON_HANDLER(cook, odeon_broadcast)
{
	if (odeon_frozen_look(how_much, odeon_broadcast->payload) != NULL)
		odeon_reply(self, odeon_new(so_much, .burnt = cook->cooked));
}

ODEON_ROUTEE(cook)                                      /* keeps the order of a table's courses when cooks come and go */
ODEON_HANDLERS(cook_handlers, ODEON_ON(cook, order), ODEON_ON(cook, odeon_broadcast), ODEON_ON_ROUTEE(cook));
ODEON_KIND(cook, cook_handlers);

static uint64_t table_of(void *data, const void *message)
{
	(void)data;
	return ((const struct order *)message)->table;
}

/* ---- the waiter -------------------------------------------------------------------------------------------------------------- */

struct begin { int unused; };
ODEON_MESSAGE(begin);

struct waiter { odeon_router *kitchen; unsigned served, in_order, courses[TABLES]; };

ODEON_HANDLER(waiter, begin)
{
	for (unsigned i = 0; i < ORDERS; i++)
		odeon_router_send(self, waiter->kitchen, odeon_new(order, .table = i % TABLES, .course = i / TABLES));
}

struct asked { int unused; };
ODEON_GATHERED(waiter, asked)
{
	size_t count = odeon_answers_count(answers), answered = 0;

	for (size_t i = 0; i < count; i++) {
		struct so_much *so_much = odeon_answer(so_much, answers, i, NULL);

		answered += so_much != NULL;
		odeon_free(so_much);
	}
	printf("%s of the cooks answered\n", answered == count && count >= 2 ? "all" : "some");
	odeon_system_quit(odeon_system_of(self));
}

ODEON_HANDLER(waiter, done)
{
	waiter->in_order += done->course == waiter->courses[done->table]++;
	if (++waiter->served < ORDERS)
		return;
	printf("%u orders served, %u in order\n", waiter->served, waiter->in_order);
	if (odeon_router_gather(self, waiter->kitchen, 0, odeon_deadline(self, ODEON_SECONDS(1)), odeon_new(how_much),
	                        ODEON_THEN_GATHERED(self, waiter, asked)) < 0)
		odeon_system_quit(odeon_system_of(self));
}

ODEON_HANDLERS(waiter_handlers, ODEON_ON(waiter, begin), ODEON_ON(waiter, done));
ODEON_KIND(waiter, waiter_handlers);

static int work(odeon_system *system)
{
	const odeon_pool pool = ODEON_POOL(.kind = &cook_kind, .failed = ODEON_FAILED_AGAIN, .routing = ODEON_ROUTE_BY_KEY,
		.key = table_of, .least = 2, .most = 8, .every = ODEON_US(100));
	struct waiter first = { 0 };
	odeon_ref waiter;
	int error = odeon_router_open(system, &pool, &first.kitchen);

	if (error < 0)
		return error;
	error = odeon_system_spawn(system, &waiter_kind, &first, &waiter);
	if (error == 0)
		error = odeon_post(system, waiter, odeon_new(begin));
	if (error == 0)
		error = odeon_system_wait(system, odeon_system_deadline(system, ODEON_SECONDS(20)));
	odeon_actor_kill(system, waiter);
	odeon_router_drop(first.kitchen);                       /* its cooks end when all is cooked */
	if (error == 0)
		error = odeon_system_stop(system, odeon_system_deadline(system, ODEON_SECONDS(5)), NULL);
	return error;
}

int main(void)
{
	odeon_system *system;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return 1;
	error = work(system);
	if (error < 0)
		fprintf(stderr, "13-router: %s\n", odeon_error_text(error));
	odeon_system_free(system);
	return error < 0;
}
