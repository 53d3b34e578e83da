#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A child that fails at once, twenty thousand times; a million times in `make stress`.
set -eu
exec "$top_builddir/tests/stress/storm" --restarts 20000
