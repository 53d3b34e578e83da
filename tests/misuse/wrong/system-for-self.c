/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A system is given where the running actor belongs.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     (warning|error): passing argument 1 of .odeon_send_at. from incompatible pointer type
 * clang:   (warning|error): incompatible pointer types passing 'odeon_system
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int system_for_self(odeon_system *system, odeon_ref to);
int system_for_self(odeon_system *system, odeon_ref to)
{
	return odeon_send(system, to, odeon_new(note, .number = 1)); /* wrong */
}
