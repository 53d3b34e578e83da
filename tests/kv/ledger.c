/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.c - effects, and the files that they are in: what was promised is there again, whatever becomes of the disk; and what is damaged
 * is not taken for what was said
 */
#include "../../examples/kv/effects.h"
#include "../../examples/kv/frame.h"
#include "../../examples/kv/ledger.h"
#include "../../examples/kv/manifest.h"
#include "../../examples/kv/replay.h"
#include "chance.h"
#include "engine.h"
#include "lines.h"
#include "shelf.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS = 1700000000 };
static const struct text_seed ids = { { 3, 4 } };

/* ---- effects ----------------------------------------------------------------------------------------------------------------- */

/* All that a key has, in an order. */
static struct reply dump_of(const struct key *key)
{
	struct effects effects;
	struct text words[1] = { TEXT("KEYS") };
	struct reply all;

	effects_init(&effects, NULL);
	if (key->value->type != VALUE_SET && key->value->type != VALUE_HASH) {
		effects_dump(&effects, key);
		return effects.bytes;
	}
	reply_init(&all, 2);
	reply_array(&all, key->value->table.count);
	for (const struct entry *entry = NULL; (entry = table_next(&key->value->table, entry)) != NULL; ) {
		reply_bulk(&all, entry_name(entry));
		if (key->value->type == VALUE_HASH)
			reply_bulk(&all, blob_text(((const struct field *)ENTRY_OF(entry, field))->blob));
	}
	words[0] = key->value->type == VALUE_HASH ? TEXT("HGETALL") : TEXT("SMEMBERS");
	reply_order(words, &all);
	reply_bulk_integer(&all, key->expires);
	effects_fini(&effects);
	return all;
}

static bool same(const struct key *one, const struct key *other)
{
	struct reply a = dump_of(one), b = dump_of(other);
	bool is_same = one->value->type == other->value->type && one->expires == other->expires
	            && text_equal((struct text){ a.bytes, a.length }, (struct text){ b.bytes, b.length });

	if (!is_same)
		fprintf(stderr, "# %s\n# %s\n", reply_show(&a), reply_show(&b));
	reply_fini(&a);
	reply_fini(&b);
	return is_same;
}

static void expect_same(struct store *const *stores, struct store *const *others, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		ck_assert_uint_eq(store_count(stores[i]), store_count(others[i]));
		for (const struct key *key = NULL; (key = store_next(stores[i], key)) != NULL; ) {
			const struct key *other = store_find(others[i], entry_name(&key->entry));

			must(other != NULL && same(key, other));
		}
	}
}

static void make_stores(struct store **stores, const struct engine *engine)
{
	for (unsigned i = 0; i < engine->count; i++)
		must((stores[i] = store_new(engine->server.seed, i + 99)) != NULL);
}

static void free_stores(struct store **stores, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		store_free(stores[i]);
}

static void talk(struct engine *engine, struct chance *chance, int lines)
{
	static struct command_line line;

	for (; lines > 0; lines--) {
		struct reply reply;

		lines_make(&line, chance, SECONDS);
		reply = engine_do(engine, line.words, line.count);
		reply_fini(&reply);
		if (choose(chance, 200) == 0)
			engine_time(engine, engine->stores[0]->now + choose(chance, 2000000));
	}
}

static void replay(struct engine *engine, const struct effects *effects, struct store **stores)
{
	struct replay replay;

	make_stores(stores, engine);
	replay_init(&replay, &engine->server, stores, engine->count);
	ck_assert_int_eq(replay_play(&replay, (struct text){ effects->bytes.bytes, effects->bytes.length }), 0);
	replay_fini(&replay);
}

/* Keys that nobody has looked at since they expired are there in both. */
START_TEST(effects_do_what_the_commands_did)
{
	struct store *stores[STORES_MOST];
	struct chance chance;

	for (int round = 0; round < KIT_SLOWER(300); round++) {
		struct effects effects;
		struct engine engine;

		chance_begin(&chance, _i * 1000 + round);
		engine_open(&engine, 1 + choose(&chance, 4));
		engine_time(&engine, SECONDS * 1000LL);
		effects_init(&effects, NULL);
		engine.effects = &effects;
		talk(&engine, &chance, 400);
		must(!effects.bytes.failed && effects.bytes.length > 0);
		replay(&engine, &effects, stores);
		expect_same(engine.stores, stores, engine.count);
		free_stores(stores, engine.count);
		for (unsigned i = 0; i < engine.count; i++) {          /* and each store alone */
			struct replay one;

			must((stores[i] = store_new(engine.server.seed, 5)) != NULL);
			replay_init_one(&one, &engine.server, stores[i], i, engine.count);
			ck_assert_int_eq(replay_play(&one, (struct text){ effects.bytes.bytes, effects.bytes.length }), 0);
			replay_fini(&one);
		}
		expect_same(engine.stores, stores, engine.count);
		free_stores(stores, engine.count);
		effects_fini(&effects);
		engine_close(&engine);
	}
}
END_TEST

START_TEST(commands_that_write_are_about_keys)
{
	for (unsigned i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);

		if ((command->flags & COMMAND_WRITE) != 0 && strncmp(command->name, "flush", 5) != 0)
			ck_assert_msg(command->first > 0, "%s: what its effect is cannot be known", command->name);
	}
}
END_TEST

static void expect_effects(struct engine *engine, const char *line, const char *wanted)
{
	struct reply reply = engine_line(engine, line);
	char *shown = reply_show(&engine->effects->bytes);

	ck_assert_str_eq(shown, wanted);
	free(shown);
	reply_fini(&reply);
	reply_cut(&engine->effects->bytes, 0);
}

START_TEST(what_depends_on_time_and_chance_is_written_as_it_was)
{
	struct effects effects;
	struct engine engine;

	engine_open(&engine, 1);
	engine_time(&engine, 1000000);
	effects_init(&effects, NULL);
	engine.effects = &effects;
	expect_effects(&engine, "SET a b EX 10", "*5\\r\\n$3\\r\\nSET\\r\\n$1\\r\\na\\r\\n$1\\r\\nb\\r\\n$4\\r\\nPXAT\\r\\n$7\\r\\n1010000\\r\\n");
	expect_effects(&engine, "EXPIRE a 5", "*3\\r\\n$9\\r\\nPEXPIREAT\\r\\n$1\\r\\na\\r\\n$7\\r\\n1005000\\r\\n");
	expect_effects(&engine, "SET a c KEEPTTL", "*5\\r\\n$3\\r\\nSET\\r\\n$1\\r\\na\\r\\n$1\\r\\nc\\r\\n$4\\r\\nPXAT\\r\\n$7\\r\\n1005000\\r\\n");
	expect_effects(&engine, "GET a", "");
	expect_effects(&engine, "SADD s x", "*3\\r\\n$4\\r\\nsadd\\r\\n$1\\r\\ns\\r\\n$1\\r\\nx\\r\\n");
	expect_effects(&engine, "SADD s x", "");
	expect_effects(&engine, "SPOP s", "*3\\r\\n$4\\r\\nSREM\\r\\n$1\\r\\ns\\r\\n$1\\r\\nx\\r\\n");
	expect_effects(&engine, "INCR a", "");                 /* it is no number */
	engine_time(&engine, 2000000);
	expect_effects(&engine, "GET a", "*2\\r\\n$3\\r\\nDEL\\r\\n$1\\r\\na\\r\\n");
	expect_effects(&engine, "MSET a 1 b 2", "*1\\r\\n$5\\r\\nMULTI\\r\\n*3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\na\\r\\n$1\\r\\n1\\r\\n"
		"*3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\nb\\r\\n$1\\r\\n2\\r\\n*1\\r\\n$4\\r\\nEXEC\\r\\n");
	effects.refusal = "MISCONF no";
	expect_effects(&engine, "SET a 5", "");
	effects_fini(&effects);
	engine_close(&engine);
}
END_TEST

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
	{ .name = "effects", .tests = KIT_TESTS(effects_do_what_the_commands_did), .loop = 4 },
	{ .name = "names", .tests = KIT_TESTS(commands_that_write_are_about_keys, what_depends_on_time_and_chance_is_written_as_it_was) },
	{ .name = "damage", .tests = KIT_TESTS(an_end_is_cut_off_wherever_it_is_torn, whatever_byte_is_damaged_it_is_seen,
		what_was_not_synced_is_no_damage) },
	{ .name = "trouble", .tests = KIT_TESTS(a_disk_that_fails_takes_nothing_that_was_promised,
		a_machine_that_stops_takes_nothing_that_was_promised), .loop = 8 },
	{ .name = "others", .tests = KIT_TESTS(what_redis_wrote_is_read_up_to_its_last_whole_unit, what_redis_has_added_is_read_as_well,
		what_nobody_understands_is_refused_by_name) })
