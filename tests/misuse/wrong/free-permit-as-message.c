/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A permit is given to odeon_free: it is no message.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2
 * blind:   clang clang-analyzer
 * gcc:     odeon_free. called on pointer returned from a mismatched|should have been deallocated with .odeon_permit_drop. but
 * rust:    none: a value has one way to end
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int free_permit_as_message(odeon_self *self, odeon_ref to);
int free_permit_as_message(odeon_self *self, odeon_ref to)
{
	int why;
	odeon_permit *room = odeon_reserve(self, to, 2, 2 * sizeof(struct note), &why);

	if (!room)
		return why;
	odeon_free(room); /* wrong */
	return 0;
}
