/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message is read in the very call that sends it again, as an argument.
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

int read_as_argument(odeon_self *self, odeon_ref to, int (*count)(int number));
int read_as_argument(odeon_self *self, odeon_ref to, int (*count)(int number))
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	return odeon_send(self, to, note) + count(note->number); /* wrong */
}
