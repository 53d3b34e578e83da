/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * planted.c - tests that go wrong on purpose, one a case, so that nets.sh can see that the nets hold
 *
 * Each mistake is made where it is hardest to see: inside a handler, on a worker's thread.
 */
#include "kit.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct world world;

static void setup(void) { world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2)); }
static void teardown(void) { world_close(&world); }

static void do_nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

START_TEST(nothing_goes_wrong)
{
	world_errand(&world, do_nothing, NULL);
}
END_TEST

static void claim_what_is_false(odeon_self *self, void *argument)
{
	(void)self;
	must(argument != NULL);
}

START_TEST(a_claim_is_false)
{
	world_errand(&world, claim_what_is_false, NULL);
}
END_TEST

static void crash(odeon_self *self, void *argument)
{
	(void)self;
	*(volatile int *)argument = 1;
}

START_TEST(a_handler_crashes)
{
	world_errand(&world, crash, NULL);
}
END_TEST

static void hang(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
	for (;;)
		pause();
}

START_TEST(a_handler_hangs)
{
	world_tell(&world, world_catcher(&world, (struct catcher){ 0 }), hang, NULL);
	for (;;)
		pause();
}
END_TEST

START_TEST(a_wait_is_in_vain)
{
	struct gate gate = GATE;

	gate_wait(&gate, 1);
}
END_TEST

static void *volatile lost;

static void leak(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
	lost = malloc(77);
	lost = NULL;
}

START_TEST(a_handler_leaks)
{
	world_errand(&world, leak, NULL);
}
END_TEST

/* A parcel that is made and never given to anybody. */
static void *volatile forgotten;
START_TEST(a_parcel_is_forgotten)
{
	forgotten = parcel_new(1);
}
END_TEST

/* The content of a message is used after the message was sent. */
static struct parcel *volatile still_mine;
static void use_after_send(odeon_self *self, void *argument)
{
	struct parcel *parcel = parcel_new(1);

	(void)argument;
	still_mine = parcel;                                   /* by a way that no compiler follows */
	must(odeon_send(self, odeon_self_ref(self), parcel) == 0);
	still_mine->number = 2;
}

START_TEST(a_message_is_written_after_it_was_sent)
{
	world_errand(&world, use_after_send, NULL);
}
END_TEST

static int shared;
static void write_shared(odeon_self *self, void *argument)
{
	struct gate *met = argument;

	(void)self;
	gate_open(met);
	gate_wait(met, 2);                                     /* both are here, on two threads */
	shared++;
}

START_TEST(two_handlers_race)
{
	struct gate met = GATE;
	odeon_ref actors[2];
	int i;

	for (i = 0; i < 2; i++) {
		actors[i] = world_placed(&world, (struct catcher){ 0 }, ODEON_OWN_THREAD, 0);
		world_tell(&world, actors[i], write_shared, &met);
	}
	gate_wait(&met, 2);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(odeon_actor_stop(world.system, actors[i]), 0);
		world_await_end(&world, actors[i]);
	}
}
END_TEST

#define PLANTED(case_name, test) { .name = case_name, .setup = setup, .teardown = teardown, .tests = KIT_TESTS(test) }

KIT_MAIN("harness/planted",
	PLANTED("none", nothing_goes_wrong),
	PLANTED("false", a_claim_is_false),
	PLANTED("crash", a_handler_crashes),
	PLANTED("hang", a_handler_hangs),
	PLANTED("vain", a_wait_is_in_vain),
	PLANTED("leak", a_handler_leaks),
	PLANTED("parcel", a_parcel_is_forgotten),
	PLANTED("write", a_message_is_written_after_it_was_sent),
	PLANTED("race", two_handlers_race))
