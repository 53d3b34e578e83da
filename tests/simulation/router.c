/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * router.c - a pool under simulation whose routees fail, exit and are killed, while it changes its size: whatever the seed, each message
 * is handled once, or its sender was refused, or it is a dead letter; by key none overtakes another; each request is answered once;
 * and in the end all places are filled again, or the pool has ended whole
 *
 * The scene: senders, each an actor, that send, forward and ask by turns, with growing numbers for each key. Routees fail by chance with
 * a message in hand, which comes again; they exit, and their starts fail. The host resizes the pool, kills routees, and posts.
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>

enum { SENDERS = 3, KEYS_EACH = 5, KEYS = SENDERS * KEYS_EACH, LEAST = 2, MOST = 7, STEPS = 120, SEEDS = KIT_SLOWER(1000),
       NUMBERS_MOST = 4096 };

static struct {
	odeon_system *system;
	odeon_router *router;
	odeon_ref senders[SENDERS];
	int last[KEYS];                                /* handled, by key */
	unsigned handled[NUMBERS_MOST];
	unsigned sent, asked, answered, failed, kills, buried, routees_most;
	bool by_key, is_over;
	uint64_t state, trace;
	struct { odeon_ref who; bool runs; } routees[256];
	unsigned routee_count;
} scene;

static unsigned choose(unsigned limit)
{
	scene.state = scene.state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(scene.state >> 33) % limit;
}

static bool happens(unsigned once_in) { return !scene.is_over && choose(once_in) == 0; }
static void note_down(uint64_t what) { scene.trace = (scene.trace ^ what) * 0x100000001b3u; }

/* ---- routees ----------------------------------------------------------------------------------------------------------------- */

static unsigned routee_number(odeon_ref who)
{
	unsigned number = 0;

	while (number < scene.routee_count && !odeon_ref_equal(scene.routees[number].who, who))
		number++;
	must(number < 256);
	if (number == scene.routee_count)
		scene.routees[scene.routee_count++].who = who;
	return number;
}

struct routee { unsigned number; };

ODEON_START(routee, parcel)
{
	if (happens(8))
		return ODEON_ESYSTEM;
	routee->number = routee_number(odeon_self_ref(self));
	must(!scene.routees[routee->number].runs);
	scene.routees[routee->number].runs = true;
	return 0;
}

ODEON_STOP(routee) { scene.routees[routee->number].runs = false; }

ODEON_HANDLER(routee, parcel)
{
	note_down((uint64_t)parcel->number * 64 + routee->number);
	if (happens(12)) {
		scene.failed++;
		odeon_fail(self, 3, "by chance");
		return;
	}
	if (scene.by_key)
		must(parcel->number > scene.last[parcel->sender]);
	scene.last[parcel->sender] = parcel->number;
	scene.handled[parcel->number]++;
	if (!happens(10))
		(void)odeon_reply(self, odeon_new(note));
	if (happens(40))
		odeon_exit(self);
}
ODEON_ROUTEE(routee)
ODEON_HANDLERS(routee_handlers, ODEON_ON(routee, parcel), ODEON_ON_ROUTEE(routee));
ODEON_KIND(routee, routee_handlers, .start = ODEON_STARTS(routee), .stop = ODEON_STOPS(routee));

/* ---- senders -------------------------------------------------------------------------------------------------------------------- */

struct who { unsigned number; };
struct sender { unsigned number; };
struct go { unsigned messages; };
ODEON_MESSAGE(go);

struct awaited { int number; };
ODEON_ANSWER(sender, awaited, note)
{
	scene.answered++;
	note_down((uint64_t)awaited->number * 64 + (uint64_t)-error);
}

static struct parcel *next_parcel(unsigned key)
{
	struct parcel *parcel = parcel_new((int)++scene.sent);

	must(parcel != NULL && scene.sent < NUMBERS_MOST);
	parcel->sender = key;
	return parcel;
}

ODEON_HANDLER(sender, go)
{
	for (unsigned i = 0; i < go->messages; i++) {
		struct parcel *parcel = next_parcel(sender->number * KEYS_EACH + choose(KEYS_EACH));
		int number = parcel->number;

		if (choose(4) == 0) {
			scene.asked++;
			must(odeon_router_request(self, scene.router, parcel, choose(2) == 0 ? ODEON_NEVER : odeon_deadline(self, ODEON_MS(40)),
			                          ODEON_THEN(self, sender, awaited, note, .number = number)) == 0);
		} else
			(void)odeon_router_send(self, scene.router, parcel);
	}
}
ODEON_HANDLER(sender, note) { }
ODEON_START(sender, who)
{
	sender->number = who->number;
	return 0;
}
ODEON_HANDLERS(sender_handlers, ODEON_ON(sender, go), ODEON_ON(sender, note));
ODEON_KIND(sender, sender_handlers, .start = ODEON_STARTS(sender));

/* ---- the scene ------------------------------------------------------------------------------------------------------------------- */

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
	must(scene.is_over && reason->code == ODEON_EKILLED);   /* the router's actor, by end_pool */
}

static uint64_t key(void *data, const void *message)
{
	(void)data;
	return ((const struct parcel *)message)->sender;
}

static void run(odeon_duration how_long)
{
	must(odeon_system_run(scene.system, odeon_system_deadline(scene.system, how_long)) >= 0);
	if (odeon_router_count(scene.router) > scene.routees_most)
		scene.routees_most = odeon_router_count(scene.router);
}

static void open_scene(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed }, .on_dead_letter = on_letter,
	                                      .on_failure = on_failure);
	odeon_pool pool = ODEON_POOL(.kind = &routee_kind, .least = LEAST, .most = MOST, .failed = ODEON_FAILED_AGAIN, .key = key,
		.routing = seed % 2 == 0 ? ODEON_ROUTE_BY_KEY : (enum odeon_routing)(seed / 2 % 3), .busy = 3, .idle = ODEON_MS(15),
		.every = ODEON_MS(2));

	memset(&scene, 0, sizeof scene);
	scene.state = seed;
	scene.is_over = true;                          /* not yet */
	scene.by_key = pool.routing == ODEON_ROUTE_BY_KEY;
	must(odeon_system_start(&options, &scene.system) == 0);
	must(odeon_router_open(scene.system, &pool, &scene.router) == 0);
	for (unsigned i = 0; i < SENDERS; i++)
		must(odeon_system_spawn(scene.system, &sender_kind, &(struct who){ i }, &scene.senders[i]) == 0);
	scene.is_over = false;
}

static void step(void)
{
	unsigned what = choose(30);

	if (what < 2) {
		scene.kills++;
		(void)odeon_actor_kill(scene.system, scene.routees[choose(scene.routee_count)].who);
	} else if (what < 6)
		must(odeon_router_resize(scene.router, LEAST + choose(MOST - LEAST + 1)) == 0);
	else if (what < 14)
		run(ODEON_US(choose(what < 10 ? 30 : 10000)));
	else
		must(odeon_post(scene.system, scene.senders[choose(SENDERS)], odeon_new(go, .messages = 1 + choose(20))) == 0);
}

static void all_places_are_filled(void)
{
	unsigned running = 0;

	run(ODEON_SECONDS(10));
	for (unsigned i = 0; i < scene.routee_count; i++)
		running += scene.routees[i].runs;
	must(running == odeon_router_count(scene.router) && running == LEAST);
}

static void nothing_is_lost(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	unsigned handled = 0;

	for (unsigned i = 1; i <= scene.sent; i++) {
		must(scene.handled[i] <= 1);
		handled += scene.handled[i];
	}
	must(odeon_system_stats(scene.system, &stats) == 0);
	must(stats.queued == 0 && stats.actors == 0 && stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	/* what was refused is a dead letter too; requests whose deadline had passed were dropped */
	must(scene.sent == handled + scene.buried + (unsigned)stats.dropped);
	must(scene.asked == scene.answered);
	must(parcels_made() == parcels_dropped());
}

/* Its last share goes, and what waits is handled; or the system stops, or its actor is killed, in the middle of it all. */
static void end_pool(uint64_t how)
{
	scene.is_over = true;
	if (how == 0)
		must(odeon_system_stop(scene.system, odeon_system_deadline(scene.system, ODEON_SECONDS(1)), NULL) == 0);
	else if (how == 1) {
		must(odeon_actor_kill(scene.system, odeon_router_ref(scene.router)) == 0);
		run(ODEON_SECONDS(1));
	} else
		all_places_are_filled();
	odeon_router_drop(scene.router);
	scene.router = NULL;
	if (how != 0)
		must(odeon_system_run(scene.system, odeon_system_deadline(scene.system, ODEON_SECONDS(1))) >= 0);
	for (unsigned i = 0; i < scene.routee_count; i++)
		must(!scene.routees[i].runs);
}

static uint64_t play(uint64_t seed)
{
	open_scene(seed);
	for (int i = 0; i < STEPS; i++)
		step();
	end_pool(seed % 7);
	must(odeon_system_stop(scene.system, odeon_system_deadline(scene.system, ODEON_SECONDS(1)), NULL) == 0);
	nothing_is_lost();
	must(odeon_system_free(scene.system) == 0);
	return scene.trace;
}

START_TEST(whatever_fails_no_message_is_lost_or_overtaken)
{
	uint64_t first = kit_seed(), seed;
	unsigned kills = 0, failed = 0, buried = 0, largest = 0;

	for (seed = first; seed < first + (unsigned)SEEDS; seed++) {
		(void)play(seed);
		kills += scene.kills;
		failed += scene.failed;
		buried += scene.buried;
		largest += scene.routees_most == MOST;
	}
	must(failed > (unsigned)SEEDS * 5 && kills > (unsigned)SEEDS && buried > 0 && largest > 0);
}
END_TEST

START_TEST(the_same_seed_plays_the_same) { kit_replay(play, 20); }
END_TEST

KIT_MAIN("simulation/router", { .name = "pool", .tests = KIT_TESTS(
	whatever_fails_no_message_is_lost_or_overtaken, the_same_seed_plays_the_same) })
