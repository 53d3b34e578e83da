#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every function marked ODEON_API has a comment right above it that names it, its Context and its Since.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}"
cd "$top_srcdir/include"
awk '
FNR == 1 { comment = "" }
/^\/\*\*/ { comment = ""; inside = 1 }
inside { comment = comment $0 "\n"; if (/\*\//) inside = 0; next }
/^[ \t]*$/ { comment = "" }
/^ODEON_API / {
	name = $0
	sub(/\(.*/, "", name)
	sub(/.*[ *]/, "", name)
	if (name in known)
		next
	known[name] = 1
	called = name
	sub(/_at$/, "", called)
	if (comment !~ ("(^|[^a-z_])" called "([^a-z_]|$)"))
		complain("no comment above it names it")
	if (comment !~ /\n \* Context:  *[a-z]/)
		complain("its comment does not say Context:")
	if (comment !~ /\n \* Since:  *[0-9]/)
		complain("its comment does not say Since:")
	functions++
}
function complain(text) { print "include/" FILENAME ":" FNR ": " name ": " text; bad = 1 }
END { print functions + 0 " functions looked at"; exit bad || functions == 0 }' odeon.h odeon/*.h odeon/net/*.h odeon/http/*.h
