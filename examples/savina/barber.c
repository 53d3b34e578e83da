/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * barber - the sleeping barber: customers come to a waiting room of 1,000 seats, and again when it is full
 *
 * Measures actors of short lives, a bounded queue kept by an actor, and retries. A factory makes all customers in one
 * handler, with some labour in between; each cut is some labour of the barber.
 *
 * Original: 5,000 haircuts (--count), a room of 1,000, up to 1,010 steps of labour for a customer and for a haircut.
 *
 * Verified: each customer is cut once (one who is cut twice has ended, and the message is a dead letter, which fails
 * the run); who entered was seated or sent away, and who was sent away came back; the room is empty at the end and
 * never held more than its seats; the labour of both was done to the last step.
 *
 * Departs: the message with which a customer enters is kept in the room and goes on to the barber as it is. Attempts
 * are counted by the factory, not by an atomic counter. Labour: see savina.h.
 */
#include "savina.h"

#define SEATS 1000
#define LABOUR_MOST 1000
#define LABOUR_LEAST 10

struct begin { uint64_t customers; };
struct enter { struct link link; odeon_ref customer; };
struct full { int is_final; };
struct seated { size_t before; };
struct next { uint64_t cut; };
struct cutting { uint64_t cut; };
struct done { uint64_t cut; };
struct returned { int is_angry; };
struct closing { uint64_t attempts; struct labour labour; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(enter);
ODEON_MESSAGE(full);
ODEON_MESSAGE(seated);
ODEON_MESSAGE(next);
ODEON_MESSAGE(cutting);
ODEON_MESSAGE(done);
ODEON_MESSAGE(returned);
ODEON_MESSAGE(closing);

struct customer { odeon_ref factory; int is_cutting; };
struct factory { odeon_ref room; uint64_t random, attempts, done, haircuts; struct labour labour; };
struct room {
	odeon_ref barber;
	struct queue waiting;
	int barber_is_awake;
	struct run *run;
	uint64_t entered, seated, refused, most;
};
struct barber { struct run *run; uint64_t random, cuts; struct labour labour; };

/* ---- the customer ---------------------------------------------------------------------------------------------- */

ODEON_HANDLER(customer, full)
{
	odeon_send(self, customer->factory, odeon_new(returned));
}

ODEON_HANDLER(customer, seated)
{
	/* nothing to do but to wait */
}

ODEON_HANDLER(customer, cutting)
{
	customer->is_cutting = 1;
}

ODEON_HANDLER(customer, done)
{
	odeon_send(self, customer->factory, done);
	odeon_exit(self);
}

ODEON_HANDLERS(customer_handlers, ODEON_ON(customer, full), ODEON_ON(customer, seated), ODEON_ON(customer, cutting),
	ODEON_ON(customer, done));
ODEON_KIND(customer, customer_handlers);

/* ---- the factory of customers ---------------------------------------------------------------------------------- */

static void send_in(odeon_self *self, struct factory *factory, odeon_ref customer)
{
	factory->attempts++;
	odeon_send(self, factory->room, odeon_new(enter, .customer = customer));
}

ODEON_HANDLER(factory, begin)
{
	struct customer first = { .factory = odeon_self_ref(self) };

	for (uint64_t i = 0; i < begin->customers; i++) {
		odeon_ref customer;

		if (odeon_spawn(self, &customer_kind, &first, &customer) == 0)
			send_in(self, factory, customer);      /* one that is not made is missed at the end */
		labour_do(&factory->labour, pseudo_next(&factory->random) % LABOUR_MOST + LABOUR_LEAST);
	}
}

ODEON_HANDLER(factory, returned)
{
	send_in(self, factory, odeon_from(self));
}

ODEON_HANDLER(factory, done)
{
	if (++factory->done < factory->haircuts)
		return;
	odeon_send(self, factory->room, odeon_new(closing, .attempts = factory->attempts, .labour = factory->labour));
	odeon_exit(self);
}

/* ---- the waiting room ------------------------------------------------------------------------------------------ */

ODEON_HANDLER(room, enter)
{
	room->entered++;
	if (room->waiting.length == SEATS) {
		room->refused++;
		odeon_send(self, enter->customer, odeon_new(full));
		return;
	}
	if (room->barber_is_awake)
		odeon_send(self, enter->customer, odeon_new(seated, .before = room->waiting.length));
	else
		odeon_send(self, odeon_self_ref(self), odeon_new(next));
	room->barber_is_awake = 1;
	enter = odeon_keep(self, enter);
	queue_put(&room->waiting, &enter->link);
	room->seated++;
	if (room->waiting.length > room->most)
		room->most = room->waiting.length;
}

ODEON_HANDLER(room, next)
{
	struct enter *first = queue_take(&room->waiting);

	room->barber_is_awake = first != NULL;
	if (first != NULL)
		odeon_send(self, room->barber, first);
}

ODEON_HANDLER(room, closing)
{
	uint64_t haircuts = room->run->count;

	if (room->entered != closing->attempts || room->seated != haircuts ||
	    room->entered != haircuts + room->refused)
		run_wrong(room->run, "%llu attempts, %llu entered, %llu were seated",
			(unsigned long long)closing->attempts, (unsigned long long)room->entered,
			(unsigned long long)room->seated);
	if (room->waiting.length != 0 || room->most > SEATS)
		run_wrong(room->run, "%zu still wait, once %llu did", room->waiting.length,
			(unsigned long long)room->most);
	odeon_send(self, room->barber, closing);
	odeon_exit(self);
}

ODEON_STOP(room)
{
	queue_free(&room->waiting);
}

/* ---- the barber ------------------------------------------------------------------------------------------------ */

ODEON_HANDLER(barber, enter)
{
	odeon_send(self, enter->customer, odeon_new(cutting, .cut = barber->cuts));
	labour_do(&barber->labour, pseudo_next(&barber->random) % LABOUR_MOST + LABOUR_LEAST);
	odeon_send(self, enter->customer, odeon_new(done, .cut = barber->cuts++));
	odeon_reply(self, odeon_new(next, .cut = barber->cuts));
}

/* The barber and the factory draw the same numbers, so their labour is the same. */
ODEON_HANDLER(barber, closing)
{
	struct run *run = barber->run;
	uint64_t random = PSEUDO_SEED, draws = 0;

	for (uint64_t i = 0; i < run->count; i++)
		draws += pseudo_next(&random) % LABOUR_MOST + LABOUR_LEAST;
	if (barber->cuts != run->count)
		run_wrong(run, "%llu haircuts", (unsigned long long)barber->cuts);
	if (!labour_is_done(&barber->labour, 0, draws) || !labour_is_done(&closing->labour, 0, draws))
		run_wrong(run, "the labour was not done");
	run_over(run, self);
}

ODEON_HANDLERS(factory_handlers, ODEON_ON(factory, returned), ODEON_ON(factory, done), ODEON_ON(factory, begin));
ODEON_HANDLERS(room_handlers, ODEON_ON(room, enter), ODEON_ON(room, next), ODEON_ON(room, closing));
ODEON_HANDLERS(barber_handlers, ODEON_ON(barber, enter), ODEON_ON(barber, closing));
ODEON_KIND(factory, factory_handlers);
ODEON_KIND(room, room_handlers, .stop = ODEON_STOPS(room));
ODEON_KIND(barber, barber_handlers);

static void run(struct run *run)
{
	odeon_ref barber, room, factory;

	run_spawn(run, &barber_kind, &(struct barber){ .run = run, .random = PSEUDO_SEED }, &barber);
	run_spawn(run, &room_kind, &(struct room){ .run = run, .barber = barber }, &room);
	run_spawn(run, &factory_kind, &(struct factory){ .room = room, .random = PSEUDO_SEED, .haircuts = run->count },
		&factory);
	run_begin(run);
	odeon_post(run->system, factory, odeon_new(begin, .customers = run->count));
	run_wait(run);
	run->amount = run->count;
}

const struct bench savina_barber = {
	.name = "savina-barber", .summary = "a barber, a waiting room of 1,000 seats, customers who come again",
	.amount = "haircuts", .counts = "haircuts", .count = 5000, .is_extra = 1, .run = run,
	.figures = { { "ns_per_haircut", "ns/haircut", { 0, 0 }, 0, 0 } },
};
