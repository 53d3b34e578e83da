/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * holdings.c - tests of what an actor holds by a key (runtime/holdings.h), beside a plain array that holds the same
 */
#include "../harness/kit.h"
#include "../../runtime/holdings.h"
#include "../fault/faults.h"
#include <stdlib.h>
#include <string.h>

#define KINDS (HOLDING_ATTACHED + 1)
#define EVERY_KIND (HOLDING_SET(KINDS) - 1)

struct thing {
	struct holding holding;
	bool is_held;
	int ended;
};

static struct holdings held;
static struct thing *things;
static size_t room;

static void begin(size_t count)
{
	memset(&held, 0, sizeof(held));
	things = calloc(count, sizeof(*things));
	must(things != NULL);
	room = count;
}

static void finish(void)
{
	free(things);
	things = NULL;
}

static enum holding_kind kind_of(size_t i) { return (enum holding_kind)(i % KINDS); }
static uint64_t key_of(size_t i) { return i / KINDS; }         /* so each key is there once in every kind */

static void put(size_t i)
{
	holdings_put(&held, &things[i].holding, kind_of(i), key_of(i));
	things[i].is_held = true;
}

static void take(size_t i)
{
	holdings_remove(&held, &things[i].holding);
	things[i].is_held = false;
}

static void find_each(void)
{
	size_t i, count = 0;

	for (i = 0; i < room; i++) {
		struct holding *found = holdings_find(&held, kind_of(i), key_of(i));

		must(found == (things[i].is_held ? &things[i].holding : NULL));
		count += things[i].is_held;
	}
	must(held.count == count);
}

static void count_end(void *data, struct holding *holding)
{
	struct thing *thing = (struct thing *)(void *)holding;

	must(thing->is_held);
	must(holdings_find(&held, (enum holding_kind)holding->kind, holding->key) == NULL);
	thing->is_held = false;
	thing->ended++;
	++*(size_t *)data;
}

START_TEST(empty_holdings_hold_nothing)
{
	size_t ended = 0;

	begin(1);
	ck_assert_ptr_null(holdings_find(&held, HOLDING_TICK, 0));
	holdings_drain(&held, EVERY_KIND, count_end, &ended);
	ck_assert_uint_eq(ended, 0);
	ck_assert_uint_eq(holdings_serial(&held), 1);
	ck_assert_uint_eq(holdings_serial(&held), 2);
	finish();
}
END_TEST

START_TEST(the_same_as_an_array_whatever_is_put_and_removed)
{
	uint64_t draw = 0x2545f4914f6cdd1d;
	int step;

	begin(500);
	for (step = 0; step < 20000; step++) {
		size_t i = (draw >> 33) % room;
		bool fills = step / 2000 % 2 == 0;             /* for a while more in than out, then the reverse */

		draw = draw * 6364136223846793005u + 1442695040888963407u;
		if (!things[i].is_held && (fills || draw >> 62 == 0))
			put(i);
		else if (things[i].is_held && (!fills || draw >> 62 == 0))
			take(i);
		if (step % 500 == 0)
			find_each();
	}
	find_each();
	holdings_drain(&held, EVERY_KIND, count_end, &(size_t){ 0 });
	find_each();
	finish();
}
END_TEST

START_TEST(a_million_are_found_and_the_memory_goes_with_the_last)
{
	size_t count = (size_t)KIT_SLOWER(1000000), i;
	long before, between, after;                           /* check has blocks of its own: nothing of it comes between */

	begin(count);
	before = faults_blocks();
	for (i = 0; i < count; i++)
		put(i);
	between = faults_blocks();
	find_each();
	for (i = 0; i < count; i++)
		take(i);
	after = faults_blocks();
	ck_assert_int_eq(between, before + 1);
	ck_assert_int_eq(after, before);
	ck_assert_uint_eq(held.count, 0);
	ck_assert_ptr_null(holdings_find(&held, kind_of(0), key_of(0)));
	put(0);
	ck_assert_ptr_nonnull(holdings_find(&held, kind_of(0), key_of(0)));
	take(0);
	finish();
}
END_TEST

START_TEST(without_memory_they_only_take_longer)
{
	size_t i;

	begin(3000);
	faults_arm(1, true);
	for (i = 0; i < room / 2; i++)
		put(i);
	ck_assert_uint_gt(faults_disarm(), 0);
	find_each();
	for (; i < room; i++)                                  /* and there is memory again */
		put(i);
	find_each();
	ck_assert_ptr_nonnull(held.buckets);
	for (i = 0; i < room; i += 2)
		take(i);
	find_each();
	holdings_drain(&held, EVERY_KIND, count_end, &(size_t){ 0 });
	finish();
}
END_TEST

START_TEST(draining_takes_the_kinds_it_was_told_to)
{
	unsigned kinds = HOLDING_SET(HOLDING_TICK) | HOLDING_SET(HOLDING_CHILD);
	size_t ended = 0, i;

	begin(100 * KINDS);
	for (i = 0; i < room; i++)
		put(i);
	holdings_drain(&held, kinds, count_end, &ended);
	ck_assert_uint_eq(ended, 200);
	for (i = 0; i < room; i++)
		ck_assert_int_eq(things[i].ended, (kinds & HOLDING_SET(kind_of(i))) != 0);
	find_each();
	holdings_drain(&held, EVERY_KIND, count_end, &ended);
	ck_assert_uint_eq(ended, room);
	ck_assert_uint_eq(held.count, 0);
	finish();
}
END_TEST

/* Each that ends takes another one with it, until none is there. */
static void end_and_remove_another(void *data, struct holding *holding)
{
	size_t i;

	count_end(data, holding);
	for (i = room; i-- > 0;)
		if (things[i].is_held) {
			take(i);
			return;
		}
}

START_TEST(an_end_may_remove_others)
{
	size_t ended = 0, i;

	begin(200);
	for (i = 0; i < room; i++)
		put(i);
	holdings_drain(&held, EVERY_KIND, end_and_remove_another, &ended);
	ck_assert_uint_eq(ended, room / 2);
	ck_assert_uint_eq(held.count, 0);
	finish();
}
END_TEST

KIT_MAIN("unit/holdings",
	{ .name = "holdings",
	  .tests = KIT_TESTS(empty_holdings_hold_nothing, the_same_as_an_array_whatever_is_put_and_removed,
	                     a_million_are_found_and_the_memory_goes_with_the_last, without_memory_they_only_take_longer,
	                     draining_takes_the_kinds_it_was_told_to, an_end_may_remove_others) })
