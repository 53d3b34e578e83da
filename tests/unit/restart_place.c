/* SPDX-License-Identifier: BSD-2-Clause */
/* restart_place.c - tests of what an actor stays over a start anew: on its thread, within a select, within its bounds */
#include "supervised.h"

/* ---- places ------------------------------------------------------------------------------------------------------ */

static odeon_kind placed(enum odeon_place place)
{
	return (odeon_kind)ODEON_KIND_INIT(child, child_handlers, .start = ODEON_STARTS(child), .stop = ODEON_STOPS(child),
	                                   .place = place, .worker = 1);
}

START_TEST(one_with_a_place_of_its_own_keeps_it)
{
	static const enum odeon_place places[] = { ODEON_PINNED, ODEON_OWN_THREAD };
	odeon_ref who = spawn_kind(world_kind(&world, placed(places[_i])), &(odeon_supervision)ODEON_SUPERVISION(
	                           .failed = ODEON_FAILED_AGAIN));
	unsigned long thread;

	for (unsigned round = 0; round < 5; round++) {
		make_fail(who, round);
		thread = atomic_load(&plan.thread);
		ck_assert_int_eq(restart_at(chief, who), 0);
		journal_wait(&journal, round + 1);
		ck_assert(atomic_load(&plan.thread) == thread);
	}
	make_fail(who, 5);
	ck_assert_int_eq(odeon_actor_kill(world.system, who), 0);
	expect_down(6, who, ODEON_EKILLED, false);
}
END_TEST

/* In a select within a handler: both messages are handled again, in order. */
START_TEST(a_failure_within_a_select_fails_both_messages)
{
	odeon_ref who = spawn_kind(world_kind(&world, placed(ODEON_OWN_THREAD)), &(odeon_supervision)ODEON_SUPERVISION(
	                           .failed = ODEON_FAILED_AGAIN));

	if (_i == 1) {                                  /* where messages leave the list before they are handled */
		world_posts(&world, who, FORWARDS, 1);
		journal_wait(&journal, 2);
		journal = (struct journal)JOURNAL;
	}
	world_posts(&world, who, SELECTS, 1);
	for (int i = 0; i < 5; i++)
		kit_pause();
	atomic_store(&plan.fails, 1);
	world_posts(&world, who, UNLUCKY, 2);
	expect_down(0, who, 13, true);
	ck_assert_uint_eq(journal_count(&journal), 1);  /* the outer handler went on to its end */
	journal = (struct journal)JOURNAL;
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 3);
	journal_expect(&journal, 3, (int[]){ UNLUCKY, SELECTS, UNLUCKY + 1 });
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

/* What the select took is handled, and is still in the mailbox's list; the outer message comes before what waits. */
START_TEST(a_failure_after_a_select_fails_the_outer_message_only)
{
	odeon_ref who = spawn_kind(world_kind(&world, placed(ODEON_OWN_THREAD)), &(odeon_supervision)ODEON_SUPERVISION(
	                           .failed = ODEON_FAILED_AGAIN));

	atomic_store(&plan.fails, 1);
	world_posts(&world, who, SELECTS_FIRST, 1);
	world_posts(&world, who, 1, 1);
	expect_down(0, who, 13, true);
	journal_wait(&journal, 1);
	world_posts(&world, who, 2, 2);
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 4);
	journal_expect(&journal, 4, (int[]){ 1, 2, SELECTS_FIRST, 3 });
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

/* The first reason would have it halted; the kill that comes before its handler returns ends it. */
static struct plug in_select = PLUG;
static void fail_and_plug(odeon_self *self, void *argument)
{
	odeon_case one = ODEON_CASE_MAILBOX(self);

	odeon_fail(self, 99, "told to");
	errand_plug(self, argument);
	(void)odeon_select(&one, 1, ODEON_AT_ONCE);
}

START_TEST(a_kill_that_comes_in_the_handler_that_failed_ends_it)
{
	odeon_ref who = spawn_kind(world_kind(&world, placed(ODEON_OWN_THREAD)), NULL);

	in_select = (struct plug)PLUG;
	world_tell(&world, who, fail_and_plug, &in_select);
	gate_wait(&in_select.entered, 1);
	ck_assert_int_eq(odeon_actor_kill(world.system, who), 0);
	plug_release(&in_select);
	gate_wait(&downs.told, 1);
	ck_assert_int_eq(downs.downs[0].is_halted, 0);
	world_await_end(&world, who);
}
END_TEST

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

static odeon_ref spawn_bounded(odeon_mailbox mailbox, enum odeon_failed failed)
{
	odeon_kind kind = ODEON_KIND_INIT(child, child_handlers, .start = ODEON_STARTS(child), .stop = ODEON_STOPS(child));

	kind.mailbox = mailbox;
	return spawn_kind(world_kind(&world, kind), &(odeon_supervision)ODEON_SUPERVISION(.failed = failed));
}

struct room { odeon_ref who; int answer; };
static void ask_for_room(odeon_self *self, void *argument)
{
	struct room *room = argument;

	room->answer = odeon_when_room(self, room->who);
}

START_TEST(a_bounded_queue_is_full_while_halted_and_those_who_wait_hear_of_room_after)
{
	odeon_ref who = spawn_bounded((odeon_mailbox){ .messages = 3 }, ODEON_FAILED_AGAIN);
	struct room room = { who, 1 };
	int i;

	make_fail(who, 0);
	world_posts(&world, who, 1, 3);
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(odeon_post(world.system, who, parcel_new(4)), ODEON_EFULL);
	world_do(&world, other, ask_for_room, &room);
	ck_assert_int_eq(room.answer, 0);
	kit_pause();
	ck_assert_uint_eq(journal_count(&journal), 0);
	ck_assert_int_eq(restart_at(chief, who), 0);    /* though an order to look for room waits behind */
	journal_wait(&journal, 5);                      /* 13, 1, 2, 3, and room at the other one */
	eventually(odeon_post(world.system, who, parcel_new(9)) == 0);
	journal_wait(&journal, 6);
}
END_TEST

START_TEST(a_full_mailbox_whose_policy_is_to_stop_ends_a_halted_one)
{
	odeon_ref who = spawn_bounded((odeon_mailbox){ .messages = 2, .policy = ODEON_STOP_ACTOR }, ODEON_FAILED_BURIED);

	make_fail(who, 0);
	world_posts(&world, who, 1, 2);
	ck_assert_int_eq(odeon_post(world.system, who, parcel_new(3)), ODEON_EFULL);
	expect_down(1, who, ODEON_EFULL, false);
}
END_TEST

START_TEST(the_oldest_that_a_policy_drops_is_not_the_one_that_failed)
{
	odeon_ref who = spawn_bounded((odeon_mailbox){ .messages = 2, .policy = ODEON_DROP_OLDEST }, ODEON_FAILED_AGAIN);

	make_fail(who, 0);
	world_posts(&world, who, 1, 4);
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 3);
	journal_expect(&journal, 3, (int[]){ 13, 3, 4 });
}
END_TEST

KIT_MAIN("unit/restart_place",
	{ "place", KIT_TESTS(one_with_a_place_of_its_own_keeps_it), setup, teardown, 2 },
	{ "select", KIT_TESTS(a_failure_within_a_select_fails_both_messages), setup, teardown, 2 },
	{ "nested", KIT_TESTS(a_kill_that_comes_in_the_handler_that_failed_ends_it,
	                      a_failure_after_a_select_fails_the_outer_message_only), setup, teardown, 0 },
	{ "bounds", KIT_TESTS(a_bounded_queue_is_full_while_halted_and_those_who_wait_hear_of_room_after,
	                      a_full_mailbox_whose_policy_is_to_stop_ends_a_halted_one,
	                      the_oldest_that_a_policy_drops_is_not_the_one_that_failed), setup, teardown, 0 })
