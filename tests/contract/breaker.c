/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * breaker.c - what odeon/actors/breaker.h promises: whom it lets through, and for how long it does not
 *
 * And an actor that uses it with a retry and a limiter, against one that is down for a while, in virtual time.
 */
#include "../harness/kit.h"

static odeon_time at(int64_t ms) { return (odeon_time){ ODEON_SECONDS(1) + ODEON_MS(ms) }; }

static odeon_breaker breaker_of(odeon_breaker_options options)
{
	odeon_breaker breaker;

	ck_assert_int_eq(odeon_breaker_init(&breaker, &options), 0);
	return breaker;
}

#define THREE ODEON_BREAKER(.failures = 3, .within = ODEON_MS(100), .open_for = ODEON_MS(1000), .probes = 2)

static void fail_at(odeon_breaker *breaker, int64_t ms)
{
	uint32_t pass = odeon_breaker_enter(breaker, at(ms));

	ck_assert_uint_ne(pass, 0);
	odeon_breaker_note(breaker, pass, at(ms), ODEON_EGONE);
}

static odeon_breaker open_at(int64_t ms)
{
	odeon_breaker breaker = breaker_of((odeon_breaker_options)THREE);

	for (int i = 0; i < 3; i++)
		fail_at(&breaker, ms);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(ms)), ODEON_BREAKER_OPEN);
	return breaker;
}

START_TEST(so_many_failures_within_the_time_open_it)
{
	odeon_breaker breaker = breaker_of((odeon_breaker_options)THREE);

	fail_at(&breaker, 0);
	fail_at(&breaker, 50);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(50)), ODEON_BREAKER_CLOSED);
	fail_at(&breaker, 100);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(100)), ODEON_BREAKER_OPEN);
	ck_assert_uint_eq(odeon_breaker_enter(&breaker, at(100)), 0);
}
END_TEST

/* Any three in a row, never three within 100 ms: for ever closed. Then one 1 ms sooner. */
START_TEST(failures_that_are_too_far_apart_do_not)
{
	odeon_breaker breaker = breaker_of((odeon_breaker_options)THREE);
	int64_t ms = 0;

	for (int i = 0; i < 1000; i++, ms += i % 2 == 0 ? 30 : 71) {
		fail_at(&breaker, ms);
		ck_assert_int_eq(odeon_breaker_look(&breaker, at(ms)), ODEON_BREAKER_CLOSED);
	}
	fail_at(&breaker, ms - 1);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(ms - 1)), ODEON_BREAKER_OPEN);
	breaker = breaker_of((odeon_breaker_options)THREE);
	fail_at(&breaker, 0);
	fail_at(&breaker, 0);
	odeon_breaker_note(&breaker, odeon_breaker_enter(&breaker, at(0)), (odeon_time){ at(100).ns + 1 }, ODEON_EGONE);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(101)), ODEON_BREAKER_CLOSED);
}
END_TEST

START_TEST(good_results_do_not_count)
{
	odeon_breaker breaker = breaker_of((odeon_breaker_options)THREE);

	for (int i = 0; i < 100; i++)
		odeon_breaker_note(&breaker, odeon_breaker_enter(&breaker, at(0)), at(0), 0);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(0)), ODEON_BREAKER_CLOSED);
}
END_TEST

START_TEST(an_open_one_lets_nobody_through_until_its_time_is_over)
{
	odeon_breaker breaker = open_at(0);

	for (int64_t ms = 0; ms < 1000; ms++)
		ck_assert_uint_eq(odeon_breaker_enter(&breaker, at(ms)), 0);
	ck_assert_uint_ne(odeon_breaker_enter(&breaker, at(1000)), 0);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(1000)), ODEON_BREAKER_HALF_OPEN);
}
END_TEST

START_TEST(a_half_open_one_lets_only_the_probes_through)
{
	odeon_breaker breaker = open_at(0);
	uint32_t first = odeon_breaker_enter(&breaker, at(1000)), second = odeon_breaker_enter(&breaker, at(1000));

	ck_assert_uint_ne(first, 0);
	ck_assert_uint_ne(second, 0);
	ck_assert_uint_eq(odeon_breaker_enter(&breaker, at(1000)), 0);
	odeon_breaker_note(&breaker, first, at(1010), 0);
	ck_assert_uint_eq(odeon_breaker_enter(&breaker, at(1010)), 0);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(1010)), ODEON_BREAKER_HALF_OPEN);
	odeon_breaker_note(&breaker, second, at(1020), 0);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(1020)), ODEON_BREAKER_CLOSED);
	ck_assert_uint_ne(odeon_breaker_enter(&breaker, at(1020)), 0);
}
END_TEST

START_TEST(a_probe_that_fails_opens_it_for_as_long_again)
{
	odeon_breaker breaker = open_at(0);
	uint32_t pass = odeon_breaker_enter(&breaker, at(1500));

	odeon_breaker_note(&breaker, pass, at(1600), ODEON_ETIMEDOUT);
	ck_assert_uint_eq(odeon_breaker_enter(&breaker, at(2599)), 0);
	ck_assert_uint_ne(odeon_breaker_enter(&breaker, at(2600)), 0);
}
END_TEST

/* Requests take long; what they say then is of a time that is over. */
START_TEST(late_results_change_nothing)
{
	odeon_breaker breaker = breaker_of((odeon_breaker_options)THREE);
	uint32_t old = odeon_breaker_enter(&breaker, at(0)), probes[2];

	for (int i = 0; i < 3; i++)
		fail_at(&breaker, 0);
	odeon_breaker_note(&breaker, old, at(10), 0);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(10)), ODEON_BREAKER_OPEN);
	for (int i = 0; i < 2; i++)
		probes[i] = odeon_breaker_enter(&breaker, at(1000));
	odeon_breaker_note(&breaker, old, at(1001), ODEON_ETIMEDOUT);
	odeon_breaker_note(&breaker, old, at(1001), 0);
	odeon_breaker_note(&breaker, 0, at(1001), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(1001)), ODEON_BREAKER_HALF_OPEN);
	for (int i = 0; i < 2; i++)
		odeon_breaker_note(&breaker, probes[i], at(1002), 0);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(1002)), ODEON_BREAKER_CLOSED);
	for (int i = 0; i < 3; i++)
		odeon_breaker_note(&breaker, probes[0], at(1002), ODEON_EGONE);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(1002)), ODEON_BREAKER_CLOSED);
}
END_TEST

START_TEST(probes_whose_results_never_come_are_sent_anew)
{
	odeon_breaker breaker = open_at(0);

	ck_assert_int_eq(odeon_breaker_look(&breaker, at(4500)), ODEON_BREAKER_HALF_OPEN);      /* nobody wants anything yet */
	for (int i = 0; i < 2; i++)
		ck_assert_uint_ne(odeon_breaker_enter(&breaker, at(5000)), 0);
	ck_assert_uint_eq(odeon_breaker_enter(&breaker, at(5999)), 0);
	ck_assert_uint_ne(odeon_breaker_enter(&breaker, at(6000)), 0);
}
END_TEST

START_TEST(failures_before_it_was_open_do_not_count_after)
{
	odeon_breaker breaker = open_at(0);
	uint32_t probes[2] = { odeon_breaker_enter(&breaker, at(1000)), odeon_breaker_enter(&breaker, at(1000)) };

	for (int i = 0; i < 2; i++)
		odeon_breaker_note(&breaker, probes[i], at(1000), 0);
	fail_at(&breaker, 1000);
	fail_at(&breaker, 1000);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(1000)), ODEON_BREAKER_CLOSED);
	fail_at(&breaker, 1000);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(1000)), ODEON_BREAKER_OPEN);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	odeon_breaker breaker;
	odeon_breaker_options options = ODEON_BREAKER(.failures = ODEON_BREAKER_FAILURES_MOST + 1);

	ck_assert_int_eq(odeon_breaker_init(&breaker, &options), ODEON_EINVAL);
	options = (odeon_breaker_options)ODEON_BREAKER(.open_for = -1);
	ck_assert_int_eq(odeon_breaker_init(&breaker, &options), ODEON_EINVAL);
	options = (odeon_breaker_options)ODEON_BREAKER(.within = -1);
	ck_assert_int_eq(odeon_breaker_init(&breaker, &options), ODEON_EINVAL);
	options.bytes = 1;
	ck_assert_int_eq(odeon_breaker_init(&breaker, &options), ODEON_EVERSION);
	ck_assert_int_eq(odeon_breaker_init(NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_breaker_init(&breaker, NULL), 0);
	for (int i = 0; i < 5; i++)
		fail_at(&breaker, i);
	ck_assert_int_eq(odeon_breaker_look(&breaker, at(5)), ODEON_BREAKER_OPEN);
}
END_TEST

/* ---- in an actor --------------------------------------------------------------------------------------------------------------- */

/* A shop sells a hundred times; its bank is down for a minute. No sale is lost, the bank is hardly asked meanwhile, and
 * never more than ten times a second. */
enum { SALES = 100, DOWN = 60 };

struct bank { int asked_while_down, sold; };
struct shop {
	odeon_ref bank;
	odeon_breaker breaker;
	odeon_retry retry;
	odeon_limiter limiter;
	int sold, tries;
};

static struct bank *bank_here;

struct debit { int number; };
struct receipt { int number; };
ODEON_MESSAGE(debit);
ODEON_MESSAGE(receipt);

ODEON_HANDLER(bank, debit)
{
	if (odeon_now(self).ns < ODEON_SECONDS(DOWN)) {
		bank->asked_while_down++;
		must(odeon_reply_error(self, ODEON_EFAILED) == 0);
		return;
	}
	must(debit->number == bank->sold);
	bank->sold++;
	must(odeon_reply(self, odeon_new(receipt, debit->number)) == 0);
}
struct till { odeon_ref ref; };
struct nothing { int unused; };
ODEON_START(bank, nothing) { bank_here = bank; return 0; }
ODEON_HANDLERS(bank_handlers, ODEON_ON(bank, debit));
ODEON_KIND(bank, bank_handlers, .start = ODEON_STARTS(bank));

struct sale { uint32_t pass; };
ODEON_ANSWER(shop, sale, receipt)
{
	odeon_breaker_note(&shop->breaker, sale->pass, odeon_now(self), error);
	if (error == 0) {
		odeon_retry_clear(&shop->retry);
		if (++shop->sold == SALES)
			odeon_exit(self);
		else
			must(odeon_tick_after(self, 0, 0) == 0);
		return;
	}
	must(odeon_tick_after(self, odeon_retry_next(&shop->retry), 0) == 0);
}

ODEON_HANDLER(shop, odeon_tick)
{
	odeon_duration wait = odeon_limiter_take(&shop->limiter, odeon_now(self), 1);
	uint32_t pass = wait == 0 ? odeon_breaker_enter(&shop->breaker, odeon_now(self)) : 0;

	shop->tries++;
	if (pass != 0)
		must(odeon_request(self, shop->bank, odeon_new(debit, shop->sold), ODEON_NEVER,
		                   ODEON_THEN(self, shop, sale, receipt, .pass = pass)) == 0);
	else
		must(odeon_tick_after(self, wait > 0 ? wait : odeon_retry_next(&shop->retry), 0) == 0);
}

ODEON_START(shop, till)
{
	odeon_breaker_options breaker = ODEON_BREAKER(.failures = 3, .open_for = ODEON_SECONDS(10));
	odeon_limiter_options limiter = ODEON_LIMITER(.count = 10, .burst = 1);
	odeon_retry_options retry = ODEON_RETRY(.most = ODEON_SECONDS(2));

	shop->bank = till->ref;
	must(odeon_breaker_init(&shop->breaker, &breaker) == 0);
	must(odeon_limiter_init(&shop->limiter, &limiter, odeon_now(self)) == 0);
	must(odeon_retry_init(&shop->retry, &retry, odeon_system_seed(odeon_system_of(self))) == 0);
	return odeon_tick_after(self, 0, 0);
}
ODEON_STOP(shop)
{
	must(shop->sold == SALES);
	must(bank_here->sold == SALES);
	must(bank_here->asked_while_down >= 3 + 4);            /* until it opened, and then a probe about each ten seconds */
	must(bank_here->asked_while_down <= 3 + 6);
	must(odeon_now(self).ns >= ODEON_SECONDS(DOWN) + ODEON_MS(100) * (SALES - 1));
	must(odeon_now(self).ns <= ODEON_SECONDS(DOWN + 12) + ODEON_MS(101) * SALES);
	odeon_system_quit(odeon_system_of(self));
}
ODEON_HANDLERS(shop_handlers, ODEON_ON(shop, odeon_tick));
ODEON_KIND(shop, shop_handlers, .start = ODEON_STARTS(shop), .stop = ODEON_STOPS(shop));

START_TEST(a_shop_lives_through_a_minute_without_its_bank)
{
	const odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = (uint64_t)_i + 1 });
	struct till box;
	odeon_system *system;

	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	ck_assert_int_eq(odeon_system_spawn(system, &bank_kind, NULL, &box.ref), 0);
	ck_assert_int_eq(odeon_system_spawn(system, &shop_kind, &box, NULL), 0);
	ck_assert_int_eq(odeon_system_wait(system, odeon_system_deadline(system, ODEON_SECONDS(3600))), 0);
	ck_assert_int_eq(odeon_system_free(system), 0);
}
END_TEST

KIT_MAIN("contract/breaker",
	{ "closed", KIT_TESTS(so_many_failures_within_the_time_open_it, failures_that_are_too_far_apart_do_not, good_results_do_not_count,
	                      late_results_change_nothing, what_makes_no_sense_is_refused), NULL, NULL, 0 },
	{ "open", KIT_TESTS(an_open_one_lets_nobody_through_until_its_time_is_over, a_half_open_one_lets_only_the_probes_through,
	                    a_probe_that_fails_opens_it_for_as_long_again, probes_whose_results_never_come_are_sent_anew,
	                    failures_before_it_was_open_do_not_count_after), NULL, NULL, 0 },
	{ "actor", KIT_TESTS(a_shop_lives_through_a_minute_without_its_bank), NULL, NULL, 100 })
