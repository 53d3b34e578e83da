/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answer to a request is stored as another type than was asked for.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     (warning|error): initialization of .struct letter \*. from incompatible pointer type .struct note
 * clang:   (warning|error): incompatible pointer types initializing 'struct letter \*' with an expression of type 'struct note
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

int answer_of_another_type(odeon_system *system, odeon_ref to);
int answer_of_another_type(odeon_system *system, odeon_ref to)
{
	struct letter *letter = odeon_ask(note, system, to, odeon_new(note), ODEON_NEVER, NULL); /* wrong */

	return odeon_post(system, to, letter);
}
