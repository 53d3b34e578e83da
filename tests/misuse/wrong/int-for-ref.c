/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A number is given where a ref belongs.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: incompatible type for argument 2 of .odeon_send_at
 * clang:   error: passing 'int' to parameter of incompatible type 'odeon_ref'
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int int_for_ref(odeon_self *self);
int int_for_ref(odeon_self *self)
{
	return odeon_send(self, 3, odeon_new(note, .number = 1)); /* wrong */
}
