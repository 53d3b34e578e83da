/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request - an actor asks another, and its continuation asks again
 *
 * As pingpong, with all that a request is beside a message: the duty to answer, the continuation with its state, and
 * exactly one outcome. With a deadline (request-until) a timer is armed and ended each time, and the clock read.
 */
#include "bench.h"

struct begin_asking { odeon_ref oracle; };
struct ask_for { uint64_t number; };
struct told { uint64_t number; };
ODEON_MESSAGE(begin_asking);
ODEON_MESSAGE(ask_for);
ODEON_MESSAGE(told);

struct teller { uint64_t asked; };

ODEON_HANDLER(teller, ask_for)
{
	teller->asked++;
	odeon_reply(self, odeon_new(told, .number = ask_for->number + teller->asked));
}

ODEON_HANDLERS(teller_handlers, ODEON_ON(teller, ask_for));
ODEON_KIND(teller, teller_handlers);

struct seeker { struct run *run; odeon_ref teller; };
struct question_put { uint64_t number; };

static void ask(odeon_self *self, struct seeker *seeker, uint64_t number);

ODEON_ANSWER(seeker, question_put, told)
{
	struct run *run = seeker->run;

	if (error < 0 || told->number != 2 * question_put->number)
		run_wrong(run, "question %llu: %s", (unsigned long long)question_put->number, odeon_error_text(error));
	if (error < 0 || question_put->number == run->count)
		run_over(run, self);
	else
		ask(self, seeker, question_put->number + 1);
}

static void ask(odeon_self *self, struct seeker *seeker, uint64_t number)
{
	int error = odeon_request(self, seeker->teller, odeon_new(ask_for, .number = number),
		seeker->run->parameter ? odeon_deadline(self, ODEON_SECONDS(60)) : ODEON_NEVER,
		ODEON_THEN(self, seeker, question_put, told, .number = number));

	if (error < 0) {
		run_wrong(seeker->run, "question %llu: %s", (unsigned long long)number, odeon_error_text(error));
		run_over(seeker->run, self);
	}
}

ODEON_HANDLER(seeker, begin_asking)
{
	seeker->teller = begin_asking->oracle;
	ask(self, seeker, 1);
}

ODEON_HANDLERS(seeker_handlers, ODEON_ON(seeker, begin_asking));
ODEON_KIND(seeker, seeker_handlers);

static void run(struct run *run)
{
	odeon_ref teller, seeker;

	run_spawn(run, &teller_kind, NULL, &teller);
	run_spawn(run, &seeker_kind, &(struct seeker){ .run = run }, &seeker);
	run_begin(run);
	odeon_post(run->system, seeker, odeon_new(begin_asking, .oracle = teller));
	run_wait(run);
	run->amount = run->count;
}

const struct bench bench_request = {
	.name = "request", .summary = "an actor asks another, back to back",
	.amount = "round_trips", .counts = "round trips", .count = 3000000, .run = run,
	.figures = { { "ns_per_round_trip", "ns/round trip", { 90, 99 }, 2, 0 } },
};

const struct bench bench_request_until = {
	.name = "request-until", .summary = "the same, with a deadline", .parameter = 1,
	.amount = "round_trips", .counts = "round trips", .count = 3000000, .run = run,
	.figures = { { "ns_per_round_trip", "ns/round trip", { 0, 0 }, 2, 0 } },
};
