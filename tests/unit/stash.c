/* SPDX-License-Identifier: BSD-2-Clause */
/* stash.c - tests of odeon_stash and odeon_unstash: messages laid aside and handled later, in order and within the bound */
#include "aside.h"

/* ---- order ----------------------------------------------------------------------------------------------------------------- */

START_TEST(what_lies_aside_comes_in_order_and_before_what_waits)
{
	static const int expected[] = { 201, 1, 2, 3, 202, 203 };
	odeon_ref actor = spawn_waiter((odeon_mailbox){ 0 });
	struct plug plug = PLUG;

	world_posts(&world, actor, 1, 3);
	post(actor, 201);
	settle(actor);
	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	post(actor, UNSTASH);
	world_posts(&world, actor, 202, 2);
	plug_release(&plug);
	journal_expect(&notes, 6, expected);
	ck_assert_int_eq(unstashed, 3);
}
END_TEST

/* 1 2 3 lie aside, are asked for; 2 lays itself aside once more, and 3 asks for it: it comes before what waits behind 3. */
static int rounds;
static void lay_aside_again(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int why;

	if (parcel->number == UNSTASH) {
		rounds = 1;
		must(odeon_unstash(self) == 5);
	} else if (rounds == 0 || (rounds == 1 && parcel->number <= 2)) {
		parcel = odeon_stash(self, parcel, &why);
		must(parcel == NULL);
	} else {
		journal_note(catcher->journal, parcel->number);
		if (parcel->number == 3 && rounds == 1) {
			rounds = 2;
			must(odeon_unstash(self) == 2);
		}
	}
}

START_TEST(laid_aside_again_it_still_comes_before_what_came_after_it)
{
	static const int expected[] = { 3, 1, 2, 4, 5 };
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = lay_aside_again, .journal = &notes });

	rounds = 0;
	world_posts(&world, actor, 1, 5);
	post(actor, UNSTASH);
	journal_expect(&notes, 5, expected);
}
END_TEST

START_TEST(more_than_a_batch_comes_in_order_and_others_get_their_turns)
{
	enum { MANY = 5000 };
	struct journal others = JOURNAL;
	odeon_ref actor = spawn_waiter((odeon_mailbox){ 0 });
	odeon_ref other = world_catcher(&world, (struct catcher){ .journal = &others });
	int i;

	for (i = 0; i < MANY; i++)
		post(actor, i % LATER);
	post(actor, UNSTASH);
	post(other, 1);
	journal_wait(&notes, MANY);
	journal_wait(&others, 1);
	for (i = 0; i < MANY; i++)
		ck_assert_int_eq(journal_at(&notes, (unsigned)i), i % LATER);
}
END_TEST

/* ---- the bound ------------------------------------------------------------------------------------------------------------- */

START_TEST(what_lies_aside_counts_against_the_bound)
{
	odeon_ref actor = spawn_waiter((odeon_mailbox){ .messages = 4 });
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	int i;

	for (i = 1; i <= 3; i++) {
		post(actor, i);
		settle(actor);
	}
	post(actor, 4);
	eventually(odeon_actor_stats(world.system, actor, &stats) == 0 && stats.handled == 7 && stats.queued == 0);
	for (i = 5; i <= 7; i++)
		ck_assert_int_eq(odeon_post(world.system, actor, parcel_new(i)), ODEON_EFULL);
	odeon_actor_kill(world.system, actor);
	world_await_end(&world, actor);
}
END_TEST

/* A handler fills its own mailbox behind the message that it then wants to lay aside. */
static void fill_and_stash(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int why = 1, sent = 0;

	if (parcel->number != MIX) {
		journal_note(catcher->journal, parcel->number);
		return;
	}
	while (odeon_send(self, odeon_self_ref(self), parcel_new(sent)) == 0)
		sent++;
	must(sent == 4);
	parcel = odeon_stash(self, parcel, &why);
	must(why == ODEON_EFULL && parcel != NULL);
	must(parcel->number == MIX && odeon_stashed(self) == 0);
	must(odeon_send(self, *(odeon_ref *)catcher->argument, parcel) == 0);    /* it is in hand as before */
}

START_TEST(a_full_mailbox_hands_the_message_back_and_it_stays_in_hand)
{
	static const int expected[] = { MIX, 0, 1, 2, 3 };
	odeon_ref other = world_catcher(&world, (struct catcher){ .journal = &notes }), actor;
	int seen = 0;
	unsigned i;

	actor = world_bounded(&world, (struct catcher){ .on_parcel = fill_and_stash, .journal = &notes, .argument = &other },
	                      (odeon_mailbox){ .messages = 4 });
	post(actor, MIX);
	journal_wait(&notes, 5);
	for (i = 0; i < 5; i++)                         /* two actors: MIX may come at any time */
		if (journal_at(&notes, i) != MIX)
			ck_assert_int_eq(journal_at(&notes, i), expected[++seen]);
	ck_assert_int_eq(seen, 4);
}
END_TEST

START_TEST(room_comes_back_as_they_are_handled)
{
	odeon_ref actor = spawn_waiter((odeon_mailbox){ .messages = 8 });
	int round, i;

	for (round = 0; round < 50; round++) {
		is_closed = true;
		for (i = 0; i < 7; i++)
			post(actor, i);
		settle(actor);
		post(actor, UNSTASH);
		journal_wait(&notes, (unsigned)(round + 1) * 7);
		settle(actor);
	}
	ck_assert_int_eq(refusals, 0);
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

static odeon_kind bounded;
static odeon_ref newest;
static void spawn_bounded(odeon_self *self, void *argument)
{
	must(odeon_spawn(self, &bounded, argument, &newest) == 0);
}

/* With one worker, and spawned by actors, so that the next actors get the slot of the one that ended. */
START_TEST(room_comes_back_when_the_actor_ends)
{
	struct catcher first = { .on_parcel = wait_for_opening, .journal = &notes };
	int i, round;

	world_close(&world);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	bounded = *catcher;
	bounded.mailbox.messages = 4;
	for (i = 0; i < 40; i++) {
		world_errand(&world, spawn_bounded, &first);
		for (round = 0; round < 4; round++) {
			post(newest, round);
			eventually(world_stats(&world).queued == (unsigned)(round + 1));
		}
		odeon_actor_stop(world.system, newest);
		world_await_end(&world, newest);
		eventually(world_letters(&world) == (unsigned)(i + 1) * 4);
	}
}
END_TEST

START_TEST(water_marks_see_what_lies_aside)
{
	odeon_ref actor = spawn_waiter((odeon_mailbox){ .messages = 50, .high_water = 10, .low_water = 2 });
	int i;

	for (i = 0; i < 12; i++) {
		post(actor, i);
		settle(actor);
	}
	journal_wait(&notes, 1);
	ck_assert_int_eq(journal_at(&notes, 0), JOURNAL_HIGH_WATER);
	post(actor, UNSTASH);
	journal_wait(&notes, 14);
	ck_assert_int_eq(journal_at(&notes, 13), JOURNAL_LOW_WATER);
}
END_TEST

/* ---- the end --------------------------------------------------------------------------------------------------------------- */

static void expect_letters(unsigned count, odeon_ref to)
{
	unsigned i;

	ck_assert_uint_eq(world_letters(&world), count);
	for (i = 0; i < count; i++) {
		ck_assert_int_eq(world_letter(&world, i).why, ODEON_EGONE);
		ck_assert(odeon_ref_equal(world_letter(&world, i).to, to));
	}
}

START_TEST(an_end_makes_them_dead_letters)
{
	odeon_ref actor = spawn_waiter((odeon_mailbox){ .messages = _i == 3 ? 20 : 0 });

	world_posts(&world, actor, 1, 5);
	settle(actor);
	if (_i == 0)
		ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	else if (_i == 1)
		ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	else
		post(actor, EXIT);
	world_await_end(&world, actor);
	eventually(world_letters(&world) == 5);
	expect_letters(5, actor);
	eventually(world_stats(&world).queued == 0);    /* what a turn handled is counted at its end */
}
END_TEST

/* Stop comes while what was asked for is still to be handled: that counts as queued, what is laid aside does not. */
START_TEST(a_stop_waits_for_what_was_asked_for)
{
	static const int expected[] = { 1, 2, 3 };
	odeon_ref actor = spawn_waiter((odeon_mailbox){ 0 });
	struct plug plug = PLUG;

	world_posts(&world, actor, 1, 3);
	settle(actor);
	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	post(actor, UNSTASH);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	plug_release(&plug);
	journal_expect(&notes, 3, expected);
	world_await_end(&world, actor);
	ck_assert_uint_eq(world_letters(&world), 0);
	gate_wait(&ending.ended, 1);
	ck_assert_int_eq(ending.code, 0);
}
END_TEST

static void unstash_and_stop(odeon_self *self, void *argument)
{
	odeon_system *system = odeon_system_of(self);

	(void)argument;
	is_closed = false;
	must(odeon_unstash(self) == 3);
	must(odeon_actor_stop(system, odeon_self_ref(self)) == 0);      /* nothing but the front waits */
}

START_TEST(a_stop_with_nothing_but_those_waits_for_the_last_of_them)
{
	static const int expected[] = { 1, 2, 3 };
	odeon_ref actor = spawn_waiter((odeon_mailbox){ 0 });

	world_posts(&world, actor, 1, 3);
	settle(actor);
	world_tell(&world, actor, unstash_and_stop, NULL);
	world_await_end(&world, actor);
	journal_expect(&notes, 3, expected);
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

KIT_MAIN("unit/stash",
	{ .name = "order", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_lies_aside_comes_in_order_and_before_what_waits,
	                     laid_aside_again_it_still_comes_before_what_came_after_it,
	                     more_than_a_batch_comes_in_order_and_others_get_their_turns) },
	{ .name = "bound", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_lies_aside_counts_against_the_bound, a_full_mailbox_hands_the_message_back_and_it_stays_in_hand,
	                     room_comes_back_as_they_are_handled, room_comes_back_when_the_actor_ends,
	                     water_marks_see_what_lies_aside) },
	{ .name = "end", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_stop_waits_for_what_was_asked_for, a_stop_with_nothing_but_those_waits_for_the_last_of_them) },
	{ .name = "ends", .setup = setup, .teardown = teardown, .loop = 4, .tests = KIT_TESTS(an_end_makes_them_dead_letters) })
