/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits.c - odeon_system_waits with everything that the runtime asks for failing in turn
 *
 * After each failure: it says so and gives nothing, or all is there; the actors notice nothing, and nothing is left.
 */
#include "../harness/kit.h"
#include "faults.h"

enum { SWEEP_MOST = 200, ASKED = 40 };

struct tale { int unused; };
ODEON_ANSWER(catcher, tale, parcel) { }

static odeon_ref actors[2];
static atomic_uint left_there;

static void ask_often(odeon_self *self, void *argument)
{
	(void)argument;
	for (int i = 0; i < ASKED; i++)
		must(odeon_request(self, actors[1], parcel_new(i), ODEON_NEVER, ODEON_THEN(self, catcher, tale, parcel, 0)) == 0);
}

/* It lies there until the actor ends. */
static void leave_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_stash(self, parcel, NULL) == NULL);
	atomic_fetch_add(&left_there, 1);
}

static bool look_with_failure(odeon_system *system, unsigned long nth, bool for_ever)
{
	long blocks = faults_blocks();
	odeon_waits *waits;
	unsigned long failed;
	int error;

	faults_arm(nth, for_ever);
	error = odeon_system_waits(system, kit_deadline(), &waits);
	failed = faults_disarm();
	must(error == 0 || (error == ODEON_ENOMEM && waits == NULL));
	must(failed > 0 || error == 0);
	must(failed == 0 || error == ODEON_ENOMEM);
	must(waits == NULL || waits->count == ASKED);
	odeon_waits_free(waits);
	must(faults_blocks() == blocks);                       /* check has blocks of its own; must has none */
	return failed > 0;
}

START_TEST(without_memory_it_says_so_and_leaves_nothing)
{
	const odeon_options options = ODEON_OPTIONS(.workers = 2, .simulation.enabled = _i >= 2, .simulation.seed = 1);
	odeon_system *system;
	unsigned long nth;

	atomic_store(&left_there, 0);
	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(odeon_system_spawn(system, catcher, &(struct catcher){ .on_parcel = leave_it }, &actors[i]), 0);
	ck_assert_int_eq(odeon_post(system, actors[0], odeon_new(errand, .run = ask_often)), 0);
	if (_i >= 2)
		ck_assert_int_gt(odeon_system_run(system, ODEON_AT_ONCE), 0);
	eventually(atomic_load(&left_there) == ASKED);
	for (nth = 1; nth < SWEEP_MOST && look_with_failure(system, nth, _i % 2); nth++)
		;
	ck_assert_uint_ge(nth, 5);                             /* who is asked, the list twice, what sorts it, the result */
	ck_assert_uint_lt(nth, SWEEP_MOST);
	ck_assert_int_eq(odeon_system_free(system), 0);
}
END_TEST

KIT_MAIN("fault/waits", { .name = "waits", .loop = 4, .tests = KIT_TESTS(without_memory_it_says_so_and_leaves_nothing) })
