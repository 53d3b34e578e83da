#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The suites of sockets again, while each worker gets a thousand signals a second: no call that was interrupted is taken for one that
# failed, and no time is lost or waited twice. They mostly wait, so many run at once.
set -eu
: "${top_builddir:=.}"
case ${SANITIZER-} in
*thread*) echo "skipped: ThreadSanitizer takes longer for so many signals than the suites have patience"; exit 77 ;;
esac
unset CK_TAP_LOG_FILE_NAME
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ran=

run()                                           # suites
{
	for suite; do
		test -x "$top_builddir/tests/contract/$suite.t" || continue
		(KIT_SIGNALS=1000 CK_VERBOSITY=normal "$top_builddir/tests/contract/$suite.t" >"$scratch/$suite" 2>&1 ||
			echo "$suite" >>"$scratch/failed") &
		ran="$ran $suite"
	done
	wait
}

run adopted connection file file_sent listener names program rearming reset signals sources tls tls_trouble udp
run http_client http_client_trouble http_server http_server_bodies http_server_files http_server_hostile http_server_upgrade websocket \
	websocket_client websocket_life
test -n "$ran" || { echo "skipped: built without libodeon-net"; exit 77; }
for suite in $ran; do
	cat "$scratch/$suite"
done
test ! -e "$scratch/failed" || { echo "when signals come, there fails: $(cat "$scratch/failed")"; exit 1; }
