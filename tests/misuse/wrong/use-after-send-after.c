/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is used after it was given to a timer.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_send_after_at|use after .odeon_send_after_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int use_after_send_after(odeon_self *self, odeon_ref to);
int use_after_send_after(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	(void)odeon_send_after(self, to, note, ODEON_MS(1), NULL);
	return note->number; /* wrong */
}
