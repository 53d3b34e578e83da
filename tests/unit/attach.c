/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attach.c - tests of odeon_attach and its kin (odeon/failure.h): what is attached goes with its actor, whatever way that
 * ends, the last attached first, and once
 */
#include "../harness/kit.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct world world;
static struct journal journal;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

/* What is attached: a number, noted as it is released. */
enum { STOPPED = 1000 };
static int numbers[4] = { 1, 2, 3, 4 };

static void note_release(void *what) { journal_note(&journal, *(int *)what); }

/* ---- an actor that attaches in its start, and does what it is told --------------------------------------------------------- */

enum ways { EXIT, FAIL, KILL, STOP, LINKED, SYSTEM, WAYS };
struct owner { int nothing; };
struct owning { int result; };

ODEON_START(owner, owning)
{
	for (int i = 0; i < 3; i++)
		must(odeon_attach(self, &numbers[i], note_release) == 0);
	(void)owner;
	return owning ? owning->result : 0;
}
ODEON_STOP(owner)
{
	(void)self;
	(void)owner;
	(void)reason;
	journal_note(&journal, STOPPED);
}
ODEON_HANDLER(owner, note)
{
	(void)owner;
	if (note->number == EXIT)
		odeon_exit(self);
	else
		odeon_fail(self, 5, NULL);
}
ODEON_HANDLER(owner, errand)
{
	struct gate *done = errand->done;

	(void)owner;
	errand->run(self, errand->argument);
	if (done)
		gate_open(done);
}
ODEON_HANDLERS(owner_handlers, ODEON_ON(owner, note), ODEON_ON(owner, errand));
ODEON_KIND(owner, owner_handlers, .start = ODEON_STARTS(owner), .stop = ODEON_STOPS(owner));

static void run_link(odeon_self *self, void *argument) { must(odeon_link(self, *(odeon_ref *)argument) == 0); }

static void end_it(odeon_ref who, int way)
{
	odeon_ref other;

	switch (way) {
	case KILL:
		ck_assert_int_eq(odeon_actor_kill(world.system, who), 0);
		break;
	case STOP:
		ck_assert_int_eq(odeon_actor_stop(world.system, who), 0);
		break;
	case LINKED:
		other = world_catcher(&world, (struct catcher){ 0 });
		world_do(&world, who, run_link, &other);
		ck_assert_int_eq(odeon_actor_kill(world.system, other), 0);
		break;
	case SYSTEM:
		ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);
		break;
	default:
		ck_assert_int_eq(odeon_post(world.system, who, odeon_new(note, .number = way)), 0);
	}
}

/* Pooled and with a thread of its own, in each way. */
START_TEST(released_after_stop_and_the_last_first_whatever_way_it_ends)
{
	static const int expected[] = { STOPPED, 3, 2, 1 };
	odeon_kind kind = owner_kind;

	kind.place = _i >= WAYS ? ODEON_OWN_THREAD : ODEON_POOLED;
	end_it(world_spawn(&world, world_kind(&world, kind), NULL), _i % WAYS);
	journal_wait(&journal, 4);
	journal_expect(&journal, 4, expected);
}
END_TEST

START_TEST(released_when_start_fails)
{
	static const int expected[] = { 3, 2, 1 };
	odeon_ref who = ODEON_NOBODY;

	ck_assert_int_eq(odeon_system_spawn(world.system, &owner_kind, &(struct owning){ ODEON_EFULL }, &who), ODEON_EFULL);
	journal_expect(&journal, 3, expected);
}
END_TEST

/* ---- taken back ------------------------------------------------------------------------------------------------------------- */

static void detach_the_second(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_attach(self, &numbers[0], note_release) == ODEON_EINVAL);   /* it is already */
	must(odeon_attach(self, &numbers[3], NULL) == ODEON_EINVAL);
	must(odeon_detach(self, &numbers[3]) == ODEON_EGONE);
	must(odeon_detach(self, &numbers[1]) == 0);
	must(odeon_detach(self, &numbers[1]) == ODEON_EGONE);
	must(odeon_attach(self, &numbers[3], note_release) == 0);
}

START_TEST(detached_is_not_released)
{
	static const int expected[] = { STOPPED, 4, 3, 1 };
	odeon_ref who = world_spawn(&world, &owner_kind, NULL);

	world_do(&world, who, detach_the_second, NULL);
	end_it(who, KILL);
	journal_wait(&journal, 4);
	journal_expect(&journal, 4, expected);
}
END_TEST

struct freer { void *block; };
static int detached_in_stop;
ODEON_HANDLER(freer, note)
{
	(void)note;
	freer->block = malloc(100);
	must(odeon_attach(self, freer->block, free) == 0);
}
ODEON_STOP(freer)
{
	(void)reason;
	detached_in_stop = odeon_detach(self, freer->block);
	free(freer->block);                                    /* it is ours again */
	gate_open(&journal.noted);
}
ODEON_HANDLERS(freer_handlers, ODEON_ON(freer, note));
ODEON_KIND(freer, freer_handlers, .stop = ODEON_STOPS(freer));

START_TEST(detached_in_stop_is_the_callers)
{
	odeon_ref who = world_spawn(&world, &freer_kind, NULL);

	ck_assert_int_eq(odeon_post(world.system, who, odeon_new(note)), 0);
	ck_assert_int_eq(odeon_actor_stop(world.system, who), 0);
	world_await_end(&world, who);
	gate_wait(&journal.noted, 1);
	ck_assert_int_eq(detached_in_stop, 0);
}
END_TEST

/* Of many, each second one is taken back, in an order of its own; the others are released in theirs. */
enum { MANY = 5000 };
static int many[MANY];

static void attach_many(odeon_self *self, void *argument)
{
	(void)argument;
	for (int i = 0; i < MANY; i++) {
		many[i] = i;
		must(odeon_attach(self, &many[i], note_release) == 0);
	}
	for (int i = 0; i < MANY; i++)
		if (i * 7 % MANY % 2 == 0)
			must(odeon_detach(self, &many[i * 7 % MANY]) == 0);
}

START_TEST(of_many_each_is_found)
{
	odeon_ref who = world_catcher(&world, (struct catcher){ 0 });

	world_do(&world, who, attach_many, NULL);
	end_it(who, KILL);
	journal_wait(&journal, MANY / 2);
	world_await_end(&world, who);
	ck_assert_uint_eq(journal_count(&journal), MANY / 2);
	for (unsigned i = 0; i < MANY / 2; i++)
		ck_assert_int_eq(journal_at(&journal, i), MANY - 1 - 2 * (int)i);
}
END_TEST

/* ---- descriptors ---------------------------------------------------------------------------------------------------------------- */

struct ends { int descriptors[2]; };

static void attach_descriptor(odeon_self *self, void *argument)
{
	struct ends *ends = argument;

	must(odeon_attach_descriptor(self, -1) == ODEON_EINVAL);
	must(odeon_detach_descriptor(self, ends->descriptors[1]) == ODEON_EGONE);
	must(odeon_attach_descriptor(self, ends->descriptors[1]) == 0);
	must(odeon_attach_descriptor(self, ends->descriptors[1]) == ODEON_EINVAL);
	must(odeon_detach(self, (void *)(uintptr_t)ends->descriptors[1]) == ODEON_EGONE);       /* another thing of that number */
	must(odeon_attach_descriptor(self, ends->descriptors[0]) == 0);
	must(odeon_detach_descriptor(self, ends->descriptors[0]) == 0);
}

START_TEST(a_descriptor_is_closed_and_a_detached_one_is_not)
{
	odeon_ref who = world_catcher(&world, (struct catcher){ 0 });
	struct ends ends;
	char byte;

	ck_assert_int_eq(pipe(ends.descriptors), 0);
	world_do(&world, who, attach_descriptor, &ends);
	end_it(who, KILL);
	ck_assert_int_eq(read(ends.descriptors[0], &byte, 1), 0);      /* the other end has gone; or this waits for ever */
	ck_assert_int_eq(fcntl(ends.descriptors[1], F_GETFD), -1);
	ck_assert_int_eq(close(ends.descriptors[0]), 0);
}
END_TEST

/* ---- actors ----------------------------------------------------------------------------------------------------------------------- */

struct family { odeon_ref child, freed, dead, stranger; struct ending ending; };

static void attach_family(odeon_self *self, void *argument)
{
	struct family *family = argument;

	must(odeon_attach_actor(self, ODEON_NOBODY) == ODEON_EINVAL);
	must(odeon_attach_actor(self, odeon_self_ref(self)) == ODEON_EINVAL);
	must(odeon_attach_actor(self, family->stranger) == ODEON_EFOREIGN);
	must(odeon_detach_actor(self, family->stranger) == ODEON_EGONE);
	must(odeon_attach_actor(self, family->child) == 0);
	must(odeon_attach_actor(self, family->child) == ODEON_EINVAL);
	must(odeon_attach_actor(self, family->dead) == 0);
	must(odeon_attach_actor(self, family->freed) == 0);
	must(odeon_detach_actor(self, family->freed) == 0);
	must(odeon_detach_actor(self, family->freed) == ODEON_EGONE);
}

START_TEST(an_actor_is_killed_with_its_owner)
{
	struct family family = { .ending = ENDING };
	odeon_ref who = world_catcher(&world, (struct catcher){ 0 });
	struct world other;

	world_open(&other, (odeon_options)ODEON_OPTIONS(.workers = 1));
	family.stranger = world_catcher(&other, (struct catcher){ 0 });
	family.child = world_catcher(&world, (struct catcher){ .ending = &family.ending });
	family.freed = world_catcher(&world, (struct catcher){ 0 });
	family.dead = world_ended(&world);
	world_do(&world, who, attach_family, &family);
	end_it(who, STOP);
	gate_wait(&family.ending.ended, 1);
	ck_assert_int_eq(family.ending.code, ODEON_EKILLED);
	world_await_end(&world, family.child);
	eventually(world_stats(&world).actors == 1);           /* the detached one */
	world_close(&other);
}
END_TEST

KIT_MAIN("unit/attach",
	{ "ways", KIT_TESTS(released_after_stop_and_the_last_first_whatever_way_it_ends), setup, teardown, 2 * WAYS },
	{ "start", KIT_TESTS(released_when_start_fails), setup, teardown, 0 },
	{ "detach", KIT_TESTS(detached_is_not_released, detached_in_stop_is_the_callers, of_many_each_is_found), setup, teardown, 0 },
	{ "descriptor", KIT_TESTS(a_descriptor_is_closed_and_a_detached_one_is_not), setup, teardown, 0 },
	{ "actor", KIT_TESTS(an_actor_is_killed_with_its_owner), setup, teardown, 0 })
