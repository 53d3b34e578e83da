/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervisor-restart - a child that fails with each message, and is started anew by its supervisor
 *
 * It sends itself the next one before it fails, so that one waits. So there is, for each, a message to itself, one that fails and is
 * dropped, the stop, the news to the supervisor, the start, and the turns of both.
 */
#include "bench.h"

struct blow { uint64_t left; };
ODEON_MESSAGE(blow);

struct fight { struct run *run; };
struct fighter { struct run *run; };

ODEON_START(fighter, fight)
{
	fighter->run = fight->run;
	return 0;
}

ODEON_HANDLER(fighter, blow)
{
	if (blow->left == 0) {
		run_over(fighter->run, self);
		return;
	}
	odeon_send(self, odeon_self_ref(self), odeon_new(blow, .left = blow->left - 1));
	odeon_fail(self, 1, "a blow");
}

ODEON_HANDLERS(fighter_handlers, ODEON_ON(fighter, blow));
ODEON_KIND(fighter, fighter_handlers, .start = ODEON_STARTS(fighter));

static void run(struct run *run)
{
	const struct fight fight = { run };
	const odeon_child children[] = { ODEON_CHILD(.name = "fighter", .kind = &fighter_kind, .argument = &fight,
		.argument_bytes = sizeof fight, .failed = ODEON_FAILED_DROPPED) };
	odeon_supervisor rule = ODEON_SUPERVISOR(.children = children, .count = 1, .restarts = ODEON_RESTARTS_ANY);
	struct odeon_child_is *is;
	odeon_ref supervisor;
	int error = odeon_supervise(run->system, &rule, &supervisor);

	if (error != 0)
		run_wrong(run, "no supervisor: %s", odeon_error_text(error));
	is = odeon_ask(odeon_child_is, run->system, supervisor, odeon_child_find_new("fighter"), ODEON_NEVER, NULL);
	if (is == NULL)
		run_wrong(run, "the child is not found");
	run_begin(run);
	odeon_post(run->system, is->who, odeon_new(blow, .left = run->count));
	run_wait(run);
	odeon_free(is);
	is = odeon_ask(odeon_child_is, run->system, supervisor, odeon_child_find_new("fighter"), ODEON_NEVER, NULL);
	if (is == NULL || is->restarts != run->count)
		run_wrong(run, "started anew another number of times");
	odeon_free(is);
	run->amount = run->count;
}

const struct bench bench_supervisor_restart = {
	.name = "supervisor-restart", .summary = "a child that fails again and again, and is started anew",
	.amount = "restarts", .counts = "restarts", .count = 200000, .run = run,
	.figures = { { "ns_per_restart", "ns/restart", { 0, 0 }, 0, 0 } },
};
