/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * testkit_trials - one seed after the other, and of the faults of the first that fails as few as it needs
 *
 * Fewer: half of the faults are left out, and the other half; then quarters, and so on down to single ones, as long as anything
 * can go. Whatever is left out, the trial must fail with the same answer as before.
 */
#include "testkit.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS 100
#define SHRINKS 1000

struct session {
	odeon_trials trials;
	odeon_trial *run;
	void *data;
	uint64_t seed;
	unsigned runs;
};

static void on_dead_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void on_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	(void)text;
}

static void on_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
}

__attribute__((format(printf, 2, 3)))
static void tell(const struct session *session, const char *format, ...)
{
	char line[1600];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (session->trials.print != NULL)
		session->trials.print(session->trials.data, line);
	else
		fprintf(stderr, "%s\n", line);
}

/* ---- one run ---------------------------------------------------------------------------------------------------------------- */

static int run_once(struct session *session, odeon_plan *plan)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = on_dead_letter, .on_log = on_log, .on_failure = on_failure);
	odeon_system *system;
	int error, result;

	if (session->trials.options != NULL)
		options = *session->trials.options;
	options.simulation.enabled = 1;
	options.simulation.seed = session->seed;
	options.simulation.faults = odeon_plan_faults(plan);
	session->runs++;
	error = odeon_system_start(&options, &system);
	if (error != 0)
		return error;
	result = session->run(system, session->data);
	error = odeon_system_free(system);
	return result != 0 ? result : error;
}

static int run_with(struct session *session, odeon_plan *plan, const unsigned *numbers, unsigned count)
{
	testkit_plan_keep(plan, numbers, count);
	return run_once(session, plan);
}

/* ---- fewer faults ------------------------------------------------------------------------------------------------------------ */

/* `rest` has room for all. */
static void leave_out(const unsigned *numbers, unsigned count, unsigned from, unsigned to, unsigned *rest)
{
	memcpy(rest, numbers, from * sizeof rest[0]);
	memcpy(rest + from, numbers + to, (count - to) * sizeof rest[0]);
}

/* Every piece of this size that can go goes. How many numbers are left. */
static unsigned shrink_by(struct session *session, odeon_plan *plan, int result, unsigned *numbers, unsigned count,
                          unsigned size, unsigned *rest)
{
	unsigned from = 0;

	while (from < count && session->runs < session->trials.shrinks) {
		unsigned to = from + size < count ? from + size : count, left = count - (to - from);

		leave_out(numbers, count, from, to, rest);
		if (run_with(session, plan, rest, left) == result) {
			memcpy(numbers, rest, left * sizeof rest[0]);
			count = left;
		} else
			from = to;
	}
	return count;
}

static unsigned shrink(struct session *session, odeon_plan *plan, int result, unsigned *numbers, unsigned count, unsigned *rest)
{
	unsigned size = count, before;

	session->trials.shrinks += session->runs;
	for (; size > 1; size = (size + 1) / 2)
		count = shrink_by(session, plan, result, numbers, count, size, rest);
	do {
		before = count;
		count = shrink_by(session, plan, result, numbers, count, 1, rest);
	} while (count < before && session->runs < session->trials.shrinks);
	return count;
}

/* ---- told ---------------------------------------------------------------------------------------------------------------------- */

static void tell_failure(const struct session *session, const odeon_verdict *verdict)
{
	const char *name = session->trials.name;

	tell(session, "%s: seed %llu fails: %d%s%s", name, (unsigned long long)verdict->seed, verdict->result,
	     verdict->result < 0 ? ", " : "", verdict->result < 0 ? odeon_error_name(verdict->result) : "");
	if (!verdict->is_replayed) {
		tell(session, "%s: the same seed and faults do not bring it again: it depends on something else, too", name);
		return;
	}
	if (verdict->struck > 0)
		tell(session, "%s: %u of the %u faults that struck by chance are needed", name, verdict->needed, verdict->struck);
	if (verdict->plan[0] != '\0')
		tell(session, "%s: with these faults: %s", name, verdict->plan);
	tell(session, "%s: to run it again: ODEON_SEED=%llu ODEON_FAULTS='%s'", name, (unsigned long long)verdict->seed,
	     verdict->plan);
}

/* The run that just failed with it, by this plan. */
static int look_into(struct session *session, odeon_plan *plan, int result, odeon_verdict *verdict)
{
	unsigned count = testkit_plan_struck(plan), *numbers = calloc(2 * (size_t)count + 1, sizeof *numbers);

	if (numbers == NULL)
		return ODEON_ENOMEM;
	for (unsigned i = 0; i < count; i++)
		numbers[i] = i;
	verdict->result = result;
	verdict->seed = session->seed;
	verdict->struck = verdict->needed = count;
	verdict->is_replayed = run_with(session, plan, numbers, count) == result;
	if (verdict->is_replayed) {
		verdict->needed = shrink(session, plan, result, numbers, count, numbers + count);
		testkit_plan_keep(plan, numbers, verdict->needed);
	}
	(void)odeon_plan_print(plan, verdict->plan, sizeof verdict->plan);
	free(numbers);
	tell_failure(session, verdict);
	return result;
}

static int try_seed(struct session *session, odeon_verdict *verdict)
{
	odeon_plan *plan;
	int error = testkit_plan_make(session->trials.faults, session->trials.rates, &plan), result;

	if (error != 0)
		return error;
	result = run_once(session, plan);
	if (result != 0)
		result = look_into(session, plan, result, verdict);
	odeon_plan_free(plan);
	return result;
}

/* ---- many seeds ------------------------------------------------------------------------------------------------------------------ */

static void read_environment(odeon_trials *trials)
{
	const char *seed = getenv("ODEON_SEED"), *faults = getenv("ODEON_FAULTS");

	if (seed != NULL && strtoull(seed, NULL, 0) != 0) {
		trials->first = strtoull(seed, NULL, 0);
		trials->seeds = 1;
	}
	if (faults != NULL) {
		trials->faults = faults;
		trials->rates = NULL;
	}
}

static int check(const odeon_trials *trials, odeon_trial *run, const odeon_verdict *verdict)
{
	if (run == NULL)
		return ODEON_EINVAL;
	if ((trials != NULL && trials->bytes != sizeof *trials) || (verdict != NULL && verdict->bytes != sizeof *verdict))
		return ODEON_EVERSION;
	return trials != NULL && trials->options != NULL && trials->options->bytes != sizeof *trials->options ? ODEON_EVERSION : 0;
}

int odeon_trials_run(const odeon_trials *trials, odeon_trial *run, void *data, odeon_verdict *verdict)
{
	struct session session = { .trials = ODEON_TRIALS(.first = 0), .run = run, .data = data };
	odeon_verdict ignored = ODEON_VERDICT(.result = 0);
	int error = check(trials, run, verdict);

	if (error != 0)
		return error;
	if (trials != NULL)
		session.trials = *trials;
	if (verdict == NULL)
		verdict = &ignored;
	*verdict = (odeon_verdict)ODEON_VERDICT(.result = 0);
	if (session.trials.name == NULL)
		session.trials.name = "trials";
	if (session.trials.first == 0)
		session.trials.first = 1;
	if (session.trials.seeds == 0)
		session.trials.seeds = SEEDS;
	if (session.trials.shrinks == 0)
		session.trials.shrinks = SHRINKS;
	read_environment(&session.trials);
	for (unsigned i = 0; i < session.trials.seeds && error == 0; i++) {
		session.seed = session.trials.first + i;
		error = try_seed(&session, verdict);
	}
	verdict->runs = session.runs;
	return error;
}
