#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# servers.sh BUILD FOLDER [WHAT...] - the servers among the examples beside those that others wrote, on this machine, by TCP
#
#   kv      examples/kv beside redis-server and the floor, all asked by redis-benchmark; nobody saves anything, but those of POLICIES: an
#           append-only file in a folder of TMPDIR, with appendfsync always, everysec or no. The floor is one thread that never sleeps, counts
#           commands, and answers each what redis-server would: so its rate is about what redis-benchmark, which has one thread, can ask for
#   http    18-http-hello beside nginx and Go's net/http, all asked by wrk for the same bytes; connections stay
#   files   the same three serve files that are in memory, of FILES bytes
#   idle    what a connection costs that has asked once, and rests: kv and redis-server, 18-http-hello and Go's net/http
#   echo    17-tcp-echo beside the floor, a plain loop of epoll, and Go's net, all asked by echo-load (load.c says how)
#
# BUILD is where all was built; what Go builds is kept in FOLDER. Servers take turns within a round; figures are medians of the rounds.
# Who asks is on the same machine, and takes its part of it. What is missing is said, and left out.
#
#   ROUNDS=3
#   kv:    POLICIES="" REQUESTS=100000 CLIENTS=50 PIPELINES="1 16" TESTS=set,get,incr,lpush,lrange_100 WORKERS="1 2"
#          KEYS="1 100000" (so many, one at random for each request of set, get and incr)
#   idle:  IDLE=5000   http, files:  HTTP_CONNECTIONS=64 FILES="4096 65536 1048576"   echo: CONNECTIONS="1 1000 10000" BYTES=64   all three: THREADS=2 LASTS=3 (seconds), GO=go
set -eu
build=$1 folder=$2
shift 2
[ $# -gt 0 ] || set -- kv http files idle echo
: "${POLICIES=}" "${KEYS:=1 100000}" "${ROUNDS:=3}" "${REQUESTS:=100000}" "${CLIENTS:=50}" "${PIPELINES:=1 16}" "${TESTS:=set,get,incr,lpush,lrange_100}" "${WORKERS:=1 2}"
: "${HTTP_CONNECTIONS:=64}" "${FILES:=4096 65536 1048576}" "${IDLE:=5000}" "${CONNECTIONS:=1 1000 10000}" "${BYTES:=64}" "${THREADS:=2}" "${LASTS:=3}" "${GO:=go}"
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$folder"
folder=$(CDPATH='' cd -- "$folder" && pwd)
scratch=$(mktemp -d)
running= load=$build/examples/bench/echo-load
trap 'test -z "$running" || kill $running 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT
ulimit -Sn "$(ulimit -Hn)"

say() { echo "bench-servers: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# ---- a server, which says where it is ------------------------------------------------------------------------------------------

await()                                         # a command that answers 0 when it is there
{
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		test "$tries" -lt 100 || { cat "$scratch/log"; exit 1; }
		sleep 0.1
	done
}

says_address() { grep -q -E '^(ready|listening) at ' "$scratch/log"; }

launch()                                        # command; sets address
{
	: >"$scratch/log"
	"$@" >>"$scratch/log" 2>&1 &
	running=$!
	await says_address
	address=$(sed -n -E 's/^(ready|listening) at //p' "$scratch/log")
}

stop()
{
	kill "$running"
	wait "$running" 2>/dev/null || true
	running=
}

free_port() { echo $((20000 + ($$ + round * 7 + $(date +%s)) % 10000)); }

prepare_go()                                    # 0: there is $folder/servers-go
{
	has "$GO" || { say "no $GO: apt-get install golang-go"; return 1; }
	test -x "$folder/servers-go" && test -z "$(find "$here/peers/servers.go" -newer "$folder/servers-go")" && return 0
	GOCACHE=$folder/go-cache GOFLAGS='' "$GO" build -p 1 -o "$folder/servers-go" "$here/peers/servers.go"
}

# ---- rows: "case|server|rate|figures..." of all rounds; a table with the median of each, and the rate as a multiple of others' -----

# Cases and servers come in the order in which they were first seen.
table()                                         # rows, the servers that all are compared with
{
	awk -F'|' -v references="$2" '
	function middle(list, count, numbers, i, j, keep) {
		split(list, numbers, " ")
		for (i = 2; i <= count; i++)
			for (j = i; j > 1 && numbers[j - 1] + 0 > numbers[j] + 0; j--) {
				keep = numbers[j]; numbers[j] = numbers[j - 1]; numbers[j - 1] = keep
			}
		least = numbers[1]; most = numbers[count]
		return count % 2 ? numbers[(count + 1) / 2] + 0 : (numbers[count / 2] + numbers[count / 2 + 1]) / 2
	}
	function text(figure) { return figure == int(figure) ? sprintf("%d", figure) : sprintf(figure < 100 ? "%.2f" : "%.0f", figure) }
	{
		if (!($1 in has_case)) { cases[++case_count] = $1; has_case[$1] = 1 }
		if (!($2 in has_server)) { servers[++server_count] = $2; has_server[$2] = 1 }
		key = $1 "|" $2
		count[key]++
		for (i = 3; i <= NF; i++) figures[key, i] = figures[key, i] " " $i
		columns = NF
	}
	END {
		reference_count = split(references, reference, " ")
		for (c = 1; c <= case_count; c++)
			for (s = 1; s <= server_count; s++) {
				key = cases[c] "|" servers[s]
				if (!(key in count)) continue
				rate = middle(figures[key, 3], count[key])
				line = sprintf("| %s | %s | %d | %d to %d |", cases[c], servers[s], rate, least, most)
				for (i = 4; i <= columns; i++) line = line " " text(middle(figures[key, i], count[key])) " |"
				for (r = 1; r <= reference_count; r++) {
					whole = middle(figures[cases[c] "|" reference[r], 3], count[cases[c] "|" reference[r]])
					line = line " " (whole > 0 ? sprintf("%.2f", rate / whole) : "-") " |"
				}
				print line
			}
	}' "$1"
}

# ---- kv ----------------------------------------------------------------------------------------------------------------------------

crlf=$(printf '\r\n.')
crlf=${crlf%.}

# What redis-server answers to commands of a test of redis-benchmark; to those that are not named here, the least there is.
answer_of()                                     # test; sets answer
{
	case $1 in
	set) answer=+OK$crlf ;;
	get) answer=\$3${crlf}VXK$crlf ;;
	lrange_*)
		answer="*${1#lrange_}$crlf"
		for _ in $(seq "${1#lrange_}"); do
			answer=$answer\$3${crlf}VXK$crlf
		done
		;;
	*) answer=:1$crlf ;;
	esac
}

answers_ping() { [ "$(redis-cli -h 127.0.0.1 -p "$port" PING 2>/dev/null)" = PONG ]; }

start_kv()                                      # name, tests; sets port
{
	saving="--appendonly no"
	case $1 in
	*:*)
		rm -rf "$scratch/data"
		mkdir "$scratch/data"
		saving="--appendonly yes --appendfsync ${1#*:} --dir $scratch/data"
		;;
	esac
	case $1 in
	floor)
		answer_of "$2"
		launch "$load" --serve 0 --answer "$answer" --awake
		port=${address##*:}
		return
		;;
	redis*)
		port=$(free_port)
		redis-server --port "$port" --bind 127.0.0.1 --save "" --dir "$scratch" $saving >"$scratch/log" 2>&1 &
		running=$!
		;;
	*)
		workers=${1#kv-}
		launch "$build/examples/kv/kv" --port 0 --workers "${workers%:*}" $saving
		port=${address##*:}
		;;
	esac
	await answers_ping
	kill -0 "$running" || { echo "somebody else serves at port $port"; exit 1; }
}

# What redis-benchmark says of each test: which, how long so many of 100 took at most, in halving steps, the rate, and then its summary, two lines
# further: mean, least, p50, p95, p99, most.
read_kv()                                       # server, pipeline, note
{
	tr '\r' '\n' | awk -v server="$1" -v pipeline="$2" -v note="$3" '
		/^====== / { name = /needed to/ ? "" : $2; is_step = 0 }
		/^Latency by percentile/ { is_step = 1; p999 = "" }
		/^Cumulative/ { is_step = 0 }
		is_step && $2 == "<=" && p999 == "" && $1 + 0 >= 99.9 { p999 = $3 }
		/throughput summary:/ { rate = $3 }
		/latency summary/ {
			getline; getline
			if (name != "") print pipeline " " name (name ~ /^(SET|GET|INCR)$/ ? note : "") "|" server "|" rate "|" $3 "|" $5 "|" p999
		}'
}

ask_kv()                                        # name, pipeline, keys, tests
{
	random= note=
	if [ "$3" -gt 1 ]; then
		random="-r $3" note=" of $3 keys"
		test "$1" = floor ||
			redis-benchmark -h 127.0.0.1 -p "$port" -c "$CLIENTS" -n $((3 * $3)) -t set,incr -P 16 $random -q >/dev/null 2>&1
	fi
	redis-benchmark -h 127.0.0.1 -p "$port" -c "$CLIENTS" -n "$REQUESTS" -t "$4" -P "$2" $random 2>/dev/null |
		read_kv "$1" "$2" "$note" >>"$scratch/kv"
}

# The floor has one answer to all commands, so it starts anew for each test.
measure_kv()                                    # name, pipeline, keys
{
	turns=$TESTS
	test "$1" != floor || turns=$(echo "$TESTS" | tr , ' ')
	for tests in $turns; do
		start_kv "$1" "$tests"
		ask_kv "$1" "$2" "$3" "$tests"
		stop
	done
}

do_kv()
{
	for tool in redis-server redis-benchmark redis-cli; do
		has "$tool" || { say "kv is left out: there is no $tool (Debian: redis-server, redis-tools)"; return 0; }
	done
	servers=redis
	if test -x "$load"; then servers="floor redis"; else say "the floor is left out: there is no echo-load"; fi
	for workers in $WORKERS; do
		servers="$servers kv-$workers"
	done
	for policy in $POLICIES; do
		for workers in $WORKERS; do
			servers="$servers kv-$workers:$policy"
		done
		servers="$servers redis:$policy"
	done
	round=0
	while [ "$round" -lt "$ROUNDS" ]; do
		round=$((round + 1))
		for pipeline in $PIPELINES; do
			for keys in $KEYS; do
				for name in $servers; do
					measure_kv "$name" "$pipeline" "$keys"
				done
			done
		done
	done
	echo "$(redis-server --version | sed 's/ sha.*//'); $CLIENTS clients, $REQUESTS requests, median of $ROUNDS rounds; kv-N: N workers and as many shards; floor: answers, and does nothing"
	echo
	echo '| pipeline, command | server | requests a second | min to max | p50 ms | p99 ms | p99.9 ms | x redis | x floor |'
	echo '|---|---|---:|---|---:|---:|---:|---:|---:|'
	table "$scratch/kv" "redis floor"
	echo
}

# ---- http --------------------------------------------------------------------------------------------------------------------------

hello=$build/examples/18-http-hello

write_nginx_settings()                          # port
{
	cat >"$scratch/nginx.conf" <<-END
	daemon off; worker_processes $THREADS; pid $scratch/nginx.pid; error_log $scratch/log;
	events { worker_connections 4096; }
	http {
		access_log off; keepalive_requests 1000000000; default_type text/plain;
		client_body_temp_path $scratch; proxy_temp_path $scratch; fastcgi_temp_path $scratch;
		uwsgi_temp_path $scratch; scgi_temp_path $scratch;
		sendfile on; tcp_nopush on; open_file_cache off;
		server {
			listen 127.0.0.1:$1 backlog=1024; location = / { return 200 "$body_escaped"; } location /files/ { root $scratch; }
		}
	}
	END
}

answers_hello() { [ "$(curl -s "http://$address/")" = "$body" ]; }

start_http()                                    # name; sets address
{
	case $1 in
	odeon) launch "$hello" 127.0.0.1:0 "$THREADS" "$scratch/files" ;;
	go) GOMAXPROCS=$THREADS launch "$folder/servers-go" http 127.0.0.1:0 / "$body
" "$scratch/files" ;;
	nginx)
		address=127.0.0.1:$(free_port)
		write_nginx_settings "${address##*:}"
		nginx -c "$scratch/nginx.conf" >"$scratch/log" 2>&1 &
		running=$!
		;;
	esac
	await answers_hello
}

measure_http()                                  # name, what is asked for, the case
{
	start_http "$1"
	wrk -c "$HTTP_CONNECTIONS" -d 1 "http://$address$2" >"$scratch/warm"
	wrk -c "$HTTP_CONNECTIONS" -d "$LASTS" -s "$scratch/report.lua" "http://$address$2" >"$scratch/wrk"
	sed -n "s/^figures /$3|$1|/p" "$scratch/wrk" >>"$scratch/http"
	if grep -q -E 'Socket errors|Non-2xx' "$scratch/wrk"; then
		echo "$1 had errors:"
		cat "$scratch/wrk"
		exit 1
	fi
	stop
}

# Sets servers. False: it cannot be.
prepare_http()                                  # what is left out then
{
	test -x "$hello" || { say "$1 is left out: there is no 18-http-hello"; return 1; }
	for tool in wrk curl; do
		has "$tool" || { say "$1 is left out: there is no $tool (Debian: $tool)"; return 1; }
	done
	cat >"$scratch/report.lua" <<-'END'
	done = function(summary, delays, requests)
		print(string.format("figures %.0f|%.3f|%.3f|%.3f", summary.requests / summary.duration * 1e6, delays:percentile(50) / 1000,
			delays:percentile(99) / 1000, delays:percentile(99.9) / 1000))
	end
	END
	mkdir -p "$scratch/files"
	: >"$scratch/http"
	servers=odeon
	launch "$hello" 127.0.0.1:0 "$THREADS"
	body=$(curl -s "http://$address/")
	body_escaped=$(printf '%s' "$body" | sed 's/[\\"$]/\\&/g')'\n'
	stop
	! prepare_go || servers="go $servers"
	if has nginx; then servers="nginx $servers"; else say "no nginx: apt-get install nginx-light"; fi
}

print_http()                                    # what was asked for
{
	has nginx && nginx -v 2>&1 | sed 's/.*: //'
	has "$GO" && "$GO" version
	echo "$1 by wrk, $HTTP_CONNECTIONS connections that stay; $THREADS workers or threads each; $LASTS s, median of $ROUNDS rounds"
	echo
	echo '| | server | requests a second | min to max | p50 ms | p99 ms | p99.9 ms | x nginx |'
	echo '|---|---|---:|---|---:|---:|---:|---:|'
	table "$scratch/http" nginx
	echo
}

do_http()
{
	prepare_http http || return 0
	round=0
	while [ "$round" -lt "$ROUNDS" ]; do
		round=$((round + 1))
		for name in $servers; do
			measure_http "$name" / "$HTTP_CONNECTIONS connections"
		done
	done
	print_http 'GET /'
}

do_files()
{
	prepare_http files || return 0
	for bytes in $FILES; do
		head -c "$bytes" /dev/urandom >"$scratch/files/$bytes"
	done
	chmod -R a+rX "$scratch"
	round=0
	while [ "$round" -lt "$ROUNDS" ]; do
		round=$((round + 1))
		for bytes in $FILES; do
			for name in $servers; do
				measure_http "$name" "/files/$bytes" "$bytes bytes"
			done
		done
	done
	print_http 'files'
}

# ---- idle --------------------------------------------------------------------------------------------------------------------------

# It runs, and says so many bytes to that.
measure_idle()                                  # name, what is said, bytes
{
	"$load" "$address" --connections "$IDLE" --say "$2" --back "$3" --seconds 0 --process "$running" |
		sed -n "s/.*idle-bytes /idle|$1|/p" >>"$scratch/idle"
	stop
}

idle_http()                                     # name
{
	start_http "$1"
	measure_idle "$1-http" "GET / HTTP/1.1${crlf}Host: x$crlf$crlf" "$(curl -si "http://$address/" | wc -c)"
}

idle_kv()                                       # name
{
	start_kv "$1" ""
	address=127.0.0.1:$port
	measure_idle "$1" "PING$crlf" 7
}

do_idle()
{
	test -x "$load" || { say "idle is left out: there is no echo-load"; return 0; }
	round=0
	while [ "$round" -lt "$ROUNDS" ]; do
		round=$((round + 1))
		if has redis-server && has redis-cli; then
			idle_kv redis
			idle_kv kv-1
		fi
		if test -x "$hello" && has curl; then
			launch "$hello" 127.0.0.1:0 "$THREADS"
			body=$(curl -s "http://$address/")
			stop
			! prepare_go || idle_http go
			idle_http odeon
		fi
	done
	echo "$IDLE connections that have asked once each, one after the other, and rest; bytes resident for each, median of $ROUNDS rounds"
	echo
	echo '| | server | bytes | min to max |'
	echo '|---|---|---:|---|'
	table "$scratch/idle" ""
	echo
}

# ---- echo --------------------------------------------------------------------------------------------------------------------------

start_echo()                                    # name
{
	case $1 in
	floor) launch "$load" --serve 0 --threads "$THREADS" ;;
	go) GOMAXPROCS=$THREADS launch "$folder/servers-go" echo 127.0.0.1:0 ;;
	odeon) launch "$build/examples/17-tcp-echo" 127.0.0.1:0 ;;
	esac
}

measure_echo()                                  # name, connections
{
	start_echo "$1"
	"$load" "$address" --connections "$2" --bytes "$BYTES" --seconds "$LASTS" --process "$running" >"$scratch/figures"
	stop
	start_echo "$1"
	"$load" "$address" --connections "$2" --bytes "$BYTES" --seconds 0 --process "$running" >"$scratch/rest"
	stop
	awk -v server="$1" -v rest="$(sed -n 's/.*idle-bytes //p' "$scratch/rest")" '{
		print $2 " connections|" server "|" $6 "|" $8 "|" $10 "|" $12 "|" rest "|" $14 }' "$scratch/figures" >>"$scratch/echo"
}

do_echo()
{
	servers="floor"
	! prepare_go || servers="$servers go"
	round=0
	while [ "$round" -lt "$ROUNDS" ]; do
		round=$((round + 1))
		for connections in $CONNECTIONS; do
			test "$((connections + 100))" -lt "$(ulimit -n)" || { say "$connections are more than may be open"; continue; }
			for name in $servers odeon; do
				measure_echo "$name" "$connections"
			done
		done
	done
	echo "messages of $BYTES bytes, one on its way on each connection; $THREADS threads each (17-tcp-echo: 2), one thread asks; $LASTS s, median of $ROUNDS"
	echo "rounds. Bytes for each: when all have talked in turn and rest; and when they rest after the load"
	echo
	echo '| | server | echoes a second | min to max | p50 us | p99 us | p99.9 us | bytes for each | after load | x floor |'
	echo '|---|---|---:|---|---:|---:|---:|---:|---:|---:|'
	table "$scratch/echo" floor
	echo
}

for what; do
	case $what in
	kv|http|files|idle|echo) "do_$what" ;;
	*) echo "what is $what? kv, http, files, idle or echo" >&2; exit 2 ;;
	esac
done
