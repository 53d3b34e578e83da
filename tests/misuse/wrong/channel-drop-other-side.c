/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A receiving half is dropped as if it were a sending one.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     passing argument 1 of .odeon_sender_drop. from incompatible pointer type
 * clang:   incompatible pointer types passing
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_drop_other_side(odeon_receiver *in);
int channel_drop_other_side(odeon_receiver *in)
{
	odeon_sender_drop(in); /* wrong */
	return 0;
}
