/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An actor uses its request after asking with it.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_request_at|use after .odeon_request_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int use_after_request(odeon_self *self, odeon_ref to, odeon_then *then);
int use_after_request(odeon_self *self, odeon_ref to, odeon_then *then)
{
	struct note *note = odeon_new(note, .number = 1);
	int error;

	if (!note)
		return ODEON_ENOMEM;
	error = odeon_request(self, to, note, ODEON_NEVER, then);
	return error < 0 ? error : note->number; /* wrong */
}
