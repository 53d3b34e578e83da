#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The nets hold: each mistake that is planted on purpose is reported, else this fails. A false claim in a handler, a
# crash, a hang, a wait in vain and a lost message in every build; a race in a ThreadSanitizer build; a leak and a
# write after a send in an AddressSanitizer build. And what is right is not reported.
set -u
planted=$top_builddir/tests/harness/planted
stress=$top_builddir/tests/stress/stress
out=nets.$$
failed=0
trap 'rm -f "$out"' EXIT
unset CK_RUN_CASE CK_RUN_SUITE CK_FORK CK_TAP_LOG_FILE_NAME
CK_VERBOSITY=normal
export CK_VERBOSITY
test -x "$planted" && test -x "$stress" || exit 77

case ${SANITIZER-} in
*thread*) has_thread=yes has_address= ;;
*address*) has_thread= has_address=yes ;;
*) has_thread= has_address= ;;
esac

bad() {
	echo "not reported: $*"
	cat "$out"
	failed=1
}

# good CASE: passes
good() {
	CK_RUN_CASE=$1 "$planted" >"$out" 2>&1 || bad "$1 should have passed"
}

# caught CASE TEXT: fails, and says so
caught() {
	if CK_RUN_CASE=$1 "$planted" >"$out" 2>&1; then
		bad "planted $1 passed"
	elif ! grep -q -E "$2" "$out"; then
		bad "planted $1 does not say '$2'"
	fi
}

# stopped MISTAKE ANSWER TEXT: the stress program ends with that answer and says so; a dot is any but 0
stopped() {
	"$stress" --seconds 3 --watchdog 3 --plant "$1" >"$out" 2>&1
	answer=$?
	if test "$answer" -eq 0 || { test "$2" != . && test "$answer" -ne "$2"; }; then
		bad "stress with planted $1 answered $answer"
	elif ! grep -q -E "$3" "$out"; then
		bad "stress with planted $1 does not say '$3'"
	fi
}

good none
caught false 'argument != '
caught crash 'signal 11|Early exit'
caught vain 'waited in vain'
caught parcel 'parcels_made|parcels_dropped'
CK_DEFAULT_TIMEOUT=2 CK_TIMEOUT_MULTIPLIER=0.1 caught hang 'timeout'
stopped crash . 'ODEON_SEED='
stopped hang 3 'everyone:'
stopped lost 1 'never dropped'
stopped twice 1 'is dropped in state 2'
stopped order 1 'after number'
if test -n "$has_thread"; then
	caught race 'data race|return value 66'
	stopped race . 'data race'
fi
if test -n "$has_address"; then
	caught leak 'Leak|Early exit'
	caught write 'use-after-poison|heap-use-after-free|Early exit'
	stopped leak . 'LeakSanitizer'
fi
CK_RUN_CASE=there_is_no_such_case "$planted" >"$out" 2>&1 && bad "a case that does not exist passed"

test "$failed" -eq 0 && echo "every planted mistake was reported"
exit $failed
