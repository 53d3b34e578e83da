/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bound.c - the questions of channel.c about channels that are full, or empty, and those who wait for that to change
 *
 * Is the bound kept, however many send at once? Does room come back? Do those who wait for it get in, hear at their
 * deadline that there is none, hear that the last receiver goes? Does one who gives up take a wake-up with him?
 */
#include "traffic.h"

/* ---- bounds ------------------------------------------------------------------------------------------------------------ */

START_TEST(as_many_fit_as_the_bound_says_and_no_more)
{
	int fits = sort_fits(_i), i;

	open_sort(_i);
	fill(_i, 0);
	ck_assert_int_eq(put(out, fits, ODEON_AT_ONCE), ODEON_EFULL);
	ck_assert_int_eq(put(out, fits, odeon_clock_deadline(ODEON_MS(5))), ODEON_ETIMEDOUT);
	ck_assert_uint_eq(odeon_sender_len(out), (size_t)fits);
	ck_assert_uint_eq(odeon_receiver_len(in), (size_t)fits);
	ck_assert(_i == SORT_BYTES || odeon_sender_is_full(out));      /* bytes may be left that are too few for this one */
	for (i = 0; i < fits; i++)
		ck_assert_int_eq(take(in, ODEON_AT_ONCE), i);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
	ck_assert_int_eq(odeon_receiver_is_empty(in), 1);
}
END_TEST

START_TEST(room_comes_back_one_message_at_a_time)
{
	int fits = sort_fits(_i), i;

	if (fits == 0)
		return;
	open_sort(_i);
	fill(_i, 0);
	for (i = 0; i < 3 * fits; i++) {                       /* around its end more than once */
		must(take(in, ODEON_AT_ONCE) == i);
		must(put(out, fits + i, ODEON_AT_ONCE) == 0);
		must(put(out, 0, ODEON_AT_ONCE) == ODEON_EFULL);
	}
}
END_TEST

/* From outside: sends that have returned are never ahead of receives that have begun by more than the bound. For a rendezvous that
 * is to say that a send does not return before a receiver is there to take its message. */
START_TEST(the_bound_is_never_exceeded_however_many_send_and_receive)
{
	int fits = sort_fits(_i), count = how_many(_i), total = SIDE * count, done = 0;

	open_sort(_i);
	begin_listening();
	begin_talking(count);
	while (done < total) {
		done = atomic_load(&sends_done);               /* before the other count, which may only make the sum larger */
		must(done <= fits + atomic_load(&receives_begun));
		must(odeon_receiver_len(in) <= (size_t)fits);
		sched_yield();
	}
	drop_receiver();
	end_talking();
	end_listening();
	expect_each_seen(count, 1);
}
END_TEST

/* A receiver that lingers between its receives keeps the senders at the bound. */
START_TEST(senders_that_all_push_at_a_full_channel_do_not_get_past_the_bound)
{
	int fits = sort_fits(_i), i, total = SIDE * 40;

	open_sort(_i);
	begin_talking(40);
	for (i = 0; i < total; i++) {
		if (i % 16 == 0)
			kit_pause();
		must(atomic_load(&sends_done) <= fits + i);
		must(take(in, kit_deadline()) >= 0);
	}
	end_talking();
	ck_assert_int_eq(atomic_load(&sends_done), total);
}
END_TEST

START_TEST(senders_that_wait_for_room_hear_that_the_last_receiver_goes)
{
	int i;

	open_sort(_i);
	fill(_i, 0);
	begin_talking(1);
	for (i = 0; i < SIDE; i++)
		mate_await_sleep(&talkers[i].mate);
	ck_assert_int_eq(atomic_load(&sends_done), 0);
	drop_receiver();
	end_talking();
	for (i = 0; i < SIDE; i++)
		ck_assert_int_eq(talkers[i].why, ODEON_EDISCONNECTED);
	ck_assert_int_eq(loads_alive(), 0);
}
END_TEST

/* ---- waiting and giving up -------------------------------------------------------------------------------------------------- */

START_TEST(everyone_who_waits_for_a_message_gets_one_when_there_are_enough)
{
	int i;

	open_sort(_i);
	begin_listening();
	for (i = 0; i < SIDE; i++)
		mate_await_sleep(&listeners[i].mate);
	for (i = 0; i < SIDE; i++)
		ck_assert_int_eq(put(out, i, kit_deadline()), 0);
	eventually(atomic_load(&seen[0][0]) + atomic_load(&seen[0][1]) + atomic_load(&seen[0][2]) == SIDE);
	drop_sender();
	end_listening();
}
END_TEST

START_TEST(everyone_who_waits_for_room_gets_in_when_there_is_enough)
{
	int fits = sort_fits(_i), i;

	open_sort(_i);
	fill(_i, 0);
	begin_talking(1);
	for (i = 0; i < SIDE; i++)
		mate_await_sleep(&talkers[i].mate);
	for (i = 0; i < SIDE; i++)
		ck_assert_int_ge(take(in, kit_deadline()), 0);
	end_talking();
	ck_assert_int_eq(atomic_load(&sends_done), SIDE);
	ck_assert_uint_eq(odeon_receiver_len(in), (size_t)fits);
}
END_TEST

/* Some wait for a moment that is about over when the one message comes, one waits for as long as it takes. If the wake-up
 * goes to one who has just given up, nobody takes the message. Each of the impatient tries once a round, so that none of
 * them covers up for it. */
enum { IMPATIENT = 2, MOMENT_US = 120 };

struct impatient { struct mate mate; odeon_sender *out; odeon_receiver *in; unsigned number; };
static atomic_int round_now, rounds_tried, taken, given;
static atomic_bool is_over;

static void try_once_a_round(void *argument)
{
	struct impatient *me = argument;
	struct random dice = random_of(me->number + 10);
	int round = 0, answer;

	for (;;) {
		odeon_time until;

		while (atomic_load(&round_now) == round && !atomic_load(&is_over))
			sched_yield();
		if (atomic_load(&is_over))
			return;
		round++;
		until = odeon_clock_deadline(ODEON_US(random_below(&dice, MOMENT_US)));
		answer = me->in ? take(me->in, until) : put(me->out, 1, until);
		must(answer >= 0 || answer == ODEON_ETIMEDOUT);
		if (answer >= 0)
			atomic_fetch_add(me->in ? &taken : &given, 1);
		atomic_fetch_add(&rounds_tried, 1);
	}
}

static void take_all(void *argument)
{
	while (take(argument, ODEON_NEVER) >= 0)
		atomic_fetch_add(&taken, 1);
}

static void give_for_ever(void *argument)
{
	while (put(argument, 1, ODEON_NEVER) == 0)
		atomic_fetch_add(&given, 1);
}

static void begin_impatience(struct impatient *impatient, bool receives)
{
	unsigned i;

	for (i = 0; i < IMPATIENT; i++) {
		impatient[i] = (struct impatient){ .number = i, .in = receives ? odeon_receiver_clone(in) : NULL,
		                                   .out = receives ? NULL : odeon_sender_clone(out) };
		mate_begin(&impatient[i].mate, try_once_a_round, &impatient[i]);
	}
}

static void end_impatience(struct impatient *impatient)
{
	int i;

	atomic_store(&is_over, true);
	for (i = 0; i < IMPATIENT; i++) {
		mate_end(&impatient[i].mate);
		odeon_receiver_drop(impatient[i].in);
		odeon_sender_drop(impatient[i].out);
	}
}

static void begin_round(struct random *dice)
{
	odeon_time until = odeon_clock_deadline(ODEON_US(random_below(dice, MOMENT_US)));

	atomic_fetch_add(&round_now, 1);
	while (odeon_clock_now().ns < until.ns)
		sched_yield();
}

START_TEST(who_gives_up_receiving_takes_no_wake_up_with_him)
{
	struct impatient impatient[IMPATIENT];
	struct mate patient;
	struct random dice = random_of(1);
	int round, rounds = KIT_SLOWER(300);

	open_sort(_i);
	begin_impatience(impatient, true);
	mate_begin(&patient, take_all, in);
	for (round = 1; round <= rounds; round++) {
		begin_round(&dice);
		must(put(out, 1, kit_deadline()) == 0);
		soon(atomic_load(&rounds_tried) == IMPATIENT * round && atomic_load(&taken) == round);
	}
	end_impatience(impatient);
	drop_sender();
	mate_end(&patient);
	ck_assert_int_eq(atomic_load(&taken), rounds);
}
END_TEST

START_TEST(who_gives_up_sending_takes_no_wake_up_with_him)
{
	struct impatient impatient[IMPATIENT];
	struct mate patient;
	struct random dice = random_of(2);
	int fits = sort_fits(_i), round, rounds = KIT_SLOWER(300);

	open_sort(_i);
	begin_impatience(impatient, false);
	mate_begin(&patient, give_for_ever, out);
	eventually(atomic_load(&given) == fits);
	for (round = 1; round <= rounds; round++) {
		begin_round(&dice);
		must(take(in, kit_deadline()) == 1);
		soon(atomic_load(&rounds_tried) == IMPATIENT * round && atomic_load(&given) == fits + round);
	}
	end_impatience(impatient);
	drop_receiver();
	mate_end(&patient);
}
END_TEST

/* ---- deadlines ---------------------------------------------------------------------------------------------------------------- */

START_TEST(a_send_gives_up_at_its_deadline_not_before)
{
	odeon_time until;

	open_sort(_i);
	fill(_i, 0);
	until = odeon_clock_deadline(ODEON_MS(15));
	ck_assert_int_eq(put(out, 1, until), ODEON_ETIMEDOUT);
	ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	ck_assert_int_lt(odeon_clock_now().ns, until.ns + ODEON_SECONDS(5));
}
END_TEST

KIT_MAIN("contract/bound",
	{ .name = "bound", .teardown = teardown, .loop = SORTS_BOUNDED,
	  .tests = KIT_TESTS(as_many_fit_as_the_bound_says_and_no_more, room_comes_back_one_message_at_a_time,
	                     the_bound_is_never_exceeded_however_many_send_and_receive,
	                     senders_that_all_push_at_a_full_channel_do_not_get_past_the_bound,
	                     a_send_gives_up_at_its_deadline_not_before,
	                     senders_that_wait_for_room_hear_that_the_last_receiver_goes,
	                     everyone_who_waits_for_room_gets_in_when_there_is_enough,
	                     who_gives_up_sending_takes_no_wake_up_with_him) },
	{ .name = "queue", .teardown = teardown, .loop = SORTS_QUEUE,
	  .tests = KIT_TESTS(everyone_who_waits_for_a_message_gets_one_when_there_are_enough,
	                     who_gives_up_receiving_takes_no_wake_up_with_him) })
