/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The old name is used after odeon_try_post: what came back has the new one.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_try_post_at|use after .odeon_try_post_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 assign to part of moved value: `*note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int use_after_try_post(odeon_system *system, odeon_ref to);
int use_after_try_post(odeon_system *system, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);
	struct note *back;

	if (!note)
		return ODEON_ENOMEM;
	back = odeon_try_post(system, to, note, ODEON_AT_ONCE, NULL);
	if (back)
		note->number = 2; /* wrong */
	odeon_free(back);
	return 0;
}
