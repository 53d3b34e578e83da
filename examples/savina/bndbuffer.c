/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bndbuffer - producers and consumers with a bounded buffer between them, which an actor keeps
 *
 * Measures a manager that holds data back until a consumer is free, and producers until there is room; most of the
 * time is spent in the work of making and using an item: 2,500 logarithms each.
 *
 * Original: a buffer of 50, 40 producers of 1,000 items each (--count), 40 consumers, costs of 25 for both. As in the
 * original the manager asks for more while fewer than 50 - 40 items wait, for each producer may have one under way.
 *
 * Verified: each item is consumed once (how many, and the sum of their numbers); what the consumers have computed
 * adds up to what the same items give one after the other, but for rounding; the work for one gives a known value;
 * the buffer never held more than 50.
 *
 * Departs: consumers say at the end what they have, so that it can be checked. The manager keeps the items as the
 * messages that they came in, and sends them on as they are.
 */
#include <math.h>
#include "savina.h"

#define BUFFER 50
#define PRODUCERS 40
#define CONSUMERS 40                                   /* as many: they wait in queues of one size */
#define COST 25
#define DRAWS_A_COST 100
#define PROCESSED_ONCE -11482.3788244                  /* what the work adds to an item, found by another program */

struct produce { uint64_t number; };
struct item { struct link link; uint64_t number; double value; };
struct available { uint64_t items; };
struct finished { uint64_t items; };
struct report { uint64_t items, numbers; double value; };
ODEON_MESSAGE(produce);
ODEON_MESSAGE(item);
ODEON_MESSAGE(available);
ODEON_MESSAGE(finished);
ODEON_MESSAGE(report);

struct producer { odeon_ref manager; uint64_t made, items; double value; };
struct consumer { uint64_t items, numbers; double value; };
struct waiting { odeon_ref refs[PRODUCERS]; unsigned first, count; };
struct manager {
	struct run *run;
	struct queue buffer;
	size_t most;
	struct waiting producers, consumers;
	odeon_ref all[CONSUMERS];
	unsigned finished, reports;
	uint64_t items, numbers;
	double value;
};

/* The suite's work for one item. */
static double process(double value, unsigned cost)
{
	uint64_t random = cost;

	for (unsigned i = 0; i < cost * DRAWS_A_COST; i++)
		value += log(1.0 / (pseudo_next(&random) + 1) + 0.01);
	return value;
}

ODEON_HANDLER(producer, produce)
{
	if (producer->made == producer->items) {
		odeon_send(self, producer->manager, odeon_new(finished, .items = producer->made));
		odeon_exit(self);
		return;
	}
	producer->value = process(producer->value, COST);
	odeon_send(self, producer->manager, odeon_new(item, .number = producer->made++, .value = producer->value));
}

ODEON_HANDLER(consumer, item)
{
	consumer->value = process(consumer->value + item->value, COST);
	consumer->numbers += item->number;
	consumer->items++;
	odeon_reply(self, odeon_new(available, .items = consumer->items));
}

ODEON_HANDLER(consumer, report)
{
	odeon_reply(self, odeon_new(report, .items = consumer->items, .numbers = consumer->numbers,
		.value = consumer->value));
	odeon_exit(self);
}

ODEON_HANDLERS(consumer_handlers, ODEON_ON(consumer, item), ODEON_ON(consumer, report));
ODEON_KIND(consumer, consumer_handlers);

/* ---- the manager ----------------------------------------------------------------------------------------------- */

static void waiting_put(struct waiting *waiting, odeon_ref who)
{
	waiting->refs[(waiting->first + waiting->count++) % PRODUCERS] = who;
}

static odeon_ref waiting_take(struct waiting *waiting)
{
	odeon_ref who = waiting->refs[waiting->first];

	waiting->first = (waiting->first + 1) % PRODUCERS;
	waiting->count--;
	return who;
}

static void ask_producer(odeon_self *self, odeon_ref producer)
{
	odeon_send(self, producer, odeon_new(produce));
}

/* Makes its consumers, who all wait at first. */
ODEON_START(manager, run)
{
	int error = 0;

	manager->run = (struct run *)run;
	for (unsigned i = 0; i < CONSUMERS && error == 0; i++) {
		error = odeon_spawn(self, &consumer_kind, NULL, &manager->all[i]);
		waiting_put(&manager->consumers, manager->all[i]);
	}
	return error;
}

static void end_when_done(odeon_self *self, struct manager *manager)
{
	if (manager->finished < PRODUCERS || manager->consumers.count < CONSUMERS || manager->buffer.length > 0)
		return;
	for (unsigned i = 0; i < CONSUMERS; i++)
		odeon_send(self, manager->all[i], odeon_new(report));
}

ODEON_HANDLER(manager, item)
{
	odeon_ref producer = odeon_from(self);

	if (manager->consumers.count > 0) {
		odeon_send(self, waiting_take(&manager->consumers), item);
	} else {
		item = odeon_keep(self, item);
		queue_put(&manager->buffer, &item->link);
	}
	if (manager->buffer.length > manager->most)
		manager->most = manager->buffer.length;
	if (manager->buffer.length >= BUFFER - PRODUCERS)
		waiting_put(&manager->producers, producer);
	else
		ask_producer(self, producer);
}

ODEON_HANDLER(manager, available)
{
	struct item *item = queue_take(&manager->buffer);

	if (item == NULL) {
		waiting_put(&manager->consumers, odeon_from(self));
		end_when_done(self, manager);
		return;
	}
	odeon_reply(self, item);
	if (manager->producers.count > 0)
		ask_producer(self, waiting_take(&manager->producers));
}

ODEON_HANDLER(manager, finished)
{
	manager->finished++;
	end_when_done(self, manager);
}

/* What one actor would get for all items, in the order in which they are made. */
static double value_of_all(uint64_t items)
{
	double value = 0, sum = 0;

	for (uint64_t i = 0; i < items; i++) {
		value = process(value, COST);
		sum += value + process(0, COST);
	}
	return sum * PRODUCERS;
}

static void check(struct manager *manager)
{
	uint64_t items = manager->run->count;
	double value = value_of_all(items);

	if (manager->items != items * PRODUCERS || manager->numbers != items * (items - 1) / 2 * PRODUCERS)
		run_wrong(manager->run, "%llu items came, with numbers that add up to %llu",
			(unsigned long long)manager->items, (unsigned long long)manager->numbers);
	if (!(fabs(manager->value - value) <= 1e-9 * fabs(value)))
		run_wrong(manager->run, "the values add up to %.17g, not to %.17g", manager->value, value);
	if (!(fabs(process(0, COST) - PROCESSED_ONCE) <= 1e-6))
		run_wrong(manager->run, "the work for an item gives %.17g", process(0, COST));
	if (manager->most > BUFFER)
		run_wrong(manager->run, "the buffer held %zu", manager->most);
}

ODEON_HANDLER(manager, report)
{
	manager->items += report->items;
	manager->numbers += report->numbers;
	manager->value += report->value;
	if (++manager->reports < CONSUMERS)
		return;
	run_over(manager->run, self);
	check(manager);
}

ODEON_STOP(manager)
{
	queue_free(&manager->buffer);
}

ODEON_HANDLERS(producer_handlers, ODEON_ON(producer, produce));
ODEON_HANDLERS(manager_handlers, ODEON_ON(manager, item), ODEON_ON(manager, available), ODEON_ON(manager, finished),
	ODEON_ON(manager, report));
ODEON_KIND(producer, producer_handlers);
ODEON_KIND(manager, manager_handlers, .start = ODEON_STARTS(manager), .stop = ODEON_STOPS(manager));

static void run(struct run *run)
{
	odeon_ref manager, producers[PRODUCERS];

	run_spawn(run, &manager_kind, run, &manager);
	for (unsigned i = 0; i < PRODUCERS; i++)
		run_spawn(run, &producer_kind, &(struct producer){ .manager = manager, .items = run->count },
			&producers[i]);
	run_begin(run);
	for (unsigned i = 0; i < PRODUCERS; i++)
		odeon_post(run->system, producers[i], odeon_new(produce));
	run_wait(run);
	run->amount = run->count * PRODUCERS;
}

const struct bench savina_bndbuffer = {
	.name = "savina-bndbuffer", .summary = "40 producers, 40 consumers, an actor with a buffer of 50 between them",
	.amount = "items", .counts = "items from each producer", .count = 1000, .is_extra = 1, .run = run,
	.figures = { { "ns_per_item", "ns/item", { 0, 0 }, 0, 0 } },
};
