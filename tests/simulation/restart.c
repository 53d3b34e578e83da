/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restart.c - supervision under simulation, with failures, halts and kills at every step: whatever the seed, no message is lost,
 * handled twice or out of order, none is handled by one that is halted, and each halt and each end is told once
 *
 * The scene: a manager under a root, and workers under the manager, pooled, pinned and with threads of their own. Workers fail
 * and exit by chance, with a message in hand; so do their starts anew, and the manager. What is halted the manager starts
 * anew at once, or later, or kills; in place of who has ended it spawns another one. The root starts the manager anew. The host
 * posts parcels with numbers, and kills.
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 5, STEPS = 60, SEEDS = KIT_SLOWER(1000) };

struct desk {                                          /* a place for one worker after another; the judge's */
	odeon_ref who;
	bool runs;                                     /* start has succeeded, and stop has not run since */
	bool is_halted, was_told;                      /* its stop has run, and it has not ended as far as is known; ... by the news */
	int sent, seen;                                /* the last number */
	int again;                                     /* the number that is to be handled once more; 0: none */
	unsigned halts, halts_told, ends_told;
};

struct scene {
	odeon_system *system;
	odeon_ref root, manager;
	struct desk desks[WORKERS];
	uint64_t state, trace;                         /* of the choices; of what happened */
	unsigned restarts, refused, kills, ends, managers;
	bool is_over;                                  /* nobody fails any more */
};

static struct scene *scene;                            /* the one that plays */

static unsigned choose(unsigned limit)
{
	scene->state = scene->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(scene->state >> 33) % limit;
}

static bool happens(unsigned once_in) { return !scene->is_over && choose(once_in) == 0; }

static bool is_fine(int error) { return error == 0 || error == ODEON_ESTOPPING; }

static void note_down(uint64_t what) { scene->trace = (scene->trace ^ what) * 0x100000001b3u; }

/* ---- workers ------------------------------------------------------------------------------------------------------------------ */

static const enum odeon_failed policies[WORKERS] = {
	ODEON_FAILED_BURIED, ODEON_FAILED_AGAIN, ODEON_FAILED_DROPPED, ODEON_FAILED_AGAIN, ODEON_FAILED_AGAIN,
};

struct seat { unsigned number; bool is_anew; };
struct worker { struct desk *desk; unsigned number; };

ODEON_START(worker, seat)
{
	worker->desk = &scene->desks[seat->number];
	worker->number = seat->number;
	must(!worker->desk->runs);
	if (seat->is_anew) {
		must(odeon_ref_equal(odeon_self_ref(self), worker->desk->who));
		if (happens(5))
			return ODEON_ENOMEM;
	} else
		*worker->desk = (struct desk){ .who = odeon_self_ref(self) };
	worker->desk->runs = true;
	worker->desk->is_halted = worker->desk->was_told = false;
	return 0;
}

ODEON_STOP(worker)
{
	note_down((uint64_t)reason->code * 31 + worker->number);
	if (!odeon_ref_equal(worker->desk->who, odeon_self_ref(self)))
		return;                                /* the manager was started anew, and there is another one already */
	must(worker->desk->runs);
	worker->desk->runs = false;
	worker->desk->is_halted = true;
}

static void fall(odeon_self *self, struct desk *desk, unsigned number, int parcel)
{
	if (policies[number] == ODEON_FAILED_AGAIN)
		desk->again = desk->again == parcel ? 0 : parcel;
	odeon_fail(self, 3, "by chance");
}

ODEON_HANDLER(worker, parcel)
{
	struct desk *desk = worker->desk;
	int number = parcel->number;

	must(desk->runs && odeon_ref_equal(desk->who, odeon_self_ref(self)));
	if (desk->again != 0)
		must(number == desk->again);           /* before all others */
	else
		must(number > desk->seen);
	desk->seen = number;
	note_down((uint64_t)number * 7 + worker->number);
	if (happens(6)) {
		fall(self, desk, worker->number, number);
		return;
	}
	desk->again = 0;
	if (happens(30))
		odeon_exit(self);
	else if (happens(8))
		odeon_free(parcel);
}

ODEON_HANDLERS(worker_handlers, ODEON_ON(worker, parcel));
static const odeon_kind kinds[WORKERS] = {
	ODEON_KIND_INIT(worker, worker_handlers, .start = ODEON_STARTS(worker), .stop = ODEON_STOPS(worker)),
	ODEON_KIND_INIT(worker, worker_handlers, .start = ODEON_STARTS(worker), .stop = ODEON_STOPS(worker)),
	ODEON_KIND_INIT(worker, worker_handlers, .start = ODEON_STARTS(worker), .stop = ODEON_STOPS(worker), .place = ODEON_PINNED),
	ODEON_KIND_INIT(worker, worker_handlers, .start = ODEON_STARTS(worker), .stop = ODEON_STOPS(worker), .mailbox = { .messages = 4 }),
	ODEON_KIND_INIT(worker, worker_handlers, .start = ODEON_STARTS(worker), .stop = ODEON_STOPS(worker), .place = ODEON_OWN_THREAD),
};

/* ---- the manager ---------------------------------------------------------------------------------------------------------------- */

struct manager { odeon_ref workers[WORKERS]; };

static int hire(odeon_self *self, struct manager *manager, unsigned number)
{
	odeon_supervision supervision = ODEON_SUPERVISION(.failed = policies[number], .halts_on_exit = number % 2 == 0);

	scene->desks[number].runs = false;
	return odeon_spawn_supervised(self, &kinds[number], &(struct seat){ number, false }, &supervision,
	                              &manager->workers[number]);
}

ODEON_START(manager, seat)
{
	int error = 0;

	for (unsigned i = 0; i < WORKERS && error == 0; i++)
		error = hire(self, manager, i);
	scene->managers++;
	return error;
}

static unsigned number_of(const struct manager *manager, odeon_ref who)
{
	for (unsigned i = 0; i < WORKERS; i++)
		if (odeon_ref_equal(manager->workers[i], who))
			return i;
	must(false);                                   /* news of a worker of a former life */
	return 0;
}

static void start_anew(odeon_self *self, unsigned number)
{
	struct desk *desk = &scene->desks[number];
	int error = odeon_restart(self, desk->who, &(struct seat){ number, true });

	must(is_fine(error) || error == ODEON_ENOMEM || error == ODEON_EGONE);
	scene->restarts += error == 0;
	scene->refused += error == ODEON_ENOMEM;
	if (error == ODEON_ENOMEM)                     /* later */
		must(odeon_send(self, odeon_self_ref(self), odeon_new(note, .number = (int)number)) == 0);
}

ODEON_HANDLER(manager, note)
{
	unsigned number = (unsigned)note->number % WORKERS;
	struct desk *desk = &scene->desks[number];

	if (note->number >= WORKERS)
		(void)odeon_halt(self, manager->workers[number]);
	else if (desk->was_told)
		start_anew(self, number);
	if (happens(40))
		odeon_fail(self, 4, "by chance");
}

ODEON_HANDLER(manager, odeon_down)
{
	unsigned number = number_of(manager, odeon_down->who);
	struct desk *desk = &scene->desks[number];

	must(odeon_down->bond == ODEON_SUPERVISED && !desk->runs && desk->is_halted);
	note_down((uint64_t)odeon_down->is_halted + number * 2 + (uint64_t)odeon_down->code * 64);
	if (!odeon_down->is_halted) {
		scene->ends++;
		must(is_fine(hire(self, manager, number)));
		return;
	}
	must(!desk->was_told);
	desk->was_told = true;
	switch (scene->is_over ? 0 : choose(8)) {
	case 0: case 1: case 2: case 3: start_anew(self, number); break;
	case 4: (void)odeon_actor_kill(scene->system, desk->who); break;
	default: must(odeon_send(self, odeon_self_ref(self), odeon_new(note, .number = (int)number)) == 0); break;
	}
}

ODEON_HANDLERS(manager_handlers, ODEON_ON(manager, note), ODEON_ON(manager, odeon_down));
ODEON_KIND(manager, manager_handlers, .start = ODEON_STARTS(manager));

/* ---- the root ---------------------------------------------------------------------------------------------------------------------- */

struct root { int unused; };

ODEON_START(root, seat)
{
	odeon_supervision supervision = ODEON_SUPERVISION(.failed = ODEON_FAILED_DROPPED);

	return odeon_spawn_supervised(self, &manager_kind, NULL, &supervision, &scene->manager);
}

ODEON_HANDLER(root, odeon_down)
{
	must(odeon_ref_equal(odeon_down->who, scene->manager));
	if (odeon_down->is_halted) {
		int error = odeon_restart(self, scene->manager, NULL);

		must(is_fine(error) || error == ODEON_EGONE);  /* the host killed it meanwhile */
	} else
		must(is_fine(odeon_spawn_supervised(self, &manager_kind, NULL, NULL, &scene->manager)));
}

ODEON_HANDLERS(root_handlers, ODEON_ON(root, odeon_down));
ODEON_KIND(root, root_handlers, .start = ODEON_STARTS(root));

/* ---- the play ----------------------------------------------------------------------------------------------------------------------- */

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void ignore_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
}

static void wait_a_little(odeon_duration most)
{
	(void)odeon_system_wait(scene->system, odeon_system_deadline(scene->system, most));
}

static void act(void)
{
	for (int i = 0; i < STEPS; i++) {
		struct desk *desk = &scene->desks[choose(WORKERS)];
		unsigned what = choose(40);

		if (what < 30)
			(void)odeon_post(scene->system, desk->who, parcel_new(++desk->sent));
		else if (what < 34)
			(void)odeon_post(scene->system, scene->manager, odeon_new(note, .number = (int)choose(2 * WORKERS)));
		else if (what < 36)
			scene->kills += odeon_actor_kill(scene->system, desk->who) == 0;
		else if (what < 37)
			(void)odeon_actor_stop(scene->system, desk->who);
		else if (what < 38 && choose(6) == 0)
			(void)odeon_actor_kill(scene->system, scene->manager);
		if (choose(3) == 0)
			wait_a_little(ODEON_US(choose(6)));
	}
}

/* At rest, with nobody failing any more: all run, and nothing waits. */
static void expect_rest(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stats(scene->system, &stats) == 0);
	must(stats.actors == 2 + WORKERS && stats.queued == 0);
	must(stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	for (unsigned i = 0; i < WORKERS; i++)
		must(scene->desks[i].runs);
}

static struct scene play(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter, .on_failure = ignore_failure,
	                                      .simulation = { .enabled = 1, .seed = seed });
	struct scene this = { .state = seed };

	scene = &this;
	must(odeon_system_start(&options, &this.system) == 0);
	must(odeon_system_spawn(this.system, &root_kind, NULL, &this.root) == 0);
	act();
	wait_a_little(ODEON_SECONDS(1));
	this.is_over = true;
	for (int i = 0; i < WORKERS; i++)
		must(odeon_post(this.system, this.manager, odeon_new(note, .number = i)) == 0);
	wait_a_little(ODEON_SECONDS(1));
	expect_rest();
	must(odeon_system_stop(this.system, odeon_system_deadline(this.system, ODEON_SECONDS(1)), NULL) == 0);
	must(odeon_system_free(this.system) == 0);
	must(parcels_made() == parcels_dropped());
	return this;
}

START_TEST(whatever_the_seed_nothing_is_lost)
{
	unsigned restarts = 0, refused = 0, kills = 0, ends = 0, managers = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct scene played = play(seed);

		restarts += played.restarts;
		refused += played.refused;
		kills += played.kills;
		ends += played.ends;
		managers += played.managers;
	}
	ck_assert_uint_gt(restarts, SEEDS);                    /* or too little was tried */
	ck_assert_uint_gt(refused, SEEDS / 4);
	ck_assert_uint_gt(kills, SEEDS);
	ck_assert_uint_gt(ends, SEEDS);
	ck_assert_uint_gt(managers, SEEDS + SEEDS / 20);
	printf("%d seeds: %u starts anew, %u refused, %u kills, %u ends, %u managers\n", SEEDS, restarts, refused, kills, ends,
	       managers);
}
END_TEST

START_TEST(the_same_seed_is_the_same_run)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct scene first = play(seed), second = play(seed);

		ck_assert_uint_eq(first.trace, second.trace);
	}
	ck_assert_uint_ne(play(1).trace, play(2).trace);
}
END_TEST

KIT_MAIN("simulation/restart",
	{ "seeds", KIT_TESTS(whatever_the_seed_nothing_is_lost), NULL, NULL, 0 },
	{ "replay", KIT_TESTS(the_same_seed_is_the_same_run), NULL, NULL, 0 })
