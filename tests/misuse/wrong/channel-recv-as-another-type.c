/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is received by one type and stored as another.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     assignment to .struct letter \*. from incompatible pointer type .struct note
 * clang:   incompatible pointer types assigning to 'struct letter \*' from 'struct note
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

int channel_recv_as_another_type(odeon_receiver *in);
int channel_recv_as_another_type(odeon_receiver *in)
{
	struct letter *letter;

	letter = odeon_recv(note, in); /* wrong */
	odeon_free(letter);
	return 0;
}
