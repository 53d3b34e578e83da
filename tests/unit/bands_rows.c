/* SPDX-License-Identifier: BSD-2-Clause */
/* bands_rows.c - tests of the bands themselves (runtime/bands.h), without an actor */
#include "banded.h"

/* ---- the bands themselves ------------------------------------------------------------------------------------------------- */

static struct message *make(int number) { return message_of(parcel_new(number)); }

static int number_of(struct message *message)
{
	int number;

	message_show(message);
	number = ((struct parcel *)message_payload(message))->number;
	message_free(message);
	return number;
}

static void put(struct bands *bands, int number)
{
	struct message *message = make(number);

	message_hide(message);
	bands_put(bands, message);
}

START_TEST(quotas_say_who_is_next)
{
	static const int expected[] = { 0, 1, 2, 1000, 2000, 3000, 3, 4, 5, 1001, 3001, 1002, 1003, 3002, 3003 };
	struct bands *bands = bands_make(&four);
	unsigned i;

	for (i = 0; i < 6; i++)
		put(bands, (int)i);
	for (i = 0; i < 4; i++) {
		put(bands, BAND + (int)i);
		put(bands, 3 * BAND + (int)i);
	}
	put(bands, 2 * BAND);
	ck_assert_uint_eq(bands->count, 15);
	for (i = 0; i < 15; i++)
		ck_assert_int_eq(number_of(bands_take(bands)), expected[i]);
	ck_assert_ptr_null(bands_take(bands));
	bands_free(bands);
}
END_TEST

/* At random: in order within each band; and nobody at the head of a band waits longer than is promised. */
START_TEST(nobody_waits_longer_than_the_quotas_say)
{
	unsigned waited[4] = { 0 }, most[4] = { 0 + 3, 3 + 3, 3 + 2 + 3, 3 + 2 + 2 + 3 };
	int in[4] = { 0 }, out[4] = { 0 }, step;
	struct bands *bands = bands_make(&four);
	uint64_t random = kit_seed() | 1;

	for (step = 0; step < KIT_SLOWER(200000); step++) {
		unsigned band, other;

		random = random * 6364136223846793005u + 1442695040888963407u;
		band = (unsigned)(random >> 60) & 3;
		if ((random >> 40) % 100 < 55) {
			put(bands, (int)band * BAND + in[band]++ % BAND);
			continue;
		}
		if (bands->count == 0)
			continue;
		band = (unsigned)number_of(bands_take(bands));
		must((int)(band % BAND) == out[band / BAND]++ % BAND);
		band /= BAND;
		waited[band] = 0;
		for (other = 0; other < 4; other++)
			if (other != band && in[other] > out[other])
				must(++waited[other] <= most[other]);
	}
	while (bands->count > 0)
		(void)number_of(bands_take(bands));
	bands_free(bands);
}
END_TEST

START_TEST(emptied_they_are_in_the_order_they_came)
{
	struct bands *bands = bands_make(&four);
	struct row row = { .count = 0 };
	int i;

	for (i = 0; i < 40; i++)
		put(bands, (i * 7 % 4) * BAND + i);
	bands_empty(bands, &row);
	ck_assert_uint_eq(row.count, 40);
	for (i = 0; i < 40; i++)
		ck_assert_int_eq(number_of(row_take(&row)) % BAND, i);
	ck_assert_ptr_null(row_take(&row));
	bands_free(bands);
}
END_TEST

START_TEST(a_row_that_leads_comes_first)
{
	struct row row = { .count = 0 }, first = { .count = 0 };
	int i;

	row_lead(&row, &first);
	ck_assert_ptr_null(row.first);
	for (i = 3; i < 6; i++)
		row_put(&row, make(i));
	row_lead(&row, &first);
	for (i = 0; i < 3; i++)
		row_put(&first, make(i));
	row_lead(&row, &first);
	ck_assert_ptr_null(first.first);
	row_put(&first, make(6));
	ck_assert_uint_eq(row.count, 6);
	for (i = 0; i < 6; i++) {
		ck_assert_int_eq(((struct parcel *)message_payload(row.first))->number, i);
		message_free(row_take(&row));
	}
	row_lead(&row, &first);
	row_put(&row, make(7));
	message_free(row_take(&row));
	message_free(row_take(&row));
	ck_assert_ptr_null(row.last);
}
END_TEST

KIT_MAIN("unit/bands_rows",
	{ .name = "rows", .tests = KIT_TESTS(quotas_say_who_is_next, nobody_waits_longer_than_the_quotas_say,
	                                     emptied_they_are_in_the_order_they_came, a_row_that_leads_comes_first) })
