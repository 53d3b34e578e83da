/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * monitor-storm - ten thousand actors monitor one, which dies
 *
 * All are set before the time begins; it runs until the last one has handled the news. So it has, for each, the news sent off
 * by the one who dies, and a turn of the one who is told.
 */
#include "bench.h"

struct begin { odeon_ref whom; };
struct die { int code; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(die);

struct storm { struct run *run; odeon_ref victim; _Atomic uint64_t unset, untold; };
struct watcher { struct storm *storm; };
struct victim { struct storm *storm; };

ODEON_HANDLER(watcher, begin)
{
	int error = odeon_monitor(self, begin->whom);

	if (error != 0)
		run_wrong(watcher->storm->run, "no monitor: %s", odeon_error_text(error));
	atomic_fetch_sub(&watcher->storm->unset, 1);
}

ODEON_HANDLER(watcher, odeon_down)
{
	struct storm *storm = watcher->storm;

	if (odeon_down->code != 42 || !odeon_ref_equal(odeon_down->who, storm->victim))
		run_wrong(storm->run, "told of something else: %d, %s", odeon_down->code, odeon_down->text);
	if (atomic_fetch_sub(&storm->untold, 1) == 1)
		run_over(storm->run, self);
}

ODEON_HANDLER(victim, die)
{
	(void)victim;
	odeon_fail(self, die->code, "the storm");
}

ODEON_HANDLERS(watcher_handlers, ODEON_ON(watcher, begin), ODEON_ON(watcher, odeon_down));
ODEON_HANDLERS(victim_handlers, ODEON_ON(victim, die));
ODEON_KIND(watcher, watcher_handlers);
ODEON_KIND(victim, victim_handlers);

static void run(struct run *run)
{
	struct storm storm = { .run = run, .unset = run->count, .untold = run->count };

	run_spawn(run, &victim_kind, &(struct victim){ &storm }, &storm.victim);
	for (uint64_t i = 0; i < run->count; i++) {
		odeon_ref watcher;

		run_spawn(run, &watcher_kind, &(struct watcher){ &storm }, &watcher);
		odeon_post(run->system, watcher, odeon_new(begin, .whom = storm.victim));
	}
	while (atomic_load(&storm.unset) > 0)
		sleep_ns(100000);
	run_begin(run);
	odeon_post(run->system, storm.victim, odeon_new(die, .code = 42));
	run_wait(run);
	run->amount = run->count;
}

const struct bench bench_monitor_storm = {
	.name = "monitor-storm", .summary = "ten thousand actors monitor one, which dies",
	.amount = "monitors", .counts = "monitors", .count = 10000, .run = run,
	.figures = { { "ns_per_monitor", "ns/monitor", { 0, 0 }, 0, 0 } },
};
