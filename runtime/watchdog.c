/* SPDX-License-Identifier: BSD-2-Clause */
/* watchdog - looks, and tells */
#include "watchdog.h"

#include <stdio.h>
#include "alloc.h"
#include "clock.h"
#include "letters.h"
#include "os.h"

#define LOOKS 4                                 /* within the time allowed */

/* What a worker was at when it was looked at. */
struct sight {
	struct slot *running;
	const odeon_type *type;
	const odeon_site *site;
	uint64_t now;                           /* its last look at the clock */
	int64_t since;                          /* the first look that saw the same */
	bool is_told;
};

struct watchdog {
	odeon_system *system;
	pthread_t thread;
	struct parker parker;
	uint32_t is_over;
	struct sight sights[];                  /* of the pool's workers, and the host's */
};

static struct sight look(const struct worker *worker)
{
	return (struct sight){
		.running = ck_pr_load_ptr(&worker->running), .type = ck_pr_load_ptr(&worker->self.type),
		.site = ck_pr_load_ptr(&worker->self.site), .now = ck_pr_load_64(&worker->now),
	};
}

static bool is_same(const struct sight *one, const struct sight *other)
{
	return one->running == other->running && one->type == other->type && one->site == other->site && one->now == other->now;
}

static void tell(odeon_system *system, const struct sight *sight, odeon_duration for_so_long)
{
	const odeon_kind *kind = ck_pr_load_ptr(&sight->running->kind);
	const odeon_stuck stuck = {
		.who = directory_ref(system->directory, sight->running), .kind = kind != NULL ? kind->name : "", .type = sight->type,
		.site = sight->site, .queued = AMOUNT_MESSAGES(mailbox_queued(&sight->running->mailbox)),
	};
	char who[ODEON_REF_TEXT];

	if (system->options.on_long != NULL) {
		system->options.on_long(system->options.host, &stuck, for_so_long);
		return;
	}
	odeon_ref_print(stuck.who, who, sizeof who);
	log_line(system, ODEON_LOG_WARNING, "%s (%s) has been busy for %lld ms with struct %s sent at %s:%u; %llu wait", who, stuck.kind,
	         (long long)(for_so_long / 1000000), stuck.type->name, stuck.site != NULL ? stuck.site->file : "?",
	         stuck.site != NULL ? stuck.site->line : 0, (unsigned long long)stuck.queued);
}

static void look_at(struct watchdog *watchdog, uint32_t number, int64_t now)
{
	odeon_system *system = watchdog->system;
	struct sight *before = &watchdog->sights[number], sight = look(worker_at(system, number));

	if (sight.running == NULL || sight.type == NULL || !is_same(&sight, before)) {
		*before = sight;
		before->since = now;
	} else if (!before->is_told && now - before->since >= system->options.watchdog) {
		before->is_told = true;
		tell(system, &sight, now - before->since);
	}
}

static void *watch(void *argument)
{
	struct watchdog *watchdog = argument;
	odeon_system *system = watchdog->system;
	int64_t pause = system->options.watchdog / LOOKS, now;

	for (;;) {
		uint32_t key = parker_key(&watchdog->parker);   /* before the look whether it is over */

		if (ck_pr_load_32(&watchdog->is_over) != 0)
			return NULL;
		now = clock_now();
		for (uint32_t number = 0; number <= (uint32_t)system->pool; number++)
			look_at(watchdog, number, now);
		parker_sleep(&watchdog->parker, key, clock_after(now, pause > 0 ? pause : 1));
	}
}

int watchdog_start(odeon_system *system)
{
	uint32_t sights = (uint32_t)system->pool + 1;
	struct watchdog *watchdog;
	char name[32];

	if (system->options.watchdog == 0 || system->simulation != NULL)
		return 0;
	watchdog = alloc_lines(sizeof *watchdog + sights * sizeof watchdog->sights[0]);
	if (watchdog == NULL)
		return ODEON_ENOMEM;
	watchdog->system = system;
	parker_init(&watchdog->parker);
	snprintf(name, sizeof name, "%.8s-watch", system->name);
	if (os_thread_start(&watchdog->thread, name, watch, watchdog) != 0) {
		alloc_free_lines(watchdog);
		return ODEON_ESYSTEM;
	}
	system->watchdog = watchdog;
	return 0;
}

void watchdog_stop(odeon_system *system)
{
	struct watchdog *watchdog = system->watchdog;

	if (watchdog == NULL)
		return;
	ck_pr_store_32(&watchdog->is_over, 1);
	ck_pr_fence_memory();                   /* before the wake; pairs with the look after the key */
	parker_wake(&watchdog->parker);
	pthread_join(watchdog->thread, NULL);
	alloc_free_lines(watchdog);
	system->watchdog = NULL;
}
