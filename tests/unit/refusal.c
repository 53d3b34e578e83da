/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * refusal.c - tests of requests that nobody answers: the error says why, and comes at once
 */
#include "requester.h"

/* ---- no answer -------------------------------------------------------------------------------------------------------------- */

START_TEST(receiver_dead_before)
{
	ck_assert_int_eq(ask(world_ended(&world), 1), ODEON_EGONE);
	ck_assert_int_eq(ask(ODEON_NOBODY, 1), ODEON_EGONE);
}
END_TEST

START_TEST(receiver_of_another_system)
{
	struct world other;
	odeon_ref stranger;

	world_open(&other, (odeon_options)ODEON_OPTIONS(.workers = 1));
	stranger = world_catcher(&other, (struct catcher){ 0 });
	ck_assert_int_eq(ask(stranger, 1), ODEON_EFOREIGN);
	world_close(&other);
}
END_TEST

START_TEST(no_message)
{
	ck_assert_int_eq(ask(answerer(answer_new), -1), ODEON_ENOMEM);
}
END_TEST

START_TEST(receiver_dies_with_it_queued)
{
	struct plug plug = PLUG;
	odeon_ref to = world_plug(&world, &plug);

	ask_from(asker(), to, 1);
	ck_assert_int_eq(odeon_actor_kill(world.system, to), 0);
	plug_release(&plug);
	journal_expect(&journal, 1, (const int[]){ ODEON_EGONE });
}
END_TEST

static void keep_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	catcher->kept = odeon_keep(self, parcel);
	gate_open(&has_it);
}

START_TEST(receiver_dies_holding_it)
{
	odeon_ref to = answerer(keep_it);

	has_it = (struct gate)GATE;
	ask_from(asker(), to, 1);
	gate_wait(&has_it, 1);
	ck_assert_uint_eq(journal_count(&journal), 0);
	ck_assert_int_eq(odeon_actor_kill(world.system, to), 0);
	journal_expect(&journal, 1, (const int[]){ ODEON_EUNANSWERED });
}
END_TEST

START_TEST(receiver_forwards_and_dies)
{
	odeon_ref last = answerer(keep_outside), first;
	int answered = 1;
	void *argument[2] = { NULL, &answered };

	has_it = (struct gate)GATE;
	first = world_catcher(&world, (struct catcher){ .on_parcel = forward_it, .argument = &last });
	ask_from(asker(), first, 1);
	gate_wait(&has_it, 1);
	ck_assert_int_eq(odeon_actor_kill(world.system, first), 0);
	world_await_end(&world, first);
	argument[0] = outside;
	world_do(&world, last, answer_the_kept, argument);
	ck_assert_int_eq(answered, 0);
	journal_expect(&journal, 1, (const int[]){ 2 });
}
END_TEST

static void forget_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self; (void)catcher; (void)parcel;
}

static void free_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self; (void)catcher;
	odeon_free(parcel);
}

static void keep_and_free_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	odeon_free(odeon_keep(self, parcel));
}

static void detach_and_free(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher; (void)parcel;
	odeon_free(odeon_duty(self));
}

static void send_it_on(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	(void)odeon_send(self, ODEON_NOBODY, parcel);
}

static void exit_in_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher; (void)parcel;
	odeon_exit(self);
}

static hook *const silences[] = { forget_it, free_it, keep_and_free_it, detach_and_free, send_it_on, exit_in_it };
enum { SILENCES = sizeof(silences) / sizeof(silences[0]) };

START_TEST(receiver_drops_it)
{
	ck_assert_int_eq(ask(answerer(silences[_i]), 1), ODEON_EUNANSWERED);
}
END_TEST

static void fail_in_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher; (void)parcel;
	odeon_fail(self, 3, "by plan");
}

START_TEST(receiver_fails_in_it)
{
	ck_assert_int_eq(ask(answerer(fail_in_it), 1), ODEON_EFAILED);
}
END_TEST

static void answer_with_an_error(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher; (void)parcel;
	must(odeon_reply_error(self, -7) == 0);
	must(odeon_reply_error(self, -7) == ODEON_EINVAL);
}

START_TEST(receiver_answers_with_an_error)
{
	ck_assert_int_eq(ask(answerer(answer_with_an_error), 1), -7);
}
END_TEST

static void answer_with_a_note(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher; (void)parcel;
	must(odeon_reply(self, odeon_new(note, .number = 5)) == 0);
}

START_TEST(answer_of_another_type)
{
	odeon_ref to = answerer(answer_with_a_note);

	ck_assert_int_eq(ask(to, 1), ODEON_ETYPE);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_ETYPE);
	ck_assert_ptr_eq(world_letter(&world, 0).type, ODEON_TYPE(note));
	ck_assert_uint_eq(world_letter(&world, 0).from.bits, to.bits);
}
END_TEST

START_TEST(a_type_that_the_receiver_does_not_know)
{
	static const odeon_handler nothing[] = { { 0 } };
	odeon_kind kind = *catcher;

	kind.handlers = nothing;
	ck_assert_int_eq(ask(world_spawn(&world, world_kind(&world, kind), &(struct catcher){ 0 }), 1), ODEON_ETYPE);
}
END_TEST

/* One message fits, and one is there: what becomes of the second, and of the first. */
static const struct { odeon_mailbox mailbox; int first, second; } policies[] = {
	{ { .messages = 1, .policy = ODEON_FAIL }, 2, ODEON_EFULL },
	{ { .messages = 1, .policy = ODEON_DROP_NEWEST }, 2, ODEON_EFULL },
	{ { .messages = 1, .policy = ODEON_DROP_OLDEST }, ODEON_EFULL, 3 },
	{ { .messages = 1, .policy = ODEON_REDIRECT }, 2, 3 },
	{ { .messages = 1, .policy = ODEON_STOP_ACTOR }, ODEON_EGONE, ODEON_EFULL },
};
enum { POLICIES = sizeof(policies) / sizeof(policies[0]) };

START_TEST(mailbox_full)
{
	odeon_kind kind = *catcher;
	struct plug plug = PLUG;
	odeon_ref from = world_placed(&world, (struct catcher){ 0 }, ODEON_PINNED, 1), to;
	odeon_ref before = world_placed(&world, (struct catcher){ 0 }, ODEON_PINNED, 0);
	int i, first = 0, second = 0;

	kind.mailbox = policies[_i].mailbox;
	kind.place = ODEON_PINNED;              /* to a worker that is busy meanwhile */
	if (kind.mailbox.policy == ODEON_REDIRECT)
		kind.mailbox.redirect = world_placed(&world, (struct catcher){ .on_parcel = answer_new }, ODEON_PINNED, 1);
	to = world_spawn(&world, world_kind(&world, kind), &(struct catcher){ .on_parcel = answer_new });
	world_tell(&world, before, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_do(&world, from, ask_by_plan, &(struct plan){ .to = to, .number = 1, .until = ODEON_NEVER });
	world_do(&world, from, ask_by_plan, &(struct plan){ .to = to, .number = 2, .base = 1000, .until = ODEON_NEVER });
	plug_release(&plug);
	journal_wait(&journal, 2);
	for (i = 0; i < 2; i++)
		if (journal_at(&journal, (unsigned)i) > 500)
			second = journal_at(&journal, (unsigned)i) - 1000;
		else
			first = journal_at(&journal, (unsigned)i);
	ck_assert_int_eq(first, policies[_i].first);
	ck_assert_int_eq(second, policies[_i].second);
}
END_TEST

KIT_MAIN("unit/refusal",
	{ "refused", KIT_TESTS(receiver_dead_before, receiver_of_another_system, no_message), setup, teardown, 0 },
	{ "ends", KIT_TESTS(receiver_dies_with_it_queued, receiver_dies_holding_it, receiver_forwards_and_dies,
	                    receiver_fails_in_it), setup, teardown, 0 },
	{ "silence", KIT_TESTS(receiver_drops_it), setup, teardown, SILENCES },
	{ "errors", KIT_TESTS(receiver_answers_with_an_error, answer_of_another_type, a_type_that_the_receiver_does_not_know),
	  setup, teardown, 0 },
	{ "full", KIT_TESTS(mailbox_full), setup, teardown, POLICIES })
