/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * testkit.c - the test kit with everything that it asks for failing in turn: what cannot be had is an error, and nothing is
 * left behind, nor taken twice
 *
 * While a failure is armed nothing of the library check is called, as its memory comes by the same way.
 */
#include "../harness/kit.h"
#include <odeon/testkit.h>
#include "faults.h"

enum { SWEEP_MOST = 2000 };

struct echo { char unused; };
ODEON_HANDLER(echo, parcel) { (void)odeon_reply(self, parcel); }
ODEON_HANDLERS(echo_handlers, ODEON_ON(echo, parcel));
ODEON_KIND(echo, echo_handlers);

static unsigned whole;

/* 0: all went well; or the first error. */
static int converse(odeon_system *system, odeon_probe *probe, odeon_probe *other)
{
	odeon_ref echo;
	struct parcel *parcel;
	int error = odeon_system_spawn(system, &echo_kind, NULL, &echo), why;

	if (error == 0)
		error = odeon_probe_send(probe, echo, parcel_new(1));
	if (error == 0)
		odeon_free(odeon_probe_expect(parcel, probe, ODEON_MS(1), &error));
	if (error == 0)
		error = odeon_probe_send(probe, odeon_probe_ref(other), parcel_new(2));
	parcel = odeon_probe_find(parcel, other, ODEON_MS(1), &why);
	if (error == 0)
		error = why;
	if (parcel)
		why = odeon_probe_reply(other, parcel, parcel_new(3));
	if (error == 0)
		error = why;
	if (error == 0)
		error = odeon_probe_monitor(probe, echo);
	if (error == 0)
		error = odeon_system_pass(system, ODEON_MS(1));
	return error;
}

static int trial(odeon_system *system, void *data)
{
	odeon_probe *probe = NULL, *other = NULL;
	int error = odeon_probe_open(system, &probe);

	(void)data;
	if (error == 0)
		error = odeon_probe_open(system, &other);
	if (error == 0)
		error = converse(system, probe, other);
	must((probe != NULL) >= (other != NULL));
	odeon_probe_close(other);
	odeon_probe_close(probe);
	whole += error == 0;
	return error;
}

static void be_silent(void *data, const char *line)
{
	(void)data;
	(void)line;
}

START_TEST(the_kit_without_memory_says_so_and_leaves_nothing)
{
	const odeon_rates rates = ODEON_RATES(.drop = 1);
	const odeon_trials trials = ODEON_TRIALS(.seeds = 2, .faults = "delay echo/parcel 1 1000; refuse 100", .rates = &rates,
	                                         .print = be_silent);
	unsigned long nth, failed = 1, made, dropped;
	unsigned errors = 0;
	int error;

	must(odeon_trials_run(&trials, trial, NULL, NULL) == 0);       /* what a thread keeps for its channels stays */
	for (nth = 1; failed > 0; nth++) {
		long blocks = faults_blocks(), mappings = faults_mappings();

		must(nth < SWEEP_MOST);
		made = parcels_made();
		dropped = parcels_dropped();
		faults_arm(nth, _i == 1);
		error = odeon_trials_run(&trials, trial, NULL, NULL);
		failed = faults_disarm();
		must(error <= 0);
		errors += error < 0;
		must(faults_blocks() == blocks && faults_mappings() == mappings);
		must(parcels_made() - made == parcels_dropped() - dropped);
	}
	ck_assert_int_eq(error, 0);                     /* the last one, in which nothing failed */
	ck_assert_uint_gt(errors, 10);
	ck_assert_uint_gt(whole, 0);
}
END_TEST

KIT_MAIN("fault/testkit",
	{ .name = "memory", .tests = KIT_TESTS(the_kit_without_memory_says_so_and_leaves_nothing), .loop = 2 })
