#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# example.sh examples/NAME.expected - runs examples/NAME: it ends well, and prints what the file says
set -eu
name=${1##*/examples/}
name=${name%.expected}
said=$(mktemp)
trap 'rm -f "$said"' EXIT
answer=0
"$top_builddir/examples/$name" >"$said" </dev/null || answer=$?
diff -u "$1" "$said" || { echo "$name printed something else than $1"; exit 1; }
test "$answer" -eq 0 || { echo "$name answered $answer"; exit 1; }
