#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What the documents say is so: README's program is the first example, every link leads somewhere, and there is a man page
# in the list of docs/man/module.mk for each documented function, and no other.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}" "${AWK:=awk}"
cd "$top_srcdir"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bad=0 links=0

# ---- the first block of C in README is examples/01-hello.c, without its two opening comments
$AWK '/^```c$/ { inside = 1; next } /^```$/ && inside { exit } inside' README.md >"$scratch/readme"
sed 1,2d examples/01-hello.c >"$scratch/hello"
diff -u "$scratch/hello" "$scratch/readme" || { echo "README.md: its program is not examples/01-hello.c"; bad=1; }

# ---- links
for document in *.md docs/*.md examples/*/*.md; do
	test -e "$document" || continue
	grep -o ']([^)]*)' "$document" | sed 's/^](//; s/)$//; s/#.*//' | grep -v -E '^(https?:|mailto:|$)' >"$scratch/links" || continue
	while read -r link; do
		links=$((links + 1))
		test -e "$(dirname "$document")/$link" || { echo "$document: a link to $link, which is not there"; bad=1; }
	done <"$scratch/links"
done

# ---- man pages
$AWK -v list=1 -f docs/man/man.awk include/odeon/*.h include/odeon/actors/*.h include/odeon/net/*.h include/odeon/http/*.h | sort >"$scratch/functions"
sed -n 's|^.*/made/\(odeon_[a-z_]*\)\.3.*|\1|p' docs/man/module.mk actors/net/module.mk actors/http/module.mk | sort >"$scratch/pages"
diff "$scratch/functions" "$scratch/pages" || { echo "docs/man/module.mk: not the pages that the headers make (< headers)"; bad=1; }

echo "$links links, $(wc -l <"$scratch/pages") pages looked at"
exit $bad
