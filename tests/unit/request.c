/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.c - tests of odeon_request: exactly one continuation, whatever becomes of the request
 */
#include "../harness/kit.h"

static struct world world;
static struct journal journal;                         /* what the continuations got: the number, or the error */

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

typedef void hook(odeon_self *self, struct catcher *catcher, struct parcel *parcel);

/* ---- askers ---------------------------------------------------------------------------------------------------------------- */

struct tale { int base; void *owned; };                /* what a continuation has by itself */

ODEON_ANSWER(catcher, tale, parcel)
{
	must((parcel != NULL) == (error == 0));
	journal_note(&journal, tale->base + (parcel ? parcel->number : error));
	odeon_free(tale->owned);
}

struct plan { odeon_ref to; int number, base, error; odeon_time until; odeon_ref asker; };

static void ask_by_plan(odeon_self *self, void *argument)
{
	struct plan *plan = argument;

	plan->error = odeon_request(self, plan->to, plan->number == -1 ? NULL : parcel_new(plan->number), plan->until,
	                            ODEON_THEN(self, catcher, tale, parcel, .base = plan->base));
}

static odeon_ref asker(void)
{
	return world_catcher(&world, (struct catcher){ 0 });
}

static odeon_ref answerer(hook *on_parcel)
{
	return world_catcher(&world, (struct catcher){ .on_parcel = on_parcel });
}

/* Asks with a parcel, from an actor that is there for that. */
static void ask_from(odeon_ref from, odeon_ref to, int number)
{
	struct plan plan = { .to = to, .number = number, .until = ODEON_NEVER, .error = 1 };

	world_do(&world, from, ask_by_plan, &plan);
	ck_assert_int_eq(plan.error, 0);
}

/* ... and what came of it. */
static int ask(odeon_ref to, int number)
{
	unsigned before = journal_count(&journal);

	ask_from(asker(), to, number);
	journal_wait(&journal, before + 1);
	return journal_at(&journal, before);
}

/* ---- answers --------------------------------------------------------------------------------------------------------------- */

static void answer_new(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_reply(self, parcel_new(parcel->number + 1)) == 0);
}

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

static void forward_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	must(odeon_forward(self, *(odeon_ref *)catcher->argument, parcel) == 0);
}

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

static struct gate has_it = GATE;

static void keep_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	catcher->kept = odeon_keep(self, parcel);
	gate_open(&has_it);
}

static void answer_the_kept(odeon_self *self, void *argument)
{
	struct parcel *kept = *(struct parcel **)argument;

	*(int *)((void **)argument)[1] = odeon_reply_to(self, kept, parcel_new(kept->number + 1));
	odeon_free(kept);
}

static void *outside;
static void keep_outside(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	outside = odeon_keep(self, parcel);
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

static void answer_and_tell(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	answer_new(self, catcher, parcel);
	gate_open(&has_it);
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

START_TEST(deadline_passes)
{
	odeon_ref from = asker(), to = answerer(keep_outside);
	odeon_time until = odeon_clock_deadline(ODEON_MS(20));
	int answered = 1;
	void *argument[2] = { NULL, &answered };

	has_it = (struct gate)GATE;
	ask_until(from, to, 1, until);
	journal_expect(&journal, 1, (const int[]){ ODEON_ETIMEDOUT });
	ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	gate_wait(&has_it, 1);
	world_do(&world, from, ask_by_plan, &(struct plan){ .to = ODEON_NOBODY, .until = ODEON_NEVER });  /* until the patience has ended */
	argument[0] = outside;
	world_do(&world, to, answer_the_kept, argument);
	ck_assert_int_eq(answered, ODEON_EGONE);
	journal_expect(&journal, 2, (const int[]){ ODEON_ETIMEDOUT, ODEON_EGONE });
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

/* The answer is there, and then the deadline passes, while the asker is busy: whichever is first, and only that. */
START_TEST(deadline_and_answer_in_one_turn)
{
	struct plug plug = PLUG;
	struct plan plan = { .to = answerer(answer_and_tell), .number = 1, .until = odeon_clock_deadline(ODEON_MS(30)) };
	odeon_ref from = asker();
	int i;

	has_it = (struct gate)GATE;
	world_tell(&world, from, ask_by_plan, &plan);
	world_tell(&world, from, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	gate_wait(&has_it, 1);
	for (i = 0; i < 50; i++)
		kit_pause();
	plug_release(&plug);
	journal_wait(&journal, 1);
	ck_assert(journal_at(&journal, 0) == 2 || journal_at(&journal, 0) == ODEON_ETIMEDOUT);
	world_do(&world, from, ask_by_plan, &(struct plan){ .to = ODEON_NOBODY, .until = ODEON_NEVER });
	journal_wait(&journal, 2);
	ck_assert_int_eq(journal_at(&journal, 1), ODEON_EGONE);
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
	{ "refused", KIT_TESTS(receiver_dead_before, receiver_of_another_system, no_message), setup, teardown, 0 },
	{ "ends", KIT_TESTS(receiver_dies_with_it_queued, receiver_dies_holding_it, receiver_forwards_and_dies,
	                    receiver_fails_in_it), setup, teardown, 0 },
	{ "silence", KIT_TESTS(receiver_drops_it), setup, teardown, SILENCES },
	{ "errors", KIT_TESTS(receiver_answers_with_an_error, answer_of_another_type, a_type_that_the_receiver_does_not_know),
	  setup, teardown, 0 },
	{ "full", KIT_TESTS(mailbox_full), setup, teardown, POLICIES },
	{ "asker", KIT_TESTS(answer_to_one_who_gave_up, continuation_after_exit_in_the_same_batch), setup, teardown, 0 },
	{ "hundred", KIT_TESTS(asker_ends_with_100_open), setup, teardown, 2 },
	{ "deadlines", KIT_TESTS(deadline_passes, expired_request_is_not_handled, deadline_and_answer_in_one_turn,
	                         deadline_in_the_past, deadlines_that_are_not_needed_go), setup, teardown, 0 },
	{ "start", KIT_TESTS(start_asks, start_asks_and_fails, actor_with_requests_is_stopped), setup, teardown, 0 },
	{ "misuse", KIT_TESTS(then_made_and_not_used, then_used_twice, then_of_another_actors_state), setup, teardown, 0 },
	{ "places", KIT_TESTS(askers_and_answerers_of_every_place), setup, teardown, 9 },
	{ "threads", KIT_TESTS(a_request_that_a_thread_frees), setup, teardown, 0 })
