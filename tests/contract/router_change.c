/* SPDX-License-Identifier: BSD-2-Clause */
/* router_change.c - a pool that changes its size: when it does, who then has which keys, and that nothing is lost or overtaken */
#include "kitchen.h"

static void setup(void) { kitchen_open(1); }
static void teardown(void) { kitchen_close(); }

enum { KEYS = 2000 };

/* Which cook has each key; in the order in which cooks came. */
static void find_keys(unsigned *cook_of)
{
	kitchen.dish_count = 0;
	for (unsigned i = 0; i < KEYS; i++)
		must(post_keyed(i, (int)i) == 0);
	kitchen_run(ODEON_MS(50));
	ck_assert_uint_eq(kitchen.dish_count, KEYS);
	for (unsigned i = 0; i < KEYS; i++)
		cook_of[kitchen.dishes[i].from] = kitchen.dishes[i].cook;
}

static void resize(unsigned count)
{
	must(odeon_router_resize(kitchen.router, count) == 0);
	kitchen_run(ODEON_MS(100));
	ck_assert_uint_eq(odeon_router_count(kitchen.router), count);
}

/* ---- keys ------------------------------------------------------------------------------------------------------------------ */

START_TEST(one_routee_more_or_less_moves_one_key_of_n)
{
	unsigned before[KEYS], after[KEYS], again[KEYS], moved = 0;

	POOL(.least = 9, .most = 10, .routing = ODEON_ROUTE_BY_KEY, .key = key_of_parcel, .busy = UINT32_MAX, .idle = ODEON_SECONDS(60));
	find_keys(before);
	resize(10);
	find_keys(after);
	for (unsigned i = 0; i < KEYS; i++) {
		must(after[i] == before[i] || after[i] == 9);
		moved += after[i] != before[i];
	}
	must(moved > KEYS / 10 * 8 / 10 && moved < KEYS / 10 * 12 / 10);
	resize(9);
	find_keys(again);
	must(memcmp(before, again, sizeof before) == 0);
}
END_TEST

/* What waits at one that is busy when another comes: it is handled before what was sent later. */
START_TEST(a_new_one_does_not_overtake_what_waits)
{
	int last[40] = { 0 };
	unsigned newcomers = 0;

	POOL(.least = 2, .most = 8, .routing = ODEON_ROUTE_BY_KEY, .key = key_of_parcel, .busy = UINT32_MAX, .idle = ODEON_SECONDS(60));
	for (int i = 1; i <= 100; i++)
		for (unsigned key = 0; key < 40; key++)
			must(post_keyed(key, i) == 0);
	must(odeon_router_resize(kitchen.router, 8) == 0);
	eventually((kitchen_run(ODEON_US(1)), odeon_router_count(kitchen.router) == 8));
	for (int i = 101; i <= 200; i++)
		for (unsigned key = 0; key < 40; key++)
			must(post_keyed(key, i) == 0);
	kitchen_run(ODEON_SECONDS(1));
	ck_assert_uint_eq(kitchen.dish_count, 8000);
	for (unsigned i = 0; i < 8000; i++) {
		must(kitchen.dishes[i].number == last[kitchen.dishes[i].from] + 1);
		last[kitchen.dishes[i].from]++;
		newcomers += kitchen.dishes[i].cook >= 2;
	}
	must(newcomers > 1000 && kitchen.letters == 0);
}
END_TEST

START_TEST(one_with_something_waiting_does_not_leave)
{
	POOL(.least = 1, .most = 2, .routing = ODEON_ROUTE_BY_KEY, .key = key_of_parcel, .busy = UINT32_MAX, .idle = ODEON_SECONDS(60));
	resize(2);
	kitchen.dish_count = 0;
	must(odeon_router_resize(kitchen.router, 1) == 0);
	for (int i = 1; i <= 50; i++)
		for (unsigned key = 0; key < 40; key++)
			must(post_keyed(key, i) == 0);
	kitchen_run(ODEON_SECONDS(1));
	ck_assert_uint_eq(odeon_router_count(kitchen.router), 1);
	ck_assert_uint_eq(kitchen.dish_count, 2000);
	must(kitchen.letters == 0 && has_ended(kitchen.cooks[1]));
}
END_TEST

/* ---- sizing ----------------------------------------------------------------------------------------------------------------- */

START_TEST(a_pool_grows_on_load_and_shrinks_when_idle)
{
	enum odeon_routing routing = (enum odeon_routing)_i;

	POOL(.least = 1, .most = 4, .routing = routing, .key = key_of_parcel, .busy = 10, .every = ODEON_US(5), .idle = ODEON_MS(20));
	for (unsigned i = 0; i < 8000; i++) {
		must(post_keyed(i, (int)i) == 0);
		if (i % 100 == 99)
			kitchen_run(ODEON_US(50));
	}
	ck_assert_uint_eq(odeon_router_count(kitchen.router), 4);
	kitchen_run(ODEON_MS(20));
	ck_assert_uint_eq(kitchen.dish_count, 8000);
	ck_assert_uint_eq(odeon_router_count(kitchen.router), 4);
	kitchen_run(ODEON_MS(20));
	ck_assert_uint_eq(odeon_router_count(kitchen.router), 3);
	kitchen_run(ODEON_MS(100));
	ck_assert_uint_eq(odeon_router_count(kitchen.router), 1);
	ck_assert_uint_eq(kitchen.stops, kitchen.starts - 1);
	must(kitchen.letters == 0 && post(1) == 0);
	kitchen_run(ODEON_MS(1));
	ck_assert_uint_eq(kitchen.dish_count, 8001);
}
END_TEST

START_TEST(numbers_out_of_bounds_are_refused)
{
	POOL(.least = 2, .most = 3);
	must(odeon_router_resize(kitchen.router, 1) == ODEON_EINVAL && odeon_router_resize(kitchen.router, 4) == ODEON_EINVAL);
	resize(3);
	resize(3);
	resize(2);
}
END_TEST

START_TEST(one_that_leaves_handles_what_waits_also_when_it_fails)
{
	POOL(.least = 1, .most = 3);
	resize(3);
	for (int i = 0; i < 300; i++)
		must(post(i >= 100 && i < 103 ? FAIL : i) == 0);
	resize(1);
	ck_assert_uint_eq(kitchen.dish_count, 297);
	ck_assert_uint_eq(kitchen.letters, 3);         /* these failed */
	must(has_ended(kitchen.cooks[1]) && has_ended(kitchen.cooks[2]) && !has_ended(kitchen.cooks[0]));
}
END_TEST

START_TEST(one_that_is_killed_while_it_leaves_or_comes_is_no_obstacle)
{
	enum odeon_routing routing = _i == 0 ? ODEON_ROUND_ROBIN : ODEON_ROUTE_BY_KEY;

	POOL(.least = 1, .most = 3, .routing = routing, .key = key_of_parcel);
	must(odeon_router_resize(kitchen.router, 3) == 0);
	eventually((kitchen_run(ODEON_US(1)), kitchen.cook_count == 3));
	must(odeon_actor_kill(kitchen.system, kitchen.cooks[0]) == 0 && odeon_actor_kill(kitchen.system, kitchen.cooks[2]) == 0);
	kitchen_run(ODEON_MS(10));
	must(kitchen.cook_count == 5);
	for (unsigned i = 0; i < 30; i++)
		must(post_keyed(i, (int)i) == 0);
	must(odeon_router_resize(kitchen.router, 1) == 0);
	must(odeon_actor_kill(kitchen.system, kitchen.cooks[1]) == 0);
	kitchen_run(ODEON_SECONDS(1));
	ck_assert_uint_eq(odeon_router_count(kitchen.router), 1);
	must(kitchen.dish_count + kitchen.letters == 30 && kitchen.starts - kitchen.stops == 1);
}
END_TEST

static const odeon_kind narrow = { .bytes = sizeof narrow, .name = "cook", .state_bytes = sizeof(struct cook),
	.handlers = cook_handlers, .start = ODEON_STARTS(cook), .stop = ODEON_STOPS(cook), .mailbox = { .messages = 2 } };

START_TEST(a_full_mailbox_delays_a_change_and_no_more)
{
	POOL(.kind = &narrow, .least = 1, .most = 2, .routing = ODEON_ROUTE_BY_KEY, .key = key_of_parcel, .busy = UINT32_MAX,
	     .idle = ODEON_SECONDS(60));
	must(post_keyed(1, 1) == 0 && post_keyed(1, 2) == 0);
	must(odeon_router_resize(kitchen.router, 2) == 0);
	kitchen_run(ODEON_MS(10));
	for (unsigned i = 0; i < 20; i++) {
		must(post_keyed(i, (int)i) == 0);
		kitchen_run(ODEON_MS(1));
	}
	must(got(0) > 4 && got(1) > 4 && got(0) + got(1) == 22);
	must(post_keyed(1, 1) == 0 && post_keyed(1, 2) == 0);
	resize(1);
}
END_TEST

/* The mark does not get in; what waits there is not overtaken all the same. */
START_TEST(nor_is_anything_overtaken_then)
{
	unsigned changed = 0, moved = 0;

	for (uint64_t seed = 1; seed <= 400; seed++) {
		kitchen_open(seed);
		POOL(.kind = &narrow, .least = 1, .most = 2, .routing = ODEON_ROUTE_BY_KEY, .key = key_of_parcel, .busy = UINT32_MAX,
		     .idle = ODEON_SECONDS(60));
		must(odeon_router_resize(kitchen.router, 2) == 0);
		must(post_keyed((unsigned)seed % 8, -6) == 0 && post_keyed((unsigned)seed % 8, -5) == 0);
		for (unsigned i = 0; i < 6; i++) {
			(void)post_keyed((unsigned)seed % 8, (int)i);
			kitchen_run(100);
			changed += odeon_router_count(kitchen.router) == 2 && kitchen.dish_count < 2;
		}
		kitchen_run(ODEON_SECONDS(1));
		for (unsigned i = 1; i < kitchen.dish_count; i++)
			must(kitchen.dishes[i - 1].number < kitchen.dishes[i].number);
		moved += got(0) > 0 && got(1) > 0;
		kitchen_close();
	}
	must(changed > 0 && moved > 0);
}
END_TEST

START_TEST(a_pool_that_is_changing_ends_whole)
{
	POOL(.least = 1, .most = 5, .routing = (enum odeon_routing)_i, .key = key_of_parcel);
	must(odeon_router_resize(kitchen.router, 5) == 0);
	for (unsigned i = 0; i < 100; i++)
		must(post_keyed(i, (int)i) == 0);
	odeon_router_drop(kitchen.router);
	kitchen.router = NULL;
	kitchen_run(ODEON_MS(10));
	must(kitchen.dish_count == 100 && kitchen.starts == kitchen.stops && kitchen.letters == 0);
}
END_TEST

/* ---- threads ----------------------------------------------------------------------------------------------------------------- */

enum { SENDERS = 3, SENDINGS = KIT_SLOWER(60000), THREAD_KEYS = 8 };

static struct { odeon_router *router; _Atomic int last[SENDERS * THREAD_KEYS]; atomic_uint handled, overtaken; } hall;

struct server { int unused; };
ODEON_HANDLER(server, parcel)
{
	if (atomic_exchange(&hall.last[parcel->sender], parcel->number) != parcel->number - 1)
		atomic_fetch_add(&hall.overtaken, 1);
	atomic_fetch_add(&hall.handled, 1);
}
ODEON_ROUTEE(server)
ODEON_HANDLERS(server_handlers, ODEON_ON(server, parcel), ODEON_ON_ROUTEE(server));
ODEON_KIND(server, server_handlers);

static void *send_from_thread(void *argument)
{
	unsigned sender = (unsigned)(uintptr_t)argument;

	for (int i = 0; i < SENDINGS; i++) {
		struct parcel *parcel = parcel_new(i / THREAD_KEYS + 1);

		parcel->sender = sender * THREAD_KEYS + (unsigned)i % THREAD_KEYS;
		must(odeon_router_post(hall.router, parcel) == 0);
		if (i % (SENDINGS / 200) == 0)
			kit_pause();
	}
	odeon_router_drop(hall.router);
	return NULL;
}

/* While threads send, the pool is made larger and smaller all the time. */
START_TEST(no_thread_loses_a_message_or_has_it_overtaken)
{
	odeon_pool pool = ODEON_POOL(.kind = &server_kind, .least = 1, .most = 6, .routing = (enum odeon_routing)_i,
		.key = key_of_parcel, .every = ODEON_MS(1), .idle = ODEON_MS(2), .busy = 8);
	pthread_t threads[SENDERS];
	struct world world;
	odeon_ref actor;
	unsigned changes = 0, count = 1;

	memset(&hall, 0, sizeof hall);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
	must(odeon_router_open(world.system, &pool, &hall.router) == 0);
	actor = odeon_router_ref(hall.router);
	for (uintptr_t i = 0; i < SENDERS; i++) {
		must(odeon_router_share(hall.router) == hall.router);
		must(pthread_create(&threads[i], NULL, send_from_thread, (void *)i) == 0);
	}
	for (unsigned i = 0; atomic_load(&hall.handled) < SENDERS * (unsigned)SENDINGS; i++) {
		must(odeon_router_resize(hall.router, 1 + i % 6) == 0);
		kit_pause();
		changes += odeon_router_count(hall.router) != count;
		count = odeon_router_count(hall.router);
		must(i < 10000);
	}
	for (int i = 0; i < SENDERS; i++)
		must(pthread_join(threads[i], NULL) == 0);
	odeon_router_drop(hall.router);
	world_await_end(&world, actor);
	must(atomic_load(&hall.handled) == SENDERS * (unsigned)SENDINGS && changes > 1);
	must(_i != ODEON_ROUTE_BY_KEY || atomic_load(&hall.overtaken) == 0);
	ck_assert_uint_eq(world_letters(&world), 0);
	world_close(&world);
}
END_TEST

KIT_MAIN("contract/router_change",
	{ .name = "keys", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(one_routee_more_or_less_moves_one_key_of_n,
		a_new_one_does_not_overtake_what_waits, one_with_something_waiting_does_not_leave) },
	{ .name = "sizes", .setup = setup, .teardown = teardown, .loop = 4, .tests = KIT_TESTS(
		a_pool_grows_on_load_and_shrinks_when_idle, a_pool_that_is_changing_ends_whole) },
	{ .name = "leaving", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(numbers_out_of_bounds_are_refused,
		one_that_leaves_handles_what_waits_also_when_it_fails, a_full_mailbox_delays_a_change_and_no_more) },
	{ .name = "killed", .setup = setup, .teardown = teardown, .loop = 2, .tests = KIT_TESTS(
		one_that_is_killed_while_it_leaves_or_comes_is_no_obstacle) },
	{ .name = "full", .tests = KIT_TESTS(nor_is_anything_overtaken_then) },
	{ .name = "threads", .loop = 4, .tests = KIT_TESTS(no_thread_loses_a_message_or_has_it_overtaken) })
