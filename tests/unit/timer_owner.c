/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer_owner.c - tests of timers and those they belong to: the actor's end, other threads, the host
 */
#include "timing.h"
#include <poll.h>
#include <sys/resource.h>

/* ---- the end of the owner -------------------------------------------------------------------------------------------------------------- */

static void arm_all(odeon_self *self, struct owner *owner)
{
	must(odeon_send_after(self, odeon_self_ref(self), parcel_new(1), ODEON_MS(5), &owner->timer) == 0);
	must(odeon_send_after(self, odeon_self_ref(self), parcel_new(1), ODEON_SECONDS(3600), NULL) == 0);
	must(odeon_tick_after(self, ODEON_MS(5), 1) == 0);
	must(odeon_tick_every(self, ODEON_MS(5), 2) == 0);
	must(odeon_idle_after(self, ODEON_MS(5)) == 0);
}

static void arm_nothing(odeon_self *self, struct owner *owner)
{
	struct parcel *parcel = parcel_new(1);

	must(odeon_send_after(self, odeon_self_ref(self), parcel, 0, NULL) == ODEON_ESTOPPING);
	must(odeon_tick_after(self, 0, 1) == ODEON_ESTOPPING);
	must(odeon_tick_every(self, 1, 1) == ODEON_ESTOPPING);
	must(odeon_idle_after(self, 1) == ODEON_ESTOPPING);
	if (owner->timer.bits) {
		must(odeon_timer_cancel(self, owner->timer) == 0);
		must(odeon_tick_cancel(self, 1) == 0);
	}
}

/* Workers are held up until it is killed: its timers may have fired by then, and are not handled. */
START_TEST(they_end_with_their_actor)
{
	struct plug plugs[2] = { PLUG, PLUG };
	odeon_ref actor;

	open_at(_i);
	for (int i = 0; i < places[_i].workers; i++)
		(void)world_plug(&world, &plugs[i]);
	actor = spawn((struct owner){ .first = arm_all, .last = arm_nothing });
	eventually(world_stats(&world).timers + world_stats(&world).fired == 5);
	must(odeon_actor_kill(world.system, actor) == 0);
	for (int i = 0; i < places[_i].workers; i++)
		plug_release(&plugs[i]);
	pass(ODEON_MS(20));
	must(journal_count(&journal) == 0);
	eventually((pass(ODEON_MS(1)), world_stats(&world).timers == 0));
	must(journal_count(&journal) == 0);
}
END_TEST

START_TEST(they_end_with_a_start_that_failed)
{
	odeon_ref actor;

	open_at(_i);
	must(odeon_system_spawn(world.system, &owner_kind, &(struct plan){ { .first = arm_all, .result = ODEON_EFAILED } }, &actor)
	     == ODEON_EFAILED);
	must(world_stats(&world).timers == 0);
	pass(ODEON_MS(10));
	must(journal_count(&journal) == 0);
}
END_TEST

static void arm_for_at_once(odeon_self *self, struct owner *owner)
{
	(void)owner;
	for (int i = 0; i < 4; i++)
		must(odeon_send_after(self, odeon_self_ref(self), parcel_new(1), i * ODEON_US(300), NULL) == 0);
	must(odeon_tick_every(self, 1, 2) == 0);
	must(odeon_idle_after(self, 1) == 0);
}

/* In the mailbox, in a wheel, or just between both: whatever the end finds. */
START_TEST(they_end_with_an_actor_that_dies_as_they_fire)
{
	setup();
	for (int i = 0; i < KIT_SLOWER(3000); i++) {
		odeon_ref actor = spawn((struct owner){ .first = arm_for_at_once });

		if (i % 3 == 0)
			pass(ODEON_US(i % 1000));
		must(odeon_actor_kill(world.system, actor) == 0);
	}
	eventually(world_stats(&world).actors == 0);
	must(world_stats(&world).timers == 0);
	journal = (struct journal)JOURNAL;
}
END_TEST

START_TEST(they_keep_no_system_alive)
{
	odeon_ref actor;

	open_at(_i);
	actor = spawn((struct owner){ .first = arm_all });
	must(odeon_actor_stop(world.system, actor) == 0);
	if (places[_i].workers == ODEON_WORKERS_NONE)
		must(odeon_system_run(world.system, ODEON_AT_ONCE) >= 0);
	else
		must(odeon_system_wait(world.system, odeon_system_deadline(world.system, ODEON_SECONDS(10))) == 0);
	must(world_stats(&world).actors == 0);
}
END_TEST

START_TEST(a_system_stops_with_an_hour_to_go)
{
	open_at(_i);
	(void)spawn((struct owner){ .first = arm_all });
	(void)spawn_at(ODEON_OWN_THREAD, (struct owner){ .first = arm_all });
}
END_TEST

/* ---- from elsewhere ------------------------------------------------------------------------------------------------------------------------ */

static void arm_soon(odeon_self *self, struct owner *owner)
{
	(void)owner;
	armed_at = odeon_now(self).ns;
	must(odeon_tick_after(self, ODEON_MS(10), 5) == 0);
	must(odeon_tick_after(self, ODEON_SECONDS(3600), 6) == 0);
}

/* All sleep, for ever or for an hour, when somebody else arms an earlier one in the wheel of one of them. */
START_TEST(a_sleeper_wakes_for_what_another_thread_arms)
{
	open_at(_i);
	for (unsigned i = 0; i < 20; i++) {
		pass(i < 3 ? ODEON_MS(60) : ODEON_MS(1));       /* the watch has gone to sleep */
		(void)spawn_at(i % 2 ? ODEON_OWN_THREAD : ODEON_POOLED, (struct owner){ .first = arm_soon });
		await_notes(i + 1);
		must(odeon_system_now(world.system).ns - armed_at < ODEON_SECONDS(5));
	}
}
END_TEST

static void hold_up(odeon_self *self, void *argument)
{
	(void)argument;
	(void)self;
	nanosleep(&(struct timespec){ 0, ODEON_MS(1) }, NULL);
	eventually(journal_count(&journal) > 0);
}

static void arm_then_hold_up(odeon_self *self, void *argument)
{
	odeon_ref *to = argument;

	must(odeon_tick_every(self, ODEON_MS(2), 1) == 0);
	world_do(&world, *to, tick_in_20_ms, NULL);     /* the other is on a worker that is free, mostly */
	hold_up(self, argument);
}

static void *start_elsewhere(void *argument)
{
	odeon_kind kind = owner_kind;

	(void)argument;
	kind.place = ODEON_PINNED;
	kind.worker = 1;
	(void)world_spawn(&world, world_kind(&world, kind), &(struct plan){ { .first = arm_soon } });
	return NULL;
}

/* One worker runs its handler until the other's timer, armed in its own wheel, has fired. */
START_TEST(a_long_handler_does_not_hold_timers_back)
{
	odeon_ref busy, other;
	pthread_t thread;

	setup();
	pass(ODEON_MS(60));
	busy = spawn((struct owner){ .ticks = 0 });
	other = spawn((struct owner){ .ticks = 0 });
	have(busy, arm_then_hold_up, &other);
	must(journal_count(&journal) >= 1);
	must(pthread_create(&thread, NULL, start_elsewhere, NULL) == 0);
	pthread_join(thread, NULL);
	await_notes(2);
}
END_TEST

enum { OFTEN = KIT_SLOWER(2000) };
static _Atomic unsigned on_another;
static _Thread_local int here;

static void arm_or_cancel(odeon_self *self, struct owner *owner, const struct odeon_tick *tick)
{
	const void *armed_on = owner->argument;

	(void)tick;
	if (owner->timer.bits != 0) {
		must(odeon_timer_cancel(self, owner->timer) == 0);
		on_another += armed_on != &here;
	}
	owner->argument = &here;
	must(odeon_send_after(self, odeon_self_ref(self), parcel_new(1), ODEON_SECONDS(100), &owner->timer) == 0);
	must(odeon_tick_after(self, owner->ticks % 16 == 0 ? ODEON_US(700) : 0, 1) == 0);
	if (owner->ticks == OFTEN)
		journal_note(&journal, 1);
	if (owner->ticks >= OFTEN)
		odeon_exit(self);
}

static void tick_first(odeon_self *self, struct owner *owner)
{
	(void)owner;
	must(odeon_tick_after(self, 0, 1) == 0);
}

START_TEST(it_is_cancelled_by_its_owner_on_any_worker)
{
	setup();
	for (int i = 0; i < 40; i++)
		(void)spawn((struct owner){ .first = tick_first, .on_tick = arm_or_cancel });
	await_notes(40);
	eventually(world_stats(&world).actors == 0);
	must(world_stats(&world).timers == 0);
}
END_TEST

/* ---- memory and rest ------------------------------------------------------------------------------------------------------------------------- */

static void arm_and_cancel_many(odeon_self *self, void *argument)
{
	odeon_timer timer;

	(void)argument;
	for (int i = 0; i < KIT_SLOWER(1000000); i++) {
		must(odeon_send_after(self, odeon_self_ref(self), odeon_new(note), ODEON_SECONDS(3600), &timer) == 0);
		must(odeon_timer_cancel(self, timer) == 0);
	}
}

START_TEST(what_was_cancelled_gives_its_memory_back)
{
	odeon_ref actor;
	long before;
	struct rusage usage;

	setup();
	actor = spawn((struct owner){ .ticks = 0 });
	getrusage(RUSAGE_SELF, &usage);
	before = usage.ru_maxrss;
	have(actor, arm_and_cancel_many, NULL);
	getrusage(RUSAGE_SELF, &usage);
#if !defined(KIT_ADDRESS_SANITIZER) && !defined(KIT_THREAD_SANITIZER)
	must(usage.ru_maxrss - before < 4096);          /* KiB; kept, they would be 200 MB */
#else
	(void)before;                                   /* the sanitizer keeps it */
#endif
	must(world_stats(&world).timers == 0);
}
END_TEST

static int64_t processor_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void arm_an_hour(odeon_self *self, struct owner *owner)
{
	(void)owner;
	must(odeon_tick_after(self, ODEON_SECONDS(3600), 1) == 0);
}

START_TEST(one_timer_an_hour_away_costs_no_time)
{
	int64_t before;

	open_at(_i);
	(void)spawn((struct owner){ .first = arm_an_hour });
	pass(ODEON_MS(200));
	before = processor_time();
	pass(ODEON_MS(500));
	must(processor_time() - before < ODEON_MS(100));
}
END_TEST

/* ---- hosts --------------------------------------------------------------------------------------------------------------------------------------- */

static void tick_soon(odeon_self *self, struct owner *owner)
{
	(void)owner;
	must(odeon_tick_every(self, ODEON_MS(5), 1) == 0);
}

static bool is_readable(int fd, int milliseconds)
{
	struct pollfd polled = { .fd = fd, .events = POLLIN };

	return poll(&polled, 1, milliseconds) == 1;
}

START_TEST(a_host_with_nothing_but_the_descriptor_is_woken)
{
	int fd;

	open_at(2);
	fd = odeon_system_fd(world.system);
	(void)spawn((struct owner){ .first = tick_soon });
	must(odeon_system_run(world.system, ODEON_AT_ONCE) >= 0);
	for (unsigned i = 1; i <= 20; i++) {
		if (journal_count(&journal) < i)
			must(is_readable(fd, 5000));
		must(odeon_system_run(world.system, ODEON_AT_ONCE) >= 0);
	}
	must(journal_count(&journal) >= 10);
}
END_TEST

START_TEST(the_descriptor_is_not_readable_before)
{
	odeon_ref actor;
	int fd;

	open_at(2);
	fd = odeon_system_fd(world.system);
	actor = spawn((struct owner){ .first = arm_an_hour });
	must(is_readable(fd, 0));
	must(odeon_system_run(world.system, ODEON_AT_ONCE) >= 0);
	must(!is_readable(fd, 20));
	world_posts(&world, actor, 3, 1);
	must(is_readable(fd, 0));
	must(odeon_system_run(world.system, ODEON_AT_ONCE) == 1);
	must(!is_readable(fd, 20));
}
END_TEST

static void setup_host(void) { journal = (struct journal)JOURNAL; }

START_TEST(a_host_with_time_outs_is_told_when)
{
	int64_t due;

	open_at(_i + 2);
	must(odeon_system_due(world.system).ns == INT64_MAX);
	must(odeon_system_due(NULL).ns == INT64_MAX);
	(void)spawn((struct owner){ .first = tick_soon });
	due = odeon_system_due(world.system).ns;
	must(due <= odeon_system_now(world.system).ns + ODEON_MS(6));
	for (unsigned i = 1; i <= 5; i++) {
		while ((due = odeon_system_due(world.system).ns) > odeon_system_now(world.system).ns && _i == 0)
			nanosleep(&(struct timespec){ 0, due - odeon_system_now(world.system).ns }, NULL);
		must(odeon_system_run(world.system, _i == 1 ? (odeon_time){ due + 1 } : ODEON_AT_ONCE) >= 0);
	}
	must(journal_count(&journal) >= 4);
}
END_TEST

START_TEST(run_waits_for_timers_until_its_deadline)
{
	int64_t before, passed;
	unsigned ticks;

	open_at(_i + 2);
	before = odeon_system_now(world.system).ns;
	(void)spawn((struct owner){ .first = tick_soon });
	must(odeon_system_run(world.system, odeon_system_deadline(world.system, ODEON_MS(31))) >= 0);
	passed = odeon_system_now(world.system).ns - before;
	ticks = journal_count(&journal);
	must(passed >= ODEON_MS(31));
	must(ticks >= (_i == 1 ? 6u : 1u) && ticks <= passed / ODEON_MS(5));
}
END_TEST

KIT_MAIN("unit/timer_owner",
	{ "moment", KIT_TESTS(they_end_with_their_actor, they_end_with_a_start_that_failed,
	                      they_keep_no_system_alive, a_system_stops_with_an_hour_to_go,
	                      a_sleeper_wakes_for_what_another_thread_arms, one_timer_an_hour_away_costs_no_time),
	  setup_anywhere, teardown, PLACES },
	{ "workers", KIT_TESTS(they_end_with_an_actor_that_dies_as_they_fire,
	                       a_long_handler_does_not_hold_timers_back, it_is_cancelled_by_its_owner_on_any_worker,
	                       what_was_cancelled_gives_its_memory_back,
	                       a_host_with_nothing_but_the_descriptor_is_woken,
	                       the_descriptor_is_not_readable_before),
	  setup_anywhere, teardown, 0 },
	{ "host", KIT_TESTS(a_host_with_time_outs_is_told_when, run_waits_for_timers_until_its_deadline),
	  setup_host, teardown, 2 })
