/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sending half of a channel is dropped twice.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_sender_drop|double-.odeon_sender_drop. of|use after .odeon_sender_drop. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `other`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_sender_drop_twice(odeon_sender *out);
int channel_sender_drop_twice(odeon_sender *out)
{
	odeon_sender *other = odeon_sender_clone(out);

	odeon_sender_drop(other);
	odeon_sender_drop(other); /* wrong */
	return 0;
}
