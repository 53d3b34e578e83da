/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * offload.c - functions on pools in simulated systems: under many seeds, with askers, threads and pools killed, every continuation
 * that was made runs once, a function runs at most once, and not at all where its asker is told that it did not, or has ended;
 * each seed twice, with the same events
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>

enum { ASKERS = 4, SEEDS = 600, ROUNDS = 15, NUMBERS_MOST = 1000 };

static struct {
	odeon_system *system;
	odeon_ref askers[ASKERS], pool, silent, thread;        /* thread: one that answered */
	uint64_t random, events;
	unsigned long made, run;
	unsigned numbers;
	struct { odeon_ref asker; odeon_time until; unsigned char begun; } functions[NUMBERS_MOST];
} scene;
static unsigned long errors[ODEON_ERROR_COUNT];

static unsigned choose(unsigned below)
{
	scene.random = scene.random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(scene.random >> 33) % below;
}

static void note_event(void *host, const char *line)
{
	(void)host;
	for (; *line != 0; line++)
		scene.events = (scene.events ^ (unsigned char)*line) * 1099511628211u;
}

/* ---- functions ------------------------------------------------------------------------------------------------------------- */

/* Once, and only while somebody waits for it. */
static void begin(const struct parcel *parcel)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	must(scene.functions[parcel->number].begun++ == 0);
	must(odeon_actor_stats(scene.system, scene.functions[parcel->number].asker, &stats) == 0);
	must(odeon_system_now(scene.system).ns < scene.functions[parcel->number].until.ns);
}

ODEON_BLOCKING(answer_somehow, parcel, parcel)
{
	begin(parcel);
	if (choose(3) == 0)
		return parcel_new(parcel->number);
	if (choose(3) != 0)
		return parcel;
	*error = ODEON_ELAGGED;
	return NULL;
}

/* For so much virtual time, which another actor does not end. */
ODEON_BLOCKING(wait_a_while, parcel, parcel)
{
	int why;

	begin(parcel);
	odeon_free(odeon_ask(parcel, scene.system, scene.silent, parcel_new(0),
	                     odeon_system_deadline(scene.system, ODEON_US((int)choose(60))), &why));
	must(why != 0);
	return parcel;
}

/* ---- askers ----------------------------------------------------------------------------------------------------------------- */

struct asker { char unused; };
struct after { struct parcel *owned; int number; };
ODEON_ANSWER(asker, after, parcel)
{
	scene.run++;
	errors[-error]++;
	odeon_free(after->owned);
	if (error == 0) {
		must(parcel->number == after->number && scene.functions[parcel->number].begun == 1);
		scene.thread = odeon_from(self);
	}
	if (error == ODEON_EFULL || error == ODEON_EGONE)
		must(scene.functions[after->number].begun == 0);
	if (error == ODEON_ELAGGED)
		must(scene.functions[after->number].begun == 1);
}

static void offload(odeon_self *self, const odeon_blocking *function, odeon_time until)
{
	struct parcel *owned = parcel_new(-1);
	int number = (int)scene.numbers++;

	must(scene.numbers <= NUMBERS_MOST);
	scene.functions[number].asker = odeon_self_ref(self);
	scene.functions[number].until = until;
	if (odeon_offload_at(self, scene.pool, function, parcel_new(number), until,
	                     ODEON_THEN(self, asker, after, parcel, .owned = owned, .number = number), ODEON_HERE) == 0)
		scene.made++;
	else
		odeon_free(owned);
}

ODEON_HANDLER(asker, note)
{
	for (unsigned left = choose(6); left > 0; left--)
		offload(self, choose(2) ? &ODEON_BLOCKING_answer_somehow : &ODEON_BLOCKING_wait_a_while,
		        choose(2) ? ODEON_NEVER : odeon_deadline(self, ODEON_US((int)choose(80))));
	if (choose(20) == 0)
		odeon_exit(self);
}
ODEON_HANDLERS(asker_handlers, ODEON_ON(asker, note));
ODEON_KIND(asker, asker_handlers);

struct silent { struct parcel *kept; };
ODEON_HANDLER(silent, parcel)
{
	odeon_free(silent->kept);
	silent->kept = odeon_keep(self, parcel);
}
ODEON_STOP(silent) { odeon_free(silent->kept); }
ODEON_HANDLERS(silent_handlers, ODEON_ON(silent, parcel));
ODEON_KIND(silent, silent_handlers, .stop = ODEON_STOPS(silent));

/* ---- the scene ------------------------------------------------------------------------------------------------------------------ */

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void open_pool(void)
{
	odeon_offload_options options = ODEON_OFFLOAD(.threads = 1 + choose(3), .waiting = 1 + choose(4),
	                                              .idle = ODEON_US(1 + (int)choose(100)));

	must(odeon_offload_start(scene.system, &options, &scene.pool) == 0);
}

static void settle(unsigned index)
{
	must(odeon_system_spawn(scene.system, &asker_kind, NULL, &scene.askers[index]) == 0);
}

static void disturb(void)
{
	unsigned index = choose(ASKERS);

	switch (choose(8)) {
	case 0:
		(void)odeon_actor_kill(scene.system, scene.askers[index]);
		settle(index);
		break;
	case 1:
		(void)odeon_actor_kill(scene.system, scene.thread);
		break;
	case 2:
		(void)odeon_actor_stop(scene.system, scene.thread);
		break;
	case 3:
		(void)(choose(2) ? odeon_actor_kill : odeon_actor_stop)(scene.system, scene.pool);
		open_pool();
		break;
	default:
		break;
	}
}

static uint64_t live_through(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter,
	                                      .simulation = { .enabled = 1, .seed = seed, .on_event = note_event });
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	memset(&scene, 0, sizeof scene);
	scene.random = seed;
	must(odeon_system_start(&options, &scene.system) == 0);
	must(odeon_system_spawn(scene.system, &silent_kind, NULL, &scene.silent) == 0);
	open_pool();
	for (unsigned i = 0; i < ASKERS; i++)
		settle(i);
	for (unsigned round = 0; round < ROUNDS; round++) {
		(void)odeon_post(scene.system, scene.askers[choose(ASKERS)], odeon_new(note, .number = 1));
		if (choose(2) == 0)
			(void)odeon_system_run(scene.system, odeon_system_deadline(scene.system, ODEON_US((int)choose(60))));
		disturb();
	}
	must(odeon_system_stop(scene.system, ODEON_NEVER, NULL) == 0);
	must(odeon_system_stats(scene.system, &stats) == 0);
	if (stats.accepted != stats.handled + stats.dropped + stats.dead_letters)
		ck_abort_msg("seed %llu: messages are lost", (unsigned long long)seed);
	if (scene.made != scene.run)
		ck_abort_msg("seed %llu: %lu continuations made, %lu run", (unsigned long long)seed, scene.made, scene.run);
	must(odeon_system_free(scene.system) == 0);
	if (parcels_made() != parcels_dropped())
		ck_abort_msg("seed %llu: a parcel is lost", (unsigned long long)seed);
	return scene.events;
}

static int count_kinds(void)
{
	int kinds = 0;

	for (int i = 0; i < ODEON_ERROR_COUNT; i++)
		kinds += errors[i] > 0;
	return kinds;
}

START_TEST(whoever_is_killed_each_function_has_one_end)
{
	uint64_t first = kit_seed() % 1000000 + 1, seed;
	int kinds;

	for (seed = first; kit_goes_on((int)(seed - first), SEEDS, count_kinds() >= 6); seed++)
		if (live_through(seed) != live_through(seed))
			ck_abort_msg("seed %llu: not the same twice", (unsigned long long)seed);
	kinds = count_kinds();
	if (kinds < 6)
		for (int i = 0; i < ODEON_ERROR_COUNT; i++)
			fprintf(stderr, "%s: %lu\n", odeon_error_name(-i), errors[i]);
	ck_assert_int_ge(kinds, 6);                            /* the scene is rich enough to mean something */
}
END_TEST

KIT_MAIN("simulation/offload", { "seeds", KIT_TESTS(whoever_is_killed_each_function_has_one_end), NULL, NULL, 0 })
