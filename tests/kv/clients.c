/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clients.c - what clients have to do with each other, whatever shards it is in: letters of channels, keys that are watched, and keys that
 * are waited for
 */
#include "chance.h"
#include "engine.h"
#include "town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static odeon_options simulated(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1 });

	options.simulation.seed = seed;
	return options;
}

/* ---- channels --------------------------------------------------------------------------------------------------------------- */

START_TEST(a_letter_comes_after_the_answer_to_subscribe)
{
	open_town(simulated(1 + (uint64_t)_i), 1 + (unsigned)_i % 5, 2);
	expect_talk(0, "SUBSCRIBE a b\r\n", "*3\\r\\n$9\\r\\nsubscribe\\r\\n$1\\r\\na\\r\\n:1\\r\\n*3\\r\\n$9\\r\\nsubscribe\\r\\n$1\\r\\nb\\r\\n:2\\r\\n");
	expect_talk(1, "HELLO 3 x\r\nPSUBSCRIBE ?\r\n", "-ERR Syntax error in HELLO option 'x'\\r\\n*3\\r\\n$10\\r\\npsubscribe\\r\\n$1\\r\\n?\\r\\n:1\\r\\n");
	expect_talk(2, "PUBLISH a x\r\nPUBLISH b y\r\nPUBLISH cc z\r\nPUBSUB NUMPAT\r\n", ":2\\r\\n:2\\r\\n:0\\r\\n:1\\r\\n");
	expect_talk(0, "UNSUBSCRIBE a\r\n", "*3\\r\\n$7\\r\\nmessage\\r\\n$1\\r\\na\\r\\n$1\\r\\nx\\r\\n*3\\r\\n$7\\r\\nmessage\\r\\n$1\\r\\nb\\r\\n$1\\r\\ny\\r\\n"
	            "*3\\r\\n$11\\r\\nunsubscribe\\r\\n$1\\r\\na\\r\\n:1\\r\\n");
	expect_talk(1, "PING\r\n", "*4\\r\\n$8\\r\\npmessage\\r\\n$1\\r\\n?\\r\\n$1\\r\\na\\r\\n$1\\r\\nx\\r\\n"
	            "*4\\r\\n$8\\r\\npmessage\\r\\n$1\\r\\n?\\r\\n$1\\r\\nb\\r\\n$1\\r\\ny\\r\\n*2\\r\\n$4\\r\\npong\\r\\n$0\\r\\n\\r\\n");
	close_town();
}
END_TEST

/* The numbers of one publisher, "P-N", in what was heard: they must be 1, 2, 3, ...; answers the last. */
static int check_letters(const struct reply *heard, unsigned publisher)
{
	char *text = reply_show(heard), wanted[40];
	const char *at = text;
	int last = 0;

	for (;;) {
		(void)snprintf(wanted, sizeof wanted, "\\n%u-", publisher);
		at = strstr(at, wanted);
		if (at == NULL)
			break;
		at += strlen(wanted);
		must(atoi(at) == ++last);
	}
	free(text);
	return last;
}

/* Two subscribe to all channels, two publish to channels of several shards: each letter comes once, in its publisher's order. */
static void publish_all(unsigned letters)
{
	struct hearer hearers[TALKERS] = { HEARER, HEARER, HEARER, HEARER };
	char text[80];

	expect_talk(0, "SUBSCRIBE c0 c1 c2 c3 c4\r\nUNSUBSCRIBE nothing\r\n",
	            "*3\\r\\n$9\\r\\nsubscribe\\r\\n$2\\r\\nc0\\r\\n:1\\r\\n*3\\r\\n$9\\r\\nsubscribe\\r\\n$2\\r\\nc1\\r\\n:2\\r\\n*3\\r\\n$9\\r\\nsubscribe\\r\\n$2\\r\\nc2\\r\\n:3\\r\\n"
	            "*3\\r\\n$9\\r\\nsubscribe\\r\\n$2\\r\\nc3\\r\\n:4\\r\\n*3\\r\\n$9\\r\\nsubscribe\\r\\n$2\\r\\nc4\\r\\n:5\\r\\n*3\\r\\n$11\\r\\nunsubscribe\\r\\n$7\\r\\nnothing\\r\\n:5\\r\\n");
	expect_talk(1, "PSUBSCRIBE c*\r\n", "*3\\r\\n$10\\r\\npsubscribe\\r\\n$2\\r\\nc*\\r\\n:1\\r\\n");
	for (unsigned i = 2; i < TALKERS; i++) {
		struct reply bytes;

		reply_init(&bytes, 2);
		for (unsigned n = 1; n <= letters; n++) {
			(void)snprintf(text, sizeof text, "PUBLISH c%u %u-%u", n * 7 % 5, i, n);
			add_line(&bytes, text);
		}
		begin_talk(i, &hearers[i], &bytes);
		reply_fini(&bytes);
	}
	for (unsigned i = 2; i < TALKERS; i++)
		await_talk(&hearers[i], 1);
	for (unsigned i = 0; i < 2; i++) {                     /* behind all letters */
		say(i, &hearers[i], "PING\r\n");
		await_talk(&hearers[i], 1);
		for (unsigned publisher = 2; publisher < TALKERS; publisher++)
			must(check_letters(&hearers[i].heard, publisher) == (int)letters);
	}
	for (unsigned i = 0; i < TALKERS; i++)
		reply_fini(&hearers[i].heard);
}

START_TEST(letters_come_once_and_in_their_publishers_order)
{
	for (int round = 0; round < KIT_SLOWER(60); round++) {
		open_town(simulated(kit_seed() + (uint64_t)(_i * 1000 + round)), 1 + (unsigned)_i, 2);
		publish_all(40);
		close_town();
	}
}
END_TEST

START_TEST(letters_come_in_order_on_several_cores)
{
	odeon_options options = ODEON_OPTIONS(.workers = 3);

	open_town(options, 3, 2);
	publish_all(KIT_SLOWER(4000));
	close_town();
}
END_TEST

/* ---- watched keys -------------------------------------------------------------------------------------------------------------- */

START_TEST(a_transaction_is_dropped_when_a_watched_key_changed)
{
	open_town(simulated(1 + (uint64_t)_i), 1 + (unsigned)_i % 5, 2);
	expect_talk(0, "MSET a 1 b 2 c 3\r\nWATCH a b c nokey\r\n", "+OK\\r\\n+OK\\r\\n");
	expect_talk(1, "GET b\r\nSET d 1\r\nDEL nokey\r\n", "$1\\r\\n2\\r\\n+OK\\r\\n:0\\r\\n");
	expect_talk(0, "MULTI\r\nSET d 5\r\nEXEC\r\n", "+OK\\r\\n+QUEUED\\r\\n*1\\r\\n+OK\\r\\n");
	expect_talk(0, "WATCH a\r\nWATCH b nokey\r\n", "+OK\\r\\n+OK\\r\\n");
	expect_talk(1, "INCR b\r\n", ":3\\r\\n");
	expect_talk(0, "MULTI\r\nSET d 6\r\nEXEC\r\nGET d\r\n", "+OK\\r\\n+QUEUED\\r\\n*-1\\r\\n$1\\r\\n5\\r\\n");
	expect_talk(0, "WATCH a b\r\nUNWATCH\r\n", "+OK\\r\\n+OK\\r\\n");
	expect_talk(1, "INCR b\r\n", ":4\\r\\n");
	expect_talk(0, "MULTI\r\nINCR a\r\nEXEC\r\n", "+OK\\r\\n+QUEUED\\r\\n*1\\r\\n:2\\r\\n");
	expect_talk(0, "PEXPIRE c 50\r\nWATCH c\r\n", ":1\\r\\n+OK\\r\\n");
	pass(ODEON_MS(60));
	expect_talk(0, "MULTI\r\nSET d 6\r\nEXEC\r\n", "+OK\\r\\n+QUEUED\\r\\n*-1\\r\\n");
	expect_talk(0, "WATCH nokey\r\n", "+OK\\r\\n");
	expect_talk(1, "FLUSHALL\r\n", "+OK\\r\\n");
	expect_talk(0, "MULTI\r\nPING\r\nEXEC\r\nSET a 1\r\nWATCH a nokey\r\n", "+OK\\r\\n+QUEUED\\r\\n*1\\r\\n+PONG\\r\\n+OK\\r\\n+OK\\r\\n");
	expect_talk(1, "FLUSHALL\r\n", "+OK\\r\\n");
	expect_talk(0, "MULTI\r\nPING\r\nEXEC\r\n", "+OK\\r\\n+QUEUED\\r\\n*-1\\r\\n");
	close_town();
}
END_TEST

/* A read of two counters under watch, and, as an own talk, a transaction that sets both to one more: no increment is lost. */
static void count_up(unsigned rounds)
{
	struct hearer hearers[TALKERS] = { HEARER, HEARER, HEARER, HEARER };
	unsigned talks[TALKERS] = { 0 }, done = 0, dropped = 0;
	long long seen[TALKERS];
	char text[200];

	expect_talk(0, "MSET left 0 right 0\r\n", "+OK\\r\\n");
	for (unsigned round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < TALKERS; i++) {
			struct reply bytes;

			reply_init(&bytes, 2);
			add_line(&bytes, "WATCH left right");
			add_line(&bytes, "GET right");
			reply_cut(&hearers[i].heard, 0);
			begin_talk(i, &hearers[i], &bytes);
			talks[i]++;
			reply_fini(&bytes);
		}
		for (unsigned i = 0; i < TALKERS; i++) {
			await_talk(&hearers[i], talks[i]);
			must(sscanf(hearers[i].heard.bytes, "+OK\r\n$%*d\r\n%lld", &seen[i]) == 1);
		}
		for (unsigned i = 0; i < TALKERS; i++) {
			struct reply bytes;

			reply_init(&bytes, 2);
			add_line(&bytes, "MULTI");
			(void)snprintf(text, sizeof text, "SET left %lld", seen[i] + 1);
			add_line(&bytes, text);
			(void)snprintf(text, sizeof text, "SET right %lld", seen[i] + 1);
			add_line(&bytes, text);
			add_line(&bytes, "EXEC");
			reply_cut(&hearers[i].heard, 0);
			begin_talk(i, &hearers[i], &bytes);
			talks[i]++;
			reply_fini(&bytes);
		}
		for (unsigned i = 0; i < TALKERS; i++) {
			await_talk(&hearers[i], talks[i]);
			must(hearers[i].heard.length > 24);
			if (hearers[i].heard.bytes[hearers[i].heard.length - 3] == '1')
				dropped++;
			else
				done++;
		}
	}
	(void)snprintf(text, sizeof text, "*2\\r\\n$%zu\\r\\n%u\\r\\n$%zu\\r\\n%u\\r\\n", (size_t)snprintf(NULL, 0, "%u", done), done,
	               (size_t)snprintf(NULL, 0, "%u", done), done);
	expect_talk(0, "MGET left right\r\n", text);
	must(done >= rounds && dropped > 0);
	for (unsigned i = 0; i < TALKERS; i++)
		reply_fini(&hearers[i].heard);
}

START_TEST(no_increment_under_watch_is_lost)
{
	for (int round = 0; round < KIT_SLOWER(40); round++) {
		open_town(simulated(kit_seed() + (uint64_t)(_i * 1000 + round)), 1 + (unsigned)_i, 2);
		count_up(10);
		close_town();
	}
}
END_TEST

START_TEST(no_increment_under_watch_is_lost_on_several_cores)
{
	odeon_options options = ODEON_OPTIONS(.workers = 3);

	open_town(options, 3, 2);
	count_up(KIT_SLOWER(500));
	close_town();
}
END_TEST

/* ---- keys that are waited for ---------------------------------------------------------------------------------------------------- */

START_TEST(who_came_first_is_served_first)
{
	struct hearer hearers[3] = { HEARER, HEARER, HEARER };

	open_town(simulated(1 + (uint64_t)_i), 1 + (unsigned)_i % 5, 2);
	for (unsigned i = 0; i < 3; i++) {
		say(i, &hearers[i], i == 1 ? "BRPOP y x z 0\r\n" : "BLPOP x y 0\r\n");
		pass(ODEON_MS(1));
		must(gate_count(&hearers[i].done) == 0);
	}
	expect_talk(3, "SET y text\r\nRPUSH x 1 2 3 4\r\nLRANGE x 0 -1\r\n", "+OK\\r\\n:4\\r\\n*1\\r\\n$1\\r\\n3\\r\\n");
	for (unsigned i = 0; i < 3; i++) {
		static const char *const wanted[] = { "1", "4", "2" };
		char text[40];

		await_talk(&hearers[i], 1);
		(void)snprintf(text, sizeof text, "*2\r\n$1\r\nx\r\n$1\r\n%s\r\n", wanted[i]);
		must(hearers[i].heard.length == strlen(text) && memcmp(hearers[i].heard.bytes, text, strlen(text)) == 0);
		reply_fini(&hearers[i].heard);
	}
	close_town();
}
END_TEST

/* Of keys that one transaction fills, whatever shards they are in: the first that got a value of the type that is waited for. */
static void fill_and_serve(const char *wait, const char *commands, unsigned count, const char *wanted)
{
	struct hearer hearer = HEARER;
	char lines[200], answers[200] = "+OK\\r\\n";

	say(0, &hearer, wait);
	pass(ODEON_MS(1));
	(void)snprintf(lines, sizeof lines, "MULTI\r\n%sEXEC\r\n", commands);
	for (unsigned i = 0; i < count; i++)
		strcat(answers, "+QUEUED\\r\\n");
	(void)snprintf(answers + strlen(answers), 20, "*%u\\r\\n", count);
	for (unsigned i = 0; i < count; i++)
		strcat(answers, ":1\\r\\n");
	expect_talk(1, lines, answers);
	await_talk(&hearer, 1);
	char *shown = reply_show(&hearer.heard);

	ck_assert_msg(strcmp(shown, wanted) == 0, "%s: %s, not %s", commands, shown, wanted);
	free(shown);
	reply_fini(&hearer.heard);
	expect_talk(1, "FLUSHALL\r\n", "+OK\\r\\n");
}

START_TEST(what_was_there_first_is_taken_first)
{
	open_town(simulated(1 + (uint64_t)_i), 1 + (unsigned)_i % 5, 2);
	fill_and_serve("BLPOP a b c d 0\r\n", "RPUSH a 1\r\nRPUSH d 2\r\n", 2, "*2\\r\\n$1\\r\\na\\r\\n$1\\r\\n1\\r\\n");
	fill_and_serve("BLPOP a b c d 0\r\n", "RPUSH d 2\r\nRPUSH a 1\r\n", 2, "*2\\r\\n$1\\r\\nd\\r\\n$1\\r\\n2\\r\\n");
	fill_and_serve("BZPOPMIN a b c d 0\r\n", "ZADD c 1 x\r\nZADD b 2 y\r\n", 2, "*3\\r\\n$1\\r\\nc\\r\\n$1\\r\\nx\\r\\n$1\\r\\n1\\r\\n");
	fill_and_serve("BZPOPMIN a b c d 0\r\n", "ZADD b 1 x\r\nZADD c 2 y\r\n", 2, "*3\\r\\n$1\\r\\nb\\r\\n$1\\r\\nx\\r\\n$1\\r\\n1\\r\\n");
	fill_and_serve("BLPOP a b c d 0\r\n", "RPUSH b 1\r\nDEL b\r\nRPUSH c 2\r\nRPUSH b 3\r\n", 4, "*2\\r\\n$1\\r\\nb\\r\\n$1\\r\\n3\\r\\n");
	fill_and_serve("BLPOP a b c d 0\r\n", "ZADD b 1 x\r\nRPUSH c 2\r\nDEL b\r\nRPUSH b 3\r\n", 4, "*2\\r\\n$1\\r\\nc\\r\\n$1\\r\\n2\\r\\n");
	close_town();
}
END_TEST

START_TEST(who_waits_in_vain_is_told_in_time)
{
	struct hearer hearer = HEARER, mover = HEARER;

	open_town(simulated(1 + (uint64_t)_i), 1 + (unsigned)_i % 5, 2);
	expect_talk(0, "PING\r\nBLPOP x y 0.05\r\nPING\r\n", "+PONG\\r\\n*-1\\r\\n+PONG\\r\\n");
	say(0, &hearer, "BZPOPMIN z 0.05\r\n");
	pass(ODEON_MS(40));
	must(gate_count(&hearer.done) == 0);
	say(1, &mover, "BLMOVE from to LEFT RIGHT 0\r\n");
	pass(ODEON_MS(20));
	must(gate_count(&hearer.done) == 1 && gate_count(&mover.done) == 0);
	expect_talk(2, "RPUSH from element\r\n", ":1\\r\\n");
	await_talk(&mover, 1);
	must(mover.heard.length == 13 && memcmp(mover.heard.bytes, "$7\r\nelement\r\n", 13) == 0);
	expect_talk(2, "LRANGE to 0 -1\r\nEXISTS from\r\nZADD z 1 m\r\n", "*1\\r\\n$7\\r\\nelement\\r\\n:0\\r\\n:1\\r\\n");
	reply_fini(&hearer.heard);
	reply_fini(&mover.heard);
	close_town();
}
END_TEST

/* Two push to lists of several shards, two take what comes from any of them; each element is taken once. */
static void hand_over(struct chance *chance, unsigned elements)
{
	struct hearer hearers[TALKERS] = { HEARER, HEARER, HEARER, HEARER };
	unsigned char taken[4096] = { 0 };
	char text[80];

	for (unsigned i = 0; i < TALKERS; i++) {
		struct reply bytes;

		reply_init(&bytes, 2);
		for (unsigned n = 0; n < elements; n++) {
			if (i < 2)
				(void)snprintf(text, sizeof text, "%s list%u list%u 0", choose(chance, 2) ? "BLPOP" : "BRPOP", n % 2, (n + 1) % 2);
			else
				(void)snprintf(text, sizeof text, "RPUSH list%u %u", choose(chance, 2), (i - 2) * elements + n);
			add_line(&bytes, text);
		}
		begin_talk(i, &hearers[i], &bytes);
		reply_fini(&bytes);
	}
	for (unsigned i = 0; i < TALKERS; i++)
		await_talk(&hearers[i], 1);
	for (unsigned i = 0; i < 2; i++)
		for (size_t at = 0, span; at < hearers[i].heard.length; at += span) {
			unsigned number;

			span = reply_span(hearers[i].heard.bytes + at, hearers[i].heard.length - at);
			must(span > 0 && sscanf(hearers[i].heard.bytes + at, "*2\r\n$5\r\nlist%*u\r\n$%*d\r\n%u", &number) == 1);
			must(number < 2 * elements && taken[number]++ == 0);
		}
	for (unsigned i = 0; i < 2 * elements; i++)
		must(taken[i] == 1);
	for (unsigned i = 0; i < TALKERS; i++)
		reply_fini(&hearers[i].heard);
}

START_TEST(each_element_is_taken_once)
{
	struct chance chance;

	for (int round = 0; round < KIT_SLOWER(60); round++) {
		chance_begin(&chance, _i * 1000 + round);
		open_town(simulated(1 + chance.state), 1 + (unsigned)_i, 2);
		hand_over(&chance, 50);
		close_town();
	}
}
END_TEST

START_TEST(each_element_is_taken_once_on_several_cores)
{
	odeon_options options = ODEON_OPTIONS(.workers = 3);
	struct chance chance;

	chance_begin(&chance, _i);
	open_town(options, 3, 2);
	hand_over(&chance, KIT_SLOWER(1000));
	close_town();
}
END_TEST

/* ---- failure ------------------------------------------------------------------------------------------------------------------------ */

/* Who is gone is forgotten, wherever he was noted, and takes nothing that comes. */
START_TEST(who_ends_is_forgotten)
{
	struct hearer hearers[3] = { HEARER, HEARER, HEARER };

	open_town(simulated(1 + (uint64_t)_i), 1 + (unsigned)_i % 5, 2);
	say(0, &hearers[0], "BLPOP x y 0\r\n");
	say(1, &hearers[1], "SUBSCRIBE a b c\r\n");
	say(2, &hearers[2], "WATCH a b c\r\n");
	await_talk(&hearers[1], 1);
	await_talk(&hearers[2], 1);
	pass(ODEON_MS(1));
	for (unsigned i = 0; i < 3; i++)
		must(odeon_actor_kill(town.system, town.talkers[i]) == 0);
	pass(ODEON_MS(1));
	expect_talk(3, "RPUSH x 1\r\nLLEN x\r\nPUBLISH a 1\r\nPUBSUB NUMSUB b\r\nPUBSUB CHANNELS\r\nDEL x\r\n",
	            ":1\\r\\n:1\\r\\n:0\\r\\n*2\\r\\n$1\\r\\nb\\r\\n:0\\r\\n*0\\r\\n:1\\r\\n");
	pass(ODEON_MS(500));
	expect_talk(3, "FLUSHALL\r\n", "+OK\\r\\n");
	expect_talk(3, "INFO memory\r\n", "$67\\r\\n# Memory\\r\\nused_memory:0\\r\\nmaxmemory:0\\r\\nmaxmemory_policy:noeviction\\r\\n\\r\\n");
	for (unsigned i = 0; i < 3; i++)
		reply_fini(&hearers[i].heard);
	close_town();
}
END_TEST

static int refuse(void *data, size_t bytes, uint64_t chance)
{
	(void)bytes;
	return *(int *)data != 0 && chance % 12 == 0;
}

/* All are answered, or sent away; and what they left behind is nothing. */
START_TEST(without_memory_clients_are_answered_or_sent_away)
{
	static const char *const lines[] = {
		"SUBSCRIBE a b", "PUBLISH a x", "RPUSH x 1 2", "BLPOP x y 0.01", "WATCH x z", "MULTI", "INCR z", "EXEC", "PSUBSCRIBE ?", "UNSUBSCRIBE a",
		"BLMOVE x y LEFT RIGHT 0.01", "PUBLISH b y", "RESET", "DEL x y", "BZPOPMIN z2 0.01", "ZADD z2 1 m",
	};
	int is_scarce = 0;
	odeon_faults faults = ODEON_FAULTS(.on_memory = refuse, .data = &is_scarce);
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .faults = &faults });
	struct chance chance;

	for (int round = 0; round < KIT_SLOWER(200); round++) {
		struct hearer hearers[TALKERS] = { HEARER, HEARER, HEARER, HEARER };

		chance_begin(&chance, _i * 1000 + round);
		options.simulation.seed = 1 + chance.state;
		is_scarce = 0;
		open_town(options, 1 + (unsigned)_i, 2);
		is_scarce = 1;
		for (unsigned i = 0; i < TALKERS - 1; i++) {
			struct reply bytes;

			reply_init(&bytes, 2);
			for (unsigned n = 0; n < 30; n++)
				add_line(&bytes, lines[choose(&chance, sizeof lines / sizeof lines[0])]);
			while (i > 0 && choose(&chance, 4) > 0)
				add_line(&bytes, i == 1 ? "HELLO 3" : "PING");
			begin_talk(i, &hearers[i], &bytes);
			reply_fini(&bytes);
		}
		for (unsigned i = 0; i < TALKERS - 1; i++)
			await_talk(&hearers[i], 1);
		is_scarce = 0;
		expect_talk(TALKERS - 1, "FLUSHALL\r\nDBSIZE\r\n", "+OK\\r\\n:0\\r\\n");
		for (unsigned i = 0; i < TALKERS; i++)
			reply_fini(&hearers[i].heard);
		close_town();
	}
}
END_TEST

KIT_MAIN("kv/clients",
	{ .name = "letters", .tests = KIT_TESTS(a_letter_comes_after_the_answer_to_subscribe, letters_come_once_and_in_their_publishers_order), .loop = 5 },
	{ .name = "watch", .tests = KIT_TESTS(a_transaction_is_dropped_when_a_watched_key_changed, no_increment_under_watch_is_lost), .loop = 5 },
	{ .name = "wait", .tests = KIT_TESTS(who_came_first_is_served_first, what_was_there_first_is_taken_first, who_waits_in_vain_is_told_in_time,
		each_element_is_taken_once), .loop = 5 },
	{ .name = "cores", .tests = KIT_TESTS(letters_come_in_order_on_several_cores, no_increment_under_watch_is_lost_on_several_cores,
		each_element_is_taken_once_on_several_cores), .loop = 2 },
	{ .name = "failure", .tests = KIT_TESTS(who_ends_is_forgotten, without_memory_clients_are_answered_or_sent_away), .loop = 5 })
