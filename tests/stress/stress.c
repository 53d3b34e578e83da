/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stress.c - a town of actors that are born, talk and die at random, and an account of every message at the end
 *
 *   stress [--seconds N] [--seed N] [--workers N] [--starts N] [--watchdog SECONDS] [--plant MISTAKE]
 *
 * The town has a fixed number of places; in each lives one citizen at a time. Drivers, which are plain threads, spawn,
 * kill and stop citizens, post, ask and wait for room; citizens send on, forward, ask, keep, reply, reserve, redirect, fail,
 * monitor, link and attach each other.
 * Every second or so the whole system is stopped in full traffic, accounted for, freed and started anew.
 *
 * What must hold, and ends the program with 1 if it does not:
 *   conservation   accepted = handled + dropped + dead letters + queued; nothing is queued when all has been freed
 *   drop           each token has a serial number, and its drop runs exactly once
 *   order          tokens from one sender to one receiver arrive in the order sent, unless a full mailbox redirected them
 *   exclusivity    nobody is inside a citizen when it is entered
 *   continuations  each that was made has run, once
 *   news           of an end comes once, of who was watched and has ended, and what is watched can be undone
 *   an end         a round ends; else the watchdog prints what everyone was doing, and the program ends with 3
 *
 * The account is in town.c, the citizens in citizens.c; here are the drivers and the rounds.
 *
 * It prints its seed first. The same seed gives the same choices, though not the same interleaving.
 *
 * --plant makes one mistake on purpose (race leak crash hang lost twice order), so that a test can see that the nets
 * hold. --starts does nothing but start, send once and stop, so many times.
 */
#include "town.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CROWD = 30000 };

/* ---- drivers ------------------------------------------------------------------------------------------------------------------ */

struct driver { unsigned number; struct random random; uint64_t sequence; pthread_t thread; };

static int unsynchronised;                             /* only for the planted race */

static struct token *driver_makes(struct driver *driver)
{
	return token_make(PLACES + driver->number, 0, &driver->sequence);
}

static void driver_asks(struct driver *driver)
{
	odeon_time until = odeon_clock_deadline(ODEON_US(random_below(&driver->random, 3000)));
	struct token *answer = odeon_ask(token, town, anyone(&driver->random), driver_makes(driver), until, NULL);

	odeon_free(answer);
}

static void driver_waits_for_room(struct driver *driver)
{
	odeon_time until = odeon_clock_deadline(ODEON_US(random_below(&driver->random, 3000)));
	struct token *back = odeon_try_post(town, anyone(&driver->random), driver_makes(driver), until, NULL);

	odeon_free(back);
}

static void wait_for_the_crowd(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	while (!atomic_load(&closing) && odeon_system_stats(town, &stats) == 0 && stats.queued > CROWD)
		nanosleep(&(struct timespec){ .tv_nsec = 300000 }, NULL);
}

static void drive(struct driver *driver)
{
	unsigned choice = random_below(&driver->random, 1000);
	int i;

	if (choice < 900) {
		for (i = 0; i < 10; i++)
			(void)odeon_post(town, anyone(&driver->random), driver_makes(driver));
	} else if (choice < 930) {
		atomic_store(&doing[PLACES + driver->number], "asks");
		driver_asks(driver);
	} else if (choice < 940) {
		atomic_store(&doing[PLACES + driver->number], "waits for room");
		driver_waits_for_room(driver);
	} else if (choice < 970) {
		(void)spawn_at(random_below(&driver->random, PLACES), &driver->random, NULL);
	} else if (choice < 980) {
		(void)odeon_actor_kill(town, anyone(&driver->random));
	} else if (choice < 990) {
		(void)odeon_actor_stop(town, anyone(&driver->random));
	} else {
		atomic_store(&doing[PLACES + driver->number], "waits for the crowd");
		wait_for_the_crowd();
	}
	atomic_store(&doing[PLACES + driver->number], "drives");
}

static void *driver_thread(void *argument)
{
	struct driver *driver = argument;

	while (!atomic_load(&closing)) {
		drive(driver);
		if (is_planted("race"))
			unsynchronised++;
	}
	atomic_store(&doing[PLACES + driver->number], NULL);
	return NULL;
}

/* ---- rounds ---------------------------------------------------------------------------------------------------------------------- */

static atomic_llong alive_at;                          /* when a round last ended, for the watchdog */

static void *watchdog_thread(void *argument)
{
	(void)argument;
	for (;;) {
		nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
		if (odeon_clock_now().ns < atomic_load(&alive_at) + ODEON_SECONDS(settings.watchdog))
			continue;
		fprintf(stderr, "stress: ODEON_SEED=%llu: round %lu does not end; everyone:\n",
		        (unsigned long long)settings.seed, rounds);
		print_everyone();
		_exit(3);
	}
	return NULL;
}

static void start_watchdog(void)
{
	pthread_t thread;

	atomic_store(&alive_at, odeon_clock_now().ns);
	fail_unless(pthread_create(&thread, NULL, watchdog_thread, NULL) == 0, "no thread");
	pthread_detach(thread);
}

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void ignore_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	(void)text;
}

static void open_town(struct random *random)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter, .on_log = ignore_log);
	unsigned i;
	int error;

	options.workers = settings.workers ? settings.workers : 1 + (int)random_below(random, 4);
	options.batch_messages = random_below(random, 3) == 0 ? 1 + random_below(random, 100) : 0;
	error = odeon_system_start(&options, &town);
	fail_unless(error == 0, "start: %s", odeon_error_name(error));
	for (i = 0; i < PLACES; i++)
		(void)spawn_at(i, random, NULL);
}

static void stop_town(void)
{
	odeon_report *report = NULL;
	char text[2000] = "";
	int error = odeon_system_stop(town, odeon_clock_deadline(ODEON_SECONDS(20)), &report);

	if (report)
		(void)odeon_report_print(report, text, sizeof(text));
	odeon_report_free(report);
	fail_unless(error == 0, "stop: %s: %s", odeon_error_name(error), text);
}

static void check_continuations(void)
{
	unsigned long made = atomic_load(&continuations_made), run = atomic_load(&continuations_run);

	fail_unless(made == run, "%lu continuations were made, and %lu have run", made, run);
}

static void check_conservation(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	int error = odeon_system_stats(town, &stats);

	fail_unless(error == 0, "stats: %s", odeon_error_name(error));
	fail_unless(stats.accepted == stats.handled + stats.dropped + stats.dead_letters + stats.queued,
	            "accepted %llu, handled %llu, dropped %llu, dead letters %llu, queued %llu",
	            (unsigned long long)stats.accepted, (unsigned long long)stats.handled,
	            (unsigned long long)stats.dropped, (unsigned long long)stats.dead_letters,
	            (unsigned long long)stats.queued);
	fail_unless(stats.actors == 0, "%llu actors after stop", (unsigned long long)stats.actors);
}

static void hold_on(odeon_duration time)
{
	odeon_time until = odeon_clock_deadline(time);

	while (odeon_clock_now().ns < until.ns)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	while (is_planted("hang"))
		pause();
}

static void plant(void)
{
	static void *volatile lost;

	if (is_planted("leak")) {
		lost = malloc(77);
		lost = NULL;
	}
	if (is_planted("crash"))
		*(volatile int *)lost = 1;
}

static void play_round(struct random *random)
{
	struct driver drivers[DRIVERS];
	unsigned i;

	atomic_store(&doing[MAIN_THREAD], "starts the system");
	open_town(random);
	atomic_store(&closing, false);
	for (i = 0; i < DRIVERS; i++) {
		drivers[i] = (struct driver){ .number = i, .random = { random_next(random) } };
		fail_unless(pthread_create(&drivers[i].thread, NULL, driver_thread, &drivers[i]) == 0, "no thread");
	}
	atomic_store(&doing[MAIN_THREAD], "lets them play");
	hold_on(ODEON_MS(100 + random_below(random, 900)));
	plant();
	atomic_store(&doing[MAIN_THREAD], "stops the system");
	if (random_below(random, 4) == 0)              /* mostly in full traffic */
		atomic_store(&closing, true);
	stop_town();
	atomic_store(&closing, true);
	for (i = 0; i < DRIVERS; i++)
		pthread_join(drivers[i].thread, NULL);
	check_conservation();
	check_continuations();
	atomic_store(&doing[MAIN_THREAD], "frees the system");
	fail_unless(odeon_system_free(town) == 0, "round %lu", rounds);
	town = NULL;
	check_fates();
	forget_fates();
	for (i = 0; i < PLACES; i++)
		atomic_store(&places[i], 0);
}

static void play(struct random *random)
{
	odeon_time until = odeon_clock_deadline(ODEON_SECONDS(settings.seconds));

	for (rounds = 0; odeon_clock_now().ns < until.ns; rounds++) {
		atomic_store(&alive_at, odeon_clock_now().ns);
		play_round(random);
	}
	printf("stress: %lu rounds, %lu lives: every message is accounted for\n", rounds, count_lives());
}

/* Start, send once, stop, so many times. */
static void start_again_and_again(struct random *random)
{
	for (rounds = 0; rounds < (unsigned long)settings.starts; rounds++) {
		uint64_t sequence = 0;

		atomic_store(&alive_at, odeon_clock_now().ns);
		open_town(random);
		(void)odeon_post(town, (odeon_ref){ atomic_load(&places[1]) }, token_make(PLACES, 0, &sequence));
		stop_town();
		check_conservation();
		fail_unless(odeon_system_free(town) == 0, "round %lu", rounds);
		check_fates();
		forget_fates();
	}
	printf("stress: %lu starts and stops\n", rounds);
}

/* ---- the program ------------------------------------------------------------------------------------------------------------------- */

static int usage(void)
{
	fprintf(stderr, "usage: stress [--seconds N] [--seed N] [--workers N] [--starts N] [--watchdog SECONDS] "
	                "[--plant race|leak|crash|hang|lost|twice|order]\n");
	return 2;
}

static bool read_settings(int count, char **words)
{
	const char *seed = getenv("ODEON_SEED");
	int i;

	settings.seed = seed ? strtoull(seed, NULL, 0) : (uint64_t)odeon_clock_now().ns & 0xffffffffu;
	for (i = 1; i + 1 < count; i += 2) {
		if (strcmp(words[i], "--seconds") == 0)
			settings.seconds = atoi(words[i + 1]);
		else if (strcmp(words[i], "--seed") == 0)
			settings.seed = strtoull(words[i + 1], NULL, 0);
		else if (strcmp(words[i], "--workers") == 0)
			settings.workers = atoi(words[i + 1]);
		else if (strcmp(words[i], "--starts") == 0)
			settings.starts = atoi(words[i + 1]);
		else if (strcmp(words[i], "--watchdog") == 0)
			settings.watchdog = atoi(words[i + 1]);
		else if (strcmp(words[i], "--plant") == 0)
			settings.plant = words[i + 1];
		else
			return false;
	}
	return i == count;
}

int main(int count, char **words)
{
	struct random random;

	if (!read_settings(count, words))
		return usage();
	printf("stress: ODEON_SEED=%llu\n", (unsigned long long)settings.seed);
	fflush(stdout);
	if (!tokens_begin()) {
		perror("stress: mmap");
		return 2;
	}
	random.state = settings.seed;
	prepare_kinds();
	start_watchdog();
	if (settings.starts)
		start_again_and_again(&random);
	else
		play(&random);
	return 0;
}
