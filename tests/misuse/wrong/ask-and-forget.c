/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answer to a request belongs to the asker, who reads it and forgets it.
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

int ask_and_forget(odeon_system *system, odeon_ref to);
int ask_and_forget(odeon_system *system, odeon_ref to)
{
	struct note *answer = odeon_ask(note, system, to, odeon_new(note, .number = 1), ODEON_NEVER, NULL); /* wrong: nobody frees the answer */

	if (!answer)
		return ODEON_EFAILED;
	return answer->number;
}
