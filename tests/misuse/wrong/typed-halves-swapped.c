/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A typed sending half is given where the receiving one belongs.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     incompatible type for argument 1 of .note_recv.
 * clang:   passing 'struct note_sender' to parameter of incompatible type
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);
ODEON_CHANNEL(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

void typed_halves_swapped(struct note_sender out);
void typed_halves_swapped(struct note_sender out)
{
	struct note *note = note_recv(out); /* wrong */

	odeon_free(note);
}
