/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * router - one source sends to eight routees through a router
 *
 * It is paced: a mark goes the same way after WINDOW messages and is sent back, and the window after the next begins when the mark of
 * this one is back. At the end all routees are asked how many they had, all together, and the sums must be right. The rows differ in
 * how a routee is chosen; `-sizing` may change its number of routees, `-ref` goes through the router's actor, and `-none` sends to
 * eight refs in turn without a router, for comparison.
 */
#include "bench.h"

#define ROUTEES 8
#define WINDOW 1024

enum way { ROUND_ROBIN, RANDOM, LEAST_LOADED, BY_KEY, SIZING, THROUGH_REF, NO_ROUTER };

struct begin { uint64_t unused; };
struct work { uint64_t number; };
struct mark { uint64_t number; };
struct sum { uint64_t count, sum; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(work);
ODEON_MESSAGE(mark);
ODEON_MESSAGE(sum);

struct routee { uint64_t count, sum; };

ODEON_HANDLER(routee, work)
{
	routee->count++;
	routee->sum += work->number;
}

ODEON_HANDLER(routee, mark)
{
	odeon_reply(self, mark);
}

ODEON_HANDLER(routee, odeon_broadcast)
{
	odeon_reply(self, odeon_new(sum, .count = routee->count, .sum = routee->sum));
}

ODEON_HANDLERS(routee_handlers, ODEON_ON(routee, work), ODEON_ON(routee, mark), ODEON_ON(routee, odeon_broadcast));
ODEON_KIND(routee, routee_handlers);

struct source {
	struct run *run;
	odeon_router *router;
	odeon_ref routees[ROUTEES];                    /* without a router */
	uint64_t sent;
	unsigned windows;                              /* whose mark is not back */
};

static void send(odeon_self *self, struct source *source, void *message, uint64_t number)
{
	if (source->run->parameter == NO_ROUTER)
		odeon_send(self, source->routees[number % ROUTEES], message);
	else if (source->run->parameter == THROUGH_REF)
		odeon_send(self, odeon_router_ref(source->router), message);
	else
		odeon_router_send(self, source->router, message);
}

static void send_window(odeon_self *self, struct source *source)
{
	for (int i = 0; i < WINDOW && source->sent < source->run->count; i++) {
		source->sent++;
		send(self, source, odeon_new(work, .number = source->sent), source->sent);
	}
	source->windows++;
	send(self, source, odeon_new(mark, .number = source->sent), source->sent);
}

struct sums { uint64_t unused; };

static void check(odeon_self *self, struct source *source, uint64_t count, uint64_t sum)
{
	uint64_t sent = source->run->count;

	if (count != sent || sum != sent * (sent + 1) / 2)
		run_wrong(source->run, "%llu messages, sum %llu", (unsigned long long)count, (unsigned long long)sum);
	run_over(source->run, self);
}

ODEON_GATHERED(source, sums)
{
	uint64_t count = 0, total = 0;

	for (size_t i = 0; i < odeon_answers_count(answers); i++) {
		struct sum *sum = odeon_answer(sum, answers, i, NULL);

		count += sum != NULL ? sum->count : 0;
		total += sum != NULL ? sum->sum : 0;
		odeon_free(sum);
	}
	check(self, source, count, total);
}

/* Behind all that was sent: each routee has handled everything when it answers. */
static void ask_all(odeon_self *self, struct source *source)
{
	odeon_gather gather = { 0 };

	if (source->run->parameter != NO_ROUTER) {
		if (odeon_router_gather(self, source->router, 0, ODEON_NEVER, odeon_new(begin),
		                        ODEON_THEN_GATHERED(self, source, sums)) != 0)
			run_wrong(source->run, "nobody can be asked");
		return;
	}
	gather = odeon_gather_open(self, 0, ODEON_NEVER, ODEON_THEN_GATHERED(self, source, sums));
	for (int i = 0; i < ROUTEES; i++)
		odeon_gather_request(self, gather, source->routees[i], odeon_new(odeon_broadcast));
	odeon_gather_close(self, gather);
}

ODEON_HANDLER(source, begin)
{
	send_window(self, source);
	send_window(self, source);
}

ODEON_HANDLER(source, mark)
{
	source->windows--;
	if (source->sent < source->run->count)
		send_window(self, source);
	else if (source->windows == 0)
		ask_all(self, source);
}

ODEON_HANDLERS(source_handlers, ODEON_ON(source, begin), ODEON_ON(source, mark));
ODEON_KIND(source, source_handlers);

static uint64_t key_of(void *data, const void *message)
{
	(void)data;
	return ((const struct work *)message)->number;  /* a mark begins like that, too */
}

static void run(struct run *run)
{
	static const enum odeon_routing routings[] = { ODEON_ROUND_ROBIN, ODEON_ROUTE_RANDOM, ODEON_LEAST_LOADED, ODEON_ROUTE_BY_KEY };
	odeon_pool pool = ODEON_POOL(.kind = &routee_kind, .least = ROUTEES, .key = key_of,
		.routing = run->parameter <= BY_KEY ? routings[run->parameter] : ODEON_ROUND_ROBIN);
	struct source first = { .run = run };
	odeon_ref source;
	int error;

	if (run->parameter == SIZING) {                 /* it may, but does not: so that the sums are of all */
		pool.most = ROUTEES + 1;
		pool.busy = UINT32_MAX;
	}
	error = odeon_router_open(run->system, &pool, &first.router);
	if (error != 0)
		run_wrong(run, "no router: %s", odeon_error_text(error));
	for (int i = 0; i < ROUTEES; i++)
		run_spawn(run, &routee_kind, NULL, &first.routees[i]);
	run_spawn(run, &source_kind, &first, &source);
	run_begin(run);
	odeon_post(run->system, source, odeon_new(begin));
	run_wait(run);
	odeon_router_drop(first.router);
	run->amount = run->count;
}

#define ROW(id, called, what, way, extra) \
	const struct bench bench_##id = { \
		.name = called, .summary = what, .parameter = way, .is_extra = extra, \
		.amount = "messages", .counts = "messages", .count = 5000000, .run = run, \
		.figures = { { "ns_per_message", "ns/message", { 0, 0 }, 1, 0 } }, \
	}

ROW(router, "router", "one source, eight routees in turn", ROUND_ROBIN, 0);
ROW(router_random, "router-random", "the same, any of them", RANDOM, 1);
ROW(router_least, "router-least", "the same, the least loaded", LEAST_LOADED, 1);
ROW(router_key, "router-key", "the same, by a key (consistent hash)", BY_KEY, 0);
ROW(router_sizing, "router-sizing", "in turn, in a pool that may change its size", SIZING, 1);
ROW(router_ref, "router-ref", "in turn, through the router's actor", THROUGH_REF, 1);
ROW(router_none, "router-none", "in turn, without a router", NO_ROUTER, 1);
