/* SPDX-License-Identifier: BSD-2-Clause */
/* commands.c - commands against what a redis-server answered, and what cannot be compared with one; also without memory */
#include "chance.h"
#include "engine.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct engine engine;

static void setup(void)
{
	engine_open(&engine, 1);
	engine_time(&engine, 1000000);
}

static void teardown(void) { engine_close(&engine); }

static void expect(const char *line, const char *wanted)
{
	struct reply reply = engine_line(&engine, line);
	char *shown = reply_show(&reply);

	ck_assert_msg(strcmp(shown, wanted) == 0, "%s: %s, not %s", line, shown, wanted);
	free(shown);
	reply_fini(&reply);
}

/* Also over several stores, which must not be seen. */
START_TEST(replies_are_those_of_redis)
{
	static const unsigned stores[] = { 1, 2, 7, STORES_MOST };
	const char *top = getenv("top_srcdir");
	char name[4096], text[4096];
	struct line line = { .count = 0 };
	int compared = 0;
	FILE *file;

	(void)snprintf(name, sizeof name, "%s/tests/kv/replies.txt", top != NULL ? top : KV_SOURCES);
	file = fopen(name, "r");
	must(file != NULL);
	engine_close(&engine);
	engine_open(&engine, stores[_i]);
	engine_time(&engine, 1700000000000);
	while (fgets(text, sizeof text, file) != NULL) {
		text[strcspn(text, "\n")] = 0;
		if (text[0] == '#' || text[0] == 0)
			continue;
		if (text[0] != '<') {
			line_read(&line, text);
			continue;
		}
		struct reply reply = engine_do(&engine, line.words, line.count);

		if (reply.length == 0)
			reply = engine_over(&engine);
		reply_order(line.words, &reply);
		char *shown = reply_show(&reply);

		ck_assert_msg(strcmp(shown, text + 2) == 0, "%.*s...: %s, not %s", (int)line.words[0].length, line.words[0].at, shown, text + 2);
		free(shown);
		reply_fini(&reply);
		compared++;
	}
	(void)fclose(file);
	must(compared > 200);
}
END_TEST

START_TEST(the_table_is_in_order)
{
	for (unsigned i = 0; i < command_count(); i++) {
		const struct command *command = command_at(i);

		must(i == 0 || strcmp(command_at(i - 1)->name, command->name) < 0);
		must(command_index(command) == i && command->arity != 0 && command->step >= 0);
		if ((command->flags & COMMAND_CHANNELS) != 0)  /* these may name none */
			continue;
		must(command->first == 0 || (command->step > 0 && (command->arity < 0 ? -command->arity : command->arity) > command->first));
		must(command->last <= 0 || (command->arity < 0 ? -command->arity : command->arity) > command->last);
		must(command->first == 0 || (command->flags & (COMMAND_WRITE | COMMAND_READ | COMMAND_CHANNELS | COMMAND_MULTI | COMMAND_HIDDEN)) != 0);
	}
}
END_TEST

/* What HELP of a parent says; as a string, to be freed. */
static char *ask_help(const char *parent, size_t length)
{
	struct text words[] = { { parent, length }, TEXT("HELP") };
	struct reply reply = engine_do(&engine, words, 2);
	char *help;

	reply_raw(&reply, (struct text){ "", 1 });
	help = reply.bytes;
	must(!reply.failed && help[0] == '*');
	return help;
}

/* A line of its own begins with that word. */
static bool has_word(const char *help, const char *word)
{
	for (const char *line = help; (line = strstr(line, "\n+")) != NULL; line += 2) {
		size_t length = strcspn(line + 2, " \r");

		if (text_is((struct text){ line + 2, length }, word))
			return true;
	}
	return false;
}

/* Behind the first line, what is not indented begins with the second word of a command. */
static void check_words(const char *help, const char *parent, int length)
{
	const char *line = strstr(strchr(help, '+'), "\n+");
	char name[80];

	for (; line != NULL; line = strstr(line + 2, "\n+")) {
		if (line[2] == ' ' || line[2] == '(')
			continue;
		(void)snprintf(name, sizeof name, "%.*s|%.*s", length, parent, (int)strcspn(line + 2, " \r"), line + 2);
		for (size_t i = 0; name[i] != 0; i++)
			name[i] = (char)tolower((unsigned char)name[i]);
		ck_assert_msg(command_named(name) != NULL, "there is no %s", name);
	}
}

START_TEST(help_tells_of_what_there_is_and_of_nothing_else)
{
	unsigned seen = 0;

	for (unsigned i = 0; i < command_count(); i++) {
		const char *name = command_at(i)->name, *bar = strchr(name, '|');

		if (bar == NULL || bar == name)
			continue;
		char *help = ask_help(name, (size_t)(bar - name));

		ck_assert_msg(has_word(help, bar + 1), "%s is not told of", name);
		check_words(help, name, (int)(bar - name));
		free(help);
		seen++;
	}
	must(seen > 30);
}
END_TEST

/* ---- time --------------------------------------------------------------------------------------------------------------- */

START_TEST(keys_expire_to_the_millisecond)
{
	expect("SET a 1 PX 500", "+OK\\r\\n");
	expect("SET b 1 EXAT 1001", "+OK\\r\\n");
	expect("PTTL a", ":500\\r\\n");
	expect("TTL a", ":1\\r\\n");
	engine_time(&engine, 1000499);
	expect("PTTL a", ":1\\r\\n");
	expect("TTL a", ":0\\r\\n");
	engine_time(&engine, 1000500);
	expect("GET a", "$-1\\r\\n");
	expect("PTTL a", ":-2\\r\\n");
	expect("TTL b", ":1\\r\\n");
	engine_time(&engine, 1001000);
	expect("RENAME b c", "-ERR no such key\\r\\n");
	expect("KEYS *", "*0\\r\\n");
	expect("DBSIZE", ":0\\r\\n");
	must(engine.stores[0]->expired == 2);
}
END_TEST

START_TEST(a_rename_takes_the_time_to_live_along)
{
	expect("MSET a 1 b 2", "+OK\\r\\n");
	expect("PEXPIRE a 100", ":1\\r\\n");
	expect("RENAME a b", "+OK\\r\\n");
	expect("PTTL b", ":100\\r\\n");
	expect("SET c 3", "+OK\\r\\n");
	expect("RENAME c b", "+OK\\r\\n");
	expect("PTTL b", ":-1\\r\\n");
}
END_TEST

/* Redis overflows there. */
START_TEST(the_last_moments_of_all_are_told_in_seconds)
{
	expect("SET a 1 PXAT 9223372036854775806", "+OK\\r\\n");
	expect("EXPIRETIME a", ":9223372036854776\\r\\n");
	expect("PEXPIRETIME a", ":9223372036854775806\\r\\n");
	expect("TTL a", ":9223372036853776\\r\\n");
}
END_TEST

/* ---- SCAN --------------------------------------------------------------------------------------------------------------- */

enum { SCANNED = 1000 };

/* One call; notes which keys came, and answers the cursor. */
static long long scan(long long cursor, const char *options, unsigned *seen)
{
	char text[100];
	struct reply reply;
	long long next;
	size_t at;

	(void)snprintf(text, sizeof text, "SCAN %lld %s", cursor, options);
	reply = engine_line(&engine, text);
	must(reply.length > 4 && memcmp(reply.bytes, "*2\r\n", 4) == 0);
	at = 4 + reply_span(reply.bytes + 4, reply.length - 4);
	must(sscanf(reply.bytes + 4, "$%*d\r\n%lld", &next) == 1);
	for (at += (size_t)((char *)memchr(reply.bytes + at, '\n', reply.length - at) - (reply.bytes + at)) + 1; at < reply.length;
	     at += reply_span(reply.bytes + at, reply.length - at)) {
		unsigned number;

		must(sscanf(reply.bytes + at, "$%*d\r\nkey%u", &number) == 1 && number < SCANNED);
		seen[number]++;
	}
	reply_fini(&reply);
	return next;
}

START_TEST(a_scan_goes_over_all_stores)
{
	static const unsigned stores[] = { 1, 2, 5 };
	unsigned seen[SCANNED] = { 0 }, steps = 0;
	long long cursor = 0;
	char text[100];

	engine_close(&engine);
	engine_open(&engine, stores[_i]);
	for (unsigned i = 0; i < SCANNED; i++) {
		(void)snprintf(text, sizeof text, i % 10 == 0 ? "RPUSH key%u x" : "SET key%u x", i);
		struct reply reply = engine_line(&engine, text);

		reply_fini(&reply);
	}
	do
		cursor = scan(cursor, "", seen);
	while (cursor != 0 && ++steps < SCANNED);
	must(steps > SCANNED / 30 && steps < SCANNED);
	for (unsigned i = 0; i < SCANNED; i++)
		must(seen[i] == 1);
	do
		cursor = scan(cursor, "COUNT 100 TYPE list", seen);
	while (cursor != 0);
	do
		cursor = scan(cursor, "MATCH *7 COUNT 1000000", seen);
	while (cursor != 0);
	for (unsigned i = 0; i < SCANNED; i++)
		must(seen[i] == 1u + (i % 10 == 0) + (i % 10 == 7));
	must(scan(9223372036854775807, "", seen) >= 0);
}
END_TEST

/* ---- memory --------------------------------------------------------------------------------------------------------------- */

static const char *const building[] = {
	"SET a value", "SET a 1 EX 10", "APPEND a xyz", "MSET b 1 c text", "INCRBYFLOAT b 1.5", "RPUSH l 1 2 3", "LSET l 0 x", "HSET h f v g w",
	"HINCRBY h n 5", "SADD s 1 2 3", "SPOP s 1", "ZADD z 1 a 2 b", "ZINCRBY z 1 a", "RENAME a d", "EXPIRE c 100", "GETSET c new", "SET c v GET EX 5",
	"GETEX c EX 5", "SETRANGE r 3 xyz", "SETBIT bits 7 1", "LINSERT l BEFORE 2 y", "LMOVE l m LEFT RIGHT", "RPOPLPUSH m l", "SMOVE s t 2",
	"SUNIONSTORE u s s", "ZUNIONSTORE zz 2 z s WEIGHTS 2 1", "ZRANGESTORE y z 0 -1", "COPY h h2", "COPY z z2 REPLACE", "ZPOPMIN z2", "HSCAN h 0",
	"SUBSCRIBE c", "UNSUBSCRIBE c", "PSUBSCRIBE c*", "PUNSUBSCRIBE", "SINTERSTORE u s u", "ZDIFF 2 z zz",
	"HGETALL h", "SUNION s s", "KEYS *", "SCAN 0", "LPOP l 2", "ZRANGE z 0 -1 WITHSCORES",
};

/* With every allocation of a command refused in turn: an error and a state in which the same works, or it is done. */
START_TEST(without_memory_commands_say_so)
{
	unsigned refused = 0;

	for (unsigned i = 0; i < sizeof building / sizeof building[0]; i++)
		for (long allowed = 0; allowed < 40; allowed++) {
			engine.stores[0]->memory.allowed = allowed;
			struct reply reply = engine_line(&engine, building[i]);

			engine.stores[0]->memory.allowed = -1;
			must(reply.length > 0);
			bool is_refused = strncmp(reply.bytes, "-OOM no memory\r\n", reply.length) == 0;

			must(is_refused || reply.bytes[0] != '-');
			reply_fini(&reply);
			refused += is_refused;
			if (!is_refused)
				break;
			must(allowed < 39);
		}
	must(refused > 20);
	expect("FLUSHALL", "+OK\\r\\n");
	must(engine.stores[0]->memory.used == 0);
}
END_TEST

/* With memory for so much more than nothing, from none on. */
static void expect_unchanged(const char *line, const char *look, const char *wanted)
{
	for (long allowed = 0; ; allowed++) {
		engine.stores[0]->memory.allowed = allowed;
		struct reply reply = engine_line(&engine, line);
		bool is_refused = reply.bytes[0] == '-';

		engine.stores[0]->memory.allowed = -1;
		reply_fini(&reply);
		if (!is_refused)
			return;
		expect(look, wanted);
		must(allowed < 10);
	}
}

START_TEST(without_memory_strings_are_what_they_were)
{
	expect("MSET a \"\" b \"\"", "+OK\\r\\n");
	expect_unchanged("SETRANGE a 100 x", "EXISTS a", ":1\\r\\n");
	expect_unchanged("SETBIT b 1000 1", "EXISTS b", ":1\\r\\n");
	expect_unchanged("APPEND c longer-than-an-integer-is", "EXISTS c", ":0\\r\\n");
	expect_unchanged("SETRANGE d 100 x", "EXISTS d", ":0\\r\\n");
	expect_unchanged("SETBIT e 1000 1", "EXISTS e", ":0\\r\\n");
	expect("SETRANGE f 300 x", ":301\\r\\n");
	expect_unchanged("SET f short", "STRLEN f", ":301\\r\\n");
}
END_TEST

START_TEST(what_grows_is_refused_when_the_stores_are_full)
{
	char name[40];

	engine.server.memory_most = 20000;
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof name, "SADD set %d", i);
		struct reply reply = engine_line(&engine, name);

		reply_fini(&reply);
	}
	must(engine.stores[0]->memory.used > 20000 && engine.stores[0]->memory.used < 30000);
	expect("SET a 1", "-OOM command not allowed when used memory > 'maxmemory'.\\r\\n");
	expect("GET a", "$-1\\r\\n");
	expect("DEL set", ":1\\r\\n");
	expect("SET a 1", "+OK\\r\\n");
}
END_TEST

/* ---- the connection ----------------------------------------------------------------------------------------------------------- */

START_TEST(what_a_connection_says_in_the_third_protocol)
{
	struct reply reply = engine_line(&engine, "HELLO 3 AUTH default x SETNAME me");

	must(reply.length > 4 && memcmp(reply.bytes, "%7\r\n", 4) == 0 && engine.session.client->protocol == 3);
	reply_fini(&reply);
	expect("CLIENT GETNAME", "$2\\r\\nme\\r\\n");
	expect("GET nokey", "_\\r\\n");
	expect("HSET h f v", ":1\\r\\n");
	expect("HGETALL h", "%1\\r\\n$1\\r\\nf\\r\\n$1\\r\\nv\\r\\n");
	expect("SADD s m", ":1\\r\\n");
	expect("SUNION s s", "~1\\r\\n$1\\r\\nm\\r\\n");
	expect("ZADD z 1.5 m", ":1\\r\\n");
	expect("ZRANGE z 0 -1 WITHSCORES", "*1\\r\\n*2\\r\\n$1\\r\\nm\\r\\n,1.5\\r\\n");
	expect("COMMAND DOCS", "%0\\r\\n");
	expect("CONFIG GET save", "%1\\r\\n$4\\r\\nsave\\r\\n$0\\r\\n\\r\\n");
	reply = engine_line(&engine, "INFO keyspace");
	must(reply.bytes[0] == '=' && strstr(reply.bytes, "db0:keys=3,expires=0") != NULL);
	reply_fini(&reply);
	expect("QUIT", "+OK\\r\\n");
	must(engine.session.client->closes);
}
END_TEST

/* The same first word is not always the same command. */
START_TEST(a_name_of_two_words_is_not_that_of_one)
{
	struct reply reply = engine_line(&engine, "COMMAND");

	must(reply.length > 1000);
	reply_fini(&reply);
	expect("COMMAND DOCS", "*0\\r\\n");
	expect("COMMAND NOSUCH", "-ERR unknown subcommand 'NOSUCH'. Try COMMAND HELP.\\r\\n");
}
END_TEST

START_TEST(a_transaction_remembers_nothing_of_one_that_was_left)
{
	expect("MULTI", "+OK\\r\\n");
	expect("SET a 1", "+QUEUED\\r\\n");
	expect("RESET", "+RESET\\r\\n");
	expect("MULTI", "+OK\\r\\n");
	expect("CLIENT ID", "+QUEUED\\r\\n");
	expect("CLIENT", "-ERR wrong number of arguments for 'client' command\\r\\n");
	expect("EXEC", "-EXECABORT Transaction discarded because of previous errors.\\r\\n");
	expect("EXISTS a", ":0\\r\\n");
}
END_TEST

KIT_MAIN("kv/commands",
	{ .name = "replies", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(replies_are_those_of_redis), .loop = 4 },
	{ .name = "table", .tests = KIT_TESTS(the_table_is_in_order) },
	{ .name = "help", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(help_tells_of_what_there_is_and_of_nothing_else) },
	{ .name = "time", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(keys_expire_to_the_millisecond,
		a_rename_takes_the_time_to_live_along, the_last_moments_of_all_are_told_in_seconds) },
	{ .name = "scan", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(a_scan_goes_over_all_stores), .loop = 3 },
	{ .name = "memory", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(without_memory_commands_say_so, without_memory_strings_are_what_they_were,
		what_grows_is_refused_when_the_stores_are_full) },
	{ .name = "connection", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(what_a_connection_says_in_the_third_protocol,
		a_name_of_two_words_is_not_that_of_one, a_transaction_remembers_nothing_of_one_that_was_left) })
