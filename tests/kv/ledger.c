/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.c - the files that effects are in: what was promised is there again, whatever becomes of the disk; and what is damaged is not taken
 * for what was said
 */
#include "../../examples/kv/ledger.h"
#include "chance.h"
#include "engine.h"
#include "shelf.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct text_seed ids = { { 3, 4 } };

/* ---- a ledger of numbers ------------------------------------------------------------------------------------------------------ */

/* Each frame appends its number to a list: what is there after all is then 1, 2, 3 ... up to some number. */
struct book { struct shelf shelf; struct ledger ledger; struct engine engine; long last, synced, doubt; };

static void add_number(struct ledger *ledger, long number)
{
	char text[120], digits[24];
	int length = snprintf(digits, sizeof digits, "%ld", number);

	length = snprintf(text, sizeof text, "*3\r\n$5\r\nRPUSH\r\n$1\r\nl\r\n$%d\r\n%s\r\n", length, digits);
	must(ledger_add(ledger, (struct text){ text, (size_t)length }));
}

static int write_number(struct book *book)
{
	int error;

	ledger_clear(&book->ledger);
	add_number(&book->ledger, book->last + 1);
	error = ledger_write(&book->ledger, &book->ledger.live);
	if (error == 0)
		book->last++;
	return error;
}

static int sync_book(struct book *book)
{
	int error = ledger_sync(&book->ledger, &book->ledger.live);

	if (error == 0)
		book->synced = book->last;
	return error;
}

static int open_book(struct book *book)
{
	engine_open(&book->engine, 2);
	ledger_init(&book->ledger, &book->shelf.disk, ids);
	return ledger_open(&book->ledger, &book->engine.server, book->engine.stores, 2, NULL);
}

static void close_book(struct book *book)
{
	ledger_fini(&book->ledger);
	engine_close(&book->engine);
}

/* The numbers that the list has; none is missing or there twice. */
static long count_numbers(struct book *book)
{
	struct reply reply = engine_line(&book->engine, "LRANGE l 0 -1");
	const char *at;
	long count;

	reply_raw(&reply, (struct text){ "", 1 });             /* for functions that want to find an end */
	count = strtol(reply.bytes + 1, NULL, 10);
	at = strchr(reply.bytes, '\n') + 1;
	for (long i = 1; i <= count; i++) {
		long number;

		must(sscanf(at, "$%*d\r\n%ld", &number) == 1 && number == i);
		at += reply_span(at, (size_t)(reply.bytes + reply.length - at));
	}
	reply_fini(&reply);
	return count;
}

static void new_book(struct book *book, uint64_t seed)
{
	memset(book, 0, sizeof *book);
	shelf_open(&book->shelf, seed);
	ck_assert_int_eq(open_book(book), 0);
}

static void end_book(struct book *book)
{
	close_book(book);
	shelf_close(&book->shelf);
}

static struct shelf_file *live_file(struct book *book)
{
	return shelf_find(&book->shelf, book->ledger.files[book->ledger.count - 1].name);
}

/* A copy of a file with so many bytes, one of which is another. */
static void set_file(struct shelf_file *file, const struct reply *content, size_t length, size_t changed)
{
	must(length <= file->room);
	memcpy(file->bytes, content->bytes, length);
	file->length = length;
	if (changed < length)
		file->bytes[changed] ^= 0x15;
}

static struct reply content_of(const struct shelf_file *file)
{
	struct reply content;

	reply_init(&content, 2);
	reply_raw(&content, (struct text){ file->bytes, file->length });
	return content;
}

START_TEST(an_end_is_cut_off_wherever_it_is_torn)
{
	static struct book book;
	struct shelf_file *file;
	struct reply content;
	size_t whole;

	new_book(&book, 1);
	for (int i = 0; i < 3; i++)
		must(write_number(&book) == 0 && sync_book(&book) == 0);
	whole = live_file(&book)->length;
	must(write_number(&book) == 0 && sync_book(&book) == 0);
	file = live_file(&book);
	content = content_of(file);
	close_book(&book);
	for (size_t length = whole; length <= content.length; length++) {
		set_file(file, &content, length, SIZE_MAX);
		ck_assert_int_eq(open_book(&book), 0);
		ck_assert_int_eq(count_numbers(&book), length == content.length ? 4 : 3);
		must((book.ledger.problem[0] != 0) == (length != whole && length != content.length));
		must(file->length == (length == content.length ? length : whole));
		book.last = length == content.length ? 4 : 3;
		must(write_number(&book) == 0);                /* and it is gone on with */
		close_book(&book);
		ck_assert_int_eq(open_book(&book), 0);
		ck_assert_int_eq(count_numbers(&book), book.last);
		close_book(&book);
	}
	reply_fini(&content);
	shelf_close(&book.shelf);
}
END_TEST

/* The last frame may be cut off: nobody says that it was synced. */
START_TEST(whatever_byte_is_damaged_it_is_seen)
{
	static struct book book;
	struct shelf_file *file;
	struct reply content;
	size_t whole = 0;

	new_book(&book, 1);
	for (int i = 0; i < 5; i++) {
		whole = live_file(&book)->length;
		must(write_number(&book) == 0 && sync_book(&book) == 0);
	}
	file = live_file(&book);
	content = content_of(file);
	close_book(&book);
	for (size_t changed = 0; changed < content.length; changed++) {
		int error;

		set_file(file, &content, content.length, changed);
		error = open_book(&book);
		if (changed < whole) {
			ck_assert_int_eq(error, EILSEQ);
			must(strstr(book.ledger.problem, "is damaged at byte ") != NULL);
		} else {
			ck_assert_int_eq(error, 0);
			ck_assert_int_eq(count_numbers(&book), 4);
		}
		close_book(&book);
	}
	reply_fini(&content);
	shelf_close(&book.shelf);
}
END_TEST

/* Of what was never synced any part may be missing, also one before what is there. */
START_TEST(what_was_not_synced_is_no_damage)
{
	static struct book book;
	struct shelf_file *file;
	struct reply content;
	size_t whole;

	new_book(&book, 1);
	for (int i = 0; i < 3; i++)
		must(write_number(&book) == 0);
	must(sync_book(&book) == 0);
	whole = live_file(&book)->length;
	for (int i = 0; i < 3; i++)
		must(write_number(&book) == 0);
	file = live_file(&book);
	content = content_of(file);
	close_book(&book);
	for (size_t changed = whole; changed < content.length; changed++) {
		set_file(file, &content, content.length, changed);
		ck_assert_int_eq(open_book(&book), 0);
		must(count_numbers(&book) >= 3 && count_numbers(&book) < 6);
		close_book(&book);
	}
	reply_fini(&content);
	shelf_close(&book.shelf);
}
END_TEST

/* ---- a disk that fails ------------------------------------------------------------------------------------------------------------ */

/* All that there is goes to the next file, and one number more to both. */
static int rewrite(struct book *book)
{
	int error = ledger_begin(&book->ledger), other;

	if (error != 0)
		return error;
	ledger_clear(&book->ledger);
	must(ledger_add(&book->ledger, TEXT("*2\r\n$3\r\nDEL\r\n$1\r\nl\r\n")));
	for (long i = 1; i <= book->last; i++)
		add_number(&book->ledger, i);
	error = ledger_write(&book->ledger, &book->ledger.next);
	if (error == 0 && write_number(book) == 0) {
		ledger_clear(&book->ledger);
		add_number(&book->ledger, book->last);
		error = ledger_write(&book->ledger, &book->ledger.next);
	}
	if (error != 0) {
		ledger_abort(&book->ledger);
		return error;
	}
	book->doubt = book->last;
	other = ledger_finish(&book->ledger);
	if (other == 0)
		book->synced = book->last;
	return other;
}

/* Nothing more is written after a sync that failed: what of the file is there is not known. */
static bool do_anything(struct book *book, struct chance *chance)
{
	unsigned what = choose(chance, 10);

	if (what < 6)
		(void)write_number(book);
	else if (what < 8)
		return sync_book(book) == 0;
	else
		(void)rewrite(book);
	return book->ledger.live.file >= 0;
}

static void expect_promised(struct book *book)
{
	long found = count_numbers(book);

	ck_assert_msg(found >= book->synced, "of %ld only %ld are there: %s", book->synced, found, book->ledger.problem);
	must(found <= book->last + 1);
}

/* Each call of the disk fails, once or from then on; then the machine stops. */
START_TEST(a_disk_that_fails_takes_nothing_that_was_promised)
{
	static struct book book;
	struct chance chance;
	unsigned reached = 0;

	for (unsigned long fails = 1; fails < 150; fails++) {
		chance_begin(&chance, _i);
		memset(&book, 0, sizeof book);
		shelf_open(&book.shelf, (uint64_t)_i);
		book.shelf.is_short = true;
		book.shelf.fails_at = fails;
		book.shelf.fails_until = _i % 2 == 0 ? fails : ULONG_MAX;
		book.shelf.error = _i % 3 == 0 ? -ENOSPC : -EIO;
		if (open_book(&book) == 0)
			for (int i = 0; i < 40 && do_anything(&book, &chance); i++)
				;
		reached += book.shelf.calls >= fails;
		close_book(&book);
		if (_i % 4 < 2)
			shelf_crash(&book.shelf);
		book.shelf.fails_at = 0;
		ck_assert_msg(open_book(&book) == 0, "after call %lu had failed: %s", fails, book.ledger.problem);
		expect_promised(&book);
		end_book(&book);
	}
	must(reached > 50);
}
END_TEST

START_TEST(a_machine_that_stops_takes_nothing_that_was_promised)
{
	static struct book book;
	struct chance chance;
	unsigned cut = 0;

	for (int round = 0; round < KIT_SLOWER(500); round++) {
		chance_begin(&chance, _i * 1000 + round);
		new_book(&book, chance.state);
		book.shelf.is_short = choose(&chance, 2) != 0;
		for (int life = 0; life < 3; life++) {
			for (unsigned steps = choose(&chance, 30); steps > 0; steps--)
				must(do_anything(&book, &chance));
			close_book(&book);
			shelf_crash(&book.shelf);
			ck_assert_msg(open_book(&book) == 0, "%s", book.ledger.problem);
			cut += book.ledger.problem[0] != 0;
			expect_promised(&book);
			book.last = book.synced = count_numbers(&book);
		}
		end_book(&book);
	}
	must(cut > 10);
}
END_TEST

/* ---- files of others ---------------------------------------------------------------------------------------------------------------- */

static void put_file(struct shelf *shelf, const char *name, const char *text, size_t length)
{
	int file = shelf->disk.open(&shelf->disk, name, true);

	must(file >= 0 && (length == 0 || shelf->disk.write(&shelf->disk, file, text, length, 0) == (ssize_t)length));
}

#define PLAIN "#TS:1\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n"
#define UNIT "*1\r\n$5\r\nMULTI\r\n*2\r\n$4\r\nINCR\r\n$1\r\na\r\n*2\r\n$4\r\nINCR\r\n$1\r\nb\r\n*1\r\n$4\r\nEXEC\r\n"

static void expect_value(struct engine *engine, const char *line, const char *wanted)
{
	struct reply reply = engine_line(engine, line);
	char *shown = reply_show(&reply);

	ck_assert_str_eq(shown, wanted);
	free(shown);
	reply_fini(&reply);
}

START_TEST(what_redis_wrote_is_read_up_to_its_last_whole_unit)
{
	static const char manifest[] = "file appendonly.aof.2.incr.aof seq 2 type i\nfile appendonly.aof.1.base.aof seq 1 type b\n"
	                               "file old.aof seq 1 type h\n";
	static struct book book;

	for (size_t length = 0; length <= strlen(UNIT); length++) {
		memset(&book, 0, sizeof book);
		shelf_open(&book.shelf, 1);
		put_file(&book.shelf, "appendonly.aof.manifest", manifest, strlen(manifest));
		put_file(&book.shelf, "appendonly.aof.1.base.aof", PLAIN, strlen(PLAIN));
		put_file(&book.shelf, "appendonly.aof.2.incr.aof", UNIT, length);
		ck_assert_msg(open_book(&book) == 0, "%s", book.ledger.problem);
		expect_value(&book.engine, "MGET a b", length == strlen(UNIT) ? "*2\\r\\n$1\\r\\n2\\r\\n$1\\r\\n1\\r\\n" : "*2\\r\\n$1\\r\\n1\\r\\n$-1\\r\\n");
		must(book.ledger.count == 3 && !book.ledger.is_own);
		must(write_number(&book) == 0);
		close_book(&book);
		ck_assert_msg(open_book(&book) == 0, "%s", book.ledger.problem);
		ck_assert_int_eq(count_numbers(&book), 1);
		end_book(&book);
	}
}
END_TEST

/* Redis has read what is ours, and gone on behind it. */
START_TEST(what_redis_has_added_is_read_as_well)
{
	static struct book book;
	struct shelf_file *file;

	new_book(&book, 1);
	must(write_number(&book) == 0);
	file = live_file(&book);
	must(book.shelf.disk.write(&book.shelf.disk, book.ledger.live.file, PLAIN UNIT, strlen(PLAIN UNIT), file->length) > 0);
	close_book(&book);
	ck_assert_msg(open_book(&book) == 0, "%s", book.ledger.problem);
	expect_value(&book.engine, "MGET a b", "*2\\r\\n$1\\r\\n2\\r\\n$1\\r\\n1\\r\\n");
	must(!book.ledger.is_own);
	ck_assert_int_eq(count_numbers(&book), 1);
	book.last = 1;
	must(write_number(&book) == 0);
	close_book(&book);
	file->length -= 3;                                     /* behind Redis's there is a frame again, and its end is missing */
	ck_assert_msg(open_book(&book) == 0, "%s", book.ledger.problem);
	ck_assert_int_eq(count_numbers(&book), 1);
	end_book(&book);
}
END_TEST

START_TEST(what_nobody_understands_is_refused_by_name)
{
	static const struct { const char *name, *text, *wanted; } wrong[] = {
		{ "appendonly.aof.1.incr.aof", "REDIS0010", "appendonly.aof.1.incr.aof is an RDB" },
		{ "appendonly.aof.1.incr.aof", "*1\r\n$7\r\nNOTHING\r\n", "is damaged at byte 0" },
		{ "appendonly.aof.1.incr.aof", "*2\r\n$3\r\nGET\r\n$1\r\na\r\n", "is damaged at byte 0" },
		{ "appendonly.aof.1.incr.aof", "*2\r\n$6\r\nSELECT\r\n$1\r\n1\r\n", "is damaged at byte 0" },
		{ "appendonly.aof.1.incr.aof", PLAIN "x", "is damaged at byte 57" },
		{ "appendonly.aof.manifest", "file x seq", "appendonly.aof.manifest: a line that nobody understands" },
		{ "appendonly.aof.manifest", "file ../x seq 1 type i\n", "appendonly.aof.manifest: a line that nobody understands" },
		{ "appendonly.aof.manifest", "", "appendonly.aof.manifest: it names no file" },
		{ "appendonly.aof.manifest", "file x seq 1 type i\n", "x: No such file" },
	};
	static struct book book;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		memset(&book, 0, sizeof book);
		shelf_open(&book.shelf, 1);
		put_file(&book.shelf, "appendonly.aof.manifest", "file appendonly.aof.1.incr.aof seq 1 type i\n", 44);
		put_file(&book.shelf, wrong[i].name, wrong[i].text, strlen(wrong[i].text));
		must(open_book(&book) != 0);
		ck_assert_msg(strstr(book.ledger.problem, wrong[i].wanted) != NULL, "%s: %s", wrong[i].wanted, book.ledger.problem);
		end_book(&book);
	}
	memset(&book, 0, sizeof book);                         /* files, but nothing that names them */
	shelf_open(&book.shelf, 1);
	put_file(&book.shelf, "appendonly.aof.3.incr.aof", PLAIN, strlen(PLAIN));
	ck_assert_int_eq(open_book(&book), EILSEQ);
	must(strstr(book.ledger.problem, "appendonly.aof.3.incr.aof") != NULL);
	end_book(&book);
}
END_TEST

KIT_MAIN("kv/ledger",
	{ .name = "damage", .tests = KIT_TESTS(an_end_is_cut_off_wherever_it_is_torn, whatever_byte_is_damaged_it_is_seen,
		what_was_not_synced_is_no_damage) },
	{ .name = "trouble", .tests = KIT_TESTS(a_disk_that_fails_takes_nothing_that_was_promised,
		a_machine_that_stops_takes_nothing_that_was_promised), .loop = 8 },
	{ .name = "others", .tests = KIT_TESTS(what_redis_wrote_is_read_up_to_its_last_whole_unit, what_redis_has_added_is_read_as_well,
		what_nobody_understands_is_refused_by_name) })
