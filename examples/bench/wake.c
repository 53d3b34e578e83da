/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wake - the round trip of a plain thread to an actor after a millisecond in which nothing happened
 *
 * By then workers sleep, so this is what a rare event costs. The median is the usual case, the 99th percentile the bad.
 */
#include <stdlib.h>
#include "bench.h"

struct question { uint64_t number; };
struct answer { uint64_t number; };
ODEON_MESSAGE(question);
ODEON_MESSAGE(answer);

struct oracle { uint64_t asked; };

ODEON_HANDLER(oracle, question)
{
	oracle->asked++;
	odeon_reply(self, odeon_new(answer, .number = question->number + oracle->asked));
}

ODEON_HANDLERS(oracle_handlers, ODEON_ON(oracle, question));
ODEON_KIND(oracle, oracle_handlers);

/* One round trip in microseconds. */
static double ask_once(struct run *run, odeon_ref oracle, uint64_t number)
{
	odeon_time before = odeon_clock_now(), after;
	int why = 0;
	struct answer *answer = odeon_ask(answer, run->system, oracle, odeon_new(question, .number = number),
		odeon_clock_deadline(ODEON_SECONDS(10)), &why);

	after = odeon_clock_now();
	if (answer == NULL || answer->number != 2 * number)
		run_wrong(run, "question %llu: %s", (unsigned long long)number, odeon_error_text(why));
	odeon_free(answer);
	return (double)(after.ns - before.ns) / 1e3;
}

static void run(struct run *run)
{
	double *us = calloc(run->count, sizeof *us);
	odeon_ref oracle;

	if (us == NULL) {
		run_wrong(run, "out of memory");
		return;
	}
	run_spawn(run, &oracle_kind, NULL, &oracle);
	run_begin(run);
	for (uint64_t i = 0; i < run->count && !atomic_load(&run->is_wrong); i++) {
		sleep_ns(ODEON_MS(1));
		us[i] = ask_once(run, oracle, i + 1);
	}
	run->ended = odeon_clock_now();
	run->amount = run->count;
	run->figures[0] = percentile(us, (unsigned)run->count, 50);
	run->figures[1] = percentile(us, (unsigned)run->count, 99);
	free(us);
}

const struct bench bench_wake = {
	.name = "wake", .summary = "the same as ask after a millisecond of idleness",
	.amount = "round_trips", .counts = "round trips", .count = 1000, .run = run,
	.figures = { { "us_p50", "us, median", { 7, 7 }, 0, 0 }, { "us_p99", "us, 99 %", { 20, 40 }, 0, 0 } },
};
