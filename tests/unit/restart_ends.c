/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restart_ends.c - tests of how supervised actors end: killed or stopped while halted, with their supervisor, with the system
 */
#include "supervised.h"

/* ---- ends -------------------------------------------------------------------------------------------------------- */

START_TEST(one_that_is_killed_or_stopped_while_halted_ends)
{
	odeon_ref who = spawn(ODEON_FAILED_AGAIN);

	make_fail(who, 0);
	world_posts(&world, who, 1, 5);
	ck_assert_int_eq((_i == 0 ? odeon_actor_kill : odeon_actor_stop)(world.system, who), 0);
	expect_down(1, who, _i == 0 ? ODEON_EKILLED : 0, false);
	world_await_end(&world, who);
	eventually(world_letters(&world) == 6);         /* the one that failed, and what waited */
	for (unsigned i = 0; i < 6; i++)
		ck_assert_int_eq(world_letter(&world, i).why, ODEON_EGONE);
	ck_assert_int_eq(atomic_load(&plan.stops), 1);
	ck_assert_int_eq(restart_at(chief, who), ODEON_EINVAL);
	expect_no_more(2);
}
END_TEST

/* Both orders wait when it looks. */
START_TEST(one_that_is_to_halt_and_then_to_stop_handles_nothing_more)
{
	struct plug plug = PLUG;
	odeon_ref who = spawn(ODEON_FAILED_AGAIN);

	world_tell(&world, who, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	ck_assert_int_eq(halt_at(chief, who), 0);
	world_posts(&world, who, 1, 5);
	ck_assert_int_eq(odeon_actor_stop(world.system, who), 0);
	plug_release(&plug);
	expect_down(0, who, ODEON_EKILLED, true);
	expect_down(1, who, 0, false);
	world_await_end(&world, who);
	eventually(world_letters(&world) == 5);
	ck_assert_uint_eq(journal_count(&journal), 0);
	ck_assert_int_eq(atomic_load(&plan.stops), 1);
	expect_no_more(2);
}
END_TEST

START_TEST(one_that_was_killed_before_the_supervisor_looked_is_gone)
{
	struct plug plug = PLUG;
	struct at at = { spawn(ODEON_FAILED_BURIED), NULL, 1 };

	make_fail(at.who, 0);
	world_tell(&world, chief, errand_plug, &plug);
	world_tell(&world, chief, restart, &at);
	gate_wait(&plug.entered, 1);
	ck_assert_int_eq(odeon_actor_kill(world.system, at.who), 0);
	world_await_end(&world, at.who);
	plug_release(&plug);
	expect_down(1, at.who, ODEON_EKILLED, false);
	ck_assert_int_eq(at.answer, ODEON_EGONE);
}
END_TEST

START_TEST(one_that_is_stopping_ends_when_it_fails)
{
	struct plug plug = PLUG;
	odeon_ref who = spawn(ODEON_FAILED_AGAIN);

	world_tell(&world, who, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	atomic_store(&plan.fails, 1);
	world_posts(&world, who, 12, 3);
	ck_assert_int_eq(odeon_actor_stop(world.system, who), 0);
	plug_release(&plug);
	expect_down(0, who, 13, false);
	eventually(world_letters(&world) == 2);         /* the one that failed, the one behind it */
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EFAILED);
	ck_assert_int_eq(world_letter(&world, 1).why, ODEON_EGONE);
	expect_no_more(1);
}
END_TEST

START_TEST(a_system_stops_with_halted_ones)
{
	odeon_ref who[10];

	for (unsigned i = 0; i < 10; i++) {
		who[i] = spawn(i % 2 ? ODEON_FAILED_AGAIN : ODEON_FAILED_BURIED);
		make_fail(who[i], i);
		world_posts(&world, who[i], 1, 3);
	}
}                                                       /* teardown: none is left, nothing is lost */
END_TEST

START_TEST(who_is_supervised_ends_with_its_supervisor)
{
	struct birth birth = { &child_kind, NULL, ODEON_NOBODY, 1 };
	odeon_ref super = world_catcher(&world, (struct catcher){ .downs = &downs }), running, halted;

	world_do(&world, super, supervise, &birth);
	running = birth.who;
	world_do(&world, super, supervise, &birth);
	halted = birth.who;
	make_fail(halted, 0);
	world_posts(&world, halted, 1, 3);
	if (_i == 0)
		ck_assert_int_eq(odeon_actor_kill(world.system, super), 0);
	else
		world_tell(&world, super, _i == 1 ? errand_exit : fail_now, NULL);
	world_await_end(&world, super);
	world_await_end(&world, running);
	world_await_end(&world, halted);
	eventually(world_letters(&world) == 4);         /* the one that failed, and what waited */
}
END_TEST

struct nest { odeon_ref inner; atomic_int told; };
static struct nest nest;
static void spawn_inner(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_spawn_supervised(self, catcher, NULL, NULL, &nest.inner) == 0);
}

/* Its children are killed when it is halted; the news of that comes to the next life, and is of nobody it knows. */
START_TEST(who_is_supervised_ends_when_its_supervisor_is_started_anew)
{
	odeon_ref who = spawn(ODEON_FAILED_BURIED), inner;

	world_do(&world, who, spawn_inner, NULL);
	inner = nest.inner;
	make_fail(who, 0);
	world_await_end(&world, inner);
	ck_assert_int_eq(restart_at(chief, who), 0);
	world_do(&world, who, spawn_inner, NULL);
	world_do(&world, who, nothing, NULL);
	ck_assert_uint_eq(journal_count(&journal), 0);  /* no odeon_down */
	ck_assert(!odeon_ref_equal(nest.inner, inner));
}
END_TEST

START_TEST(restart_against_kill)
{
	odeon_ref who;
	int answer, gone = 0;

	for (int i = 0; i < KIT_SLOWER(2000); i++) {
		struct at at = { who = spawn(ODEON_FAILED_BURIED), NULL, 1 };
		struct gate done = GATE;

		downs = (struct downs)DOWNS;
		make_fail(who, 0);
		must(odeon_post(world.system, chief, odeon_new(errand, .run = restart, .argument = &at, .done = &done)) == 0);
		if (i % 3 == 0)
			gate_wait(&done, 1);
		else if (i % 3 == 1)
			nanosleep(&(struct timespec){ .tv_nsec = i % 100 * 1000 }, NULL);
		answer = odeon_actor_kill(world.system, who);
		ck_assert_int_eq(answer, 0);
		gate_wait(&done, 1);
		ck_assert(at.answer == 0 || at.answer == ODEON_EGONE || at.answer == ODEON_EINVAL);
		gone += at.answer != 0;
		expect_down(1, who, ODEON_EKILLED, false);
		world_await_end(&world, who);
	}
	printf("%d of %d were killed first\n", gone, KIT_SLOWER(2000));
}
END_TEST

KIT_MAIN("unit/restart_ends",
	{ "end", KIT_TESTS(one_that_is_killed_or_stopped_while_halted_ends), setup, teardown, 2 },
	{ "ends", KIT_TESTS(one_that_is_to_halt_and_then_to_stop_handles_nothing_more,
	                    one_that_was_killed_before_the_supervisor_looked_is_gone, one_that_is_stopping_ends_when_it_fails,
	                    a_system_stops_with_halted_ones, who_is_supervised_ends_when_its_supervisor_is_started_anew,
	                    restart_against_kill), setup, teardown, 0 },
	{ "supervisor", KIT_TESTS(who_is_supervised_ends_with_its_supervisor), setup, teardown, 3 })
