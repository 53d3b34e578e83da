/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory - bytes of resident memory for one idle actor
 *
 * A million actors with 16 bytes of state, each of which has handled one message. They are made a thousand at a time,
 * and the next thousand waits until these have answered, so that messages under way do not count. Every run is a
 * process of its own: memory that an earlier run gave back to the allocator would hide what this one takes.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>
#include "bench.h"

#define GROUP 1000

struct begin { uint64_t number; };
struct touch { uint64_t number; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(touch);

struct idler { uint64_t number, handled; };            /* 16 bytes */
struct maker { struct run *run; uint64_t made, answered; };

ODEON_HANDLER(idler, touch)
{
	idler->handled++;
	touch->number += idler->number;
	odeon_reply(self, touch);
}

ODEON_HANDLERS(idler_handlers, ODEON_ON(idler, touch));
ODEON_KIND(idler, idler_handlers);

static void make_group(odeon_self *self, struct maker *maker)
{
	for (unsigned i = 0; i < GROUP && maker->made < maker->run->count; i++) {
		odeon_ref idler;
		int error = odeon_spawn(self, &idler_kind, &(struct idler){ .number = 1 }, &idler);

		if (error != 0) {
			run_wrong(maker->run, "no actor: %s", odeon_error_text(error));
			run_over(maker->run, self);
			return;
		}
		maker->made++;
		odeon_send(self, idler, odeon_new(touch));
	}
}

ODEON_HANDLER(maker, begin)
{
	make_group(self, maker);
}

ODEON_HANDLER(maker, touch)
{
	maker->answered += touch->number;
	if (maker->answered < maker->made)
		return;
	if (maker->made == maker->run->count)
		run_over(maker->run, self);
	else
		make_group(self, maker);
}

ODEON_HANDLERS(maker_handlers, ODEON_ON(maker, begin), ODEON_ON(maker, touch));
ODEON_KIND(maker, maker_handlers);

static double resident_bytes(struct run *run)
{
	unsigned long long all, resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (file == NULL || fscanf(file, "%llu %llu", &all, &resident) != 2)
		run_wrong(run, "cannot read /proc/self/statm");
	if (file != NULL)
		fclose(file);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void run(struct run *run)
{
	double before = resident_bytes(run);
	odeon_ref maker;

	run_spawn(run, &maker_kind, &(struct maker){ .run = run }, &maker);
	run_begin(run);
	odeon_post(run->system, maker, odeon_new(begin));
	run_wait(run);
	run->amount = run->count;
	run->figures[0] = (resident_bytes(run) - before) / (double)run->count;
}

const struct bench bench_memory = {
	.name = "memory", .summary = "resident bytes of an idle actor, a million of them",
	.amount = "actors", .counts = "actors", .count = 1000000, .is_fresh = 1, .run = run,
	.figures = { { "bytes_per_actor", "bytes/actor", { 256, 256 }, 0, 0 } },
};
