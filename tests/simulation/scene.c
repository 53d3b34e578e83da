/* SPDX-License-Identifier: BSD-2-Clause */
/* scene.c - a system with a network, opened and closed, and many of them one after the other */
#include "scene.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scene scene;
static bool is_twice;                                  /* played: then whatever happens is noted down, to be compared */
static const char *playing;                            /* the test's name; NULL: nothing is being played */

unsigned pick(unsigned limit)
{
	scene.state = scene.state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(scene.state >> 33) % limit;
}

void note_down(uint64_t what) { scene.trace = (scene.trace ^ what) * 0x100000001b3u; }

/* ---- one --------------------------------------------------------------------------------------------------------- */

static void on_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	if (scene.on_letter != NULL)
		scene.on_letter(letter);
}

static void on_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
}

static void on_line(void *data, const char *line)
{
	(void)data;
	for (; *line != '\0'; line++)
		note_down((unsigned char)*line);
}

void scene_open(uint64_t seed, const odeon_network_options *network, void (*on_dead)(const odeon_dead_letter *letter))
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed }, .poller = odeon_net_poller(),
	                                      .on_dead_letter = on_letter, .on_failure = on_failure);
	odeon_network_options told = *network;

	memset(&scene, 0, sizeof scene);
	scene.seed = scene.state = seed;
	scene.on_letter = on_dead;
	scene.is_faulty = network->faults > 0;
	told.on_event = is_twice ? on_line : NULL;
	must(odeon_system_start(&options, &scene.system) == 0);
	must(odeon_network_set(scene.system, &told) == 0);
}

void scene_run(odeon_duration how_long)
{
	must(odeon_system_run(scene.system, odeon_system_deadline(scene.system, how_long)) >= 0);
}

uint64_t scene_close(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stop(scene.system, odeon_system_deadline(scene.system, ODEON_SECONDS(10)), NULL) == 0);
	must(odeon_system_stats(scene.system, &stats) == 0);
	must(stats.queued == 0 && stats.actors == 0 && stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(odeon_system_free(scene.system) == 0);
	return scene.trace;
}

/* ---- many scenes ------------------------------------------------------------------------------------------------- */

void scenes_tell(void)
{
	if (playing != NULL)
		fprintf(stderr, "# seed %llu; alone: ODEON_SEED=%llu tests/simulation/%s.t\n", (unsigned long long)scene.seed,
		        (unsigned long long)scene.seed, playing);
}

static void on_signal(int number)
{
	scenes_tell();
	signal(number, SIG_DFL);
	raise(number);
}

static void play_twice(uint64_t (*play)(uint64_t seed), uint64_t seed)
{
	uint64_t trace;

	is_twice = true;
	trace = play(seed);
	must(play(seed) == trace);
	is_twice = false;
}

bool scenes_play(const char *name, uint64_t (*play)(uint64_t seed), unsigned seeds, int part, unsigned parts)
{
	const char *given = getenv("ODEON_SEED");
	uint64_t first = 1 + seeds / parts * (unsigned)part;

	signal(SIGABRT, on_signal);
	signal(SIGSEGV, on_signal);
	playing = name;
	if (given != NULL && part == 0)
		play_twice(play, strtoull(given, NULL, 0));
	for (uint64_t seed = first; given == NULL && seed < first + seeds / parts; seed++)
		if (seed % 20 == 0)
			play_twice(play, seed);
		else
			(void)play(seed);
	playing = NULL;
	return given == NULL;
}
