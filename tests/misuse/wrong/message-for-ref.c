/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is given where a ref belongs, and the ref where the message belongs.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: incompatible type for argument [23] of .odeon_send_at
 * clang:   error: passing .* to parameter of incompatible type
 * rust:    E0308 arguments to this method are incorrect
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int message_for_ref(odeon_self *self, odeon_ref to, struct note *note);
int message_for_ref(odeon_self *self, odeon_ref to, struct note *note)
{
	return odeon_send(self, note, to); /* wrong */
}
