/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 09-request - actors ask actors, and go on when the answer comes
 *
 * A cache in front of a store. Somebody asks the cache for a key; if it does not know the value it asks the store, and
 * answers when that has answered. It does not wait meanwhile: other messages are handled, and what it will need is in the
 * continuation's own little struct. Exactly one outcome comes, an answer or an error, and always as a turn of its own.
 *
 * Try it: let the store not answer at all (remove an odeon_reply), and see who is told, and when.
 */
#include <odeon.h>
#include <stdio.h>

struct get { int key; };
struct value { int key, number; };
struct tour { char unused; };
ODEON_MESSAGE(get);
ODEON_MESSAGE(value);
ODEON_MESSAGE(tour);

/* ---- the store knows squares, is slow with 7, and refuses 13 ------------------------------------------------------- */

struct store { struct get *later; };

ODEON_HANDLER(store, get)
{
	if (get->key == 13)
		odeon_reply_error(self, ODEON_EFAILED);
	else if (get->key == 7)
		store->later = odeon_keep(self, get);           /* with the duty to answer; nobody ever does */
	else
		odeon_reply(self, odeon_new(value, .key = get->key, .number = get->key * get->key));
}

ODEON_STOP(store)
{
	odeon_free(store->later);
}

ODEON_HANDLERS(store_handlers, ODEON_ON(store, get));
ODEON_KIND(store, store_handlers, .stop = ODEON_STOPS(store));

/* ---- the cache ------------------------------------------------------------------------------------------------------ */

struct cache { odeon_ref store; int known[16]; int is_known[16]; };
struct miss { struct get *asked; };                     /* what the answer will need */

ODEON_ANSWER(cache, miss, value)                        /* gets (self, cache, miss, value, error) */
{
	int key = miss->asked->key;

	if (error < 0) {
		odeon_reply_error_to(self, miss->asked, error);
	} else {
		cache->known[key] = value->number;
		cache->is_known[key] = 1;
		odeon_reply_to(self, miss->asked, value);       /* the store's message goes on to whoever asked */
	}
	odeon_free(miss->asked);                                /* also when the cache ends with this open */
}

ODEON_HANDLER(cache, get)
{
	struct get *asked;
	int key = get->key;

	if (cache->is_known[key]) {
		odeon_reply(self, odeon_new(value, .key = key, .number = cache->known[key]));
		return;
	}
	asked = odeon_keep(self, get);
	if (odeon_request(self, cache->store, odeon_new(get, .key = key), odeon_deadline(self, ODEON_MS(50)),
	                  ODEON_THEN(self, cache, miss, value, .asked = asked)) < 0)
		odeon_free(asked);                              /* no continuation, so it is still ours: its asker is told */
}

ODEON_HANDLERS(cache_handlers, ODEON_ON(cache, get));
ODEON_KIND(cache, cache_handlers);

/* ---- a visitor asks for one thing after the other, and then for several at once ---------------------------------------- */

struct visitor { odeon_ref cache, store; };
struct stop_at { int place; };
struct round_trip { int first; };

static const int keys[] = { 3, 3, 13, 7 };
enum { KEYS = sizeof keys / sizeof keys[0] };

static void visit(odeon_self *self, struct visitor *visitor, int place);

ODEON_ANSWER(visitor, stop_at, value)
{
	if (error < 0)
		printf("%d: %s\n", keys[stop_at->place], odeon_error_text(error));
	else
		printf("%d: %d\n", value->key, value->number);
	visit(self, visitor, stop_at->place + 1);
}

ODEON_GATHERED(visitor, round_trip)                     /* once, when all have answered or failed */
{
	for (size_t i = 0; i < odeon_answers_count(answers); i++) {
		int why;
		struct value *value = odeon_answer(value, answers, i, &why);

		printf("%d of all: %d (%s)\n", round_trip->first + (int)i, value ? value->number : 0, odeon_error_name(why));
		odeon_free(value);
	}
	odeon_system_quit(odeon_system_of(self));
}

static void visit_all(odeon_self *self, struct visitor *visitor)
{
	odeon_gather gather = odeon_gather_open(self, 0, odeon_deadline(self, ODEON_SECONDS(1)),
	                                        ODEON_THEN_GATHERED(self, visitor, round_trip, .first = 11));

	for (int key = 11; key <= 14; key++)
		odeon_gather_request(self, gather, visitor->store, odeon_new(get, .key = key));
	odeon_gather_close(self, gather);
}

static void visit(odeon_self *self, struct visitor *visitor, int place)
{
	if (place == KEYS)
		visit_all(self, visitor);
	else if (odeon_request(self, visitor->cache, odeon_new(get, .key = keys[place]), odeon_deadline(self, ODEON_SECONDS(1)),
	                       ODEON_THEN(self, visitor, stop_at, value, .place = place)) < 0)
		odeon_system_quit(odeon_system_of(self));
}

ODEON_HANDLER(visitor, tour)
{
	visit(self, visitor, 0);
}

ODEON_HANDLERS(visitor_handlers, ODEON_ON(visitor, tour));
ODEON_KIND(visitor, visitor_handlers);

int main(void)
{
	odeon_system *system;
	odeon_ref store, cache, visitor;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return 1;
	if ((error = odeon_system_spawn(system, &store_kind, NULL, &store)) == 0
	 && (error = odeon_system_spawn(system, &cache_kind, &(struct cache){ .store = store }, &cache)) == 0
	 && (error = odeon_system_spawn(system, &visitor_kind, &(struct visitor){ cache, store }, &visitor)) == 0) {
		odeon_post(system, visitor, odeon_new(tour));
		odeon_system_run(system, ODEON_NEVER);
	}
	if (error < 0)
		fprintf(stderr, "09-request: %s\n", odeon_error_text(error));
	odeon_system_free(system);
	return error < 0;
}
