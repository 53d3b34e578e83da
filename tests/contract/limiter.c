/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limiter.c - what odeon/actors/limiter.h promises: neither a token too many nor one lost, whatever the clock does
 */
#include "../harness/kit.h"

static odeon_time at(int64_t ns) { return (odeon_time){ ODEON_SECONDS(1) + ns }; }

static odeon_limiter limiter_of(odeon_limiter_options options)
{
	odeon_limiter limiter;

	ck_assert_int_eq(odeon_limiter_init(&limiter, &options, at(0)), 0);
	return limiter;
}

START_TEST(it_begins_full_and_gives_no_more_than_there_is)
{
	odeon_limiter limiter = limiter_of((odeon_limiter_options)ODEON_LIMITER(.count = 10, .burst = 3));

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 1), 0);
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 1), ODEON_MS(100));
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 0), 0);
}
END_TEST

/* What it said is the very moment: not one nanosecond before. */
START_TEST(it_says_exactly_when)
{
	odeon_limiter limiter = limiter_of((odeon_limiter_options)ODEON_LIMITER(.count = 3, .per = 1000, .burst = 3));
	int64_t now = 0;

	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 3), 0);
	for (int i = 1; i <= 3000; i++) {
		odeon_duration wait = odeon_limiter_take(&limiter, at(now), 1);

		ck_assert_int_gt(wait, 0);
		ck_assert_int_gt(odeon_limiter_take(&limiter, at(now + wait - 1), 1), 0);
		now += wait;
		ck_assert_int_eq(odeon_limiter_take(&limiter, at(now), 1), 0);
		ck_assert_int_eq(now, ((int64_t)i * 1000 + 2) / 3);     /* the i-th third, rounded up: it never drifts */
	}
}
END_TEST

START_TEST(no_asking_in_vain_costs_or_gains_anything)
{
	odeon_limiter limiter = limiter_of((odeon_limiter_options)ODEON_LIMITER(.count = 7, .per = ODEON_US(1), .burst = 1));
	uint64_t random = kit_seed() + (uint64_t)_i;
	int64_t now = 0, taken = 1;

	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 1), 0);
	while (now < 1000000) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		now += (int64_t)(random >> 33) % 143;                   /* a token takes 142.86 ns */
		taken += odeon_limiter_take(&limiter, at(now), 1) == 0;
		must(taken <= 1 + now * 7 / 1000);
	}
	ck_assert_int_ge(taken, 3000);
}
END_TEST

START_TEST(a_pause_fills_it_and_does_not_spill)
{
	odeon_limiter limiter = limiter_of((odeon_limiter_options)ODEON_LIMITER(.count = 10, .burst = 5));

	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 5), 0);
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(ODEON_SECONDS(3600)), 5), 0);
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(ODEON_SECONDS(3600)), 1), ODEON_MS(100));
	ck_assert_int_eq(odeon_limiter_take(&limiter, (odeon_time){ INT64_MAX }, 5), 0);
}
END_TEST

START_TEST(several_at_once_are_all_or_none)
{
	odeon_limiter limiter = limiter_of((odeon_limiter_options)ODEON_LIMITER(.count = 10));

	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 11), ODEON_EINVAL);
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 7), 0);
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 5), ODEON_MS(200));
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 3), 0);
}
END_TEST

START_TEST(a_clock_that_goes_back_gives_nothing)
{
	odeon_limiter limiter = limiter_of((odeon_limiter_options)ODEON_LIMITER(.count = 10, .burst = 1));

	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 1), 0);
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(-ODEON_MS(500)), 1), ODEON_MS(100));
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(ODEON_MS(99)), 1), ODEON_MS(1));
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(ODEON_MS(100)), 1), 0);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	odeon_limiter limiter;
	odeon_limiter_options options = ODEON_LIMITER(.count = 1);

	ck_assert_int_eq(odeon_limiter_init(NULL, &options, at(0)), ODEON_EINVAL);
	ck_assert_int_eq(odeon_limiter_init(&limiter, NULL, at(0)), ODEON_EINVAL);
	options.bytes--;
	ck_assert_int_eq(odeon_limiter_init(&limiter, &options, at(0)), ODEON_EVERSION);
	options = (odeon_limiter_options)ODEON_LIMITER(.count = 0);
	ck_assert_int_eq(odeon_limiter_init(&limiter, &options, at(0)), ODEON_EINVAL);
	options = (odeon_limiter_options)ODEON_LIMITER(.count = 1, .per = -1);
	ck_assert_int_eq(odeon_limiter_init(&limiter, &options, at(0)), ODEON_EINVAL);
	options = (odeon_limiter_options)ODEON_LIMITER(.count = 2, .per = INT64_MAX);
	ck_assert_int_eq(odeon_limiter_init(&limiter, &options, at(0)), ODEON_EINVAL);
	options = (odeon_limiter_options)ODEON_LIMITER(.count = 1, .per = INT64_MAX);
	ck_assert_int_eq(odeon_limiter_init(&limiter, &options, at(0)), 0);
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(0), 1), 0);
	ck_assert_int_eq(odeon_limiter_take(&limiter, at(5), 1), INT64_MAX - 5);
}
END_TEST

KIT_MAIN("contract/limiter",
	{ "tokens", KIT_TESTS(it_begins_full_and_gives_no_more_than_there_is, it_says_exactly_when, a_pause_fills_it_and_does_not_spill,
	                      several_at_once_are_all_or_none, a_clock_that_goes_back_gives_nothing), NULL, NULL, 0 },
	{ "often", KIT_TESTS(no_asking_in_vain_costs_or_gains_anything), NULL, NULL, 20 },
	{ "sense", KIT_TESTS(what_makes_no_sense_is_refused), NULL, NULL, 0 })
