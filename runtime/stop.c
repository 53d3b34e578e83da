/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stop - the phases in which a system ends
 *
 * 1. phase STOPPING: spawns are refused. A spawner that got through looks again after the birth, so each new actor is
 *    seen by the walk of step 2, or gives itself the order.
 * 2. Every actor gets the order to stop after what is queued now.
 * 3. At half of the time, every actor left is killed.
 * 4. When none is left, the threads are joined, and what is still queued anywhere becomes dead letters.
 * 5. phase STOPPED.
 *
 * When the deadline comes first, the system stays in phase STOPPING, and the next call goes on from there.
 */
#include "system.h"

#include <stdio.h>
#include "alloc.h"
#include "clock.h"
#include "deliver.h"
#include "loop.h"
#include "own.h"
#include "simulation.h"

static void order_all(odeon_system *system, uint32_t orders)
{
	struct directory *directory = system->directory;

	for (uint32_t i = 0; i < directory_used(directory); i++)
		if (generation_is_alive(slot_generation(&directory->slots[i])))
			(void)deliver_order(system, NULL, directory_ref(directory, &directory->slots[i]), orders);
}

/* ---- reports -------------------------------------------------------------------------------------------------------------------- */

/* What the worker that runs it now is busy with. */
static void describe_running(odeon_system *system, struct slot *slot, odeon_stuck *stuck)
{
	for (uint32_t i = 0; i < ck_pr_load_32(&system->workers_used); i++) {
		struct worker *worker = worker_at(system, i);

		if (worker == NULL || ck_pr_load_ptr(&worker->running) != slot)
			continue;
		stuck->type = ck_pr_load_ptr(&worker->self.type);
		stuck->site = ck_pr_load_ptr(&worker->self.site);
	}
}

odeon_report *report_make(odeon_system *system)
{
	struct directory *directory = system->directory;
	uint64_t room = world_alive(system) + 1;
	odeon_report *report = malloc(sizeof *report + room * sizeof(odeon_stuck));
	odeon_stuck *stuck;
	size_t count = 0;

	if (report == NULL)
		return NULL;
	stuck = (odeon_stuck *)(void *)(report + 1);
	for (uint32_t i = 0; i < directory_used(directory) && count < room; i++) {
		struct slot *slot = &directory->slots[i];
		const odeon_kind *kind = ck_pr_load_ptr(&slot->kind);

		if (!generation_is_alive(slot_generation(slot)))
			continue;
		stuck[count] = (odeon_stuck){
			.who = directory_ref(directory, slot), .kind = kind != NULL ? kind->name : "",
			.queued = AMOUNT_MESSAGES(mailbox_queued(&slot->mailbox)),
		};
		describe_running(system, slot, &stuck[count++]);
	}
	*report = (odeon_report){ .bytes = sizeof *report, .count = count, .stuck = stuck };
	return report;
}

void odeon_report_free(odeon_report *report)
{
	free(report);
}

int odeon_report_print(const odeon_report *report, char *text, size_t bytes)
{
	int length = 0;

	if (bytes > 0)
		text[0] = '\0';
	for (size_t i = 0; report != NULL && i < report->count; i++) {
		const odeon_stuck *stuck = &report->stuck[i];
		size_t at = (size_t)length < bytes ? (size_t)length : bytes;
		char who[ODEON_REF_TEXT];

		odeon_ref_print(stuck->who, who, sizeof who);
		if (stuck->type != NULL)
			length += snprintf(text + at, bytes - at, "%s (%s) is busy with struct %s sent at %s:%u; %llu wait\n", who,
			                   stuck->kind, stuck->type->name, stuck->site != NULL ? stuck->site->file : "?",
			                   stuck->site != NULL ? stuck->site->line : 0, (unsigned long long)stuck->queued);
		else
			length += snprintf(text + at, bytes - at, "%s (%s) has not run; %llu wait\n", who, stuck->kind,
			                   (unsigned long long)stuck->queued);
	}
	return length;
}

/* ---- phases --------------------------------------------------------------------------------------------------------------------- */

static int64_t now_of(odeon_system *system)
{
	return odeon_system_now(system).ns;
}

/* The moment to be less polite. */
static int64_t half_way(odeon_system *system, int64_t until)
{
	int64_t now = now_of(system);

	return until == INT64_MAX ? until : until > now ? now + (until - now) / 2 : 0;
}

static int end_actors(odeon_system *system, int64_t until)
{
	int error;

	ck_pr_store_32(&system->phase, PHASE_STOPPING);
	ck_pr_fence_memory();                   /* before the walk; pairs with the look at the end of actor_spawn */
	order_all(system, ORDER_STOP);
	error = await_actors(system, half_way(system, until), false);
	if (error == ODEON_ETIMEDOUT && until != INT64_MAX) {
		order_all(system, ORDER_KILL);
		error = await_actors(system, until, false);
	}
	return error == ODEON_ETIMEDOUT ? ODEON_EBUSY : error;
}

static int check(odeon_system *system)
{
	if (system == NULL)
		return ODEON_EINVAL;
	if (directory_is_forked(system->directory))
		return ODEON_EFORKED;
	if (context_runs_actors())
		return context_here->system == system ? ODEON_EINVAL : ODEON_EWOULDBLOCK;
	return 0;
}

/* One thread at a time. */
static int stop(odeon_system *system, int64_t until)
{
	int error = end_actors(system, until);

	if (error != 0)
		return error;
	system_join(system);
	ck_pr_store_32(&system->phase, PHASE_STOPPED);
	return 0;
}

int odeon_system_stop(odeon_system *system, odeon_time until, odeon_report **report)
{
	int error = check(system);

	if (report != NULL)
		*report = NULL;
	if (error != 0 || ck_pr_load_32(&system->phase) == PHASE_STOPPED)
		return error;
	if (!ck_pr_cas_32(&system->stopper, 0, 1))
		return ODEON_EBUSY;
	error = ck_pr_load_32(&system->phase) != PHASE_STOPPED ? stop(system, until.ns) : 0;
	if (error != 0 && report != NULL)
		*report = report_make(system);
	ck_pr_fence_release();
	ck_pr_store_32(&system->stopper, 0);
	return error;
}

int odeon_actor_stop(odeon_system *system, odeon_ref actor)
{
	return system != NULL ? deliver_order(system, worker_here(system), actor, ORDER_STOP) : ODEON_EINVAL;
}

int odeon_actor_kill(odeon_system *system, odeon_ref actor)
{
	return system != NULL ? deliver_order(system, worker_here(system), actor, ORDER_KILL) : ODEON_EINVAL;
}
