/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select_mailbox_end.c - as select_mailbox.c: whatever ends the wait, and everything at once
 */
#include "nested.h"
#include <string.h>

static void begin_until_stopping(void)
{
	heard = heard_again = 0;
	actor = spawn_own(until_stopping);
	world_posts(&world, actor, OUTER, 1);
	gate_wait(&plug.entered, 1);
}

START_TEST(a_kill_ends_the_wait)
{
	begin_until_stopping();
	if (_i % 2 == 0)
		kit_pause();
	ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	expect_end(ODEON_EKILLED);
}
END_TEST

START_TEST(a_stop_ends_it_after_what_was_queued)
{
	begin_until_stopping();
	world_posts(&world, actor, 0, 10);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	expect_end(0);
	ck_assert_uint_eq(journal_count(&notes), 10);
}
END_TEST

START_TEST(an_exit_of_the_nested_handler_ends_it)
{
	begin_until_stopping();
	world_posts(&world, actor, _i % 2 == 0 ? 13 : 14, 1);
	expect_end(_i % 2 == 0 ? 0 : 77);
	ck_assert_uint_eq(rounds, 1);                   /* told in the same call */
	if (_i % 2 != 0)
		ck_assert_str_eq(ending.text, "on purpose");
}
END_TEST

START_TEST(the_stop_of_the_system_ends_it_in_time)
{
	odeon_time began = odeon_clock_now();

	begin_until_stopping();
	ck_assert_int_eq(odeon_system_stop(world.system, odeon_clock_deadline(ODEON_SECONDS(8)), NULL), 0);
	ck_assert_int_lt(odeon_clock_now().ns, began.ns + ODEON_SECONDS(3));
	expect_end(0);
}
END_TEST

/* The order to stop comes while the last message that is to be handled is the outer one: what comes later is too late. */
static void last_is_outer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error = 0;

	if (parcel->number < OUTER) {
		journal_note(catcher->journal, parcel->number);
		return;
	}
	gate_wait(&plug.release, 1);
	must(select_mailbox(self, ODEON_NEVER, &error) == 0);
	heard = error;
}

START_TEST(nothing_is_handled_after_the_last_message)
{
	struct plug first = PLUG;

	heard = 0;
	actor = spawn_own(last_is_outer);
	world_tell(&world, actor, errand_plug, &first);
	gate_wait(&first.entered, 1);
	world_posts(&world, actor, OUTER, 1);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	gate_open(&first.release);                      /* the order is seen, then the parcel handled as the last */
	plug_release(&first);
	kit_pause();
	(void)odeon_post(world.system, actor, parcel_new(5));
	gate_open(&plug.release);
	gate_wait(&ending.ended, 1);
	ck_assert_int_eq(heard, ODEON_ESTOPPING);
	ck_assert_uint_eq(journal_count(&notes), 0);
}
END_TEST

START_TEST(a_report_names_the_nested_message)
{
	odeon_report *report = NULL;

	begin_until_stopping();
	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 2);
	ck_assert_int_eq(odeon_system_stop(world.system, odeon_clock_deadline(ODEON_MS(50)), &report), ODEON_EBUSY);
	ck_assert_uint_eq(report->count, 1);
	ck_assert_ptr_eq(report->stuck[0].type, ODEON_TYPE(errand));
	odeon_report_free(report);
	plug_release(&plug);
	gate_wait(&ending.ended, 1);
}
END_TEST

/* ---- everything at once ---------------------------------------------------------------------------------------------------- */

enum { POSTERS = 3, SENDERS = 2 };
static atomic_bool is_ending;
static atomic_ulong posted, sent;
static unsigned long seen_posted, seen_sent;
static int latest[POSTERS + SENDERS];

static void see(struct parcel *parcel, unsigned long *seen)
{
	must(parcel->number > latest[parcel->sender]);  /* each sender's in order */
	latest[parcel->sender] = parcel->number;
	++*seen;
}

static void race(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	odeon_case cases[2] = { ODEON_CASE_MAILBOX(self), ODEON_CASE_RECV(in) };

	(void)catcher;
	if (parcel->number != OUTER) {
		see(parcel, &seen_posted);
		if (parcel->number % 3 == 0)
			odeon_free(parcel);
		else if (parcel->number % 3 == 1)
			must(odeon_send(self, other, parcel) == 0);
		return;
	}
	for (;;) {
		int index = odeon_select(cases, 2, odeon_clock_deadline(ODEON_MS(1)));

		must(index >= 0 || index == ODEON_ETIMEDOUT);
		if (index == 0 && cases[0].error != 0)
			break;
		if (index == 1) {
			struct parcel *got = odeon_case_message(parcel, &cases[1]);

			if (got == NULL)
				cases[1] = (odeon_case)ODEON_CASE_NOTHING;
			else
				see(got, &seen_sent);
			odeon_free(got);
		}
	}
	must(cases[0].error == ODEON_ESTOPPING);
}

static struct parcel *numbered(int number, unsigned sender)
{
	struct parcel *parcel = parcel_new(number);

	must(parcel != NULL);
	parcel->sender = sender;
	return parcel;
}

static void pause_sometimes(int i)
{
	if (i % 64 == 0)
		kit_pause();
}

static void *post_many(void *which)
{
	for (int i = 1; !atomic_load(&is_ending); i++) {
		must(odeon_post(world.system, actor, numbered(i, (unsigned)(uintptr_t)which)) == 0);
		atomic_fetch_add(&posted, 1);
		pause_sometimes(i);
	}
	return NULL;
}

static void *send_many(void *which)
{
	odeon_sender *half = odeon_sender_clone(out);

	must(half != NULL);
	for (int i = 1; !atomic_load(&is_ending); i++) {
		must(odeon_sender_send(half, numbered(i, (unsigned)(uintptr_t)which)) == 0);
		atomic_fetch_add(&sent, 1);
		pause_sometimes(i);
	}
	odeon_sender_drop(half);
	return NULL;
}

START_TEST(senders_and_a_channel_race)
{
	pthread_t threads[POSTERS + SENDERS];
	odeon_time until = odeon_clock_deadline(ODEON_MS(700));

	atomic_store(&is_ending, false);
	atomic_store(&posted, 0);
	atomic_store(&sent, 0);
	seen_posted = seen_sent = 0;
	memset(latest, 0, sizeof latest);
	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(parcel), (size_t[]){ 0, 1, 16, ODEON_UNBOUNDED }[_i % 4], &out, &in), 0);
	actor = spawn_own(race);
	other = world_catcher(&world, (struct catcher){ 0 });
	world_posts(&world, actor, OUTER, 1);
	for (uintptr_t i = 0; i < POSTERS + SENDERS; i++)
		must(pthread_create(&threads[i], NULL, i < POSTERS ? post_many : send_many, (void *)i) == 0);
	while (odeon_clock_now().ns < until.ns || atomic_load(&posted) <= 10 || atomic_load(&sent) <= 10)
		kit_pause();
	atomic_store(&is_ending, true);
	for (int i = 0; i < POSTERS + SENDERS; i++)
		pthread_join(threads[i], NULL);
	odeon_sender_drop(out);
	eventually(odeon_receiver_is_empty(in));
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);     /* after all that was posted */
	gate_wait(&ending.ended, 1);
	ck_assert_uint_eq(seen_posted, atomic_load(&posted));
	ck_assert_uint_eq(seen_sent, atomic_load(&sent));
	odeon_receiver_drop(in);
}
END_TEST

KIT_MAIN("unit/select_mailbox_end",
	{ "end", KIT_TESTS(a_kill_ends_the_wait, a_stop_ends_it_after_what_was_queued, an_exit_of_the_nested_handler_ends_it,
	                   the_stop_of_the_system_ends_it_in_time, nothing_is_handled_after_the_last_message,
	                   a_report_names_the_nested_message), setup, teardown, 4 },
	{ "race", KIT_TESTS(senders_and_a_channel_race), setup, teardown, 4 })
