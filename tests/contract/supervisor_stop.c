/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervisor_stop.c - the orders in which a tree of supervisors stops, what becomes of children whose supervisor ends in another
 * way, and what a running supervisor can be asked for
 */
#include "company.h"

static void setup(void) { company_open(1); }
static void teardown(void) { company_close(); }

static uint64_t actors(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stats(company.system, &stats) == 0);
	return stats.actors;
}

static void stop(odeon_ref supervisor) { must(odeon_supervisor_stop(company.system, supervisor) == 0); }

/* ---- one supervisor ------------------------------------------------------------------------------------------------------- */

START_TEST(children_stop_in_reverse_order_after_what_they_have)
{
	const odeon_child children[] = { MEMBER(a), MEMBER(b), MEMBER(c) };

	company_supervise((odeon_supervisor)ODEON_SUPERVISOR(.strategy = (enum odeon_strategy)_i, .children = children, .count = 3));
	company_expect("+a +b +c ");
	company_post('a', 1);
	company_post('b', 2);
	company_run(ODEON_MS(1));
	company.line[0] = 0;
	stop(company.top);
	company_expect("-c -b -a ");
	must(company_has_ended(company.top));
	ck_assert_int_eq(company.failures, 0);
	ck_assert_int_eq(odeon_supervisor_stop(company.system, company.top), ODEON_EGONE);
}
END_TEST

/* Slow with each message. */
struct idler { int unused; };
ODEON_HANDLER(idler, parcel) { kit_pause(); }
ODEON_STOP(idler) { write_down('-', reason->code == ODEON_EKILLED ? 'K' : 'I', -1); }
ODEON_HANDLERS(idler_handlers, ODEON_ON(idler, parcel));
ODEON_KIND(idler, idler_handlers, .stop = ODEON_STOPS(idler));

START_TEST(one_that_is_to_be_killed_is_killed_at_once)
{
	const odeon_child children[] = { MEMBER(a), ODEON_CHILD(.kind = &idler_kind, .stop_within = -1) };

	company_supervise((odeon_supervisor)ODEON_SUPERVISOR(.children = children, .count = 2));
	stop(company.top);
	company_expect("+a -K -a ");
}
END_TEST

enum { SLOW = 5000 };                                  /* messages, of a millisecond and more each */

/* On the machine's clock: on the virtual one handlers take no time. */
START_TEST(one_that_takes_too_long_is_killed_at_its_deadline)
{
	const odeon_child children[] = { ODEON_CHILD(.name = "slow", .kind = &idler_kind, .stop_within = ODEON_MS(50)) };
	odeon_supervisor rule = ODEON_SUPERVISOR(.children = children, .count = 1);
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	struct odeon_child_is *is;
	struct world world;
	int i;

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
	must(odeon_supervise(world.system, &rule, &company.top) == 0);
	is = odeon_ask(odeon_child_is, world.system, company.top, odeon_child_find_new("slow"), kit_deadline(), NULL);
	must(is != NULL && is->is_up);
	for (i = 0; i < SLOW; i++)
		must(odeon_post(world.system, is->who, parcel_new(i)) == 0);
	odeon_free(is);
	must(odeon_supervisor_stop(world.system, company.top) == 0);
	must(odeon_system_wait(world.system, kit_deadline()) == 0);
	must(odeon_system_stats(world.system, &stats) == 0);
	must(stats.handled < SLOW && stats.dead_letters > 0);
	must(strcmp(company.line, "-K ") == 0);
	world_close(&world);
}
END_TEST

START_TEST(one_that_fails_while_all_stop_is_not_started_anew)
{
	const odeon_child children[] = { MEMBER(a), MEMBER(b) };

	company_supervise((odeon_supervisor)ODEON_SUPERVISOR(.children = children, .count = 2));
	company_run(ODEON_MS(1));
	stop(company.top);
	company_post('b', FAIL);
	company_post('a', FAIL);
	company_run(ODEON_MS(1));
	must(actors() == 0 && company.failures == 0);
}
END_TEST

START_TEST(one_that_waits_to_be_started_anew_stops_too)
{
	const odeon_child children[] = { MEMBER(a), MEMBER(b) };

	company_supervise((odeon_supervisor)ODEON_SUPERVISOR(.children = children, .count = 2, .pause = ODEON_SECONDS(1)));
	company_run(ODEON_MS(1));
	company_post('b', FAIL);
	company_post('b', 1);
	company_expect("+a +b -b ");
	stop(company.top);
	company_expect("-a ");
	must(actors() == 0);
}
END_TEST

/* ---- trees ------------------------------------------------------------------------------------------------------------------ */

static const odeon_child leaves[] = { MEMBER(b), MEMBER(c) };
static const odeon_supervisor branch = ODEON_SUPERVISOR(.children = leaves, .count = 2, .restarts = 1);
#define BRANCH(...) \
	ODEON_CHILD(.name = "branch", .kind = &odeon_supervisor_kind, .argument = &branch, .argument_bytes = sizeof branch, __VA_ARGS__)

static void tree(enum odeon_strategy strategy, odeon_child middle)
{
	const odeon_child children[] = { MEMBER(a), middle, MEMBER(d) };

	company_supervise((odeon_supervisor)ODEON_SUPERVISOR(.strategy = strategy, .children = children, .count = 3));
	company_expect("+a +b +c +d ");
}

START_TEST(a_tree_stops_in_reverse_order)
{
	tree(ODEON_ONE_FOR_ONE, (odeon_child)BRANCH(.keep = (enum odeon_keep)_i));
	stop(company.top);
	company_expect("-d -c -b -a ");
	must(actors() == 0 && company.failures == 0);
}
END_TEST

START_TEST(a_supervisor_that_gives_up_is_started_anew_by_its_own)
{
	tree(ODEON_ONE_FOR_ONE, (odeon_child)BRANCH());
	company_post('b', FAIL);
	company_expect("-b +b ");
	company_post('b', FAIL);
	company_expect("-b -c +b +c ");
	ck_assert_int_eq(company.failures, 0);
}
END_TEST

START_TEST(failures_go_up_to_the_host)
{
	int i;

	tree(ODEON_ONE_FOR_ONE, (odeon_child)BRANCH());
	for (i = 0; i < 8; i++) {
		ck_assert_int_eq(company.failures, 0);
		company_post('b', FAIL);
		company_run(ODEON_MS(1));
	}
	ck_assert_int_eq(company.failures, 1);
	ck_assert_str_eq(company.failure, "branch failed too often: b failed too often: as told");
	must(actors() == 0);
}
END_TEST

START_TEST(those_of_a_supervisor_that_is_halted_with_others_go)
{
	tree(ODEON_ONE_FOR_ALL, (odeon_child)BRANCH());
	company_post('a', FAIL);
	company_run(ODEON_MS(1));
	must(actors() == 6);
	must(strncmp(company.line, "-a -d ", 6) == 0 && strstr(company.line, "-b ") && strstr(company.line, "-c "));
	must(strstr(company.line, "+a ") < strstr(company.line, "+b ") && strstr(company.line, "+c ") < strstr(company.line, "+d "));
}
END_TEST

START_TEST(children_of_a_supervisor_that_ends_otherwise_are_killed)
{
	tree(ODEON_ONE_FOR_ONE, (odeon_child)BRANCH());
	must((_i == 0 ? odeon_actor_kill : odeon_actor_stop)(company.system, company.top) == 0);
	company_run(ODEON_MS(1));
	must(actors() == 0);
}
END_TEST

START_TEST(a_system_that_stops_is_no_failure)
{
	tree((enum odeon_strategy)_i, (odeon_child)BRANCH());
	must(odeon_system_stop(company.system, odeon_system_deadline(company.system, ODEON_SECONDS(10)), NULL) == 0);
	ck_assert_int_eq(company.failures, 0);
	must(strchr(company.line, '+') == NULL);
}
END_TEST

/* ---- what it can be asked for ----------------------------------------------------------------------------------------------- */

static struct question question;

static int ask(void *message)
{
	company_ask(&question, company.top, message);
	company_run(ODEON_MS(1));
	must(question.is_answered);
	return question.error;
}

static void two(enum odeon_strategy strategy, odeon_duration pause)
{
	const odeon_child children[] = { MEMBER(a), MEMBER(b) };

	company_supervise((odeon_supervisor)ODEON_SUPERVISOR(.strategy = strategy, .children = children, .count = 2, .pause = pause));
	company_expect("+a +b ");
}

START_TEST(children_are_added_found_stopped_and_forgotten)
{
	const odeon_child c = MEMBER(c), bad = ODEON_CHILD(.name = "bad");

	two((enum odeon_strategy)_i, 0);
	must(ask(odeon_child_add_new(&c)) == 0 && question.is.is_up && odeon_ref_equal(question.is.who, company.whom[2]));
	must(ask(odeon_child_add_new(&c)) == ODEON_EBUSY);
	must(ask(odeon_child_add_new(&bad)) == ODEON_EINVAL);
	must(ask(odeon_child_find_new("c")) == 0 && odeon_ref_equal(question.is.who, company.whom[2]));
	must(ask(odeon_child_find_new("nobody")) == ODEON_EGONE && ask(odeon_child_find_new(NULL)) == ODEON_EGONE);
	company_expect("+c ");
	must(ask(odeon_child_stop_new("b")) == 0 && !question.is.is_up);
	must(ask(odeon_child_find_new("b")) == ODEON_EGONE);
	company_expect("-b ");
	stop(company.top);
	company_expect("-c -a ");
}
END_TEST

START_TEST(one_that_is_added_is_started_anew_like_others)
{
	const odeon_child c = MEMBER(c);

	two(ODEON_ONE_FOR_ALL, 0);
	must(ask(odeon_child_add_new(&c)) == 0);
	company_post('c', FAIL);
	company_expect("+c -c -b -a +a +b +c ");
	must(ask(odeon_child_find_new("c")) == 0 && question.is.restarts == 1);
}
END_TEST

START_TEST(one_whose_start_fails_is_not_added)
{
	const odeon_child c = MEMBER(c);

	two(ODEON_ONE_FOR_ONE, 0);
	company.starts_to_fail[2] = 1;
	must(ask(odeon_child_add_new(&c)) == ODEON_ESYSTEM);
	must(ask(odeon_child_find_new("c")) == ODEON_EGONE);
	must(ask(odeon_child_add_new(&c)) == 0);
}
END_TEST

START_TEST(one_is_started_anew_when_asked_and_that_counts_for_nothing)
{
	odeon_ref before;
	int i;

	two((enum odeon_strategy)_i, ODEON_SECONDS(1));
	before = company.whom[1];
	for (i = 0; i < 10; i++)
		must(ask(odeon_child_restart_new("b")) == 0 && question.is.is_up && odeon_ref_equal(question.is.who, before));
	ck_assert_uint_eq(question.is.restarts, 10);
	must(!company_has_ended(company.top));
}
END_TEST

START_TEST(one_that_waits_is_started_at_once_when_asked)
{
	two(ODEON_ONE_FOR_ONE, ODEON_SECONDS(1));
	company_post('b', FAIL);
	company_expect("-b ");
	must(ask(odeon_child_find_new("b")) == 0 && !question.is.is_up);
	must(ask(odeon_child_restart_new("b")) == 0 && question.is.is_up);
	company_expect("+b ");
	company_run(ODEON_SECONDS(2));
	company_expect("");
}
END_TEST

START_TEST(what_is_asked_while_all_go_down_waits_until_they_are_up)
{
	const odeon_child c = MEMBER(c);

	two(ODEON_ONE_FOR_ALL, ODEON_MS(100));
	company_post('a', FAIL);
	company_expect("-a -b ");
	company_ask(&question, company.top, odeon_child_add_new(&c));
	company_expect("");
	must(!question.is_answered);
	company_run(ODEON_MS(200));
	company_expect("+a +b +c ");
	must(question.is_answered && question.error == 0);
}
END_TEST

START_TEST(who_asks_one_that_is_leaving_is_told)
{
	const odeon_child c = MEMBER(c);

	two(ODEON_ONE_FOR_ONE, 0);
	stop(company.top);
	company_ask(&question, company.top, odeon_child_add_new(&c));
	company_run(ODEON_MS(1));
	must(question.is_answered && (question.error == ODEON_ESTOPPING || question.error == ODEON_EGONE));
	must(actors() == 0);
}
END_TEST

START_TEST(unnamed_ones_are_forgotten_when_they_have_ended)
{
	const odeon_child nameless = ODEON_CHILD(.kind = &member_kind, .argument = &(const struct member_is){ 'x' },
	                                         .argument_bytes = sizeof(struct member_is), .keep = ODEON_TRANSIENT);
	int i;

	two(ODEON_ONE_FOR_ALL, 0);
	for (i = 0; i < 100; i++)
		must(ask(odeon_child_add_new(&nameless)) == 0);
	must(actors() == 103);
	company.line[0] = 0;
	company_post('x', LEAVE);
	company_expect("-x ");
	must(actors() == 102);
}
END_TEST

KIT_MAIN("contract/supervisor_stop",
	{ .name = "stop", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(one_that_is_to_be_killed_is_killed_at_once,
		one_that_takes_too_long_is_killed_at_its_deadline, one_that_fails_while_all_stop_is_not_started_anew,
		one_that_waits_to_be_started_anew_stops_too) },
	{ .name = "each", .setup = setup, .teardown = teardown, .loop = 3, .tests = KIT_TESTS(
		children_stop_in_reverse_order_after_what_they_have, a_tree_stops_in_reverse_order, a_system_that_stops_is_no_failure,
		children_are_added_found_stopped_and_forgotten, one_is_started_anew_when_asked_and_that_counts_for_nothing) },
	{ .name = "trees", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		a_supervisor_that_gives_up_is_started_anew_by_its_own, failures_go_up_to_the_host,
		those_of_a_supervisor_that_is_halted_with_others_go) },
	{ .name = "otherwise", .setup = setup, .teardown = teardown, .loop = 2, .tests = KIT_TESTS(
		children_of_a_supervisor_that_ends_otherwise_are_killed) },
	{ .name = "ask", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		one_that_is_added_is_started_anew_like_others, one_whose_start_fails_is_not_added,
		one_that_waits_is_started_at_once_when_asked, what_is_asked_while_all_go_down_waits_until_they_are_up,
		who_asks_one_that_is_leaving_is_told, unnamed_ones_are_forgotten_when_they_have_ended) })
