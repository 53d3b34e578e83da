/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ref.c - tests of odeon/ref.h: refs as values and as text, and the answers to a ref whose actor has ended
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world world;

static void setup(void) { world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2)); }
static void teardown(void) { world_close(&world); }

/* ---- text ------------------------------------------------------------------------------------------------------ */

START_TEST(nobody_is_zero_and_prints_as_nobody)
{
	char text[ODEON_REF_TEXT];
	odeon_ref ref = { 7 };

	ck_assert(odeon_ref_is_nobody(ODEON_NOBODY));
	ck_assert(odeon_ref_is_nobody((odeon_ref){ 0 }));
	ck_assert_int_eq(odeon_ref_print(ODEON_NOBODY, text, sizeof(text)), 8);
	ck_assert_str_eq(text, "<nobody>");
	ck_assert_int_eq(odeon_ref_parse("<nobody>", &ref), 0);
	ck_assert(odeon_ref_is_nobody(ref));
}
END_TEST

START_TEST(what_was_printed_is_parsed_back)
{
	odeon_ref refs[3], back;
	char text[ODEON_REF_TEXT];
	int i, length;

	refs[0] = world_catcher(&world, (struct catcher){ 0 });
	refs[1] = world_catcher(&world, (struct catcher){ 0 });
	refs[2] = world_ended(&world);
	for (i = 0; i < 3; i++) {
		length = odeon_ref_print(refs[i], text, sizeof(text));
		ck_assert_int_gt(length, 0);
		ck_assert_int_lt(length, ODEON_REF_TEXT);
		ck_assert_uint_eq(strlen(text), (size_t)length);
		ck_assert_int_eq(text[0], '<');
		ck_assert_int_eq(text[length - 1], '>');
		ck_assert_int_eq(odeon_ref_parse(text, &back), 0);
		ck_assert(odeon_ref_equal(back, refs[i]));
	}
}
END_TEST

START_TEST(any_bits_fit_into_the_longest_text)
{
	static const uint64_t bits[] = { 1, UINT64_MAX, UINT64_MAX - 1, (uint64_t)1 << 63, 0xaaaaaaaaaaaaaaaau, 0xffffffffu };
	char text[ODEON_REF_TEXT];
	size_t i;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		int length = odeon_ref_print((odeon_ref){ bits[i] }, text, sizeof(text));

		ck_assert_int_lt(length, ODEON_REF_TEXT);
		ck_assert_uint_eq(strlen(text), (size_t)length);
	}
}
END_TEST

START_TEST(a_short_buffer_truncates_and_ends_with_zero)
{
	odeon_ref ref = world_catcher(&world, (struct catcher){ 0 });
	char whole[ODEON_REF_TEXT], part[ODEON_REF_TEXT];
	int length = odeon_ref_print(ref, whole, sizeof(whole)), room;

	ck_assert_int_eq(odeon_ref_print(ref, NULL, 0), length);
	for (room = 1; room <= length; room++) {
		memset(part, 'x', sizeof(part));
		ck_assert_int_eq(odeon_ref_print(ref, part, (size_t)room), length);
		ck_assert_int_eq(part[room - 1], 0);
		ck_assert_int_eq(part[room], 'x');             /* nothing is written behind the room */
		ck_assert_int_eq(strncmp(part, whole, (size_t)room - 1), 0);
	}
	ck_assert_int_eq(odeon_ref_print(ODEON_NOBODY, part, 3), 8);
	ck_assert_str_eq(part, "<n");
}
END_TEST

START_TEST(what_is_no_ref_is_refused_and_changes_nothing)
{
	static const char *const texts[] = {
		"", " ", "<", ">", "<>", "nobody", "<nobody", "nobody>", "<nobody> ", " <nobody>", "<Nobody>", "<nobody>x",
		"<1>", "<1.2>", "<1.2.3", "1.2.3>", "1.2.3", "<1.2.3>x", "<1.2.3> ", " <1.2.3>", "<1.2.3.4>", "<a.b.c>",
		"<1..3>", "<.2.3>", "<1.2.>", "<-1.2.3>", "<1.-2.3>", "<1.2.-3>", "<+1.2.3>", "< 1.2.3>", "<1. 2.3>",
		"<0x1.2.3>", "<1.2.0x3>", "<1.2.3\n>", "<99999999999999999999.1.1>", "<1.99999999999999999999.1>",
		"<1.1.99999999999999999999>", "<18446744073709551616.1.1>", "<1,2,3>", "<1e0.2.3>", "<01.2.3>",
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		odeon_ref ref = { 4711 };

		ck_assert_msg(odeon_ref_parse(texts[i], &ref) == ODEON_EINVAL, "'%s' was taken for a ref", texts[i]);
		ck_assert_uint_eq(ref.bits, 4711);
	}
}
END_TEST

START_TEST(nothing_to_parse_or_nowhere_to_put_it_is_refused)
{
	odeon_ref ref = { 4711 };

	ck_assert_int_eq(odeon_ref_parse(NULL, &ref), ODEON_EINVAL);
	ck_assert_uint_eq(ref.bits, 4711);
	ck_assert_int_eq(odeon_ref_parse("<nobody>", NULL), ODEON_EINVAL);
}
END_TEST

START_TEST(text_with_one_letter_changed_never_crashes_and_never_makes_another_text_of_the_same_ref)
{
	odeon_ref ref = world_catcher(&world, (struct catcher){ 0 }), back;
	char text[ODEON_REF_TEXT], again[ODEON_REF_TEXT];
	int length = odeon_ref_print(ref, text, sizeof(text)), i, c;

	for (i = 0; i < length; i++) {
		char was = text[i];

		for (c = 1; c < 256; c++) {
			text[i] = (char)c;
			if (odeon_ref_parse(text, &back) == 0) {
				odeon_ref_print(back, again, sizeof(again));
				ck_assert_msg(strcmp(text, again) == 0, "'%s' became '%s'", text, again);
			}
		}
		text[i] = was;
	}
}
END_TEST

/* ---- values ---------------------------------------------------------------------------------------------------- */

START_TEST(compare_is_a_total_order)
{
	odeon_ref a = world_catcher(&world, (struct catcher){ 0 }), b = world_catcher(&world, (struct catcher){ 0 });

	ck_assert_int_eq(odeon_ref_compare(a, a), 0);
	ck_assert_int_ne(odeon_ref_compare(a, b), 0);
	ck_assert_int_eq(odeon_ref_compare(a, b), -odeon_ref_compare(b, a));
	ck_assert_int_lt(odeon_ref_compare(ODEON_NOBODY, a), 0);
	ck_assert_int_gt(odeon_ref_compare((odeon_ref){ UINT64_MAX }, (odeon_ref){ 1 }), 0);   /* no subtraction that wraps */
	ck_assert(odeon_ref_equal(a, a));
	ck_assert(!odeon_ref_equal(a, b));
}
END_TEST

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Refs of neighbours differ in few bits: a table that uses the low bits of the hash, or the high ones, must not clump. */
START_TEST(hashes_of_neighbours_spread_over_a_table)
{
	enum { ACTORS = 2048, BUCKETS = 256, MOST = 5 * ACTORS / BUCKETS };
	static uint64_t hashes[ACTORS];
	unsigned low[BUCKETS] = { 0 }, high[BUCKETS] = { 0 };
	int i;

	for (i = 0; i < ACTORS; i++) {
		hashes[i] = odeon_ref_hash(world_catcher(&world, (struct catcher){ 0 }));
		low[hashes[i] % BUCKETS]++;
		high[hashes[i] >> 56]++;
	}
	for (i = 0; i < BUCKETS; i++) {
		ck_assert_uint_lt(low[i], MOST);               /* 8 on average; 40 have a chance of 1e-15 */
		ck_assert_uint_lt(high[i], MOST);
	}
	qsort(hashes, ACTORS, sizeof(hashes[0]), by_number);
	for (i = 1; i < ACTORS; i++)
		ck_assert_uint_ne(hashes[i - 1], hashes[i]);
}
END_TEST

/* ---- a ref whose actor has ended, and nobody ---------------------------------------------------------------------- */

static odeon_ref gone;

static void every_call_of_a_handler(odeon_self *self, void *argument)
{
	int why = 1;
	struct parcel *parcel;

	(void)argument;
	must(odeon_send(self, gone, parcel_new(1)) == ODEON_EGONE);
	must(odeon_forward(self, gone, parcel_new(2)) == ODEON_EGONE);
	parcel = odeon_try_send(self, gone, parcel_new(3), &why);
	must(parcel != NULL && parcel->number == 3);
	must(why == ODEON_EGONE);
	odeon_free(parcel);
	must(odeon_reserve(self, gone, 1, 16, &why) == NULL);
	must(why == ODEON_EGONE);
	must(odeon_when_room(self, gone) == ODEON_EGONE);
}

static void every_call_from_outside(void)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	struct parcel *parcel;
	int why = 1;

	ck_assert_int_eq(odeon_post(world.system, gone, parcel_new(4)), ODEON_EGONE);
	parcel = odeon_try_post(world.system, gone, parcel_new(5), ODEON_NEVER, &why);
	ck_assert_int_eq(why, ODEON_EGONE);
	ck_assert_int_eq(parcel->number, 5);
	odeon_free(parcel);
	ck_assert_ptr_null(odeon_ask(note, world.system, gone, parcel_new(6), kit_deadline(), &why));
	ck_assert_int_eq(why, ODEON_EGONE);
	ck_assert_int_eq(odeon_actor_stop(world.system, gone), ODEON_EGONE);
	ck_assert_int_eq(odeon_actor_kill(world.system, gone), ODEON_EGONE);
	ck_assert_int_eq(odeon_actor_stats(world.system, gone, &stats), ODEON_EGONE);
}

START_TEST(every_operation_on_an_ended_actor_answers_gone)
{
	gone = world_ended(&world);
	every_call_from_outside();
	world_errand(&world, every_call_of_a_handler, NULL);
}
END_TEST

START_TEST(every_operation_on_nobody_answers_gone)
{
	gone = ODEON_NOBODY;
	every_call_from_outside();
	world_errand(&world, every_call_of_a_handler, NULL);
}
END_TEST

START_TEST(a_ref_stays_stale_when_its_slot_has_a_new_actor)
{
	struct journal journal = JOURNAL;
	odeon_ref first = world_ended(&world), again;
	int i;

	for (i = 0; i < KIT_SLOWER(20000); i++) {
		again = world_catcher(&world, (struct catcher){ .journal = &journal });
		must(!odeon_ref_equal(first, again));
		must(odeon_post(world.system, first, parcel_new(i)) == ODEON_EGONE);
		must(odeon_actor_kill(world.system, again) == 0);
	}
	ck_assert_uint_eq(journal_count(&journal), 0);
}
END_TEST

START_TEST(bits_that_were_never_a_ref_of_this_system_are_refused)
{
	static const uint64_t bits[] = { 1, 2, 0xff, 0xffffffffu, UINT64_MAX, (uint64_t)1 << 63, 0x123456789abcdef0u };
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	odeon_ref live = world_catcher(&world, (struct catcher){ 0 });
	size_t i;
	int error;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		error = odeon_post(world.system, (odeon_ref){ bits[i] }, parcel_new(1));
		ck_assert(error == ODEON_EGONE || error == ODEON_EFOREIGN);
	}
	for (i = 0; i < 64; i++) {                             /* one bit of a live ref flipped */
		odeon_ref near = { live.bits ^ (uint64_t)1 << i };

		error = odeon_actor_stats(world.system, near, &stats);
		ck_assert(error == ODEON_EGONE || error == ODEON_EFOREIGN);
	}
}
END_TEST

KIT_MAIN("unit/ref",
	{ .name = "text", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(nobody_is_zero_and_prints_as_nobody, what_was_printed_is_parsed_back,
	                     any_bits_fit_into_the_longest_text, a_short_buffer_truncates_and_ends_with_zero,
	                     what_is_no_ref_is_refused_and_changes_nothing,
	                     nothing_to_parse_or_nowhere_to_put_it_is_refused,
	                     text_with_one_letter_changed_never_crashes_and_never_makes_another_text_of_the_same_ref) },
	{ .name = "value", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(compare_is_a_total_order, hashes_of_neighbours_spread_over_a_table) },
	{ .name = "stale", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(every_operation_on_an_ended_actor_answers_gone, every_operation_on_nobody_answers_gone,
	                     a_ref_stays_stale_when_its_slot_has_a_new_actor,
	                     bits_that_were_never_a_ref_of_this_system_are_refused) })
