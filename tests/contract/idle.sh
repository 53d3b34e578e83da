#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a connection that rests costs the echo server of examples/, beside what the system has for it: at most two kilobytes and a
# quarter, where 10,000 have talked, one after the other, and now rest. (Two is the goal; the rest is for pages of two megabytes
# of which a part is used.)
set -eu
: "${top_builddir:=.}" "${AT_MOST:=2304}" "${CONNECTIONS:=10000}"
server=$top_builddir/examples/17-tcp-echo load=$top_builddir/examples/bench/echo-load
test -x "$server" && test -x "$load" || { echo "skipped: built without libodeon-net"; exit 77; }
test -z "${SANITIZER:-}" || { echo "skipped: a sanitizer's memory is none of the server's"; exit 77; }
test -r /proc/self/statm || { echo "skipped: there is no /proc"; exit 77; }
most=$(ulimit -Hn)
test "$most" = unlimited || test "$most" -gt $((CONNECTIONS + 100)) || { echo "skipped: only $most descriptors are to be had"; exit 77; }
ulimit -Sn "$(ulimit -Hn)"
scratch=$(mktemp -d)
running=
trap 'test -z "$running" || kill -9 "$running" 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT

"$server" 127.0.0.1:0 >"$scratch/said" 2>"$scratch/log" &
running=$!
tries=0
until grep -q '^listening at ' "$scratch/said"; do
	tries=$((tries + 1))
	test "$tries" -lt 200 || { cat "$scratch/log"; echo "the server did not start"; exit 1; }
	sleep 0.05
done
timeout 60 "$load" "$(sed -n 's/^listening at //p' "$scratch/said")" --connections "$CONNECTIONS" --seconds 0 \
	--process "$running" | tee "$scratch/figures"
cost=$(sed -n 's/.* idle-bytes //p' "$scratch/figures")
kill -TERM "$running"
wait "$running" || { echo "the server answered $?"; exit 1; }
running=
test -n "$cost" && test "$cost" -le "$AT_MOST" || { echo "$cost bytes for each, where $AT_MOST may be"; exit 1; }
