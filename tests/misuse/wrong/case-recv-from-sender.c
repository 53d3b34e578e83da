/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A case that receives is given a sending half.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 clang
 * blind:   system-O2 clang-analyzer
 * gcc:     pointer type mismatch in conditional expression
 * clang:   pointer type mismatch
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int case_recv_from_sender(odeon_sender *out);
int case_recv_from_sender(odeon_sender *out)
{
	odeon_case cases[] = { ODEON_CASE_RECV(out) }; /* wrong */

	return odeon_select(cases, 1, ODEON_NEVER);
}
