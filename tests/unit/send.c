/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send.c - tests of odeon/send.h: order, senders, replies
 *
 * What a handler does with the message in hand is in hand.c, what is not delivered is in letters.c.
 */
#include "../harness/kit.h"
#include <string.h>

static struct world world;
static struct journal journal;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

/* ---- order ------------------------------------------------------------------------------------------------------- */

enum { MANY = 3000 };

START_TEST(messages_from_a_thread_arrive_in_the_order_sent)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .journal = &journal });
	int i;

	world_posts(&world, to, 0, MANY);
	journal_wait(&journal, MANY);
	for (i = 0; i < MANY; i++)
		must(journal_at(&journal, (unsigned)i) == i);
}
END_TEST

static void send_many(odeon_self *self, void *argument)
{
	odeon_ref *to = argument;
	int i;

	for (i = 0; i < MANY; i++)
		must(odeon_send(self, *to, parcel_new(i)) == 0);
}

START_TEST(messages_from_an_actor_arrive_in_the_order_sent)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .journal = &journal });
	int i;

	world_errand(&world, send_many, &to);
	journal_wait(&journal, MANY);
	for (i = 0; i < MANY; i++)
		must(journal_at(&journal, (unsigned)i) == i);
}
END_TEST

static void *post_as_sender(void *argument)
{
	odeon_ref to = *(odeon_ref *)((void **)argument)[0];
	unsigned sender = (unsigned)(uintptr_t)((void **)argument)[1];
	int i;

	for (i = 0; i < MANY; i++) {
		struct parcel *parcel = parcel_new(i);

		must(parcel != NULL);
		parcel->sender = sender;
		must(odeon_post(world.system, to, parcel) == 0);
	}
	return NULL;
}

static int next_of[4];

static void expect_next_of_its_sender(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	must(parcel->number == next_of[parcel->sender]);
	next_of[parcel->sender]++;
	journal_note(catcher->journal, 0);
}

START_TEST(each_of_many_senders_keeps_its_own_order)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = expect_next_of_its_sender, .journal = &journal });
	void *arguments[4][2];
	pthread_t threads[4];
	uintptr_t i;

	memset(next_of, 0, sizeof(next_of));
	for (i = 0; i < 4; i++) {
		arguments[i][0] = &to;
		arguments[i][1] = (void *)i;
		ck_assert_int_eq(pthread_create(&threads[i], NULL, post_as_sender, arguments[i]), 0);
	}
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	journal_wait(&journal, 4 * MANY);
}
END_TEST

/* A sends x to C and then y to B; B on y sends z to C: C sees x before z. */
static odeon_ref causal_b, causal_c;

static void pass_on_to_c(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_send(self, causal_c, parcel) == 0);
}

static void send_x_then_y(odeon_self *self, void *argument)
{
	int round = *(int *)argument;

	must(odeon_send(self, causal_c, parcel_new(2 * round)) == 0);
	must(odeon_send(self, causal_b, parcel_new(2 * round + 1)) == 0);
}

START_TEST(what_a_message_causes_comes_after_it)
{
	odeon_ref a = world_catcher(&world, (struct catcher){ 0 });
	int round;

	causal_b = world_catcher(&world, (struct catcher){ .on_parcel = pass_on_to_c });
	causal_c = world_catcher(&world, (struct catcher){ .journal = &journal });
	for (round = 0; round < 500; round++) {
		world_do(&world, a, send_x_then_y, &round);
		journal_wait(&journal, 2 * (unsigned)round + 2);
		must(journal_at(&journal, 2 * (unsigned)round) == 2 * round);
		must(journal_at(&journal, 2 * (unsigned)round + 1) == 2 * round + 1);
	}
}
END_TEST

static void send_to_itself(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_send(self, odeon_self_ref(self), parcel_new(3)) == 0);
	must(odeon_send(self, odeon_self_ref(self), parcel_new(4)) == 0);
	must(journal_count(&journal) == 0);                    /* neither ran inside the call */
}

START_TEST(a_message_to_oneself_queues_behind_the_rest)
{
	struct plug plug = PLUG;
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal });

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_tell(&world, actor, send_to_itself, NULL);
	world_posts(&world, actor, 1, 2);
	plug_release(&plug);
	journal_wait(&journal, 4);
	ck_assert_int_eq(journal_at(&journal, 0), 1);
	ck_assert_int_eq(journal_at(&journal, 1), 2);
	ck_assert_int_eq(journal_at(&journal, 2), 3);
	ck_assert_int_eq(journal_at(&journal, 3), 4);
}
END_TEST

/* ---- who sent it -------------------------------------------------------------------------------------------------- */

static odeon_ref seen_from;

static void see_from(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	seen_from = odeon_from(self);
	journal_note(catcher->journal, parcel->number);
	odeon_free(parcel);
	must(odeon_ref_equal(seen_from, odeon_from(self)));    /* also after the message went */
}

static void send_one(odeon_self *self, void *argument)
{
	must(odeon_send(self, *(odeon_ref *)argument, parcel_new(1)) == 0);
}

START_TEST(the_sender_of_a_send_is_the_actor_that_sent)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = see_from, .journal = &journal });
	odeon_ref sender = world_catcher(&world, (struct catcher){ 0 });

	world_do(&world, sender, send_one, &to);
	journal_wait(&journal, 1);
	ck_assert(odeon_ref_equal(seen_from, sender));
}
END_TEST

START_TEST(what_a_thread_posts_is_from_nobody)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = see_from, .journal = &journal });

	seen_from.bits = 1;
	world_posts(&world, to, 1, 1);
	journal_wait(&journal, 1);
	ck_assert(odeon_ref_is_nobody(seen_from));
}
END_TEST

static odeon_ref forward_to;

static void forward_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_forward(self, forward_to, parcel) == 0);
}

static void forward_another(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	(void)parcel;
	must(odeon_forward(self, forward_to, parcel_new(99)) == 0);
}

static void check_forward(void (*on_parcel)(odeon_self *, struct catcher *, struct parcel *), int arrives)
{
	odeon_ref middle = world_catcher(&world, (struct catcher){ .on_parcel = on_parcel });
	odeon_ref sender = world_catcher(&world, (struct catcher){ 0 });

	forward_to = world_catcher(&world, (struct catcher){ .on_parcel = see_from, .journal = &journal });
	world_do(&world, sender, send_one, &middle);
	journal_wait(&journal, 1);
	ck_assert_int_eq(journal_at(&journal, 0), arrives);
	ck_assert(odeon_ref_equal(seen_from, sender));
}

START_TEST(a_forwarded_message_keeps_its_sender) { check_forward(forward_it, 1); } END_TEST
START_TEST(another_message_is_forwarded_in_the_name_of_the_sender_in_hand) { check_forward(forward_another, 99); } END_TEST

static void relay_with_send(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_send(self, forward_to, parcel) == 0);
}

START_TEST(a_message_sent_on_has_the_relay_as_its_sender)
{
	odeon_ref relay = world_catcher(&world, (struct catcher){ .on_parcel = relay_with_send });
	odeon_ref sender = world_catcher(&world, (struct catcher){ 0 });

	forward_to = world_catcher(&world, (struct catcher){ .on_parcel = see_from, .journal = &journal });
	world_do(&world, sender, send_one, &relay);
	journal_wait(&journal, 1);
	ck_assert(odeon_ref_equal(seen_from, relay));
}
END_TEST

/* ---- replies ------------------------------------------------------------------------------------------------------ */

static void reply_twice(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	parcel->number += 10;
	must(odeon_reply(self, parcel_new(20)) == 0);
	must(odeon_reply(self, parcel) == 0);                  /* a message that was not asked for: any number of times */
	must(odeon_reply(self, parcel_new(21)) == 0);
}

START_TEST(a_plain_message_may_be_replied_to_again_and_again)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = reply_twice });
	odeon_ref sender = world_catcher(&world, (struct catcher){ .journal = &journal });

	world_do(&world, sender, send_one, &to);
	journal_expect(&journal, 3, (const int[]){ 20, 11, 21 });
}
END_TEST

static void reply_to_a_thread(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	must(odeon_reply(self, parcel_new(5)) == ODEON_EGONE);
	must(odeon_reply(self, parcel) == ODEON_EGONE);
	journal_note(catcher->journal, 1);
}

START_TEST(a_reply_to_what_a_thread_posted_is_a_dead_letter)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = reply_to_a_thread, .journal = &journal });

	world_posts(&world, to, 1, 1);
	journal_wait(&journal, 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EGONE);
	ck_assert_int_eq(world_letter(&world, 1).why, ODEON_EGONE);
}
END_TEST

static void reply_to_nothing(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)parcel;
	must(odeon_reply_to(self, NULL, parcel_new(1)) == ODEON_EINVAL);
	must(odeon_reply_error_to(self, NULL, ODEON_EGONE) == ODEON_EINVAL);
	must(odeon_reply_error(self, ODEON_EGONE) == ODEON_EINVAL);   /* in hand is no request */
	must(odeon_duty(self) == NULL);
	journal_note(catcher->journal, 1);
}

START_TEST(a_reply_without_a_request_is_refused)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = reply_to_nothing, .journal = &journal });
	odeon_ref sender = world_catcher(&world, (struct catcher){ 0 });

	world_do(&world, sender, send_one, &to);
	journal_wait(&journal, 1);
}
END_TEST

KIT_MAIN("unit/send",
	{ .name = "order", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(messages_from_a_thread_arrive_in_the_order_sent, messages_from_an_actor_arrive_in_the_order_sent,
	                     each_of_many_senders_keeps_its_own_order, what_a_message_causes_comes_after_it,
	                     a_message_to_oneself_queues_behind_the_rest) },
	{ .name = "sender", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(the_sender_of_a_send_is_the_actor_that_sent, what_a_thread_posts_is_from_nobody,
	                     a_forwarded_message_keeps_its_sender,
	                     another_message_is_forwarded_in_the_name_of_the_sender_in_hand,
	                     a_message_sent_on_has_the_relay_as_its_sender) },
	{ .name = "reply", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_plain_message_may_be_replied_to_again_and_again, a_reply_to_what_a_thread_posted_is_a_dead_letter,
	                     a_reply_without_a_request_is_refused) })
