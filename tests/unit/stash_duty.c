/* SPDX-License-Identifier: BSD-2-Clause */
/* stash_duty.c - tests of what stays with a message that lies aside, and of who may lay one aside, and when */
#include "aside.h"

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

KIT_MAIN("unit/stash_duty",
	{ .name = "duty", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(a_request_is_answered_later_or_its_asker_hears_of_the_end) },
	{ .name = "calls", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(its_sender_stays_with_it, only_the_message_in_hand_can_be_laid_aside,
	                     a_select_in_a_handler_gets_what_was_asked_for, many_at_once_lose_nothing) },
	{ .name = "end", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(in_stop_they_can_be_counted_and_no_more) })
