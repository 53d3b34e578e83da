#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A short one of what `make soak` does for ten minutes at each server.
set -eu
: "${top_builddir:=.}"
test -x "$top_builddir/examples/17-tcp-echo" || { echo "skipped: built without libodeon-net"; exit 77; }
timeout 100 "$top_builddir/tests/servers/soak" --seconds 2 --may-grow echo kv http
