/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timers - what it costs to arm a timer and end it again, and to have one fire, beside few others or a million
 *
 * One actor does it all. Armed and ended: odeon_send_after with a message made for it, an hour away, and odeon_timer_cancel.
 * Fired: as many messages as that, all due at one moment, from the first handled to the last; the arming is over by then. The
 * others are due between one and eleven hours from now.
 */
#include "bench.h"

#define OTHERS 1000000
#define HOUR ODEON_SECONDS(3600)
#define FIRED_IN ODEON_MS(400)                         /* so long arming them may take */

struct begin { struct run *run; };
struct fired { uint64_t number; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(fired);

struct armer { struct run *run; uint64_t handled; odeon_time first; };

static int arm(odeon_self *self, odeon_duration delay, odeon_timer *timer)
{
	return odeon_send_after(self, odeon_self_ref(self), odeon_new(fired), delay, timer);
}

static double arm_and_cancel(odeon_self *self, struct run *run)
{
	odeon_time before = odeon_clock_now();
	odeon_timer timer;

	for (uint64_t i = 0; i < run->count; i++)
		if (arm(self, HOUR + (odeon_duration)i * ODEON_US(1), &timer) != 0 || odeon_timer_cancel(self, timer) != 0)
			run_wrong(run, "timer %llu was not armed, or not ended", (unsigned long long)i);
	return (double)(odeon_clock_now().ns - before.ns) / (double)run->count;
}

static void arm_all_for(odeon_self *self, struct run *run, odeon_time due)
{
	for (uint64_t i = 0; i < run->count; i++)
		if (arm(self, due.ns - odeon_clock_now().ns, NULL) != 0)
			run_wrong(run, "out of memory");
	if (odeon_clock_now().ns > due.ns)
		run_wrong(run, "arming took longer than %d ms", (int)(FIRED_IN / ODEON_MS(1)));
}

ODEON_HANDLER(armer, begin)
{
	struct run *run = armer->run = begin->run;

	for (unsigned i = 0; i < run->parameter; i++)
		if (arm(self, HOUR + i * (10 * HOUR / OTHERS), NULL) != 0)
			run_wrong(run, "out of memory");
	run_begin(run);
	run->figures[0] = arm_and_cancel(self, run);
	arm_all_for(self, run, odeon_clock_deadline(FIRED_IN));
}

ODEON_HANDLER(armer, fired)
{
	struct run *run = armer->run;

	if (armer->handled++ == 0)
		armer->first = odeon_clock_now();
	if (armer->handled < run->count)
		return;
	run->figures[1] = (double)(odeon_clock_now().ns - armer->first.ns) / (double)run->count;
	run_over(run, self);
}

ODEON_HANDLERS(armer_handlers, ODEON_ON(armer, begin), ODEON_ON(armer, fired));
ODEON_KIND(armer, armer_handlers);

static void run(struct run *run)
{
	odeon_ref armer;

	run_spawn(run, &armer_kind, NULL, &armer);
	if (odeon_post(run->system, armer, odeon_new(begin, .run = run)) != 0)
		run_wrong(run, "nobody to post to");
	run_wait(run);
	run->amount = run->count;
}

#define FIGURES { { "ns_armed_and_ended", "ns/timer", { 60, 60 }, 0, 0 }, { "ns_fired", "ns/timer", { 60, 60 }, 0, 0 } }

const struct bench bench_timers = {
	.name = "timers", .summary = "arming and ending a timer; having it fire",
	.amount = "timers", .counts = "timers", .count = 200000, .run = run, .figures = FIGURES,
};

const struct bench bench_timers_million = {
	.name = "timers-million", .summary = "the same with a million others pending",
	.amount = "timers", .counts = "timers", .count = 200000, .parameter = OTHERS, .repeat = 3, .run = run, .figures = FIGURES,
};
