/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is sent on one path and used on all of them.
 *
 * chapter: 1 Used after it was given away
 * expect:  analyzer-O0 analyzer-O2 clang-analyzer
 * blind:   gcc-O0 gcc-O2 system-O2 clang
 * gcc:     used after .*odeon_send_at|use after .odeon_send_at. of|double
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 assign to part of moved value: `*note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int send_in_branch(odeon_self *self, odeon_ref to, int urgent);
int send_in_branch(odeon_self *self, odeon_ref to, int urgent)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	if (urgent)
		odeon_send(self, to, note);
	note->number = 2; /* wrong */
	return odeon_send(self, to, note); /* wrong */
}
