/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * skynet - a tree of actors, ten children a level, down to a million leaves whose numbers are added up
 *
 * An actor is made, told to begin, makes ten more or answers with its number, hands the sum of its children to its
 * parent, and ends. The figure counts all actors, 1,111,111 for a million leaves.
 */
#include "bench.h"

#define CHILDREN 10

struct begin { uint64_t leaves; };
struct sum { uint64_t sum; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(sum);

struct branch { odeon_ref parent; uint32_t number, waiting; uint64_t sum; };
struct sink { struct run *run; uint64_t leaves; };

static const odeon_kind branch_kind;

static void grow(odeon_self *self, struct branch *branch, uint64_t leaves)
{
	for (uint32_t i = 0; i < CHILDREN; i++) {
		struct branch first = { .parent = odeon_self_ref(self),
			.number = branch->number + i * (uint32_t)(leaves / CHILDREN) };
		odeon_ref child;

		if (odeon_spawn(self, &branch_kind, &first, &child) != 0)
			continue;                      /* its number will be missing in the sum */
		branch->waiting++;
		odeon_send(self, child, odeon_new(begin, .leaves = leaves / CHILDREN));
	}
}

ODEON_HANDLER(branch, begin)
{
	if (begin->leaves > 1) {
		grow(self, branch, begin->leaves);
		return;
	}
	odeon_send(self, branch->parent, odeon_new(sum, .sum = branch->number));
	odeon_exit(self);
}

ODEON_HANDLER(branch, sum)
{
	branch->sum += sum->sum;
	if (--branch->waiting > 0)
		return;
	odeon_send(self, branch->parent, odeon_new(sum, .sum = branch->sum));
	odeon_exit(self);
}

ODEON_HANDLER(sink, sum)
{
	if (sum->sum != sink->leaves * (sink->leaves - 1) / 2)
		run_wrong(sink->run, "the sum is %llu", (unsigned long long)sum->sum);
	run_over(sink->run, self);
}

ODEON_HANDLERS(branch_handlers, ODEON_ON(branch, begin), ODEON_ON(branch, sum));
ODEON_HANDLERS(sink_handlers, ODEON_ON(sink, sum));
ODEON_KIND(branch, branch_handlers);
ODEON_KIND(sink, sink_handlers);

static void run(struct run *run)
{
	odeon_ref sink, root;
	uint64_t leaves = 1, actors = 1;

	while (leaves * CHILDREN <= run->count) {
		leaves *= CHILDREN;
		actors += leaves;
	}
	run_spawn(run, &sink_kind, &(struct sink){ run, leaves }, &sink);
	run_spawn(run, &branch_kind, &(struct branch){ .parent = sink }, &root);
	run_begin(run);
	odeon_post(run->system, root, odeon_new(begin, .leaves = leaves));
	run_wait(run);
	run->amount = actors;
}

const struct bench bench_skynet = {
	.name = "skynet", .summary = "a tree of actors, ten children a level, sums up a million leaves",
	.amount = "actors", .counts = "leaves, a power of ten", .count = 1000000, .run = run,
	.figures = { { "ns_per_actor", "ns/actor", { 200, 150 }, 0, 0 } },
};
