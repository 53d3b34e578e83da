/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tick.c - tests of ticks and of odeon_idle_after: no drift, no bursts, and a pause is told of once
 */
#include "timing.h"

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

KIT_MAIN("unit/tick",
	{ "moment", KIT_TESTS(ticks_do_not_drift_and_do_not_burst, a_tick_may_be_armed_again_in_its_handler,
	                      a_tick_of_the_same_key_is_replaced, it_is_told_once_for_each_pause),
	  setup_anywhere, teardown, PLACES },
	{ "workers", KIT_TESTS(what_a_late_actor_missed_is_a_number, a_leap_of_an_hour_brings_one_tick,
	                       it_is_not_told_while_messages_come, it_says_for_how_long),
	  setup_anywhere, teardown, 0 })
