/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bonds.c - bonds under simulation, with kills at every step: whatever the seed, an end is told once for each bond, after all
 * that came before it, and one seed is one run
 *
 * The scene: watchers who monitor and link players, undo some of it, and remember; players who fail by chance; a killer with
 * a number of victims. In the end all players are killed, and then everybody who had a bond must have been told.
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WATCHERS = 3, PLAYERS = 6, STEPS = 40, SEEDS = KIT_SLOWER(1000) };

struct scene {
	odeon_ref watchers[WATCHERS], players[PLAYERS];
	uint64_t state;                                /* of the choices: the same seed, the same choices */
	uint64_t trace;                                /* of who was told of whom, in order */
	unsigned told, wanted;
};

static unsigned choose(struct scene *scene, unsigned limit)
{
	scene->state = scene->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(scene->state >> 33) % limit;
}

/* ---- watchers ------------------------------------------------------------------------------------------------------------------- */

struct watching { struct scene *scene; unsigned number; };
struct watcher { struct scene *scene; unsigned number; bool monitors[PLAYERS], links[PLAYERS], was_told[PLAYERS]; };

static unsigned player_number(const struct scene *scene, odeon_ref who)
{
	for (unsigned i = 0; i < PLAYERS; i++)
		if (odeon_ref_equal(scene->players[i], who))
			return i;
	must(false);
	return 0;
}

static void change_monitor(odeon_self *self, struct watcher *watcher, unsigned player)
{
	odeon_ref who = watcher->scene->players[player];

	if (watcher->monitors[player]) {
		must(odeon_unmonitor(self, who) == 0);
		watcher->scene->wanted--;
	} else {
		must(odeon_monitor(self, who) == 0);
		watcher->scene->wanted++;
	}
	watcher->monitors[player] = !watcher->monitors[player];
}

/* The player may undo it, too: then there is no link although we think so. */
static void change_link(odeon_self *self, struct watcher *watcher, unsigned player)
{
	odeon_ref who = watcher->scene->players[player];

	if (watcher->links[player])
		(void)odeon_unlink(self, who);
	else
		must(odeon_link(self, who) == 0);
	watcher->links[player] = !watcher->links[player];
}

ODEON_HANDLER(watcher, note)
{
	unsigned player = choose(watcher->scene, PLAYERS);

	(void)note;
	if (choose(watcher->scene, 2))
		change_monitor(self, watcher, player);
	else
		change_link(self, watcher, player);
}

ODEON_HANDLER(watcher, odeon_down)
{
	struct scene *scene = watcher->scene;
	unsigned player = player_number(scene, odeon_down->who);

	must(odeon_ref_equal(odeon_from(self), odeon_down->who));
	scene->trace = (scene->trace ^ (watcher->number * 100 + player * 4 + odeon_down->bond)) * 0x100000001b3u;
	if (odeon_down->bond == ODEON_MONITORED) {
		must(watcher->monitors[player]);
		watcher->monitors[player] = false;
		scene->told++;
	} else {
		watcher->links[player] = false;        /* it may have been the player who linked */
	}
	watcher->was_told[player] = true;
}

/* The last words of a player, sent in its stop: before any news of it. */
ODEON_HANDLER(watcher, parcel)
{
	(void)self;
	must(!watcher->was_told[parcel->number]);
}

ODEON_START(watcher, watching)
{
	watcher->scene = watching->scene;
	watcher->number = watching->number;
	return odeon_trap(self, 1);
}

ODEON_HANDLERS(watcher_handlers, ODEON_ON(watcher, note), ODEON_ON(watcher, odeon_down), ODEON_ON(watcher, parcel));
ODEON_KIND(watcher, watcher_handlers, .start = ODEON_STARTS(watcher));

/* ---- players ---------------------------------------------------------------------------------------------------------------------- */

struct player { struct scene *scene; unsigned number; };

ODEON_HANDLER(player, note)
{
	odeon_ref who = player->scene->watchers[choose(player->scene, WATCHERS)];

	(void)note;
	switch (choose(player->scene, 8)) {
	case 0: odeon_fail(self, 9, "by chance"); break;
	case 1: odeon_exit(self); break;
	case 2: case 3: must(odeon_link(self, who) == 0); break;
	case 4: case 5: (void)odeon_unlink(self, who); break;
	case 6: must(odeon_trap(self, (int)choose(player->scene, 2)) == 0); break;
	default: break;
	}
}

ODEON_HANDLER(player, odeon_down) { (void)self; (void)player; (void)odeon_down; }

ODEON_STOP(player)
{
	(void)reason;
	for (unsigned i = 0; i < WATCHERS; i++) {
		struct parcel *parcel = parcel_new((int)player->number);

		must(parcel != NULL);
		(void)odeon_send(self, player->scene->watchers[i], parcel);
	}
}

ODEON_HANDLERS(player_handlers, ODEON_ON(player, note), ODEON_ON(player, odeon_down));
ODEON_KIND(player, player_handlers, .stop = ODEON_STOPS(player));

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

static odeon_system *open_scene(struct scene *scene, uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter, .on_failure = ignore_failure,
	                                      .simulation = { .enabled = 1, .seed = seed });
	odeon_system *system = NULL;

	*scene = (struct scene){ .state = seed };
	must(odeon_system_start(&options, &system) == 0);
	for (unsigned i = 0; i < WATCHERS; i++)
		must(odeon_system_spawn(system, &watcher_kind, &(struct watching){ scene, i },
		                        &scene->watchers[i]) == 0);
	for (unsigned i = 0; i < PLAYERS; i++)
		must(odeon_system_spawn(system, &player_kind, &(struct player){ scene, i }, &scene->players[i]) == 0);
	return system;
}

/* Some steps of everybody, in an order of the seed's, and a kill in between. */
static void act(odeon_system *system, struct scene *scene)
{
	for (int i = 0; i < STEPS; i++) {
		bool is_watcher = choose(scene, 3) != 0;
		odeon_ref to = is_watcher ? scene->watchers[choose(scene, WATCHERS)] : scene->players[choose(scene, PLAYERS)];

		(void)odeon_post(system, to, odeon_new(note, .number = i));
		if (choose(scene, 10) == 0)
			(void)odeon_actor_kill(system, scene->players[choose(scene, PLAYERS)]);
		if (choose(scene, 4) == 0)
			(void)odeon_system_wait(system, odeon_system_deadline(system, ODEON_US(choose(scene, 5))));
	}
}

static struct scene play(uint64_t seed)
{
	struct scene scene;
	odeon_system *system = open_scene(&scene, seed);
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	act(system, &scene);
	(void)odeon_system_wait(system, odeon_system_deadline(system, ODEON_SECONDS(1)));
	for (unsigned i = 0; i < PLAYERS; i++)
		(void)odeon_actor_kill(system, scene.players[i]);
	(void)odeon_system_wait(system, odeon_system_deadline(system, ODEON_SECONDS(1)));
	must(odeon_system_stats(system, &stats) == 0);
	must(stats.actors == WATCHERS && stats.queued == 0);   /* who traps has not ended by its links */
	must(scene.told == scene.wanted);
	must(odeon_system_stop(system, odeon_system_deadline(system, ODEON_SECONDS(1)), NULL) == 0);
	must(odeon_system_free(system) == 0);
	return scene;
}

START_TEST(whatever_the_seed_each_bond_is_told_once)
{
	unsigned told = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		told += play(seed).told;
	ck_assert_uint_gt(told, SEEDS);                        /* or nothing was tried */
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

KIT_MAIN("simulation/bonds",
	{ "seeds", KIT_TESTS(whatever_the_seed_each_bond_is_told_once), NULL, NULL, 0 },
	{ "replay", KIT_TESTS(the_same_seed_is_the_same_run), NULL, NULL, 0 })
