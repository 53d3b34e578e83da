/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A permit is reserved, used and never dropped: its room stays taken until the actor ends.
 *
 * chapter: 3 Forgotten
 * expect:  analyzer-O0 analyzer-O2
 * blind:   gcc-O0 gcc-O2 system-O2 clang clang-analyzer
 * gcc:     leak of
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int permit_forgotten(odeon_self *self, odeon_ref to);
int permit_forgotten(odeon_self *self, odeon_ref to)
{
	int why;
	odeon_permit *room = odeon_reserve(self, to, 2, 2 * sizeof(struct note), &why); /* wrong: nobody drops it */

	if (!room)
		return why;
	return odeon_permit_send(self, room, odeon_new(note, .number = 1));
}
