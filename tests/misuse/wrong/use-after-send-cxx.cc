/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is read after it was sent, in C++.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_send_at|use after .odeon_send_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int use_after_send(odeon_self *self, odeon_ref to)
{
	note *message = odeon_new(note, 1, "");

	if (!message)
		return ODEON_ENOMEM;
	odeon_send(self, to, message);
	return message->number; /* wrong */
}
