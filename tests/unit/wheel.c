/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wheel.c - tests of what is due (runtime/wheel.h), beside a plain array that holds the same
 */
#include "../harness/kit.h"
#include "../../runtime/random.h"
#include "../../runtime/wheel.h"
#include <stdlib.h>

#define ENTRIES 500

struct thing {
	struct wheel_entry entry;
	int64_t due;
	uint64_t order;                         /* when it was put in; 0: it is not in */
};

static struct wheel *wheel;
static struct thing things[ENTRIES];
static uint64_t orders, in;
static int64_t now;

static void begin(uint32_t shift, int64_t moment)
{
	now = moment;
	in = 0;
	for (int i = 0; i < ENTRIES; i++)
		things[i].order = 0;
	wheel = wheel_make(shift, now);
	must(wheel != NULL);
}

/* The tick in which it may come out: all of its moment is over. */
static uint64_t tick_of(int64_t due, int64_t put_at)
{
	uint64_t tick = ((uint64_t)(due > 0 ? due : 0) + (UINT64_C(1) << wheel->shift) - 1) >> wheel->shift;
	uint64_t least = (uint64_t)put_at >> wheel->shift;

	return tick > least ? tick : least;
}

static void put(struct thing *thing, int64_t due)
{
	bool is_earliest = wheel_put(wheel, &thing->entry, due);

	thing->due = due;
	thing->order = ++orders;
	must(thing->entry.tick == tick_of(due, now));
	must(!is_earliest || wheel_earliest(wheel) <= (int64_t)(thing->entry.tick << wheel->shift));
	in++;
}

/* Whether something else that is in should have come out before. */
static bool is_before(const struct thing *one, const struct thing *other)
{
	return one->entry.tick != other->entry.tick ? one->entry.tick < other->entry.tick : one->order < other->order;
}

static void take_all(void)
{
	struct wheel_entry *entry;

	while ((entry = wheel_take(wheel, now)) != NULL) {
		struct thing *thing = (struct thing *)(void *)entry;

		must(thing->order != 0);
		must(thing->due <= now);        /* never early */
		for (int i = 0; i < ENTRIES; i++)
			must(things[i].order == 0 || &things[i] == thing || is_before(thing, &things[i]));
		thing->order = 0;
		in--;
	}
	for (int i = 0; i < ENTRIES; i++)
		must(things[i].order == 0 || things[i].entry.tick > (uint64_t)now >> wheel->shift);     /* never late */
	must(wheel->count == in);
}

/* What it says is the earliest is never beyond it, and gets there: who sleeps so long wakes in time. */
static void look_at_earliest(void)
{
	int64_t earliest = wheel_earliest(wheel);

	must((earliest == INT64_MAX) == (in == 0));
	for (int i = 0; i < ENTRIES; i++)
		must(things[i].order == 0 || earliest <= (int64_t)(things[i].entry.tick << wheel->shift));
}

static int64_t some_while(struct random *random)
{
	return (int64_t)(random_next(random) >> (20 + random_below(random, 43)));
}

static void churn(uint32_t shift, int64_t moment, uint64_t seed, int steps)
{
	struct random random;

	random_seed(&random, seed);
	begin(shift, moment);
	for (int step = 0; step < steps; step++) {
		struct thing *thing = &things[random_below(&random, ENTRIES)];

		if (thing->order == 0)
			put(thing, now + some_while(&random) - (random_below(&random, 8) == 0 ? 1000 : 0));
		else if (random_below(&random, 2) == 0) {
			wheel_remove(wheel, &thing->entry);
			thing->order = 0;
			in--;
		}
		look_at_earliest();
		if (random_below(&random, 16) == 0) {
			now += some_while(&random) >> random_below(&random, 24);
			take_all();
			look_at_earliest();
		}
	}
	take_all();
	while (in > 0) {                        /* by what it says itself, in a bounded number of steps */
		must(wheel_earliest(wheel) > now);
		now = wheel_earliest(wheel);
		take_all();
	}
	wheel_free(wheel);
}

START_TEST(random_operations_with_ticks_of_half_a_millisecond)
{
	churn(19, INT64_C(1000000000), (uint64_t)_i + 1, KIT_SLOWER(30000));
}
END_TEST

START_TEST(random_operations_exact_to_the_nanosecond)
{
	churn(0, INT64_C(1000000000), (uint64_t)_i + 1, KIT_SLOWER(30000));
}
END_TEST

START_TEST(equal_moments_come_in_the_order_they_were_put_in)
{
	begin(0, 0);
	for (int i = 0; i < ENTRIES; i++) {
		put(&things[i], 1000000 + i / 100);
		if (i % 50 == 0) {
			now += 1999;            /* so that they were put in at different levels */
			take_all();
		}
	}
	now = 2000000;
	take_all();
	ck_assert_uint_eq(in, 0);
	wheel_free(wheel);
}
END_TEST

START_TEST(the_ends_of_time)
{
	begin(19, 5);
	put(&things[0], INT64_MAX);
	put(&things[1], INT64_MAX - 1);
	put(&things[2], INT64_MIN);
	put(&things[3], 0);
	put(&things[4], 1);
	now = 1 << 19;
	take_all();
	ck_assert_uint_eq(in, 2);
	now = INT64_MAX - (1 << 19);
	take_all();
	ck_assert_uint_eq(in, 2);
	wheel_remove(wheel, &things[0].entry);
	wheel_remove(wheel, &things[1].entry);
	things[0].order = things[1].order = in = 0;
	look_at_earliest();
	wheel_free(wheel);
}
END_TEST

START_TEST(a_clock_that_leaps_an_hour_brings_all_in_order)
{
	begin(19, 1);
	for (int i = 0; i < ENTRIES; i++)
		put(&things[i], (int64_t)((i * 7919) % ENTRIES) * 7000000);
	now = INT64_C(3600) * 1000000000;
	take_all();
	ck_assert_uint_eq(in, 0);
	wheel_free(wheel);
}
END_TEST

KIT_MAIN("unit/wheel",
	{ .name = "random", .loop = 10,
	  .tests = KIT_TESTS(random_operations_with_ticks_of_half_a_millisecond, random_operations_exact_to_the_nanosecond) },
	{ .name = "order",
	  .tests = KIT_TESTS(equal_moments_come_in_the_order_they_were_put_in, the_ends_of_time,
	                     a_clock_that_leaps_an_hour_brings_all_in_order) })
