/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request of a gather is used after it was asked with.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_gather_request_at|use after .odeon_gather_request_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int use_after_gather_request(odeon_self *self, odeon_ref to, odeon_gather gather);
int use_after_gather_request(odeon_self *self, odeon_ref to, odeon_gather gather)
{
	struct note *note = odeon_new(note, .number = 1);
	int error;

	if (!note)
		return ODEON_ENOMEM;
	error = odeon_gather_request(self, gather, to, note);
	return error < 0 ? error : note->number; /* wrong */
}
