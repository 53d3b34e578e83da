/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a typed channel gives is stored as another type.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     initialization of .struct letter \*. from incompatible pointer type .struct note
 * clang:   incompatible pointer types initializing 'struct letter \*' with an expression of type 'struct note
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);
ODEON_CHANNEL(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

int typed_recv_another_type(struct note_receiver in);
int typed_recv_another_type(struct note_receiver in)
{
	struct letter *letter = note_recv(in); /* wrong */

	odeon_free(letter);
	return 0;
}
