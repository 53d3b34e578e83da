/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A second name for the message is read after the first was sent.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_send_at|use after .odeon_send_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0505 cannot move out of `note` because it is borrowed
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int read_through_alias(odeon_self *self, odeon_ref to);
int read_through_alias(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);
	struct note *same = note;

	if (!note)
		return ODEON_ENOMEM;
	odeon_send(self, to, note);
	return same->number; /* wrong */
}
