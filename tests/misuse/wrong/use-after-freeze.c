/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is changed by its old name after it was frozen: others may read it by now.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_freeze|use after .odeon_freeze. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 assign to part of moved value: `*note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int use_after_freeze(void);
int use_after_freeze(void)
{
	struct note *note = odeon_new(note, .number = 1);
	odeon_frozen *frozen;

	if (!note)
		return ODEON_ENOMEM;
	frozen = odeon_freeze(note);
	note->number = 2; /* wrong */
	odeon_frozen_drop(frozen);
	return 0;
}
