#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# table.sh PROGRAM [NAME...] - the tables of docs/performance.md, in Markdown, from one run of odeon-bench
set -eu

bench=$1
shift
[ $# -gt 0 ] || set -- all

field() { sed -n "s/^$2[[:space:]]*: //p" "$1" | head -n 1; }

echo "Measured with \`odeon-bench\` $("$bench" --version | sed 's/.* //') on $(field /proc/cpuinfo 'model name')," \
     "$(nproc) cores, Linux $(uname -r), $(date -u +%Y-%m-%d)."
echo
"$bench" floor --format markdown
echo
"$bench" "$@" --format markdown
