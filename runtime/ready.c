/* SPDX-License-Identifier: BSD-2-Clause */
/* ready - next slot, ring, inject queue, inbox */
#include "ready.h"

#include "os.h"

void ready_wake_host(odeon_system *system)
{
	if (ck_pr_fas_32(&system->host_poked, 1) == 0) {
		if (ck_pr_load_int(&system->host_fd) >= 0)
			os_timer_set(system->host_fd, 0);
		if (system->options.on_wake != NULL)
			system->options.on_wake(system->options.host);
	}
	parker_wake(&host_worker(system)->parker);
}

void ready_wake(odeon_system *system, struct worker *worker)
{
	if (worker == host_worker(system)) {
		ready_wake_host(system);
		return;
	}
	if (worker->number < system->pool)
		(void)(sleepers_clear(&system->sleepers, worker->number)
		       && ck_pr_faa_int(&system->sleepers.searching, 1));
	parker_wake(&worker->parker);
}

void ready_wake_pool(odeon_system *system, struct worker *worker)
{
	int sleeper;

	if (system->pool == 0) {
		if (worker != host_worker(system))
			ready_wake_host(system);
		return;
	}
	if (!sleepers_wanted(&system->sleepers))
		return;
	sleeper = sleepers_claim(&system->sleepers);
	if (sleeper < 0)
		return;
	if (worker != NULL)
		count_up(&worker->wakes, 1);
	parker_wake(&worker_at(system, (uint32_t)sleeper)->parker);
}

/* From a thread that does not run the pool's actors, or for an actor that is not the pool's. */
static void ready_elsewhere(odeon_system *system, struct worker *worker, struct slot *slot)
{
	struct worker *owner;

	if (slot->place == ODEON_POOLED || system->simulation != NULL) {
		slotqueue_push(&system->inject, &slot->link);
		if (system->simulation == NULL)
			ready_wake_pool(system, worker);
		return;
	}
	owner = worker_at(system, slot->worker);
	slotqueue_push(&owner->inbox, &slot->link);
	ck_pr_fence_memory();                   /* the entry, before the look whether it sleeps (in parker_wake) */
	if (owner != worker)
		ready_wake(system, owner);
}

void ready_rouse_watch(odeon_system *system, struct worker *worker)
{
	uint32_t watch = ck_pr_load_32(&system->sleepers.watch);

	if (ck_pr_fas_32(&system->watch_is_deep, 0) != 0 && watch != 0) {
		if (worker != NULL)
			count_up(&worker->wakes, 1);
		parker_wake(&worker_at(system, watch - 1)->parker);
	}
}

static void push_back(odeon_system *system, struct worker *worker, struct slot *slot)
{
	if (UNLIKELY(!runqueue_push(&worker->queue, slot)))
		slotqueue_push(&system->inject, &slot->link);
}

void ready(odeon_system *system, struct worker *worker, struct slot *slot)
{
	if (UNLIKELY(worker == NULL || !worker->runs_pool || slot->place != ODEON_POOLED)) {
		ready_elsewhere(system, worker, slot);
		return;
	}
	if (worker->hot < READY_HOT_MOST || runqueue_is_empty(&worker->queue))
		slot = runqueue_put_next(&worker->queue, slot);
	if (slot != NULL)
		push_back(system, worker, slot);
	if (UNLIKELY(ck_pr_load_32(&system->watch_is_deep) != 0))
		ready_rouse_watch(system, worker);
}

void ready_again(odeon_system *system, struct worker *worker, struct slot *slot)
{
	if (UNLIKELY(!worker->runs_pool || slot->place != ODEON_POOLED))
		ready_elsewhere(system, worker, slot);
	else
		push_back(system, worker, slot);
}
