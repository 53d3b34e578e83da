/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.c - timers with everything that they ask for failing in turn: a call answers ODEON_ENOMEM and has changed nothing, or
 * does what it says; what is armed fires without any memory, and ticks that need some say how many were missed
 *
 * While a failure is armed nothing of the library check is called, as its memory comes by the same way.
 */
#include "../harness/kit.h"
#include "faults.h"

enum { SWEEP_MOST = 1000, MANY = 500 };

static struct world world;
static struct journal heard;
static unsigned refusals;

struct owner { uint64_t missed; };

ODEON_HANDLER(owner, parcel) { journal_note(&heard, 1000 + parcel->number); }
ODEON_HANDLER(owner, odeon_tick)
{
	owner->missed += odeon_tick->missed;
	journal_note(&heard, (int)odeon_tick->key);
}
ODEON_HANDLER(owner, odeon_idle) { journal_note(&heard, -1); }
ODEON_HANDLER(owner, errand)
{
	struct gate *done = errand->done;

	errand->run(self, errand->argument);
	if (done)
		gate_open(done);
}
ODEON_HANDLERS(owner_handlers, ODEON_ON(owner, parcel), ODEON_ON(owner, odeon_tick), ODEON_ON(owner, odeon_idle),
               ODEON_ON(owner, errand));
ODEON_KIND(owner, owner_handlers);

static const odeon_options systems[] = {
	ODEON_OPTIONS(.workers = 1),
	ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE),
	ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 }),
};
enum { SYSTEMS = sizeof(systems) / sizeof(systems[0]) };

static bool is_hosted;

static void open_system(int which)
{
	is_hosted = which > 0;
	heard = (struct journal)JOURNAL;
	world_open(&world, systems[which]);
}

static void have(odeon_ref actor, errand_run *run, void *argument)
{
	if (!is_hosted) {
		world_do(&world, actor, run, argument);
		return;
	}
	world_tell(&world, actor, run, argument);
	must(odeon_system_run(world.system, ODEON_AT_ONCE) > 0);
}

static void pass(odeon_duration duration)
{
	if (is_hosted)
		must(odeon_system_run(world.system, odeon_system_deadline(world.system, duration)) >= 0);
	else
		kit_pause();
}

static int say(int error)
{
	must(error == 0 || error == ODEON_ENOMEM);
	refusals += error != 0;
	return error;
}

struct attempt { unsigned long nth, failed; bool for_ever; unsigned expected; };      /* so many messages are to come */

/* What is armed comes once; what was refused leaves what there was. */
static void arm_with_failure(odeon_self *self, void *argument)
{
	struct attempt *attempt = argument;
	struct parcel *parcels[MANY];
	odeon_timer timer;

	bool is_armed, is_replaced;

	attempt->expected = 0;
	for (int i = 0; i < MANY; i++)
		must((parcels[i] = parcel_new(i)) != NULL);
	faults_arm(attempt->nth, attempt->for_ever);
	for (int i = 0; i < MANY; i++) {
		int error = say(odeon_send_after(self, odeon_self_ref(self), parcels[i], ODEON_MS(1), &timer));

		must((timer.bits != 0) == (error == 0));
		attempt->expected += error == 0;
	}
	is_armed = say(odeon_tick_after(self, ODEON_MS(1), 1)) == 0;
	is_replaced = say(odeon_tick_every(self, ODEON_SECONDS(10), 1)) == 0;
	attempt->expected += is_armed && !is_replaced;
	attempt->expected += say(odeon_idle_after(self, ODEON_MS(3))) == 0;
	attempt->failed = faults_disarm();
}

START_TEST(a_timer_without_memory_is_an_error_and_leaves_what_there_was)
{
	struct attempt attempt = { .failed = 1, .for_ever = _i >= SYSTEMS };

	for (attempt.nth = 1; attempt.failed > 0; attempt.nth = faults_next(attempt.nth)) {
		must(attempt.nth < SWEEP_MOST);
		open_system(_i % SYSTEMS);
		have(world_spawn(&world, &owner_kind, &(struct owner){ 0 }), arm_with_failure, &attempt);
		eventually((pass(ODEON_MS(5)), journal_count(&heard) == attempt.expected));
		world_close(&world);
	}
	ck_assert_uint_gt(attempt.nth, 4);
	ck_assert_uint_ge(refusals, attempt.for_ever ? MANY : 2);     /* one failure may be made up for: blocks have two sources */
}
END_TEST

static void arm_all(odeon_self *self, void *argument)
{
	odeon_timer *timer = argument;

	must(odeon_send_after(self, odeon_self_ref(self), parcel_new(1), ODEON_MS(1), NULL) == 0);
	must(odeon_send_after(self, odeon_self_ref(self), parcel_new(2), ODEON_MS(1), timer) == 0);
	must(odeon_tick_after(self, ODEON_MS(1), 1) == 0);
	must(odeon_tick_every(self, ODEON_MS(1), 2) == 0);
}

/* All of it is refused while 20 ticks fall due: none comes, and then one says so. */
START_TEST(firing_needs_no_memory_and_ticks_without_are_counted)
{
	odeon_timer timer;
	odeon_ref actor;
	odeon_time until;
	unsigned count;

	open_system(_i);
	actor = world_spawn(&world, &owner_kind, &(struct owner){ 0 });
	have(actor, arm_all, &timer);
	faults_arm(1, true);
	until = odeon_system_deadline(world.system, ODEON_MS(20));
	while (odeon_system_now(world.system).ns < until.ns)
		pass(ODEON_MS(1));
	/* both parcels, the single tick; and ticks from what a cache had left */
	eventually((pass(ODEON_MS(1)), journal_count(&heard) >= 3));
	count = journal_count(&heard);
	(void)faults_disarm();
	eventually((pass(ODEON_MS(1)), journal_count(&heard) > count));
}
END_TEST

static void teardown(void) { world_close(&world); }
static void begin(void) { refusals = 0; }

KIT_MAIN("fault/timer",
	{ .name = "arm", .setup = begin, .loop = 2 * SYSTEMS,
	  .tests = KIT_TESTS(a_timer_without_memory_is_an_error_and_leaves_what_there_was) },
	{ .name = "fire", .teardown = teardown, .loop = SYSTEMS,
	  .tests = KIT_TESTS(firing_needs_no_memory_and_ticks_without_are_counted) })
