#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# backstop.sh - is a mistake that no compiler saw caught when it happens, and does the report name the send?
#
# runtime/NAME.c are programs with one mistake each, out of the compilers' sight. Their opening comment says what
#   asan:   the report of a build with the address sanitizer says (configure --enable-sanitizer=address...)
#   debug:  a build with --enable-debug says, without the sanitizer
# "silent" is: nothing, and the program ends well. A report about a message in flight must also name a line marked "sent":
# where it was sent. Exits 77 in any other build.

LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 99
: "${top_srcdir:=$here/../..}" "${top_builddir:=$here/../..}" "${CC:=gcc}"
test -f "$top_builddir/Makefile" || { echo "nothing is configured here"; exit 77; }
variable() { sed -n "s/^$1 = *//p" "$top_builddir/Makefile"; }
sanitizer=$(variable ODEON_SANITIZER)
case $sanitizer/$(variable ODEON_DEFINES) in
*address*) net=asan ;;
*thread*) echo "a build for ThreadSanitizer has no net for this"; exit 77 ;;
*/*ODEON_DEBUG*) net=debug ;;
*) echo "neither a debug build nor one with the address sanitizer: no net to try"; exit 77 ;;
esac
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
ASAN_OPTIONS=detect_leaks=0:abort_on_error=0:color=never
export ASAN_OPTIONS
ulimit -c 0

build() {                                                         # name
	$CC -std=c11 -g -O1 -fno-omit-frame-pointer $sanitizer -I"$top_srcdir/include" -c -o "$work/$1.o" "$here/runtime/$1.c"
}

link() {                                                          # name
	"$top_builddir/libtool" --silent --tag=CC --mode=link $CC -g $sanitizer -no-install \
		-o "$work/$1" "$work/$1.o" "$work/elsewhere.o" "$top_builddir/libodeon.la"
}

fail() { echo "FAIL runtime/$1.c ($net): $2"; sed 's/^/     /' "$work/said" | sed 12q; failed=$((failed + 1)); }

# Lines marked "sent", in the program itself and in the functions of the other file.
sites() {                                                         # name
	for file in "$1" elsewhere; do
		sed -n '/\/\* sent/=' "$here/runtime/$file.c" | sed "s/^/$file.c:/"
	done
}

names_site() {                                                    # name
	sites "$1" > "$work/sites"
	sed 's/$/\\>/' "$work/sites" > "$work/patterns"
	grep -E 'sent at ' "$work/said" | grep -q -f "$work/patterns"
}

# What is wrong with what the program did, or nothing.
complaint() {                                                     # name, wanted, answer
	case $2 in
	silent)
		test "$3" -eq 0 && test ! -s "$work/said" || echo "should be silent, and answered $3"
		return ;;
	'')
		echo "says nothing about this build"
		return ;;
	esac
	grep -q "$2" "$work/said" || { echo "did not say \"$2\""; return; }
	case $2 in
	read*|*heap-use-after-free*|*' dropped before'*) ;;       # not in flight any more, or no message
	*) names_site "$1" || echo "the report does not name where it was sent: $(tr '\n' ' ' < "$work/sites")" ;;
	esac
}

try() {                                                           # name
	{ build "$1" && link "$1"; } > "$work/said" 2>&1 || { fail "$1" "does not build"; return; }
	("$work/$1"; exit $?) > "$work/said" 2>&1
	answer=$?
	wrong=$(complaint "$1" "$(sed -n "s/^ \* $net: *//p" "$here/runtime/$1.c")" $answer)
	if test -n "$wrong"; then fail "$1" "$wrong"; else passed=$((passed + 1)); fi
}

passed=0 failed=0
build elsewhere > "$work/said" 2>&1 || { cat "$work/said"; exit 1; }
for program in "$here"/runtime/*.c; do
	name=${program##*/}; name=${name%.c}
	test "$name" = elsewhere || try "$name"
done
echo "backstop ($net): $passed programs as they should be, $failed not"
test $failed -eq 0 && test $passed -gt 0
