/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quicksort - an actor splits a pile of numbers at a pivot and has two others sort what is less and what is more
 *
 * Measures work that divides itself, with large messages that are owned by one actor at a time.
 *
 * Original: 1,000,000 numbers (--count) below 2^60, seed 1,024; a pile of less than 2,048 is sorted by whoever gets
 * it. The suite's random numbers have 16 bits (see savina.h), so the million has 65,536 different ones and many are
 * equal.
 *
 * Verified: the result is in order, and has exactly the numbers that were given.
 *
 * Departs: a small pile is sorted where it lies, and the message that brought it takes it back, where the original
 * makes three new lists for each step. Parts are counted first, so that messages have the size they need, and what
 * comes back is put together once.
 */
#include <string.h>
#include "savina.h"

#define SEED 1024
#define SMALL 2048

enum part { LESS, EQUAL, MORE, PARTS };

/* Goes down unsorted and comes back sorted. */
struct pile { enum part part; int is_sorted; size_t count; uint64_t values[]; };
struct begin { uint64_t count; };
ODEON_MESSAGE(pile);
ODEON_MESSAGE(begin);

struct sorter { odeon_ref parent; enum part part; struct pile *parts[PARTS]; };
struct root { struct run *run; struct census census; };

static const odeon_kind sorter_kind;

static struct pile *new_pile(enum part part, size_t count)
{
	return odeon_new_sized(pile, count * sizeof(uint64_t), .part = part, .count = count);
}

/* ---- a small pile ---------------------------------------------------------------------------------------------- */

static void swap(uint64_t *values, size_t one, size_t other)
{
	uint64_t value = values[one];

	values[one] = values[other];
	values[other] = value;
}

/* Less than the pivot to the left, more to the right, what is equal stays between: [*equal, *more). */
static void partition(uint64_t *values, size_t count, size_t *equal, size_t *more)
{
	uint64_t pivot = values[count / 2];
	size_t less = 0, next = 0, end = count;

	while (next < end) {
		if (values[next] < pivot)
			swap(values, less++, next++);
		else if (values[next] > pivot)
			swap(values, next, --end);
		else
			next++;
	}
	*equal = less;
	*more = end;
}

static void sort_here(uint64_t *values, size_t count)
{
	size_t equal, more;

	if (count < 2)
		return;
	partition(values, count, &equal, &more);
	sort_here(values, equal);
	sort_here(values + more, count - more);
}

/* ---- a large one ----------------------------------------------------------------------------------------------- */

static enum part part_of(uint64_t value, uint64_t pivot)
{
	return value < pivot ? LESS : value > pivot ? MORE : EQUAL;
}

/* Fills parts; answers 0, or -1 without memory, when some are NULL. */
static int split(const struct pile *pile, struct pile *parts[PARTS])
{
	uint64_t pivot = pile->values[pile->count / 2];
	size_t counts[PARTS] = { 0 };

	for (size_t i = 0; i < pile->count; i++)
		counts[part_of(pile->values[i], pivot)]++;
	for (int part = 0; part < PARTS; part++) {
		parts[part] = new_pile((enum part)part, counts[part]);
		if (parts[part] == NULL)
			return -1;
		parts[part]->count = 0;
	}
	for (size_t i = 0; i < pile->count; i++) {
		struct pile *part = parts[part_of(pile->values[i], pivot)];

		part->values[part->count++] = pile->values[i];
	}
	return 0;
}

static void delegate(odeon_self *self, struct sorter *sorter, enum part part)
{
	struct sorter first = { .parent = odeon_self_ref(self), .part = part };
	struct pile *pile = sorter->parts[part];
	odeon_ref child;

	sorter->parts[part] = NULL;
	if (odeon_spawn(self, &sorter_kind, &first, &child) != 0)
		child = ODEON_NOBODY;                  /* the pile becomes a dead letter, which fails the run */
	odeon_send(self, child, pile);
}

static void join(odeon_self *self, struct sorter *sorter)
{
	struct pile *whole;
	size_t count = 0;

	for (int part = 0; part < PARTS; part++)
		count += sorter->parts[part]->count;
	whole = new_pile(sorter->part, count);
	for (int part = 0; whole != NULL && part < PARTS; part++) {
		memcpy(whole->values + (part == LESS ? 0 : whole->count), sorter->parts[part]->values,
			sorter->parts[part]->count * sizeof *whole->values);
		whole->count = (part == LESS ? 0 : whole->count) + sorter->parts[part]->count;
	}
	if (whole != NULL)
		whole->is_sorted = 1;
	odeon_send(self, sorter->parent, whole);
	odeon_exit(self);
}

static void take_part(odeon_self *self, struct sorter *sorter, struct pile *pile)
{
	sorter->parts[pile->part] = pile;
	if (sorter->parts[LESS] != NULL && sorter->parts[MORE] != NULL)
		join(self, sorter);
}

ODEON_HANDLER(sorter, pile)
{
	if (pile->is_sorted) {
		take_part(self, sorter, odeon_keep(self, pile));
		return;
	}
	if (pile->count < SMALL) {
		sort_here(pile->values, pile->count);
		pile->is_sorted = 1;
		odeon_reply(self, pile);
		odeon_exit(self);
		return;
	}
	if (split(pile, sorter->parts) != 0) {
		odeon_fail(self, ODEON_ENOMEM, "no memory for the parts of a pile");
		return;
	}
	delegate(self, sorter, LESS);
	delegate(self, sorter, MORE);
}

ODEON_STOP(sorter)
{
	for (int part = 0; part < PARTS; part++)
		odeon_free(sorter->parts[part]);
}

/* ---- who wants it sorted --------------------------------------------------------------------------------------- */

ODEON_START(root, run)
{
	root->run = (struct run *)run;
	return 0;
}

ODEON_HANDLER(root, begin)
{
	struct sorter first = { .parent = odeon_self_ref(self) };
	struct pile *pile = new_pile(LESS, begin->count);
	uint64_t random = SEED;
	odeon_ref sorter;

	for (uint64_t i = 0; pile != NULL && i < begin->count; i++)
		pile->values[i] = pseudo_next(&random);
	run_begin(root->run);
	if (odeon_spawn(self, &sorter_kind, &first, &sorter) != 0)
		sorter = ODEON_NOBODY;
	odeon_send(self, sorter, pile);
}

ODEON_HANDLER(root, pile)
{
	run_over(root->run, self);
	for (size_t i = 0; i < pile->count; i++)
		census_see(&root->census, pile->values[i]);
	census_check(root->run, &root->census, SEED, root->run->count);
}

ODEON_HANDLERS(sorter_handlers, ODEON_ON(sorter, pile));
ODEON_HANDLERS(root_handlers, ODEON_ON(root, pile), ODEON_ON(root, begin));
ODEON_KIND(sorter, sorter_handlers, .stop = ODEON_STOPS(sorter));
ODEON_KIND(root, root_handlers, .start = ODEON_STARTS(root));

static void run(struct run *run)
{
	odeon_ref root;

	run_spawn(run, &root_kind, run, &root);
	odeon_post(run->system, root, odeon_new(begin, .count = run->count));
	run_wait(run);
	run->amount = run->count;
}

const struct bench savina_quicksort = {
	.name = "savina-quicksort", .summary = "a million numbers sorted by actors that split them and delegate",
	.amount = "numbers", .counts = "numbers", .count = 1000000, .is_extra = 1, .run = run,
	.figures = { { "ns_per_number", "ns/number", { 0, 0 }, 0, 0 } },
};
