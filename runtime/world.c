/* SPDX-License-Identifier: BSD-2-Clause */
/* world - sums over all tallies */
#include "world.h"

#include <string.h>

static void add(uint64_t *sum, const uint64_t *counter)
{
	*sum += ck_pr_load_64(counter);
}

static void add_tally(struct tally *sum, const struct tally *tally)
{
	add(&sum->accepted, &tally->accepted);
	add(&sum->handled, &tally->handled);
	add(&sum->dropped, &tally->dropped);
	add(&sum->failed, &tally->failed);
	add(&sum->restarted, &tally->restarted);
	for (int i = 0; i < ODEON_ERROR_COUNT; i++)
		add(&sum->dead[i], &tally->dead[i]);
}

static const struct tally *tally_at(odeon_system *system, uint32_t place)
{
	struct worker *worker;

	if (place < TALLY_STRIPES)
		return &system->outside[place];
	worker = worker_at(system, place - TALLY_STRIPES);
	return worker != NULL ? &worker->tally : NULL;
}

#define EACH_TALLY(system, tally) \
	for (uint32_t place = 0; place < TALLY_STRIPES + ck_pr_load_32(&(system)->workers_used); place++) \
		if (((tally) = tally_at(system, place)) != NULL)

static void count_actors(odeon_system *system, bool all, uint64_t *spawned, uint64_t *ended)
{
	const struct tally *tally;

	EACH_TALLY(system, tally) {
		add(ended, &tally->ended);
		if (all)
			add(ended, &tally->background_ended);
	}
	ck_pr_fence_memory();                   /* an actor's end comes after its spawn: read in the other order */
	EACH_TALLY(system, tally) {
		add(spawned, &tally->spawned);
		if (all)
			add(spawned, &tally->background_spawned);
	}
}

void world_tally(odeon_system *system, struct tally *sum)
{
	const struct tally *tally;

	memset(sum, 0, sizeof *sum);
	count_actors(system, true, &sum->spawned, &sum->ended);
	EACH_TALLY(system, tally)
		add_tally(sum, tally);
}

uint64_t world_alive(odeon_system *system)
{
	uint64_t ended = 0, spawned = 0;

	count_actors(system, ck_pr_load_32(&system->phase) != PHASE_RUNNING, &spawned, &ended);
	return spawned - ended;
}

/* One more than have ended; they end on workers only. It never falls, as a worker and its tally stay until the system is freed. */
static uint64_t look_at_ends(odeon_system *system)
{
	uint64_t ends = 1;

	for (uint32_t i = 0; i < ck_pr_load_32(&system->workers_used); i++) {
		struct worker *worker = worker_at(system, i);

		if (worker == NULL)
			continue;
		add(&ends, &worker->tally.ended);
		add(&ends, &worker->tally.background_ended);
	}
	return ends;
}

bool world_is_empty(odeon_system *system, uint64_t *seen)
{
	uint64_t ends = look_at_ends(system);

	ck_pr_fence_load();                     /* before the count: an end that it misses is seen the next time */
	if (ck_pr_load_32(&system->births) != 0 || ends == *seen)
		return false;
	if (world_alive(system) == 0)
		return true;
	*seen = ends;
	return false;
}
