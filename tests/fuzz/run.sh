#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each fuzzer for so many seconds: FUZZ_SECONDS, 300 unless it says otherwise. It begins with the corpus in the tree; what it finds
# more stays in the build directory, and an input that fails beside it, named on the last lines. To try one again: fuzz/resp FILE
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}" "${FUZZ_SECONDS:=300}" "${CLANG:=clang}"
command -v "$CLANG" >/dev/null || { echo "skipped: the fuzzers need $CLANG (Debian: clang libclang-rt-14-dev)"; exit 0; }
mkdir -p fuzz

fuzz()                                          # name, sources
{
	name=$1
	shift
	"$CLANG" -std=c11 -D_GNU_SOURCE= -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-o "fuzz/$name" "$@"
	mkdir -p "fuzz/$name.corpus"
	"fuzz/$name" -max_total_time="$FUZZ_SECONDS" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="fuzz/$name-" "fuzz/$name.corpus" "$top_srcdir/tests/fuzz/corpus/$name"
}

kv=$top_srcdir/examples/kv
fuzz resp "$top_srcdir/tests/fuzz/resp.c" "$kv/resp.c" "$kv/split.c" "$kv/reply.c" "$kv/text.c"

net=$top_srcdir/actors/net
http="$net/http_gate.c $net/http_head.c $net/http_library.c $net/http_reader.c $net/http_status.c $net/http_text.c"
websocket="$net/http_text.c $net/utf8.c $net/websocket_frame.c $net/websocket_reader.c"
routes="$net/http_path.c $net/http_pattern.c $net/http_routes.c $net/http_text.c"
if test -n "${HTTP_PARSER_LIBS-}"; then
	fuzz http -iquote "$net" "$top_srcdir/tests/fuzz/http.c" $http $HTTP_PARSER_LIBS
fi
fuzz websocket -iquote "$net" "$top_srcdir/tests/fuzz/websocket.c" $websocket
fuzz routes -iquote "$net" -I "$top_srcdir/include" "$top_srcdir/tests/fuzz/routes.c" $routes
