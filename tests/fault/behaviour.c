/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * behaviour.c - stash, bands, interceptors and frozen messages, with everything that they ask for failing in turn: each call answers
 * ODEON_ENOMEM with all as it was, or works; what it refused works when there is memory again; nothing is left behind
 *
 * While a failure is armed nothing of the library check is called, as its memory comes by the same way.
 */
#include "../harness/kit.h"
#include "faults.h"

enum { SWEEP_MOST = 1000, ASKED = 2 };

static struct world world;
static struct journal notes;
static unsigned refusals, passed;
static unsigned long failed;
static long usual;

static unsigned one_band(const odeon_type *type, const void *message)
{
	(void)type;
	(void)message;
	return 0;
}
static const odeon_bands bands = { 2, { 1, 1 }, one_band };

static void pass(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest)
{
	(void)data;
	(void)type;
	passed++;
	odeon_proceed(self, rest, message);
}
static const odeon_interceptor passer = { pass, NULL };

static bool went_well(int error)
{
	must(error == 0 || error == ODEON_ENOMEM);
	refusals += error != 0;
	return error == 0;
}

/* The message itself says how many things are to fail; once it lay aside it comes again. */
static void behave(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	odeon_frozen *frozen;
	int why = 1;

	if (parcel->sender == ASKED) {
		journal_note(catcher->journal, parcel->number);
		return;
	}
	parcel->sender = ASKED;
	faults_arm((unsigned long)parcel->number, false);
	parcel = odeon_stash(self, parcel, &why);
	must((parcel == NULL) == went_well(why));
	must(odeon_stashed(self) == (parcel == NULL));
	if (!went_well(odeon_band(self, &bands)))
		must(odeon_band(self, &bands) == 0);
	if (!went_well(odeon_intercept(self, &passer)))
		must(odeon_intercept(self, &passer) == 0);
	frozen = odeon_freeze(parcel_new(1));
	odeon_frozen_drop(odeon_frozen_share(frozen));
	refusals += frozen == NULL;
	odeon_frozen_drop(frozen);
	failed = faults_disarm();
	must(refusals <= failed);                              /* a message may have come from elsewhere */
	if (parcel) {
		parcel = odeon_stash(self, parcel, &why);               /* still in hand, and now there is memory */
		must(parcel == NULL && why == 0);
	}
	must(odeon_unstash(self) == 1);
}

static bool behave_with_failure(unsigned long nth)
{
	odeon_ref actor;
	long before;

	notes = (struct journal)JOURNAL;
	refusals = passed = 0;
	before = faults_blocks();
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	actor = world_catcher(&world, (struct catcher){ .on_parcel = behave, .journal = &notes });
	world_posts(&world, actor, (int)nth, 1);
	journal_wait(&notes, 1);
	must(passed == 1);
	world_close(&world);
	if (nth == SWEEP_MOST)                                 /* nothing fails: what the library check has of its own */
		usual = faults_blocks() - before;
	must(faults_blocks() - before == usual);
	return failed > 0;
}

START_TEST(without_memory_all_stays_as_it_was)
{
	unsigned long nth;

	behave_with_failure(SWEEP_MOST);                       /* and what is kept for the life of the process */
	behave_with_failure(SWEEP_MOST);
	for (nth = 1; nth < SWEEP_MOST && behave_with_failure(nth); nth++)
		;
	ck_assert_uint_gt(nth, 3);
	ck_assert_uint_lt(nth, SWEEP_MOST);
}
END_TEST

/* What lies aside, is asked for, is sorted, is shared or is buried needs no memory. */
static void free_of_memory(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int why = 1;

	if (parcel->number >= 0 && parcel->sender != ASKED) {
		parcel->sender = ASKED;
		must(odeon_stash(self, parcel, &why) == NULL && why == 0);
	} else if (parcel->number < 0) {
		odeon_unstash(self);
	} else if (parcel->number % 2) {
		odeon_frozen_drop(odeon_frozen_share(NULL));
		odeon_frozen_drop(odeon_freeze(parcel));
		gate_open(&catcher->journal->noted);
	} else
		gate_open(&catcher->journal->noted);
}

static void begin(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_band(self, &bands) == 0);
	must(odeon_intercept(self, &passer) == 0);
}

START_TEST(once_begun_nothing_needs_memory)
{
	enum { MANY = 2000 };
	static struct parcel *parcels[MANY];
	struct parcel *unstash;
	odeon_ref actor;
	int i;

	notes = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	actor = world_catcher(&world, (struct catcher){ .on_parcel = free_of_memory, .journal = &notes });
	world_do(&world, actor, begin, NULL);
	for (i = 0; i < MANY; i++)
		must((parcels[i] = parcel_new(i)) != NULL);
	must((unstash = parcel_new(-1)) != NULL);
	faults_arm(1, true);
	for (i = 0; i < MANY; i++) {
		must(odeon_post(world.system, actor, parcels[i]) == 0);
		if (i == MANY / 2)
			must(odeon_post(world.system, actor, unstash) == 0);
	}
	gate_wait(&notes.noted, MANY / 2);
	must(odeon_actor_stop(world.system, actor) == 0);              /* the rest lies aside, and is buried */
	world_await_end(&world, actor);
	(void)faults_disarm();
	world_close(&world);
}
END_TEST

KIT_MAIN("fault/behaviour",
	{ .name = "memory", .tests = KIT_TESTS(without_memory_all_stays_as_it_was, once_begun_nothing_needs_memory) })
