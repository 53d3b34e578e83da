/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scarce.c - what is kept, while memory is missing: each piece that commands, shards, clerks, the scribe, and what it has done on
 * another thread ask for is refused in turn, once or with all that come after it for a while
 *
 * Whatever is refused: with `appendfsync always` nobody is told of what is not on the disk, whoever asked hears something, or his
 * connection is closed; and when there is memory again, all is written, and commands are run as before.
 */
#include "../fault/faults.h"
#include "engine.h"
#include "machine.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* How a play goes, added. */
enum { LASTING = 1, REWRITING = 2, DYING = 4, MESSAGES = 8 };   /* messages, timers and the like are refused, or all else */
enum { SHARDS = 3, LINES_MOST = 5, ROOM = 32 << 10 };

static const char lines[] = "SET a 1\r\nRPUSH l 1\r\nMSET b 1 c 1\r\nINCR n\r\nRPUSH q x\r\n";
static unsigned refused, told, rewritten;

/* ---- what was heard ------------------------------------------------------------------------------------------------------------- */

struct heard { unsigned count; bool is_done[LINES_MOST]; };

static bool is_heard_at(const struct hearer *hearer, size_t at, const char *what)
{
	return hearer->heard.length - at >= strlen(what) && memcmp(hearer->heard.bytes + at, what, strlen(what)) == 0;
}

static struct heard hear(const struct hearer *hearer)
{
	struct heard heard = { .count = 0 };
	size_t at = 0, span;

	while (at < hearer->heard.length && (span = reply_span(hearer->heard.bytes + at, hearer->heard.length - at)) > 0) {
		bool is_done = hearer->heard.bytes[at] != '-';

		must(heard.count < LINES_MOST);
		heard.is_done[heard.count++] = is_done;
		refused += is_heard_at(hearer, at, "-MISCONF");
		told += is_done;
		at += span;
	}
	must(hearer->is_closed || hearer->heard.failed || (heard.count == LINES_MOST && at == hearer->heard.length));
	return heard;
}

/* All that it hears; to be freed. */
static char *ask(const char *line)
{
	struct hearer hearer = HEARER;
	char *shown;

	say(3, &hearer, line);
	await_talk(&hearer, 1);
	shown = reply_show(&hearer.heard);
	reply_fini(&hearer.heard);
	return shown;
}

/* What stands there is the one, or, where it is not known to be done, the other. */
static void expect_either(const char *line, bool is_done, const char *after, const char *before)
{
	char *shown = ask(line);

	if (strcmp(shown, after) != 0 && (is_done || strcmp(shown, before) != 0))
		ck_abort_msg("%s: %s", line, shown);
	free(shown);
}

/* ---- a play ----------------------------------------------------------------------------------------------------------------------- */

/* Time passes though there is no memory even for that. */
static void pass_scarcely(odeon_duration duration)
{
	odeon_time end = odeon_system_deadline(town.system, duration);

	for (int tries = 0; odeon_system_now(town.system).ns < end.ns && tries < 100; tries++)
		(void)odeon_system_run(town.system, end);
}

static void recover(void)
{
	static const char done[] = "+OK\\r\\n";
	char *shown = ask("SET z 0\r\n");

	for (int tries = 0; tries < 60 && (strcmp(shown, done) != 0 || persistence_get(&kept.shared, is_rewriting)); tries++) {
		pass(ODEON_SECONDS(1));
		free(shown);
		shown = ask("SET z 0\r\n");
	}
	ck_assert_str_eq(shown, done);
	free(shown);
	must(persistence_get(&kept.shared, error) == 0 && kept.losses == 0);
	rewritten += persistence_get(&kept.shared, rewrites) > 0;
	expect_talk(3, "SET z 1\r\nMSET y 1 x 1\r\n", "+OK\\r\\n+OK\\r\\n");
}

static void begin_play(uint64_t seed)
{
	shelf_open(&kept.shelf, seed);
	shelf_reserve(&kept.shelf, ROOM);
	open_machine(seed, SHARDS);
	expect_talk(3, "SET a 0\r\nRPUSH l 0\r\nMSET b 0 c 0\r\nSET n 0\r\n", "+OK\\r\\n:1\\r\\n+OK\\r\\n+OK\\r\\n");
}

/* Answers whether that much was asked for. */
static bool suffer(unsigned long nth, int how)
{
	bool lasts = (how & LASTING) != 0, for_messages = (how & MESSAGES) != 0;
	unsigned long failed;

	free(kept.ledger.frame);                               /* as when the last frame was too large to be kept */
	kept.ledger.frame = NULL;
	kept.ledger.room = 0;
	persistence_set(&kept.shared, wants_rewrite, (how & REWRITING) != 0);
	kept.dies = "scribe";
	kept.dies_of = (how & DYING) != 0 ? 2 : 0;
	kept.asked = 0;
	kept.refused_from = for_messages ? nth : 0;
	kept.refused_to = lasts ? ULONG_MAX : nth;
	if (!for_messages)
		faults_arm(nth, lasts);
	pass_scarcely(ODEON_MS(700));
	failed = for_messages ? kept.asked >= nth : faults_disarm();
	kept.dies_of = 0;
	kept.refused_from = 0;
	return failed > 0;
}

static void expect_kept(const struct heard *writer, bool was_popped)
{
	expect_either("GET a\r\n", writer->is_done[0], "$1\\r\\n1\\r\\n", "$1\\r\\n0\\r\\n");
	expect_either("LRANGE l 0 -1\r\n", writer->is_done[1], "*2\\r\\n$1\\r\\n0\\r\\n$1\\r\\n1\\r\\n", "*1\\r\\n$1\\r\\n0\\r\\n");
	expect_either("MGET b c\r\n", writer->is_done[2], "*2\\r\\n$1\\r\\n1\\r\\n$1\\r\\n1\\r\\n", "*2\\r\\n$1\\r\\n0\\r\\n$1\\r\\n0\\r\\n");
	expect_either("GET n\r\n", writer->is_done[3], "$1\\r\\n1\\r\\n", "$1\\r\\n0\\r\\n");
	expect_either("LLEN q\r\n", was_popped, ":0\\r\\n", ":1\\r\\n");
	expect_either("MGET z y x\r\n", true, "*3\\r\\n$1\\r\\n1\\r\\n$1\\r\\n1\\r\\n$1\\r\\n1\\r\\n", "");
}

static bool play(unsigned long nth, int how)
{
	struct hearer writer = HEARER, popper = HEARER;
	struct heard heard;
	bool is_refused;

	begin_play(1 + nth);
	say(0, &popper, "BLPOP q 0\r\n");
	pass(ODEON_MS(10));
	say(1, &writer, lines);
	is_refused = suffer(nth, how);
	recover();
	await_talk(&writer, 1);
	heard = hear(&writer);
	must(gate_count(&popper.done) == 1 || !heard.is_done[4]);
	stop_and_start(1 + nth, SHARDS);
	expect_kept(&heard, is_heard(&popper, "*2"));
	close_machine();
	must(gate_count(&popper.done) == 1);
	reply_fini(&writer.heard);
	reply_fini(&popper.heard);
	shelf_close(&kept.shelf);
	return is_refused;
}

/* A scribe that dies is not started anew while all is refused: it is tried some times, and then the server ends and says so. */
static const int ways[] = {
	0, LASTING, REWRITING, LASTING | REWRITING, DYING, DYING | REWRITING, MESSAGES, MESSAGES | LASTING, MESSAGES | REWRITING,
	MESSAGES | LASTING | REWRITING, MESSAGES | DYING, MESSAGES | DYING | REWRITING,
};

START_TEST(nobody_is_told_of_what_is_not_on_the_disk_for_want_of_memory)
{
	refused = told = rewritten = 0;
	ck_assert_uint_gt(faults_sweep(play, ways[_i]), 20);
	must((refused > 0 || (ways[_i] & LASTING) != 0) && told > 0 && rewritten > 0);       /* where all is refused, that cannot be said either */
}
END_TEST

KIT_MAIN("kv/scarce",
	{ .name = "scarce", .tests = KIT_TESTS(nobody_is_told_of_what_is_not_on_the_disk_for_want_of_memory), .loop = sizeof ways / sizeof ways[0] })
