/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A permit is dropped twice.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_permit_drop|double-.odeon_permit_drop. of|use after .odeon_permit_drop. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `room`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int permit_drop_twice(odeon_self *self, odeon_ref to);
int permit_drop_twice(odeon_self *self, odeon_ref to)
{
	int why;
	odeon_permit *room = odeon_reserve(self, to, 2, 2 * sizeof(struct note), &why);

	if (!room)
		return why;
	odeon_permit_drop(room);
	odeon_permit_drop(room); /* wrong */
	return 0;
}
