/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * offload - an actor has a function run by a pool, and its continuation the next one
 *
 * As request, with a pool in between and a thread of its own for the function, which does next to nothing: asker, pool, thread, asker.
 * Each hop may wake somebody who sleeps; the thread also tells the pool that it is idle again.
 */
#include "bench.h"

struct begin_offloading { odeon_ref pool; };
struct factor { uint64_t number; };
struct product { uint64_t number; };
ODEON_MESSAGE(begin_offloading);
ODEON_MESSAGE(factor);
ODEON_MESSAGE(product);

ODEON_BLOCKING(twice, factor, product)
{
	return odeon_new(product, .number = 2 * factor->number);
}

struct manager { struct run *run; odeon_ref pool; };
struct handed_out { uint64_t number; };

static void hand_out(odeon_self *self, struct manager *manager, uint64_t number);

ODEON_ANSWER(manager, handed_out, product)
{
	struct run *run = manager->run;

	if (error < 0 || product->number != 2 * handed_out->number)
		run_wrong(run, "function %llu: %s", (unsigned long long)handed_out->number, odeon_error_text(error));
	if (error < 0 || handed_out->number == run->count)
		run_over(run, self);
	else
		hand_out(self, manager, handed_out->number + 1);
}

static void hand_out(odeon_self *self, struct manager *manager, uint64_t number)
{
	int error = odeon_offload(self, manager->pool, twice, odeon_new(factor, .number = number), ODEON_NEVER,
		ODEON_THEN(self, manager, handed_out, product, .number = number));

	if (error < 0) {
		run_wrong(manager->run, "function %llu: %s", (unsigned long long)number, odeon_error_text(error));
		run_over(manager->run, self);
	}
}

ODEON_HANDLER(manager, begin_offloading)
{
	manager->pool = begin_offloading->pool;
	hand_out(self, manager, 1);
}

ODEON_HANDLERS(manager_handlers, ODEON_ON(manager, begin_offloading));
ODEON_KIND(manager, manager_handlers);

static void run(struct run *run)
{
	odeon_offload_options options = ODEON_OFFLOAD(.threads = 1);
	odeon_ref pool, manager;

	if (odeon_offload_start(run->system, &options, &pool) < 0) {
		run_wrong(run, "no pool");
		return;
	}
	run_spawn(run, &manager_kind, &(struct manager){ .run = run }, &manager);
	run_begin(run);
	odeon_post(run->system, manager, odeon_new(begin_offloading, .pool = pool));
	run_wait(run);
	run->amount = run->count;
}

const struct bench bench_offload = {
	.name = "offload", .summary = "an actor has a function run by a pool, back to back",
	.amount = "round_trips", .counts = "round trips", .count = 100000, .run = run,
	.figures = { { "ns_per_round_trip", "ns/round trip", { 0, 0 }, 2, 0 } },
};
