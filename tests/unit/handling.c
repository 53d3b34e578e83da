/* SPDX-License-Identifier: BSD-2-Clause */
/* handling.c - tests that only the thread which runs an actor takes its messages (runtime/handling.h) */
#include "../harness/kit.h"
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "taking.h"

static struct world world;

static void setup(void) { world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1)); }
static void teardown(void) { world_close(&world); }

static void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

/* ---- whose it is ---------------------------------------------------------------------------------------------------------------- */

static void take_one(odeon_self *self, void *argument) { must(!taking_by(self, *(odeon_ref *)argument)); }

START_TEST(whoever_runs_the_actor_may_look_for_its_next_message)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });

	world_do(&world, actor, take_one, &actor);
}
END_TEST

/* ---- strangers: a debug build ends, any other trusts its callers --------------------------------------------------------------- */

#if defined(ODEON_DEBUG)
enum { ENDS_BY = SIGABRT };
#else
enum { ENDS_BY = 0 };
#endif

/* This thread, which is no worker; or a worker, which runs another actor. */
static void take_as_a_stranger(bool is_worker)
{
	odeon_ref actor, other;

	(void)!freopen("/dev/null", "w", stderr);      /* the panic */
	setup();
	actor = world_catcher(&world, (struct catcher){ 0 });
	other = world_catcher(&world, (struct catcher){ 0 });
	world_do(&world, actor, nothing, NULL);
	if (is_worker)
		world_do(&world, other, take_one, &actor);
	else
		must(!taking_by_stranger(world.system, actor));
}

START_TEST(a_thread_that_does_not_run_it_takes_nothing)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		take_as_a_stranger(_i == 1);
		_exit(0);
	}
	must(waitpid(child, &status, 0) == child);
	ck_assert_int_eq(WIFSIGNALED(status) ? WTERMSIG(status) : 0, ENDS_BY);
	ck_assert(ENDS_BY != 0 || WEXITSTATUS(status) == 0);
}
END_TEST

KIT_MAIN("unit/handling",
	{ .name = "own", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(whoever_runs_the_actor_may_look_for_its_next_message) },
	{ .name = "strangers", .loop = 2, .tests = KIT_TESTS(a_thread_that_does_not_run_it_takes_nothing) })
