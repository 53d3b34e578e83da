#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Four seconds of children that fail and are started anew, and four in a tree of supervisors. The long ones are in
# `make stress`; a seed from the environment is taken, and printed.
set -eu
"$top_builddir/tests/stress/restarts" --seconds 4
exec "$top_builddir/tests/stress/restarts" --seconds 4 --tree
