/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message.c - tests of odeon/message.h: making messages of all sizes, and a drop that runs exactly once
 */
#include "../harness/kit.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct point { int x, y; char name[16]; };
ODEON_MESSAGE(point);

struct empty_list { size_t count; unsigned char items[]; };
ODEON_MESSAGE(empty_list);

struct owner { char *owned; int *drops; };
ODEON_MESSAGE_DROP(owner)
{
	free(owner->owned);
	(*owner->drops)++;
}

static struct world world;

static void setup(void) { world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1)); }
static void teardown(void) { world_close(&world); }

START_TEST(a_new_message_is_zeroed)
{
	struct point *point = odeon_new(point);
	struct point zero;

	memset(&zero, 0, sizeof(zero));
	ck_assert_ptr_nonnull(point);
	ck_assert_mem_eq(point, &zero, sizeof(zero));
	odeon_free(point);
}
END_TEST

START_TEST(a_new_message_is_filled_and_the_rest_is_zero)
{
	struct point *point = odeon_new(point, .y = 2, .name = "here");

	ck_assert_int_eq(point->x, 0);
	ck_assert_int_eq(point->y, 2);
	ck_assert_str_eq(point->name, "here");
	odeon_free(point);
}
END_TEST

START_TEST(a_new_message_is_zeroed_also_where_one_was_freed_before)
{
	int i, j;

	for (i = 0; i < 100; i++) {
		struct point *points[20];

		for (j = 0; j < 20; j++) {
			points[j] = odeon_new(point);
			must(points[j]->x == 0 && points[j]->y == 0 && points[j]->name[15] == 0);
			memset(points[j], 0xff, sizeof(*points[j]));
		}
		for (j = 0; j < 20; j++)
			odeon_free(points[j]);
	}
}
END_TEST

START_TEST(every_message_is_aligned_for_any_type)
{
	size_t extra;

	for (extra = 0; extra < 200; extra++) {
		struct empty_list *list = odeon_new_sized(empty_list, extra);

		must(list != NULL);
		must((uintptr_t)list % _Alignof(max_align_t) == 0);
		odeon_free(list);
	}
}
END_TEST

START_TEST(room_behind_the_struct_may_be_written_to_its_last_byte)
{
	static const size_t extras[] = { 0, 1, 7, 8, 15, 16, 17, 100, 4095, 4096, 65536, 1000000, 16u << 20 };
	size_t i;

	for (i = 0; i < sizeof(extras) / sizeof(extras[0]); i++) {
		struct empty_list *list = odeon_new_sized(empty_list, extras[i], .count = extras[i]);

		ck_assert_ptr_nonnull(list);
		ck_assert_uint_eq(list->count, extras[i]);
		memset(list->items, 0xa5, extras[i]);
		odeon_free(list);
	}
}
END_TEST

START_TEST(a_size_that_overflows_gives_no_message)
{
	static const size_t extras[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 8, SIZE_MAX - sizeof(struct empty_list),
	                                 SIZE_MAX - 47, SIZE_MAX - 63, SIZE_MAX / 2, (size_t)1 << 63 };
	size_t i;

	for (i = 0; i < sizeof(extras) / sizeof(extras[0]); i++) {
		struct empty_list *list = odeon_new_sized(empty_list, extras[i]);

		ck_assert_ptr_null(list);
		odeon_free(list);
	}
}
END_TEST

START_TEST(more_than_the_largest_size_gives_no_message)
{
	struct empty_list *list = odeon_new_sized(empty_list, ODEON_MESSAGE_BYTES_MOST);

	ck_assert_ptr_null(list);
	odeon_free(list);
	list = odeon_new_sized(empty_list, ODEON_MESSAGE_BYTES_MOST - sizeof(struct empty_list) + 1);
	ck_assert_ptr_null(list);
	odeon_free(list);
}
END_TEST

START_TEST(no_type_gives_no_message)
{
	void *message = odeon_make(NULL, 10, NULL, NULL);

	ck_assert_ptr_null(message);
	odeon_free(message);
}
END_TEST

START_TEST(a_type_made_at_run_time_is_a_type_like_any_other)
{
	odeon_type type = { "dynamic", 24, NULL, 0 };
	static const unsigned char value[24] = "twenty-three letters...";
	unsigned char *message = odeon_make(&type, 0, value, NULL);

	ck_assert_mem_eq(message, value, 24);
	odeon_free(message);
	message = odeon_make(&type, 8, NULL, NULL);            /* no value: zero */
	ck_assert_int_eq(message[0] | message[23], 0);
	odeon_free(message);
	type.bytes = 0;
	message = odeon_make(&type, 0, NULL, NULL);
	ck_assert_ptr_nonnull(message);
	odeon_free(message);
	type.bytes = SIZE_MAX;
	message = odeon_make(&type, 0, NULL, NULL);
	ck_assert_ptr_null(message);
	odeon_free(message);
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
	odeon_free(NULL);
}
END_TEST

START_TEST(free_drops_once)
{
	int drops = 0;
	struct owner *owner = odeon_new(owner, .owned = strdup("text"), .drops = &drops);

	ck_assert_int_eq(drops, 0);
	odeon_free(owner);
	ck_assert_int_eq(drops, 1);
}
END_TEST

START_TEST(a_message_that_nobody_handles_drops_once)
{
	static int drops;
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });      /* knows no struct owner */
	struct letter letter;

	drops = 0;
	ck_assert_int_eq(odeon_post(world.system, actor, odeon_new(owner, .owned = strdup("x"), .drops = &drops)), 0);
	letter = world_letter(&world, 0);
	ck_assert_ptr_eq(letter.type, ODEON_TYPE(owner));
	ck_assert_int_eq(letter.why, ODEON_ETYPE);
	ck_assert(odeon_ref_equal(letter.to, actor));
	world_await_end(&world, world_ended(&world));
	eventually(world_stats(&world).dead_letters == 1);
	odeon_actor_stop(world.system, actor);
	world_await_end(&world, actor);
	ck_assert_int_eq(drops, 1);
}
END_TEST

/* ---- content that travels ------------------------------------------------------------------------------------------ */

struct checker { struct gate *checked; };

ODEON_HANDLER(checker, empty_list)
{
	size_t i;

	for (i = 0; i < empty_list->count; i++)
		must(empty_list->items[i] == (unsigned char)(i * 7 + empty_list->count));
	gate_open(checker->checked);
}
ODEON_HANDLERS(checker_handlers, ODEON_ON(checker, empty_list));
ODEON_KIND(checker, checker_handlers);

START_TEST(content_of_every_size_arrives_as_it_was)
{
	struct gate checked = GATE;
	odeon_ref actor = world_spawn(&world, &checker_kind, &(struct checker){ &checked });
	size_t count, i;
	unsigned sent = 0;

	for (count = 0; count < 5000; count += 1 + count / 3) {
		struct empty_list *list = odeon_new_sized(empty_list, count, .count = count);

		must(list != NULL);
		for (i = 0; i < count; i++)
			list->items[i] = (unsigned char)(i * 7 + count);
		must(odeon_post(world.system, actor, list) == 0);
		sent++;
	}
	gate_wait(&checked, sent);
}
END_TEST

/* A header of at most 48 bytes makes one block of 64 for a payload of 16. */
START_TEST(a_small_message_takes_64_bytes)
{
	static const odeon_type small = { "small", 16, NULL, 0 };
	struct plug plug = PLUG;
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	odeon_ref scale;

	world_plug(&world, &plug);                             /* the only worker: the other actor has not begun to run */
	scale = world_catcher(&world, (struct catcher){ 0 });
	ck_assert_int_eq(odeon_post(world.system, scale, odeon_make(&small, 0, NULL, NULL)), 0);
	ck_assert_int_eq(odeon_actor_stats(world.system, scale, &stats), 0);
	ck_assert_uint_eq(stats.queued, 1);
	ck_assert_uint_eq(stats.queued_bytes, 64);
	plug_release(&plug);
	eventually(world_stats(&world).queued == 0);
}
END_TEST

KIT_MAIN("unit/message",
	{ .name = "make", .tests = KIT_TESTS(a_new_message_is_zeroed, a_new_message_is_filled_and_the_rest_is_zero,
	                                     a_new_message_is_zeroed_also_where_one_was_freed_before,
	                                     every_message_is_aligned_for_any_type,
	                                     room_behind_the_struct_may_be_written_to_its_last_byte,
	                                     a_size_that_overflows_gives_no_message,
	                                     more_than_the_largest_size_gives_no_message, no_type_gives_no_message,
	                                     a_type_made_at_run_time_is_a_type_like_any_other) },
	{ .name = "drop", .tests = KIT_TESTS(freeing_nothing_is_fine, free_drops_once) },
	{ .name = "travel", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_message_that_nobody_handles_drops_once, content_of_every_size_arrives_as_it_was,
	                     a_small_message_takes_64_bytes) })
