#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Concurrency Kit is seen through runtime/atomic.h: only that includes <ck_pr.h>, and other headers of it come after it.
# Otherwise sanitizers and the explorer would not see what it does.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}"
cd "$top_srcdir/runtime"
awk '
FNR == 1 { seen = FILENAME == "atomic.h" }
/^[ \t]*#[ \t]*include[ \t]*"[^"]*"/ { seen = 1 }
/^[ \t]*#[ \t]*include[ \t]*<ck_/ {
	if (/<ck_pr\.h>/ && FILENAME != "atomic.h")
		complain("only atomic.h includes <ck_pr.h>")
	else if (!seen)
		complain("include \"atomic.h\", or a header that does, before " $NF)
	headers++
}
/__atomic_|__sync_|stdatomic\.h/ && !/^ \*/ { complain("an atomic operation that is not of atomic.h") }
function complain(text) { print "runtime/" FILENAME ":" FNR ": " text; bad = 1 }
END { print headers + 0 " includes of Concurrency Kit"; exit bad || headers == 0 }' *.[ch]
