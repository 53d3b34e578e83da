/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * life.c - what went wrong with the lives of actors in other runtimes, as tests of this one
 *
 * Each test is named after what must hold; its comment tells the trap.
 */
#include "../harness/kit.h"
#include "../harness/resident.h"
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

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

/* ---- one end ---------------------------------------------------------------------------------------------------------- */

static odeon_ref victim;
static struct gate ready_to_kill, go;

static void *kill_it(void *argument)
{
	int error;

	gate_open(&ready_to_kill);
	gate_wait(&go, 1);
	error = argument ? odeon_actor_kill(world.system, victim) : odeon_actor_stop(world.system, victim);
	must(error == 0 || error == ODEON_EGONE);
	return NULL;
}

/* Trap: two that end the same actor at once, and it itself ends in its own handler: freed twice, or stop runs twice. */
START_TEST(three_that_end_an_actor_at_once_end_it_once)
{
	int i;

	for (i = 0; i < KIT_SLOWER(200) + 10; i++) {
		pthread_t threads[2];

		ending = (struct ending)ENDING;
		ready_to_kill = go = (struct gate)GATE;
		victim = world_catcher(&world, (struct catcher){ .ending = &ending });
		ck_assert_int_eq(pthread_create(&threads[0], NULL, kill_it, NULL), 0);
		ck_assert_int_eq(pthread_create(&threads[1], NULL, kill_it, &victim), 0);
		gate_wait(&ready_to_kill, 2);
		gate_open(&go);
		(void)odeon_post(world.system, victim, odeon_new(errand, .run = errand_exit));
		pthread_join(threads[0], NULL);
		pthread_join(threads[1], NULL);
		world_await_end(&world, victim);
		gate_wait(&ending.ended, 1);                   /* its name is stale before its stop has run */
		ck_assert_uint_eq(gate_count(&ending.ended), 1);
	}
}
END_TEST

static void kill_oneself_twice(odeon_self *self, void *argument)
{
	odeon_ref me = odeon_self_ref(self);

	(void)argument;
	must(odeon_actor_kill(world.system, me) == 0);
	must(odeon_actor_stop(world.system, me) == 0);
	must(odeon_actor_kill(world.system, me) == 0);
	odeon_exit(self);
	odeon_exit(self);
}

/* Trap: to end oneself from one's own handler, by the door that others use. */
START_TEST(an_actor_that_kills_itself_ends_once)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .ending = &ending });

	world_do(&world, actor, kill_oneself_twice, NULL);
	gate_wait(&ending.ended, 1);
	ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);
	ck_assert_uint_eq(gate_count(&ending.ended), 1);
}
END_TEST

/* ---- short lives -------------------------------------------------------------------------------------------------------- */

static void exit_at_once(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	(void)parcel;
	odeon_exit(self);
}

static void spawn_and_let_die(odeon_self *self, void *argument)
{
	int i, count = *(int *)argument;

	for (i = 0; i < count; i++) {
		odeon_ref child = ODEON_NOBODY;

		must(odeon_spawn(self, catcher, &(struct catcher){ .on_parcel = exit_at_once }, &child) == 0);
		must(odeon_send(self, child, parcel_new(1)) == 0);
		(void)odeon_send(self, child, parcel_new(2));  /* too late or not: both are counted */
	}
}

/* Trap: an actor is freed twice, or used after it was freed, as the one who buries it and the scheduler race. */
START_TEST(a_storm_of_short_lives_frees_each_actor_once)
{
	int count = KIT_SLOWER(100000);
	odeon_ref spawners[2];
	struct gate done = GATE;
	int i;

	for (i = 0; i < 2; i++) {
		spawners[i] = world_catcher(&world, (struct catcher){ 0 });
		ck_assert_int_eq(odeon_post(world.system, spawners[i], odeon_new(errand, .run = spawn_and_let_die,
		                                                                 .argument = &count, .done = &done)), 0);
	}
	ck_assert(gate_waits(&done, 2, ODEON_SECONDS(18)));
	eventually(world_stats(&world).actors == 2);
	eventually(world_stats(&world).queued == 0);
	ck_assert_uint_eq(world_stats(&world).spawned, 2 + 2 * (uint64_t)count);
	ck_assert_uint_eq(parcels_made() - world.parcels_made, 4 * (unsigned long)count);
	ck_assert_uint_eq(parcels_dropped() - world.parcels_dropped, 4 * (unsigned long)count);
}
END_TEST

static int fail_to_start(odeon_self *self, void *state, const void *argument)
{
	(void)self;
	(void)state;
	(void)argument;
	return ODEON_EFAILED;
}

static void die_and_be_replaced(int times)
{
	odeon_kind stillborn = *catcher;
	const odeon_kind *kind;
	int i;

	stillborn.start = fail_to_start;
	world.kind_count = 0;
	kind = world_kind(&world, stillborn);
	for (i = 0; i < times; i++) {
		odeon_ref child = ODEON_NOBODY;

		must(odeon_system_spawn(world.system, kind, NULL, &child) == ODEON_EFAILED);
		must(odeon_system_spawn(world.system, catcher, NULL, &child) == 0);
		must(odeon_actor_kill(world.system, child) == 0);
		if (i % 100 == 0)
			eventually(world_stats(&world).actors < 100);
	}
	eventually(world_stats(&world).actors == 0);
}

/* Trap: a child that dies at once is started again and again, and each life leaves something behind. */
START_TEST(a_storm_of_restarts_leaves_memory_flat)
{
	long before, after;

	die_and_be_replaced(KIT_SLOWER(20000));
	before = resident_bytes() / 1024;
	die_and_be_replaced(KIT_SLOWER(60000));
	after = resident_bytes() / 1024;
	must(before > 0 && after > 0);
#if !defined(KIT_ADDRESS_SANITIZER) && !defined(KIT_THREAD_SANITIZER)          /* those keep what was freed */
	ck_assert_msg(after - before < 4000, "%ld KiB before, %ld KiB after", before, after);
#else
	(void)before;
	(void)after;
#endif
}
END_TEST

static atomic_bool enough;

static void *post_for_ever(void *argument)
{
	odeon_ref *to = argument;
	unsigned i;
	int error = 0;

	for (i = 0; !atomic_load(&enough) && error != ODEON_ESTOPPING; i++)
		error = odeon_post(world.system, to[i % 4], parcel_new((int)i));
	return NULL;
}

static odeon_ref circle[4];
static void pass_round(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	if (parcel->number % 8)
		odeon_send(self, circle[parcel->number % 4], parcel);
}

/* Trap: a message is pushed to an actor that is collected as the program ends. */
START_TEST(stop_in_full_traffic_frees_everything)
{
	int i, j;

	for (i = 0; i < KIT_SLOWER(100) + 5; i++) {
		pthread_t thread;

		world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
		for (j = 0; j < 4; j++)
			circle[j] = world_catcher(&world, (struct catcher){ .on_parcel = pass_round });
		atomic_store(&enough, false);
		ck_assert_int_eq(pthread_create(&thread, NULL, post_for_ever, circle), 0);
		if (i % 3)
			kit_pause();
		ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);
		atomic_store(&enough, true);
		pthread_join(thread, NULL);
		world_close(&world);
	}
}
END_TEST

/* ---- names --------------------------------------------------------------------------------------------------------------- */

static atomic_ullong living;                           /* bits of a ref that is alive, or was a moment ago */

static void *talk_to_the_dead(void *argument)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	(void)argument;
	while (!atomic_load(&enough)) {
		odeon_ref ref = { atomic_load(&living) };
		int error = odeon_post(world.system, ref, parcel_new(1));

		must(error == 0 || error == ODEON_EGONE);
		error = odeon_actor_stats(world.system, ref, &stats);
		must(error == 0 || error == ODEON_EGONE);
		error = odeon_actor_kill(world.system, ref);
		must(error == 0 || error == ODEON_EGONE);
	}
	return NULL;
}

/* Trap: the last owner lets go of an actor while a sender still holds its name. */
START_TEST(a_stale_name_answers_gone_and_touches_nothing)
{
	pthread_t threads[2];
	int i;

	atomic_store(&enough, false);
	atomic_store(&living, world_catcher(&world, (struct catcher){ 0 }).bits);
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, talk_to_the_dead, NULL), 0);
	for (i = 0; i < KIT_SLOWER(20000); i++)
		atomic_store(&living, world_catcher(&world, (struct catcher){ .on_parcel = exit_at_once }).bits);
	atomic_store(&enough, true);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}
END_TEST

static unsigned long slot_of(odeon_ref ref)
{
	char text[ODEON_REF_TEXT];
	unsigned long system, slot, generation;

	odeon_ref_print(ref, text, sizeof(text));
	must(sscanf(text, "<%lu.%lu.%lu>", &system, &slot, &generation) == 3);
	return slot;
}

static void hear(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	must(parcel->number == *(int *)catcher->argument);     /* meant for this life and no other */
}

/* Trap: the number of a dead actor is given to a new one, and a message to the old one reaches it. Messages to every
 * former life of a slot are sent while the slot lives again; each parcel says for which life it was meant. */
START_TEST(no_message_reaches_a_later_life_of_the_same_slot)
{
	enum { LIVES = 3000 };
	static odeon_ref refs[LIVES];
	static int numbers[LIVES];
	static bool was_used[1 << 16];                         /* by slot */
	unsigned long used_again = 0, slot;
	int i, j;

	for (i = 0; i < KIT_SLOWER(LIVES); i++) {
		numbers[i] = i;
		refs[i] = world_catcher(&world, (struct catcher){ .on_parcel = hear, .argument = &numbers[i] });
		for (j = i > 20 ? i - 20 : 0; j <= i; j++)
			(void)odeon_post(world.system, refs[j], parcel_new(j));
		must(odeon_actor_stop(world.system, refs[i]) == 0);
	}
	for (i = 0; i < KIT_SLOWER(LIVES); i++) {
		slot = slot_of(refs[i]) % (1 << 16);
		used_again += was_used[slot];
		was_used[slot] = true;
		must(i == 0 || !odeon_ref_equal(refs[i - 1], refs[i]));
	}
	eventually(world_stats(&world).actors == 0);
#if !defined(KIT_ADDRESS_SANITIZER) && !defined(KIT_THREAD_SANITIZER)
	ck_assert_uint_ge(used_again, 1);                      /* else this test has tested nothing */
#endif
}
END_TEST

/* ---- after the end in a handler --------------------------------------------------------------------------------------------- */

static void exit_first(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	journal_note(catcher->journal, parcel->number);
	odeon_exit(self);
}

/* Trap: handlers run after the one in which the actor ended, because the batch had been taken already. */
START_TEST(an_exit_in_the_first_of_ten_leaves_nine_dead_letters)
{
	struct plug plug = PLUG;
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = exit_first, .journal = &journal });

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 1, 10);
	plug_release(&plug);
	eventually(world_stats(&world).dead_letters == 9);
	journal_expect(&journal, 1, (const int[]){ 1 });
}
END_TEST

/* ---- callbacks ---------------------------------------------------------------------------------------------------------------- */

static odeon_ref informed;
static atomic_int told;

/* From within a hook of the runtime, everything that any thread may call. */
static void call_back_in(void *host, const odeon_dead_letter *letter)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	odeon_stats_actor of_actor = ODEON_STATS(odeon_stats_actor);
	odeon_ref child = ODEON_NOBODY;

	(void)host;
	if (atomic_fetch_add(&told, 1) >= 50 || letter->type != ODEON_TYPE(parcel))
		return;
	must(odeon_system_stats(world.system, &stats) == 0);
	must(odeon_actor_stats(world.system, informed, &of_actor) == 0);
	must(odeon_post(world.system, informed, odeon_new(note)) == 0);
	must(odeon_system_spawn(world.system, catcher, NULL, &child) == 0);
	must(odeon_post(world.system, child, odeon_new(note)) == 0);
	must(odeon_actor_kill(world.system, child) == 0);
	must(odeon_actor_stop(world.system, letter->to) < 0);
}

/* Trap: a callback runs while a lock is held, and takes it again by way of the runtime. */
START_TEST(a_callback_may_call_back)
{
	odeon_ref ended;
	struct plug plug = PLUG;
	odeon_ref full;

	journal = (struct journal)JOURNAL;
	atomic_store(&told, 0);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2, .on_dead_letter = call_back_in));
	informed = world_catcher(&world, (struct catcher){ .journal = &journal });
	ended = world_ended(&world);
	ck_assert_int_eq(odeon_post(world.system, ended, parcel_new(1)), ODEON_EGONE);      /* on this thread */
	journal_wait(&journal, 1);
	full = world_catcher(&world, (struct catcher){ 0 });
	world_tell(&world, full, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, full, 0, 10);
	ck_assert_int_eq(odeon_actor_kill(world.system, full), 0);
	plug_release(&plug);                              /* on a worker, in the middle of its burial */
	journal_wait(&journal, 11);
	world_close(&world);
}
END_TEST

KIT_MAIN("scenarios/life",
	{ .name = "end", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(three_that_end_an_actor_at_once_end_it_once, an_actor_that_kills_itself_ends_once,
	                     an_exit_in_the_first_of_ten_leaves_nine_dead_letters) },
	{ .name = "short", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_storm_of_short_lives_frees_each_actor_once, a_storm_of_restarts_leaves_memory_flat) },
	{ .name = "traffic", .tests = KIT_TESTS(stop_in_full_traffic_frees_everything) },
	{ .name = "names", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_stale_name_answers_gone_and_touches_nothing, no_message_reaches_a_later_life_of_the_same_slot) },
	{ .name = "callback", .tests = KIT_TESTS(a_callback_may_call_back) })
