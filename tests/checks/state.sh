#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The runtime has no mutable state outside of its systems: nothing in .data or .bss, and one thread-local at most.
set -eu
: "${top_builddir:=.}" "${OBJDUMP:=objdump}"
archives=$top_builddir/.libs/libodeoncore.a
test -e "$archives" || { echo "no $archives"; exit 77; }
for parts in libodeonnetparts libodeonhttpparts; do
	test ! -e "$top_builddir/.libs/$parts.a" || archives="$archives $top_builddir/.libs/$parts.a"
done
test -z "${SANITIZER:-}" || { echo "sanitizers add variables of their own"; exit 77; }
$OBJDUMP -t $archives | awk -F '\t' '
/file format/ { split($0, words, ":"); object = words[1] }
NF == 2 {
	section = $1
	sub(/^.* /, "", section)
	name = $2
	sub(/^.* /, "", name)
	symbols++
	if (name ~ /^\./)
		next                                    # the section itself
	if (section ~ /^\.t(bss|data)/)
		thread_local[++thread_locals] = object ": " name
	else if (section ~ /^(\.data|\.bss|\*COM\*)/ && section !~ /^\.data\.rel\.ro/) {
		print object ": mutable at file scope: " name " in " section
		bad = 1
	}
}
END {
	for (i = 1; i <= thread_locals && thread_locals > 1; i++)
		print "more than one thread-local: " thread_local[i]
	print symbols + 0 " symbols looked at"
	exit bad || thread_locals > 1 || symbols == 0
}'
