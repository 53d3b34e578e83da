/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is made with a field that its type does not have.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: .(const )?struct note. has no member named .colour
 * clang:   error: field designator 'colour' does not refer to any field
 * rust:    E0560 struct `Note` has no field named `colour`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int missing_field(odeon_self *self, odeon_ref to);
int missing_field(odeon_self *self, odeon_ref to)
{
	return odeon_send(self, to, odeon_new(note, .colour = 1)); /* wrong */
}
