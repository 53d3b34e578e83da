/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_sent.c - files, and other sources, that are written on a connection in order with what is sent before and behind; and every
 * end that may come in between
 */
#include "scratch.h"

enum { LOTS = 3 << 20 };

static struct ears ears, reader;
static int plain;

static odeon_ref open_file(const char *path, uint64_t offset)
{
	odeon_file_options options = ODEON_FILE_OPTIONS(.offset = offset);
	odeon_ref file;

	ck_assert_int_eq(odeon_file_open(world.system, path, owner_with(&reader), &options, &file), 0);
	return file;
}

static odeon_ref connect_with(int kind, odeon_connection_options options)
{
	scratch_open();
	ears_init(&ears);
	ears_init(&reader);
	wires_open(kind, 2);
	listen_for(&ears, options);
	plain = dial();
	return ears_connection(&ears);
}

static void write_from(odeon_ref connection, odeon_ref source, uint64_t length)
{
	tell(connection, odeon_new(odeon_write_from, .source = source, .length = length));
}

static void finish(void)
{
	close(plain);
	wires_close();
	scratch_close();
}

START_TEST(a_part_of_a_file_is_written_in_its_place)
{
	odeon_ref connection = connect_with(_i, (odeon_connection_options){ .bytes = 0 });
	odeon_ref first = open_file(scratch_file("file", LOTS), 1000), second;

	tell(connection, pattern_bytes(0, 1000));
	write_from(connection, first, LOTS - 2000);
	second = open_file(scratch_path("file"), LOTS - 1000);
	write_from(connection, second, 0);                      /* to its end */
	tell(connection, pattern_bytes(LOTS, 1));
	tell(connection, odeon_new(odeon_write_end));
	ck_assert_uint_eq(read_pattern(plain, 0, UINT64_MAX), LOTS + 1);
	world_await_end(&world, first);                         /* nobody has to close it */
	world_await_end(&world, second);
	ck_assert_uint_eq(reader.ends, 0);
	finish();
}
END_TEST

START_TEST(small_files_one_after_the_other)
{
	odeon_ref connection = connect_with(_i, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.linger = KIT_PATIENCE));
	uint64_t at = 0;

	scratch_file("file", 20000);
	for (uint64_t length = 1; length < 150; length++) {
		write_from(connection, open_file(scratch_path("file"), at), length);
		at += length;
		tell(connection, pattern_bytes(at, 3));
		at += 3;
	}
	tell(connection, odeon_new(odeon_close));
	ck_assert_uint_eq(read_pattern(plain, 0, UINT64_MAX), at);
	shutdown(plain, SHUT_WR);
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_uint_eq(ears.end.written, at);
	finish();
}
END_TEST

START_TEST(who_does_not_read_holds_up_the_file)
{
	odeon_ref connection = connect_with(_i, (odeon_connection_options){ .bytes = 0 });
	odeon_ref file = open_file(scratch_file("file", 16 << 20), 0);
	struct odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	write_from(connection, file, 0);
	eventually(ears_said(&ears, "h"));
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	ck_assert_int_eq(odeon_actor_stats(world.system, connection, &stats), 0);
	ck_assert_uint_lt(stats.handled, 500);                  /* and not as many as there are pieces and windows */
	ck_assert_uint_eq(read_pattern(plain, 0, 16 << 20), 16 << 20);
	eventually(ears_said(&ears, "hl"));
	ck_assert_uint_lt(ears_high(&ears), 4 * (64 << 10));
	finish();
}
END_TEST

/* While it is written from a file the mark is passed once, whatever the pieces. */
START_TEST(a_file_passes_the_mark_once)
{
	odeon_ref connection = connect_with(_i, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.high_water = 3000, .low_water = 2000));
	odeon_file_options options = ODEON_FILE_OPTIONS(.read_bytes = 1500);
	odeon_ref file;

	ck_assert_int_eq(odeon_file_open(world.system, scratch_file("file", 300000), owner_with(&reader), &options, &file), 0);
	tell(connection, pattern_bytes(0, 4000));
	tell(file, odeon_new(odeon_file_seek, .offset = 4000));
	write_from(connection, file, 0);
	ck_assert_uint_eq(read_pattern(plain, 0, 300000), 300000);
	world_await_end(&world, file);
	eventually(ears_said(&ears, "hl") || ears_said(&ears, ""));
	finish();
}
END_TEST

START_TEST(a_file_that_shrinks_breaks_the_connection_off)
{
	odeon_ref connection = connect_with(_i, (odeon_connection_options){ .bytes = 0 });
	odeon_ref file = open_file(scratch_file("file", 10000), 0);

	write_from(connection, file, 20000);
	tell(connection, pattern_bytes(20000, 500));
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, ODEON_EFAILED);
	ck_assert_uint_le(ears.end.written, 10000);
	ck_assert_uint_eq(ears.end.written + ears.rest, 10500);
	ck_assert_uint_le(read_pattern(plain, 0, UINT64_MAX), 10000);
	finish();
}
END_TEST

START_TEST(a_file_that_is_not_there_breaks_the_connection_off)
{
	odeon_ref connection = connect_with(_i, (odeon_connection_options){ .bytes = 0 });
	odeon_ref first = open_file(scratch_file("file", 100), 0), second = open_file(scratch_path("none"), 0);

	tell(connection, pattern_bytes(0, 10));
	write_from(connection, first, 5);                       /* the second one fails while it waits behind this */
	write_from(connection, second, 5);
	tell(connection, pattern_bytes(20, 10));
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, ODEON_EFAILED);
	ck_assert_uint_le(read_pattern(plain, 0, 10), 10);
	finish();
}
END_TEST

START_TEST(a_file_that_is_killed_breaks_the_connection_off)
{
	odeon_ref connection = connect_with(_i, (odeon_connection_options){ .bytes = 0 });
	odeon_ref file = open_file(scratch_file("file", 16 << 20), 0);

	write_from(connection, file, 16 << 20);
	eventually(ears_said(&ears, "h"));
	must(odeon_actor_kill(world.system, file) == 0);
	ck_assert_uint_lt(read_pattern(plain, 0, UINT64_MAX), 16 << 20);
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, ODEON_EFAILED);
	finish();
}
END_TEST

enum { ENDS_RESET, ENDS_CLOSE, ENDS_STOP, ENDS_KILL, ENDS_OWNER, ENDS_OTHER_SIDE, ENDS_STOP_READ, ENDS };

static void fail_on_purpose(odeon_self *self, void *argument) { odeon_fail(self, 7, argument); }

static void end_by(int way, odeon_ref connection)
{
	if (way == ENDS_RESET || way == ENDS_CLOSE)
		tell(connection, odeon_new(odeon_close, .resets = way == ENDS_RESET));
	else if (way == ENDS_STOP || way == ENDS_STOP_READ)
		must(odeon_actor_stop(world.system, connection) == 0);
	else if (way == ENDS_KILL)
		must(odeon_actor_kill(world.system, connection) == 0);
	else if (way == ENDS_OWNER)
		world_do(&world, ears.owner, fail_on_purpose, NULL);
	else
		reset(plain);
}

/* Whatever ends the connection, it ends soon, is told once, and takes the file with it. */
START_TEST(a_connection_may_end_in_the_middle)
{
	int kind = _i % KINDS, way = _i / KINDS;
	odeon_ref connection = connect_with(kind, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.linger = ODEON_MS(100)));
	unsigned before = descriptors();
	odeon_ref file = open_file(scratch_file("file", 16 << 20), 0);
	uint64_t got = 0;

	write_from(connection, file, 0);
	tell(connection, pattern_bytes(16 << 20, 500));
	eventually(ears_said(&ears, "h"));
	end_by(way, connection);
	if (way == ENDS_STOP_READ)
		got = read_pattern(plain, 0, UINT64_MAX);
	world_await_end(&world, connection);
	world_await_end(&world, file);
	if (way != ENDS_OWNER)
		eventually(ears_ended(&ears));
	ck_assert_uint_le(ears.ends, 1);
	if (way == ENDS_CLOSE)
		ck_assert_int_eq(ears.end.error, ODEON_ETIMEDOUT);      /* it lingered, and nobody read */
	if (way == ENDS_RESET || way == ENDS_CLOSE)
		ck_assert_uint_ge(ears.rest, 500);
	if (way == ENDS_STOP_READ)
		ck_assert_uint_gt(got, 0);
	if (way == ENDS_STOP_READ)
		ck_assert_uint_eq(ears.rest, 500);                      /* what was read from the file is written, and no more */
	eventually(descriptors() <= before);
	if (way == ENDS_OTHER_SIDE)
		plain = -1;
	finish();
}
END_TEST

static void *write_lots(void *socket)
{
	write_pattern(*(const int *)socket, 0, 300000);
	return NULL;
}

START_TEST(a_connection_is_written_from_another)
{
	pthread_t writer;
	struct ears other;
	odeon_ref connection = connect_with(_i, (odeon_connection_options){ .bytes = 0 }), source;
	int second;

	ears_init(&other);
	listen_for(&other, (odeon_connection_options){ .bytes = 0 });
	second = dial();
	source = ears_connection(&other);
	write_from(connection, source, 0);
	tell(connection, pattern_bytes(300000, 7));
	must(pthread_create(&writer, NULL, write_lots, &second) == 0);  /* what is under way need not have room for all */
	ck_assert_uint_eq(read_pattern(plain, 0, 300000), 300000);
	must(pthread_join(writer, NULL) == 0);
	close(second);
	ck_assert_uint_eq(read_pattern(plain, 300000, 7), 7);
	world_await_end(&world, source);
	finish();
}
END_TEST

START_TEST(after_the_end_of_writing_nothing_is_written_from)
{
	odeon_ref connection = connect_with(_i, (odeon_connection_options){ .bytes = 0 });
	odeon_ref file = open_file(scratch_file("file", 100), 0);

	tell(connection, odeon_new(odeon_write_end));
	write_from(connection, file, 0);
	ck_assert_uint_eq(read_pattern(plain, 0, UINT64_MAX), 0);
	world_await_end(&world, file);
	finish();
}
END_TEST

KIT_MAIN("contract/file_sent",
	{ .name = "order", .loop = KINDS,
	  .tests = KIT_TESTS(a_part_of_a_file_is_written_in_its_place, small_files_one_after_the_other,
	                     who_does_not_read_holds_up_the_file, a_file_passes_the_mark_once, a_connection_is_written_from_another,
	                     after_the_end_of_writing_nothing_is_written_from) },
	{ .name = "breaks", .loop = KINDS,
	  .tests = KIT_TESTS(a_file_that_shrinks_breaks_the_connection_off, a_file_that_is_not_there_breaks_the_connection_off,
	                     a_file_that_is_killed_breaks_the_connection_off) },
	{ .name = "ends", .loop = KINDS * ENDS, .tests = KIT_TESTS(a_connection_may_end_in_the_middle) })
