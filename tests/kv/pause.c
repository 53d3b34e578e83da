/* SPDX-License-Identifier: BSD-2-Clause */
/* pause.c - CLIENT PAUSE: what is held back, for how long, and that nothing changes meanwhile */
#include "chance.h"
#include "engine.h"
#include "town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void open_simulated(uint64_t seed, unsigned shards)
{
	const struct kv_saving nothing = { .ledger = NULL };
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1 });

	options.simulation.seed = seed;
	open_town_saved(options, shards, 2, &nothing, NULL);
}

/* Of each number of shards. */
static void open_next(int round)
{
	open_simulated(1 + (uint64_t)round, 1 + (unsigned)round % 5);
}

static void expect_so_far(const struct hearer *hearer, const char *wanted)
{
	char *shown = reply_show(&hearer->heard);

	ck_assert_str_eq(shown, wanted);
	free(shown);
}

/* What somebody else hears, as a string, which is the hearer's. */
static const char *hear_text(unsigned talker, struct hearer *hearer, const char *lines)
{
	say(talker, hearer, lines);
	await_talk(hearer, 1);
	reply_raw(&hearer->heard, (struct text){ "", 1 });
	return hearer->heard.bytes;
}

/* So much is heard as long as it is paused, and all when that is over. */
static void expect_held(unsigned talker, const char *lines, const char *before, const char *after)
{
	struct hearer hearer = HEARER;

	say(talker, &hearer, lines);
	pass(ODEON_MS(50));
	must(gate_count(&hearer.done) == 0);
	expect_so_far(&hearer, before);
	expect_talk(0, "CLIENT UNPAUSE\r\n", "+OK\\r\\n");
	await_talk(&hearer, 1);
	expect_so_far(&hearer, after);
	reply_fini(&hearer.heard);
}

#define PAUSE_WRITES "CLIENT PAUSE 100000 WRITE\r\n"

START_TEST(what_writes_is_held_and_what_reads_is_not)
{
	open_next(_i);
	expect_talk(0, "MSET a 1 b 2\r\n" PAUSE_WRITES, "+OK\\r\\n+OK\\r\\n");
	expect_talk(1, "GET a\r\nMGET a b\r\nPING\r\nMULTI\r\nGET a\r\nEXEC\r\nWATCH a\r\nEXEC\r\nSUBSCRIBE c\r\n",
	            "$1\\r\\n1\\r\\n*2\\r\\n$1\\r\\n1\\r\\n$1\\r\\n2\\r\\n+PONG\\r\\n+OK\\r\\n+QUEUED\\r\\n*1\\r\\n$1\\r\\n1\\r\\n+OK\\r\\n-ERR EXEC without MULTI\\r\\n"
	            "*3\\r\\n$9\\r\\nsubscribe\\r\\n$1\\r\\nc\\r\\n:1\\r\\n");
	expect_held(2, "GET a\r\nSET a 3\r\nGET a\r\n", "$1\\r\\n1\\r\\n", "$1\\r\\n1\\r\\n+OK\\r\\n$1\\r\\n3\\r\\n");
	expect_talk(0, PAUSE_WRITES, "+OK\\r\\n");
	expect_held(2, "PING\r\nMSET a 4 b 4\r\nMGET a b\r\n", "+PONG\\r\\n", "+PONG\\r\\n+OK\\r\\n*2\\r\\n$1\\r\\n4\\r\\n$1\\r\\n4\\r\\n");
	expect_talk(0, PAUSE_WRITES, "+OK\\r\\n");
	expect_held(2, "MULTI\r\nGET a\r\nSET a 5\r\nEXEC\r\n", "+OK\\r\\n+QUEUED\\r\\n", "+OK\\r\\n+QUEUED\\r\\n+QUEUED\\r\\n*2\\r\\n$1\\r\\n4\\r\\n+OK\\r\\n");
	expect_talk(2, "MULTI\r\nPUBLISH c x\r\n", "+OK\\r\\n+QUEUED\\r\\n");
	expect_talk(0, PAUSE_WRITES, "+OK\\r\\n");
	expect_held(2, "EXEC\r\n", "", "*1\\r\\n:1\\r\\n");
	expect_talk(0, PAUSE_WRITES, "+OK\\r\\n");
	expect_held(2, "PUBLISH c y\r\n", "", ":1\\r\\n");
	expect_talk(0, PAUSE_WRITES, "+OK\\r\\n");
	expect_held(2, "NOSUCH\r\nSET a\r\nBLPOP list 0.01\r\n",
	            "-ERR unknown command 'NOSUCH', with args beginning with: \\r\\n-ERR wrong number of arguments for 'set' command\\r\\n",
	            "-ERR unknown command 'NOSUCH', with args beginning with: \\r\\n-ERR wrong number of arguments for 'set' command\\r\\n*-1\\r\\n");
	close_town();
}
END_TEST

START_TEST(a_pause_of_all_holds_all_but_its_end)
{
	open_next(_i);
	expect_talk(0, "CLIENT PAUSE 100000\r\n", "+OK\\r\\n");
	expect_talk(3, "NOSUCH\r\nQUIT\r\n", "-ERR unknown command 'NOSUCH', with args beginning with: \\r\\n+OK\\r\\n");
	expect_held(2, "PING\r\nGET a\r\n", "", "+PONG\\r\\n$-1\\r\\n");
	expect_talk(0, "CLIENT PAUSE 100000 all\r\nCLIENT UNPAUSE\r\n", "+OK\\r\\n+OK\\r\\n");
	expect_talk(2, "PING\r\n", "+PONG\\r\\n");
	close_town();
}
END_TEST

/* Two pauses, from now on; and until when GET, also one that comes in the middle, and SET, are not answered. */
static void expect_ends(const char *first, const char *second, int get_ms, int set_ms)
{
	struct hearer reader = HEARER, writer = HEARER, late = HEARER;
	char lines[200];

	(void)snprintf(lines, sizeof lines, "MULTI\r\nCLIENT PAUSE %s\r\nCLIENT PAUSE %s\r\nEXEC\r\n", first, second);
	expect_talk(0, lines, "+OK\\r\\n+QUEUED\\r\\n+QUEUED\\r\\n*2\\r\\n+OK\\r\\n+OK\\r\\n");
	say(1, &reader, "GET a\r\n");
	say(2, &writer, "SET a 1\r\n");
	for (int ms = 0; ms < 400; ms += 10) {
		must(gate_count(&reader.done) == (ms > get_ms));
		must(gate_count(&writer.done) == (ms > set_ms));
		must(gate_count(&late.done) == (ms > get_ms && ms > 150));
		if (ms == 150)
			say(3, &late, "GET a\r\n");
		pass(ODEON_MS(10));
	}
	reply_fini(&reader.heard);
	reply_fini(&writer.heard);
	reply_fini(&late.heard);
}

START_TEST(a_pause_ends_in_time)
{
	open_next(_i);
	expect_ends("0", "0 WRITE", 0, 0);
	expect_ends("105 WRITE", "0 WRITE", 0, 100);
	expect_ends("105 WRITE", "205 WRITE", 0, 200);
	expect_ends("105 WRITE", "5 ALL", 100, 100);
	expect_ends("105 ALL", "205 WRITE", 200, 200);
	close_town();
}
END_TEST

START_TEST(who_is_held_is_said_to_wait_and_may_be_sent_away)
{
	struct hearer writer = HEARER, asker = HEARER;
	const char *text;

	open_next(_i);
	expect_talk(0, PAUSE_WRITES, "+OK\\r\\n");
	say(2, &writer, "SET a 1\r\n");
	pass(ODEON_MS(1));
	text = hear_text(1, &asker, "CLIENT LIST ID 3\r\nINFO clients\r\n");
	must(strstr(text, " flags=b ") != NULL && strstr(text, " cmd=set ") != NULL);
	must(strstr(text, "blocked_clients:1\r\n") != NULL);
	expect_talk(1, "CLIENT UNBLOCK 3\r\nCLIENT UNBLOCK 3 ERROR\r\n", ":0\\r\\n:0\\r\\n");
	must(gate_count(&writer.done) == 0);
	expect_talk(1, "CLIENT KILL ID 3\r\n", ":1\\r\\n");
	await_talk(&writer, 1);
	must(writer.is_closed && writer.heard.length == 0);
	expect_talk(0, "CLIENT UNPAUSE\r\nGET a\r\n", "+OK\\r\\n$-1\\r\\n");
	reply_fini(&asker.heard);
	close_town();
}
END_TEST

/* Also what would be done at once. */
START_TEST(what_is_behind_a_command_that_is_held_does_not_begin)
{
	struct hearer writer = HEARER, asker = HEARER;
	const char *text;

	open_next(_i);
	expect_talk(2, "MULTI\r\nSET a 1\r\n", "+OK\\r\\n+QUEUED\\r\\n");
	expect_talk(0, PAUSE_WRITES, "+OK\\r\\n");
	say(2, &writer, "EXEC\r\nCLIENT SETNAME late\r\n");
	pass(ODEON_MS(1));
	text = hear_text(1, &asker, "CLIENT LIST ID 3\r\n");
	must(strstr(text, " name= ") != NULL && strstr(text, " cmd=exec ") != NULL);
	expect_talk(0, "CLIENT UNPAUSE\r\n", "+OK\\r\\n");
	await_talk(&writer, 1);
	expect_so_far(&writer, "*1\\r\\n+OK\\r\\n+OK\\r\\n");
	reply_fini(&writer.heard);
	reply_fini(&asker.heard);
	close_town();
}
END_TEST

START_TEST(what_is_held_for_one_who_ends_is_not_done)
{
	struct hearer writer = HEARER;

	open_next(_i);
	expect_talk(0, PAUSE_WRITES, "+OK\\r\\n");
	say(2, &writer, "SET a 1\r\n");
	pass(ODEON_MS(1));
	must(odeon_actor_kill(town.system, town.talkers[2]) == 0);
	pass(ODEON_MS(1));
	expect_talk(0, "CLIENT UNPAUSE\r\nGET a\r\n", "+OK\\r\\n$-1\\r\\n");
	must(gate_count(&writer.done) == 1 && writer.heard.length == 0);
	close_town();
}
END_TEST

/* ---- what was under way ------------------------------------------------------------------------------------------------------ */

enum { COUNTERS = 6, EACH = 20 };
#define ALL_COUNTERS "MGET k0 k1 k2 k3 k4 k5\r\n"

/* Commands that raise counters by so much together. */
static unsigned add_raising(struct chance *chance, struct reply *bytes)
{
	unsigned one = choose(chance, COUNTERS), other = choose(chance, COUNTERS), by = 1 + choose(chance, 9);
	char text[80];

	if (choose(chance, 2) == 0) {
		(void)snprintf(text, sizeof text, "INCRBY k%u %u", one, by);
		add_line(bytes, text);
		return by;
	}
	if (choose(chance, 2) == 0) {
		(void)snprintf(text, sizeof text, "WATCH nobody%u", other);
		add_line(bytes, text);
	}
	add_line(bytes, "MULTI");
	(void)snprintf(text, sizeof text, "INCR k%u", one);
	add_line(bytes, text);
	(void)snprintf(text, sizeof text, "INCRBY k%u %u", other, by);
	add_line(bytes, text);
	add_line(bytes, "EXEC");
	return 1 + by;
}

static unsigned sum_of(const struct reply *heard)
{
	unsigned sum = 0;

	for (size_t at = 4; at < heard->length; at += reply_span(heard->bytes + at, heard->length - at))
		sum += heard->bytes[at + 1] == '-' ? 0 : (unsigned)strtoul(strchr(heard->bytes + at, '\n'), NULL, 10);
	return sum;
}

static unsigned look(unsigned talker, const char *lines, size_t before)
{
	struct hearer hearer = HEARER;
	struct reply rest;
	unsigned sum;

	say(talker, &hearer, lines);
	await_talk(&hearer, 1);
	must(hearer.heard.length > before && hearer.heard.bytes[before] == '*');
	rest = (struct reply){ .bytes = hearer.heard.bytes + before, .length = hearer.heard.length - before };
	sum = sum_of(&rest);
	reply_fini(&hearer.heard);
	return sum;
}

/* Three raise counters, and somebody pauses writes: from his answer on nothing changes; when it is over all was done, and once. */
static unsigned raise_and_pause(struct chance *chance)
{
	struct hearer hearers[TALKERS] = { HEARER, HEARER, HEARER, HEARER };
	unsigned wanted = 0, seen;

	for (unsigned i = 1; i < TALKERS; i++) {
		struct reply bytes;

		reply_init(&bytes, 2);
		for (unsigned n = 0; n < EACH; n++)
			wanted += add_raising(chance, &bytes);
		begin_talk(i, &hearers[i], &bytes);
		reply_fini(&bytes);
	}
	seen = look(0, PAUSE_WRITES ALL_COUNTERS, 5);
	pass(ODEON_MS(20));
	must(look(0, ALL_COUNTERS, 0) == seen);
	expect_talk(0, "CLIENT UNPAUSE\r\n", "+OK\\r\\n");
	for (unsigned i = 1; i < TALKERS; i++) {
		await_talk(&hearers[i], 1);
		reply_fini(&hearers[i].heard);
	}
	must(look(0, ALL_COUNTERS, 0) == wanted);
	return seen > 0 && seen < wanted;
}

START_TEST(nothing_changes_when_a_pause_is_answered)
{
	unsigned in_the_middle = 0;
	struct chance chance;

	for (int round = 0; kit_goes_on(round, 200, in_the_middle > 0); round++) {
		chance_begin(&chance, _i * 1000 + round);
		open_simulated(1 + chance.state, 1 + (unsigned)_i);
		in_the_middle += raise_and_pause(&chance);
		close_town();
	}
	must(in_the_middle > 0);
}
END_TEST

/* Somebody waits for a list, to move it to another shard: a clerk serves him, before the pause or behind it. */
START_TEST(who_waits_is_not_served_in_a_pause)
{
	unsigned late = 0;

	for (int round = 0; kit_goes_on(round, 1000, late > 0); round++) {
		struct hearer waiter = HEARER, pauser = HEARER;
		bool is_moved;

		open_simulated(kit_seed() + (uint64_t)round, 5);
		say(1, &waiter, "BLMOVE from to LEFT RIGHT 0\r\n");
		pass(ODEON_MS(1));
		say(0, &pauser, "LPUSH from x\r\n" PAUSE_WRITES "EXISTS to\r\n");
		await_talk(&pauser, 1);
		is_moved = pauser.heard.bytes[pauser.heard.length - 3] == '1';
		pass(ODEON_MS(500));
		expect_talk(0, "EXISTS to\r\n", is_moved ? ":1\\r\\n" : ":0\\r\\n");
		must(gate_count(&waiter.done) == is_moved);
		late += !is_moved;
		expect_talk(0, "CLIENT UNPAUSE\r\n", "+OK\\r\\n");
		await_talk(&waiter, 1);
		expect_talk(0, "EXISTS to\r\n", ":1\\r\\n");
		reply_fini(&waiter.heard);
		reply_fini(&pauser.heard);
		close_town();
	}
	must(late > 0);
}
END_TEST

/* Each is woken, however close its command and the end of the pause come. */
START_TEST(whoever_is_held_goes_on_on_several_cores)
{
	const struct kv_saving nothing = { .ledger = NULL };
	struct hearer hearers[TALKERS] = { HEARER, HEARER, HEARER, HEARER };
	odeon_options options = ODEON_OPTIONS(.workers = 3);

	open_town_saved(options, 3, 2, &nothing, NULL);
	for (unsigned round = 1; round <= KIT_SLOWER(500); round++) {
		for (unsigned i = 1; i < TALKERS; i++)
			say(i, &hearers[i], "SET a 1\r\nMSET a 1 b 2 c 3\r\nGET a\r\nINCR d\r\n");
		expect_talk(0, PAUSE_WRITES, "+OK\\r\\n");
		expect_talk(0, "CLIENT UNPAUSE\r\n", "+OK\\r\\n");
		for (unsigned i = 1; i < TALKERS; i++)
			await_talk(&hearers[i], round);
	}
	for (unsigned i = 1; i < TALKERS; i++)
		reply_fini(&hearers[i].heard);
	close_town();
}
END_TEST

KIT_MAIN("kv/pause",
	{ .name = "held", .tests = KIT_TESTS(what_writes_is_held_and_what_reads_is_not, a_pause_of_all_holds_all_but_its_end, a_pause_ends_in_time,
		who_is_held_is_said_to_wait_and_may_be_sent_away, what_is_held_for_one_who_ends_is_not_done,
		what_is_behind_a_command_that_is_held_does_not_begin,
		nothing_changes_when_a_pause_is_answered), .loop = 5 },
	{ .name = "served", .tests = KIT_TESTS(who_waits_is_not_served_in_a_pause, whoever_is_held_goes_on_on_several_cores) })
