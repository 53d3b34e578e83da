/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kept.c - clients that wait, watch and listen, where what they do is kept: on a simulated machine whose disk and actors fail
 *
 * All answers are held until the disk has what they tell of; so what somebody is told is looked at when the disk has failed, when
 * the scribe was killed meanwhile, and when a shard was.
 */
#include "../../examples/kv/scribe.h"
#include "../../examples/kv/store.h"
#include "machine.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned shards_of(int round) { return 1 + (unsigned)round % 5; }

/* ---- pauses ------------------------------------------------------------------------------------------------------------------ */

/* Its end is told with a transaction, whose answer waits for the disk. */
START_TEST(what_was_held_by_a_pause_is_kept_when_it_was_done)
{
	struct hearer writer = HEARER;

	shelf_open(&kept.shelf, 1 + (uint64_t)_i);
	open_machine(1 + (uint64_t)_i, shards_of(_i));
	expect_talk(0, "SET a 1\r\nCLIENT PAUSE 100000 WRITE\r\n", "+OK\\r\\n+OK\\r\\n");
	say(1, &writer, "SET a 2\r\nMSET a 3 b 3\r\n");
	pass(ODEON_MS(10));
	must(gate_count(&writer.done) == 0);
	expect_talk(0, "MULTI\r\nGET a\r\nCLIENT UNPAUSE\r\nEXEC\r\n",
	            "+OK\\r\\n+QUEUED\\r\\n+QUEUED\\r\\n*2\\r\\n$1\\r\\n1\\r\\n+OK\\r\\n");
	expect_heard(&writer, "+OK\\r\\n+OK\\r\\n");
	stop_and_start(1 + (uint64_t)_i, shards_of(_i));
	expect_talk(0, "MGET a b\r\n", "*2\\r\\n$1\\r\\n3\\r\\n$1\\r\\n3\\r\\n");
	close_machine();
	shelf_close(&kept.shelf);
}
END_TEST

/* ---- what was served ----------------------------------------------------------------------------------------------------------- */

START_TEST(what_was_served_is_gone_after_the_power_was_cut)
{
	struct hearer popper = HEARER, mover = HEARER, least = HEARER;

	shelf_open(&kept.shelf, 1 + (uint64_t)_i);
	open_machine(1 + (uint64_t)_i, shards_of(_i));
	say(0, &popper, "BLPOP q r 0\r\n");
	say(1, &mover, "BLMOVE from to LEFT RIGHT 0\r\n");
	say(2, &least, "BZPOPMIN z y 0\r\n");
	pass(ODEON_MS(10));
	expect_talk(3, "MULTI\r\nRPUSH q a b\r\nRPUSH from c\r\nZADD z 1 m 2 n\r\nEXEC\r\n",
	            "+OK\\r\\n+QUEUED\\r\\n+QUEUED\\r\\n+QUEUED\\r\\n*3\\r\\n:2\\r\\n:1\\r\\n:2\\r\\n");
	expect_heard(&popper, "*2\\r\\n$1\\r\\nq\\r\\n$1\\r\\na\\r\\n");
	expect_heard(&mover, "$1\\r\\nc\\r\\n");
	expect_heard(&least, "*3\\r\\n$1\\r\\nz\\r\\n$1\\r\\nm\\r\\n$1\\r\\n1\\r\\n");
	stop_and_start(1 + (uint64_t)_i, shards_of(_i));
	expect_talk(0, "LRANGE q 0 -1\r\nLRANGE to 0 -1\r\nEXISTS from\r\nZRANGE z 0 -1\r\n",
	            "*1\\r\\n$1\\r\\nb\\r\\n*1\\r\\n$1\\r\\nc\\r\\n:0\\r\\n*1\\r\\n$1\\r\\nn\\r\\n");
	close_machine();
	shelf_close(&kept.shelf);
}
END_TEST

START_TEST(nobody_is_served_with_what_is_not_on_the_disk)
{
	struct hearer popper = HEARER, pusher = HEARER;

	shelf_open(&kept.shelf, 1 + (uint64_t)_i);
	open_machine(1 + (uint64_t)_i, shards_of(_i));
	say(0, &popper, "BLPOP q 0\r\n");
	pass(ODEON_MS(10));
	kept.shelf.fails_at = kept.shelf.calls + 1;
	kept.shelf.fails_until = kept.shelf.fails_at + 1000000;
	kept.shelf.error = _i % 2 ? -EIO : -ENOSPC;
	say(1, &pusher, "RPUSH q a\r\n");
	expect_heard(&popper, "-MISCONF not on the disk: what was waited for was taken\\r\\n");
	await_talk(&pusher, 1);
	must(pusher.heard.length > 8 && memcmp(pusher.heard.bytes, "-MISCONF", 8) == 0);
	reply_fini(&pusher.heard);
	kept.shelf.fails_at = kept.shelf.fails_until = 0;
	pass(ODEON_SECONDS(5));
	expect_talk(1, "RPUSH q b\r\nBLPOP q 0\r\nLLEN q\r\n", ":1\\r\\n*2\\r\\n$1\\r\\nq\\r\\n$1\\r\\nb\\r\\n:0\\r\\n");
	close_machine();
	shelf_close(&kept.shelf);
}
END_TEST

/* What it hears is the element, or that nobody knows; it never waits for ever, and is never told of two. */
START_TEST(who_is_served_hears_of_it_though_the_scribe_dies)
{
	unsigned served = 0, refused = 0;

	for (int round = 0; kit_goes_on(round, 150, served > 0 && refused > 0); round++) {
		struct hearer popper = HEARER, pusher = HEARER;
		struct chance chance;

		chance_begin(&chance, _i * 1000 + round);
		shelf_open(&kept.shelf, chance.state);
		open_machine(chance.state, shards_of(round));
		say(0, &popper, "BLPOP q 0\r\n");
		pass(ODEON_MS(10));
		kept.dies = "scribe";
		kept.dies_of = 1 + choose(&chance, 4);
		say(1, &pusher, "RPUSH q a\r\n");
		await_talk(&popper, 1);
		await_talk(&pusher, 1);
		if (popper.heard.bytes[0] == '*')
			served++;
		else
			refused++;
		must(memcmp(popper.heard.bytes, "*2", 2) == 0 || memcmp(popper.heard.bytes, "-MISCONF", 8) == 0);
		reply_fini(&popper.heard);
		reply_fini(&pusher.heard);
		pass(ODEON_SECONDS(5));
		expect_talk(1, "RPUSH q b\r\n", ":1\\r\\n");
		expect_talk(0, "BLPOP q 0\r\n", "*2\\r\\n$1\\r\\nq\\r\\n$1\\r\\nb\\r\\n");
		close_machine();
		shelf_close(&kept.shelf);
	}
	must(served > 0 && refused > 0);
}
END_TEST

/* ---- transactions ---------------------------------------------------------------------------------------------------------------- */

START_TEST(what_was_watched_and_changed_leaves_nothing)
{
	shelf_open(&kept.shelf, 1 + (uint64_t)_i);
	open_machine(1 + (uint64_t)_i, shards_of(_i));
	expect_talk(0, "WATCH a b\r\nMULTI\r\nSET a 1\r\nSET b 1\r\nPUBLISH told secret\r\nEXEC\r\n",
	            "+OK\\r\\n+OK\\r\\n+QUEUED\\r\\n+QUEUED\\r\\n+QUEUED\\r\\n*3\\r\\n+OK\\r\\n+OK\\r\\n:0\\r\\n");
	expect_talk(0, "WATCH a b\r\n", "+OK\\r\\n");
	expect_talk(1, "SET b 2\r\nFLUSHALL\r\nSET b 3\r\n", "+OK\\r\\n+OK\\r\\n+OK\\r\\n");
	expect_talk(0, "MULTI\r\nSET a never\r\nEXEC\r\n", "+OK\\r\\n+QUEUED\\r\\n*-1\\r\\n");
	stop_and_start(1 + (uint64_t)_i, shards_of(_i));
	expect_talk(0, "MGET a b\r\nDBSIZE\r\n", "*2\\r\\n$-1\\r\\n$1\\r\\n3\\r\\n:1\\r\\n");
	for (unsigned i = 0; i < kept.shelf.count; i++)        /* what was published is written nowhere */
		must(kept.shelf.files[i].length == 0
		     || memmem(kept.shelf.files[i].bytes, kept.shelf.files[i].length, "secret", 6) == NULL);
	close_machine();
	shelf_close(&kept.shelf);
}
END_TEST

/* ---- shards that fail -------------------------------------------------------------------------------------------------------------- */

static void kill_shard_of(const char *name)
{
	struct text text = text_of(name);

	must(odeon_actor_kill(town.system, town.cluster.shard[store_of(text, &town.cluster.server.seed, town.cluster.shards)]) == 0);
	pass(ODEON_SECONDS(1));
}

START_TEST(who_waits_watches_or_listens_in_a_shard_that_dies_is_told)
{
	struct hearer popper = HEARER, listener = HEARER;

	shelf_open(&kept.shelf, 1 + (uint64_t)_i);
	open_machine(1 + (uint64_t)_i, shards_of(_i));
	expect_talk(0, "SET k before\r\nWATCH k\r\n", "+OK\\r\\n+OK\\r\\n");
	expect_talk(2, "SUBSCRIBE k\r\n", "*3\\r\\n$9\\r\\nsubscribe\\r\\n$1\\r\\nk\\r\\n:1\\r\\n");
	say(1, &popper, "BLPOP {k} k 0\r\n");
	pass(ODEON_MS(10));
	await_talk(&popper, 1);                                /* it is a string */
	reply_fini(&popper.heard);
	popper = (struct hearer)HEARER;
	expect_talk(1, "DEL k\r\nSET other 1\r\n", ":1\\r\\n+OK\\r\\n");
	say(1, &popper, "BLPOP other2 k 0\r\n");
	pass(ODEON_MS(10));
	must(gate_count(&popper.done) == 0);
	kill_shard_of("k");
	expect_heard(&popper, "-UNBLOCKED a shard that was waited in has failed, and was started anew\\r\\n");
	say(2, &listener, "PING\r\n");
	await_talk(&listener, 1);
	must(listener.is_closed);
	reply_fini(&listener.heard);
	expect_talk(0, "MULTI\r\nSET k after\r\nEXEC\r\nGET k\r\nGET other\r\n", "+OK\\r\\n+QUEUED\\r\\n*-1\\r\\n$-1\\r\\n$1\\r\\n1\\r\\n");
	expect_talk(3, "RPUSH k x\r\nBLPOP k 0\r\n", ":1\\r\\n*2\\r\\n$1\\r\\nk\\r\\n$1\\r\\nx\\r\\n");
	close_machine();
	shelf_close(&kept.shelf);
}
END_TEST

/* Nobody has changed it, but nobody can know that. */
START_TEST(what_is_watched_in_a_shard_that_dies_counts_as_changed)
{
	shelf_open(&kept.shelf, 1 + (uint64_t)_i);
	open_machine(1 + (uint64_t)_i, shards_of(_i));
	expect_talk(0, "SET k before\r\nWATCH k\r\n", "+OK\\r\\n+OK\\r\\n");
	kill_shard_of("k");
	expect_talk(0, "MULTI\r\nSET k after\r\nEXEC\r\nGET k\r\n", "+OK\\r\\n+QUEUED\\r\\n*-1\\r\\n$6\\r\\nbefore\\r\\n");
	expect_talk(0, "WATCH k\r\nMULTI\r\nSET k after\r\nEXEC\r\n", "+OK\\r\\n+OK\\r\\n+QUEUED\\r\\n*1\\r\\n+OK\\r\\n");
	expect_talk(0, "WATCH nothing\r\n", "+OK\\r\\n");
	kill_shard_of("nothing");
	expect_talk(0, "MULTI\r\nSET nothing x\r\nEXEC\r\n", "+OK\\r\\n+QUEUED\\r\\n*-1\\r\\n");
	close_machine();
	shelf_close(&kept.shelf);
}
END_TEST

/* ---- from a list to one of another shard ----------------------------------------------------------------------------------------- */

enum { MOVE_SHARDS = 3 };

/* A list in another shard than `from` is in. */
static const char *other_list(char *name, size_t bytes)
{
	const struct text_seed *seed = &town.cluster.server.seed;
	unsigned number = 0;

	do
		(void)snprintf(name, bytes, "to%u", number++);
	while (store_of(text_of(name), seed, MOVE_SHARDS) == store_of(TEXT("from"), seed, MOVE_SHARDS));
	return name;
}

static void open_moving(struct chance *chance, int number, char *to, size_t bytes)
{
	chance_begin(chance, number);
	shelf_open(&kept.shelf, chance->state);
	open_machine(chance->state, MOVE_SHARDS);
	(void)other_list(to, bytes);
	kept.dies = number % 2 == 0 ? "clerk" : "shard";
}

static void close_moving(void)
{
	kept.dies_of = 0;
	close_machine();
	shelf_close(&kept.shelf);
}

static void say_of(unsigned talker, struct hearer *hearer, const char *before, const char *to, const char *behind)
{
	char line[100];

	(void)snprintf(line, sizeof line, "%s %s%s\r\n", before, to, behind);
	say(talker, hearer, line);
}

/* The element is in one of both lists, when all is at rest, and after a new start. */
static void expect_lists(uint64_t seed, const char *to, bool is_moved)
{
	const char *wanted = is_moved ? "*0\\r\\n*1\\r\\n$1\\r\\na\\r\\n" : "*1\\r\\n$1\\r\\na\\r\\n*0\\r\\n";
	char line[100];

	(void)snprintf(line, sizeof line, "LRANGE from 0 -1\r\nLRANGE %s 0 -1\r\n", to);
	expect_talk(2, line, wanted);
	stop_and_start(seed, MOVE_SHARDS);
	expect_talk(2, line, wanted);
}

/* Whoever is to bring the stores together dies: who waits hears of the element that came, or that a shard has failed; no element is lost, or there twice. */
START_TEST(who_waits_to_move_an_element_is_served_though_a_clerk_or_a_shard_dies)
{
	unsigned served = 0, deaths = 0;

	for (int round = 0; round < KIT_SLOWER(100) + 60; round++) {
		struct hearer mover = HEARER, pusher = HEARER;
		struct chance chance;
		char to[20];
		bool is_moved;

		open_moving(&chance, _i * 1000 + round, to, sizeof to);
		say_of(0, &mover, "BLMOVE from", to, " LEFT RIGHT 0");
		pass(ODEON_MS(10));
		kept.dies_of = 1 + choose(&chance, 5);
		say(1, &pusher, "RPUSH from a\r\n");
		await_talk(&pusher, 1);
		await_talk(&mover, 1);
		is_moved = is_heard(&mover, "$1\r\na\r\n");
		must(is_moved || is_heard(&mover, "-UNBLOCKED"));
		must(is_heard(&pusher, ":1") || (is_heard(&pusher, "-ERR no answer") && !is_moved));
		served += is_moved;
		deaths += kept.dies_of == 0;
		kept.dies_of = 0;
		pass(ODEON_SECONDS(5));
		if (is_heard(&pusher, ":1"))
			expect_lists(chance.state, to, is_moved);
		reply_fini(&pusher.heard);
		reply_fini(&mover.heard);
		close_moving();
	}
	must(served > 0 && deaths > 0);
}
END_TEST

/* An answer or an error: then it was moved or was not, and as a whole. */
START_TEST(an_element_that_is_moved_is_in_one_list_whoever_dies)
{
	static const struct { const char *before, *behind; } commands[] = {
		{ "LMOVE from", " LEFT RIGHT" }, { "RPOPLPUSH from", "" }, { "BLMOVE from", " RIGHT LEFT 0" }, { "BRPOPLPUSH from", " 0" },
	};
	unsigned moved = 0, unknown = 0;

	for (int round = 0; round < KIT_SLOWER(100) + 60; round++) {
		struct hearer mover = HEARER, counter = HEARER;
		struct chance chance;
		char to[20];
		bool is_moved;

		open_moving(&chance, _i * 1000 + round, to, sizeof to);
		expect_talk(1, "RPUSH from a\r\n", ":1\\r\\n");
		kept.dies_of = 1 + choose(&chance, 4);
		say_of(0, &mover, commands[round / 2 % 4].before, to, commands[round / 2 % 4].behind);
		await_talk(&mover, 1);
		is_moved = is_heard(&mover, "$1\r\na\r\n");
		must(is_moved || is_heard(&mover, "-ERR no answer"));
		kept.dies_of = 0;
		pass(ODEON_SECONDS(5));
		say_of(2, &counter, "LLEN", to, "");
		await_talk(&counter, 1);
		must(!is_moved || is_heard(&counter, ":1"));
		moved += is_moved;
		unknown += !is_moved;
		expect_lists(chance.state, to, is_heard(&counter, ":1"));
		reply_fini(&mover.heard);
		reply_fini(&counter.heard);
		close_moving();
	}
	must(moved > 0 && unknown > 0);
}
END_TEST

/* ---- rewriting -------------------------------------------------------------------------------------------------------------------- */

/* What was done before the walk over the shards, and is not written yet, is for the old file alone: its key is in the new one as it is when the walk comes by.
 * Written there too, it would be done to a key that is not there, which here leaves a member that nobody takes out again. */
START_TEST(what_was_done_before_a_rewriting_is_not_done_again_in_the_new_file)
{
	shelf_open(&kept.shelf, 1 + (uint64_t)_i);
	open_machine(1 + (uint64_t)_i, shards_of(_i));
	persistence_set(&kept.shared, policy, SYNC_EVERYSEC);
	expect_talk(0, "ZADD k 0 a\r\n", ":1\\r\\n");
	pass(ODEON_SECONDS(3));
	kept.held_kind = "offload_pool";                            /* the next file is not begun */
	persistence_set(&kept.shared, wants_rewrite, true);
	while (!persistence_get(&kept.shared, is_rewriting))
		pass(ODEON_MS(1));
	expect_talk(0, "ZADD k NX 1 a\r\n", ":0\\r\\n");
	pass(ODEON_MS(10));
	kept.held_kind = NULL;
	kept.held_type = ODEON_TYPE(kv_piece_wanted);               /* it is, and the walk has come nowhere */
	pass(ODEON_MS(10));
	expect_talk(0, "ZREMRANGEBYSCORE k 0 0\r\nSET left 1\r\n", ":1\\r\\n+OK\\r\\n");
	pass(ODEON_MS(10));
	kept.held_type = NULL;
	while (persistence_get(&kept.shared, is_rewriting))
		pass(ODEON_MS(1));
	must(persistence_get(&kept.shared, rewrites) == 1);
	pass(ODEON_SECONDS(3));
	stop_and_start(1 + (uint64_t)_i, shards_of(_i));
	expect_talk(0, "EXISTS k left\r\n", ":1\\r\\n");
	close_machine();
	shelf_close(&kept.shelf);
}
END_TEST

KIT_MAIN("kv/kept",
	{ .name = "served", .tests = KIT_TESTS(what_was_served_is_gone_after_the_power_was_cut, nobody_is_served_with_what_is_not_on_the_disk,
		who_is_served_hears_of_it_though_the_scribe_dies), .loop = 5 },
	{ .name = "pauses", .tests = KIT_TESTS(what_was_held_by_a_pause_is_kept_when_it_was_done), .loop = 5 },
	{ .name = "transactions", .tests = KIT_TESTS(what_was_watched_and_changed_leaves_nothing), .loop = 5 },
	{ .name = "shards", .tests = KIT_TESTS(who_waits_watches_or_listens_in_a_shard_that_dies_is_told,
		what_is_watched_in_a_shard_that_dies_counts_as_changed), .loop = 5 },
	{ .name = "moves", .tests = KIT_TESTS(who_waits_to_move_an_element_is_served_though_a_clerk_or_a_shard_dies,
		an_element_that_is_moved_is_in_one_list_whoever_dies), .loop = 2 },
	{ .name = "rewriting", .tests = KIT_TESTS(what_was_done_before_a_rewriting_is_not_done_again_in_the_new_file), .loop = 5 })
