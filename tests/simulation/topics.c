/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * topics.c - publish and subscribe under simulation, with subscribers, publishers and topics that are killed: whatever the seed, who
 * subscribed to all gets all of each publisher, in order and without a gap, or is told how large the gap is; and nothing is left
 *
 * The scene: publishers number what they publish, from 1 on, under topics by chance, some of it retained. Listeners subscribe to
 * everything, some with a mailbox of few places; others come, subscribe to patterns by chance, and go.
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>

enum { PUBLISHERS = 4, LISTENERS = 12, BOUNDED = 6, STEPS = 120, SEEDS = KIT_SLOWER(10000) };

struct listener_seat {
	odeon_ref who;
	unsigned life;                                 /* that of a seat's earlier listener does not count */
	bool is_there, hears_all;
	int last[PUBLISHERS];                          /* 0: has heard none */
	int retained[PUBLISHERS];                      /* the greatest that was retained */
	unsigned heard, missed;
};

static struct {
	odeon_system *system;
	odeon_ref topics, publishers[PUBLISHERS];
	int published[PUBLISHERS];
	struct listener_seat seats[LISTENERS];
	uint64_t state, trace;
	unsigned kills, gaps;
} scene;

static unsigned choose(unsigned limit)
{
	scene.state = scene.state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(scene.state >> 33) % limit;
}

static void note_down(uint64_t what) { scene.trace = (scene.trace ^ what) * 0x100000001b3u; }

/* ---- publishers -------------------------------------------------------------------------------------------------------------- */

struct publisher { unsigned number; };

static const char *choose_topic(void)
{
	static const char *const topics[] = { "a", "a/b", "a/c", "b", "b/b", "b/c/d", "/" };

	return topics[choose(7)];
}

ODEON_HANDLER(publisher, note)
{
	for (int i = 0; i < note->number; i++) {
		struct parcel *parcel = parcel_new(++scene.published[publisher->number]);

		must(parcel != NULL);
		parcel->sender = publisher->number;
		(void)odeon_send(self, scene.topics, odeon_publication_new(choose_topic(), odeon_freeze(parcel), choose(4) == 0));
	}
}
ODEON_HANDLERS(publisher_handlers, ODEON_ON(publisher, note));
ODEON_KIND(publisher, publisher_handlers);

/* ---- listeners ---------------------------------------------------------------------------------------------------------------- */

struct listener { unsigned seat, life; };

/* In the order published; where there is always room, and everything is heard, without a gap from the first on. */
static void hear(struct listener_seat *seat, const struct parcel *parcel, const struct odeon_published *published)
{
	int *last = &seat->last[parcel->sender];
	bool has_room = seat - scene.seats >= BOUNDED;

	must(odeon_ref_equal(published->from, scene.publishers[parcel->sender]));
	must(parcel->number > *last && parcel->number > seat->retained[parcel->sender]);
	must(!has_room || published->missed == 0);
	must(!has_room || !seat->hears_all || *last == 0 || parcel->number == *last + 1);
	*last = parcel->number;
	seat->heard++;
	seat->missed += published->missed;
	scene.gaps += published->missed;
}

ODEON_HANDLER(listener, odeon_published)
{
	struct listener_seat *seat = &scene.seats[listener->seat];
	const struct parcel *parcel = odeon_frozen_look(parcel, odeon_published->payload);

	must(parcel != NULL && parcel->number <= scene.published[parcel->sender]);
	note_down((uint64_t)parcel->number * 64 + listener->seat);
	if (listener->life != seat->life)
		return;
	if (parcel->number == 0)
		seat->missed += odeon_published->missed;       /* the end */
	else if (!odeon_published->is_retained)
		hear(seat, parcel, odeon_published);
	else if (parcel->number > seat->retained[parcel->sender])
		seat->retained[parcel->sender] = parcel->number;
}
ODEON_HANDLERS(listener_handlers, ODEON_ON(listener, odeon_published));
ODEON_KIND(listener, listener_handlers);

/* ---- the scene ------------------------------------------------------------------------------------------------------------------ */

static void on_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static odeon_time soon(void) { return odeon_system_deadline(scene.system, ODEON_SECONDS(1)); }

static void run(odeon_duration how_long)
{
	must(odeon_system_run(scene.system, odeon_system_deadline(scene.system, how_long)) >= 0);
}

static void subscribe(struct listener_seat *seat, const char *pattern)
{
	must(odeon_topics_subscribe(scene.system, scene.topics, pattern, seat->who, soon(), NULL) == 0);
}

static void seat_listener(unsigned number, bool hears_all)
{
	struct listener_seat *seat = &scene.seats[number];
	static odeon_kind few;

	few = listener_kind;
	few.mailbox = (odeon_mailbox){ .messages = 3 };
	*seat = (struct listener_seat){ .life = seat->life + 1, .is_there = true, .hears_all = hears_all };
	must(odeon_system_spawn(scene.system, number < BOUNDED ? &few : &listener_kind, &(struct listener){ number, seat->life },
	                        &seat->who) == 0);
	if (hears_all)
		subscribe(seat, "#");
}

static void open_scene(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed }, .on_dead_letter = on_letter);

	memset(&scene, 0, sizeof scene);
	scene.state = seed;
	must(odeon_system_start(&options, &scene.system) == 0);
	must(odeon_topics_start(scene.system, NULL, &scene.topics) == 0);
	for (unsigned i = 0; i < PUBLISHERS; i++)
		must(odeon_system_spawn(scene.system, &publisher_kind, &(struct publisher){ i }, &scene.publishers[i]) == 0);
	for (unsigned i = 0; i < LISTENERS; i++)
		seat_listener(i, i % 2 == 0);
}

/* One that hears all is killed and another takes the seat; or the rest change their minds. */
static void change(unsigned number)
{
	static const char *const patterns[] = { "a/#", "+", "+/b", "a/+", "b/+/d", "/#", "+/+" };
	struct listener_seat *seat = &scene.seats[number];
	unsigned what = choose(4);

	if (what == 0) {
		scene.kills++;
		(void)odeon_actor_kill(scene.system, seat->who);
		seat->is_there = false;
	} else if (!seat->is_there)
		seat_listener(number, number % 2 == 0);
	else if (!seat->hears_all && what == 1)
		(void)odeon_topics_unsubscribe(scene.system, scene.topics, patterns[choose(7)], seat->who, soon());
	else if (!seat->hears_all) {
		seat->life++;                                  /* with overlapping patterns nothing is promised of gaps */
		subscribe(seat, patterns[choose(7)]);
	}
}

static void step(void)
{
	unsigned what = choose(10);

	if (what <= 1)
		change(choose(LISTENERS));
	else if (what == 2)
		(void)odeon_topics_clear(scene.system, scene.topics, choose_topic(), soon());
	else if (what == 3)
		run(ODEON_MS(1));
	else if (what == 4 && choose(20) == 0) {
		scene.kills++;
		(void)odeon_actor_kill(scene.system, scene.publishers[choose(PUBLISHERS)]);
	} else
		(void)odeon_post(scene.system, scene.publishers[choose(PUBLISHERS)], odeon_new(note, .number = (int)choose(5)));
}

/* Whoever sits there from the beginning on, and hears all, has heard or was told of all. */
static void nothing_is_missed_untold(void)
{
	int all = 0;

	run(ODEON_SECONDS(1));
	must(odeon_topics_publish(scene.system, scene.topics, "end", odeon_freeze(parcel_new(0)), 0, soon(), NULL) == 0);
	run(ODEON_MS(1));
	for (unsigned i = 0; i < PUBLISHERS; i++)
		all += scene.published[i];
	for (unsigned i = 0; i < LISTENERS; i += 2)
		if (scene.seats[i].is_there && scene.seats[i].life == 1)
			must(scene.seats[i].heard + scene.seats[i].missed == (unsigned)all && (i < BOUNDED || scene.seats[i].missed == 0));
}

static void all_are_forgotten(void)
{
	struct odeon_topics_count count;

	for (unsigned i = 0; i < LISTENERS; i++)
		(void)odeon_actor_kill(scene.system, scene.seats[i].who);
	run(ODEON_MS(1));
	must(odeon_topics_look(scene.system, scene.topics, soon(), &count) == 0);
	must(count.subscriptions == 0 && count.subscribers == 0 && count.refused_ever == 0);
}

static uint64_t play(uint64_t seed)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	open_scene(seed);
	for (unsigned i = 0; i < STEPS; i++)
		step();
	if (seed % 4 > 0) {
		nothing_is_missed_untold();
		all_are_forgotten();
	}
	(void)odeon_actor_kill(scene.system, scene.topics);            /* with all that it has, or in the middle of all */
	run(ODEON_SECONDS(1));
	must(parcels_made() == parcels_dropped());
	must(odeon_system_stats(scene.system, &stats) == 0);
	must(stats.queued == 0 && stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(odeon_system_free(scene.system) == 0);
	return scene.trace;
}

START_TEST(whoever_is_killed_who_hears_all_hears_all_in_order_or_is_told_what_it_missed)
{
	uint64_t first = kit_seed(), seed;
	unsigned kills = 0, gaps = 0;

	for (seed = first; seed < first + (unsigned)SEEDS; seed++) {
		(void)play(seed);
		kills += scene.kills;
		gaps += scene.gaps;
	}
	must(kills > (unsigned)SEEDS && gaps > (unsigned)SEEDS);
}
END_TEST

START_TEST(the_same_seed_plays_the_same) { kit_replay(play, 20); }
END_TEST

KIT_MAIN("simulation/topics", { .name = "kills", .tests = KIT_TESTS(
	whoever_is_killed_who_hears_all_hears_all_in_order_or_is_told_what_it_missed, the_same_seed_plays_the_same) })
