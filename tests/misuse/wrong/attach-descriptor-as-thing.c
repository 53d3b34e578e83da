/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A descriptor is attached as if it were a pointer: for these there is odeon_attach_descriptor.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     passing argument 2 of .odeon_attach. makes pointer from integer
 * clang:   incompatible integer to pointer conversion passing 'int' to parameter of type 'void \*'
 * rust:    E0308 mismatched types
 */
#include <stdlib.h>
#include <odeon.h>

int attach_descriptor_as_thing(odeon_self *self, int descriptor);
int attach_descriptor_as_thing(odeon_self *self, int descriptor)
{
	return odeon_attach(self, descriptor, free); /* wrong */
}
