#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# rust.sh - does rustc say to the same mistakes what the table of docs/ownership.md says that it says?
#
# rust/NAME.rs is the mistake of wrong/NAME.c written in Rust, with the channels of its own library where there is one
# for the purpose. The line `rust:` in wrong/NAME.c quotes the number and the first line of rustc's report; "none" says
# that Rust has no such mistake. Words change from release to release, so they are compared with the rustc they were
# quoted from, and with another one only the numbers are. Exits 77 when there is no rustc.

here=$(cd "$(dirname "$0")" && pwd) || exit 99
rustc=${RUSTC:-rustc}
$rustc --version > /dev/null 2>&1 || { echo "no rustc: what it says was not looked at"; exit 77; }
unset MAKEFLAGS MFLAGS                                            # rustc would look for make's job server
case $($rustc --version) in
"rustc 1.95."*) part=cat ;;
*) part="cut -d ' ' -f 1" ;;
esac
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

passed=0 failed=0
for file in "$here"/wrong/*.c; do
	name=${file##*/}; name=${name%.c}
	quoted=$(sed -n 's/^ \* rust: *//p' "$file")
	case $quoted in
	none:*) test ! -f "$here/rust/$name.rs" && continue ;;
	esac
	$rustc --edition 2021 --crate-type lib --crate-name mistake --emit=metadata -o "$work/out" "$here/rust/$name.rs" \
		> "$work/said" 2>&1
	said=$(sed -n '/^\(error\|warning\)/{s/^error\[\(E[0-9]*\)\]: /\1 /;p;q;}' "$work/said")
	if test "$(echo "$said" | eval "$part")" = "$(echo "$quoted" | eval "$part")"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $name: rustc says \"$said\", and wrong/$name.c quotes \"$quoted\""
	fi
done
echo "rust: $passed quotes hold, $failed do not ($($rustc --version))"
test $failed -eq 0 && test $passed -gt 0
