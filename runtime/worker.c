/* SPDX-License-Identifier: BSD-2-Clause */
/* worker - made, and unmade */
#include "worker.h"

#include <stdio.h>
#include "alloc.h"
#include "clock.h"
#include "crash.h"
#include "os.h"
#include "wheel.h"

/* For a panic: racy where it looks at itself, which is this thread. */
static int describe(const struct context *context, char *text, size_t bytes)
{
	const struct worker *worker = (const struct worker *)(const void *)
		((const char *)context - offsetof(struct worker, context));
	const struct odeon_self *self = &worker->self;
	char me[ODEON_REF_TEXT], seed[48] = "";

	if (self->system->simulation != NULL)
		snprintf(seed, sizeof seed, "; ODEON_SEED=%llu", (unsigned long long)self->system->options.simulation.seed);
	if (self->slot == NULL)
		return snprintf(text, bytes, "in system %s%s", self->system->name, seed);
	odeon_ref_print(self->me, me, sizeof me);
	return snprintf(text, bytes, "in system %s, actor %s (%s), message struct %s sent at %s:%u%s", self->system->name, me,
	                self->slot->kind != NULL ? self->slot->kind->name : "?", self->type != NULL ? self->type->name : "-",
	                self->site != NULL ? self->site->file : "-", self->site != NULL ? self->site->line : 0, seed);
}

struct worker *worker_make(odeon_system *system, uint32_t number, bool runs_pool, bool may_block)
{
	struct worker *worker = alloc_lines(sizeof *worker);

	if (worker == NULL)
		return NULL;
	if (!crash_make(system, &worker->crash)) {
		alloc_free_lines(worker);
		return NULL;
	}
	worker->self.directory = system->directory;
	worker->self.system = system;
	worker->self.worker = worker;
	worker->self.is_noted = system->simulation != NULL || system->options.crash_report;
	worker->number = (uint16_t)number;
	worker->runs_pool = runs_pool;
	worker->interval = worker->credit = 1;
	worker->tidied.due = INT64_MAX;
	worker->context = (struct context){
		.system = system, .random = &worker->random, .may_block = may_block, .refuses = system->refuses, .describe = describe,
		.cache = system->refuses == NULL ? &worker->cache : NULL,       /* all that is made is asked for then */
	};
	cache_init(&worker->cache, system->depot);
	random_seed(&worker->random, system->options.simulation.enabled ? system->options.simulation.seed : number);
	runqueue_init(&worker->queue, runs_pool && system->pool > 1, system->pool <= 1 || os_barrier_init());
	slotqueue_init(&worker->inbox);
	parker_init(&worker->parker);
	ck_pr_fence_release();
	ck_pr_store_ptr(&system->workers[number], worker);
	if (number >= system->workers_used)
		ck_pr_store_32(&system->workers_used, number + 1);
	return worker;
}

void worker_free(odeon_system *system, uint32_t number)
{
	struct worker *worker = worker_at(system, number);

	ck_pr_store_ptr(&system->workers[number], NULL);
	if (worker == NULL)
		return;
	wheel_free(worker->wheel);
	cache_fini(&worker->cache);
	crash_free(worker->crash);
	alloc_free_lines(worker);
}

void worker_announce(struct worker *worker, int starts)
{
	odeon_system *system = worker->self.system;

	if (system->options.on_thread != NULL)
		system->options.on_thread(system->options.host, worker->number, starts);
}
