/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.c - files as actors: what is written is there, in order; what is read comes by credit; what cannot be is told once, by
 * name, with exactly what was not written; and no descriptor is left
 */
#include "scratch.h"
#include <signal.h>

enum { LOTS = 3 << 20, PIECE = 10007 };

static struct ears ears;
static unsigned before;

static void setup(void)
{
	scratch_open();
	ears_init(&ears);
	wires_open(KIND_TCP, 1);                               /* the first loop of a program leaves some open */
	wires_close();
	before = descriptors();
	wires_open(KIND_TCP, 2);
}

static void teardown(void)
{
	wires_close();
	ck_assert_uint_eq(descriptors(), before);
	ck_assert_uint_le(ears.ends, 1);
	scratch_close();
}

static odeon_ref open_with(const char *path, odeon_file_options options)
{
	odeon_ref file;

	ck_assert_int_eq(odeon_file_open(world.system, path, owner_with(&ears), &options, &file), 0);
	return file;
}

static odeon_ref open_new(const char *name)
{
	return open_with(scratch_path(name), (odeon_file_options)ODEON_FILE_OPTIONS(.flags = O_RDWR | O_CREAT | O_TRUNC));
}

static uint64_t write_lots(odeon_ref file)
{
	uint64_t at = 0;

	for (; at < LOTS; at += PIECE)
		tell(file, pattern_bytes(at, PIECE));
	return at;
}

#define ask(T, file, message, why) odeon_ask(T, world.system, file, message, kit_deadline(), why)

/* ---- bytes ------------------------------------------------------------------------------------------------------------------ */

START_TEST(what_is_written_is_there)
{
	odeon_ref file = open_new("there");
	uint64_t length = write_lots(file);

	tell(file, odeon_new(odeon_close));
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_uint_eq(ears.end.written, length);
	ck_assert_uint_eq(ears.rest, 0);
	ck_assert_int_eq(ears.said[0], 'o');
	ck_assert_uint_eq(scratch_pattern("there"), length);
}
END_TEST

START_TEST(what_is_there_is_read_by_credit)
{
	odeon_ref file = open_with(scratch_file("credit", 10500), (odeon_file_options)ODEON_FILE_OPTIONS(.read_bytes = 1000));

	for (uint32_t reads = 0; reads < 9; reads += 3) {
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
		ck_assert_uint_eq(ears_bytes(&ears), reads * 1000);
		tell(file, odeon_new(odeon_read, .count = 3));
		eventually(ears_bytes(&ears) == (reads + 3) * 1000);
	}
	tell(file, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	eventually(ears_said(&ears, "obe"));
	ck_assert_uint_eq(ears.bytes, 10500);
	ck_assert(!ears.is_wrong);
	tell(file, odeon_new(odeon_close));
	eventually(ears_ended(&ears));
	ck_assert_uint_eq(ears.end.read, 10500);
}
END_TEST

START_TEST(a_file_that_grows_is_read_on)
{
	odeon_ref file = open_with(scratch_file("grows", 100), (odeon_file_options)ODEON_FILE_OPTIONS(.credit = ODEON_READ_ALWAYS));
	int plain = open(scratch_path("grows"), O_WRONLY | O_APPEND | O_CLOEXEC);
	unsigned char more[50];

	eventually(ears_said(&ears, "obe"));
	for (unsigned i = 0; i < sizeof more; i++)
		more[i] = pattern(100 + i);
	must(plain >= 0 && write(plain, more, sizeof more) == sizeof more && close(plain) == 0);
	tell(file, odeon_new(odeon_read, .count = 2));
	eventually(ears_said(&ears, "obebe"));
	ck_assert_uint_eq(ears.bytes, 150);
	ck_assert(!ears.is_wrong);
}
END_TEST

START_TEST(reading_goes_on_from_anywhere)
{
	odeon_ref file = open_with(scratch_file("seek", 5000), (odeon_file_options)ODEON_FILE_OPTIONS(.offset = 1000));

	tell(file, odeon_new(odeon_file_seek));                /* what reads it, reads it from the first byte */
	tell(file, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	eventually(ears_said(&ears, "obe"));
	ck_assert_uint_eq(ears.bytes, 5000);
	ck_assert(!ears.is_wrong);
}
END_TEST

START_TEST(questions_are_answered_in_order_with_writes)
{
	odeon_ref file = open_new("asked");
	struct odeon_file_facts *facts;
	struct odeon_bytes *bytes;
	int why;

	tell(file, pattern_bytes(0, 5000));
	facts = ask(odeon_file_facts, file, odeon_new(odeon_file_sync), &why);
	ck_assert(facts != NULL && facts->size == 5000 && S_ISREG(facts->mode) && facts->changed > 0);
	odeon_free(facts);
	tell(file, pattern_bytes(5000, 1000));
	bytes = ask(odeon_bytes, file, odeon_new(odeon_file_read_at, .offset = 4990, .length = 2000), &why);
	ck_assert(bytes != NULL && bytes->length == 1010 && bytes->data[0] == pattern(4990) && bytes->data[1009] == pattern(5999));
	odeon_free(bytes);
	bytes = ask(odeon_bytes, file, odeon_new(odeon_file_read_at, .offset = 70000, .length = 10), &why);
	ck_assert(bytes != NULL && bytes->length == 0);
	odeon_free(bytes);
	facts = ask(odeon_file_facts, file, odeon_new(odeon_file_write_at, .offset = 8000, .bytes = pattern_bytes(8000, 99)), &why);
	ck_assert(facts != NULL && facts->size == 8099);
	odeon_free(facts);
	tell(file, pattern_bytes(6000, 2000));                 /* onwards, wherever others were written */
	facts = ask(odeon_file_facts, file, odeon_new(odeon_file_sync, .is_data_only = 1), &why);
	ck_assert(facts != NULL && facts->size == 8099);
	odeon_free(facts);
	facts = ask(odeon_file_facts, file, odeon_new(odeon_file_look), &why);
	ck_assert(facts != NULL && facts->size == 8099);
	odeon_free(facts);
	ck_assert_uint_eq(scratch_pattern("asked"), 8099);
	ck_assert_ptr_null(ask(odeon_bytes, file, odeon_new(odeon_file_read_at, .length = SIZE_MAX), &why));
	ck_assert_int_eq(why, ODEON_EINVAL);
}
END_TEST

START_TEST(what_is_appended_comes_behind)
{
	odeon_ref file = open_with(scratch_file("appended", 1000),
	                           (odeon_file_options)ODEON_FILE_OPTIONS(.flags = O_WRONLY | O_APPEND));

	tell(file, pattern_bytes(1000, 500));
	tell(file, odeon_new(odeon_close));
	eventually(ears_ended(&ears));
	ck_assert_uint_eq(scratch_pattern("appended"), 1500);
}
END_TEST

/* ---- what cannot be --------------------------------------------------------------------------------------------------------------- */

static void expect_refusal(const char *path, int flags, int system_error)
{
	odeon_ref file;

	ears_init(&ears);
	file = open_with(path, (odeon_file_options)ODEON_FILE_OPTIONS(.flags = flags, .credit = 1));
	odeon_free(odeon_try_post(world.system, file, pattern_bytes(0, 100), ODEON_AT_ONCE, NULL));
	eventually(ears_ended(&ears));
	ck_assert_str_eq(ears.said, "d");
	ck_assert_int_eq(ears.end.error, ODEON_ESYSTEM);
	ck_assert_int_eq(ears.end.system_error, system_error);
	world_await_end(&world, file);
}

START_TEST(what_is_no_file_is_refused_by_name)
{
	odeon_time start = odeon_clock_now();

	expect_refusal(scratch_path("none"), O_RDONLY, ENOENT);
	expect_refusal(scratch, O_RDONLY, EISDIR);
	expect_refusal(scratch, O_WRONLY, EISDIR);
	must(mkfifo(scratch_path("pipe"), 0600) == 0);
	expect_refusal(scratch_path("pipe"), O_RDONLY, ENOTSUP);
	expect_refusal(scratch_path("pipe"), O_WRONLY, ENOTSUP);
	expect_refusal(scratch_path("pipe"), O_RDWR, ENOTSUP);
	expect_refusal(scratch_file("there", 10), O_WRONLY | O_CREAT | O_EXCL, EEXIST);
	ck_assert_int_lt(odeon_clock_now().ns - start.ns, KIT_PATIENCE / 2);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	odeon_file_options options = ODEON_FILE_OPTIONS(.low_water = 5, .high_water = 5);
	odeon_ref owner = owner_with(&ears);

	ck_assert_int_eq(odeon_file_open(world.system, NULL, owner, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_file_open(world.system, "x", ODEON_NOBODY, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_file_open(NULL, "x", owner, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_file_open(world.system, "x", owner, &options, NULL), ODEON_EINVAL);
	options = (odeon_file_options){ .bytes = 3 };
	ck_assert_int_eq(odeon_file_open(world.system, "x", owner, &options, NULL), ODEON_EVERSION);
}
END_TEST

START_TEST(a_full_disk_gives_everything_back)
{
	odeon_ref file = open_with("/dev/full", (odeon_file_options)ODEON_FILE_OPTIONS(.flags = O_WRONLY));
	int why = 0;

	for (uint64_t at = 0; at < 100 * PIECE; at += PIECE)
		odeon_free(odeon_try_post(world.system, file, pattern_bytes(at, PIECE), ODEON_AT_ONCE, NULL));
	ck_assert_ptr_null(ask(odeon_file_facts, file, odeon_new(odeon_file_sync), &why));
	ck_assert(why == ODEON_ESYSTEM || why == ODEON_EGONE);
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, ODEON_ESYSTEM);
	ck_assert_int_eq(ears.end.system_error, ENOSPC);
	ck_assert_uint_eq(ears.end.written, 0);
	ck_assert_uint_ge(ears.rest, PIECE);
	ck_assert(!ears.is_rest_wrong);
}
END_TEST

/* The limit stands for a disk that is full in the middle of a write. */
START_TEST(what_was_not_written_begins_where_writing_ended)
{
	enum { LIMIT = 123457 };
	struct rlimit limit;
	odeon_ref file = open_new("short");
	uint64_t sent;

	must(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	must(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	must(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ .rlim_cur = LIMIT, .rlim_max = limit.rlim_max }) == 0);
	for (sent = 0; sent < 40 * PIECE; sent += PIECE)
		odeon_free(odeon_try_post(world.system, file, pattern_bytes(sent, PIECE), ODEON_AT_ONCE, NULL));
	eventually(ears_ended(&ears));
	must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	ck_assert_int_eq(ears.end.error, ODEON_ESYSTEM);
	ck_assert_int_eq(ears.end.system_error, EFBIG);
	ck_assert_uint_eq(ears.end.written, LIMIT);
	ck_assert_uint_eq(ears.rest, ears.end.unwritten_bytes);
	ck_assert(!ears.is_rest_wrong);
	ck_assert_uint_eq(scratch_pattern("short"), LIMIT);
}
END_TEST

START_TEST(who_heeds_no_mark_is_cut_off)
{
	odeon_ref file = open_with(scratch_path("most"), (odeon_file_options)ODEON_FILE_OPTIONS(
		.flags = O_WRONLY | O_CREAT, .high_water = 100000, .write_most = 300000));
	uint64_t sent = 0;

	eventually(ears_said(&ears, "o"));
	while (!ears_ended(&ears) && sent < 1u << 30) {
		odeon_free(odeon_try_post(world.system, file, pattern_bytes(sent, 60000), ODEON_AT_ONCE, NULL));
		sent += 60000;
	}
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, ODEON_EFULL);
	ck_assert(strchr(ears.said, 'h') != NULL);
	ck_assert(!ears.is_rest_wrong);
	ck_assert_uint_eq(scratch_pattern("most"), ears.end.written);
}
END_TEST

START_TEST(a_full_pool_is_waited_for)
{
	enum { FILES = 12 };
	odeon_offload_options bounds = ODEON_OFFLOAD(.threads = 1, .waiting = 1);
	struct ears all[FILES];
	odeon_ref pool, files[FILES];
	char name[20];

	must(odeon_offload_start(world.system, &bounds, &pool) == 0);
	for (int i = 0; i < FILES; i++) {
		odeon_file_options options = ODEON_FILE_OPTIONS(.flags = O_WRONLY | O_CREAT, .pool = pool);

		ears_init(&all[i]);
		snprintf(name, sizeof name, "file%d", i);
		ck_assert_int_eq(odeon_file_open(world.system, scratch_path(name), owner_with(&all[i]), &options, &files[i]), 0);
		tell(files[i], pattern_bytes(0, 1000));
		tell(files[i], odeon_new(odeon_close));
	}
	for (int i = 0; i < FILES; i++) {
		eventually(ears_ended(&all[i]));
		ck_assert_int_eq(all[i].end.error, 0);
		snprintf(name, sizeof name, "file%d", i);
		ck_assert_uint_eq(scratch_pattern(name), 1000);
	}
}
END_TEST

/* ---- ends -------------------------------------------------------------------------------------------------------------------------- */

static void leave(odeon_self *self, void *argument)
{
	if (argument != NULL)
		odeon_fail(self, 7, "on purpose");
	else
		odeon_exit(self);
}

START_TEST(a_file_ends_with_its_owner_and_is_whole)
{
	odeon_ref file = open_new("owner");
	uint64_t length;

	eventually(ears_said(&ears, "o"));
	length = write_lots(file);
	world_do(&world, ears.owner, leave, _i == 1 ? &ears : NULL);
	world_await_end(&world, file);
	ck_assert_uint_eq(scratch_pattern("owner"), length);
}
END_TEST

START_TEST(a_polite_stop_writes_all)
{
	odeon_ref file = open_new("polite");
	uint64_t length = write_lots(file);

	must(odeon_actor_stop(world.system, file) == 0);
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_uint_eq(ears.end.written, length);
	ck_assert_uint_eq(scratch_pattern("polite"), length);
}
END_TEST

START_TEST(a_system_that_stops_writes_all)
{
	odeon_ref file = open_new("system");
	uint64_t length = write_lots(file);

	wires_close();
	ck_assert_uint_eq(scratch_pattern("system"), length);
	wires_open(KIND_TCP, 1);
}
END_TEST

START_TEST(a_killed_file_says_what_it_can)
{
	for (int i = 0; i < KIT_SLOWER(40); i++) {
		char name[20];
		odeon_ref file;

		snprintf(name, sizeof name, "killed%d", i);        /* what is under way goes on: it is in no other's file */
		(void)scratch_file(name, 0);
		ears_init(&ears);
		file = open_new(name);
		(void)write_lots(file);
		for (int turns = 0; turns < i * 500; turns++)
			must(!odeon_ref_is_nobody(file));
		must(odeon_actor_kill(world.system, file) == 0);
		eventually(ears_ended(&ears));
		ck_assert_int_eq(ears.end.error, ODEON_EKILLED);
		ck_assert_uint_eq(ears.rest, ears.end.unwritten_bytes);
		ck_assert_uint_ne(scratch_pattern(name), UINT64_MAX);
	}
}
END_TEST

START_TEST(a_reset_does_not_write_what_waits)
{
	odeon_ref file = open_new("reset");
	uint64_t length = write_lots(file);

	tell(file, odeon_new(odeon_close, .resets = 1));
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_uint_eq(ears.end.written + ears.rest, length);
	ck_assert(!ears.is_rest_wrong);
	ck_assert_uint_eq(scratch_pattern("reset"), ears.end.written);
}
END_TEST

START_TEST(another_owner_reads_on)
{
	struct ears other;
	odeon_ref file = open_with(scratch_file("given", 3000), (odeon_file_options)ODEON_FILE_OPTIONS(.read_bytes = 1000, .credit = 1));

	ears_init(&other);
	eventually(ears_bytes(&ears) == 1000);
	tell(file, odeon_new(odeon_file_seek));
	tell(file, odeon_new(odeon_give, .to = owner_with(&other)));
	world_do(&world, ears.owner, leave, &ears);            /* and that is of no consequence */
	tell(file, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	eventually(ears_said(&other, "be"));
	ck_assert_uint_eq(other.bytes, 3000);
	tell(file, odeon_new(odeon_close));
	eventually(ears_ended(&other));
	ck_assert_uint_eq(ears.ends, 0);
}
END_TEST

START_TEST(a_full_owner_holds_up_the_file)
{
	odeon_kind kind = *ears_kind;
	odeon_file_options options = ODEON_FILE_OPTIONS(.read_bytes = 1000, .credit = ODEON_READ_ALWAYS);
	struct odeon_session session = { .argument = &ears };
	odeon_ref owner;

	kind.mailbox = (odeon_mailbox){ .messages = 2 };
	ears.slow = 2;
	owner = world_spawn(&world, world_kind(&world, kind), &session);
	ck_assert_int_eq(odeon_file_open(world.system, scratch_file("full", 100000), owner, &options, NULL), 0);
	eventually(ears_said(&ears, "obe"));
	ck_assert_uint_eq(ears.bytes, 100000);
	ck_assert(!ears.is_wrong);
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

KIT_MAIN("contract/file",
	{ .name = "bytes", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_is_written_is_there, what_is_there_is_read_by_credit, a_file_that_grows_is_read_on,
	                     reading_goes_on_from_anywhere, questions_are_answered_in_order_with_writes, what_is_appended_comes_behind) },
	{ .name = "refusals", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_is_no_file_is_refused_by_name, what_makes_no_sense_is_refused, a_full_disk_gives_everything_back,
	                     what_was_not_written_begins_where_writing_ended, who_heeds_no_mark_is_cut_off, a_full_pool_is_waited_for) },
	{ .name = "ends", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_polite_stop_writes_all, a_system_that_stops_writes_all, a_killed_file_says_what_it_can,
	                     a_reset_does_not_write_what_waits, another_owner_reads_on, a_full_owner_holds_up_the_file) },
	{ .name = "owners", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(a_file_ends_with_its_owner_and_is_whole) })
