/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is made, filled and forgotten.
 *
 * chapter: 3 Forgotten
 * expect:  analyzer-O0 analyzer-O2
 * blind:   gcc-O0 gcc-O2 system-O2 clang clang-analyzer
 * gcc:     leak of
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int make_and_forget(void);
int make_and_forget(void)
{
	struct note *note = odeon_new(note, .number = 1); /* wrong: nobody sends or frees it */

	if (!note)
		return ODEON_ENOMEM;
	note->number = 2;
	return 0;
}
