/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * actor.c - tests of odeon/actor.h: spawning, tables, and every way in which an actor begins and ends
 */
#include "../harness/kit.h"
#include <stdint.h>
#include <string.h>

static struct world world;
static struct journal journal;
static struct ending ending;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

/* ---- kinds that are refused -------------------------------------------------------------------------------------------- */

static void receive_anything(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	(void)self;
	(void)state;
	(void)message;
	journal_note(&journal, type == ODEON_TYPE(parcel) ? 1 : 2);
}

struct another { long padding[7]; };
ODEON_HANDLER(another, parcel) { }
ODEON_HANDLERS(another_handlers, ODEON_ON(another, parcel));

static void expect_refused(odeon_kind kind, int error)
{
	odeon_ref child = { 99 };

	ck_assert_int_eq(odeon_system_spawn(world.system, &kind, NULL, &child), error);
	ck_assert(odeon_ref_is_nobody(child));
	ck_assert_uint_eq(world_stats(&world).actors, 0);
}

START_TEST(a_kind_that_contradicts_itself_is_refused)
{
	odeon_kind kind = *catcher;
	odeon_ref child = { 99 };

	ck_assert_int_eq(odeon_system_spawn(world.system, NULL, NULL, &child), ODEON_EINVAL);
	ck_assert(odeon_ref_is_nobody(child));
	kind.receive = receive_anything;                       /* both */
	expect_refused(kind, ODEON_EINVAL);
	kind.receive = NULL;
	kind.handlers = NULL;                                  /* neither */
	expect_refused(kind, ODEON_EINVAL);
	kind.handlers = another_handlers;                      /* a table of another state */
	expect_refused(kind, ODEON_EINVAL);
}
END_TEST

START_TEST(a_kind_of_an_unknown_size_is_refused)
{
	static const size_t sizes[] = { 0, 1, sizeof(odeon_kind) - 1, sizeof(odeon_kind) + 8, SIZE_MAX };
	odeon_kind kind = *catcher;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		kind.bytes = sizes[i];
		expect_refused(kind, ODEON_EVERSION);
	}
}
END_TEST

START_TEST(a_mailbox_that_contradicts_itself_is_refused)
{
	odeon_kind kind = *catcher;

	kind.mailbox = (odeon_mailbox){ .messages = 1, .policy = (enum odeon_policy)77 };
	expect_refused(kind, ODEON_EINVAL);
	kind.mailbox = (odeon_mailbox){ .messages = 1, .policy = ODEON_REDIRECT };       /* to nobody */
	expect_refused(kind, ODEON_EINVAL);
	kind.mailbox = (odeon_mailbox){ .high_water = 3, .low_water = 3 };
	expect_refused(kind, ODEON_EINVAL);
}
END_TEST

START_TEST(a_place_that_does_not_exist_is_refused)
{
	odeon_kind kind = *catcher;

	kind.place = (enum odeon_place)99;
	expect_refused(kind, ODEON_EINVAL);
}
END_TEST

START_TEST(a_state_of_an_absurd_size_is_refused)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 16, SIZE_MAX - 100, SIZE_MAX / 2 + 1 };
	size_t i;
	odeon_kind kind = *catcher;

	kind.handlers = NULL;
	kind.receive = receive_anything;
	kind.stop = NULL;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		odeon_ref child = { 99 };
		int error;

		kind.state_bytes = sizes[i];
		error = odeon_system_spawn(world.system, &kind, NULL, &child);
		ck_assert(error == ODEON_ENOMEM || error == ODEON_EINVAL);
		ck_assert(odeon_ref_is_nobody(child));
	}
}
END_TEST

/* ---- start ------------------------------------------------------------------------------------------------------------- */

struct starter { int from_argument, is_zeroed, stopped; struct ending *ending; };
struct starter_first { int result; pthread_t thread; struct ending *ending; odeon_ref *child, *self; };

static int child_error;

ODEON_START(starter, starter_first)
{
	unsigned char zero[sizeof(struct starter)] = { 0 };

	starter->is_zeroed = memcmp(starter, zero, sizeof(zero)) == 0;
	must(starter->is_zeroed);
	if (!starter_first)
		return 0;
	starter->ending = starter_first->ending;
	must(pthread_equal(starter_first->thread, pthread_self()));   /* on the caller's thread */
	must(odeon_ref_is_nobody(odeon_from(self)));
	must(odeon_system_of(self) == world.system);
	if (starter_first->self)
		*starter_first->self = odeon_self_ref(self);
	if (starter_first->child)
		child_error = odeon_spawn(self, catcher, &(struct catcher){ .journal = &journal }, starter_first->child);
	return starter_first->result;
}

ODEON_HANDLER(starter, parcel) { journal_note(&journal, parcel->number); }
ODEON_HANDLER(starter, errand)
{
	struct gate *done = errand->done;

	errand->run(self, errand->argument);
	if (done)
		gate_open(done);
}
ODEON_STOP(starter)
{
	journal_note(&journal, -77);
	if (starter->ending)
		gate_open(&starter->ending->ended);
}
ODEON_HANDLERS(starter_handlers, ODEON_ON(starter, parcel), ODEON_ON(starter, errand));
ODEON_KIND(starter, starter_handlers, .start = ODEON_STARTS(starter), .stop = ODEON_STOPS(starter));

START_TEST(a_start_that_fails_tells_the_spawner_why)
{
	static const int results[] = { ODEON_EINVAL, ODEON_EFAILED, ODEON_EGONE, -1000 };
	size_t i;

	for (i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		struct starter_first first = { .result = results[i], .thread = pthread_self() };
		odeon_ref child = { 99 };

		ck_assert_int_eq(odeon_system_spawn(world.system, &starter_kind, &first, &child), results[i]);
		ck_assert(odeon_ref_is_nobody(child));
	}
	eventually(world_stats(&world).actors == 0);
	ck_assert_uint_eq(journal_count(&journal), 0);         /* stop did not run */
}
END_TEST

START_TEST(the_ref_of_an_actor_whose_start_failed_is_stale)
{
	odeon_ref self = ODEON_NOBODY;
	struct starter_first first = { .result = ODEON_EFAILED, .thread = pthread_self(), .self = &self };

	ck_assert_int_eq(odeon_system_spawn(world.system, &starter_kind, &first, NULL), ODEON_EFAILED);
	ck_assert(!odeon_ref_is_nobody(self));
	ck_assert_int_eq(odeon_post(world.system, self, parcel_new(1)), ODEON_EGONE);
}
END_TEST

START_TEST(start_gets_a_zeroed_state_also_after_others_had_it)
{
	int i;

	for (i = 0; i < 200; i++) {
		odeon_ref actor = world_spawn(&world, &starter_kind, NULL);

		must(odeon_actor_kill(world.system, actor) == 0);
	}
}
END_TEST

START_TEST(start_may_spawn)
{
	odeon_ref child = ODEON_NOBODY;
	struct starter_first first = { .thread = pthread_self(), .child = &child };

	world_spawn(&world, &starter_kind, &first);
	ck_assert_int_eq(child_error, 0);
	world_posts(&world, child, 6, 1);
	journal_expect(&journal, 1, (const int[]){ 6 });
}
END_TEST

START_TEST(a_child_spawned_by_a_start_that_fails_lives_on)
{
	odeon_ref child = ODEON_NOBODY;
	struct starter_first first = { .thread = pthread_self(), .child = &child, .result = ODEON_EFAILED };

	ck_assert_int_eq(odeon_system_spawn(world.system, &starter_kind, &first, NULL), ODEON_EFAILED);
	world_posts(&world, child, 6, 1);
	journal_expect(&journal, 1, (const int[]){ 6 });
}
END_TEST

/* A start that hands its own ref out, and then takes its time. */
struct slow_starter { int ready; };
struct slow_first { odeon_ref *self; struct plug *plug; };
ODEON_START(slow_starter, slow_first)
{
	*slow_first->self = odeon_self_ref(self);
	must(odeon_send(self, odeon_self_ref(self), parcel_new(1)) == 0);
	gate_open(&slow_first->plug->entered);
	gate_wait(&slow_first->plug->release, 1);
	gate_open(&slow_first->plug->left);
	slow_starter->ready = 1;
	return 0;
}
ODEON_HANDLER(slow_starter, parcel)
{
	must(slow_starter->ready);
	journal_note(&journal, parcel->number);
}
ODEON_HANDLERS(slow_starter_handlers, ODEON_ON(slow_starter, parcel));
ODEON_KIND(slow_starter, slow_starter_handlers, .start = ODEON_STARTS(slow_starter));

static void *spawn_the_slow(void *argument)
{
	must(odeon_system_spawn(world.system, &slow_starter_kind, argument, NULL) == 0);
	return NULL;
}

START_TEST(nothing_reaches_an_actor_before_its_start_returned)
{
	struct plug plug = PLUG;
	odeon_ref self;
	struct slow_first first = { &self, &plug };
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, spawn_the_slow, &first), 0);
	gate_wait(&plug.entered, 1);
	world_posts(&world, self, 2, 1);
	ck_assert(!gate_waits(&journal.noted, 1, ODEON_MS(50)));
	plug_release(&plug);
	pthread_join(thread, NULL);
	journal_expect(&journal, 2, (const int[]){ 1, 2 });
}
END_TEST

struct plain { int a, b; char text[3000]; };
ODEON_HANDLER(plain, errand)
{
	struct plain *copy = errand->argument;

	must((uintptr_t)plain % _Alignof(max_align_t) == 0);
	memcpy(copy, plain, sizeof(*copy));
	gate_open(errand->done);
}
ODEON_HANDLERS(plain_handlers, ODEON_ON(plain, errand));
ODEON_KIND(plain, plain_handlers);

START_TEST(without_start_the_state_is_a_copy_of_the_argument)
{
	static struct plain seen;
	struct plain first = { 1, 2, "three" };
	odeon_ref actor = world_spawn(&world, &plain_kind, &first);

	first.a = 9;                                           /* lent only while spawn ran */
	world_do(&world, actor, NULL, &seen);
	ck_assert_int_eq(seen.a, 1);
	ck_assert_int_eq(seen.b, 2);
	ck_assert_str_eq(seen.text, "three");
	ck_assert_int_eq(seen.text[2999], 0);
}
END_TEST

START_TEST(without_start_and_argument_the_state_is_zero)
{
	static struct plain seen;
	odeon_ref actor = world_spawn(&world, &plain_kind, NULL);

	memset(&seen, 1, sizeof(seen));
	world_do(&world, actor, NULL, &seen);
	ck_assert_int_eq(seen.a | seen.b | seen.text[0] | seen.text[2999], 0);
}
END_TEST

struct large { char bytes[1 << 20]; };
ODEON_HANDLER(large, parcel)
{
	memset(large->bytes, 1, sizeof(large->bytes));
	journal_note(&journal, 1);
}
ODEON_HANDLERS(large_handlers, ODEON_ON(large, parcel));
ODEON_KIND(large, large_handlers);

START_TEST(a_state_may_be_large)
{
	world_posts(&world, world_spawn(&world, &large_kind, NULL), 1, 1);
	journal_wait(&journal, 1);
}
END_TEST

static void spawn_from_a_handler(odeon_self *self, void *argument)
{
	struct catcher first = { .journal = &journal };
	odeon_ref *child = argument;
	odeon_kind bad = *catcher;

	must(odeon_spawn(self, catcher, &first, child) == 0);
	must(odeon_spawn(self, catcher, NULL, NULL) == 0);
	bad.bytes = 3;
	must(odeon_spawn(self, &bad, NULL, child + 1) == ODEON_EVERSION);
	must(odeon_ref_is_nobody(child[1]));
	must(odeon_spawn(self, NULL, NULL, NULL) == ODEON_EINVAL);
	must(odeon_send(self, *child, parcel_new(1)) == 0);
}

START_TEST(a_handler_spawns)
{
	odeon_ref children[2] = { ODEON_NOBODY, { 99 } };

	world_errand(&world, spawn_from_a_handler, children);
	world_posts(&world, children[0], 2, 1);
	journal_expect(&journal, 2, (const int[]){ 1, 2 });
}
END_TEST

START_TEST(an_actor_outlives_its_spawner)
{
	odeon_ref children[2] = { ODEON_NOBODY, { 99 } };

	world_errand(&world, spawn_from_a_handler, children); /* its spawner has ended when this returns */
	world_posts(&world, children[0], 2, 1);
	journal_wait(&journal, 2);
	ck_assert_int_eq(odeon_actor_stop(world.system, children[0]), 0);
}
END_TEST

static odeon_ref own_name;
static void see_own_name(odeon_self *self, void *argument)
{
	(void)argument;
	own_name = odeon_self_ref(self);
	must(odeon_system_of(self) == world.system);
}

START_TEST(an_actor_knows_its_name_and_its_system)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });

	world_do(&world, actor, see_own_name, NULL);
	ck_assert(odeon_ref_equal(own_name, actor));
}
END_TEST

/* ---- tables --------------------------------------------------------------------------------------------------------------- */

struct mood { struct journal *journal; };
static void on_other(odeon_self *self, void *state, const odeon_type *type, void *message);
static int change_table(odeon_self *self, struct mood *mood, struct parcel *parcel);

ODEON_HANDLER(mood, parcel)
{
	journal_note(mood->journal, 100 + change_table(self, mood, parcel));
}
ODEON_HANDLER(mood, note)
{
	(void)note;
	journal_note(mood->journal, 200);
}
ODEON_HANDLERS(calm, ODEON_ON(mood, parcel), ODEON_ON(mood, note));
ODEON_HANDLERS(busy, ODEON_ON(mood, parcel));
ODEON_KIND(mood, calm, .on_other = on_other);
ODEON_KIND(another, another_handlers);

static void on_other(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	(void)self;
	must(message != NULL);
	journal_note(((struct mood *)state)->journal, type == ODEON_TYPE(note) ? 300 : 400);
}

/* The number of a parcel says what to do with the table. */
static int change_table(odeon_self *self, struct mood *mood, struct parcel *parcel)
{
	(void)mood;
	switch (parcel->number) {
	case 1: return odeon_become(self, busy);
	case 2: return odeon_unbecome(self);
	case 3: return odeon_become(self, another_handlers);
	case 4: return odeon_become(self, NULL);
	default: return 0;
	}
}

static void mood_gets(odeon_ref actor, int number)
{
	if (number > 0)
		must(odeon_post(world.system, actor, parcel_new(number)) == 0);
	else
		must(odeon_post(world.system, actor, odeon_new(note)) == 0);
}

START_TEST(tables_are_a_stack)
{
	static const int numbers[] = { -1, 1, -1, 1, -1, 2, -1, 2, -1, 2, 3, 4, -1 };
	static const int expected[] = { 200, 100, 300, 100, 300, 100, 300, 100, 200, 100 + ODEON_EINVAL,
	                                100 + ODEON_EINVAL, 100 + ODEON_EINVAL, 200 };
	odeon_ref actor = world_spawn(&world, &mood_kind, &(struct mood){ &journal });
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		mood_gets(actor, numbers[i]);
	journal_expect(&journal, sizeof(expected) / sizeof(expected[0]), expected);
}
END_TEST

START_TEST(a_stack_of_tables_may_be_deep)
{
	odeon_ref actor = world_spawn(&world, &mood_kind, &(struct mood){ &journal });
	int i;

	for (i = 0; i < 500; i++)
		mood_gets(actor, 1);
	for (i = 0; i < 501; i++)
		mood_gets(actor, 2);
	mood_gets(actor, -1);
	journal_wait(&journal, 1002);
	ck_assert_int_eq(journal_at(&journal, 999), 100);
	ck_assert_int_eq(journal_at(&journal, 1000), 100 + ODEON_EINVAL);
	ck_assert_int_eq(journal_at(&journal, 1001), 200);
}
END_TEST

START_TEST(what_the_table_lacks_goes_to_on_other)
{
	static const odeon_type stranger = { "stranger", 8, NULL };
	odeon_ref actor = world_spawn(&world, &mood_kind, &(struct mood){ &journal });

	ck_assert_int_eq(odeon_post(world.system, actor, odeon_make(&stranger, 0, NULL, NULL)), 0);
	journal_expect(&journal, 1, (const int[]){ 400 });
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

static odeon_kind receiver_kind(void)
{
	odeon_kind kind = { .bytes = sizeof(kind), .name = "receiver", .state_bytes = sizeof(struct mood),
	                    .receive = receive_anything };

	return kind;
}

START_TEST(receive_gets_every_message)
{
	odeon_ref actor = world_spawn(&world, world_kind(&world, receiver_kind()), NULL);

	world_posts(&world, actor, 1, 1);
	ck_assert_int_eq(odeon_post(world.system, actor, odeon_new(note)), 0);
	journal_expect(&journal, 2, (const int[]){ 1, 2 });
}
END_TEST

static void become_in_receive(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	(void)state;
	(void)type;
	(void)message;
	must(odeon_become(self, calm) == ODEON_EINVAL);
	must(odeon_unbecome(self) == ODEON_EINVAL);
	journal_note(&journal, 1);
}

START_TEST(a_kind_with_receive_has_no_table_to_swap)
{
	odeon_kind kind = receiver_kind();
	odeon_ref actor;

	kind.receive = become_in_receive;
	actor = world_spawn(&world, world_kind(&world, kind), NULL);
	world_posts(&world, actor, 1, 1);
	journal_wait(&journal, 1);
}
END_TEST

static int become_in_start(odeon_self *self, void *state, const void *argument)
{
	memcpy(state, argument, sizeof(struct mood));
	return odeon_become(self, busy);
}

START_TEST(start_may_choose_the_first_table)
{
	odeon_kind kind = mood_kind;
	odeon_ref actor;

	kind.start = become_in_start;
	actor = world_spawn(&world, world_kind(&world, kind), &(struct mood){ &journal });
	mood_gets(actor, -1);
	mood_gets(actor, 2);
	mood_gets(actor, -1);
	journal_expect(&journal, 3, (const int[]){ 300, 100, 200 });
}
END_TEST

/* ---- the end ---------------------------------------------------------------------------------------------------------------- */

static int end_code;
static const char *end_text;

static void errand_fail(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_fail(self, end_code, end_text);
}

static void expect_end(int code, const char *text)
{
	gate_wait(&ending.ended, 1);
	ck_assert_int_eq(ending.code, code);
	if (text)
		ck_assert_str_eq(ending.text, text);
	ck_assert_uint_eq(gate_count(&ending.ended), 1);
}

static odeon_ref mortal(void)
{
	return world_catcher(&world, (struct catcher){ .journal = &journal, .ending = &ending });
}

START_TEST(an_exit_has_reason_zero)
{
	world_do(&world, mortal(), errand_exit, NULL);
	expect_end(0, NULL);
}
END_TEST

START_TEST(a_failure_tells_code_and_text)
{
	end_code = 42;
	end_text = "the disk is on fire";
	world_do(&world, mortal(), errand_fail, NULL);
	expect_end(42, "the disk is on fire");
}
END_TEST

START_TEST(a_failure_without_text_has_the_text_of_its_code)
{
	end_code = ODEON_EDISCONNECTED;
	end_text = NULL;
	world_do(&world, mortal(), errand_fail, NULL);
	expect_end(ODEON_EDISCONNECTED, odeon_error_text(ODEON_EDISCONNECTED));
}
END_TEST

START_TEST(a_failure_with_code_zero_is_a_failure)
{
	end_code = 0;
	end_text = NULL;
	world_do(&world, mortal(), errand_fail, NULL);
	expect_end(ODEON_EFAILED, odeon_error_text(ODEON_EFAILED));
}
END_TEST

static void fail_with_a_local_text(odeon_self *self, void *argument)
{
	char text[600];

	(void)argument;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	odeon_fail(self, 1, text);
	memset(text, 'y', sizeof(text));                       /* it was copied */
}

START_TEST(a_long_text_is_cut_at_120_bytes)
{
	world_do(&world, mortal(), fail_with_a_local_text, NULL);
	gate_wait(&ending.ended, 1);
	ck_assert_uint_ge(strlen(ending.text), 119);
	ck_assert_uint_le(strlen(ending.text), 120);
	ck_assert_uint_eq(strspn(ending.text, "x"), strlen(ending.text));
}
END_TEST

START_TEST(a_kill_has_the_reason_killed)
{
	odeon_ref actor = mortal();

	ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	expect_end(ODEON_EKILLED, NULL);
	world_await_end(&world, actor);
	ck_assert_int_eq(odeon_actor_kill(world.system, actor), ODEON_EGONE);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), ODEON_EGONE);
}
END_TEST

START_TEST(a_stop_comes_after_what_is_queued)
{
	struct plug plug = PLUG;
	odeon_ref actor = mortal();

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 0, 200);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	plug_release(&plug);
	expect_end(0, NULL);
	ck_assert_uint_eq(journal_count(&journal), 200);       /* all of them, and before the end */
}
END_TEST

START_TEST(a_kill_overtakes_what_is_queued_and_a_stop)
{
	struct plug plug = PLUG;
	odeon_ref actor = mortal();

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 0, 200);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	plug_release(&plug);
	expect_end(ODEON_EKILLED, NULL);
	ck_assert_uint_eq(journal_count(&journal), 0);
	eventually(world_stats(&world).dead_letters == 200);
}
END_TEST

START_TEST(several_stops_and_kills_end_an_actor_once)
{
	struct plug plug = PLUG;
	odeon_ref actor = mortal();
	int i;

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	for (i = 0; i < 100; i++) {
		int error = i % 2 ? odeon_actor_stop(world.system, actor) : odeon_actor_kill(world.system, actor);

		ck_assert(error == 0 || error == ODEON_EGONE);
	}
	plug_release(&plug);
	world_await_end(&world, actor);
	expect_end(ODEON_EKILLED, NULL);
}
END_TEST

static void exit_and_go_on(odeon_self *self, void *argument)
{
	odeon_ref *to = argument;

	odeon_exit(self);
	must(odeon_send(self, *to, parcel_new(1)) == 0);       /* the rest of the handler runs, and its sends go out */
	odeon_exit(self);                                      /* twice is once */
}

START_TEST(what_is_sent_after_an_exit_goes_out)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .journal = &journal });

	world_do(&world, mortal(), exit_and_go_on, &to);
	expect_end(0, NULL);
	journal_expect(&journal, 1, (const int[]){ 1 });
}
END_TEST

/* The trap: a batch that was begun is handled to its end although the actor has gone. */
static void exit_in_first(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	journal_note(catcher->journal, parcel->number);
	if (catcher->argument)
		odeon_fail(self, 3, "enough");
	else
		odeon_exit(self);
}

START_TEST(after_an_exit_the_rest_of_the_batch_is_dead_letters)
{
	struct plug plug = PLUG;
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = exit_in_first, .journal = &journal,
	                                                          .ending = &ending, .argument = _i ? &plug : NULL });

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 1, 10);
	plug_release(&plug);
	expect_end(_i ? 3 : 0, _i ? "enough" : NULL);
	eventually(world_stats(&world).dead_letters == 9);
	ck_assert_uint_eq(journal_count(&journal), 1);         /* no handler ran again */
	ck_assert_int_eq(world_letter(&world, 8).why, ODEON_EGONE);
}
END_TEST

static void exit_then_fail(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_exit(self);
	odeon_fail(self, 5, "after all");
}

START_TEST(a_failure_after_an_exit_ends_it_once)
{
	world_do(&world, mortal(), exit_then_fail, NULL);
	gate_wait(&ending.ended, 1);
	ck_assert(ending.code == 0 || ending.code == 5);
}
END_TEST

/* ---- what stop may do ------------------------------------------------------------------------------------------------------- */

struct closer { odeon_ref to; int code; };
static void stop_and_call(odeon_self *self, void *state, const odeon_reason *reason)
{
	struct closer *closer = state;
	odeon_ref child = { 99 };

	must(reason->text != NULL);
	must(odeon_ref_is_nobody(odeon_from(self)));
	must(odeon_send(self, closer->to, parcel_new(8)) == 0);
	must(odeon_send(self, odeon_self_ref(self), parcel_new(9)) == ODEON_EGONE);
	must(odeon_spawn(self, catcher, NULL, &child) == ODEON_ESTOPPING);
	must(odeon_ref_is_nobody(child));
	must(odeon_reply(self, parcel_new(10)) == ODEON_EINVAL);
	must(odeon_reply_error(self, ODEON_EGONE) == ODEON_EINVAL);
	must(odeon_duty(self) == NULL);
	journal_note(&journal, reason->code);
}
ODEON_HANDLER(closer, parcel) { }
ODEON_HANDLERS(closer_handlers, ODEON_ON(closer, parcel));
ODEON_KIND(closer, closer_handlers, .stop = stop_and_call);

START_TEST(what_stop_sends_goes_out_and_the_rest_is_refused)
{
	struct journal sent = JOURNAL;
	odeon_ref to = world_catcher(&world, (struct catcher){ .journal = &sent });
	odeon_ref actor = world_spawn(&world, &closer_kind, &(struct closer){ .to = to });

	ck_assert_int_eq(_i ? odeon_actor_kill(world.system, actor) : odeon_actor_stop(world.system, actor), 0);
	journal_expect(&journal, 1, (const int[]){ _i ? ODEON_EKILLED : 0 });
	journal_expect(&sent, 1, (const int[]){ 8 });
}
END_TEST

static int reply_in_start(odeon_self *self, void *state, const void *argument)
{
	(void)state;
	(void)argument;
	must(odeon_reply(self, parcel_new(1)) == ODEON_EINVAL);
	must(odeon_reply_error(self, ODEON_EGONE) == ODEON_EINVAL);
	must(odeon_duty(self) == NULL);
	return 0;
}

START_TEST(start_has_nothing_in_hand_to_reply_to)
{
	odeon_kind kind = *catcher;

	kind.start = reply_in_start;
	kind.stop = NULL;
	world_spawn(&world, world_kind(&world, kind), NULL);
}
END_TEST

/* ---- bounds of one's own --------------------------------------------------------------------------------------------------- */

static void bound_badly(odeon_self *self, void *argument)
{
	odeon_ref me = odeon_self_ref(self);

	(void)argument;
	must(odeon_bound(self, &(odeon_mailbox){ .messages = 1, .policy = (enum odeon_policy)-1 }) == ODEON_EINVAL);
	must(odeon_bound(self, &(odeon_mailbox){ .messages = 1, .policy = (enum odeon_policy)5 }) == ODEON_EINVAL);
	must(odeon_bound(self, &(odeon_mailbox){ .high_water = 2, .low_water = 2 }) == ODEON_EINVAL);
	must(odeon_bound(self, &(odeon_mailbox){ .high_water = 2, .low_water = 5 }) == ODEON_EINVAL);
	must(odeon_bound(self, &(odeon_mailbox){ .messages = 1, .policy = ODEON_REDIRECT }) == ODEON_EINVAL);
	must(odeon_bound(self, &(odeon_mailbox){ .messages = 1, .policy = ODEON_REDIRECT, .redirect = me }) == ODEON_EINVAL);
	must(odeon_bound(self, NULL) == 0);
}

START_TEST(bounds_that_contradict_themselves_are_refused)
{
	world_errand(&world, bound_badly, NULL);
}
END_TEST

KIT_MAIN("unit/actor",
	{ .name = "kind", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_kind_that_contradicts_itself_is_refused, a_kind_of_an_unknown_size_is_refused,
	                     a_mailbox_that_contradicts_itself_is_refused, a_place_that_does_not_exist_is_refused,
	                     a_state_of_an_absurd_size_is_refused) },
	{ .name = "start", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_start_that_fails_tells_the_spawner_why, the_ref_of_an_actor_whose_start_failed_is_stale,
	                     start_gets_a_zeroed_state_also_after_others_had_it, start_may_spawn,
	                     a_child_spawned_by_a_start_that_fails_lives_on, nothing_reaches_an_actor_before_its_start_returned,
	                     without_start_the_state_is_a_copy_of_the_argument, without_start_and_argument_the_state_is_zero,
	                     a_state_may_be_large, start_has_nothing_in_hand_to_reply_to) },
	{ .name = "spawn", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_handler_spawns, an_actor_outlives_its_spawner, an_actor_knows_its_name_and_its_system) },
	{ .name = "table", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(tables_are_a_stack, a_stack_of_tables_may_be_deep, what_the_table_lacks_goes_to_on_other,
	                     receive_gets_every_message, a_kind_with_receive_has_no_table_to_swap,
	                     start_may_choose_the_first_table) },
	{ .name = "end", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(an_exit_has_reason_zero, a_failure_tells_code_and_text,
	                     a_failure_without_text_has_the_text_of_its_code, a_failure_with_code_zero_is_a_failure,
	                     a_long_text_is_cut_at_120_bytes, a_kill_has_the_reason_killed, a_stop_comes_after_what_is_queued,
	                     a_kill_overtakes_what_is_queued_and_a_stop, several_stops_and_kills_end_an_actor_once,
	                     what_is_sent_after_an_exit_goes_out, a_failure_after_an_exit_ends_it_once) },
	{ .name = "batch", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(after_an_exit_the_rest_of_the_batch_is_dead_letters, what_stop_sends_goes_out_and_the_rest_is_refused) },
	{ .name = "bound", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(bounds_that_contradict_themselves_are_refused) })
