#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The server of examples/kv, and clients that others wrote: redis-cli, redis-benchmark, and nc. It must answer all of them, whatever
# they do, and end well when it is told to.
set -eu
: "${top_builddir:=.}" "${top_srcdir:=.}"
server=$top_builddir/examples/kv/kv
test -x "$server" || { echo "skipped: built without libodeon-net"; exit 77; }
for tool in redis-cli redis-benchmark nc timeout; do
	command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
nc -h 2>&1 | grep -q -e '-[A-Za-z]*N' || { echo "skipped: this nc cannot end only its own side (-N)"; exit 77; }
. "$top_srcdir/tests/harness/server.sh"

start()                                         # options...: sets address
{
	: >"$scratch/said"
	"$server" "$@" >"$scratch/said" 2>"$scratch/log" &
	running=$!
	await_said '^ready at ' "$*"
	address=$(sed -n 's/^ready at //p' "$scratch/said")
}

# ThreadSanitizer may hold back the signal: then it is not judged how the server ends.
stop()                                          # signal
{
	case ${SANITIZER-} in
	*thread*)
		kill -s KILL "$running"
		wait "$running" 2>/dev/null || true
		running=
		rm -f "$scratch/socket"
		return
		;;
	esac
	kill -s "$1" "$running"
	began=$(date +%s%N)
	answer=0
	wait "$running" || answer=$?
	took=$((($(date +%s%N) - began) / 1000000))
	running=
	test "$answer" -eq 0 || wrong "after SIG$1 it answered $answer"
	test "$took" -lt "${PATIENCE:-10000}" || wrong "after SIG$1 it took $took ms to end"
	test ! -s "$scratch/log" || { wrong "it said on standard error:"; cat "$scratch/log"; }
}

# One command, as redis-cli shows what it is answered, in one line.
expect()                                        # wanted, words...
{
	wanted=$1
	shift
	heard=$(timeout 20 redis-cli $where --no-raw "$@" 2>&1 | tr -s '\n ' ' ' | sed 's/ *$//') || true
	test "$heard" = "$wanted" || wrong "$*: heard '$heard', wanted '$wanted'"
}

# Bytes that are said, and bytes that are heard until the server closes.
expect_bytes()                                  # what, wanted: both as printf has them; said on standard input
{
	heard=$(timeout 20 nc -N $nc_where | od -An -c | tr -d ' \n') || true
	wanted=$(printf -- "$2" | od -An -c | tr -d ' \n')
	test "$heard" = "$wanted" || wrong "$1: heard '$heard', wanted '$wanted'"
}

try_commands()
{
	expect 'PONG' PING
	expect '"hello"' ECHO hello
	expect 'OK' SET name value
	expect '"value"' GET name
	expect '(nil)' GET missing
	expect '(integer) 1' INCR count
	expect '(integer) 11' INCRBY count 10
	expect '(error) ERR value is not an integer or out of range' INCR name
	expect '(integer) 8' APPEND name 123
	expect '(integer) 2' DEL name count missing name
	expect '(integer) 3' RPUSH list a b c
	expect '1) "a" 2) "b" 3) "c"' LRANGE list 0 -1
	expect '"c"' RPOP list
	expect '(integer) 2' LLEN list
	expect '(error) WRONGTYPE Operation against a key holding the wrong kind of value' GET list
	expect '(integer) 3' ZADD scores 3 c 1 a 2 b
	expect '1) "a" 2) "1" 3) "b" 4) "2" 5) "c" 6) "3"' ZRANGE scores 0 -1 WITHSCORES
	expect '(integer) 1' ZRANK scores b
	expect '"3"' ZSCORE scores c
	expect '(integer) 2' HSET hash f 1 g 2
	expect '"2"' HGET hash g
	expect '(integer) 2' SADD set x y
	expect '(integer) 1' SISMEMBER set x
	expect 'OK' MSET k1 1 k2 2 k3 3 k4 4 k5 5
	expect '1) "1" 2) "2" 3) "3" 4) "4" 5) "5" 6) (nil)' MGET k1 k2 k3 k4 k5 k6
	expect '(integer) 5' EXISTS k1 k2 k3 k4 k5 k6
	expect '(integer) 1' EXPIRE k1 100
	expect '(integer) 100' TTL k1
	expect '(integer) -1' TTL k2
	expect 'OK' RENAME k2 k9
	expect '"2"' GET k9
	expect "(error) ERR unknown command 'nonsense', with args beginning with: 'a'" nonsense a
	expect '(integer) 9' DBSIZE
	expect 'OK' FLUSHALL
	expect '(integer) 0' DBSIZE
}

try_transactions()
{
	heard=$(printf 'MULTI\nSET a 1\nINCR a\nLPUSH b x\nEXEC\nGET a\n' | timeout 20 redis-cli $where | tr '\n' ' ')
	test "$heard" = 'OK QUEUED QUEUED QUEUED OK 2 1 2 ' || wrong "MULTI: heard '$heard'"
	heard=$(printf 'MULTI\nSET a 5\nDISCARD\nGET a\n' | timeout 20 redis-cli $where | tr '\n' ' ')
	test "$heard" = 'OK QUEUED OK 2 ' || wrong "DISCARD: heard '$heard'"
}

try_protocol()
{
	printf 'SET a "two words"\r\nGET a\r\n\r\nPING\r\nQUIT\r\nPING\r\n' |
		expect_bytes inline '+OK\r\n$9\r\ntwo words\r\n+PONG\r\n+OK\r\n'
	printf '*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n' | expect_bytes 'an end without QUIT' '+PONG\r\n$9\r\ntwo words\r\n'
	printf 'PING\r\n*1\r\n:1\r\nPING\r\n' |
		expect_bytes 'a protocol error' "+PONG\r\n-ERR Protocol error: expected '\$', got ':'\r\n"
	printf '*1\r\n$-5\r\n' | expect_bytes 'a length below 0' '-ERR Protocol error: invalid bulk length\r\n'
	printf '*2000000\r\n' | expect_bytes 'too many words' '-ERR Protocol error: invalid multibulk length\r\n'
	(printf '*2\r\n$3\r\nGE'; sleep 0.2; printf 'T\r\n$1\r'; sleep 0.2; printf '\na\r\nQUIT\r\n') |
		expect_bytes 'a command in pieces' '$9\r\ntwo words\r\n+OK\r\n'
}

# 20,000 commands without waiting; and a value of 8 MB, there and back.
try_pipelines()
{
	awk 'BEGIN { for (i = 0; i < 20000; i++) printf "*3\r\n$3\r\nSET\r\n$%d\r\npipe%d\r\n$1\r\n1\r\n", 4 + length(i ""), i }' >"$scratch/many"
	heard=$(timeout 60 redis-cli $where --pipe <"$scratch/many" | tail -n 1)
	test "$heard" = 'errors: 0, replies: 20000' || wrong "--pipe: heard '$heard'"
	expect '(integer) 20002' DBSIZE
	awk 'BEGIN { for (i = 0; i < 5000; i++) print "INCR counted\r" }' >"$scratch/counts"
	heard=$(timeout 60 nc -N $nc_where <"$scratch/counts" | tail -n 1 | tr -d '\r')
	test "$heard" = ':5000' || wrong "5000 INCR at once: heard '$heard' as the last"
	head -c 8000000 /dev/zero | tr '\0' x >"$scratch/large"
	heard=$(timeout 60 redis-cli $where -x SET large <"$scratch/large")
	test "$heard" = OK || wrong "SET of 8 MB: heard '$heard'"
	timeout 60 redis-cli $where GET large | head -c 8000000 | cmp - "$scratch/large" || wrong "GET of 8 MB"
	expect '(integer) 1' DEL large
}

# Who asks for 600 MB, reads nothing of it, and is killed: nobody else sees anything of that, and it is not all held.
try_rude_clients()
{
	awk 'BEGIN { for (i = 0; i < 20000; i++) printf "*3\r\n$5\r\nRPUSH\r\n$4\r\nlong\r\n$23\r\nelement-element-element\r\n" }' |
		timeout 60 redis-cli $where --pipe >/dev/null || wrong "RPUSH of 20000"
	awk 'BEGIN { for (i = 0; i < 1000; i++) print "LRANGE long 0 -1\r" }' >"$scratch/greedy"
	mkfifo "$scratch/hold"
	sleep 100 <>"$scratch/hold" &
	rude=$!
	for i in 1 2 3 4 5; do
		nc $nc_where <"$scratch/greedy" >"$scratch/hold" 2>/dev/null &
		rude="$rude $!"
	done
	sleep 1
	expect 'PONG' PING
	kill -9 $rude
	wait $rude 2>/dev/null || true
	rm "$scratch/hold"
	expect '(integer) 20000' LLEN long
	held=$(awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$running/status" 2>/dev/null || echo 0)
	echo "held at most $held MB"
	test -n "${SANITIZER:-}" || test "$held" -lt 400 || wrong "it held $held MB for five clients that read nothing"
}

# Lines that somebody hears until he is ended, as one.
heard_by() { tr '\n' ' ' <"$scratch/$1" | sed 's/ *$//'; }
has_heard() { test "$(heard_by "$1")" = "$2"; }
listen() { test "$(timeout 20 redis-cli $where PUBSUB NUMSUB "$1" | tail -n 1)" -eq "$2"; }         # so many, at this channel
block() { timeout 20 redis-cli $where INFO clients | tr -d '\r' | grep -q "^blocked_clients:$1\$"; }

try_channels()
{
	timeout 20 redis-cli $where SUBSCRIBE news other >"$scratch/plain" 2>&1 &
	listeners=$!
	timeout 20 redis-cli $where PSUBSCRIBE 'n*' >"$scratch/pattern" 2>&1 &
	listeners="$listeners $!"
	timeout 20 redis-cli $where -3 SUBSCRIBE news >"$scratch/new" 2>&1 &
	listeners="$listeners $!"
	await listen news 2
	await listen other 1
	await has_heard pattern 'psubscribe n* 1'
	expect '(integer) 3' PUBLISH news hello
	expect '(integer) 1' PUBLISH other world
	expect '(integer) 0' PUBLISH silence x
	await has_heard plain 'subscribe news 1 subscribe other 2 message news hello message other world'
	await has_heard pattern 'psubscribe n* 1 pmessage n* news hello'
	await has_heard new 'subscribe news 1 message news hello'
	kill $listeners
	wait $listeners 2>/dev/null || true
	printf 'SUBSCRIBE a\r\nGET a\r\nPING\r\nQUIT\r\n' | expect_bytes 'a subscriber' "*3\\r\\n\$9\\r\\nsubscribe\\r\\n\$1\\r\\na\\r\\n:1\\r\\n-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\\r\\n*2\\r\\n\$4\\r\\npong\\r\\n\$0\\r\\n\\r\\n+OK\\r\\n"
}

# One waits for either of two lists, one in vain, and one for what is moved; killed in the middle, one takes nothing.
try_waiting()
{
	timeout 20 redis-cli $where BLPOP w1 w2 0 >"$scratch/first" 2>&1 &
	waiters=$!
	await block 1
	timeout 20 redis-cli $where BLPOP w2 0 >"$scratch/second" 2>&1 &
	waiters="$waiters $!"
	await block 2
	timeout 20 redis-cli $where BLMOVE w3 w4 LEFT RIGHT 0 >"$scratch/third" 2>&1 &
	waiters="$waiters $!"
	timeout 20 redis-cli $where BLPOP w5 0 >"$scratch/fourth" 2>&1 &
	leaver=$!
	await block 4
	kill $leaver
	wait $leaver 2>/dev/null || true
	await block 3
	expect '(nil)' BZPOPMIN w6 0.1
	expect '(integer) 3' RPUSH w2 a b c
	expect '(integer) 1' RPUSH w3 d
	expect '(integer) 1' RPUSH w5 e
	wait $waiters || wrong "who waits: $?"
	test "$(heard_by first) $(heard_by second) $(heard_by third)" = 'w2 a w2 b d' ||
		wrong "who waits: $(heard_by first), $(heard_by second), $(heard_by third)"
	expect '(integer) 3' EXISTS w2 w4 w5
	expect '(integer) 3' DEL w2 w4 w5
	heard=$(printf 'WATCH a\nSET a 1\nMULTI\nSET a 2\nEXEC\nGET a\n' | timeout 20 redis-cli $where --no-raw | tr '\n' ' ')
	test "$heard" = 'OK OK OK QUEUED (nil) "1" ' || wrong "WATCH: heard '$heard'"
}

# What is held back is done when the pause is over; not for one who ends his side before.
try_pauses()
{
	expect 'OK' CLIENT PAUSE 60000 WRITE
	timeout 20 redis-cli $where SET paused 1 >"$scratch/first" 2>&1 &
	waiters=$!
	await block 1
	expect '(nil)' GET paused
	printf 'PING\r\nSET paused 2\r\nPING\r\n' | expect_bytes 'who ends while he is held' '+PONG\r\n'
	expect 'OK' CLIENT UNPAUSE
	wait $waiters || wrong "who was held: $?"
	has_heard first 'OK' || wrong "who was held: $(heard_by first)"
	expect '"1"' GET paused
	expect 'OK' CLIENT PAUSE 200
	expect '"1"' GET paused
	expect '(integer) 1' DEL paused
}

high_water() { awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$running/status" 2>/dev/null || echo 0; }

# Who asks for 1 GB at once and reads it slowly, and who subscribes and reads nothing: little of it is held, and others are not held up.
try_slow_readers()
{
	head -c 1000000 /dev/zero | tr '\0' x >"$scratch/million"
	for i in 1 2 3 4; do
		timeout 20 redis-cli $where -x SET "million$i" <"$scratch/million" >/dev/null
	done
	before=$(high_water)
	awk 'BEGIN { for (i = 0; i < 1024; i++) printf "GET million%d\r\n", i % 4 + 1 }' >"$scratch/greedy"
	timeout 300 nc -N $nc_where <"$scratch/greedy" | (sleep 1; head -c 50000000 >/dev/null; sleep 1; wc -c) >"$scratch/rest" &
	reader=$!
	sleep 0.5
	expect 'PONG' PING
	wait $reader
	test "$(cat "$scratch/rest")" -eq $((1024 * (1000000 + 12) - 50000000)) || wrong "1024 times 1 MB: $(cat "$scratch/rest") after 50 MB"
	after=$(high_water)
	echo "1024 replies of 1 MB, read slowly: $((after - before)) MB more"
	test -n "${SANITIZER:-}" || test $((after - before)) -lt 64 || wrong "it held $((after - before)) MB more for 1024 replies of 1 MB"
	mkfifo "$scratch/deaf" "$scratch/asked"
	exec 4<>"$scratch/deaf" 5<>"$scratch/asked"
	nc $nc_where <"$scratch/asked" >"$scratch/deaf" 2>/dev/null &
	deaf=$!
	printf 'SUBSCRIBE deaf\r\n' >&5
	await listen deaf 1
	for i in 1 2 3 4 5 6 7 8 9 10; do
		for j in 1 2 3 4 5 6 7 8 9 10; do
			printf '*3\r\n$7\r\nPUBLISH\r\n$4\r\ndeaf\r\n$1000000\r\n'
			cat "$scratch/million"
			printf '\r\n'
		done
	done | timeout 60 nc -N $nc_where | tr -d '\r' | uniq -c | tr -s ' \n' ' ' >"$scratch/counts"
	grep -Eq '^ [0-9]+ :1 [0-9]+ :0 $' "$scratch/counts" || wrong "PUBLISH to one who does not read: $(cat "$scratch/counts")"
	kill $deaf 2>/dev/null || true
	wait $deaf 2>/dev/null || true
	exec 4>&- 5>&-
	rm "$scratch/deaf" "$scratch/asked"
	echo "100 letters of 1 MB that are not read: $(($(high_water) - before)) MB more"
	test -n "${SANITIZER:-}" || test $(($(high_water) - before)) -lt 100 || wrong "it held $(($(high_water) - before)) MB more for letters"
	expect '(integer) 4' DEL million1 million2 million3 million4
}

try_many_clients()
{
	if ! timeout 100 redis-benchmark $where -q -c 200 -n 4000 -t set,get >"$scratch/bench" 2>&1 ||
		[ "$(tr '\r' '\n' <"$scratch/bench" | grep -c 'requests per second')" -ne 2 ]; then
		wrong "200 clients:"; tail -n 5 "$scratch/bench"
	fi
	for pipeline in 1 16; do
		if ! timeout 100 redis-benchmark $where -q -n 2000 -t set,get,incr,lpush,lrange_100 -P "$pipeline" >"$scratch/bench" 2>&1 ||
			[ "$(tr '\r' '\n' <"$scratch/bench" | grep -c 'requests per second')" -ne 6 ]; then
			wrong "redis-benchmark -P $pipeline:"; tail -n 5 "$scratch/bench"
		fi
	done
}

try_all()
{
	try_commands
	try_transactions
	try_protocol
	try_pipelines
	try_channels
	try_waiting
	try_pauses
	try_rude_clients
	try_many_clients
}

by_port() { where="-h 127.0.0.1 -p ${address##*:}" nc_where="127.0.0.1 ${address##*:}"; }
by_path() { where="-s ${address#unix:}" nc_where="-U ${address#unix:}"; }

start --port 0 --workers 3 --shards 5
by_port
try_all
stop TERM

# One that has held little so far.
start --port 0 --workers 2 --shards 4
by_port
try_slow_readers
stop TERM

start --unix "$scratch/socket" --workers 1 --shards 1
by_path
try_all
expect 'OK' CLIENT PAUSE 60000 WRITE
timeout 20 redis-cli $where SET paused 1 >"$scratch/first" 2>&1 &
waiters=$!
await block 1
stop INT
wait $waiters 2>/dev/null || true
test ! -e "$scratch/socket" || wrong "the socket is left"

# Bounds; and an end while a client is there, and has begun to say something.
sockets() { find "/proc/$running/fd" -lname 'socket:*' | wc -l; }
has_sockets() { test "$(sockets)" -eq "$1"; }
start --port 0 --connections 2 --maxmemory 100000
by_port
answer=0
timeout 20 "$server" --port "${address##*:}" 2>"$scratch/complaint" || answer=$?
test "$answer" -eq 1 && grep -q "^kv: cannot listen at $address: .*in use" "$scratch/complaint" ||
	wrong "at a port that is in use: $answer, $(cat "$scratch/complaint")"
none=$(sockets)
mkfifo "$scratch/open"
for i in 1 2; do
	nc $nc_where <"$scratch/open" >"$scratch/guest$i" 2>/dev/null &
	leaver=$!
done
exec 3>"$scratch/open"
await has_sockets $((none + 2))
printf '' | expect_bytes 'one client more' '-ERR max number of clients reached\r\n'
printf 'PING\r\n' >&3
one_has_heard() { test "$(cat "$scratch/guest1" "$scratch/guest2" | tr -d '\r\n')" = +PONG; }
await one_has_heard
kill -9 "$leaver"
wait "$leaver" 2>/dev/null || true
await has_sockets $((none + 1))
expect 'PONG' PING
printf 'INFO ser' >&3
stop TERM
exec 3>&-

start --port 0 --maxmemory 100000 --shards 1
by_port
for key in a b c d; do
	head -c 60000 /dev/zero | tr '\0' x | timeout 20 redis-cli $where -x SET "$key" >"$scratch/full" || true
done
grep -q 'OOM command not allowed' "$scratch/full" || wrong "beyond --maxmemory: $(cat "$scratch/full")"
expect '(integer) 60000' STRLEN a
stop TERM

for wrong_option in --port=70000 --shards=65 --nonsense word; do
	answer=0
	timeout 20 "$server" "$wrong_option" >/dev/null 2>"$scratch/complaint" || answer=$?
	test "$answer" -eq 2 && test -s "$scratch/complaint" || wrong "$wrong_option: it answered $answer"
done
"$server" --help | grep -q -e --maxmemory || wrong --help
"$server" --version | grep -q '^kv, of odeon [0-9]' || wrong --version
test ! -e "$scratch/wrong" || exit 1
echo "all as it should be"
