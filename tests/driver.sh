#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs one test for make: automake's own driver for its sort, and when it failed also a line that says how to run that
# test alone, with the case and the seed that it named.
set -u
here=$(dirname "$0")/../build-aux
name= log= trs= previous=
for argument do
	case $previous in
	--test-name) name=$argument ;;
	--log-file) log=$argument ;;
	--trs-file) trs=$argument ;;
	esac
	previous=$argument
done

case $name in
*.t) sh "$here/tap-driver.sh" "$@" ;;
*) sh "$here/test-driver" "$@" ;;
esac
answer=$?

if grep -q -E '^:test-result: (FAIL|XPASS|ERROR)' "$trs" 2>/dev/null; then
	seed=$(sed -n 's/.*\(ODEON_SEED=[0-9a-fx]*\).*/ \1/p' "$log" | sed -n 1p)
	cases=$(sed -n 's/^not ok [0-9]* - [^:]*:\([^:]*\):.*/ CK_RUN_CASE=\1/p' "$log" | sort -u)
	echo "${cases:-}" | while IFS= read -r failed_case; do
		echo "  alone: make check TESTS=$name$failed_case$seed"
	done
	echo "  what it said: $log"
fi
exit $answer
