/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel.c - one set of questions for every sort of channel, as far as they apply to it
 *
 * The questions: does each half's order hold, whoever else sends and receives? Is the bound kept, however many send at once?
 * What do both sides hear when the other one goes: before, while they wait, with messages inside? Is each message dropped
 * exactly once, wherever it ends? Does one who gives up waiting take a wake-up with him? What does a deadline in the past
 * do? Does a select answer as the plain operation does?
 *
 * Loads count themselves (halves.h); when a test is over and both sides are gone, none may be left.
 */
#include "../harness/halves.h"
#include <string.h>

static odeon_sender *out;
static odeon_receiver *in;

static void open_sort(int sort) { sort_open(sort, &out, &in); }

static void drop_sender(void)
{
	odeon_sender_drop(out);
	out = NULL;
}

static void drop_receiver(void)
{
	odeon_receiver_drop(in);
	in = NULL;
}

static void teardown(void)
{
	drop_sender();
	drop_receiver();
	ck_assert_int_eq(loads_alive(), 0);
}

static void fill(int sort, int first)
{
	int i, fits = sort_fits(sort);

	for (i = 0; i < fits; i++)
		ck_assert_int_eq(put(out, first + i, ODEON_AT_ONCE), 0);
}

/* Of fits messages that were put into an empty channel, what the first receive gives: a watch has the last only. */
static int first_inside(int sort, int fits) { return sort == SORT_WATCH ? fits - 1 : 0; }

/* ---- those who send and those who receive ---------------------------------------------------------------------------- */

enum { SIDE = 3, SEEN_MOST = 2000 };                   /* how many halves of each side; how many messages of each */

struct talker { struct mate mate; odeon_sender *out; unsigned sender; int count, sent, why; };
struct listener { struct mate mate; odeon_receiver *in; int after[SIDE], received, why; };

static struct talker talkers[SIDE];
static struct listener listeners[SIDE];
static atomic_int sends_done, receives_begun;
static atomic_uchar seen[SIDE][SEEN_MOST];

static void talk(void *argument)
{
	struct talker *talker = argument;

	for (; talker->sent < talker->count && talker->why == 0; talker->sent++) {
		talker->why = odeon_sender_send(talker->out, load_of(talker->sender, talker->sent));
		if (talker->why == 0)
			atomic_fetch_add(&sends_done, 1);
	}
	odeon_sender_drop(talker->out);
}

static struct load *listen_for_one(struct listener *listener)
{
	struct load *load;

	atomic_fetch_add(&receives_begun, 1);
	load = odeon_recv_until(load, listener->in, ODEON_NEVER, &listener->why);
	must(load != NULL || listener->why == ODEON_EDISCONNECTED);
	return load;
}

static void listen(void *argument)
{
	struct listener *listener = argument;
	struct load *load;

	while ((load = listen_for_one(listener))) {
		must(load->number >= listener->after[load->sender]);
		listener->after[load->sender] = load->number + 1;
		atomic_fetch_add(&seen[load->sender][load->number], 1);
		listener->received++;
		odeon_free(load);
	}
	odeon_receiver_drop(listener->in);
}

static void begin_talking_beside(int count)
{
	unsigned i;

	must(count <= SEEN_MOST);
	for (i = 0; i < SIDE; i++) {
		talkers[i] = (struct talker){ .out = odeon_sender_clone(out), .sender = i, .count = count };
		ck_assert_ptr_nonnull(talkers[i].out);
		mate_begin(&talkers[i].mate, talk, &talkers[i]);
	}
}

static void begin_talking(int count)
{
	begin_talking_beside(count);
	drop_sender();
}

static void begin_listening(void)
{
	int i;

	for (i = 0; i < SIDE; i++) {
		listeners[i] = (struct listener){ .in = odeon_receiver_clone(in) };
		ck_assert_ptr_nonnull(listeners[i].in);
		mate_begin(&listeners[i].mate, listen, &listeners[i]);
	}
}

static void end_talking(void)
{
	int i;

	for (i = 0; i < SIDE; i++)
		mate_end(&talkers[i].mate);
}

static void end_listening(void)
{
	int i;

	for (i = 0; i < SIDE; i++)
		mate_end(&listeners[i].mate);
}

static void expect_each_seen(int count, int times)
{
	int i, j;

	for (i = 0; i < SIDE; i++)
		for (j = 0; j < count; j++)
			must(atomic_load(&seen[i][j]) == times);
}

static int how_many(int sort) { return KIT_SLOWER(sort == SORT_RENDEZVOUS ? 500 : SEEN_MOST); }

/* ---- order ------------------------------------------------------------------------------------------------------------- */

START_TEST(the_messages_of_one_half_arrive_in_the_order_sent)
{
	struct talker talker = { .count = how_many(_i) };
	int i;

	open_sort(_i);
	talker.out = out;
	out = NULL;
	mate_begin(&talker.mate, talk, &talker);
	for (i = 0; i < talker.count; i++)
		must(take(in, kit_deadline()) == i);
	ck_assert_int_eq(take(in, kit_deadline()), ODEON_EDISCONNECTED);
	mate_end(&talker.mate);
	ck_assert_int_eq(talker.sent, talker.count);
}
END_TEST

START_TEST(each_half_keeps_its_order_at_every_receiver_and_each_message_goes_to_one)
{
	open_sort(_i);
	begin_listening();
	drop_receiver();
	begin_talking(how_many(_i));
	end_talking();
	end_listening();
	expect_each_seen(how_many(_i), 1);
}
END_TEST

START_TEST(many_halves_that_send_to_one_receiver_keep_their_order)
{
	struct listener listener = { .why = 0 };

	open_sort(_i);
	begin_talking(how_many(_i));
	listener.in = in;
	in = NULL;
	listen(&listener);
	end_talking();
	ck_assert_int_eq(listener.received, SIDE * how_many(_i));
	expect_each_seen(how_many(_i), 1);
}
END_TEST

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

/* ---- a rendezvous ------------------------------------------------------------------------------------------------------- */

static atomic_bool is_sent;

static void send_and_say_so(void *argument)
{
	must(odeon_sender_send(argument, load_new(1)) == 0);
	atomic_store(&is_sent, true);
}

START_TEST(a_rendezvous_send_waits_for_a_receiver)
{
	struct mate mate;

	open_sort(SORT_RENDEZVOUS);
	mate_begin(&mate, send_and_say_so, out);
	mate_await_sleep(&mate);
	ck_assert(!atomic_load(&is_sent));
	ck_assert_uint_eq(odeon_receiver_len(in), 0);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), 1);          /* the sender waits, so there is something to take */
	mate_end(&mate);
	ck_assert(atomic_load(&is_sent));
}
END_TEST

static void take_one(void *argument) { must(take(argument, kit_deadline()) == 1); }

START_TEST(a_try_at_a_rendezvous_succeeds_only_with_a_receiver_that_waits)
{
	struct mate mate;

	open_sort(SORT_RENDEZVOUS);
	ck_assert_int_eq(put(out, 0, ODEON_AT_ONCE), ODEON_EFULL);
	mate_begin(&mate, take_one, in);
	mate_await_sleep(&mate);
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
	mate_end(&mate);
	ck_assert_int_eq(put(out, 0, ODEON_AT_ONCE), ODEON_EFULL);
}
END_TEST

/* ---- the senders go ------------------------------------------------------------------------------------------------------ */

static void expect_disconnected(void)
{
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EDISCONNECTED);
	ck_assert_int_eq(take(in, kit_deadline()), ODEON_EDISCONNECTED);
	ck_assert_ptr_null(odeon_recv(load, in));
}

START_TEST(what_was_sent_before_the_last_sender_went_is_received_first)
{
	int fits = sort_fits(_i), i;

	open_sort(_i);
	fill(_i, 0);
	drop_sender();
	for (i = first_inside(_i, fits); i < fits; i++)
		ck_assert_int_eq(take(in, i % 2 ? ODEON_AT_ONCE : ODEON_NEVER), i);
	expect_disconnected();
}
END_TEST

START_TEST(one_of_two_senders_does_not_disconnect)
{
	odeon_sender *other;

	open_sort(_i);
	other = odeon_sender_clone(out);
	ck_assert_ptr_nonnull(other);
	drop_sender();
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EEMPTY);
	ck_assert_int_eq(take(in, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
	odeon_sender_drop(other);
	expect_disconnected();
}
END_TEST

START_TEST(receivers_that_wait_hear_that_the_last_sender_goes)
{
	int i;

	open_sort(_i);
	begin_listening();
	for (i = 0; i < SIDE; i++)
		mate_await_sleep(&listeners[i].mate);
	drop_sender();
	end_listening();
	for (i = 0; i < SIDE; i++) {
		ck_assert_int_eq(listeners[i].why, ODEON_EDISCONNECTED);
		ck_assert_int_eq(listeners[i].received, 0);
	}
}
END_TEST

/* ---- the receivers go ------------------------------------------------------------------------------------------------------ */

START_TEST(a_send_without_receivers_fails_and_a_try_gives_the_message_back)
{
	unsigned long dropped = loads_dropped_here();
	struct load *back;
	int why = 1;

	open_sort(_i);
	drop_receiver();
	ck_assert_int_eq(odeon_sender_send(out, load_new(7)), ODEON_EDISCONNECTED);
	ck_assert_uint_eq(loads_dropped_here() - dropped, 1);
	back = odeon_sender_try(out, load_new(8), ODEON_NEVER, &why);
	ck_assert_int_eq(why, ODEON_EDISCONNECTED);
	ck_assert_ptr_nonnull(back);
	ck_assert_int_eq(back->number, 8);
	odeon_free(back);
	ck_assert_int_eq(put(out, 9, ODEON_AT_ONCE), ODEON_EDISCONNECTED);
	ck_assert_uint_eq(odeon_sender_len(out), 0);
}
END_TEST

START_TEST(what_is_inside_is_dropped_as_the_last_receiver_goes_on_its_thread)
{
	odeon_receiver *other;
	unsigned long dropped;

	open_sort(_i);
	fill(_i, 0);
	other = odeon_receiver_clone(in);
	dropped = loads_dropped_here();
	drop_receiver();
	ck_assert_uint_eq(loads_dropped_here() - dropped, 0);
	odeon_receiver_drop(other);
	ck_assert_int_eq(loads_alive(), 0);                    /* with the sender still there */
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), ODEON_EDISCONNECTED);
}
END_TEST

START_TEST(both_sides_may_go_with_messages_inside_in_either_order)
{
	open_sort(_i);
	fill(_i, 0);
	drop_sender();
	drop_receiver();
	ck_assert_int_eq(loads_alive(), 0);
	open_sort(_i);
	fill(_i, 0);
	drop_receiver();
	drop_sender();
	ck_assert_int_eq(loads_alive(), 0);
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

/* At a random moment of the traffic, with random ones of both sides inside a call. */
START_TEST(nothing_is_lost_or_kept_when_a_side_goes_amid_the_traffic)
{
	struct dice dice = dice_of((unsigned)_i);
	int round, i, rounds = KIT_SLOWER(30);

	for (round = 0; round < rounds; round++) {
		unsigned turns = dice_below(&dice, 200), turn;

		open_sort(_i);
		begin_talking_beside(SEEN_MOST);
		for (turn = 0; turn < turns; turn++)
			(void)take(in, odeon_clock_deadline(ODEON_US(50)));
		drop_receiver();
		end_talking();
		for (i = 0; i < SIDE; i++)
			must(talkers[i].why == ODEON_EDISCONNECTED || talkers[i].sent == talkers[i].count);
		ck_assert_int_eq(loads_alive(), 0);            /* with a sender still there */
		drop_sender();
	}
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
	struct dice dice = dice_of(me->number + 10);
	int round = 0, answer;

	for (;;) {
		odeon_time until;

		while (atomic_load(&round_now) == round && !atomic_load(&is_over))
			sched_yield();
		if (atomic_load(&is_over))
			return;
		round++;
		until = odeon_clock_deadline(ODEON_US(dice_below(&dice, MOMENT_US)));
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

static void begin_round(struct dice *dice)
{
	odeon_time until = odeon_clock_deadline(ODEON_US(dice_below(dice, MOMENT_US)));

	atomic_fetch_add(&round_now, 1);
	while (odeon_clock_now().ns < until.ns)
		sched_yield();
}

START_TEST(who_gives_up_receiving_takes_no_wake_up_with_him)
{
	struct impatient impatient[IMPATIENT];
	struct mate patient;
	struct dice dice = dice_of(1);
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
	struct dice dice = dice_of(2);
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

static odeon_time past(int which)
{
	const odeon_time moments[] = { { 0 }, { 1 }, { odeon_clock_now().ns - 1 }, { odeon_clock_now().ns - ODEON_SECONDS(1) } };

	return moments[which];
}

START_TEST(a_deadline_in_the_past_does_not_wait_but_does_what_is_possible)
{
	int which, fits = sort_fits(_i), late;

	for (which = 0; which < 4; which++) {
		open_sort(_i);
		late = which == 0 ? ODEON_EEMPTY : ODEON_ETIMEDOUT;
		ck_assert_int_eq(take(in, past(which)), late);
		if (fits > 0) {
			ck_assert_int_eq(put(out, 5, past(which)), 0);
			ck_assert_int_eq(take(in, past(which)), 5);
		}
		if (_i < SORTS_BOUNDED) {
			fill(_i, 0);
			late = which == 0 ? ODEON_EFULL : ODEON_ETIMEDOUT;
			ck_assert_int_eq(put(out, 6, past(which)), late);
		}
		drop_sender();
		drop_receiver();
	}
}
END_TEST

START_TEST(a_receive_gives_up_at_its_deadline_not_before)
{
	odeon_time until;

	open_sort(_i);
	until = odeon_clock_deadline(ODEON_MS(15));
	ck_assert_int_eq(take(in, until), ODEON_ETIMEDOUT);
	ck_assert_int_ge(odeon_clock_now().ns, until.ns);
	ck_assert_int_lt(odeon_clock_now().ns, until.ns + ODEON_SECONDS(5));
}
END_TEST

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

/* ---- types and arguments --------------------------------------------------------------------------------------------------------- */

START_TEST(another_type_is_refused_and_nothing_is_received_or_kept)
{
	int fits = sort_fits(_i), why = 1;
	struct note *back;

	open_sort(_i);
	fill(_i, 0);
	ck_assert_int_eq(odeon_sender_send(out, odeon_new(note, .number = 1)), ODEON_ETYPE);
	back = odeon_sender_try(out, odeon_new(note, .number = 2), ODEON_AT_ONCE, &why);
	ck_assert_int_eq(why, ODEON_ETYPE);
	ck_assert_ptr_nonnull(back);
	ck_assert_int_eq(back->number, 2);
	odeon_free(back);
	ck_assert_ptr_null(odeon_try_recv(note, in, &why));
	ck_assert_int_eq(why, ODEON_ETYPE);
	ck_assert_ptr_null(odeon_recv(note, in));              /* does not wait either */
	if (fits > 0)
		ck_assert_int_eq(take(in, ODEON_AT_ONCE), first_inside(_i, fits));
}
END_TEST

START_TEST(a_receive_without_a_type_takes_whatever_the_channel_carries)
{
	struct load *load;
	int why = 1, fits = sort_fits(_i);

	if (fits == 0)
		return;
	open_sort(_i);
	fill(_i, 0);
	load = odeon_receiver_recv(NULL, in, ODEON_AT_ONCE, &why);
	ck_assert_ptr_nonnull(load);
	ck_assert_int_eq(why, 0);
	ck_assert_int_eq(load->number, first_inside(_i, fits));
	odeon_free(load);
}
END_TEST

/* ---- select answers as the plain operations do ------------------------------------------------------------------------------------ */

START_TEST(a_select_receives_what_is_there)
{
	odeon_case one = ODEON_CASE_NOTHING;
	struct load *load;
	int fits = sort_fits(_i);

	open_sort(_i);
	one = (odeon_case)ODEON_CASE_RECV(in);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_AT_ONCE), ODEON_ETIMEDOUT);
	if (fits == 0)
		return;
	fill(_i, 0);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(one.error, 0);
	load = odeon_case_message(load, &one);
	ck_assert_ptr_nonnull(load);
	ck_assert_int_eq(load->number, first_inside(_i, fits));
	odeon_free(load);
}
END_TEST

START_TEST(a_select_sends_while_there_is_room)
{
	odeon_case one;
	int fits = sort_fits(_i), i;

	open_sort(_i);
	for (i = 0; i < fits; i++) {
		one = (odeon_case)ODEON_CASE_SEND(out, load_new(i));
		ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
		ck_assert_int_eq(one.error, 0);
		ck_assert_ptr_null(one.message);
	}
	if (_i >= SORTS_BOUNDED)
		return;
	one = (odeon_case)ODEON_CASE_SEND(out, load_new(i));
	ck_assert_int_eq(odeon_select(&one, 1, odeon_clock_deadline(ODEON_MS(2))), ODEON_ETIMEDOUT);
	ck_assert_ptr_nonnull(one.message);
	odeon_case_clear(&one);
	ck_assert_ptr_null(one.message);
}
END_TEST

START_TEST(a_disconnected_channel_is_ready_in_a_select)
{
	odeon_case one;

	open_sort(_i);
	drop_sender();
	one = (odeon_case)ODEON_CASE_RECV(in);
	ck_assert_int_eq(odeon_select_ready(&one, 1, ODEON_NEVER), 1);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(one.error, ODEON_EDISCONNECTED);
	ck_assert_ptr_null(one.message);
	drop_receiver();

	open_sort(_i);
	drop_receiver();
	one = (odeon_case)ODEON_CASE_SEND(out, load_new(3));
	ck_assert_int_eq(odeon_select_ready(&one, 1, ODEON_NEVER), 1);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(one.error, ODEON_EDISCONNECTED);
	ck_assert_ptr_nonnull(one.message);
	odeon_case_clear(&one);
}
END_TEST

static void select_until_disconnected(void *argument)
{
	odeon_case one = ODEON_CASE_RECV((odeon_receiver *)argument);

	for (;;) {
		struct load *load;

		must(odeon_select(&one, 1, ODEON_NEVER) == 0);
		load = odeon_case_message(load, &one);
		if (!load)
			break;
		atomic_fetch_add(&taken, 1);
		odeon_free(load);
	}
	must(one.error == ODEON_EDISCONNECTED);
}

START_TEST(a_select_that_waits_is_woken_by_a_message_and_by_the_end)
{
	struct mate mate;

	open_sort(_i);
	mate_begin(&mate, select_until_disconnected, in);
	mate_await_sleep(&mate);
	ck_assert_int_eq(put(out, 1, kit_deadline()), 0);
	eventually(atomic_load(&taken) == 1);
	if (_i != SORT_ONESHOT)                                /* which has ended by itself */
		mate_await_sleep(&mate);
	drop_sender();
	mate_end(&mate);
	ck_assert_int_eq(atomic_load(&taken), 1);
}
END_TEST

static void expect_ready(enum odeon_case_what what, int ready)
{
	odeon_case one = ODEON_CASE_RECV(in);

	if (what == ODEON_ON_SEND)
		one = (odeon_case)ODEON_CASE_SEND(out, load_new(0));
	ck_assert_int_eq(odeon_select_ready(&one, 1, ODEON_AT_ONCE), ready ? 1 : ODEON_ETIMEDOUT);
	ck_assert_int_eq(one.is_ready, ready);
	odeon_case_clear(&one);
}

START_TEST(ready_is_what_could_be_done_at_once)
{
	open_sort(_i);
	expect_ready(ODEON_ON_RECV, 0);
	expect_ready(ODEON_ON_SEND, sort_fits(_i) > 0);
	fill(_i, 0);
	expect_ready(ODEON_ON_RECV, sort_fits(_i) > 0);
	if (_i < SORTS_BOUNDED)
		expect_ready(ODEON_ON_SEND, 0);
	ck_assert_uint_eq(odeon_receiver_len(in), (size_t)sort_fits(_i));      /* nothing was done */
}
END_TEST

/* ---- broadcast and watch ------------------------------------------------------------------------------------------------------------- */

START_TEST(every_receiver_of_a_broadcast_gets_each_message_in_order)
{
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .copy = load_copy,
	                                                      .capacity = SIDE * SEEN_MOST);
	int count = KIT_SLOWER(SEEN_MOST);

	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(load), &options, &out, &in), 0);
	begin_listening();
	drop_receiver();
	begin_talking(count);
	end_talking();
	end_listening();
	expect_each_seen(count, SIDE);
}
END_TEST

static void watch_to_the_end(void *argument)
{
	struct listener *listener = argument;
	int number, last = -1;

	while ((number = take(listener->in, ODEON_NEVER)) >= 0) {
		must(number > last);
		last = number;
	}
	must(number == ODEON_EDISCONNECTED);
	listener->received = last;
	odeon_receiver_drop(listener->in);
}

START_TEST(a_watch_never_goes_back_and_everybody_sees_the_last_value)
{
	int i, count = KIT_SLOWER(5000);

	open_sort(SORT_WATCH);
	for (i = 0; i < SIDE; i++) {
		listeners[i] = (struct listener){ .in = odeon_receiver_clone(in) };
		mate_begin(&listeners[i].mate, watch_to_the_end, &listeners[i]);
	}
	for (i = 0; i < count; i++)
		must(put(out, i, ODEON_NEVER) == 0);
	drop_sender();
	end_listening();
	for (i = 0; i < SIDE; i++)
		ck_assert_int_eq(listeners[i].received, count - 1);
}
END_TEST

KIT_MAIN("contract/channel",
	{ .name = "order", .teardown = teardown, .loop = SORTS_QUEUE,
	  .tests = KIT_TESTS(the_messages_of_one_half_arrive_in_the_order_sent,
	                     each_half_keeps_its_order_at_every_receiver_and_each_message_goes_to_one,
	                     many_halves_that_send_to_one_receiver_keep_their_order) },
	{ .name = "bound", .teardown = teardown, .loop = SORTS_BOUNDED,
	  .tests = KIT_TESTS(as_many_fit_as_the_bound_says_and_no_more, room_comes_back_one_message_at_a_time,
	                     the_bound_is_never_exceeded_however_many_send_and_receive,
	                     senders_that_all_push_at_a_full_channel_do_not_get_past_the_bound,
	                     a_send_gives_up_at_its_deadline_not_before,
	                     senders_that_wait_for_room_hear_that_the_last_receiver_goes,
	                     everyone_who_waits_for_room_gets_in_when_there_is_enough,
	                     who_gives_up_sending_takes_no_wake_up_with_him) },
	{ .name = "rendezvous", .teardown = teardown,
	  .tests = KIT_TESTS(a_rendezvous_send_waits_for_a_receiver,
	                     a_try_at_a_rendezvous_succeeds_only_with_a_receiver_that_waits) },
	{ .name = "queue", .teardown = teardown, .loop = SORTS_QUEUE,
	  .tests = KIT_TESTS(everyone_who_waits_for_a_message_gets_one_when_there_are_enough,
	                     who_gives_up_receiving_takes_no_wake_up_with_him) },
	{ .name = "end", .teardown = teardown, .loop = SORTS,
	  .tests = KIT_TESTS(what_was_sent_before_the_last_sender_went_is_received_first, one_of_two_senders_does_not_disconnect,
	                     receivers_that_wait_hear_that_the_last_sender_goes,
	                     a_send_without_receivers_fails_and_a_try_gives_the_message_back,
	                     what_is_inside_is_dropped_as_the_last_receiver_goes_on_its_thread,
	                     both_sides_may_go_with_messages_inside_in_either_order,
	                     nothing_is_lost_or_kept_when_a_side_goes_amid_the_traffic) },
	{ .name = "deadline", .teardown = teardown, .loop = SORTS,
	  .tests = KIT_TESTS(a_deadline_in_the_past_does_not_wait_but_does_what_is_possible,
	                     a_receive_gives_up_at_its_deadline_not_before) },
	{ .name = "type", .teardown = teardown, .loop = SORTS,
	  .tests = KIT_TESTS(another_type_is_refused_and_nothing_is_received_or_kept,
	                     a_receive_without_a_type_takes_whatever_the_channel_carries) },
	{ .name = "select", .teardown = teardown, .loop = SORTS,
	  .tests = KIT_TESTS(a_select_receives_what_is_there, a_select_sends_while_there_is_room,
	                     a_disconnected_channel_is_ready_in_a_select,
	                     a_select_that_waits_is_woken_by_a_message_and_by_the_end, ready_is_what_could_be_done_at_once) },
	{ .name = "spread", .teardown = teardown,
	  .tests = KIT_TESTS(every_receiver_of_a_broadcast_gets_each_message_in_order,
	                     a_watch_never_goes_back_and_everybody_sees_the_last_value) })
