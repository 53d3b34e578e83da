/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * room.c - the questions of mailbox.c about room: reserving it, being told of it, waiting for it
 *
 * Does a permit hold whatever others do? Is everyone told once, whether room comes or the actor ends? Does each who waits
 * get in, or his message back?
 */
#include "bounded.h"

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

KIT_MAIN("contract/room",
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
	                     a_handler_with_a_thread_of_its_own_may_wait_for_room, a_pooled_handler_may_not_wait_for_room) })
