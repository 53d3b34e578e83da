/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * testkit.c - tests of odeon/testkit.h: what is expected and does not come, what comes and is not expected, moments that are
 * not exact, plans that do not strike or strike another, bugs that are not found or not shrunk
 */
#include "../harness/kit.h"
#include <odeon/testkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world world;
static odeon_probe *probe;
static odeon_plan *plan;

struct tell { int number; odeon_ref whom; odeon_duration after; };
struct told { int number; };
ODEON_MESSAGE(tell);
ODEON_MESSAGE(told);

/* Tells what it is told to, then or later. */
struct teller { unsigned count; };
ODEON_HANDLER(teller, tell)
{
	odeon_ref whom = odeon_ref_is_nobody(tell->whom) ? odeon_from(self) : tell->whom;

	teller->count++;
	if (tell->after > 0)
		(void)odeon_send_after(self, whom, odeon_new(told, .number = tell->number), tell->after, NULL);
	else
		(void)odeon_send(self, whom, odeon_new(told, .number = tell->number));
}
ODEON_HANDLERS(teller_handlers, ODEON_ON(teller, tell));
ODEON_KIND(teller, teller_handlers);

static void open_with(const odeon_faults *faults)
{
	world_open(&world, (odeon_options)ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 3, .faults = faults }));
	must(odeon_probe_open(world.system, &probe) == 0);
}

static void setup(void)
{
	plan = NULL;
	open_with(NULL);
}

static void setup_real(void)
{
	plan = NULL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
	must(odeon_probe_open(world.system, &probe) == 0);
}

static void teardown(void)
{
	odeon_probe_close(probe);
	world_close(&world);
	odeon_plan_free(plan);
}

static odeon_ref teller(void) { return world_spawn(&world, &teller_kind, NULL); }

static void order(odeon_ref teller, int number, odeon_duration after)
{
	must(odeon_post(world.system, teller, odeon_new(tell, .number = number, .whom = odeon_probe_ref(probe), .after = after))
	     == 0);
}

/* The number of the next one, or the error. */
static int next(odeon_duration within)
{
	int why = 1, number;
	struct told *told = odeon_probe_expect(told, probe, within, &why);

	must((told != NULL) == (why == 0));
	number = told ? told->number : why;
	odeon_free(told);
	return number;
}

/* ---- probes, simulated and not ------------------------------------------------------------------------------------------- */

START_TEST(what_comes_is_had_in_order)
{
	odeon_ref actor = teller();

	for (int i = 1; i <= 5; i++)
		order(actor, i, 0);
	for (int i = 1; i <= 5; i++)
		ck_assert_int_eq(next(KIT_PATIENCE), i);
	ck_assert_uint_eq(odeon_probe_from(probe).bits, actor.bits);
	ck_assert_int_eq(odeon_probe_expect_none(probe, ODEON_MS(5)), 0);
}
END_TEST

START_TEST(another_type_is_said_and_stays)
{
	int why = 0;

	order(teller(), 1, 0);
	must(odeon_probe_expect(tell, probe, KIT_PATIENCE, &why) == NULL);
	ck_assert_int_eq(why, ODEON_ETYPE);
	ck_assert_int_eq(odeon_probe_expect_none(probe, 0), ODEON_ETYPE);
	ck_assert_int_eq(next(0), 1);
}
END_TEST

START_TEST(others_are_skipped_when_that_is_wanted)
{
	odeon_ref actor = teller();
	struct note *note;

	order(actor, 1, 0);
	ck_assert_int_eq(next(KIT_PATIENCE), 1);
	order(actor, 2, 0);
	order(actor, 3, 0);
	must(odeon_probe_send(probe, odeon_probe_ref(probe), odeon_new(note, .number = 7)) == 0);
	note = odeon_probe_find(note, probe, KIT_PATIENCE, NULL);
	must(note && note->number == 7);
	odeon_free(note);
}
END_TEST

START_TEST(answers_come_to_what_it_sends)
{
	must(odeon_probe_send(probe, teller(), odeon_new(tell, .number = 4)) == 0);
	ck_assert_int_eq(next(KIT_PATIENCE), 4);
	ck_assert_int_eq(odeon_probe_send(probe, odeon_probe_ref(probe), NULL), ODEON_ENOMEM);
}
END_TEST

START_TEST(it_is_told_of_an_end)
{
	odeon_ref actor = teller();
	struct odeon_down *down;

	must(odeon_probe_monitor(probe, actor) == 0);
	must(odeon_actor_kill(world.system, actor) == 0);
	down = odeon_probe_expect(odeon_down, probe, KIT_PATIENCE, NULL);
	must(down && down->who.bits == actor.bits);
	odeon_free(down);
}
END_TEST

START_TEST(an_ended_probe_says_so)
{
	order(teller(), 1, 0);
	ck_assert_int_eq(odeon_probe_expect_none(probe, KIT_PATIENCE), ODEON_ETYPE);
	must(odeon_actor_kill(world.system, odeon_probe_ref(probe)) == 0);
	ck_assert_int_eq(next(KIT_PATIENCE), 1);        /* what came before is there */
	ck_assert_int_eq(next(KIT_PATIENCE), ODEON_EGONE);
	ck_assert_int_eq(odeon_probe_expect_none(probe, ODEON_MS(1)), ODEON_EGONE);
	ck_assert_int_eq(odeon_probe_send(probe, ODEON_NOBODY, parcel_new(1)), ODEON_EGONE);
}
END_TEST

START_TEST(what_nobody_took_is_dropped)
{
	world_posts(&world, odeon_probe_ref(probe), 1, 5);
	ck_assert_int_eq(odeon_probe_expect_none(probe, KIT_PATIENCE), ODEON_ETYPE);
}
END_TEST

/* ---- requests ----------------------------------------------------------------------------------------------------------------- */

struct asker { odeon_ref whom; int *result; };
struct wish { char unused; };
ODEON_ANSWER(asker, wish, told) { *asker->result = told ? told->number : error; }
ODEON_HANDLER(asker, note)
{
	must(odeon_request(self, asker->whom, odeon_new(tell, .number = note->number), ODEON_NEVER,
	                   ODEON_THEN(self, asker, wish, told)) == 0);
}
ODEON_HANDLERS(asker_handlers, ODEON_ON(asker, note));
ODEON_KIND(asker, asker_handlers);

START_TEST(it_answers_requests)
{
	int result = 1;
	odeon_ref asker = world_spawn(&world, &asker_kind, &(struct asker){ odeon_probe_ref(probe), &result });
	struct tell *tell;

	must(odeon_post(world.system, asker, odeon_new(note, .number = 5)) == 0);
	tell = odeon_probe_expect(tell, probe, ODEON_MS(1), NULL);
	must(tell && tell->number == 5 && odeon_probe_from(probe).bits == asker.bits);
	must(odeon_probe_reply(probe, tell, odeon_new(told, .number = 50)) == 0);
	must(odeon_system_pass(world.system, ODEON_MS(1)) == 0);
	ck_assert_int_eq(result, 50);
	must(odeon_post(world.system, asker, odeon_new(note)) == 0);
	odeon_free(odeon_probe_expect(tell, probe, ODEON_MS(1), NULL));
	must(odeon_system_pass(world.system, ODEON_MS(1)) == 0);
	ck_assert_int_eq(result, ODEON_EUNANSWERED);
	ck_assert_int_eq(odeon_probe_reply(probe, NULL, parcel_new(1)), ODEON_EINVAL);
}
END_TEST

/* ---- moments -------------------------------------------------------------------------------------------------------------------- */

START_TEST(time_passes_to_the_nanosecond)
{
	int64_t before = odeon_system_now(world.system).ns;

	must(odeon_system_pass(world.system, ODEON_SECONDS(3600)) == 0);
	ck_assert_int_eq(odeon_system_now(world.system).ns - before, ODEON_SECONDS(3600));
	must(odeon_actor_stop(world.system, odeon_probe_ref(probe)) == 0);
	must(odeon_system_pass(world.system, ODEON_MS(1)) == 0);
	before = odeon_system_now(world.system).ns;
	must(odeon_system_pass(world.system, 12345) == 0);         /* nobody is left */
	ck_assert_int_eq(odeon_system_now(world.system).ns - before, 12345);
	ck_assert_int_eq(odeon_system_pass(NULL, 1), ODEON_EINVAL);
	ck_assert_int_eq(odeon_system_pass(world.system, -1), ODEON_EINVAL);
}
END_TEST

START_TEST(what_comes_at_a_moment_does_not_come_before_it)
{
	odeon_ref actor = teller();
	int64_t before, due;

	order(actor, 1, ODEON_MS(10));
	ck_assert_int_eq(odeon_probe_expect_none(probe, ODEON_MS(1)), 0);
	before = odeon_system_now(world.system).ns;
	ck_assert_int_eq(next(ODEON_SECONDS(1)), 1);
	due = odeon_probe_when(probe).ns;
	must(due > before && due < before + ODEON_MS(9) + ODEON_US(3));
	must(odeon_system_now(world.system).ns < due + ODEON_US(3));   /* the clock stopped there */

	order(actor, 2, ODEON_MS(10));
	must(odeon_system_pass(world.system, ODEON_MS(1)) == 0);       /* it is armed */
	due = odeon_system_due(world.system).ns;
	ck_assert_int_eq(odeon_probe_expect_none(probe, due - 1 - odeon_system_now(world.system).ns), 0);
	ck_assert_int_eq(odeon_system_now(world.system).ns, due - 1);
	ck_assert_int_eq(odeon_probe_expect_none(probe, ODEON_US(5)), ODEON_ETYPE);
	ck_assert_int_eq(next(0), 2);
}
END_TEST

/* ---- plans ------------------------------------------------------------------------------------------------------------------------ */

static void setup_plan(void) { plan = NULL; }

static void open_plan(const char *text)
{
	char back[200];

	must(odeon_plan_read(text, &plan) == 0);
	must(odeon_plan_print(plan, back, sizeof back) == (int)strlen(text));
	ck_assert_str_eq(back, text);
	open_with(odeon_plan_faults(plan));
}

START_TEST(a_plan_strikes_what_it_names)
{
	odeon_ref actor;

	open_plan("drop teller/tell 2; twice */tell 4; kill teller/* 7; drop other/tell 1; drop teller/other 1");
	actor = teller();
	for (int i = 1; i <= 5; i++) {
		order(actor, i, 0);
		ck_assert_int_eq(next(ODEON_MS(1)), i == 2 ? ODEON_ETIMEDOUT : i);
		if (i == 4)
			ck_assert_int_eq(next(ODEON_MS(1)), 4);         /* the fifth that it gets */
	}
	order(actor, 6, 0);
	ck_assert_int_eq(next(ODEON_MS(1)), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), ODEON_EGONE);
}
END_TEST

START_TEST(a_plan_delays_to_the_nanosecond)
{
	int64_t before;

	open_plan("delay teller/tell 1 5000000");
	before = odeon_system_now(world.system).ns;
	order(teller(), 1, 0);
	ck_assert_int_eq(next(ODEON_SECONDS(1)), 1);
	must(odeon_probe_when(probe).ns >= before + ODEON_MS(5) && odeon_probe_when(probe).ns < before + ODEON_MS(5) + ODEON_US(5));
}
END_TEST

START_TEST(a_plan_refuses_one_piece_of_memory)
{
	odeon_ref actor;

	open_plan("refuse 2");
	actor = teller();
	for (int i = 1; i <= 3; i++)
		order(actor, i, 0);
	ck_assert_int_eq(next(ODEON_MS(1)), 1);
	ck_assert_int_eq(next(ODEON_MS(1)), 3);
}
END_TEST

START_TEST(what_is_no_plan_is_refused)
{
	static const char *const wrong[] = { "drop", "drop a/b", "drop a 1", "drop a/b 0", "drop a/b x", "lose a/b 1", "refuse",
	                                     "refuse 0", "delay a/b 1", "delay a/b 1 -1", "drop a/b 1 2", "drop a/b 1; x" };

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		ck_assert_int_eq(odeon_plan_read(wrong[i], &plan), ODEON_EINVAL);
	must(plan == NULL);
	ck_assert_int_eq(odeon_plan_read(NULL, &plan), ODEON_EINVAL);
	ck_assert_int_eq(odeon_plan_random(&(odeon_rates)ODEON_RATES(.drop = 999999, .kill = 2), &plan), ODEON_EINVAL);
	ck_assert_int_eq(odeon_plan_random(&(odeon_rates){ .drop = 1 }, &plan), ODEON_EVERSION);
	must(odeon_plan_read(" ; ", &plan) == 0);
	odeon_plan_free(plan);
	odeon_plan_free(NULL);
}
END_TEST

/* ---- trials: a bug that is planted ---------------------------------------------------------------------------------------------------- */

/* Asks for numbers 1 to 20, and counts what it gets. It is right as long as nothing goes wrong with number 7. */
static int count_all(odeon_system *system, void *data)
{
	odeon_probe *mine = NULL;
	odeon_ref actor;
	bool got[21] = { false };
	struct told *told;

	++*(unsigned *)data;
	must(odeon_probe_open(system, &mine) == 0);
	must(odeon_system_spawn(system, &teller_kind, NULL, &actor) == 0);
	for (int i = 1; i <= 20; i++)
		must(odeon_probe_send(mine, actor, odeon_new(tell, .number = i)) == 0);
	while ((told = odeon_probe_expect(told, mine, ODEON_SECONDS(1), NULL)) != NULL) {
		got[told->number] = true;
		odeon_free(told);
	}
	odeon_probe_close(mine);
	return got[7] ? 0 : 77;
}

static struct lines { unsigned count; char last[1600]; } lines;

static void note_line(void *data, const char *line)
{
	must(data == &lines);
	lines.count++;
	strcpy(lines.last, line);
}

static const odeon_rates rates = ODEON_RATES(.drop = 150000, .delay = 100000, .twice = 100000, .refuse = 30000);

static odeon_trials trials_of(const odeon_rates *rates)
{
	lines = (struct lines){ 0 };
	return (odeon_trials)ODEON_TRIALS(.name = "count", .seeds = 50, .rates = rates, .print = note_line, .data = &lines);
}

START_TEST(a_planted_bug_is_found_and_shrunk_to_its_fault)
{
	odeon_trials trials = trials_of(&rates);
	odeon_verdict verdict = ODEON_VERDICT(.result = 1);
	unsigned runs = 0;
	char seed[40];

	unsetenv("ODEON_SEED");
	ck_assert_int_eq(odeon_trials_run(&trials, count_all, &runs, &verdict), 77);
	ck_assert_int_eq(verdict.result, 77);
	ck_assert_uint_eq(verdict.runs, runs);
	must(verdict.is_replayed);
	ck_assert_uint_gt(verdict.struck, 1);
	ck_assert_uint_eq(verdict.needed, 1);
	must(strcmp(verdict.plan, "drop teller/tell 7") == 0 || strncmp(verdict.plan, "refuse ", 7) == 0);
	ck_assert_uint_gt(lines.count, 2);
	must(strstr(lines.last, verdict.plan) && strstr(lines.last, "ODEON_SEED="));

	/* as its last line says */
	snprintf(seed, sizeof seed, "%llu", (unsigned long long)verdict.seed);
	setenv("ODEON_SEED", seed, 1);
	setenv("ODEON_FAULTS", verdict.plan, 1);
	runs = 0;
	ck_assert_int_eq(odeon_trials_run(&trials, count_all, &runs, &verdict), 77);
	ck_assert_uint_eq(verdict.seed, strtoull(seed, NULL, 10));
	setenv("ODEON_FAULTS", "", 1);
	ck_assert_int_eq(odeon_trials_run(&trials, count_all, &runs, &verdict), 0);
	unsetenv("ODEON_FAULTS");
	unsetenv("ODEON_SEED");
}
END_TEST

START_TEST(without_faults_it_holds_under_all_seeds)
{
	odeon_trials trials = trials_of(NULL);
	odeon_verdict verdict = ODEON_VERDICT(.result = 1);
	unsigned runs = 0;

	unsetenv("ODEON_SEED");
	ck_assert_int_eq(odeon_trials_run(&trials, count_all, &runs, &verdict), 0);
	ck_assert_int_eq(verdict.result, 0);
	ck_assert_uint_eq(runs, 50);
	ck_assert_uint_eq(lines.count, 0);
}
END_TEST

START_TEST(faults_that_are_given_strike_in_every_run)
{
	odeon_trials trials = trials_of(NULL);
	odeon_verdict verdict = ODEON_VERDICT(.result = 1);
	unsigned runs = 0;

	trials.faults = "drop teller/tell 3; drop teller/tell 7";
	unsetenv("ODEON_SEED");
	ck_assert_int_eq(odeon_trials_run(&trials, count_all, &runs, &verdict), 77);
	ck_assert_uint_eq(verdict.seed, 1);
	ck_assert_uint_eq(verdict.struck, 0);
	ck_assert_str_eq(verdict.plan, trials.faults);          /* they are the user's, and stay */
	trials.faults = "drop nonsense";
	ck_assert_int_eq(odeon_trials_run(&trials, count_all, &runs, &verdict), ODEON_EINVAL);
}
END_TEST

static int spare_tellers(void *data, const char *kind, const odeon_type *type)
{
	must(data == &lines && type->name);
	return strcmp(kind, "teller") == 0;
}

START_TEST(who_is_spared_is_spared)
{
	odeon_rates spared = rates;
	odeon_trials trials = trials_of(&spared);
	unsigned runs = 0;

	spared.refuse = 0;
	spared.spares = spare_tellers;
	spared.data = &lines;
	unsetenv("ODEON_SEED");
	ck_assert_int_eq(odeon_trials_run(&trials, count_all, &runs, NULL), 0);
	ck_assert_uint_eq(runs, 50);
}
END_TEST

static int fail_once(odeon_system *system, void *data)
{
	(void)system;
	return ++*(unsigned *)data == 3 ? 5 : 0;
}

START_TEST(what_depends_on_more_than_the_seed_is_said_to)
{
	odeon_trials trials = trials_of(&rates);
	odeon_verdict verdict = ODEON_VERDICT(.result = 1);
	unsigned runs = 0;

	unsetenv("ODEON_SEED");
	ck_assert_int_eq(odeon_trials_run(&trials, fail_once, &runs, &verdict), 5);
	must(!verdict.is_replayed);
	ck_assert_uint_eq(verdict.seed, 3);
	must(strstr(lines.last, "something else"));
	ck_assert_int_eq(odeon_trials_run(&trials, NULL, NULL, &verdict), ODEON_EINVAL);
	trials.bytes--;
	ck_assert_int_eq(odeon_trials_run(&trials, fail_once, &runs, &verdict), ODEON_EVERSION);
}
END_TEST

#define PROBE_TESTS KIT_TESTS(what_comes_is_had_in_order, another_type_is_said_and_stays, others_are_skipped_when_that_is_wanted, \
	answers_come_to_what_it_sends, it_is_told_of_an_end, an_ended_probe_says_so, what_nobody_took_is_dropped)

KIT_MAIN("unit/testkit",
	{ "probe", PROBE_TESTS, setup, teardown, 0 },
	{ "probe-real", PROBE_TESTS, setup_real, teardown, 0 },
	{ "request", KIT_TESTS(it_answers_requests), setup, teardown, 0 },
	{ "moment", KIT_TESTS(time_passes_to_the_nanosecond, what_comes_at_a_moment_does_not_come_before_it), setup, teardown, 0 },
	{ "plan", KIT_TESTS(a_plan_strikes_what_it_names, a_plan_delays_to_the_nanosecond, a_plan_refuses_one_piece_of_memory),
	  setup_plan, teardown, 0 },
	{ .name = "text", .tests = KIT_TESTS(what_is_no_plan_is_refused), .setup = setup_plan },
	{ .name = "trials",
	  .tests = KIT_TESTS(a_planted_bug_is_found_and_shrunk_to_its_fault, without_faults_it_holds_under_all_seeds,
	                     faults_that_are_given_strike_in_every_run, who_is_spared_is_spared,
	                     what_depends_on_more_than_the_seed_is_said_to) })
