/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answer to a request is thrown away where it stands.
 *
 * chapter: 3 Forgotten
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     ignoring return value of .odeon_ask_at|leak of
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void ask_and_ignore(odeon_system *system, odeon_ref to);
void ask_and_ignore(odeon_system *system, odeon_ref to)
{
	odeon_ask(note, system, to, odeon_new(note, .number = 1), ODEON_NEVER, NULL); /* wrong */
}
