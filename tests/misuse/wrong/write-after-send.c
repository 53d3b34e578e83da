/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is written after it was sent: the receiver may be reading it.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_send_at|use after .odeon_send_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 assign to part of moved value: `*note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int write_after_send(odeon_self *self, odeon_ref to);
int write_after_send(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	odeon_send(self, to, note);
	note->number = 2; /* wrong */
	return 0;
}
