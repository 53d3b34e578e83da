/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restart.c - tests of supervised actors (odeon/failure.h): one that fails is halted with its queue, and started anew it has the
 * same ref and a fresh state; no message is lost, or handled by the one that failed
 */
#include "supervised.h"
#include "../harness/resident.h"

/* ---- a failure --------------------------------------------------------------------------------------------------- */

START_TEST(one_that_fails_is_halted_and_its_supervisor_is_told)
{
	odeon_ref who = spawn(ODEON_FAILED_BURIED);

	make_fail(who, 0);
	ck_assert_str_eq(downs.downs[0].text, "unlucky");
	ck_assert_int_eq(atomic_load(&plan.stops), 1);
	ck_assert_int_eq(atomic_load(&plan.code), 13);
	world_posts(&world, who, 1, 3);                 /* accepted, and waits */
	for (int i = 0; i < 20; i++)
		kit_pause();
	ck_assert_uint_eq(journal_count(&journal), 0);
	ck_assert_uint_eq(world_stats(&world).failed, 1);
	ck_assert_uint_eq(world_stats(&world).restarted, 0);
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 3);
	journal_expect(&journal, 3, (int[]){ 1, 2, 3 });
	ck_assert_int_eq(atomic_load(&plan.starts), 2);
	ck_assert_uint_eq(world_stats(&world).restarted, 1);
	expect_no_more(1);
}
END_TEST

static const int in_order[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20 };

START_TEST(the_queue_survives_in_order)
{
	odeon_ref who = spawn(ODEON_FAILED_BURIED);

	atomic_store(&plan.fails, 1);
	world_posts(&world, who, 1, 20);                /* the 13th fails */
	expect_down(0, who, 13, true);
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 19);
	journal_expect(&journal, 19, in_order);
	ck_assert_uint_eq(world_letters(&world), 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EFAILED);
	ck_assert(odeon_ref_equal(world_letter(&world, 0).to, who));
}
END_TEST

START_TEST(the_message_that_failed_is_dropped_and_counted)
{
	odeon_ref who = spawn(ODEON_FAILED_DROPPED);

	atomic_store(&plan.fails, 1);
	world_posts(&world, who, 1, 20);
	expect_down(0, who, 13, true);
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 19);
	journal_expect(&journal, 19, in_order);
	ck_assert_uint_eq(world_letters(&world), 0);
	ck_assert_uint_eq(world_stats(&world).dropped, 1);
}
END_TEST

/* Also where messages leave the mailbox's list before they are handled, since the child sends others on. */
START_TEST(the_message_that_failed_is_handled_again_first_of_all)
{
	static const int again[] = { 11, 12, 13, 14, 15 };
	odeon_ref who = spawn(ODEON_FAILED_AGAIN);

	if (_i > 0) {
		world_posts(&world, who, FORWARDS, 1);
		journal_wait(&journal, 2);              /* by the child, and by the other one */
	}
	journal = (struct journal)JOURNAL;
	atomic_store(&plan.fails, 1);
	if (_i == 2) {                                  /* nothing behind it */
		world_posts(&world, who, 11, 3);
		expect_down(0, who, 13, true);
		world_posts(&world, who, 14, 2);
	} else {
		world_posts(&world, who, 11, 5);
		expect_down(0, who, 13, true);
	}
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 5);
	journal_expect(&journal, 5, again);
	ck_assert_uint_eq(world_letters(&world), 0);
	expect_no_more(1);
}
END_TEST

START_TEST(what_fails_again_is_a_dead_letter)
{
	odeon_ref who = spawn(ODEON_FAILED_AGAIN);

	atomic_store(&plan.fails, 3);
	world_posts(&world, who, 13, 2);
	world_posts(&world, who, 13, 1);                /* another one has a chance of its own */
	expect_down(0, who, 13, true);
	ck_assert_int_eq(restart_at(chief, who), 0);
	expect_down(1, who, 13, true);
	ck_assert_uint_eq(world_letters(&world), 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EFAILED);
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 1);                      /* 14 */
	expect_down(2, who, 13, true);
	ck_assert_uint_eq(world_letters(&world), 1);
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 2);
	journal_expect(&journal, 2, (int[]){ 14, 13 });
}
END_TEST

START_TEST(what_the_handler_took_or_sent_on_is_not_handled_again)
{
	odeon_ref who = spawn(ODEON_FAILED_AGAIN);

	atomic_store(&plan.fails, 1);
	world_posts(&world, who, _i == 0 ? TAKES : FORWARDS, 1);
	expect_down(0, who, 13, true);
	if (_i == 1)
		journal_wait(&journal, 1);              /* the other one */
	ck_assert_int_eq(restart_at(chief, who), 0);
	world_posts(&world, who, 1, 1);
	journal_wait(&journal, _i == 1 ? 2 : 1);
	ck_assert_int_eq(journal_at(&journal, _i == 1 ? 1 : 0), 1);
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

START_TEST(an_exit_halts_only_who_is_supervised_so)
{
	odeon_ref ends = spawn(ODEON_FAILED_AGAIN), halts;

	world_tell(&world, ends, errand_exit, NULL);
	expect_down(0, ends, 0, false);
	halts = spawn_kind(&child_kind, &(odeon_supervision)ODEON_SUPERVISION(.halts_on_exit = 1));
	world_tell(&world, halts, errand_exit, NULL);
	world_posts(&world, halts, 1, 1);
	expect_down(1, halts, 0, true);
	ck_assert_str_eq(downs.downs[1].text, "normal");
	ck_assert_int_eq(restart_at(chief, halts), 0);
	journal_wait(&journal, 1);
	ck_assert_uint_eq(world_letters(&world), 0);
	ck_assert_uint_eq(world_stats(&world).failed, 0);
}
END_TEST

/* ---- told to halt ------------------------------------------------------------------------------------------------ */

START_TEST(one_that_is_told_to_halt_stops_before_its_next_message)
{
	struct plug plug = PLUG;
	odeon_ref who = spawn(ODEON_FAILED_BURIED);

	world_tell(&world, who, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, who, 1, 5);
	ck_assert_int_eq(halt_at(chief, who), 0);
	ck_assert_int_eq(halt_at(chief, who), 0);
	plug_release(&plug);
	expect_down(0, who, ODEON_EKILLED, true);
	ck_assert_int_eq(atomic_load(&plan.code), ODEON_EKILLED);
	ck_assert_uint_eq(journal_count(&journal), 0);
	ck_assert_int_eq(halt_at(chief, who), 0);       /* stays halted, and nothing more is said */
	expect_no_more(1);
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 5);
	journal_expect(&journal, 5, (int[]){ 1, 2, 3, 4, 5 });
	ck_assert_int_eq(halt_at(chief, who), 0);       /* idle */
	expect_down(1, who, ODEON_EKILLED, true);
	ck_assert_int_eq(restart_at(chief, who), 0);
	world_do(&world, who, nothing, NULL);
	expect_no_more(2);
}
END_TEST

/* An order to halt that came as it failed does not halt the one that was started anew. */
START_TEST(an_order_to_halt_that_comes_with_a_failure_is_for_that_life)
{
	struct plug plug = PLUG;
	odeon_ref who = spawn(ODEON_FAILED_BURIED);

	world_tell(&world, who, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	atomic_store(&plan.fails, 1);
	plan.on_stop = errand_plug;
	plan.argument = &(struct plug)PLUG;
	world_posts(&world, who, UNLUCKY, 1);
	plug_release(&plug);
	gate_wait(&((struct plug *)plan.argument)->entered, 1);
	ck_assert_int_eq(halt_at(chief, who), 0);
	plug_release(plan.argument);
	expect_down(0, who, 13, true);
	plan.on_stop = NULL;
	ck_assert_int_eq(restart_at(chief, who), 0);
	world_do(&world, who, nothing, NULL);
	expect_no_more(1);
}
END_TEST

START_TEST(only_its_supervisor_halts_or_restarts_one)
{
	odeon_ref who = spawn(ODEON_FAILED_BURIED), ended = world_ended(&world);

	ck_assert_int_eq(halt_at(other, who), ODEON_EINVAL);
	ck_assert_int_eq(halt_at(chief, other), ODEON_EINVAL);
	ck_assert_int_eq(halt_at(chief, ended), ODEON_EGONE);
	ck_assert_int_eq(restart_at(chief, who), ODEON_EINVAL);        /* it runs */
	make_fail(who, 0);
	ck_assert_int_eq(restart_at(other, who), ODEON_EINVAL);
	ck_assert_int_eq(restart_at(chief, other), ODEON_EINVAL);
	ck_assert_int_eq(restart_at(chief, ODEON_NOBODY), ODEON_EINVAL);
	ck_assert_int_eq(restart_at(chief, who), 0);
	ck_assert_int_eq(restart_at(chief, who), ODEON_EINVAL);        /* it runs again */
	ck_assert_int_eq(odeon_actor_kill(world.system, who), 0);
	expect_down(1, who, ODEON_EKILLED, false);
	ck_assert_int_eq(halt_at(chief, who), ODEON_EGONE);
	ck_assert_int_eq(restart_at(chief, who), ODEON_EINVAL);
}
END_TEST

static void spawn_wrong(odeon_self *self, void *argument)
{
	odeon_supervision wrong = ODEON_SUPERVISION(.failed = (enum odeon_failed)7), old = { .bytes = 8 };
	odeon_kind nameless = child_kind;
	odeon_ref who = { 5 };

	(void)argument;
	nameless.name = NULL;
	must(odeon_spawn_supervised(self, &child_kind, NULL, NULL, NULL) == ODEON_EINVAL);
	must(odeon_spawn_supervised(self, &child_kind, NULL, &wrong, &who) == ODEON_EINVAL);
	must(odeon_ref_is_nobody(who));
	must(odeon_spawn_supervised(self, &child_kind, NULL, &old, &who) == ODEON_EVERSION);
	must(odeon_spawn_supervised(self, &nameless, NULL, NULL, &who) == ODEON_EINVAL);
	must(odeon_spawn_supervised(self, NULL, NULL, NULL, &who) == ODEON_EINVAL);
	must(odeon_ref_is_nobody(who));
}

static void spawn_in_stop(odeon_self *self, void *argument)
{
	odeon_ref who;

	(void)argument;
	must(odeon_spawn_supervised(self, &child_kind, NULL, NULL, &who) == ODEON_ESTOPPING);
	must(odeon_restart(self, other, NULL) == ODEON_EINVAL);
}

START_TEST(what_is_asked_wrongly_is_refused)
{
	odeon_ref who;

	world_do(&world, chief, spawn_wrong, NULL);
	ck_assert_int_eq(atomic_load(&plan.starts), 0);
	who = spawn(ODEON_FAILED_BURIED);
	plan.on_stop = spawn_in_stop;
	ck_assert_int_eq(odeon_actor_kill(world.system, who), 0);
	expect_down(0, who, ODEON_EKILLED, false);
}
END_TEST

/* ---- asked ------------------------------------------------------------------------------------------------------- */

struct question { odeon_ref who; pthread_t thread; int why, life; };
static void *ask(void *argument)
{
	struct question *question = argument;
	struct note *answer = odeon_ask(note, world.system, question->who, odeon_new(note), kit_deadline(), &question->why);

	question->life = answer ? answer->number : 0;
	odeon_free(answer);
	return NULL;
}

static void ask_in_thread(struct question *question, odeon_ref who)
{
	*question = (struct question){ .who = who };
	ck_assert_int_eq(pthread_create(&question->thread, NULL, ask, question), 0);
}

START_TEST(a_question_that_waits_is_answered_by_the_next_life)
{
	odeon_ref who = spawn(ODEON_FAILED_BURIED);
	struct question question;
	uint64_t before;

	make_fail(who, 0);
	before = world_stats(&world).accepted;
	ask_in_thread(&question, who);
	eventually(world_stats(&world).accepted > before);
	ck_assert_int_eq(restart_at(chief, who), 0);
	pthread_join(question.thread, NULL);
	ck_assert_int_eq(question.why, 0);
	ck_assert_int_eq(question.life, 2);
}
END_TEST

static void note_fails(odeon_self *self, struct child *child, const struct note *note)
{
	(void)note;
	if (atomic_load(&plan.fails) > 0)
		fail_if_unlucky(self);
	else
		must(odeon_reply(self, odeon_new(note, .number = child->life)) == 0);
}
static void failing_note(odeon_self *self, void *state, void *message) { note_fails(self, state, message); }
static const odeon_handler failing_handlers[] = {
	{ &ODEON_MESSAGE_note, "child", sizeof(struct child), failing_note }, { NULL, NULL, 0, NULL },
};

START_TEST(a_question_that_failed_is_told_so_or_asked_again)
{
	static const int whys[] = { ODEON_EFAILED, 0, ODEON_EFAILED };
	odeon_kind kind = ODEON_KIND_INIT(child, failing_handlers, .start = ODEON_STARTS(child), .stop = ODEON_STOPS(child));
	odeon_supervision supervision = ODEON_SUPERVISION(.failed = (enum odeon_failed)_i);
	odeon_ref who = spawn_kind(world_kind(&world, kind), &supervision);
	struct question question;

	atomic_store(&plan.fails, 1);
	ask_in_thread(&question, who);
	expect_down(0, who, 13, true);
	if (whys[_i] == 0)
		ck_assert_int_eq(restart_at(chief, who), 0);
	pthread_join(question.thread, NULL);
	ck_assert_int_eq(question.why, whys[_i]);
	ck_assert_int_eq(question.life, whys[_i] == 0 ? 2 : 0);
}
END_TEST

/* ---- for long ---------------------------------------------------------------------------------------------------- */

#ifdef KIT_ADDRESS_SANITIZER                            /* which keeps for a while what is freed */
# define MOST_GROWTH (64 << 20)
#else
# define MOST_GROWTH (2 << 20)
#endif

/* A supervisor that starts anew whatever is halted, and then has it fail again. */
static struct { atomic_int left; struct gate born, done; odeon_ref child; } storm;
struct stormy { int unused; };

ODEON_HANDLER(stormy, note)
{
	(void)stormy;
	(void)note;
	must(odeon_spawn_supervised(self, &child_kind, NULL, &(odeon_supervision)ODEON_SUPERVISION(
	                            .failed = ODEON_FAILED_DROPPED), &storm.child) == 0);
	gate_open(&storm.born);
}

ODEON_HANDLER(stormy, odeon_down)
{
	(void)stormy;
	if (!odeon_down->is_halted)
		return;
	must(odeon_restart(self, odeon_down->who, NULL) == 0);
	if (atomic_fetch_sub(&storm.left, 1) == 1)
		gate_open(&storm.done);
	else
		must(odeon_send(self, odeon_down->who, parcel_new(UNLUCKY)) == 0);
}

ODEON_HANDLERS(stormy_handlers, ODEON_ON(stormy, note), ODEON_ON(stormy, odeon_down));
ODEON_KIND(stormy, stormy_handlers);

static void run_storm(int restarts)
{
	storm.done = (struct gate)GATE;
	atomic_store(&storm.left, restarts);
	atomic_store(&plan.fails, restarts);
	world_posts(&world, storm.child, UNLUCKY, 1);
	gate_wait(&storm.done, 1);
}

START_TEST(memory_stays_flat_over_many_restarts)
{
	int rounds = KIT_SLOWER(10), each = 10000;
	odeon_ref super = world_spawn(&world, &stormy_kind, NULL);
	long before;

	storm.born = (struct gate)GATE;
	must(odeon_post(world.system, super, odeon_new(note)) == 0);
	gate_wait(&storm.born, 1);
	run_storm(each);
	before = resident_bytes();
	for (int i = 0; i < rounds; i++)
		run_storm(each);
	must(before > 0);
	ck_assert_int_lt(resident_bytes() - before, MOST_GROWTH);
	ck_assert_uint_eq(world_stats(&world).restarted, (uint64_t)(rounds + 1) * (unsigned)each);
	ck_assert_uint_eq(world_stats(&world).failed, (uint64_t)(rounds + 1) * (unsigned)each);
}
END_TEST

KIT_MAIN("unit/restart",
	{ "failed", KIT_TESTS(one_that_fails_is_halted_and_its_supervisor_is_told, the_queue_survives_in_order,
	                      the_message_that_failed_is_dropped_and_counted, what_fails_again_is_a_dead_letter,
	                      an_exit_halts_only_who_is_supervised_so), setup, teardown, 0 },
	{ "again", KIT_TESTS(the_message_that_failed_is_handled_again_first_of_all), setup, teardown, 3 },
	{ "taken", KIT_TESTS(what_the_handler_took_or_sent_on_is_not_handled_again), setup, teardown, 2 },
	{ "halt", KIT_TESTS(one_that_is_told_to_halt_stops_before_its_next_message,
	                    an_order_to_halt_that_comes_with_a_failure_is_for_that_life,
	                    only_its_supervisor_halts_or_restarts_one,
	                    what_is_asked_wrongly_is_refused), setup, teardown, 0 },
	{ "asked", KIT_TESTS(a_question_that_waits_is_answered_by_the_next_life), setup, teardown, 0 },
	{ "asked again", KIT_TESTS(a_question_that_failed_is_told_so_or_asked_again), setup, teardown, 3 },
	{ "long", KIT_TESTS(memory_stays_flat_over_many_restarts), setup, teardown, 0 })
