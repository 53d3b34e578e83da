#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# servers.sh KV - the server of examples/kv beside redis-server, both asked by redis-benchmark on this machine: requests a second, and
# how long half of them and 99 of 100 took, the median of several rounds in which the servers take turns. Neither saves anything.
# ROUNDS=3 REQUESTS=100000 CLIENTS=50 PIPELINES="1 16" TESTS=set,get,incr,lpush,lrange_100 WORKERS="1 2"
set -eu
server=$1
: "${ROUNDS:=3}" "${REQUESTS:=100000}" "${CLIENTS:=50}" "${PIPELINES:=1 16}" "${TESTS:=set,get,incr,lpush,lrange_100}" "${WORKERS:=1 2}"
for tool in redis-server redis-benchmark redis-cli; do
	command -v "$tool" >/dev/null || { echo "skipped: there is no $tool (Debian: redis-server, redis-tools)"; exit 0; }
done
scratch=$(mktemp -d)
running=
trap 'test -z "$running" || kill $running 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT


start()                                         # name; by TCP: sets port
{
	name=$1
	case $name in
	redis*)
		port=$((20000 + $$ % 10000))
		redis-server --port "$port" --bind 127.0.0.1 --save "" --appendonly no --dir "$scratch" >"$scratch/$name.log" 2>&1 &
		running=$!
		;;
	*)
		: >"$scratch/$name.log"
		"$server" --port 0 --workers "${name#kv-}" >>"$scratch/$name.log" 2>&1 &
		running=$!
		tries=0
		until grep -q '^ready at' "$scratch/$name.log"; do
			tries=$((tries + 1))
			test "$tries" -lt 100 || { cat "$scratch/$name.log"; exit 1; }
			sleep 0.1
		done
		port=$(sed -n 's/^ready at .*://p' "$scratch/$name.log")
		;;
	esac
	tries=0
	until [ "$(redis-cli -h 127.0.0.1 -p "$port" PING 2>/dev/null)" = PONG ]; do
		tries=$((tries + 1))
		test "$tries" -lt 100 || { cat "$scratch/$name.log"; exit 1; }
		sleep 0.1
	done
	kill -0 "$running" || { echo "somebody else serves at port $port"; exit 1; }
}

stop()
{
	kill "$running"
	wait "$running" || true
	running=
}

# Lines of redis-benchmark --csv: name, requests a second, then milliseconds: mean, least, p50, p95, p99, most.
measure()                                       # name, pipeline
{
	start "$1"
	redis-benchmark -h 127.0.0.1 -p "$port" -c "$CLIENTS" -n "$REQUESTS" -t "$TESTS" -P "$2" --csv 2>/dev/null | tr -d '"' |
		awk -F, -v server="$1" -v pipeline="$2" '$1 != "test" && $1 !~ /needed to/ {
			sub(/ .*/, "", $1); print pipeline "," $1 "," server "," $2 "," $5 "," $7 }' >>"$scratch/rows"
	stop
}

servers=redis
for workers in $WORKERS; do
	servers="$servers kv-$workers"
done
round=0
while [ "$round" -lt "$ROUNDS" ]; do
	round=$((round + 1))
	for pipeline in $PIPELINES; do
		for name in $servers; do
			measure "$name" "$pipeline"
		done
	done
done

echo "$(redis-server --version | sed 's/ sha.*//'); $CLIENTS clients, $REQUESTS requests, median of $ROUNDS rounds; kv-N: N workers and as many shards"
echo
echo '| pipeline | command | server | requests a second | min to max | p50 ms | p99 ms | x redis |'
echo '|---:|---|---|---:|---|---:|---:|---:|'
awk -F, '
function middle(list, count, numbers, i, j, keep) {
	split(list, numbers, " ")
	for (i = 2; i <= count; i++)
		for (j = i; j > 1 && numbers[j - 1] + 0 > numbers[j] + 0; j--) {
			keep = numbers[j]; numbers[j] = numbers[j - 1]; numbers[j - 1] = keep
		}
	least = numbers[1]; most = numbers[count]
	return count % 2 ? numbers[(count + 1) / 2] + 0 : (numbers[count / 2] + numbers[count / 2 + 1]) / 2
}
{
	key = $1 "," $2 "," $3
	if (!(key in count)) keys[++many] = key
	count[key]++
	rate[key] = rate[key] " " $4; half[key] = half[key] " " $5; late[key] = late[key] " " $6
}
END {
	for (i = 1; i <= many; i++) {
		split(keys[i], part, ",")
		redis[part[1] "," part[2]] += part[3] == "redis" ? middle(rate[keys[i]], count[keys[i]]) : 0
	}
	for (i = 1; i <= many; i++) {
		key = keys[i]
		split(key, part, ",")
		p50 = middle(half[key], count[key]); p99 = middle(late[key], count[key]); figure = middle(rate[key], count[key])
		printf "| %d | %s | %s | %d | %d to %d | %.3f | %.3f | %.2f |\n", part[1], part[2], part[3], figure, least, most, p50, p99,
			figure / redis[part[1] "," part[2]]
	}
}' "$scratch/rows" | sort -t'|' -k2,2n -k3,3 -k4,4r
