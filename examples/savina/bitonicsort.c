/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bitonicsort - a sorting network of actors: numbers stream in at one end, and in order out of the other
 *
 * Measures a large static graph of small actors, of which each message passes dozens, and how fast such a graph is
 * made.
 *
 * Original: 4,096 numbers (--count, a power of two) below 2^60, seed 2,048. For each pair (P, L) of 2 <= L <= P <=
 * count, powers of two, there is a step that partitions sequences of length L of the merge stage P:
 *
 *     step:       door - splitter, by L - partitions - joiner, by L - door - the next step
 *     partition:  door - splitter, by 1 - L/2 exchanges - joiner, by 1 - door (which stamps the partition's number)
 *
 * A splitter deals its numbers out in runs of a length; a joiner collects them in the same way from branches that it
 * knows by the numbers' stamps; an exchange puts two in order. The network ends as the end of the numbers passes
 * through it.
 *
 * Verified: the numbers come out in order and are those that went in, and no joiner holds one back at the end.
 *
 * Departs: one actor makes the network, before it sends; in the original each composite actor makes its parts. A
 * number is one message from the source to the end: the original has messages with and without a stamp, and actors
 * that make one of the other; these are the doors. Partitions of two are exchanges without doors, as in the original.
 */
#include <stdlib.h>
#include "savina.h"

#define SEED 2048

struct begin { uint64_t count; };
struct value { struct link link; uint64_t value, branch; };
struct end { uint64_t branch; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(value);
ODEON_MESSAGE(end);

struct source { struct run *run; odeon_ref sink; uint64_t random; };
struct sink { struct run *run; struct census census; };
struct door { odeon_ref next; int has_number; uint64_t number; };
struct exchange { odeon_ref next; uint64_t number; int is_upward; struct value *first; };
struct splitter { odeon_ref *branches; uint64_t count, length, branch, in_run; };
struct joiner {
	struct run *run;
	odeon_ref next;
	struct queue *branches;
	uint64_t count, length, branch, in_run, ends;
};

/* What a joiner begins with, and the shape of a step: so many branches, and runs of this length. */
struct joint { struct run *run; odeon_ref next; uint64_t count, length; };

/* ---- the parts of the network ---------------------------------------------------------------------------------- */

ODEON_HANDLER(door, value)
{
	if (door->has_number)
		value->branch = door->number;
	odeon_send(self, door->next, value);
}

ODEON_HANDLER(door, end)
{
	odeon_send(self, door->next, end);
	odeon_exit(self);
}

ODEON_HANDLER(exchange, value)
{
	struct value *first = exchange->first;

	value = odeon_keep(self, value);
	exchange->first = first == NULL ? value : NULL;
	if (first == NULL)
		return;
	if ((first->value > value->value) == exchange->is_upward) {
		uint64_t other = first->value;

		first->value = value->value;
		value->value = other;
	}
	first->branch = value->branch = exchange->number;
	odeon_send(self, exchange->next, first);
	odeon_send(self, exchange->next, value);
}

ODEON_HANDLER(exchange, end)
{
	odeon_send(self, exchange->next, end);
	odeon_exit(self);
}

ODEON_STOP(exchange)
{
	odeon_free(exchange->first);
}

/* Whose turn it is, when each of several branches has a run of a length in turn. */
static void next_in_run(uint64_t *branch, uint64_t *in_run, uint64_t count, uint64_t length)
{
	if (++*in_run < length)
		return;
	*in_run = 0;
	*branch = (*branch + 1) % count;
}

ODEON_HANDLER(splitter, value)
{
	odeon_send(self, splitter->branches[splitter->branch], value);
	next_in_run(&splitter->branch, &splitter->in_run, splitter->count, splitter->length);
}

ODEON_HANDLER(splitter, end)
{
	for (uint64_t i = 0; i < splitter->count; i++)
		odeon_send(self, splitter->branches[i], odeon_new(end, .branch = i));
	odeon_exit(self);
}

ODEON_STOP(splitter)
{
	free(splitter->branches);
}

ODEON_START(joiner, joint)
{
	*joiner = (struct joiner){ .run = joint->run, .next = joint->next, .count = joint->count,
		.length = joint->length };
	joiner->branches = calloc(joint->count, sizeof *joiner->branches);
	return joiner->branches == NULL ? ODEON_ENOMEM : 0;
}

ODEON_HANDLER(joiner, value)
{
	struct value *next;

	value = odeon_keep(self, value);
	queue_put(&joiner->branches[value->branch], &value->link);
	while ((next = queue_take(&joiner->branches[joiner->branch])) != NULL) {
		odeon_send(self, joiner->next, next);
		next_in_run(&joiner->branch, &joiner->in_run, joiner->count, joiner->length);
	}
}

ODEON_HANDLER(joiner, end)
{
	if (++joiner->ends < joiner->count)
		return;
	for (uint64_t i = 0; i < joiner->count; i++)
		if (joiner->branches[i].length != 0)
			run_wrong(joiner->run, "a joiner holds %zu numbers back", joiner->branches[i].length);
	odeon_send(self, joiner->next, end);
	odeon_exit(self);
}

ODEON_STOP(joiner)
{
	for (uint64_t i = 0; i < joiner->count; i++)
		queue_free(&joiner->branches[i]);
	free(joiner->branches);
}

ODEON_HANDLERS(door_handlers, ODEON_ON(door, value), ODEON_ON(door, end));
ODEON_HANDLERS(exchange_handlers, ODEON_ON(exchange, value), ODEON_ON(exchange, end));
ODEON_HANDLERS(splitter_handlers, ODEON_ON(splitter, value), ODEON_ON(splitter, end));
ODEON_HANDLERS(joiner_handlers, ODEON_ON(joiner, value), ODEON_ON(joiner, end));
ODEON_KIND(door, door_handlers);
ODEON_KIND(exchange, exchange_handlers, .stop = ODEON_STOPS(exchange));
ODEON_KIND(splitter, splitter_handlers, .stop = ODEON_STOPS(splitter));
ODEON_KIND(joiner, joiner_handlers, .start = ODEON_STARTS(joiner), .stop = ODEON_STOPS(joiner));

/* ---- how they are put together, from the end to the beginning -------------------------------------------------- */

/* An actor that cannot be made is nobody, and what is sent to nobody is a dead letter, which fails the run. */
static odeon_ref make(odeon_self *self, const odeon_kind *kind, const void *first)
{
	odeon_ref actor;

	return odeon_spawn(self, kind, first, &actor) == 0 ? actor : ODEON_NOBODY;
}

static odeon_ref make_door(odeon_self *self, odeon_ref next)
{
	return make(self, &door_kind, &(struct door){ .next = next });
}

static odeon_ref make_exchange(odeon_self *self, uint64_t number, int is_upward, odeon_ref next)
{
	return make(self, &exchange_kind, &(struct exchange){ .next = next, .number = number, .is_upward = is_upward });
}

/* A door, and behind it a splitter with branches that are given to it. */
static odeon_ref make_entrance(odeon_self *self, const struct joint *joint, odeon_ref *branches)
{
	struct splitter first = { .branches = branches, .count = joint->count, .length = joint->length };
	odeon_ref splitter = make(self, &splitter_kind, &first);

	if (odeon_ref_is_nobody(splitter))
		free(branches);
	return make_door(self, splitter);
}

/* Brings one bitonic sequence of a length closer to order: its one half against the other. */
static odeon_ref make_partition(odeon_self *self, const struct joint *step, uint64_t number, int is_upward,
	odeon_ref next)
{
	struct joint joint = { .run = step->run, .count = step->length / 2, .length = 1 };
	odeon_ref *branches = calloc(joint.count, sizeof *branches), joiner;

	if (branches == NULL)
		return ODEON_NOBODY;
	joint.next = make(self, &door_kind, &(struct door){ .next = next, .has_number = 1, .number = number });
	joiner = make(self, &joiner_kind, &joint);
	for (uint64_t i = 0; i < joint.count; i++)
		branches[i] = make_exchange(self, i, is_upward, joiner);
	return make_entrance(self, &joint, branches);
}

/* One step of a merge stage: as many sequences as step->count; after so many in one direction as many in the other. */
static odeon_ref make_step(odeon_self *self, const struct joint *step, uint64_t in_one_direction)
{
	odeon_ref *branches = calloc(step->count, sizeof *branches), joiner;

	if (branches == NULL)
		return ODEON_NOBODY;
	joiner = make(self, &joiner_kind, step);
	for (uint64_t i = 0; i < step->count; i++) {
		int is_upward = i / in_one_direction % 2 == 0;

		branches[i] = step->length > 2 ? make_partition(self, step, i, is_upward, joiner)
			: make_exchange(self, i, is_upward, joiner);
	}
	return make_entrance(self, step, branches);
}

/* Merges bitonic sequences of a length into sorted ones, upward and downward in turn. The last stage makes one. */
static odeon_ref make_stage(odeon_self *self, struct run *run, uint64_t length, uint64_t count, odeon_ref next)
{
	int is_last = length == count;

	for (uint64_t parts = length / 2; parts >= 1; parts /= 2) {
		struct joint step = { .run = run, .next = is_last ? next : make_door(self, next),
			.count = count / length * parts, .length = length / parts };

		next = make_step(self, &step, parts);
	}
	return make_door(self, next);
}

static odeon_ref make_network(odeon_self *self, struct run *run, uint64_t count, odeon_ref sink)
{
	odeon_ref next = make_door(self, sink);

	for (uint64_t length = count; length >= 2; length /= 2)
		next = make_stage(self, run, length, count, next);
	return make_door(self, next);
}

/* ---- the two ends ---------------------------------------------------------------------------------------------- */

ODEON_HANDLER(source, begin)
{
	odeon_ref network = make_network(self, source->run, begin->count, source->sink);

	for (uint64_t i = 0; i < begin->count; i++)
		odeon_send(self, network, odeon_new(value, .value = pseudo_next(&source->random)));
	odeon_send(self, network, odeon_new(end));
	odeon_exit(self);
}

static uint64_t power_of_two(uint64_t most)
{
	uint64_t power = 2;

	while (power * 2 <= most)
		power *= 2;
	return power;
}

ODEON_START(sink, run)
{
	sink->run = (struct run *)run;
	return 0;
}

ODEON_HANDLER(sink, value)
{
	census_see(&sink->census, value->value);
}

ODEON_HANDLER(sink, end)
{
	run_over(sink->run, self);
	census_check(sink->run, &sink->census, SEED, power_of_two(sink->run->count));
}

ODEON_HANDLERS(source_handlers, ODEON_ON(source, begin));
ODEON_HANDLERS(sink_handlers, ODEON_ON(sink, value), ODEON_ON(sink, end));
ODEON_KIND(source, source_handlers);
ODEON_KIND(sink, sink_handlers, .start = ODEON_STARTS(sink));

static void run(struct run *run)
{
	odeon_ref source, sink;

	run_spawn(run, &sink_kind, run, &sink);
	run_spawn(run, &source_kind, &(struct source){ run, sink, SEED }, &source);
	run_begin(run);
	odeon_post(run->system, source, odeon_new(begin, .count = power_of_two(run->count)));
	run_wait(run);
	run->amount = power_of_two(run->count);
}

const struct bench savina_bitonicsort = {
	.name = "savina-bitonicsort", .summary = "numbers sorted by a network of actors that compare two and exchange",
	.amount = "numbers", .counts = "numbers, a power of two", .count = 4096, .is_extra = 1, .run = run,
	.figures = { { "ns_per_number", "ns/number", { 0, 0 }, 0, 0 } },
};
