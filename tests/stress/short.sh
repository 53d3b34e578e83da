#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Five seconds of the stress test. The long one is `make stress`; a seed from the environment is taken, and printed.
set -eu
exec "$top_builddir/tests/stress/stress" --seconds 5
