/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervisor.c - who is started anew when one fails, in which order all start and stop, and when a supervisor gives up
 *
 * On the virtual clock, so that pauses and deadlines are exact.
 */
#include "company.h"

static void setup(void) { company_open(1); }
static void teardown(void) { company_close(); }

/* ---- strategies -------------------------------------------------------------------------------------------------------- */

static void three(enum odeon_strategy strategy, odeon_child b)
{
	const odeon_child children[] = { MEMBER(a), b, MEMBER(c) };

	company_supervise((odeon_supervisor)ODEON_SUPERVISOR(.strategy = strategy, .children = children, .count = 3));
	company_expect("+a +b +c ");
}

START_TEST(one_for_one_starts_anew_the_one_that_failed)
{
	odeon_ref before;

	three(ODEON_ONE_FOR_ONE, (odeon_child)MEMBER(b));
	before = company.whom[1];
	company_post('b', 1);
	company_post('b', FAIL);
	company_post('b', 2);
	company_post('b', 3);
	company_expect("b1 -b +b b2 b3 ");
	must(odeon_ref_equal(before, company.whom[1]));
}
END_TEST

START_TEST(one_for_all_halts_in_reverse_and_starts_in_order)
{
	odeon_ref before[3];

	three(ODEON_ONE_FOR_ALL, (odeon_child)MEMBER(b));
	memcpy(before, company.whom, sizeof before);
	company_post('b', FAIL);
	company_expect("-b -c -a +a +b +c ");
	must(memcmp(before, company.whom, sizeof before) == 0);
}
END_TEST

START_TEST(rest_for_one_leaves_those_before_it_alone)
{
	three(ODEON_REST_FOR_ONE, (odeon_child)MEMBER(b));
	company_post('b', FAIL);
	company_expect("-b -c +b +c ");
	company_post('a', FAIL);
	company_expect("-a -c -b +a +b +c ");
	company_post('c', FAIL);
	company_expect("-c +c ");
}
END_TEST

START_TEST(queues_of_those_halted_with_it_survive_in_order)
{
	int i;

	three(ODEON_ONE_FOR_ALL, (odeon_child)MEMBER(b));
	company_post('b', FAIL);
	for (i = 1; i <= 3; i++)
		company_post('b', i);
	company_expect("-b -c -a +a +b +c b1 b2 b3 ");
	ck_assert_uint_eq(company.letters, 1);         /* the one it failed with */
}
END_TEST

START_TEST(all_fail_at_once_and_come_up_once)
{
	three(_i == 0 ? ODEON_ONE_FOR_ALL : ODEON_REST_FOR_ONE, (odeon_child)MEMBER(b));
	company_post('c', FAIL);
	company_post('b', FAIL);
	company_post('a', FAIL);
	company_run(ODEON_MS(1));
	must(strlen(company.line) >= strlen("-c -b -a +a +b +c "));
	must(strcmp(company.line + strlen(company.line) - 9, "+a +b +c ") == 0);
	must(!company_has_ended(company.top));
}
END_TEST

/* ---- sorts of children ----------------------------------------------------------------------------------------------------- */

START_TEST(a_permanent_one_is_started_anew_when_it_exits)
{
	three(ODEON_ONE_FOR_ONE, (odeon_child)MEMBER(b));
	company_post('b', LEAVE);
	company_post('b', 1);
	company_expect("-b +b b1 ");
}
END_TEST

START_TEST(a_transient_one_that_exits_stays_away)
{
	three(ODEON_ONE_FOR_ONE, (odeon_child)MEMBER(b, .keep = ODEON_TRANSIENT));
	company_post('b', FAIL);
	company_expect("-b +b ");
	company_post('b', LEAVE);
	company_expect("-b ");
	must(company_has_ended(company.whom[1]));
}
END_TEST

START_TEST(a_transient_one_that_exited_is_not_started_with_others)
{
	three(ODEON_ONE_FOR_ALL, (odeon_child)MEMBER(b, .keep = ODEON_TRANSIENT));
	company_post('b', LEAVE);
	company_expect("-b ");
	company_post('a', FAIL);
	company_expect("-a -c +a +c ");
}
END_TEST

START_TEST(a_temporary_one_is_never_started_anew)
{
	three(ODEON_ONE_FOR_ONE, (odeon_child)MEMBER(b, .keep = ODEON_TEMPORARY));
	company_post('b', FAIL);
	company_expect("-b ");
	must(company_has_ended(company.whom[1]));
}
END_TEST

START_TEST(a_temporary_one_goes_for_good_with_others)
{
	three(ODEON_ONE_FOR_ALL, (odeon_child)MEMBER(b, .keep = ODEON_TEMPORARY));
	company_post('a', FAIL);
	company_expect("-a -c -b +a +c ");
	must(company_has_ended(company.whom[1]));
}
END_TEST

START_TEST(a_fresh_one_gets_another_ref)
{
	odeon_ref before;

	three(_i == 0 ? ODEON_ONE_FOR_ONE : ODEON_REST_FOR_ONE, (odeon_child)MEMBER(b, .is_fresh = 1));
	before = company.whom[1];
	company_post('b', FAIL);
	company_post('b', 1);
	company_expect(_i == 0 ? "-b +b " : "-b -c +b +c ");
	must(company_has_ended(before) && !company_has_ended(company.whom[1]));
	ck_assert_uint_eq(company.letters, 2);
}
END_TEST

START_TEST(one_that_was_killed_or_stopped_by_others_is_replaced)
{
	odeon_ref before;

	three(ODEON_ONE_FOR_ONE, (odeon_child)MEMBER(b));
	before = company.whom[1];
	must((_i == 0 ? odeon_actor_kill : odeon_actor_stop)(company.system, before) == 0);
	company_expect("-b +b ");
	must(company_has_ended(before) && !company_has_ended(company.whom[1]));
}
END_TEST

START_TEST(the_message_that_failed_goes_where_its_policy_says)
{
	three(ODEON_ONE_FOR_ONE, (odeon_child)MEMBER(b, .failed = (enum odeon_failed)_i));
	company_post('b', FAIL_ONCE);
	company_post('b', 1);
	company_expect(_i == ODEON_FAILED_AGAIN ? "-b +b b99 b1 " : "-b +b b1 ");
	ck_assert_uint_eq(company.letters, _i == ODEON_FAILED_BURIED);
}
END_TEST

START_TEST(a_message_that_always_fails_does_not_come_for_ever)
{
	three(ODEON_ONE_FOR_ONE, (odeon_child)MEMBER(b, .failed = ODEON_FAILED_AGAIN));
	company_post('b', FAIL);
	company_post('b', 1);
	company_expect("-b +b -b +b b1 ");
	ck_assert_uint_eq(company.letters, 1);
}
END_TEST

/* ---- too often ------------------------------------------------------------------------------------------------------------- */

START_TEST(more_failures_than_allowed_end_all_in_reverse_order)
{
	int i;

	three(ODEON_ONE_FOR_ONE, (odeon_child)MEMBER(b));
	for (i = 0; i < 3; i++)
		company_post('b', FAIL);
	company_expect("-b +b -b +b -b +b ");
	ck_assert_int_eq(company.failures, 0);
	company_post('b', FAIL);
	company_expect("-b -c -a ");
	must(company_has_ended(company.top));
	ck_assert_int_eq(company.failures, 1);
	ck_assert_str_eq(company.failure, "b failed too often: as told");
}
END_TEST

START_TEST(failures_far_apart_are_no_reason_to_give_up)
{
	int i;

	three(ODEON_ONE_FOR_ONE, (odeon_child)MEMBER(b));
	for (i = 0; i < 10; i++) {
		company_post('b', FAIL);
		company_run(ODEON_SECONDS(2));
	}
	must(!company_has_ended(company.top));
	company_post('b', FAIL);
	company_post('b', FAIL);
	company_run(ODEON_MS(1));
	must(company_has_ended(company.top));
}
END_TEST

START_TEST(no_failure_at_all_may_be_allowed)
{
	const odeon_child children[] = { MEMBER(a), MEMBER(b) };

	company_supervise((odeon_supervisor)ODEON_SUPERVISOR(.restarts = ODEON_RESTARTS_NONE, .children = children, .count = 2));
	company_post('a', FAIL);
	company_expect("+a +b -a -b ");
	must(company_has_ended(company.top));
}
END_TEST

START_TEST(any_number_may_be_allowed)
{
	const odeon_child children[] = { MEMBER(a) };
	int i;

	company_supervise((odeon_supervisor)ODEON_SUPERVISOR(.restarts = ODEON_RESTARTS_ANY, .children = children, .count = 1));
	for (i = 0; i < 300; i++)
		company_post('a', FAIL);
	company_run(ODEON_MS(1));
	must(!company_has_ended(company.top));
}
END_TEST

/* ---- pauses ------------------------------------------------------------------------------------------------------------------ */

static odeon_duration pause_after_failure(void)
{
	odeon_time at = odeon_system_now(company.system);

	company_post('a', FAIL);
	company_run(ODEON_SECONDS(1));
	must(company.started[0].ns > at.ns);
	return company.started[0].ns - at.ns;
}

static void with_pause(unsigned jitter)
{
	const odeon_child children[] = { MEMBER(a) };

	company_supervise((odeon_supervisor)ODEON_SUPERVISOR(.restarts = ODEON_RESTARTS_ANY, .within = ODEON_SECONDS(3),
		.children = children, .count = 1, .pause = ODEON_MS(100), .pause_most = ODEON_MS(350), .jitter = jitter));
	company_run(ODEON_MS(1));
}

static bool is_about(odeon_duration a, odeon_duration b) { return a >= b && a < b + ODEON_MS(1); }

START_TEST(pauses_double_up_to_the_most_and_begin_again_after_a_calm)
{
	with_pause(0);
	must(is_about(pause_after_failure(), ODEON_MS(100)));
	must(is_about(pause_after_failure(), ODEON_MS(200)));
	must(is_about(pause_after_failure(), ODEON_MS(350)));
	must(is_about(pause_after_failure(), ODEON_MS(350)));
	company_run(ODEON_SECONDS(4));
	must(is_about(pause_after_failure(), ODEON_MS(100)));
}
END_TEST

START_TEST(jitter_stays_within_its_percents_and_is_the_seeds)
{
	odeon_duration first, pause;
	bool differs = false;
	int i;

	with_pause(50);
	first = pause_after_failure();
	must(first >= ODEON_MS(50) && first <= ODEON_MS(151));
	for (i = 0; i < 10; i++) {
		company_run(ODEON_SECONDS(4));
		pause = pause_after_failure();
		must(pause >= ODEON_MS(50) && pause <= ODEON_MS(151));
		differs = differs || pause != first;
	}
	must(differs);
	company_close();
	company_open(1);
	with_pause(50);
	ck_assert_int_eq(pause_after_failure(), first);
}
END_TEST

START_TEST(what_comes_during_a_pause_waits)
{
	with_pause(0);
	company_post('a', FAIL);
	company_run(ODEON_MS(50));
	company_post('a', 1);
	company_post('a', 2);
	company_expect("+a -a ");
	company_run(ODEON_MS(100));
	company_expect("+a a1 a2 ");
}
END_TEST

START_TEST(one_killed_during_its_pause_is_replaced_after_it)
{
	with_pause(0);
	company_post('a', FAIL);
	company_run(ODEON_MS(50));
	must(odeon_actor_kill(company.system, company.whom[0]) == 0);
	company_expect("+a -a ");
	company_run(ODEON_MS(100));
	company_expect("+a ");
	must(!company_has_ended(company.whom[0]));
}
END_TEST

/* ---- starts that fail ---------------------------------------------------------------------------------------------------------- */

START_TEST(a_start_that_fails_a_few_times_is_tried_again)
{
	three((enum odeon_strategy)_i, (odeon_child)MEMBER(b));
	company_post('b', FAIL);
	company_post('b', 1);
	company.starts_to_fail[1] = 2;
	company_run(ODEON_MS(100));
	company_expect(_i == ODEON_ONE_FOR_ONE ? "-b !b !b +b b1 " : _i == ODEON_ONE_FOR_ALL ? "-b -c -a +a !b !b +b +c b1 "
	               : "-b -c !b !b +b +c b1 ");
}
END_TEST

START_TEST(a_start_that_always_fails_ends_all)
{
	three((enum odeon_strategy)_i, (odeon_child)MEMBER(b));
	company.starts_to_fail[1] = 1000;
	company_post('b', FAIL);
	company_run(ODEON_SECONDS(1));
	must(company_has_ended(company.top));
	must(company.starts_to_fail[1] == 997);
	must(strcmp(company.failure, "b failed too often: the operating system refused") == 0);
}
END_TEST

START_TEST(a_first_start_that_fails_is_told_and_leaves_nobody)
{
	const odeon_child children[] = { MEMBER(a), MEMBER(b), MEMBER(c) };
	odeon_supervisor rule = ODEON_SUPERVISOR(.children = children, .count = 3);
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	company.starts_to_fail[1] = 1;
	ck_assert_int_eq(odeon_supervise(company.system, &rule, &company.top), ODEON_ESYSTEM);
	must(odeon_ref_is_nobody(company.top));
	company_expect("+a !b -a ");
	must(odeon_system_stats(company.system, &stats) == 0 && stats.actors == 0);
}
END_TEST

START_TEST(a_rule_that_makes_no_sense_is_refused)
{
	const odeon_child twins[] = { MEMBER(a), MEMBER(a) }, none[] = { ODEON_CHILD(.name = "x") };
	odeon_supervisor rules[] = {
		ODEON_SUPERVISOR(.children = twins, .count = 2), ODEON_SUPERVISOR(.children = none, .count = 1),
		ODEON_SUPERVISOR(.count = 1), ODEON_SUPERVISOR(.jitter = 101), ODEON_SUPERVISOR(.restarts = -3),
		ODEON_SUPERVISOR(.pause = -1), ODEON_SUPERVISOR(.strategy = (enum odeon_strategy)3), { .bytes = 1 },
	};
	size_t i;

	for (i = 0; i < sizeof rules / sizeof rules[0]; i++)
		ck_assert_int_eq(odeon_supervise(company.system, &rules[i], NULL), rules[i].bytes == 1 ? ODEON_EVERSION : ODEON_EINVAL);
	ck_assert_int_eq(odeon_supervise(company.system, NULL, NULL), ODEON_EINVAL);
	company_expect("");
}
END_TEST

KIT_MAIN("contract/supervisor",
	{ .name = "strategies", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		one_for_one_starts_anew_the_one_that_failed, one_for_all_halts_in_reverse_and_starts_in_order,
		rest_for_one_leaves_those_before_it_alone, queues_of_those_halted_with_it_survive_in_order) },
	{ .name = "both", .setup = setup, .teardown = teardown, .loop = 2, .tests = KIT_TESTS(
		all_fail_at_once_and_come_up_once, a_fresh_one_gets_another_ref,
		one_that_was_killed_or_stopped_by_others_is_replaced) },
	{ .name = "sorts", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		a_permanent_one_is_started_anew_when_it_exits, a_transient_one_that_exits_stays_away,
		a_transient_one_that_exited_is_not_started_with_others, a_temporary_one_is_never_started_anew,
		a_temporary_one_goes_for_good_with_others, a_message_that_always_fails_does_not_come_for_ever) },
	{ .name = "each", .setup = setup, .teardown = teardown, .loop = 3, .tests = KIT_TESTS(
		the_message_that_failed_goes_where_its_policy_says, a_start_that_fails_a_few_times_is_tried_again,
		a_start_that_always_fails_ends_all) },
	{ .name = "often", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		more_failures_than_allowed_end_all_in_reverse_order, failures_far_apart_are_no_reason_to_give_up,
		no_failure_at_all_may_be_allowed, any_number_may_be_allowed) },
	{ .name = "pauses", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		pauses_double_up_to_the_most_and_begin_again_after_a_calm, jitter_stays_within_its_percents_and_is_the_seeds,
		what_comes_during_a_pause_waits, one_killed_during_its_pause_is_replaced_after_it) },
	{ .name = "first", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		a_first_start_that_fails_is_told_and_leaves_nobody, a_rule_that_makes_no_sense_is_refused) })
