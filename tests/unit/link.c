/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.c - tests of links (odeon/failure.h): two end together, whichever of them does, unless the reason is 0, the link was
 * undone, or one traps; and what happens when both ends do the same at once
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>

static struct world world;
static struct ending endings[4];
static struct downs downs;

static void setup(void)
{
	for (int i = 0; i < 4; i++)
		endings[i] = (struct ending)ENDING;
	downs = (struct downs)DOWNS;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

/* ---- errands -------------------------------------------------------------------------------------------------------------- */

struct at { odeon_ref who; int answer; };

static void run_link(odeon_self *self, void *argument) { struct at *at = argument; at->answer = odeon_link(self, at->who); }
static void run_unlink(odeon_self *self, void *argument) { struct at *at = argument; at->answer = odeon_unlink(self, at->who); }
static void run_monitor(odeon_self *self, void *argument) { struct at *at = argument; at->answer = odeon_monitor(self, at->who); }
static void run_trap(odeon_self *self, void *argument) { must(odeon_trap(self, *(int *)argument) == 0); }
static void run_fail(odeon_self *self, void *argument) { odeon_fail(self, *(int *)argument, "on purpose"); }

static void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

static odeon_ref member(int index)
{
	return world_catcher(&world, (struct catcher){ .ending = &endings[index], .downs = &downs });
}

static int link_with(odeon_ref who, odeon_ref whom)
{
	struct at at = { whom, 1 };

	world_do(&world, who, run_link, &at);
	return at.answer;
}

static int unlink_from(odeon_ref who, odeon_ref whom)
{
	struct at at = { whom, 1 };

	world_do(&world, who, run_unlink, &at);
	return at.answer;
}

static void trap(odeon_ref who, int traps) { world_do(&world, who, run_trap, &traps); }
static void fail_it(odeon_ref who, int code) { world_do(&world, who, run_fail, &code); world_await_end(&world, who); }

/* What either sent to the other has been handled. */
static void settle(odeon_ref first, odeon_ref second)
{
	world_do(&world, first, nothing, NULL);
	world_do(&world, second, nothing, NULL);
	world_do(&world, first, nothing, NULL);
}

static void expect_alive(odeon_ref who)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	world_do(&world, who, nothing, NULL);
	kit_pause();
	ck_assert_int_eq(odeon_actor_stats(world.system, who, &stats), 0);
}

static void expect_ended(int index, int code, const char *text)
{
	gate_wait(&endings[index].ended, 1);
	ck_assert_int_eq(endings[index].code, code);
	ck_assert_str_eq(endings[index].text, text);
}

static void expect_down(unsigned index, odeon_ref who, int code)
{
	gate_wait(&downs.told, index + 1);
	ck_assert(odeon_ref_equal(downs.downs[index].who, who));
	ck_assert_int_eq(downs.downs[index].code, code);
	ck_assert_int_eq(downs.downs[index].bond, ODEON_LINKED);
}

/* ---- together --------------------------------------------------------------------------------------------------------------- */

/* _i: 0: the one who linked fails; 1: the other one. */
START_TEST(both_end_for_the_reason_of_the_first)
{
	odeon_ref both[2] = { member(0), member(1) };

	ck_assert_int_eq(link_with(both[0], both[1]), 0);
	ck_assert_int_eq(link_with(both[0], both[1]), 0);      /* again: nothing changes */
	settle(both[0], both[1]);
	ck_assert_int_eq(link_with(both[1], both[0]), 0);      /* nor from the other side */
	fail_it(both[_i], 31);
	expect_ended(_i, 31, "on purpose");
	expect_ended(1 - _i, 31, "on purpose");
	world_await_end(&world, both[1 - _i]);
}
END_TEST

START_TEST(a_normal_end_passes_by)
{
	odeon_ref both[2] = { member(0), member(1) };

	ck_assert_int_eq(link_with(both[0], both[1]), 0);
	settle(both[0], both[1]);
	world_tell(&world, both[_i], errand_exit, NULL);
	expect_ended(_i, 0, "normal");
	world_await_end(&world, both[_i]);
	expect_alive(both[1 - _i]);
	eventually(unlink_from(both[1 - _i], both[_i]) == ODEON_EGONE);       /* its end is seen before it is told */
	ck_assert_uint_eq(gate_count(&downs.told), 0);
}
END_TEST

START_TEST(a_kill_is_passed_on)
{
	odeon_ref both[2] = { member(0), member(1) };

	trap(both[_i], 1);                                     /* which is no shield from a kill of one's own */
	ck_assert_int_eq(link_with(both[0], both[1]), 0);
	settle(both[0], both[1]);
	ck_assert_int_eq(odeon_actor_kill(world.system, both[_i]), 0);
	expect_ended(_i, ODEON_EKILLED, odeon_error_text(ODEON_EKILLED));
	expect_ended(1 - _i, ODEON_EKILLED, odeon_error_text(ODEON_EKILLED));
}
END_TEST

START_TEST(a_link_to_one_that_failed_before_ends_at_once)
{
	odeon_ref first = member(0), second = member(1);

	fail_it(second, 32);
	ck_assert_int_eq(link_with(first, second), 0);
	expect_ended(0, 32, "failed");
}
END_TEST

START_TEST(a_link_to_one_that_ended_normally_before_passes_by)
{
	odeon_ref first = member(0), second = member(1);

	world_tell(&world, second, errand_exit, NULL);
	world_await_end(&world, second);
	ck_assert_int_eq(link_with(first, second), 0);
	expect_alive(first);
	eventually(unlink_from(first, second) == ODEON_EGONE);
}
END_TEST

/* The end comes in order with messages: what the failing one sent before is handled. */
static void send_and_fail(odeon_self *self, void *argument)
{
	struct at *at = argument;

	at->answer = odeon_send(self, at->who, parcel_new(1));
	odeon_fail(self, 33, "on purpose");
}

START_TEST(the_end_comes_after_what_was_sent_before)
{
	struct journal journal = JOURNAL;
	odeon_ref first = world_catcher(&world, (struct catcher){ .ending = &endings[0], .journal = &journal }), second = member(1);
	struct at at = { first, 1 };

	ck_assert_int_eq(link_with(first, second), 0);
	settle(first, second);
	world_do(&world, second, send_and_fail, &at);
	expect_ended(0, 33, "on purpose");
	ck_assert_uint_eq(journal_count(&journal), 1);
}
END_TEST

/* ---- trapped ------------------------------------------------------------------------------------------------------------------ */

START_TEST(who_traps_is_told_and_lives)
{
	odeon_ref first = member(0), second = member(1), third = member(2);

	trap(first, 1);
	ck_assert_int_eq(link_with(first, second), 0);
	ck_assert_int_eq(link_with(third, first), 0);
	settle(first, second);
	settle(first, third);
	fail_it(second, 34);
	expect_down(0, second, 34);
	world_tell(&world, third, errand_exit, NULL);          /* a normal end, too */
	expect_down(1, third, 0);
	ck_assert_str_eq(downs.downs[0].text, "on purpose");
	expect_alive(first);
	ck_assert_uint_eq(gate_count(&downs.told), 2);
}
END_TEST

START_TEST(who_traps_no_more_ends)
{
	odeon_ref first = member(0), second = member(1);

	trap(first, 1);
	ck_assert_int_eq(link_with(first, second), 0);
	settle(first, second);
	trap(first, 0);
	fail_it(second, 35);
	expect_ended(0, 35, "on purpose");
	ck_assert_uint_eq(gate_count(&downs.told), 0);
}
END_TEST

START_TEST(a_link_and_a_monitor_are_told_of_each)
{
	odeon_ref first = member(0), second = member(1);
	struct at at = { second, 1 };

	trap(first, 1);
	ck_assert_int_eq(link_with(first, second), 0);
	world_do(&world, first, run_monitor, &at);
	ck_assert_int_eq(at.answer, 0);
	settle(first, second);
	fail_it(second, 36);
	gate_wait(&downs.told, 2);
	ck_assert_int_eq(downs.downs[0].bond + downs.downs[1].bond, ODEON_LINKED + ODEON_MONITORED);
	expect_alive(first);
	ck_assert_uint_eq(gate_count(&downs.told), 2);
}
END_TEST

/* ---- undone --------------------------------------------------------------------------------------------------------------------- */

START_TEST(unlinked_by_either_each_ends_alone)
{
	odeon_ref both[2] = { member(0), member(1) };

	ck_assert_int_eq(unlink_from(both[_i], both[1 - _i]), ODEON_EGONE);
	ck_assert_int_eq(link_with(both[0], both[1]), 0);
	settle(both[0], both[1]);
	ck_assert_int_eq(unlink_from(both[_i], both[1 - _i]), 0);
	ck_assert_int_eq(unlink_from(both[_i], both[1 - _i]), ODEON_EGONE);
	settle(both[0], both[1]);
	ck_assert_int_eq(unlink_from(both[1 - _i], both[_i]), ODEON_EGONE);
	fail_it(both[0], 37);
	expect_alive(both[1]);
}
END_TEST

/* Both are held up with what the other wants in their queues. */
static void both_at_once(odeon_ref first, odeon_ref second, errand_run *run)
{
	struct plug plugs[2] = { PLUG, PLUG };
	struct at ats[2] = { { second, 1 }, { first, 1 } };
	struct gate done = GATE;

	world_tell(&world, first, errand_plug, &plugs[0]);
	world_tell(&world, second, errand_plug, &plugs[1]);
	gate_wait(&plugs[0].entered, 1);
	gate_wait(&plugs[1].entered, 1);
	ck_assert_int_eq(odeon_post(world.system, first, odeon_new(errand, .run = run, .argument = &ats[0], .done = &done)), 0);
	ck_assert_int_eq(odeon_post(world.system, second, odeon_new(errand, .run = run, .argument = &ats[1], .done = &done)), 0);
	plug_release(&plugs[0]);
	plug_release(&plugs[1]);
	gate_wait(&done, 2);
	ck_assert_int_eq(ats[0].answer, 0);
	ck_assert_int_eq(ats[1].answer, 0);
	settle(first, second);
}

START_TEST(both_unlink_at_once)
{
	odeon_ref first = member(0), second = member(1);

	ck_assert_int_eq(link_with(first, second), 0);
	settle(first, second);
	both_at_once(first, second, run_unlink);
	ck_assert_int_eq(link_with(first, second), 0);         /* what crossed does not undo the next one */
	settle(first, second);
	fail_it(first, 38);
	expect_ended(1, 38, "on purpose");
}
END_TEST

START_TEST(both_link_at_once_and_are_told_once)
{
	odeon_ref first = member(0), second = member(1);

	trap(first, 1);
	both_at_once(first, second, run_link);
	fail_it(second, 39);
	expect_down(0, second, 39);
	settle(first, member(2));
	ck_assert_uint_eq(gate_count(&downs.told), 1);
	ck_assert_int_eq(unlink_from(first, second), ODEON_EGONE);
}
END_TEST

START_TEST(both_link_at_once_and_one_undoes_it)
{
	odeon_ref first = member(0), second = member(1);

	both_at_once(first, second, run_link);
	ck_assert_int_eq(unlink_from(first, second), 0);
	settle(first, second);
	ck_assert_int_eq(unlink_from(second, first), ODEON_EGONE);
	fail_it(first, 40);
	expect_alive(second);
}
END_TEST

static void unlink_when_it_has_ended(odeon_self *self, void *argument)
{
	static int code = 41;
	struct at *at = argument;

	world_tell(&world, at->who, run_fail, &code);
	world_await_end(&world, at->who);
	kit_pause();
	at->answer = odeon_unlink(self, at->who);
}

START_TEST(unlinked_with_the_news_waiting_has_no_consequences)
{
	odeon_ref first = member(0), second = member(1);
	struct at at = { second, 1 };

	ck_assert_int_eq(link_with(first, second), 0);
	settle(first, second);
	world_do(&world, first, unlink_when_it_has_ended, &at);
	ck_assert_int_eq(at.answer, 0);
	expect_alive(first);
}
END_TEST

static void link_unlink_link(odeon_self *self, void *argument)
{
	struct at *at = argument;

	must(odeon_link(self, at->who) == 0);
	must(odeon_unlink(self, at->who) == 0);
	at->answer = odeon_link(self, at->who);
}

START_TEST(linked_anew_is_linked)
{
	odeon_ref first = member(0), second = member(1);
	struct at at = { second, 1 };

	world_do(&world, first, link_unlink_link, &at);
	ck_assert_int_eq(at.answer, 0);
	settle(first, second);
	fail_it(second, 42);
	expect_ended(0, 42, "on purpose");
}
END_TEST

/* Linked by both, undone by one or by both, and killed, all at once, many times over. _i: 0: the one who is killed undoes nothing,
 * and is told of exactly once; 1: at most once. */
START_TEST(linking_unlinking_and_dying_at_once)
{
	const unsigned times = KIT_SLOWER(5000);
	odeon_ref first = member(0);

	trap(first, 1);
	for (unsigned i = 0; i < times; i++) {
		odeon_ref second = world_catcher(&world, (struct catcher){ 0 });
		struct at there = { second, 1 }, back = { first, 1 };
		struct gate done = GATE;

		ck_assert_int_eq(odeon_post(world.system, first,
		                            odeon_new(errand, .run = link_unlink_link, .argument = &there, .done = &done)), 0);
		(void)odeon_post(world.system, second, odeon_new(errand, .run = run_link, .argument = &back));
		if (_i == 1)
			(void)odeon_post(world.system, second, odeon_new(errand, .run = run_unlink, .argument = &back));
		if (i % 20 == 0)
			kit_pause();
		ck_assert_int_eq(odeon_actor_kill(world.system, second), 0);
		gate_wait(&done, 1);
		world_await_end(&world, second);
	}
	if (_i == 0)
		gate_wait(&downs.told, times);
	eventually(world_stats(&world).actors == 1);
	settle(first, member(1));
	expect_alive(first);
	ck_assert_uint_le(gate_count(&downs.told), times);
}
END_TEST

/* ---- who may ---------------------------------------------------------------------------------------------------------------------- */

static void link_itself(odeon_self *self, void *argument)
{
	struct at *at = argument;

	at->answer = odeon_link(self, odeon_self_ref(self));
}

START_TEST(nobody_itself_and_strangers_are_refused)
{
	odeon_ref who = member(0);
	struct at at = { ODEON_NOBODY, 1 };
	struct world other;

	ck_assert_int_eq(link_with(who, ODEON_NOBODY), ODEON_EINVAL);
	world_do(&world, who, link_itself, &at);
	ck_assert_int_eq(at.answer, ODEON_EINVAL);
	world_open(&other, (odeon_options)ODEON_OPTIONS(.workers = 1));
	ck_assert_int_eq(link_with(who, world_catcher(&other, (struct catcher){ 0 })), ODEON_EFOREIGN);
	world_close(&other);
}
END_TEST

struct joined { int nothing; };
struct joining { odeon_ref whom; int result; };
ODEON_HANDLER(joined, note) { (void)self; (void)joined; (void)note; }
ODEON_START(joined, joining)
{
	(void)joined;
	must(odeon_link(self, joining->whom) == 0);
	return joining->result;
}
ODEON_HANDLERS(joined_handlers, ODEON_ON(joined, note));
ODEON_KIND(joined, joined_handlers, .start = ODEON_STARTS(joined));

START_TEST(linked_in_start)
{
	odeon_ref first = member(0), second = world_spawn(&world, &joined_kind, &(struct joining){ first, 0 });

	ck_assert_int_eq(odeon_actor_kill(world.system, second), 0);
	expect_ended(0, ODEON_EKILLED, odeon_error_text(ODEON_EKILLED));
}
END_TEST

START_TEST(a_start_that_fails_ends_whom_it_linked)
{
	odeon_ref first = member(0), second = ODEON_NOBODY;

	ck_assert_int_eq(odeon_system_spawn(world.system, &joined_kind, &(struct joining){ first, ODEON_ESYSTEM }, &second),
	                 ODEON_ESYSTEM);
	expect_ended(0, ODEON_ESYSTEM, odeon_error_text(ODEON_ESYSTEM));
}
END_TEST

/* ---- many --------------------------------------------------------------------------------------------------------------------------- */

/* Each linked to the one before: a kill goes through all of them, a turn each, on no stack. */
static void kill_a_chain(unsigned length)
{
	odeon_ref first, last;

	first = last = world_spawn(&world, catcher, NULL);
	for (unsigned i = 1; i < length; i++)
		ck_assert_int_eq(odeon_system_spawn(world.system, &joined_kind, &(struct joining){ last, 0 }, &last), 0);
	ck_assert_uint_eq(world_stats(&world).actors, length);
	ck_assert_int_eq(odeon_actor_kill(world.system, first), 0);
	eventually(world_stats(&world).actors == 0);
	ck_assert_uint_eq(world_stats(&world).failed, length);
}

START_TEST(a_kill_goes_through_a_chain_of_a_thousand) { kill_a_chain(1000); }
END_TEST
START_TEST(a_long_chain_ends_without_a_stack) { kill_a_chain(KIT_SLOWER(200000)); }
END_TEST

KIT_MAIN("unit/link",
	{ "together", KIT_TESTS(both_end_for_the_reason_of_the_first, a_normal_end_passes_by, a_kill_is_passed_on), setup, teardown, 2 },
	{ "late", KIT_TESTS(a_link_to_one_that_failed_before_ends_at_once, a_link_to_one_that_ended_normally_before_passes_by,
	                    the_end_comes_after_what_was_sent_before), setup, teardown, 0 },
	{ "trap", KIT_TESTS(who_traps_is_told_and_lives, who_traps_no_more_ends, a_link_and_a_monitor_are_told_of_each),
	  setup, teardown, 0 },
	{ "either", KIT_TESTS(unlinked_by_either_each_ends_alone), setup, teardown, 2 },
	{ "undone", KIT_TESTS(both_unlink_at_once, both_link_at_once_and_are_told_once, both_link_at_once_and_one_undoes_it,
	                      unlinked_with_the_news_waiting_has_no_consequences, linked_anew_is_linked),
	  setup, teardown, 0 },
	{ "race", KIT_TESTS(linking_unlinking_and_dying_at_once), setup, teardown, 2 },
	{ "allowed", KIT_TESTS(nobody_itself_and_strangers_are_refused, linked_in_start, a_start_that_fails_ends_whom_it_linked),
	  setup, teardown, 0 },
	{ "chain", KIT_TESTS(a_kill_goes_through_a_chain_of_a_thousand, a_long_chain_ends_without_a_stack),
	  setup, teardown, 0 })
