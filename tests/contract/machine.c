/* SPDX-License-Identifier: BSD-2-Clause */
/* machine.c - what odeon/actors/machine.h promises, one thing at a time; all of it together is in simulation/machine.c */
#include "lamp.h"

/* ---- deeds ------------------------------------------------------------------------------------------------------- */

static void sparks(odeon_self *self, struct lamp *lamp)
{
	must(odeon_machine_raise(self, &lamp->machine, spark, .number = 1, .does = to_on) == 0);
	must(odeon_machine_raise(self, &lamp->machine, spark, .number = 2) == 0);
	note_down("raised ");
}

static void sparks_and_to_on(odeon_self *self, struct lamp *lamp)
{
	sparks(self, lamp);
	to_on(self, lamp);
}

static void hurry(odeon_self *self, struct lamp *lamp)
{
	must(odeon_machine_timeout(self, &lamp->machine, -1) == ODEON_EINVAL);
	must(odeon_machine_timeout(self, &lamp->machine, ODEON_MS(2)) == 0);
}

static void to_both(odeon_self *self, struct lamp *lamp)
{
	to_dim(self, lamp);
	to_on(self, lamp);
	note_down("asked ");
	must(odeon_machine_look(&lamp->machine) == OFF);
}

static void no_hurry(odeon_self *self, struct lamp *lamp) { must(odeon_machine_timeout(self, &lamp->machine, 0) == 0); }

/* ---- transitions ------------------------------------------------------------------------------------------------- */

START_TEST(a_transition_runs_exit_and_enter_once_when_the_handler_has_returned)
{
	must(spawn() == 0);
	push(1, to_both);
	push(2, to_on);
	push(3, NULL);
	expect("+0 0:push1 asked -0 +1 -1 +2 2:push2 -2 +2 2:push3 ");
}
END_TEST

START_TEST(one_asked_for_in_enter_runs_when_that_has_returned)
{
	on_enter[DIM] = to_on;
	must(spawn() == 0);
	push(1, to_dim);
	expect("+0 0:push1 -0 +1 -1 +2 ");
}
END_TEST

START_TEST(one_asked_for_in_exit_runs_after_the_one_that_runs)
{
	on_exit_of[OFF] = to_on;
	must(spawn() == 0);
	push(1, to_dim);
	expect("+0 0:push1 -0 +1 -1 +2 ");
}
END_TEST

START_TEST(one_asked_for_in_a_continuation_has_run_when_the_call_returns)
{
	must(spawn() == 0);
	push(1, ask);
	expect("+0 0:push1 answered0 -0 +2 2:spark3 done ");
}
END_TEST

START_TEST(one_asked_for_in_start_runs_there)
{
	on_enter[OFF] = sparks_and_to_on;
	must(spawn() == 0);
	ck_assert_str_eq(line, "+0 raised -0 +2 2:spark1 -2 +2 2:spark2 ");
}
END_TEST

static void select_one(odeon_self *self, struct lamp *lamp)
{
	odeon_case one = ODEON_CASE_MAILBOX(self);

	must(odeon_select(&one, 1, ODEON_NEVER) == 0 && one.error == 0);
	note_down("selected ");
	must(odeon_machine_look(&lamp->machine) == OFF);
}

START_TEST(one_asked_for_within_a_select_runs_when_the_outermost_has_returned)
{
	odeon_kind kind = lamp_kind;

	kind.place = ODEON_OWN_THREAD;
	must(odeon_system_spawn(sys, &kind, NULL, &lamp) == 0);
	push(1, select_one);
	push(2, sparks_and_to_on);
	expect("+0 0:push1 0:push2 raised selected -0 +2 2:spark1 -2 +2 2:spark2 ");
	must(odeon_actor_kill(sys, lamp) == 0);
	expect("-2 ");
}
END_TEST

/* ---- events ------------------------------------------------------------------------------------------------------ */

START_TEST(events_come_before_what_waits_and_after_transitions)
{
	must(spawn() == 0);
	push(1, sparks);
	push(2, sparks_and_to_on);
	push(3, NULL);
	expect("+0 0:push1 raised 0:spark1 -0 +2 2:spark2 2:push2 raised -2 +2 2:spark1 -2 +2 2:spark2 2:push3 ");
}
END_TEST

/* ---- laying aside ------------------------------------------------------------------------------------------------ */

START_TEST(what_lies_aside_comes_in_order_after_the_next_change_and_before_what_waits)
{
	must(spawn() == 0);
	push(1, to_dim);
	push(2, NULL);
	push(3, NULL);
	shake(4, to_dim);
	push(5, NULL);
	shake(6, to_on);
	push(7, NULL);
	expect("+0 0:push1 -0 +1 shake4 -1 +1 shake6 -1 +2 2:push2 2:push3 2:push5 2:push7 ");
}
END_TEST

START_TEST(a_question_that_lies_aside_is_answered_later)
{
	int why;

	first = DIM;
	on_timeout = to_on;
	must(spawn() == 0);
	odeon_free(odeon_ask(query, sys, lamp, odeon_new(query), odeon_system_deadline(sys, ODEON_SECONDS(1)), &why));
	ck_assert_int_eq(why, 0);
	expect("+1 late1 -1 +2 query ");
}
END_TEST

/* Room for one: the second of two that are there already finds none. */
static void overfill(odeon_self *self, struct lamp *lamp)
{
	static const odeon_mailbox one = { .messages = 1 };

	(void)lamp;
	must(odeon_send(self, odeon_self_ref(self), odeon_new(push, .number = 2)) == 0);
	must(odeon_request(self, odeon_self_ref(self), odeon_new(query), ODEON_NEVER, ODEON_THEN(self, lamp, reply, query)) == 0);
	must(odeon_bound(self, &one) == 0);
}

START_TEST(what_cannot_lie_aside_is_answered_and_a_dead_letter)
{
	first = DIM;
	on_timeout = to_on;
	must(spawn() == 0);
	shake(1, overfill);
	expect("+1 shake1 letter(query,ODEON_EGONE) answered-4 ");
	pass(ODEON_MS(10));
	expect("late1 -1 +2 2:push2 ");
}
END_TEST

/* ---- what no state takes ----------------------------------------------------------------------------------------- */

START_TEST(what_no_state_takes_goes_to_the_kind_or_is_a_dead_letter)
{
	int why;

	must(spawn() == 0);
	shake(1, NULL);
	odeon_free(odeon_ask(query, sys, lamp, odeon_new(query), odeon_system_deadline(sys, ODEON_SECONDS(1)), &why));
	ck_assert_int_eq(why, ODEON_ETYPE);
	expect("+0 shake1 letter(query,ODEON_ETYPE) ");
	must(odeon_post(sys, lamp, odeon_new(spark)) == 0);     /* an event's handler is none for messages */
	expect("letter(spark,ODEON_ETYPE) ");
}
END_TEST

/* ---- time -------------------------------------------------------------------------------------------------------- */

START_TEST(a_timeout_comes_once_and_ends_with_its_state)
{
	must(spawn() == 0);
	push(1, to_dim);
	expect("+0 0:push1 -0 +1 ");
	pass(ODEON_US(9800));
	expect("");
	pass(ODEON_US(100));
	expect("late1 ");
	pass(ODEON_SECONDS(1));
	shake(2, to_dim);
	pass(ODEON_MS(9));
	shake(3, to_on);
	pass(ODEON_SECONDS(1));
	expect("shake2 -1 +1 shake3 -1 +2 ");
}
END_TEST

START_TEST(a_timeout_begins_anew_with_its_state)
{
	first = DIM;
	must(spawn() == 0);
	pass(ODEON_MS(9));
	shake(1, to_dim);
	pass(ODEON_MS(9));
	expect("+1 shake1 -1 +1 ");
	pass(ODEON_MS(1));
	expect("late1 ");
}
END_TEST

START_TEST(a_timeout_that_a_fault_doubles_comes_once)
{
	first = DIM;
	is_doubled = true;
	on_timeout = to_dim;
	must(spawn() == 0);
	pass(ODEON_MS(11));
	expect("+1 late1 -1 +1 ");
	on_timeout = to_on;
	pass(ODEON_MS(11));
	expect("late1 -1 +2 ");
}
END_TEST

START_TEST(a_timeout_may_be_set_by_hand)
{
	must(spawn() == 0);
	push(1, hurry);
	pass(ODEON_MS(3));
	expect("+0 0:push1 late0 ");
	on_enter[DIM] = hurry;
	push(2, to_dim);
	pass(ODEON_MS(3));
	expect("0:push2 -0 +1 late1 ");
	on_enter[DIM] = no_hurry;
	shake(3, to_dim);
	pass(ODEON_MS(30));
	expect("shake3 -1 +1 ");
}
END_TEST

KIT_MAIN("contract/machine",
	{ .name = "transitions", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		a_transition_runs_exit_and_enter_once_when_the_handler_has_returned,
		one_asked_for_in_enter_runs_when_that_has_returned, one_asked_for_in_exit_runs_after_the_one_that_runs,
		one_asked_for_in_a_continuation_has_run_when_the_call_returns, one_asked_for_in_start_runs_there,
		one_asked_for_within_a_select_runs_when_the_outermost_has_returned,
		events_come_before_what_waits_and_after_transitions) },
	{ .name = "aside", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		what_lies_aside_comes_in_order_after_the_next_change_and_before_what_waits,
		a_question_that_lies_aside_is_answered_later, what_cannot_lie_aside_is_answered_and_a_dead_letter,
		what_no_state_takes_goes_to_the_kind_or_is_a_dead_letter) },
	{ .name = "time", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(a_timeout_comes_once_and_ends_with_its_state,
		a_timeout_begins_anew_with_its_state, a_timeout_that_a_fault_doubles_comes_once, a_timeout_may_be_set_by_hand) })
