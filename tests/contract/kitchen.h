/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kitchen.h - a simulated system with a router to cooks, and what each of them got
 *
 * Cooks are numbered in the order in which their refs were seen first. A cook replies to a parcel with itself.
 */
#ifndef KITCHEN_H
#define KITCHEN_H

#include "../harness/kit.h"
#include <string.h>

enum { COOKS_MOST = 64, DISHES_MOST = 20000 };
enum { FAIL = -1, FAIL_ONCE = -2, LEAVE = -3, SILENT = -4 };   /* numbers that are orders */

static struct {
	odeon_system *system;
	odeon_router *router;
	odeon_ref waiter, cooks[COOKS_MOST];
	unsigned cook_count, starts, stops, starts_to_fail;
	struct { unsigned cook; int number; unsigned from; } dishes[DISHES_MOST];
	unsigned dish_count, letters, failures;
	const void *payload;                           /* seen last */
	bool has_failed;
} kitchen;

static inline unsigned cook_number(odeon_ref who)
{
	unsigned number = 0;

	while (number < kitchen.cook_count && !odeon_ref_equal(kitchen.cooks[number], who))
		number++;
	if (number == kitchen.cook_count) {
		must(number < COOKS_MOST);
		kitchen.cooks[kitchen.cook_count++] = who;
	}
	return number;
}

struct cook { int unused; };

ODEON_START(cook, parcel)
{
	if (kitchen.starts_to_fail > 0) {
		kitchen.starts_to_fail--;
		return ODEON_ESYSTEM;
	}
	kitchen.starts++;
	(void)cook_number(odeon_self_ref(self));
	return 0;
}

ODEON_STOP(cook) { kitchen.stops++; }

static inline void write_down(odeon_self *self, int number, unsigned from)
{
	must(kitchen.dish_count < DISHES_MOST);
	kitchen.dishes[kitchen.dish_count].cook = cook_number(odeon_self_ref(self));
	kitchen.dishes[kitchen.dish_count].number = number;
	kitchen.dishes[kitchen.dish_count++].from = from;
}

ODEON_HANDLER(cook, parcel)
{
	if (parcel->number == FAIL || (parcel->number == FAIL_ONCE && !kitchen.has_failed)) {
		kitchen.has_failed = true;
		odeon_fail(self, 9, "as told");
	} else if (parcel->number == LEAVE)
		odeon_exit(self);
	else {
		write_down(self, parcel->number, parcel->sender);
		if (parcel->number != SILENT)
			(void)odeon_reply(self, parcel);
	}
}

/* The answer has the cook's number. */
ODEON_HANDLER(cook, odeon_broadcast)
{
	const struct parcel *parcel = odeon_frozen_look(parcel, odeon_broadcast->payload);

	kitchen.payload = parcel;
	write_down(self, parcel->number, 0);
	if (parcel->number != SILENT || cook_number(odeon_self_ref(self)) != 0)
		(void)odeon_reply(self, odeon_new(note, .number = (int)cook_number(odeon_self_ref(self))));
}

ODEON_ROUTEE(cook)
ODEON_HANDLERS(cook_handlers, ODEON_ON(cook, parcel), ODEON_ON(cook, odeon_broadcast), ODEON_ON_ROUTEE(cook));
ODEON_KIND(cook, cook_handlers, .start = ODEON_STARTS(cook), .stop = ODEON_STOPS(cook));

/* ---- an actor to send from ------------------------------------------------------------------------------------------------ */

struct waiter { int unused; };
struct call { void (*run)(odeon_self *self); };
ODEON_MESSAGE(call);

ODEON_HANDLER(waiter, call) { call->run(self); }
ODEON_HANDLER(waiter, parcel) { }                      /* answers */
ODEON_HANDLER(waiter, note) { }
ODEON_HANDLERS(waiter_handlers, ODEON_ON(waiter, call), ODEON_ON(waiter, parcel), ODEON_ON(waiter, note));
ODEON_KIND(waiter, waiter_handlers);

static inline void kitchen_run(odeon_duration how_long)
{
	must(odeon_system_run(kitchen.system, odeon_system_deadline(kitchen.system, how_long)) >= 0);
}

static inline void kitchen_call(void (*run)(odeon_self *self))
{
	must(odeon_post(kitchen.system, kitchen.waiter, odeon_new(call, .run = run)) == 0);
	kitchen_run(ODEON_MS(1));
}

/* ---- the scene ------------------------------------------------------------------------------------------------------------- */

/* A cook's answers to nobody do not count. */
static inline void kitchen_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	for (unsigned i = 0; i < kitchen.cook_count; i++)
		if (odeon_ref_equal(kitchen.cooks[i], letter->from))
			return;
	kitchen.letters += letter->type == ODEON_TYPE(parcel);
}

static inline void kitchen_failed(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
	kitchen.failures++;
}

static inline void kitchen_open(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed }, .on_dead_letter = kitchen_letter,
	                                      .on_failure = kitchen_failed);

	memset(&kitchen, 0, sizeof kitchen);
	must(odeon_system_start(&options, &kitchen.system) == 0);
	must(odeon_system_spawn(kitchen.system, &waiter_kind, NULL, &kitchen.waiter) == 0);
}

/* What is not said is a pool of cooks. */
static inline void kitchen_pool(odeon_pool pool)
{
	if (pool.kind == NULL)
		pool.kind = &cook_kind;
	must(odeon_router_open(kitchen.system, &pool, &kitchen.router) == 0);
}
#define POOL(...) kitchen_pool((odeon_pool)ODEON_POOL(__VA_ARGS__))

/* Nothing is lost, and nobody is left. */
static inline void kitchen_close(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stop(kitchen.system, odeon_system_deadline(kitchen.system, ODEON_SECONDS(60)), NULL) == 0);
	must(odeon_system_stats(kitchen.system, &stats) == 0);
	must(stats.queued == 0 && stats.actors == 0);
	must(stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(odeon_system_free(kitchen.system) == 0);
	odeon_router_drop(kitchen.router);             /* also then */
	must(parcels_made() == parcels_dropped());
	must(kitchen.starts == kitchen.stops);
}

static inline int post(int number) { return odeon_router_post(kitchen.router, parcel_new(number)); }

static inline unsigned got(unsigned cook)
{
	unsigned count = 0;

	for (unsigned i = 0; i < kitchen.dish_count; i++)
		count += kitchen.dishes[i].cook == cook;
	return count;
}

static inline bool has_ended(odeon_ref who)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	return odeon_actor_stats(kitchen.system, who, &stats) == ODEON_EGONE;
}

static inline uint64_t key_of_parcel(void *data, const void *message)
{
	(void)data;
	return ((const struct parcel *)message)->sender;
}

/* By key: its sender. */
static inline int post_keyed(unsigned key, int number)
{
	struct parcel *parcel = parcel_new(number);

	parcel->sender = key;
	return odeon_router_post(kitchen.router, parcel);
}

#endif
