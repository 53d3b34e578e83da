/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restarts.c - ten thousand children that fail at random, and are started anew, for as long as one likes
 *
 *   restarts [--seconds N] [--seed N] [--children N] [--tree]
 *
 * Supervisors have the children among them: ten of our own, on the runtime's primitives (keeper.c), or with --tree a tree of
 * ready-made ones (tree.c). Drivers, which are plain threads, post tokens to children at random, and now and then kill one.
 * A child fails with one token in eight, and exits now and then; so does its start. Its supervisor starts it anew, at once
 * or after others, and has another one in place of a child that ended.
 *
 * What must hold, and ends the program with 1 if it does not:
 *   conservation   accepted = handled + dropped + dead letters at the end, when nothing is queued
 *   drop           each token is dropped exactly once
 *   order          tokens of one driver come to one child in the order sent, over all its lives; the one that failed comes
 *                  again before all others, if it is to, and once
 *   exclusivity    nobody is inside a child when it is entered, and its stop has not run
 *   no growth      the process takes no more memory in the second half of the time than in the second quarter, but for a few
 *                  megabytes (not under the sanitizers, which have their own)
 *   progress       each second something is started anew; else the program ends with 3
 */
#include "nursery.h"
#include "../harness/resident.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { QUEUED_MOST = 50000, GROWTH_MOST = 8 << 20 };

struct settings settings = { .seconds = 60, .children = 10000 };
atomic_ulong made, dropped, restarts, refused, again, reborn;

static odeon_system *town;
static atomic_bool closing;
static atomic_ulong killed;

void give_up(int answer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "restarts: ODEON_SEED=%llu: ", (unsigned long long)settings.seed);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	_exit(answer);
}
/* ---- drivers --------------------------------------------------------------------------------------------------------------------- */

static odeon_stats_system stats_now(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	fail_unless(odeon_system_stats(town, &stats) == 0);
	return stats;
}

static void pause_ms(long ms) { nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL); }

static void post_some(struct random *random, unsigned driver, uint64_t *number)
{
	for (int i = 0; i < 64; i++) {
		odeon_ref who = { atomic_load(&places[random_below(random, (unsigned)settings.children)].who) };
		struct token *token = odeon_new(token, .driver = driver, .number = ++*number);

		fail_unless(token != NULL);
		atomic_fetch_add(&made, 1);
		(void)odeon_post(town, who, token);
		if (random_below(random, 3000) == 0)
			atomic_fetch_add(&killed, odeon_actor_kill(town, who) == 0);
	}
}

static void *drive(void *argument)
{
	unsigned driver = (unsigned)(uintptr_t)argument;
	struct random random = { settings.seed * 7 + driver };
	uint64_t number = 0;

	while (!atomic_load(&closing)) {
		post_some(&random, driver, &number);
		while (stats_now().queued > QUEUED_MOST && !atomic_load(&closing))
			pause_ms(1);
	}
	return NULL;
}

/* ---- the account ------------------------------------------------------------------------------------------------------------------ */

/* For so many seconds. The most memory is noted: of the second quarter, and of all that comes after. */
static void watch(void)
{
	long most[2] = { 0, 0 };
	unsigned long before = 0;

	for (int i = 0; i < 4 * settings.seconds; i++) {
		long now;

		pause_ms(250);
		now = resident_bytes();
		fail_unless(now > 0);
		if (i >= settings.seconds && now > most[i >= 2 * settings.seconds])
			most[i >= 2 * settings.seconds] = now;
		if (i % 4 != 3)
			continue;
		if (atomic_load(&restarts) == before)
			give_up(3, "nothing was started anew for a second; %llu are queued", (unsigned long long)stats_now().queued);
		before = atomic_load(&restarts);
	}
	printf("restarts: memory at most %ld KiB, then %ld KiB\n", most[0] >> 10, most[1] >> 10);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	if (most[1] - most[0] > GROWTH_MOST)
		give_up(1, "the process grew by %ld KiB", (most[1] - most[0]) >> 10);
#endif
}

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void close_town(void)
{
	odeon_stats_system stats;

	if (settings.is_tree)
		tree_close(town);
	fail_unless(odeon_system_stop(town, odeon_clock_deadline(ODEON_SECONDS(60)), NULL) == 0);
	stats = stats_now();
	fail_unless(stats.actors == 0 && stats.restarted == atomic_load(&restarts));
	fail_unless(stats.accepted == stats.handled + stats.dropped + stats.dead_letters + stats.queued);
	fail_unless(odeon_system_free(town) == 0);
	fail_unless(atomic_load(&made) == atomic_load(&dropped));
	printf("restarts: %lu starts anew, %lu refused, %lu messages again, %lu kills, %lu children in place of others, "
	       "%lu tokens\n", atomic_load(&restarts), atomic_load(&refused), atomic_load(&again), atomic_load(&killed),
	       atomic_load(&reborn), atomic_load(&made));
}

static void play(void)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter);
	pthread_t drivers[DRIVERS];

	fail_unless(odeon_system_start(&options, &town) == 0);
	fail_unless((settings.is_tree ? tree_open(town) : keepers_open(town)) == 0);
	for (uintptr_t i = 0; i < DRIVERS; i++)
		fail_unless(pthread_create(&drivers[i], NULL, drive, (void *)i) == 0);
	watch();
	atomic_store(&closing, true);
	for (int i = 0; i < DRIVERS; i++)
		pthread_join(drivers[i], NULL);
	close_town();
}

static bool read_settings(int count, char **words)
{
	const char *seed = getenv("ODEON_SEED");

	settings.seed = seed != NULL ? strtoull(seed, NULL, 0) : (uint64_t)odeon_clock_now().ns;
	for (int i = 1; i < count; i++) {
		if (strcmp(words[i], "--tree") == 0)
			settings.is_tree = true;
		else if (i + 1 == count)
			return false;
		else if (strcmp(words[i], "--seconds") == 0)
			settings.seconds = atoi(words[++i]);
		else if (strcmp(words[i], "--seed") == 0)
			settings.seed = strtoull(words[++i], NULL, 0);
		else if (strcmp(words[i], "--children") == 0)
			settings.children = atoi(words[++i]) / (KEEPERS * GROUP) * (KEEPERS * GROUP);
		else
			return false;
	}
	return settings.seconds > 0 && settings.children > 0 && settings.children <= CHILDREN_MOST;
}

int main(int count, char **words)
{
	if (!read_settings(count, words)) {
		fputs("usage: restarts [--seconds N] [--seed N] [--children N] [--tree]\n", stderr);
		return 2;
	}
	printf("restarts: ODEON_SEED=%llu\n", (unsigned long long)settings.seed);
	fflush(stdout);
	play();
	return 0;
}
