/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * against.c - the same commands to a redis-server and to the table of commands, and the same replies
 *
 *   against SOCKET COUNT                random commands, from so many seeds, with 1, 2 and 5 stores, in both protocols
 *   against SOCKET record SCRIPT        what it answers to the lines of a script: how replies.txt was made
 */
#include "engine.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define must(claim) do { if (!(claim)) { fprintf(stderr, "%s:%d: it does not hold that %s\n", __FILE__, __LINE__, #claim); exit(1); } } while (0)

/* ---- the redis-server ----------------------------------------------------------------------------------------------------- */

static int dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int tries = 0, peer = socket(AF_UNIX, SOCK_STREAM, 0);

	must(peer >= 0 && strlen(path) < sizeof address.sun_path);
	strcpy(address.sun_path, path);
	while (connect(peer, (struct sockaddr *)&address, sizeof address) != 0) {
		must(++tries < 500);
		usleep(10000);
	}
	return peer;
}

static struct reply ask(int peer, const struct text *words, size_t count)
{
	struct reply said, reply;
	char bytes[65536];
	ssize_t got;

	reply_init(&said, 2);
	reply_init(&reply, 2);
	reply_array(&said, count);
	for (size_t i = 0; i < count; i++)
		reply_bulk(&said, words[i]);
	must(write(peer, said.bytes, said.length) == (ssize_t)said.length);
	reply_fini(&said);
	do {
		got = read(peer, bytes, sizeof bytes);
		must(got > 0);
		reply_raw(&reply, (struct text){ bytes, (size_t)got });
	} while (reply_span(reply.bytes, reply.length) == 0);
	must(reply_span(reply.bytes, reply.length) == reply.length);
	return reply;
}

/* ---- commands by chance ------------------------------------------------------------------------------------------------------ */

/* k key, n member or field, v value, i integer, f float, s bound of scores, p pattern, a moment to come or past (seconds, or
 * milliseconds: A), u and U one to come (what has expired is removed when Redis likes), t time to live; a word with + comes several times. ! in front: not in a transaction, as its reply is compared in a way of its own. */
static const char *const lines[] = {
	"SET k v", "SET k i", "SET k f", "SET k v NX", "SET k v XX GET", "SET k v GET", "SET k v EX 1000", "SET k v PX t", "SET k v EX t KEEPTTL",
	"SET k v KEEPTTL", "SET k v NX GET", "SET k v EXAT u", "SET k v PXAT U", "SET k v NX XX", "SET k v EX", "SETNX k v", "SETEX k t v",
	"PSETEX k 900000 v", "GET k", "GETSET k v", "GETDEL k", "MGET k+", "MSET k v k v", "MSET k v k", "MSETNX k v k v", "INCR k", "DECR k",
	"INCRBY k i", "DECRBY k i", "INCRBYFLOAT k f", "APPEND k v", "APPEND k i", "STRLEN k", "DEL k+", "DEL k", "UNLINK k", "EXISTS k+",
	"EXPIRE k 1000", "EXPIRE k t", "PEXPIRE k t", "EXPIRE k 500 NX", "EXPIRE k 700 XX", "PEXPIRE k 700000", "EXPIREAT k a", "EXPIREAT k a GT",
	"EXPIREAT k a LT", "PEXPIREAT k A", "PEXPIREAT k A NX GT", "EXPIRE k 10 GT LT", "EXPIRE k 10 v", "!TTL k", "!PTTL k", "PERSIST k",
	"TYPE k", "RENAME k k", "RENAME k k", "RENAMENX k k", "!KEYS p", "DBSIZE", "LPUSH k v+", "RPUSH k n+", "LPUSHX k v", "RPUSHX k v",
	"LPOP k", "RPOP k", "LPOP k i", "RPOP k 2", "LLEN k", "LRANGE k i i", "LRANGE k 0 -1", "LINDEX k i", "LSET k i v", "LTRIM k i i",
	"LTRIM k 0 5", "LREM k i n", "LREM k 0 v", "HSET k n v", "HSET k n i n v n f", "HSET k n", "HMSET k n v n i", "HSETNX k n v",
	"HGET k n", "HDEL k n+", "!HGETALL k", "HMGET k n+", "HLEN k", "HEXISTS k n", "HSTRLEN k n", "HINCRBY k n i", "HINCRBYFLOAT k n f",
	"!HKEYS k", "!HVALS k", "SADD k n+", "SADD k n+", "SREM k n+", "!SMEMBERS k", "SISMEMBER k n", "SMISMEMBER k n+", "SCARD k",
	"!SPOP k 1000", "SPOP k 0", "SPOP k -1", "!SUNION k+", "!SINTER k+", "!SDIFF k+", "ZADD k f n", "ZADD k f n f n f n", "ZADD k i n",
	"ZADD k NX f n", "ZADD k XX CH f n", "ZADD k GT CH f n f n", "ZADD k LT f n", "ZADD k INCR f n", "ZADD k NX GT f n", "ZADD k XX NX f n",
	"ZADD k XX INCR f n", "ZADD k NX INCR f n", "ZADD k INCR f n f n", "ZADD k CH f", "ZREM k n+", "ZSCORE k n", "ZMSCORE k n+",
	"ZRANGE k i i", "ZRANGE k 0 -1 WITHSCORES", "ZRANGE k i i REV WITHSCORES", "ZRANGE k s s BYSCORE", "ZRANGE k s s BYSCORE REV",
	"ZRANGE k s s BYSCORE LIMIT i i WITHSCORES", "ZRANGE k 0 -1 LIMIT 1 2", "ZRANGE k i i v", "ZRANGEBYSCORE k s s",
	"ZRANGEBYSCORE k s s WITHSCORES LIMIT 1 2", "ZREVRANGE k i i", "ZREVRANGEBYSCORE k s s WITHSCORES", "ZRANGEBYSCORE k -inf +inf",
	"ZCARD k", "ZCOUNT k s s", "ZRANK k n", "ZREVRANK k n", "ZINCRBY k f n", "PING", "PING v", "ECHO v", "SELECT 0", "SELECT 1", "SELECT v",
	"MULTI", "MULTI", "EXEC", "EXEC", "EXEC", "DISCARD", "!CLIENT SETNAME n", "!CLIENT GETNAME", "CLIENT v", "CLIENT", "CONFIG GET maxmemory",
	"CONFIG GET save", "CONFIG", "CONFIG v", "CONFIG GET", "v k k", "!HELLO v", "!HELLO 9", "RESET", "EXISTS", "FLUSHALL v",
};
enum { LINES = sizeof lines / sizeof lines[0] };

static uint64_t chance;

static unsigned choose(unsigned below) { return (unsigned)random_below(&chance, below); }

static const char *one_of(const char *const *words, unsigned count) { return words[choose(count)]; }
#define ONE_OF(...) one_of((const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static struct timespec begun;

static size_t write_word(char *to, char sort)
{
	switch (sort) {
	case 'k':
		return (size_t)sprintf(to, "key%u", choose(9));
	case 'n':
		return (size_t)sprintf(to, choose(4) ? "m%u" : "%u", choose(12));
	case 'v':
		return (size_t)sprintf(to, "%s", ONE_OF("", "a", "value", "two words", "\"'\\x", "\r\nend", "12x", " 7", "longer than what an integer takes"));
	case 'i':
		return (size_t)sprintf(to, "%s", ONE_OF("0", "1", "2", "-1", "-2", "3", "5", "10", "-3", "-100", "100", "9223372036854775807",
			"-9223372036854775808", "9223372036854775806", "99999999999999999999", "x", "1.5", "01", "-0", "+1"));
	case 't':                                              /* none that passes while this runs */
		return (size_t)sprintf(to, "%s", ONE_OF("0", "-1", "900000", "1000000", "9223372036854775807", "9223372036854775", "-9223372036854775808", "x"));
	case 'f':
		return (size_t)sprintf(to, "%s", ONE_OF("0", "1", "2", "1.5", "-2.25", "3.0", "1e3", "0.1", "-0", "inf", "-inf", "nan", "x", "1e309",
			"5e-324", "123456789.125", "3.14159265358979", "100", "1e17", "0x10"));
	case 's':
		return (size_t)sprintf(to, "%s", ONE_OF("0", "1", "(1", "2", "-inf", "+inf", "(2.5", "3", "100", "(1e3", "x", "(x", "-1", "5"));
	case 'p':
		return (size_t)sprintf(to, "%s", ONE_OF("*", "key*", "key[1-4]", "k?y[^3]", "nothing", "*5", "key\\1", "[a-", "key1"));
	case 'u':
		return (size_t)sprintf(to, "%lld", (long long)begun.tv_sec + 1000);
	case 'U':
		return (size_t)sprintf(to, "%lld", (long long)begun.tv_sec * 1000 + 900000);
	case 'a':
		return (size_t)sprintf(to, "%lld", (long long)begun.tv_sec + (choose(4) ? 1000 + 10 * (long long)choose(10) : -100));
	default:
		return (size_t)sprintf(to, "%lld", (long long)begun.tv_sec * 1000 + (choose(4) ? 1000000 + 7777 * (long long)choose(10) : -1));
	}
}

struct command_line { char bytes[8192]; size_t at; struct text words[40]; size_t count; bool is_plain; };

static void add_word(struct command_line *line, const char *token, size_t length)
{
	char *to = line->bytes + line->at;
	size_t written;

	if (line->count == 40)
		return;
	if (token[0] >= 'a' && token[0] <= 'z' && (length == 1 || token[1] == '+'))
		written = write_word(to, token[0]);
	else if (length == 1 && (token[0] == 'A' || token[0] == 'U'))
		written = write_word(to, token[0]);
	else
		written = (size_t)sprintf(to, "%.*s", (int)length, token);
	line->words[line->count++] = (struct text){ to, written };
	line->at += written + 1;
}

static void make_line(struct command_line *line)
{
	const char *text = lines[choose(LINES)];

	line->at = line->count = 0;
	line->is_plain = text[0] != '!';
	for (text += text[0] == '!'; text[0] != 0; ) {
		size_t length = strcspn(text, " ");
		unsigned times = text[length - 1] == '+' && length == 2 ? 1 + choose(4) : 1;

		for (; times > 0; times--)
			add_word(line, text, length);
		text += length + (text[length] != 0);
	}
	if (choose(40) == 0 && line->count > 1 && !text_is(line->words[0], "SPOP"))
		line->count--;
	if (choose(40) == 0)
		add_word(line, "v", 1);
}

/* ---- comparing ------------------------------------------------------------------------------------------------------------- */

static bool are_near(const struct reply *a, const struct reply *b, const struct text *words)
{
	long long of_a, of_b, far = text_is(words[0], "TTL") ? 1 : 2000;

	if (!text_is(words[0], "TTL") && !text_is(words[0], "PTTL"))
		return false;
	return a->length > 3 && b->length > 3 && a->bytes[0] == ':' && b->bytes[0] == ':'
	    && text_integer((struct text){ a->bytes + 1, a->length - 3 }, &of_a)
	    && text_integer((struct text){ b->bytes + 1, b->length - 3 }, &of_b) && of_a > 0 && of_b > 0
	    && of_a - of_b <= far && of_b - of_a <= far;
}

static void show_line(const struct command_line *line)
{
	for (size_t i = 0; i < line->count; i++) {
		struct reply word = { .bytes = (char *)line->bytes + (line->words[i].at - line->bytes), .length = line->words[i].length };
		char *text = reply_show(&word);

		printf(" [%s]", text);
		free(text);
	}
	printf("\n");
}

static bool compare(const struct command_line *line, struct reply *theirs, struct reply *ours)
{
	reply_order(line->words, theirs);
	reply_order(line->words, ours);
	if ((theirs->length == ours->length && memcmp(theirs->bytes, ours->bytes, ours->length) == 0) || are_near(theirs, ours, line->words))
		return true;
	char *a = reply_show(theirs), *b = reply_show(ours);

	show_line(line);
	printf("  redis: %.600s\n  kv:    %.600s\n", a, b);
	free(a);
	free(b);
	return false;
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void both(int peer, struct engine *engine, const char *text)
{
	struct line line;

	line_read(&line, text);
	struct reply theirs = ask(peer, line.words, line.count), ours = engine_do(engine, line.words, line.count);

	reply_fini(&theirs);
	reply_fini(&ours);
}

static uint64_t peer_id(int peer)
{
	struct reply reply = ask(peer, (const struct text[]){ TEXT("CLIENT"), TEXT("ID") }, 2);
	long long id;

	must(text_integer((struct text){ reply.bytes + 1, reply.length - 3 }, &id));
	reply_fini(&reply);
	return (uint64_t)id;
}

static bool run_seed(int peer, uint64_t seed, unsigned rounds)
{
	static const unsigned stores[] = { 1, 2, 5 };
	struct command_line line;
	struct engine engine;
	bool is_same = true;

	chance = seed;
	engine_open(&engine, stores[seed % 3]);
	both(peer, &engine, "RESET");
	both(peer, &engine, "FLUSHALL");
	engine.session.client.id = peer_id(peer);
	if (seed / 3 % 2)
		both(peer, &engine, "HELLO 3");
	for (unsigned round = 0; round < rounds && is_same; round++) {
		do
			make_line(&line);
		while (engine.session.in_transaction && !line.is_plain);
		struct reply theirs = ask(peer, line.words, line.count), ours;

		engine_time(&engine, now());
		ours = engine_do(&engine, line.words, line.count);
		is_same = compare(&line, &theirs, &ours);
		if (!is_same)
			printf("  seed %llu, command %u\n", (unsigned long long)seed, round);
		reply_fini(&theirs);
		reply_fini(&ours);
	}
	engine_close(&engine);
	return is_same;
}

/* ---- scripts ----------------------------------------------------------------------------------------------------------------- */

static int record(int peer, const char *path)
{
	char text[4096];
	FILE *script = fopen(path, "r");

	must(script != NULL);
	while (fgets(text, sizeof text, script) != NULL) {
		struct line line;

		text[strcspn(text, "\n")] = 0;
		if (text[0] == '#' || text[0] == 0 || text[0] == '<')
			continue;
		line_read(&line, text);
		struct reply reply = ask(peer, line.words, line.count);

		reply_order(line.words, &reply);
		char *shown = reply_show(&reply);

		printf("%s\n< %s\n", text, shown);
		free(shown);
		reply_fini(&reply);
	}
	(void)fclose(script);
	return 0;
}

int main(int count, char **words)
{
	const char *first = getenv("ODEON_SEED");
	int peer, bad = 0;

	must(count >= 3);
	clock_gettime(CLOCK_REALTIME, &begun);
	peer = dial(words[1]);
	if (count == 4)
		return record(peer, words[3]);
	uint64_t seed = first != NULL ? strtoull(first, NULL, 0) : (uint64_t)begun.tv_nsec;
	int seeds = atoi(words[2]);

	for (int i = 0; i < seeds && bad < 5; i++)
		bad += !run_seed(peer, seed + (uint64_t)i, 2000);
	printf("%d seeds from %llu on, 2000 commands each: %d differ\n", seeds, (unsigned long long)seed, bad);
	return bad > 0;
}
