/* SPDX-License-Identifier: BSD-2-Clause */
/* stats - what the counters say */
#include <odeon/stats.h>

#include "clock.h"
#include "deliver.h"
#include "wheel.h"
#include "world.h"

/* Since when at least the oldest waits: see mark in turn.c. */
static odeon_duration oldest(struct slot *slot, int64_t now)
{
	uint64_t mark = ck_pr_load_64(&slot->mark);
	uint32_t taken = AMOUNT_MESSAGES(ck_pr_load_64(&slot->mailbox.stub.stamp));

	if ((ck_pr_load_8(&slot->flags) & SLOT_STOPPING) != 0)        /* the word says something else then */
		return 0;
	if ((mark >> 32) == 0 || (int32_t)(taken - (uint32_t)mark) >= 0)
		return 0;
	return (odeon_duration)((uint32_t)(now >> 16) - (uint32_t)(mark >> 32)) << 16;
}

static void read_slot(struct slot *slot, odeon_stats_actor *stats)
{
	const odeon_kind *kind = ck_pr_load_ptr(&slot->kind);
	struct bounds *bounds = ck_pr_load_ptr(&slot->bounds);
	uint64_t queued = mailbox_queued(&slot->mailbox);

	stats->kind = kind != NULL ? kind->name : "";
	stats->handled = ck_pr_load_64(&slot->handled);
	stats->dropped = bounds != NULL ? ck_pr_load_64(&bounds->dropped) : 0;
	stats->queued = AMOUNT_MESSAGES(queued);
	stats->queued_bytes = (uint64_t)AMOUNT_UNITS(queued) * 16;
	stats->oldest = queued != 0 ? oldest(slot, clock_now()) : 0;
	stats->busy = (odeon_duration)ck_pr_load_64(&slot->busy);
}

int odeon_actor_stats(odeon_system *system, odeon_ref actor, odeon_stats_actor *stats)
{
	odeon_stats_actor read = { .bytes = sizeof read };
	struct slot *slot;
	int why;

	if (system == NULL || stats == NULL)
		return ODEON_EINVAL;
	if (stats->bytes != sizeof *stats)
		return ODEON_EVERSION;
	slot = directory_find(system->directory, actor);
	if (slot != NULL && slot_generation(slot) == ref_generation(actor)) {
		read_slot(slot, &read);
		ck_pr_fence_load();
		if (slot_generation(slot) == ref_generation(actor)) {   /* still the same one: it is about him */
			*stats = read;
			return 0;
		}
	}
	why = deliver_refused(system, actor);
	return why == ODEON_ESTOPPING ? ODEON_EGONE : why;
}

int odeon_worker_stats(odeon_system *system, int number, odeon_stats_worker *stats)
{
	struct worker *worker;

	if (system == NULL || stats == NULL || number < 0 || number >= (system->pool > 0 ? system->pool : 1))
		return ODEON_EINVAL;
	if (stats->bytes != sizeof *stats)
		return ODEON_EVERSION;
	worker = worker_at(system, (uint32_t)number);
	*stats = (odeon_stats_worker){
		.bytes = sizeof *stats,
		.handled = ck_pr_load_64(&worker->tally.handled),
		.turns = ck_pr_load_64(&worker->turns),
		.stolen = ck_pr_load_64(&worker->stolen),
		.steals = ck_pr_load_64(&worker->steals),
		.parks = ck_pr_load_64(&worker->parks),
		.wakes = ck_pr_load_64(&worker->wakes),
		.busy = (odeon_duration)ck_pr_load_64(&worker->busy),
		.ready = runqueue_length(&worker->queue) + (ck_pr_load_ptr(&worker->queue.next) != NULL),
	};
	return 0;
}

static void count_timers(odeon_system *system, odeon_stats_system *stats)
{
	for (uint32_t i = 0; i <= (uint32_t)system->pool; i++) {
		const struct wheel *wheel = ck_pr_load_ptr(&worker_at(system, i)->wheel);

		ck_pr_fence_acquire();          /* what it is, after where; pairs with wheel_of */
		if (wheel == NULL)
			continue;
		stats->timers += ck_pr_load_64(&wheel->count);
		stats->fired += ck_pr_load_64(&wheel->out);
	}
}

int odeon_system_stats(odeon_system *system, odeon_stats_system *stats)
{
	struct tally sum;
	uint64_t known;

	if (system == NULL || stats == NULL)
		return ODEON_EINVAL;
	if (stats->bytes != sizeof *stats)
		return ODEON_EVERSION;
	world_tally(system, &sum);
	*stats = (odeon_stats_system){
		.bytes = sizeof *stats, .workers = system->pool, .actors = sum.spawned - sum.ended, .spawned = sum.spawned,
		.accepted = sum.accepted, .handled = sum.handled, .dropped = sum.dropped, .failed = sum.failed,
		.restarted = sum.restarted,
	};
	for (int i = 0; i < ODEON_ERROR_COUNT; i++) {
		stats->dead[i] = sum.dead[i];
		stats->dead_letters += sum.dead[i];
	}
	count_timers(system, stats);
	known = stats->handled + stats->dropped + stats->dead_letters;
	stats->queued = stats->accepted > known ? stats->accepted - known : 0;
	return 0;
}
