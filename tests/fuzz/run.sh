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
