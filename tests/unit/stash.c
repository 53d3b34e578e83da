/* SPDX-License-Identifier: BSD-2-Clause */
/* stash.c - tests of odeon_stash, odeon_unstash, odeon_stashed: messages laid aside and handled later */
#include "../harness/kit.h"

enum { LATER = 100, UNSTASH = 1000, EXIT, MIX };        /* parcels below LATER are laid aside while `is_closed` */

static struct world world;
static struct journal notes;
static struct ending ending;
static bool is_closed;                                  /* the actor's own */
static int refusals, unstashed;
static unsigned aside_at_stop;

static void setup(void)
{
	notes = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	is_closed = true;
	refusals = unstashed = 0;
	aside_at_stop = 0;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void)
{
	world_close(&world);
}

/* Takes nothing below LATER until it is opened by UNSTASH. */
static void wait_for_opening(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int why = 1;

	if (parcel->number == UNSTASH) {
		is_closed = false;
		unstashed = (int)odeon_unstash(self);
		must(odeon_stashed(self) == 0);
	} else if (parcel->number == EXIT) {
		odeon_exit(self);
	} else if (parcel->number < LATER && is_closed) {
		unsigned before = odeon_stashed(self);

		parcel = odeon_stash(self, parcel, &why);
		must((parcel == NULL) == (why == 0));
		must(odeon_stashed(self) == before + (why == 0));
		refusals += why == ODEON_EFULL;
		if (parcel)
			journal_note(catcher->journal, -parcel->number);
	} else
		journal_note(catcher->journal, parcel->number);
}

static odeon_ref spawn_waiter(odeon_mailbox mailbox)
{
	return world_bounded(&world, (struct catcher){ .on_parcel = wait_for_opening, .journal = &notes, .ending = &ending },
	                     mailbox);
}

static void post(odeon_ref to, int number) { world_posts(&world, to, number, 1); }

static void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

/* Returns when all that was posted has been looked at. */
static void settle(odeon_ref actor) { world_do(&world, actor, nothing, NULL); }

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
	ck_assert_uint_eq(world_stats(&world).queued, 0);
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

/* ---- sender and duty --------------------------------------------------------------------------------------------------------- */

static void answer_later(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int why;

	(void)catcher;
	if (parcel->number == UNSTASH) {
		is_closed = false;
		odeon_unstash(self);
	} else if (parcel->number == EXIT) {
		odeon_exit(self);
	} else if (is_closed) {
		parcel = odeon_stash(self, parcel, &why);
		must(parcel == NULL);
		must(odeon_reply_error(self, ODEON_EFAILED) == ODEON_EINVAL);   /* the duty has gone with it */
		gate_open(&notes.noted);
	} else
		must(odeon_reply(self, parcel) == 0);
}

struct asking { odeon_ref whom; int why, number; pthread_t thread; };
static void *ask(void *argument)
{
	struct asking *asking = argument;
	struct parcel *parcel = odeon_ask(parcel, world.system, asking->whom, parcel_new(7), kit_deadline(), &asking->why);

	asking->number = parcel ? parcel->number : 0;
	odeon_free(parcel);
	return NULL;
}

START_TEST(a_request_is_answered_later_or_its_asker_hears_of_the_end)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = answer_later });
	struct asking asking = { .whom = actor };

	must(pthread_create(&asking.thread, NULL, ask, &asking) == 0);
	gate_wait(&notes.noted, 1);
	post(actor, _i == 0 ? UNSTASH : EXIT);
	pthread_join(asking.thread, NULL);
	ck_assert_int_eq(asking.why, _i == 0 ? 0 : ODEON_EGONE);
	ck_assert_int_eq(asking.number, _i == 0 ? 7 : 0);
}
END_TEST

/* The stashed message names who sent it. */
static odeon_ref seen_from[2];
static void look_who(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int why, i = parcel->number == UNSTASH;

	if (i) {
		odeon_unstash(self);
		return;
	}
	if (odeon_ref_is_nobody(seen_from[0])) {
		seen_from[0] = odeon_from(self);
		parcel = odeon_stash(self, parcel, &why);
		must(parcel == NULL);
		return;
	}
	seen_from[1] = odeon_from(self);
	journal_note(catcher->journal, parcel->number);
}

static odeon_ref sender_of_it;
static void send_it(odeon_self *self, void *argument)
{
	sender_of_it = odeon_self_ref(self);
	must(odeon_send(self, *(odeon_ref *)argument, parcel_new(5)) == 0);
}

START_TEST(its_sender_stays_with_it)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = look_who, .journal = &notes });

	seen_from[0] = seen_from[1] = ODEON_NOBODY;
	world_errand(&world, send_it, &actor);
	post(actor, UNSTASH);
	journal_wait(&notes, 1);
	ck_assert(odeon_ref_equal(seen_from[0], sender_of_it));
	ck_assert(odeon_ref_equal(seen_from[1], sender_of_it));
}
END_TEST

/* ---- wrong calls --------------------------------------------------------------------------------------------------------------- */

static void stash_what_is_not_in_hand(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *own = parcel_new(1);
	int why = 1;

	must(own != NULL);
	own = odeon_stash(self, own, &why);
	must(own != NULL && why == ODEON_EINVAL);
	odeon_free(own);
	own = odeon_stash(self, (struct parcel *)NULL, &why);
	must(own == NULL && why == ODEON_ENOMEM);
	parcel = odeon_keep(self, parcel);
	parcel = odeon_stash(self, parcel, &why);
	must(parcel != NULL && why == ODEON_EINVAL);
	odeon_free(parcel);
	must(odeon_stashed(self) == 0 && odeon_unstash(self) == 0);
	journal_note(catcher->journal, 1);
}

START_TEST(only_the_message_in_hand_can_be_laid_aside)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = stash_what_is_not_in_hand, .journal = &notes });

	post(actor, 1);
	journal_wait(&notes, 1);
}
END_TEST

static void stashes_nothing_in_stop(odeon_self *self, void *state, const odeon_reason *reason)
{
	(void)state;
	(void)reason;
	aside_at_stop = odeon_stashed(self);
	must(odeon_unstash(self) == 0);
	gate_open(&ending.ended);
}

START_TEST(in_stop_they_can_be_counted_and_no_more)
{
	odeon_kind kind = *catcher;
	odeon_ref actor;

	kind.stop = stashes_nothing_in_stop;
	actor = world_spawn(&world, world_kind(&world, kind), &(struct catcher){ .on_parcel = wait_for_opening, .journal = &notes });
	world_posts(&world, actor, 1, 4);
	settle(actor);
	odeon_actor_stop(world.system, actor);
	gate_wait(&ending.ended, 1);
	ck_assert_uint_eq(aside_at_stop, 4);
	eventually(world_letters(&world) == 4);
}
END_TEST

/* ---- with select, in a simulation, at random --------------------------------------------------------------------------------------- */

static void select_then_note(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int why;

	if (parcel->number == MIX) {
		odeon_case one = ODEON_CASE_MAILBOX(self);

		is_closed = false;
		must(odeon_unstash(self) == 2);
		for (int i = 0; i < 2; i++)
			must(odeon_select(&one, 1, kit_deadline()) == 0 && one.error == 0);
		journal_note(catcher->journal, parcel->number);
	} else if (is_closed) {
		parcel = odeon_stash(self, parcel, &why);
		must(parcel == NULL);
	} else
		journal_note(catcher->journal, parcel->number);
}

START_TEST(a_select_in_a_handler_gets_what_was_asked_for)
{
	static const int expected[] = { 1, 2, MIX };
	odeon_ref actor = world_placed(&world, (struct catcher){ .on_parcel = select_then_note, .journal = &notes },
	                               ODEON_OWN_THREAD, 0);

	world_posts(&world, actor, 1, 2);
	post(actor, MIX);
	journal_expect(&notes, 3, expected);
	odeon_actor_kill(world.system, actor);
	world_await_end(&world, actor);
}
END_TEST

/* Four actors lay aside, ask, end at random, at full load; the world's close checks that nothing was lost or freed twice. */
static void at_random(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	unsigned chance = (unsigned)parcel->number * 2654435761u >> 24;
	int why;

	(void)catcher;
	if (parcel->number == EXIT)
		odeon_exit(self);
	else if (chance < 90)
		odeon_free(odeon_stash(self, parcel, &why));
	else if (chance < 100)
		odeon_unstash(self);
	else if (chance < 150)
		odeon_free(parcel);
}

START_TEST(many_at_once_lose_nothing)
{
	enum { ACTORS = 4, MESSAGES = 20000 };
	odeon_ref actors[ACTORS];
	int i, error;

	for (i = 0; i < ACTORS; i++)
		actors[i] = world_bounded(&world, (struct catcher){ .on_parcel = at_random },
		                          (odeon_mailbox){ .messages = i % 2 ? 200 : 0, .policy = i == 3 ? ODEON_DROP_OLDEST : ODEON_FAIL });
	for (i = 0; i < KIT_SLOWER(MESSAGES); i++) {
		error = odeon_post(world.system, actors[i % ACTORS], parcel_new(i % 900));
		must(error == 0 || error == ODEON_EFULL);
	}
	post(actors[0], EXIT);
	odeon_actor_stop(world.system, actors[1]);
	odeon_actor_kill(world.system, actors[2]);
	for (i = 0; i < 3; i++)
		world_await_end(&world, actors[i]);
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
	  .tests = KIT_TESTS(a_stop_waits_for_what_was_asked_for, a_stop_with_nothing_but_those_waits_for_the_last_of_them,
	                     in_stop_they_can_be_counted_and_no_more) },
	{ .name = "ends", .setup = setup, .teardown = teardown, .loop = 4, .tests = KIT_TESTS(an_end_makes_them_dead_letters) },
	{ .name = "duty", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(a_request_is_answered_later_or_its_asker_hears_of_the_end) },
	{ .name = "calls", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(its_sender_stays_with_it, only_the_message_in_hand_can_be_laid_aside,
	                     a_select_in_a_handler_gets_what_was_asked_for, many_at_once_lose_nothing) })
