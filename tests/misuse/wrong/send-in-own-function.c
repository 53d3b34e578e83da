/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A function of the same file sends the message, and its caller goes on using it.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   gcc-O0 clang
 * gcc:     used after .*odeon_send_at|use after .odeon_send_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

static void hand_over(odeon_self *self, odeon_ref to, struct note *note)
{
	odeon_send(self, to, note);
}

int send_in_own_function(odeon_self *self, odeon_ref to);
int send_in_own_function(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	hand_over(self, to, note);
	return note->number; /* wrong */
}
