/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kind is given where the supervision belongs.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     (warning|error): passing argument 4 of .odeon_spawn_supervised. from incompatible pointer type
 * clang:   (warning|error): incompatible pointer types passing 'const odeon_kind
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

int kind_for_supervision(odeon_self *self, const odeon_kind *kind, odeon_ref *child);
int kind_for_supervision(odeon_self *self, const odeon_kind *kind, odeon_ref *child)
{
	return odeon_spawn_supervised(self, kind, NULL, kind, child); /* wrong */
}
