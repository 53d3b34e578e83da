/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two faults of Concurrency Kit 0.7.1. The runtime uses neither; an explorer that does not find them is broken.
 *
 * fifo   ck_fifo_mpmc_dequeue answers "empty" of a queue that never was (a node is used again under it)
 * stack  ck_stack_batch_pop_mpmc does not advance the generation, so a pop beside it may take a stale next
 */
#include <stdalign.h>
#include <string.h>
#include "atomic.h"
#include <ck_fifo.h>
#include <ck_stack.h>
#include "scenarios.h"

#define VALUES 3
#define NODES 4

/* ---- fifo: at least one value is in it at any moment ---------------------------------------------------------------- */

static alignas(16) ck_fifo_mpmc_t fifo;
static alignas(16) ck_fifo_mpmc_entry_t entries[VALUES + 1];
static int values[VALUES];

static void take_value(int **value, ck_fifo_mpmc_entry_t **garbage)
{
	EXPLORE_CHECK(ck_fifo_mpmc_dequeue(&fifo, value, garbage), "false empty");
}

static void recycler(long rounds)
{
	ck_fifo_mpmc_entry_t *garbage;
	int *value;

	for (long i = 0; i < rounds; i++) {
		take_value(&value, &garbage);
		ck_fifo_mpmc_enqueue(&fifo, garbage, value);
	}
}

static void value_taker(long argument)
{
	ck_fifo_mpmc_entry_t *garbage;
	int *value;

	(void)argument;
	take_value(&value, &garbage);
}

static void set_up_fifo(uint64_t seed)
{
	(void)seed;
	ck_fifo_mpmc_init(&fifo, &entries[0]);
	for (int i = 0; i < VALUES; i++)
		ck_fifo_mpmc_enqueue(&fifo, &entries[i + 1], &values[i]);
	explore_thread("recycler", recycler, 6);
	explore_thread("taker", value_taker, 0);
}

static void finish_fifo(void)
{
}

const struct scenario scenario_fifo = {
	"fifo", "Concurrency Kit's ck_fifo_mpmc, which says empty when it is not", set_up_fifo, finish_fifo, 20000, 100,
};

/* ---- stack: one pops, another takes all and puts them back, but keeps one -------------------------------------------- */

static alignas(16) ck_stack_t stack;
static ck_stack_entry_t nodes[NODES];
static int found[NODES];

static void popper(long argument)
{
	ck_stack_entry_t *node = ck_stack_pop_mpmc(&stack);

	(void)argument;
	if (node != NULL)
		found[node - nodes]++;
}

static void batch_popper(long argument)
{
	ck_stack_entry_t *node = ck_stack_batch_pop_mpmc(&stack), *all[NODES];
	int count = 0;

	(void)argument;
	for (; node != NULL && count < NODES; node = node->next)
		all[count++] = node;
	if (count == 0)
		return;
	found[all[count > 1 ? 1 : 0] - nodes]++;
	for (int i = count - 1; i >= 0; i--)
		if (i != (count > 1 ? 1 : 0))
			ck_stack_push_mpmc(&stack, all[i]);
}

static void set_up_stack(uint64_t seed)
{
	(void)seed;
	memset(found, 0, sizeof found);
	ck_stack_init(&stack);
	stack.generation = NULL;
	for (int i = 0; i < NODES; i++)
		ck_stack_push_upmc(&stack, &nodes[i]);
	explore_thread("popper", popper, 0);
	explore_thread("batch popper", batch_popper, 0);
}

static void finish_stack(void)
{
	int left = 0;

	for (ck_stack_entry_t *node = stack.head; node != NULL && left <= NODES; node = node->next, left++)
		found[node - nodes]++;
	for (int i = 0; i < NODES; i++)
		EXPLORE_CHECK(found[i] == 1, "a node is found %d times", found[i]);
}

const struct scenario scenario_stack = {
	"stack", "Concurrency Kit's batch pop beside a pop, which is an ABA", set_up_stack, finish_stack, 20000, 40,
};
