/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One share is dropped twice: the second time somebody else's.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_frozen_drop|double-.odeon_frozen_drop. of
 * clang:   [Aa]ttempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `frozen`
 */
#include <odeon.h>

void drop_twice(odeon_frozen *frozen);
void drop_twice(odeon_frozen *frozen)
{
	odeon_frozen_drop(frozen);
	odeon_frozen_drop(frozen); /* wrong */
}
