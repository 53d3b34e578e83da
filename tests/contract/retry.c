/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * retry.c - what odeon/actors/retry.h promises: how long, how often, and not all together
 */
#include "../harness/kit.h"
#include <stdlib.h>

static odeon_retry retry_of(odeon_retry_options options, uint64_t seed)
{
	odeon_retry retry;

	ck_assert_int_eq(odeon_retry_init(&retry, &options, seed), 0);
	return retry;
}

START_TEST(each_wait_is_twice_the_last_up_to_the_most)
{
	static const int expected[] = { 10, 20, 40, 80, 150, 150, 150 };
	odeon_retry retry = retry_of((odeon_retry_options)ODEON_RETRY(.first = ODEON_MS(10), .most = ODEON_MS(150),
	                                                              .jitter = ODEON_JITTER_NONE), 1);

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 7; i++)
			ck_assert_int_eq(odeon_retry_next(&retry), ODEON_MS(expected[i]));
		odeon_retry_clear(&retry);
	}
}
END_TEST

START_TEST(after_so_many_attempts_it_says_no)
{
	odeon_retry retry = retry_of((odeon_retry_options)ODEON_RETRY(.attempts = 3), 1);

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 3; i++)
			ck_assert_int_ge(odeon_retry_next(&retry), 0);
		for (int i = 0; i < 3; i++)
			ck_assert_int_eq(odeon_retry_next(&retry), ODEON_EFAILED);
		odeon_retry_clear(&retry);
	}
}
END_TEST

/* Between a part and the whole, both ends included, and even. */
START_TEST(jitter_stays_within_its_bounds_and_fills_them)
{
	enum { WAITS = 4000 };
	int64_t lowest = _i == ODEON_JITTER_FULL ? 0 : 50, sum = 0;
	int seen[101] = { 0 };
	odeon_retry retry = retry_of((odeon_retry_options)ODEON_RETRY(.first = 100, .most = 100, .jitter = (enum odeon_jitter)_i),
	                             kit_seed());

	for (int i = 0; i < WAITS * 10; i++) {
		odeon_duration wait = odeon_retry_next(&retry);

		must(wait >= lowest && wait <= 100);
		seen[wait]++;
		sum += wait;
	}
	for (int64_t i = lowest; i <= 100; i++)
		ck_assert_int_gt(seen[i], WAITS * 10 / 101 / 2);
	ck_assert_int_le(llabs(sum / (WAITS * 10) - (lowest + 100) / 2), 2);
}
END_TEST

START_TEST(those_who_failed_together_do_not_come_back_together)
{
	enum { MANY = 1000 };
	int tenths[10] = { 0 };

	for (uint64_t i = 0; i < MANY; i++) {                  /* numbers in a row as seeds, as people have them */
		odeon_retry retry = retry_of((odeon_retry_options)ODEON_RETRY(.first = ODEON_SECONDS(1)), i);

		tenths[odeon_retry_next(&retry) * 10 / (ODEON_SECONDS(1) + 1)]++;
	}
	for (int i = 0; i < 10; i++)
		ck_assert_int_gt(tenths[i], MANY / 10 / 2);
}
END_TEST

START_TEST(the_same_seed_waits_the_same)
{
	odeon_retry first = retry_of((odeon_retry_options)ODEON_RETRY(0), 17), second = retry_of((odeon_retry_options)ODEON_RETRY(0), 17);

	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(odeon_retry_next(&first), odeon_retry_next(&second));
}
END_TEST

START_TEST(long_waits_do_not_overflow)
{
	odeon_retry retry = retry_of((odeon_retry_options)ODEON_RETRY(.first = 3, .most = INT64_MAX, .jitter = ODEON_JITTER_NONE), 1);
	odeon_duration last = 0;

	for (int i = 0; i < 100; i++) {
		odeon_duration wait = odeon_retry_next(&retry);

		ck_assert_int_ge(wait, last);
		last = wait;
	}
	ck_assert_int_eq(last, INT64_MAX);
	retry = retry_of((odeon_retry_options)ODEON_RETRY(.first = INT64_MAX), 1);
	for (int i = 0; i < 100; i++)
		ck_assert_int_ge(odeon_retry_next(&retry), 0);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	odeon_retry retry;
	odeon_retry_options options = ODEON_RETRY(.first = -1);

	ck_assert_int_eq(odeon_retry_init(NULL, NULL, 1), ODEON_EINVAL);
	ck_assert_int_eq(odeon_retry_init(&retry, &options, 1), ODEON_EINVAL);
	options = (odeon_retry_options)ODEON_RETRY(.first = 2, .most = 1);
	ck_assert_int_eq(odeon_retry_init(&retry, &options, 1), ODEON_EINVAL);
	options.bytes++;
	ck_assert_int_eq(odeon_retry_init(&retry, &options, 1), ODEON_EVERSION);
	ck_assert_int_eq(odeon_retry_init(&retry, NULL, 1), 0);
	ck_assert_int_le(odeon_retry_next(&retry), ODEON_MS(100));
}
END_TEST

KIT_MAIN("contract/retry",
	{ "waits", KIT_TESTS(each_wait_is_twice_the_last_up_to_the_most, after_so_many_attempts_it_says_no,
	                     those_who_failed_together_do_not_come_back_together, the_same_seed_waits_the_same,
	                     long_waits_do_not_overflow, what_makes_no_sense_is_refused), NULL, NULL, 0 },
	{ "jitter", KIT_TESTS(jitter_stays_within_its_bounds_and_fills_them), NULL, NULL, 2 })
