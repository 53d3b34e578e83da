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
real=$(CDPATH='' cd -- "$top_builddir" && pwd)
execute="$real/libtool --mode=execute"

# Not every valgrind can read what every compiler says to debuggers. Where it cannot, it gets copies that say nothing.
mkdir -p "$scratch/examples/kv" "$scratch/examples/chat" "$scratch/tests/servers" "$scratch/silent"
is_silent=
! $execute valgrind "$real/examples/17-tcp-echo" nowhere 2>&1 | grep -q 'debuginfo reader' || is_silent=yes
if [ -n "$is_silent" ]; then
	echo "without debug information, which this valgrind cannot read"
	cp -P "$real"/.libs/*.so* "$scratch/silent"
fi

# The programs as libtool has them, each behind one that runs it in valgrind.
for program in examples/17-tcp-echo examples/kv/kv examples/18-http-hello tests/servers/tls_echo examples/chat/19-chat; do
	test -x "$real/$program" || continue
	run="$execute valgrind" binary=$real/$program
	if [ -n "$is_silent" ]; then
		run="env LD_LIBRARY_PATH=\"$scratch/silent\" valgrind" binary=$scratch/silent/${program##*/}
		cp "$($execute echo "$real/$program")" "$binary"
	fi
	{
		echo '#!/bin/sh'
		echo "exec $run --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect,possible" \
			"--errors-for-leak-kinds=definite,indirect,possible --log-file=\"$scratch/%p.log\" \"$binary\" \"\$@\""
	} >"$scratch/$program"
	chmod +x "$scratch/$program"
done
for file in "$scratch"/silent/*; do
	test ! -f "$file" || test -L "$file" || strip --strip-debug "$file"
done
answer=0
top_builddir=$scratch timeout 100 "$real/tests/servers/soak" --seconds 1 --may-grow --threads 4 echo kv http tls chat || answer=$?
cat "$scratch"/*.log
exit $answer
