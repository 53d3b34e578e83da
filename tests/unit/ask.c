/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask.c - tests of odeon_ask: exactly one answer, whatever becomes of the request
 *
 * Requests that nobody answers are in silence.c.
 */
#include "asking.h"

/* ---- answers ------------------------------------------------------------------------------------------------------ */

static void answer_with_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	parcel->number++;
	must(odeon_reply(self, parcel) == 0);
}

static void answer_after_freeing_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int number = parcel->number;

	(void)catcher;
	must(odeon_reply(self, parcel_new(number + 1)) == 0);
	odeon_free(parcel);
}

static void keep_and_answer_in_the_same_handler(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *kept = odeon_keep(self, parcel);

	(void)catcher;
	must(odeon_reply_to(self, kept, parcel_new(kept->number + 1)) == 0);
	odeon_free(kept);
}

static void keep_and_answer_with_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *kept = odeon_keep(self, parcel);

	(void)catcher;
	kept->number++;
	must(odeon_reply_to(self, kept, kept) == 0);
}

static odeon_ref content_to;

static void send_content_away_and_answer_by_duty(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int number = parcel->number;
	void *duty = odeon_duty(self);

	(void)catcher;
	must(duty != NULL);
	must(odeon_send(self, content_to, parcel) == 0);
	must(odeon_reply_to(self, duty, parcel_new(number + 1)) == 0);
	odeon_free(duty);
}

static void send_content_away_with_the_duty_in_hand(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int number = parcel->number;

	(void)catcher;
	must(odeon_send(self, content_to, parcel) == 0);
	must(odeon_reply(self, parcel_new(number + 1)) == 0);
}

static void forward_to_the_answerer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	must(odeon_forward(self, *(odeon_ref *)catcher->argument, parcel) == 0);
}

static hook *const answers[] = {
	answer_new, answer_with_it, answer_after_freeing_it, keep_and_answer_in_the_same_handler, keep_and_answer_with_it,
	send_content_away_and_answer_by_duty, send_content_away_with_the_duty_in_hand
};
enum { ANSWERS = sizeof(answers) / sizeof(answers[0]) };

START_TEST(whoever_asks_gets_the_answer)
{
	odeon_ref to = answerer(answers[_i]);
	int i;

	content_to = answerer(NULL);
	for (i = 0; i < 200; i++)
		must(ask(to, i, kit_deadline()) == i + 1);
}
END_TEST

START_TEST(a_forwarded_request_is_answered_by_the_last_one)
{
	odeon_ref last = answerer(answers[_i]), middle, first;
	int i;

	content_to = answerer(NULL);
	middle = world_catcher(&world, (struct catcher){ .on_parcel = forward_to_the_answerer, .argument = &last });
	first = world_catcher(&world, (struct catcher){ .on_parcel = forward_to_the_answerer, .argument = &middle });
	for (i = 0; i < 100; i++)
		must(ask(first, i, kit_deadline()) == i + 1);
}
END_TEST

static int later_error;

/* An errand runs with the errand in hand, so what it answers can only be the kept request. */
static void answer_the_kept(odeon_self *self, void *argument)
{
	struct parcel *kept = *(struct parcel **)argument;

	later_error = odeon_reply_to(self, kept, parcel_new(kept->number + 1));
}

static void *kept_request;

static void keep_outside(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	kept_request = odeon_keep(self, parcel);
	journal_note(catcher->journal, 0);
}

static void free_the_kept(odeon_self *self, void *argument)
{
	(void)self;
	odeon_free(*(void **)argument);
	*(void **)argument = NULL;
}

START_TEST(a_kept_request_is_answered_in_a_later_handler)
{
	odeon_ref to = answerer(keep_outside);
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, ask_in_a_thread, &to), 0);
	journal_wait(&journal, 1);
	world_do(&world, to, answer_the_kept, &kept_request);
	pthread_join(thread, NULL);
	ck_assert_int_eq(later_error, 0);
	ck_assert_int_eq(asked_result, 8);
	world_do(&world, to, answer_the_kept, &kept_request);  /* a second answer is refused */
	ck_assert_int_eq(later_error, ODEON_EINVAL);
	world_do(&world, to, free_the_kept, &kept_request);
}
END_TEST

START_TEST(freeing_a_kept_request_tells_the_asker)
{
	odeon_ref to = answerer(keep_outside);
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, ask_in_a_thread, &to), 0);
	journal_wait(&journal, 1);
	world_do(&world, to, free_the_kept, &kept_request);
	pthread_join(thread, NULL);
	ck_assert_int_eq(asked_result, ODEON_EUNANSWERED);
}
END_TEST

START_TEST(an_actor_that_ends_with_a_kept_request_tells_the_asker)
{
	odeon_ref to = answerer(keep_until_told);              /* ODEON_STOP frees what it kept */
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, ask_in_a_thread, &to), 0);
	journal_wait(&journal, 1);
	if (_i == 0)
		ck_assert_int_eq(odeon_actor_kill(world.system, to), 0);
	else
		world_do(&world, to, errand_exit, NULL);
	pthread_join(thread, NULL);
	ck_assert_int_eq(asked_result, ODEON_EUNANSWERED);
}
END_TEST

/* ---- errors as answers ----------------------------------------------------------------------------------------------- */

/* The number of the parcel says which. */
static void answer_with_an_error(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_reply_error(self, parcel->number) == 0);
	must(odeon_reply_error(self, parcel->number) == ODEON_EINVAL);
	must(odeon_reply(self, parcel_new(1)) == ODEON_EINVAL);
}

START_TEST(an_error_is_an_answer)
{
	odeon_ref to = answerer(answer_with_an_error);

	ck_assert_int_eq(ask(to, ODEON_EFULL, kit_deadline()), ODEON_EFULL);
	ck_assert_int_eq(ask(to, 0, kit_deadline()), ODEON_EFAILED);   /* no error: counts as failed */
	ck_assert_int_eq(ask(to, 5, kit_deadline()), ODEON_EFAILED);
}
END_TEST

static void answer_the_kept_with_an_error(odeon_self *self, void *argument)
{
	must(odeon_reply_error_to(self, *(void **)argument, ODEON_EDISCONNECTED) == 0);
	must(odeon_reply_error_to(self, *(void **)argument, ODEON_EDISCONNECTED) == ODEON_EINVAL);
	free_the_kept(self, argument);
}

START_TEST(a_kept_request_may_be_answered_with_an_error)
{
	odeon_ref to = answerer(keep_outside);
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, ask_in_a_thread, &to), 0);
	journal_wait(&journal, 1);
	world_do(&world, to, answer_the_kept_with_an_error, &kept_request);
	pthread_join(thread, NULL);
	ck_assert_int_eq(asked_result, ODEON_EDISCONNECTED);
}
END_TEST

static void answer_twice(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	must(odeon_reply(self, parcel_new(parcel->number + 1)) == 0);
	must(odeon_reply(self, parcel_new(parcel->number + 2)) == ODEON_EINVAL);
	must(odeon_reply_error(self, ODEON_EGONE) == ODEON_EINVAL);
	must(odeon_duty(self) == NULL);
	journal_note(catcher->journal, 1);
}

START_TEST(a_second_answer_is_refused)
{
	odeon_ref to = answerer(answer_twice);

	ck_assert_int_eq(ask(to, 1, kit_deadline()), 2);
	journal_wait(&journal, 1);
	eventually(world_stats(&world).dead_letters == 1);
}
END_TEST

/* Each parts the hand from the duty in its own way, answers where the duty went, and then once more from the hand. */
static void keep_answer_and_answer_from_the_hand(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int number = parcel->number;
	struct parcel *kept = odeon_keep(self, parcel);

	must(odeon_reply(self, parcel_new(number + 2)) == ODEON_EINVAL);
	must(odeon_reply_error(self, ODEON_EGONE) == ODEON_EINVAL);
	must(odeon_reply_to(self, kept, parcel_new(number + 1)) == 0);
	must(odeon_reply_error_to(self, kept, ODEON_EGONE) == ODEON_EINVAL);
	odeon_free(kept);
	journal_note(catcher->journal, 1);
}

static void detach_answer_and_answer_from_the_hand(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	void *duty = odeon_duty(self);

	must(odeon_reply(self, parcel_new(parcel->number + 2)) == ODEON_EINVAL);
	must(odeon_reply_to(self, duty, parcel_new(parcel->number + 1)) == 0);
	odeon_free(duty);
	journal_note(catcher->journal, 1);
}

static odeon_ref second;

static void answer_and_forward(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_reply(self, parcel_new(parcel->number + 1)) == 0);
	must(odeon_forward(self, second, parcel) == 0);
}

static void answer_keep_and_forward(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *kept;

	(void)catcher;
	must(odeon_reply(self, parcel_new(parcel->number + 1)) == 0);
	kept = odeon_keep(self, parcel);
	must(odeon_forward(self, second, kept) == 0);
}

/* The one that an answered request was forwarded to. */
static void answer_what_was_answered(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	must(odeon_ref_is_nobody(odeon_from(self)));
	must(odeon_duty(self) == NULL);
	must(odeon_reply(self, parcel_new(parcel->number + 2)) == ODEON_EINVAL);
	journal_note(catcher->journal, 1);
}

static hook *const seconds[] = {
	keep_answer_and_answer_from_the_hand, detach_answer_and_answer_from_the_hand, answer_and_forward, answer_keep_and_forward
};
#define SECONDS ((int)(sizeof(seconds) / sizeof(seconds[0])))

START_TEST(a_second_answer_is_refused_wherever_the_duty_went)
{
	second = answerer(answer_what_was_answered);
	ck_assert_int_eq(ask(answerer(seconds[_i]), 1, kit_deadline()), 2);
	journal_wait(&journal, 1);
	eventually(world_stats(&world).dead_letters == 1);
}
END_TEST

/* What was answered may be sent on; it comes as the sender's own message, who is replied to any number of times. */
static void answer_keep_and_send(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *kept;

	(void)catcher;
	if (parcel->number < 0)
		return;                                         /* a reply to what was sent on */
	must(odeon_reply(self, parcel_new(parcel->number + 1)) == 0);
	kept = odeon_keep(self, parcel);
	must(odeon_send(self, second, kept) == 0);
}

static void reply_twice(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)parcel;
	must(odeon_reply(self, parcel_new(-1)) == 0);
	must(odeon_reply(self, parcel_new(-2)) == 0);
	journal_note(catcher->journal, 1);
}

START_TEST(an_answered_request_that_is_sent_on_is_a_plain_message)
{
	second = answerer(reply_twice);
	ck_assert_int_eq(ask(answerer(answer_keep_and_send), 1, kit_deadline()), 2);
	journal_wait(&journal, 1);
	ck_assert_uint_eq(world_stats(&world).dead_letters, 0);
}
END_TEST

START_TEST(an_answer_of_another_type_is_dropped)
{
	odeon_ref to = answerer(answer_with_it);
	unsigned long before = parcels_dropped();
	int why = 0;

	ck_assert_ptr_null(odeon_ask(note, world.system, to, parcel_new(1), kit_deadline(), &why));
	ck_assert_int_eq(why, ODEON_ETYPE);
	ck_assert_uint_eq(parcels_dropped(), before + 1);
}
END_TEST

/* ---- who may ask, and whom ------------------------------------------------------------------------------------------- */

static odeon_ref other;

static void ask_in_a_handler(odeon_self *self, void *argument)
{
	int why = 1;
	struct parcel *answer = odeon_ask(parcel, odeon_system_of(self), other, parcel_new(1), ODEON_NEVER, &why);

	*(int *)argument = answer ? answer->number : why;
	odeon_free(answer);
}

START_TEST(a_pooled_handler_may_not_wait_for_an_answer)
{
	int result = 1;

	other = answerer(answer_new);
	world_errand(&world, ask_in_a_handler, &result);
	ck_assert_int_eq(result, ODEON_EWOULDBLOCK);
}
END_TEST

START_TEST(an_actor_with_a_thread_of_its_own_may_ask)
{
	odeon_ref own = world_placed(&world, (struct catcher){ 0 }, ODEON_OWN_THREAD, 0);
	int result = 0;

	other = answerer(answer_new);
	world_do(&world, own, ask_in_a_handler, &result);
	ck_assert_int_eq(result, 2);
}
END_TEST

static int to_the_asker;

static void send_to_the_asker(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_ref_is_nobody(odeon_from(self)));
	to_the_asker = odeon_send(self, odeon_from(self), parcel_new(1));
	must(odeon_reply(self, parcel) == 0);
}

START_TEST(only_a_reply_reaches_the_asker)
{
	odeon_ref to = answerer(send_to_the_asker);

	ck_assert_int_eq(ask(to, 3, kit_deadline()), 3);
	ck_assert_int_lt(to_the_asker, 0);
}
END_TEST

START_TEST(asking_a_full_mailbox_answers_full)
{
	struct plug plug = PLUG;
	odeon_ref to = world_bounded(&world, (struct catcher){ 0 }, (odeon_mailbox){ .messages = 1 });

	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, to, 1, 1);
	ck_assert_int_eq(ask(to, 2, ODEON_NEVER), ODEON_EFULL);
	plug_release(&plug);
}
END_TEST

START_TEST(a_request_that_a_full_mailbox_drops_is_unanswered)
{
	struct plug plug = PLUG;
	int error;
	odeon_ref to = world_bounded(&world, (struct catcher){ 0 },
	                             (odeon_mailbox){ .messages = 1, .policy = ODEON_DROP_NEWEST });

	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, to, 1, 1);
	error = ask(to, 2, ODEON_NEVER);                       /* for ever it must not be */
	ck_assert(error == ODEON_EUNANSWERED || error == ODEON_EFULL);
	plug_release(&plug);
}
END_TEST

START_TEST(why_may_be_null)
{
	odeon_ref to = answerer(answer_new);
	struct parcel *answer = odeon_ask(parcel, world.system, to, parcel_new(1), kit_deadline(), NULL);

	ck_assert_ptr_nonnull(answer);
	odeon_free(answer);
	ck_assert_ptr_null(odeon_ask(parcel, world.system, ODEON_NOBODY, parcel_new(1), kit_deadline(), NULL));
}
END_TEST

static void *ask_many(void *argument)
{
	int i;

	for (i = 0; i < KIT_SLOWER(2000); i++)
		must(ask(*(odeon_ref *)argument, i, kit_deadline()) == i + 1);
	return NULL;
}

START_TEST(many_threads_ask_at_once_and_each_gets_its_own_answer)
{
	odeon_ref to = answerer(answer_with_it);
	pthread_t threads[4];
	int i;

	for (i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_many, &to), 0);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}
END_TEST

KIT_MAIN("unit/ask",
	{ .name = "answer", .setup = setup, .teardown = teardown, .loop = ANSWERS,
	  .tests = KIT_TESTS(whoever_asks_gets_the_answer, a_forwarded_request_is_answered_by_the_last_one) },
	{ .name = "later", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_kept_request_is_answered_in_a_later_handler, freeing_a_kept_request_tells_the_asker,
	                     a_kept_request_may_be_answered_with_an_error) },
	{ .name = "holder_ends", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(an_actor_that_ends_with_a_kept_request_tells_the_asker) },
	{ .name = "errors", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(an_error_is_an_answer, a_second_answer_is_refused, an_answer_of_another_type_is_dropped,
	                     an_answered_request_that_is_sent_on_is_a_plain_message) },
	{ .name = "seconds", .setup = setup, .teardown = teardown, .loop = SECONDS,
	  .tests = KIT_TESTS(a_second_answer_is_refused_wherever_the_duty_went) },
	{ .name = "who", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_pooled_handler_may_not_wait_for_an_answer, an_actor_with_a_thread_of_its_own_may_ask,
	                     only_a_reply_reaches_the_asker, asking_a_full_mailbox_answers_full,
	                     a_request_that_a_full_mailbox_drops_is_unanswered, why_may_be_null,
	                     many_threads_ask_at_once_and_each_gets_its_own_answer) })
