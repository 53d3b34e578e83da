/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mailbox.c - one set of questions for every policy of a mailbox, bounded in messages and bounded in bytes
 *
 * The questions: is nothing refused below the bound? What does the sender hear above it, which messages are handled,
 * and what are the others counted as? Is there room again afterwards? Is the bound never overshot, however many send
 * at once? Can a full mailbox still be stopped and killed? What permits and waiting for room must do is in room.c.
 */
#include "bounded.h"

/* ---- the questions ---------------------------------------------------------------------------------------------------- */

START_TEST(below_the_bound_nothing_is_refused)
{
	int i;

	prepare(_i);
	occupy_the_worker();
	for (i = 0; i < BOUND; i++)
		ck_assert_int_eq(post(i), 0);
	plug_release(&plug);
	journal_wait(&received, BOUND);
	for (i = 0; i < BOUND; i++)
		ck_assert_int_eq(journal_at(&received, (unsigned)i), i);
	ck_assert_uint_eq(world_stats(&world).dropped, 0);
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

START_TEST(the_sender_above_the_bound_hears_what_the_policy_says)
{
	const struct answers *answers = prepare(_i);
	int i;

	occupy_the_worker();
	for (i = 0; i < BOUND; i++)
		ck_assert_int_eq(post(i), 0);
	for (i = BOUND; i < 3 * BOUND; i++) {
		int wanted = answers->refused_from && i >= answers->refused_from ? ODEON_EFULL : answers->over;
		int error = post(i);

		if (answers->policy == ODEON_STOP_ACTOR && i > BOUND)      /* it may have ended by now, or not */
			ck_assert_msg(error == ODEON_EFULL || error == ODEON_EGONE, "stop: %s", odeon_error_name(error));
		else
			ck_assert_msg(error == wanted, "%s: message %d: %s", answers->name, i, odeon_error_name(error));
	}
	plug_release(&plug);
}
END_TEST

static void expect_handled(struct journal *journal, int first, int count)
{
	int i;

	journal_wait(journal, (unsigned)count);
	for (i = 0; i < count; i++)
		ck_assert_int_eq(journal_at(journal, (unsigned)i), first + i);
	eventually(world_stats(&world).queued == 0);
	ck_assert_uint_eq(journal_count(journal), (unsigned)count);
}

START_TEST(the_right_messages_are_handled_and_the_others_are_counted_as_what_they_are)
{
	const struct answers *answers = prepare(_i);
	int i;

	occupy_the_worker();
	for (i = 0; i < BOUND + 5; i++)
		post(i);
	plug_release(&plug);
	switch (answers->policy) {
	case ODEON_FAIL:
		expect_handled(&received, 0, BOUND);
		ck_assert_uint_eq(world_stats(&world).dead[-ODEON_EFULL], 5);
		break;
	case ODEON_DROP_NEWEST:
		expect_handled(&received, 0, BOUND);
		ck_assert_uint_eq(world_stats(&world).dropped, 5);
		ck_assert_uint_eq(world_letters(&world), 0);
		break;
	case ODEON_DROP_OLDEST:
		expect_handled(&received, 5, BOUND);
		ck_assert_uint_eq(world_stats(&world).dropped, 5);
		ck_assert_uint_eq(world_letters(&world), 0);
		break;
	case ODEON_REDIRECT:
		expect_handled(&received, 0, BOUND);
		expect_handled(&overflowed, BOUND, 5);
		ck_assert_uint_eq(world_letters(&world), 0);
		break;
	case ODEON_STOP_ACTOR:
		gate_wait(&ending.ended, 1);
		ck_assert_int_eq(ending.code, ODEON_EFULL);
		world_await_end(&world, receiver);
		ck_assert_uint_ge(world_stats(&world).dead_letters, 5);
		break;
	}
	eventually(world_stats(&world).queued == 0);
	world_check(&world);
}
END_TEST

START_TEST(when_it_was_emptied_there_is_room_again)
{
	const struct answers *answers = prepare(_i);
	int round, i;

	if (answers->policy == ODEON_STOP_ACTOR)
		return;                                        /* nothing is left of it to have room */
	for (round = 0; round < 5; round++) {
		occupy_the_worker();
		for (i = 0; i < BOUND; i++)
			ck_assert_int_eq(post(i), 0);
		for (i = 0; i < 25; i++)
			post(BOUND + i);
		plug_release(&plug);
		eventually(world_stats(&world).queued == 0);
		ck_assert_uint_ge(journal_count(&received), BOUND * ((unsigned)round + 1));
	}
}
END_TEST

static atomic_int accepted;

static void *post_many(void *argument)
{
	int i;

	(void)argument;
	for (i = 0; i < 1000; i++)
		if (post(i) == 0)
			atomic_fetch_add(&accepted, 1);
	return NULL;
}

static void post_from_four_threads(void)
{
	pthread_t threads[4];
	int i;

	atomic_store(&accepted, 0);
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, post_many, NULL), 0);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

START_TEST(many_senders_at_once_never_overshoot_the_bound)
{
	const struct answers *answers = prepare(_i);
	unsigned most = answers->policy == ODEON_DROP_OLDEST ? 2 * BOUND : BOUND;
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	occupy_the_worker();
	post_from_four_threads();
	if (answers->policy != ODEON_STOP_ACTOR) {
		ck_assert_int_eq(odeon_actor_stats(world.system, receiver, &stats), 0);
		ck_assert_uint_le(stats.queued, most + 1);     /* the estimate may be off by a window; what is handled may not */
	}
	plug_release(&plug);
	eventually(world_stats(&world).queued == 0);
	ck_assert_uint_le(journal_count(&received), BOUND);
	ck_assert_uint_le(journal_count(&overflowed), BOUND);
	if (answers->policy == ODEON_FAIL)
		ck_assert_int_le(atomic_load(&accepted), BOUND);
	if (answers->policy == ODEON_DROP_NEWEST)
		ck_assert_int_eq(atomic_load(&accepted), 4000);
	if (answers->policy == ODEON_DROP_OLDEST || answers->policy == ODEON_REDIRECT)
		ck_assert_int_le(atomic_load(&accepted), 2 * BOUND);
	world_check(&world);
}
END_TEST

START_TEST(many_senders_to_a_receiver_that_runs_lose_nothing)
{
	prepare(_i);
	post_from_four_threads();
	eventually(world_stats(&world).queued == 0);
	world_check(&world);
	ck_assert_uint_ge(world_stats(&world).accepted, 4000); /* none vanished on the way */
}
END_TEST

START_TEST(a_full_mailbox_can_be_stopped_and_killed)
{
	int i;

	prepare(_i);
	occupy_the_worker();
	for (i = 0; i < BOUND; i++)
		ck_assert_int_eq(post(i), 0);
	if (policies[_i / 2].policy == ODEON_FAIL)
		ck_assert_int_eq(odeon_actor_kill(world.system, receiver), 0);
	else
		ck_assert_int_eq(odeon_actor_stop(world.system, receiver), 0);
	plug_release(&plug);
	gate_wait(&ending.ended, 1);
	ck_assert_int_eq(ending.code, policies[_i / 2].policy == ODEON_FAIL ? ODEON_EKILLED : 0);
	ck_assert_uint_eq(journal_count(&received), policies[_i / 2].policy == ODEON_FAIL ? 0 : BOUND);
}
END_TEST

/* ---- water marks ------------------------------------------------------------------------------------------------------------- */

static odeon_mailbox marks(odeon_ref water_to)
{
	return (odeon_mailbox){ .high_water = 8, .low_water = 2, .water_to = water_to };
}

START_TEST(water_marks_are_told_once_each_time_they_are_crossed)
{
	odeon_ref watcher = world_catcher(&world, (struct catcher){ .journal = &control });
	int round, i;

	receiver = world_bounded(&world, (struct catcher){ .journal = &received }, marks(watcher));
	for (round = 0; round < 3; round++) {
		occupy_the_worker();
		for (i = 0; i < 20; i++)
			ck_assert_int_eq(post(i), 0);
		plug_release(&plug);
		journal_wait(&control, 2 * (unsigned)round + 2);
		ck_assert_int_eq(journal_at(&control, 2 * (unsigned)round), JOURNAL_HIGH_WATER);
		ck_assert_int_eq(journal_at(&control, 2 * (unsigned)round + 1), JOURNAL_LOW_WATER);
		eventually(world_stats(&world).queued == 0);
	}
	ck_assert_uint_eq(journal_count(&control), 6);
}
END_TEST

START_TEST(below_the_high_mark_nothing_is_told)
{
	odeon_ref watcher = world_catcher(&world, (struct catcher){ .journal = &control });
	int round;

	receiver = world_bounded(&world, (struct catcher){ .journal = &received }, marks(watcher));
	for (round = 0; round < 10; round++) {
		occupy_the_worker();
		world_posts(&world, receiver, 0, 6);
		plug_release(&plug);
		eventually(world_stats(&world).queued == 0);
	}
	ck_assert_uint_eq(journal_count(&control), 0);
}
END_TEST

START_TEST(without_a_watcher_the_actor_hears_of_its_own_marks)
{
	receiver = world_bounded(&world, (struct catcher){ .journal = &received }, marks(ODEON_NOBODY));
	occupy_the_worker();
	world_posts(&world, receiver, 0, 20);
	plug_release(&plug);
	journal_wait(&received, 22);
	eventually(world_stats(&world).queued == 0);
	ck_assert_uint_eq(journal_count(&received), 22);
}
END_TEST

/* ---- corners ------------------------------------------------------------------------------------------------------------------- */

struct bulk { char bytes[4000]; };
ODEON_MESSAGE(bulk);

START_TEST(a_message_larger_than_the_whole_bound_is_refused)
{
	receiver = world_bounded(&world, (struct catcher){ 0 }, (odeon_mailbox){ .bytes = 1000 });
	ck_assert_int_eq(odeon_post(world.system, receiver, odeon_new(bulk)), ODEON_EFULL);
	world_posts(&world, receiver, 0, 1);                   /* and it left no trace */
}
END_TEST

START_TEST(both_bounds_hold)
{
	receiver = world_bounded(&world, (struct catcher){ .journal = &received },
	                         (odeon_mailbox){ .messages = 100, .bytes = 3 * parcel_bytes });
	occupy_the_worker();
	ck_assert_int_eq(how_many_fit(), 3);
	plug_release(&plug);
	eventually(world_stats(&world).queued == 0);
	receiver = world_bounded(&world, (struct catcher){ .journal = &received },
	                         (odeon_mailbox){ .messages = 3, .bytes = 100 * parcel_bytes });
	occupy_the_worker();
	ck_assert_int_eq(how_many_fit(), 3);
	plug_release(&plug);
}
END_TEST

START_TEST(a_redirect_to_the_ended_is_refused)
{
	int error;

	overflow = world_ended(&world);
	receiver = world_bounded(&world, (struct catcher){ 0 },
	                         (odeon_mailbox){ .messages = 1, .policy = ODEON_REDIRECT, .redirect = overflow });
	occupy_the_worker();
	ck_assert_int_eq(post(1), 0);
	error = post(2);
	ck_assert(error == ODEON_EGONE || error == ODEON_EFULL);
	plug_release(&plug);
}
END_TEST

static odeon_ref ring[2];
static void redirect_to_the_other(odeon_self *self, void *argument)
{
	must(odeon_bound(self, &(odeon_mailbox){ .messages = 1, .policy = ODEON_REDIRECT, .redirect = *(odeon_ref *)argument }) == 0);
}

START_TEST(two_that_redirect_to_each_other_do_not_turn_for_ever)
{
	ring[0] = world_catcher(&world, (struct catcher){ 0 });
	ring[1] = world_catcher(&world, (struct catcher){ 0 });
	world_do(&world, ring[0], redirect_to_the_other, &ring[1]);
	world_do(&world, ring[1], redirect_to_the_other, &ring[0]);
	occupy_the_worker();
	receiver = ring[0];
	ck_assert_int_eq(post(1), 0);
	ck_assert_int_eq(post(2), 0);                          /* one hop */
	ck_assert_int_eq(post(3), ODEON_EFULL);
	plug_release(&plug);
}
END_TEST

static void bound_to_two(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_bound(self, &(odeon_mailbox){ .messages = 2 }) == 0);
	gate_wait(&plug.release, 1);
}

START_TEST(new_bounds_do_not_count_what_waits_already)
{
	receiver = world_placed(&world, (struct catcher){ .journal = &received }, ODEON_OWN_THREAD, 0);
	plug = (struct plug)PLUG;
	world_tell(&world, receiver, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_tell(&world, receiver, bound_to_two, NULL);
	world_posts(&world, receiver, 0, 5);
	plug_release(&plug);
	journal_wait(&received, 5);
	plug = (struct plug)PLUG;
	world_tell(&world, receiver, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	ck_assert_int_eq(how_many_fit(), 2);
	plug_release(&plug);
}
END_TEST

START_TEST(the_systems_bounds_hold_for_kinds_that_say_nothing)
{
	struct world bounded;
	struct plug own = PLUG;
	odeon_ref actor, worker;

	world_open(&bounded, (odeon_options)ODEON_OPTIONS(.workers = 1, .mailbox = { .messages = 2 }));
	worker = world_catcher(&bounded, (struct catcher){ 0 });
	world_tell(&bounded, worker, errand_plug, &own);
	gate_wait(&own.entered, 1);
	actor = world_catcher(&bounded, (struct catcher){ 0 });
	world_posts(&bounded, actor, 0, 2);
	ck_assert_int_eq(odeon_post(bounded.system, actor, parcel_new(3)), ODEON_EFULL);
	actor = world_bounded(&bounded, (struct catcher){ 0 }, (odeon_mailbox){ .messages = 4 });
	world_posts(&bounded, actor, 0, 4);
	plug_release(&own);
	world_close(&bounded);
}
END_TEST

KIT_MAIN("contract/mailbox",
	{ .name = "policy", .setup = setup, .teardown = teardown, .loop = WAYS,
	  .tests = KIT_TESTS(below_the_bound_nothing_is_refused, the_sender_above_the_bound_hears_what_the_policy_says,
	                     the_right_messages_are_handled_and_the_others_are_counted_as_what_they_are,
	                     when_it_was_emptied_there_is_room_again, many_senders_at_once_never_overshoot_the_bound,
	                     many_senders_to_a_receiver_that_runs_lose_nothing, a_full_mailbox_can_be_stopped_and_killed) },
	{ .name = "water", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(water_marks_are_told_once_each_time_they_are_crossed, below_the_high_mark_nothing_is_told,
	                     without_a_watcher_the_actor_hears_of_its_own_marks) },
	{ .name = "corner", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_message_larger_than_the_whole_bound_is_refused, both_bounds_hold,
	                     a_redirect_to_the_ended_is_refused, two_that_redirect_to_each_other_do_not_turn_for_ever,
	                     new_bounds_do_not_count_what_waits_already, the_systems_bounds_hold_for_kinds_that_say_nothing) })
