/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.c - tests of odeon/timer.h and odeon_send_after: what is early, late, lost, or comes though it was ended
 */
#include "timing.h"

/* ---- early and late ------------------------------------------------------------------------------------------------------------ */

static int64_t seen_at;

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
		must(seen_at <= armed_at + ODEON_MS(20) + ODEON_SECONDS(5));       /* others may have the machine */
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

KIT_MAIN("unit/timer",
	{ "moment", KIT_TESTS(a_tick_is_not_early_and_not_late, odd_delays_are_at_once_or_never,
	                      they_come_in_the_order_they_are_due, another_gets_it_in_the_name_of_who_armed_it,
	                      what_was_cancelled_does_not_come),
	  setup_anywhere, teardown, PLACES },
	{ "workers", KIT_TESTS(for_one_who_has_ended_it_is_a_dead_letter, what_was_due_and_cancelled_does_not_come,
	                       another_actor_does_not_cancel_it),
	  setup_anywhere, teardown, 0 })
