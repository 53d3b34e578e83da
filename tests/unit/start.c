/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.c - tests of odeon/actor.h: every way in which an actor begins
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

KIT_MAIN("unit/start",
	{ .name = "start", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_start_that_fails_tells_the_spawner_why, the_ref_of_an_actor_whose_start_failed_is_stale,
	                     start_gets_a_zeroed_state_also_after_others_had_it, start_may_spawn,
	                     a_child_spawned_by_a_start_that_fails_lives_on, nothing_reaches_an_actor_before_its_start_returned,
	                     without_start_the_state_is_a_copy_of_the_argument, without_start_and_argument_the_state_is_zero,
	                     a_state_may_be_large, start_has_nothing_in_hand_to_reply_to) })
