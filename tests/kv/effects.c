/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * effects.c - what commands did, run again, gives the same stores: all together, and each alone
 */
#include "../../examples/kv/effects.h"
#include "../../examples/kv/replay.h"
#include "chance.h"
#include "engine.h"
#include "lines.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS = 1700000000 };

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

static bool waits(const struct engine *engine)
{
	return client_turn(engine->session.client, CLIENT_WAITS) != 0;
}

/* What nobody serves is given up now and then; who subscribed to something can hardly say anything else. */
static void say(struct engine *engine, struct chance *chance)
{
	static struct command_line line;
	struct reply reply;

	if (waits(engine) && choose(chance, 20) != 0)
		return;
	if (waits(engine)) {
		reply = engine_over(engine);
	} else if (client_is_listening(engine->session.client)) {
		reply = engine_line(engine, "RESET");
	} else {
		lines_make(&line, chance, SECONDS);
		reply = engine_do(engine, line.words, line.count);
	}
	reply_fini(&reply);
	reply_cut(&engine->heard, 0);
}

static void talk(struct engine *engine, struct chance *chance, int lines)
{
	struct engine other;

	engine_join(&other, engine, 2);
	for (; lines > 0; lines--) {
		say(choose(chance, 3) == 0 ? &other : engine, chance);
		if (choose(chance, 200) == 0)
			engine_time(engine, engine->stores[0]->now + choose(chance, 2000000));
	}
	engine_close(&other);
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

		if ((command->flags & COMMAND_WRITE) != 0 && strncmp(command->name, "flush", 5) != 0 && strcmp(command->name, "swapdb") != 0)
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
	expect_effects(&engine, "FLUSHALL", "*1\\r\\n$8\\r\\nflushall\\r\\n");
	expect_effects(&engine, "PUBLISH a b", "");
	effects.refusal = "MISCONF no";
	expect_effects(&engine, "SET a 5", "");
	effects_fini(&effects);
	engine_close(&engine);
}
END_TEST

/* Whoever was served is in the unit of what served it. */
START_TEST(what_is_popped_and_moved_is_written_in_a_word)
{
	struct effects effects;
	struct engine engine, other;

	engine_open(&engine, 1);
	engine_join(&other, &engine, 2);
	effects_init(&effects, NULL);
	engine.effects = &effects;
	expect_effects(&engine, "RPUSH q a b c d", "*6\\r\\n$5\\r\\nrpush\\r\\n$1\\r\\nq\\r\\n$1\\r\\na\\r\\n$1\\r\\nb\\r\\n$1\\r\\nc\\r\\n$1\\r\\nd\\r\\n");
	expect_effects(&engine, "BRPOP none q 0", "*3\\r\\n$4\\r\\nRPOP\\r\\n$1\\r\\nq\\r\\n$1\\r\\n1\\r\\n");
	expect_effects(&engine, "LMPOP 2 none q LEFT COUNT 2", "*3\\r\\n$4\\r\\nLPOP\\r\\n$1\\r\\nq\\r\\n$1\\r\\n2\\r\\n");
	expect_effects(&engine, "LMOVE q q LEFT RIGHT", "*1\\r\\n$5\\r\\nMULTI\\r\\n*3\\r\\n$5\\r\\nRPUSH\\r\\n$1\\r\\nq\\r\\n$1\\r\\nc\\r\\n"
		"*2\\r\\n$4\\r\\nLPOP\\r\\n$1\\r\\nq\\r\\n*1\\r\\n$4\\r\\nEXEC\\r\\n");
	expect_effects(&engine, "BLPOP q 0", "*3\\r\\n$4\\r\\nLPOP\\r\\n$1\\r\\nq\\r\\n$1\\r\\n1\\r\\n");
	expect_effects(&engine, "ZADD z 1 m", "*4\\r\\n$4\\r\\nzadd\\r\\n$1\\r\\nz\\r\\n$1\\r\\n1\\r\\n$1\\r\\nm\\r\\n");
	expect_effects(&engine, "BZPOPMAX none z 0", "*3\\r\\n$7\\r\\nZPOPMAX\\r\\n$1\\r\\nz\\r\\n$1\\r\\n1\\r\\n");
	reply_fini(&(struct reply[]){ engine_line(&other, "BLPOP none q 0") }[0]);
	must(waits(&other) && effects.bytes.length == 0);
	expect_effects(&engine, "LPUSH q x", "*1\\r\\n$5\\r\\nMULTI\\r\\n*3\\r\\n$5\\r\\nlpush\\r\\n$1\\r\\nq\\r\\n$1\\r\\nx\\r\\n"
		"*3\\r\\n$4\\r\\nLPOP\\r\\n$1\\r\\nq\\r\\n$1\\r\\n1\\r\\n*1\\r\\n$4\\r\\nEXEC\\r\\n");
	must(!waits(&other));
	engine_close(&other);
	effects_fini(&effects);
	engine_close(&engine);
}
END_TEST

/* Files of redis-server have them, with the time. */
START_TEST(what_a_remark_says_is_not_looked_at)
{
	static const char commands[] = "#TS:1\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n#\"\r\n*2\r\n$4\r\nINCR\r\n$1\r\na\r\n"
	                               "#\"\r\n#\"it is longer than the one before\r\n";
	struct store *stores[STORES_MOST];
	struct replay replay;
	struct engine engine;

	engine_open(&engine, 1);
	make_stores(stores, &engine);
	replay_init(&replay, &engine.server, stores, engine.count);
	ck_assert_int_eq(replay_play(&replay, (struct text){ commands, sizeof commands - 1 }), 0);
	must(replay.commands == 2 && replay.parser.plain == NULL);
	replay_fini(&replay);
	free_stores(stores, engine.count);
	engine_close(&engine);
}
END_TEST

KIT_MAIN("kv/effects",
	{ .name = "effects", .tests = KIT_TESTS(effects_do_what_the_commands_did), .loop = 4 },
	{ .name = "names", .tests = KIT_TESTS(commands_that_write_are_about_keys, what_depends_on_time_and_chance_is_written_as_it_was,
		what_is_popped_and_moved_is_written_in_a_word, what_a_remark_says_is_not_looked_at) })
