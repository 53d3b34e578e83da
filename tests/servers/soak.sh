#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A short one of what `make soak` does for ten minutes at each server.
set -eu
case ${SANITIZER-} in *thread*) echo "skipped: ThreadSanitizer may hold back the signal that ends a server"; exit 77 ;; esac
: "${top_builddir:=.}"
test -x "$top_builddir/examples/17-tcp-echo" || { echo "skipped: built without libodeon-net"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
timeout 100 "$top_builddir/tests/servers/soak" --seconds 2 --may-grow echo kv http tls chat
timeout 100 "$top_builddir/tests/servers/soak" --seconds 2 --may-grow --folder "$folder" kv
