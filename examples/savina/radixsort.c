/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * radixsort - numbers go through a chain of sixty actors, one for each bit, and come out in order
 *
 * Measures a long pipeline: each number passes each actor. One that has the actor's bit waits there until all have
 * come.
 *
 * Original: 100,000 numbers (--count) below 2^60, seed 2,048; so 60 actors, though the suite's random numbers have 16
 * bits (see savina.h) and only 16 of the actors ever hold one back.
 *
 * Verified: the numbers come out in order, and are those that went in.
 *
 * Departs: nothing is allocated on the way. A number is one message from the source to the end, kept in a queue where
 * it waits.
 */
#include "savina.h"

#define BITS 60
#define SEED 2048

struct begin { uint64_t count; };
struct value { struct link link; uint64_t value; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(value);

struct source { odeon_ref next; uint64_t random; };
struct sorter { odeon_ref next; uint64_t radix, left; struct queue ones; };
struct sink { struct run *run; struct census census; };

ODEON_HANDLER(source, begin)
{
	for (uint64_t i = 0; i < begin->count; i++)
		odeon_send(self, source->next, odeon_new(value, .value = pseudo_next(&source->random)));
	odeon_exit(self);
}

static void send_ones(odeon_self *self, struct sorter *sorter)
{
	struct value *value;

	while ((value = queue_take(&sorter->ones)) != NULL)
		odeon_send(self, sorter->next, value);
}

ODEON_HANDLER(sorter, value)
{
	if ((value->value & sorter->radix) == 0) {
		odeon_send(self, sorter->next, value);
	} else {
		value = odeon_keep(self, value);
		queue_put(&sorter->ones, &value->link);
	}
	if (--sorter->left > 0)
		return;
	send_ones(self, sorter);
	odeon_exit(self);
}

ODEON_STOP(sorter)
{
	queue_free(&sorter->ones);
}

ODEON_START(sink, run)
{
	sink->run = (struct run *)run;
	return 0;
}

ODEON_HANDLER(sink, value)
{
	census_see(&sink->census, value->value);
	if (sink->census.seen < sink->run->count)
		return;
	run_over(sink->run, self);
	census_check(sink->run, &sink->census, SEED, sink->run->count);
}

ODEON_HANDLERS(source_handlers, ODEON_ON(source, begin));
ODEON_HANDLERS(sorter_handlers, ODEON_ON(sorter, value));
ODEON_HANDLERS(sink_handlers, ODEON_ON(sink, value));
ODEON_KIND(source, source_handlers);
ODEON_KIND(sorter, sorter_handlers, .stop = ODEON_STOPS(sorter));
ODEON_KIND(sink, sink_handlers, .start = ODEON_STARTS(sink));

/* From the end: the highest bit is the last that is sorted by. */
static void run(struct run *run)
{
	odeon_ref next, source;

	run_spawn(run, &sink_kind, run, &next);
	for (int bit = BITS - 1; bit >= 0; bit--)
		run_spawn(run, &sorter_kind, &(struct sorter){ .next = next, .radix = UINT64_C(1) << bit,
			.left = run->count }, &next);
	run_spawn(run, &source_kind, &(struct source){ next, SEED }, &source);
	run_begin(run);
	odeon_post(run->system, source, odeon_new(begin, .count = run->count));
	run_wait(run);
	run->amount = run->count * (BITS + 1);
}

const struct bench savina_radixsort = {
	.name = "savina-radixsort", .summary = "numbers sorted by a chain of 60 actors, one for each bit",
	.amount = "messages", .counts = "numbers", .count = 100000, .is_extra = 1, .run = run,
	.figures = { { "ns_per_message", "ns/message", { 0, 0 }, 0, 0 } },
};
