/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * group.c - when strokes begin: a disk that takes as long as it is told to, and clients that ask again when they are answered, or do not
 *
 * A few clients of a simulated machine say SET, and each SET again when it is answered. How often the disk was written and synced is counted,
 * and how long it took, by the virtual clock.
 */
#include "../../examples/kv/group.h"
#include "machine.h"
#include <string.h>

enum { ROUNDS = 200 };

static struct hearer hearers[TALKERS];
static unsigned said[TALKERS];

static odeon_duration since(odeon_time begin) { return odeon_system_now(town.system).ns - begin.ns; }

/* Each stroke takes two milliseconds, on two ways: to the pool, and from there. */
static void open_slow(uint64_t seed)
{
	shelf_open(&kept.shelf, seed);
	open_machine(seed, 1 + (unsigned)seed % 3);
	kept.slow = "strike";
	for (unsigned i = 0; i < TALKERS; i++) {
		hearers[i] = (struct hearer)HEARER;
		said[i] = 0;
	}
}

static void close_slow(void)
{
	kept.slow = NULL;
	for (unsigned i = 0; i < TALKERS; i++)
		reply_fini(&hearers[i].heard);
	close_machine();
	shelf_close(&kept.shelf);
}

/* Whoever was answered says the next one. False: he has said all. */
static bool talk_on(unsigned talker, unsigned rounds)
{
	static const char *const lines[TALKERS] = { "SET a 1\r\n", "SET b 1\r\n", "SET c 1\r\n", "SET d 1\r\n" };

	if (gate_count(&hearers[talker].done) < said[talker])
		return true;
	if (said[talker] == rounds)
		return false;
	said[talker]++;
	say(talker, &hearers[talker], lines[talker]);
	return true;
}

static void talk_all(unsigned talkers, unsigned rounds)
{
	for (bool any = true; any; pass(ODEON_US(20))) {
		any = false;
		for (unsigned i = 0; i < talkers; i++)
			any |= talk_on(i, rounds);
	}
}

/* ---- on a machine ------------------------------------------------------------------------------------------------------------------ */

/* One write and one sync for all of them; not in two groups that take turns. */
START_TEST(who_asks_again_at_once_shares_a_sync_with_all_others)
{
	odeon_time begin;
	unsigned long calls;

	open_slow(1 + (uint64_t)_i);
	begin = odeon_system_now(town.system);
	calls = kept.shelf.calls;
	(void)talk_on(0, ROUNDS);
	pass(ODEON_US(300));
	talk_all(TALKERS, ROUNDS);
	ck_assert_uint_le(kept.shelf.calls - calls, 2 * (ROUNDS + 5));
	ck_assert_int_lt(since(begin), ODEON_US(2100) * (ROUNDS + 5));
	close_slow();
}
END_TEST

START_TEST(who_is_alone_waits_for_nobody)
{
	odeon_time begin;

	open_slow(1 + (uint64_t)_i);
	begin = odeon_system_now(town.system);
	talk_all(1, ROUNDS);
	ck_assert_int_lt(since(begin), ODEON_US(2050) * ROUNDS);
	close_slow();
}
END_TEST

/* Two at first; then there is only one, who waited for the other once. */
START_TEST(who_has_gone_is_waited_for_once)
{
	odeon_time begin;

	open_slow(1 + (uint64_t)_i);
	talk_all(2, 10);
	begin = odeon_system_now(town.system);
	talk_all(1, 10 + ROUNDS);
	ck_assert_int_lt(since(begin), ODEON_US(2050) * ROUNDS + ODEON_MS(3));
	close_slow();
}
END_TEST

/* ---- by itself ------------------------------------------------------------------------------------------------------------------------ */

static odeon_time at(int us) { return (odeon_time){ 1 + ODEON_US(us) }; }

static int due(const struct group *group, unsigned waiting) { return (int)((group_due(group, waiting).ns - 1) / 1000); }

START_TEST(a_stroke_is_put_off_for_twice_as_long_as_the_last_one_took)
{
	struct group group = { 0 };

	group_first(&group, at(100));
	ck_assert_int_eq(due(&group, 1), 100);                 /* nobody is expected yet */
	group_begin(&group, at(100), 1);
	group_end(&group, at(300), 2);
	ck_assert_int_eq(due(&group, 2), 300 + 2 * 200);
	ck_assert_int_eq(due(&group, 3), 300);
	group_begin(&group, at(400), 3);
	group_end(&group, at(9400), 0);
	group_first(&group, at(9500));
	ck_assert_int_eq(due(&group, 1), 9500 + 2000);         /* and no longer than that */
	ck_assert_int_eq(due(&group, 3), 9500);
}
END_TEST

/* How many of a thousand strokes are put off, each for so many, with so many left at its end. */
static int count_put_off(unsigned waiting, unsigned left)
{
	struct group group = { 0 };
	int put_off = 0;

	for (int i = 0; i < 1000; i++) {
		put_off += due(&group, waiting) > i * 1000;
		group_begin(&group, at(i * 1000), waiting);
		group_end(&group, at(i * 1000 + 1000), left);
	}
	return put_off;
}

/* Two who never ask again, and two others: as from a crowd that asks now and then. */
START_TEST(a_crowd_that_does_not_come_back_is_hardly_waited_for)
{
	int put_off = count_put_off(2, 2);

	must(put_off > 10 && put_off < 30);
}
END_TEST

/* Half of them are enough. */
START_TEST(a_crowd_of_which_half_comes_back_is_waited_for)
{
	ck_assert_int_eq(count_put_off(6, 3), 999);
}
END_TEST

KIT_MAIN("kv/group",
	{ .name = "machine", .tests = KIT_TESTS(who_asks_again_at_once_shares_a_sync_with_all_others, who_is_alone_waits_for_nobody,
		who_has_gone_is_waited_for_once), .loop = 5 },
	{ .name = "alone", .tests = KIT_TESTS(a_stroke_is_put_off_for_twice_as_long_as_the_last_one_took,
		a_crowd_that_does_not_come_back_is_hardly_waited_for, a_crowd_of_which_half_comes_back_is_waited_for) })
