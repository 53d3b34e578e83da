/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork-join-throughput - one source sends to 60 actors in turn
 *
 * Each actor adds up the numbers it gets and says so when it has them all. As with counting there are two ways:
 * everything out of one handler, as in the Savina suite, and paced: a mark goes to every actor after WINDOW rounds and
 * is sent back, and the window after the next begins when all marks of this one are back.
 */
#include "bench.h"

#define ACTORS 60
#define WINDOW 128

struct begin { uint64_t number; };
struct work { uint64_t number; };
struct mark { uint64_t window; };
struct done { uint64_t sum; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(work);
ODEON_MESSAGE(mark);
ODEON_MESSAGE(done);

struct source {
	struct run *run;
	uint64_t round, window;
	unsigned marks[2], dones;                      /* marks that came back, of even and of odd windows */
	odeon_ref actors[ACTORS];
};
struct adder { uint64_t left, sum; odeon_ref source; };

ODEON_HANDLER(adder, begin)
{
	adder->left = begin->number;
	adder->source = odeon_from(self);
}

ODEON_HANDLER(adder, work)
{
	adder->sum += work->number;
	if (--adder->left == 0)
		odeon_send(self, adder->source, odeon_new(done, .sum = adder->sum));
}

ODEON_HANDLER(adder, mark)
{
	odeon_reply(self, mark);
}

static void send_rounds(odeon_self *self, struct source *source, uint64_t rounds)
{
	for (; rounds > 0 && source->round < source->run->count; rounds--) {
		source->round++;
		for (int i = 0; i < ACTORS; i++)
			odeon_send(self, source->actors[i], odeon_new(work, .number = source->round));
	}
}

static void send_window(odeon_self *self, struct source *source)
{
	send_rounds(self, source, WINDOW);
	for (int i = 0; i < ACTORS; i++)
		odeon_send(self, source->actors[i], odeon_new(mark, .window = source->window));
	source->window++;
}

ODEON_HANDLER(source, begin)
{
	for (int i = 0; i < ACTORS; i++)
		odeon_send(self, source->actors[i], odeon_new(begin, .number = source->run->count));
	if (source->run->parameter == 0) {
		send_rounds(self, source, source->run->count);
		return;
	}
	send_window(self, source);
	send_window(self, source);
}

ODEON_HANDLER(source, mark)
{
	unsigned *marks = &source->marks[mark->window % 2];

	if (++*marks < ACTORS)
		return;
	*marks = 0;
	if (source->round < source->run->count)
		send_window(self, source);
}

ODEON_HANDLER(source, done)
{
	uint64_t count = source->run->count;

	if (done->sum != count * (count + 1) / 2)
		run_wrong(source->run, "an actor got the sum %llu", (unsigned long long)done->sum);
	if (++source->dones == ACTORS)
		run_over(source->run, self);
}

ODEON_HANDLERS(source_handlers, ODEON_ON(source, begin), ODEON_ON(source, mark), ODEON_ON(source, done));
ODEON_HANDLERS(adder_handlers, ODEON_ON(adder, work), ODEON_ON(adder, mark), ODEON_ON(adder, begin));
ODEON_KIND(source, source_handlers);
ODEON_KIND(adder, adder_handlers);

static void run(struct run *run)
{
	struct source first = { .run = run };
	odeon_ref source;

	for (int i = 0; i < ACTORS; i++)
		run_spawn(run, &adder_kind, NULL, &first.actors[i]);
	run_spawn(run, &source_kind, &first, &source);
	run_begin(run);
	odeon_post(run->system, source, odeon_new(begin));
	run_wait(run);
	run->amount = run->count * ACTORS;
}

const struct bench bench_fork_join_throughput = {
	.name = "fork-join-throughput", .summary = "one source sends to 60 actors in turn, out of one handler",
	.amount = "messages", .counts = "messages to each actor", .count = 100000, .run = run,
	.figures = { { "ns_per_message", "ns/message", { 25, 25 }, 1, 0 } },
};
const struct bench bench_fork_join_throughput_paced = {
	.name = "fork-join-throughput-paced", .summary = "the same, at most 256 messages under way to each",
	.amount = "messages", .counts = "messages to each actor", .count = 100000, .parameter = WINDOW, .run = run,
	.figures = { { "ns_per_message", "ns/message", { 25, 25 }, 1, 0 } },
};
