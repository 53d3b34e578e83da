/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer that was taken out of a gather belongs to whoever took it, who reads it and forgets it.
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

int gather_answer_and_forget(odeon_answers *answers);
int gather_answer_and_forget(odeon_answers *answers)
{
	struct note *answer = odeon_answer(note, answers, 0, NULL); /* wrong: nobody frees the answer */

	if (!answer)
		return ODEON_EFAILED;
	return answer->number;
}
