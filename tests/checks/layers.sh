#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Includes in runtime/ point down: runtime/layers is the order, and every file of runtime/ stands in it.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}"
cd "$top_srcdir/runtime"
awk '
FILENAME == "layers" {
	sub(/#.*/, "")
	line += NF > 0
	for (i = 1; i <= NF; i++)
		rank[$i] = line
	next
}
FNR == 1 {
	module = FILENAME
	sub(/\.[ch]$/, "", module)
	if (!(module in rank))
		complain("runtime/" FILENAME " stands in no line of runtime/layers")
}
/^[ \t]*#[ \t]*include[ \t]*"/ && module in rank {
	split($0, parts, "\"")
	below = parts[2]
	sub(/\.h$/, "", below)
	if (below ~ /^explore_/)
		next                                    # the explorer puts it in, see atomic.h
	if (!(below in rank))
		complain("runtime/" FILENAME ":" FNR ": " parts[2] " stands in no line of runtime/layers")
	else if (rank[below] > rank[module])
		complain("runtime/" FILENAME ":" FNR ": includes upward: " parts[2])
	checked++
}
function complain(text) { print text; bad = 1 }
END { print checked + 0 " includes looked at"; exit bad }' layers *.[ch]
