/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask - a plain thread asks an actor and waits for the answer, back to back
 *
 * Two threads hand over to each other twice a round trip, so this measures how soon either notices the other.
 */
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

static void run(struct run *run)
{
	odeon_time until = odeon_clock_deadline(ODEON_SECONDS(300));
	odeon_ref oracle;

	run_spawn(run, &oracle_kind, NULL, &oracle);
	run_begin(run);
	for (uint64_t i = 1; i <= run->count; i++) {
		int why = 0;
		struct answer *answer = odeon_ask(answer, run->system, oracle, odeon_new(question, .number = i), until,
			&why);

		if (answer == NULL || answer->number != 2 * i) {
			run_wrong(run, "question %llu: %s", (unsigned long long)i, odeon_error_text(why));
			i = run->count;
		}
		odeon_free(answer);
	}
	run->ended = odeon_clock_now();
	run->amount = run->count;
	run->figures[0] = run_seconds(run) * 1e6 / (double)run->count;
}

const struct bench bench_ask = {
	.name = "ask", .summary = "a plain thread asks an actor and waits, back to back",
	.amount = "round_trips", .counts = "round trips", .count = 100000, .run = run,
	.figures = { { "us_per_round_trip", "us/round trip", { 5, 3.5 }, 0, 0 } },
};
