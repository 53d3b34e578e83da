/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mailbox.c - one set of questions for every policy of a mailbox, bounded in messages and bounded in bytes
 *
 * The questions: is nothing refused below the bound? What does the sender hear above it, which messages are handled,
 * and what are the others counted as? Is there room again afterwards? Is the bound never overshot, however many send
 * at once? Does a permit hold whatever others do? Can a full mailbox still be stopped and killed?
 *
 * `struct answers` has what each policy answers. The receiver is filled while its only worker is busy with a plug, so
 * that it has not begun to run and all counts are exact.
 */
#include "../harness/kit.h"
#include <string.h>

enum { BOUND = 10 };

struct answers {
	const char *name;
	enum odeon_policy policy;
	int over;                                      /* what the sender of one more hears */
	int refused_from;                              /* at how many waiting it is refused for good; 0: never */
};

static const struct answers policies[] = {
	{ "fail", ODEON_FAIL, ODEON_EFULL, BOUND },
	{ "drop newest", ODEON_DROP_NEWEST, 0, 0 },
	{ "drop oldest", ODEON_DROP_OLDEST, 0, 2 * BOUND },
	{ "redirect", ODEON_REDIRECT, 0, 2 * BOUND },
	{ "stop", ODEON_STOP_ACTOR, ODEON_EFULL, BOUND },
};
enum { POLICIES = sizeof(policies) / sizeof(policies[0]), WAYS = 2 * POLICIES };

static struct world world;
static struct plug plug;
static odeon_ref busy, receiver, overflow;
static struct journal received, overflowed, control;
static struct ending ending;
static size_t parcel_bytes;                            /* what one parcel weighs in a mailbox */

/* ---- a receiver that has not begun to run -------------------------------------------------------------------------- */

static void occupy_the_worker(void)
{
	plug = (struct plug)PLUG;
	world_tell(&world, busy, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
}

static void weigh_a_parcel(void)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	odeon_ref scale;

	occupy_the_worker();
	scale = world_catcher(&world, (struct catcher){ 0 });
	world_posts(&world, scale, 0, 1);
	ck_assert_int_eq(odeon_actor_stats(world.system, scale, &stats), 0);
	ck_assert_uint_eq(stats.queued, 1);
	parcel_bytes = stats.queued_bytes;
	ck_assert_uint_ge(parcel_bytes, sizeof(struct parcel));
	ck_assert_uint_le(parcel_bytes, sizeof(struct parcel) + 64);
	ck_assert_uint_eq(parcel_bytes % 16, 0);
	plug_release(&plug);
	eventually(world_stats(&world).queued == 0);
}

static void setup(void)
{
	received = overflowed = control = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	busy = world_catcher(&world, (struct catcher){ 0 });
	weigh_a_parcel();
}

static void teardown(void) { world_close(&world); }

/* Bounds of BOUND parcels: in messages when the number of the way is even, in bytes when it is odd. */
static odeon_mailbox bounds(int way)
{
	odeon_mailbox mailbox = { .policy = policies[way / 2].policy };

	if (way % 2 == 0)
		mailbox.messages = BOUND;
	else
		mailbox.bytes = BOUND * parcel_bytes;
	if (mailbox.policy == ODEON_REDIRECT)
		mailbox.redirect = overflow;
	return mailbox;
}

static const struct answers *prepare(int way)
{
	odeon_mailbox second = { .messages = BOUND };

	overflow = world_bounded(&world, (struct catcher){ .journal = &overflowed }, second);
	receiver = world_bounded(&world, (struct catcher){ .journal = &received, .ending = &ending }, bounds(way));
	return &policies[way / 2];
}

static int post(int number)
{
	return odeon_post(world.system, receiver, parcel_new(number));
}

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

/* ---- permits ---------------------------------------------------------------------------------------------------------- */

static odeon_permit *permit;
static int why;

static void reserve_four(odeon_self *self, void *argument)
{
	(void)argument;
	why = 1;
	permit = odeon_reserve(self, receiver, 4, 4 * sizeof(struct parcel), &why);
}

static void use_four(odeon_self *self, void *argument)
{
	int i;

	(void)argument;
	for (i = 0; i < 4; i++)
		must(odeon_permit_send(self, permit, parcel_new(100 + i)) == 0);
	must(odeon_permit_send(self, permit, parcel_new(104)) == ODEON_EINVAL);
	odeon_permit_drop(permit);
}

static void drop_the_permit(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
	odeon_permit_drop(permit);
}

/* The one who reserves has a thread of its own, as the only worker is occupied. */
static odeon_ref holder(void)
{
	return world_placed(&world, (struct catcher){ 0 }, ODEON_OWN_THREAD, 0);
}

/* Room in bytes is reserved for payloads whose sizes are not known yet, so it may be a little more than they weigh. */
static int reserved_places(int way)
{
	return way % 2 ? 5 : 4;
}

static int how_many_fit(void)
{
	int count = 0;

	while (count < 4 * BOUND && odeon_post(world.system, receiver, parcel_new(count)) == 0)
		count++;
	return count;
}

START_TEST(room_that_was_reserved_is_not_given_to_others)
{
	odeon_ref reserver = holder();
	int i, count;

	if (policies[_i / 2].policy == ODEON_STOP_ACTOR)
		return;
	prepare(_i);
	occupy_the_worker();
	world_do(&world, reserver, reserve_four, NULL);
	ck_assert_ptr_nonnull(permit);
	ck_assert_int_eq(why, 0);
	count = BOUND - reserved_places(_i);
	if (policies[_i / 2].policy == ODEON_FAIL)
		ck_assert_int_eq(how_many_fit(), count);
	else
		for (i = 0; i < count; i++)
			ck_assert_int_eq(post(i), 0);
	world_do(&world, reserver, use_four, NULL);            /* not refused, though the mailbox is full */
	plug_release(&plug);
	journal_wait(&received, (unsigned)count + 4);
	ck_assert_int_eq(journal_at(&received, (unsigned)count + 3), 103);
	eventually(world_stats(&world).queued == 0);
	occupy_the_worker();
	if (policies[_i / 2].policy == ODEON_FAIL)
		ck_assert_int_eq(how_many_fit(), BOUND);       /* nothing of the room was lost, none gained */
	plug_release(&plug);
}
END_TEST

START_TEST(room_that_was_not_used_comes_back)
{
	odeon_ref reserver = holder();
	int round;

	prepare(_i % 2);                                       /* the policy that fails, as it counts exactly */
	occupy_the_worker();
	for (round = 0; round < 20; round++) {
		world_do(&world, reserver, reserve_four, NULL);
		ck_assert_ptr_nonnull(permit);
		world_do(&world, reserver, drop_the_permit, NULL);
	}
	world_do(&world, reserver, reserve_four, NULL);        /* this one is given back by its holder's end */
	ck_assert_int_eq(odeon_actor_kill(world.system, reserver), 0);
	world_await_end(&world, reserver);
	ck_assert_int_eq(how_many_fit(), BOUND);
	plug_release(&plug);
}
END_TEST

static void reserve_what_is_not_to_be_had(odeon_self *self, void *argument)
{
	odeon_permit *first, *second;
	unsigned most = *(int *)argument % 2 ? BOUND - 3 : BOUND;      /* in bytes somewhat less, see reserved_places */

	must(odeon_reserve(self, receiver, BOUND + 1, (BOUND + 1) * sizeof(struct parcel), &why) == NULL);
	must(why == ODEON_EFULL);
	must(odeon_reserve(self, receiver, 0, 10, &why) == NULL);
	must(why == ODEON_EINVAL);
	must(odeon_reserve(self, receiver, UINT32_MAX, SIZE_MAX, &why) == NULL);
	must(why == ODEON_EFULL || why == ODEON_EINVAL);
	first = odeon_reserve(self, receiver, most - 2, (most - 2) * sizeof(struct parcel), &why);
	must(first != NULL);
	second = odeon_reserve(self, receiver, 5, 5 * sizeof(struct parcel), &why);
	must(second == NULL && why == ODEON_EFULL);
	odeon_permit_drop(first);
	second = odeon_reserve(self, receiver, most, most * sizeof(struct parcel), &why);
	must(second != NULL && why == 0);
	odeon_permit_drop(second);
}

START_TEST(what_is_not_to_be_had_is_not_reserved)
{
	if (policies[_i / 2].policy != ODEON_FAIL)
		return;
	prepare(_i);
	world_errand(&world, reserve_what_is_not_to_be_had, &_i);
}
END_TEST

static void use_a_permit_of_the_ended(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_permit_send(self, permit, parcel_new(1)) == ODEON_EGONE);
	odeon_permit_drop(permit);
}

START_TEST(a_permit_outlives_the_mailbox)
{
	odeon_ref reserver = holder();

	prepare(_i);
	world_do(&world, reserver, reserve_four, NULL);
	ck_assert_ptr_nonnull(permit);
	ck_assert_int_eq(odeon_actor_kill(world.system, receiver), 0);
	world_await_end(&world, receiver);
	world_do(&world, reserver, use_a_permit_of_the_ended, NULL);
}
END_TEST

/* ---- being told of room -------------------------------------------------------------------------------------------------- */

static void want_room(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_when_room(self, receiver) == 0);
}

START_TEST(who_wants_room_is_told_once_when_there_is_some)
{
	odeon_ref waiter = world_placed(&world, (struct catcher){ .journal = &control }, ODEON_OWN_THREAD, 0);
	int i;

	if (policies[_i / 2].policy == ODEON_STOP_ACTOR)
		return;
	prepare(_i);
	occupy_the_worker();
	for (i = 0; i < BOUND; i++)
		ck_assert_int_eq(post(i), 0);
	world_do(&world, waiter, want_room, NULL);
	ck_assert(!gate_waits(&control.noted, 1, ODEON_MS(30)));
	plug_release(&plug);
	journal_wait(&control, 1);
	ck_assert_int_eq(journal_at(&control, 0), JOURNAL_ROOM);
	eventually(world_stats(&world).queued == 0);
	ck_assert_uint_eq(journal_count(&control), 1);
}
END_TEST

START_TEST(a_mailbox_with_room_tells_at_once)
{
	odeon_ref waiter = world_catcher(&world, (struct catcher){ .journal = &control });

	prepare(_i);
	world_do(&world, waiter, want_room, NULL);
	journal_expect(&control, 1, (const int[]){ JOURNAL_ROOM });
}
END_TEST

START_TEST(who_wants_room_is_told_when_the_actor_ends_instead)
{
	odeon_ref waiter = world_placed(&world, (struct catcher){ .journal = &control }, ODEON_OWN_THREAD, 0);
	int i;

	prepare(_i);
	occupy_the_worker();
	for (i = 0; i < BOUND; i++)
		ck_assert_int_eq(post(i), 0);
	world_do(&world, waiter, want_room, NULL);
	ck_assert_int_eq(odeon_actor_kill(world.system, receiver), 0);
	plug_release(&plug);
	journal_wait(&control, 1);
	ck_assert_int_eq(journal_at(&control, 0), JOURNAL_ROOM);
}
END_TEST

/* ---- waiting for room ------------------------------------------------------------------------------------------------------ */

static void fill_it(int way)
{
	int i;

	prepare(way);
	occupy_the_worker();
	for (i = 0; i < BOUND; i++)
		ck_assert_int_eq(post(i), 0);
}

static struct parcel *try(odeon_time until)
{
	why = 1;
	return odeon_try_post(world.system, receiver, parcel_new(77), until, &why);
}

START_TEST(a_try_that_does_not_wait_gives_back_at_once)
{
	struct parcel *back;

	fill_it(_i % 2);
	back = try(ODEON_AT_ONCE);
	ck_assert_ptr_nonnull(back);
	ck_assert_int_eq(why, ODEON_EFULL);
	ck_assert_int_eq(back->number, 77);
	odeon_free(back);
	plug_release(&plug);
}
END_TEST

START_TEST(a_try_gives_back_at_its_deadline_not_before)
{
	odeon_time until;
	struct parcel *back;

	fill_it(_i % 2);
	until = odeon_clock_deadline(ODEON_MS(40));
	back = try(until);
	ck_assert_ptr_nonnull(back);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	ck_assert_int_lt(odeon_clock_now().ns, until.ns + ODEON_SECONDS(5));
	odeon_free(back);
	plug_release(&plug);
}
END_TEST

static struct gate tries_done;
static atomic_int tries_taken;

static void *try_for_long(void *argument)
{
	int error = 1;
	struct parcel *back = odeon_try_post(world.system, receiver, parcel_new(77), kit_deadline(), &error);

	(void)argument;
	if (!back && error == 0)
		atomic_fetch_add(&tries_taken, 1);
	odeon_free(back);
	gate_open(&tries_done);
	return (void *)(intptr_t)error;
}

START_TEST(those_who_wait_for_room_get_in_when_there_is_some)
{
	pthread_t threads[6];
	int i;

	tries_done = (struct gate)GATE;
	atomic_store(&tries_taken, 0);
	fill_it(_i % 2);
	for (i = 0; i < 6; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, try_for_long, NULL), 0);
	ck_assert(!gate_waits(&tries_done, 1, ODEON_MS(30)));
	plug_release(&plug);
	gate_wait(&tries_done, 6);
	for (i = 0; i < 6; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(atomic_load(&tries_taken), 6);
	journal_wait(&received, BOUND + 6);
}
END_TEST

START_TEST(those_who_wait_for_room_of_an_actor_that_ends_get_their_message_back)
{
	pthread_t thread;
	void *error;

	tries_done = (struct gate)GATE;
	fill_it(_i % 2);
	ck_assert_int_eq(pthread_create(&thread, NULL, try_for_long, NULL), 0);
	ck_assert(!gate_waits(&tries_done, 1, ODEON_MS(30)));
	ck_assert_int_eq(odeon_actor_kill(world.system, receiver), 0);
	plug_release(&plug);
	gate_wait(&tries_done, 1);
	pthread_join(thread, &error);
	ck_assert_int_eq((int)(intptr_t)error, ODEON_EGONE);
}
END_TEST

static void wait_in_a_handler(odeon_self *self, void *argument)
{
	struct parcel *back = odeon_try_post(odeon_system_of(self), receiver, parcel_new(78), kit_deadline(), &why);

	*(int *)argument = back != NULL;
	odeon_free(back);
}

START_TEST(a_handler_with_a_thread_of_its_own_may_wait_for_room)
{
	odeon_ref waiter = holder();
	int came_back = 2;
	struct gate done = GATE;

	fill_it(_i % 2);
	ck_assert_int_eq(odeon_post(world.system, waiter, odeon_new(errand, .run = wait_in_a_handler, .argument = &came_back,
	                                                            .done = &done)), 0);
	ck_assert(!gate_waits(&done, 1, ODEON_MS(30)));
	plug_release(&plug);
	gate_wait(&done, 1);
	ck_assert_int_eq(came_back, 0);
	ck_assert_int_eq(why, 0);
}
END_TEST

static void fill_then_wait(odeon_self *self, void *argument)
{
	int i;

	for (i = 0; i < BOUND; i++)                            /* on the only worker, so the receiver cannot run meanwhile */
		must(odeon_send(self, receiver, parcel_new(i)) == 0);
	wait_in_a_handler(self, argument);
}

START_TEST(a_pooled_handler_may_not_wait_for_room)
{
	int came_back = 2;

	prepare(_i % 2);
	world_errand(&world, fill_then_wait, &came_back);
	ck_assert_int_eq(came_back, 1);
	ck_assert_int_eq(why, ODEON_EWOULDBLOCK);
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
	{ .name = "permit", .setup = setup, .teardown = teardown, .loop = WAYS,
	  .tests = KIT_TESTS(room_that_was_reserved_is_not_given_to_others, room_that_was_not_used_comes_back,
	                     what_is_not_to_be_had_is_not_reserved, a_permit_outlives_the_mailbox) },
	{ .name = "room", .setup = setup, .teardown = teardown, .loop = WAYS,
	  .tests = KIT_TESTS(who_wants_room_is_told_once_when_there_is_some, a_mailbox_with_room_tells_at_once,
	                     who_wants_room_is_told_when_the_actor_ends_instead) },
	{ .name = "wait", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(a_try_that_does_not_wait_gives_back_at_once, a_try_gives_back_at_its_deadline_not_before,
	                     those_who_wait_for_room_get_in_when_there_is_some,
	                     those_who_wait_for_room_of_an_actor_that_ends_get_their_message_back,
	                     a_handler_with_a_thread_of_its_own_may_wait_for_room, a_pooled_handler_may_not_wait_for_room) },
	{ .name = "water", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(water_marks_are_told_once_each_time_they_are_crossed, below_the_high_mark_nothing_is_told,
	                     without_a_watcher_the_actor_hears_of_its_own_marks) },
	{ .name = "corner", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_message_larger_than_the_whole_bound_is_refused, both_bounds_hold,
	                     a_redirect_to_the_ended_is_refused, two_that_redirect_to_each_other_do_not_turn_for_ever,
	                     new_bounds_do_not_count_what_waits_already, the_systems_bounds_hold_for_kinds_that_say_nothing) })
