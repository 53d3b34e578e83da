/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A half that was dropped is asked for a message.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 clang-analyzer
 * blind:   system-O2 clang
 * gcc:     used after .*odeon_receiver_drop|use after .odeon_receiver_drop. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 borrow of moved value: `from`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_recv_by_dropped_half(odeon_receiver *in);
int channel_recv_by_dropped_half(odeon_receiver *in)
{
	struct note *note;

	odeon_receiver_drop(in);
	note = odeon_recv(note, in); /* wrong */
	odeon_free(note);
	return 0;
}
