/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is released with the C library's free, past its drop and its header.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2
 * blind:   clang clang-analyzer
 * gcc:     .free. called on pointer returned from a mismatched allocation function|but was deallocated with .free
 * rust:    none: a value has one way to end
 */
#include <odeon.h>
#include <stdlib.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int free_by_libc(void);
int free_by_libc(void)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	free(note); /* wrong */
	return 0;
}
