/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * router.c - every routing: who gets a message; who answers; who is passed over; and how a pool ends
 *
 * In a simulated system, so that what waits does so until the test lets it run.
 */
#include "kitchen.h"

static void setup(void) { kitchen_open(1); }
static void teardown(void) { kitchen_close(); }

/* ---- choosing ------------------------------------------------------------------------------------------------------------ */

START_TEST(round_robin_takes_turns)
{
	POOL(.least = 4);
	for (int i = 0; i < 12; i++)
		must(post(i) == 0);
	kitchen_run(ODEON_MS(1));
	ck_assert_uint_eq(kitchen.dish_count, 12);
	for (unsigned i = 0; i < 12; i++)
		must(kitchen.dishes[i].cook == (unsigned)kitchen.dishes[i].number % 4);
}
END_TEST

START_TEST(at_random_each_is_as_likely)
{
	POOL(.least = 4, .routing = ODEON_ROUTE_RANDOM);
	for (int i = 0; i < 8000; i++)
		must(post(i) == 0);
	kitchen_run(ODEON_MS(50));
	for (unsigned i = 0; i < 4; i++)
		must(got(i) > 1800 && got(i) < 2200);
}
END_TEST

START_TEST(one_with_more_waiting_gets_nothing)
{
	POOL(.least = 3, .routing = ODEON_LEAST_LOADED);
	for (int i = 0; i < 6; i++)
		must(odeon_post(kitchen.system, kitchen.cooks[1], parcel_new(100)) == 0);
	for (int i = 0; i < 10; i++)
		must(post(i) == 0);
	kitchen_run(ODEON_MS(1));
	ck_assert_uint_eq(got(0), 5);
	ck_assert_uint_eq(got(1), 6);
	ck_assert_uint_eq(got(2), 5);
}
END_TEST

START_TEST(a_key_has_one_routee)
{
	unsigned cook_of[50];

	POOL(.least = 7, .routing = ODEON_ROUTE_BY_KEY, .key = key_of_parcel);
	for (int i = 0; i < 500; i++)
		must(post_keyed((unsigned)i % 50, i) == 0);
	kitchen_run(ODEON_MS(1));
	ck_assert_uint_eq(kitchen.dish_count, 500);
	for (unsigned i = 0; i < 500; i++)
		if (kitchen.dishes[i].number < 50)
			cook_of[kitchen.dishes[i].from] = kitchen.dishes[i].cook;
		else
			must(cook_of[kitchen.dishes[i].from] == kitchen.dishes[i].cook);
	for (unsigned i = 0; i < 7; i++)
		must(got(i) > 0);
}
END_TEST

START_TEST(keys_in_a_row_spread_evenly)
{
	POOL(.least = 8, .routing = ODEON_ROUTE_BY_KEY, .key = key_of_parcel);
	for (int i = 0; i < 8000; i++)
		must(post_keyed((unsigned)i, i) == 0);
	kitchen_run(ODEON_MS(50));
	for (unsigned i = 0; i < 8; i++)
		must(got(i) > 850 && got(i) < 1150);
}
END_TEST

/* ---- requests --------------------------------------------------------------------------------------------------------------- */

static struct { int error; int number; odeon_ref by; unsigned runs; } told;

struct asked { int unused; };
ODEON_ANSWER(waiter, asked, parcel)
{
	told.error = error;
	told.number = parcel != NULL ? parcel->number : 0;
	told.by = odeon_from(self);
	told.runs++;
}

static int number_to_ask;

static void ask_router(odeon_self *self)
{
	must(odeon_router_request(self, kitchen.router, parcel_new(number_to_ask), odeon_deadline(self, ODEON_SECONDS(1)),
	                          ODEON_THEN(self, waiter, asked, parcel)) == 0);
}

static void ask_router_actor(odeon_self *self)
{
	must(odeon_request(self, odeon_router_ref(kitchen.router), parcel_new(number_to_ask),
	                   odeon_deadline(self, ODEON_SECONDS(1)), ODEON_THEN(self, waiter, asked, parcel)) == 0);
}

static void ask_and_expect(int number, int error, bool through_actor)
{
	memset(&told, 0, sizeof told);
	number_to_ask = number;
	kitchen_call(through_actor ? ask_router_actor : ask_router);
	ck_assert_uint_eq(told.runs, 1);
	ck_assert_int_eq(told.error, error);
}

START_TEST(a_request_is_answered_by_the_routee_to_the_asker)
{
	POOL(.least = 2);
	ask_and_expect(5, 0, _i == 1);
	must(told.number == 5 && odeon_ref_equal(told.by, kitchen.cooks[0]));
	ask_and_expect(6, 0, _i == 1);
	must(told.number == 6 && odeon_ref_equal(told.by, kitchen.cooks[1]));
}
END_TEST

START_TEST(a_request_that_is_dropped_says_so_at_once)
{
	POOL(.least = 2);
	ask_and_expect(SILENT, ODEON_EUNANSWERED, _i == 1);
	ask_and_expect(FAIL, ODEON_EFAILED, _i == 1);
}
END_TEST

START_TEST(a_request_to_one_that_has_ended_says_so_at_once)
{
	POOL(.least = 1);
	must(odeon_actor_kill(kitchen.system, odeon_router_ref(kitchen.router)) == 0);
	kitchen_run(ODEON_MS(1));
	ask_and_expect(5, ODEON_EGONE, _i == 1);
}
END_TEST

static void forward_hand(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	(void)state;
	(void)type;
	must(odeon_router_forward(self, kitchen.router, message) == 0);
}

START_TEST(the_duty_is_forwarded)
{
	static const odeon_kind clerk = { .bytes = sizeof clerk, .name = "clerk", .receive = forward_hand };
	odeon_ref who;
	struct parcel *answer;
	int why;

	POOL(.least = 2);
	must(odeon_system_spawn(kitchen.system, &clerk, NULL, &who) == 0);
	answer = odeon_ask(parcel, kitchen.system, who, parcel_new(4), odeon_system_deadline(kitchen.system, ODEON_SECONDS(1)), &why);
	must(why == 0 && answer->number == 4);
	odeon_free(answer);
}
END_TEST

START_TEST(a_thread_asks_through_the_ref)
{
	struct parcel *answer;
	int why;

	POOL(.least = 2);
	answer = odeon_ask(parcel, kitchen.system, odeon_router_ref(kitchen.router), parcel_new(4),
	                   odeon_system_deadline(kitchen.system, ODEON_SECONDS(1)), &why);
	must(why == 0 && answer->number == 4);
	odeon_free(answer);
}
END_TEST

/* ---- all of them ------------------------------------------------------------------------------------------------------------ */

static int sent_to;
static void broadcast(odeon_self *self) { sent_to = odeon_router_broadcast(self, kitchen.router, parcel_new(7)); }

START_TEST(a_broadcast_is_one_payload_for_all_and_freed_once)
{
	unsigned long made = parcels_made();

	POOL(.least = 5);
	kitchen_call(broadcast);
	ck_assert_int_eq(sent_to, 5);
	ck_assert_uint_eq(kitchen.dish_count, 5);
	for (unsigned i = 0; i < 5; i++)
		must(kitchen.dishes[i].number == 7 && got(i) == 1);
	must(parcels_made() == made + 1 && parcels_dropped() == made + 1);
}
END_TEST

START_TEST(a_broadcast_without_pool_is_refused)
{
	POOL(.least = 2);
	must(odeon_actor_kill(kitchen.system, odeon_router_ref(kitchen.router)) == 0);
	kitchen_run(ODEON_MS(1));
	kitchen_call(broadcast);
	ck_assert_int_eq(sent_to, ODEON_EGONE);
	must(parcels_made() == parcels_dropped());
}
END_TEST

static struct { unsigned asked, answered, runs; int errors[8]; odeon_time when; } all;
static struct { unsigned wanted; int number; odeon_duration within; } wish;

struct gathered { int unused; };
ODEON_GATHERED(waiter, gathered)
{
	all.runs++;
	all.when = odeon_now(self);
	all.asked = (unsigned)odeon_answers_count(answers);
	for (unsigned i = 0; i < all.asked; i++) {
		struct note *note = odeon_answer(note, answers, i, &all.errors[i]);

		all.answered += note != NULL;
		odeon_free(note);
	}
}

static void gather(odeon_self *self)
{
	must(odeon_router_gather(self, kitchen.router, wish.wanted, odeon_deadline(self, wish.within), parcel_new(wish.number),
	                         ODEON_THEN_GATHERED(self, waiter, gathered)) == 0);
}

static void gather_and_run(unsigned wanted, int number)
{
	memset(&all, 0, sizeof all);
	wish.wanted = wanted;
	wish.number = number;
	wish.within = ODEON_MS(5);
	kitchen_call(gather);
	kitchen_run(ODEON_MS(10));
	ck_assert_uint_eq(all.runs, 1);
}

START_TEST(all_answers_are_gathered)
{
	POOL(.least = 4);
	gather_and_run(0, 3);
	must(all.asked == 4 && all.answered == 4);
	gather_and_run(100, 3);
	must(all.asked == 4 && all.answered == 4);
}
END_TEST

START_TEST(the_first_of_all_is_enough)
{
	POOL(.least = 4);
	gather_and_run(1, 3);
	must(all.asked == 4 && all.answered == 1);
	gather_and_run(2, 3);
	must(all.asked == 4 && all.answered == 2);
	ck_assert_uint_eq(kitchen.dish_count, 8);      /* all were asked all the same */
}
END_TEST

START_TEST(one_that_does_not_answer_is_told_apart)
{
	POOL(.least = 4);
	gather_and_run(0, SILENT);                     /* the first cook is silent then */
	must(all.asked == 4 && all.answered == 3);
	ck_assert_int_eq(all.errors[0], ODEON_EUNANSWERED);
}
END_TEST

START_TEST(nobody_to_ask_gathers_nothing)
{
	POOL(.least = 2);
	must(odeon_actor_kill(kitchen.system, odeon_router_ref(kitchen.router)) == 0);
	kitchen_run(ODEON_MS(1));
	gather_and_run(0, 3);
	must(all.asked == 0);
}
END_TEST

/* ---- failures ---------------------------------------------------------------------------------------------------------------- */

START_TEST(one_that_fails_is_started_anew_with_its_ref_and_queue)
{
	static const int order[] = { 1, 2, 3 };

	POOL(.least = 1, .failed = (enum odeon_failed)_i);
	must(post(1) == 0 && post(FAIL_ONCE) == 0 && post(2) == 0 && post(LEAVE) == 0 && post(3) == 0);
	kitchen_run(ODEON_MS(1));
	must(kitchen.cook_count == 1 && kitchen.starts == 3 && odeon_router_count(kitchen.router) == 1);
	ck_assert_uint_eq(kitchen.letters, _i == ODEON_FAILED_BURIED);
	if (_i == ODEON_FAILED_AGAIN) {
		ck_assert_uint_eq(kitchen.dish_count, 4);
		ck_assert_int_eq(kitchen.dishes[1].number, FAIL_ONCE);
	} else
		for (unsigned i = 0; i < 3; i++)
			ck_assert_int_eq(kitchen.dishes[i].number, order[i]);
}
END_TEST

START_TEST(one_that_was_killed_is_replaced_and_passed_over_meanwhile)
{
	POOL(.least = 3);
	must(odeon_actor_kill(kitchen.system, kitchen.cooks[0]) == 0);
	must(odeon_actor_stop(kitchen.system, kitchen.cooks[1]) == 0);
	kitchen_run(ODEON_MS(1));
	for (int i = 0; i < 6; i++)
		must(post(i) == 0);
	kitchen_run(ODEON_MS(1));
	must(kitchen.cook_count == 5 && got(0) == 0 && got(1) == 0 && got(2) == 2 && got(3) == 2 && got(4) == 2);
	must(kitchen.letters == 0);
}
END_TEST

START_TEST(too_many_failures_end_the_pool)
{
	POOL(.least = 2, .restarts = 3, .within = ODEON_SECONDS(1));
	for (int i = 0; i < 9; i++) {                  /* far apart */
		must(post(i % 2 == 0 ? FAIL : LEAVE) == 0);
		kitchen_run(ODEON_MS(400));
	}
	kitchen_run(ODEON_SECONDS(2));
	must(post(FAIL) == 0 && post(FAIL) == 0 && post(LEAVE) == 0 && post(1) == 0);
	kitchen_run(ODEON_MS(1));
	must(kitchen.dish_count == 1 && kitchen.failures == 0 && post(FAIL) == 0);
	kitchen_run(ODEON_MS(1));
	must(kitchen.failures == 1 && odeon_router_count(kitchen.router) == 0 && post(1) == ODEON_EGONE);
	must(kitchen.starts == kitchen.stops);
}
END_TEST

START_TEST(a_start_that_fails_is_tried_again_after_a_pause)
{
	POOL(.least = 2);
	kitchen.starts_to_fail = 3;
	must(post(FAIL) == 0);                         /* cook 0 */
	must(post(1) == 0);
	must(post(2) == 0);                            /* waits at cook 0 */
	kitchen_run(ODEON_US(900));
	must(kitchen.starts_to_fail == 2 && got(0) == 0);
	kitchen_run(ODEON_US(200));
	must(kitchen.starts_to_fail == 1);
	kitchen_run(ODEON_MS(1) + ODEON_US(500));
	must(kitchen.starts_to_fail == 1);             /* twice as long */
	kitchen_run(ODEON_MS(6));
	must(kitchen.starts_to_fail == 0 && got(0) == 1 && got(1) == 1);
}
END_TEST

START_TEST(a_start_that_fails_for_want_of_anything_opens_no_pool)
{
	odeon_pool pool = ODEON_POOL(.kind = &cook_kind, .least = 4);
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	kitchen.starts_to_fail = 1;
	must(odeon_router_open(kitchen.system, &pool, &kitchen.router) == ODEON_ESYSTEM && kitchen.router == NULL);
	kitchen_run(ODEON_MS(1));
	must(odeon_system_stats(kitchen.system, &stats) == 0 && stats.actors == 1);
}
END_TEST

/* ---- full ones ------------------------------------------------------------------------------------------------------------- */

static const odeon_kind narrow = { .bytes = sizeof narrow, .name = "cook", .state_bytes = sizeof(struct cook),
	.handlers = cook_handlers, .start = ODEON_STARTS(cook), .stop = ODEON_STOPS(cook), .mailbox = { .messages = 2 } };

START_TEST(a_full_one_is_passed_over_until_all_are)
{
	POOL(.kind = &narrow, .least = 3);
	must(odeon_post(kitchen.system, kitchen.cooks[0], parcel_new(50)) == 0);
	must(odeon_post(kitchen.system, kitchen.cooks[0], parcel_new(51)) == 0);
	for (int i = 0; i < 4; i++)
		must(post(i) == 0);
	must(post(4) == ODEON_EFULL && kitchen.letters == 1);
	kitchen_run(ODEON_MS(1));
	must(got(0) == 2 && got(1) == 2 && got(2) == 2);
}
END_TEST

START_TEST(by_key_a_full_one_refuses)
{
	POOL(.kind = &narrow, .least = 3, .routing = ODEON_ROUTE_BY_KEY, .key = key_of_parcel);
	must(post_keyed(1, 1) == 0 && post_keyed(1, 2) == 0 && post_keyed(1, 3) == ODEON_EFULL);
	kitchen_run(ODEON_MS(1));
	must(kitchen.dish_count == 2 && kitchen.letters == 1);
}
END_TEST

/* ---- ends -------------------------------------------------------------------------------------------------------------------- */

START_TEST(with_the_last_share_all_is_handled_and_everybody_ends)
{
	odeon_ref actor;
	odeon_router *other;

	POOL(.least = 3);
	actor = odeon_router_ref(kitchen.router);
	other = odeon_router_share(kitchen.router);
	for (int i = 0; i < 300; i++)
		must(post(i == 100 ? FAIL : i) == 0);
	odeon_router_drop(other);
	kitchen_run(ODEON_US(1));
	must(!has_ended(actor));
	for (int i = 0; i < 300; i++)
		must(post(i == 100 ? FAIL : i) == 0);
	odeon_router_drop(kitchen.router);
	kitchen.router = NULL;
	kitchen_run(ODEON_MS(5));
	must(has_ended(actor) && has_ended(kitchen.cooks[0]) && has_ended(kitchen.cooks[1]) && has_ended(kitchen.cooks[2]));
	ck_assert_uint_eq(kitchen.dish_count, 598);
	ck_assert_uint_eq(kitchen.letters, 2);
	ck_assert_uint_eq(kitchen.failures, 0);
}
END_TEST

START_TEST(a_pool_that_was_killed_refuses)
{
	POOL(.least = 3);
	must(odeon_actor_kill(kitchen.system, odeon_router_ref(kitchen.router)) == 0);
	kitchen_run(ODEON_MS(1));
	must(post(1) == ODEON_EGONE && odeon_router_count(kitchen.router) == 0 && kitchen.stops == 3);
	must(odeon_router_resize(kitchen.router, 3) == ODEON_EGONE);
}
END_TEST

static bool is_refused(odeon_pool pool, int error)
{
	odeon_router *router = (odeon_router *)&pool;

	return odeon_router_open(kitchen.system, &pool, &router) == error && router == NULL;
}

START_TEST(pools_that_are_none_are_refused)
{
	odeon_pool pool = ODEON_POOL(.kind = &cook_kind, .least = 1);

	must(is_refused((odeon_pool)ODEON_POOL(.kind = &cook_kind), ODEON_EINVAL));
	must(is_refused((odeon_pool)ODEON_POOL(.least = 1), ODEON_EINVAL));
	must(is_refused((odeon_pool)ODEON_POOL(.kind = &cook_kind, .least = 2, .most = 1), ODEON_EINVAL));
	must(is_refused((odeon_pool)ODEON_POOL(.kind = &cook_kind, .least = 1, .most = ODEON_ROUTEES_MOST + 1), ODEON_EINVAL));
	must(is_refused((odeon_pool)ODEON_POOL(.kind = &cook_kind, .least = 1, .routing = ODEON_ROUTE_BY_KEY), ODEON_EINVAL));
	must(is_refused((odeon_pool)ODEON_POOL(.kind = &cook_kind, .least = 1, .routing = (enum odeon_routing)9), ODEON_EINVAL));
	must(is_refused((odeon_pool)ODEON_POOL(.kind = &cook_kind, .least = 1, .idle = -1), ODEON_EINVAL));
	must(is_refused((odeon_pool)ODEON_POOL(.kind = &cook_kind, .least = 1, .within = -1), ODEON_EINVAL));
	must(is_refused((odeon_pool){ .kind = &cook_kind, .least = 1 }, ODEON_EVERSION));
	must(odeon_router_open(kitchen.system, &pool, NULL) == ODEON_EINVAL);
	must(odeon_router_open(NULL, &pool, &kitchen.router) == ODEON_EINVAL);
	must(odeon_router_open(kitchen.system, NULL, &kitchen.router) == ODEON_EINVAL);
	odeon_router_drop(NULL);
	must(odeon_router_share(NULL) == NULL);
}
END_TEST

START_TEST(nothing_to_send_is_no_memory)
{
	POOL(.least = 2);
	must(odeon_router_post(kitchen.router, NULL) == ODEON_ENOMEM);
}
END_TEST

KIT_MAIN("contract/router",
	{ .name = "choosing", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(round_robin_takes_turns,
		at_random_each_is_as_likely, one_with_more_waiting_gets_nothing, a_key_has_one_routee, keys_in_a_row_spread_evenly) },
	{ .name = "requests", .setup = setup, .teardown = teardown, .loop = 2, .tests = KIT_TESTS(
		a_request_is_answered_by_the_routee_to_the_asker, a_request_that_is_dropped_says_so_at_once,
		a_request_to_one_that_has_ended_says_so_at_once) },
	{ .name = "duties", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(the_duty_is_forwarded, a_thread_asks_through_the_ref) },
	{ .name = "all", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(a_broadcast_is_one_payload_for_all_and_freed_once,
		a_broadcast_without_pool_is_refused, all_answers_are_gathered, the_first_of_all_is_enough,
		one_that_does_not_answer_is_told_apart, nobody_to_ask_gathers_nothing) },
	{ .name = "policies", .setup = setup, .teardown = teardown, .loop = 3, .tests = KIT_TESTS(
		one_that_fails_is_started_anew_with_its_ref_and_queue) },
	{ .name = "failures", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		one_that_was_killed_is_replaced_and_passed_over_meanwhile, too_many_failures_end_the_pool, a_start_that_fails_is_tried_again_after_a_pause,
		a_start_that_fails_for_want_of_anything_opens_no_pool, a_full_one_is_passed_over_until_all_are, by_key_a_full_one_refuses) },
	{ .name = "ends", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		with_the_last_share_all_is_handled_and_everybody_ends, a_pool_that_was_killed_refuses, pools_that_are_none_are_refused,
		nothing_to_send_is_no_memory) })
