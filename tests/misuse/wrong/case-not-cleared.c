/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message that was received stays in a case of an array that ends.
 *
 * chapter: 3 Forgotten
 * expect:  none
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int case_not_cleared(odeon_receiver *in);
int case_not_cleared(odeon_receiver *in)
{
	odeon_case cases[] = { ODEON_CASE_RECV(in) };

	return odeon_select(cases, 1, ODEON_NEVER); /* wrong: nobody takes or clears it */
}
