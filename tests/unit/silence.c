/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * silence.c - tests of odeon_ask: a request that nobody answers says so, and at once where that can be known
 */
#include "asking.h"

static odeon_ref content_to;

static int later_error;

/* ---- no answer ------------------------------------------------------------------------------------------------------ */

static void do_not_answer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	(void)catcher;
	(void)parcel;
}

static void free_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	(void)catcher;
	odeon_free(parcel);
}

static void send_it_away(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_send(self, content_to, parcel) == 0);
}

static void free_the_duty(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	void *duty = odeon_duty(self);

	(void)catcher;
	(void)parcel;
	must(duty != NULL);
	must(odeon_duty(self) == NULL);                        /* it was detached already */
	odeon_free(duty);
}

static void exit_without_an_answer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	(void)parcel;
	odeon_exit(self);
}

static void keep_and_free(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	odeon_free(odeon_keep(self, parcel));
}

static hook *const silences[] = {
	do_not_answer, free_it, send_it_away, free_the_duty, exit_without_an_answer, keep_and_free
};
enum { SILENCES = sizeof(silences) / sizeof(silences[0]) };

START_TEST(a_request_that_is_not_answered_says_so_at_once)
{
	odeon_ref to = answerer(silences[_i]);
	odeon_time before = odeon_clock_now();

	content_to = answerer(NULL);
	ck_assert_int_eq(ask(to, 1, ODEON_NEVER), ODEON_EUNANSWERED);
	ck_assert_int_lt(odeon_clock_now().ns, before.ns + ODEON_SECONDS(5));
}
END_TEST

START_TEST(a_request_to_an_actor_that_does_not_know_its_type_is_unanswered)
{
	odeon_ref to = answerer(NULL);
	static const odeon_type stranger = { "stranger", 8, NULL, 0 };
	int why = 0;

	ck_assert_ptr_null(odeon_ask(parcel, world.system, to, odeon_make(&stranger, 0, NULL, NULL), kit_deadline(), &why));
	ck_assert(why == ODEON_EUNANSWERED || why == ODEON_ETYPE);
}
END_TEST

START_TEST(a_request_that_waits_for_an_actor_that_is_killed_is_not_answered)
{
	struct plug plug = PLUG;
	odeon_ref to = answerer(answer_new);
	pthread_t thread;
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	ck_assert_int_eq(pthread_create(&thread, NULL, ask_in_a_thread, &to), 0);
	eventually(odeon_actor_stats(world.system, to, &stats) == 0 && stats.queued == 2);  /* the plug in hand, and the request */
	ck_assert_int_eq(odeon_actor_kill(world.system, to), 0);
	plug_release(&plug);
	pthread_join(thread, NULL);
	ck_assert(asked_result == ODEON_EUNANSWERED || asked_result == ODEON_EGONE || asked_result == ODEON_EKILLED);
}
END_TEST

static struct gate replied = GATE;

static void answer_when_released(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct plug *plug = catcher->argument;

	gate_open(&plug->entered);
	gate_wait(&plug->release, 1);
	later_error = odeon_reply(self, parcel_new(parcel->number));
	gate_open(&replied);
	gate_open(&plug->left);
}

static bool is_told_of(int why)
{
	for (unsigned i = 0; i < world_letters(&world); i++)
		if (world_letter(&world, i).why == why && world_letter(&world, i).type == ODEON_TYPE(parcel))
			return true;
	return false;
}

START_TEST(an_answer_that_comes_too_late_is_a_dead_letter)
{
	struct plug plug = PLUG;
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = answer_when_released, .argument = &plug });

	replied = (struct gate)GATE;
	for (odeon_duration within = ODEON_MS(30); gate_count(&plug.entered) == 0; within *= 2) {       /* until it comes in time */
		odeon_time until = odeon_clock_deadline(within);

		ck_assert_int_eq(ask(to, 1, until), ODEON_ETIMEDOUT);
		ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	}
	plug_release(&plug);
	gate_wait(&replied, 1);
	ck_assert_int_eq(later_error, ODEON_EGONE);
	eventually(is_told_of(ODEON_EGONE));
}
END_TEST

START_TEST(a_deadline_in_the_past_does_not_wait)
{
	struct plug plug = PLUG;
	odeon_ref to = world_plug(&world, &plug);

	ck_assert_int_eq(ask(to, 1, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	ck_assert_int_eq(ask(to, 1, (odeon_time){ -5 }), ODEON_ETIMEDOUT);
	plug_release(&plug);
}
END_TEST

static void answer_if_wanted(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error = odeon_reply(self, parcel_new(parcel->number + 1));

	(void)catcher;
	must(error == 0 || error == ODEON_EGONE);
}

/* Answers race with deadlines; each ask has exactly one outcome, and nothing is lost or freed twice. */
START_TEST(an_answer_that_races_with_the_deadline_is_either_an_answer_or_none)
{
	odeon_ref to = answerer(answer_if_wanted);
	int i, answered = 0;

	for (i = 0; i < KIT_SLOWER(5000); i++) {
		int result = ask(to, i, odeon_clock_deadline(ODEON_US(i % 60)));

		must(result == i + 1 || result == ODEON_ETIMEDOUT);
		answered += result >= 0;
	}
	ck_assert_int_eq(ask(to, 1, kit_deadline()), 2);
	(void)answered;
}
END_TEST

/* ---- the end of the system ---------------------------------------------------------------------------------------------- */

START_TEST(stopping_the_system_tells_those_who_wait_for_an_answer)
{
	odeon_ref to = answerer(keep_until_told);
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, ask_in_a_thread, &to), 0);
	journal_wait(&journal, 1);
	ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);
	pthread_join(thread, NULL);
	ck_assert(asked_result == ODEON_EUNANSWERED || asked_result == ODEON_ESTOPPING);
}
END_TEST

KIT_MAIN("unit/silence",
	{ .name = "silence", .setup = setup, .teardown = teardown, .loop = SILENCES,
	  .tests = KIT_TESTS(a_request_that_is_not_answered_says_so_at_once) },
	{ .name = "no_answer", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_request_to_an_actor_that_does_not_know_its_type_is_unanswered,
	                     a_request_that_waits_for_an_actor_that_is_killed_is_not_answered,
	                     an_answer_that_comes_too_late_is_a_dead_letter, a_deadline_in_the_past_does_not_wait,
	                     an_answer_that_races_with_the_deadline_is_either_an_answer_or_none,
	                     stopping_the_system_tells_those_who_wait_for_an_answer) })
