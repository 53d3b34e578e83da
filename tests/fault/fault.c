/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.c - everything that the runtime asks for fails in turn: the first time, the second, ..., once and for ever
 *
 * After each failure: the call that needed it answered a named error, or did without; every message is accounted for;
 * nothing is left of the system, neither a block of memory nor a mapping, a descriptor or a thread; and the same works
 * when the failure is over. A sweep ends with the first run that asked for less than the number that was to fail.
 *
 * While a failure is armed nothing of the library check is called, as its memory comes by the same way.
 */
#include "../harness/kit.h"
#include "faults.h"
#include <dirent.h>
#include <string.h>

enum { SWEEP_MOST = 3000 };                            /* far more than there are; a sweep that gets here is a bug */

/* ---- what a process has ---------------------------------------------------------------------------------------------------- */

struct holdings { long blocks, mappings, descriptors, threads; };

static long entries(const char *path)
{
	DIR *directory = opendir(path);
	long count = 0;

	must(directory != NULL);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void *come_and_go(void *argument)
{
	return argument;
}

/* ThreadSanitizer starts a thread of its own together with the first of the program. */
static void warm_up(void)
{
	pthread_t thread;

	must(pthread_create(&thread, NULL, come_and_go, NULL) == 0);
	pthread_join(thread, NULL);
	kit_pause();
}

static struct holdings take_stock(void)
{
	return (struct holdings){ faults_blocks(), faults_mappings(), entries("/proc/self/fd"), entries("/proc/self/task") };
}

static void expect_nothing_left(struct holdings before, unsigned long nth)
{
	struct holdings after = take_stock();

	eventually((after = take_stock()).threads <= before.threads);          /* the kernel tidies up after a join */
	if (memcmp(&after, &before, sizeof(after)) != 0)
		ck_abort_msg("failure %lu left behind: %ld blocks, %ld mappings, %ld descriptors", nth,
		             after.blocks - before.blocks, after.mappings - before.mappings,
		             after.descriptors - before.descriptors);
}

/* ---- starting ---------------------------------------------------------------------------------------------------------------- */

static const odeon_options starts[] = {
	ODEON_OPTIONS(.workers = 2, .name = "faulty"),
	ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE),
	ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 }),
};
enum { STARTS = sizeof(starts) / sizeof(starts[0]) };

static void ignore_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	(void)text;
}

static void expect_it_works(odeon_system *system, bool runs_itself)
{
	struct journal heard = JOURNAL;
	odeon_ref actor = ODEON_NOBODY;

	must(odeon_system_spawn(system, catcher, &(struct catcher){ .journal = &heard }, &actor) == 0);
	must(odeon_post(system, actor, parcel_new(5)) == 0);
	if (!runs_itself)
		must(odeon_system_run(system, ODEON_AT_ONCE) >= 0);
	journal_wait(&heard, 1);
	must(odeon_actor_stop(system, actor) == 0);
}

/* One start with the nth failure; answers whether anything failed. */
static bool start_with_failure(const odeon_options *options, unsigned long nth, bool for_ever)
{
	struct holdings before = take_stock();
	odeon_system *system = NULL;
	unsigned long failed;
	int error;

	faults_arm(nth, for_ever);
	error = odeon_system_start(options, &system);
	failed = faults_disarm();
	must(failed > 0 || error == 0);
	must(error == 0 || error == ODEON_ENOMEM || error == ODEON_ESYSTEM);
	must((error == 0) == (system != NULL));
	if (system) {
		expect_it_works(system, options->workers >= 0 && !options->simulation.enabled);
		must(odeon_system_free(system) == 0);
	}
	expect_nothing_left(before, nth);
	return failed > 0;
}

static void sweep_start(const odeon_options *options, bool for_ever)
{
	odeon_options quiet = *options;
	unsigned long nth;

	quiet.on_log = ignore_log;
	warm_up();
	start_with_failure(&quiet, SWEEP_MOST, false);         /* and what is kept for the life of the process */
	for (nth = 1; nth < SWEEP_MOST && start_with_failure(&quiet, nth, for_ever); nth++)
		;
	ck_assert_uint_gt(nth, 2);
	ck_assert_uint_lt(nth, SWEEP_MOST);
}

START_TEST(a_start_that_fails_leaves_nothing_behind)
{
	sweep_start(&starts[_i], false);
}
END_TEST

START_TEST(a_start_that_gets_nothing_any_more_leaves_nothing_behind)
{
	sweep_start(&starts[_i], true);
}
END_TEST

/* ---- the way of a message -------------------------------------------------------------------------------------------------------- */

static struct journal heard;
static odeon_ref receiver, bounded;

static bool is_fine(int error)
{
	return error == 0 || error == ODEON_ENOMEM;
}

static void spawn_children(odeon_self *self)
{
	static odeon_kind own;
	struct catcher first = { .journal = &heard };
	odeon_ref child = ODEON_NOBODY;
	int error, i;

	for (i = 0; i < 3; i++) {
		error = odeon_spawn(self, catcher, &first, &child);
		must(is_fine(error));
		must((error == 0) == !odeon_ref_is_nobody(child));
		if (error == 0)
			must(is_fine(odeon_send(self, child, parcel_new(i))));
	}
	own = *catcher;
	own.place = ODEON_OWN_THREAD;
	error = odeon_spawn(self, &own, &first, &child);
	must(is_fine(error) || error == ODEON_ESYSTEM);
	must((error == 0) == !odeon_ref_is_nobody(child));
	if (error == 0)
		must(is_fine(odeon_send(self, child, parcel_new(4))));
}

static void use_room(odeon_self *self)
{
	odeon_permit *permit;
	int why = 1;

	permit = odeon_reserve(self, bounded, 2, 2 * sizeof(struct parcel), &why);
	must(is_fine(why) && (why == 0) == (permit != NULL));
	if (permit) {
		must(is_fine(odeon_permit_send(self, permit, parcel_new(6))));
		odeon_permit_drop(permit);
	}
	must(is_fine(odeon_when_room(self, bounded)));
	why = odeon_bound(self, &(odeon_mailbox){ .messages = 100, .bytes = 100000, .high_water = 5, .low_water = 1 });
	must(is_fine(why));
}

static void walk_the_message_path(odeon_self *self, void *argument)
{
	struct parcel *parcel;
	int why = 1, i;

	(void)argument;
	spawn_children(self);
	use_room(self);
	for (i = 0; i < 8; i++)
		must(is_fine(odeon_send(self, odeon_self_ref(self), parcel_new(i))));
	must(is_fine(odeon_send(self, receiver, parcel_new(9))));
	parcel = odeon_try_send(self, receiver, parcel_new(10), &why);
	must(is_fine(why) && parcel == NULL);
	for (i = 0; i < 10; i++)
		must(is_fine(odeon_become(self, catcher->handlers)));
	odeon_fail(self, 3, "a text that must be kept until the end");
}

static void answer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	void *duty = odeon_duty(self);                         /* NULL: no memory, or nothing to answer; then it stays in hand */

	(void)catcher;
	if (duty) {
		must(is_fine(odeon_reply_to(self, duty, parcel_new(parcel->number))));
		odeon_free(duty);
	} else if (!odeon_ref_is_nobody(odeon_from(self))) {
		int error = odeon_reply(self, parcel);

		must(error == 0 || error == ODEON_EGONE);
	}
}

static void ask_once(odeon_system *system)
{
	int why = 1;
	struct parcel *parcel = odeon_ask(parcel, system, receiver, parcel_new(1), kit_deadline(), &why);

	must((parcel != NULL) == (why == 0));
	must(why == 0 || why == ODEON_ENOMEM || why == ODEON_EUNANSWERED);
	odeon_free(parcel);
}

static void expect_conservation(odeon_system *system)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stats(system, &stats) == 0);
	must(stats.queued == 0 && stats.actors == 0);
	must(stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(parcels_made() == parcels_dropped());
}

static odeon_system *start_scene(odeon_ref *walker, struct ending *ending)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2, .on_log = ignore_log);
	odeon_kind kind = *catcher;
	static odeon_kind kept;
	odeon_system *system = NULL;

	kind.mailbox = (odeon_mailbox){ .messages = 50 };
	kept = kind;
	must(odeon_system_start(&options, &system) == 0);
	must(odeon_system_spawn(system, catcher, &(struct catcher){ .on_parcel = answer }, &receiver) == 0);
	must(odeon_system_spawn(system, &kept, &(struct catcher){ .journal = &heard }, &bounded) == 0);
	must(odeon_system_spawn(system, catcher, &(struct catcher){ .journal = &heard, .ending = ending }, walker) == 0);
	return system;
}

/* The whole path with the nth failure; answers whether anything failed. */
static bool walk_with_failure(unsigned long nth, int for_ever)
{
	struct holdings before = take_stock();
	struct ending ending = ENDING;
	struct gate done = GATE;
	odeon_ref walker = ODEON_NOBODY;
	odeon_system *system;
	struct errand *errand;
	unsigned long failed;
	int error;

	heard = (struct journal)JOURNAL;
	system = start_scene(&walker, &ending);
	errand = odeon_new(errand, .run = walk_the_message_path, .done = &done);
	must(errand != NULL);
	faults_arm(nth, for_ever);
	must(odeon_post(system, walker, errand) == 0);         /* the message is there: sending it needs nothing */
	gate_wait(&done, 1);
	ask_once(system);
	error = odeon_system_spawn(system, catcher, NULL, NULL);
	must(is_fine(error));
	gate_wait(&ending.ended, 1);
	must(ending.code == 3);                                /* it ended as it said, whatever there was for its text */
	must(odeon_actor_stop(system, receiver) == 0);         /* needs no memory */
	must(odeon_system_stop(system, kit_deadline(), NULL) == 0);    /* nor does this */
	failed = faults_disarm();
	expect_conservation(system);
	must(odeon_system_free(system) == 0);
	expect_nothing_left(before, nth);
	return failed > 0;
}

START_TEST(no_failure_on_the_way_of_a_message_loses_one)
{
	warm_up();
	ck_assert_uint_gt(faults_sweep(walk_with_failure, _i), 20);
}
END_TEST

/* Sending what exists needs no memory at all: ten thousand messages, and not one of them is refused. */
START_TEST(sending_needs_no_memory)
{
	static struct parcel *parcels[10000];
	struct ending ending = ENDING;
	odeon_ref walker = ODEON_NOBODY;
	odeon_system *system = start_scene(&walker, &ending);
	int i;

	heard = (struct journal)JOURNAL;
	for (i = 0; i < 10000; i++)
		must((parcels[i] = parcel_new(i)) != NULL);
	faults_arm(1, true);
	for (i = 0; i < 10000; i++)
		must(odeon_post(system, walker, parcels[i]) == 0);
	journal_wait(&heard, 10000);
	must(odeon_actor_kill(system, receiver) == 0);
	must(odeon_system_stop(system, kit_deadline(), NULL) == 0);
	(void)faults_disarm();
	expect_conservation(system);
	must(odeon_system_free(system) == 0);
}
END_TEST

/* Without memory for a report stop still says that it is not done. */
START_TEST(a_stop_without_memory_for_its_report_still_answers)
{
	struct ending ending = ENDING;
	struct plug plug = PLUG;
	odeon_ref walker = ODEON_NOBODY;
	odeon_system *system = start_scene(&walker, &ending);
	odeon_report *report = NULL;

	must(odeon_post(system, walker, odeon_new(errand, .run = errand_plug, .argument = &plug)) == 0);
	gate_wait(&plug.entered, 1);
	faults_arm(1, true);
	must(odeon_system_stop(system, odeon_clock_deadline(ODEON_MS(50)), &report) == ODEON_EBUSY);
	(void)faults_disarm();
	odeon_report_free(report);
	plug_release(&plug);
	must(odeon_system_free(system) == 0);
}
END_TEST

KIT_MAIN("fault/fault",
	{ .name = "start", .loop = STARTS,
	  .tests = KIT_TESTS(a_start_that_fails_leaves_nothing_behind, a_start_that_gets_nothing_any_more_leaves_nothing_behind) },
	{ .name = "path", .loop = 2, .tests = KIT_TESTS(no_failure_on_the_way_of_a_message_loses_one) },
	{ .name = "without", .tests = KIT_TESTS(sending_needs_no_memory, a_stop_without_memory_for_its_report_still_answers) })
