#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The servers among the examples under valgrind, with clients of all sorts for a moment: no error, and nothing left when they end.
set -eu
: "${top_builddir:=.}"
test -x "$top_builddir/examples/17-tcp-echo" || { echo "skipped: built without libodeon-net"; exit 77; }
command -v valgrind >/dev/null || { echo "skipped: there is no valgrind"; exit 77; }
test -z "${SANITIZER:-}" || { echo "skipped: a sanitizer's program does not run in valgrind"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The programs as libtool has them, each behind one that runs it in valgrind.
mkdir -p "$scratch/examples/kv"
real=$(CDPATH='' cd -- "$top_builddir" && pwd)
for program in examples/17-tcp-echo examples/kv/kv examples/18-http-hello; do
	test -x "$real/$program" || continue
	{
		echo '#!/bin/sh'
		echo "exec \"$real/libtool\" --mode=execute valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect,possible" \
			"--errors-for-leak-kinds=definite,indirect,possible --log-file=\"$scratch/%p.log\" \"$real/$program\" \"\$@\""
	} >"$scratch/$program"
	chmod +x "$scratch/$program"
done
answer=0
top_builddir=$scratch timeout 100 "$real/tests/servers/soak" --seconds 1 --may-grow --threads 4 echo kv http || answer=$?
cat "$scratch"/*.log
exit $answer
