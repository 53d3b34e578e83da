/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * monitor.c - tests of monitors (odeon/failure.h): the news of an end comes once, says why, comes after all else, and comes
 * however late the monitor was set, unless it was taken back
 */
#include "watched.h"

/* ---- what it says ----------------------------------------------------------------------------------------------------------- */

START_TEST(an_end_is_told_with_its_reason)
{
	odeon_ref who = watcher(), failed = target(), exited = target(), killed = target(), stopped = target();

	set_monitor(who, failed);
	settle(who, failed);
	fail_it(failed, 17, "seventeen");
	expect_down(0, failed, 17, "seventeen");
	set_monitor(who, exited);
	settle(who, exited);
	world_tell(&world, exited, errand_exit, NULL);
	expect_down(1, exited, 0, "normal");
	set_monitor(who, killed);
	settle(who, killed);
	ck_assert_int_eq(odeon_actor_kill(world.system, killed), 0);
	expect_down(2, killed, ODEON_EKILLED, odeon_error_text(ODEON_EKILLED));
	set_monitor(who, stopped);
	settle(who, stopped);
	ck_assert_int_eq(odeon_actor_stop(world.system, stopped), 0);
	expect_down(3, stopped, 0, "stopped");
	expect_no_more(who, 4);
}
END_TEST

START_TEST(a_text_is_cut_where_the_news_has_no_more_room)
{
	odeon_ref who = watcher(), whom = target();
	char text[400];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	set_monitor(who, whom);
	settle(who, whom);
	fail_it(whom, 1, text);
	gate_wait(&downs.told, 1);
	ck_assert_uint_eq(strlen(downs.downs[0].text), ODEON_REASON_BYTES - 1);
	ck_assert_uint_eq(strlen(ending.text), ODEON_REASON_BYTES - 1);
}
END_TEST

/* ---- late ------------------------------------------------------------------------------------------------------------------- */

START_TEST(one_that_ended_before_is_told_of_at_once_and_with_the_true_reason)
{
	odeon_ref who = watcher(), whom = target();

	fail_it(whom, 23, "long ago");
	set_monitor(who, whom);
	expect_down(0, whom, 23, NULL);
	set_monitor(who, whom);                                /* and anew */
	expect_down(1, whom, 23, NULL);
	expect_no_more(who, 2);
}
END_TEST

struct places { odeon_ref before; bool is_taken; };

static void take_place(odeon_self *self, void *argument)
{
	struct places *places = argument;

	for (int i = 0; i < 4096 && !places->is_taken; i++) {
		odeon_ref other;

		must(odeon_spawn(self, catcher, NULL, &other) == 0);
		places->is_taken = ((other.bits ^ places->before.bits) & 0x3ffffff) == 0;
	}
}

START_TEST(one_whose_place_is_taken_by_another_is_gone_for_a_reason_nobody_knows)
{
	odeon_ref who = watcher(), whom = target();
	struct places places = { whom, false };

	fail_it(whom, 23, "long ago");
	world_do(&world, who, take_place, &places);
	ck_assert(places.is_taken);
	set_monitor(who, whom);
	expect_down(0, whom, ODEON_EGONE, odeon_error_text(ODEON_EGONE));
}
END_TEST

/* The target ends with the monitor in its queue. */
START_TEST(one_that_ends_with_the_monitor_queued_is_told_of)
{
	odeon_ref who = watcher(), whom = target();
	struct plug plug = PLUG;

	world_tell(&world, whom, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	set_monitor(who, whom);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	plug_release(&plug);
	expect_down(0, whom, ODEON_EKILLED, NULL);
	expect_no_more(who, 1);
}
END_TEST

/* ... and with so many messages before it that they take more than one turn: the reason outlasts these. */
START_TEST(one_that_ends_with_the_monitor_far_back_is_told_of_truly)
{
	odeon_ref who = watcher(), whom = target();
	struct plug plug = PLUG;

	world_tell(&world, whom, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	for (int i = 0; i < 1000; i++)
		(void)odeon_post(world.system, whom, parcel_new(i));
	set_monitor(who, whom);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	plug_release(&plug);
	expect_down(0, whom, ODEON_EKILLED, NULL);
}
END_TEST

static void monitor_and_kill(odeon_self *self, void *argument)
{
	struct at *at = argument;

	at->answer = odeon_monitor(self, at->who);
	must(odeon_actor_kill(odeon_system_of(self), at->who) == 0);
}

static void kill_and_monitor(odeon_self *self, void *argument)
{
	struct at *at = argument;

	must(odeon_actor_kill(odeon_system_of(self), at->who) == 0);
	at->answer = odeon_monitor(self, at->who);
}

START_TEST(killed_in_the_same_handler_before_or_after_it_was_set)
{
	odeon_ref who = watcher();
	struct at first = { target(), 1 }, second = { target(), 1 };

	world_do(&world, who, monitor_and_kill, &first);
	world_do(&world, who, kill_and_monitor, &second);
	gate_wait(&downs.told, 2);
	expect_no_more(who, 2);
	ck_assert_int_eq(downs.downs[0].code, ODEON_EKILLED);
	ck_assert_int_eq(downs.downs[1].code, ODEON_EKILLED);
}
END_TEST

/* A ref that somebody made up: no actor was ever there. */
START_TEST(one_that_never_was_is_gone)
{
	odeon_ref who = watcher(), never = who;

	never.bits = (who.bits & ~(uint64_t)0x3ffffff) | 0x3fffff0;
	set_monitor(who, never);
	expect_down(0, never, ODEON_EGONE, NULL);
	never.bits = (who.bits & ~(uint64_t)0x3ffffff) | ((who.bits + 900) & 0x3ffffff);     /* a slot that is usable already */
	set_monitor(who, never);
	expect_down(1, never, ODEON_EGONE, NULL);
}
END_TEST

/* ---- once ------------------------------------------------------------------------------------------------------------------- */

START_TEST(monitored_twice_is_told_once)
{
	odeon_ref who = watcher(), whom = target();

	set_monitor(who, whom);
	set_monitor(who, whom);
	settle(who, whom);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	expect_down(0, whom, ODEON_EKILLED, NULL);
	expect_no_more(who, 1);
	ck_assert_int_eq(take_back(who, whom), ODEON_EGONE);
}
END_TEST

START_TEST(taken_back_is_not_told)
{
	odeon_ref who = watcher(), whom = target();

	ck_assert_int_eq(take_back(who, whom), ODEON_EGONE);
	set_monitor(who, whom);
	ck_assert_int_eq(take_back(who, whom), 0);
	ck_assert_int_eq(take_back(who, whom), ODEON_EGONE);
	settle(who, whom);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	world_await_end(&world, whom);
	expect_no_more(who, 0);
}
END_TEST

/* The news waits in the watcher's mailbox as it takes the monitor back. */
static void end_it_and_take_back(odeon_self *self, void *argument)
{
	struct at *at = argument;

	world_tell(&world, at->who, errand_exit, NULL);
	world_await_end(&world, at->who);
	kit_pause();
	at->answer = odeon_unmonitor(self, at->who);
}

START_TEST(taken_back_flushes_news_that_waits)
{
	odeon_ref who = watcher(), whom = target();
	struct at at = { whom, 1 };

	set_monitor(who, whom);
	settle(who, whom);
	world_do(&world, who, end_it_and_take_back, &at);
	ck_assert_int_eq(at.answer, 0);
	expect_no_more(who, 0);
}
END_TEST

static void three_times(odeon_self *self, void *argument)
{
	struct at *at = argument;

	must(odeon_monitor(self, at->who) == 0);
	must(odeon_unmonitor(self, at->who) == 0);
	must(odeon_monitor(self, at->who) == 0);
	must(odeon_unmonitor(self, at->who) == 0);
	at->answer = odeon_monitor(self, at->who);
}

START_TEST(taken_back_and_set_anew_is_told_once)
{
	odeon_ref who = watcher(), alive = target(), dead = target();
	struct at first = { alive, 1 }, second = { dead, 1 };

	world_do(&world, who, three_times, &first);
	settle(who, alive);
	ck_assert_int_eq(odeon_actor_kill(world.system, alive), 0);
	expect_down(0, alive, ODEON_EKILLED, NULL);
	fail_it(dead, 5, "five");
	world_do(&world, who, three_times, &second);
	expect_down(1, dead, 5, NULL);
	kit_pause();
	expect_no_more(who, 2);
}
END_TEST

/* Set, taken back and dying at the same time, 10,000 times: never twice, and always once if it was not taken back. */
struct racer { struct at at; unsigned told; bool is_undone; struct gate ready; };

static void race(odeon_self *self, void *argument)
{
	struct racer *racer = argument;

	must(odeon_monitor(self, racer->at.who) == 0);
	gate_open(&racer->ready);
	if (racer->is_undone)
		racer->at.answer = odeon_unmonitor(self, racer->at.who);
}

START_TEST(taken_back_against_dying_is_exactly_one_of_both)
{
	odeon_ref who = watcher();
	unsigned told = 0;

	for (int i = 0; i < KIT_SLOWER(10000); i++) {
		struct racer racer = { .at = { target(), 1 }, .is_undone = i % 2 == 0, .ready = GATE };
		unsigned before = gate_count(&downs.told);

		world_tell(&world, who, race, &racer);
		gate_wait(&racer.ready, 1);
		ck_assert_int_eq(odeon_actor_kill(world.system, racer.at.who), 0);
		world_await_end(&world, racer.at.who);
		if (!racer.is_undone)
			gate_wait(&downs.told, before + 1);
		world_do(&world, who, nothing, NULL);
		told += !racer.is_undone;
		ck_assert_uint_eq(gate_count(&downs.told), told);
		if (racer.is_undone)
			ck_assert_int_eq(racer.at.answer, 0);
	}
}
END_TEST

/* ---- order ------------------------------------------------------------------------------------------------------------------ */

struct talker { odeon_ref to; };
ODEON_HANDLER(talker, note)
{
	(void)talker;
	if (note->number == 0)
		odeon_exit(self);
	else
		(void)odeon_post(odeon_system_of(self), talker->to, parcel_new(note->number));
}
ODEON_STOP(talker)
{
	(void)self;
	(void)reason;
	(void)odeon_post(odeon_system_of(self), talker->to, parcel_new(99));
}
ODEON_HANDLERS(talker_handlers, ODEON_ON(talker, note));
ODEON_KIND(talker, talker_handlers, .stop = ODEON_STOPS(talker));

START_TEST(news_comes_after_the_last_message_and_after_what_stop_sent)
{
	static const int expected[] = { 1, 2, 3, 99, JOURNAL_DOWN };
	odeon_ref who = watcher(), whom = world_spawn(&world, &talker_kind, &(struct talker){ who });

	set_monitor(who, whom);
	for (int i = 1; i <= 4; i++)
		ck_assert_int_eq(odeon_post(world.system, whom, odeon_new(note, .number = i % 4)), 0);
	journal_wait(&journal, 5);
	journal_expect(&journal, 5, expected);
}
END_TEST

KIT_MAIN("unit/monitor",
	{ "reason", KIT_TESTS(an_end_is_told_with_its_reason, a_text_is_cut_where_the_news_has_no_more_room), setup, teardown, 0 },
	{ "late", KIT_TESTS(one_that_ended_before_is_told_of_at_once_and_with_the_true_reason,
	                    one_that_ends_with_the_monitor_queued_is_told_of,
	                    one_that_ends_with_the_monitor_far_back_is_told_of_truly,
	                    killed_in_the_same_handler_before_or_after_it_was_set, one_that_never_was_is_gone), setup, teardown, 0 },
	{ "place", KIT_TESTS(one_whose_place_is_taken_by_another_is_gone_for_a_reason_nobody_knows), setup_one, teardown, 0 },
	{ "once", KIT_TESTS(monitored_twice_is_told_once, taken_back_is_not_told, taken_back_flushes_news_that_waits,
	                    taken_back_and_set_anew_is_told_once, taken_back_against_dying_is_exactly_one_of_both),
	  setup, teardown, 0 },
	{ "order", KIT_TESTS(news_comes_after_the_last_message_and_after_what_stop_sent), setup, teardown, 0 })
