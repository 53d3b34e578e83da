/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork-join-create - one actor makes a million others; each gets one message and ends
 *
 * The time runs until the last one is gone. The creator makes them all in one handler, so with one worker all of them
 * are alive at once, and the memory of an actor is most of its price.
 */
#include <stdlib.h>
#include "bench.h"

struct begin { uint64_t number; };
struct work { uint64_t number; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(work);

struct creator { struct run *run; unsigned char *is_done; };
struct leaf { unsigned char *is_done; };               /* its own place in the creator's array */

ODEON_HANDLER(leaf, work)
{
	*leaf->is_done += 1;
	odeon_exit(self);
}

ODEON_HANDLERS(leaf_handlers, ODEON_ON(leaf, work));
ODEON_KIND(leaf, leaf_handlers);

ODEON_HANDLER(creator, begin)
{
	for (uint64_t i = 0; i < begin->number; i++) {
		odeon_ref child;
		int error = odeon_spawn(self, &leaf_kind, &(struct leaf){ &creator->is_done[i] }, &child);

		if (error != 0) {
			run_wrong(creator->run, "no actor: %s", odeon_error_text(error));
			break;
		}
		odeon_send(self, child, odeon_new(work, .number = i));
	}
	odeon_exit(self);
}

ODEON_HANDLERS(creator_handlers, ODEON_ON(creator, begin));
ODEON_KIND(creator, creator_handlers);

static void run(struct run *run)
{
	unsigned char *is_done = calloc(run->count, 1);
	uint64_t done = 0;
	odeon_ref creator;

	if (is_done == NULL) {
		run_wrong(run, "out of memory");
		return;
	}
	run_spawn(run, &creator_kind, &(struct creator){ run, is_done }, &creator);
	run_begin(run);
	odeon_post(run->system, creator, odeon_new(begin, .number = run->count));
	run_wait_empty(run);
	for (uint64_t i = 0; i < run->count; i++)
		done += is_done[i] == 1;
	if (done != run->count)
		run_wrong(run, "%llu actors did their work", (unsigned long long)done);
	free(is_done);
	run->amount = run->count;
}

const struct bench bench_fork_join_create = {
	.name = "fork-join-create", .summary = "a million actors, each gets one message and ends",
	.amount = "actors", .counts = "actors", .count = 1000000, .run = run,
	.figures = { { "ns_per_actor", "ns/actor", { 120, 100 }, 0, 0 } },
};
