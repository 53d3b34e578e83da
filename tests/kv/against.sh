#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Random commands to a redis-server and to the table of commands of examples/kv, which must answer the same. The same 24 seeds each
# time; SEEDS=N: so many others, from the clock on; ODEON_SEED: from there on.
set -eu
: "${top_builddir:=.}"
[ -n "${SEEDS-}" ] || export ODEON_SEED="${ODEON_SEED:-1}" SEEDS=24
command -v redis-server >/dev/null || { echo "skipped: there is no redis-server to compare with"; exit 77; }
scratch=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT
redis-server --port 0 --unixsocket "$scratch/socket" --save "" --appendonly no --databases 1 --dir "$scratch" >"$scratch/log" 2>&1 &
server=$!
redis-server --version
"$top_builddir/tests/kv/against" "$scratch/socket" "${@:-$SEEDS}"
