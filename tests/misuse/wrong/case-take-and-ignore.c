/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is taken out of a case and thrown away.
 *
 * chapter: 3 Forgotten
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     ignoring return value of .odeon_case_take
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int case_take_and_ignore(odeon_receiver *in);
int case_take_and_ignore(odeon_receiver *in)
{
	odeon_case cases[] = { ODEON_CASE_RECV(in) };
	int which = odeon_select(cases, 1, ODEON_NEVER);

	odeon_case_message(note, &cases[0]); /* wrong */
	return which;
}
