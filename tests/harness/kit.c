/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kit.c - what kit.h says of messages, actors and systems, and the program; its waits are in gates.c
 */
#include "kit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- messages ------------------------------------------------------------------------------------------------- */

static atomic_ulong made, dropped;

ODEON_MESSAGE_DEFINE_DROP(parcel)
{
	must(parcel->check == (uint64_t)(uintptr_t)parcel);
	parcel->check = 0;
	atomic_fetch_add(&dropped, 1);
}

ODEON_MESSAGE_DEFINE(note);
ODEON_MESSAGE_DEFINE(errand);

struct parcel *parcel_new(int number)
{
	struct parcel *parcel = odeon_new(parcel, .number = number);

	if (parcel) {
		parcel->check = (uint64_t)(uintptr_t)parcel;
		atomic_fetch_add(&made, 1);
	}
	return parcel;
}

unsigned long parcels_made(void)
{
	return atomic_load(&made);
}

unsigned long parcels_dropped(void)
{
	return atomic_load(&dropped);
}

/* ---- an actor to drive ---------------------------------------------------------------------------------------- */

ODEON_HANDLER(catcher, parcel)
{
	if (catcher->on_parcel)
		catcher->on_parcel(self, catcher, parcel);
	else if (catcher->journal)
		journal_note(catcher->journal, parcel->number);
}

ODEON_HANDLER(catcher, note)
{
	if (catcher->journal)
		journal_note(catcher->journal, JOURNAL_NOTE);
}

ODEON_HANDLER(catcher, errand)
{
	struct gate *done = errand->done;

	errand->run(self, errand->argument);
	if (done)
		gate_open(done);
}

ODEON_HANDLER(catcher, odeon_room)
{
	if (catcher->journal)
		journal_note(catcher->journal, JOURNAL_ROOM);
}

ODEON_HANDLER(catcher, odeon_water)
{
	if (catcher->journal)
		journal_note(catcher->journal, odeon_water->is_high ? JOURNAL_HIGH_WATER : JOURNAL_LOW_WATER);
}

ODEON_HANDLER(catcher, odeon_down)
{
	struct downs *downs = catcher->downs;

	must(odeon_ref_equal(odeon_from(self), odeon_down->who));
	if (catcher->journal)
		journal_note(catcher->journal, JOURNAL_DOWN);
	if (!downs)
		return;
	pthread_mutex_lock(&downs->told.lock);
	if (downs->told.count < DOWNS_MOST)
		downs->downs[downs->told.count] = *odeon_down;
	pthread_mutex_unlock(&downs->told.lock);
	gate_open(&downs->told);
}

ODEON_STOP(catcher)
{
	odeon_free(catcher->kept);
	if (!catcher->ending)
		return;
	pthread_mutex_lock(&catcher->ending->ended.lock);      /* several may share an ending */
	catcher->ending->code = reason->code;
	snprintf(catcher->ending->text, sizeof(catcher->ending->text), "%s", reason->text);
	pthread_mutex_unlock(&catcher->ending->ended.lock);
	gate_open(&catcher->ending->ended);
}

ODEON_HANDLERS(catcher_handlers,
	ODEON_ON(catcher, parcel),
	ODEON_ON(catcher, note),
	ODEON_ON(catcher, errand),
	ODEON_ON(catcher, odeon_down),
	ODEON_ON(catcher, odeon_room),
	ODEON_ON(catcher, odeon_water));
ODEON_KIND(catcher, catcher_handlers, .stop = ODEON_STOPS(catcher));
const odeon_kind *const catcher = &catcher_kind;

void errand_plug(odeon_self *self, void *argument)
{
	struct plug *plug = argument;

	(void)self;
	gate_open(&plug->entered);
	gate_wait(&plug->release, 1);
	gate_open(&plug->left);
}

void plug_release(struct plug *plug)
{
	gate_open(&plug->release);
	gate_wait(&plug->left, 1);
}

void errand_exit(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_exit(self);
}

/* ---- a system to test in ---------------------------------------------------------------------------------------- */

static void note_dead_letter(void *host, const odeon_dead_letter *letter)
{
	struct world *world = host;

	pthread_mutex_lock(&world->lock);
	if (world->letter_count < LETTERS_MOST)
		world->letters[world->letter_count] = (struct letter){ letter->type, letter->from, letter->to,
		                                                       letter->why, letter->site };
	world->letter_count++;
	pthread_mutex_unlock(&world->lock);
}

static void note_log(void *host, enum odeon_log_level level, const char *text)
{
	struct world *world = host;

	(void)level;
	must(text != NULL);
	pthread_mutex_lock(&world->lock);
	world->log_count++;
	pthread_mutex_unlock(&world->lock);
}

void world_open(struct world *world, odeon_options options)
{
	int error;

	memset(world, 0, sizeof(*world));
	pthread_mutex_init(&world->lock, NULL);
	world->parcels_made = parcels_made();
	world->parcels_dropped = parcels_dropped();
	options.host = world;
	if (!options.on_dead_letter)
		options.on_dead_letter = note_dead_letter;
	if (!options.on_log)
		options.on_log = note_log;
	error = odeon_system_start(&options, &world->system);
	ck_assert_msg(error == 0, "odeon_system_start: %s", odeon_error_name(error));
	ck_assert_ptr_nonnull(world->system);
}

odeon_stats_system world_stats(struct world *world)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	int error = odeon_system_stats(world->system, &stats);

	ck_assert_msg(error == 0, "odeon_system_stats: %s", odeon_error_name(error));
	return stats;
}

void world_check(struct world *world)
{
	odeon_stats_system stats = world_stats(world);
	uint64_t dead = 0;
	int i;

	ck_assert_msg(stats.accepted == stats.handled + stats.dropped + stats.dead_letters + stats.queued,
	              "conservation: accepted %lu, handled %lu, dropped %lu, dead letters %lu, queued %lu",
	              (unsigned long)stats.accepted, (unsigned long)stats.handled, (unsigned long)stats.dropped,
	              (unsigned long)stats.dead_letters, (unsigned long)stats.queued);
	for (i = 0; i < ODEON_ERROR_COUNT; i++)
		dead += stats.dead[i];
	ck_assert_uint_eq(dead, stats.dead_letters);
}

void world_close(struct world *world)
{
	odeon_report *report = NULL;
	char text[1000] = "";
	int error = odeon_system_stop(world->system, kit_deadline(), &report);

	if (report)
		odeon_report_print(report, text, sizeof(text));
	odeon_report_free(report);
	ck_assert_msg(error == 0, "odeon_system_stop: %s: %s", odeon_error_name(error), text);
	world_check(world);                            /* what was posted while it stopped is queued until it is freed */
	ck_assert_uint_eq(world_stats(world).actors, 0);
	error = odeon_system_free(world->system);
	ck_assert_msg(error == 0, "odeon_system_free: %s", odeon_error_name(error));
	world->system = NULL;
	ck_assert_uint_eq(parcels_made() - world->parcels_made, parcels_dropped() - world->parcels_dropped);
	pthread_mutex_destroy(&world->lock);
}

unsigned world_letters(struct world *world)
{
	unsigned count;

	pthread_mutex_lock(&world->lock);
	count = world->letter_count;
	pthread_mutex_unlock(&world->lock);
	return count;
}

struct letter world_letter(struct world *world, unsigned index)
{
	struct letter letter;

	must(index < LETTERS_MOST);
	eventually(world_letters(world) > index);
	pthread_mutex_lock(&world->lock);
	letter = world->letters[index];
	pthread_mutex_unlock(&world->lock);
	return letter;
}

const odeon_kind *world_kind(struct world *world, odeon_kind kind)
{
	must(world->kind_count < sizeof(world->kinds) / sizeof(world->kinds[0]));
	world->kinds[world->kind_count] = kind;
	return &world->kinds[world->kind_count++];
}

odeon_ref world_spawn(struct world *world, const odeon_kind *kind, const void *argument)
{
	odeon_ref ref = ODEON_NOBODY;
	int error = odeon_system_spawn(world->system, kind, argument, &ref);

	ck_assert_msg(error == 0, "odeon_system_spawn: %s", odeon_error_name(error));
	ck_assert(!odeon_ref_is_nobody(ref));
	return ref;
}

odeon_ref world_catcher(struct world *world, struct catcher first)
{
	return world_spawn(world, catcher, &first);
}

odeon_ref world_bounded(struct world *world, struct catcher first, odeon_mailbox mailbox)
{
	odeon_kind kind = *catcher;

	kind.mailbox = mailbox;
	return world_spawn(world, world_kind(world, kind), &first);
}

odeon_ref world_placed(struct world *world, struct catcher first, enum odeon_place place, unsigned worker)
{
	odeon_kind kind = *catcher;

	kind.place = place;
	kind.worker = worker;
	return world_spawn(world, world_kind(world, kind), &first);
}

static void post_errand(struct world *world, odeon_ref actor, errand_run *run, void *argument, struct gate *done)
{
	int error = odeon_post(world->system, actor, odeon_new(errand, .run = run, .argument = argument, .done = done));

	if (error != 0)                                /* an assertion that holds allocates, and the errand may be running already */
		ck_abort_msg("odeon_post of an errand: %s", odeon_error_name(error));
}

void world_tell(struct world *world, odeon_ref actor, errand_run *run, void *argument)
{
	post_errand(world, actor, run, argument, NULL);
}

void world_do(struct world *world, odeon_ref actor, errand_run *run, void *argument)
{
	struct gate done = GATE;

	post_errand(world, actor, run, argument, &done);
	gate_wait(&done, 1);
	pthread_mutex_lock(&done.lock);                /* whoever opened it has left it when this is ours */
	pthread_mutex_unlock(&done.lock);
}

void world_errand(struct world *world, errand_run *run, void *argument)
{
	odeon_ref actor = world_catcher(world, (struct catcher){ 0 });

	world_do(world, actor, run, argument);
	ck_assert_int_eq(odeon_actor_stop(world->system, actor), 0);
	world_await_end(world, actor);
}

odeon_ref world_plug(struct world *world, struct plug *plug)
{
	odeon_ref actor = world_catcher(world, (struct catcher){ 0 });

	world_tell(world, actor, errand_plug, plug);
	gate_wait(&plug->entered, 1);
	return actor;
}

void world_await_end(struct world *world, odeon_ref actor)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	eventually(odeon_actor_stats(world->system, actor, &stats) == ODEON_EGONE);
}

odeon_report *world_stop_in_vain(struct world *world, size_t stuck)
{
	odeon_time until = kit_deadline();
	odeon_report *report = NULL;

	do {
		odeon_report_free(report);
		must(odeon_clock_now().ns < until.ns);
		must(odeon_system_stop(world->system, odeon_clock_deadline(ODEON_MS(100)), &report) == ODEON_EBUSY);
	} while (report->count != stuck);
	return report;
}

odeon_ref world_ended(struct world *world)
{
	odeon_ref actor = world_catcher(world, (struct catcher){ 0 });

	ck_assert_int_eq(odeon_actor_stop(world->system, actor), 0);
	world_await_end(world, actor);
	return actor;
}

void world_posts(struct world *world, odeon_ref to, int first, int count)
{
	int i, error;

	for (i = 0; i < count; i++) {
		error = odeon_post(world->system, to, parcel_new(first + i));
		ck_assert_msg(error == 0, "odeon_post of parcel %d: %s", first + i, odeon_error_name(error));
	}
}

/* ---- a program ---------------------------------------------------------------------------------------------------- */

static uint64_t seed;                                  /* 0: no test asked for one */

uint64_t kit_seed(void)
{
	const char *text = getenv("ODEON_SEED");

	if (seed == 0)
		seed = text ? strtoull(text, NULL, 0) : (uint64_t)odeon_clock_now().ns * 0x9e3779b97f4a7c15u >> 20 | 1;
	return seed;
}

void kit_replay(uint64_t (*play)(uint64_t seed), unsigned seeds)
{
	for (unsigned i = 0; i < seeds; i++) {
		uint64_t trace = play(kit_seed() + i);

		ck_assert_uint_eq(trace, play(kit_seed() + i));
	}
}

static TCase *case_make(const struct kit_case *test_case)
{
	TCase *result = tcase_create(test_case->name);
	int i;

	tcase_set_timeout(result, KIT_TIMEOUT);
	if (test_case->setup || test_case->teardown)
		tcase_add_checked_fixture(result, test_case->setup, test_case->teardown);
	for (i = 0; test_case->tests[i]; i++)
		tcase_add_loop_test(result, test_case->tests[i], 0, test_case->loop ? test_case->loop : 1);
	return result;
}

/* How to run each case that failed alone. */
static void tell_how_to_repeat(SRunner *runner, const char *suite)
{
	TestResult **failures = srunner_failures(runner);
	int count = srunner_ntests_failed(runner), i;
	const char *last = "";

	for (i = 0; i < count; i++) {
		const char *name = tr_tcname(failures[i]);

		if (strcmp(name, last) != 0)
			fprintf(stderr, "# to run it alone: ODEON_SEED=%llu make check TESTS=tests/%s.t CK_RUN_CASE=%s\n",
			        (unsigned long long)kit_seed(), suite, name);
		last = name;
	}
	free(failures);
}

int kit_main(const char *suite_name, const struct kit_case *cases, unsigned count)
{
	Suite *suite = suite_create(suite_name);
	SRunner *runner;
	int failed, ran;
	unsigned i;

	kit_seed();                                    /* before the tests are forked off, so that they all have the same */
	for (i = 0; i < count; i++)
		suite_add_tcase(suite, case_make(&cases[i]));
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	ran = srunner_ntests_run(runner);
	tell_how_to_repeat(runner, suite_name);
	srunner_free(runner);
	if (ran == 0)
		fprintf(stderr, "# %s: CK_RUN_CASE or CK_RUN_SUITE selects nothing here\n", suite_name);
	return failed || ran == 0;
}

/* ---- for ThreadSanitizer ---------------------------------------------------------------------------------------- */

/* libuv closes by a system call of its own. Closed in the library's way, a descriptor's next life is not taken for this one. */
#ifdef KIT_THREAD_SANITIZER
# include <dlfcn.h>
# include <stdarg.h>
# include <sys/syscall.h>
# include <unistd.h>

static long (*system_call)(long number, ...);
__attribute__((constructor)) static void find_system_call(void) { *(void **)&system_call = dlsym(RTLD_NEXT, "syscall"); }

__attribute__((visibility("default"))) long syscall(long number, ...)
{
	long values[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		values[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_close)
		return close((int)values[0]);
	return system_call(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}
#endif
