/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.c - tests of odeon_request: exactly one continuation, with the answer, whoever gives it and wherever
 */
#include "requester.h"

/* ---- answers --------------------------------------------------------------------------------------------------------------- */

static void answer_with_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	parcel->number++;
	must(odeon_reply(self, parcel) == 0);
}

static void keep_and_answer_with_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *kept = odeon_keep(self, parcel);

	(void)catcher;
	kept->number++;
	must(odeon_reply_to(self, kept, kept) == 0);
}

static void detach_and_answer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int number = parcel->number;
	void *duty = odeon_duty(self);

	(void)catcher;
	must(duty != NULL);
	odeon_free(parcel);
	must(odeon_reply_to(self, duty, parcel_new(number + 1)) == 0);
	odeon_free(duty);
}

static void answer_twice(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *kept;

	(void)catcher;
	must(odeon_reply(self, parcel_new(parcel->number + 1)) == 0);
	must(odeon_reply(self, parcel_new(parcel->number + 2)) == ODEON_EINVAL);
	must(odeon_duty(self) == NULL);
	kept = odeon_keep(self, parcel);
	must(odeon_reply_to(self, kept, parcel_new(7)) == ODEON_EINVAL);
	must(odeon_reply_error_to(self, kept, ODEON_EGONE) == ODEON_EINVAL);
	odeon_free(kept);
}

/* The asker may have gone meanwhile. */
static void answer_if_wanted(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error = odeon_reply(self, parcel_new(parcel->number + 1));

	(void)catcher;
	must(error == 0 || error == ODEON_EGONE);
}

static hook *const answers[] = { answer_new, answer_with_it, keep_and_answer_with_it, detach_and_answer, answer_twice };
enum { ANSWERS = sizeof(answers) / sizeof(answers[0]) };

START_TEST(whoever_asks_gets_the_answer)
{
	odeon_ref to = answerer(answers[_i]), from = asker();
	int i;

	for (i = 0; i < 200; i++)
		ask_from(from, to, i);
	journal_wait(&journal, 200);
	for (i = 0; i < 200; i++)
		ck_assert_int_eq(journal_at(&journal, (unsigned)i), i + 1);
}
END_TEST

static void see_the_asker(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	must(odeon_from(self).bits == ((odeon_ref *)catcher->argument)->bits);
	must(odeon_reply(self, parcel_new(parcel->number + 1)) == 0);
	must(odeon_from(self).bits == ((odeon_ref *)catcher->argument)->bits);
}

static odeon_ref answered_by;

struct look { int unused; };
ODEON_ANSWER(catcher, look, parcel)
{
	must(error == 0);
	answered_by = odeon_from(self);
	must(odeon_reply(self, parcel) == 0);                  /* to whoever answered: a plain message */
	journal_note(&journal, 1);
}

static void ask_and_look(odeon_self *self, void *argument)
{
	must(odeon_request(self, *(odeon_ref *)argument, parcel_new(1), ODEON_NEVER,
	                   ODEON_THEN(self, catcher, look, parcel, 0)) == 0);
}

START_TEST(a_forwarded_request_is_answered_by_the_last_one)
{
	odeon_ref from = asker(), last, middle, first;

	last = world_catcher(&world, (struct catcher){ .on_parcel = see_the_asker, .argument = &from });
	middle = world_catcher(&world, (struct catcher){ .on_parcel = forward_it, .argument = &last });
	first = world_catcher(&world, (struct catcher){ .on_parcel = forward_it, .argument = &middle });
	ask_from(from, first, 5);
	journal_expect(&journal, 1, (const int[]){ 6 });
}
END_TEST

static void answer_once_then_note(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	if (catcher->kept) {
		journal_note(&journal, 100 + parcel->number);
		return;
	}
	must(odeon_reply(self, parcel_new(parcel->number + 1)) == 0);
	catcher->kept = odeon_keep(self, parcel);
}

START_TEST(a_continuation_knows_who_answered_and_may_write_back)
{
	odeon_ref to = answerer(answer_once_then_note);

	world_do(&world, asker(), ask_and_look, &to);
	journal_wait(&journal, 2);
	ck_assert_uint_eq(answered_by.bits, to.bits);
	ck_assert_int_eq(journal_at(&journal, 1) + journal_at(&journal, 0), 103);
}
END_TEST

START_TEST(an_actor_may_ask_itself)
{
	odeon_ref self = answerer(answer_new);

	ask_from(self, self, 3);
	journal_expect(&journal, 1, (const int[]){ 4 });
}
END_TEST

struct hop { odeon_ref to; int left; };
ODEON_ANSWER(catcher, hop, parcel)
{
	must(error == 0);
	if (hop->left == 0)
		journal_note(&journal, parcel->number);
	else
		must(odeon_request(self, hop->to, parcel, ODEON_NEVER,
		                   ODEON_THEN(self, catcher, hop, parcel, .to = hop->to, .left = hop->left - 1)) == 0);
}

static void begin_hops(odeon_self *self, void *argument)
{
	must(odeon_request(self, *(odeon_ref *)argument, parcel_new(0), ODEON_NEVER,
	                   ODEON_THEN(self, catcher, hop, parcel, .to = *(odeon_ref *)argument, .left = 999)) == 0);
}

START_TEST(a_continuation_may_ask_again_with_the_answer)
{
	odeon_ref to = answerer(answer_with_it);

	world_do(&world, asker(), begin_hops, &to);
	journal_expect(&journal, 1, (const int[]){ 1000 });
}
END_TEST

struct bag { int unused; };
ODEON_ANSWER(catcher, bag, parcel)
{
	must(error == 0);
	catcher->kept = odeon_keep(self, parcel);
	journal_note(&journal, 1);
}

static void ask_and_bag(odeon_self *self, void *argument)
{
	must(odeon_request(self, *(odeon_ref *)argument, parcel_new(1), ODEON_NEVER,
	                   ODEON_THEN(self, catcher, bag, parcel, 0)) == 0);
}

START_TEST(a_continuation_may_keep_the_answer)
{
	odeon_ref to = answerer(answer_new);

	world_do(&world, asker(), ask_and_bag, &to);
	journal_wait(&journal, 1);
}
END_TEST

/* The asker's mailbox is full while the answers come. */
START_TEST(answers_pass_a_full_mailbox)
{
	odeon_ref from = world_bounded(&world, (struct catcher){ 0 }, (odeon_mailbox){ .messages = 2 }), to = answerer(answer_new);
	struct plug plug = PLUG;
	int i;

	for (i = 0; i < 10; i++)
		ask_from(from, to, i);
	world_tell(&world, from, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	ck_assert_int_eq(odeon_post(world.system, from, parcel_new(0)), 0);
	ck_assert_int_eq(odeon_post(world.system, from, parcel_new(0)), 0);
	ck_assert_int_eq(odeon_post(world.system, from, parcel_new(0)), ODEON_EFULL);
	plug_release(&plug);
	journal_wait(&journal, 10);
}
END_TEST

/* ---- start and stop ------------------------------------------------------------------------------------------------------------ */

struct begin { odeon_ref to; int fails; };
struct starter { odeon_ref to; int left, is_over; };
struct step { int number; };
ODEON_ANSWER(starter, step, parcel)
{
	must(starter->left > 0 && !starter->is_over);
	starter->left--;
	journal_note(&journal, parcel ? parcel->number : error);
	if (error == ODEON_ESTOPPING) {                        /* nothing can be begun here, and what is sent goes out */
		must(ODEON_THEN(self, starter, step, parcel, 0) == NULL);
		must(odeon_request(self, starter->to, parcel_new(1), ODEON_NEVER, NULL) == ODEON_ESTOPPING);
		must(odeon_post(odeon_system_of(self), ODEON_NOBODY, parcel_new(1)) == ODEON_EGONE);
		must(odeon_spawn(self, catcher, NULL, NULL) == ODEON_ESTOPPING);
	}
}

ODEON_START(starter, begin)
{
	int i;

	starter->to = begin->to;
	for (i = 0; i < 3; i++) {
		must(odeon_request(self, starter->to, parcel_new(i), ODEON_NEVER,
		                   ODEON_THEN(self, starter, step, parcel, .number = i)) == 0);
		starter->left++;
	}
	return begin->fails;
}

ODEON_STOP(starter)
{
	must(starter->left == 0);
	starter->is_over = 1;
	must(ODEON_THEN(self, starter, step, parcel, 0) == NULL);
	must(odeon_request(self, starter->to, parcel_new(1), ODEON_NEVER, NULL) == ODEON_ESTOPPING);
}

static const odeon_handler starter_handlers[] = { { 0 } };
ODEON_KIND(starter, starter_handlers, .start = ODEON_STARTS(starter), .stop = ODEON_STOPS(starter));

START_TEST(start_asks)
{
	struct begin first = { .to = answerer(answer_new) };

	(void)world_spawn(&world, &starter_kind, &first);
	journal_expect(&journal, 3, (const int[]){ 1, 2, 3 });
}
END_TEST

START_TEST(start_asks_and_fails)
{
	struct begin first = { .to = answerer(answer_if_wanted), .fails = -5 };
	odeon_ref actor;

	ck_assert_int_eq(odeon_system_spawn(world.system, &starter_kind, &first, &actor), -5);
	journal_expect(&journal, 3, (const int[]){ ODEON_ESTOPPING, ODEON_ESTOPPING, ODEON_ESTOPPING });
}
END_TEST

START_TEST(actor_with_requests_is_stopped)
{
	struct plug plug = PLUG;
	struct begin first = { .to = world_plug(&world, &plug) };
	odeon_ref actor = world_spawn(&world, &starter_kind, &first);

	ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	journal_expect(&journal, 3, (const int[]){ ODEON_ESTOPPING, ODEON_ESTOPPING, ODEON_ESTOPPING });
	world_await_end(&world, actor);
	plug_release(&plug);
}
END_TEST

/* ---- misuse -------------------------------------------------------------------------------------------------------------------- */

static void make_and_forget(odeon_self *self, void *argument)
{
	(void)argument;
	must(ODEON_THEN(self, catcher, tale, parcel, .owned = parcel_new(1)) != NULL);
}

START_TEST(then_made_and_not_used)
{
	odeon_ref from = asker();

	world_do(&world, from, make_and_forget, NULL);
	ck_assert_int_eq(odeon_actor_stop(world.system, from), 0);
	journal_expect(&journal, 1, (const int[]){ ODEON_ESTOPPING });
}
END_TEST

static void use_it_twice(odeon_self *self, void *argument)
{
	odeon_then *then = ODEON_THEN(self, catcher, tale, parcel, 0);

	must(odeon_request(self, *(odeon_ref *)argument, parcel_new(1), ODEON_NEVER, then) == 0);
	must(odeon_request(self, *(odeon_ref *)argument, parcel_new(5), ODEON_NEVER, then) == ODEON_EINVAL);
	must(odeon_request(self, *(odeon_ref *)argument, parcel_new(5), ODEON_NEVER, NULL) == ODEON_ENOMEM);
}

START_TEST(then_used_twice)
{
	odeon_ref to = answerer(answer_new);

	world_do(&world, asker(), use_it_twice, &to);
	journal_expect(&journal, 1, (const int[]){ 2 });
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EINVAL);
	ck_assert_int_eq(world_letter(&world, 1).why, ODEON_ENOMEM);
}
END_TEST

/* A continuation of a starter, for a catcher: it must not run, as the state is not one. */
static void use_a_stranger(odeon_self *self, void *argument)
{
	must(odeon_request(self, *(odeon_ref *)argument, parcel_new(1), ODEON_NEVER,
	                   ODEON_THEN(self, starter, step, parcel, 0)) == ODEON_EINVAL);
	must(ODEON_THEN(self, starter, step, parcel, 0) != NULL);
}

START_TEST(then_of_another_actors_state)
{
	odeon_ref to = answerer(answer_new), from = asker();

	world_do(&world, from, use_a_stranger, &to);
	ck_assert_int_eq(odeon_actor_stop(world.system, from), 0);
	world_await_end(&world, from);
	ck_assert_uint_eq(journal_count(&journal), 0);
}
END_TEST

/* ---- places ---------------------------------------------------------------------------------------------------------------------- */

START_TEST(askers_and_answerers_of_every_place)
{
	static const enum odeon_place places[] = { ODEON_POOLED, ODEON_PINNED, ODEON_OWN_THREAD };
	odeon_ref to = world_placed(&world, (struct catcher){ .on_parcel = answer_new }, places[_i % 3], 1);
	odeon_ref from = world_placed(&world, (struct catcher){ 0 }, places[_i / 3], 0);
	int i;

	for (i = 0; i < 100; i++)
		ask_from(from, to, i);
	journal_wait(&journal, 100);
	for (i = 0; i < 100; i++)
		ck_assert_int_eq(journal_at(&journal, (unsigned)i), i + 1);
}
END_TEST

static void *keep_for_a_thread(void *argument)
{
	(void)argument;
	gate_wait(&has_it, 1);
	odeon_free(outside);
	return NULL;
}

START_TEST(a_request_that_a_thread_frees)
{
	pthread_t thread;

	has_it = (struct gate)GATE;
	ck_assert_int_eq(pthread_create(&thread, NULL, keep_for_a_thread, NULL), 0);
	ck_assert_int_eq(ask(answerer(keep_outside), 1), ODEON_EUNANSWERED);
	pthread_join(thread, NULL);
}
END_TEST

KIT_MAIN("unit/request",
	{ "answers", KIT_TESTS(whoever_asks_gets_the_answer), setup, teardown, ANSWERS },
	{ "ways", KIT_TESTS(a_forwarded_request_is_answered_by_the_last_one, a_continuation_knows_who_answered_and_may_write_back,
	                    an_actor_may_ask_itself, a_continuation_may_ask_again_with_the_answer,
	                    a_continuation_may_keep_the_answer, answers_pass_a_full_mailbox), setup, teardown, 0 },
	{ "start", KIT_TESTS(start_asks, start_asks_and_fails, actor_with_requests_is_stopped), setup, teardown, 0 },
	{ "misuse", KIT_TESTS(then_made_and_not_used, then_used_twice, then_of_another_actors_state), setup, teardown, 0 },
	{ "places", KIT_TESTS(askers_and_answerers_of_every_place), setup, teardown, 9 },
	{ "threads", KIT_TESTS(a_request_that_a_thread_frees), setup, teardown, 0 })
