#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Four seconds of children that fail and are started anew. The long one is in `make stress`; a seed from the environment is
# taken, and printed.
set -eu
exec "$top_builddir/tests/stress/restarts" --seconds 4
