/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervisor.c - a tree of supervisors under simulation, with failures, kills and starts that fail at every step: whatever the seed,
 * each message is handled once or is a dead letter, in the order sent; all members are up again in the end; they stop in reverse
 * order
 *
 * The scene: a supervisor of three, one of each strategy, of four members each. Members fail by chance with a message in hand, which
 * comes again; they exit, and their starts fail. The host posts parcels with growing numbers, kills members and supervisors, and has
 * members started anew. A supervisor that gives up is started anew by the one above.
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>

enum { BRANCHES = 3, EACH = 4, MEMBERS = BRANCHES * EACH, STEPS = 150, SEEDS = KIT_SLOWER(1000), NUMBERS_MOST = 4096 };

struct place { odeon_ref who; int seen, again; bool runs; };

static struct {
	odeon_system *system;
	odeon_ref top;
	struct place places[MEMBERS];
	unsigned handled[NUMBERS_MOST];
	int posted;
	unsigned buried, restarts, kills;
	uint64_t state, trace;
	bool is_over, stops;
	unsigned last_stopped;
} scene;

static unsigned choose(unsigned limit)
{
	scene.state = scene.state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(scene.state >> 33) % limit;
}

static bool happens(unsigned once_in) { return !scene.is_over && choose(once_in) == 0; }
static void note_down(uint64_t what) { scene.trace = (scene.trace ^ what) * 0x100000001b3u; }

/* ---- members ---------------------------------------------------------------------------------------------------------------- */

struct seat { unsigned number; };
struct member { unsigned number; };

ODEON_START(member, seat)
{
	struct place *place = &scene.places[seat->number];

	member->number = seat->number;
	if (happens(6))
		return ODEON_ESYSTEM;
	if (!odeon_ref_equal(place->who, odeon_self_ref(self)))
		place->again = 0;
	else
		must(!place->runs);
	place->who = odeon_self_ref(self);
	place->runs = true;
	note_down(seat->number);
	scene.restarts++;
	return 0;
}

ODEON_STOP(member)
{
	struct place *place = &scene.places[member->number];

	if (odeon_ref_equal(place->who, odeon_self_ref(self)))
		place->runs = false;
	if (scene.stops) {
		must(member->number < scene.last_stopped);
		scene.last_stopped = member->number;
	}
}

ODEON_HANDLER(member, parcel)
{
	struct place *place = &scene.places[member->number];
	int number = parcel->number;

	must(place->again == 0 || !odeon_ref_equal(place->who, odeon_self_ref(self)) || number == place->again);
	must(number > place->seen || number == place->again);
	place->seen = number;
	note_down((uint64_t)number * 16 + member->number);
	if (happens(8)) {
		place->again = place->again == number ? 0 : number;
		odeon_fail(self, 3, "by chance");
		return;
	}
	place->again = 0;
	scene.handled[number]++;
	if (happens(30))
		odeon_exit(self);
}
ODEON_HANDLERS(member_handlers, ODEON_ON(member, parcel));
ODEON_KIND(member, member_handlers, .start = ODEON_STARTS(member), .stop = ODEON_STOPS(member));

/* ---- the scene ---------------------------------------------------------------------------------------------------------------- */

static void on_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	scene.buried += letter->type == ODEON_TYPE(parcel);
}

static void on_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
	must(false);                                   /* the one at the top never gives up */
}

static const char *const names[] = { "a", "b", "c", "d" };

/* What the rules point to while the scene plays. */
static struct { struct seat seats[MEMBERS]; odeon_child leaves[MEMBERS], branches[BRANCHES]; odeon_supervisor rules[BRANCHES]; } book;

static void write_book(odeon_duration pause)
{
	for (unsigned i = 0; i < MEMBERS; i++) {
		book.seats[i].number = i;
		book.leaves[i] = (odeon_child)ODEON_CHILD(.name = names[i % EACH], .kind = &member_kind, .argument = &book.seats[i],
			.argument_bytes = sizeof(struct seat), .failed = ODEON_FAILED_AGAIN);
	}
	for (unsigned i = 0; i < BRANCHES; i++) {
		book.rules[i] = (odeon_supervisor)ODEON_SUPERVISOR(.strategy = (enum odeon_strategy)i, .restarts = 6,
			.within = ODEON_MS(200), .pause = pause, .jitter = 20, .children = &book.leaves[i * EACH], .count = EACH);
		book.branches[i] = (odeon_child)ODEON_CHILD(.name = names[i], .kind = &odeon_supervisor_kind,
			.argument = &book.rules[i], .argument_bytes = sizeof book.rules[i]);
	}
}

static void open_scene(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed }, .on_dead_letter = on_letter,
	                                      .on_failure = on_failure);
	odeon_supervisor top = ODEON_SUPERVISOR(.children = book.branches, .count = BRANCHES, .restarts = ODEON_RESTARTS_ANY);

	memset(&scene, 0, sizeof scene);
	scene.state = seed;
	scene.is_over = true;                          /* not yet */
	write_book(seed % 2 == 0 ? 0 : ODEON_MS(3));
	must(odeon_system_start(&options, &scene.system) == 0);
	must(odeon_supervise(scene.system, &top, &scene.top) == 0);
	scene.is_over = false;
}

static void run(odeon_duration how_long)
{
	must(odeon_system_run(scene.system, odeon_system_deadline(scene.system, how_long)) >= 0);
}

static void post(unsigned member)
{
	must(++scene.posted < NUMBERS_MOST);
	(void)odeon_post(scene.system, scene.places[member].who, parcel_new(scene.posted));
}

/* The supervisor of a branch, found as users do. */
struct wish { unsigned branch; bool kills; };
struct finder { struct wish wish; };
struct found { int unused; };
ODEON_ANSWER(finder, found, odeon_child_is)
{
	if (odeon_child_is != NULL && finder->wish.kills)
		(void)odeon_actor_kill(scene.system, odeon_child_is->who);
	else if (odeon_child_is != NULL)
		(void)odeon_send(self, odeon_child_is->who, odeon_child_restart_new(names[finder->wish.branch]));
	odeon_exit(self);
}

ODEON_START(finder, wish)
{
	finder->wish = *wish;
	return odeon_request(self, scene.top, odeon_child_find_new(names[finder->wish.branch]), ODEON_NEVER,
	                     ODEON_THEN(self, finder, found, odeon_child_is, .unused = 0));
}
ODEON_HANDLER(finder, note) { odeon_exit(self); }
ODEON_HANDLERS(finder_handlers, ODEON_ON(finder, note));
ODEON_KIND(finder, finder_handlers, .start = ODEON_STARTS(finder));

static void step(void)
{
	unsigned what = choose(40), member = choose(MEMBERS);

	if (what == 0) {
		scene.kills++;
		(void)odeon_actor_kill(scene.system, scene.places[member].who);
	} else if (what <= 2)
		must(odeon_system_spawn(scene.system, &finder_kind, &(struct wish){ member % BRANCHES, what == 1 }, NULL) == 0);
	else if (what <= 10)
		run(ODEON_MS(choose(4)));
	else
		for (unsigned i = 0; i <= what % 4; i++)
			post(member);
}

static void all_are_up(void)
{
	scene.is_over = true;
	run(ODEON_SECONDS(60));
	for (unsigned i = 0; i < MEMBERS; i++) {
		must(scene.places[i].runs);
		post(i);
		run(ODEON_MS(1));
		must(scene.handled[scene.posted] == 1);
	}
}

static void nothing_is_lost(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	unsigned handled = 0;

	for (int i = 1; i <= scene.posted; i++) {
		must(scene.handled[i] <= 1);
		handled += scene.handled[i];
	}
	must((unsigned)scene.posted == handled + scene.buried);
	must(odeon_system_stats(scene.system, &stats) == 0);
	must(stats.queued == 0 && stats.actors == 0 && stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(parcels_made() == parcels_dropped());
}

static uint64_t play(uint64_t seed)
{
	open_scene(seed);
	for (int i = 0; i < STEPS; i++)
		step();
	all_are_up();
	scene.stops = true;
	scene.last_stopped = MEMBERS;
	must(odeon_supervisor_stop(scene.system, scene.top) == 0);
	run(ODEON_SECONDS(10));
	nothing_is_lost();
	must(odeon_system_free(scene.system) == 0);
	return scene.trace;
}

START_TEST(whatever_fails_no_message_is_lost_and_all_are_up_in_the_end)
{
	uint64_t first = kit_seed(), seed;
	unsigned restarts = 0, kills = 0, buried = 0;

	for (seed = first; seed < first + (unsigned)SEEDS; seed++) {
		(void)play(seed);
		restarts += scene.restarts - MEMBERS;
		kills += scene.kills;
		buried += scene.buried;
	}
	must(restarts > (unsigned)SEEDS * 5 && kills > 0 && buried > 0);
}
END_TEST

START_TEST(the_same_seed_plays_the_same) { kit_replay(play, 20); }
END_TEST

KIT_MAIN("simulation/supervisor", { .name = "tree", .tests = KIT_TESTS(
	whatever_fails_no_message_is_lost_and_all_are_up_in_the_end, the_same_seed_plays_the_same) })
