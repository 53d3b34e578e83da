/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deadline.c - tests of askers that wait no longer: they end, or the deadline passes
 */
#include "requester.h"

/* ---- the asker ends ----------------------------------------------------------------------------------------------------------- */

START_TEST(answer_to_one_who_gave_up)
{
	struct ending ending = ENDING;
	odeon_ref from = world_catcher(&world, (struct catcher){ .ending = &ending }), to = answerer(keep_outside);
	int answered = 1;
	void *argument[2] = { NULL, &answered };

	has_it = (struct gate)GATE;
	ask_from(from, to, 1);
	gate_wait(&has_it, 1);
	ck_assert_int_eq(odeon_actor_kill(world.system, from), 0);
	journal_expect(&journal, 1, (const int[]){ ODEON_ESTOPPING });
	gate_wait(&ending.ended, 1);
	argument[0] = outside;
	world_do(&world, to, answer_the_kept, argument);
	ck_assert_int_eq(answered, ODEON_EGONE);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EGONE);
	ck_assert_uint_eq(world_letter(&world, 0).to.bits, from.bits);
	ck_assert_uint_eq(journal_count(&journal), 1);
}
END_TEST

/* Asks on, with the request that it answers in the continuation's state. */
static void relay(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	odeon_ref to = *(odeon_ref *)catcher->argument;
	struct parcel *kept = odeon_keep(self, parcel);
	int error = odeon_request(self, to, parcel_new(kept->number), ODEON_NEVER,
	                          ODEON_THEN(self, catcher, tale, parcel, .owned = kept, .base = kept->number));

	must(error == 0);
	if (kept->number == 99)
		gate_open(&has_it);
}

struct far { int number; };
ODEON_ANSWER(catcher, far, parcel)
{
	must(error == ODEON_EUNANSWERED);
	journal_note(&journal, 1000 + far->number);
}

static void ask_hundred(odeon_self *self, void *argument)
{
	int i;

	for (i = 0; i < 100; i++)
		must(odeon_request(self, *(odeon_ref *)argument, parcel_new(i), ODEON_NEVER,
		                   ODEON_THEN(self, catcher, far, parcel, .number = i)) == 0);
}

/* Each continuation once, in the order of asking, before stop, and what their states own is answered. */
START_TEST(asker_ends_with_100_open)
{
	struct plug plug = PLUG;
	struct ending ending = ENDING;
	odeon_ref hole = world_plug(&world, &plug), middle, from = asker();
	int i, at = 0;

	has_it = (struct gate)GATE;
	middle = world_catcher(&world, (struct catcher){ .on_parcel = relay, .argument = &hole, .ending = &ending });
	world_do(&world, from, ask_hundred, &middle);
	gate_wait(&has_it, 1);
	ck_assert_uint_eq(journal_count(&journal), 0);
	ck_assert_int_eq(_i == 0 ? odeon_actor_kill(world.system, middle) : odeon_actor_stop(world.system, middle), 0);
	gate_wait(&ending.ended, 1);
	journal_wait(&journal, 200);
	for (i = 0; i < 200; i++)
		if (journal_at(&journal, (unsigned)i) < 1000)
			ck_assert_int_eq(journal_at(&journal, (unsigned)i), ODEON_ESTOPPING + at++);
	ck_assert_int_eq(at, 100);
	plug_release(&plug);
}
END_TEST

/* The handler that asks also ends its actor, and the answer is there already when it returns. */
static void ask_wait_and_exit(odeon_self *self, void *argument)
{
	struct plan *plan = argument;

	ask_by_plan(self, plan);
	must(plan->error == 0);
	gate_wait(&has_it, 1);
	kit_pause();
	odeon_exit(self);
}

START_TEST(continuation_after_exit_in_the_same_batch)
{
	odeon_ref from = asker(), to = answerer(answer_and_tell);
	struct plan plan = { .to = to, .number = 1, .until = ODEON_NEVER };

	has_it = (struct gate)GATE;
	world_do(&world, from, ask_wait_and_exit, &plan);
	world_await_end(&world, from);
	journal_expect(&journal, 1, (const int[]){ ODEON_ESTOPPING });
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EGONE);
	ck_assert_uint_eq(world_letter(&world, 0).to.bits, from.bits);
}
END_TEST

/* ---- deadlines ----------------------------------------------------------------------------------------------------------------- */

static void ask_until(odeon_ref from, odeon_ref to, int number, odeon_time until)
{
	struct plan plan = { .to = to, .number = number, .until = until, .error = 1 };

	world_do(&world, from, ask_by_plan, &plan);
	ck_assert_int_eq(plan.error, 0);
}

static void do_nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

/* Until the one who is asked gets it before the deadline: on a crowded machine that may take a longer one. */
START_TEST(deadline_passes)
{
	odeon_ref from = asker(), to = answerer(keep_outside);
	unsigned asked = 0;
	int answered = 1;
	void *argument[2] = { NULL, &answered };

	has_it = (struct gate)GATE;
	for (odeon_duration within = ODEON_MS(20); gate_count(&has_it) == 0; within *= 2) {
		odeon_time until = odeon_clock_deadline(within);

		ask_until(from, to, 1, until);
		journal_wait(&journal, ++asked);
		ck_assert_int_eq(journal_at(&journal, asked - 1), ODEON_ETIMEDOUT);
		ck_assert_int_ge(odeon_clock_now().ns, until.ns);
		world_do(&world, to, do_nothing, NULL); /* it has come there, in time or not */
	}
	world_do(&world, from, ask_by_plan, &(struct plan){ .to = ODEON_NOBODY, .until = ODEON_NEVER });  /* until the patience has ended */
	argument[0] = outside;
	world_do(&world, to, answer_the_kept, argument);
	ck_assert_int_eq(answered, ODEON_EGONE);
	journal_wait(&journal, asked + 1);
	ck_assert_int_eq(journal_at(&journal, asked), ODEON_EGONE);
}
END_TEST

/* The receiver is busy until after the deadline: it never sees it, and that is counted. */
START_TEST(expired_request_is_not_handled)
{
	struct plug plug = PLUG;
	struct journal handled = JOURNAL;
	odeon_ref from = asker(), to = world_catcher(&world, (struct catcher){ .journal = &handled });

	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	ask_until(from, to, 1, odeon_clock_deadline(ODEON_MS(5)));
	journal_expect(&journal, 1, (const int[]){ ODEON_ETIMEDOUT });
	ck_assert_int_eq(odeon_post(world.system, to, parcel_new(2)), 0);
	plug_release(&plug);
	journal_expect(&handled, 1, (const int[]){ 2 });
	ck_assert_uint_eq(world_stats(&world).dead[-ODEON_ETIMEDOUT], 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_ETIMEDOUT);
	ck_assert_uint_eq(world_letter(&world, 0).from.bits, from.bits);
	ck_assert_uint_eq(world_letter(&world, 0).to.bits, to.bits);
	journal_expect(&journal, 1, (const int[]){ ODEON_ETIMEDOUT });
}
END_TEST

static void answer_if_wanted(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error = odeon_reply(self, parcel_new(parcel->number + 1));

	(void)catcher;
	must(error == 0 || error == ODEON_EGONE);
	gate_open(&has_it);
}

/* The answer is there, and then the deadline passes, while the asker is busy: whichever is first, and only that. */
START_TEST(deadline_and_answer_in_one_turn)
{
	struct plan plan = { .to = answerer(answer_if_wanted), .number = 1 };
	odeon_ref from = asker();
	unsigned asked = 0;

	has_it = (struct gate)GATE;
	for (odeon_duration within = ODEON_MS(30); gate_count(&has_it) == 0; within *= 2) {     /* until it comes in time */
		struct plug plug = PLUG;

		plan.until = odeon_clock_deadline(within);
		world_tell(&world, from, ask_by_plan, &plan);
		world_tell(&world, from, errand_plug, &plug);
		gate_wait(&plug.entered, 1);
		world_do(&world, plan.to, do_nothing, NULL);
		while (odeon_clock_now().ns < plan.until.ns)
			kit_pause();
		plug_release(&plug);
		journal_wait(&journal, ++asked);
	}
	ck_assert(journal_at(&journal, asked - 1) == 2 || journal_at(&journal, asked - 1) == ODEON_ETIMEDOUT);
	world_do(&world, from, ask_by_plan, &(struct plan){ .to = ODEON_NOBODY, .until = ODEON_NEVER });
	journal_wait(&journal, asked + 1);
	ck_assert_int_eq(journal_at(&journal, asked), ODEON_EGONE);
}
END_TEST

START_TEST(deadline_in_the_past)
{
	odeon_ref to = answerer(answer_new), from = asker();

	ask_until(from, to, 1, ODEON_AT_ONCE);
	ask_until(from, to, 1, (odeon_time){ -5 });
	journal_expect(&journal, 2, (const int[]){ ODEON_ETIMEDOUT, ODEON_ETIMEDOUT });
}
END_TEST

START_TEST(deadlines_that_are_not_needed_go)
{
	odeon_ref to = answerer(answer_new), from = asker();
	int i;

	for (i = 0; i < 200; i++)
		ask_until(from, to, i, odeon_clock_deadline(ODEON_SECONDS(3600)));
	journal_wait(&journal, 200);
	ck_assert_int_eq(journal_at(&journal, 199), 200);
}
END_TEST

KIT_MAIN("unit/deadline",
	{ "asker", KIT_TESTS(answer_to_one_who_gave_up, continuation_after_exit_in_the_same_batch), setup, teardown, 0 },
	{ "hundred", KIT_TESTS(asker_ends_with_100_open), setup, teardown, 2 },
	{ "deadlines", KIT_TESTS(deadline_passes, expired_request_is_not_handled, deadline_and_answer_in_one_turn,
	                         deadline_in_the_past, deadlines_that_are_not_needed_go), setup, teardown, 0 })
