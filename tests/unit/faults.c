/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults.c - tests of options.simulation.faults: each fault is seen, nothing is lost by it, and its seed brings it again
 *
 * The scene of most: a catcher that notes numbers gets parcels 1 to 5, and what befalls the third of them is set.
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world world;
static struct journal journal;
static struct ending ending;

/* ---- a fault that befalls the nth message that is asked about ------------------------------------------------------------ */

static struct plan {
	const odeon_type *type;
	unsigned nth, asked;
	enum odeon_fault fault;
	odeon_duration delay;
	odeon_time struck;
	uint64_t chances;                               /* of all questions, mixed */
	bool refuses;
	unsigned refused;
} plan;

static enum odeon_fault on_message(void *data, odeon_ref to, const char *kind, const odeon_type *type, uint64_t chance,
                                   odeon_duration *delay)
{
	must(data == &plan && kind && !odeon_ref_is_nobody(to) && *delay == 0);
	if (type != plan.type)
		return ODEON_FAULT_NONE;
	plan.chances = plan.chances * 31 + chance;
	*delay = plan.delay;
	if (++plan.asked != plan.nth)
		return ODEON_FAULT_NONE;
	plan.struck = odeon_system_now(world.system);
	return plan.fault;
}

static int on_memory(void *data, size_t bytes, uint64_t chance)
{
	must(data == &plan && bytes > 0 && chance != 0);
	plan.refused += plan.refuses;
	return plan.refuses;
}

static const odeon_faults faults = ODEON_FAULTS(on_message, on_memory, &plan);
static const odeon_faults faults_of_messages = ODEON_FAULTS(.on_message = on_message, .data = &plan);

static void open_with(const odeon_faults *these, uint64_t seed)
{
	journal = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	plan = (struct plan){ .type = ODEON_TYPE(parcel) };
	world_open(&world, (odeon_options)ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed, .faults = these }));
}

static void setup(void) { open_with(&faults_of_messages, 5); }
static void setup_both(void) { open_with(&faults, 5); }
static void teardown(void) { world_close(&world); }

static odeon_ref noter(void)
{
	return world_catcher(&world, (struct catcher){ .journal = &journal, .ending = &ending });
}

static void run(void) { must(odeon_system_run(world.system, ODEON_AT_ONCE) >= 0); }

static odeon_ref befall_third(enum odeon_fault fault)
{
	odeon_ref actor = noter();

	plan.fault = fault;
	plan.nth = 3;
	world_posts(&world, actor, 1, 5);
	run();
	return actor;
}

/* ---- messages ---------------------------------------------------------------------------------------------------------------- */

START_TEST(dropped_it_is_a_dead_letter)
{
	odeon_ref actor = befall_third(ODEON_FAULT_DROP);

	journal_expect(&journal, 4, (int[]){ 1, 2, 4, 5 });
	ck_assert_uint_eq(world_letters(&world), 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EFAILED);
	ck_assert_uint_eq(world_letter(&world, 0).to.bits, actor.bits);
	world_check(&world);
}
END_TEST

START_TEST(delayed_it_comes_at_its_moment)
{
	int64_t due;

	plan.delay = ODEON_MS(10);
	(void)befall_third(ODEON_FAULT_DELAY);
	journal_expect(&journal, 4, (int[]){ 1, 2, 4, 5 });
	due = plan.struck.ns + ODEON_MS(10);
	must(odeon_system_run(world.system, (odeon_time){ due - 1 }) == 0);
	must(odeon_system_now(world.system).ns == due - 1);
	must(odeon_system_run(world.system, (odeon_time){ due + 1 }) == 1);
	journal_expect(&journal, 5, (int[]){ 1, 2, 4, 5, 3 });
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

START_TEST(delayed_beyond_its_receiver_it_is_a_dead_letter)
{
	plan.delay = ODEON_MS(10);
	must(odeon_actor_stop(world.system, befall_third(ODEON_FAULT_DELAY)) == 0);
	(void)noter();                                  /* or the system would be at its end */
	must(odeon_system_run(world.system, odeon_system_deadline(world.system, ODEON_SECONDS(1))) >= 0);
	ck_assert_uint_eq(world_letters(&world), 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EGONE);
}
END_TEST

START_TEST(delayed_beyond_the_system_it_is_a_dead_letter)
{
	plan.delay = ODEON_SECONDS(3600);
	must(odeon_actor_kill(world.system, befall_third(ODEON_FAULT_DELAY)) == 0);
	run();
	must(odeon_system_stop(world.system, ODEON_NEVER, NULL) == 0);
	world_check(&world);
	ck_assert_uint_eq(world_letters(&world), 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EGONE);
}
END_TEST

START_TEST(a_message_with_a_drop_does_not_come_twice)
{
	(void)befall_third(ODEON_FAULT_TWICE);
	journal_expect(&journal, 5, (int[]){ 1, 2, 3, 4, 5 });
}
END_TEST

struct plain { int number; odeon_ref from; };
ODEON_MESSAGE(plain);
struct taker { char unused; };
ODEON_HANDLER(taker, plain)
{
	journal_note(&journal, plain->number);
	must(odeon_from(self).bits == plain->from.bits);
	plain->number = -1;                             /* it is the copy's number that counts */
}
ODEON_HANDLERS(taker_handlers, ODEON_ON(taker, plain));
ODEON_KIND(taker, taker_handlers);

static void send_three(odeon_self *self, void *argument)
{
	for (int i = 1; i <= 3; i++)
		must(odeon_send(self, *(odeon_ref *)argument, odeon_new(plain, .number = i, .from = odeon_self_ref(self))) == 0);
}

START_TEST(doubled_its_copy_comes_behind_what_waits)
{
	odeon_ref actor = world_spawn(&world, &taker_kind, NULL);

	plan = (struct plan){ .type = ODEON_TYPE(plain), .nth = 1, .fault = ODEON_FAULT_TWICE };
	world_tell(&world, noter(), send_three, &actor);
	run();
	ck_assert_uint_eq(journal_count(&journal), 4);
	ck_assert_int_eq(journal_at(&journal, 0), 1);
	ck_assert_uint_eq(plan.asked, 4);
	world_check(&world);
}
END_TEST

START_TEST(killed_the_actor_leaves_it_as_a_dead_letter)
{
	(void)befall_third(ODEON_FAULT_KILL);
	journal_expect(&journal, 2, (int[]){ 1, 2 });
	ck_assert_int_eq(ending.code, ODEON_EKILLED);
	ck_assert_uint_eq(world_letters(&world), 3);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(world_letter(&world, i).why, ODEON_EGONE);
}
END_TEST

START_TEST(failed_the_actor_counts_as_having_had_it)
{
	(void)befall_third(ODEON_FAULT_FAIL);
	journal_expect(&journal, 2, (int[]){ 1, 2 });
	ck_assert_int_eq(ending.code, ODEON_EFAILED);
	ck_assert_uint_eq(world_letters(&world), 2);
	world_check(&world);
}
END_TEST

/* ---- requests ------------------------------------------------------------------------------------------------------------------ */

static void answer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_reply(self, parcel) == 0);
}

static int ask_under(enum odeon_fault fault)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = answer, .ending = &ending });
	int why = 1;
	void *got;

	plan.fault = fault;
	plan.nth = 1;
	plan.delay = ODEON_MS(10);
	got = odeon_ask(parcel, world.system, actor, parcel_new(1), odeon_system_deadline(world.system, ODEON_SECONDS(1)), &why);
	must((got != NULL) == (why == 0));
	odeon_free(got);
	return why;
}

START_TEST(who_asked_hears_of_it)
{
	odeon_time before = odeon_system_now(world.system);

	ck_assert_int_eq(ask_under(ODEON_FAULT_NONE), 0);
	plan.asked = 0;
	ck_assert_int_eq(ask_under(ODEON_FAULT_DROP), ODEON_EFAILED);
	plan.asked = 0;
	ck_assert_int_eq(ask_under(ODEON_FAULT_KILL), ODEON_EGONE);
	plan.asked = 0;
	ck_assert_int_eq(ask_under(ODEON_FAULT_FAIL), ODEON_EFAILED);
	plan.asked = 0;
	ck_assert_int_eq(ask_under(ODEON_FAULT_TWICE), 0);
	ck_assert_uint_eq(plan.asked, 1);
	must(odeon_system_now(world.system).ns - before.ns < ODEON_MS(1));
	plan.asked = 0;
	ck_assert_int_eq(ask_under(ODEON_FAULT_DELAY), 0);
	must(odeon_system_now(world.system).ns - before.ns > ODEON_MS(10));
	must(odeon_system_now(world.system).ns - before.ns < ODEON_MS(11));
}
END_TEST

/* ---- memory -------------------------------------------------------------------------------------------------------------------- */

static int errors[4];

static void make_things(odeon_self *self, void *argument)
{
	struct note *note = odeon_new(note);

	errors[0] = note ? 0 : ODEON_ENOMEM;
	odeon_free(note);
	errors[1] = odeon_spawn(self, &taker_kind, NULL, NULL);
	errors[2] = odeon_tick_after(self, 1, ODEON_MS(1));
	errors[3] = odeon_monitor(self, *(odeon_ref *)argument);
}

START_TEST(refused_memory_is_an_error_and_nothing_else)
{
	odeon_ref actor = noter(), other = noter();

	plan.refuses = true;
	world_tell(&world, actor, make_things, &other);
	run();
	ck_assert_int_eq(errors[0], ODEON_ENOMEM);
	ck_assert_int_eq(errors[1], ODEON_ENOMEM);
	ck_assert_int_eq(errors[2], ODEON_ENOMEM);
	ck_assert_int_eq(errors[3], ODEON_ENOMEM);
	must(plan.refused >= 3);
	world_posts(&world, actor, 1, 5);               /* what plain threads make is never refused */
	run();
	journal_expect(&journal, 5, (int[]){ 1, 2, 3, 4, 5 });
	plan.refuses = false;
	world_tell(&world, actor, make_things, &other);
	run();
	ck_assert_int_eq(errors[0], 0);
	ck_assert_int_eq(errors[1], 0);
	ck_assert_int_eq(errors[2], 0);
}
END_TEST

static void open_a_channel(odeon_self *self, void *argument)
{
	odeon_sender *out;
	odeon_receiver *in;

	(void)self;
	*(int *)argument = odeon_channel_open(ODEON_TYPE(note), 4, &out, &in);
	if (*(int *)argument != 0)
		return;
	must(odeon_sender_send(out, odeon_new(note)) == 0);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
}

START_TEST(where_it_may_be_refused_actors_open_channels_all_the_same)
{
	int error = 1;

	world_tell(&world, noter(), open_a_channel, &error);
	run();
	ck_assert_int_eq(error, 0);
}
END_TEST

/* ---- by the seed ---------------------------------------------------------------------------------------------------------------- */

struct trace { char *text; size_t bytes; FILE *file; };

static void on_event(void *host, const char *line) { fprintf(((struct trace *)host)->file, "%s\n", line); }
static void ignore_letter(void *host, const odeon_dead_letter *letter) { (void)host; (void)letter; }

static enum odeon_fault by_chance(void *data, odeon_ref to, const char *kind, const odeon_type *type, uint64_t chance,
                                  odeon_duration *delay)
{
	(void)data, (void)to, (void)kind, (void)type;
	*delay = (odeon_duration)(chance >> 44);
	return chance % 4 == 0 ? (enum odeon_fault)(chance / 4 % 4) : ODEON_FAULT_NONE;
}

static int now_and_then(void *data, size_t bytes, uint64_t chance)
{
	(void)data, (void)bytes;
	return chance % 8 == 0;
}

struct passer { odeon_ref next; };
ODEON_HANDLER(passer, plain)
{
	if (odeon_ref_is_nobody(passer->next) || plain->number == 0)
		return;
	(void)odeon_send(self, passer->next, odeon_new(plain, .number = plain->number - 1));
	(void)odeon_spawn(self, &taker_kind, NULL, NULL);
}
ODEON_HANDLERS(passer_handlers, ODEON_ON(passer, plain));
ODEON_KIND(passer, passer_handlers);

static char *trace_of(uint64_t seed, bool with_faults)
{
	static const odeon_faults random_faults = ODEON_FAULTS(by_chance, now_and_then, NULL);
	struct trace trace = { 0 };
	odeon_options options = ODEON_OPTIONS(.host = &trace, .on_dead_letter = ignore_letter, .simulation = {
		.enabled = 1, .seed = seed, .on_event = on_event, .faults = with_faults ? &random_faults : NULL });
	odeon_ref last = ODEON_NOBODY;
	odeon_system *system = NULL;

	trace.file = open_memstream(&trace.text, &trace.bytes);
	must(trace.file && odeon_system_start(&options, &system) == 0);
	for (int i = 0; i < 20; i++)
		must(odeon_system_spawn(system, &passer_kind, &last, &last) == 0);
	for (int i = 0; i < 100; i++)
		must(odeon_post(system, last, odeon_new(plain, .number = 19)) == 0);
	must(odeon_system_run(system, odeon_system_deadline(system, ODEON_SECONDS(1))) > 0);
	must(odeon_system_free(system) == 0);
	fclose(trace.file);
	return trace.text;
}

START_TEST(a_seed_brings_the_same_faults_again)
{
	char *first = trace_of((uint64_t)_i + 1, true), *again = trace_of((uint64_t)_i + 1, true);
	char *without = trace_of((uint64_t)_i + 1, false);

	ck_assert_str_eq(first, again);
	must(strstr(first, "has a fault"));
	must(!strstr(without, "has a fault"));
	free(first);
	free(again);
	free(without);
}
END_TEST

START_TEST(the_faults_differ_from_seed_to_seed)
{
	uint64_t chances[2];

	for (int i = 0; i < 2; i++) {
		open_with(&faults_of_messages, 5 + (uint64_t)i);
		(void)befall_third(ODEON_FAULT_NONE);
		chances[i] = plan.chances;
		world_close(&world);
	}
	ck_assert_uint_ne(chances[0], chances[1]);
}
END_TEST

START_TEST(only_simulated_systems_have_faults)
{
	odeon_faults wrong = faults;
	odeon_options real = ODEON_OPTIONS(.simulation = { .faults = &faults });
	odeon_options other = ODEON_OPTIONS(.simulation = { .enabled = 1, .faults = &wrong });
	odeon_system *system = NULL;

	wrong.bytes++;
	ck_assert_int_eq(odeon_system_start(&real, &system), ODEON_EINVAL);
	ck_assert_int_eq(odeon_system_start(&other, &system), ODEON_EVERSION);
}
END_TEST

KIT_MAIN("unit/faults",
	{ "message", KIT_TESTS(dropped_it_is_a_dead_letter, delayed_it_comes_at_its_moment,
	                       delayed_beyond_its_receiver_it_is_a_dead_letter, delayed_beyond_the_system_it_is_a_dead_letter,
	                       a_message_with_a_drop_does_not_come_twice, doubled_its_copy_comes_behind_what_waits,
	                       killed_the_actor_leaves_it_as_a_dead_letter, failed_the_actor_counts_as_having_had_it,
	                       who_asked_hears_of_it), setup, teardown, 0 },
	{ "memory", KIT_TESTS(refused_memory_is_an_error_and_nothing_else,
	                      where_it_may_be_refused_actors_open_channels_all_the_same), setup_both, teardown, 0 },
	{ .name = "seed", .tests = KIT_TESTS(a_seed_brings_the_same_faults_again), .loop = 20 },
	{ .name = "options", .tests = KIT_TESTS(the_faults_differ_from_seed_to_seed, only_simulated_systems_have_faults) })
