/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rounds.c - tests of rounds.h: what goes round, in lists that are long and in lists of any form
 */
#include "../harness/kit.h"
#include <stdlib.h>
#include "../../runtime/rounds.h"

static odeon_ref number(uint64_t n) { return (odeon_ref){ n + 1 }; }

/* A chain of any length needs no stack; when its end asks its beginning, it is one round. */
START_TEST(a_chain_of_a_million_is_no_trouble)
{
	enum { LONG = 1000000 };
	odeon_wait *found = calloc(LONG, sizeof *found);
	odeon_waits *waits;

	ck_assert_ptr_nonnull(found);
	for (uint64_t i = 0; i < LONG; i++)
		found[i] = (odeon_wait){ .who = number(i), .whom = number(i + 1) };
	found[LONG - 1].whom = _i == 0 ? number(LONG + 1) : number(0);
	waits = rounds_list(found, LONG, 0);
	ck_assert_ptr_nonnull(waits);
	for (size_t i = 0; i < LONG; i++)
		must(waits->waits[i].cycle == (uint32_t)_i && waits->waits[i].who.bits == number(i).bits);
	odeon_waits_free(waits);
	free(found);
}
END_TEST

/* Against what it means: there is a way from a to b, and one back. */
START_TEST(rounds_are_those_that_reach_each_other)
{
	enum { MANY = 12 };
	uint64_t random = kit_seed() + (uint64_t)_i;
	bool reaches[MANY][MANY] = { { false } };
	odeon_wait found[MANY * 3];
	size_t count = 0;
	odeon_waits *waits;

	for (uint64_t who = 0; who < MANY; who++)
		for (int i = 0; i < 3; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			if ((random >> 33) % 5 < 3)
				continue;
			found[count++] = (odeon_wait){ .who = number(who), .whom = number((random >> 36) % MANY) };
			reaches[who][(random >> 36) % MANY] = true;
		}
	for (int by = 0; by < MANY; by++)
		for (int a = 0; a < MANY; a++)
			for (int b = 0; b < MANY; b++)
				reaches[a][b] |= reaches[a][by] && reaches[by][b];
	waits = rounds_list(found, count, 0);
	ck_assert_ptr_nonnull(waits);
	ck_assert_uint_eq(waits->count, count);
	for (size_t i = 0; i < count; i++) {
		const odeon_wait *wait = &waits->waits[i];

		ck_assert_int_eq(wait->cycle != 0, reaches[wait->whom.bits - 1][wait->who.bits - 1]);
		for (size_t j = 0; j < count && wait->cycle != 0; j++)
			if (waits->waits[j].cycle != 0)
				ck_assert_int_eq(wait->cycle == waits->waits[j].cycle, reaches[wait->who.bits - 1][waits->waits[j].who.bits - 1]
				                                                   && reaches[waits->waits[j].who.bits - 1][wait->who.bits - 1]);
	}
	odeon_waits_free(waits);
}
END_TEST

KIT_MAIN("unit/rounds",
	{ "long", KIT_TESTS(a_chain_of_a_million_is_no_trouble), NULL, NULL, 2 },
	{ "reach", KIT_TESTS(rounds_are_those_that_reach_each_other), NULL, NULL, 300 })
