/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A share is made and never dropped: the message is never freed.
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

int frozen_and_forget(void);
int frozen_and_forget(void)
{
	odeon_frozen *frozen = odeon_freeze(odeon_new(note, .number = 1)); /* wrong: nobody drops it */
	const struct note *note = odeon_frozen_look(note, frozen);

	return note ? note->number : 0;
}
