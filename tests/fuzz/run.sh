#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each fuzzer for so many seconds of a core: FUZZ_SECONDS, 300 unless it says otherwise. It begins with the corpus in the tree; what it finds
# more stays in the build directory, and an input that fails beside it, named on the last lines. To try one again: fuzz/resp FILE
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}" "${FUZZ_SECONDS:=300}" "${CLANG:=clang}"
command -v "$CLANG" >/dev/null || { echo "skipped: the fuzzers need $CLANG (Debian: clang libclang-rt-14-dev)"; exit 0; }
mkdir -p fuzz

# Whole seconds of a core that this shell's children have had. In a shell of its own `times` would tell of that one.
count_spent()                                   # sets spent
{
	times >fuzz/spent
	spent=$(sed -n '2s/[^0-9.]/ /gp' fuzz/spent | awk '{ print int(($1 + $3) * 60 + $2 + $4) }')
}

# A fuzzer ends by the clock. On a machine that does something else it begins again until it has had its time.
fuzz_for()                                      # seconds, command
{
	seconds=$1
	shift
	count_spent
	until=$((spent + seconds))
	while [ "$spent" -lt "$until" ]; do
		"$@" -max_total_time=$((until - spent))
		count_spent
	done
}

fuzz()                                          # name, sources
{
	name=$1
	shift
	"$CLANG" -std=c11 -D_GNU_SOURCE= -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-o "fuzz/$name" "$@"
	mkdir -p "fuzz/$name.corpus"
	fuzz_for "$FUZZ_SECONDS" "fuzz/$name" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="fuzz/$name-" "fuzz/$name.corpus" "$top_srcdir/tests/fuzz/corpus/$name"
}

kv=$top_srcdir/examples/kv
fuzz resp "$top_srcdir/tests/fuzz/resp.c" "$kv/resp.c" "$kv/split.c" "$kv/reply.c" "$kv/text.c"

parts=$top_srcdir/actors/http
http="$parts/http_gate.c $parts/http_head.c $parts/http_library.c $parts/http_path.c $parts/http_reader.c $parts/http_status.c"
http="$http $parts/http_text.c"
websocket="$parts/http_text.c $parts/utf8.c $parts/websocket_frame.c $parts/websocket_reader.c"
routes="$parts/http_path.c $parts/http_pattern.c $parts/http_routes.c $parts/http_text.c"
if test -n "${HTTP_PARSER_LIBS-}"; then
	fuzz http -iquote "$parts" "$top_srcdir/tests/fuzz/http.c" $http $HTTP_PARSER_LIBS
fi
fuzz websocket -iquote "$parts" "$top_srcdir/tests/fuzz/websocket.c" $websocket
fuzz routes -iquote "$parts" -I "$top_srcdir/include" "$top_srcdir/tests/fuzz/routes.c" $routes
fuzz framing -I "$top_srcdir/include" "$top_srcdir/tests/fuzz/framing.c" "$top_srcdir/tests/fuzz/messages.c" \
	"$top_srcdir/actors/net/framing.c" "$top_srcdir/actors/net/bytes.c"
