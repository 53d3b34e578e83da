/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork.c - tests in a forked child: every call that has a context says so and returns, and the parent is unharmed
 *
 * The trap: only the calling thread lives on in a child, so whatever waits for a worker waits for ever. Here the child
 * calls everything once and answers with the number of the first call that went wrong; the parent waits for it with a
 * deadline.
 */
#include "../harness/kit.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct world world;
static struct journal journal;
static odeon_ref actor;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
	actor = world_catcher(&world, (struct catcher){ .journal = &journal });
	world_posts(&world, actor, 1, 1);
	journal_wait(&journal, 1);
}

static void teardown(void) { world_close(&world); }

#define expect(number, claim) do { if (!(claim)) _exit(number); } while (0)

/* In the child; ends it. No assertion of check here: its results belong to the parent. */
static void call_everything(void)
{
	odeon_report *report = NULL;
	odeon_ref ref = { 99 };
	struct parcel *back;
	int why = 1;

	expect(1, odeon_post(world.system, actor, parcel_new(1)) == ODEON_EFORKED);
	back = odeon_try_post(world.system, actor, parcel_new(2), ODEON_NEVER, &why);
	expect(2, back != NULL && why == ODEON_EFORKED);
	odeon_free(back);
	expect(3, odeon_ask(parcel, world.system, actor, parcel_new(3), ODEON_NEVER, &why) == NULL);
	expect(4, why == ODEON_EFORKED);
	expect(5, odeon_system_spawn(world.system, catcher, NULL, &ref) == ODEON_EFORKED);
	expect(6, odeon_ref_is_nobody(ref));
	expect(7, odeon_actor_stop(world.system, actor) == ODEON_EFORKED);
	expect(8, odeon_actor_kill(world.system, actor) == ODEON_EFORKED);
	expect(9, odeon_system_wait(world.system, ODEON_NEVER) == ODEON_EFORKED);
	expect(10, odeon_system_run(world.system, ODEON_NEVER) == ODEON_EFORKED);
	expect(11, odeon_system_fd(world.system) == ODEON_EFORKED);
	expect(12, odeon_system_stop(world.system, ODEON_NEVER, &report) == ODEON_EFORKED);
	expect(13, odeon_system_free(world.system) == ODEON_EFORKED);
	expect(14, parcels_made() == parcels_dropped() + 0);   /* what was given was taken and dropped */
	expect(15, strcmp(odeon_error_name(ODEON_EFORKED), "ODEON_EFORKED") == 0);
	_exit(0);
}

static int wait_for(pid_t child)
{
	odeon_time until = kit_deadline();
	int status;

	while (waitpid(child, &status, WNOHANG) == 0) {
		if (odeon_clock_now().ns > until.ns) {
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			ck_abort_msg("the child hung");
		}
		kit_pause();
	}
	ck_assert_msg(WIFEXITED(status), "the child ended by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static void expect_the_parent_unharmed(void)
{
	unsigned before = journal_count(&journal);

	world_posts(&world, actor, 2, 100);
	journal_wait(&journal, before + 100);
	ck_assert_int_eq(odeon_actor_stop(world.system, world_catcher(&world, (struct catcher){ 0 })), 0);
}

START_TEST(every_call_in_a_forked_child_says_so_and_returns)
{
	pid_t child;
	int result;

	fflush(NULL);
	eventually(parcels_made() == parcels_dropped());
	child = fork();
	if (child == 0)
		call_everything();
	ck_assert_int_gt(child, 0);
	result = wait_for(child);
	ck_assert_msg(result == 0, "call number %d in the child", result);
	expect_the_parent_unharmed();
}
END_TEST

static atomic_bool enough;
static void *post_for_ever(void *argument)
{
	(void)argument;
	while (!atomic_load(&enough))
		must(odeon_post(world.system, actor, odeon_new(note)) == 0);
	return NULL;
}

START_TEST(forking_under_traffic_harms_nobody)
{
	pthread_t thread;
	int i;

	atomic_store(&enough, false);
	ck_assert_int_eq(pthread_create(&thread, NULL, post_for_ever, NULL), 0);
	for (i = 0; i < 5; i++) {
		pid_t child;

		fflush(NULL);
		child = fork();
		if (child == 0)
			_exit(odeon_actor_kill(world.system, actor) == ODEON_EFORKED ? 0 : 1);
		ck_assert_int_eq(wait_for(child), 0);
	}
	atomic_store(&enough, true);
	pthread_join(thread, NULL);
	expect_the_parent_unharmed();
}
END_TEST

static pid_t forked;
static int fork_in_handler_results[3];

static void fork_in_a_handler(odeon_self *self, void *argument)
{
	odeon_permit *permit = odeon_reserve(self, actor, 1, 0, NULL);

	(void)argument;
	must(permit != NULL);
	fflush(NULL);
	forked = fork();
	if (forked == 0) {
		expect(1, odeon_send(self, actor, parcel_new(1)) == ODEON_EFORKED);
		expect(2, odeon_spawn(self, catcher, NULL, NULL) == ODEON_EFORKED);
		expect(3, odeon_permit_send(self, permit, parcel_new(2)) == ODEON_EFORKED);
		_exit(0);
	}
	odeon_permit_drop(permit);
	fork_in_handler_results[0] = odeon_send(self, actor, parcel_new(50));
}

START_TEST(a_handler_may_fork)
{
	world_errand(&world, fork_in_a_handler, NULL);
	ck_assert_int_gt(forked, 0);
	ck_assert_int_eq(wait_for(forked), 0);
	ck_assert_int_eq(fork_in_handler_results[0], 0);
	journal_wait(&journal, 2);
	ck_assert_int_eq(journal_at(&journal, 1), 50);
	expect_the_parent_unharmed();
}
END_TEST

/* The thread that forked may leave by exit too; what it inherited needs no farewell. */
START_TEST(a_child_may_start_a_system_of_its_own)
{
	pid_t child;

#ifdef KIT_THREAD_SANITIZER
	return;                                                /* does not allow threads in a child of many threads */
#endif
	fflush(NULL);
	child = fork();
	if (child == 0) {
		odeon_options options = ODEON_OPTIONS(.workers = 1);
		odeon_system *own = NULL;
		struct journal heard = JOURNAL;
		odeon_ref ref = ODEON_NOBODY;

		expect(1, odeon_system_start(&options, &own) == 0);
		expect(2, odeon_system_spawn(own, catcher, &(struct catcher){ .journal = &heard }, &ref) == 0);
		expect(3, odeon_post(own, ref, parcel_new(1)) == 0);
		expect(4, gate_waits(&heard.noted, 1, KIT_PATIENCE));
		expect(5, odeon_system_free(own) == 0);
		_exit(0);
	}
	ck_assert_int_eq(wait_for(child), 0);
	expect_the_parent_unharmed();
}
END_TEST

KIT_MAIN("unit/fork",
	{ .name = "child", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(every_call_in_a_forked_child_says_so_and_returns, forking_under_traffic_harms_nobody,
	                     a_handler_may_fork, a_child_may_start_a_system_of_its_own) })
