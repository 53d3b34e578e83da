/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A moment is given where a duration belongs.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: incompatible type for argument 2 of .odeon_deadline
 * clang:   error: passing 'odeon_time'.* to parameter of incompatible type
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

odeon_time moment_for_duration(odeon_self *self);
odeon_time moment_for_duration(odeon_self *self)
{
	return odeon_deadline(self, odeon_now(self)); /* wrong */
}
