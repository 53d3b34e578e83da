#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# run.sh - does every compiler report every mistake that it should, and stay silent about what is correct?
#
#   wrong/   one mistake a file. Its opening comment says what is wrong and which levels report it:
#              chapter:  where it stands in the table
#              expect:   the levels that report it ("every", "none")
#              blind:    the levels that must be silent, so that an improvement shows
#              gcc:      what gcc says, an extended regular expression; clang: the same for clang
#              rust:     what rustc says to the same mistake (rust.sh holds it true)
#            A report counts when its words match and it names a line marked "wrong".
#   right/   correct idioms: every compiler must be silent at every level.
#   known/   correct code that a compiler gets wrong, with a `reports:` line; the reasons for rules in the headers.
#
# usage: run.sh [--verbose] [FILE.c ...]     FILE: only these; --verbose: print every claim, not only those that fail
#        run.sh --table [NAME ...]           print the table of docs/ownership.md, as measured; NAME: only these rows
#
# Pages that print the table between `<!-- misuse table begins: NAME ... -->` and `<!-- misuse table ends -->` are held to
# what was measured.
#
# Environment: CC, CXX, CLANG, CLANGXX name the compilers; ODEON_CFLAGS says where the headers are, and is
# -I$top_srcdir/include when not set; ODEON_LEVELS: only these levels of wrong/. Exits 77 when there is no gcc of version 12 or
# later: gcc 11 has no -Wuse-after-free, and its analyzer takes the correct loops of right/try.c for mistakes.

LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 99
top=$(cd "${top_srcdir:-$here/../..}" && pwd) || exit 99
flags=${ODEON_CFLAGS:--I$top/include}
system_flags=$(echo " $flags" | sed 's/ -I */ -isystem /g')
words=plain
case $1 in
--table) words=table; shift; rows=$* chosen= ;;
--verbose) words=verbose; shift; chosen=$* ;;
*) chosen=$* ;;
esac
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

# ---- compilers ------------------------------------------------------------------------------------------------------

# The first of some commands that is gcc 12 or later, or clang 12 or later; a command may have flags of its own.
first_of() {
	sort=$1 language=$2; shift 2
	for command do
		test -n "$command" || continue
		case $(printf '__clang_major__ __GNUC__\n' | $command -x "$language" -E -P - 2>/dev/null | tail -n 1) in
		'__clang_major__ '1[2-9]|'__clang_major__ '[2-9][0-9]) found=gcc ;;
		1[2-9]' '*|[2-9][0-9]' '*) found=clang ;;
		*) continue ;;
		esac
		test "$found" = "$sort" && { echo "$command"; return; }
	done
}
gcc=$(first_of gcc c "$CC" gcc gcc-15 gcc-14 gcc-13 gcc-12)
gxx=$(first_of gcc c++ "$CXX" g++ g++-15 g++-14 g++-13 g++-12)
clang=$(first_of clang c "$CLANG" "$CC" clang)
clangxx=$(first_of clang c++ "$CLANGXX" "$CXX" clang++)
test -n "$gcc" || { echo "no gcc of version 12 or later: nothing to learn here"; exit 77; }
gcc_version=$($gcc -dumpfullversion -dumpversion)
clang_version=$(test -z "$clang" || $clang -dumpversion)
# The expectations were recorded with these; another version may see more, which is said and is no failure.
recorded_gcc=12 recorded_clang=14

recorded() {                                                      # level
	case $1 in
	clang*) test "${clang_version%%.*}" = $recorded_clang ;;
	*) test "${gcc_version%%.*}" = $recorded_gcc ;;
	esac
}

wrong_levels='gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang clang-analyzer'
right_levels='gcc-O0 gcc-O1 gcc-O2 gcc-O3 gcc-Os gcc-Og analyzer-O0 analyzer-O2 clang clang-function clang-analyzer'
known_levels='gcc-O0 gcc-O2 analyzer-O0 analyzer-O2'

# gcc 12 does not analyze C++.
levels_of() {                                                     # file, levels
	for level in $2; do
		case $1:$level in
		*.cc:analyzer-*) ;;
		*.cc:clang*) test -n "$clangxx" && echo "$level" ;;
		*.cc:*) test -n "$gxx" && echo "$level" ;;
		*:clang*) test -n "$clang" && echo "$level" ;;
		*) echo "$level" ;;
		esac
	done
}

# Prints what a compiler says about a file at a level.
compile() {                                                       # file, level, more flags
	case $1 in
	*.cc) a_gcc="$gxx -std=c++17" a_clang="$clangxx -std=c++17" ;;
	*) a_gcc="$gcc -std=c11" a_clang="$clang -std=c11" ;;
	esac
	a_gcc="$a_gcc -fdiagnostics-plain-output -Wall"
	case $2 in
	gcc-*) set -- "$1" "$a_gcc -${2#gcc-} $flags -S $3" ;;
	analyzer-*) set -- "$1" "$a_gcc -${2#analyzer-} -fanalyzer $flags -S $3" ;;
	system-*) set -- "$1" "$a_gcc -${2#system-} $system_flags -S $3" ;;
	clang) set -- "$1" "$a_clang -Wall -O2 $flags -S $3" ;;
	clang-function) set -- "$1" "$a_clang -Wall -fsanitize=function $flags -S $3" ;;
	clang-analyzer) set -- "$1" "$a_clang --analyze -Xclang -analyzer-output=text $flags $3" ;;
	esac
	$2 -o /dev/null "$1" 2>&1
}

# ---- claims ---------------------------------------------------------------------------------------------------------

field() { sed -n "s/^ \* $2: *//p" "$1"; }                        # file, name

claim() {                                                         # ok | fail | note, file, level, words
	case $1 in
	ok) echo "ok   $2: $3" ;;
	note) echo "note $2: $3: $4" ;;
	fail) echo "FAIL $2: $3: $4"; sed -n '/\(warning\|error\):/{s/^/     /p;}' "$said" | sed 3q ;;
	esac >> "$lane"
}

reports() { grep -qE '(warning|error):' "$said"; }
says() { grep -E '(warning|error):' "$said" | grep -qE -e "$1"; }  # pattern

# Does this level report the mistake, in the words and at the place it should?
check_mistake() {                                                 # file, level, expected, pattern, places
	name=wrong/${1##*/}
	if ! reports; then
		echo "${1##*/} $2 -" >> "$lane.seen"
		test "$3" = yes && claim fail "$name" "$2" "is not reported" || claim ok "$name" "$2"
		return
	fi
	grep -q 'error:' "$said" && echo "${1##*/} $2 error" >> "$lane.seen" || echo "${1##*/} $2 yes" >> "$lane.seen"
	if test "$3" = no; then
		recorded "$2" && claim fail "$name" "$2" "was blind and sees: change its expectation" \
		              || claim note "$name" "$2" "sees what gcc $recorded_gcc and clang $recorded_clang do not"
	elif ! says "$4"; then claim fail "$name" "$2" "is not reported as \"$4\""
	elif ! grep -qE "${1##*/}:($5):" "$said"; then claim fail "$name" "$2" "is not reported at line $5"
	else claim ok "$name" "$2"
	fi
}

check_wrong() {                                                   # file
	expect=$(field "$1" expect) blind=$(field "$1" blind)
	gcc_says=$(field "$1" gcc) clang_says=$(field "$1" clang)
	places=$(sed -n '/\/\* wrong/=' "$1" | tr '\n' '|')
	case $expect in
	every) expect=$wrong_levels ;;
	none) expect= blind=$wrong_levels ;;
	esac
	for level in $(levels_of "$1" "${ODEON_LEVELS:-$wrong_levels}"); do
		case " $expect / $blind " in
		*" $level "*/*" $level "*) claim fail "wrong/${1##*/}" "$level" "is both expected and blind"; continue ;;
		*" $level "*/*) expected=yes ;;
		*/*" $level "*) expected=no ;;
		*) claim fail "wrong/${1##*/}" "$level" "is neither expected nor blind"; continue ;;
		esac
		case $level in
		clang*) pattern=$clang_says ;;
		*) pattern=$gcc_says ;;
		esac
		compile "$1" "$level" > "$said"
		check_mistake "$1" "$level" "$expected" "${pattern:-(no words are expected)}" "${places%|}"
	done
}

check_right() {                                                   # file
	for level in $(levels_of "$1" "$right_levels"); do
		compile "$1" "$level" "-Wextra -Wpedantic -D_GNU_SOURCE" > "$said"
		if reports; then claim fail "right/${1##*/}" "$level" "is reported, and is correct"
		else claim ok "right/${1##*/}" "$level"
		fi
	done
}

check_known() {                                                   # file
	wanted=" $(field "$1" reports) " pattern=$(field "$1" gcc)
	for level in $(levels_of "$1" "$known_levels"); do
		compile "$1" "$level" > "$said"
		case $wanted in
		*" $level "*)
			if says "$pattern"; then claim ok "known/${1##*/}" "$level"
			elif recorded "$level"; then claim fail "known/${1##*/}" "$level" "is not reported any more: good news"
			else claim note "known/${1##*/}" "$level" "is not reported by this gcc"
			fi ;;
		*)
			if reports; then claim fail "known/${1##*/}" "$level" "is reported, and is correct"
			else claim ok "known/${1##*/}" "$level"
			fi ;;
		esac
	done
}

check_lane() {                                                    # number; files on standard input
	lane=$work/lane.$1 said=$work/said.$1
	: > "$lane"; : > "$lane.seen"
	while read -r file; do
		case $file in
		*/wrong/*) check_wrong "$file" ;;
		*/right/*) check_right "$file" ;;
		*/known/*) check_known "$file" ;;
		esac
	done
}

# ---- the table ------------------------------------------------------------------------------------------------------

print_table() {                                                   # names of rows, or none for all
	for file in "$here"/wrong/*.c*; do
		printf '%s\t%s\t%s\n' "${file##*/}" "$(field "$file" chapter)" "$(field "$file" rust | tr '|' '/')"
	done | sort -t '	' -k 2,2 -k 1,1 > "$work/names"
	awk -F '\t' -v levels="$wrong_levels" -v rows=" $* " '
		function row(name, rust,   i, line) {
			line = "| " name " |"
			for (i = 1; i <= n; i++) line = line " " ((name, level[i]) in cell ? cell[name, level[i]] : "") " |"
			print line " " rust " |"
		}
		BEGIN { n = split(levels, level, " ") }
		FNR == NR {
			split($0, seen, " "); name = seen[1]; sub(/\.[a-z]*$/, "", name)
			cell[name, seen[2]] = seen[3]
			tried[seen[2]]++; caught[seen[2]] += seen[3] != "-"; next
		}
		FNR == 1 {
			print "| mistake | gcc -Wall -O0 | gcc -Wall -O2 | gcc -Wall -O0 -fanalyzer | gcc -Wall -O2 -fanalyzer" \
			      " | gcc -Wall -O2, header in a system directory | clang -Wall -O2 | clang --analyze | rustc |"
			print "|---|---|---|---|---|---|---|---|---|"
		}
		{
			if (rows ~ /^ *$/ && $2 != chapter) {
				chapter = $2; sub(/^[0-9] */, "", $2); print "| **" $2 "** | | | | | | | | |"
			}
			sub(/\.[a-z]*$/, "", $1)
			if (rows ~ /^ *$/) row($1, $3)
			else if (index(rows, " " $1 " ")) row($1, $3)
		}
		END {
			line = "| **all mistakes tried: reported** |"
			for (i = 1; i <= n; i++) line = line " " caught[level[i]] " of " tried[level[i]] " |"
			print line " |"
		}' "$work/seen" "$work/names"
}

# Pages that print the table between two marks print this one.
check_page() {                                                    # page
	test -f "$1" && grep -q '^<!-- misuse table begins' "$1" || return 0
	sed -n '/^<!-- misuse table begins/,/^<!-- misuse table ends/{/^<!--/d;p;}' "$1" > "$work/page"
	print_table $(sed -n 's/^<!-- misuse table begins:\{0,1\} *\(.*\)-->.*/\1/p' "$1") > "$work/table"
	if cmp -s "$work/page" "$work/table"; then echo "ok   ${1#"$top"/} prints the table as measured"
	else echo "FAIL ${1#"$top"/}: its table is not what was measured now; paste that of tests/misuse/run.sh --table"
	fi >> "$work/all"
}

# ---- all of it, in two lanes ----------------------------------------------------------------------------------------

if test -n "$chosen"; then
	for file in $chosen; do echo "$(cd "$(dirname "$file")" && pwd)/${file##*/}"; done
else
	ls "$here"/wrong/*.c "$here"/wrong/*.cc "$here"/right/*.c "$here"/right/*.cc "$here"/known/*.c
fi > "$work/files"
sed -n 'p;n' "$work/files" | check_lane 1 &
sed -n 'n;p' "$work/files" | check_lane 2
wait
cat "$work/lane.1" "$work/lane.2" > "$work/all"
sort "$work/lane.1.seen" "$work/lane.2.seen" > "$work/seen"
if test $words = table; then
	print_table $rows
	exit 0
fi
if test -z "$chosen$ODEON_CFLAGS" && recorded gcc && recorded clang; then
	check_page "$top/docs/ownership.md"
	check_page "$top/README.md"
fi

test -n "$clang" || echo "no clang: its levels were skipped"
test -n "$gxx" || echo "no g++: the mistakes in C++ were skipped"
if test $words = verbose; then sort "$work/all"; else grep -v '^ok ' "$work/all"; fi
passed=$(grep -c '^ok ' "$work/all") failed=$(grep -c '^FAIL ' "$work/all")
echo "misuse: $passed claims hold, $failed do not (gcc $gcc_version${clang:+, clang $clang_version};$flags)"
test "$failed" -eq 0 && test "$passed" -gt 0
