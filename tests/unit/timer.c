/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.c - tests of odeon/timer.h and odeon_send_after: what is early, late, lost, or comes though it was ended
 *
 * Most of them run with workers, with the host alone, and simulated: `places` below.
 */
#include "../harness/kit.h"
#include <poll.h>
#include <sys/resource.h>
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

static odeon_ref spawn(struct owner owner) { return world_spawn(&world, &owner_kind, &(struct plan){ owner }); }
static odeon_ref spawn_at(enum odeon_place place, struct owner owner)
{
	static odeon_kind kinds[3];

	kinds[place] = owner_kind;
	kinds[place].place = place;
	return world_spawn(&world, &kinds[place], &(struct plan){ owner });
}

static bool is_hosted;

static void open_at(int place)
{
	journal = (struct journal)JOURNAL;
	is_hosted = places[place].workers < 0 || places[place].simulation.enabled;
	world_open(&world, places[place]);
}

static void setup(void) { open_at(0); }
static void setup_anywhere(void) { journal = (struct journal)JOURNAL; }
static void teardown(void) { world_close(&world); }

static void pass(odeon_duration duration)
{
	struct timespec time = { duration / 1000000000, duration % 1000000000 };

	if (is_hosted)
		must(odeon_system_run(world.system, odeon_system_deadline(world.system, duration)) >= 0);
	else
		nanosleep(&time, NULL);
}

static void await_notes(unsigned count)
{
	odeon_time until = kit_deadline();

	while (journal_count(&journal) < count) {
		must(odeon_clock_now().ns < until.ns);
		pass(ODEON_MS(1));
	}
}

/* In the actor's own handler, and back when it has run. */
static void have(odeon_ref actor, errand_run *run, void *argument)
{
	if (!is_hosted) {
		world_do(&world, actor, run, argument);
		return;
	}
	world_tell(&world, actor, run, argument);
	must(odeon_system_run(world.system, ODEON_AT_ONCE) > 0);
}

/* ---- early and late ------------------------------------------------------------------------------------------------------------ */

static int64_t armed_at, seen_at;

static void tick_in_20_ms(odeon_self *self, void *argument)
{
	(void)argument;
	armed_at = odeon_now(self).ns;
	must(odeon_tick_after(self, ODEON_MS(20), 5) == 0);
}

static void note_when(odeon_self *self, struct owner *owner, const struct odeon_tick *tick)
{
	seen_at = odeon_now(self).ns;
	must(tick->due.ns >= armed_at + ODEON_MS(20));
	must(tick->key == 5 && tick->missed == 0);
	must(odeon_from(self).bits == odeon_self_ref(self).bits);
	(void)owner;
	journal_note(&journal, 1);
}

START_TEST(a_tick_is_not_early_and_not_late)
{
	odeon_ref actor;

	open_at(_i);
	actor = spawn((struct owner){ .on_tick = note_when });
	have(actor, tick_in_20_ms, NULL);
	await_notes(1);
	must(seen_at >= armed_at + ODEON_MS(20));
	if (_i == SIMULATED)
		must(seen_at <= armed_at + ODEON_MS(20) + ODEON_US(2));
	else
		must(seen_at <= armed_at + ODEON_MS(20) + ODEON_SECONDS(2));       /* others may have the machine */
	pass(ODEON_MS(50));
	must(journal_count(&journal) == 1);
}
END_TEST

static const odeon_duration odd_delays[] = { INT64_MIN, -1, 0, 1, INT64_MAX - 1, INT64_MAX };
enum { ODD = 4, NEVER = 2 };                            /* those that come; those that do not */

static void arm_odd(odeon_self *self, void *argument)
{
	(void)argument;
	for (int i = 0; i < ODD + NEVER; i++) {
		must(odeon_tick_after(self, odd_delays[i], (uint64_t)i) == 0);
		must(odeon_send_after(self, odeon_self_ref(self), parcel_new(100 + i), odd_delays[i], NULL) == 0);
	}
	must(odeon_tick_every(self, 0, 9) == ODEON_EINVAL);
	must(odeon_tick_every(self, -1, 9) == ODEON_EINVAL);
	must(odeon_tick_every(self, INT64_MIN, 9) == ODEON_EINVAL);
	must(odeon_tick_every(self, INT64_MAX, 9) == 0);
	must(odeon_idle_after(self, -1) == ODEON_EINVAL);
	must(odeon_idle_after(self, INT64_MAX) == 0);
}

START_TEST(odd_delays_are_at_once_or_never)
{
	odeon_stats_system stats = { .bytes = sizeof(stats) };

	open_at(_i);
	have(spawn((struct owner){ .ticks = 0 }), arm_odd, NULL);
	await_notes(2 * ODD);
	pass(ODEON_MS(5));
	must(journal_count(&journal) == 2 * ODD);
	must(odeon_system_stats(world.system, &stats) == 0);
	must(stats.timers == 2 * NEVER + 2);
	must(stats.fired == 2 * ODD);
}
END_TEST

static void arm_several(odeon_self *self, void *argument)
{
	(void)argument;
	for (int i = 0; i < 20; i++)            /* the later ones first; and two at each moment, in the order armed */
		must(odeon_send_after(self, odeon_self_ref(self), parcel_new(i), ODEON_MS(40 - i / 2 * 4), NULL) == 0);
}

START_TEST(they_come_in_the_order_they_are_due)
{
	open_at(_i);
	have(spawn((struct owner){ .ticks = 0 }), arm_several, NULL);
	await_notes(20);
	for (int i = 0; i < 20; i++)
		must(journal_at(&journal, (unsigned)i) == 18 - i / 2 * 2 + i % 2);
}
END_TEST

/* ---- sent later ------------------------------------------------------------------------------------------------------------------ */

static void send_to_another(odeon_self *self, void *argument)
{
	odeon_ref *to = argument;
	odeon_timer timer;

	must(odeon_send_after(self, *to, parcel_new(7), ODEON_MS(5), &timer) == 0);
	must(timer.bits != 0);
	must(odeon_send_after(self, *to, (struct parcel *)NULL, ODEON_MS(5), &timer) == ODEON_ENOMEM);
	must(timer.bits == 0);
}

START_TEST(another_gets_it_in_the_name_of_who_armed_it)
{
	odeon_ref to, from;

	open_at(_i);
	to = spawn((struct owner){ .ticks = 0 });
	from = spawn((struct owner){ .ticks = 0 });
	have(from, send_to_another, &to);
	await_notes(1);
	must(journal_at(&journal, 0) == 7);
	must(world_letters(&world) == 0);
}
END_TEST

START_TEST(for_one_who_has_ended_it_is_a_dead_letter)
{
	odeon_ref to;

	setup();
	to = world_ended(&world);
	have(spawn((struct owner){ .ticks = 0 }), send_to_another, &to);
	eventually(world_letters(&world) == 1);
	must(world_letter(&world, 0).why == ODEON_EGONE);
	must(world_letter(&world, 0).to.bits == to.bits);
}
END_TEST

/* ---- ended ------------------------------------------------------------------------------------------------------------------------ */

static void arm_and_cancel(odeon_self *self, void *argument)
{
	odeon_timer timer;

	(void)argument;
	must(odeon_send_after(self, odeon_self_ref(self), parcel_new(1), ODEON_MS(5), &timer) == 0);
	must(odeon_timer_cancel(self, timer) == 0);
	must(odeon_timer_cancel(self, timer) == ODEON_EGONE);
	must(odeon_timer_cancel(self, (odeon_timer){ 0 }) == ODEON_EGONE);
	must(odeon_tick_cancel(self, 3) == ODEON_EGONE);
	must(odeon_tick_after(self, ODEON_MS(5), 3) == 0);
	must(odeon_tick_every(self, ODEON_MS(5), 4) == 0);
	must(odeon_tick_cancel(self, 3) == 0);
	must(odeon_tick_cancel(self, 3) == ODEON_EGONE);
	must(odeon_tick_cancel(self, 4) == 0);
	must(odeon_idle_after(self, ODEON_MS(5)) == 0);
	must(odeon_idle_after(self, 0) == 0);
}

START_TEST(what_was_cancelled_does_not_come)
{
	open_at(_i);
	have(spawn((struct owner){ .ticks = 0 }), arm_and_cancel, NULL);
	pass(ODEON_MS(20));
	must(journal_count(&journal) == 0);
	must(world_stats(&world).timers == 0);
}
END_TEST

/* In one long handler it is armed, falls due, is in the mailbox, and is ended. */
static void cancel_what_is_due(odeon_self *self, void *argument)
{
	odeon_timer timer;
	uint64_t *fired = argument, before = world_stats(&world).fired;

	must(odeon_send_after(self, odeon_self_ref(self), parcel_new(1), 0, &timer) == 0);
	must(odeon_tick_after(self, 0, 1) == 0);
	must(odeon_tick_every(self, 1, 2) == 0);
	must(odeon_idle_after(self, 1) == 0);
	eventually(world_stats(&world).fired == before + 4);    /* the watch has pushed them */
	*fired += 4;
	must(odeon_timer_cancel(self, timer) == 0);
	must(odeon_timer_cancel(self, timer) == ODEON_EGONE);
	must(odeon_tick_cancel(self, 1) == 0);
	must(odeon_tick_after(self, ODEON_SECONDS(100), 2) == 0);       /* replaced */
	must(odeon_idle_after(self, 0) == 0);
}

START_TEST(what_was_due_and_cancelled_does_not_come)
{
	uint64_t fired = 0;
	odeon_ref actor;

	setup();
	actor = spawn((struct owner){ .ticks = 0 });
	for (int i = 0; i < 20; i++)
		have(actor, cancel_what_is_due, &fired);
	pass(ODEON_MS(5));
	must(journal_count(&journal) == 0);
	must(fired == 80);
	must(world_stats(&world).timers == 1);
}
END_TEST

static void cancel_given(odeon_self *self, void *argument)
{
	must(odeon_timer_cancel(self, *(odeon_timer *)argument) == ODEON_EGONE);
}

static void arm_for_others(odeon_self *self, void *argument)
{
	must(odeon_send_after(self, odeon_self_ref(self), parcel_new(1), ODEON_MS(20), argument) == 0);
}

START_TEST(another_actor_does_not_cancel_it)
{
	odeon_timer timer, others;

	setup();
	have(spawn((struct owner){ .ticks = 0 }), arm_for_others, &timer);
	odeon_ref other = spawn((struct owner){ .ticks = 0 });
	have(other, arm_for_others, &others);
	have(other, cancel_given, &timer);
	await_notes(2);
}
END_TEST

/* ---- ticks -------------------------------------------------------------------------------------------------------------------------- */

enum { TICKS = 1000 };
static int64_t first_due, last_due, periods;

static void count_tick(odeon_self *self, struct owner *owner, const struct odeon_tick *tick)
{
	must(tick->key == 77);
	if (owner->ticks == 1)
		first_due = tick->due.ns;
	else
		must(tick->due.ns == last_due + ODEON_MS(1));
	periods += (int64_t)tick->missed + 1;
	last_due = tick->due.ns + (int64_t)tick->missed * ODEON_MS(1);
	if (owner->ticks == TICKS / 5) {
		must(odeon_tick_cancel(self, 77) == 0);
		journal_note(&journal, 1);
	}
}

static void tick_each_ms(odeon_self *self, void *argument)
{
	(void)argument;
	armed_at = odeon_now(self).ns;
	must(odeon_tick_every(self, ODEON_MS(1), 77) == 0);
}

START_TEST(ticks_do_not_drift_and_do_not_burst)
{
	open_at(_i);
	periods = 0;
	have(spawn((struct owner){ .on_tick = count_tick }), tick_each_ms, NULL);
	await_notes(1);
	must(last_due == first_due + (periods - 1) * ODEON_MS(1));
	if (_i == SIMULATED)
		must(periods == TICKS / 5 && first_due <= armed_at + ODEON_MS(1) + 2000);
	pass(ODEON_MS(10));
	must(journal_count(&journal) == 1);
}
END_TEST

static void sleep_through(odeon_self *self, struct owner *owner, const struct odeon_tick *tick)
{
	struct timespec time = { 0, ODEON_MS(30) };

	if (owner->ticks == 1)
		nanosleep(&time, NULL);
	if (owner->ticks == 2) {
		must(tick->missed >= 28);
		must(odeon_tick_cancel(self, tick->key) == 0);
		journal_note(&journal, 1);
	}
}

START_TEST(what_a_late_actor_missed_is_a_number)
{
	setup();
	have(spawn((struct owner){ .on_tick = sleep_through }), tick_each_ms, NULL);
	await_notes(1);
	pass(ODEON_MS(5));
	must(journal_count(&journal) == 1);
}
END_TEST

/* With a thread of its own it waits for an hour in its handler: all that time no turn. */
static void wait_an_hour(odeon_self *self, struct owner *owner, const struct odeon_tick *tick)
{
	if (owner->ticks == 1)
		must(odeon_recv_until(note, (odeon_receiver *)owner->argument, odeon_deadline(self, ODEON_SECONDS(3600)), NULL) == NULL);
	if (owner->ticks == 2)
		must(tick->missed >= 3599997 && tick->missed <= 3600000);
	if (owner->ticks > 2)
		must(tick->missed == 0);
	journal_note(&journal, (int)owner->ticks);
}

START_TEST(a_leap_of_an_hour_brings_one_tick)
{
	odeon_sender *sender;
	odeon_receiver *receiver;

	open_at(SIMULATED);
	must(odeon_channel_open_with(ODEON_TYPE(note), &(odeon_channel_options)ODEON_CHANNEL_OPTIONS(.system = world.system),
	                             &sender, &receiver) == 0);
	have(spawn_at(ODEON_OWN_THREAD, (struct owner){ .on_tick = wait_an_hour, .argument = receiver }), tick_each_ms, NULL);
	pass(ODEON_SECONDS(3600) + ODEON_MS(5));
	must(journal_count(&journal) >= 4 && journal_count(&journal) <= 6);
	odeon_sender_drop(sender);
	odeon_receiver_drop(receiver);
}
END_TEST

static void arm_itself_again(odeon_self *self, struct owner *owner, const struct odeon_tick *tick)
{
	if (owner->ticks < 100)
		must(odeon_tick_after(self, 0, tick->key) == 0);
	else
		journal_note(&journal, 1);
}

static void tick_now(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_tick_after(self, 0, 1) == 0);
}

START_TEST(a_tick_may_be_armed_again_in_its_handler)
{
	open_at(_i);
	have(spawn((struct owner){ .on_tick = arm_itself_again }), tick_now, NULL);
	await_notes(1);
	must(world_stats(&world).timers == 0);
	must(world_stats(&world).fired == 100);
}
END_TEST

static void replace_often(odeon_self *self, void *argument)
{
	(void)argument;
	for (int i = 0; i < 1000; i++)
		must(odeon_tick_every(self, i % 2 ? ODEON_MS(3) : ODEON_SECONDS(3), 1) == 0);
	must(odeon_tick_after(self, ODEON_MS(3), 1) == 0);
	must(odeon_tick_after(self, ODEON_MS(3), 2) == 0);
}

START_TEST(a_tick_of_the_same_key_is_replaced)
{
	open_at(_i);
	have(spawn((struct owner){ .ticks = 0 }), replace_often, NULL);
	await_notes(2);
	pass(ODEON_MS(10));
	must(journal_count(&journal) == 2);
}
END_TEST

/* ---- idle ---------------------------------------------------------------------------------------------------------------------------- */

static void be_idle(odeon_self *self, void *argument)
{
	(void)argument;
	armed_at = odeon_now(self).ns;
	must(odeon_idle_after(self, ODEON_MS(20)) == 0);
}

START_TEST(it_is_told_once_for_each_pause)
{
	odeon_ref actor;

	open_at(_i);
	actor = spawn((struct owner){ .ticks = 0 });
	have(actor, be_idle, NULL);
	await_notes(1);
	must(odeon_system_now(world.system).ns >= armed_at + ODEON_MS(20));
	pass(ODEON_MS(60));
	must(journal_count(&journal) == 1);
	world_posts(&world, actor, 5, 1);
	await_notes(3);
	pass(ODEON_MS(60));
	must(journal_count(&journal) == 3);
	must(journal_at(&journal, 0) == -1 && journal_at(&journal, 1) == 5 && journal_at(&journal, 2) == -1);
}
END_TEST

START_TEST(it_is_not_told_while_messages_come)
{
	odeon_ref actor;

	open_at(SIMULATED);
	actor = spawn((struct owner){ .ticks = 0 });
	have(actor, be_idle, NULL);
	for (int i = 0; i < 50; i++) {
		world_posts(&world, actor, i, 1);
		pass(ODEON_MS(19));
	}
	must(journal_count(&journal) == 50);
	pass(ODEON_MS(19));
	must(journal_count(&journal) == 51);
}
END_TEST

static void look_at_owner(odeon_self *self, struct owner *owner)
{
	(void)self;
	must(owner->since >= ODEON_MS(20));
	must(owner->since <= ODEON_MS(20) + ODEON_US(2));
}

START_TEST(it_says_for_how_long)
{
	odeon_ref actor;

	open_at(SIMULATED);
	actor = spawn((struct owner){ .last = look_at_owner });
	have(actor, be_idle, NULL);
	pass(ODEON_MS(5));
	world_posts(&world, actor, 1, 1);
	pass(ODEON_MS(100));
	must(journal_count(&journal) == 2);
	must(odeon_actor_stop(world.system, actor) == 0);
	must(odeon_system_run(world.system, ODEON_AT_ONCE) >= 0);
}
END_TEST

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

START_TEST(they_end_with_their_actor)
{
	odeon_ref actor;

	open_at(_i);
	actor = spawn((struct owner){ .first = arm_all, .last = arm_nothing });
	must(world_stats(&world).timers == 5);
	must(odeon_actor_kill(world.system, actor) == 0);
	pass(ODEON_MS(20));
	must(journal_count(&journal) == 0);
	must(world_stats(&world).timers == 0);
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
	if (owner->ticks == 2000)
		journal_note(&journal, 1);
	if (owner->ticks >= 2000)
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
	must(processor_time() - before < ODEON_MS(20));
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
	int64_t before;

	open_at(_i + 2);
	(void)spawn((struct owner){ .first = tick_soon });
	before = odeon_system_now(world.system).ns;
	must(odeon_system_run(world.system, odeon_system_deadline(world.system, ODEON_MS(31))) >= 0);
	must(odeon_system_now(world.system).ns >= before + ODEON_MS(31));
	must(journal_count(&journal) >= (_i == 1 ? 6u : 1u) && journal_count(&journal) <= 6);
}
END_TEST

KIT_MAIN("unit/timer",
	{ "moment", KIT_TESTS(a_tick_is_not_early_and_not_late, odd_delays_are_at_once_or_never,
	                      they_come_in_the_order_they_are_due, another_gets_it_in_the_name_of_who_armed_it,
	                      what_was_cancelled_does_not_come, ticks_do_not_drift_and_do_not_burst,
	                      a_tick_may_be_armed_again_in_its_handler, a_tick_of_the_same_key_is_replaced,
	                      it_is_told_once_for_each_pause, they_end_with_their_actor, they_end_with_a_start_that_failed,
	                      they_keep_no_system_alive, a_system_stops_with_an_hour_to_go,
	                      a_sleeper_wakes_for_what_another_thread_arms, one_timer_an_hour_away_costs_no_time),
	  setup_anywhere, teardown, PLACES },
	{ "workers", KIT_TESTS(for_one_who_has_ended_it_is_a_dead_letter, what_was_due_and_cancelled_does_not_come,
	                       another_actor_does_not_cancel_it, what_a_late_actor_missed_is_a_number,
	                       a_leap_of_an_hour_brings_one_tick, it_is_not_told_while_messages_come, it_says_for_how_long,
	                       they_end_with_an_actor_that_dies_as_they_fire, a_long_handler_does_not_hold_timers_back,
	                       it_is_cancelled_by_its_owner_on_any_worker, what_was_cancelled_gives_its_memory_back,
	                       a_host_with_nothing_but_the_descriptor_is_woken, the_descriptor_is_not_readable_before),
	  setup_anywhere, teardown, 0 },
	{ "host", KIT_TESTS(a_host_with_time_outs_is_told_when, run_waits_for_timers_until_its_deadline), setup_host, teardown, 2 })
