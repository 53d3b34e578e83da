/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The explorer's program.
 *
 *   explore --check [SEEDS]                    all scenarios clean, all mutants found; what make check runs
 *   explore --list                             scenarios and mutants
 *   explore SCENARIO [MUTANT] [--seeds N] [--first N] [--trace]
 *
 * With ODEON_SEED in the environment: that one seed. --trace prints each step of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "scenarios.h"

#define SEEDS 20000u
#define MUTANT_SEEDS 5000u

static const struct scenario *const scenarios[] = {
	&scenario_traffic, &scenario_life, &scenario_bound, &scenario_stamp, &scenario_halt, &scenario_slotqueue, &scenario_ring,
	&scenario_next, &scenario_vacancy, &scenario_duty, &scenario_park, &scenario_pair, &scenario_chain, &scenario_stop,
	&scenario_loop, &scenario_watch, &scenario_wait, &scenario_close, &scenario_slabs,
	&scenario_stream, &scenario_ends, &scenario_meet, &scenario_mutual, &scenario_gather, &scenario_relay,
	&scenario_turns, &scenario_room, &scenario_told, &scenario_quiet, &scenario_desert,
};

/* What must be found, where, and what is said then. */
static const struct {
	enum mutant mutant;
	const struct scenario *scenario;
	const char *says;                       /* part of it; NULL: anything */
} finds[] = {
	{ MUTANT_NONE, &scenario_fifo, "false empty" },
	{ MUTANT_NONE, &scenario_stack, "is found" },
	{ MUTANT_LOST_WAKE, &scenario_traffic, "lost wake-up" },
	{ MUTANT_LOST_WAKE, &scenario_park, "lost wake-up" },
	{ MUTANT_HANG, &scenario_traffic, "no progress" },
	{ MUTANT_HANG, &scenario_park, "no progress" },
	{ MUTANT_IDLE_PLAIN, &scenario_traffic, NULL },
	{ MUTANT_IDLE_GIVES_UP, &scenario_traffic, NULL },
	{ MUTANT_CONTROL_NO_TAG, &scenario_traffic, "lost wake-up" },
	{ MUTANT_LANE_NOT_LOOKED, &scenario_traffic, "lost wake-up" },
	{ MUTANT_READ_AFTER_LINK, &scenario_traffic, "freed message" },
	{ MUTANT_FREE_EARLY, &scenario_traffic, NULL },
	{ MUTANT_DETACH_NO_WAIT, &scenario_traffic, NULL },
	{ MUTANT_NO_GENERATION, &scenario_life, "stranger" },
	{ MUTANT_SPAWN_NO_CLAIM, &scenario_life, NULL },
	{ MUTANT_REINIT, &scenario_life, NULL },
	{ MUTANT_NAIVE_STAMP, &scenario_stamp, "count was lost" },
	{ MUTANT_GATE_LOOK_ONLY, &scenario_bound, "overshot" },
	{ MUTANT_LEFT_NOT_COUNTED, &scenario_bound, "gate is not empty" },
	{ MUTANT_HALT_NO_LOOK, &scenario_halt, NULL },
	{ MUTANT_HALT_NEWS_FIRST, &scenario_halt, "started anew" },
	{ MUTANT_ORDER_KEEPS_HALTED, &scenario_halt, "lost wake-up" },
	{ MUTANT_SOFT_TAKES, &scenario_halt, NULL },
	{ MUTANT_RESUME_PLAIN, &scenario_halt, NULL },
	{ MUTANT_DETACH_NO_WAIT, &scenario_halt, NULL },
	{ MUTANT_TAKE_NO_CLAIM, &scenario_slotqueue, NULL },
	{ MUTANT_EMPTY_BY_TAIL, &scenario_slotqueue, "false empty" },
	{ MUTANT_LINK_SHARED, &scenario_vacancy, NULL },
	{ MUTANT_STEAL_NO_CLAIM, &scenario_ring, NULL },
	{ MUTANT_NEXT_NOT_ASKED, &scenario_next, NULL },
	{ MUTANT_NEXT_NOT_LOOKED, &scenario_next, NULL },
	{ MUTANT_NEXT_NO_BARRIER, &scenario_next, NULL },
	{ MUTANT_PARK_NO_LOOK, &scenario_park, "lost wake-up" },
	{ MUTANT_PARK_LOOK_FIRST, &scenario_park, "lost wake-up" },
	{ MUTANT_NO_FENCE, &scenario_park, "lost wake-up" },
	{ MUTANT_NO_FENCE, &scenario_pair, "lost wake-up" },
	{ MUTANT_PARK_LATE_KEY, &scenario_park, "all asleep" },
	{ MUTANT_PARK_TRUST_WAKE, &scenario_park, NULL },
	{ MUTANT_WAKE_IGNORES_SEARCHERS, &scenario_pair, "though somebody searches" },
	{ MUTANT_FOUND_NO_CHAIN, &scenario_pair, "lost wake-up" },
	{ MUTANT_FOUND_NO_CHAIN, &scenario_chain, "lost wake-up" },
	{ MUTANT_FOUND_NO_CHAIN, &scenario_watch, NULL },
	{ MUTANT_WATCH_NO_HEIR, &scenario_watch, "lost wake-up" },
	{ MUTANT_DEEP_NO_LOOK, &scenario_watch, "lost wake-up" },
	{ MUTANT_NO_WATCH, &scenario_watch, "lost wake-up" },
	{ MUTANT_COUNTED_FIRST, &scenario_slabs, NULL },
	{ MUTANT_GROUP_PAST_SLAB, &scenario_slabs, NULL },
	{ MUTANT_DISCARD_AFTER_END, &scenario_slabs, NULL },
	{ MUTANT_DISCARD_UNFREE, &scenario_slabs, "is given back, and a block of it is out" },
	{ MUTANT_LEAVE_NO_LOOK, &scenario_slabs, "is lost" },
	{ MUTANT_PARTY_FORGOTTEN, &scenario_slabs, NULL },
	{ MUTANT_PUT_NOT_HELD, &scenario_slabs, NULL },
	{ MUTANT_TAKE_NOT_COUNTED, &scenario_slabs, NULL },
	{ MUTANT_PATIENCE_NOT_ASKED, &scenario_duty, NULL },
	{ MUTANT_PATIENCE_EARLY, &scenario_duty, NULL },
	{ MUTANT_PATIENCE_NO_LATE_LOOK, &scenario_duty, "more than once" },
	{ MUTANT_PATIENCE_FREES, &scenario_duty, NULL },
	{ MUTANT_PUSH_THEN_FILL, &scenario_duty, NULL },
	{ MUTANT_STOP_OVERWRITTEN, &scenario_stop, NULL },
	{ MUTANT_ENTERED_NO_LOOK, &scenario_stream, NULL },
	{ MUTANT_SLEEP_NOT_SAID, &scenario_stream, NULL },
	{ MUTANT_POSITION_STORED, &scenario_stream, NULL },
	{ MUTANT_STAMP_FIRST, &scenario_stream, NULL },
	{ MUTANT_PLACE_NO_CLAIM, &scenario_stream, NULL },
	{ MUTANT_TAKE_NO_LATCH, &scenario_stream, NULL },
	{ MUTANT_BUSY_IS_EMPTY, &scenario_told, NULL },
	{ MUTANT_ADMIT_LOOK_ONLY, &scenario_stream, "more are inside" },
	{ MUTANT_ROOM_TOLD_FIRST, &scenario_stream, NULL },
	{ MUTANT_LOOKER_COUNTS, &scenario_stream, NULL },
	{ MUTANT_WAKE_OVERWRITTEN, &scenario_stream, "waits for ever" },
	{ MUTANT_REMOVE_NO_LOCK, &scenario_stream, "wait that is over" },
	{ MUTANT_UNLINKED_LATE, &scenario_stream, "wait that is over" },
	{ MUTANT_SENDER_TELLS_FIRST, &scenario_stream, "waits for ever" },
	{ MUTANT_LAST_NOT_ALONE, &scenario_stream, NULL },
	{ MUTANT_ONCE_NOT_ONLY, &scenario_stream, NULL },
	{ MUTANT_ONCE_NOT_ONLY, &scenario_ends, NULL },
	{ MUTANT_ONCE_NOT_DRAINED, &scenario_ends, "nobody receives any more" },
	{ MUTANT_ONCE_NOT_SENT, &scenario_stream, NULL },
	{ MUTANT_GONE_NO_LOOK, &scenario_stream, "nothing will come" },
	{ MUTANT_LINK_NOT_AWAITED, &scenario_stream, NULL },
	{ MUTANT_STUB_CLEARED_LATE, &scenario_stream, NULL },
	{ MUTANT_LOCK_NOT_WOKEN, &scenario_stream, NULL },
	{ MUTANT_LOCK_SLEEPERS_FORGOTTEN, &scenario_stream, NULL },
	{ MUTANT_SIDES_STORED, &scenario_stream, "memory is lost" },
	{ MUTANT_ALONE_TOO_LATE, &scenario_stream, "received" },
	{ MUTANT_ALONE_TOO_LATE, &scenario_ends, "received" },
	{ MUTANT_DRAINED_FIRST, &scenario_ends, "nobody receives any more" },
	{ MUTANT_SENT_NO_LOOK, &scenario_ends, "nobody receives any more" },
	{ MUTANT_QUIET_NO_BARRIER, &scenario_quiet, "are served" },
	{ MUTANT_QUIET_NOT_ASKED, &scenario_quiet, "are served" },
	{ MUTANT_QUIET_LETS_IN, &scenario_quiet, "are served" },
	{ MUTANT_CALMED_TAKEN, &scenario_stream, "waits for ever" },
	{ MUTANT_QUIET_DRAINED, &scenario_desert, "nobody receives any more" },
	{ MUTANT_ENTERED_NO_LOOK, &scenario_meet, "waits for ever" },
	{ MUTANT_SLEEP_NOT_SAID, &scenario_meet, "waits for ever" },
	{ MUTANT_MEET_DRAINED, &scenario_meet, "neither received nor handed back" },
	{ MUTANT_TELL_ONE_OF_ALL, &scenario_meet, "waits for ever" },
	{ MUTANT_MEET_NOT_CHOSEN, &scenario_meet, NULL },
	{ MUTANT_TAKEN_NO_CLAIM, &scenario_meet, NULL },
	{ MUTANT_WITHDRAWN_BLIND, &scenario_meet, NULL },
	{ MUTANT_TURN_REUSED, &scenario_meet, NULL },
	{ MUTANT_MET_TRIED_AGAIN, &scenario_meet, NULL },
	{ MUTANT_LOOKERS_NOT_TOLD, &scenario_meet, "waits for ever" },
	{ MUTANT_RECEIVER_TELLS_FIRST, &scenario_meet, "waits for ever" },
	{ MUTANT_ENTERED_NO_LOOK, &scenario_mutual, "waits for ever" },
	{ MUTANT_CHOSEN_NO_COMPARE, &scenario_mutual, NULL },
	{ MUTANT_CHOSEN_NO_COMPARE, &scenario_gather, NULL },
	{ MUTANT_TELL_ONE_OF_ALL, &scenario_gather, "waits for ever" },
	{ MUTANT_LATE_GIVES_UP, &scenario_gather, NULL },
	{ MUTANT_TELL_GIVES_UP, &scenario_gather, "all asleep" },
	{ MUTANT_PARKER_NOT_LEFT, &scenario_gather, "parker is woken that is gone" },
	{ MUTANT_CHOSEN_NO_COMPARE, &scenario_relay, NULL },
	{ MUTANT_MEET_NOT_CHOSEN, &scenario_relay, "handed back that was taken" },
	{ MUTANT_PASS_IF_DONE, &scenario_turns, "waits for ever" },
	{ MUTANT_PASS_LOOK_FIRST, &scenario_turns, "waits for ever" },
	{ MUTANT_PASS_NO_LOOK, &scenario_turns, "waits for ever" },
	{ MUTANT_PASS_TO_ONE, &scenario_turns, "waits for ever" },
	{ MUTANT_REFUSED_SILENT, &scenario_room, NULL },
	{ MUTANT_LINE_NO_ORDER, &scenario_room, "is not told" },
	{ MUTANT_NO_FENCE, &scenario_room, NULL },
	{ MUTANT_ASKED_NO_LOOK, &scenario_told, "all asleep" },
	{ MUTANT_DISARMED_IN_LIST, &scenario_told, NULL },
	{ MUTANT_END_NO_WAIT, &scenario_told, "told that has ended" },
	{ MUTANT_HALF_NO_WAIT, &scenario_told, NULL },
	{ MUTANT_MOVED_BY_STORE, &scenario_told, NULL },
	{ MUTANT_TOLD_NOT_UNWATCHED, &scenario_told, NULL },
};

#define COUNT(array) (sizeof (array) / sizeof (array)[0])
#define MUTANT_NAME(name) #name,
static const char *const mutant_names[MUTANTS] = {
	"",
	MUTANTS_OF_RUNTIME(MUTANT_NAME)
	MUTANTS_OF_SCENARIOS(MUTANT_NAME)
};

static uint64_t first = 1;

static const struct scenario *find_scenario(const char *name)
{
	for (size_t i = 0; i < COUNT(scenarios); i++)
		if (strcmp(scenarios[i]->name, name) == 0)
			return scenarios[i];
	for (size_t i = 0; i < COUNT(finds); i++)
		if (strcmp(finds[i].scenario->name, name) == 0)
			return finds[i].scenario;
	return NULL;
}

static enum mutant find_mutant(const char *name)
{
	for (int i = 1; i < MUTANTS; i++)
		if (strcmp(mutant_names[i], name) == 0)
			return (enum mutant)i;
	return MUTANT_NONE;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The seed that fails, or 0; *last is what came out last. */
static uint64_t explore(const struct scenario *scenario, uint64_t seeds, struct explored *last, uint64_t *steps)
{
	*steps = 0;
	for (uint64_t seed = first; seed < first + seeds; seed++) {
		*last = explore_run(scenario, seed, false);
		*steps += (uint64_t)last->steps;
		if (last->why != NULL)
			return seed;
	}
	return 0;
}

static void say_again(const struct scenario *scenario, uint64_t seed)
{
	printf("  again: ODEON_SEED=%" PRIu64 " tests/explore/explore %s%s%s    each step: --trace\n", seed, scenario->name,
	       explore_mutant != MUTANT_NONE ? " " : "", mutant_names[explore_mutant]);
}

/* Each failing seed must fail again in the same way, or nobody could work with it. */
static bool repeats(const struct scenario *scenario, uint64_t seed, const struct explored *before)
{
	char why[200];
	struct explored again;

	snprintf(why, sizeof why, "%s", before->why != NULL ? before->why : "");
	again = explore_run(scenario, seed, false);
	return again.trace == before->trace && again.steps == before->steps
	    && strcmp(why, again.why != NULL ? again.why : "") == 0;
}

static bool is_clean(const struct scenario *scenario, uint64_t seeds)
{
	double began = seconds(), took;
	uint64_t steps, seed;
	struct explored last;

	explore_mutant = MUTANT_NONE;
	seed = explore(scenario, seeds, &last, &steps);
	took = seconds() - began;
	if (seed != 0) {
		printf("FAIL %s, seed %" PRIu64 ": %s, after %ld steps\n", scenario->name, seed, last.why, last.steps);
		say_again(scenario, seed);
		return false;
	}
	printf("ok   %-10s %" PRIu64 " schedules clean, %" PRIu64 " steps, %.0f schedules/s\n", scenario->name, seeds, steps,
	       (double)seeds / took);
	if (!repeats(scenario, first + seeds - 1, &last)) {
		printf("FAIL %s, seed %" PRIu64 ": runs differently the second time\n", scenario->name, first + seeds - 1);
		return false;
	}
	return true;
}

static bool is_found(size_t which)
{
	const struct scenario *scenario = finds[which].scenario;
	const char *name;
	struct explored last;
	uint64_t steps, seed;

	explore_mutant = finds[which].mutant;
	name = explore_mutant != MUTANT_NONE ? mutant_names[explore_mutant] : "(Concurrency Kit)";
	seed = explore(scenario, MUTANT_SEEDS, &last, &steps);
	if (seed == 0) {
		printf("FAIL %s is not found in %s within %u seeds\n", name, scenario->name, MUTANT_SEEDS);
		return false;
	}
	if (finds[which].says != NULL && strstr(last.why, finds[which].says) == NULL) {
		printf("FAIL %s in %s, seed %" PRIu64 ": says \"%s\", not \"%s\"\n", name, scenario->name, seed, last.why,
		       finds[which].says);
		return false;
	}
	printf("ok   %-22s found in %s, seed %" PRIu64 ": %s\n", name, scenario->name, seed, last.why);
	if (!repeats(scenario, seed, &last)) {
		printf("FAIL %s, seed %" PRIu64 ": runs differently the second time\n", scenario->name, seed);
		return false;
	}
	return true;
}

static int check(uint64_t seeds)
{
	bool sought[MUTANTS] = { [MUTANT_NONE] = true }, good = true;

	for (size_t i = 0; i < COUNT(scenarios); i++)
		good &= is_clean(scenarios[i], seeds);
	first = 1;
	for (size_t i = 0; i < COUNT(finds); i++) {
		good &= is_found(i);
		sought[finds[i].mutant] = true;
	}
	for (int i = 0; i < MUTANTS; i++)
		if (!sought[i]) {
			printf("FAIL nobody looks for the mutant %s\n", mutant_names[i]);
			good = false;
		}
	return good ? 0 : 1;
}

static int list(void)
{
	for (size_t i = 0; i < COUNT(scenarios); i++)
		printf("%-12s %s\n", scenarios[i]->name, scenarios[i]->what);
	for (size_t i = 0; i < COUNT(finds); i++)
		printf("%-12s %s\n", finds[i].scenario->name,
		       finds[i].mutant != MUTANT_NONE ? mutant_names[finds[i].mutant] : finds[i].scenario->what);
	return 0;
}

static int run_one(const struct scenario *scenario, uint64_t seeds, bool is_traced)
{
	const char *given = getenv("ODEON_SEED");
	struct explored last = { NULL, 0, 0 };
	uint64_t steps, seed;

	if (given == NULL)
		seed = explore(scenario, seeds, &last, &steps);
	else
		seed = strtoull(given, NULL, 0);
	if (is_traced && (given != NULL || seed != 0))
		last = explore_run(scenario, seed, true);
	else if (given != NULL)
		last = explore_run(scenario, seed, false);
	if (last.why == NULL) {
		printf("%s: clean; the last had %ld steps, trace %016" PRIx64 "\n", scenario->name, last.steps, last.trace);
		return 0;
	}
	printf("%s, seed %" PRIu64 ": %s; %ld steps, trace %016" PRIx64 "\n", scenario->name, seed, last.why, last.steps, last.trace);
	say_again(scenario, seed);
	return 1;
}

static int usage(void)
{
	fputs("explore --check [SEEDS] | --list | SCENARIO [MUTANT] [--seeds N] [--first N] [--trace]\n", stderr);
	return 2;
}

int main(int count, char **arguments)
{
	const struct scenario *scenario = NULL;
	uint64_t seeds = SEEDS;
	bool is_traced = false;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (count >= 2 && strcmp(arguments[1], "--check") == 0)
		return check(count > 2 ? strtoull(arguments[2], NULL, 0) : SEEDS);
	if (count == 2 && strcmp(arguments[1], "--list") == 0)
		return list();
	if (count < 2 || (scenario = find_scenario(arguments[1])) == NULL)
		return usage();
	for (int i = 2; i < count; i++) {
		if (strcmp(arguments[i], "--trace") == 0)
			is_traced = true;
		else if (strcmp(arguments[i], "--seeds") == 0 && i + 1 < count)
			seeds = strtoull(arguments[++i], NULL, 0);
		else if (strcmp(arguments[i], "--first") == 0 && i + 1 < count)
			first = strtoull(arguments[++i], NULL, 0);
		else if ((explore_mutant = find_mutant(arguments[i])) == MUTANT_NONE)
			return usage();
	}
	return run_one(scenario, seeds, is_traced);
}
