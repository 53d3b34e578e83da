#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A folder that is served, and curl: whole files, parts, several parts at once, and downloads that go on where they had stopped.
set -eu
: "${top_builddir:=.}" "${top_srcdir:=.}"
server=$top_builddir/tests/http/folder
test -x "$server" || { echo "skipped: built without libodeon-http"; exit 77; }
for tool in curl timeout mkfifo; do
	command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
. "$top_srcdir/tests/harness/server.sh"

mkdir "$scratch/folder"
printf 'abcdefghijklmnopqrstuvwxyz' >"$scratch/folder/letters.txt"
head -c 300000 /dev/urandom >"$scratch/folder/large.bin"
mkfifo "$scratch/input"
: >"$scratch/said"
"$server" "$scratch/folder" <"$scratch/input" >"$scratch/said" 2>"$scratch/log" &
running=$!
exec 3>"$scratch/input"
await_said '^http://'
url=$(cat "$scratch/said")

ask() { timeout 20 curl -sS "$@" || wrong "curl $*: $?"; }
same() { cmp -s "$1" "$2" || wrong "${1##*/} is not what was wanted"; }

ask -o "$scratch/whole" "$url/large.bin"
same "$scratch/whole" "$scratch/folder/large.bin"
test "$(ask -r 3-5 "$url/letters.txt")" = def || wrong "3-5"
test "$(ask -r -2 "$url/letters.txt")" = yz || wrong "the last two"

# The parts as they are in the file, each behind a head of its own.
status=$(ask -D "$scratch/head" -o "$scratch/parts" -w '%{http_code}' -r 0-3,10-12,-1 "$url/letters.txt")
test "$status" = 206 || wrong "several parts: $status"
boundary=$(tr -d '\r' <"$scratch/head" | sed -n 's|^[Cc]ontent-[Tt]ype: multipart/byteranges; boundary=\([0-9a-f]*\)$|\1|p')
test -n "$boundary" || wrong "no boundary in $(cat "$scratch/head")"
for part in 'bytes 0-3/26:abcd' 'bytes 10-12/26:klm' 'bytes 25-25/26:z'; do
	printf '\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: %s\r\n\r\n%s' "$boundary" "${part%%:*}" "${part#*:}"
done >"$scratch/wanted"
printf '\r\n--%s--\r\n' "$boundary" >>"$scratch/wanted"
same "$scratch/parts" "$scratch/wanted"
test "$(ask -r 0-3,2-5 "$url/letters.txt")" = abcdefghijklmnopqrstuvwxyz || wrong "the same twice"

# The rest of a file of which some is here.
head -c 100000 "$scratch/folder/large.bin" >"$scratch/rest"
ask -C - -o "$scratch/rest" "$url/large.bin"
same "$scratch/rest" "$scratch/folder/large.bin"

exec 3>&-
answer=0
wait "$running" || answer=$?
running=
test "$answer" -eq 0 || wrong "it answered $answer"
test ! -s "$scratch/log" || { wrong "it said on standard error:"; cat "$scratch/log"; }
test ! -s "$scratch/wrong"
