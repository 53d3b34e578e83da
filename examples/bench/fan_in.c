/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fan-in - many producers, one consumer that frees what it gets
 *
 * A message has 64 bytes of payload on the heap, made by its producer and freed by the consumer, on whatever core it
 * runs. Producers are paced, as channels with room for so many would pace them: after WINDOW items a mark goes along,
 * comes back, and at most two windows of each producer are under way.
 */
#include "bench.h"

#define WINDOW 256
#define PRODUCERS_MOST 100

struct begin { odeon_ref consumer; };
struct item { uint64_t number; unsigned char body[56]; };
struct mark { uint64_t number; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(item);
ODEON_MESSAGE(mark);

struct producer { uint64_t left; odeon_ref consumer; };
struct consumer { struct run *run; uint64_t left, sum, expected; };

static void send_window(odeon_self *self, struct producer *producer)
{
	for (unsigned i = 0; i < WINDOW && producer->left > 0; i++, producer->left--)
		odeon_send(self, producer->consumer, odeon_new(item, .number = producer->left, .body = { 1 }));
	odeon_send(self, producer->consumer, odeon_new(mark));
}

ODEON_HANDLER(producer, begin)
{
	producer->consumer = begin->consumer;
	send_window(self, producer);
	send_window(self, producer);
}

ODEON_HANDLER(producer, mark)
{
	if (producer->left > 0)
		send_window(self, producer);
}

ODEON_HANDLER(consumer, item)
{
	consumer->sum += item->number * item->body[0];
	odeon_free(item);
	if (--consumer->left > 0)
		return;
	if (consumer->sum != consumer->expected)
		run_wrong(consumer->run, "the sum is %llu", (unsigned long long)consumer->sum);
	run_over(consumer->run, self);
}

ODEON_HANDLER(consumer, mark)
{
	odeon_reply(self, mark);
}

ODEON_HANDLERS(producer_handlers, ODEON_ON(producer, begin), ODEON_ON(producer, mark));
ODEON_HANDLERS(consumer_handlers, ODEON_ON(consumer, item), ODEON_ON(consumer, mark));
ODEON_KIND(producer, producer_handlers);
ODEON_KIND(consumer, consumer_handlers);

static void run(struct run *run)
{
	uint64_t producers = run->parameter, each = run->count / producers;
	struct consumer first = { .run = run, .left = each * producers };
	odeon_ref consumer, all[PRODUCERS_MOST];

	if (each == 0)
		return;
	first.expected = producers * (each * (each + 1) / 2);
	run_spawn(run, &consumer_kind, &first, &consumer);
	for (uint64_t i = 0; i < producers; i++)
		run_spawn(run, &producer_kind, &(struct producer){ .left = each }, &all[i]);
	run_begin(run);
	for (uint64_t i = 0; i < producers; i++)
		odeon_post(run->system, all[i], odeon_new(begin, .consumer = consumer));
	run_wait(run);
	run->amount = each * producers;
}

const struct bench bench_fan_in_20 = {
	.name = "fan-in-20", .summary = "20 producers, one consumer, 64 bytes of payload each",
	.amount = "messages", .counts = "messages", .count = 2000000, .parameter = 20, .run = run,
	.figures = { { "ns_per_message", "ns/message", { 28, 40 }, 1, 0 } },
};
const struct bench bench_fan_in_100 = {
	.name = "fan-in-100", .summary = "100 producers, one consumer, 64 bytes of payload each",
	.amount = "messages", .counts = "messages", .count = 2000000, .parameter = 100, .run = run,
	.figures = { { "ns_per_message", "ns/message", { 32, 40 }, 1, 0 } },
};
