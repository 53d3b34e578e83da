/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counting - one producer sends increments to one counter, then asks for the sum
 *
 * Two ways. "counting" is the Savina suite's: all of them out of one handler, as fast as they go, so that with one
 * worker all are in the mailbox before the first is handled, and memory is most of the price. "counting-paced" is how
 * a program does it that minds its memory: after every WINDOW increments a mark goes along, which the counter sends
 * back, and at most two windows are under way.
 */
#include "bench.h"

#define WINDOW 256

struct begin { odeon_ref counter; };
struct increment { uint64_t by; };
struct mark { uint64_t number; };
struct query { uint64_t number; };
struct total { uint64_t sum; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(increment);
ODEON_MESSAGE(mark);
ODEON_MESSAGE(query);
ODEON_MESSAGE(total);

struct producer { struct run *run; odeon_ref counter; uint64_t left; unsigned windows; };
struct counter { uint64_t sum; };

ODEON_HANDLER(counter, increment)
{
	counter->sum += increment->by;
}

ODEON_HANDLER(counter, mark)
{
	odeon_reply(self, mark);
}

ODEON_HANDLER(counter, query)
{
	odeon_reply(self, odeon_new(total, .sum = counter->sum));
}

static void send_increments(odeon_self *self, struct producer *producer, uint64_t count)
{
	if (count > producer->left)
		count = producer->left;
	producer->left -= count;
	while (count-- > 0)
		odeon_send(self, producer->counter, odeon_new(increment, .by = 1));
}

static void send_window(odeon_self *self, struct producer *producer)
{
	send_increments(self, producer, WINDOW);
	odeon_send(self, producer->counter, odeon_new(mark, .number = producer->left));
	producer->windows++;
}

ODEON_HANDLER(producer, begin)
{
	producer->counter = begin->counter;
	if (producer->run->parameter == 0) {
		send_increments(self, producer, producer->left);
		odeon_send(self, producer->counter, odeon_new(query));
		return;
	}
	send_window(self, producer);
	send_window(self, producer);
}

ODEON_HANDLER(producer, mark)
{
	producer->windows--;
	if (producer->left > 0)
		send_window(self, producer);
	else if (producer->windows == 0)
		odeon_send(self, producer->counter, odeon_new(query));
}

ODEON_HANDLER(producer, total)
{
	if (total->sum != producer->run->count)
		run_wrong(producer->run, "counted %llu", (unsigned long long)total->sum);
	run_over(producer->run, self);
}

ODEON_HANDLERS(producer_handlers, ODEON_ON(producer, begin), ODEON_ON(producer, mark), ODEON_ON(producer, total));
ODEON_HANDLERS(counter_handlers, ODEON_ON(counter, increment), ODEON_ON(counter, mark), ODEON_ON(counter, query));
ODEON_KIND(producer, producer_handlers);
ODEON_KIND(counter, counter_handlers);

static void run(struct run *run)
{
	odeon_ref producer, counter;

	run_spawn(run, &counter_kind, NULL, &counter);
	run_spawn(run, &producer_kind, &(struct producer){ .run = run, .left = run->count }, &producer);
	run_begin(run);
	odeon_post(run->system, producer, odeon_new(begin, .counter = counter));
	run_wait(run);
	run->amount = run->count;
}

const struct bench bench_counting = {
	.name = "counting", .summary = "one producer, one counter, all increments out of one handler",
	.amount = "messages", .counts = "increments", .count = 10000000, .run = run,
	.figures = { { "ns_per_message", "ns/message", { 25, 28 }, 1, 0 } },
};
const struct bench bench_counting_paced = {
	.name = "counting-paced", .summary = "the same, at most 512 increments under way",
	.amount = "messages", .counts = "increments", .count = 10000000, .parameter = WINDOW, .run = run,
	.figures = { { "ns_per_message", "ns/message", { 25, 28 }, 1, 0 } },
};
