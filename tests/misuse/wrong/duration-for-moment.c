/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Five milliseconds are given where a moment belongs: whatever waits takes a deadline.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: incompatible type for argument 5 of .odeon_ask_at
 * clang:   error: passing .* to parameter of incompatible type 'odeon_time'
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void duration_for_moment(odeon_system *system, odeon_ref to);
void duration_for_moment(odeon_system *system, odeon_ref to)
{
	odeon_free(odeon_ask(note, system, to, odeon_new(note), ODEON_MS(5), NULL)); /* wrong */
}
