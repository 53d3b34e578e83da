/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * storm.c - a child that fails at once, whenever it is started, under supervisors with and without a limit
 *
 *   storm [--restarts N]
 *
 * First both supervisors of a tree allow few failures. Then the upper one allows any number, and the lower one gives up again
 * and again, until so many were started anew.
 *
 * What must hold, and ends the program with 1 if it does not:
 *   limit          with a limit the storm ends after exactly as many starts as the limits allow, and nobody is left
 *   escalation     the host is told of one failure, the uppermost supervisor's; without a limit, of none
 *   conservation   accepted = handled + dropped + dead letters + queued at the end, and each message is dropped once
 *   no growth      from the first tenth on the process takes no more memory, but for a few megabytes (not under the
 *                  sanitizers, which have their own)
 *   progress       each second something is started anew; else the program ends with 3
 */
#include "../harness/resident.h"
#include <odeon.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 3, BLOCK_BYTES = 1000, GROWTH_MOST = 4 << 20 };

static odeon_system *place;
static atomic_ulong starts, falls, dropped, failures;

#define fail_unless(claim) do { if (!(claim)) give_up(1, __LINE__, #claim); } while (0)

__attribute__((noreturn))
static void give_up(int answer, int line, const char *claim)
{
	fprintf(stderr, "storm: line %d: it does not hold that %s\n", line, claim);
	_exit(answer);
}

/* ---- the child ------------------------------------------------------------------------------------------------------------ */

struct fall { odeon_ref whose; };
ODEON_MESSAGE_DROP(fall)
{
	(void)fall;
	atomic_fetch_add(&dropped, 1);
}

struct doomed { void *block; };

ODEON_START(doomed, fall)
{
	atomic_fetch_add(&starts, 1);
	doomed->block = malloc(BLOCK_BYTES);
	fail_unless(doomed->block != NULL);
	memset(doomed->block, 1, BLOCK_BYTES);
	fail_unless(odeon_attach(self, doomed->block, free) == 0);
	fail_unless(odeon_tick_after(self, ODEON_SECONDS(3600), 1) == 0);
	return odeon_send(self, odeon_self_ref(self), odeon_new(fall));
}

ODEON_HANDLER(doomed, fall)
{
	atomic_fetch_add(&falls, 1);
	odeon_fail(self, 1, "at once");
}

ODEON_HANDLERS(doomed_handlers, ODEON_ON(doomed, fall));
ODEON_KIND(doomed, doomed_handlers, .start = ODEON_STARTS(doomed));

/* ---- the tree -------------------------------------------------------------------------------------------------------------- */

static const odeon_child doomed_child[] = { ODEON_CHILD(.name = "doomed", .kind = &doomed_kind) };
static const odeon_supervisor lower = ODEON_SUPERVISOR(.restarts = LIMIT, .within = ODEON_SECONDS(3600),
                                                       .children = doomed_child, .count = 1);

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void on_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	fail_unless(strstr(reason->text, "failed too often") != NULL);
	atomic_fetch_add(&failures, 1);
}

static odeon_stats_system stats_now(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	fail_unless(odeon_system_stats(place, &stats) == 0);
	return stats;
}

static void begin(int restarts)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter, .on_failure = on_failure);
	odeon_child children[] = { ODEON_CHILD(.name = "lower", .kind = &odeon_supervisor_kind, .argument = &lower,
	                                       .argument_bytes = sizeof lower) };
	odeon_supervisor upper = ODEON_SUPERVISOR(.restarts = restarts, .within = ODEON_SECONDS(3600),
	                                          .children = children, .count = 1);

	atomic_store(&starts, 0);
	atomic_store(&falls, 0);
	atomic_store(&dropped, 0);
	atomic_store(&failures, 0);
	fail_unless(odeon_system_start(&options, &place) == 0);
	fail_unless(odeon_supervise(place, &upper, NULL) == 0);
}

static void end(void)
{
	odeon_stats_system stats;

	fail_unless(odeon_system_stop(place, odeon_clock_deadline(ODEON_SECONDS(20)), NULL) == 0);
	stats = stats_now();
	fail_unless(stats.actors == 0 && stats.accepted == stats.handled + stats.dropped + stats.dead_letters + stats.queued);
	fail_unless(odeon_system_free(place) == 0);
	fail_unless(atomic_load(&dropped) == atomic_load(&starts) && atomic_load(&falls) <= atomic_load(&starts));
}

/* ---- the storms ------------------------------------------------------------------------------------------------------------ */

static void with_a_limit(void)
{
	begin(LIMIT);
	fail_unless(odeon_system_wait(place, odeon_clock_deadline(ODEON_SECONDS(20))) == 0);
	fail_unless(atomic_load(&falls) == (LIMIT + 1) * (LIMIT + 1) && atomic_load(&starts) == atomic_load(&falls));
	fail_unless(atomic_load(&failures) == 1);
	end();
}

/* Returns when so many were started anew. */
static void wait_for(uint64_t restarts)
{
	uint64_t before = 0, now;

	while ((now = stats_now().restarted) < restarts) {
		odeon_time until = odeon_clock_deadline(ODEON_SECONDS(1));

		while (stats_now().restarted < restarts && odeon_clock_now().ns < until.ns)
			nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
		if (stats_now().restarted == now && now == before)
			give_up(3, __LINE__, "something is started anew");
		before = now;
	}
}

static void without_a_limit(uint64_t restarts)
{
	long first, last;

	begin(ODEON_RESTARTS_ANY);
	wait_for(restarts / 10);
	first = resident_bytes();
	wait_for(restarts);
	last = resident_bytes();
	fail_unless(first > 0 && last > 0);
	fail_unless(atomic_load(&failures) == 0);
	printf("storm: %llu starts anew, %lu children; memory %ld KiB, then %ld KiB\n",
	       (unsigned long long)stats_now().restarted, atomic_load(&starts), first >> 10, last >> 10);
	end();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	fail_unless(last - first <= GROWTH_MOST);
#endif
}

int main(int count, char **words)
{
	uint64_t restarts = 1000000;

	if (count == 3 && strcmp(words[1], "--restarts") == 0)
		restarts = strtoull(words[2], NULL, 0);
	else if (count != 1)
		restarts = 0;
	if (restarts < 10) {
		fputs("usage: storm [--restarts N]\n", stderr);
		return 2;
	}
	with_a_limit();
	without_a_limit(restarts);
	return 0;
}
