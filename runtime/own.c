/* SPDX-License-Identifier: BSD-2-Clause */
/* own - places for own threads, used again */
#include "own.h"

#include <stdio.h>
#include "os.h"
#include "simulation.h"
#include "worker.h"

/* With the lock. A place that was never used, or whose thread has ended; 0: none. */
static uint32_t find_place(odeon_system *system)
{
	for (uint32_t number = (uint32_t)system->pool + 1; number < WORKERS_PLACES; number++) {
		struct worker *worker = worker_at(system, number);

		if (worker == NULL)
			return number;
		if (ck_pr_load_32(&worker->finished) != 0)
			return number;
	}
	return 0;
}

static int start_thread(odeon_system *system, struct worker *worker)
{
	char name[32];
	int error;

	if (system->simulation != NULL) {
		worker->is_done = 0;
		error = simulation_strand(worker);
		ck_pr_store_32(&worker->finished, error != 0);
		return error;
	}
	snprintf(name, sizeof name, "%.8s-own", system->name);
	ck_pr_store_32(&worker->finished, 0);
	worker->is_done = 0;
	error = os_thread_start(&worker->thread, name, system->own_loop, worker);
	worker->has_thread = error == 0;
	if (error != 0)
		ck_pr_store_32(&worker->finished, 1);
	return error;
}

int own_thread_make(odeon_system *system, uint16_t *number)
{
	struct worker *worker;
	uint32_t place;
	int error = ODEON_ENOMEM;

	pthread_mutex_lock(&system->private_lock);
	place = find_place(system);
	if (ck_pr_load_32(&system->phase) != PHASE_RUNNING)
		error = ODEON_ESTOPPING;
	else if (place != 0) {
		worker = worker_at(system, place);
		if (worker != NULL && worker->has_thread)
			pthread_join(worker->thread, NULL);
		if (worker == NULL)
			worker = worker_make(system, place, false, true);
		if (worker != NULL) {
			worker->has_thread = false;
			error = start_thread(system, worker);
		}
		*number = (uint16_t)place;
	}
	pthread_mutex_unlock(&system->private_lock);
	return error;
}

void own_thread_cancel(odeon_system *system, uint16_t number)
{
	struct worker *worker = worker_at(system, number);

	ck_pr_store_8(&worker->is_done, 1);
	if (worker->strand != NULL) {
		simulation_strand_free(worker);
		ck_pr_store_32(&worker->finished, 1);
	}
	parker_wake(&worker->parker);
}

/* With the lock, which none of these threads can want: their actors have ended. */
void own_threads_join(odeon_system *system)
{
	pthread_mutex_lock(&system->private_lock);
	for (uint32_t number = (uint32_t)system->pool + 1; number < ck_pr_load_32(&system->workers_used); number++) {
		struct worker *worker = worker_at(system, number);

		if (worker != NULL && worker->has_thread)
			pthread_join(worker->thread, NULL);
		if (worker != NULL)
			worker->has_thread = false;
	}
	pthread_mutex_unlock(&system->private_lock);
}
