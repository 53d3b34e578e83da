/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spread.c - tests of odeon/channel.h: what each receiver of a broadcast gets, and of a watch
 */
#include "../harness/one.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static int why;

/* ---- broadcast --------------------------------------------------------------------------------------------------------------------------- */

static int take_note_of(odeon_receiver *receiver)
{
	struct note *note = odeon_try_recv(note, receiver, &why);
	int number = note ? note->number : why;

	odeon_free(note);
	return number;
}

static void put_notes(int first, int count)
{
	int i;

	for (i = 0; i < count; i++)
		ck_assert_int_eq(odeon_sender_send(out, odeon_new(note, .number = first + i)), 0);
}

START_TEST(a_receiver_that_is_too_far_behind_hears_how_many_it_missed)
{
	odeon_receiver *quick;
	int i;

	ck_assert_int_eq(odeon_broadcast_open(ODEON_TYPE(note), 4, &out, &in), 0);
	quick = odeon_receiver_clone(in);
	ck_assert_uint_eq(odeon_receiver_missed(in), 0);
	for (i = 0; i < 10; i++) {
		put_notes(i, 1);
		ck_assert_int_eq(take_note_of(quick), i);
	}
	ck_assert_uint_eq(odeon_receiver_len(in), 4);
	ck_assert_uint_eq(odeon_receiver_len(quick), 0);
	ck_assert_int_eq(take_note_of(in), ODEON_ELAGGED);
	ck_assert_uint_eq(odeon_receiver_missed(in), 6);
	ck_assert_uint_eq(odeon_receiver_missed(quick), 0);
	for (i = 6; i < 10; i++)
		ck_assert_int_eq(take_note_of(in), i);
	ck_assert_int_eq(take_note_of(in), ODEON_EEMPTY);
	put_notes(10, 5);
	ck_assert_int_eq(take_note_of(in), ODEON_ELAGGED);
	ck_assert_uint_eq(odeon_receiver_missed(in), 1);
	odeon_receiver_drop(quick);
}
END_TEST

START_TEST(a_clone_of_a_broadcast_receiver_begins_where_the_original_stands)
{
	odeon_receiver *clone;

	ck_assert_int_eq(odeon_broadcast_open(ODEON_TYPE(note), 4, &out, &in), 0);
	put_notes(0, 3);
	ck_assert_int_eq(take_note_of(in), 0);
	clone = odeon_receiver_clone(in);
	ck_assert_uint_eq(odeon_receiver_len(clone), 2);
	ck_assert_int_eq(take_note_of(in), 1);
	ck_assert_int_eq(take_note_of(clone), 1);
	ck_assert_int_eq(take_note_of(clone), 2);
	odeon_receiver_drop(clone);
}
END_TEST

START_TEST(what_lagged_in_a_broadcast_is_told_in_a_select_too)
{
	odeon_case one;

	ck_assert_int_eq(odeon_broadcast_open(ODEON_TYPE(note), 2, &out, &in), 0);
	put_notes(0, 3);
	one = (odeon_case)ODEON_CASE_RECV(in);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(one.error, ODEON_ELAGGED);
	ck_assert_ptr_null(one.message);
	ck_assert_int_eq(odeon_select(&one, 1, ODEON_NEVER), 0);
	ck_assert_int_eq(one.error, 0);
	odeon_case_clear(&one);
}
END_TEST

static int refuse_to_copy(void *to, const void *from)
{
	(void)to;
	(void)from;
	return ODEON_EFAILED;
}

START_TEST(what_copy_answers_is_what_the_receiver_gets)
{
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .capacity = 4, .copy = refuse_to_copy);

	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(load), &options, &out, &in), 0);
	ck_assert_int_eq(put(out, 1, ODEON_AT_ONCE), 0);
	ck_assert_int_eq(take(in, ODEON_AT_ONCE), ODEON_EFAILED);
	ck_assert_int_eq(take(in, kit_deadline()), ODEON_EFAILED);
	ck_assert_int_eq(loads_alive(), 1);                    /* the original; the copy that failed was not dropped */
}
END_TEST

START_TEST(copies_have_the_bytes_behind_the_struct_too)
{
	struct note *note = odeon_new_sized(note, 20, .number = 3);

	ck_assert_ptr_nonnull(note);
	memcpy(note + 1, "nineteen characters", 20);
	ck_assert_int_eq(odeon_watch_open(ODEON_TYPE(note), &out, &in), 0);
	ck_assert_int_eq(odeon_sender_send(out, note), 0);
	note = odeon_recv(note, in);
	ck_assert_ptr_nonnull(note);
	ck_assert_int_eq(note->number, 3);
	ck_assert_int_eq(memcmp(note + 1, "nineteen characters", 20), 0);
	odeon_free(note);
}
END_TEST

/* Owns something, and is copied while others are sent that push it out. */
static atomic_long words;
struct word { char *letters; };
ODEON_MESSAGE_DROP(word)
{
	memset(word->letters, 0, 16);                          /* a copy that comes too late is a false one */
	free(word->letters);
	atomic_fetch_sub(&words, 1);
}

static int copy_word(void *to, const void *from)
{
	struct word *copy = to;
	const struct word *original = from;

	sched_yield();                                         /* time for others to push it out */
	copy->letters = malloc(16);
	must(copy->letters != NULL && strcmp(original->letters, "fifteen letters") == 0);
	memcpy(copy->letters, original->letters, 16);
	atomic_fetch_add(&words, 1);
	return 0;
}

static void *receive_words(void *argument)
{
	odeon_receiver *mine = argument;
	struct word *word;
	int error;

	while ((word = odeon_recv_until(word, mine, ODEON_NEVER, &error)) != NULL || error == ODEON_ELAGGED) {
		must(word == NULL || strcmp(word->letters, "fifteen letters") == 0);
		odeon_free(word);
	}
	must(error == ODEON_EDISCONNECTED);
	odeon_receiver_drop(mine);
	return NULL;
}

START_TEST(an_original_stays_whole_until_the_last_has_copied_it)
{
	enum { RECEIVERS = 3, WORDS = 20000 };
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.kind = _i == 0 ? ODEON_CHANNEL_BROADCAST : ODEON_CHANNEL_WATCH,
	                                                      .capacity = _i == 0, .copy = copy_word);
	pthread_t threads[RECEIVERS];
	int i;

	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(word), &options, &out, &in), 0);
	for (i = 0; i < RECEIVERS; i++)
		must(pthread_create(&threads[i], NULL, receive_words, odeon_receiver_clone(in)) == 0);
	for (i = 0; i < WORDS; i++) {
		struct word *word = odeon_new(word, .letters = strdup("fifteen letters"));

		must(word != NULL && word->letters != NULL);
		atomic_fetch_add(&words, 1);
		must(odeon_sender_send(out, word) == 0);
	}
	odeon_sender_drop(out);
	for (i = 0; i < RECEIVERS; i++)
		pthread_join(threads[i], NULL);
	odeon_receiver_drop(in);
	out = NULL;
	in = NULL;
	ck_assert_int_eq(words, 0);
}
END_TEST

/* ---- watch ---------------------------------------------------------------------------------------------------------------------------------- */

static int latest_note(void)
{
	struct note *note = odeon_latest(note, in, &why);
	int number = note ? note->number : why;

	odeon_free(note);
	return number;
}

START_TEST(a_watch_gives_each_value_once_and_the_latest_always)
{
	ck_assert_int_eq(odeon_watch_open(ODEON_TYPE(note), &out, &in), 0);
	ck_assert_int_eq(take_note_of(in), ODEON_EEMPTY);
	ck_assert_int_eq(latest_note(), ODEON_EEMPTY);
	put_notes(1, 3);
	ck_assert_uint_eq(odeon_receiver_len(in), 1);
	ck_assert_int_eq(take_note_of(in), 3);
	ck_assert_int_eq(take_note_of(in), ODEON_EEMPTY);
	ck_assert_int_eq(latest_note(), 3);
	ck_assert_int_eq(latest_note(), 3);
	put_notes(4, 1);
	ck_assert_int_eq(latest_note(), 4);                    /* counts as seen */
	ck_assert_int_eq(take_note_of(in), ODEON_EEMPTY);
	ck_assert_uint_eq(odeon_receiver_missed(in), 0);       /* a watch does not count those */
	put_notes(5, 1);
	odeon_sender_drop(out);
	out = NULL;
	ck_assert_int_eq(take_note_of(in), 5);
	ck_assert_int_eq(take_note_of(in), ODEON_EDISCONNECTED);
	ck_assert_int_eq(latest_note(), 5);                    /* it still has its value */
}
END_TEST

START_TEST(each_error_of_latest)
{
	int sort;

	ck_assert_ptr_null(odeon_latest(load, NULL, &why));
	ck_assert_int_eq(why, ODEON_EINVAL);
	for (sort = 0; sort < SORT_WATCH; sort++) {
		sort_open(sort, &out, &in);
		ck_assert_ptr_null(odeon_latest(load, in, &why));
		ck_assert_int_eq(why, ODEON_EINVAL);
		drop_both();
	}
	sort_open(SORT_WATCH, &out, &in);
	ck_assert_ptr_null(odeon_latest(load, in, NULL));
	ck_assert_int_eq(put(out, 1, ODEON_NEVER), 0);
	ck_assert_ptr_null(odeon_latest(note, in, &why));
	ck_assert_int_eq(why, ODEON_ETYPE);
	ck_assert_uint_eq(odeon_receiver_len(in), 1);
}
END_TEST

START_TEST(only_a_broadcast_counts_what_was_missed)
{
	ck_assert_uint_eq(odeon_receiver_missed(NULL), 0);
	open_channel(1);
	ck_assert_uint_eq(odeon_receiver_missed(in), 0);
}
END_TEST

KIT_MAIN("unit/spread",
	{ .name = "spread", .teardown = teardown,
	  .tests = KIT_TESTS(a_receiver_that_is_too_far_behind_hears_how_many_it_missed,
	                     a_clone_of_a_broadcast_receiver_begins_where_the_original_stands,
	                     what_lagged_in_a_broadcast_is_told_in_a_select_too, what_copy_answers_is_what_the_receiver_gets,
	                     copies_have_the_bytes_behind_the_struct_too, a_watch_gives_each_value_once_and_the_latest_always,
	                     each_error_of_latest, only_a_broadcast_counts_what_was_missed) },
	{ .name = "copies", .loop = 2, .tests = KIT_TESTS(an_original_stays_whole_until_the_last_has_copied_it) })
