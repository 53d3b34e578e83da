/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A loop sends the message in one of its rounds, and the next round reads it.
 *
 * chapter: 1 Used after it was given away
 * expect:  analyzer-O0 analyzer-O2 clang-analyzer
 * blind:   gcc-O0 gcc-O2 system-O2 clang
 * gcc:     used after .*odeon_send_at|use after .odeon_send_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note.number`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int send_in_loop_then_use(odeon_self *self, odeon_ref to, int rounds);
int send_in_loop_then_use(odeon_self *self, odeon_ref to, int rounds)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	while (rounds-- > 0) {
		note->number++; /* wrong */
		if (rounds & 1)
			odeon_send(self, to, note);
	}
	return 0;
}
