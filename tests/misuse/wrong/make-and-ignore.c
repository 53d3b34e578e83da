/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The result of odeon_new is thrown away where it stands.
 *
 * chapter: 3 Forgotten
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     ignoring return value of .odeon_make|leak of
 * rust:    warning: unused return value of `Box::<T>::new` that must be used
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void make_and_ignore(void);
void make_and_ignore(void)
{
	odeon_new(note, .number = 1); /* wrong */
}
