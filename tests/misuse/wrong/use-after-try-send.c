/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The old name is used after odeon_try_send: what came back has the new one.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_(try_send_at|free)|use after .odeon_(try_send_at|free). of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int use_after_try_send(odeon_self *self, odeon_ref to);
int use_after_try_send(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);
	struct note *back;

	if (!note)
		return ODEON_ENOMEM;
	back = odeon_try_send(self, to, note, NULL);
	odeon_free(back);
	return note->number; /* wrong */
}
