#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# No #if outside the files that exist to hide one. An include guard is none, and neither is an #error.
set -eu
: "${top_srcdir:=$(dirname "$0")/../..}"
cd "$top_srcdir"
allowed="
$(cat <<'END'
include/odeon/compiler.h   what differs between compilers and languages
include/odeon/actor.h      the initialiser of a kind in C++
include/odeon/message.h    linkage of constants in C++
include/odeon/request.h    the first state of a continuation in C++
include/odeon/send.h       odeon_new in C++
actors/http/http_library.c llhttp or http-parser
runtime/alloc.h            jemalloc or the C library
runtime/atomic.h           plain, sanitized or explored
runtime/backstop.c         messages in flight are hidden where a sanitizer can do that
runtime/cache.h            off where every block should be the allocator's
runtime/depot.h            the explorer has smaller slabs
runtime/fiber.c            what each sanitizer must hear of a change of stacks
runtime/invariant.h        --enable-debug
runtime/message.c          what a build that watches messages in flight does more
runtime/message.h          the same
runtime/mutant.h           steps left out by the explorer
runtime/sanitizer.h        which sanitizer this build has
END
)"
for file in include/*.h include/odeon/*.h include/odeon/net/*.h include/odeon/http/*.h runtime/*.[ch] $(find actors -name '*.[ch]'); do
	case $allowed in
	*"
$file "*) ;;
	*) grep -n -E '^[ 	]*#[ 	]*(if|ifdef|ifndef|elif)\>' "$file" /dev/null | grep -v -E '#ifndef [A-Z0-9_]+_H$' || true ;;
	esac
done | {
	if grep .; then
		echo "hide it in one of the files made for that, or name the file and its reason in tests/checks/conditionals.sh"
		exit 1
	fi
}
