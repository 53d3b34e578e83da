/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send.c - tests of odeon/send.h: order, senders, what is in hand, what comes back, dead letters
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

/* ---- what is in hand ------------------------------------------------------------------------------------------------ */

static unsigned long dropped_before;

static void drop_it_not_twice(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	(void)catcher;
	dropped_before = parcels_dropped();
	odeon_free(parcel);
	must(parcels_dropped() == dropped_before + 1);         /* at once, not later */
}

static void leave_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	(void)catcher;
	(void)parcel;
}

static void post_it_on(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_post(odeon_system_of(self), forward_to, parcel) == 0);
}

static void send_it_away(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_send(self, forward_to, parcel) == 0);
}

static void send_it_to_itself_once(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	if (parcel->number < 100) {
		parcel->number += 100;
		must(odeon_send(self, odeon_self_ref(self), parcel) == 0);
	} else {
		journal_note(catcher->journal, parcel->number);
	}
}

static void *hand_over(void *argument)
{
	void **pair = argument;

	must(odeon_post(world.system, forward_to, pair[0]) == 0);
	return NULL;
}

static void keep_it_and_give_it_to_a_thread(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	void *pair[1];
	pthread_t thread;

	(void)catcher;
	pair[0] = odeon_keep(self, parcel);
	must(pthread_create(&thread, NULL, hand_over, pair) == 0);
	pthread_join(thread, NULL);
}

typedef void on_parcel_hook(odeon_self *self, struct catcher *catcher, struct parcel *parcel);

static on_parcel_hook *const ways[] = {
	drop_it_not_twice, leave_it, post_it_on, send_it_away, send_it_to_itself_once, keep_it_and_give_it_to_a_thread
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* One message, and a hundred in one batch: in the batch each message is some other's neighbour in the queue. */
START_TEST(whatever_a_handler_does_with_it_a_message_is_dropped_once)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = ways[_i], .journal = &journal });
	unsigned long before = parcels_dropped();
	struct plug plug = PLUG;

	forward_to = world_catcher(&world, (struct catcher){ .journal = &journal });
	world_posts(&world, to, 1, 1);
	eventually(parcels_dropped() == before + 1);
	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, to, 0, 100);
	plug_release(&plug);
	eventually(parcels_dropped() == before + 101);
	if (ways[_i] != drop_it_not_twice && ways[_i] != leave_it)
		ck_assert_uint_eq(journal_count(&journal), 101);
}
END_TEST

static void keep_it_twice(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *kept = odeon_keep(self, parcel);

	must(kept != NULL && kept->number == 7);
	kept = odeon_keep(self, kept);                         /* idempotent */
	must(kept->number == 7);
	if (catcher->kept)
		odeon_free(catcher->kept);
	catcher->kept = kept;
	journal_note(catcher->journal, 7);
}

START_TEST(a_kept_message_outlives_its_handler)
{
	struct ending ending = ENDING;
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = keep_it_twice, .journal = &journal, .ending = &ending });
	unsigned long before = parcels_dropped();

	world_posts(&world, to, 7, 1);
	journal_wait(&journal, 1);
	world_do(&world, to, errand_exit, NULL);               /* the handler returned long ago */
	gate_wait(&ending.ended, 1);
	eventually(parcels_dropped() == before + 1);           /* freed by ODEON_STOP, not before, not twice */
}
END_TEST

START_TEST(keeping_is_also_right_when_the_old_one_goes)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = keep_it_twice, .journal = &journal });
	unsigned long before = parcels_dropped();
	int i;

	for (i = 0; i < 50; i++)
		world_posts(&world, to, 7, 1);
	journal_wait(&journal, 50);
	ck_assert_uint_eq(parcels_dropped(), before + 49);
}
END_TEST

static void keep_what_it_made(odeon_self *self, void *argument)
{
	struct parcel *mine = odeon_keep(self, parcel_new(1));  /* not in hand: keeping changes nothing */

	(void)argument;
	must(mine->number == 1);
	odeon_free(mine);
}

START_TEST(keeping_an_own_message_changes_nothing)
{
	world_errand(&world, keep_what_it_made, NULL);
}
END_TEST

/* ---- what comes back ------------------------------------------------------------------------------------------------ */

static odeon_ref full;

static void try_with_an_own_message(odeon_self *self, void *argument)
{
	struct parcel *mine = parcel_new(42), *back;
	int why = 1;

	(void)argument;
	back = odeon_try_send(self, full, mine, &why);
	must(back == mine || back != NULL);
	must(why == ODEON_EFULL && back->number == 42);
	back = odeon_try_send(self, full, back, NULL);         /* why may be NULL; it may be tried again */
	must(back != NULL);
	must(odeon_try_send(self, odeon_self_ref(self), back, &why) == NULL);
	must(why == 0);
	must(odeon_try_send(self, full, (struct parcel *)NULL, &why) == NULL);
	must(why == ODEON_ENOMEM);
}

static void fill(struct plug *plug)
{
	full = world_bounded(&world, (struct catcher){ .journal = &journal }, (odeon_mailbox){ .messages = 2 });
	world_tell(&world, full, errand_plug, plug);
	gate_wait(&plug->entered, 1);
	world_posts(&world, full, 1, 2);
}

START_TEST(what_a_full_mailbox_refuses_comes_back_owned)
{
	struct plug plug = PLUG;

	fill(&plug);
	world_errand(&world, try_with_an_own_message, NULL);   /* it went to itself in the end and was dropped there */
	plug_release(&plug);
	journal_expect(&journal, 2, (const int[]){ 1, 2 });
	ck_assert_uint_eq(world_letters(&world), 0);           /* what came back is no dead letter */
}
END_TEST

static void try_with_the_message_in_hand(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int why = 1;
	struct parcel *back = odeon_try_send(self, full, parcel, &why);

	must(why == ODEON_EFULL && back != NULL && back->number == 43);
	must(odeon_try_send(self, full, back, &why) != NULL);  /* forgotten: it is in hand, so it is dropped when we return */
	journal_note(catcher->argument, 43);
}

START_TEST(what_a_full_mailbox_refuses_comes_back_in_hand)
{
	static struct journal tried;
	struct plug plug = PLUG;
	odeon_ref actor;
	unsigned long before;

	tried = (struct journal)JOURNAL;
	fill(&plug);
	actor = world_catcher(&world, (struct catcher){ .on_parcel = try_with_the_message_in_hand, .argument = &tried });
	before = parcels_dropped();
	world_posts(&world, actor, 43, 1);
	journal_wait(&tried, 1);
	eventually(parcels_dropped() == before + 1);
	plug_release(&plug);
}
END_TEST

/* ---- dead letters ----------------------------------------------------------------------------------------------------- */

START_TEST(a_dead_letter_tells_type_receiver_reason_and_site)
{
	odeon_ref ended = world_ended(&world);
	struct letter letter;
	unsigned line;

	line = __LINE__ + 1;
	ck_assert_int_eq(odeon_post(world.system, ended, parcel_new(1)), ODEON_EGONE);
	letter = world_letter(&world, 0);
	ck_assert_ptr_eq(letter.type, ODEON_TYPE(parcel));
	ck_assert(odeon_ref_equal(letter.to, ended));
	ck_assert(odeon_ref_is_nobody(letter.from));
	ck_assert_int_eq(letter.why, ODEON_EGONE);
	ck_assert_ptr_nonnull(letter.site);
	ck_assert_uint_eq(letter.site->line, line);
	ck_assert_ptr_nonnull(strstr(letter.site->file, "send.c"));
	ck_assert_ptr_nonnull(strstr(letter.site->function, "a_dead_letter_tells"));
}
END_TEST

static odeon_ref letter_sender;

static void send_to_the_ended(odeon_self *self, void *argument)
{
	letter_sender = odeon_self_ref(self);
	must(odeon_send(self, *(odeon_ref *)argument, parcel_new(1)) == ODEON_EGONE);
	must(odeon_send(self, ODEON_NOBODY, parcel_new(2)) == ODEON_EGONE);
}

START_TEST(a_dead_letter_tells_its_sender)
{
	odeon_ref ended = world_ended(&world);

	world_errand(&world, send_to_the_ended, &ended);
	ck_assert(odeon_ref_equal(world_letter(&world, 0).from, letter_sender));
	ck_assert(odeon_ref_equal(world_letter(&world, 0).to, ended));
	ck_assert(odeon_ref_is_nobody(world_letter(&world, 1).to));
	ck_assert_uint_eq(world_stats(&world).dead[-ODEON_EGONE], 2);
}
END_TEST

START_TEST(a_refused_message_is_a_dead_letter_because_full)
{
	struct plug plug = PLUG;

	fill(&plug);
	ck_assert_int_eq(odeon_post(world.system, full, parcel_new(9)), ODEON_EFULL);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EFULL);
	ck_assert_uint_eq(world_stats(&world).dead[-ODEON_EFULL], 1);
	plug_release(&plug);
}
END_TEST

START_TEST(what_waits_for_an_actor_that_is_killed_becomes_dead_letters)
{
	struct plug plug = PLUG;
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal });
	unsigned i;

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 1, 10);
	ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	plug_release(&plug);
	world_await_end(&world, actor);
	for (i = 0; i < 10; i++) {
		struct letter letter = world_letter(&world, i);

		ck_assert_ptr_eq(letter.type, ODEON_TYPE(parcel));
		ck_assert(odeon_ref_equal(letter.to, actor));
		ck_assert(letter.why == ODEON_EGONE || letter.why == ODEON_EKILLED);
	}
	ck_assert_uint_eq(world_letters(&world), 10);
	ck_assert_uint_eq(journal_count(&journal), 0);
}
END_TEST

START_TEST(a_message_after_the_end_of_the_system_is_refused)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });
	struct parcel *parcel;
	int why = 1;

	ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);
	ck_assert_int_eq(odeon_post(world.system, actor, parcel_new(1)), ODEON_ESTOPPING);
	parcel = odeon_try_post(world.system, actor, parcel_new(2), ODEON_NEVER, &why);
	ck_assert_int_eq(why, ODEON_ESTOPPING);
	ck_assert_int_eq(parcel->number, 2);
	odeon_free(parcel);
	ck_assert_ptr_null(odeon_ask(note, world.system, actor, parcel_new(3), kit_deadline(), &why));
	ck_assert_int_eq(why, ODEON_ESTOPPING);
}
END_TEST

/* ---- nothing to send ---------------------------------------------------------------------------------------------------- */

static void send_nothing(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	odeon_ref me = odeon_self_ref(self);
	odeon_permit *permit = odeon_reserve(self, me, 1, 64, NULL);
	int why = 1;

	(void)parcel;
	must(odeon_send(self, me, NULL) == ODEON_ENOMEM);
	must(odeon_forward(self, me, NULL) == ODEON_ENOMEM);
	must(odeon_reply(self, NULL) == ODEON_ENOMEM);
	must(odeon_reply_to(self, parcel, NULL) == ODEON_ENOMEM);
	must(odeon_post(world.system, me, NULL) == ODEON_ENOMEM);
	must(odeon_try_post(world.system, me, (struct parcel *)NULL, ODEON_AT_ONCE, &why) == NULL);
	must(why == ODEON_ENOMEM);
	must(permit != NULL);
	must(odeon_permit_send(self, permit, NULL) == ODEON_ENOMEM);
	must(odeon_permit_send(self, permit, parcel_new(8)) == 0);     /* no place was used */
	odeon_permit_drop(permit);
	odeon_permit_drop(NULL);
	must(odeon_permit_send(self, NULL, parcel_new(9)) == ODEON_EINVAL);
	catcher->on_parcel = NULL;
	journal_note(catcher->journal, 1);
}

START_TEST(nothing_to_send_answers_out_of_memory)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = send_nothing, .journal = &journal });
	int why = 1;

	world_posts(&world, to, 1, 1);
	journal_expect(&journal, 2, (const int[]){ 1, 8 });
	ck_assert_ptr_null(odeon_ask(note, world.system, to, NULL, kit_deadline(), &why));
	ck_assert_int_eq(why, ODEON_ENOMEM);
	ck_assert_int_lt(odeon_post(NULL, to, NULL), 0);
}
END_TEST

START_TEST(no_system_is_a_bad_argument)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ 0 });

	ck_assert_int_lt(odeon_post(NULL, to, parcel_new(1)), 0);      /* consumed all the same: world_close counts */
	ck_assert_int_lt(odeon_actor_stop(NULL, to), 0);
	ck_assert_int_lt(odeon_actor_kill(NULL, to), 0);
	ck_assert_int_lt(odeon_system_spawn(NULL, catcher, NULL, NULL), 0);
}
END_TEST

/* ---- sites of other languages --------------------------------------------------------------------------------------------- */

START_TEST(a_binding_gives_its_own_site_or_none)
{
	static const odeon_site lua = { "game.lua", "on_tick", 12 };
	odeon_ref ended = world_ended(&world);

	ck_assert_int_eq(odeon_post_at(world.system, ended, parcel_new(1), &lua), ODEON_EGONE);
	ck_assert_int_eq(odeon_post_at(world.system, ended, parcel_new(2), NULL), ODEON_EGONE);
	ck_assert_str_eq(world_letter(&world, 0).site->file, "game.lua");
	ck_assert_uint_eq(world_letter(&world, 0).site->line, 12);
	ck_assert_uint_eq(world_letters(&world), 2);
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
	                     a_reply_without_a_request_is_refused) },
	{ .name = "hand", .setup = setup, .teardown = teardown, .loop = WAYS,
	  .tests = KIT_TESTS(whatever_a_handler_does_with_it_a_message_is_dropped_once) },
	{ .name = "keep", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_kept_message_outlives_its_handler, keeping_is_also_right_when_the_old_one_goes,
	                     keeping_an_own_message_changes_nothing) },
	{ .name = "back", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_a_full_mailbox_refuses_comes_back_owned, what_a_full_mailbox_refuses_comes_back_in_hand) },
	{ .name = "dead", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_dead_letter_tells_type_receiver_reason_and_site, a_dead_letter_tells_its_sender,
	                     a_refused_message_is_a_dead_letter_because_full,
	                     what_waits_for_an_actor_that_is_killed_becomes_dead_letters,
	                     a_message_after_the_end_of_the_system_is_refused, a_binding_gives_its_own_site_or_none) },
	{ .name = "nothing", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(nothing_to_send_answers_out_of_memory, no_system_is_a_bad_argument) })
