/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * topics.c - publish and subscribe with each allocation failing in turn: what is refused changes nothing, what is answered with 0 is
 * done, a subscriber gets each publication or is counted as one who missed it, and nothing is left
 */
#include "../harness/kit.h"
#include "faults.h"
#include <stdio.h>
#include <string.h>

enum { PERSONS = 2, PATTERNS = 24, TOPICS = 12, TEXT_MOST = 24 };

static struct {
	odeon_system *system;
	odeon_ref topics, persons[PERSONS];
	unsigned told[PERSONS], missed[PERSONS];       /* as they say themselves */
	bool subscribed[PATTERNS][PERSONS], retained[TOPICS];  /* as was answered */
	unsigned reached, missed_ever, round;
} scene;

struct person { unsigned number; };
ODEON_HANDLER(person, odeon_published)
{
	must(odeon_frozen_look(parcel, odeon_published->payload) != NULL);
	scene.told[person->number]++;
	scene.missed[person->number] += odeon_published->missed;
}
ODEON_HANDLERS(person_handlers, ODEON_ON(person, odeon_published));
ODEON_KIND(person, person_handlers);

static void on_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static odeon_time soon(void) { return odeon_system_deadline(scene.system, ODEON_SECONDS(1)); }

static void open_scene(void)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 }, .on_dead_letter = on_letter);

	memset(&scene, 0, sizeof scene);
	must(odeon_system_start(&options, &scene.system) == 0);
	must(odeon_topics_start(scene.system, NULL, &scene.topics) == 0);
	for (unsigned i = 0; i < PERSONS; i++)
		must(odeon_system_spawn(scene.system, &person_kind, &(struct person){ i }, &scene.persons[i]) == 0);
}

static void close_scene(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stop(scene.system, odeon_system_deadline(scene.system, ODEON_SECONDS(10)), NULL) == 0);
	must(odeon_system_stats(scene.system, &stats) == 0);
	must(stats.queued == 0 && stats.actors == 0 && stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(odeon_system_free(scene.system) == 0);
	must(parcels_made() == parcels_dropped());
}

/* ---- what is done, and what was answered ------------------------------------------------------------------------------------ */

/* Pattern n matches topic n, if there is one. In each round they are others. */
static const char *text_of(unsigned number, bool is_pattern)
{
	static char text[TEXT_MOST];

	(void)snprintf(text, sizeof text, number % 3 == 0 ? "a/%u/%s" : number % 3 == 1 ? "%u%s" : "b/%u/c%s",
		number + 100 * scene.round,
		number % 3 == 0 ? (is_pattern ? "+" : "x") : is_pattern ? "/#" : "");
	return text;
}

static bool is_done(int error)
{
	must(error == 0 || error == ODEON_ENOMEM || error == ODEON_EUNANSWERED);
	return error == 0;
}

static void subscribe(unsigned pattern, unsigned person)
{
	struct odeon_topics_count count;

	if (is_done(odeon_topics_subscribe(scene.system, scene.topics, text_of(pattern, true), scene.persons[person], soon(), &count)))
		scene.subscribed[pattern][person] = true;
	scene.reached += count.reached;
	scene.missed_ever += count.missed;
}

static void unsubscribe(unsigned pattern, unsigned person)
{
	if (!scene.subscribed[pattern][person])
		return;
	if (is_done(odeon_topics_unsubscribe(scene.system, scene.topics, text_of(pattern, true), scene.persons[person], soon())))
		scene.subscribed[pattern][person] = false;
}

static void publish(unsigned topic, bool is_retained)
{
	struct odeon_topics_count count;
	unsigned expected = 0;
	int error = odeon_topics_publish(scene.system, scene.topics, text_of(topic, false), odeon_freeze(parcel_new(1)), is_retained,
	                                 soon(), &count);

	for (unsigned i = 0; i < PERSONS; i++)
		expected += scene.subscribed[topic][i];
	must(count.reached + count.missed == (is_done(error) ? expected : 0));
	if (error == 0 && is_retained)
		scene.retained[topic] = true;
	scene.reached += count.reached;
	scene.missed_ever += count.missed;
}

static void clear(unsigned topic)
{
	if (scene.retained[topic] && is_done(odeon_topics_clear(scene.system, scene.topics, text_of(topic, false), soon())))
		scene.retained[topic] = false;
}

static void play(void)
{
	for (unsigned i = 0; i < PATTERNS; i++)
		subscribe(i, i % PERSONS);
	for (unsigned i = 0; i < TOPICS; i++)
		publish(i, i % 2 == 0);
	for (unsigned i = 0; i < PATTERNS; i += 2)
		unsubscribe(i, i % PERSONS);
	for (unsigned i = 0; i < TOPICS; i += 3)
		subscribe(i, 1);
	for (unsigned i = 0; i < TOPICS; i += 4)
		clear(i);
}

/* ---- whether it is so --------------------------------------------------------------------------------------------------------- */

static void all_is_as_answered(void)
{
	struct odeon_topics_count count;
	unsigned subscriptions = 0, retained = 0, told = 0, missed = 0;
	bool subscribes[PERSONS] = { false };

	for (unsigned i = 0; i < PATTERNS; i++)
		for (unsigned j = 0; j < PERSONS; j++) {
			subscriptions += scene.subscribed[i][j];
			subscribes[j] = subscribes[j] || scene.subscribed[i][j];
		}
	for (unsigned i = 0; i < TOPICS; i++) {
		retained += scene.retained[i];
		publish(i, false);
	}
	must(odeon_topics_look(scene.system, scene.topics, soon(), &count) == 0);
	must(count.subscriptions == subscriptions && count.retained == retained);
	must(count.subscribers == (unsigned)subscribes[0] + subscribes[1]);
	must(odeon_system_run(scene.system, odeon_system_deadline(scene.system, ODEON_MS(1))) >= 0);
	for (unsigned i = 0; i < PERSONS; i++) {
		told += scene.told[i];
		missed += scene.missed[i];
	}
	must(told == scene.reached && missed <= scene.missed_ever && count.missed_ever >= scene.missed_ever);
}

static void all_end(void)
{
	struct odeon_topics_count count;

	for (unsigned i = 0; i < PERSONS; i++)
		must(odeon_actor_kill(scene.system, scene.persons[i]) == 0);
	must(odeon_system_run(scene.system, odeon_system_deadline(scene.system, ODEON_MS(1))) >= 0);
	must(odeon_topics_look(scene.system, scene.topics, soon(), &count) == 0 && count.subscriptions == 0 && count.subscribers == 0);
}

static bool play_with_failure(unsigned long nth, int for_ever)
{
	long blocks = faults_blocks();
	unsigned long failed;

	open_scene();
	faults_arm(nth, for_ever);
	play();
	failed = faults_disarm();
	all_is_as_answered();
	all_end();
	close_scene();
	must(faults_blocks() == blocks);
	return failed > 0;
}

START_TEST(what_is_refused_changes_nothing_and_what_is_answered_is_so)
{
	ck_assert_uint_gt(faults_sweep(play_with_failure, _i), 50);
}
END_TEST

/* ---- what is left ----------------------------------------------------------------------------------------------------------- */

static void all_go(void)
{
	for (unsigned i = 0; i < PATTERNS * PERSONS; i++)
		unsubscribe(i / PERSONS, i % PERSONS);
	for (unsigned i = 0; i < TOPICS; i++)
		clear(i);
	must(odeon_system_run(scene.system, odeon_system_deadline(scene.system, ODEON_MS(1))) >= 0);
}

/* While the topics' actor and its subscribers live. */
START_TEST(who_unsubscribed_what_was_cleared_and_what_was_refused_leave_nothing)
{
	struct odeon_topics_count count;
	unsigned long failed = 1;

	open_scene();
	for (unsigned long nth = 1; nth < FAULTS_MOST && failed > 0; nth++) {
		faults_arm(nth, false);
		play();
		failed = faults_disarm();
		all_go();
		scene.round++;
		must(odeon_topics_look(scene.system, scene.topics, soon(), &count) == 0);
		must(count.subscriptions == 0 && count.subscribers == 0 && count.retained == 0 && count.levels == 0);
	}
	must(failed == 0);
	close_scene();
}
END_TEST

KIT_MAIN("fault/topics",
	{ .name = "refused", .loop = 2, .tests = KIT_TESTS(what_is_refused_changes_nothing_and_what_is_answered_is_so) },
	{ .name = "left", .tests = KIT_TESTS(who_unsubscribed_what_was_cleared_and_what_was_refused_leave_nothing) })
