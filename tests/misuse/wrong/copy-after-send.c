/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is copied from after it was sent.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_send_at|use after .odeon_send_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int copy_after_send(odeon_self *self, odeon_ref to, struct note *copy);
int copy_after_send(odeon_self *self, odeon_ref to, struct note *copy)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	odeon_send(self, to, note);
	*copy = *note; /* wrong */
	return 0;
}
