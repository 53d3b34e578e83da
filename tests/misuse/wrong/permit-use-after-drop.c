/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A permit is used after it was dropped.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     used after .*odeon_permit_drop|use after .odeon_permit_drop. of
 * rust:    E0382 borrow of moved value: `room`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int permit_use_after_drop(odeon_self *self, odeon_ref to);
int permit_use_after_drop(odeon_self *self, odeon_ref to)
{
	int why;
	odeon_permit *room = odeon_reserve(self, to, 2, 2 * sizeof(struct note), &why);

	if (!room)
		return why;
	odeon_permit_drop(room);
	return odeon_permit_send(self, room, odeon_new(note, .number = 1)); /* wrong */
}
