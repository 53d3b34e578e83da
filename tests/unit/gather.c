/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gather.c - tests of several requests with one continuation: it runs once, with what came
 */
#include "../harness/kit.h"

static struct world world;
static struct journal journal;                         /* for each asked, in order: the number, or the error */
static struct gate ran;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	ran = (struct gate)GATE;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

enum { MOST = 64 };

/* What to do, and whom to ask. */
struct plan {
	odeon_ref to[MOST];
	unsigned count, wanted;
	odeon_time until;
	bool stays_open, leaves_them;
	odeon_gather gather;
	int errors[MOST];
};

struct sum { struct plan *plan; void *owned; };

static void take_one(odeon_answers *answers, size_t index)
{
	int why = 1;
	struct parcel *parcel = odeon_answer(parcel, answers, index, &why);

	must((parcel != NULL) == (why == 0));
	journal_note(&journal, parcel ? parcel->number : why);
	if (!parcel)
		return;
	must(odeon_answer(parcel, answers, index, &why) == NULL && why == ODEON_EINVAL);
	odeon_free(parcel);
}

ODEON_GATHERED(catcher, sum)
{
	size_t i, count = odeon_answers_count(answers);
	int why = 0;

	must(count == sum->plan->count);
	for (i = 0; i < count; i++) {
		must(odeon_answers_from(answers, i).bits == sum->plan->to[i].bits);
		if (!sum->plan->leaves_them)
			take_one(answers, i);
	}
	must(odeon_ref_is_nobody(odeon_answers_from(answers, count)));
	must(odeon_answer(parcel, answers, count, &why) == NULL && why == ODEON_EINVAL);
	odeon_free(sum->owned);
	gate_open(&ran);
}

static void ask_all(odeon_self *self, void *argument)
{
	struct plan *plan = argument;
	unsigned i;

	plan->gather = odeon_gather_open(self, plan->wanted, plan->until,
	                                 ODEON_THEN_GATHERED(self, catcher, sum, .plan = plan, .owned = parcel_new(7)));
	must(plan->gather.bits != 0);
	for (i = 0; i < plan->count; i++)
		plan->errors[i] = odeon_gather_request(self, plan->gather, plan->to[i], parcel_new((int)i));
	if (!plan->stays_open) {
		must(odeon_gather_close(self, plan->gather) == 0);
		must(odeon_gather_close(self, plan->gather) == ODEON_EINVAL);
		must(odeon_gather_request(self, plan->gather, plan->to[0], parcel_new(1)) == ODEON_EINVAL);
	}
}

static odeon_ref asker(void)
{
	return world_catcher(&world, (struct catcher){ 0 });
}

static void answer_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error;

	(void)catcher;
	parcel->number += 100;
	error = odeon_reply(self, parcel);
	must(error == 0 || error == ODEON_EGONE);
}

static void forget_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self; (void)catcher; (void)parcel;
}

static void answer_with_a_note(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher; (void)parcel;
	must(odeon_reply(self, odeon_new(note, .number = 5)) == 0);
}

static struct gate kept;
static void keep_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	catcher->kept = odeon_keep(self, parcel);
	gate_open(&kept);
}

static odeon_ref actor(void (*on_parcel)(odeon_self *, struct catcher *, struct parcel *))
{
	return world_catcher(&world, (struct catcher){ .on_parcel = on_parcel });
}

/* ---- all ---------------------------------------------------------------------------------------------------------------------- */

START_TEST(n_of_n)
{
	struct plan plan = { .count = MOST, .until = ODEON_NEVER };
	unsigned i;

	for (i = 0; i < MOST; i++)
		plan.to[i] = actor(answer_it);
	world_do(&world, asker(), ask_all, &plan);
	gate_wait(&ran, 1);
	for (i = 0; i < MOST; i++)
		ck_assert_int_eq(journal_at(&journal, i), 100 + (int)i);
}
END_TEST

START_TEST(n_of_n_with_errors_in_their_places)
{
	struct plan plan = { .count = 4, .until = ODEON_NEVER };

	plan.to[0] = actor(answer_it);
	plan.to[1] = world_ended(&world);
	plan.to[2] = actor(forget_it);
	plan.to[3] = actor(answer_with_a_note);
	world_do(&world, asker(), ask_all, &plan);
	gate_wait(&ran, 1);
	journal_expect(&journal, 4, (const int[]){ 100, ODEON_EGONE, ODEON_EUNANSWERED, ODEON_ETYPE });
}
END_TEST

START_TEST(nobody_asked)
{
	struct plan plan = { .until = ODEON_NEVER };

	world_do(&world, asker(), ask_all, &plan);
	gate_wait(&ran, 1);
	ck_assert_uint_eq(journal_count(&journal), 0);
}
END_TEST

START_TEST(answers_that_nobody_takes_are_dropped)
{
	struct plan plan = { .count = 8, .until = ODEON_NEVER, .leaves_them = true };
	unsigned i;

	for (i = 0; i < plan.count; i++)
		plan.to[i] = actor(answer_it);
	world_do(&world, asker(), ask_all, &plan);
	gate_wait(&ran, 1);                                    /* the parcels are counted as the world closes */
}
END_TEST

/* ---- the first of several ------------------------------------------------------------------------------------------------------- */

START_TEST(first_of_n)
{
	struct plan plan = { .count = 3, .wanted = 1, .until = ODEON_NEVER, .stays_open = _i == 1 };
	odeon_stats_system stats;

	kept = (struct gate)GATE;
	plan.to[0] = actor(keep_it);
	plan.to[1] = world_ended(&world);                      /* an error is no answer */
	plan.to[2] = actor(answer_it);
	world_do(&world, asker(), ask_all, &plan);
	gate_wait(&ran, 1);
	gate_wait(&kept, 1);
	journal_expect(&journal, 3, (const int[]){ ODEON_EEMPTY, journal_at(&journal, 1), 102 });
	ck_assert(journal_at(&journal, 1) == ODEON_EGONE || journal_at(&journal, 1) == ODEON_EEMPTY);
	stats = world_stats(&world);
	ck_assert_uint_eq(stats.dropped, 0);
}
END_TEST

static void *outside[2];
static int answered[2];
static void keep_outside(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	outside[gate_count(&kept)] = odeon_keep(self, parcel);
	gate_open(&kept);
}

static void answer_both(odeon_self *self, void *argument)
{
	unsigned i;

	(void)argument;
	for (i = 0; i < 2; i++) {
		answered[i] = odeon_reply_to(self, outside[i], parcel_new(50 + (int)i));
		odeon_free(outside[i]);
	}
}

/* The second answer comes while the first is on its way, or after that was handled: it is dropped, and no dead letter. */
START_TEST(answers_that_come_later_are_dropped)
{
	odeon_ref to = actor(keep_outside), from = asker();
	struct plan plan = { .count = 2, .wanted = 1, .until = ODEON_NEVER, .to = { to, to } };

	kept = (struct gate)GATE;
	world_do(&world, from, ask_all, &plan);
	gate_wait(&kept, 2);
	world_do(&world, to, answer_both, NULL);
	journal_expect(&journal, 2, (const int[]){ 50, ODEON_EEMPTY });
	ck_assert_int_eq(answered[0], 0);
	ck_assert(answered[1] == 0 || answered[1] == ODEON_EGONE);
	eventually(world_stats(&world).dropped == 1);
	ck_assert_uint_eq(world_stats(&world).dead_letters, 1);        /* the request that came after the close */
	ck_assert_uint_eq(gate_count(&ran), 1);
}
END_TEST

START_TEST(wanted_more_than_can_answer)
{
	struct plan plan = { .count = 3, .wanted = 3, .until = ODEON_NEVER };

	plan.to[0] = actor(answer_it);
	plan.to[1] = actor(answer_it);
	plan.to[2] = actor(forget_it);
	world_do(&world, asker(), ask_all, &plan);
	gate_wait(&ran, 1);
	journal_expect(&journal, 3, (const int[]){ 100, 101, ODEON_EUNANSWERED });
}
END_TEST

/* ---- open ------------------------------------------------------------------------------------------------------------------------ */

static void close_it(odeon_self *self, void *argument)
{
	struct plan *plan = argument;

	must(odeon_gather_close(self, plan->gather) == 0);
}

START_TEST(gather_left_open)
{
	struct plan plan = { .count = 2, .until = ODEON_NEVER, .stays_open = true };
	odeon_ref from = asker();

	plan.to[0] = actor(answer_it);
	plan.to[1] = actor(forget_it);
	world_do(&world, from, ask_all, &plan);
	kit_pause();
	ck_assert_uint_eq(gate_count(&ran), 0);
	if (_i == 0)
		world_do(&world, from, close_it, &plan);
	else
		ck_assert_int_eq(odeon_actor_stop(world.system, from), 0);
	gate_wait(&ran, 1);
	journal_wait(&journal, 2);
	if (_i == 0)
		journal_expect(&journal, 2, (const int[]){ 100, ODEON_EUNANSWERED });
}
END_TEST

static void close_again(odeon_self *self, void *argument)
{
	struct plan *plan = argument;

	must(odeon_gather_close(self, plan->gather) == ODEON_EINVAL);
	must(odeon_gather_request(self, plan->gather, plan->to[0], parcel_new(1)) == ODEON_EGONE);
	must(odeon_gather_request(self, (odeon_gather){ 12345 }, plan->to[0], parcel_new(1)) == ODEON_EINVAL);
	must(odeon_gather_request(self, (odeon_gather){ 0 }, plan->to[0], parcel_new(1)) == ODEON_EINVAL);
}

START_TEST(a_gather_that_has_run)
{
	odeon_ref to = actor(answer_it), from = asker();
	struct plan plan = { .count = 1, .until = ODEON_NEVER, .to = { to } };

	world_do(&world, from, ask_all, &plan);
	gate_wait(&ran, 1);
	world_do(&world, from, close_again, &plan);
}
END_TEST

START_TEST(asker_ends_with_a_gather)
{
	struct plan plan = { .count = 3, .until = ODEON_NEVER };
	odeon_ref from = asker();

	kept = (struct gate)GATE;
	plan.to[0] = actor(answer_it);
	plan.to[1] = plan.to[2] = actor(keep_outside);
	world_do(&world, from, ask_all, &plan);
	gate_wait(&kept, 2);
	ck_assert_int_eq(odeon_actor_kill(world.system, from), 0);
	gate_wait(&ran, 1);
	journal_expect(&journal, 3, (const int[]){ journal_at(&journal, 0), ODEON_ESTOPPING, ODEON_ESTOPPING });
	world_do(&world, plan.to[1], answer_both, NULL);
	ck_assert_uint_eq(gate_count(&ran), 1);
}
END_TEST

/* ---- deadlines ----------------------------------------------------------------------------------------------------------------------- */

START_TEST(deadline_passes)
{
	odeon_duration within = ODEON_MS(30);
	unsigned at = 0, rounds = 0;

	kept = (struct gate)GATE;
	do {                                                   /* until the two answer in time */
		struct plan plan = { .count = 3, .until = odeon_clock_deadline(within), .stays_open = _i == 1 };

		plan.to[0] = actor(answer_it);
		plan.to[1] = actor(keep_it);
		plan.to[2] = actor(answer_it);
		world_do(&world, asker(), ask_all, &plan);
		gate_wait(&ran, ++rounds);
		ck_assert_int_ge(odeon_clock_now().ns, plan.until.ns);
		at = 3 * rounds - 3;
		ck_assert_int_eq(journal_at(&journal, at + 1), ODEON_ETIMEDOUT);
		within *= 2;
	} while (journal_at(&journal, at) == ODEON_ETIMEDOUT || journal_at(&journal, at + 2) == ODEON_ETIMEDOUT);
	ck_assert_int_eq(journal_at(&journal, at), 100);
	ck_assert_int_eq(journal_at(&journal, at + 2), 102);
}
END_TEST

START_TEST(deadline_that_is_not_needed)
{
	struct plan plan = { .count = 2, .until = odeon_clock_deadline(ODEON_SECONDS(3600)) };

	plan.to[0] = plan.to[1] = actor(answer_it);
	world_do(&world, asker(), ask_all, &plan);
	gate_wait(&ran, 1);
	journal_expect(&journal, 2, (const int[]){ 100, 101 });
}
END_TEST

/* ---- misuse ------------------------------------------------------------------------------------------------------------------------ */

struct tale { int unused; };
ODEON_ANSWER(catcher, tale, parcel)
{
	journal_note(&journal, -1000);
}

static void mix_them_up(odeon_self *self, void *argument)
{
	struct plan *plan = argument;

	must(odeon_request(self, plan->to[0], parcel_new(1), ODEON_NEVER,
	                   ODEON_THEN_GATHERED(self, catcher, sum, .plan = plan)) == ODEON_EINVAL);
	must(odeon_gather_open(self, 0, ODEON_NEVER, ODEON_THEN(self, catcher, tale, parcel, 0)).bits == 0);
	must(odeon_gather_open(self, 0, ODEON_NEVER, NULL).bits == 0);
	must(ODEON_THEN_GATHERED(self, catcher, sum, .plan = plan, .owned = parcel_new(3)) != NULL);
}

START_TEST(an_answer_for_a_gather_and_a_gather_for_an_answer)
{
	struct plan plan = { .to = { actor(answer_it) } };
	odeon_ref from = asker();

	world_do(&world, from, mix_them_up, &plan);
	ck_assert_int_eq(odeon_actor_stop(world.system, from), 0);
	gate_wait(&ran, 1);                                    /* the one that was given to nothing, with no answers */
	world_await_end(&world, from);
	ck_assert_uint_eq(gate_count(&ran), 1);
	ck_assert_uint_eq(journal_count(&journal), 0);
}
END_TEST

KIT_MAIN("unit/gather",
	{ "all", KIT_TESTS(n_of_n, n_of_n_with_errors_in_their_places, nobody_asked, answers_that_nobody_takes_are_dropped),
	  setup, teardown, 0 },
	{ "first", KIT_TESTS(first_of_n), setup, teardown, 2 },
	{ "late", KIT_TESTS(answers_that_come_later_are_dropped, wanted_more_than_can_answer), setup, teardown, 0 },
	{ "open", KIT_TESTS(gather_left_open), setup, teardown, 2 },
	{ "ends", KIT_TESTS(a_gather_that_has_run, asker_ends_with_a_gather), setup, teardown, 0 },
	{ "deadlines", KIT_TESTS(deadline_passes, deadline_that_is_not_needed), setup, teardown, 2 },
	{ "misuse", KIT_TESTS(an_answer_for_a_gather_and_a_gather_for_an_answer), setup, teardown, 0 })
