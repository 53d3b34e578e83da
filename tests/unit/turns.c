/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turns.c - tests of runtime/wait.h: of those who share a core one is woken at a time, and who looks on is told all the same
 *
 * What threads do at the same time is tried in tests/explore (scenario turns) and tests/model/successor.pml.
 */
#define _GNU_SOURCE
#include "../harness/one.h"
#include <sched.h>
#include "os.h"
#include "wait.h"

#define WAITERS 4

static struct waitlist list;
static struct wait waits[WAITERS];
static struct waiter waiters[WAITERS];
static int told;

static void tell_watcher(struct watcher *watcher)
{
	(void)watcher;
	told++;
}

static void enter(int who, int16_t core, bool looks)
{
	wait_begin(&waits[who], NULL, core);
	waiters[who] = (struct waiter){ .wait = &waits[who], .number = (uint32_t)who, .looks = looks };
	waitlist_add(&list, &waiters[who]);
}

/* All of them, on the core. */
static void all_enter(int16_t core)
{
	list = (struct waitlist){ .state = 0 };
	told = 0;
	for (int i = 0; i < WAITERS; i++)
		enter(i, core, false);
}

static int chosen(void)
{
	int count = 0;

	for (int i = 0; i < WAITERS; i++)
		count += wait_chosen(&waits[i]) >= 0;
	return count;
}

static void tell_times(int times)
{
	for (int i = 0; i < times; i++)
		waitlist_tell(&list);
}

START_TEST(those_of_one_core_come_one_after_the_other)
{
	all_enter(3);
	tell_times(10);
	ck_assert_int_eq(chosen(), 1);
	ck_assert_int_eq(wait_chosen(&waits[0]), 0);
	ck_assert(waiters[0].is_successor);
	for (int i = 2; i <= WAITERS; i++) {
		ck_assert(waitlist_pass(&list));
		waitlist_tell_on(&list);
		tell_times(10);
		ck_assert_int_eq(chosen(), i);
	}
	ck_assert(!waitlist_pass(&list));
}
END_TEST

/* There was nothing more when it passed: whoever changes something then wakes the next. */
START_TEST(who_has_tried_holds_nobody)
{
	all_enter(0);
	tell_times(1);
	ck_assert(waitlist_pass(&list));
	ck_assert_int_eq(chosen(), 1);
	tell_times(2);
	ck_assert_int_eq(chosen(), 2);
}
END_TEST

START_TEST(those_of_several_cores_come_as_they_are_told)
{
	all_enter(OS_ANY_CORE);
	tell_times(3);
	ck_assert_int_eq(chosen(), 3);
	for (int i = 0; i < 3; i++)
		ck_assert(!waiters[i].is_successor);
}
END_TEST

/* From then on each is woken for whom something is there; how much was not told before nobody knows, so all are. */
START_TEST(who_comes_from_another_core_ends_the_holding)
{
	for (int passes = 0; passes < 2; passes++) {
		all_enter(0);
		waitlist_remove(&list, &waiters[3]);
		tell_times(2);
		ck_assert_int_eq(chosen(), 1);
		enter(3, 1, false);
		if (passes) {
			ck_assert(waitlist_pass(&list));
			waitlist_tell_on(&list);
			ck_assert_int_eq(chosen(), 4);
		} else {
			tell_times(2);
			ck_assert_int_eq(chosen(), 3);
		}
	}
}
END_TEST

/* It has left the list, and its core counts. */
START_TEST(a_successor_on_its_way_shares_no_core_with_a_stranger)
{
	all_enter(0);
	for (int i = 1; i < WAITERS; i++)
		waitlist_remove(&list, &waiters[i]);
	tell_times(1);
	enter(1, 1, false);
	enter(2, 1, false);
	tell_times(2);
	ck_assert_int_eq(chosen(), 3);
}
END_TEST

START_TEST(who_only_looks_is_not_held)
{
	struct watcher watcher = { .tell = tell_watcher };

	all_enter(0);
	waitlist_remove(&list, &waiters[1]);
	waitlist_remove(&list, &waiters[2]);
	tell_times(1);
	enter(1, 0, true);
	tell_times(1);
	ck_assert_int_eq(wait_chosen(&waits[1]), 1);
	ck_assert(!waiters[1].is_successor);
	waitlist_watch(&list, &watcher);
	tell_times(1);
	ck_assert_int_eq(told, 1);
	ck_assert_int_eq(chosen(), 2);                          /* and the other is held still */
	ck_assert_int_eq(wait_chosen(&waits[3]), -1);
}
END_TEST

START_TEST(an_end_is_told_to_all_at_once)
{
	all_enter(0);
	tell_times(1);
	waitlist_tell_all(&list);
	ck_assert_int_eq(chosen(), WAITERS);
}
END_TEST

/* It was chosen elsewhere, or has given up: the next one is the successor. */
START_TEST(who_cannot_be_chosen_succeeds_nobody)
{
	all_enter(0);
	ck_assert_int_eq(wait_end(&waits[0]), -1);
	tell_times(3);
	ck_assert_int_eq(chosen(), 1);
	ck_assert_int_eq(wait_chosen(&waits[1]), 1);
	wait_end(&waits[2]);
	wait_end(&waits[3]);
	ck_assert(waitlist_pass(&list));
	waitlist_tell_on(&list);                                /* nobody is left: nobody is waited for */
	enter(0, 0, false);
	tell_times(1);
	ck_assert_int_eq(wait_chosen(&waits[0]), 0);
}
END_TEST

/* ---- threads on one core ------------------------------------------------------------------------------------------------------ */

#define SENDERS 8
#define RECEIVERS 4
#define EACH KIT_SLOWER(500)

static struct mate mates[SENDERS + RECEIVERS];
static odeon_sender *senders[SENDERS];
static odeon_receiver *receivers[RECEIVERS];
static int64_t sums[RECEIVERS];
static cpu_set_t all;

/* Where there is only one, everybody stays on it. */
static void use_one_core(void)
{
	cpu_set_t one;
	int core = 0;

	CPU_ZERO(&one);
	while (!CPU_ISSET(core, &all))
		core++;
	CPU_SET(core, &one);
	must(sched_setaffinity(0, sizeof one, &one) == 0);
}

static void use_all_cores(void) { must(sched_setaffinity(0, sizeof all, &all) == 0); }

static void send_all(void *argument)
{
	odeon_sender **half = argument;
	long me = half - senders;

	for (int i = 0; i < EACH; i++) {
		if (me % 4 == 1 && i % 50 == 0)                 /* some move between */
			(i % 100 == 0 ? use_all_cores : use_one_core)();
		must(put(*half, i + 1, ODEON_NEVER) == 0);
	}
	odeon_sender_drop(*half);
}

static void receive_all(void *argument)
{
	odeon_receiver **half = argument;
	int number;

	while ((number = take(*half, ODEON_NEVER)) > 0)
		sums[half - receivers] += number;
	must(number == ODEON_EDISCONNECTED);
	odeon_receiver_drop(*half);
}

START_TEST(a_crowd_on_one_core_gets_all_through)
{
	static const size_t capacities[] = { 1, 3, 64, ODEON_UNBOUNDED };
	int64_t sum = 0;

	must(sched_getaffinity(0, sizeof all, &all) == 0);
	use_one_core();
	open_channel(capacities[_i]);
	for (int i = 0; i < SENDERS; i++)
		senders[i] = odeon_sender_clone(out);
	for (int i = 0; i < RECEIVERS; i++) {
		receivers[i] = odeon_receiver_clone(in);
		sums[i] = 0;
	}
	drop_both();
	for (int i = 0; i < RECEIVERS; i++)
		mate_begin(&mates[i], receive_all, &receivers[i]);
	for (int i = 0; i < SENDERS; i++)
		mate_begin(&mates[RECEIVERS + i], send_all, &senders[i]);
	for (int i = 0; i < SENDERS + RECEIVERS; i++)
		mate_end(&mates[i]);
	for (int i = 0; i < RECEIVERS; i++)
		sum += sums[i];
	ck_assert_int_eq(sum, (int64_t)SENDERS * EACH * (EACH + 1) / 2);
	use_all_cores();
}
END_TEST

KIT_MAIN("unit/turns",
	{ .name = "lists",
	  .tests = KIT_TESTS(those_of_one_core_come_one_after_the_other, who_has_tried_holds_nobody,
	                     those_of_several_cores_come_as_they_are_told, who_comes_from_another_core_ends_the_holding,
	                     a_successor_on_its_way_shares_no_core_with_a_stranger, who_only_looks_is_not_held, an_end_is_told_to_all_at_once, who_cannot_be_chosen_succeeds_nobody) },
	{ .name = "threads", .loop = 4, .teardown = teardown, .tests = KIT_TESTS(a_crowd_on_one_core_gets_all_through) })
