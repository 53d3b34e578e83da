/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is taken out of a case and forgotten.
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

int case_take_and_forget(odeon_receiver *in);
int case_take_and_forget(odeon_receiver *in)
{
	odeon_case cases[] = { ODEON_CASE_RECV(in) };
	struct note *note;

	odeon_select(cases, 1, ODEON_NEVER);
	note = odeon_case_message(note, &cases[0]); /* wrong: nobody frees it */
	return note ? note->number : 0;
}
