/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pingpong - two actors hit a ball back and forth
 *
 * A fresh message each way, with the sender's ref in it, as programs do that answer whoever asked. Nothing runs beside
 * it, so this is the price of one message: allocate, send, schedule, handle, free.
 */
#include "bench.h"

struct begin { odeon_ref ponger; };
struct ping { odeon_ref from; uint64_t number; };
struct pong { odeon_ref from; uint64_t number; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(ping);
ODEON_MESSAGE(pong);

struct pinger { struct run *run; uint64_t number; };
struct ponger { uint64_t answered; };

ODEON_HANDLER(ponger, ping)
{
	ponger->answered++;
	odeon_send(self, ping->from, odeon_new(pong, .from = odeon_self_ref(self), .number = ponger->answered));
}

ODEON_HANDLER(pinger, begin)
{
	odeon_send(self, begin->ponger, odeon_new(ping, .from = odeon_self_ref(self), .number = ++pinger->number));
}

ODEON_HANDLER(pinger, pong)
{
	if (pong->number != pinger->number)
		run_wrong(pinger->run, "pong %llu answers ping %llu", (unsigned long long)pong->number,
			(unsigned long long)pinger->number);
	if (pinger->number == pinger->run->count)
		run_over(pinger->run, self);
	else
		odeon_send(self, pong->from,
			odeon_new(ping, .from = odeon_self_ref(self), .number = ++pinger->number));
}

ODEON_HANDLERS(pinger_handlers, ODEON_ON(pinger, begin), ODEON_ON(pinger, pong));
ODEON_HANDLERS(ponger_handlers, ODEON_ON(ponger, ping));
ODEON_KIND(pinger, pinger_handlers);
ODEON_KIND(ponger, ponger_handlers);

static void run(struct run *run)
{
	odeon_ref pinger, ponger;

	run_spawn(run, &ponger_kind, NULL, &ponger);
	run_spawn(run, &pinger_kind, &(struct pinger){ .run = run }, &pinger);
	run_begin(run);
	odeon_post(run->system, pinger, odeon_new(begin, .ponger = ponger));
	run_wait(run);
	run->amount = 2 * run->count;
}

const struct bench bench_pingpong = {
	.name = "pingpong", .summary = "two actors, a fresh message each way",
	.amount = "messages", .counts = "round trips", .count = 5000000, .run = run,
	.figures = { { "ns_per_message", "ns/message", { 30, 33 }, 1, 0 } },
};
