#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The server of examples/kv is killed under load, and must have what it promised. How often: ROUNDS, or ROUNDS=300 make check TESTS=tests/kv/crash.sh
set -eu
: "${top_builddir:=.}" "${ROUNDS:=14}"
server=$top_builddir/examples/kv/kv
test -x "$server" || { echo "skipped: built without libodeon-net"; exit 77; }
for policy in always everysec no; do
	scratch=$(mktemp -d)
	rounds=$ROUNDS
	test "$policy" = always || rounds=$(((ROUNDS + 3) / 4))
	answer=0
	timeout $((rounds * 10 + 20)) "$top_builddir/tests/kv/crash" "$server" "$scratch" "$rounds" "$policy" || answer=$?
	test "$answer" -eq 0 || { ls -l "$scratch/appendonlydir"; echo "it is left in $scratch"; exit 1; }
	if command -v redis-check-aof >/dev/null; then
		redis-check-aof "$scratch/appendonlydir/appendonly.aof.manifest" >"$scratch/checked" || { cat "$scratch/checked"; exit 1; }
	fi
	rm -rf "$scratch"
done
