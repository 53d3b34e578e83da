/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timing.h - what timer.c, tick.c and timer_owner.c share: an actor that notes what time brings it
 *
 * Most tests run with workers, with the host alone, and simulated: `places` below.
 */
#ifndef TESTS_TIMING_H
#define TESTS_TIMING_H

#include "../harness/kit.h"
#include <time.h>

static struct world world;
static struct journal journal;

static const odeon_options places[] = {
	ODEON_OPTIONS(.workers = 2),
	ODEON_OPTIONS(.workers = 1),
	ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE),
	ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 7 }),
};
enum { PLACES = sizeof(places) / sizeof(places[0]), SIMULATED = PLACES - 1 };

/* ---- an actor that notes what time brings it ----------------------------------------------------------------------------------- */

struct owner {
	void (*on_tick)(odeon_self *self, struct owner *owner, const struct odeon_tick *tick);
	void (*first)(odeon_self *self, struct owner *owner);          /* in its start */
	void (*last)(odeon_self *self, struct owner *owner);           /* in its stop */
	void *argument;
	int result;
	int64_t seen, since;
	uint64_t ticks, missed;
	odeon_timer timer;
};

ODEON_HANDLER(owner, parcel) { journal_note(&journal, parcel->number); }
ODEON_HANDLER(owner, errand)
{
	struct gate *done = errand->done;

	errand->run(self, errand->argument);
	if (done)
		gate_open(done);
}
ODEON_HANDLER(owner, odeon_tick)
{
	must(odeon_now(self).ns >= odeon_tick->due.ns);         /* never early */
	owner->ticks++;
	owner->missed += odeon_tick->missed;
	owner->seen = odeon_now(self).ns;
	if (owner->on_tick)
		owner->on_tick(self, owner, odeon_tick);
	else
		journal_note(&journal, (int)odeon_tick->key);
}
ODEON_HANDLER(owner, odeon_idle)
{
	owner->seen = odeon_now(self).ns;
	owner->since = odeon_idle->since;
	journal_note(&journal, -1);
}
struct plan { struct owner owner; };
ODEON_START(owner, plan)
{
	*owner = plan->owner;
	if (owner->first)
		owner->first(self, owner);
	return owner->result;
}
ODEON_STOP(owner)
{
	if (owner->last)
		owner->last(self, owner);
}
ODEON_HANDLERS(owner_handlers, ODEON_ON(owner, parcel), ODEON_ON(owner, errand), ODEON_ON(owner, odeon_tick),
               ODEON_ON(owner, odeon_idle));
ODEON_KIND(owner, owner_handlers, .start = ODEON_STARTS(owner), .stop = ODEON_STOPS(owner));

static inline odeon_ref spawn(struct owner owner) { return world_spawn(&world, &owner_kind, &(struct plan){ owner }); }
static inline odeon_ref spawn_at(enum odeon_place place, struct owner owner)
{
	static odeon_kind kinds[3];

	kinds[place] = owner_kind;
	kinds[place].place = place;
	return world_spawn(&world, &kinds[place], &(struct plan){ owner });
}

static bool is_hosted;

static inline void open_at(int place)
{
	journal = (struct journal)JOURNAL;
	is_hosted = places[place].workers < 0 || places[place].simulation.enabled;
	world_open(&world, places[place]);
}

static inline void setup(void) { open_at(0); }
static inline void setup_anywhere(void) { journal = (struct journal)JOURNAL; }
static inline void teardown(void) { world_close(&world); }

static inline void pass(odeon_duration duration)
{
	struct timespec time = { duration / 1000000000, duration % 1000000000 };

	if (is_hosted)
		must(odeon_system_run(world.system, odeon_system_deadline(world.system, duration)) >= 0);
	else
		nanosleep(&time, NULL);
}

static inline void await_notes(unsigned count)
{
	odeon_time until = kit_deadline();

	while (journal_count(&journal) < count) {
		must(odeon_clock_now().ns < until.ns);
		pass(ODEON_MS(1));
	}
}

/* In the actor's own handler, and back when it has run. */
static inline void have(odeon_ref actor, errand_run *run, void *argument)
{
	if (!is_hosted) {
		world_do(&world, actor, run, argument);
		return;
	}
	world_tell(&world, actor, run, argument);
	must(odeon_system_run(world.system, ODEON_AT_ONCE) > 0);
}

static int64_t armed_at;

static inline void tick_in_20_ms(odeon_self *self, void *argument)
{
	(void)argument;
	armed_at = odeon_now(self).ns;
	must(odeon_tick_after(self, ODEON_MS(20), 5) == 0);
}

#endif
