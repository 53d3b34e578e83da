/* SPDX-License-Identifier: BSD-2-Clause */
/* routing.c - the gate to a router's table: who is in is waited for, and who comes while it is shut waits, and sees the new count */
#include "../../actors/routing.h"
#include "../harness/kit.h"

static odeon_system *sys;
static odeon_router *router;

static bool changes;                                   /* the count, while a place is chosen */

static uint64_t key(void *data, const void *message)
{
	(void)data;
	if (changes) {
		changes = false;
		must(routing_recount(router, 1, NULL, 0));
	}
	return *(const uint64_t *)message;
}

static void setup(void)
{
	odeon_pool pool = ODEON_POOL(.least = 1, .most = 4, .routing = ODEON_ROUTE_BY_KEY, .key = key);

	must(odeon_system_start(NULL, &sys) == 0);
	router = routing_make(sys, &pool);
	must(router != NULL && routing_recount(router, 4, NULL, 0));
}

static void teardown(void)
{
	routing_release(router);
	must(odeon_system_free(sys) == 0);
}

static struct place *enter(uint64_t number) { return routing_enter(router, &number); }

/* ---- what another thread does --------------------------------------------------------------------------------------------- */

static atomic_bool is_done;
static struct place *entered;

static void *recount(void *argument)
{
	(void)argument;
	must(routing_recount(router, 1, NULL, 0));
	atomic_store(&is_done, true);
	return NULL;
}

static void *come_in(void *argument)
{
	(void)argument;
	entered = routing_enter_at(router, 3);
	atomic_store(&is_done, true);
	return NULL;
}

static pthread_t begin(void *(*run)(void *))
{
	pthread_t thread;

	atomic_store(&is_done, false);
	must(pthread_create(&thread, NULL, run, NULL) == 0);
	return thread;
}

static void end(pthread_t thread) { must(pthread_join(thread, NULL) == 0 && atomic_load(&is_done)); }

static void pause_a_while(void)
{
	for (int i = 0; i < 20; i++)
		kit_pause();
}

START_TEST(the_count_does_not_change_while_somebody_is_in)
{
	struct place *places[4];
	pthread_t thread;

	for (unsigned i = 0; i < 4; i++)
		must((places[i] = routing_enter_at(router, i)) == &router->places[i]);
	thread = begin(recount);
	eventually(atomic_load(&router->is_shut));
	for (unsigned i = 0; i < 4; i++) {
		pause_a_while();
		must(!atomic_load(&is_done) && odeon_router_count(router) == 4 && atomic_load(&router->is_shut));
		routing_leave(router, places[i]);
	}
	end(thread);
	must(odeon_router_count(router) == 1);
}
END_TEST

START_TEST(who_comes_while_it_is_shut_waits_and_sees_the_new_count)
{
	pthread_t thread;

	atomic_store(&router->is_shut, true);
	thread = begin(come_in);
	pause_a_while();
	must(!atomic_load(&is_done));
	atomic_store(&router->count, 3);
	atomic_store(&router->is_shut, false);
	end(thread);
	must(entered == NULL);
	must(routing_recount(router, 4, NULL, 0));     /* and nobody is in */
}
END_TEST

START_TEST(who_chose_by_an_old_count_chooses_again)
{
	for (uint64_t number = 0; number < 20; number++) {
		must(routing_recount(router, 4, NULL, 0));
		changes = true;
		must(enter(number) == &router->places[0]);
		routing_leave(router, &router->places[0]);
	}
}
END_TEST

START_TEST(the_count_stays_when_another_has_been_in)
{
	uint64_t before, number = 5;
	struct place *place = enter(number);

	must(place != NULL && !routing_is_quiet(place, &before));
	routing_leave(router, place);
	must(routing_is_quiet(place, &before));
	must(enter(number) == place);
	routing_leave(router, place);
	must(!routing_recount(router, 3, place, before) && odeon_router_count(router) == 4);
	must(routing_is_quiet(place, &before));
	must(routing_recount(router, 3, place, before) && odeon_router_count(router) == 3);
}
END_TEST

START_TEST(nobody_gets_in_where_nobody_is)
{
	must(routing_recount(router, 0, NULL, 0));
	must(enter(1) == NULL && routing_enter_at(router, 0) == NULL);
	must(routing_recount(router, 1, NULL, 0));
	must(routing_enter_at(router, 1) == NULL);
}
END_TEST

/* For each count: one more takes its share of the keys from all others, and none moves between those. */
START_TEST(one_more_takes_its_share_of_keys_and_no_others_move)
{
	enum { KEYS = 20000 };

	for (unsigned count = 1; count < 4; count++) {
		unsigned moved = 0;

		for (uint64_t number = 0; number < KEYS; number++) {
			struct place *before, *after;

			must(routing_recount(router, count, NULL, 0));
			routing_leave(router, before = enter(number));
			must(routing_recount(router, count + 1, NULL, 0));
			routing_leave(router, after = enter(number));
			must(after == before || after == &router->places[count]);
			moved += after != before;
		}
		must(moved > KEYS / (count + 1) * 95 / 100 && moved < KEYS / (count + 1) * 105 / 100);
	}
}
END_TEST

KIT_MAIN("unit/routing", { .name = "gate", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
	the_count_does_not_change_while_somebody_is_in, who_comes_while_it_is_shut_waits_and_sees_the_new_count,
	who_chose_by_an_old_count_chooses_again, the_count_stays_when_another_has_been_in, nobody_gets_in_where_nobody_is,
	one_more_takes_its_share_of_keys_and_no_others_move) })
