/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A half is freed as if it were a message.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2
 * blind:   clang clang-analyzer
 * gcc:     .odeon_free. called on pointer returned from a mismatched|should have been deallocated with .odeon_sender_drop
 * rust:    none: a value has one way to end
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_free_half(odeon_sender *out);
int channel_free_half(odeon_sender *out)
{
	odeon_sender *other = odeon_sender_clone(out);

	odeon_free(other); /* wrong */
	return 0;
}
