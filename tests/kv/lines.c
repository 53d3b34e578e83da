/* SPDX-License-Identifier: BSD-2-Clause */
/* lines.c - see lines.h */
#include "lines.h"
#include "chance.h"
#include <stdio.h>
#include <string.h>

/* k key, x one whose scores are equal, n member or field, v value, i integer, f float, s bound of scores, p pattern, a moment to come or past (seconds, or
 * milliseconds: A), c channel, C pattern of channels, L bound of names, u and U one to come (what has expired is removed when Redis likes), t time to live; a word with + comes several times. ! in front: not in a transaction, as its reply is compared in a way of its own. */
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
	"GETEX k", "GETEX k EX t", "GETEX k PERSIST", "GETEX k PXAT U", "GETEX k EX 10 v", "GETRANGE k i i", "SUBSTR k i i", "SETRANGE k 3 v",
	"SETRANGE k i v", "GETBIT k i", "SETBIT k 7 1", "SETBIT k 100 0", "SETBIT k 3 i", "BITCOUNT k", "BITCOUNT k i i", "BITCOUNT k i i BIT",
	"BITCOUNT k 0 -1 BYTE", "BITCOUNT k -1 -2 v", "BITCOUNT k i",
	"LINSERT k BEFORE n v", "LINSERT k AFTER n v", "LINSERT k v n v", "LPOS k n", "LPOS k n RANK i",
	"LPOS k n COUNT i", "LPOS k n RANK -1 COUNT 0 MAXLEN i", "LPOS k n MAXLEN 2", "LPOS k n v", "LMOVE k k LEFT RIGHT", "LMOVE k k RIGHT LEFT",
	"LMOVE k k LEFT LEFT", "LMOVE k k v LEFT", "RPOPLPUSH k k", "LMPOP 2 k k LEFT", "LMPOP 1 k RIGHT COUNT 2", "LMPOP i k LEFT", "LMPOP 2 k k LEFT COUNT i",
	"!HSCAN k 0", "!HSCAN k 0 MATCH m1*", "!HSCAN k v", "!HRANDFIELD k 100", "HRANDFIELD k 0", "HRANDFIELD k v",
	"!SSCAN k 0 COUNT 1000", "!SSCAN k 0 COUNT 1000 MATCH m*", "SSCAN k 0 TYPE v", "!SRANDMEMBER k 100", "SRANDMEMBER k 0",
	"SMOVE k k n", "SINTERSTORE k k k", "SUNIONSTORE k k k", "SDIFFSTORE k k k+", "SINTERCARD 2 k k", "SINTERCARD 2 k k LIMIT i", "SINTERCARD i k",
	"SINTERCARD 1 k v", "!ZSCAN k 0", "!ZSCAN k 0 MATCH m?", "ZRANDMEMBER k 0", "ZPOPMIN k", "ZPOPMAX k", "ZPOPMIN k 2", "ZPOPMAX k i",
	"ZMPOP 2 k k MIN", "ZMPOP 1 k MAX COUNT 2", "ZMPOP i k MIN", "ZMPOP 2 k k MIN COUNT i", "ZUNION 2 k k WITHSCORES", "ZUNION 2 k k", "ZINTER 2 k k WITHSCORES",
	"ZDIFF 2 k k WITHSCORES", "ZUNIONSTORE k 2 k k", "ZUNIONSTORE k 2 k k WEIGHTS f f AGGREGATE MAX", "ZINTERSTORE k 2 k k AGGREGATE MIN",
	"ZINTERSTORE k i k k", "ZUNIONSTORE k 2 k k AGGREGATE v", "ZDIFFSTORE k 3 k k k", "ZINTERCARD 2 k k", "ZINTERCARD 2 k k LIMIT i", "ZINTERCARD i k",
	"ZRANGE x L L BYLEX", "ZRANGE x L L BYLEX REV LIMIT i i", "ZRANGE x L L BYLEX WITHSCORES", "ZRANGEBYLEX x L L", "ZREVRANGEBYLEX x L L LIMIT 0 2",
	"ZLEXCOUNT x L L", "ZREMRANGEBYLEX x L L", "ZREMRANGEBYRANK k i i", "ZREMRANGEBYSCORE k s s", "ZRANGESTORE k k i i", "ZRANGESTORE k k s s BYSCORE LIMIT 0 3",
	"ZRANGESTORE k x L L BYLEX REV", "ZADD x 0 n 0 n 0 n", "ZADD x 0 n", "ZREM x n", "ZRANGESTORE k k 0 -1 WITHSCORES", "ZADD k 0 n 0 n 0 n", "COPY k k", "COPY k k REPLACE", "COPY k k DB 0 REPLACE", "COPY k k DB i",
	"TOUCH k+", "MOVE k i", "OBJECT REFCOUNT nokey", "OBJECT FREQ k", "OBJECT v k", "OBJECT", "MEMORY USAGE nokey",
	"BLPOP k k 0", "BRPOP k 0", "BLPOP k v", "BLPOP k -1", "BLMOVE k k LEFT RIGHT 0", "BRPOPLPUSH k k 0", "BLMPOP 0 2 k k LEFT COUNT 2", "BZPOPMIN k k 0",
	"BZPOPMAX k 0", "BZMPOP 0 2 k k MAX COUNT 2", "WAIT 0 10", "WAIT v 10", "WATCH k", "WATCH k k", "WATCH k", "UNWATCH", "FLUSHALL", "SUBSCRIBE c", "SUBSCRIBE c c",
	"PSUBSCRIBE C", "UNSUBSCRIBE c", "PUNSUBSCRIBE C", "SSUBSCRIBE c", "SUNSUBSCRIBE c", "PUBLISH c v", "PUBLISH c v", "PUBLISH c n", "SPUBLISH c v",
	"PUBSUB NUMSUB c c", "PUBSUB NUMPAT", "!PUBSUB CHANNELS", "!PUBSUB CHANNELS C", "PUBSUB SHARDNUMSUB c", "PUBSUB v", "RESET", "CLIENT NO-EVICT on",
	"CLIENT GETREDIR", "CLIENT REPLY v", "CLIENT UNBLOCK 999999", "CLIENT KILL 1.2.3.4:5", "CLIENT KILL ID 99999999", "CLIENT TRACKING off", "COMMAND GETKEYS MSET k v k v",
	"COMMAND GETKEYS ZUNIONSTORE k 2 k k", "COMMAND GETKEYS PING", "COMMAND GETKEYS v", "AUTH v", "AUTH default v", "AUTH v v", "ROLE", "SWAPDB 0 0",
	"SWAPDB 0 5", "CONFIG SET maxmemory v", "CONFIG SET v v", "ACL WHOAMI",
	"SELECT i", "SRANDMEMBER nokey i", "HRANDFIELD nokey i", "ZRANDMEMBER nokey i", "HRANDFIELD nokey i WITHVALUES", "EXPIRETIME nokey",
	"PEXPIRETIME nokey", "OBJECT ENCODING nokey", "CLIENT KILL TYPE v", "CLIENT KILL USER v", "CLIENT KILL SKIPME v", "CLIENT LIST TYPE v",
	"CLIENT LIST ID v", "CLIENT NO-EVICT v", "!PUBSUB SHARDCHANNELS C", "CONFIG HELP", "OBJECT HELP", "!PUBSUB HELP", "CLIENT PAUSE v",
	"CLIENT PAUSE v WRITE", "CLIENT PAUSE -1", "CLIENT PAUSE 0 v", "CLIENT PAUSE 0", "CLIENT UNPAUSE",
};
enum { LINES = sizeof lines / sizeof lines[0] };

static const char *one_of(struct chance *chance, const char *const *words, unsigned count) { return words[choose(chance, count)]; }
#define ONE_OF(...) one_of(chance, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static size_t write_word(struct chance *chance, int64_t seconds, char *to, char sort)
{
	switch (sort) {
	case 'k':
		return (size_t)sprintf(to, "key%u", choose(chance, 9));
	case 'x':
		return (size_t)sprintf(to, "equal%u", choose(chance, 2));
	case 'n':
		return (size_t)sprintf(to, choose(chance, 4) ? "m%u" : "%u", choose(chance, 12));
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
	case 'c':
		return (size_t)sprintf(to, "c%u", 1 + choose(chance, 3));
	case 'C':                                              /* no channel has two of them */
		return (size_t)sprintf(to, "%s", ONE_OF("c1*", "c[23]"));
	case 'L':
		return (size_t)sprintf(to, "%s", ONE_OF("-", "+", "[m1", "(m1", "[5", "(m3", "[", "(", "[m2", "x", "-x", ""));
	case 'u':
		return (size_t)sprintf(to, "%lld", (long long)seconds + 1000);
	case 'U':
		return (size_t)sprintf(to, "%lld", (long long)seconds * 1000 + 900000);
	case 'a':                                              /* never about where EXPIRE 1000 ends: GT and LT would hang on the millisecond */
		return (size_t)sprintf(to, "%lld", (long long)seconds + (choose(chance, 4) ? 2000 + 10 * (long long)choose(chance, 10) : -100));
	default:
		return (size_t)sprintf(to, "%lld", (long long)seconds * 1000 + (choose(chance, 4) ? 1000000 + 7777 * (long long)choose(chance, 10) : -1));
	}
}

static void add_word(struct command_line *line, struct chance *chance, int64_t seconds, const char *token, size_t length)
{
	char *to = line->bytes + line->at;
	size_t written;

	if (line->count == 40)
		return;
	if (token[0] >= 'a' && token[0] <= 'z' && (length == 1 || token[1] == '+'))
		written = write_word(chance, seconds, to, token[0]);
	else if (length == 1 && memchr("AUCL", token[0], 4) != NULL)
		written = write_word(chance, seconds, to, token[0]);
	else
		written = (size_t)sprintf(to, "%.*s", (int)length, token);
	line->words[line->count++] = (struct text){ to, written };
	line->at += written + 1;
}

void lines_make(struct command_line *line, struct chance *chance, int64_t seconds)
{
	const char *text = lines[choose(chance, LINES)];

	line->at = line->count = 0;
	line->is_plain = text[0] != '!';
	for (text += text[0] == '!'; text[0] != 0; ) {
		size_t length = strcspn(text, " ");
		unsigned times = text[length - 1] == '+' && length == 2 ? 1 + choose(chance, 4) : 1;

		for (; times > 0; times--)
			add_word(line, chance, seconds, text, length);
		text += length + (text[length] != 0);
	}
	if (choose(chance, 40) == 0 && line->count > 1 && !text_matches(line->words[0], TEXT("SPOP"), true)
	 && !text_matches(line->words[0], TEXT("?RAND*"), true))
		line->count--;
	if (choose(chance, 40) == 0)
		add_word(line, chance, seconds, "v", 1);
}
