#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# examples/18-http-hello, and clients that others wrote: curl, and wrk where there is one. It must answer all of them, and end well
# when it is told to.
set -eu
: "${top_builddir:=.}" "${top_srcdir:=.}"
server=$top_builddir/examples/18-http-hello
test -x "$server" || { echo "skipped: built without libodeon-http"; exit 77; }
for tool in curl timeout; do
	command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
. "$top_srcdir/tests/harness/server.sh"

: >"$scratch/said"
"$server" 127.0.0.1:0 >"$scratch/said" 2>"$scratch/log" &
running=$!
await_said '^listening at '
url=http://$(sed -n 's/^listening at //p' "$scratch/said")

expect()                                        # wanted, arguments of curl...
{
	wanted=$1
	shift
	heard=$(timeout 20 curl -sS "$@" 2>&1 | tr -d '\r' | tr '\n' ' ' | sed 's/ *$//') || true
	test "$heard" = "$wanted" || wrong "curl $*: heard '$heard', wanted '$wanted'"
}

status() { wanted=$1; shift; expect "$wanted" -o "$scratch/body" -w '%{http_code}' "$@"; }

expect 'hello, world' "$url/"
expect 'hello, you' "$url/hello/you"
expect 'hello, a b' --path-as-is "$url/hello/x/../a%20b"
expect '1' -d 'something' "$url/count"
expect '2' -X POST "$url/count"
expect 'hello, world hello, you' "$url/" "$url/hello/you"
status 404 "$url/nowhere"
status 405 -X DELETE "$url/"
status 501 -X BREW "$url/"
status 400 -H 'Host: a b' "$url/"
status 431 -H "X: $(head -c 40000 /dev/zero | tr '\0' x)" "$url/"
status 200 --http1.0 "$url/"
status 200 -I "$url/"

# A body that curl asks about first, one that comes in chunks, and one that is too large.
head -c 1000000 /dev/zero >"$scratch/large"
head -c 1100000 /dev/zero >"$scratch/larger"
expect '3' -H 'Expect: 100-continue' --data-binary "@$scratch/large" "$url/count"
expect '4' -H 'Transfer-Encoding: chunked' --data-binary "@$scratch/large" "$url/count"
status 413 -H 'Expect: 100-continue' --data-binary "@$scratch/larger" "$url/count"
status 413 -H 'Transfer-Encoding: chunked' --data-binary "@$scratch/larger" "$url/count"

# Several at once, on few connections.
timeout 60 curl -sS --parallel --parallel-max 20 "$url/hello/[1-300]" >"$scratch/many" 2>"$scratch/progress" || wrong "300 at once: $?"
test "$(sort -u "$scratch/many" | wc -l)" -eq 300 || wrong "300 at once: $(wc -l <"$scratch/many") answers"
curl -sS "$url/metrics" >"$scratch/metrics"
grep -q '^odeon_actors [0-9]' "$scratch/metrics" || wrong "no numbers at /metrics"

if command -v wrk >/dev/null; then
	timeout 60 wrk -c 64 -t 1 -d 1 "$url/" >"$scratch/load" 2>&1 || wrong "wrk: $?"
	grep -q '^Requests/sec: *[1-9]' "$scratch/load" || wrong "wrk: $(cat "$scratch/load")"
	! grep -E 'Socket errors|Non-2xx' "$scratch/load" || wrong "wrk found errors"
else
	echo "without wrk, as there is none"
fi

case ${SANITIZER-} in
*thread*) echo "without its end: ThreadSanitizer may hold back the signal" ;;
*)
	kill -TERM "$running"
	answer=0
	wait "$running" || answer=$?
	running=
	test "$answer" -eq 0 || wrong "after SIGTERM it answered $answer"
	;;
esac
test ! -s "$scratch/log" || { wrong "it said on standard error:"; cat "$scratch/log"; }
test ! -s "$scratch/wrong"
