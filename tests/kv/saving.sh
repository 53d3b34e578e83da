#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The append-only file of examples/kv, from outside: what is there again after an end, who may use a folder, what is refused; and redis-server
# and redis-check-aof on the same files.
set -eu
case ${SANITIZER-} in *thread*) echo "skipped: ThreadSanitizer takes descriptors that were opened again for the old ones"; exit 77 ;; esac
: "${top_builddir:=.}" "${top_srcdir:=.}"
server=$top_builddir/examples/kv/kv
test -x "$server" || { echo "skipped: built without libodeon-net"; exit 77; }
for tool in redis-cli timeout; do
	command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
. "$top_srcdir/tests/harness/server.sh"
files=$scratch/appendonlydir

start()                                         # options...
{
	: >"$scratch/said"
	"$server" --unix "$scratch/socket" --appendonly yes --dir "$scratch" --workers 2 --shards 3 "$@" >"$scratch/said" 2>"$scratch/log" &
	running=$!
	await grep -q '^ready at ' "$scratch/said"
}

stop()                                          # signal, wanted status
{
	kill -s "$1" "$running"
	answer=0
	wait "$running" 2>/dev/null || answer=$?
	running=
	test "$answer" -eq "$2" || wrong "after SIG$1 it answered $answer"
	rm -f "$scratch/socket"
}

ask() { timeout 20 redis-cli -s "$scratch/socket" --no-raw "$@" 2>&1 | tr -s '\n ' ' ' | sed 's/ *$//'; }
expect()                                        # wanted, words...
{
	wanted=$1
	shift
	heard=$(ask "$@") || true
	test "$heard" = "$wanted" || wrong "$*: heard '$heard', wanted '$wanted'"
}

has_info() { timeout 20 redis-cli -s "$scratch/socket" INFO persistence | tr -d '\r' | grep -q "^$1\$"; }

expect_all()
{
	expect '1) "1" 2) "2" 3) "3"' MGET a b c
	expect '1) "x" 2) "y"' LRANGE list 0 -1
	expect '(integer) 1' SISMEMBER set m
	expect '"2.5"' ZSCORE sorted n
	expect '"v"' HGET hash f
	expect '"temporary"' GET t
	expect '(nil)' GET gone
	heard=$(ask TTL t)
	case $heard in '(integer) '[89]?|'(integer) 100') ;; *) wrong "TTL t: heard '$heard'" ;; esac
}

start --appendfsync always
expect 'OK' MSET a 1 b 2 c 3
expect '(integer) 3' RPUSH list x y z
expect '"z"' RPOP list
expect '(integer) 1' SADD set m
expect '(integer) 1' ZADD sorted 2.5 n
expect '(integer) 1' HSET hash f v
expect 'OK' SET t temporary EX 100
expect 'OK' SET gone 1 PX 1
sleep 0.1
expect '(nil)' GET gone

# Somebody who waits is served when the disk has it; what was watched and has changed leaves nothing; what is published is not written.
talk() { timeout 20 redis-cli -s "$scratch/socket" --no-raw 2>&1 | tr -s '\n ' ' ' | sed 's/ *$//'; }
waits() { timeout 20 redis-cli -s "$scratch/socket" INFO clients | tr -d '\r' | grep -q "^blocked_clients:$1\$"; }
ask BLPOP queue 0 >"$scratch/served" &
popper=$!
await waits 1
expect '(integer) 2' LPUSH queue second first
wait "$popper"
test "$(cat "$scratch/served")" = '1) "queue" 2) "first"' || wrong "served: $(cat "$scratch/served")"
expect '"second"' BLMOVE queue moved LEFT RIGHT 0
heard=$(printf 'WATCH w\nSET w 1\nMULTI\nSET w 2\nEXEC\nWATCH w\nMULTI\nSET w2 3\nEXEC\n' | talk)
test "$heard" = 'OK OK OK QUEUED (nil) OK OK QUEUED 1) OK' || wrong "WATCH: heard '$heard'"
expect '(integer) 0' PUBLISH channel in-no-file
stop KILL 137
grep -q in-no-file "$files"/*.aof && wrong "what was published is in the file"
start
expect '(integer) 0' EXISTS queue
expect '1) "second"' LRANGE moved 0 -1
expect '1) "1" 2) "3"' MGET w w2
test ! -s "$scratch/log" || wrong "it said: $(cat "$scratch/log")"
expect_all
expect 'OK' CONFIG SET appendfsync always auto-aof-rewrite-min-size 1000
expect '1) "appendfsync" 2) "always"' CONFIG GET appendfsync
expect "(error) ERR CONFIG SET failed (possibly related to argument 'appendonly') - can't set immutable config" CONFIG SET appendonly no
expect 'Background append only file rewriting started' BGREWRITEAOF
await has_info aof_rewrites:1
test "$(ls "$files" | grep -c incr)" -eq 1 || wrong "after rewriting there are: $(ls "$files")"
expect_all

answer=0                                        # nobody else may use it
timeout 10 "$server" --unix "$scratch/other" --appendonly yes --dir "$scratch" >"$scratch/other.said" 2>&1 || answer=$?
test "$answer" -eq 1 && grep -q 'another server uses it' "$scratch/other.said" || wrong "a second server: $answer $(cat "$scratch/other.said")"
stop TERM 0

if command -v redis-check-aof >/dev/null; then
	redis-check-aof "$files/appendonly.aof.manifest" >"$scratch/checked" 2>&1 || wrong "redis-check-aof: $(cat "$scratch/checked")"
fi
if command -v redis-server >/dev/null; then
	redis-server --port 0 --unixsocket "$scratch/socket" --save "" --appendonly yes --dir "$scratch" >"$scratch/redis.log" 2>&1 &
	running=$!
	await test -S "$scratch/socket"
	await has_info loading:0
	expect_all
	expect 'OK' SET from-redis 1
	stop TERM 0
	start
	expect '"1"' GET from-redis
	expect_all
	await has_info aof_rewrites:1
	stop TERM 0
fi

# The end is torn; and then something before it is wrong.
start
stop TERM 0
live=$files/$(sed -n 's/^file \([^ ]*\) .*/\1/p' "$files/appendonly.aof.manifest" | tail -n 1)
printf '#J:0000' >>"$live"
start --appendfsync always
grep -q '7 bytes were cut off' "$scratch/log" || wrong "a torn end: $(cat "$scratch/log")"
expect_all
expect 'OK' SET last 1
expect 'OK' SET last 2
stop TERM 0
printf 'X' | dd of="$live" bs=1 seek=120 conv=notrunc 2>/dev/null
answer=0
timeout 10 "$server" --unix "$scratch/socket" --appendonly yes --dir "$scratch" >"$scratch/said" 2>&1 || answer=$?
test "$answer" -eq 1 && grep -q 'incr.aof is damaged at byte ' "$scratch/said" || wrong "damage: $answer $(cat "$scratch/said")"

# No room: writes are refused, and nothing else; when there is room, it goes on.
rm -rf "$files"
if command -v prlimit >/dev/null; then
	(trap '' XFSZ; ulimit -S -f 128; exec "$server" --unix "$scratch/socket" --appendonly yes --dir "$scratch" >"$scratch/said" 2>"$scratch/log") &
	running=$!
	await grep -q '^ready at ' "$scratch/said"
	head -c 60000 /dev/zero | tr '\0' x >"$scratch/large"
	expect 'OK' SET small 1
	for key in k1 k2 k3 k4; do
		timeout 20 redis-cli -s "$scratch/socket" -x SET "$key" <"$scratch/large" >/dev/null || true
	done
	await has_info aof_last_write_status:err
	heard=$(ask SET other 1)
	case $heard in '(error) MISCONF Errors writing to the AOF file: '*) ;; *) wrong "without room: heard '$heard'" ;; esac
	expect '"1"' GET small
	prlimit --pid "$running" --fsize=unlimited:unlimited
	await has_info aof_last_write_status:ok
	expect 'OK' SET after 1
	expect '(integer) 60000' STRLEN k1
	stop KILL 137
	start
	expect '1) "1" 2) (nil) 3) "1"' MGET small other after
	expect '(integer) 60000' STRLEN k1
	stop TERM 0
fi

start --appendonly no
expect '(error) ERR nothing is saved: see --appendonly' BGREWRITEAOF
expect '(nil)' GET small
stop TERM 0
test ! -e "$scratch/wrong" || exit 1
echo "all as it should be"
