/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plain thread uses a message after posting it.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_post_at|use after .odeon_post_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int use_after_post(odeon_system *system, odeon_ref to);
int use_after_post(odeon_system *system, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	odeon_post(system, to, note);
	return note->number; /* wrong */
}
