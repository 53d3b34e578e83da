/* SPDX-License-Identifier: BSD-2-Clause */
/* step - whom, and how long, by the seed */
#include "step.h"

#include "simulation.h"
#include "turn.h"

#define MESSAGE_NS 1000

static void fill_window(odeon_system *system)
{
	struct simulation *simulation = system->simulation;
	struct link *links[SIMULATION_WINDOW];
	unsigned taken = slotqueue_take(&system->inject, links, SIMULATION_WINDOW - simulation->ready);

	for (unsigned i = 0; i < taken; i++)
		simulation->window[simulation->ready++] = slot_of_link(links[i]);
}

/* Mostly short batches, so that the order of actors varies much. */
static uint32_t choose_batch(odeon_system *system)
{
	struct random *random = &system->simulation->random;
	uint32_t most = system->options.batch_messages;

	return random_below(random, 4) == 0 ? 1 + random_below(random, most) : 1 + random_below(random, most < 3 ? most : 3);
}

int simulation_step(odeon_system *system)
{
	struct simulation *simulation = system->simulation;
	struct worker *host = host_worker(system);
	const struct context *before = context_here;
	uint32_t which, batch, taken;
	struct slot *slot;
	bool is_busy;

	fill_window(system);
	if (simulation->ready == 0)
		return -1;
	which = random_below(&simulation->random, simulation->ready);
	slot = simulation->window[which];
	simulation->window[which] = simulation->window[--simulation->ready];
	batch = choose_batch(system);
	host->credit = INT32_MAX;               /* the machine's clock has no say here */
	simulation->steps++;
	host->now = (uint64_t)simulation->now;
	context_here = &host->context;
	taken = turn(host, slot, batch, &is_busy);
	context_here = before;
	simulation->now += (int64_t)taken * MESSAGE_NS;
	return (int)taken;
}
