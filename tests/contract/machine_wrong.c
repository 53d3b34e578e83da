/* SPDX-License-Identifier: BSD-2-Clause */
/* machine_wrong.c - a machine with something wrong in the program, without memory, and of an actor that fails */
#include "lamp.h"

static void to_nowhere(odeon_self *self, struct lamp *lamp)
{
	must(odeon_machine_go(self, &lamp->machine, STATES) == ODEON_EINVAL);
	must(odeon_machine_go(self, &lamp->machine, ON) == ODEON_ESTOPPING);
}

static void to_too_many(odeon_self *self, struct lamp *lamp)
{
	for (int i = 0; i < ODEON_MACHINE_ASKED_MOST; i++)
		to_on(self, lamp);
	must(odeon_machine_go(self, &lamp->machine, ON) == ODEON_EFULL);
}

static void spark_again(odeon_self *self, struct lamp *lamp)
{
	line[0] = 0;
	must(odeon_machine_raise(self, &lamp->machine, spark, .does = spark_again) == 0);
}

static void spark_and_to_dim(odeon_self *self, struct lamp *lamp)
{
	must(odeon_machine_raise(self, &lamp->machine, spark) == 0);
	to_dim(self, lamp);
}

static void print(odeon_self *self, struct lamp *lamp)
{
	char text[LINE_MOST], cut[20];
	int length = odeon_machine_print(&lamp->machine, text, sizeof text);

	(void)self;
	must(length == (int)strlen(text) && odeon_machine_print(&lamp->machine, NULL, 0) == length);
	must(odeon_machine_print(&lamp->machine, cut, sizeof cut) == length && strncmp(cut, text, sizeof cut - 1) == 0);
	note_down("%s", text);
}

/* ---- what is wrong ----------------------------------------------------------------------------------------------- */

START_TEST(a_way_that_is_none_fails_the_actor_by_name)
{
	first = DIM;
	must(spawn() == 0);
	shake(1, to_off);
	expect("+1 shake1 -1 ");
	expect_end("-2 machine lamp, state dim: no way from there to off");
}
END_TEST

START_TEST(a_state_that_is_none_fails_the_actor_by_name)
{
	must(spawn() == 0);
	push(1, to_nowhere);
	expect("+0 0:push1 -0 ");
	expect_end("-2 machine lamp, state off: no way from there to a state of number 3");
}
END_TEST

START_TEST(an_event_that_no_handler_takes_fails_the_actor_by_name)
{
	must(spawn() == 0);
	push(1, spark_and_to_dim);
	expect("+0 0:push1 -0 +1 -1 ");
	expect_end("-9 machine lamp, state dim: no handler for the event spark");
}
END_TEST

START_TEST(going_round_without_end_fails_the_actor)
{
	must(spawn() == 0);
	push(1, to_too_many);
	expect("+0 0:push1 -0 ");
	expect_end("-4 machine lamp, state off: more transitions at a time than 8");
	must(spawn() == 0);
	push(1, spark_again);
	expect("-0 ");
	expect_end("-4 machine lamp, state off: goes round without end");
}
END_TEST

START_TEST(what_is_wrong_in_start_is_an_error_of_it)
{
	on_enter[OFF] = to_nowhere;
	ck_assert_int_eq(spawn(), ODEON_EINVAL);
	on_enter[OFF] = spark_and_to_dim;
	ck_assert_int_eq(spawn(), ODEON_ETYPE);
	on_enter[OFF] = spark_again;
	ck_assert_int_eq(spawn(), ODEON_EFULL);
	first = STATES;
	ck_assert_int_eq(spawn(), ODEON_EINVAL);
}
END_TEST

static int begin_result;
static odeon_machine_table wrong_table;
struct wrong { odeon_machine machine; };
ODEON_START(wrong, push)
{
	char text[100];

	must(odeon_machine_go(self, &wrong->machine, 0) == ODEON_ESTOPPING);
	must(odeon_machine_timeout(self, &wrong->machine, 1) == ODEON_ESTOPPING);
	must(odeon_machine_print(&wrong->machine, text, sizeof text) == 29);
	odeon_machine_end(self, &wrong->machine);
	begin_result = odeon_machine_begin(self, &wrong->machine, &wrong_table, 0);
	must(begin_result != 0 || odeon_machine_begin(self, &wrong->machine, &wrong_table, 0) == ODEON_EINVAL);
	return begin_result;
}
ODEON_HANDLERS(wrong_handlers, { NULL, NULL, 0, NULL });
ODEON_KIND(wrong, wrong_handlers, .start = ODEON_STARTS(wrong));

static int begin_with(odeon_machine_state state, size_t count)
{
	wrong_table = (odeon_machine_table){ sizeof wrong_table, "wrong", sizeof(struct wrong), 0, &state, count };
	must(odeon_system_spawn(sys, &wrong_kind, NULL, NULL) == begin_result);
	return begin_result;
}

static void never(odeon_self *self, void *actor)
{
	(void)self;
	(void)actor;
}

START_TEST(a_table_that_contradicts_itself_is_refused)
{
	static const odeon_machine_state good = { .name = "good", .timeout = ODEON_MS(1), .timed_out = never };
	odeon_machine_state bad = good;

	ck_assert_int_eq(begin_with(good, 1), 0);
	ck_assert_int_eq(begin_with(good, 0), ODEON_EINVAL);
	ck_assert_int_eq(begin_with(good, ODEON_MACHINE_STATES_MOST + 1), ODEON_EINVAL);
	bad.timed_out = NULL;
	ck_assert_int_eq(begin_with(bad, 1), ODEON_EINVAL);
	bad = (odeon_machine_state){ .name = NULL };
	ck_assert_int_eq(begin_with(bad, 1), ODEON_EINVAL);
	bad = (odeon_machine_state){ .name = "of another", .handlers = off };
	ck_assert_int_eq(begin_with(bad, 1), ODEON_EINVAL);
	bad = (odeon_machine_state){ .name = "of another", .events = off_events };
	ck_assert_int_eq(begin_with(bad, 1), ODEON_EINVAL);
	bad = (odeon_machine_state){ .name = "early", .timeout = -1, .timed_out = never };
	ck_assert_int_eq(begin_with(bad, 1), ODEON_EINVAL);
}
END_TEST

/* ---- around all that --------------------------------------------------------------------------------------------- */

START_TEST(the_last_transitions_are_remembered)
{
	static const char by_continuation[] = ", by a continuation\n";
	const char *continued;

	first = DIM;
	on_timeout = to_on;
	must(spawn() == 0);
	pass(ODEON_MS(20));
	for (int i = 0; i < 20; i++)
		push(i, i >= 18 ? ask : to_on);
	pass(ODEON_MS(1));
	line[0] = 0;
	push(20, print);
	pass(ODEON_MS(1));
	must(strstr(line, "machine lamp: on, after 21 transitions\n  on -> on at ") != NULL);
	must(strstr(line, ", by push\n") != NULL && (continued = strstr(line, by_continuation)) != NULL);
	must(strstr(continued + 1, by_continuation) != NULL);
	must(strstr(line, "dim") == NULL);
}
END_TEST

static odeon_ref child;
struct boss { int unused; };
ODEON_HANDLER(boss, odeon_down)
{
	if (odeon_down->is_halted)
		must(odeon_restart(self, odeon_down->who, NULL) == 0);
}
ODEON_START(boss, push) { return odeon_spawn_supervised(self, &lamp_kind, NULL, NULL, &child); }
ODEON_HANDLERS(boss_handlers, ODEON_ON(boss, odeon_down));
ODEON_KIND(boss, boss_handlers, .start = ODEON_STARTS(boss));

START_TEST(started_anew_it_begins_anew_with_what_lay_aside)
{
	must(odeon_system_spawn(sys, &boss_kind, NULL, NULL) == 0);
	lamp = child;
	push(1, to_dim);
	push(2, NULL);
	expect("+0 0:push1 -0 +1 ");
	shake(3, to_off);
	pass(ODEON_MS(20));
	expect("shake3 letter(shake,ODEON_EFAILED) -1 +0 0:push2 ");
}
END_TEST

/* Whichever is refused: the actor ends with a named error, or all is as it should be. */
START_TEST(without_memory_it_fails_by_name)
{
	int refused = 0;

	for (int nth = 0; nth < 40; nth++) {
		int error;

		failure[0] = line[0] = 0;
		first = DIM;
		allowed = nth;
		error = spawn();
		if (error == 0) {
			shake(1, to_dim);
			pass(ODEON_MS(1));
		}
		if (allowed >= 0)
			break;
		refused++;
		must(error == ODEON_ENOMEM || strcmp(failure, "-1 machine lamp, state dim: no memory for its timeout") == 0);
		allowed = -1;
		pass(ODEON_MS(20));
		must(strstr(line, "late1") == NULL);
	}
	must(refused >= 2 && failure[0] == 0);
}
END_TEST

static int raised;
static void spark_without_memory(odeon_self *self, struct lamp *lamp)
{
	allowed = 0;
	raised = odeon_machine_raise(self, &lamp->machine, spark);
	allowed = -1;
}

START_TEST(an_event_without_memory_is_none)
{
	must(spawn() == 0);
	push(1, spark_without_memory);
	expect("+0 0:push1 ");
	ck_assert_int_eq(raised, ODEON_ENOMEM);
}
END_TEST

KIT_MAIN("contract/machine_wrong",
	{ .name = "wrong", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(a_way_that_is_none_fails_the_actor_by_name,
		a_state_that_is_none_fails_the_actor_by_name, an_event_that_no_handler_takes_fails_the_actor_by_name,
		going_round_without_end_fails_the_actor, what_is_wrong_in_start_is_an_error_of_it,
		a_table_that_contradicts_itself_is_refused) },
	{ .name = "around", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(the_last_transitions_are_remembered,
		started_anew_it_begins_anew_with_what_lay_aside, without_memory_it_fails_by_name, an_event_without_memory_is_none) })
