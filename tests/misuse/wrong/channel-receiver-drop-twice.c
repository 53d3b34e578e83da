/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The receiving half of a channel is dropped twice.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_receiver_drop|double-.odeon_receiver_drop. of|use after .odeon_receiver_drop. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `other`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_receiver_drop_twice(odeon_receiver *in);
int channel_receiver_drop_twice(odeon_receiver *in)
{
	odeon_receiver *other = odeon_receiver_clone(in);

	odeon_receiver_drop(other);
	odeon_receiver_drop(other); /* wrong */
	return 0;
}
