/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message of another type is sent into a typed channel.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     passing argument 2 of .note_send. from incompatible pointer type
 * clang:   incompatible pointer types passing
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);
ODEON_CHANNEL(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

int typed_send_another_type(struct note_sender out);
int typed_send_another_type(struct note_sender out)
{
	return note_send(out, odeon_new(letter, .pages = 1)); /* wrong */
}
