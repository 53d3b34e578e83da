/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A clone is thrown away: its side never ends.
 *
 * chapter: 3 Forgotten
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     ignoring return value of .odeon_sender_clone
 * clang:   ignoring return value of function declared
 * rust:    warning: unused return value of `clone` that must be used
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_clone_and_ignore(odeon_sender *out);
int channel_clone_and_ignore(odeon_sender *out)
{
	odeon_sender_clone(out); /* wrong */
	return 0;
}
