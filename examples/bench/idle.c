/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idle - processor time of the whole process in five seconds in which nothing happens
 *
 * One actor that has handled one message. A tenth of a second passes before the measurement, so that workers that
 * search for a while before they sleep have done so.
 */
#define _GNU_SOURCE
#include <sys/resource.h>
#include "bench.h"

struct touch { uint64_t number; };
ODEON_MESSAGE(touch);

struct idler { uint64_t handled; };

ODEON_HANDLER(idler, touch)
{
	idler->handled++;
	odeon_reply(self, touch);
}

ODEON_HANDLERS(idler_handlers, ODEON_ON(idler, touch));
ODEON_KIND(idler, idler_handlers);

static double processor_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void run(struct run *run)
{
	odeon_ref idler;
	double before;
	int why;

	run_spawn(run, &idler_kind, NULL, &idler);
	odeon_free(odeon_ask(touch, run->system, idler, odeon_new(touch), odeon_clock_deadline(ODEON_SECONDS(10)), &why));
	if (why != 0)
		run_wrong(run, "no answer: %s", odeon_error_text(why));
	sleep_ns(ODEON_MS(100));
	run_begin(run);
	before = processor_seconds();
	sleep_ns(ODEON_MS(run->count));
	run->figures[0] = processor_seconds() - before;
	if (run->figures[0] == 0)
		run->figures[0] = 1e-9;                /* nothing at all is a figure too */
	run->ended = odeon_clock_now();
	run->amount = 1;
}

const struct bench bench_idle = {
	.name = "idle", .summary = "processor seconds in 5 s with one idle actor",
	.amount = "actors", .counts = "milliseconds", .count = 5000, .repeat = 3, .is_fresh = 1, .run = run,
	.figures = { { "cpu_seconds", "s of cpu", { 0.001, 0.001 }, 0, 0 } },
};
