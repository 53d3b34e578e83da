/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fairness - what a hot pair leaves to a hundred ordinary actors
 *
 * The ordinary actors have steady work: each always has one message to itself, which costs about 100 ns to handle and
 * is sent on to itself. First they run alone, and A is how many messages a second they handle, all together. Then a
 * pair that plays ping-pong as fast as it can runs beside them, and they handle B a second. There are 102 actors then,
 * and if each had an equal share of the workers' time, the hundred would have 100/102 of it: their fair share is
 * A * 100/102. The figure is B in percent of that. 100 is fair; more than 100 means that the pair had less than its
 * due, which is no worse for anyone else but must not be nothing: a pair that stood still is a wrong result.
 */
#include "bench.h"

#define ORDINARY 100
#define HOT 2
#define SETTLE ODEON_MS(20)
#define STEPS 40                                       /* of arithmetic in one ordinary message */

struct begin { odeon_ref other; };
struct round { uint64_t value; };
struct ball { odeon_ref from; uint64_t hits; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(round);
ODEON_MESSAGE(ball);

/* One writer, and a line of its own, so that counting does not slow the counted. */
struct count { _Alignas(64) atomic_ullong handled; };

struct ordinary { odeon_ref self; struct count *count; };
struct hot { struct count *count; };

static void count_one(struct count *count)
{
	unsigned long long handled = atomic_load_explicit(&count->handled, memory_order_relaxed);

	atomic_store_explicit(&count->handled, handled + 1, memory_order_relaxed);
}

static uint64_t compute(uint64_t value)
{
	for (int i = 0; i < STEPS; i++)
		value = (value ^ value >> 29) * 0xbf58476d1ce4e5b9u;
	return value;
}

ODEON_HANDLER(ordinary, round)
{
	if (odeon_ref_is_nobody(ordinary->self))
		ordinary->self = odeon_self_ref(self);
	round->value = compute(round->value);
	count_one(ordinary->count);
	odeon_send(self, ordinary->self, round);
}

ODEON_HANDLER(hot, begin)
{
	odeon_send(self, begin->other, odeon_new(ball, .from = odeon_self_ref(self)));
}

ODEON_HANDLER(hot, ball)
{
	count_one(hot->count);
	odeon_send(self, ball->from, odeon_new(ball, .from = odeon_self_ref(self), .hits = ball->hits + 1));
}

ODEON_HANDLERS(ordinary_handlers, ODEON_ON(ordinary, round));
ODEON_HANDLERS(hot_handlers, ODEON_ON(hot, begin), ODEON_ON(hot, ball));
ODEON_KIND(ordinary, ordinary_handlers);
ODEON_KIND(hot, hot_handlers);

static unsigned long long sum(struct count *counts, int from, int to)
{
	unsigned long long handled = 0;

	for (int i = from; i < to; i++)
		handled += atomic_load_explicit(&counts[i].handled, memory_order_relaxed);
	return handled;
}

/* How many messages a second the ordinary actors handle, over so many milliseconds from now. */
static double rate(struct run *run, struct count *counts)
{
	unsigned long long before, after;
	odeon_time began;

	sleep_ns(SETTLE);
	began = odeon_clock_now();
	before = sum(counts, 0, ORDINARY);
	sleep_ns(ODEON_MS(run->count));
	after = sum(counts, 0, ORDINARY);
	return (double)(after - before) * 1e9 / (double)(odeon_clock_now().ns - began.ns);
}

static void start_pair(struct run *run, struct count *counts)
{
	odeon_ref pair[HOT];

	for (int i = 0; i < HOT; i++)
		run_spawn(run, &hot_kind, &(struct hot){ &counts[ORDINARY + i] }, &pair[i]);
	odeon_post(run->system, pair[0], odeon_new(begin, .other = pair[1]));
}

static void run(struct run *run)
{
	static struct count counts[ORDINARY + HOT];
	double alone, beside;

	for (int i = 0; i < ORDINARY + HOT; i++)
		atomic_store(&counts[i].handled, 0);
	for (int i = 0; i < ORDINARY; i++) {
		odeon_ref actor;

		run_spawn(run, &ordinary_kind, &(struct ordinary){ .count = &counts[i] }, &actor);
		odeon_post(run->system, actor, odeon_new(round, .value = (uint64_t)i + 1));
	}
	run_begin(run);
	alone = rate(run, counts);
	start_pair(run, counts);
	beside = rate(run, counts);
	run->ended = odeon_clock_now();
	run->amount = sum(counts, 0, ORDINARY);
	if (sum(counts, ORDINARY, ORDINARY + HOT) == 0)
		run_wrong(run, "the hot pair stood still");
	if (alone == 0)
		run_wrong(run, "the ordinary actors stood still");
	run->figures[0] = 100 * beside / (alone * ORDINARY / (ORDINARY + HOT));
	atomic_store(&run->is_over, 1);                /* what is under way when they are stopped is lost by intention */
}

const struct bench bench_fairness = {
	.name = "fairness", .summary = "a hundred ordinary actors beside a hot pair, in percent of their fair share",
	.amount = "messages", .counts = "milliseconds", .count = 500, .run = run,
	.figures = { { "percent_of_fair_share", "% of fair share", { 90, 90 }, 0, 1 } },
};
